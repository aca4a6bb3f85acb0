//! What is done with tokens, on whichever screen they are: with the one that is meant there, or with all that are marked. Several
//! are named before it is done.

use super::keymap::{Action, Context};
use super::message::{Effect, Request};
use super::model::{Do, Shared};
use super::screens::confirm::Confirm;
use super::screens::line::Line;
use super::screens::{Screen, detail, enter, revoke, rotate};
use super::theme::Role;
use crate::text::counted;
use crate::token::Token;
use crate::token::id::TokenId;

/// Does something with a token. `None` where the action is about no token.
pub fn with_one(action: Action, id: Option<TokenId>, shared: &mut Shared) -> Option<Vec<Do>> {
    let open = |screen| vec![Do::Open(screen)];
    let ask = |request| vec![Do::Effect(Effect::Ask(request))];
    if action == Action::Add {
        return Some(open(Screen::Enter(Box::new(enter::Enter::add()))));
    }
    if !Context::Token.has(action) {
        return None;
    }
    let Some(id) = id else { return Some(vec![]) };
    Some(match action {
        Action::Reveal => {
            open(Screen::Detail(detail::Detail::of(id))).into_iter().chain(ask(Request::Reveal(id))).collect()
        }
        Action::Open => open(Screen::Detail(detail::Detail::of(id))),
        Action::Edit => open(Screen::Enter(Box::new(enter::Enter::edit(id)))),
        // What was written about it before comes first.
        Action::EditFacts => {
            let offered = shared.vault.as_ref().and_then(|vault| shared.kept.offer(&(vault.folder.clone(), id)));
            offered.map_or_else(|| ask(Request::Facts(id)), open)
        }
        Action::Rotate => open(Screen::Rotate(Box::new(rotate::Rotate::of(id)))),
        Action::Revoke => {
            let owes = shared.list.by_id(id).is_some_and(|token| token.owed().next().is_some());
            open(Screen::Revoke(Box::new(revoke::Revoke::of(id, owes))))
        }
        action => return with_several(action, &[id], shared),
    })
}

/// Does something with tokens that can be done with several at once. `None` for anything else.
pub fn with_several(action: Action, ids: &[TokenId], shared: &mut Shared) -> Option<Vec<Do>> {
    match action {
        Action::Copy => Some(copy(ids, shared)),
        Action::Verify => Some(verify(ids, shared)),
        Action::Tag => Some(tag(ids, shared)),
        Action::Remove => Some(remove(ids, shared)),
        Action::Restore => Some(restore(ids, shared)),
        _ => None,
    }
}

/// Those of them that fit, and their paths.
fn fitting(ids: &[TokenId], shared: &Shared, fits: impl Fn(&Token) -> bool) -> (Vec<TokenId>, Vec<String>) {
    let all = ids.iter().filter_map(|id| shared.list.by_id(*id)).filter(|token| fits(token));
    all.map(|token| (token.id, token.path())).unzip()
}

/// At once for one; after a question that names them for several.
fn confirmed(names: Vec<String>, request: Request, question: &str) -> Vec<Do> {
    let effect = Effect::Ask(request);
    match names.len() {
        0 => vec![],
        1 => vec![Do::Effect(effect)],
        many => {
            let question = format!("{question} {}?", counted(many, "token"));
            vec![Do::Open(Screen::Confirm(Confirm::before(effect, &question, names)))]
        }
    }
}

/// Copies their secrets. One that is purged has none, and the vault says so.
fn copy(ids: &[TokenId], shared: &Shared) -> Vec<Do> {
    let (ids, names) = fitting(ids, shared, |token| ids.len() == 1 || token.purged.is_none());
    confirmed(names, Request::Copy(ids), "Copy, a line each, the secrets of")
}

/// To the trash. That can be taken back, so one token goes without a question.
fn remove(ids: &[TokenId], shared: &Shared) -> Vec<Do> {
    let (ids, names) = fitting(ids, shared, Token::is_kept);
    confirmed(names, Request::Remove(ids), "Move to the trash:")
}

/// Back from the trash.
fn restore(ids: &[TokenId], shared: &mut Shared) -> Vec<Do> {
    let (ids, names) = fitting(ids, shared, |token| token.trashed.is_some() && token.purged.is_none());
    if names.is_empty() {
        shared.say(Role::Quiet, "it is not in the trash; the filter is:trashed shows what is");
    }
    confirmed(names, Request::Restore(ids), "Bring back:")
}

/// Asks for tags.
fn tag(ids: &[TokenId], shared: &Shared) -> Vec<Do> {
    let (ids, names) = fitting(ids, shared, Token::is_kept);
    let whose = match &names[..] {
        [] => return vec![],
        [only] => only.clone(),
        several => counted(several.len(), "token"),
    };
    let line = vec![Do::Open(Screen::Line(Line::tags(ids, &whose)))];
    if names.len() == 1 {
        return line;
    }
    let question = format!("Change the tags of {whose}?");
    vec![Do::Open(Screen::Confirm(Confirm::then(line, &question, names)))]
}

/// Has services asked.
fn verify(ids: &[TokenId], shared: &mut Shared) -> Vec<Do> {
    if shared.progress.is_some() {
        shared.say(Role::Quiet, "services are being asked already");
        return vec![];
    }
    let (ids, names) = fitting(ids, shared, Token::is_kept);
    confirmed(names, Request::Verify(ids, false), "Ask services about")
}

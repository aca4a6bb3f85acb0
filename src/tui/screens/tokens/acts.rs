//! What is done with the tokens that are marked, or with the one that is selected. Several are named before it is done.

use crate::text::counted;
use crate::token::Token;
use crate::token::id::TokenId;
use crate::tui::message::{Effect, Request};
use crate::tui::model::{Do, Shared};
use crate::tui::screens::Screen;
use crate::tui::screens::confirm::Confirm;
use crate::tui::screens::line::Line;
use crate::tui::theme::Role;

/// Those that are meant and fit.
fn meant(shared: &Shared, fits: impl Fn(&Token) -> bool) -> (Vec<TokenId>, Vec<String>) {
    let meant = shared.list.meant().into_iter().filter(|token| fits(token));
    meant.map(|token| (token.id, token.path())).unzip()
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

/// To the trash. That can be taken back, so one token goes without a question.
pub(super) fn remove(shared: &mut Shared) -> Vec<Do> {
    let (ids, names) = meant(shared, Token::is_kept);
    confirmed(names, Request::Remove(ids), "Move to the trash:")
}

/// Back from the trash.
pub(super) fn restore(shared: &mut Shared) -> Vec<Do> {
    let (ids, names) = meant(shared, |token| token.trashed.is_some() && token.purged.is_none());
    if names.is_empty() {
        shared.say(Role::Quiet, "it is not in the trash; the filter is:trashed shows what is");
    }
    confirmed(names, Request::Restore(ids), "Bring back:")
}

/// Asks for tags.
pub(super) fn tag(shared: &mut Shared) -> Vec<Do> {
    let (ids, names) = meant(shared, Token::is_kept);
    let whose = match &names[..] {
        [] => return vec![],
        [only] => only.clone(),
        several => counted(several.len(), "token"),
    };
    vec![Do::Open(Screen::Line(Line::tags(ids, &whose)))]
}

/// Has services asked.
pub(super) fn verify(shared: &mut Shared) -> Vec<Do> {
    if shared.progress.is_some() {
        shared.say(Role::Quiet, "services are being asked already");
        return vec![];
    }
    let (ids, names) = meant(shared, Token::is_kept);
    confirmed(names, Request::Verify(ids, false), "Ask services about")
}

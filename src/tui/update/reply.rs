//! What came back from the vault.

use std::time::Duration;

use super::{carry_out, front};
use crate::text::{escaped, width, wrapped};
use crate::token::id::TokenId;
use crate::tui::message::{Copied, Effect, Fault, Opened, Reply, Request};
use crate::tui::model::{Model, OpenVault, Revealed, Shared};
use crate::tui::screens::{Screen, confirm, unlock};
use crate::tui::settings;
use crate::tui::theme::Role;

/// Takes what came back.
pub(super) fn take(model: &mut Model, reply: Reply) -> Vec<Effect> {
    let is_asked = matches!(reply, Reply::Asked(_)) && !matches!(model.stack.last(), Some(Screen::Unlock(_)));
    if is_asked {
        model.stack.push(Screen::Unlock(unlock::Unlock::trying()));
    }
    // Whoever is in front may wait for it; what it says of the vault is taken in any case.
    let told = front(model).map_or_else(Vec::new, |(screen, shared)| screen.it_mut().reply(&reply, shared));
    let mut effects = carry_out(model, told);
    if let Reply::Kept(id, _) = &reply {
        model.shared.kept.arrived(*id);
    }
    match reply {
        Reply::Opened(opened) => open(model, *opened),
        Reply::NotFacts(written, fault) => {
            let (subject, shared) = (written.subject(), &mut model.shared);
            shared.kept.keep(written, &fault);
            // With its vault locked, it waits until that is open.
            let is_open = shared.vault.as_ref().is_some_and(|vault| vault.folder == subject.0);
            model.stack.extend(shared.kept.offer(&subject).filter(|_| is_open));
        }
        Reply::Locked(fault) => {
            effects.push(Effect::Redraw);
            model.forget();
            model.stack.push(Screen::Unlock(unlock::Unlock::after(fault)));
        }
        // What was on its way when the vault was locked is not looked at.
        _ if model.shared.vault.is_none() => {}
        reply => effects.extend(of_vault(model, reply)),
    }
    effects
}

/// Takes what came back from a vault that is open.
fn of_vault(model: &mut Model, reply: Reply) -> Option<Effect> {
    let shared = &mut model.shared;
    let passed = shared.at.passed;
    match reply {
        Reply::Loaded(news, gone) => {
            let rules = shared.rules();
            shared.list.change(news, &gone, &rules, &shared.at.now);
            shared.remind();
            (shared.details, shared.history_stale) = (None, true);
        }
        Reply::Details(details) => {
            shared.details_wanted = None;
            shared.details = Some(*details);
        }
        Reply::History(history) => {
            shared.history = Some(*history);
            shared.history_wanted = false;
        }
        Reply::Services(services) => shared.services = Some(services),
        Reply::Copied(copied) => self::copied(shared, copied),
        Reply::Revealed(id, secret) => {
            let until = passed + Duration::from_secs(shared.config.tui.reveal.max(1).into());
            shared.revealed = Some(Revealed { id, secret, until });
            used(shared, id);
        }
        Reply::Kept(id, text) => {
            shared.list.seek(id);
            shared.say(Role::Good, text);
        }
        Reply::Facts(written) => return Some(Effect::Editor(written)),
        Reply::Set(name, Ok(config)) => settings::hold(shared, &name, *config),
        Reply::Set(_, Err(fault)) => shared.fail(&fault),
        Reply::Left(time) => shared.locks = Some(passed + time),
        Reply::Done(text) | Reply::Imported(text, _) => shared.say(Role::Good, text),
        Reply::Progress(done, of) => shared.progress = Some((done, of)),
        Reply::Hosts(ids, hosts) => {
            let then = Effect::Ask(Request::Verify(ids, true));
            let question = "For the first time from here, secrets go to";
            model.stack.push(Screen::Confirm(confirm::Confirm::before(then, question, hosts)));
        }
        Reply::Verified(said, told) => verified(model, &said, &told),
        Reply::Failed(fault) => {
            (shared.details_wanted, shared.history_wanted, shared.progress) = (None, false, None);
            failed(model, &fault);
        }
        // These are for the screen that asked.
        Reply::Opened(_)
        | Reply::NotFacts(..)
        | Reply::Locked(_)
        | Reply::Asked(_)
        | Reply::Said(_)
        | Reply::Doors(..)
        | Reply::Measured(_)
        | Reply::Shown(_)
        | Reply::Twins(_)
        | Reply::Whole(_)
        | Reply::Turned(_)
        | Reply::DraftAsked(_)
        | Reply::Paths(..)
        | Reply::ListSeen(..)
        | Reply::Importing(..)
        | Reply::MaySend(..) => {}
    }
    None
}

/// Says at the foot what went wrong; where there is no room for that, in front of what is there. Forms and
/// steps tell it themselves, and what is being read or answered is not covered.
fn failed(model: &mut Model, fault: &Fault) {
    model.shared.fail(fault);
    let room = usize::from(model.shared.size.0.saturating_sub(2));
    let is_cut = model.shared.notice.as_ref().is_some_and(|notice| width(&escaped(&notice.text)) > room);
    let tells = |screen: &Screen| {
        matches!(
            screen,
            Screen::Enter(_) | Screen::Import(_) | Screen::Rotate(_) | Screen::Revoke(_) | Screen::Confirm(_)
        )
    };
    let is_told = model.stack.last().is_some_and(tells);
    if is_cut && !is_told {
        report(model, "That could not be done.", [Some(&fault.text), fault.hint.as_ref()].into_iter().flatten());
    }
}

/// Tells something in front of what is there, to its end.
fn report<'a>(model: &mut Model, said: &str, about: impl Iterator<Item = &'a String>) {
    let room = confirm::ROOM.min(usize::from(model.shared.size.0).saturating_sub(6));
    let lines = about.flat_map(|text| wrapped(text, room).lines().map(str::to_owned).collect::<Vec<_>>());
    model.stack.push(Screen::Confirm(confirm::Confirm::report(said, lines.collect())));
}

/// What became of it is said; what is to be known of single tokens is shown.
fn verified(model: &mut Model, said: &str, told: &[String]) {
    model.shared.progress = None;
    model.shared.say(Role::Good, said);
    if !told.is_empty() {
        report(model, said, told.iter());
    }
}

/// The uses of a token are one more.
fn used(shared: &mut Shared, id: TokenId) {
    let rules = shared.rules();
    shared.list.used(id, &rules, &shared.at.now);
    shared.remind();
    (shared.details, shared.history_stale) = (None, true);
}

fn copied(shared: &mut Shared, copied: Copied) {
    let Copied { ids, what, cleared, warning } = copied;
    ids.iter().for_each(|id| used(shared, *id));
    shared.copied = cleared.map(|time| (what.clone(), shared.at.passed + time));
    match (warning, cleared) {
        (Some(warning), None) => shared.say(Role::Soon, format!("sent {what}: {warning}")),
        (Some(warning), Some(_)) => shared.say(Role::Soon, format!("copied {what}: {warning}")),
        (None, None) => {
            let were = if ids.len() == 1 { "was" } else { "were" };
            shared.say(Role::Good, format!("{what} {were} sent to your terminal (it cannot confirm)"));
        }
        (None, Some(_)) => {}
    }
}

fn open(model: &mut Model, opened: Opened) {
    let shared = &mut model.shared;
    let Opened { name, folder, demo, rules, vaults, tokens, idle } = opened;
    shared.locks = idle.map(|idle| shared.at.passed + idle);
    shared.touched = shared.at.passed;
    shared.vault = Some(OpenVault { name, folder, vaults, demo, rules, idle });
    shared.list.load(tokens, &rules, &shared.at.now);
    shared.remind();
    model.stack.clear();
    let folder = shared.vault.as_ref().map(|vault| vault.folder.as_str()).unwrap_or_default();
    model.stack.extend(shared.kept.offers(folder));
}

//! What can be done now: foot, menus and palette say nothing else.

use super::keymap::{Action, Entry};
use super::model::Shared;
use super::screens::Behave;
use crate::token::Token;

/// What is said of an action in front of a screen, in a word; `None` where there is nothing to be done with it now.
pub fn word(entry: &Entry, screen: &dyn Behave, shared: &Shared) -> Option<&'static str> {
    is_open(entry, screen, shared).then(|| screen.word(entry, shared)).flatten()
}

/// Whether there is what it is done with, whatever the screen is.
fn is_open(entry: &Entry, screen: &dyn Behave, shared: &Shared) -> bool {
    let vault = shared.vault.as_ref();
    let one = || screen.token(shared).and_then(|id| shared.list.by_id(id));
    // What is done with several is done with those that are marked, also where none is selected.
    let marks = shared.list.marks();
    let marked = shared.list.all().iter().filter(|token| marks.contains(&token.id));
    let any = |fits: fn(&Token) -> bool| one().is_some_and(fits) || !marks.is_empty() && marked.clone().any(fits);
    match entry.action {
        Action::Stop => shared.progress.is_some(),
        Action::Vaults => vault.is_some_and(|vault| vault.vaults.len() > 1),
        Action::Import | Action::Undo | Action::Lock | Action::Settings => vault.is_some(),
        Action::Open | Action::ContextMenu | Action::Mark => screen.token(shared).is_some(),
        Action::Restore => any(|token| token.trashed.is_some() && token.purged.is_none()),
        Action::Verify | Action::Tag | Action::Remove => any(Token::is_kept),
        _ if entry.wants_token() => one().is_some_and(Token::is_kept),
        _ => true,
    }
}

//! Copies: where they go, and for how long.

use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use crate::clipboard::{Choice, Way};
use crate::ops::{self, Error, Session};
use crate::text::counted;
use crate::token::id::TokenId;
use crate::tui::message::{Copied, Reply};
use crate::tui::terminal::Pen;

/// Where a copy goes and for how long; what is written to the terminal is written between two frames, while the pen is held.
fn way<'a>(session: &Session, pen: &'a Pen) -> Result<(Choice, Option<MutexGuard<'a, ()>>, Duration), Error> {
    let choice = ops::route(&session.ground)?;
    let time = Duration::from_secs(session.ground.config.clipboard.secs.max(1).into());
    let held = (choice.way != Way::Desktop).then(|| pen.lock().unwrap_or_else(PoisonError::into_inner));
    Ok((choice, held, time))
}

/// Copies the secrets of tokens, a line each.
pub(super) fn copy(session: &Session, ids: Vec<TokenId>, pen: &Pen) -> Result<Reply, Error> {
    let (choice, _held, time) = way(session, pen)?;
    let to_terminal = choice.way != Way::Desktop;
    let asked: Vec<String> = ids.iter().map(TokenId::to_string).collect();
    let copied = ops::copy(session, &choice.way, &asked, None, time)?;
    let what = match &copied[..] {
        [only] => only.path.clone(),
        several => counted(several.len(), "secret"),
    };
    let warnings = copied.iter().filter_map(|one| {
        let warning = one.warning.as_ref()?;
        Some(if copied.len() == 1 { warning.clone() } else { format!("{}: {warning}", one.path) })
    });
    let warnings: Vec<String> = warnings.chain(choice.caution.map(str::to_owned)).collect();
    let warning = (!warnings.is_empty()).then(|| warnings.join("; "));
    Ok(Reply::Copied(Copied { ids, what, cleared: (!to_terminal).then_some(time), warning }))
}

/// Copies what is no secret: the address of a page, the command of a place.
pub(super) fn text(session: &Session, what: &str, text: &str, pen: &Pen) -> Result<Reply, Error> {
    let (choice, _held, time) = way(session, pen)?;
    ops::copy_text(&choice.way, text, time)?;
    Ok(Reply::Done(format!("{what} is copied: {text}")))
}

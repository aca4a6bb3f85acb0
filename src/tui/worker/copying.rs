//! Copies: where they go, and for how long.

use std::sync::{MutexGuard, PoisonError};
use std::time::Duration;

use crate::clipboard::{Choice, Way};
use crate::ops::{self, Error, Session};
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

/// Copies the secret of a token.
pub(super) fn copy(session: &Session, id: TokenId, pen: &Pen) -> Result<Reply, Error> {
    let (choice, _held, time) = way(session, pen)?;
    let to_terminal = choice.way != Way::Desktop;
    let copied = ops::copy(session, &choice.way, &id.to_string(), None, time)?;
    let warning = copied.warning.or_else(|| choice.caution.map(str::to_owned));
    Ok(Reply::Copied(Copied { id, path: copied.path, cleared: (!to_terminal).then_some(time), warning }))
}

/// Copies what is no secret: the address of a page, the command of a place.
pub(super) fn text(session: &Session, what: &str, text: &str, pen: &Pen) -> Result<Reply, Error> {
    let (choice, _held, time) = way(session, pen)?;
    ops::copy_text(&choice.way, text, time)?;
    Ok(Reply::Done(format!("{what} is copied: {text}")))
}

//! Into the trash, out of it, and away for good.

use super::add::check_back;
use super::error::Error;
use super::find::{Among, find};
use super::session::Session;
use crate::token::Token;
use crate::token::change::{Field, Subject};
use crate::vault::{Reader, Writer};

/// Moves tokens to the trash: all of those named, or none. A trashed token still works at its service.
pub fn discard(session: &Session, asked: &[String]) -> Result<Vec<Token>, Error> {
    let at = chrono::SecondsFormat::Secs;
    let now = session.now.instant.to_rfc3339_opts(at, true);
    session
        .write("remove", |vault| each(vault, asked, Among::Kept, |vault, token| set_trashed(vault, token, Some(&now))))
}

/// Brings tokens back from the trash.
///
/// # Errors
/// Where the place of one was taken meanwhile.
pub fn restore(session: &Session, asked: &[String]) -> Result<Vec<Token>, Error> {
    session.write("restore", |vault| {
        each(vault, asked, Among::Trashed, |vault, token| {
            set_trashed(vault, token, None)?;
            check_back(vault, token)
        })
    })
}

/// What is in the trash.
pub fn trash(session: &Session) -> Result<Vec<Token>, Error> {
    let all = session.read(|vault| Ok(vault.tokens()?))?;
    Ok(all.into_iter().filter(|token| token.trashed.is_some() && token.purged.is_none()).collect())
}

/// Those in the trash that are meant, so that a person may be asked whether they are.
pub fn trashed_as(session: &Session, asked: &[String]) -> Result<Vec<Token>, Error> {
    session.read(|vault| meant(vault, asked, Among::Trashed))
}

/// Destroys the secrets of tokens in the trash, for good; what was known of them stays. Backups made before still hold
/// them until they are pruned.
pub fn purge(session: &Session, asked: &[String]) -> Result<Vec<Token>, Error> {
    session.write("purge", |vault| each(vault, asked, Among::Trashed, |vault, token| Ok(vault.purge(token.id)?)))
}

fn each(
    vault: &mut Writer,
    asked: &[String],
    among: Among,
    act: impl Fn(&mut Writer, &Token) -> Result<(), Error>,
) -> Result<Vec<Token>, Error> {
    let meant = meant(vault, asked, among)?;
    meant.iter().try_for_each(|token| act(vault, token))?;
    Ok(meant)
}

fn meant(vault: &Reader, asked: &[String], among: Among) -> Result<Vec<Token>, Error> {
    let mut meant: Vec<Token> = vec![];
    for asked in asked {
        let token = find(vault, asked, among)?;
        // One that is named twice is meant once.
        if !meant.iter().any(|known| known.id == token.id) {
            meant.push(token);
        }
    }
    Ok(meant)
}

fn set_trashed(vault: &mut Writer, token: &Token, at: Option<&str>) -> Result<(), Error> {
    Ok(vault.set(Subject { token: token.id, version: None }, &Field::Trashed, at)?)
}

//! What happened, and taking it back.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::add::check_back;
use super::error::Error;
use super::find::{Among, ID_DIGITS_MIN, find};
use super::session::Session;
use crate::text::escaped;
use crate::token::Token;
use crate::token::change::{Change, Field};
use crate::token::id::{BatchId, TokenId};
use crate::token::parts::Parts;
use crate::vault::{Batch, Reader, UseRecord};

/// How many changes of one batch are told one by one.
const CHANGES_TOLD: usize = 200;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A command wrote.
    Batch(Batch, Vec<Change>),
    /// A secret was used.
    Use(UseRecord),
}

impl Event {
    /// When.
    pub fn at(&self) -> DateTime<Utc> {
        match self {
            Self::Batch(batch, _) => batch.at,
            Self::Use(used) => used.at,
        }
    }
}

/// The paths of tokens, by id.
pub type Names = HashMap<TokenId, String>;

/// What happened, newest first: in the whole vault, or to one token.
pub fn history(session: &Session, asked: Option<&str>, most: usize) -> Result<(Vec<Event>, Names), Error> {
    session.read(|vault| {
        let of = match asked {
            Some(asked) => Some(find(vault, asked, Among::All)?.id),
            None => None,
        };
        let mut events: Vec<Event> = vault.uses(of, most)?.into_iter().map(Event::Use).collect();
        for batch in vault.batches(of, most)? {
            let changes = vault.changes(batch.id, of, CHANGES_TOLD)?;
            events.push(Event::Batch(batch, changes));
        }
        // Stable: batches of the same second stay in the order they were made.
        events.sort_by_key(|event| std::cmp::Reverse(event.at()));
        events.truncate(most);
        Ok((events, names(vault)?))
    })
}

fn names(vault: &Reader) -> Result<Names, Error> {
    Ok(vault.tokens_in(Parts::NONE)?.into_iter().map(|token| (token.id, token.path())).collect())
}

/// Reverses the latest batch that stands, or the one whose id starts so.
pub fn undo(session: &Session, asked: Option<&str>) -> Result<Batch, Error> {
    session.write("undo", |vault| {
        let batch = match asked {
            None => latest(vault)?,
            Some(asked) => named(vault, asked)?,
        };
        vault.undo(batch.id)?;
        check_places(vault, batch.id)?;
        Ok(batch)
    })
}

/// Refuses an undo by which two tokens would stand in one place.
fn check_places(vault: &Reader, batch: BatchId) -> Result<(), Error> {
    let touched: HashSet<TokenId> =
        vault.changes(batch, None, usize::MAX)?.iter().map(|change| change.subject.token).collect();
    for id in touched {
        if let Some(token) = vault.token(id)?.filter(Token::is_kept) {
            check_back(vault, &token)?;
        }
    }
    Ok(())
}

/// Batches that undo are passed over: undoing again goes one step further back.
fn latest(vault: &Reader) -> Result<Batch, Error> {
    let all = vault.batches(None, usize::MAX)?;
    for batch in all.into_iter().filter(|batch| batch.undoes.is_none() && !batch.undone) {
        // What was purged is gone; the steps before it can still be taken back.
        if !vault.changes(batch.id, None, usize::MAX)?.iter().all(|change| change.field == Field::Purged) {
            return Ok(batch);
        }
    }
    Err(Error::usage("there is nothing to undo", "'patvault history' shows what happened"))
}

fn named(vault: &Reader, asked: &str) -> Result<Batch, Error> {
    let wanted = asked.trim().to_lowercase();
    // An id that a script could not find out is no wish to undo whatever there is.
    if wanted.len() < ID_DIGITS_MIN {
        let why = format!("'{}' is too short for an id", escaped(&wanted));
        return Err(Error::usage(why, "'patvault history' shows the ids; four digits are enough"));
    }
    let all = vault.batches(None, usize::MAX)?;
    let mut found = all.into_iter().filter(|batch: &Batch| batch.id.to_string().starts_with(&wanted));
    let shown = crate::text::clipped(&escaped(&wanted), 40, false).into_owned();
    match (found.next(), found.next()) {
        (Some(batch), _) if batch.tokens == 0 => Err(Error::usage(
            format!("'{shown}' changed no token, and cannot be undone"),
            "ways in are changed with 'patvault key'",
        )),
        (Some(batch), _) if batch.undone => Err(Error::usage(
            format!("'{shown}' is undone already"),
            "to bring it back, undo the undo: 'patvault history' shows its id",
        )),
        (Some(batch), None) => Ok(batch),
        (Some(_), Some(_)) => {
            Err(Error::usage(format!("the ids of several changes start with '{shown}'"), "write more of the id"))
        }
        (None, _) => Err(Error::usage(format!("no change has the id '{shown}'"), "'patvault history' shows their ids")),
    }
}

impl Session {
    /// What a batch did, for the face to tell.
    pub fn changes(&self, batch: BatchId) -> Result<(Vec<Change>, Names), Error> {
        self.read(|vault| Ok((vault.changes(batch, None, usize::MAX)?, names(vault)?)))
    }
}

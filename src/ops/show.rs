//! Everything about one token but its secrets.

use super::customs;
use super::error::Error;
use super::find::{Among, find};
use super::risks;
use super::session::Session;
use crate::token::Token;
use crate::token::reminder::{Reminder, reminders};
use crate::vault::UseRecord;

/// How many uses are shown.
const USES_SHOWN: usize = 5;

/// A token with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The token.
    pub token: Token,
    /// Its note.
    pub note: Option<String>,
    /// What is or will be owed for it.
    pub reminders: Vec<Reminder>,
    /// The other tokens that its service is asked with: the credential's name and the token's path; none for one that is gone.
    pub with: Vec<(String, Option<String>)>,
    /// Environment variables that customarily hold it, and where it is.
    pub env: Vec<String>,
    /// Its latest uses, newest first.
    pub uses: Vec<UseRecord>,
}

impl Shown {
    /// The other tokens that its service is asked with, as a person calls them. One that is gone has no name any more, but its id.
    pub fn others(&self) -> impl Iterator<Item = (String, String)> {
        self.with.iter().filter_map(|(name, path)| {
            let id = self.token.with.get(name).map(ToString::to_string);
            Some((name.clone(), path.clone().or(id)?))
        })
    }
}

/// Looks a token up, also in the trash.
pub fn show(session: &Session, asked: &str) -> Result<Shown, Error> {
    session.read(|vault| {
        let mut token = find(vault, asked, Among::Kept).or_else(|error| match error {
            Error::NoToken { .. } => find(vault, asked, Among::All).map_err(|_| error),
            other => Err(other),
        })?;
        risks::tell(session, [&mut token]);
        let mut with = vec![];
        for (name, other) in &token.with {
            let there = vault.token(*other)?.filter(Token::is_kept);
            with.push((name.clone(), there.map(|other| other.path())));
        }
        Ok(Shown {
            with,
            env: customs::env(&session.ground, &token),
            note: vault.note(token.id)?,
            reminders: reminders(&token, &session.rules, &session.now),
            uses: vault.uses(Some(token.id), USES_SHOWN)?,
            token,
        })
    })
}

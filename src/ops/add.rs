//! Adding a token.

use super::error::Error;
use super::fields::Fields;
use super::session::Session;
use super::with;
use crate::clipboard;
use crate::secret::Secret;
use crate::text::{escaped, word_for};
use crate::token::Token;
use crate::token::draft::Draft;
use crate::token::id::TokenId;
use crate::vault::{Reader, Twin};

/// What adding did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added {
    /// The new token.
    pub id: TokenId,
    /// Its path.
    pub path: String,
    /// Where the same secret stands as well: only where the person insisted.
    pub twins: Vec<String>,
}

/// Adds a token.
///
/// # Errors
/// [`Error::Taken`] where one of the same service, name, account and instance is there; [`Error::Twin`] where its secret
/// is in the vault already and the person does not insist.
pub fn add(session: &Session, draft: &Draft, insist: bool) -> Result<Added, Error> {
    Fields::of(&session.ground, &draft.service)?.check(&draft.facts)?;
    session.write("add", |vault| {
        check_free(vault, &Place::of_draft(draft), None)?;
        let mut twins = vec![];
        for version in &draft.versions {
            twins.extend(vault.same_secret(&version.secret)?.iter().map(twin));
        }
        if !twins.is_empty() && !insist {
            return Err(Error::Twin { places: twins });
        }
        let ids = vault.add(std::slice::from_ref(draft))?;
        with::keep(vault, std::slice::from_ref(draft), &ids)?;
        let path = draft.path();
        ids.first().map(|&id| Added { id, path: path.clone(), twins }).ok_or(Error::Cancelled)
    })
}

/// Refuses a draft whose place is taken, so that nobody is asked for a secret in vain.
///
/// # Errors
/// [`Error::Taken`].
pub fn check_place(session: &Session, draft: &Draft) -> Result<(), Error> {
    session.read(|vault| check_free(vault, &Place::of_draft(draft), None))
}

/// What tells one token from another for a person: two may have the same path if they are somebody else's or elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub service: String,
    pub name: String,
    pub account: Option<String>,
    pub instance: Option<String>,
}

impl Place {
    pub(super) fn of_draft(draft: &Draft) -> Self {
        Self {
            service: draft.service.clone(),
            name: draft.name.clone(),
            account: draft.account.clone(),
            instance: draft.instance.clone(),
        }
    }

    pub(super) fn of(token: &Token) -> Self {
        Self {
            service: token.service.clone(),
            name: token.name.clone(),
            account: token.account.clone(),
            instance: token.instance.clone(),
        }
    }
}

/// Refuses a place that another token in use has.
pub(super) fn check_free(vault: &Reader, place: &Place, except: Option<TokenId>) -> Result<(), Error> {
    let there = vault.tokens_at(&place.service, &place.name)?;
    let taken = |token: &Token| token.is_kept() && Some(token.id) != except && Place::of(token) == *place;
    if there.iter().any(taken) {
        return Err(Error::Taken { path: format!("{}/{}", place.service, place.name) });
    }
    Ok(())
}

/// Refuses that a token comes back to a place that another one has taken meanwhile.
pub(super) fn check_back(vault: &Reader, token: &Token) -> Result<(), Error> {
    check_free(vault, &Place::of(token), Some(token.id)).map_err(|error| match error {
        Error::Taken { path } => Error::usage(
            format!("there is another token '{}' meanwhile", escaped(&path)),
            format!("give that one another name first: 'patvault rename {} NAME'", word_for(&path, "TOKEN")),
        ),
        other => other,
    })
}

/// Where a secret stands already, in words.
pub(super) fn twin(twin: &Twin) -> String {
    let trash = if twin.trashed { ", in the trash" } else { "" };
    format!("{} ({}, version {}{trash})", twin.path, twin.token.short(), twin.number)
}

/// Takes a secret from the desktop's clipboard.
pub fn pasted() -> Result<Secret, Error> {
    Ok(Secret::parse(clipboard::read()?)?)
}

//! Adding a token.

use super::edit::way_of;
use super::error::Error;
use super::fields::Fields;
use super::session::Session;
use super::verify::{Reply, record_new};
use super::with;
use crate::clipboard;
use crate::exchange::facts::{Facts, Own, ScopeText};
use crate::scope::Scope;
use crate::secret::Secret;
use crate::text::{escaped, word_for};
use crate::token::draft::Draft;
use crate::token::id::TokenId;
use crate::token::label::{self, Label};
use crate::token::now::Now;
use crate::token::rules::Policy;
use crate::token::{ID, Token, when};
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

/// Adds a token, and with it what its service said of it, where it was asked before.
///
/// # Errors
/// [`Error::Taken`] where one of the same service, name, account and instance is there; [`Error::Twin`] where its secret
/// is in the vault already and the person does not insist.
pub fn add(session: &Session, draft: &Draft, insist: bool, asked: Option<Reply>) -> Result<Added, Error> {
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
        let id = *ids.first().ok_or(Error::Cancelled)?;
        if let (Some(reply), Some(token)) = (asked, vault.token(id)?) {
            record_new(session, vault, token, reply)?;
        }
        Ok(Added { id, path: draft.path(), twins })
    })
}

/// Where a secret stands already, each place in words.
pub fn twins(session: &Session, secret: &Secret) -> Result<Vec<String>, Error> {
    session.read(|vault| Ok(vault.same_secret(secret)?.iter().map(twin).collect()))
}

/// Takes what a person says of a token besides its service and its name.
///
/// # Errors
/// Where something cannot be what it is said to be.
pub fn fill(draft: &mut Draft, facts: &Facts, now: &Now) -> Result<(), Error> {
    let said = |label: Label, text: &str| (!text.trim().is_empty()).then(|| label.parse(text)).transpose();
    draft.account = said(Label::Account, &facts.account)?;
    draft.instance = said(Label::Instance, &facts.instance)?;
    draft.kind = said(Label::Kind, &facts.kind)?;
    draft.note = (!facts.note.trim().is_empty()).then(|| label::note(&facts.note)).transpose()?;
    let tags = facts.tags.iter().map(|tag| Label::Tag.parse(tag.strip_prefix('#').unwrap_or(tag)));
    draft.tags = tags.collect::<Result<_, _>>()?;
    draft.facts = facts.fields.clone();
    let Own { lead, cadence, unused } = facts.reminders;
    draft.policy = Policy { lead_days: lead, cadence_days: cadence, unused_days: unused };
    for (place, text) in &facts.places {
        draft.consumers.insert(Label::Place.parse(place)?, way_of(text)?);
    }
    for version in draft.versions.iter_mut().take(1) {
        // As 'consumer add' does: a place is named because the token is there.
        version.installed = draft.consumers.keys().map(|place| (place.clone(), now.instant)).collect();
        if !facts.expires.trim().is_empty() {
            version.expiry = when::parse(&facts.expires, now)?.typed();
        }
        if !facts.issued.trim().is_empty() {
            version.issued = Some(when::parse_date(&facts.issued, now)?);
        }
        version.told.extend(said(Label::Value, &facts.id)?.map(|id| (ID.into(), id)));
        let scopes = facts.scopes.iter().map(ScopeText::scope);
        let scopes = scopes.map(|scope| Ok(Scope { name: Label::Scope.parse(&scope.name)?, ..scope }));
        version.scopes = scopes.collect::<Result<_, Error>>()?;
        version.scopes.sort();
        version.scopes.dedup();
    }
    Ok(())
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

//! Other credentials: tokens of the vault that some calls about a token are made with, by the names that the service's definition
//! gives them.

use std::collections::{BTreeMap, HashMap};

use super::errand::Issuers;
use super::error::Error;
use super::find::{Among, find};
use super::session::Session;
use crate::service::Place;
use crate::service::definition::Definition;
use crate::text::escaped;
use crate::token::Token;
use crate::token::change::{Field, Subject};
use crate::token::draft::Draft;
use crate::token::id::{TokenId, VersionId};
use crate::token::label::Label;
use crate::vault::Writer;

/// A token that serves as another credential, and where it may go.
#[derive(Debug, Clone)]
pub(super) struct Stand {
    /// Whose tokens it stands in for.
    pub service: String,
    /// The version in use, whose secret it is.
    pub version: VersionId,
    /// Where the service lives for it.
    pub place: Place,
}

/// Other credentials that a person names for this once.
#[derive(Debug, Clone, Default)]
pub struct With(pub(super) BTreeMap<String, Stand>);

impl With {
    /// Reads `NAME=TOKEN`, as it was given.
    ///
    /// # Errors
    /// Where there is no such token, or its service knows no such credential, or it is of another kind.
    pub fn read(session: &Session, given: &[String]) -> Result<Self, Error> {
        let mut issuers = Issuers::new(session);
        let mut all = BTreeMap::new();
        for given in given {
            let (name, other) = named(session, given)?;
            let stand = issuers.stand(&name, &other)?;
            all.insert(name, stand);
        }
        Ok(Self(all))
    }
}

/// Reads `NAME=TOKEN`; an empty TOKEN is none. Which one is kept with a token, by its id.
///
/// # Errors
/// As [`With::read`]; and where the service is another than that of the token it is kept with.
pub fn kept_with(session: &Session, service: &str, given: &str) -> Result<(String, Option<TokenId>), Error> {
    if let Some(name) = given.strip_suffix('=') {
        return Ok((Label::Field.parse(name)?, None));
    }
    let (name, other) = named(session, given)?;
    if other.service != service {
        return Err(Error::usage(
            format!("{} is no token of {}, and is sent to no other service", shown(&other), escaped(service)),
            "name one of the same service",
        ));
    }
    Issuers::new(session).stand(&name, &other)?;
    Ok((name, Some(other.id)))
}

/// Writes down what drafts say of other credentials, once it is known which tokens they became. One that is neither among them nor
/// in the vault is left out.
pub(super) fn keep(vault: &mut Writer, drafts: &[Draft], ids: &[TokenId]) -> Result<(), Error> {
    let became: HashMap<TokenId, TokenId> =
        drafts.iter().zip(ids).filter_map(|(draft, id)| Some((draft.was?, *id))).collect();
    for (draft, id) in drafts.iter().zip(ids) {
        for (name, other) in &draft.with {
            let known = match became.get(other) {
                Some(id) => Some(*id),
                None => vault.token(*other)?.filter(Token::is_kept).map(|token| token.id),
            };
            if let Some(known) = known {
                let subject = Subject { token: *id, version: None };
                vault.set(subject, &Field::With(name.clone()), Some(&known.to_string()))?;
            }
        }
    }
    Ok(())
}

fn named(session: &Session, given: &str) -> Result<(String, Token), Error> {
    let split = given.split_once('=').filter(|(_, token)| !token.is_empty());
    let (name, token) = split.ok_or_else(|| {
        let what = format!("'{}' does not say which token is meant", escaped(given));
        Error::usage(what, "write --with NAME=TOKEN, such as personal=gitlab/admin")
    })?;
    let name = Label::Field.parse(name)?;
    Ok((name, session.read(|vault| find(vault, token, Among::Kept))?))
}

fn shown(token: &Token) -> String {
    escaped(&token.path()).into_owned()
}

/// Refuses a token that is not what a definition means by a credential; `kind` is the id of its kind.
pub(super) fn check(
    definition: &Definition,
    name: &str,
    other: &Token,
    kind: impl FnOnce() -> Result<Option<String>, Error>,
) -> Result<(), Error> {
    let Some(credential) = definition.credentials.get(name) else {
        let names: Vec<&str> = definition.credentials.keys().map(String::as_str).collect();
        let hint = if names.is_empty() { "it takes none".into() } else { format!("it takes {}", names.join(", ")) };
        let what =
            format!("{} takes no other credential that is called '{}'", escaped(&definition.name), escaped(name));
        return Err(Error::usage(what, hint));
    };
    let Some(wanted) = credential.kind.as_ref().and_then(|id| definition.kind(id)) else { return Ok(()) };
    if kind()?.is_some_and(|kind| kind == wanted.id) {
        return Ok(());
    }
    Err(Error::usage(
        format!("{} is not known to be a {}", shown(other), escaped(&wanted.name)),
        format!("'{}' is {}", escaped(name), escaped(&credential.what)),
    ))
}

//! Everything about one token, with what its service knows of it.

use super::errand::{Address, Issuers};
use super::error::Error;
use super::find::{Among, find};
use super::history::{Event, Names, history};
use super::session::Session;
use crate::service::definition::ScopeSet;
use crate::token::Token;
use crate::vault::UseRecord;

/// How many uses are read: enough for a month of a script that runs each hour.
const USES_MAX: usize = 1000;
/// How many events are read.
const EVENTS_MAX: usize = 100;
/// The pages of a kind, in the order in which a person needs them.
const PAGES: [&str; 4] = ["manage", "rotate", "revoke", "new"];

/// A token with everything that belongs to it.
#[derive(Debug, Clone)]
pub struct Whole {
    /// The token.
    pub token: Token,
    /// Its note.
    pub note: Option<String>,
    /// Its uses, newest first.
    pub uses: Vec<UseRecord>,
    /// What happened to it, newest first.
    pub events: Vec<Event>,
    /// What tokens are called that these events name.
    pub names: Names,
    /// The pages of its service, each with what it is for.
    pub pages: Vec<(&'static str, Address)>,
    /// What its service says of scopes.
    pub scopes: Option<ScopeSet>,
}

/// Looks everything up about a token, also about one in the trash.
pub fn whole(session: &Session, asked: &str) -> Result<Whole, Error> {
    let (token, note, uses) = session.read(|vault| {
        let token = find(vault, asked, Among::All)?;
        let (note, uses) = (vault.note(token.id)?, vault.uses(Some(token.id), USES_MAX)?);
        Ok((token, note, uses))
    })?;
    let (events, names) = history(session, Some(&token.id.to_string()), EVENTS_MAX)?;
    let issuer = Issuers::new(session).of(&token)?.ok();
    let page = |name: &'static str| Some((name, issuer.as_ref()?.page(&[name], &token, |_| {})?));
    let pages = PAGES.into_iter().filter_map(page).collect();
    let scopes = issuer.as_ref().and_then(|issuer| issuer.scope_set().cloned());
    Ok(Whole { token, note, uses, events, names, pages, scopes })
}

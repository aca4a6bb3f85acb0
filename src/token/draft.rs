//! A token before it is in the vault: what a form, a command or an imported row says.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::consumer::Way;
use super::expiry::{Date, Expiry};
use super::id::{TokenId, VersionId};
use super::rules::Policy;
use super::{State, Token, Version};
use crate::scope::Scope;
use crate::secret::Secret;
use crate::verdict::Verdict;

/// A token to be added. Its labels have passed [`super::label::Label::parse`].
#[derive(Debug, Clone)]
pub struct Draft {
    /// Who issues it.
    pub service: String,
    /// What the person calls it.
    pub name: String,
    /// Base URL of a self-hosted or regional service.
    pub instance: Option<String>,
    /// Whose token it is at the service.
    pub account: Option<String>,
    /// Which sort of token.
    pub kind: Option<String>,
    /// Words to file it under.
    pub tags: BTreeSet<String>,
    /// What its service needs to know of it, by the service's own names.
    pub facts: BTreeMap<String, String>,
    /// The places where it is installed, and how each is updated.
    pub consumers: BTreeMap<String, Way>,
    /// Other tokens that its service is asked with, by the names of the service's definition: their ids in the vault that it
    /// is brought from, or in this one.
    pub with: BTreeMap<String, TokenId>,
    /// Its id in the vault that it is brought from.
    pub was: Option<TokenId>,
    /// Where it departs from the vault's rules.
    pub policy: Policy,
    /// Free text.
    pub note: Option<String>,
    /// When it came into another vault, for what is brought from there; else now.
    pub added: Option<DateTime<Utc>>,
    /// Its issued values, newest first. Never empty; exactly the first is [`State::Current`].
    pub versions: Vec<DraftVersion>,
}

/// An issued value of a token to be added.
#[derive(Debug, Clone)]
pub struct DraftVersion {
    /// The value.
    pub secret: Secret,
    /// When the service issued it, where known.
    pub issued: Option<Date>,
    /// When it ends, and who said so.
    pub expiry: Expiry,
    /// What it is wanted for.
    pub scopes: Vec<Scope>,
    /// What its service said that it granted, where it did.
    pub granted: Option<Vec<Scope>>,
    /// The latest answer of the service, for what is brought from another vault.
    pub verdict: Option<Verdict>,
    /// What the service told about it besides.
    pub told: BTreeMap<String, String>,
    /// What is secret about it besides the value, by name.
    pub parts: BTreeMap<String, Secret>,
    /// In which of these places it is installed, and since when.
    pub installed: BTreeMap<String, DateTime<Utc>>,
    /// Where it stands.
    pub state: State,
    /// When it came into another vault; else now.
    pub added: Option<DateTime<Utc>>,
}

impl DraftVersion {
    /// A value in use of which nothing else is known.
    pub fn of(secret: Secret) -> Self {
        Self {
            secret,
            issued: None,
            expiry: Expiry::Unknown,
            scopes: vec![],
            granted: None,
            verdict: None,
            told: BTreeMap::new(),
            parts: BTreeMap::new(),
            installed: BTreeMap::new(),
            state: State::Current,
            added: None,
        }
    }
}

impl Draft {
    /// A token of which nothing is known but where it belongs.
    pub fn of(service: String, name: String, version: DraftVersion) -> Self {
        Self {
            service,
            name,
            instance: None,
            account: None,
            kind: None,
            tags: BTreeSet::new(),
            facts: BTreeMap::new(),
            consumers: BTreeMap::new(),
            with: BTreeMap::new(),
            was: None,
            policy: Policy::default(),
            note: None,
            added: None,
            versions: vec![version],
        }
    }

    /// The token that it would be, with those ids: for whoever asks about it before it is kept. Without its note, which
    /// nobody is told.
    pub fn as_token(&self, id: TokenId, version: VersionId, at: DateTime<Utc>) -> Token {
        let seen = |(number, draft): (u32, &DraftVersion)| Version {
            id: version,
            number,
            added: draft.added.unwrap_or(at),
            issued: draft.issued,
            expiry: draft.expiry,
            scopes: draft.scopes.clone(),
            granted: draft.granted.clone(),
            verdict: draft.verdict.clone(),
            told: draft.told.clone(),
            parts: draft.parts.keys().cloned().collect(),
            installed: draft.installed.clone(),
            state: draft.state,
            rotation: None,
        };
        Token {
            id,
            service: self.service.clone(),
            name: self.name.clone(),
            instance: self.instance.clone(),
            account: self.account.clone(),
            kind: self.kind.clone(),
            tags: self.tags.clone(),
            facts: self.facts.clone(),
            consumers: self.consumers.clone(),
            with: self.with.clone(),
            policy: self.policy,
            added: self.added.unwrap_or(at),
            trashed: None,
            purged: None,
            versions: (1..).zip(&self.versions).map(seen).collect(),
            marks: vec![],
            last_use: None,
        }
    }

    /// `service/name`, not escaped.
    pub fn path(&self) -> String {
        format!("{}/{}", self.service, self.name)
    }
}

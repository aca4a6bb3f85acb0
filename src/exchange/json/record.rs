//! The shape of a token in JSON: these structs and their comments are its documentation.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::{Error as _, Unexpected};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{Full, SecretText};
use crate::scope::{Risk, Scope};
use crate::token::consumer::Way;
use crate::token::expiry::{Date, Expiry, Source};
use crate::token::parts::Parts;
use crate::token::rules::Policy;
use crate::token::status::{self, Status};
use crate::token::{State, Token, Version};
use crate::verdict::{Outcome, Verdict};

/// A token: one entry of the list `tokens` in `{"patvault": 1, "tokens": [...]}`.
///
/// Times are RFC 3339 (`2026-11-22T10:00:00Z`). A field that is absent and one that is `null` mean the same. An import
/// refuses fields that are not named here, and reads everything but what is marked as not read. Answers to reminders,
/// the record of uses and rotations that are under way are no part of the shape: they belong to the vault they were made in.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Its id in the vault that wrote it. Read to tell what `with` means; a token that is brought into a vault gets a new one.
    pub id: Option<String>,
    /// Who issues it: `github`.
    pub service: String,
    /// What the person calls it.
    pub name: String,
    /// `service/name`, the way it is asked for. Not read.
    pub path: Option<String>,
    /// Base URL of a self-hosted or regional service.
    pub instance: Option<String>,
    /// Whose token it is at the service.
    pub account: Option<String>,
    /// Which sort of token, in the service's words.
    pub kind: Option<String>,
    /// Words the person filed it under, without `#`.
    #[serde(default, deserialize_with = "or_default")]
    pub tags: Vec<String>,
    /// What its service needs to know of it, by the service's own names: `{"account_id": "1234"}`.
    #[serde(default, deserialize_with = "or_default")]
    pub facts: BTreeMap<String, String>,
    /// The places where it is installed, and how each is updated: `{"Actions org/app": {"run": "gh secret set DEPLOY"}}`.
    #[serde(default, deserialize_with = "or_default")]
    pub consumers: BTreeMap<String, ConsumerRecord>,
    /// Other tokens that its service is asked with, by the names of the service's definition: their ids. Read where the same
    /// file brings that token, or the vault has it.
    #[serde(default, deserialize_with = "or_default")]
    pub with: BTreeMap<String, String>,
    /// Free text. Absent also where a list was printed without notes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Where it departs from the vault's rules for reminders.
    #[serde(default, deserialize_with = "or_default")]
    pub policy: PolicyRecord,
    /// When it came into the vault.
    #[serde(default, deserialize_with = "time")]
    pub added: Option<DateTime<Utc>>,
    /// When it was put into the trash. An import passes over such a token.
    #[serde(default, deserialize_with = "time")]
    pub trashed: Option<DateTime<Utc>>,
    /// When its secrets were destroyed. An import passes over such a token.
    #[serde(default, deserialize_with = "time")]
    pub purged: Option<DateTime<Utc>>,
    /// The latest use known to the vault that wrote it. Not read.
    #[serde(default, deserialize_with = "time")]
    pub last_use: Option<DateTime<Utc>>,
    /// How it stood when it was printed: `alive`, `expiring`, ... Absent where nobody asked. Not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Its issued values, newest first.
    #[serde(default, deserialize_with = "or_default")]
    pub versions: Vec<VersionRecord>,
}

/// Where a token departs from the vault's rules; zero days mean never.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyRecord {
    /// How many days before its end it is to be rotated.
    pub lead_days: Option<u32>,
    /// After how many days it is to be rotated in any case.
    pub cadence_days: Option<u32>,
    /// After how many days without use it is to be looked at.
    pub unused_days: Option<u32>,
}

/// How a place is updated: by a command, or by hand.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsumerRecord {
    /// The command line, which the shell runs; null where the person does it.
    pub run: Option<String>,
    /// The variable of its environment that holds the secret; null where that is its standard input.
    pub env: Option<String>,
    /// What is known of a place that is updated by hand.
    pub note: Option<String>,
}

/// A time as a value of its own.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TimeRecord(#[serde(deserialize_with = "required_time")] pub DateTime<Utc>);

/// One issued value of a token.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VersionRecord {
    /// Its id in the vault that wrote it. Not read.
    pub id: Option<String>,
    /// Counts a token's versions from 1. Not read: the order of the list counts.
    pub number: Option<u32>,
    /// When it came into the vault.
    #[serde(default, deserialize_with = "time")]
    pub added: Option<DateTime<Utc>>,
    /// When the service issued it: a day or a time.
    #[serde(default, deserialize_with = "date", serialize_with = "as_text")]
    pub issued: Option<Date>,
    /// When it ends, and who said so.
    #[serde(default, deserialize_with = "or_default")]
    pub expires: ExpiryRecord,
    /// What the person wants it for.
    #[serde(default, deserialize_with = "or_default")]
    pub scopes: Vec<ScopeRecord>,
    /// What its service said that it granted, which is then what it may do; null where it did not say.
    pub granted: Option<Vec<ScopeRecord>>,
    /// The service's latest answer.
    pub verdict: Option<VerdictRecord>,
    /// What the service told about it besides: `id`, `label`, `owner`, `owner_id`, `email`, `last_use` (a day or a time).
    #[serde(default, deserialize_with = "or_default")]
    pub told: BTreeMap<String, String>,
    /// In which places of its token it was installed, and when.
    #[serde(default, deserialize_with = "or_default")]
    pub installed: BTreeMap<String, TimeRecord>,
    /// `current`, `superseded` or `revoked`. The first is current, and only the first; absent there means so.
    pub state: Option<StateWord>,
    /// Since when it is superseded or revoked.
    #[serde(default, deserialize_with = "time")]
    pub since: Option<DateTime<Utc>>,
    /// The value itself. Absent unless the export was asked for it; without it nothing can be imported.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<SecretText>,
    /// What is secret about it besides, by name: `{"refresh_token": null}`. The values are null unless the export was asked
    /// for secrets; without them nothing can be imported.
    #[serde(default, deserialize_with = "or_default")]
    pub parts: BTreeMap<String, Option<SecretText>>,
}

/// When a version ends, and who said so.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpiryRecord {
    /// A day (`2027-01-31`), a time, `never`, or null where nobody knows.
    pub at: Option<String>,
    /// Who said so; null where nobody did. Read as `typed` where there is a date without it.
    pub source: Option<SourceWord>,
    /// When the service said so; null for the other sources.
    #[serde(default, deserialize_with = "time")]
    pub said: Option<DateTime<Utc>>,
}

/// Who said when a version ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceWord {
    /// The person.
    Typed,
    /// The service, at the time in `said`.
    Service,
    /// Nobody about this token: the service's usual lifetime.
    Default,
}

/// One thing that a version is wanted for, or may do.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ScopeRecord {
    /// The service's name for it.
    pub name: String,
    /// `low`, `medium`, `high`, or null where nothing suggests one.
    pub risk: Option<Risk>,
    /// Whether a person gave the risk. Otherwise the name suggests it, and it is not read.
    #[serde(default, deserialize_with = "or_default")]
    pub rated: bool,
}

/// The service's answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerdictRecord {
    /// `alive`, `dead`, or `refused` where the service did not say.
    pub outcome: Outcome,
    /// When it was given.
    #[serde(deserialize_with = "required_time")]
    pub at: DateTime<Utc>,
    /// Why, in a few words.
    pub why: Option<String>,
}

/// Where a version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StateWord {
    /// In use.
    Current,
    /// A newer one took its place.
    Superseded,
    /// It was revoked.
    Revoked,
}

impl Record {
    /// What of a token stands in its record, with its status.
    pub const PARTS: Parts =
        status::PARTS.and(Parts::TAGS).and(Parts::RISKS).and(Parts::USES).and(Parts::SERVICE).and(Parts::CONSUMERS);

    /// A token as a record without note, status and secrets.
    pub fn of(token: &Token) -> Self {
        let Policy { lead_days, cadence_days, unused_days } = token.policy;
        Self {
            id: Some(token.id.to_string()),
            service: token.service.clone(),
            name: token.name.clone(),
            path: Some(token.path()),
            instance: token.instance.clone(),
            account: token.account.clone(),
            kind: token.kind.clone(),
            tags: token.tags.iter().cloned().collect(),
            facts: token.facts.clone(),
            consumers: token.consumers.iter().map(|(place, way)| (place.clone(), ConsumerRecord::of(way))).collect(),
            with: token.with.iter().map(|(name, other)| (name.clone(), other.to_string())).collect(),
            note: None,
            policy: PolicyRecord { lead_days, cadence_days, unused_days },
            added: Some(token.added),
            trashed: token.trashed,
            purged: token.purged,
            last_use: token.last_use,
            status: None,
            versions: token.versions.iter().map(VersionRecord::of).collect(),
        }
    }

    /// The same with its note.
    pub fn with_note(self, note: Option<String>) -> Self {
        Self { note, ..self }
    }

    /// The same with how it stands.
    pub fn with_status(self, status: Status) -> Self {
        Self { status: Some(status.word().to_owned()), ..self }
    }

    /// The same with those secrets of its versions that are there.
    pub(super) fn with_secrets(mut self, full: &Full) -> Self {
        for (record, version) in self.versions.iter_mut().zip(&full.token.versions) {
            record.secret = full.secrets.get(&version.id).cloned().map(SecretText);
            for (name, part) in &mut record.parts {
                *part = full.parts.get(&(version.id, name.clone())).cloned().map(SecretText);
            }
        }
        self
    }
}

impl VersionRecord {
    fn of(version: &Version) -> Self {
        let (state, since) = match version.state {
            State::Current => (StateWord::Current, None),
            State::Superseded(since) => (StateWord::Superseded, Some(since)),
            State::Revoked(since) => (StateWord::Revoked, Some(since)),
        };
        Self {
            id: Some(version.id.to_string()),
            number: Some(version.number),
            added: Some(version.added),
            issued: version.issued,
            expires: ExpiryRecord::of(version.expiry),
            scopes: version.scopes.iter().map(ScopeRecord::of).collect(),
            granted: version.granted.as_ref().map(|granted| granted.iter().map(ScopeRecord::of).collect()),
            verdict: version.verdict.as_ref().map(VerdictRecord::of),
            state: Some(state),
            since,
            told: version.told.clone(),
            installed: version.installed.iter().map(|(place, at)| (place.clone(), TimeRecord(*at))).collect(),
            secret: None,
            parts: version.parts.iter().map(|name| (name.clone(), None)).collect(),
        }
    }
}

impl ConsumerRecord {
    /// A way as it is told.
    pub fn of(way: &Way) -> Self {
        match way.clone() {
            Way::Hand { note } => Self { note, ..Self::default() },
            Way::Run { command, env } => Self { run: Some(command), env, ..Self::default() },
        }
    }
}

impl ExpiryRecord {
    fn of(expiry: Expiry) -> Self {
        let at = match expiry {
            Expiry::Unknown => None,
            Expiry::Never(_) => Some("never".to_owned()),
            Expiry::Ends(date, _) => Some(date.to_string()),
        };
        let (source, said) = match expiry.source() {
            Some(Source::Service(said)) => (Some(SourceWord::Service), Some(said)),
            Some(Source::Typed) => (Some(SourceWord::Typed), None),
            Some(Source::Default) => (Some(SourceWord::Default), None),
            None => (None, None),
        };
        Self { at, source, said }
    }
}

impl ScopeRecord {
    fn of(scope: &Scope) -> Self {
        Self { name: scope.name.clone(), risk: scope.risk(), rated: scope.rated.is_some() }
    }
}

impl VerdictRecord {
    fn of(verdict: &Verdict) -> Self {
        Self { outcome: verdict.outcome, at: verdict.at, why: verdict.why.clone() }
    }
}

/// Absent, null and empty mean the same.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(from: D) -> Result<T, D::Error> {
    Option::deserialize(from).map(Option::unwrap_or_default)
}

fn time<'de, D: Deserializer<'de>>(from: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let parse = |text: &str| DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc());
    parsed(from, "a time, such as 2026-11-22T10:00:00Z", parse)
}

fn required_time<'de, D: Deserializer<'de>>(from: D) -> Result<DateTime<Utc>, D::Error> {
    time(from)?.ok_or_else(|| D::Error::invalid_type(Unexpected::Unit, &"a time, such as 2026-11-22T10:00:00Z"))
}

fn date<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Date>, D::Error> {
    parsed(from, "a day or a time, such as 2027-01-31", |text| text.parse().ok())
}

fn parsed<'de, D: Deserializer<'de>, T>(
    from: D,
    wanted: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, D::Error> {
    let wrong = || D::Error::invalid_value(Unexpected::Other("text"), &wanted);
    Option::<String>::deserialize(from)?.map(|text| parse(&text).ok_or_else(wrong)).transpose()
}

fn as_text<S: Serializer, T: fmt::Display>(value: &Option<T>, to: S) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => to.collect_str(value),
        None => to.serialize_none(),
    }
}

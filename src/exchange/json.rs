//! JSON: everything that is known of a token, and the shape in which lists are printed.
//!
//! The shape has a number of its own, [`SHAPE`], under the key `patvault`; [`Record`] documents it.

mod record;
mod wrong;

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::error::{Bad, BadRows, Error};
use super::wiped::Pieces;
use super::{Exported, Full, Imported, Place, label, text_of};
use crate::scope::{Granted, Scope};
use crate::secret::Secret;
use crate::text::counted;
use crate::token::consumer::{NotAWay, Way};
use crate::token::draft::{Draft, DraftVersion};
use crate::token::expiry::{Date, Expiry};
use crate::token::id::TokenId;
use crate::token::label::{Label, note};
use crate::token::rules::Policy;
use crate::token::{LAST_USE, State};
use crate::verdict::Verdict;
pub use record::{
    ConsumerRecord, ExpiryRecord, PolicyRecord, Record, ScopeRecord, SourceWord, StateWord, TimeRecord, VerdictRecord,
    VersionRecord,
};
use wrong::{Wrong, not_taken};

/// The number of the shape that is written, and the latest that is read.
pub const SHAPE: u64 = 1;

/// A secret in a [`VersionRecord`]. It becomes text only where a file is written, and only an export makes one.
#[derive(Debug, Clone)]
pub struct SecretText(Secret);

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.0.expose())
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Taker;
        impl serde::de::Visitor<'_> for Taker {
            type Value = SecretText;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("text")
            }

            fn visit_str<E>(self, text: &str) -> Result<SecretText, E> {
                Ok(SecretText(Secret::new(text.to_owned())))
            }
        }
        from.deserialize_str(Taker)
    }
}

#[derive(Serialize)]
#[serde(bound = "I: Iterator<Item = Record>")]
struct Document<I> {
    patvault: u64,
    tokens: OneByOne<I>,
}

/// Records that are made as they are written: all of them at once would take more room than what is written.
struct OneByOne<I>(RefCell<I>);

impl<I: Iterator<Item = Record>> Serialize for OneByOne<I> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(&mut *self.0.borrow_mut())
    }
}

/// The file with these records, as `list --json` prints them.
pub fn document(tokens: impl Iterator<Item = Record>) -> Pieces {
    let mut out = Pieces::default();
    // Neither the shape nor memory can refuse.
    let document = Document { patvault: SHAPE, tokens: OneByOne(RefCell::new(tokens)) };
    let _infallible = serde_json::to_writer_pretty(&mut out, &document);
    out.push("\n");
    out
}

/// Writes all tokens, with those secrets that are given.
pub fn write(tokens: impl Iterator<Item = Full>) -> Exported {
    let record = |full: Full| Record::of(&full.token).with_secrets(&full).with_note(full.note);
    Exported { bytes: document(tokens.map(record)), notes: vec![] }
}

/// Reads a file that was exported with secrets. Ids are not taken over; everything else is.
///
/// # Errors
/// [`Error`] with the tokens that cannot be taken; then none is.
pub fn read(bytes: &[u8]) -> Result<Imported, Error> {
    let text = text_of(bytes)?;
    // The number is looked at first: a later shape may differ in anything else.
    let Head { patvault } = parse(text)?;
    if patvault > SHAPE {
        return Err(Error::Newer { version: patvault });
    }
    let Import { tokens: records, .. } = parse(text)?;
    if records.is_empty() {
        return Err(Error::Empty);
    }
    if !records.iter().flat_map(|record| &record.versions).any(|version| version.secret.is_some()) {
        return Err(Error::NoSecrets { why: "it was exported without them" });
    }
    drafts(records)
}

fn drafts(records: Vec<Record>) -> Result<Imported, Error> {
    let (mut drafts, mut bad) = (vec![], BadRows::default());
    let (mut gone, mut revoked) = (0, 0);
    for (at, record) in records.into_iter().enumerate() {
        if record.trashed.is_some() || record.purged.is_some() {
            gone += 1;
        } else if record.versions.first().is_some_and(|first| first.state == Some(StateWord::Revoked)) {
            revoked += 1;
        } else {
            match draft(record) {
                Ok(draft) => drafts.push((place(at), draft)),
                Err(wrong) => bad.add(bad_token(at, wrong)),
            }
        }
    }
    bad.refuse_any()?;
    let mut notes = vec![];
    if gone > 0 {
        notes.push(format!("{} in the trash or purged: left out", counted(gone, "token")));
    }
    if revoked > 0 {
        notes.push(format!("{} revoked and not replaced: left out", counted(revoked, "token")));
    }
    Ok(Imported { drafts, notes })
}

/// The number of a file's shape, whatever else it holds.
#[derive(Deserialize)]

struct Head {
    patvault: u64,
}

/// A whole file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Import {
    #[serde(rename = "patvault")]
    _shape: u64,
    tokens: Vec<Record>,
}

fn parse<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Error> {
    let mut from = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut from).map_err(|error| not_taken(&error))?;
    from.end().map_err(|error| wrong::not_json(&error))?;
    Ok(value)
}

fn place(at: usize) -> Place {
    Place::Pointer(format!("/tokens/{at}"))
}

fn bad_token(at: usize, wrong: Wrong) -> Bad {
    wrong.under(at).under("tokens").into_bad()
}

fn draft(record: Record) -> Result<Draft, Wrong> {
    let PolicyRecord { lead_days, cadence_days, unused_days } = record.policy;
    if record.versions.is_empty() {
        return Err(Wrong::at("/versions", "a token has at least one"));
    }
    let versions = record.versions.into_iter().enumerate();
    let consumers = named(Label::Place, record.consumers, way).map_err(|wrong| wrong.under("consumers"))?;
    Ok(Draft {
        service: text(Label::Service, &record.service, "/service")?,
        name: text(Label::Name, &record.name, "/name")?,
        instance: optional(Label::Instance, record.instance, "/instance")?,
        account: optional(Label::Account, record.account, "/account")?,
        kind: optional(Label::Kind, record.kind, "/kind")?,
        tags: record
            .tags
            .iter()
            .enumerate()
            .map(|(at, tag)| text(Label::Tag, tag, &format!("/tags/{at}")))
            .collect::<Result<_, _>>()?,
        facts: named(Label::Field, record.facts, value).map_err(|wrong| wrong.under("facts"))?,
        with: named(Label::Field, record.with, id).map_err(|wrong| wrong.under("with"))?,
        // An id is not what the token is taken by: one that is none is not worth refusing the token.
        was: record.id.and_then(|id| id.parse().ok()),
        policy: Policy { lead_days, cadence_days, unused_days },
        note: record
            .note
            .map(|text| note(&text).map_err(|_| Wrong::at("/note", "a note is at most 64 KiB of text without NUL")))
            .transpose()?
            .filter(|note| !note.is_empty()),
        added: record.added,
        versions: versions
            .map(|(at, record)| version(record, at == 0, &consumers).map_err(|wrong| wrong.under(at).under("versions")))
            .collect::<Result<_, _>>()?,
        consumers,
    })
}

fn version(record: VersionRecord, is_first: bool, consumers: &BTreeMap<String, Way>) -> Result<DraftVersion, Wrong> {
    let installed =
        named(Label::Place, record.installed, |TimeRecord(at)| Ok(at)).map_err(|wrong| wrong.under("installed"))?;
    if !installed.keys().all(|place| consumers.contains_key(place)) {
        return Err(Wrong::at("/installed", "it names a place that is not among the consumers of the token"));
    }
    let state = state(record.state, record.since, is_first)?;
    let granted = record.granted.map(scopes).transpose().map_err(|wrong| wrong.under("granted"))?;
    let scopes = scopes(record.scopes).map_err(|wrong| wrong.under("scopes"))?;
    Ok(DraftVersion {
        secret: secret(record.secret).map_err(|wrong| wrong.under("secret"))?,
        issued: record.issued,
        expiry: expiry(&record.expires).map_err(|wrong| wrong.under("expires"))?,
        granted: granted.map(|granted| Granted::of(&granted).scopes(&scopes)),
        scopes,
        verdict: record.verdict.map(verdict).transpose()?,
        told: told(record.told).map_err(|wrong| wrong.under("told"))?,
        installed,
        parts: named(Label::Field, record.parts, secret).map_err(|wrong| wrong.under("parts"))?,
        state,
        added: record.added,
    })
}

fn secret(given: Option<SecretText>) -> Result<Secret, Wrong> {
    let given = given.ok_or_else(|| Wrong::at("", "it is missing: export again with secrets"))?;
    Secret::parse(given.0.expose().as_bytes().to_vec()).map_err(|e| Wrong::at("", e.to_string()))
}

/// Values by name. What is wrong stands somewhere among them: where names and values are mixed up, a name is a secret.
fn named<T, U>(
    names: Label,
    given: BTreeMap<String, T>,
    value: impl Fn(T) -> Result<U, Wrong>,
) -> Result<BTreeMap<String, U>, Wrong> {
    given.into_iter().map(|(name, given)| Ok((text(names, &name, "")?, value(given)?))).collect()
}

fn value(given: String) -> Result<String, Wrong> {
    text(Label::Value, &given, "")
}

fn id(given: String) -> Result<TokenId, Wrong> {
    given.parse().map_err(|_| Wrong::at("", "it must be the id of a token"))
}

fn way(given: ConsumerRecord) -> Result<Way, Wrong> {
    let ConsumerRecord { run, env, note } = given;
    Way::parse(run.as_deref(), env.as_deref(), note.as_deref()).map_err(|error| {
        // The rule that a label breaks shows what was written, which may be anything.
        let why = match error {
            NotAWay::Label(_) => {
                "a command is one line, a variable is letters, digits and '_', and a note is one line".into()
            }
            rule => rule.to_string(),
        };
        Wrong::at("", why)
    })
}

fn told(given: BTreeMap<String, String>) -> Result<BTreeMap<String, String>, Wrong> {
    let mut told = named(Label::Field, given, value)?;
    if let Some(at) = told.get_mut(LAST_USE) {
        let date: Date = at.parse().map_err(|_| Wrong::at("/last_use", "it must be a day or a time"))?;
        *at = date.to_string();
    }
    Ok(told)
}

type Time = chrono::DateTime<chrono::Utc>;

fn state(word: Option<StateWord>, since: Option<Time>, is_first: bool) -> Result<State, Wrong> {
    match (is_first, word, since) {
        (true, None | Some(StateWord::Current), _) => Ok(State::Current),
        (true, ..) => Err(Wrong::at("/state", "the first version is the current one")),
        (false, Some(StateWord::Superseded), Some(since)) => Ok(State::Superseded(since)),
        (false, Some(StateWord::Revoked), Some(since)) => Ok(State::Revoked(since)),
        (false, Some(StateWord::Superseded | StateWord::Revoked), None) => {
            Err(Wrong::at("/since", "it must say since when the version is superseded or revoked"))
        }
        (false, ..) => Err(Wrong::at("/state", "an older version is superseded or revoked")),
    }
}

fn expiry(record: &ExpiryRecord) -> Result<Expiry, Wrong> {
    let Some(at) = &record.at else { return Ok(Expiry::Unknown) };
    let source = match (record.source, record.said) {
        (None | Some(SourceWord::Typed), _) => Cow::Borrowed("typed"),
        (Some(SourceWord::Default), _) => Cow::Borrowed("default"),
        (Some(SourceWord::Service), Some(said)) => format!("service {}", said.to_rfc3339()).into(),
        (Some(SourceWord::Service), None) => return Err(Wrong::at("/said", "it must say when the service said so")),
    };
    // The two together are an expiry in its stored form.
    format!("{at} {source}")
        .parse()
        .map_err(|_| Wrong::at("/at", "it must be a day such as 2027-01-31, a time, 'never' or null"))
}

fn scopes(records: Vec<ScopeRecord>) -> Result<Vec<Scope>, Wrong> {
    records.into_iter().enumerate().map(|(at, record)| scope(record).map_err(|wrong| wrong.under(at))).collect()
}

fn scope(record: ScopeRecord) -> Result<Scope, Wrong> {
    let rated = match (record.rated, record.risk) {
        (true, None) => return Err(Wrong::at("/risk", "it is missing, although 'rated' says that a person gave it")),
        (rated, risk) => risk.filter(|_| rated),
    };
    Ok(Scope { name: text(Label::Scope, &record.name, "/name")?, rated, known: None })
}

fn verdict(record: VerdictRecord) -> Result<Verdict, Wrong> {
    let why = optional(Label::Kind, record.why, "/verdict/why")?;
    Ok(Verdict { outcome: record.outcome, at: record.at, why })
}

fn text(sort: Label, given: &str, pointer: &str) -> Result<String, Wrong> {
    label(sort, given).map_err(|why| Wrong::at(pointer, why))
}

fn optional(sort: Label, given: Option<String>, pointer: &str) -> Result<Option<String>, Wrong> {
    given.map(|given| text(sort, &given, pointer)).transpose()
}

#[cfg(test)]
mod tests;

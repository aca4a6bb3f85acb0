//! Putting tokens together from the rows of their tables.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use rusqlite::Row;

use super::super::{field, row};
use super::Reader;
use crate::scope::{Granted, Scope};
use crate::token::consumer::Way;
use crate::token::id::TokenId;
use crate::token::parts::Parts;
use crate::token::reminder::{Answer, Duty, Mark};
use crate::token::rules::Policy;
use crate::token::{Token, Version};

// What is read of every token is read in the order in which it lies in the file: of its rows.
const TOKENS: &str = "SELECT key, id, service, name, trashed, purged, instance, account, kind, lead_days, cadence_days,
                             unused_days, added, last_use FROM token {} ORDER BY token.key";
/// The beginning of the same, where nothing more is looked at: it lies together in an index, in the order of paths.
const NAMES: &str = "SELECT key, id, service, name, trashed, purged FROM token {} ORDER BY service, name";
const TAGS: &str = "SELECT token, name FROM tag {}";
/// The oldest first.
const VERSIONS: &str = "SELECT token, key, id, added, issued, expiry, verdict, state, rotation, granted
                        FROM version {} ORDER BY version.key";
const SCOPES: &str = "SELECT version, name, risk FROM scope {}";
const MARKS: &str = "SELECT version, duty, answer FROM mark {}";
const FACTS: &str = "SELECT token, name, value FROM fact {}";
const TOLD: &str = "SELECT version, name, value FROM told {}";
const CONSUMERS: &str = "SELECT token, place, way FROM consumer {}";
const INSTALLED: &str = "SELECT version, place, at FROM installed {}";
const PARTS: &str = "SELECT version, name FROM part {}";

/// The rows that belong to tokens.
const OF_TOKENS: &str = "WHERE token IN ({})";
/// The rows that belong to the versions of tokens.
const OF_VERSIONS: &str = "WHERE version IN (SELECT key FROM version WHERE token IN ({}))";

impl Reader<'_> {
    /// Reads tokens with those parts that hang on them: those in these rows, which are in order, or every one.
    pub(super) fn rows(&self, found: &mut Found, parts: Parts, only: Option<&[i64]>) -> rusqlite::Result<()> {
        let tokens = if parts == Parts::NONE { NAMES } else { TOKENS };
        self.each(tokens, "WHERE key IN ({})", only, |r| {
            found.keys.push(r.get(0)?);
            found.tokens.push(bare(r)?);
            match found.tokens.last_mut() {
                Some(token) if parts.have(Parts::FACTS) => facts(token, r),
                _ => Ok(()),
            }
        })?;
        if parts.have(Parts::TAGS) {
            self.each(TAGS, OF_TOKENS, only, |r| {
                found.tag(r.get(0)?, r.get(1)?);
                Ok(())
            })?;
        }
        if parts.have(Parts::VERSIONS) {
            self.each(VERSIONS, OF_TOKENS, only, |r| {
                found.version(r.get(0)?, r.get(1)?, version(r, parts)?);
                Ok(())
            })?;
        }
        if parts.have(Parts::SCOPES) {
            self.each(SCOPES, OF_VERSIONS, only, |r| {
                found.scope(r.get(0)?, scope(r)?);
                Ok(())
            })?;
        }
        if parts.have(Parts::SERVICE) {
            self.rows_of_service(found, only)?;
        }
        if parts.have(Parts::CONSUMERS) {
            self.rows_of_consumers(found, only)?;
        }
        if parts.have(Parts::MARKS) {
            self.each(MARKS, OF_VERSIONS, only, |r| {
                found.mark(r.get(0)?, row::parsed(r, 1)?, row::parsed(r, 2)?);
                Ok(())
            })?;
        }
        found.number();
        Ok(())
    }

    fn rows_of_service(&self, found: &mut Found, only: Option<&[i64]>) -> rusqlite::Result<()> {
        self.each(FACTS, OF_TOKENS, only, |r| {
            let name: String = r.get(1)?;
            match name.strip_prefix(field::WITH) {
                Some(name) => found.with(r.get(0)?, name.to_owned(), row::parsed(r, 2)?),
                None => found.fact(r.get(0)?, name, r.get(2)?),
            }
            Ok(())
        })?;
        self.each(TOLD, OF_VERSIONS, only, |r| {
            found.told(r.get(0)?, r.get(1)?, r.get(2)?);
            Ok(())
        })?;
        self.each(PARTS, OF_VERSIONS, only, |r| {
            found.part(r.get(0)?, r.get(1)?);
            Ok(())
        })
    }

    fn rows_of_consumers(&self, found: &mut Found, only: Option<&[i64]>) -> rusqlite::Result<()> {
        self.each(CONSUMERS, OF_TOKENS, only, |r| {
            found.consumer(r.get(0)?, r.get(1)?, row::parsed(r, 2)?);
            Ok(())
        })?;
        self.each(INSTALLED, OF_VERSIONS, only, |r| {
            found.installed(r.get(0)?, r.get(1)?, row::time_at(r, 2)?);
            Ok(())
        })
    }
}

/// Tokens being put together from their rows. Rows come in the order of their keys, and are found by that.
#[derive(Default)]
pub(super) struct Found {
    pub(super) tokens: Vec<Token>,
    /// The row of each token.
    keys: Vec<i64>,
    /// The row of each version, the place of its token, and its own there.
    versions: Vec<(i64, usize, usize)>,
    /// Which of them was found last: what hangs on one stands side by side.
    last: usize,
}

impl Found {
    fn token(&mut self, key: i64) -> Option<(usize, &mut Token)> {
        let at = self.keys.binary_search(&key).ok()?;
        Some((at, self.tokens.get_mut(at)?))
    }

    fn tag(&mut self, key: i64, tag: String) {
        if let Some((_, token)) = self.token(key) {
            token.tags.insert(tag);
        }
    }

    fn fact(&mut self, key: i64, name: String, value: String) {
        if let Some((_, token)) = self.token(key) {
            token.facts.insert(name, value);
        }
    }

    fn with(&mut self, key: i64, name: String, other: TokenId) {
        if let Some((_, token)) = self.token(key) {
            token.with.insert(name, other);
        }
    }

    fn consumer(&mut self, key: i64, place: String, way: Way) {
        if let Some((_, token)) = self.token(key) {
            token.consumers.insert(place, way);
        }
    }

    fn version(&mut self, token: i64, key: i64, version: Version) {
        if let Some((at, token)) = self.token(token) {
            let place = token.versions.len();
            // Most have one; room for four of each token would be the greater part of what a list takes.
            token.versions.reserve_exact(1);
            token.versions.push(version);
            self.versions.push((key, at, place));
        }
    }

    fn of_version(&mut self, key: i64) -> Option<(&mut Token, usize)> {
        if self.versions.get(self.last).is_none_or(|(row, ..)| *row != key) {
            self.last = self.versions.binary_search_by_key(&key, |(row, ..)| *row).ok()?;
        }
        let (_, token, place) = *self.versions.get(self.last)?;
        Some((self.tokens.get_mut(token)?, place))
    }

    fn version_at(&mut self, key: i64) -> Option<&mut Version> {
        let (token, place) = self.of_version(key)?;
        token.versions.get_mut(place)
    }

    fn scope(&mut self, key: i64, scope: Scope) {
        if let Some(version) = self.version_at(key) {
            let granted = version.granted.iter_mut().flatten().filter(|granted| granted.name == scope.name);
            granted.for_each(|granted| granted.rated = scope.rated);
            version.scopes.push(scope);
        }
    }

    fn told(&mut self, key: i64, name: String, value: String) {
        if let Some(version) = self.version_at(key) {
            version.told.insert(name, value);
        }
    }

    fn part(&mut self, key: i64, name: String) {
        if let Some(version) = self.version_at(key) {
            version.parts.insert(name);
        }
    }

    fn installed(&mut self, key: i64, place: String, at: DateTime<Utc>) {
        if let Some(version) = self.version_at(key) {
            version.installed.insert(place, at);
        }
    }

    fn mark(&mut self, key: i64, duty: Duty, answer: Answer) {
        if let Some((token, place)) = self.of_version(key)
            && let Some(version) = token.versions.get(place).map(|version| version.id)
        {
            token.marks.push(Mark { version, duty, answer });
        }
    }

    /// Counts versions from the oldest, and puts the newest first.
    fn number(&mut self) {
        for token in &mut self.tokens {
            for (number, version) in (1..).zip(&mut token.versions) {
                version.number = number;
                // Room that was not needed, ten thousand times, is a megabyte.
                version.scopes.shrink_to_fit();
            }
            token.versions.reverse();
        }
    }
}

/// A token with what is read of every one.
fn bare(r: &Row) -> rusqlite::Result<Token> {
    Ok(Token {
        id: row::id_at(r, 1)?,
        service: r.get(2)?,
        name: r.get(3)?,
        trashed: row::time_or_none(r, 4)?,
        purged: row::time_or_none(r, 5)?,
        instance: None,
        account: None,
        kind: None,
        policy: Policy::default(),
        added: DateTime::UNIX_EPOCH,
        last_use: None,
        tags: BTreeSet::new(),
        facts: BTreeMap::new(),
        consumers: BTreeMap::new(),
        with: BTreeMap::new(),
        versions: vec![],
        marks: vec![],
    })
}

/// Its facts, put where it stands: a token is large, and would be carried about ten thousand times.
fn facts(token: &mut Token, r: &Row) -> rusqlite::Result<()> {
    token.instance = r.get(6)?;
    token.account = r.get(7)?;
    token.kind = r.get(8)?;
    token.policy = Policy { lead_days: r.get(9)?, cadence_days: r.get(10)?, unused_days: r.get(11)? };
    token.added = row::time_at(r, 12)?;
    token.last_use = row::time_or_none(r, 13)?;
    Ok(())
}

fn version(r: &Row, parts: Parts) -> rusqlite::Result<Version> {
    let granted: Option<Granted> = if parts.have(Parts::SCOPES) { row::parsed_or_none(r, 9)? } else { None };
    Ok(Version {
        id: row::id_at(r, 2)?,
        number: 0,
        added: row::time_at(r, 3)?,
        issued: row::parsed_or_none(r, 4)?,
        expiry: row::parsed(r, 5)?,
        scopes: vec![],
        granted: granted.map(|granted| granted.scopes(&[])),
        verdict: row::parsed_or_none(r, 6)?,
        told: BTreeMap::new(),
        parts: BTreeSet::new(),
        installed: BTreeMap::new(),
        state: row::parsed(r, 7)?,
        rotation: row::parsed_or_none(r, 8)?,
    })
}

fn scope(r: &Row) -> rusqlite::Result<Scope> {
    Ok(Scope { name: r.get(1)?, rated: row::parsed_or_none(r, 2)?, known: None })
}

//! Fields as columns: where each stands, how it is read and set. The only place that maps one to the other.

use std::fmt::Display;
use std::str::FromStr;

use rusqlite::{OptionalExtension, params};

use super::super::error::{Error, sql};
use super::{Db, row};
use crate::scope::{Granted, Risk};
use crate::token::change::Field;
use crate::token::consumer::Way;
use crate::token::expiry::{Date, Expiry};
use crate::token::id::TokenId;
use crate::token::reminder::Answer;
use crate::token::rotation::Rotation;
use crate::token::{LAST_USE, State};
use crate::verdict::Verdict;

/// Rows of a token and, for a version's field, of that version.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keys {
    pub token: i64,
    pub version: Option<i64>,
}

/// Where a field stands.
enum Place {
    /// A column of the token's row; the value is stored as text or NULL.
    Token(&'static str),
    /// The same for a number.
    TokenDays(&'static str),
    /// A column of the version's row.
    Version(&'static str),
    /// A row of its own: there or not, with a value or without.
    Row { select: &'static str, insert: &'static str, delete: &'static str },
    /// Recorded, but it has no value of its own that could be set.
    Event,
}

const NOTE: Place = Place::Row {
    select: "SELECT text FROM note WHERE token = ?1 AND ?2 IS NULL",
    insert: "INSERT OR REPLACE INTO note (token, text) SELECT ?1, ?3 WHERE ?2 IS NULL",
    delete: "DELETE FROM note WHERE token = ?1 AND ?2 IS NULL",
};
const TAG: Place = Place::Row {
    select: "SELECT '' FROM tag WHERE token = ?1 AND name = ?2",
    insert: "INSERT OR REPLACE INTO tag (token, name) SELECT ?1, ?2 WHERE ?3 IS NOT NULL",
    delete: "DELETE FROM tag WHERE token = ?1 AND name = ?2",
};
const FACT: Place = Place::Row {
    select: "SELECT value FROM fact WHERE token = ?1 AND name = ?2",
    insert: "INSERT OR REPLACE INTO fact (token, name, value) VALUES (?1, ?2, ?3)",
    delete: "DELETE FROM fact WHERE token = ?1 AND name = ?2",
};
/// Other credentials stand among the facts: no fact of a person's has a name with that sign.
pub(super) const WITH: &str = "with:";

const TOLD: Place = Place::Row {
    select: "SELECT value FROM told WHERE version = ?1 AND name = ?2",
    insert: "INSERT OR REPLACE INTO told (version, name, value) VALUES (?1, ?2, ?3)",
    delete: "DELETE FROM told WHERE version = ?1 AND name = ?2",
};
const CONSUMER: Place = Place::Row {
    select: "SELECT way FROM consumer WHERE token = ?1 AND place = ?2",
    insert: "INSERT OR REPLACE INTO consumer (token, place, way) VALUES (?1, ?2, ?3)",
    delete: "DELETE FROM consumer WHERE token = ?1 AND place = ?2",
};
const INSTALLED: Place = Place::Row {
    select: "SELECT at FROM installed WHERE version = ?1 AND place = ?2",
    insert: "INSERT OR REPLACE INTO installed (version, place, at) VALUES (?1, ?2, ?3)",
    delete: "DELETE FROM installed WHERE version = ?1 AND place = ?2",
};
const SCOPE: Place = Place::Row {
    select: "SELECT coalesce(risk, '') FROM scope WHERE version = ?1 AND name = ?2",
    insert: "INSERT OR REPLACE INTO scope (version, name, risk) VALUES (?1, ?2, nullif(?3, ''))",
    delete: "DELETE FROM scope WHERE version = ?1 AND name = ?2",
};
const MARK: Place = Place::Row {
    select: "SELECT answer FROM mark WHERE version = ?1 AND duty = ?2",
    insert: "INSERT OR REPLACE INTO mark (version, duty, answer) VALUES (?1, ?2, ?3)",
    delete: "DELETE FROM mark WHERE version = ?1 AND duty = ?2",
};

fn place(field: &Field) -> Place {
    match field {
        Field::Added | Field::VersionAdded | Field::Part(_) => Place::Event,
        Field::Service => Place::Token("service"),
        Field::Name => Place::Token("name"),
        Field::Instance => Place::Token("instance"),
        Field::Account => Place::Token("account"),
        Field::Kind => Place::Token("kind"),
        Field::Trashed => Place::Token("trashed"),
        Field::Purged => Place::Token("purged"),
        Field::Lead => Place::TokenDays("lead_days"),
        Field::Cadence => Place::TokenDays("cadence_days"),
        Field::Unused => Place::TokenDays("unused_days"),
        Field::Issued => Place::Version("issued"),
        Field::Expiry => Place::Version("expiry"),
        Field::Granted => Place::Version("granted"),
        Field::Verdict => Place::Version("verdict"),
        Field::State => Place::Version("state"),
        Field::Rotation => Place::Version("rotation"),
        Field::Note => NOTE,
        Field::Tag(_) => TAG,
        Field::Fact(_) | Field::With(_) => FACT,
        Field::Consumer(_) => CONSUMER,
        Field::Told(_) => TOLD,
        Field::Installed(_) => INSTALLED,
        Field::Scope(_) => SCOPE,
        Field::Mark(_) => MARK,
    }
}

/// The second part of the key of a field that has a row of its own.
fn name(field: &Field) -> Option<String> {
    match field {
        Field::Tag(name) | Field::Fact(name) | Field::Told(name) | Field::Scope(name) => Some(name.clone()),
        Field::Consumer(place) | Field::Installed(place) => Some(place.clone()),
        Field::With(name) => Some(format!("{WITH}{name}")),
        Field::Mark(duty) => Some(duty.word().to_owned()),
        _ => None,
    }
}

/// Whether a field belongs to a version rather than to its token.
pub(super) fn is_of_version(field: &Field) -> bool {
    matches!(
        field,
        Field::VersionAdded
            | Field::Issued
            | Field::Expiry
            | Field::Granted
            | Field::Verdict
            | Field::Told(_)
            | Field::Part(_)
            | Field::Installed(_)
            | Field::State
            | Field::Rotation
            | Field::Scope(_)
            | Field::Mark(_)
    )
}

/// Whether a value is in the form in which it is stored, so that it is read back as the same. One that is not would keep
/// its token, and every list with it, from being read.
pub(super) fn fits(field: &Field, value: Option<&str>) -> bool {
    let Some(text) = value else {
        return !matches!(field, Field::Service | Field::Name | Field::Expiry | Field::State);
    };
    match field {
        // These come about by other means.
        Field::Added | Field::VersionAdded | Field::Purged | Field::Part(_) => false,
        Field::Service | Field::Name => !text.is_empty(),
        Field::Instance | Field::Account | Field::Kind | Field::Note => true,
        Field::Fact(_) => !text.is_empty(),
        Field::Told(name) if name == LAST_USE => is_stored::<Date>(text),
        Field::Told(_) => !text.is_empty(),
        Field::Tag(_) => text.is_empty(),
        Field::Scope(_) => text.is_empty() || is_stored::<Risk>(text),
        Field::Lead | Field::Cadence | Field::Unused => is_stored::<u32>(text),
        Field::Consumer(_) => is_stored::<Way>(text),
        Field::With(_) => is_stored::<TokenId>(text),
        Field::Trashed | Field::Installed(_) => row::parse_time(text).is_some_and(|at| row::time(at) == text),
        Field::Issued => is_stored::<Date>(text),
        Field::Expiry => is_stored::<Expiry>(text),
        Field::Granted => is_stored::<Granted>(text),
        Field::Verdict => is_stored::<Verdict>(text),
        Field::State => is_stored::<State>(text),
        Field::Rotation => is_stored::<Rotation>(text),
        Field::Mark(_) => is_stored::<Answer>(text),
    }
}

fn is_stored<T: FromStr + Display>(text: &str) -> bool {
    text.parse::<T>().is_ok_and(|value| value.to_string() == text)
}

impl Db {
    /// What stands in a field.
    pub(super) fn field(&self, keys: Keys, field: &Field) -> Result<Option<String>, Error> {
        let fail = || sql("read a field");
        let row = owner(keys, field);
        match place(field) {
            Place::Event => Ok(None),
            Place::Token(column) | Place::Version(column) | Place::TokenDays(column) => {
                let table = table(field);
                let text = format!("SELECT CAST({column} AS TEXT) FROM {table} WHERE key = ?1");
                self.connection.prepare_cached(&text).and_then(|mut q| q.query_row([row], |r| r.get(0))).map_err(fail())
            }
            Place::Row { select, .. } => self
                .connection
                .prepare_cached(select)
                .and_then(|mut q| q.query_row(params![row, name(field)], |r| r.get(0)).optional())
                .map_err(fail()),
        }
    }

    /// Sets a field; `None` is "not there".
    pub(super) fn set_field(&self, keys: Keys, field: &Field, value: Option<&str>) -> Result<(), Error> {
        let fail = || sql("set a field");
        let row = owner(keys, field);
        match place(field) {
            Place::Event => Ok(()),
            Place::Token(column) | Place::Version(column) => {
                let text = format!("UPDATE {} SET {column} = ?2 WHERE key = ?1", table(field));
                self.run(&text, params![row, value]).map_err(fail())
            }
            Place::TokenDays(column) => {
                let days = value.and_then(|text| text.parse::<u32>().ok());
                let text = format!("UPDATE token SET {column} = ?2 WHERE key = ?1");
                self.run(&text, params![row, days]).map_err(fail())
            }
            Place::Row { insert, delete, .. } => match value {
                Some(value) => self.run(insert, params![row, name(field), value]).map_err(fail()),
                None => self.run(delete, params![row, name(field)]).map_err(fail()),
            },
        }
    }

    /// Runs one prepared statement.
    pub(super) fn run(&self, text: &str, values: impl rusqlite::Params) -> rusqlite::Result<()> {
        self.connection.prepare_cached(text)?.execute(values).map(drop)
    }
}

fn table(field: &Field) -> &'static str {
    if is_of_version(field) { "version" } else { "token" }
}

/// The row that a field hangs on. A version's field without a version hangs on no row: nothing is found or set.
fn owner(keys: Keys, field: &Field) -> Option<i64> {
    if is_of_version(field) { keys.version } else { Some(keys.token) }
}

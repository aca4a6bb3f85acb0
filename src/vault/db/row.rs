//! Columns to values and back.

use std::str::FromStr;

use chrono::{DateTime, SecondsFormat, Utc};
use rusqlite::Row;
use rusqlite::types::{FromSqlError, Type};

use crate::token::id::Id;

/// A time as columns hold it.
pub(super) fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Reads a time.
pub(super) fn parse_time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc())
}

/// Reads a column with text that has a stored form.
pub(super) fn parsed<T: FromStr>(row: &Row, column: usize) -> rusqlite::Result<T> {
    let text = row.get_ref(column)?.as_str()?;
    text.parse().map_err(|_| odd(column))
}

/// The same where it may be NULL.
pub(super) fn parsed_or_none<T: FromStr>(row: &Row, column: usize) -> rusqlite::Result<Option<T>> {
    match row.get_ref(column)?.as_str_or_null()? {
        Some(text) => text.parse().map(Some).map_err(|_| odd(column)),
        None => Ok(None),
    }
}

/// Reads a column with a time.
pub(super) fn time_at(row: &Row, column: usize) -> rusqlite::Result<DateTime<Utc>> {
    parse_time(row.get_ref(column)?.as_str()?).ok_or_else(|| odd(column))
}

/// The same where it may be NULL.
pub(super) fn time_or_none(row: &Row, column: usize) -> rusqlite::Result<Option<DateTime<Utc>>> {
    match row.get_ref(column)?.as_str_or_null()? {
        Some(text) => parse_time(text).map(Some).ok_or_else(|| odd(column)),
        None => Ok(None),
    }
}

/// Reads a column with an id.
pub(super) fn id_at<T>(row: &Row, column: usize) -> rusqlite::Result<Id<T>> {
    row.get(column).map(Id::from_bytes)
}

/// A column that does not hold what its schema promises. The value itself is left out.
pub(super) fn odd(column: usize) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Text, Box::new(FromSqlError::InvalidType))
}

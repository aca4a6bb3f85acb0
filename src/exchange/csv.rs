//! A table with a header row: what spreadsheets and password managers write.
//!
//! A row holds one token and its version in use. Older versions, what a service told or needs besides, risks that a
//! person gave and reminder rules have no column; a JSON export keeps them.
//!
//! Spreadsheets compute cells that begin with `=`, `+`, `-` or `@`, and a token's name may come from somebody else. On
//! export a `'` is put before such a cell, and before one that begins with `'`, so that it can be taken off again
//! without doubt. It is taken off only from tables that patvault wrote (they have the column `expiry_source`):
//! elsewhere a `'` belongs to the cell. In the same tables, a comma or semicolon inside a tag or a scope has a backslash before it.

mod mapping;
mod reader;
mod rows;
mod site;

use super::error::{BadRows, Error};
use super::wiped::Pieces;
use super::{Exported, Full, Imported, Options, text_of};
use crate::text::counted;
use crate::token::expiry::Expiry;
use crate::token::now::Now;
use crate::token::rules::Policy;
pub use mapping::{Chosen, Fact, Mapping, NotAChoice};
use reader::Reader;
use rows::Rows;

/// What a cell is not to begin with in a spreadsheet, and the sign that is put before it.
const GUARDED: [char; 8] = ['=', '+', '-', '@', '\t', '\r', '\n', GUARD];
const GUARD: char = '\'';

/// Which columns of a table would be read as what, for a look before an import.
///
/// # Errors
/// Where the header row does not say enough.
pub fn mapping(bytes: &[u8], options: &Options) -> Result<Mapping, Error> {
    let text = text_of(bytes)?;
    header(&mut Rows::of(text), options)
}

/// Reads a table.
///
/// # Errors
/// [`Error`] with the rows that cannot be taken; then none is.
pub fn read(bytes: &[u8], options: &Options, now: &Now) -> Result<Imported, Error> {
    let mut rows = Rows::of(text_of(bytes)?);
    let mapping = header(&mut rows, options)?;
    let (mut drafts, mut bad) = (vec![], BadRows::default());
    for row in rows {
        match row.and_then(|row| Reader { row, mapping: &mapping, now }.draft()) {
            Ok(Some(draft)) => drafts.push(draft),
            Ok(None) => {}
            Err(row) => bad.add(row),
        }
    }
    bad.refuse_any()?;
    if drafts.is_empty() { Err(Error::Empty) } else { Ok(Imported { drafts, notes: vec![] }) }
}

fn header(rows: &mut Rows, options: &Options) -> Result<Mapping, Error> {
    match rows.next() {
        Some(Ok(header)) => Mapping::of(&header, options),
        Some(Err(bad)) => Err(Error::Rows { rows: vec![bad], more: 0 }),
        None => Err(Error::Empty),
    }
}

/// Several words as one cell, so that [`reader::split`] finds them again.
fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let escaped = |word: &str| word.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;");
    words.map(escaped).collect::<Vec<_>>().join(" ")
}

/// Writes a table of the tokens that are kept, with a column of secrets or without.
pub fn write(tokens: impl Iterator<Item = Full>, secrets: bool) -> Exported {
    let mut out = Pieces::default();
    let header = Fact::ALL.into_iter().filter(|&fact| secrets || fact != Fact::Secret);
    line(&mut out, header.map(Fact::word));
    let mut left = LeftOut::default();
    for full in tokens {
        if !full.token.is_kept() {
            left.gone += 1;
            continue;
        }
        left.look_at(&full);
        let cells = cells(&full);
        let secret = full.secret().map_or("", |secret| secret.expose());
        let row = || cells.iter().map(String::as_str).chain(secrets.then_some(secret));
        left.guarded += row().filter(|cell| cell.starts_with(GUARDED)).count();
        line(&mut out, row());
    }
    Exported { bytes: out, notes: left.notes() }
}

/// Every cell of a row but the secret.
fn cells(full: &Full) -> [String; 11] {
    let (token, version) = (&full.token, full.token.current());
    // `2027-01-31 service 2026-11-22T10:00:00Z`: the date, then its source.
    let expiry = version.expiry.to_string();
    let (expires, source) = match version.expiry {
        Expiry::Unknown => ("", ""),
        Expiry::Never(_) | Expiry::Ends(..) => expiry.split_once(' ').unwrap_or_default(),
    };
    [
        token.service.clone(),
        token.name.clone(),
        token.account.clone().unwrap_or_default(),
        token.kind.clone().unwrap_or_default(),
        token.instance.clone().unwrap_or_default(),
        joined(token.tags.iter().map(String::as_str)),
        version.issued.map_or_else(String::new, |date| date.to_string()),
        expires.to_owned(),
        source.to_owned(),
        joined(version.wanted().iter().map(|scope| scope.name.as_str())),
        full.note.clone().unwrap_or_default(),
    ]
}

fn line<'a>(out: &mut Pieces, cells: impl Iterator<Item = &'a str>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(",");
        }
        write_cell(out, cell);
    }
    out.push("\r\n");
}

/// Quoted wherever some reader could take a part of it for something else.
fn write_cell(out: &mut Pieces, cell: &str) {
    let guard = if cell.starts_with(GUARDED) { "'" } else { "" };
    if !cell.contains([',', ';', '\t', '"', '\r', '\n']) && cell.trim() == cell {
        out.push(guard);
        out.push(cell);
        return;
    }
    out.push("\"");
    out.push(guard);
    for (at, part) in cell.split('"').enumerate() {
        if at > 0 {
            out.push("\"\"");
        }
        out.push(part);
    }
    out.push("\"");
}

/// What a table could not say.
#[derive(Default)]
struct LeftOut {
    /// Tokens that are not kept.
    gone: usize,
    /// Versions that are not in use.
    older: usize,
    /// Tokens of which more is known than there are columns.
    more: usize,
    /// Cells with a guard before them.
    guarded: usize,
}

impl LeftOut {
    fn look_at(&mut self, full: &Full) {
        let (token, version) = (&full.token, full.token.current());
        self.older += token.versions.len().saturating_sub(1);
        let has_more = token.policy != Policy::default()
            || version.verdict.is_some()
            || !(token.facts.is_empty()
                && token.with.is_empty()
                && token.consumers.is_empty()
                && version.told.is_empty()
                && version.parts.is_empty())
            || version.granted.is_some()
            || version.scopes.iter().any(|scope| scope.rated.is_some());
        self.more += usize::from(has_more);
    }

    /// For the person to know.
    fn notes(&self) -> Vec<String> {
        let mut notes = vec![];
        if self.gone > 0 {
            notes.push(format!("{} in the trash or purged: left out", counted(self.gone, "token")));
        }
        if self.older > 0 {
            notes.push(format!(
                "{} left out: csv holds the version in use only, json holds all",
                counted(self.older, "older version")
            ));
        }
        if self.more > 0 {
            notes.push(format!(
                "{} with reminder rules, fields, verdicts, rated or granted scopes: only json holds these",
                counted(self.more, "token")
            ));
        }
        if self.guarded > 0 {
            notes.push(format!(
                "{} with = + - @ or ' at the start: a ' stands before it, so that no spreadsheet computes it; \
                 import takes it off",
                counted(self.guarded, "cell")
            ));
        }
        notes
    }
}

#[cfg(test)]
mod tests;

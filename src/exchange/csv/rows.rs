//! Rows and cells of a table, as RFC 4180 has them.
//!
//! Read by hand, because three things matter here that the usual reader does not do: a quote that is never closed is
//! found (it would swallow the rest of the file as one cell), lines are counted right after CRLF, and cells stay where
//! they are in the file, so that no buffer keeps a copy of the secrets.

use std::borrow::Cow;

use zeroize::Zeroizing;

use crate::exchange::Place;
use crate::exchange::error::Bad;

/// The most cells of a row. A file with more is no table.
const CELLS_MAX: usize = 1000;

/// One row.
pub struct Row<'a> {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its cells.
    pub cells: Vec<Cell<'a>>,
}

/// One cell.
pub enum Cell<'a> {
    /// As it stands in the file.
    Plain(&'a str),
    /// With doubled quotes made single.
    Unquoted(Zeroizing<String>),
}

impl Cell<'_> {
    /// What it says.
    pub fn text(&self) -> &str {
        match self {
            Self::Plain(text) => text,
            Self::Unquoted(text) => text,
        }
    }
}

/// The rows of a table, one after the other; blank lines are passed over.
pub struct Rows<'a> {
    rest: &'a str,
    line: u64,
    delimiter: char,
}

impl<'a> Rows<'a> {
    /// The rows of a text. What stands between cells is guessed from the first line: comma, semicolon or tab.
    pub fn of(text: &'a str) -> Self {
        let first = text.trim_start_matches(['\r', '\n']).lines().next().unwrap_or_default();
        // What stands in quotes is the odd part between them.
        let bare = || first.split('"').step_by(2).flat_map(str::chars);
        let count = |delimiter: char| bare().filter(|&c| c == delimiter).count();
        let delimiter = [';', '\t'].into_iter().fold(',', |best, other| match count(other) > count(best) {
            true => other,
            false => best,
        });
        Self { rest: text, line: 1, delimiter }
    }

    fn row(&mut self) -> Result<Row<'a>, Bad> {
        let (line, delimiter) = (self.line, self.delimiter);
        let mut cells = vec![];
        loop {
            if cells.len() == CELLS_MAX {
                let bad = self.bad(CELLS_MAX + 1, "no table has that many columns");
                self.rest = "";
                return Err(bad);
            }
            cells.push(self.cell(cells.len() + 1)?);
            match self.rest.strip_prefix(delimiter) {
                Some(rest) => self.rest = rest,
                None => break,
            }
        }
        self.end_line();
        Ok(Row { line, cells })
    }

    fn cell(&mut self, number: usize) -> Result<Cell<'a>, Bad> {
        if let Some(quoted) = self.rest.strip_prefix('"') {
            return self.quoted(quoted, number);
        }
        let end = self.rest.find([self.delimiter, '\r', '\n']).unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        // Elsewhere the quotes would silently become part of what they enclose.
        if text.trim_start().starts_with('"') {
            return Err(self.bad(number, "there is a space before the quote; remove it"));
        }
        self.rest = rest;
        Ok(Cell::Plain(text))
    }

    /// The cell whose opening quote stands just before `text`.
    fn quoted(&mut self, text: &'a str, number: usize) -> Result<Cell<'a>, Bad> {
        let (mut doubled, mut from) = (false, 0);
        let end = loop {
            let Some(at) = text.get(from..).and_then(|rest| rest.find('"')).map(|at| from + at) else {
                let bad = self.bad(number, "the quote that begins here is never closed");
                self.rest = "";
                return Err(bad);
            };
            if !text.get(at + 1..).is_some_and(|rest| rest.starts_with('"')) {
                break at;
            }
            doubled = true;
            from = at + 2;
        };
        let (inner, rest) = text.split_at(end);
        let rest = rest.strip_prefix('"').unwrap_or(rest);
        (self.rest, self.line) = (rest, self.line + breaks(inner));
        if !rest.is_empty() && !rest.starts_with([self.delimiter, '\r', '\n']) {
            return Err(
                self.bad(number, "there is text after the closing quote; quotes inside quotes are written twice")
            );
        }
        if !doubled {
            return Ok(Cell::Plain(inner));
        }
        let mut single = Zeroizing::new(String::with_capacity(inner.len()));
        for (at, part) in inner.split("\"\"").enumerate() {
            if at > 0 {
                single.push('"');
            }
            single.push_str(part);
        }
        Ok(Cell::Unquoted(single))
    }

    fn bad(&self, number: usize, why: &'static str) -> Bad {
        Bad { place: Place::Line(self.line), part: Some(format!("column {number}")), why: Cow::Borrowed(why) }
    }

    /// Goes past the line break that stands here.
    fn end_line(&mut self) {
        let rest = self.rest;
        if let Some(rest) = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix(['\r', '\n'])) {
            self.rest = rest;
            self.line += 1;
        }
    }
}

impl<'a> Iterator for Rows<'a> {
    type Item = Result<Row<'a>, Bad>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.rest.starts_with(['\r', '\n']) {
            self.end_line();
        }
        if self.rest.is_empty() {
            return None;
        }
        let row = self.row();
        if row.is_err() {
            // Whatever stands on the rest of this line belongs to the row that is refused.
            let end = self.rest.find(['\r', '\n']).unwrap_or(self.rest.len());
            self.rest = self.rest.get(end..).unwrap_or_default();
            self.end_line();
        }
        Some(row)
    }
}

/// How many line breaks: a CRLF is one.
fn breaks(text: &str) -> u64 {
    (text.matches(['\r', '\n']).count() - text.matches("\r\n").count()) as u64
}

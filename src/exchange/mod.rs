//! One's own list of tokens, in and out: one file per format.
//!
//! Nothing here opens a file. A function takes what was read and gives drafts, or takes tokens and gives the bytes to
//! be written. A file that holds one bad row is refused as a whole, with the first of its bad rows named.

pub mod csv;
pub mod dotenv;
pub mod error;
pub mod facts;
pub mod json;
mod wiped;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::secret::Secret;
use crate::text;
use crate::token::Token;
use crate::token::draft::Draft;
use crate::token::id::VersionId;
use crate::token::label::Label;
use crate::token::now::Now;
use error::Error;
pub use wiped::Pieces;

/// The largest file that is taken, in bytes. Whoever opens the file holds it to this before reading.
pub const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// A format that is read and written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// A table with a header row, as spreadsheets and password managers write it.
    Csv,
    /// patvault's own shape: everything that is known. See [`json::Record`].
    Json,
    /// Lines of `NAME=value`.
    Dotenv,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Csv, Self::Json, Self::Dotenv];

    /// The word that people read and type.
    pub fn word(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
            Self::Dotenv => "dotenv",
        }
    }

    /// What a file's name says of its format: `tokens.csv`, `.env`, `.env.local`, `prod.env`. A folder's name says as much: that it
    /// is one is for whoever opens it to tell.
    pub fn of_file(name: &str) -> Option<Self> {
        let name = name.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next()?.to_lowercase();
        if name == ".env" || name.starts_with(".env.") {
            return Some(Self::Dotenv);
        }
        match name.rsplit_once('.')?.1 {
            "csv" | "tsv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "env" | "dotenv" => Some(Self::Dotenv),
            _ => None,
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Format {
    type Err = NotAFormat;

    fn from_str(text: &str) -> Result<Self, NotAFormat> {
        Self::ALL.into_iter().find(|format| format.word() == text).ok_or_else(|| NotAFormat(text.to_owned()))
    }
}

/// A word that names no format.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{}' is no format; it is csv, json or dotenv", text::clipped(&text::escaped(.0), 40, false))]
pub struct NotAFormat(String);

/// What a person says about a file to be read.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The service of every token that the file gives none.
    pub service: Option<String>,
    /// Which of a table's columns hold what, where their names do not say.
    pub map: Vec<csv::Chosen>,
    /// Every variable of a dotenv file, not only those whose names say that they hold a token.
    pub all: bool,
}

/// What variables customarily hold, as whoever knows services says.
pub trait Customs {
    /// The service whose tokens a variable customarily holds.
    fn service(&self, variable: &str) -> Option<String>;

    /// The service whose address a variable customarily holds.
    fn addressed(&self, variable: &str) -> Option<String>;

    /// Where the token of a service is that a variable holds, if that is not the usual place; `address` is what the file says.
    ///
    /// # Errors
    /// Why that is not told, in a sentence.
    fn instance(&self, service: &str, variable: &str, address: Option<&str>) -> Result<Option<String>, String>;
}

/// Where in a file something stands, so that a later error (a token that is there already) can name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A line, from 1.
    Line(u64),
    /// A JSON pointer: `/tokens/3`.
    Pointer(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Line(line) => write!(f, "line {line}"),
            Self::Pointer(pointer) if pointer.is_empty() => f.write_str("the file"),
            Self::Pointer(pointer) => f.write_str(pointer),
        }
    }
}

/// What a file holds.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The tokens, each with its place. Two may have the same path: whoever adds them looks.
    pub drafts: Vec<(Place, Draft)>,
    /// What was not taken and why, for the person to read; safe on a terminal.
    pub notes: Vec<String>,
}

/// A token to be written, with all that belongs to it.
#[derive(Debug, Clone)]
pub struct Full {
    /// What is known of it.
    pub token: Token,
    /// Its note.
    pub note: Option<String>,
    /// The secrets of its versions; empty where the export is to hold none.
    pub secrets: BTreeMap<VersionId, Secret>,
    /// What is secret about them besides, by name; empty in the same case.
    pub parts: BTreeMap<(VersionId, String), Secret>,
}

impl Full {
    /// The secret in use.
    fn secret(&self) -> Option<&Secret> {
        self.secrets.get(&self.token.current().id)
    }
}

/// A file to be written.
#[derive(Debug)]
pub struct Exported {
    /// Its bytes.
    pub bytes: Pieces,
    /// What the format could not hold, for the person to read; safe on a terminal.
    pub notes: Vec<String>,
}

/// Reads a file.
///
/// # Errors
/// [`Error`] says what is wrong and where. It never holds a secret.
pub fn read(
    format: Format,
    bytes: &[u8],
    options: &Options,
    customs: &dyn Customs,
    now: &Now,
) -> Result<Imported, Error> {
    let refused = |option| Err(Error::NotForFormat { option, format });
    match format {
        Format::Json if options.service.is_some() => return refused("--service"),
        Format::Json | Format::Dotenv if !options.map.is_empty() => return refused("--map"),
        Format::Json | Format::Csv if options.all => return refused("--all"),
        _ => {}
    }
    match format {
        Format::Csv => csv::read(bytes, options, now),
        Format::Json => json::read(bytes),
        Format::Dotenv => dotenv::read(bytes, options, customs),
    }
}

/// Writes a file of tokens that come one by one, with their secrets or without.
///
/// # Errors
/// Where the format cannot hold the tokens: a dotenv file without secrets, or with two variables of one name.
pub fn write(format: Format, tokens: impl Iterator<Item = Full>, secrets: bool) -> Result<Exported, Error> {
    match format {
        Format::Csv => Ok(csv::write(tokens, secrets)),
        Format::Json => Ok(json::write(tokens)),
        Format::Dotenv => dotenv::write(tokens),
    }
}

/// The text of a file: UTF-8, with or without a byte order mark, and not blank.
fn text_of(bytes: &[u8]) -> Result<&str, Error> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let before = bytes.iter().take(e.valid_up_to()).filter(|&&byte| byte == b'\n').count();
        Error::NotText { line: before as u64 + 1 }
    })?;
    if text.trim().is_empty() { Err(Error::Empty) } else { Ok(text) }
}

/// [`Label::parse`] with an error that does not show what was written: where columns are mixed up, that is a secret.
fn label(label: Label, given: &str) -> Result<String, Cow<'static, str>> {
    label.parse(given).map_err(|_| {
        Cow::Borrowed(match label {
            Label::Service => "a service is a word of lower-case letters, digits, '.', '-' and '_', such as github",
            Label::Instance => "an instance is a host or an https address, such as gitlab.example.com",
            Label::Tag => "a tag has no spaces, no control characters and does not start with '#' or '-'",
            Label::Scope => "a scope has no spaces and no control characters",
            Label::Field => "a field is a word of lower-case letters, digits, '.', '-' and '_', such as account_id",
            Label::Name
            | Label::Account
            | Label::Kind
            | Label::Value
            | Label::Place
            | Label::Command
            | Label::Variable
            | Label::Plain => "it must hold 1 to 512 bytes without control characters or characters that are invisible",
        })
    })
}

/// The name of a column or a field, if it may be shown. In a file without a header the first row is data, and a field
/// may be anything; what is not made like a name is therefore kept back, as it could be a secret.
fn shown_name(name: &str) -> Option<String> {
    let is_word = |word: &str| {
        let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
        letters.chars().count() <= 16 && word.len() - letters.len() <= 2 && letters.chars().all(char::is_alphabetic)
    };
    let fits = !name.is_empty() && name.chars().count() <= 32;
    (fits && name.split([' ', '_', '-', '.', '/', '(', ')']).all(is_word)).then(|| name.to_owned())
}

/// `a, b and 7 more`: names for a note, escaped and not too many.
fn listed(names: &[String]) -> String {
    const SHOWN_MAX: usize = 20;
    let shown = |name: &String| text::clipped(&text::escaped(name), 60, false).into_owned();
    let mut list = names.iter().take(SHOWN_MAX).map(shown).collect::<Vec<_>>().join(", ");
    if names.len() > SHOWN_MAX {
        list.push_str(&format!(" and {} more", names.len() - SHOWN_MAX));
    }
    list
}

#[cfg(test)]
mod tests;

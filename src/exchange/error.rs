//! Why a file was not taken or cannot be written.

use std::borrow::Cow;
use std::fmt;

use super::csv::Fact;
use super::json::SHAPE;
use super::{Format, Place};
use crate::fault::{Explain, Kind};
use crate::text::counted;

/// How many bad rows are named at once.
pub const BAD_ROWS_MAX: usize = 10;

/// Why a file was not taken or cannot be written. Names places, columns and rules; never holds a value of the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Nothing, or a header and nothing below it.
    #[error("the file holds no tokens")]
    Empty,
    /// Not UTF-8.
    #[error("the file is not UTF-8 text; the first odd byte is in line {line}")]
    NotText {
        /// Where.
        line: u64,
    },
    /// A table without a column that cannot be done without.
    #[error("no column of the table is known to hold the {fact}; there are {columns}")]
    NoColumn {
        /// What was looked for.
        fact: Fact,
        /// What there is, as far as it may be shown.
        columns: String,
    },
    /// A column was named that is not there.
    #[error("the table has no column '{column}'; there are {columns}")]
    NoSuchColumn {
        /// What was asked for.
        column: String,
        /// What there is, as far as it may be shown.
        columns: String,
    },
    /// Two columns with one name, which is one that matters.
    #[error("two columns of the table could be the {fact}: both have the same name")]
    TwoColumns {
        /// What they hold.
        fact: Fact,
    },
    /// Not JSON at all.
    #[error("the file {why}: line {line}, column {column}")]
    NotJson {
        /// What was found, in words.
        why: &'static str,
        /// Where.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// Written by a later patvault.
    #[error("the file has shape {version} of a newer patvault; this one reads shape {SHAPE}")]
    Newer {
        /// Which.
        version: u64,
    },
    /// Rows, tokens or lines that cannot be taken.
    #[error("{}", told(.rows, *.more))]
    Rows {
        /// The first of them.
        rows: Vec<Bad>,
        /// How many there are besides.
        more: usize,
    },
    /// A list to read, or tokens to write, without what it is about.
    #[error("there are no secrets in it: {why}")]
    NoSecrets {
        /// What follows, in words.
        why: &'static str,
    },
    /// Two tokens that would go into one variable.
    #[error("{first} and {second} would both be written as {variable}")]
    SameVariable {
        /// The variable.
        variable: String,
        /// The path of one, escaped.
        first: String,
        /// The path of the other, escaped.
        second: String,
    },
    /// An option that this format has no use for.
    #[error("{option} means nothing for a {format} file")]
    NotForFormat {
        /// The option, as it is typed.
        option: &'static str,
        /// The format.
        format: Format,
    },
}

impl Explain for Error {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Empty => "look whether it is the right file, and whether it was saved".to_owned(),
            Self::NotText { .. } => "save it again as UTF-8 ('CSV UTF-8' in a spreadsheet)".to_owned(),
            Self::NoColumn { fact: Fact::Service, .. } => {
                "give one service for the whole file with --service github, or say which column it is with \
                 --map service=COLUMN"
                    .to_owned()
            }
            Self::NoColumn { fact, .. } => {
                format!("say which column it is with --map {fact}=COLUMN; the first row must be the columns' names")
            }
            Self::NoSuchColumn { .. } => "write the column's name as it stands in the first row".to_owned(),
            Self::TwoColumns { fact } => {
                format!("give one of them another name in the first row of the file, or take neither: --map {fact}=")
            }
            Self::NotJson { .. } => "look whether it is the whole file and whether --format is right".to_owned(),
            Self::Newer { .. } => "update patvault, or export again as csv".to_owned(),
            Self::Rows { .. } => "mend them in the file and import it again; nothing was taken from it".to_owned(),
            Self::NoSecrets { .. } => "export again with secrets".to_owned(),
            Self::SameVariable { .. } => "rename one of them, or export them apart".to_owned(),
            Self::NotForFormat { .. } => "leave it out, or give the right --format".to_owned(),
        })
    }
}

/// One row that cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// Where it stands.
    pub place: Place,
    /// Which part of it: a column, a character, a variable.
    pub part: Option<String>,
    /// What is wrong, in words of ours.
    pub why: Cow<'static, str>,
}

impl fmt::Display for Bad {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.part {
            Some(part) => write!(f, "{}, {part}: {}", self.place, self.why),
            None => write!(f, "{}: {}", self.place, self.why),
        }
    }
}

/// One bad row as a sentence, several as a list under a sentence.
fn told(rows: &[Bad], more: usize) -> String {
    if let ([only], 0) = (rows, more) {
        return only.to_string();
    }
    let mut text = format!("{} cannot be taken:", counted(rows.len() + more, "row"));
    for bad in rows {
        text.push_str(&format!("\n  {bad}"));
    }
    if more > 0 {
        text.push_str(&format!("\n  and {more} more"));
    }
    text
}

/// Bad rows as they are met.
#[derive(Default)]
pub(super) struct BadRows {
    rows: Vec<Bad>,
    more: usize,
}

impl BadRows {
    pub fn add(&mut self, bad: Bad) {
        if self.rows.len() < BAD_ROWS_MAX {
            self.rows.push(bad);
        } else {
            self.more += 1;
        }
    }

    /// All or nothing.
    pub fn refuse_any(self) -> Result<(), Error> {
        if self.rows.is_empty() { Ok(()) } else { Err(Error::Rows { rows: self.rows, more: self.more }) }
    }
}

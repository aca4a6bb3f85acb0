//! What is wrong in a JSON file, and where: places and rules, never what was found there.
//!
//! The reader's own words are not passed on as they are: they quote what they met, which may be a secret. What they wanted
//! in its place comes last in them, and is ours.

use std::borrow::Cow;
use std::fmt;

use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};

use crate::exchange::error::{Bad, Error};
use crate::exchange::{Place, shown_name};

/// A rule that is broken at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// A JSON pointer from the value that was looked at.
    pointer: String,
    /// The rule that it breaks.
    why: Cow<'static, str>,
}

impl Wrong {
    /// A rule broken at a place.
    pub fn at(pointer: impl Into<String>, why: impl Into<Cow<'static, str>>) -> Self {
        Self { pointer: pointer.into(), why: why.into() }
    }

    /// The same, seen from the value that holds this one.
    pub fn under(mut self, step: impl fmt::Display) -> Self {
        self.pointer = format!("/{step}{}", self.pointer);
        self
    }

    /// The same, seen from the whole file.
    pub fn into_bad(self) -> Bad {
        Bad { place: Place::Pointer(self.pointer), part: None, why: self.why }
    }
}

/// A file that is not of our shape.
pub fn not_taken(error: &serde_path_to_error::Error<serde_json::Error>) -> Error {
    let inner = error.inner();
    if inner.classify() != Category::Data {
        return not_json(inner);
    }
    let part = Some(format!("line {}, column {}", inner.line(), inner.column()));
    let place = Place::Pointer(pointer(error.path()));
    Error::Rows { rows: vec![Bad { place, part, why: rule(&inner.to_string()) }], more: 0 }
}

/// Where the grammar is broken.
pub fn not_json(error: &serde_json::Error) -> Error {
    let why = if error.is_eof() {
        "is JSON that ends too early"
    } else {
        "is not JSON as it should be, or is nested too deeply"
    };
    Error::NotJson { why, line: error.line(), column: error.column() }
}

/// `/tokens/3/expires`. A name that is not known may be anything, a secret too: there the path ends.
fn pointer(path: &Path) -> String {
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Map { key } => match shown_name(key) {
                Some(name) => pointer.push_str(&format!("/{name}")),
                None => break,
            },
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// The rule that was broken, out of the reader's words.
fn rule(words: &str) -> Cow<'static, str> {
    let words = words.rsplit_once(" at line ").map_or(words, |(words, _)| words);
    if let Some(field) = words.strip_prefix("missing field ") {
        return format!("{} is missing", field.replace('`', "'")).into();
    }
    if let Some(field) = words.strip_prefix("duplicate field ") {
        return format!("{} is there twice", field.replace('`', "'")).into();
    }
    if words.starts_with("unknown field ") {
        return "there is no such field".into();
    }
    let wanted = words.rsplit_once(", expected ").map_or("something else", |(_, wanted)| wanted);
    let plain = match wanted {
        "u32" | "u64" => "a whole number",
        "a string" | "a borrowed string" => "text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "an object",
        name if name.starts_with("struct ") => "an object",
        other => other,
    };
    format!("it must be {}", plain.replace('`', "")).into()
}

//! What a query needs of every token that it finds, so that others need not be read.

use super::{Key, Query, Test};
use crate::text::lower;

/// The longest text that is looked for with a pattern, in bytes; SQLite takes fifty times that.
const LIKE_BYTES_MAX: usize = 1000;

impl Query {
    /// A fact that no token is found without, where that fact has rows of its own.
    pub fn need(&self) -> Option<Need<'_>> {
        self.terms.iter().filter(|term| !term.negated).find_map(|term| match &term.test {
            Test::Fact { key: Key::Scope, value, whole } => Some(Need { of: Hung::Scope, value, whole: *whole }),
            Test::Fact { key: Key::Tag, value, whole } => Some(Need { of: Hung::Tag, value, whole: *whole }),
            _ => None,
        })
    }
}

/// What there may be many of in a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hung {
    /// What it may do.
    Scope,
    /// What a person says of it.
    Tag,
}

/// A fact that a token must have to be found: whoever reads tokens may pass by those that have none like it.
#[derive(Debug, Clone, Copy)]
pub struct Need<'a> {
    /// Which fact.
    pub of: Hung,
    value: &'a str,
    whole: bool,
}

impl Need<'_> {
    /// A pattern of SQL's LIKE. Every fact that meets this fits it; a few others do, too: LIKE knows no case but that of ASCII,
    /// where the signs for kelvin and for an I with a dot are a k and an i in lower case as well.
    pub fn like(&self) -> String {
        if !self.value.is_ascii() || self.value.len() > LIKE_BYTES_MAX {
            return "%".to_owned();
        }
        let loose = |sign| if matches!(sign, 'i' | 'k' | '%' | '_') { '_' } else { sign };
        let pattern: String = self.value.chars().map(loose).collect();
        if self.whole { pattern } else { format!("%{pattern}%") }
    }

    /// Whether this is such a fact.
    pub fn is_met_by(&self, fact: &str) -> bool {
        fits(fact, self.value, self.whole)
    }
}

/// Whether a fact holds a text in lower case, or is it.
pub(super) fn fits(fact: &str, value: &str, whole: bool) -> bool {
    let lower = lower(fact);
    if whole { lower == value } else { lower.contains(value) }
}

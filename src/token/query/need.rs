//! What a query needs of every token that it finds, so that others need not be read.

use super::{Key, Query, Test};
use crate::text::lower;

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
    /// Whether this is such a fact.
    pub fn is_met_by(&self, fact: &str) -> bool {
        fits(fact, self.value, self.whole)
    }
}

/// Whether a fact holds a text in lower case, or is it.
pub(super) fn fits(fact: &str, value: &str, whole: bool) -> bool {
    // Nearly all facts and queries are; a list looks at tens of thousands.
    if fact.is_ascii() && value.is_ascii() {
        let (fact, value) = (fact.as_bytes(), value.as_bytes());
        return if whole {
            fact.eq_ignore_ascii_case(value)
        } else {
            value.is_empty() || fact.windows(value.len()).any(|part| part.eq_ignore_ascii_case(value))
        };
    }
    let lower = lower(fact);
    if whole { lower == value } else { lower.contains(value) }
}

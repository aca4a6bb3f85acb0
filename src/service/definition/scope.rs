//! What tokens of a service may do, by the service's names.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scope::Risk;

/// A set of scopes from which a kind of token is given some.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeSet {
    /// What the set as a whole is to be known for, in a sentence.
    #[serde(default)]
    pub note: Option<String>,
    /// Scopes by name.
    #[serde(default)]
    pub words: Vec<ScopeWord>,
    /// Families of scopes by their form, for those that are too many to name. Words count first.
    #[serde(default)]
    pub families: Vec<ScopeFamily>,
}

/// A scope.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeWord {
    /// The service's name for it.
    pub name: String,
    /// What it opens, in a phrase of our own.
    pub what: String,
    /// low: reads; medium: writes; high: administers, spends, destroys, or hands out rights.
    pub risk: Risk,
    /// Scopes that it contains.
    #[serde(default)]
    pub contains: Vec<String>,
    /// The service's documentation does not name it.
    #[serde(default)]
    pub unproven: bool,
}

/// Scopes of one form.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeFamily {
    /// A regular expression for all of the name.
    pub pattern: String,
    /// What such scopes open, in a phrase.
    pub what: String,
    /// The risk of each.
    pub risk: Risk,
}

impl ScopeSet {
    /// Whether a scope contains another one, however deep.
    pub fn contains(&self, wider: &str, name: &str) -> bool {
        let mut open = vec![wider];
        let mut seen = BTreeSet::new();
        while let Some(scope) = open.pop() {
            let inner = self.word(scope).map_or(&[][..], |word| &word.contains);
            if inner.iter().any(|inner| inner == name) {
                return true;
            }
            open.extend(inner.iter().map(String::as_str).filter(|inner| seen.insert(*inner)));
        }
        false
    }

    /// The scope of that name.
    pub fn word(&self, name: &str) -> Option<&ScopeWord> {
        self.words.iter().find(|word| word.name == name)
    }
}

//! What a token may do, and how much harm that allows.

use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much harm a scope allows, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    /// Reads.
    Low,
    /// Writes.
    Medium,
    /// Administers, deletes, or hands out rights.
    High,
}

impl Risk {
    /// All of them, least first.
    pub const ALL: [Self; 3] = [Self::Low, Self::Medium, Self::High];

    /// The word that people read and type.
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }
}

impl fmt::Display for Risk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Risk {
    type Err = NotARisk;

    fn from_str(text: &str) -> Result<Self, NotARisk> {
        Self::ALL.into_iter().find(|risk| risk.word() == text).ok_or_else(|| NotARisk(text.to_owned()))
    }
}

/// A word that names no risk.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{}' is no risk; it is low, medium or high", crate::text::escaped(.0))]
pub struct NotARisk(String);

/// One thing a token may do, by the service's own name for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scope {
    /// The service's name for it, such as `repo` or `read_api`.
    pub name: String,
    /// What the person said of its risk; see [`Scope::risk`] for what holds when they did not.
    pub rated: Option<Risk>,
    /// What the catalogue of services says of its risk, where somebody looked.
    pub known: Option<Risk>,
}

impl Scope {
    /// The risk a person gave, else what is known of it, else what the name suggests.
    pub fn risk(&self) -> Option<Risk> {
        self.rated.or(self.known).or_else(|| suggested(&self.name))
    }
}

/// Where a scope stands between what a person wants of a version and what its service said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It is wanted; whether it is granted, the service did not say.
    Noted,
    /// It is granted, and nobody wants it otherwise.
    Granted,
    /// It is granted beyond what is wanted.
    Unasked,
    /// It is wanted and not granted.
    Lacking,
}

impl Standing {
    /// What is said of it; nothing where there is nothing to say.
    pub fn words(self) -> &'static str {
        match self {
            Self::Noted => "",
            Self::Granted => "granted",
            Self::Unasked => "granted, not wanted",
            Self::Lacking => "wanted, not granted",
        }
    }
}

/// The names of the scopes that a service granted. As text (in files and in the record of changes) they are in order, with
/// spaces between: `gist repo`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Granted(BTreeSet<String>);

impl Granted {
    /// The names of these.
    pub fn of(scopes: &[Scope]) -> Self {
        scopes.iter().map(|scope| scope.name.clone()).collect()
    }

    /// The scopes of these names, with the risks that the person gave to those that they want.
    pub fn scopes(self, wanted: &[Scope]) -> Vec<Scope> {
        let rated = |name: &String| wanted.iter().find(|scope| scope.name == *name)?.rated;
        self.0.into_iter().map(|name| Scope { rated: rated(&name), name, known: None }).collect()
    }
}

impl FromIterator<String> for Granted {
    fn from_iter<I: IntoIterator<Item = String>>(names: I) -> Self {
        Self(names.into_iter().collect())
    }
}

impl fmt::Display for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, name) in self.0.iter().enumerate() {
            let space = if at == 0 { "" } else { " " };
            write!(f, "{space}{name}")?;
        }
        Ok(())
    }
}

impl FromStr for Granted {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.split_whitespace().map(str::to_owned).collect())
    }
}

/// What a scope's name suggests, from the words services commonly use; `None` where it suggests nothing.
fn suggested(name: &str) -> Option<Risk> {
    // What counts first stands first: a reading scope often names what it reads (`read:repo_hook`, `read_api`).
    const WORDS: [(Risk, &[&str]); 3] = [
        (Risk::High, &["admin", "owner", "delete", "manage", "sudo", "full", "root", "all"]),
        (Risk::Low, &["read", "view", "list", "get", "readonly", "profile"]),
        (Risk::Medium, &["write", "repo", "api", "create", "update", "push", "publish", "upload", "edit", "send"]),
    ];
    let place =
        |part: &str| WORDS.iter().position(|(_, words)| words.iter().any(|word| part.eq_ignore_ascii_case(word)));
    let first = name.split(|c: char| !c.is_alphanumeric()).filter_map(place).min()?;
    WORDS.get(first).map(|(risk, _)| *risk)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_suggests_its_risk() {
        let cases = [
            ("repo", Some(Risk::Medium)),
            ("read:org", Some(Risk::Low)),
            ("read_api", Some(Risk::Low)),
            ("api", Some(Risk::Medium)),
            ("admin:org", Some(Risk::High)),
            ("delete_repo", Some(Risk::High)),
            ("Code.Read", Some(Risk::Low)),
            ("chat:write", Some(Risk::Medium)),
            ("gist", None),
        ];
        for (name, want) in cases {
            assert_eq!(Scope { name: name.into(), rated: None, known: None }.risk(), want, "{name}");
        }
    }

    #[test]
    fn what_a_person_said_wins() {
        let scope = Scope { name: "admin:org".into(), rated: Some(Risk::Low), known: None };
        assert_eq!(scope.risk(), Some(Risk::Low));
    }
}

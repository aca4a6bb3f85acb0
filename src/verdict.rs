//! What a service answered when it was asked about a token.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A service's answer. Only the service's own word makes a token dead: a proxy's page, an error or a missing right is
/// [`Outcome::Refused`], which tells nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It works.
    Alive,
    /// The service says that it does not work any more.
    Dead,
    /// The service did not say.
    Refused,
}

impl Outcome {
    /// The word that people read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Alive => "alive",
            Self::Dead => "dead",
            Self::Refused => "refused",
        }
    }
}

/// An outcome, when it was given, and what the service said of the reason.
///
/// As text (in the record of changes): `alive 2026-11-22T10:00:00Z`, then the reason where there is one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Verdict {
    /// The answer.
    pub outcome: Outcome,
    /// When it was given.
    pub at: DateTime<Utc>,
    /// Why, in a few words; never a response body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

impl Verdict {
    /// The service said that the token does not work any more.
    pub fn is_dead(&self) -> bool {
        self.outcome == Outcome::Dead
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.outcome.word(), self.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))?;
        self.why.as_ref().map_or(Ok(()), |why| write!(f, " {why}"))
    }
}

impl FromStr for Verdict {
    type Err = NotAVerdict;

    fn from_str(text: &str) -> Result<Self, NotAVerdict> {
        let mut parts = text.splitn(3, ' ');
        let outcome = match parts.next() {
            Some("alive") => Outcome::Alive,
            Some("dead") => Outcome::Dead,
            Some("refused") => Outcome::Refused,
            _ => return Err(NotAVerdict),
        };
        let at = parts.next().and_then(|at| DateTime::parse_from_rfc3339(at).ok()).ok_or(NotAVerdict)?.to_utc();
        Ok(Self { outcome, at, why: parts.next().map(str::to_owned) })
    }
}

/// Text that is no verdict in its stored form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a verdict with its time")]
pub struct NotAVerdict;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_form_is_stable() {
        for text in ["alive 2026-11-22T10:00:00Z", "dead 2026-11-22T10:00:00Z token was revoked"] {
            assert_eq!(text.parse::<Verdict>().unwrap().to_string(), text);
        }
        for bad in ["", "alive", "alive yesterday", "Alive 2026-11-22T10:00:00Z"] {
            assert_eq!(bad.parse::<Verdict>(), Err(NotAVerdict), "{bad:?}");
        }
    }
}

//! A rotation that is under way: begun from a version, and not at its end.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::expiry::Date;

/// How far a rotation from a version has come. As text (in files and in the record of changes):
/// `begun 2026-11-22T10:00:00Z`, `asked 2026-11-22T10:00:00Z rotate`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Rotation {
    /// The person began it then, by hand.
    Begun(DateTime<Utc>),
    /// A call went out, and it is not known what became of it.
    Asked {
        /// When.
        at: DateTime<Utc>,
        /// The name of the call in the service's definition.
        call: String,
    },
}

impl Rotation {
    /// Since when it is under way.
    pub fn since(&self) -> DateTime<Utc> {
        match self {
            Self::Begun(at) | Self::Asked { at, .. } => *at,
        }
    }
}

impl fmt::Display for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Begun(at) => write!(f, "begun {}", Date::Instant(*at)),
            Self::Asked { at, call } => write!(f, "asked {} {call}", Date::Instant(*at)),
        }
    }
}

impl FromStr for Rotation {
    type Err = NotARotation;

    fn from_str(text: &str) -> Result<Self, NotARotation> {
        let time = |text: &str| DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).map_err(|_| NotARotation);
        match text.split_once(' ').ok_or(NotARotation)? {
            ("begun", at) => time(at).map(Self::Begun),
            ("asked", rest) => match rest.split_once(' ') {
                Some((at, call)) if !call.is_empty() => Ok(Self::Asked { at: time(at)?, call: call.to_owned() }),
                _ => Err(NotARotation),
            },
            _ => Err(NotARotation),
        }
    }
}

/// Text that is no rotation in its stored form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a rotation that is under way")]
pub struct NotARotation;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_form_is_stable() {
        for text in ["begun 2026-11-22T10:00:00Z", "asked 2026-11-22T10:00:00Z rotate"] {
            assert_eq!(text.parse::<Rotation>().unwrap().to_string(), text);
        }
        for bad in ["", "begun", "begun yesterday", "asked 2026-11-22T10:00:00Z", "asked 2026-11-22T10:00:00Z ", "x y"]
        {
            assert_eq!(bad.parse::<Rotation>(), Err(NotARotation), "{bad:?}");
        }
    }
}

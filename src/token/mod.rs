//! Tokens: what a person names and keeps, and every rule about them. No I/O, no clock.

pub mod change;
pub mod column;
pub mod consumer;
pub mod draft;
pub mod expiry;
pub mod id;
pub mod label;
pub mod now;
pub mod parts;
pub mod phrase;
pub mod query;
pub mod reminder;
pub mod rotation;
pub mod rules;
pub mod status;
pub mod when;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use crate::scope::{Scope, Standing};
use crate::verdict::Verdict;
use consumer::Way;
use expiry::{Date, Expiry};
use id::{TokenId, VersionId};
use reminder::Mark;
use rotation::Rotation;
use rules::Policy;

/// What a person names and keeps: everything known about a token but its secrets and its note. One that was read in
/// [`Parts`](parts::Parts) has nothing in the others, and came at the beginning of time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Token {
    /// Its own id.
    pub id: TokenId,
    /// Who issues it, as a short lower-case word: `github`.
    pub service: String,
    /// What the person calls it. `service/name` is how it is asked for.
    pub name: String,
    /// Base URL of a self-hosted or regional service.
    pub instance: Option<String>,
    /// Whose token it is at the service.
    pub account: Option<String>,
    /// Which sort of token, in the service's words: `fine-grained PAT`.
    pub kind: Option<String>,
    /// Words the person filed it under.
    pub tags: BTreeSet<String>,
    /// What its service needs to know of it, by the service's own names: `account_id`.
    pub facts: BTreeMap<String, String>,
    /// The places where it is installed, by the person's names for them, and how each is updated.
    pub consumers: BTreeMap<String, Way>,
    /// Other tokens that its service is asked with where it wants another credential, by the names of the service's definition.
    pub with: BTreeMap<String, TokenId>,
    /// Where this token departs from the vault's rules for reminders.
    pub policy: Policy,
    /// When it came into the vault.
    pub added: DateTime<Utc>,
    /// When it was put into the trash.
    pub trashed: Option<DateTime<Utc>>,
    /// When its secrets were destroyed. What was known stays.
    pub purged: Option<DateTime<Utc>>,
    /// Its issued values, newest first. Never empty where they were read.
    pub versions: Vec<Version>,
    /// What the person said to reminders.
    pub marks: Vec<Mark>,
    /// The latest use known to this vault.
    pub last_use: Option<DateTime<Utc>>,
}

/// One issued value of a token: everything but the value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Version {
    /// Its own id.
    pub id: VersionId,
    /// Counts a token's versions from 1.
    pub number: u32,
    /// When it came into the vault.
    pub added: DateTime<Utc>,
    /// When the service issued it, where known.
    pub issued: Option<Date>,
    /// When it ends, and who said so.
    pub expiry: Expiry,
    /// What the person wants it for, by name.
    pub scopes: Vec<Scope>,
    /// What its service said that it granted, by name; `None` where it did not say.
    pub granted: Option<Vec<Scope>>,
    /// The latest answer of the service.
    pub verdict: Option<Verdict>,
    /// What the service told about it besides: `owner`, `email`, and [`LAST_USE`].
    pub told: BTreeMap<String, String>,
    /// The names of what is secret about it besides its secret: `refresh_token`.
    pub parts: BTreeSet<String>,
    /// In which of its token's places it was installed, and when.
    pub installed: BTreeMap<String, DateTime<Utc>>,
    /// Where it stands.
    pub state: State,
    /// The rotation from it that is under way.
    pub rotation: Option<Rotation>,
}

/// The name of the service's own id of a version among what it told. A person may say it, where the service does not.
pub const ID: &str = "id";

/// The name of the last use among what a service told: a day or a time, as the service itself knows it.
pub const LAST_USE: &str = "last_use";

/// Where a version stands. As text (in files and in the record of changes): `current`, `superseded 2026-11-22T10:00:00Z`,
/// `revoked 2026-11-22T10:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum State {
    /// It is the one in use.
    Current,
    /// A newer version took its place on that day, and nobody has shown yet that it is revoked.
    Superseded(DateTime<Utc>),
    /// It was revoked then: by the person's word or the service's.
    Revoked(DateTime<Utc>),
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Current => f.write_str("current"),
            Self::Superseded(at) => write!(f, "superseded {}", Date::Instant(*at)),
            Self::Revoked(at) => write!(f, "revoked {}", Date::Instant(*at)),
        }
    }
}

impl FromStr for State {
    type Err = NotAState;

    fn from_str(text: &str) -> Result<Self, NotAState> {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).map(|at| at.to_utc()).map_err(|_| NotAState);
        match text.split_once(' ') {
            None if text == "current" => Ok(Self::Current),
            Some(("superseded", since)) => at(since).map(Self::Superseded),
            Some(("revoked", then)) => at(then).map(Self::Revoked),
            _ => Err(NotAState),
        }
    }
}

/// Text that is no state in its stored form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a state of a version")]
pub struct NotAState;

impl Token {
    /// `service/name`, the way it is asked for. Not escaped.
    pub fn path(&self) -> String {
        format!("{}/{}", self.service, self.name)
    }

    /// The version in use. A vault without one for some token is not read, so there always is one; but a token that was
    /// read without its versions has one of which nothing is known.
    pub fn current(&self) -> &Version {
        self.versions.first().unwrap_or(&UNREAD)
    }

    /// Older versions that were superseded and not shown to be revoked or dead.
    pub fn owed(&self) -> impl Iterator<Item = (&Version, DateTime<Utc>)> {
        self.versions.iter().filter_map(|version| match version.state {
            State::Superseded(since) if !version.is_dead() => Some((version, since)),
            _ => None,
        })
    }

    /// Neither in the trash nor purged.
    pub fn is_kept(&self) -> bool {
        self.trashed.is_none() && self.purged.is_none()
    }
}

/// Stands where versions were not read.
static UNREAD: Version = Version {
    id: VersionId::from_bytes([0; 16]),
    number: 0,
    added: DateTime::UNIX_EPOCH,
    issued: None,
    expiry: Expiry::Unknown,
    scopes: vec![],
    granted: None,
    verdict: None,
    told: BTreeMap::new(),
    parts: BTreeSet::new(),
    installed: BTreeMap::new(),
    state: State::Current,
    rotation: None,
};

impl Version {
    /// What it may do: what its service said that it granted, and where it did not say, what the person wants it for.
    pub fn may(&self) -> &[Scope] {
        self.granted.as_deref().unwrap_or(&self.scopes)
    }

    /// What one that takes its place is wanted for: the same as this, or what this was granted where nobody said more.
    pub fn wanted(&self) -> &[Scope] {
        if self.scopes.is_empty() { self.granted.as_deref().unwrap_or_default() } else { &self.scopes }
    }

    /// All that is wanted or granted, by name, and where each stands between the two.
    pub fn standings(&self) -> Vec<(&Scope, Standing)> {
        let has = |scopes: &[Scope], scope: &Scope| scopes.iter().any(|other| other.name == scope.name);
        let wanted = self.scopes.iter().map(|scope| match &self.granted {
            None => (scope, Standing::Noted),
            Some(granted) if has(granted, scope) => (scope, Standing::Granted),
            Some(_) => (scope, Standing::Lacking),
        });
        // Who never said what they want is not told that it is too much.
        let beyond = if self.scopes.is_empty() { Standing::Granted } else { Standing::Unasked };
        let granted = self.granted.iter().flatten().filter(|scope| !has(&self.scopes, scope));
        let mut all: Vec<_> = wanted.chain(granted.map(|scope| (scope, beyond))).collect();
        all.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
        all
    }

    /// What is granted is not what was wanted.
    pub fn is_mismatched(&self) -> bool {
        self.standings().iter().any(|(_, standing)| matches!(standing, Standing::Unasked | Standing::Lacking))
    }

    /// It does not work any more: the service said so, or it was revoked.
    pub fn is_dead(&self) -> bool {
        self.died().is_some()
    }

    /// Since when it does not work any more, as far as anybody knows.
    pub fn died(&self) -> Option<DateTime<Utc>> {
        let said = self.verdict.as_ref().filter(|verdict| verdict.is_dead()).map(|verdict| verdict.at);
        let revoked = match self.state {
            State::Revoked(at) => Some(at),
            State::Current | State::Superseded(_) => None,
        };
        said.or(revoked)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::now::tests::instant;
    use super::*;
    use crate::verdict::Outcome;

    /// A token with one version and nothing known; tests set what they are about.
    pub fn token(path: &str) -> Token {
        let (service, name) = path.split_once('/').unwrap();
        let added = instant("2026-11-01T12:00:00Z");
        Token {
            id: TokenId::from_bytes([1; 16]),
            service: service.into(),
            name: name.into(),
            instance: None,
            account: None,
            kind: None,
            tags: BTreeSet::new(),
            facts: BTreeMap::new(),
            consumers: BTreeMap::new(),
            with: BTreeMap::new(),
            policy: Policy::default(),
            added,
            trashed: None,
            purged: None,
            versions: vec![version(1)],
            marks: vec![],
            last_use: None,
        }
    }

    pub fn version(number: u32) -> Version {
        Version {
            id: VersionId::from_bytes([u8::try_from(number).unwrap(); 16]),
            number,
            added: instant("2026-11-01T12:00:00Z"),
            issued: None,
            expiry: Expiry::Unknown,
            scopes: vec![],
            granted: None,
            verdict: None,
            told: BTreeMap::new(),
            parts: BTreeSet::new(),
            installed: BTreeMap::new(),
            state: State::Current,
            rotation: None,
        }
    }

    #[test]
    fn a_state_is_stored_in_words() {
        for text in ["current", "superseded 2026-11-22T10:00:00Z", "revoked 2026-11-22T10:00:00Z"] {
            assert_eq!(text.parse::<State>().unwrap().to_string(), text);
        }
        for bad in ["", "superseded", "current 2026-11-22T10:00:00Z", "revoked yesterday"] {
            assert_eq!(bad.parse::<State>(), Err(NotAState), "{bad:?}");
        }
    }

    pub fn verdict(outcome: Outcome) -> Verdict {
        Verdict { outcome, at: instant("2026-11-20T12:00:00Z"), why: None }
    }
}

//! New secrets that a service gave: each is sealed into a file of its own before anything else is done with it, without the
//! lock, and brought into the vault by the next write. The service gives it once, and the old one may be dead.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use age::{Identity, x25519};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::error::Error;
use super::{disk, lock, seal};
use crate::scope::{Granted, Risk, Scope};
use crate::secret::{SECRET_BYTES_MAX, Secret};
use crate::token::State;
use crate::token::draft::DraftVersion;
use crate::token::id::{TokenId, VersionId};

/// What files of new secrets end in.
const ENDING: &str = ".version";

/// How much of the disk is taken beforehand, in bytes: what is sealed is smaller, and larger ones need room of their own.
const ROOM_BYTES: usize = 2 * SECRET_BYTES_MAX;

/// A version that came from its service.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// Its own id, so that bringing it in twice changes nothing.
    pub id: VersionId,
    /// Which token it is of.
    pub token: TokenId,
    /// The version that it was made from.
    pub before: VersionId,
    /// That one is dead since then: the service killed it.
    pub kills: bool,
    /// When it came.
    pub at: DateTime<Utc>,
    /// What it is.
    pub version: DraftVersion,
    /// What its service needs to know of the token from now on, by name: a user name that belongs to the new secret.
    pub facts: BTreeMap<String, String>,
}

/// An arrival in its stored form.
#[derive(Serialize, Deserialize)]
struct Stored {
    id: VersionId,
    token: TokenId,
    before: VersionId,
    kills: bool,
    at: DateTime<Utc>,
    secret: String,
    parts: BTreeMap<String, String>,
    issued: Option<String>,
    expiry: String,
    /// With the risk that a person gave each, or nothing.
    scopes: BTreeMap<String, String>,
    granted: Option<String>,
    told: BTreeMap<String, String>,
    #[serde(default)]
    facts: BTreeMap<String, String>,
}

impl Arrival {
    fn sealed(&self, to: &x25519::Recipient) -> Result<Vec<u8>, Error> {
        let version = &self.version;
        let text = |secret: &Secret| secret.expose().to_owned();
        let mut stored = Stored {
            id: self.id,
            token: self.token,
            before: self.before,
            kills: self.kills,
            at: self.at,
            secret: text(&version.secret),
            parts: version.parts.iter().map(|(name, part)| (name.clone(), text(part))).collect(),
            issued: version.issued.map(|date| date.to_string()),
            expiry: version.expiry.to_string(),
            scopes: version.scopes.iter().map(|scope| (scope.name.clone(), risk(scope).into())).collect(),
            granted: version.granted.as_deref().map(|granted| Granted::of(granted).to_string()),
            told: version.told.clone(),
            facts: self.facts.clone(),
        };
        // Large enough from the start: a buffer that grows leaves unwiped copies behind.
        let mut plain = Zeroizing::new(Vec::with_capacity(ROOM_BYTES * 2));
        let written = serde_json::to_writer(&mut *plain, &stored);
        drop(Secret::new(std::mem::take(&mut stored.secret)));
        stored.parts.into_values().map(Secret::new).for_each(drop);
        written.map_err(|error| Error::Seal { what: "a new secret", why: error.to_string() })?;
        seal::seal(&plain, "a new secret", to)
    }

    fn read(sealed: &[u8], with: &dyn Identity) -> Option<Self> {
        let stored: Stored = serde_json::from_slice(&seal::open(sealed, &[with]).ok()?).ok()?;
        let scopes: Vec<Scope> = stored
            .scopes
            .into_iter()
            .map(|(name, risk)| Scope { name, rated: risk.parse().ok(), known: None })
            .collect();
        let granted: Option<Granted> = stored.granted.and_then(|names| names.parse().ok());
        let version = DraftVersion {
            secret: Secret::new(stored.secret),
            issued: stored.issued.and_then(|text| text.parse().ok()),
            expiry: stored.expiry.parse().ok()?,
            granted: granted.map(|granted| granted.scopes(&scopes)),
            scopes,
            verdict: None,
            told: stored.told,
            installed: BTreeMap::new(),
            parts: stored.parts.into_iter().map(|(name, part)| (name, Secret::new(part))).collect(),
            state: State::Current,
            added: Some(stored.at),
        };
        let Stored { id, token, before, kills, at, facts, .. } = stored;
        Some(Self { id, token, before, kills, at, version, facts })
    }
}

fn risk(scope: &Scope) -> &'static str {
    scope.rated.map_or("", Risk::word)
}

/// A place on the disk for a new secret, taken before the service is asked for it: a disk that is full by then must not cost
/// the only one that lives.
#[derive(Debug)]
pub struct Berth {
    /// Where it will stand.
    path: PathBuf,
    to: x25519::Recipient,
    /// A share in the journal, for as long as this lives: the vault key is not changed meanwhile, to which it is sealed.
    _share: File,
}

impl Berth {
    /// Takes a place for the version of that id, which will be sealed to the vault's recipient.
    ///
    /// # Errors
    /// [`Error::Meanwhile`] where the vault key is being changed.
    pub(super) fn take(journal: &Path, id: VersionId, to: x25519::Recipient) -> Result<Self, Error> {
        disk::create_dir(journal)?;
        let share = lock::try_share_folder(journal)?.ok_or(Error::Meanwhile { what: "the vault key" })?;
        let path = journal.join(format!("{id}{ENDING}"));
        disk::write_beside(&path, &[0; ROOM_BYTES])?;
        Ok(Self { path, to, _share: share })
    }

    /// Whether it is sealed to that recipient.
    pub(super) fn is_for(&self, recipient: &x25519::Recipient) -> bool {
        self.to.to_string() == recipient.to_string()
    }

    /// Writes a new secret there, and waits until it is on the disk.
    ///
    /// # Errors
    /// [`Error::Io`]; it may be tried again.
    pub fn keep(&self, arrival: &Arrival) -> Result<(), Error> {
        let sealed = arrival.sealed(&self.to)?;
        let beside = disk::beside(&self.path);
        disk::overwrite(&beside, &sealed)?;
        disk::put_in_place(&beside, &self.path)
    }
}

impl Drop for Berth {
    /// A place that was not needed is given back.
    fn drop(&mut self) {
        let _left_for_doctor = disk::remove(&disk::beside(&self.path));
    }
}

/// A new secret that waits to be brought in.
pub(super) struct Waiting {
    path: PathBuf,
    /// `None` for one that does not open, or makes no sense.
    pub(super) arrival: Option<Arrival>,
}

impl Waiting {
    /// Where its file is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

/// What waits to be brought in.
pub(super) fn waiting(journal: &Path, with: &dyn Identity) -> Result<Vec<Waiting>, Error> {
    let read = |path: PathBuf| {
        // One that is gone by now was brought in meanwhile.
        let arrival = disk::read_small(&path).ok().and_then(|sealed| Arrival::read(&sealed, with));
        Waiting { path, arrival }
    };
    Ok(disk::list(journal, ENDING)?.into_iter().map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::expiry::{Date, Expiry, Source};

    #[test]
    fn what_came_is_read_back_as_it_was() {
        let key = x25519::Identity::generate();
        let mut version = DraftVersion::of(Secret::new("not-a-real-secret".into()));
        let ends = "2027-01-31T00:00:00Z".parse().unwrap();
        version.expiry = Expiry::Ends(Date::Instant(ends), Source::Service(ends));
        version.parts.insert("refresh_token".into(), Secret::new("not-real-either".into()));
        version.told.insert("id".into(), "7".into());
        version.scopes.push(Scope { name: "repo".into(), rated: Some(Risk::Low), known: None });
        version.granted = Some("gist repo".parse::<Granted>().unwrap().scopes(&version.scopes));
        let (token, before) = (TokenId::from_bytes([1; 16]), VersionId::from_bytes([2; 16]));
        let facts = BTreeMap::from([("deploy_user".to_owned(), "robot".to_owned())]);
        let arrival =
            Arrival { id: VersionId::from_bytes([3; 16]), token, before, kills: true, at: ends, version, facts };
        let sealed = arrival.sealed(&key.to_public()).unwrap();
        let found = Arrival::read(&sealed, &key).unwrap();
        assert_eq!(found.version.secret.expose(), "not-a-real-secret");
        assert_eq!(found.version.parts["refresh_token"].expose(), "not-real-either");
        assert_eq!((found.id, found.token, found.before, found.kills), (arrival.id, token, before, true));
        assert_eq!((found.version.expiry, &found.version.told), (arrival.version.expiry, &arrival.version.told));
        assert_eq!(found.version.scopes, arrival.version.scopes);
        assert_eq!(found.version.granted, arrival.version.granted);
        assert_eq!(found.facts, arrival.facts);
        assert!(Arrival::read(&sealed, &x25519::Identity::generate()).is_none());
    }
}

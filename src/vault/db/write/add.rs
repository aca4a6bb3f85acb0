//! Tokens, versions and secrets that come into the vault.

use std::path::PathBuf;

use age::x25519;
use hmac::{Hmac, Mac};
use rusqlite::params;
use sha2::Sha256;

use super::super::field::Keys;
use super::super::lookup::Twin;
use super::super::read::Reader;
use super::super::row;
use super::{Writer, gone};
use crate::scope::Granted;
use crate::secret::Secret;
use crate::token::change::{Field, Subject};
use crate::token::draft::{Draft, DraftVersion};
use crate::token::expiry::Expiry;
use crate::token::id::{TokenId, VersionId};
use crate::token::{State, Token};
use crate::vault::arrival::{Arrival, Waiting};
use crate::vault::error::{Error, sql};
use crate::vault::{random, seal};

impl Writer<'_> {
    /// Adds tokens, with their secrets sealed. Gives their ids in the same order.
    pub fn add(&mut self, drafts: &[Draft]) -> Result<Vec<TokenId>, Error> {
        let secrets: Vec<&Secret> =
            drafts.iter().flat_map(|draft| draft.versions.iter().rev().flat_map(secrets_of)).collect();
        let mut sealed = seal_all(&secrets, &self.recipient)?.into_iter();
        drafts.iter().map(|draft| self.add_one(draft, &mut sealed)).collect()
    }

    /// `sealed` gives what is secret about this draft's versions next, sealed, oldest first.
    fn add_one(&mut self, draft: &Draft, sealed: &mut impl Iterator<Item = Vec<u8>>) -> Result<TokenId, Error> {
        let id: TokenId = random::id()?;
        self.touched.insert(id, None);
        let added = row::time(draft.added.unwrap_or(self.author.at));
        let insert = "INSERT INTO token (id, service, name, added) VALUES (?1, ?2, ?3, ?4)";
        let db = self.reader.db;
        db.run(insert, params![id.as_bytes(), draft.service, draft.name, added]).map_err(sql("add a token"))?;
        let keys = Keys { token: db.connection.last_insert_rowid(), version: None };
        self.record(keys, &Field::Added, None, Some(&draft.path()))?;
        for (field, value) in facts_of(draft) {
            db.set_field(keys, &field, Some(&value))?;
            self.record(keys, &field, None, Some(&value))?;
        }
        if draft.versions.is_empty() {
            return Err(Error::Seal { what: "a token", why: "it came without a secret".into() });
        }
        for version in draft.versions.iter().rev() {
            self.insert_version(random::id()?, keys.token, version, version.state, sealed)?;
        }
        Ok(id)
    }

    /// Adds a version to a token: it is the one in use from now on, whatever state its draft names, and the one before is
    /// superseded. Secret parts that it does not bring itself are those of the version before.
    ///
    /// # Errors
    /// [`Error::Purged`] where the token's secrets were destroyed.
    pub fn add_version(&mut self, id: TokenId, version: &DraftVersion) -> Result<VersionId, Error> {
        let token = self.token(id)?.ok_or_else(|| gone("find a token"))?;
        let before = self.keys(Subject { token: id, version: Some(token.current().id) })?;
        self.check_not_purged(before, id)?;
        self.insert_current(random::id()?, before, &token, version)
    }

    /// Brings in what services gave and has waited since. Gives the files that are not needed any more.
    pub(in crate::vault) fn bring_in(&mut self, waiting: &[Waiting]) -> Result<Vec<PathBuf>, Error> {
        let mut brought = vec![];
        for waiting in waiting {
            if let Some(arrival) = &waiting.arrival
                && self.arrive(arrival)?
            {
                brought.push(waiting.path().to_owned());
            }
        }
        Ok(brought)
    }

    /// Brings in a version that its service gave; one that is here already changes nothing, and one with a secret that the token
    /// has already only ends the rotation. `false` where its token is not here any more, or was purged.
    pub fn arrive(&mut self, arrival: &Arrival) -> Result<bool, Error> {
        let Some(token) = self.token(arrival.token)?.filter(|token| token.purged.is_none()) else { return Ok(false) };
        if token.versions.iter().any(|version| version.id == arrival.id) {
            return Ok(true);
        }
        let is_new = !self.same_secret(&arrival.version.secret)?.iter().any(|twin| twin.token == token.id);
        if token.versions.iter().any(|version| version.id == arrival.before) {
            let before = self.keys(Subject { token: token.id, version: Some(arrival.before) })?;
            self.put(before, &Field::Rotation, None)?;
            if arrival.kills && is_new {
                self.put(before, &Field::State, Some(&State::Revoked(arrival.at).to_string()))?;
            }
        }
        if !is_new {
            return Ok(true);
        }
        let token = self.token(arrival.token)?.ok_or_else(|| gone("find a token"))?;
        let current = self.keys(Subject { token: token.id, version: Some(token.current().id) })?;
        self.insert_current(arrival.id, current, &token, &arrival.version)?;
        for (name, value) in &arrival.facts {
            self.put(current, &Field::Fact(name.clone()), Some(value))?;
        }
        Ok(true)
    }

    /// Puts a version in the place of the one in use.
    fn insert_current(
        &mut self,
        id: VersionId,
        before: Keys,
        token: &Token,
        version: &DraftVersion,
    ) -> Result<VersionId, Error> {
        // What was revoked already is not owed.
        if token.current().state == State::Current {
            self.put(before, &Field::State, Some(&State::Superseded(self.author.at).to_string()))?;
        }
        let secrets: Vec<&Secret> = secrets_of(version).collect();
        let mut sealed = seal_all(&secrets, &self.recipient)?.into_iter();
        let keys = self.insert_version(id, before.token, version, State::Current, &mut sealed)?;
        for name in token.current().parts.iter().filter(|name| !version.parts.contains_key(*name)) {
            let copy = "INSERT INTO part (version, name, sealed) SELECT ?1, name, sealed FROM part
                        WHERE version = ?2 AND name = ?3";
            let values = params![keys.version, before.version, name];
            self.reader.db.run(copy, values).map_err(sql("carry a secret over"))?;
            self.record(keys, &Field::Part(name.clone()), None, Some(""))?;
        }
        Ok(id)
    }

    /// `sealed` gives what is secret about this version next, sealed, as `secrets_of` names it.
    fn insert_version(
        &mut self,
        id: VersionId,
        token: i64,
        version: &DraftVersion,
        state: State,
        sealed: &mut impl Iterator<Item = Vec<u8>>,
    ) -> Result<Keys, Error> {
        let lacking = || Error::Seal { what: "a secret", why: "one was left out".into() };
        let added = row::time(version.added.unwrap_or(self.author.at));
        let db = self.reader.db;
        let insert = "INSERT INTO version (id, token, added, state) VALUES (?1, ?2, ?3, ?4)";
        db.run(insert, params![id.as_bytes(), token, added, state.to_string()]).map_err(sql("add a version"))?;
        let key = db.connection.last_insert_rowid();
        let keys = Keys { token, version: Some(key) };
        let fingerprint = self.reader.fingerprint(&version.secret)?;
        let insert = "INSERT INTO secret (version, fingerprint, sealed) VALUES (?1, ?2, ?3)";
        let values = params![key, fingerprint, sealed.next().ok_or_else(lacking)?];
        db.run(insert, values).map_err(sql("add a secret"))?;
        self.record(keys, &Field::VersionAdded, None, Some(&added))?;
        for (field, value) in facts_of_version(version) {
            db.set_field(keys, &field, Some(&value))?;
            self.record(keys, &field, None, Some(&value))?;
        }
        for name in version.parts.keys() {
            self.put_part(keys, name, &sealed.next().ok_or_else(lacking)?, None)?;
        }
        Ok(keys)
    }

    /// Sets something secret about a version besides its secret. What stood there is gone for good; the history says that it
    /// was replaced, never what it is.
    ///
    /// # Errors
    /// [`Error::Purged`] where the token's secrets were destroyed.
    pub fn set_part(&mut self, subject: Subject, name: &str, secret: &Secret) -> Result<(), Error> {
        let keys = self.keys(subject)?;
        let version = subject.version.ok_or_else(|| gone("find a version of a token"))?;
        self.check_not_purged(keys, subject.token)?;
        let old = self.part(version, name)?;
        if old.as_ref().is_some_and(|old| old.expose() == secret.expose()) {
            return Ok(());
        }
        let sealed = seal::seal(secret.expose().as_bytes(), "a secret", &self.recipient)?;
        self.put_part(keys, name, &sealed, old.map(|_| ""))
    }

    fn put_part(&mut self, keys: Keys, name: &str, sealed: &[u8], old: Option<&str>) -> Result<(), Error> {
        let insert = "INSERT OR REPLACE INTO part (version, name, sealed) VALUES (?1, ?2, ?3)";
        self.reader.db.run(insert, params![keys.version, name, sealed]).map_err(sql("set a secret"))?;
        self.record(keys, &Field::Part(name.to_owned()), old, Some(""))
    }

    fn check_not_purged(&self, keys: Keys, token: TokenId) -> Result<(), Error> {
        match self.reader.db.field(keys, &Field::Purged)? {
            Some(_) => Err(Error::Purged { token: token.short() }),
            None => Ok(()),
        }
    }
}

/// What is secret about a version: the value, then its parts by name.
fn secrets_of(version: &DraftVersion) -> impl Iterator<Item = &Secret> {
    std::iter::once(&version.secret).chain(version.parts.values())
}

impl Reader<'_> {
    /// Where the same secret stands already, in whatever state.
    pub fn same_secret(&self, secret: &Secret) -> Result<Vec<Twin>, Error> {
        self.twins(&self.fingerprint(secret)?)
    }

    /// A keyed digest of a secret: equal for equal secrets, of no use outside this vault.
    pub fn fingerprint(&self, secret: &Secret) -> Result<Vec<u8>, Error> {
        let key: Vec<u8> = self
            .db
            .connection
            .prepare_cached("SELECT fingerprint_key FROM vault")
            .and_then(|mut q| q.query_row([], |r| r.get(0)))
            .map_err(sql("read the fingerprint's key"))?;
        fingerprint(&key, secret)
    }
}

/// HMAC-SHA-256 of a secret under the vault's own key: equal for equal secrets, and of no use outside the vault.
pub(in crate::vault) fn fingerprint(key: &[u8], secret: &Secret) -> Result<Vec<u8>, Error> {
    let bad = |_| Error::Seal { what: "a fingerprint", why: "its key has a wrong length".into() };
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(bad)?;
    mac.update(secret.expose().as_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}

/// Seals many secrets, on every core: each costs a key exchange, and an import brings thousands.
pub(in crate::vault) fn seal_all(secrets: &[&Secret], to: &x25519::Recipient) -> Result<Vec<Vec<u8>>, Error> {
    let seal_some = |some: &[&Secret]| -> Result<Vec<Vec<u8>>, Error> {
        some.iter().map(|secret| seal::seal(secret.expose().as_bytes(), "a secret", to)).collect()
    };
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = secrets.len().div_ceil(cores).max(32);
    if secrets.len() <= share {
        return seal_some(secrets);
    }
    let lost = || Error::Seal { what: "a secret", why: "a thread ended early".into() };
    std::thread::scope(|scope| {
        let workers: Vec<_> = secrets.chunks(share).map(|some| scope.spawn(move || seal_some(some))).collect();
        let parts = workers.into_iter().map(|worker| worker.join().map_err(|_| lost())?);
        parts.collect::<Result<Vec<_>, _>>().map(|parts| parts.concat())
    })
}

/// What a draft says of its token, in stored form. Service and name stand in the token's row from the start.
fn facts_of(draft: &Draft) -> Vec<(Field, String)> {
    let days = |days: Option<u32>| days.map(|days| days.to_string());
    let mut facts: Vec<(Field, String)> = [
        (Field::Instance, draft.instance.clone()),
        (Field::Account, draft.account.clone()),
        (Field::Kind, draft.kind.clone()),
        (Field::Note, draft.note.clone().filter(|note| !note.is_empty())),
        (Field::Lead, days(draft.policy.lead_days)),
        (Field::Cadence, days(draft.policy.cadence_days)),
        (Field::Unused, days(draft.policy.unused_days)),
    ]
    .into_iter()
    .filter_map(|(field, value)| value.map(|value| (field, value)))
    .collect();
    facts.extend(draft.tags.iter().map(|tag| (Field::Tag(tag.clone()), String::new())));
    let consumers = draft.consumers.iter();
    facts.extend(consumers.map(|(place, way)| (Field::Consumer(place.clone()), way.to_string())));
    facts.extend(draft.facts.iter().map(|(name, value)| (Field::Fact(name.clone()), value.clone())));
    facts
}

/// What a draft says of a version, in stored form. Its state stands in its row from the start.
fn facts_of_version(version: &DraftVersion) -> Vec<(Field, String)> {
    let mut facts = vec![];
    if let Some(issued) = version.issued {
        facts.push((Field::Issued, issued.to_string()));
    }
    if version.expiry != Expiry::Unknown {
        facts.push((Field::Expiry, version.expiry.to_string()));
    }
    if let Some(verdict) = &version.verdict {
        facts.push((Field::Verdict, verdict.to_string()));
    }
    facts.extend(version.told.iter().map(|(name, value)| (Field::Told(name.clone()), value.clone())));
    let installed = version.installed.iter();
    facts.extend(installed.map(|(place, at)| (Field::Installed(place.clone()), row::time(*at))));
    for scope in &version.scopes {
        let rated = scope.rated.map_or("", crate::scope::Risk::word);
        facts.push((Field::Scope(scope.name.clone()), rated.to_owned()));
    }
    facts.extend(version.granted.as_deref().map(|granted| (Field::Granted, Granted::of(granted).to_string())));
    facts
}

//! Reading: tokens, notes, secrets.

use std::cell::OnceCell;
use std::collections::HashMap;

use age::Identity;
use chrono::{DateTime, Utc};
use rusqlite::{OptionalExtension, Row, params, params_from_iter};

use super::super::Vault;
use super::super::error::{Error, Wrong, sql};
use super::super::journal::{Use, Waiting};
use super::Db;
use super::row;
use crate::scope::Scope;
use crate::token::id::{BatchId, TokenId, UseId, VaultId, VersionId};
use crate::token::parts::Parts;
use crate::token::reminder::Mark;
use crate::token::rules::Policy;
use crate::token::{Token, Version};

/// An open vault, to be read.
pub struct Reader<'a> {
    /// Where it comes from, for errors that name its file and a backup.
    vault: &'a Vault,
    pub(in crate::vault) db: &'a Db,
    pub(in crate::vault) key: &'a dyn Identity,
    /// What waits in the journal, as it was when the database was opened.
    pub(in crate::vault) journal: &'a [Waiting],
    /// Those of them that the database does not have, once somebody asked.
    waiting: OnceCell<Vec<&'a Use>>,
}

/// What a vault says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// Its id.
    pub id: VaultId,
    /// The name it was created under.
    pub name: String,
    /// When.
    pub created: DateTime<Utc>,
    /// How many times it was written.
    pub revision: u64,
}

/// A way in that the vault remembers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptSlot {
    /// The slot's name.
    pub name: String,
    /// To whom it is sealed; a passphrase has none.
    pub recipient: Option<String>,
    /// When it was added.
    pub added: DateTime<Utc>,
    /// On which device.
    pub device: String,
}

// What is read of every token is read in the order in which it lies in the file: of its rows.
const TOKENS: &str = "SELECT key, id, service, name, trashed, purged, instance, account, kind, lead_days, cadence_days,
                             unused_days, added, last_use FROM token {} ORDER BY token.key";
/// The beginning of the same, where nothing more is looked at: it lies together in an index, in the order of paths.
const NAMES: &str = "SELECT key, id, service, name, trashed, purged FROM token {} ORDER BY service, name";
const TAGS: &str = "SELECT token, name FROM tag {}";
const VERSIONS: &str =
    "SELECT token, key, id, added, issued, expiry, verdict, state FROM version {} ORDER BY version.key";
const SCOPES: &str = "SELECT version, name, risk FROM scope {}";
const MARKS: &str = "SELECT version, duty, answer FROM mark {}";

impl<'a> Reader<'a> {
    /// Joins a database and the uses in the journal.
    pub(in crate::vault) fn of(vault: &'a Vault, db: &'a Db, key: &'a dyn Identity, journal: &'a [Waiting]) -> Self {
        Self { vault, db, key, journal, waiting: OnceCell::new() }
    }

    /// The uses in the journal that are not in the database yet. They are opened when somebody asks: each costs a key
    /// exchange, and whoever only wants a secret does not need them.
    pub(super) fn waiting(&self) -> Result<&[&'a Use], Error> {
        if let Some(known) = self.waiting.get() {
            return Ok(known);
        }
        let mut found = vec![];
        for entry in self.journal.iter().filter_map(|waiting| waiting.entry(self.key)) {
            if !self.db.has_use(entry.id)? {
                found.push(entry);
            }
        }
        Ok(self.waiting.get_or_init(|| found))
    }
}

impl Reader<'_> {
    /// Every token, whatever its state, in no order that means something.
    pub fn tokens(&self) -> Result<Vec<Token>, Error> {
        self.tokens_in(Parts::ALL)
    }

    /// The same, and no more of each than these parts.
    pub fn tokens_in(&self, parts: Parts) -> Result<Vec<Token>, Error> {
        self.load(parts, None)
    }

    /// One token.
    pub fn token(&self, id: TokenId) -> Result<Option<Token>, Error> {
        let Some(key) = self.db.token_key(id)? else { return Ok(None) };
        Ok(self.load(Parts::ALL, Some(key))?.pop())
    }

    /// The tokens of exactly that service and name: there may be several, of different accounts.
    pub fn tokens_at(&self, service: &str, name: &str) -> Result<Vec<Token>, Error> {
        let found = self.sketches_at(service, name)?.into_iter().map(|sketch| self.token(sketch.id));
        found.filter_map(Result::transpose).collect()
    }

    /// The note of a token.
    pub fn note(&self, id: TokenId) -> Result<Option<String>, Error> {
        self.db
            .connection
            .prepare_cached("SELECT text FROM note JOIN token ON token.key = note.token WHERE id = ?1")
            .and_then(|mut q| q.query_row([id.as_bytes()], |r| r.get(0)).optional())
            .map_err(sql("read a note"))
    }

    /// What the vault says of itself.
    pub fn about(&self) -> Result<About, Error> {
        self.db
            .connection
            .query_row("SELECT id, name, created, revision FROM vault", [], |r| {
                Ok(About { id: row::id_at(r, 0)?, name: r.get(1)?, created: row::time_at(r, 2)?, revision: r.get(3)? })
            })
            .map_err(sql("read the vault's own row"))
    }

    /// The ways in that the vault remembers.
    pub fn slots(&self) -> Result<Vec<KeptSlot>, Error> {
        let select = "SELECT slot.name, recipient, added, device.name FROM slot
                      JOIN device ON device.id = slot.device ORDER BY slot.name";
        let slot = |r: &Row| {
            Ok(KeptSlot { name: r.get(0)?, recipient: r.get(1)?, added: row::time_at(r, 2)?, device: r.get(3)? })
        };
        self.all(select, [], slot).map_err(sql("read the ways in"))
    }

    /// To whom the vault is sealed.
    pub(in crate::vault) fn recipient(&self) -> Result<String, Error> {
        self.db.recipient()
    }

    /// How many chunks of the vault's file were opened so far: what reading has cost.
    pub fn chunks_opened(&self) -> usize {
        self.db.chunks_opened()
    }

    /// SQLite's own check of the whole database.
    pub fn is_sound(&self) -> Result<bool, Error> {
        self.db.is_sound()
    }

    pub(super) fn all<T>(
        &self,
        select: &str,
        values: impl rusqlite::Params,
        read: impl FnMut(&Row) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<Vec<T>> {
        self.db.connection.prepare_cached(select)?.query_map(values, read)?.collect()
    }

    /// Tokens with what is asked for of all that hangs on them: the one in that row, or every one.
    fn load(&self, parts: Parts, only: Option<i64>) -> Result<Vec<Token>, Error> {
        let mut found = Found::default();
        self.rows(&mut found, parts, only).map_err(sql("read tokens"))?;
        if parts.have(Parts::VERSIONS) && found.tokens.iter().any(|token| token.versions.is_empty()) {
            return Err(self.without_version());
        }
        if parts.have(Parts::USES) {
            self.add_waiting_uses(&mut found.tokens)?;
        }
        Ok(found.tokens)
    }

    /// A file that holds this was not written by any patvault.
    pub(super) fn without_version(&self) -> Error {
        self.vault.untrusted(Wrong::Damaged("a token has no version"), self.key)
    }

    fn rows(&self, found: &mut Found, parts: Parts, only: Option<i64>) -> rusqlite::Result<()> {
        let tokens = if parts == Parts::NONE { NAMES } else { TOKENS };
        self.each(tokens, "WHERE key = ?1", only, |r| {
            found.keys.push(r.get(0)?);
            found.tokens.push(token(r, parts)?);
            Ok(())
        })?;
        if parts.have(Parts::TAGS) {
            self.each(TAGS, "WHERE token = ?1", only, |r| {
                found.tag(r.get(0)?, r.get(1)?);
                Ok(())
            })?;
        }
        if parts.have(Parts::VERSIONS) {
            self.each(VERSIONS, "WHERE token = ?1", only, |r| {
                found.version(r.get(0)?, r.get(1)?, version(r)?);
                Ok(())
            })?;
        }
        let of_versions = "WHERE version IN (SELECT key FROM version WHERE token = ?1)";
        if parts.have(Parts::SCOPES) {
            self.each(SCOPES, of_versions, only, |r| {
                found.scope(r.get(0)?, scope(r)?);
                Ok(())
            })?;
        }
        if parts.have(Parts::MARKS) {
            self.each(MARKS, of_versions, only, |r| {
                found.mark(r.get(0)?, row::parsed(r, 1)?, row::parsed(r, 2)?);
                Ok(())
            })?;
        }
        found.number();
        Ok(())
    }

    /// Does something with each row of a table: with those `within` one token, or with every one.
    pub(super) fn each(
        &self,
        select: &str,
        within: &str,
        only: Option<i64>,
        mut f: impl FnMut(&Row) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let connection = &self.db.connection;
        let mut select = connection.prepare_cached(&select.replace("{}", only.map_or("", |_| within)))?;
        let mut rows = select.query(params_from_iter(only))?;
        while let Some(row) = rows.next()? {
            f(row)?;
        }
        Ok(())
    }

    fn add_waiting_uses(&self, tokens: &mut [Token]) -> Result<(), Error> {
        let mut last: HashMap<TokenId, DateTime<Utc>> = HashMap::new();
        for entry in self.waiting()? {
            last.entry(entry.token).and_modify(|at| *at = (*at).max(entry.at)).or_insert(entry.at);
        }
        for token in tokens {
            token.last_use = token.last_use.max(last.get(&token.id).copied());
        }
        Ok(())
    }
}

/// Tokens being put together from their rows. Rows come in the order of their keys, and are found by that.
#[derive(Default)]
struct Found {
    tokens: Vec<Token>,
    /// The row of each token.
    keys: Vec<i64>,
    /// The row of each version, the place of its token, and its own there.
    versions: Vec<(i64, usize, usize)>,
}

impl Found {
    fn token(&mut self, key: i64) -> Option<(usize, &mut Token)> {
        let at = self.keys.binary_search(&key).ok()?;
        Some((at, self.tokens.get_mut(at)?))
    }

    fn tag(&mut self, key: i64, tag: String) {
        if let Some((_, token)) = self.token(key) {
            token.tags.insert(tag);
        }
    }

    fn version(&mut self, token: i64, key: i64, version: Version) {
        if let Some((at, token)) = self.token(token) {
            let place = token.versions.len();
            // Most have one; room for four of each token would be the greater part of what a list takes.
            token.versions.reserve_exact(1);
            token.versions.push(version);
            self.versions.push((key, at, place));
        }
    }

    fn of_version(&mut self, key: i64) -> Option<(&mut Token, usize)> {
        let at = self.versions.binary_search_by_key(&key, |(key, ..)| *key).ok()?;
        let (_, token, place) = *self.versions.get(at)?;
        Some((self.tokens.get_mut(token)?, place))
    }

    fn scope(&mut self, key: i64, scope: Scope) {
        if let Some((token, place)) = self.of_version(key)
            && let Some(version) = token.versions.get_mut(place)
        {
            version.scopes.push(scope);
        }
    }

    fn mark(&mut self, key: i64, duty: crate::token::reminder::Duty, answer: crate::token::reminder::Answer) {
        if let Some((token, place)) = self.of_version(key)
            && let Some(version) = token.versions.get(place).map(|version| version.id)
        {
            token.marks.push(Mark { version, duty, answer });
        }
    }

    /// Counts versions from the oldest, and puts the newest first.
    fn number(&mut self) {
        for token in &mut self.tokens {
            for (number, version) in (1..).zip(&mut token.versions) {
                version.number = number;
            }
            token.versions.reverse();
        }
    }
}

fn token(r: &Row, parts: Parts) -> rusqlite::Result<Token> {
    let mut token = Token {
        id: row::id_at(r, 1)?,
        service: r.get(2)?,
        name: r.get(3)?,
        trashed: row::time_or_none(r, 4)?,
        purged: row::time_or_none(r, 5)?,
        instance: None,
        account: None,
        kind: None,
        policy: Policy::default(),
        added: DateTime::UNIX_EPOCH,
        last_use: None,
        tags: std::collections::BTreeSet::new(),
        versions: vec![],
        marks: vec![],
    };
    if parts.have(Parts::FACTS) {
        token.instance = r.get(6)?;
        token.account = r.get(7)?;
        token.kind = r.get(8)?;
        token.policy = Policy { lead_days: r.get(9)?, cadence_days: r.get(10)?, unused_days: r.get(11)? };
        token.added = row::time_at(r, 12)?;
        token.last_use = row::time_or_none(r, 13)?;
    }
    Ok(token)
}

fn version(r: &Row) -> rusqlite::Result<Version> {
    Ok(Version {
        id: row::id_at(r, 2)?,
        number: 0,
        added: row::time_at(r, 3)?,
        issued: row::parsed_or_none(r, 4)?,
        expiry: row::parsed(r, 5)?,
        scopes: vec![],
        verdict: row::parsed_or_none(r, 6)?,
        state: row::parsed(r, 7)?,
    })
}

fn scope(r: &Row) -> rusqlite::Result<Scope> {
    Ok(Scope { name: r.get(1)?, rated: row::parsed_or_none(r, 2)? })
}

impl Db {
    /// The row of a token.
    pub(super) fn token_key(&self, id: TokenId) -> Result<Option<i64>, Error> {
        self.connection
            .prepare_cached("SELECT key FROM token WHERE id = ?1")
            .and_then(|mut q| q.query_row(params![id.as_bytes()], |r| r.get(0)).optional())
            .map_err(sql("find a token"))
    }

    /// The row of a version of a token.
    pub(super) fn version_key(&self, token: i64, id: VersionId) -> Result<Option<i64>, Error> {
        self.connection
            .prepare_cached("SELECT key FROM version WHERE token = ?1 AND id = ?2")
            .and_then(|mut q| q.query_row(params![token, id.as_bytes()], |r| r.get(0)).optional())
            .map_err(sql("find a version"))
    }

    /// Whether a use was folded in already.
    fn has_use(&self, id: UseId) -> Result<bool, Error> {
        self.has("SELECT 1 FROM use WHERE id = ?1", [id.as_bytes()]).map_err(sql("look for a use"))
    }

    /// Whether there is a batch of that id.
    pub(super) fn has_batch(&self, id: BatchId) -> Result<bool, Error> {
        self.has("SELECT 1 FROM batch WHERE id = ?1", [id.as_bytes()]).map_err(sql("look for a batch of changes"))
    }

    fn has(&self, select: &str, values: impl rusqlite::Params) -> rusqlite::Result<bool> {
        self.connection.prepare_cached(select)?.exists(values)
    }

    /// Whether every token has a version. Nothing writes one without; a file that holds one was made by something else.
    pub(in crate::vault) fn is_whole(&self) -> Result<bool, Error> {
        let without = "SELECT 1 FROM token WHERE NOT EXISTS (SELECT 1 FROM version WHERE version.token = token.key)";
        Ok(!self.has(without, []).map_err(sql("check the tokens"))?)
    }
}

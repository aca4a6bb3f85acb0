//! Reading: tokens, notes, ways in.

mod gather;

use std::cell::OnceCell;
use std::collections::HashMap;

use age::Identity;
use chrono::{DateTime, Utc};
use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row, params, params_from_iter};

use super::super::Vault;
use super::super::error::{Error, Wrong, sql};
use super::super::journal::{Use, Waiting};
use super::Db;
use super::row;
use crate::token::Token;
use crate::token::id::{BatchId, TokenId, UseId, VaultId, VersionId};
use crate::token::parts::Parts;
use crate::token::query::{Hung, Need};
use gather::Found;

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

impl<'a> Reader<'a> {
    /// Joins a database and the uses in the journal.
    pub(in crate::vault) fn of(vault: &'a Vault, db: &'a Db, key: &'a dyn Identity, journal: &'a [Waiting]) -> Self {
        Self { vault, db, key, journal, waiting: OnceCell::new() }
    }

    /// The uses in the journal that are not in the database yet. They are opened when somebody asks: each costs a key
    /// exchange, and whoever only wants a secret does not need them.
    pub(in crate::vault) fn waiting(&self) -> Result<&[&'a Use], Error> {
        if let Some(known) = self.waiting.get() {
            return Ok(known);
        }
        let mut found = vec![];
        for entry in self.journal.iter().flat_map(|waiting| waiting.entries(self.key)).flatten() {
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

    /// The same, of the tokens that have what is needed in some version or other.
    pub fn tokens_with(&self, need: &Need, parts: Parts) -> Result<Vec<Token>, Error> {
        let keys = self.with(need).map_err(sql("look for tokens"))?;
        self.load(parts, Some(&keys))
    }

    /// Every token, some at a time: all at once take more room than the database that they come from.
    pub fn each_token(&self, mut f: impl FnMut(Token)) -> Result<(), Error> {
        const AT_ONCE: usize = 256;
        let keys = self.all("SELECT key FROM token ORDER BY key", [], |r| r.get(0)).map_err(sql("read tokens"))?;
        for some in keys.chunks(AT_ONCE) {
            self.load(Parts::ALL, Some(some))?.into_iter().for_each(&mut f);
        }
        Ok(())
    }

    /// How many tokens are in use.
    pub fn kept(&self) -> Result<usize, Error> {
        let select = "SELECT count(*) FROM token WHERE trashed IS NULL AND purged IS NULL";
        self.db.connection.query_row(select, [], |r| r.get(0)).map_err(sql("count the tokens"))
    }

    /// One token.
    pub fn token(&self, id: TokenId) -> Result<Option<Token>, Error> {
        let Some(key) = self.db.token_key(id)? else { return Ok(None) };
        Ok(self.load(Parts::ALL, Some(&[key]))?.pop())
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

    /// The rows of the tokens that have what is needed, in order.
    fn with(&self, need: &Need) -> rusqlite::Result<Vec<i64>> {
        let select = match need.of {
            Hung::Tag => "SELECT token, name FROM tag WHERE name LIKE ?1",
            Hung::Scope => "SELECT version, name FROM scope WHERE name LIKE ?1",
        };
        let fitting = |r: &Row| Ok((r.get::<_, i64>(0)?, need.is_met_by(r.get_ref(1)?.as_str()?)));
        let fitting = self.all(select, [need.like()], fitting)?.into_iter();
        let mut found: Vec<i64> = fitting.filter_map(|(row, met)| met.then_some(row)).collect();
        found.dedup();
        if need.of == Hung::Scope {
            found = self.all(OWNERS, [in_json(&found)], |r| r.get(0))?;
            self.each(GRANTED, "", None, |r| {
                if r.get_ref(1)?.as_str()?.split(' ').any(|name| need.is_met_by(name)) {
                    found.push(r.get(0)?);
                }
                Ok(())
            })?;
            found.sort_unstable();
            found.dedup();
        }
        Ok(found)
    }

    /// Tokens with what is asked for of all that hangs on them: those in these rows, or every one.
    fn load(&self, parts: Parts, only: Option<&[i64]>) -> Result<Vec<Token>, Error> {
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

    /// Does something with each row of a table: with those `within` some tokens, or with every one. In both texts `{}` is
    /// the place of what is more closely said.
    pub(super) fn each(
        &self,
        select: &str,
        within: &str,
        only: Option<&[i64]>,
        mut f: impl FnMut(&Row) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let (within, keys) = match only {
            None => (String::new(), None),
            Some([key]) => (within.replace("{}", "?1"), Some(Value::from(*key))),
            Some(many) => (within.replace("{}", "SELECT value FROM json_each(?1)"), Some(Value::from(in_json(many)))),
        };
        let mut select = self.db.connection.prepare_cached(&select.replace("{}", &within))?;
        let mut rows = select.query(params_from_iter(keys))?;
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

/// The rows of the tokens that versions belong to, in order.
const OWNERS: &str = "SELECT DISTINCT token FROM version WHERE key IN (SELECT value FROM json_each(?1)) ORDER BY token";

/// What services said that versions may do.
const GRANTED: &str = "SELECT token, granted FROM version INDEXED BY version_by_granted WHERE granted IS NOT NULL";

/// Keys of rows as SQLite takes many of them in one question.
fn in_json(keys: &[i64]) -> String {
    format!("{keys:?}")
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rusqlite::Connection;

    use crate::token::now::tests::utc;
    use crate::token::query::Query;

    proptest! {
        /// Who reads passes by what does not fit the pattern, so nothing may meet the need and not fit it.
        #[test]
        fn what_meets_a_need_fits_its_pattern(
            fact in "[a-zA-ZkKiI:_%./ \u{130}\u{212A}\u{E9}\u{C9}\u{DF}]{0,12}",
            (from, len) in (0usize..12, 1usize..6),
            whole in any::<bool>(),
        ) {
            let lower: Vec<char> = fact.to_lowercase().chars().collect();
            let value: String = if whole { fact.clone() } else { lower.iter().skip(from).take(len).collect() };
            let word = format!("scope{}\"{value}\"", if whole { '=' } else { ':' });
            let now = utc("2026-11-22T10:00:00Z");
            let Ok(query) = Query::parse(&word, &now) else { return Ok(()) };
            let Some(need) = query.need() else { return Ok(()) };
            let db = Connection::open_in_memory().unwrap();
            let fits: bool = db.query_row("SELECT ?1 LIKE ?2", [&fact, &need.like()], |r| r.get(0)).unwrap();
            prop_assert!(fits || !need.is_met_by(&fact), "{fact:?} {value:?}");
        }
    }
}

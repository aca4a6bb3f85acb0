//! Writing: every change is recorded, and there is no other way to change a token.

mod add;

use std::collections::{BTreeMap, HashSet};
use std::ops::Deref;

use age::x25519;
use chrono::{DateTime, Utc};
use rusqlite::params;

use super::super::error::{Error, sql};
use super::super::journal::Use;
use super::super::{random, recipient};
use super::field::{self, Keys};
use super::read::Reader;
use super::row;
use crate::token::Token;
use crate::token::change::{Change, Field, Subject};
use crate::token::id::{BatchId, DeviceId, TokenId};

pub(in crate::vault) use add::seal_all;

/// Who writes, and when.
#[derive(Debug, Clone)]
pub struct Author {
    /// On which device.
    pub device: DeviceId,
    /// What that device is called.
    pub device_name: String,
    /// The present.
    pub at: DateTime<Utc>,
}

/// An open vault, to be changed. What it holds after a verb that fails is thrown away.
pub struct Writer<'a> {
    reader: Reader<'a>,
    author: &'a Author,
    verb: &'a str,
    /// The row of this write's batch, from its first change on.
    batch: Option<i64>,
    /// How many changes it has.
    seq: i64,
    recipient: x25519::Recipient,
    /// Something was written that the history does not name: uses were folded in.
    changed: bool,
    touched: BTreeMap<TokenId, Option<Token>>,
}

impl<'a> Deref for Writer<'a> {
    type Target = Reader<'a>;

    fn deref(&self) -> &Reader<'a> {
        &self.reader
    }
}

/// Hybrid logical clocks keep milliseconds above this many bits of a counter (Kulkarni et al. 2014).
const CLOCK_COUNTER_BITS: u32 = 16;

impl<'a> Writer<'a> {
    /// Readies a database to be changed by that verb.
    pub(in crate::vault) fn begin(reader: Reader<'a>, author: &'a Author, verb: &'a str) -> Result<Self, Error> {
        let recipient = recipient(&reader.recipient()?)?;
        Ok(Self { reader, author, verb, batch: None, seq: 0, recipient, changed: false, touched: BTreeMap::new() })
    }

    /// The tokens that this write has to do with, as they were before it; `None` for one that came.
    pub fn touched(&self) -> &BTreeMap<TokenId, Option<Token>> {
        &self.touched
    }

    /// The row of this write's batch; the first change opens it.
    fn batch(&mut self) -> Result<i64, Error> {
        if let Some(batch) = self.batch {
            return Ok(batch);
        }
        let id = random::id::<crate::token::id::OfBatch>()?;
        self.open_batch(id).map_err(sql("begin a record of changes"))?;
        let batch = self.reader.db.connection.last_insert_rowid();
        self.batch = Some(batch);
        Ok(batch)
    }

    fn open_batch(&self, id: BatchId) -> rusqlite::Result<()> {
        let (db, device) = (self.reader.db, self.author.device.as_bytes());
        db.keep_device(self.author)?;
        let now = self.author.at.timestamp_millis() << CLOCK_COUNTER_BITS;
        db.run("UPDATE vault SET clock = max(clock + 1, ?1)", [now])?;
        db.run(
            "INSERT INTO batch (id, clock, at, device, verb) SELECT ?1, clock, ?2, ?3, ?4 FROM vault",
            params![id.as_bytes(), row::time(self.author.at), device, self.verb],
        )
    }

    /// Folds uses in and counts the write. `false` where there is nothing to be written.
    pub(in crate::vault) fn finish(mut self) -> Result<bool, Error> {
        for entry in self.reader.waiting()?.to_vec() {
            self.fold(entry)?;
        }
        if self.batch.is_none() && !self.changed {
            return Ok(false);
        }
        self.reader.db.run("UPDATE vault SET revision = revision + 1", []).map_err(sql("count the write"))?;
        Ok(true)
    }

    fn fold(&mut self, entry: &Use) -> Result<(), Error> {
        let db = self.reader.db;
        // A use of what is not here any more, because a backup was restored, is nothing that could be told.
        let Some(token) = db.token_key(entry.token)? else { return Ok(()) };
        let Some(version) = db.version_key(token, entry.version)? else { return Ok(()) };
        let fold = || {
            let device = entry.device.as_bytes();
            db.run("INSERT OR IGNORE INTO device (id, name) VALUES (?1, ?2)", params![device, entry.device_name])?;
            let at = row::time(entry.at);
            db.run(
                "INSERT OR IGNORE INTO use (id, token, version, at, verb, device) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![entry.id.as_bytes(), token, version, at, entry.verb, device],
            )?;
            let latest = "UPDATE token SET last_use = max(coalesce(last_use, ''), ?2) WHERE key = ?1";
            db.run(latest, params![token, at])
        };
        fold().map_err(sql("fold in a use"))?;
        self.changed = true;
        Ok(())
    }

    /// Sets a field of a token or of one of its versions, and records it. Setting what stands there already is no
    /// change. The value is in its stored form; `None` is "not there".
    ///
    /// # Errors
    /// [`Error::Sql`] for a value that would not be read back as the same, and for what was installed in a place that is none
    /// of the token's.
    pub fn set(&mut self, subject: Subject, field: &Field, new: Option<&str>) -> Result<(), Error> {
        let keys = self.keys(subject)?;
        if !field::fits(field, new) {
            let why = "the value is not in its stored form";
            return Err(sql("set a field")(rusqlite::Error::ToSqlConversionFailure(why.into())));
        }
        if field::is_of_version(field) && keys.version.is_none() {
            return Err(gone("find a version of a token"));
        }
        if let Field::Installed(place) = field
            && self.reader.db.field(keys, &Field::Consumer(place.clone()))?.is_none()
        {
            return Err(gone("find a place of a token"));
        }
        self.put(keys, field, new)
    }

    fn put(&mut self, keys: Keys, field: &Field, new: Option<&str>) -> Result<(), Error> {
        let old = self.reader.db.field(keys, field)?;
        if old.as_deref() == new {
            return Ok(());
        }
        if let (Field::Consumer(place), None) = (field, new) {
            self.forget_installed(keys, place)?;
        }
        self.reader.db.set_field(keys, field, new)?;
        self.record(keys, field, old.as_deref(), new)
    }

    /// What was installed in a place goes with it, so that another place of that name begins anew.
    fn forget_installed(&mut self, keys: Keys, place: &str) -> Result<(), Error> {
        let select = "SELECT installed.version FROM installed JOIN version ON version.key = installed.version
                      WHERE version.token = ?1 AND place = ?2";
        let found = self.reader.all(select, params![keys.token, place], |r| r.get(0));
        for version in found.map_err(sql("find where a version is installed"))? {
            let keys = Keys { version: Some(version), ..keys };
            self.put(keys, &Field::Installed(place.to_owned()), None)?;
        }
        Ok(())
    }

    fn keys(&mut self, subject: Subject) -> Result<Keys, Error> {
        if !self.touched.contains_key(&subject.token) {
            self.touched.insert(subject.token, self.reader.token(subject.token)?);
        }
        let token = self.reader.db.token_key(subject.token)?.ok_or_else(|| gone("find a token"))?;
        let version = match subject.version {
            Some(id) => Some(self.reader.db.version_key(token, id)?.ok_or_else(|| gone("find a version of a token"))?),
            None => None,
        };
        Ok(Keys { token, version })
    }

    fn record(&mut self, keys: Keys, field: &Field, old: Option<&str>, new: Option<&str>) -> Result<(), Error> {
        let batch = self.batch()?;
        self.seq += 1;
        let version = keys.version.filter(|_| field::is_of_version(field));
        let insert =
            "INSERT INTO change (batch, seq, token, version, field, old, new) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let values = params![batch, self.seq, keys.token, version, field.to_string(), old, new];
        self.reader.db.run(insert, values).map_err(sql("record a change"))
    }

    /// Destroys the secrets of a token. What was known of it stays; that it was purged cannot be undone.
    pub fn purge(&mut self, id: TokenId) -> Result<(), Error> {
        let keys = self.keys(Subject { token: id, version: None })?;
        if self.reader.db.field(keys, &Field::Purged)?.is_some() {
            return Ok(());
        }
        for table in ["secret", "part"] {
            let delete = format!("DELETE FROM {table} WHERE version IN (SELECT key FROM version WHERE token = ?1)");
            self.reader.db.run(&delete, [keys.token]).map_err(sql("destroy secrets"))?;
        }
        self.put(keys, &Field::Purged, Some(&row::time(self.author.at)))
    }

    /// Reverses a batch, change by change, and records that as changes of its own.
    ///
    /// # Errors
    /// [`Error::Conflict`] where something was changed again since, [`Error::Purged`] where a secret was destroyed,
    /// [`Error::BroughtSecret`] where a token that was there before got a new version or a secret part: the one before may be
    /// dead, or is not there any more, and what is in use now must not be lost by an undo too many. That a secret was asked for
    /// is as little taken back.
    pub fn undo(&mut self, batch: BatchId) -> Result<(), Error> {
        if !self.reader.db.has_batch(batch)? {
            return Err(gone("find a batch of changes"));
        }
        let changes = self.reader.changes(batch, None, usize::MAX)?;
        let came: HashSet<TokenId> =
            changes.iter().filter(|c| c.field == Field::Added).map(|c| c.subject.token).collect();
        for change in changes.iter().rev() {
            match change.field {
                Field::Purged => return Err(Error::Purged { token: change.subject.token.short() }),
                // A token that came goes to the trash as a whole: its secret is not lost by an undo too many.
                Field::Added => self.trash_if_kept(change.subject.token)?,
                _ if came.contains(&change.subject.token) => {}
                Field::VersionAdded | Field::Part(_) | Field::Rotation => return Err(brought_secret(change)),
                _ => self.reverse(change)?,
            }
        }
        let link = "UPDATE batch SET undoes = (SELECT key FROM batch WHERE id = ?1) WHERE key = ?2";
        let own = self.batch()?;
        self.reader.db.run(link, params![batch.as_bytes(), own]).map_err(sql("record an undo"))
    }

    fn trash_if_kept(&mut self, token: TokenId) -> Result<(), Error> {
        let keys = self.keys(Subject { token, version: None })?;
        for away in [Field::Trashed, Field::Purged] {
            if self.reader.db.field(keys, &away)?.is_some() {
                return Ok(());
            }
        }
        self.put(keys, &Field::Trashed, Some(&row::time(self.author.at)))
    }

    fn reverse(&mut self, change: &Change) -> Result<(), Error> {
        let keys = self.keys(change.subject)?;
        if self.reader.db.field(keys, &Field::Purged)?.is_some() {
            return Err(Error::Purged { token: change.subject.token.short() });
        }
        if self.reader.db.field(keys, &change.field)? != change.new {
            let field = change.field.to_string();
            let what = format!("{} of token {}", crate::text::escaped(&field), change.subject.token.short());
            return Err(Error::Conflict { what });
        }
        self.put(keys, &change.field, change.old.as_deref())
    }

    /// Remembers a way in, so that it can be sealed to again. The history names the verb, though no token was changed.
    pub fn keep_slot(&mut self, name: &str, recipient: Option<&str>) -> Result<(), Error> {
        self.reader.db.keep_slot(name, recipient, self.author)?;
        self.batch().map(drop)
    }

    /// Forgets a way in.
    pub fn forget_slot(&mut self, name: &str) -> Result<(), Error> {
        self.reader.db.run("DELETE FROM slot WHERE name = ?1", [name]).map_err(sql("forget a way in"))?;
        self.batch().map(drop)
    }
}

fn brought_secret(change: &Change) -> Error {
    let what = match &change.field {
        Field::VersionAdded => "the new version".to_owned(),
        Field::Rotation => "the rotation".to_owned(),
        field => crate::text::escaped(&field.to_string()).into_owned(),
    };
    Error::BroughtSecret { what, token: change.subject.token.short() }
}

/// What is asked for by its id is not there.
fn gone(doing: &'static str) -> Error {
    sql(doing)(rusqlite::Error::QueryReturnedNoRows)
}

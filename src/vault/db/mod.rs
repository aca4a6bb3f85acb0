//! The database inside the envelope: all SQL is in this folder. Who writes has it whole in memory, who reads opens the parts
//! that are asked for; no page of it ever meets the disk.

mod field;
mod found;
mod history;
mod lookup;
mod read;
mod row;
mod write;

use std::cmp::Ordering;
use std::io::Read;
use std::sync::Arc;

use rusqlite::serialize::Data;
use rusqlite::{Connection, MAIN_DB};

pub use history::{Batch, UseRecord};
pub use lookup::{Issue, Sketch, Twin};
pub use read::{About, KeptSlot, Reader};
pub use write::{Author, Writer};

use super::chunks::Chunks;
use super::error::{Error, sql};
use super::{migrate, vfs};

/// An open database.
pub(super) struct Db {
    connection: Connection,
    /// The sealed file that it is read from; none where it is in memory, whole.
    sealed: Option<vfs::Shared>,
}

/// What opening a database found.
pub(super) enum Opened {
    /// It is ready, of the newest schema.
    Ready(Db),
    /// A newer patvault wrote it, with this schema.
    Newer(i64),
}

impl Db {
    /// An empty database of the newest schema.
    pub(super) fn create() -> Result<Self, Error> {
        let connection = Connection::open_in_memory().map_err(sql("open a database in memory"))?;
        let db = Self { connection, sealed: None };
        db.set_up()?;
        migrate::migrate(&db.connection)?;
        Ok(db)
    }

    /// Loads the image of a database, of that many bytes; what [`Db::image`] gave.
    pub(super) fn load(image: impl Read, bytes: usize) -> Result<Opened, Error> {
        let mut connection = Connection::open_in_memory().map_err(sql("open a database in memory"))?;
        connection.deserialize_read_exact(MAIN_DB, image, bytes, false).map_err(sql("load the database"))?;
        let db = Self { connection, sealed: None };
        let found = migrate::schema(&db.connection)?;
        if found > migrate::newest() {
            return Ok(Opened::Newer(found));
        }
        db.set_up()?;
        migrate::migrate(&db.connection)?;
        Ok(Opened::Ready(db))
    }

    /// Opens a database in the file that it is sealed in, to be read. `None` for one of an older schema, which cannot be
    /// brought up to date where it lies.
    pub(super) fn open_sealed(sealed: &vfs::Shared) -> Result<Option<Opened>, Error> {
        let connection = vfs::connect(sealed).map_err(sql("open the database"))?;
        let db = Self { connection, sealed: Some(Arc::clone(sealed)) };
        let found = migrate::schema(&db.connection)?;
        match found.cmp(&migrate::newest()) {
            Ordering::Less => Ok(None),
            Ordering::Greater => Ok(Some(Opened::Newer(found))),
            Ordering::Equal => {
                db.set_up()?;
                // One transaction until it is closed: each by itself would look first whether the file is still the same.
                db.begin()?;
                Ok(Some(Opened::Ready(db)))
            }
        }
    }

    /// What reading has found damaged so far.
    pub(super) fn damage(&self) -> Option<&'static str> {
        self.sealed.as_deref().and_then(|sealed| vfs::with(sealed, |chunks| chunks.damage()))
    }

    /// How many chunks of the sealed file were opened so far.
    pub(super) fn chunks_opened(&self) -> usize {
        self.sealed.as_deref().map_or(0, |sealed| vfs::with(sealed, |chunks| chunks.opened()))
    }

    /// The bytes of the database, as a file would hold them.
    pub(super) fn image(&mut self) -> Result<Data<'_>, Error> {
        self.connection.serialize(MAIN_DB).map_err(sql("read the database out"))
    }

    /// How many pages it has.
    pub(super) fn pages(&self) -> Result<u64, Error> {
        self.connection.query_row("PRAGMA page_count", [], |row| row.get(0)).map_err(sql("count the pages"))
    }

    /// Puts the pages of each table side by side, so that who reads one table opens few chunks. What is inserted comes to
    /// stand where there is room, in the middle of other tables.
    pub(super) fn lay_out(&self) -> Result<(), Error> {
        self.connection.execute_batch("VACUUM").map_err(sql("lay the database out"))
    }

    /// SQLite's own check of its pages and of every reference; what is wrong, in its words, is left out: it may quote
    /// what stands in the vault.
    ///
    /// What no table uses is looked at as well: every chunk of the sealed file is opened first.
    pub(super) fn is_sound(&self) -> Result<bool, Error> {
        if self.sealed.as_deref().is_some_and(|sealed| vfs::with(sealed, Chunks::verify).is_err()) {
            return Ok(false);
        }
        let whole: String = self
            .connection
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
            .map_err(sql("check the database"))?;
        let mut orphans = self.connection.prepare("PRAGMA foreign_key_check").map_err(sql("check references"))?;
        let orphaned = orphans.exists([]).map_err(sql("check references"))?;
        Ok(whole == "ok" && !orphaned)
    }

    /// Begins the one transaction of a read or a write: it only saves time, since a write that fails is thrown away.
    pub(super) fn begin(&self) -> Result<(), Error> {
        self.connection.execute_batch("BEGIN").map_err(sql("begin a write"))
    }

    /// Ends it.
    pub(super) fn commit(&self) -> Result<(), Error> {
        self.connection.execute_batch("COMMIT").map_err(sql("finish a write"))
    }

    fn set_up(&self) -> Result<(), Error> {
        // secure_delete: what is purged is overwritten, not only forgotten. trusted_schema: a file from elsewhere may
        // not call functions through its schema. cache_size, in KiB: what a list of thousands reads twice is not opened twice;
        // most of all else is read once, and memory that was not touched yet costs as much as reading again.
        self.connection
            .execute_batch(
                "PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON; PRAGMA foreign_keys = ON;
                 PRAGMA trusted_schema = OFF; PRAGMA cache_size = -4000;",
            )
            .map_err(sql("set the database up"))?;
        self.connection.set_prepared_statement_cache_capacity(64);
        Ok(())
    }
}

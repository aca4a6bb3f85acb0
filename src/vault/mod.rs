//! The vault at rest: a folder with one sealed database, its key slots, its journal and its backups.
//!
//! ```text
//! vault.age          the SQLite database, an age file to the vault key
//! keys/<slot>.age    the vault key, an age file to one way of unlocking each
//! journal/           uses, a file for each device, and secrets that services gave; sealed, not folded in yet
//! backups/           earlier vault.age files
//! lock               held by whoever writes
//! ```
//!
//! A read opens the file that is there and unseals the parts of it that it needs. A write loads it, whole, into memory, under
//! the lock, changes it in one transaction, and replaces the file; whoever crashes leaves the old file or the new one.

mod arrival;
mod backup;
mod chunks;
mod create;
mod db;
mod disk;
mod error;
mod identity;
mod journal;
mod key;
mod keys;
mod lock;
mod migrate;
mod payload;
mod pin;
mod random;
mod rescue;
mod seal;
mod slot;
mod survey;
mod vfs;

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::{Arc, Mutex};

use age::{Identity, x25519};
use chrono::{DateTime, Utc};

use crate::token::id::{Id, VersionId};

pub use arrival::{Arrival, Berth};
pub use backup::{Backup, Retention};
pub use create::Plan;
pub use db::{About, Author, Batch, Issue, KeptSlot, Reader, Sketch, Twin, UseRecord, Writer};
pub use error::{Error, SlotWrong, Wrong};
pub use identity::{BadIdentity, Identities, Prompt, Prompts, read as read_identities};
pub use journal::Use;
pub use key::VaultKey;
pub use keys::SlotFiles;
pub use slot::{NewSlot, Slot, SlotKind, Way};
pub use survey::{Survey, Unsafe};

use chunks::Chunks;
use db::{Db, Opened};
use payload::Sealer;
use pin::{Pin, PinFile};
use seal::Closed;

/// Draws an id at random.
pub fn new_id<T>() -> Result<Id<T>, Error> {
    random::id()
}

/// Whether this device has seen a vault of that name.
pub fn is_known(state: &Path, name: &str) -> bool {
    PinFile::of(state, name).path().exists()
}

/// A vault's folder, and what this device remembers of it.
#[derive(Debug, Clone)]
pub struct Vault {
    dir: PathBuf,
    pin: PinFile,
    keep: Retention,
}

/// A database as it was loaded, with what the file said of itself.
struct Loaded {
    db: Db,
    found: Pin,
    /// This device has noted down this very state.
    pinned: bool,
}

/// After how many writes the database is laid out anew, so that reading stays cheap. A single token leaves a handful of pages
/// out of their place, and laying out takes a write at 1,000 tokens a third longer, at 10,000 a half.
const WRITES_PER_LAYOUT: u64 = 64;
/// How many pages a write may add before the database is laid out at once: a chunk full of them, some fifty tokens.
const STRAY_PAGES_MAX: u64 = 16;

impl Loaded {
    /// Writes the whole database, sealed to the vault's key, beside a file whose place it is to take. It is sealed on its way
    /// to the disk: as a whole it is in memory once.
    fn seal_beside(&mut self, file: &Path) -> Result<PathBuf, Error> {
        let to = recipient(&self.db.recipient()?)?;
        let sealer = Sealer::to(&to, "the database")?;
        let image = self.db.image()?;
        disk::fill_beside(file, |out| sealer.seal_into(&image, out))
    }
}

impl Vault {
    /// The vault in that folder. `state` is this device's own folder, for pins.
    ///
    /// # Errors
    /// [`Error::Missing`] where there is none, [`Error::Foreign`] where it is somebody else's.
    pub fn at(dir: &Path, state: &Path, keep: Retention) -> Result<Self, Error> {
        if !dir.join("vault.age").exists() && !dir.join("keys").exists() {
            return Err(Error::Missing { dir: dir.to_owned() });
        }
        let vault = Self::unchecked(dir, state, keep);
        for folder in [vault.dir.clone(), vault.keys_dir(), vault.journal_dir(), vault.backups_dir()] {
            disk::check_owner(&folder)?;
        }
        Ok(vault)
    }

    fn unchecked(dir: &Path, state: &Path, keep: Retention) -> Self {
        let name = dir.file_name().unwrap_or_default().to_string_lossy();
        Self { dir: dir.to_owned(), pin: PinFile::of(state, &name), keep }
    }

    /// Its folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The sealed database.
    pub fn file(&self) -> PathBuf {
        self.dir.join("vault.age")
    }

    fn keys_dir(&self) -> PathBuf {
        self.dir.join("keys")
    }

    fn journal_dir(&self) -> PathBuf {
        self.dir.join("journal")
    }

    fn backups_dir(&self) -> PathBuf {
        self.dir.join("backups")
    }

    /// Lends the vault as it is now, to be read.
    pub fn read<T, E: From<Error>>(&self, key: &dyn Identity, f: impl FnOnce(&Reader) -> Result<T, E>) -> Result<T, E> {
        // The journal first: what a writer folds in and removes meanwhile is in the file that is read then.
        let waiting = journal::waiting(&self.journal_dir())?;
        let opened = self.expected(key, open_file)?;
        if !opened.pinned {
            // Whoever reads a newer state has seen it. That this cannot be written down does not keep anybody from reading.
            let _unpinned = self.pin.raise(&opened.found);
        }
        let outcome = f(&Reader::of(self, &opened.db, key, &waiting));
        match opened.db.damage() {
            // Whatever came of it: what was to be read is not there as it was written.
            Some(why) => Err(self.untrusted(Wrong::Damaged(why), key).into()),
            None => outcome,
        }
    }

    /// Lends the vault as it is now, to be changed; writes it if anything was. A verb that fails changes nothing.
    pub fn write<T, E: From<Error>>(
        &self,
        key: &dyn Identity,
        author: &Author,
        verb: &str,
        f: impl FnOnce(&mut Writer) -> Result<T, E>,
    ) -> Result<T, E> {
        self.write_then(key, author, verb, f, Ok)
    }

    /// The same, with something to be done once it is written, before anybody else writes.
    fn write_then<T, U, E: From<Error>>(
        &self,
        key: &dyn Identity,
        author: &Author,
        verb: &str,
        f: impl FnOnce(&mut Writer) -> Result<T, E>,
        then: impl FnOnce(T) -> Result<U, E>,
    ) -> Result<U, E> {
        let _held = lock::hold(&self.dir)?;
        let waiting = journal::waiting(&self.journal_dir())?;
        let mut loaded = self.load(key)?;
        let pages = loaded.db.pages()?;

        loaded.db.begin()?;
        let mut writer = Writer::begin(Reader::of(self, &loaded.db, key, &waiting), author, verb)?;
        let arrived = writer.bring_in(&arrival::waiting(&self.journal_dir(), key)?)?;
        let outcome = f(&mut writer)?;
        let changed = writer.finish()?;
        loaded.db.commit()?;

        if changed {
            if loaded.found.revision % WRITES_PER_LAYOUT == 0 || loaded.db.pages()? > pages + STRAY_PAGES_MAX {
                loaded.db.lay_out()?;
            }
            self.save(&mut loaded, author.at)?;
        }
        for folded in &waiting {
            // What stays is known when it is met again.
            let _met_again = folded.clear(key, author.device);
        }
        for path in arrived {
            let _met_again = disk::remove(&path);
        }
        then(outcome)
    }

    /// Records a use, without the lock. Gives how many bytes of its device's wait to be folded in.
    pub fn record_use(&self, reader: &Reader, entry: &Use) -> Result<u64, Error> {
        let dir = self.journal_dir();
        disk::create_dir(&dir)?;
        journal::append(&dir, entry, &recipient(&reader.recipient()?)?)
    }

    /// Takes a place on the disk for a secret that a service is about to be asked for.
    pub fn berth(&self, reader: &Reader, id: VersionId) -> Result<Berth, Error> {
        Berth::take(&self.journal_dir(), id, recipient(&reader.recipient()?)?)
    }

    /// Whether what is kept in a place will be sealed to the vault's recipient as it is now.
    pub fn is_berth_of(&self, reader: &Reader, berth: &Berth) -> Result<bool, Error> {
        Ok(berth.is_for(&recipient(&reader.recipient()?)?))
    }

    /// Loads the file that is there now, whole, and refuses one that is not what this device expects.
    fn load(&self, key: &dyn Identity) -> Result<Loaded, Error> {
        self.expected(key, load_file)
    }

    fn expected(&self, key: &dyn Identity, open: Opener) -> Result<Loaded, Error> {
        // The pin is read first: whoever writes meanwhile makes the file newer than it, never older.
        let seen = self.pin.read();
        let mut loaded = open(&self.file(), key).map_err(|error| self.with_backup(error, key))?;
        // A folder that was given another name is still the vault that this device knows.
        let here = seen.is_some();
        let seen = seen.or_else(|| self.pin.read_elsewhere(loaded.found.vault));
        if let Some(seen) = seen {
            seen.check(&loaded.found).map_err(|wrong| self.untrusted(wrong, key))?;
            loaded.pinned = here && seen.pin == loaded.found;
        }
        Ok(loaded)
    }

    fn load_unpinned(&self, key: &dyn Identity) -> Result<Loaded, Error> {
        load_file(&self.file(), key)
    }

    /// Seals a database and puts it in the place of the file that is there, which becomes a backup.
    fn save(&self, loaded: &mut Loaded, now: DateTime<Utc>) -> Result<(), Error> {
        let file = self.file();
        let beside = loaded.seal_beside(&file)?;
        let kept = self.keep_backup(loaded.found.revision, now).inspect_err(|_| {
            let _left_for_doctor = disk::remove(&beside);
        })?;
        disk::put_in_place(&beside, &file)?;
        // From here on the write is done, whatever else fails.
        self.prune_backups(&kept);
        if let Ok(found) = loaded.db.pin() {
            let _unpinned = self.pin.set(&found);
        }
        Ok(())
    }

    /// Keeps the file that is there as a backup, and says where.
    fn keep_backup(&self, revision: u64, now: DateTime<Utc>) -> Result<PathBuf, Error> {
        let backups = self.backups_dir();
        disk::create_dir(&backups)?;
        let kept = backup::path_of(&backups, revision, now);
        disk::keep_as(&self.file(), &kept)?;
        Ok(kept)
    }

    /// Removes backups that need not be kept any longer; never the one that was just made, whatever its revision.
    fn prune_backups(&self, kept: &Path) {
        let all = backup::all(&self.backups_dir()).unwrap_or_default();
        for old in backup::superfluous(&all, self.keep).into_iter().filter(|old| old.path != kept) {
            // One that stays is pruned by the next write.
            let _pruned_later = disk::remove(&old.path);
        }
    }
}

/// A way to come from a sealed file to its database, whatever this device knows of the vault.
type Opener = fn(&Path, &dyn Identity) -> Result<Loaded, Error>;

/// Loads a sealed database from a file, whole: not one bit of it may have changed.
fn load_file(file: &Path, key: &dyn Identity) -> Result<Loaded, Error> {
    let (sealed, _) = disk::open_sealed(file).map_err(|error| perhaps_gone(error, file))?;
    let chunks = Chunks::open(sealed, &[key]).map_err(|closed| not_opened(closed, file))?;
    let bytes = usize::try_from(chunks.len()).unwrap_or(usize::MAX);
    let mut whole = chunks.whole();
    // Opened on its way to where SQLite keeps it: as a whole it is in memory once.
    let loaded = Db::load(&mut whole, bytes);
    match whole.damage() {
        Some(why) => Err(untrusted(file, Wrong::Damaged(why))),
        None => ready(loaded, file),
    }
}

/// Opens a sealed database where it lies, to be read. Damage is met where something is read, and not where nothing is;
/// an end that was cut off or added to is met at once.
fn open_file(file: &Path, key: &dyn Identity) -> Result<Loaded, Error> {
    let (sealed, _) = disk::open_sealed(file).map_err(|error| perhaps_gone(error, file))?;
    let chunks = Chunks::open(sealed, &[key]).map_err(|closed| not_opened(closed, file))?;
    let chunks = Arc::new(Mutex::new(chunks));
    let opened = match Db::open_sealed(&chunks).transpose() {
        Some(opened) => ready(opened, file),
        // An older schema is brought up to date in memory, until the next write does it for good.
        None => return load_file(file, key),
    };
    match vfs::with(&chunks, |chunks| chunks.damage()) {
        Some(why) => Err(untrusted(file, Wrong::Damaged(why))),
        None => opened,
    }
}

fn ready(opened: Result<Opened, Error>, file: &Path) -> Result<Loaded, Error> {
    let db = match opened.map_err(|_| untrusted(file, Wrong::Damaged("it holds no database")))? {
        Opened::Newer(found) => return Err(untrusted(file, Wrong::Newer { found, known: migrate::newest() })),
        Opened::Ready(db) => db,
    };
    let found = db.pin().map_err(|_| untrusted(file, Wrong::Damaged("it holds no vault")))?;
    Ok(Loaded { db, found, pinned: false })
}

fn untrusted(file: &Path, wrong: Wrong) -> Error {
    Error::Untrusted { path: file.to_owned(), wrong, backup: None }
}

fn perhaps_gone(error: Error, file: &Path) -> Error {
    match error {
        Error::Io { source, .. } if source.kind() == std::io::ErrorKind::NotFound => untrusted(file, Wrong::Gone),
        other => other,
    }
}

fn not_opened(closed: Closed, file: &Path) -> Error {
    match closed {
        Closed::Damaged(why) => untrusted(file, Wrong::Damaged(why)),
        Closed::Failed(why) => Error::Open { what: "the vault", why },
        Closed::NotForThis | Closed::Refused | Closed::Locked => untrusted(file, Wrong::OtherKey),
    }
}

/// Reads the recipient that a vault keeps.
pub(in crate::vault) fn recipient(text: &str) -> Result<x25519::Recipient, Error> {
    x25519::Recipient::from_str(text)
        .map_err(|_| Error::Seal { what: "to the vault's recipient", why: "it is no age recipient".into() })
}

//! Coming back: backups that open, and files that a person vouches for.

use std::path::PathBuf;

use age::Identity;

use super::backup::{self, Backup};
use super::db::Author;
use super::error::{Error, Wrong};
use super::{Loaded, Vault, disk, load_file, lock};

impl Vault {
    /// The backups, oldest first.
    pub fn backups(&self) -> Result<Vec<Backup>, Error> {
        backup::all(&self.backups_dir())
    }

    /// Keeps the vault as it is now as a backup. The file that is there is checked first.
    pub fn back_up(&self, key: &dyn Identity, author: &Author) -> Result<Backup, Error> {
        let _held = lock::hold(&self.dir)?;
        let loaded = self.load(key)?;
        let path = backup::path_of(&self.backups_dir(), loaded.found.revision, author.at);
        disk::create_dir(&self.backups_dir())?;
        // A copy, not a second name: until the next write, what damages the file must not damage this as well.
        disk::replace_by_copy(&path, &self.file())?;
        Ok(Backup { revision: loaded.found.revision, kept: author.at, path })
    }

    /// Puts a backup in the place of the vault. What is there now becomes a backup itself, if it can still be read; the
    /// restored one counts as the latest revision, so that no device takes it for an older file.
    pub fn restore(&self, key: &dyn Identity, author: &Author, backup: &Backup) -> Result<(), Error> {
        let _held = lock::hold(&self.dir)?;
        let mut loaded = load_file(&backup.path, key)?;
        if loaded.found.revision != backup.revision {
            return Err(Error::Untrusted { path: backup.path.clone(), wrong: Wrong::Misnamed, backup: None });
        }
        let there = self.load_unpinned(key).ok();
        let replaced = there.as_ref().map(|there| there.found.revision);
        let latest = self.latest()?.max(replaced.unwrap_or(0)).max(loaded.found.revision);
        loaded.db.set_revision(latest + 1)?;
        if let Some(there) = there.filter(|there| there.found.vault == loaded.found.vault) {
            loaded.db.take_slots_of(&there.db)?;
        }
        match replaced {
            Some(revision) => {
                // What it holds is in no later file: its second name has to be on the disk before it loses the first.
                disk::sync_parent(&self.keep_backup(revision, author.at)?)?;
                loaded.found.revision = revision;
                self.save(&mut loaded, author.at)
            }
            None => self.save_over_ruins(&mut loaded, author),
        }
    }

    /// Saves where there is no file that could be kept as a backup: what is there is set aside under a name that says so.
    fn save_over_ruins(&self, loaded: &mut Loaded, author: &Author) -> Result<(), Error> {
        let ruin = self.backups_dir().join(format!("damaged-{}", author.at.format("%Y%m%dT%H%M%SZ")));
        if self.file().exists() {
            disk::create_dir(&self.backups_dir())?;
            disk::keep_as(&self.file(), &ruin)?;
            // There is no other copy of what can still be read of it.
            disk::sync_parent(&ruin)?;
        }
        disk::put_in_place(&loaded.seal_beside(&self.file())?, &self.file())?;
        let _unpinned = loaded.db.pin().and_then(|pin| self.pin.set(&pin));
        Ok(())
    }

    /// Whether a backup opens with a key, and is the revision that its name says.
    pub fn opens(&self, key: &dyn Identity, backup: &Backup) -> bool {
        let is_good = |loaded: Loaded| Ok(loaded.found.revision == backup.revision && loaded.db.is_whole()?);
        load_file(&backup.path, key).and_then(is_good).unwrap_or(false)
    }

    /// Takes the file that is there as the right one, though it is older than this device has seen, or another. From then
    /// on it counts as the latest revision: what is written to it is newer than every backup of the other line.
    pub fn accept(&self, key: &dyn Identity, author: &Author) -> Result<u64, Error> {
        let _held = lock::hold(&self.dir)?;
        let mut loaded = self.load_unpinned(key).map_err(|error| self.with_backup(error, key))?;
        let latest = self.latest()?;
        if loaded.found.revision >= latest {
            self.pin.set(&loaded.found)?;
            return Ok(loaded.found.revision);
        }
        loaded.db.set_revision(latest + 1)?;
        self.save(&mut loaded, author.at)?;
        Ok(latest + 1)
    }

    /// The highest revision that this device has seen, or keeps a backup of.
    fn latest(&self) -> Result<u64, Error> {
        let seen = self.pin.read().map_or(0, |seen| seen.pin.revision);
        Ok(self.backups()?.iter().map(|backup| backup.revision).max().unwrap_or(0).max(seen))
    }

    /// The newest backup that opens with a key.
    pub(super) fn newest_good(&self, key: &dyn Identity) -> Option<PathBuf> {
        let all = self.backups().ok()?;
        all.into_iter().rev().find(|backup| self.opens(key, backup)).map(|backup| backup.path)
    }

    pub(super) fn untrusted(&self, wrong: Wrong, key: &dyn Identity) -> Error {
        Error::Untrusted { path: self.file(), wrong, backup: self.newest_good(key) }
    }

    /// Names the newest good backup in an error about the vault's file.
    pub(super) fn with_backup(&self, error: Error, key: &dyn Identity) -> Error {
        match error {
            Error::Untrusted { path, wrong, backup: None } => {
                Error::Untrusted { path, wrong, backup: self.newest_good(key) }
            }
            other => other,
        }
    }
}

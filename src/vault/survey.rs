//! Looking a vault's folder over: facts for `patvault doctor`, and the two things it may mend.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::db::Reader;
use super::error::{Error, doing};
use super::{Vault, arrival, backup, create, disk, lock};

/// A file or folder that others than its owner may enter, read or write, or that belongs to somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsafe {
    /// Which.
    pub path: PathBuf,
    /// Its permission bits.
    pub mode: u32,
    /// It belongs to another user.
    pub foreign: bool,
    /// It is a link, which leads who knows where.
    pub link: bool,
}

/// What was found in an open vault.
#[derive(Debug, Clone, Default)]
pub struct Survey {
    /// Uses that wait to be folded in.
    pub waiting: usize,
    /// New secrets in the journal.
    pub arrived: usize,
    /// Files of new secrets that do not open.
    pub unopened: Vec<PathBuf>,
    /// Journal files in which something does not open.
    pub unreadable: Vec<PathBuf>,
    /// Backups that open, oldest first, by name.
    pub good_backups: Vec<String>,
    /// Backups that do not.
    pub bad_backups: Vec<PathBuf>,
    /// The database holds together.
    pub sound: bool,
    /// Slots without a file, by name.
    pub missing_slots: Vec<String>,
    /// Files without a slot in the vault's memory, by name.
    pub unknown_slots: Vec<String>,
    /// This device's memory of the vault is up to date.
    pub pinned: bool,
}

impl Vault {
    /// What is not as private as it should be: folders 0700, files 0600, all one's own.
    pub fn unsafe_paths(&self) -> Result<Vec<Unsafe>, Error> {
        let me = rustix::process::geteuid().as_raw();
        let mut found = vec![];
        for path in self.everything()? {
            let meta = fs::symlink_metadata(&path).map_err(doing("look at", &path))?;
            let mode = meta.mode() & 0o777;
            let (foreign, link) = (meta.uid() != me, meta.is_symlink());
            if foreign || link || mode & 0o077 != 0 {
                found.push(Unsafe { path, mode, foreign, link });
            }
        }
        Ok(found)
    }

    /// Takes away what others than the owner may do with a file or folder. Not for links: what they lead to is none of
    /// the vault's.
    pub fn tighten(&self, found: &Unsafe) -> Result<(), Error> {
        let private = Permissions::from_mode(found.mode & 0o700);
        fs::set_permissions(&found.path, private).map_err(doing("tighten", &found.path))
    }

    /// Files that a crash left beside those they were to replace.
    pub fn leftovers(&self) -> Result<Vec<PathBuf>, Error> {
        let mut found = vec![];
        for folder in [self.dir.clone(), self.keys_dir(), self.journal_dir(), self.backups_dir()] {
            found.extend(disk::list(&folder, disk::BESIDE)?);
        }
        // Other vaults stand beside these two, and one of them may be called anything.
        let known = [disk::beside(self.pin.path()), create::building(&self.dir)];
        found.extend(known.into_iter().filter(|path| path.exists()));
        Ok(found)
    }

    /// Removes them, while nobody writes.
    pub fn clear_leftovers(&self) -> Result<usize, Error> {
        let _held = lock::hold(&self.dir)?;
        self.remove_leftovers()
    }

    /// The same for who holds the lock.
    pub(super) fn remove_leftovers(&self) -> Result<usize, Error> {
        let found = self.leftovers()?;
        for path in &found {
            if path.is_dir() {
                fs::remove_dir_all(path).map_err(doing("remove", path))?;
            } else {
                disk::remove(path)?;
            }
        }
        Ok(found.len())
    }

    /// What an open vault's folder holds besides the vault.
    pub fn survey(&self, reader: &Reader) -> Result<Survey, Error> {
        let mut survey = Survey { sound: reader.is_sound()?, ..Survey::default() };
        survey.waiting = reader.waiting()?.len();
        let unreadable = reader.journal.iter().filter(|file| file.entries(reader.key).contains(&None));
        survey.unreadable = unreadable.map(|file| file.path().to_owned()).collect();
        for waiting in arrival::waiting(&self.journal_dir(), reader.key)? {
            match &waiting.arrival {
                Some(_) => survey.arrived += 1,
                None => survey.unopened.push(waiting.path().to_owned()),
            }
        }
        for found in backup::all(&self.backups_dir())? {
            if self.opens(reader.key, &found) {
                survey.good_backups.push(found.name());
            } else {
                survey.bad_backups.push(found.path);
            }
        }
        let there: Vec<String> = self.slots()?.into_iter().map(|slot| slot.name).collect();
        let known: Vec<String> = reader.slots()?.into_iter().map(|slot| slot.name).collect();
        survey.missing_slots = known.iter().filter(|name| !there.contains(name)).cloned().collect();
        survey.unknown_slots = there.into_iter().filter(|name| !known.contains(name)).collect();
        survey.pinned = self.pin.read().map(|seen| seen.pin) == Some(reader.db.pin()?);
        Ok(survey)
    }

    fn everything(&self) -> Result<Vec<PathBuf>, Error> {
        let mut found = vec![self.dir.clone()];
        let mut folders: Vec<PathBuf> = vec![self.dir.clone()];
        while let Some(folder) = folders.pop() {
            for path in disk::list(&folder, "")? {
                if is_folder(&path) {
                    folders.push(path.clone());
                }
                found.push(path);
            }
        }
        Ok(found)
    }
}

fn is_folder(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir())
}

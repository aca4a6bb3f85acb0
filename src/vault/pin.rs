//! Pins: what this device has seen of a vault, so that an older file or another vault in its place is noticed.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk;
use super::error::{Error, Wrong};
use super::lock;
use crate::token::id::VaultId;

/// What this device has seen of one vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pin {
    /// Which vault.
    pub vault: VaultId,
    /// A digest of its key's recipient.
    pub key: String,
    /// The highest revision seen.
    pub revision: u64,
}

impl Pin {
    /// What is wrong with a vault in that state, if this device has seen this much.
    pub(super) fn check(&self, found: &Self) -> Result<(), Wrong> {
        if self.vault != found.vault || self.key != found.key {
            return Err(Wrong::Replaced);
        }
        if found.revision < self.revision {
            return Err(Wrong::Older { found: found.revision, seen: self.revision });
        }
        Ok(())
    }
}

/// Where the pin of one vault is kept.
#[derive(Debug, Clone)]
pub(super) struct PinFile(PathBuf);

impl PinFile {
    /// The pin of the vault of that name, in this device's state folder.
    pub(super) fn of(state: &Path, name: &str) -> Self {
        Self(state.join("pins").join(format!("{name}.json")))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// What was seen; `None` where this device sees the vault for the first time, or where the file is of no use: then
    /// there is nothing to compare with, and `patvault doctor` says so.
    pub(super) fn read(&self) -> Option<Pin> {
        serde_json::from_slice(&disk::read(&self.0).ok()?).ok()
    }

    /// Remembers what a reader saw, unless this device knows that much or knows better: while somebody read, somebody
    /// else may have written, or changed the vault's key.
    pub(super) fn raise(&self, seen: &Pin) -> Result<(), Error> {
        if self.read().as_ref() == Some(seen) {
            return Ok(());
        }
        // Who has the lock notes something down itself; what this reader saw is noted by the next one.
        let Some(_held) = lock::try_hold_file(&self.lock()?)? else { return Ok(()) };
        if self.read().is_some_and(|known| known.check(seen).is_err()) {
            return Ok(());
        }
        self.put(seen)
    }

    /// Remembers a state as the right one, whatever was seen before. For who holds the vault's own lock.
    pub(super) fn set(&self, pin: &Pin) -> Result<(), Error> {
        let _held = lock::hold_file(&self.lock()?)?;
        self.put(pin)
    }

    fn put(&self, pin: &Pin) -> Result<(), Error> {
        disk::replace(&self.0, &serde_json::to_vec(pin).unwrap_or_default())
    }

    /// Where the lock stands under which it is written, in a folder that is there.
    fn lock(&self) -> Result<PathBuf, Error> {
        if let Some(dir) = self.0.parent() {
            disk::create_dir(dir)?;
        }
        Ok(self.0.with_extension("lock"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pin(vault: u8, key: &str, revision: u64) -> Pin {
        Pin { vault: VaultId::from_bytes([vault; 16]), key: key.into(), revision }
    }

    #[test]
    fn notices_older_files_and_other_vaults() {
        let seen = pin(1, "k", 7);
        assert_eq!(seen.check(&pin(1, "k", 7)), Ok(()));
        assert_eq!(seen.check(&pin(1, "k", 8)), Ok(()));
        assert_eq!(seen.check(&pin(1, "k", 6)), Err(Wrong::Older { found: 6, seen: 7 }));
        assert_eq!(seen.check(&pin(2, "k", 9)), Err(Wrong::Replaced));
        assert_eq!(seen.check(&pin(1, "other", 9)), Err(Wrong::Replaced));
    }
}

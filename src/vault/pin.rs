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

/// What a device has noted down of one vault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Noted {
    #[serde(flatten)]
    pub pin: Pin,
    /// The key that the vault is being changed to, by this device. A change that ends on the way may have come as far as
    /// the vault's file, or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expected_key: Option<String>,
}

impl Noted {
    /// What is wrong with a vault in that state.
    pub(super) fn check(&self, found: &Pin) -> Result<(), Wrong> {
        match &self.expected_key {
            Some(key) if *key == found.key => Pin { key: key.clone(), ..self.pin.clone() }.check(found),
            _ => self.pin.check(found),
        }
    }

    fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
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
    pub(super) fn read(&self) -> Option<Noted> {
        serde_json::from_slice(&disk::read_small(&self.0).ok()?).ok()
    }

    /// What was seen of that vault when its folder had another name.
    pub(super) fn read_elsewhere(&self, vault: VaultId) -> Option<Noted> {
        let all = disk::list(self.0.parent()?, ".json").ok()?;
        all.into_iter().filter_map(|path| Self(path).read()).find(|noted| noted.pin.vault == vault)
    }

    /// Remembers what a reader saw, unless this device knows that much or knows better: while somebody read, somebody
    /// else may have written, or changed the vault's key.
    pub(super) fn raise(&self, seen: &Pin) -> Result<(), Error> {
        if self.read().is_some_and(|known| known.pin == *seen) {
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

    /// Notes down that the vault is about to have another key. For who holds the vault's own lock.
    pub(super) fn expect(&self, to_be: &Pin) -> Result<(), Error> {
        let _held = lock::hold_file(&self.lock()?)?;
        let Some(known) = self.read() else { return Ok(()) };
        // On the disk before the vault's file has the other key: else a power cut would make a stranger of it.
        disk::replace(&self.0, &Noted { expected_key: Some(to_be.key.clone()), ..known }.to_bytes())
    }

    /// An older pin, or none, is met by the next reader, who raises it: nobody waits until this one cannot be lost in a power cut.
    fn put(&self, pin: &Pin) -> Result<(), Error> {
        disk::replace_soon(&self.0, &Noted { pin: pin.clone(), expected_key: None }.to_bytes())
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

    #[test]
    fn a_key_that_is_being_changed_may_be_either() {
        let noted = Noted { pin: pin(1, "old", 7), expected_key: Some("new".into()) };
        assert_eq!(noted.check(&pin(1, "old", 7)), Ok(()));
        assert_eq!(noted.check(&pin(1, "new", 8)), Ok(()));
        assert_eq!(noted.check(&pin(1, "new", 6)), Err(Wrong::Older { found: 6, seen: 7 }));
        assert_eq!(noted.check(&pin(1, "other", 8)), Err(Wrong::Replaced));
        assert_eq!(noted.check(&pin(2, "new", 8)), Err(Wrong::Replaced));
        let text = serde_json::to_string(&Noted { expected_key: None, ..noted }).unwrap();
        assert!(!text.contains("expected"), "{text}");
        assert_eq!(serde_json::from_str::<Noted>(&text).unwrap().pin, pin(1, "old", 7));
    }
}

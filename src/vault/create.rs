//! A new vault: built beside its place, put there whole.

use std::fs;
use std::path::{Path, PathBuf};

use super::db::{Author, Db};
use super::disk;
use super::error::{Error, doing};
use super::identity::Prompts;
use super::key::VaultKey;
use super::lock;
use super::seal;
use super::slot::{self, NewSlot, Slot, Way};
use super::{Retention, Vault};

/// A vault to be.
pub struct Plan<'a> {
    /// Its name; the folder is called so.
    pub name: &'a str,
    /// The first ways in, at least one.
    pub slots: &'a [NewSlot],
    /// Who creates it.
    pub author: &'a Author,
}

impl Vault {
    /// Creates a vault in `dir`, and gives it with its key.
    ///
    /// # Errors
    /// [`Error::Exists`] where there is one, [`Error::LastWay`] where the plan has no way in; then and in every other case
    /// nothing is left behind.
    pub fn create(
        dir: &Path,
        state: &Path,
        keep: Retention,
        plan: &Plan,
        prompts: &Prompts,
    ) -> Result<(Self, VaultKey), Error> {
        if plan.slots.is_empty() {
            return Err(Error::LastWay { dir: dir.to_owned() });
        }
        let parent = dir.parent().unwrap_or(Path::new("/"));
        disk::create_dir(parent)?;
        disk::check_owner(parent)?;
        // Two that build the same vault at once would clear each other's work away.
        let _held = lock::hold_folder(parent)?;
        if dir.exists() {
            return Err(Error::Exists { dir: dir.to_owned() });
        }
        let building = building(dir);
        let made = build(&building, plan, prompts).and_then(|made| {
            disk::put_folder_in_place(&building, dir)?;
            Ok(made)
        });
        let (key, pin) = made.inspect_err(|_| {
            let _left_for_doctor = fs::remove_dir_all(&building);
        })?;
        let vault = Self::unchecked(dir, state, keep);
        let _unpinned = vault.pin.set(&pin);
        Ok((vault, key))
    }
}

/// Where a vault is built: beside its place, under a name that no vault has.
pub(super) fn building(dir: &Path) -> PathBuf {
    let name = dir.file_name().unwrap_or_default().to_string_lossy();
    dir.with_file_name(format!(".{name}{}", disk::BESIDE))
}

fn build(dir: &Path, plan: &Plan, prompts: &Prompts) -> Result<(VaultKey, super::Pin), Error> {
    // What a crash left of an earlier attempt under this name was never a vault.
    if dir.exists() {
        fs::remove_dir_all(dir).map_err(doing("clear away", dir))?;
    }
    let key = VaultKey::generate();
    let recipient =
        key.recipient().ok_or_else(|| Error::Seal { what: "the database", why: "the key is empty".into() })?;
    for folder in ["keys", "journal", "backups"] {
        disk::create_dir(&dir.join(folder))?;
    }
    for slot in plan.slots {
        let sealed = slot::seal_key(&key, &slot.way, prompts)?;
        disk::replace(&Slot::path_of(&dir.join("keys"), &slot.name), &sealed)?;
    }
    let mut db = Db::create()?;
    db.found_vault(plan.name, &recipient.to_string(), plan.author)?;
    for slot in plan.slots {
        let recipient = match &slot.way {
            Way::Passphrase(_) => None,
            Way::Recipient(text) => Some(text.as_str()),
        };
        db.keep_slot(&slot.name, recipient, plan.author)?;
    }
    let sealed = seal::seal(&db.image()?, "the database", &recipient)?;
    disk::replace(&dir.join("vault.age"), &sealed)?;
    Ok((key, db.pin()?))
}

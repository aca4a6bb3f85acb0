//! Ways in and the vault key itself, as the vault's folder holds them.

use age::Identity;

use super::db::{Author, Writer};
use super::disk;
use super::error::Error;
use super::identity::Prompts;
use super::journal::{self, Use};
use super::key::VaultKey;
use super::slot::{self, NewSlot, Slot, Way};
use super::{Loaded, Vault, load_file, lock};

impl Vault {
    /// The ways in, by name, as far as they tell without being opened.
    pub fn slots(&self) -> Result<Vec<Slot>, Error> {
        Slot::all(&self.keys_dir())
    }

    /// Adds a way in, or replaces the one of that name.
    pub fn put_slot(&self, key: &VaultKey, author: &Author, new: &NewSlot, prompts: &Prompts) -> Result<(), Error> {
        let sealed = slot::seal_key(key, &new.way, prompts)?;
        // The file first: a way in that works and is not remembered is better than one remembered that is not there.
        disk::replace(&Slot::path_of(&self.keys_dir(), &new.name), &sealed)?;
        let recipient = recipient_of(&new.way);
        self.write(key, author, "key add", |w: &mut Writer| w.keep_slot(&new.name, recipient))
    }

    /// Removes a way in. Who has opened the vault with it may know the vault key still; see [`Vault::change_key`].
    pub fn remove_slot(&self, key: &VaultKey, author: &Author, slot: &Slot) -> Result<(), Error> {
        disk::remove(&slot.path)?;
        disk::sync_parent(&slot.path)?;
        self.write(key, author, "key remove", |w: &mut Writer| w.forget_slot(&slot.name))
    }

    /// Makes a new vault key, and seals everything again: every secret, the database, the backups, and the ways in.
    /// `ways` names every slot that stays and how it opens; the others are removed.
    ///
    /// It may end at any point and the vault still opens: the slots hold both keys until everything is sealed to the new
    /// one. After such an end, [`VaultKey::is_changing`] says so, and doing it again finishes it.
    pub fn change_key(
        &self,
        key: &VaultKey,
        author: &Author,
        ways: &[NewSlot],
        prompts: &Prompts,
    ) -> Result<VaultKey, Error> {
        let _held = lock::hold(&self.dir)?;
        let mut loaded = self.load(key)?;
        let new = VaultKey::generate();
        let both = new.followed_by(key);

        self.seal_slots(&both, ways, prompts)?;
        self.fold_all(&loaded, key, author, ways)?;
        reseal(&loaded, &both, &new)?;
        loaded.db.set_revision(loaded.found.revision + 1)?;
        self.save(&mut loaded, author.at)?;
        for path in journal::waiting(&self.journal_dir())? {
            disk::remove(&path)?;
        }
        self.reseal_backups(&both, &new)?;
        self.seal_slots(&new, ways, prompts)?;
        let stays = |slot: &Slot| ways.iter().any(|way| way.name == slot.name);
        for slot in self.slots()?.iter().filter(|slot| !stays(slot)) {
            disk::remove(&slot.path)?;
        }
        Ok(new)
    }

    fn seal_slots(&self, key: &VaultKey, ways: &[NewSlot], prompts: &Prompts) -> Result<(), Error> {
        for new in ways {
            let sealed = slot::seal_key(key, &new.way, prompts)?;
            disk::replace(&Slot::path_of(&self.keys_dir(), &new.name), &sealed)?;
        }
        Ok(())
    }

    /// Brings the uses that wait, and the ways in that stay, into the database: what is sealed to the old key goes.
    fn fold_all(&self, loaded: &Loaded, key: &VaultKey, author: &Author, ways: &[NewSlot]) -> Result<(), Error> {
        let uses: Vec<Use> =
            journal::waiting(&self.journal_dir())?.iter().filter_map(|path| journal::read(path, key)).collect();
        let mut writer = Writer::begin(&loaded.db, key, author, "key rotate")?;
        for kept in writer.slots()? {
            writer.forget_slot(&kept.name)?;
        }
        for way in ways {
            writer.keep_slot(&way.name, recipient_of(&way.way))?;
        }
        writer.finish(&uses).map(drop)
    }

    /// Seals the backups to the new key. One that does not open stays as it is: it was of no use before either.
    fn reseal_backups(&self, both: &VaultKey, new: &VaultKey) -> Result<(), Error> {
        for backup in self.backups()? {
            if let Ok(mut loaded) = load_file(&backup.path, both) {
                reseal(&loaded, both, new)?;
                disk::replace(&backup.path, &loaded.seal()?)?;
            }
        }
        Ok(())
    }
}

/// Seals the secrets of a database to the new key, and makes that the vault's.
fn reseal(loaded: &Loaded, both: &VaultKey, new: &VaultKey) -> Result<(), Error> {
    let to = new.recipient().ok_or_else(|| Error::Seal { what: "the database", why: "the key is empty".into() })?;
    loaded.db.begin()?;
    loaded.db.reseal(both as &dyn Identity, &to)?;
    loaded.db.commit()
}

fn recipient_of(way: &Way) -> Option<&str> {
    match way {
        Way::Passphrase(_) => None,
        Way::Recipient(text) => Some(text),
    }
}

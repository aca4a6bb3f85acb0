//! Ways in and the vault key itself, as the vault's folder holds them.

use std::cell::Cell;
use std::path::PathBuf;

use age::Identity;

use super::db::{Author, Reader, Writer};
use super::disk;
use super::error::{Error, unfinished};
use super::identity::Prompts;
use super::journal;
use super::key::VaultKey;
use super::slot::{self, NewSlot, Slot, SlotKind, Way};
use super::{Loaded, Vault, arrival, load_file, lock, seal};

/// The files of the ways in at some time, by name.
#[derive(Debug, PartialEq, Eq)]
pub struct SlotFiles(Vec<(String, Vec<u8>)>);

impl Vault {
    /// The ways in, by name, as far as they tell without being opened.
    pub fn slots(&self) -> Result<Vec<Slot>, Error> {
        Slot::all(&self.keys_dir())
    }

    /// Whether the vault's file is sealed to a key, as far as its header tells; a file without a header that can be read
    /// is sealed to any key as much as to another.
    pub fn is_sealed_to(&self, key: &VaultKey) -> bool {
        let Ok(file) = disk::open(&self.file()) else { return true };
        seal::is_for(file, key)
    }

    /// The files of the ways in as they are now, to be compared with later.
    pub fn slot_files(&self) -> Result<SlotFiles, Error> {
        let read = |slot: Slot| Ok((slot.name, disk::read_small(&slot.path)?));
        self.slots()?.into_iter().map(read).collect::<Result<_, _>>().map(SlotFiles)
    }

    /// Adds a way in.
    ///
    /// # Errors
    /// [`Error::WayTaken`] where there is one of that name.
    pub fn add_slot(&self, key: &VaultKey, author: &Author, new: &NewSlot, prompts: &Prompts) -> Result<(), Error> {
        self.place_slot(key, author, new, prompts, false)
    }

    /// Adds a way in, or replaces the one of that name.
    pub fn put_slot(&self, key: &VaultKey, author: &Author, new: &NewSlot, prompts: &Prompts) -> Result<(), Error> {
        self.place_slot(key, author, new, prompts, true)
    }

    fn place_slot(
        &self,
        key: &VaultKey,
        author: &Author,
        new: &NewSlot,
        prompts: &Prompts,
        replaces: bool,
    ) -> Result<(), Error> {
        // Somebody may have to be asked; nobody else waits for that.
        let sealed = slot::seal_key(key, &new.way, prompts)?;
        let path = Slot::path_of(&self.keys_dir(), &new.name);
        // Only once it is known that the key opens this vault: the slot that is replaced may be the only one.
        let is_beside = Cell::new(false);
        let prepare = |w: &mut Writer| {
            if !replaces && path.exists() {
                return Err(Error::WayTaken { name: new.name.clone() });
            }
            w.keep_slot(&new.name, recipient_of(&new.way))?;
            let beside = disk::write_beside(&path, &sealed)?;
            is_beside.set(true);
            Ok(beside)
        };
        // Its place last: whoever is told that it failed opens the vault as before, with the passphrase of before.
        let place =
            |beside: PathBuf| disk::put_in_place(&beside, &path).map_err(unfinished("the change of the way in"));
        let verb = if replaces { "key passphrase" } else { "key add" };
        self.write_then(key, author, verb, prepare, place).inspect_err(|_| {
            // Only one's own: where the lock was not had, it is somebody else's.
            if is_beside.get() {
                let _left_for_doctor = disk::remove(&disk::beside(&path));
            }
        })
    }

    /// Removes a way in. Who has opened the vault with it may know the vault key still; see [`Vault::change_key`].
    ///
    /// # Errors
    /// [`Error::LastWay`] where there is no other.
    pub fn remove_slot(&self, key: &VaultKey, author: &Author, slot: &Slot) -> Result<(), Error> {
        let forget = |w: &mut Writer| {
            if !self.slots()?.iter().any(|other| other.name != slot.name && other.kind != SlotKind::Damaged) {
                return Err(Error::LastWay { dir: self.dir.clone() });
            }
            w.forget_slot(&slot.name)
        };
        // The file last: while it is there, the way in can be named and removed again.
        self.write_then(key, author, "key remove", forget, |()| {
            let gone = disk::remove(&slot.path).and_then(|()| disk::sync_parent(&slot.path));
            gone.map_err(unfinished("the removal of the way in"))
        })
    }

    /// Makes a new vault key, and seals everything again: every secret, the database, the backups, and the ways in.
    /// `ways` names every slot that stays and how it opens; the others are removed.
    ///
    /// It may end at any point and the vault still opens: the slots hold both keys until everything is sealed to the new
    /// one. After such an end, [`VaultKey::is_changing`] says so, and doing it again finishes it.
    ///
    /// # Errors
    /// [`Error::LastWay`] where `ways` names none, [`Error::Meanwhile`] where the ways in are not any more those that
    /// were `seen` when `ways` was made, [`Error::OnItsWay`] where a new secret will be sealed to the key of now,
    /// [`Error::Unfinished`] where it ends on the way.
    pub fn change_key(
        &self,
        key: &VaultKey,
        author: &Author,
        ways: &[NewSlot],
        seen: &SlotFiles,
        prompts: &Prompts,
    ) -> Result<VaultKey, Error> {
        if ways.is_empty() {
            return Err(Error::LastWay { dir: self.dir.clone() });
        }
        let new = VaultKey::generate();
        let both = new.followed_by(key);
        // All of it before anything is written: somebody may have to be asked, and may say no.
        let sealed_to_both = seal_slots(&both, ways, prompts)?;
        let sealed_to_new = seal_slots(&new, ways, prompts)?;

        let _held = lock::hold(&self.dir)?;
        if self.slot_files()? != *seen {
            return Err(Error::Meanwhile { what: "the ways in" });
        }
        disk::create_dir(&self.journal_dir())?;
        let _nothing_comes = lock::try_hold_folder(&self.journal_dir())?.ok_or(Error::OnItsWay)?;
        let waiting = journal::waiting(&self.journal_dir())?;
        let mut loaded = self.load(key)?;
        let reader = Reader::of(self, &loaded.db, key, &waiting);
        let arrived = arrival::waiting(&self.journal_dir(), key)?;
        let arrived = fold(Writer::begin(reader, author, "key rotate")?, ways, &arrived)?;
        reseal(&loaded, &both, &new)?;
        loaded.db.set_revision(loaded.found.revision + 1)?;
        self.pin.expect(&loaded.db.pin()?)?;
        let mut change = || {
            self.replace_slots(&sealed_to_both)?;
            self.save(&mut loaded, author.at)?;
            // One that stayed could not be opened any more.
            waiting.iter().try_for_each(|folded| folded.clear(key, author.device))?;
            arrived.iter().try_for_each(|path| disk::remove(path))?;
            self.reseal_backups(&both, &new)?;
            self.replace_slots(&sealed_to_new)?;
            let stays = |slot: &Slot| ways.iter().any(|way| way.name == slot.name);
            self.slots()?.iter().filter(|slot| !stays(slot)).try_for_each(|slot| disk::remove(&slot.path))?;
            disk::sync_parent(&self.keys_dir().join("any"))?;
            // What a crash left is sealed to a key that is gone now.
            self.remove_leftovers()
        };
        change().map_err(unfinished("the change of the vault key"))?;
        Ok(new)
    }

    fn replace_slots(&self, sealed: &[(&str, Vec<u8>)]) -> Result<(), Error> {
        sealed.iter().try_for_each(|(name, sealed)| disk::replace(&Slot::path_of(&self.keys_dir(), name), sealed))
    }

    /// Seals the backups to the new key. One that is damaged, or another vault's, stays as it is: it was of no use before
    /// either.
    fn reseal_backups(&self, both: &VaultKey, new: &VaultKey) -> Result<(), Error> {
        for backup in self.backups()? {
            match load_file(&backup.path, both) {
                Ok(mut loaded) => {
                    reseal(&loaded, both, new)?;
                    disk::put_in_place(&loaded.seal_beside(&backup.path)?, &backup.path)?;
                }
                Err(Error::Untrusted { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// A key sealed to each of some ways of unlocking, by the names of the slots.
fn seal_slots<'a>(key: &VaultKey, ways: &'a [NewSlot], prompts: &Prompts) -> Result<Vec<(&'a str, Vec<u8>)>, Error> {
    ways.iter().map(|new| Ok((new.name.as_str(), slot::seal_key(key, &new.way, prompts)?))).collect()
}

/// Brings the uses and the new secrets that wait, and the ways in that stay, into the database: what is sealed to the old key
/// goes. Gives the files of new secrets.
fn fold(mut writer: Writer, ways: &[NewSlot], arrived: &[arrival::Waiting]) -> Result<Vec<PathBuf>, Error> {
    let arrived = writer.bring_in(arrived)?;
    for kept in writer.slots()? {
        writer.forget_slot(&kept.name)?;
    }
    for way in ways {
        writer.keep_slot(&way.name, recipient_of(&way.way))?;
    }
    writer.finish()?;
    Ok(arrived)
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

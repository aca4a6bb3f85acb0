//! Key slots: the vault key, sealed to one way of unlocking each.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use age::secrecy::SecretString;
use age::{Identity, Recipient, plugin, scrypt, ssh, x25519};

use super::disk;
use super::error::{Error, SlotWrong};
use super::identity::{Asking, Prompts};
use super::key::VaultKey;
use super::seal::{self, Closed};

/// The cost of trying a passphrase: scrypt with N = 2^18, r = 8, p = 1, about a second and 256 MiB. It is pinned,
/// because the crate's own calibration flips between this and twice as much by chance.
const SCRYPT_LOG_N: u8 = 18;
/// What a slot may ask for at most: 2^20 is four times as much, a gigabyte. A damaged or hostile file cannot ask for more.
const SCRYPT_LOG_N_MAX: u8 = 20;

/// What slot files end in.
const ENDING: &str = ".age";

/// A way of unlocking, to be added to a vault.
pub enum Way {
    /// Something a person knows.
    Passphrase(SecretString),
    /// A public key: `ssh-ed25519 …`, `ssh-rsa …`, `age1…`, or one that a plugin knows.
    Recipient(String),
}

/// A slot to be made.
pub struct NewSlot {
    /// Its name: the file is called so.
    pub name: String,
    /// How it opens.
    pub way: Way,
}

/// A slot on disk, as far as it tells without being opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Its name.
    pub name: String,
    /// What opens it.
    pub kind: SlotKind,
    /// Where it is.
    pub path: PathBuf,
}

/// What opens a slot, by the first line of its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SlotKind {
    /// A passphrase.
    Passphrase,
    /// An identity of this sort: `ssh-ed25519`, `ssh-rsa`, `X25519`, or a plugin's name.
    Identity(String),
    /// Its header cannot be read.
    Damaged,
}

impl SlotKind {
    /// What opens it, in a word.
    pub fn words(&self) -> &str {
        match self {
            Self::Passphrase => "passphrase",
            Self::Identity(sort) => sort,
            Self::Damaged => "damaged",
        }
    }
}

impl Slot {
    /// The slots in a folder of keys, by name.
    pub(super) fn all(keys: &Path) -> Result<Vec<Self>, Error> {
        let read = |path: PathBuf| {
            let name = path.file_stem()?.to_str()?.to_owned();
            Some(Self { name, kind: kind(&path), path })
        };
        Ok(disk::list(keys, ENDING)?.into_iter().filter_map(read).collect())
    }

    /// Where a slot of that name is or would be.
    pub(super) fn path_of(keys: &Path, name: &str) -> PathBuf {
        keys.join(format!("{name}{ENDING}"))
    }

    /// Opens it with a passphrase; takes about a second.
    pub fn open_with_passphrase(&self, passphrase: &SecretString) -> Result<VaultKey, Error> {
        let mut identity = scrypt::Identity::new(passphrase.clone());
        identity.set_max_work_factor(SCRYPT_LOG_N_MAX);
        self.open(&[&identity], SlotWrong::Passphrase)
    }

    /// Opens it with any of some identities.
    pub fn open_with(&self, identities: &[Box<dyn Identity + Send + Sync>]) -> Result<VaultKey, Error> {
        let all: Vec<&dyn Identity> = identities.iter().map(|identity| identity.as_ref() as &dyn Identity).collect();
        self.open(&all, SlotWrong::Identity)
    }

    fn open(&self, with: &[&dyn Identity], refused: SlotWrong) -> Result<VaultKey, Error> {
        let wrong = |wrong| Error::Slot { path: self.path.clone(), wrong };
        let text = seal::open(&disk::read_small(&self.path)?, with).map_err(|closed| match closed {
            Closed::NotForThis | Closed::Refused => wrong(refused),
            Closed::Locked => wrong(SlotWrong::Locked),
            Closed::Damaged(why) => wrong(SlotWrong::Damaged(why)),
            Closed::Failed(why) => wrong(SlotWrong::Plugin(why)),
        })?;
        VaultKey::from_text(&text).ok_or_else(|| wrong(SlotWrong::Damaged("it holds no vault key")))
    }
}

/// Seals a vault key to a way of unlocking, as the bytes of a slot file.
pub(super) fn seal_key(key: &VaultKey, way: &Way, prompts: &Prompts) -> Result<Vec<u8>, Error> {
    let text = key.to_text();
    match way {
        Way::Passphrase(passphrase) => {
            let mut recipient = scrypt::Recipient::new(passphrase.clone());
            recipient.set_work_factor(SCRYPT_LOG_N);
            seal::seal(text.as_bytes(), "the vault key", &recipient)
        }
        Way::Recipient(text_of) => {
            let recipient = recipient(text_of, prompts)?;
            seal::seal(text.as_bytes(), "the vault key", recipient.as_ref())
        }
    }
}

/// Reads a public key of any sort that a slot can be sealed to.
fn recipient(text: &str, prompts: &Prompts) -> Result<Box<dyn Recipient>, Error> {
    let bad = |why: &str| Error::Seal { what: "the vault key to this recipient", why: why.to_owned() };
    if text.starts_with("ssh-") {
        return ssh::Recipient::from_str(text).map(|found| Box::new(found) as Box<dyn Recipient>).map_err(|_| {
            bad("it is no SSH key that age can seal to; ssh-ed25519 and ssh-rsa of 2048 bits and more are")
        });
    }
    if let Ok(found) = x25519::Recipient::from_str(text) {
        return Ok(Box::new(found));
    }
    let found = plugin::Recipient::from_str(text)
        .map_err(|_| bad("it is no public key; they start with ssh-ed25519, ssh-rsa or age1"))?;
    let name = found.plugin().to_owned();
    plugin::RecipientPluginV1::new(&name, &[found], &[], Asking(prompts.clone()))
        .map(|found| Box::new(found) as Box<dyn Recipient>)
        .map_err(|_| bad(&format!("the program age-plugin-{name} is not installed")))
}

/// The sort of a slot, by the first stanza of its header: `-> scrypt …`.
fn kind(path: &Path) -> SlotKind {
    let first = || {
        let mut lines = BufReader::new(disk::open(path).ok()?.take(4096)).lines();
        let version = lines.next()?.ok()?;
        let stanza = lines.next()?.ok()?;
        let sort = stanza.strip_prefix("-> ")?.split(' ').next()?.to_owned();
        (version == "age-encryption.org/v1").then_some(sort)
    };
    match first() {
        Some(sort) if sort == "scrypt" => SlotKind::Passphrase,
        Some(sort) => SlotKind::Identity(sort),
        None => SlotKind::Damaged,
    }
}

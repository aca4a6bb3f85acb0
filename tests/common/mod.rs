//! A vault of invented tokens in a folder of its own, opened with an age identity: a passphrase costs a second.

mod nobody;

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use age::x25519;
use chrono::{DateTime, TimeDelta, Utc};
use patvault::secret::Secret;
use patvault::token::Token;
use patvault::token::draft::{Draft, DraftVersion};
use patvault::token::id::{DeviceId, TokenId, UseId};
use patvault::vault::{Author, Error, NewSlot, Plan, Reader, Retention, Slot, Use, Vault, VaultKey, Way};
use rusqlite::{Connection, MAIN_DB};

pub use nobody::nobody;

/// A vault on a stage: everything a test needs around it.
pub struct Stage {
    pub home: tempfile::TempDir,
    pub vault: Vault,
    pub key: VaultKey,
    /// Opens the slot `identity`.
    pub identity: x25519::Identity,
}

impl Stage {
    /// An empty vault with one slot.
    pub fn new() -> Self {
        Self::with(vec![])
    }

    /// An empty vault with more slots.
    pub fn with(more: Vec<NewSlot>) -> Self {
        let home = tempfile::tempdir().unwrap();
        let identity = x25519::Identity::generate();
        let mut slots = vec![slot_for("identity", &identity)];
        slots.extend(more);
        let plan = Plan { name: "main", slots: &slots, author: &author() };
        let (dir, state) = (home.path().join("data/main"), home.path().join("state"));
        let (vault, key) = Vault::create(&dir, &state, Retention::default(), &plan, &nobody()).unwrap();
        Self { home, vault, key, identity }
    }

    /// A vault with these tokens, `service/name`, one write each, so that there are backups.
    pub fn holding(paths: &[&str]) -> Self {
        let stage = Self::new();
        for path in paths {
            stage.add(&[draft(path)]);
        }
        stage
    }

    /// Adds tokens in one write.
    pub fn add(&self, drafts: &[Draft]) -> Vec<TokenId> {
        self.vault.write(&self.key, &author(), "add", |w| w.add(drafts)).unwrap()
    }

    /// Where this device remembers what it has seen.
    pub fn state(&self) -> PathBuf {
        self.home.path().join("state")
    }

    /// Everything in the vault's folder, by path.
    pub fn files(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        files(self.vault.dir())
    }

    /// The database as it is, opened with the crates that patvault itself uses.
    pub fn image(&self) -> Vec<u8> {
        unseal(&fs::read(self.vault.file()).unwrap(), &self.key)
    }

    /// Puts a vault file in place whose database was changed by hand, sealed as patvault would have.
    pub fn forge(&self, sql: &str) {
        let image = changed(&self.image(), sql);
        fs::write(self.vault.file(), seal(&image, &self.recipient())).unwrap();
    }

    /// To whom the vault's file is sealed.
    pub fn recipient(&self) -> x25519::Recipient {
        let text: String = query(&self.image(), "SELECT recipient FROM vault");
        text.parse().unwrap()
    }

    /// One of the ways in.
    pub fn slot(&self, name: &str) -> Slot {
        self.vault.slots().unwrap().into_iter().find(|slot| slot.name == name).unwrap()
    }

    /// Every secret, by its token's path.
    pub fn secrets(&self, key: &VaultKey) -> BTreeMap<String, String> {
        let read = |r: &Reader| {
            let all = r.tokens()?.into_iter().map(|token| {
                let secret = r.secret(token.current().id)?.unwrap();
                Ok((token.path(), secret.expose().to_owned()))
            });
            all.collect::<Result<_, Error>>()
        };
        self.vault.read(key, read).unwrap()
    }

    /// Uses the secret of a token, as `patvault get` does. Gives how many uses wait.
    pub fn use_it(&self, token: &Token, n: u8, at: DateTime<Utc>) -> u64 {
        let Author { device, device_name, .. } = author();
        let (id, verb) = (UseId::from_bytes([n; 16]), "get".into());
        let entry = Use { id, token: token.id, version: token.current().id, at, verb, device, device_name };
        self.vault.read(&self.key, |r| self.vault.record_use(r, &entry)).unwrap()
    }

    /// How many times the vault was written.
    pub fn revision(&self) -> u64 {
        self.vault.read(&self.key, |r| Ok::<_, Error>(r.about()?.revision)).unwrap()
    }
}

/// Who writes in tests, on a day of its own.
pub fn author() -> Author {
    Author { device: DeviceId::from_bytes([7; 16]), device_name: "bench".into(), at: time("2026-11-22T10:00:00Z") }
}

/// The same, some seconds later.
pub fn later(secs: i64) -> Author {
    let first = author();
    Author { at: first.at + TimeDelta::seconds(secs), ..first }
}

pub fn time(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

/// A token whose secret says what it is.
pub fn draft(path: &str) -> Draft {
    draft_of(path, &format!("not-a-real-secret-of-{path}"))
}

pub fn draft_of(path: &str, secret: &str) -> Draft {
    let (service, name) = path.split_once('/').unwrap();
    Draft::of(service.into(), name.into(), DraftVersion::of(Secret::new(secret.into())))
}

pub fn slot_for(name: &str, identity: &x25519::Identity) -> NewSlot {
    slot_to(name, &identity.to_public().to_string())
}

pub fn slot_to(name: &str, recipient: &str) -> NewSlot {
    NewSlot { name: name.into(), way: Way::Recipient(recipient.into()) }
}

/// Everything in a folder, by path.
pub fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
            found.insert(path, vec![]);
        } else {
            let bytes = fs::read(&path).unwrap();
            found.insert(path, bytes);
        }
    }
    found
}

pub fn seal(plain: &[u8], to: &dyn age::Recipient) -> Vec<u8> {
    let mut sealed = vec![];
    let mut out = age::Encryptor::with_recipients(std::iter::once(to)).unwrap().wrap_output(&mut sealed).unwrap();
    out.write_all(plain).unwrap();
    out.finish().unwrap();
    sealed
}

pub fn unseal(sealed: &[u8], with: &dyn age::Identity) -> Vec<u8> {
    let mut plain = vec![];
    let mut stream = age::Decryptor::new(sealed).unwrap().decrypt(std::iter::once(with)).unwrap();
    stream.read_to_end(&mut plain).unwrap();
    plain
}

/// Changes a database image by hand; nothing holds what is changed together.
pub fn changed(image: &[u8], sql: &str) -> Vec<u8> {
    let mut db = opened(image);
    db.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    db.execute_batch(sql).unwrap();
    db.serialize(MAIN_DB).unwrap().to_vec()
}

/// The one value that a query on a database image gives.
pub fn query<T: rusqlite::types::FromSql>(image: &[u8], sql: &str) -> T {
    opened(image).query_row(sql, [], |row| row.get(0)).unwrap()
}

fn opened(image: &[u8]) -> Connection {
    let mut db = Connection::open_in_memory().unwrap();
    if !image.is_empty() {
        db.deserialize_read_exact(MAIN_DB, image, image.len(), false).unwrap();
    }
    db
}

// Each test takes what it needs; what one leaves, another takes.
const _: () = {
    let _ = (Stage::new, Stage::with, Stage::holding, Stage::files, Stage::image, Stage::forge, Stage::recipient);
    let _ = (Stage::revision, Stage::state, Stage::slot, Stage::secrets, Stage::use_it, Stage::add);
    let _ = |stage: &Stage| (stage.home.path().exists(), stage.identity.to_public());
    let _ = (author, later, draft, draft_of, slot_to, time, nobody, files, seal, unseal, changed, query::<i64>);
};

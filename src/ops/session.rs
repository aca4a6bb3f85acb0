//! An unlocked vault with everything a verb needs.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::due_index;
use super::error::{Error, NAME_A_VAULT};
use super::lend::{self, Key};
use super::unlock::{self, Means};
use crate::clock;
use crate::config::Config;
use crate::paths::Paths;
use crate::service::Catalogue;
use crate::token::id::DeviceId;
use crate::token::now::Now;
use crate::token::rules::Rules;
use crate::vault::{self, Author, Prompts, Reader, Retention, Vault, VaultKey, Writer};

/// The ground a verb stands on before anything is unlocked: folders and settings.
#[derive(Debug, Clone)]
pub struct Ground {
    /// patvault's folders.
    pub paths: Paths,
    /// The settings.
    pub config: Config,
    /// The vault that was named, if one was.
    pub named: Option<String>,
    /// Whether the agent is asked.
    pub agent: bool,
}

impl Ground {
    /// A ground apart, under one folder: nothing of the person's is read or written, and no agent is asked.
    pub fn apart(root: &Path) -> Self {
        Self { paths: Paths::under(root), config: Config::default(), named: None, agent: false }
    }

    /// The vault that is meant: the one named, else the one in the settings, else the only one there is.
    ///
    /// # Errors
    /// [`Error::NoVault`] where there is none of that name.
    pub fn vault(&self) -> Result<Vault, Error> {
        let dir = self.paths.vault(&self.vault_name()?);
        Vault::at(&dir, &self.paths.state, self.retention()).map_err(|error| match error {
            vault::Error::Missing { .. } => Error::NoVault { missing: error, there: self.vaults() },
            other => other.into(),
        })
    }

    /// Its name.
    pub fn vault_name(&self) -> Result<String, Error> {
        if let Some(named) = &self.named {
            return Ok(crate::token::label::Label::Plain.parse(named)?);
        }
        let usual = crate::token::label::Label::Plain.parse(&self.config.vault)?;
        if self.paths.vault(&usual).exists() {
            return Ok(usual);
        }
        if vault::is_known(&self.paths.state, &usual) {
            // Nobody slips another vault in by taking the usual one away.
            return Ok(usual);
        }
        match &self.vaults()[..] {
            [only] => Ok(only.clone()),
            [] => Ok(usual),
            several => Err(Error::usage(format!("there are several vaults: {}", several.join(", ")), NAME_A_VAULT)),
        }
    }

    /// The names of the vaults on this device.
    pub fn vaults(&self) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(&self.paths.data) else { return vec![] };
        let names = entries.flatten().filter(|entry| entry.path().join("keys").is_dir());
        let mut names: Vec<String> = names
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| crate::token::label::Label::Plain.parse(name).is_ok())
            .collect();
        names.sort();
        names
    }

    /// The services: the shipped ones, and the person's own.
    pub fn catalogue(&self) -> Catalogue {
        Catalogue::of(&self.paths.services())
    }

    /// How many backups are kept; never none.
    pub fn retention(&self) -> Retention {
        Retention { newest: self.config.backups.newest.max(1), daily: self.config.backups.daily }
    }

    /// Who writes from here, now.
    pub fn author(&self, now: &Now) -> Result<Author, Error> {
        let device = Device::known(&self.paths.state)?;
        Ok(Author { device: device.id, device_name: device.name, at: now.instant })
    }
}

/// An unlocked vault.
pub struct Session {
    /// Folders and settings.
    pub ground: Ground,
    /// The vault.
    pub vault: Vault,
    /// The present, as it was when the command began.
    pub now: Now,
    /// The rules for reminders.
    pub rules: Rules,
    pub(super) key: Key,
    pub(super) author: Author,
}

impl Session {
    /// Unlocks the vault that is meant: with the agent's help where it holds the key, else by a way in.
    pub fn start(ground: Ground, means: &Means, prompts: &Prompts) -> Result<Self, Error> {
        let vault = ground.vault()?;
        let key = lend::key(&ground, &vault, means, prompts)?;
        Self::with_key(ground, vault, key)
    }

    /// The same by a way in, for what needs the key itself: to seal it to another way, or to change it.
    pub fn start_by_way_in(ground: Ground, means: &Means, prompts: &Prompts) -> Result<Self, Error> {
        let vault = ground.vault()?;
        let key = unlock::unlock(&ground, &vault, means, prompts)?;
        Self::with_key(ground, vault, Key::Own(key))
    }

    /// The same with a key that is open already.
    pub(super) fn with_key(ground: Ground, vault: Vault, key: Key) -> Result<Self, Error> {
        let now = clock::now();
        let author = ground.author(&now)?;
        let rules = ground.config.rules();
        Ok(Self { ground, vault, now, rules, key, author })
    }

    /// Goes on at a later time: for whoever stays.
    ///
    /// # Errors
    /// This device has no name, and none can be made.
    pub fn go_on(&mut self) -> Result<(), Error> {
        self.now = clock::now();
        self.author = self.ground.author(&self.now)?;
        Ok(())
    }

    /// Goes on with other settings.
    pub fn settle(&mut self, config: Config) {
        self.rules = config.rules();
        self.ground.config = config;
    }

    /// Another one on the same vault, for a thread beside this one.
    ///
    /// # Errors
    /// It was locked meanwhile.
    pub fn twin(&self) -> Result<Self, Error> {
        let ground = Ground { named: Some(self.ground.vault_name()?), ..self.ground.clone() };
        let vault = ground.vault()?;
        let key = match &self.key {
            Key::Own(key) => Key::Own(key.clone()),
            Key::Lent(_) => match lend::borrow(&ground, &vault)? {
                Some(lent) => Key::Lent(lent),
                None => return Err(lend::locked("it was locked meanwhile")),
            },
        };
        Self::with_key(ground, vault, key)
    }

    /// Whether the agent lends the key, so that it can be locked from anywhere.
    pub fn is_lent(&self) -> bool {
        matches!(self.key, Key::Lent(_))
    }

    /// Reads the vault as it is now.
    pub fn read<T>(&self, f: impl FnOnce(&Reader) -> Result<T, Error>) -> Result<T, Error> {
        self.vault.read(self.key.identity(), f).map_err(|error| self.explain(error))
    }

    /// Changes the vault as it is now. Everything `f` does is one batch of the history, under the name of the verb.
    pub fn write<T>(&self, verb: &str, f: impl FnOnce(&mut Writer) -> Result<T, Error>) -> Result<T, Error> {
        let mut noted = false;
        let change = |vault: &mut Writer| {
            let outcome = f(vault)?;
            noted = true;
            due_index::note_write(&self.ground, &self.vault, vault, &self.now);
            Ok(outcome)
        };
        let written = self.vault.write(self.key.identity(), &self.author, verb, change);
        written.map_err(|error| {
            // It says what was to be written. Where the verb itself failed, it says what it said before.
            if noted {
                due_index::forget(&self.ground, &self.vault);
            }
            self.explain(error)
        })
    }

    /// The key itself.
    pub(super) fn own_key(&self) -> Result<&VaultKey, Error> {
        match &self.key {
            Key::Own(key) => Ok(key),
            Key::Lent(_) => Err(Error::Locked {
                why: "the agent lends the key and does not give it away".into(),
                hint: "try again with --no-agent".into(),
            }),
        }
    }

    /// What an error means if the key is lent.
    pub(super) fn explain(&self, error: Error) -> Error {
        match &self.key {
            Key::Own(_) => error,
            Key::Lent(lent) => lend::explain(&self.ground, &self.vault, lent, error),
        }
    }
}

/// This device, as the history names it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Device {
    id: DeviceId,
    name: String,
}

impl Device {
    /// The device this state folder belongs to; a new one on first use.
    fn known(state: &Path) -> Result<Self, Error> {
        let path = state.join("device.json");
        if let Some(known) = super::files::read_own(&path).and_then(|text| serde_json::from_slice(&text).ok()) {
            return Ok(known);
        }
        let fresh = Self { id: vault::new_id()?, name: host_name() };
        // Where this cannot be written down, every command comes from a new device; that keeps nobody from reading, and
        // 'patvault doctor' names the folder.
        let _unremembered = super::files::write_private(&path, &serde_json::to_vec(&fresh).unwrap_or_default());
        Ok(fresh)
    }
}

fn host_name() -> String {
    let name = rustix::system::uname().nodename().to_string_lossy().into_owned();
    if name.is_empty() { "unnamed".into() } else { name }
}

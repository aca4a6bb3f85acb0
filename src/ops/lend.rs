//! Keys that the agent lends, and handing them to it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use age::Identity;
use secrecy::SecretString;

use super::behind::start_agent;
use super::due_index;
use super::error::Error;
use super::session::Ground;
use super::unlock::{Means, unlock};
use crate::agent::{self, Client, Lent, Limits, Promise};
use crate::clock;
use crate::token::reminder;
use crate::vault::{self, Prompt, Prompts, Vault, VaultKey, Wrong};

/// What opens a vault: its key, or the agent's word.
pub(super) enum Key {
    /// The key itself.
    Own(VaultKey),
    /// One that the agent holds.
    Lent(Lent),
}

impl Key {
    /// As age takes it.
    pub(super) fn identity(&self) -> &dyn Identity {
        match self {
            Self::Own(key) => key,
            Self::Lent(lent) => lent,
        }
    }

    /// Whether a change of the vault key was begun and not finished.
    pub(super) fn is_changing(&self) -> bool {
        match self {
            Self::Own(key) => key.is_changing(),
            Self::Lent(lent) => lent.keys() > 1,
        }
    }
}

/// The key of a vault, from the agent if it holds it. Else by a way in, and then it is handed to the agent if somebody
/// had to be asked: a key that opens without a word needs no agent, and a script leaves none behind.
pub(super) fn key(ground: &Ground, vault: &Vault, means: &Means, prompts: &Prompts) -> Result<Key, Error> {
    if !ground.agent {
        return unlock(ground, vault, means, prompts).map(Key::Own);
    }
    match borrow(ground, vault) {
        Ok(Some(lent)) => return Ok(Key::Lent(lent)),
        Ok(None) => {}
        // Everything works without it.
        Err(error) => prompts.say(&error.to_string()),
    }
    if !ground.config.agent.auto {
        return unlock(ground, vault, means, prompts).map(Key::Own);
    }
    let asking = Arc::new(Asking { prompts: prompts.clone(), begin: begun(ground, vault), begun: Mutex::default() });
    let key = unlock(ground, vault, means, &(asking.clone() as Prompts))?;
    let begun = asking.begun.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(begun) = begun {
        keep(ground, &key, begun, prompts);
    }
    Ok(Key::Own(key))
}

/// Hands over the key of a vault that somebody was asked for without [`key`]: one that is new.
pub(super) fn hand_over(ground: &Ground, vault: &Vault, key: &VaultKey, prompts: &Prompts) {
    if ground.agent && ground.config.agent.auto {
        keep(ground, key, begun(ground, vault)(), prompts);
    }
}

fn keep(ground: &Ground, key: &VaultKey, begun: Begun, prompts: &Prompts) {
    match begun.and_then(|promise| promise.keep(key.texts(), limits(ground, None))) {
        Ok(_) | Err(agent::Error::Refused(agent::Refusal::LockedMeanwhile)) => {}
        Err(error) => prompts.say(&format!("The vault does not stay unlocked: {error}")),
    }
}

/// How long a vault stays unlocked.
#[derive(Debug, Clone, Copy)]
pub struct Unlocked {
    /// From now on, at most.
    pub limits: Limits,
    /// It was already.
    pub already: bool,
}

/// Unlocks a vault for the commands that come: with a limit of one's own, or those of the settings. One that is unlocked
/// already stays as it is, unless there is a limit of one's own.
pub fn hold(ground: &Ground, means: &Means, hard: Option<Duration>, prompts: &Prompts) -> Result<Unlocked, Error> {
    if !ground.agent {
        return Err(Error::usage(
            "without the agent nothing stays unlocked",
            "leave --no-agent out, or let each command unlock the vault for itself",
        ));
    }
    let vault = ground.vault()?;
    let name = name(&vault);
    let mut client = Client::start(&ground.paths.runtime, start_agent)?;
    let held = client.standing()?.vaults.into_iter().find(|held| held.vault == name);
    if let (Some(held), None) = (held, hard) {
        return Ok(Unlocked { limits: held.left, already: true });
    }
    // Before anybody is asked: a lock in between counts.
    let promise = client.begin(&name)?;
    let key = unlock(ground, &vault, means, prompts)?;
    // A key that does not open the vault is of no use for fifteen minutes.
    let tokens = vault.read(&key, |vault| Ok::<_, Error>(vault.tokens_in(reminder::PARTS)?))?;
    due_index::note(ground, &vault, &tokens, &clock::now());
    let limits = promise.keep(key.texts(), limits(ground, hard))?;
    Ok(Unlocked { limits, already: false })
}

/// It was unlocked once.
pub(super) fn locked(why: &str) -> Error {
    Error::Locked { why: why.into(), hint: "unlock it again: 'patvault unlock'".into() }
}

/// What an error means that came while the key was lent.
pub(super) fn explain(ground: &Ground, vault: &Vault, lent: &Lent, error: Error) -> Error {
    if lent.is_lost() {
        return locked("it was locked meanwhile");
    }
    match error {
        Error::Vault(vault::Error::Untrusted { wrong: Wrong::OtherKey, .. }) => {
            // Changed elsewhere, or not the vault that it was. The ways in tell.
            forget(ground, vault);
            locked("the agent's key does not open it")
        }
        other => other,
    }
}

/// Has the agent forget the key of a vault. Where there is no agent, nothing holds it.
pub(super) fn forget(ground: &Ground, vault: &Vault) {
    if ground.agent
        && let Ok(Some(mut client)) = Client::connect(&ground.paths.runtime)
    {
        let _nobody_holds_it = client.lock(Some(&name(vault)));
    }
}

/// What a vault is called to the agent: its folder, however it was reached.
pub(super) fn name(vault: &Vault) -> String {
    let dir = vault.dir();
    dir.canonicalize().unwrap_or_else(|_| dir.to_owned()).to_string_lossy().into_owned()
}

/// The key, from an agent that runs and holds it.
pub(super) fn borrow(ground: &Ground, vault: &Vault) -> Result<Option<Lent>, agent::Error> {
    Client::borrow(&ground.paths.runtime, &name(vault))
}

fn limits(ground: &Ground, hard: Option<Duration>) -> Limits {
    let minutes = |minutes: u32| Duration::from_secs(60 * u64::from(minutes.max(1)));
    Limits { idle: minutes(ground.config.agent.idle), hard: hard.unwrap_or_else(|| minutes(ground.config.agent.hard)) }
}

type Begun = Result<Promise, agent::Error>;

/// Begins with the agent as soon as somebody is asked, and before they are: a lock while they think counts.
struct Asking {
    prompts: Prompts,
    begin: Box<dyn Fn() -> Begun + Send + Sync>,
    begun: Mutex<Option<Begun>>,
}

fn begun(ground: &Ground, vault: &Vault) -> Box<dyn Fn() -> Begun + Send + Sync> {
    let (runtime, name) = (ground.paths.runtime.clone(), name(vault));
    Box::new(move || Client::start(&runtime, start_agent)?.begin(&name))
}

impl Asking {
    fn somebody(&self) -> &Prompts {
        if self.prompts.is_there() {
            self.begun.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert_with(&self.begin);
        }
        &self.prompts
    }
}

impl Prompt for Asking {
    fn is_there(&self) -> bool {
        self.prompts.is_there()
    }

    // A plugin says that a key is to be touched: that, too, asks something of a person.
    fn say(&self, message: &str) {
        self.somebody().say(message);
    }

    fn confirm(&self, question: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        self.somebody().confirm(question, yes, no)
    }

    fn text(&self, question: &str) -> Option<String> {
        self.somebody().text(question)
    }

    fn passphrase(&self, question: &str) -> Option<SecretString> {
        self.somebody().passphrase(question)
    }

    fn elsewhere(&self) {
        self.somebody().elsewhere();
    }
}

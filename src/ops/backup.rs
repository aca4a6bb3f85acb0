//! Backups: keeping one, listing them, bringing one back.

use super::due_index;
use super::error::Error;
use super::session::{Ground, Session};
use super::unlock::{Means, unlock};
use crate::clock;
use crate::token::reminder;
use crate::vault::{Backup, Prompts, Vault, VaultKey};

/// The backups of a vault, oldest first. Nothing is unlocked.
pub fn backups(ground: &Ground) -> Result<Vec<Backup>, Error> {
    Ok(ground.vault()?.backups()?)
}

/// Keeps the vault as it is now.
pub fn back_up(session: &Session) -> Result<Backup, Error> {
    session.vault.back_up(session.key.identity(), &session.author).map_err(|error| session.explain(error.into()))
}

/// Puts a backup in the place of the vault: the one named, or the newest that opens. The vault itself need not open.
pub fn restore_backup(ground: &Ground, name: Option<&str>, means: &Means, prompts: &Prompts) -> Result<Backup, Error> {
    let (vault, key) = open(ground, means, prompts)?;
    let all = vault.backups()?;
    let backup = match name {
        Some(name) => all.into_iter().find(|backup| backup.name() == name).ok_or_else(|| {
            let shown = crate::text::escaped(name).into_owned();
            Error::usage(format!("there is no backup '{shown}'"), "'patvault backup list' shows them")
        })?,
        None => all
            .into_iter()
            .rev()
            .find(|backup| vault.opens(&key, backup))
            .ok_or_else(|| Error::usage("no backup opens", "look for a copy of the vault's folder elsewhere"))?,
    };
    let now = clock::now();
    vault.restore(&key, &ground.author(&now)?, &backup)?;
    let tokens = vault.read(&key, |vault| Ok::<_, Error>(vault.tokens_in(reminder::PARTS)?))?;
    due_index::note(ground, &vault, &tokens, &now);
    Ok(backup)
}

/// Takes the vault's file as it is, though this device has seen a later one, or another. Gives its revision.
pub fn accept(ground: &Ground, means: &Means, prompts: &Prompts) -> Result<u64, Error> {
    let (vault, key) = open(ground, means, prompts)?;
    Ok(vault.accept(&key, &ground.author(&clock::now())?)?)
}

fn open(ground: &Ground, means: &Means, prompts: &Prompts) -> Result<(Vault, VaultKey), Error> {
    let vault = ground.vault()?;
    let key = unlock(ground, &vault, means, prompts)?;
    Ok((vault, key))
}

//! What is unlocked, and for how long.

use super::error::Error;
use super::lend;
use super::session::Ground;
use crate::agent::{Client, Limits, Memory, VaultStanding};

/// What the agent holds.
pub struct Status {
    /// Whether its memory can be swapped out. `None` where no agent runs.
    pub agent: Option<Memory>,
    /// The vaults of this device.
    pub vaults: Vec<VaultStatus>,
}

/// One vault.
pub struct VaultStatus {
    /// Its name.
    pub name: String,
    /// For how long it is unlocked still. `None` where it is locked.
    pub left: Option<Limits>,
}

/// Looks what is unlocked. That puts no limit off, asks nobody and starts nothing.
///
/// # Errors
/// [`Error::NoVault`] where one was named that is not there; those of the agent.
pub fn status(ground: &Ground) -> Result<Status, Error> {
    if ground.named.is_some() {
        ground.vault()?;
    }
    let client = if ground.agent { Client::connect(&ground.paths.runtime)? } else { None };
    let standing = client.map(|mut client| client.standing()).transpose()?;
    let held: &[VaultStanding] = standing.as_ref().map_or(&[], |standing| &standing.vaults);
    let names = ground.vaults().into_iter().filter(|name| ground.named.as_ref().is_none_or(|named| named == name));
    let vaults = names.map(|name| {
        let there = Ground { named: Some(name.clone()), ..ground.clone() }.vault();
        let left = there.ok().and_then(|vault| {
            let vault = lend::name(&vault);
            held.iter().find(|held| held.vault == vault).map(|held| held.left)
        });
        VaultStatus { name, left }
    });
    Ok(Status { agent: standing.as_ref().map(|standing| standing.memory), vaults: vaults.collect() })
}

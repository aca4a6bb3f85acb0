//! What is unlocked, and for how long.

use super::error::Error;
use super::lend;
use super::session::Ground;
use crate::agent::{Client, Limits, Memory, Standing, VaultStanding};

/// What the agent holds.
pub struct Status {
    /// The agent; `None` where none runs.
    pub agent: Option<AgentStatus>,
    /// The vaults of this device.
    pub vaults: Vec<VaultStatus>,
}

/// An agent that runs.
pub struct AgentStatus {
    /// Whether its memory can be swapped out.
    pub memory: Memory,
    /// Whether it also locks when a session of this user is locked, and before the machine sleeps.
    pub session_lock: bool,
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
    let vaults = vaults.collect();
    let agent = standing.map(|Standing { memory, session_lock, .. }| AgentStatus { memory, session_lock });
    Ok(Status { agent, vaults })
}

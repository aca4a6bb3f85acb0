//! Locking: the agent forgets keys. Nothing is asked, and nothing has to be there.

use super::error::Error;
use super::lend;
use super::session::Ground;
use crate::agent::Client;

/// Locks the vault that was named, or all of them. A vault that is being unlocked at this moment stays locked too.
pub fn lock(ground: &Ground) -> Result<(), Error> {
    let named = ground.named.is_some().then(|| ground.vault()).transpose()?;
    match Client::connect(&ground.paths.runtime)? {
        Some(mut client) => Ok(client.lock(named.as_ref().map(lend::name).as_deref())?),
        // Nobody holds anything.
        None => Ok(()),
    }
}

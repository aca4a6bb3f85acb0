//! What a prompt says: whether something is unlocked, and how much is owed.

use std::sync::mpsc;
use std::time::Duration;

use super::due_index::DueIndex;
use super::session::Ground;
use super::status::status;
use crate::token::now::Now;

/// How long a prompt waits for the agent, which answers in less than a millisecond where the machine is not very busy.
const PATIENCE: Duration = Duration::from_secs(1);

/// How the vaults are, at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glance {
    /// Whether they are locked.
    pub lock: Lock,
    /// How many reminders are owed today, as far as this device knows.
    pub owed: usize,
}

/// Whether vaults are locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lock {
    /// All of them are.
    Locked,
    /// At least one is not.
    Unlocked,
    /// The agent does not answer, or cannot be asked.
    Unknown,
}

/// Looks at the vaults of this device, or at the one that was named. Nothing is opened, nobody asked, nothing started and
/// no limit put off; what goes wrong is not said. `None` where there is no vault.
pub fn glance(ground: &Ground, now: &Now) -> Option<Glance> {
    let mut names = ground.vaults();
    names.retain(|name| ground.named.as_ref().is_none_or(|named| named == name));
    if names.is_empty() {
        return None;
    }
    let (told, answer) = mpsc::channel();
    let asked = ground.clone();
    std::thread::spawn(move || told.send(status(&asked)));
    let lock = match answer.recv_timeout(PATIENCE) {
        Ok(Ok(status)) if status.vaults.iter().any(|vault| vault.left.is_some()) => Lock::Unlocked,
        Ok(Ok(_)) => Lock::Locked,
        _ => Lock::Unknown,
    };
    let counted = |name: &String| DueIndex::read(&ground.paths.state, name).map(|index| index.count(now.today()));
    let owed = match ground.config.prompt.due {
        true => names.iter().filter_map(counted).fold(0, usize::saturating_add),
        false => 0,
    };
    Some(Glance { lock, owed })
}

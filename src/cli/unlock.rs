//! `patvault unlock`, `patvault lock` and `patvault status`.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::Desk;
use super::face::{Exit, Face, Role};
use super::table::{Cell, Table};
use crate::agent::{Limits, Memory};
use crate::ops::{self, AgentStatus, Error, Glance, Lock, VaultStatus};
use crate::text::escaped;
use crate::token::when;

/// Keep the vault unlocked for a while
///
/// The agent keeps the vault's key in memory and lends it to the commands that come, so that they need not ask. It forgets
/// it after some time without use, after some time in any case (both in the settings), when the machine sleeps, when your
/// session is locked where logind tells of that, and with 'patvault lock'.
#[derive(Debug, clap::Args)]
pub(super) struct UnlockArgs {
    /// Lock it after this time in any case: 30m, 8h, 1d
    #[arg(long = "for", value_name = "TIME", value_parser = super::terms::span)]
    hard: Option<Duration>,
}

/// Lock the vault, or all of them
///
/// Needs no passphrase, and beats a command that is unlocking at the same moment: made to be called by a screen locker or
/// before the machine sleeps. Without --vault, every vault is locked.
#[derive(Debug, clap::Args)]
pub(super) struct LockArgs {}

/// Say which vaults are unlocked, and until when
///
/// Asking does not keep a vault unlocked for longer. With --prompt nothing is printed where there is no vault, and nothing
/// that is wrong is an error; --color always colours the signs.
#[derive(Debug, clap::Args)]
pub(super) struct StatusArgs {
    /// Print JSON
    #[arg(long, conflicts_with = "prompt")]
    json: bool,
    /// Say it in a few signs, for the prompt of a shell: locked or not, and how many reminders are owed
    #[arg(long)]
    pub(super) prompt: bool,
}

pub(super) fn unlock(args: &UnlockArgs, desk: &mut Desk) -> Result<Exit, Error> {
    let unlocked = ops::hold(&desk.ground, &desk.means, args.hard, &desk.prompts)?;
    let name = desk.ground.vault_name()?;
    let already = if unlocked.already { "already " } else { "" };
    let until = until(unlocked.limits, desk);
    desk.face.prose(&format!("The vault '{}' is {already}unlocked {until}", escaped(&name)));
    Ok(Exit::Done)
}

pub(super) fn lock(_: &LockArgs, desk: &mut Desk) -> Result<Exit, Error> {
    ops::lock(&desk.ground)?;
    match &desk.ground.named {
        Some(name) => desk.face.prose(&format!("The vault '{}' is locked", escaped(name))),
        None => desk.face.line("Every vault is locked"),
    }
    Ok(Exit::Done)
}

/// The document that `status --json` prints. `agent` is null where none runs.
#[derive(Serialize)]
struct Document<'a> {
    patvault: u32,
    agent: Option<AgentRecord>,
    vaults: Vec<VaultRecord<'a>>,
}

/// `memory` is `locked`, or `swappable` where the limit on locked memory is too low; `session_lock` says whether a session that
/// is locked locks the vaults too.
#[derive(Serialize)]
struct AgentRecord {
    memory: Memory,
    session_lock: bool,
}

/// One vault. The limits are null where it is locked; the first of them to come locks it.
#[derive(Serialize)]
struct VaultRecord<'a> {
    name: &'a str,
    unlocked: bool,
    idle_until: Option<DateTime<Utc>>,
    hard_until: Option<DateTime<Utc>>,
}

pub(super) fn status(args: &StatusArgs, desk: &mut Desk) -> Result<Exit, Error> {
    if args.prompt {
        if let Some(glance) = ops::glance(&desk.ground, &desk.now) {
            let signs = signs(glance, &desk.face);
            desk.face.line(&signs);
        }
        return Ok(Exit::Done);
    }
    let status = ops::status(&desk.ground)?;
    if args.json {
        let vaults = status.vaults.iter().map(|vault| record(vault, desk)).collect();
        let agent = status.agent.map(|AgentStatus { memory, session_lock }| AgentRecord { memory, session_lock });
        desk.face.json(&Document { patvault: 1, agent, vaults });
        return Ok(Exit::Done);
    }
    if status.vaults.is_empty() {
        desk.face.line("There is no vault yet.");
        desk.face.hint("create one with 'patvault init'");
        return Ok(Exit::Done);
    }
    let mut table = Table::new(vec!["VAULT", "STATE"]);
    for vault in &status.vaults {
        let state = match vault.left {
            Some(left) => Cell::with(Role::Good, format!("unlocked {}", until(left, desk))),
            None => Cell::new("locked"),
        };
        table.row([Cell::new(&vault.name), state]);
    }
    table.print(&mut desk.face);
    let Some(agent) = status.agent else { return Ok(Exit::Done) };
    if agent.session_lock && status.vaults.iter().any(|vault| vault.left.is_some()) {
        desk.face.say("What is unlocked is locked with your session, too.");
    }
    if agent.memory == Memory::Swappable {
        desk.face.warn(
            "the system may write the agent's keys to its swap: the limit on locked memory (ulimit -l) forbids otherwise",
        );
    }
    Ok(Exit::Done)
}

/// `🔒`, `🔓3`; in ASCII `L`, `U3`.
fn signs(glance: Glance, face: &Face) -> String {
    let (role, sign, ascii) = match glance.lock {
        Lock::Locked => (Role::Quiet, "🔒", "L"),
        Lock::Unlocked => (Role::Good, "🔓", "U"),
        Lock::Unknown => (Role::Bad, "?", "?"),
    };
    let lock = face.painted(role, if face.ascii { ascii } else { sign });
    match glance.owed {
        0 => lock,
        owed => lock + &face.painted(Role::Soon, &owed.to_string()),
    }
}

fn record<'a>(vault: &'a VaultStatus, desk: &Desk) -> VaultRecord<'a> {
    VaultRecord {
        name: &vault.name,
        unlocked: vault.left.is_some(),
        idle_until: vault.left.map(|left| end(left.idle, desk)),
        hard_until: vault.left.map(|left| end(left.hard, desk)),
    }
}

/// `until 2026-11-22 12:15; if used, until 2026-11-23 00:00`: short, so that a table of 80 columns holds it.
fn until(left: Limits, desk: &Desk) -> String {
    let wall = |at: Duration| when::wall(end(at, desk), &desk.now);
    if left.idle >= left.hard {
        return format!("until {}", wall(left.hard));
    }
    format!("until {}; if used, until {}", wall(left.idle), wall(left.hard))
}

fn end(left: Duration, desk: &Desk) -> DateTime<Utc> {
    desk.now.instant + TimeDelta::from_std(left).unwrap_or_default()
}

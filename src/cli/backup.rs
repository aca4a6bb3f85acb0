//! `patvault backup`.

use serde::Serialize;

use super::Desk;
use super::complete::Known;
use super::face::Exit;
use super::table::{Cell, Table};
use crate::ops::{self, Error};
use crate::text::escaped;
use crate::token::when;

/// Earlier states of the vault
///
/// Every write keeps the file that it replaces. The newest ones stay, and before them the last one of each day; the settings
/// say how many.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the backups, newest last
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Keep one now
    Now,
    /// Put a backup in the place of the vault
    ///
    /// What is there now becomes a backup itself, so that this can be taken back.
    Restore {
        /// Which one; else the newest that opens
        #[arg(add = Known::Backup)]
        name: Option<String>,
        /// Do not ask
        #[arg(long)]
        yes: bool,
    },
    /// Take the vault's file as it is, though it is older than this device has seen, or another
    Accept,
}

/// The document that `backup list --json` prints.
#[derive(Serialize)]
struct Document {
    patvault: u32,
    backups: Vec<BackupRecord>,
}

/// One backup: which revision of the vault it was, and when that was replaced.
#[derive(Serialize)]
struct BackupRecord {
    name: String,
    revision: u64,
    kept: String,
}

pub(super) fn run(args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    match &args.action {
        None => list(false, desk),
        Some(Action::List { json }) => list(*json, desk),
        Some(Action::Now) => {
            let backup = ops::back_up(&desk.session()?)?;
            desk.face.line(&format!("Kept {}", backup.name()));
            Ok(Exit::Done)
        }
        Some(Action::Restore { name, yes }) => restore(name.as_deref(), *yes, desk),
        Some(Action::Accept) => {
            let revision = ops::accept(&desk.ground, &desk.means, &desk.prompts)?;
            desk.face.line(&format!("Accepted the vault as it is, revision {revision}"));
            Ok(Exit::Done)
        }
    }
}

fn list(json: bool, desk: &mut Desk) -> Result<Exit, Error> {
    let backups = ops::backups(&desk.ground)?;
    if json {
        let record = |backup: &crate::vault::Backup| BackupRecord {
            name: backup.name(),
            revision: backup.revision,
            kept: backup.kept.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        };
        desk.face.json(&Document { patvault: 1, backups: backups.iter().map(record).collect() });
        return Ok(Exit::Done);
    }
    let mut table = Table::new(vec!["NAME", "REVISION", "REPLACED"]);
    for backup in &backups {
        let replaced = when::ago(backup.kept, &desk.now);
        table.row([Cell::new(backup.name()), Cell::new(backup.revision.to_string()), Cell::new(&replaced)]);
    }
    table.print(&mut desk.face);
    if backups.is_empty() {
        desk.face.say("There is no backup yet; every write keeps one.");
    }
    Ok(Exit::Done)
}

fn restore(name: Option<&str>, yes: bool, desk: &mut Desk) -> Result<Exit, Error> {
    if !yes {
        let which = name.map_or_else(|| "the newest backup that opens".into(), |name| escaped(name).into_owned());
        match desk.terminal.yes(&format!("Put {which} in the place of the vault?"))? {
            Some(true) => {}
            Some(false) => return Err(Error::Cancelled),
            None => return Err(Error::NoTerminal { what: "your consent", instead: "give it with --yes" }),
        }
    }
    let backup = ops::restore_backup(&desk.ground, name, &desk.means, &desk.prompts)?;
    let replaced = when::wall(backup.kept, &desk.now);
    desk.face.line(&format!("Restored {}: the vault as it was until {replaced}", backup.name()));
    Ok(Exit::Done)
}

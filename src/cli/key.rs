//! `patvault key`: ways in, and the vault key.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Serialize;

use super::Desk;
use super::ask::Answer;
use super::complete::Known;
use super::face::{Exit, Role};
use super::init::{given_passphrase, new_passphrase};
use super::table::{Cell, Table};
use crate::ops::{self, Error, NewWay};
use crate::text::escaped;
use crate::vault::{Slot, SlotKind};

/// The ways to unlock the vault, and the vault key itself
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the ways in
    List {
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    Add(AddArgs),
    /// Remove a way in
    ///
    /// Who has opened the vault with it may have kept the vault key: 'patvault key rotate' makes a new one.
    Remove {
        /// Its name
        #[arg(add = Known::Way)]
        name: String,
    },
    /// Change a passphrase
    Passphrase {
        /// Which one, where there are several
        #[arg(add = Known::Way)]
        name: Option<String>,
        /// Read the new one from this file
        #[arg(long, value_name = "FILE")]
        new_passphrase_file: Option<PathBuf>,
    },
    /// Make a new vault key and seal everything again
    ///
    /// Every secret, the database, the backups and the ways in that stay. Each passphrase is asked for.
    Rotate,
}

/// Add a way in
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("way").required(true).args(["ssh", "recipient", "recipient_of", "passphrase"])))]
struct AddArgs {
    /// An SSH key: a key file (public or private), or the public key itself
    #[arg(long, value_name = "KEY")]
    ssh: Option<String>,
    /// An age recipient (age1...), a plugin's too
    #[arg(long, value_name = "RECIPIENT")]
    recipient: Option<String>,
    /// The public key of this identity file
    #[arg(long, value_name = "FILE")]
    recipient_of: Option<PathBuf>,
    /// Another passphrase
    #[arg(long)]
    passphrase: bool,
    /// Read that passphrase from this file
    #[arg(long, value_name = "FILE", requires = "passphrase")]
    new_passphrase_file: Option<PathBuf>,
    /// What to call it
    #[arg(long)]
    name: Option<String>,
}

/// The document that `key list --json` prints.
#[derive(Serialize)]
struct Document {
    patvault: u32,
    slots: Vec<SlotRecord>,
}

/// One way in. `kind` is `passphrase`, `damaged`, or what opens it: `ssh-ed25519`, `ssh-rsa`, `X25519`, a plugin's name.
#[derive(Serialize)]
struct SlotRecord {
    name: String,
    kind: String,
}

pub(super) fn run(args: Args, desk: &mut Desk) -> Result<Exit, Error> {
    match args.action {
        Action::List { json } => list(json, desk),
        Action::Add(args) => add(args, desk),
        Action::Remove { name } => {
            ops::remove_way(&desk.session_by_way_in()?, &name)?;
            desk.face.line(&format!("Removed the way in '{}'", escaped(&name)));
            desk.face.hint(
                "who has opened the vault with it may have kept the vault key: 'patvault key rotate' makes a new one",
            );
            Ok(Exit::Done)
        }
        Action::Passphrase { name, new_passphrase_file } => passphrase(name.as_deref(), new_passphrase_file, desk),
        Action::Rotate => rotate(desk),
    }
}

fn list(json: bool, desk: &mut Desk) -> Result<Exit, Error> {
    let slots = ops::ways(&desk.ground)?;
    if json {
        let slots =
            slots.into_iter().map(|slot| SlotRecord { kind: slot.kind.words().to_owned(), name: slot.name }).collect();
        desk.face.json(&Document { patvault: 1, slots });
        return Ok(Exit::Done);
    }
    let mut table = Table::new(vec!["NAME", "OPENS WITH"]);
    for slot in &slots {
        let role = if slot.kind == SlotKind::Damaged { Role::Bad } else { Role::Plain };
        table.row([Cell::new(&slot.name), Cell::with(role, slot.kind.words())]);
    }
    table.print(&mut desk.face);
    Ok(Exit::Done)
}

fn add(args: AddArgs, desk: &mut Desk) -> Result<Exit, Error> {
    let session = desk.session_by_way_in()?;
    let way = match (args.ssh, args.recipient, args.recipient_of) {
        (Some(key), ..) => NewWay::Ssh(key),
        (_, Some(recipient), _) => NewWay::Recipient(recipient),
        (.., Some(file)) => NewWay::Identity(file),
        (None, None, None) => NewWay::Passphrase(fresh(args.new_passphrase_file, desk)?),
    };
    let name = ops::add_way(&session, args.name.as_deref(), way, &desk.prompts)?;
    desk.face.line(&format!("Added the way in '{}'", escaped(&name)));
    Ok(Exit::Done)
}

fn passphrase(name: Option<&str>, file: Option<PathBuf>, desk: &mut Desk) -> Result<Exit, Error> {
    let session = desk.session_by_way_in()?;
    let new = fresh(file, desk)?;
    let name = ops::change_passphrase(&session, name, new, &desk.prompts)?;
    desk.face.line(&format!("Changed the passphrase of '{}'", escaped(&name)));
    Ok(Exit::Done)
}

fn fresh(file: Option<PathBuf>, desk: &Desk) -> Result<SecretString, Error> {
    match file {
        Some(file) => given_passphrase(&file, &desk.face),
        None => new_passphrase(&desk.terminal, &desk.face),
    }
}

fn rotate(desk: &mut Desk) -> Result<Exit, Error> {
    let session = desk.session_by_way_in()?;
    let ask = |slot: &Slot| passphrase_of(slot, desk);
    let ways = ops::rotate_key(&session, ask, &desk.prompts)?;
    let ways: Vec<_> = ways.iter().map(|name| escaped(name).into_owned()).collect();
    desk.face.line(&format!("Made a new vault key. It opens with: {}", ways.join(", ")));
    Ok(Exit::Done)
}

/// A slot's passphrase, to seal to it again: the one that the command was given, else the person is asked.
fn passphrase_of(slot: &Slot, desk: &Desk) -> Result<SecretString, Error> {
    if let Some(file) = desk.means.passphrase_file.as_deref().filter(|file| *file != "-") {
        return ops::read_passphrase(file);
    }
    match desk.terminal.hidden(&format!("Passphrase of '{}': ", escaped(&slot.name))) {
        Answer::Given(bytes) => Ok(SecretString::from(String::from_utf8_lossy(&bytes).into_owned())),
        Answer::Cancelled => Err(Error::Cancelled),
        Answer::NoTerminal => {
            Err(Error::NoTerminal { what: "a passphrase to seal to again", instead: "give it with --passphrase-file" })
        }
    }
}

//! `patvault remove`, `restore` and `purge`.

use super::Desk;
use super::complete::Known;
use super::face::Exit;
use crate::ops::{self, Error};
use crate::text::{escaped, listed};
use crate::token::Token;

/// Move tokens to the trash
///
/// They still work at their services until they are revoked there. 'patvault restore' brings them back, 'patvault purge'
/// destroys them.
#[derive(Debug, clap::Args)]
pub(super) struct RemoveArgs {
    /// Which tokens
    #[arg(required = true, add = Known::Token)]
    token: Vec<String>,
}

/// Bring tokens back from the trash
#[derive(Debug, clap::Args)]
pub(super) struct RestoreArgs {
    /// Which tokens
    #[arg(required = true, add = Known::Trashed)]
    token: Vec<String>,
}

/// Destroy the secrets of tokens in the trash
///
/// What was known of them stays. It cannot be undone; backups made before still hold the secrets until they are pruned.
#[derive(Debug, clap::Args)]
pub(super) struct PurgeArgs {
    /// Which tokens in the trash
    #[arg(required_unless_present = "all", conflicts_with = "all", add = Known::Trashed)]
    token: Vec<String>,
    /// All that is in the trash
    #[arg(long)]
    all: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(super) fn remove(args: &RemoveArgs, desk: &mut Desk) -> Result<Exit, Error> {
    let tokens = ops::discard(&desk.session()?, &args.token)?;
    told(desk, "Moved to the trash:", &tokens);
    desk.face.hint(match &tokens[..] {
        [_] => "it still works at its service until it is revoked there; 'patvault undo' brings it back",
        _ => "they still work at their services until they are revoked there; 'patvault undo' brings them back",
    });
    Ok(Exit::Done)
}

pub(super) fn restore(args: &RestoreArgs, desk: &mut Desk) -> Result<Exit, Error> {
    let tokens = ops::restore(&desk.session()?, &args.token)?;
    told(desk, "Restored:", &tokens);
    Ok(Exit::Done)
}

pub(super) fn purge(args: &PurgeArgs, desk: &mut Desk) -> Result<Exit, Error> {
    let session = desk.session()?;
    // What is meant is known before anybody is asked, and named.
    let meant = if args.all { ops::trash(&session)? } else { ops::trashed_as(&session, &args.token)? };
    if meant.is_empty() {
        desk.face.say("The trash is empty.");
        return Ok(Exit::Done);
    }
    if !args.yes {
        let question = format!("Destroy the secrets of {} for good?", listed(&names(&meant)));
        match desk.terminal.yes(&question)? {
            Some(true) => {}
            Some(false) => return Err(Error::Cancelled),
            None => {
                return Err(Error::NoTerminal { what: "your consent", instead: "give it with --yes" });
            }
        }
    }
    let asked: Vec<String> = meant.iter().map(|token| token.id.to_string()).collect();
    let tokens = ops::purge(&session, &asked)?;
    told(desk, "Destroyed the secrets of", &tokens);
    desk.face.hint("backups made before hold them until later writes prune those: 'patvault backup list'");
    Ok(Exit::Done)
}

fn told(desk: &mut Desk, what: &str, tokens: &[Token]) {
    let names: Vec<String> = names(tokens).iter().map(|name| escaped(name).into_owned()).collect();
    desk.face.line(&format!("{what} {}", names.join(", ")));
}

fn names(tokens: &[Token]) -> Vec<String> {
    tokens.iter().map(ops::name_of).collect()
}

//! `patvault import`.

use std::io::Read;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::Desk;
use super::complete::Known;
use super::face::Exit;
use super::table::{Cell, Table};
use super::terms;
use crate::exchange::{FILE_BYTES_MAX, Format, Options, csv};
use crate::ops::{self, Error, ImportPlan};
use crate::text::{counted, escaped};

/// How many tokens a plan names.
const TOKENS_NAMED: usize = 20;

/// Bring in a list of tokens: CSV, JSON or dotenv
///
/// All of it is taken or nothing, and one 'patvault undo' takes it back. What is in the vault already is passed over.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The file; - is standard input
    file: PathBuf,
    /// csv, json or dotenv; else the file's name tells
    #[arg(long, value_name = "FORMAT", add = terms::FORMAT)]
    format: Option<Format>,
    /// The service of tokens for which the file names none
    #[arg(long, add = Known::Service)]
    service: Option<String>,
    /// Which column of a table holds what, where its heading does not say: secret=Password, name=Title
    #[arg(long, value_name = "FACT=COLUMN")]
    map: Vec<csv::Chosen>,
    /// Every variable of a dotenv file, not only those whose names say that they hold a token
    #[arg(long)]
    all: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Take tokens whose secret is in the vault already
    #[arg(long)]
    force: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    let options = Options { service: args.service.clone(), map: args.map.clone(), all: args.all };
    let list = ops::List { file: args.file.clone(), format: args.format, options, insist: args.force };
    let format = list.format()?;
    let bytes = read(&args.file, desk)?;
    let session = desk.session()?;
    let plan = ops::plan_import(&session, &bytes, format, &list.options, args.force)?;
    if args.dry_run || !args.yes {
        explain(&plan, desk);
    }
    for note in &plan.notes {
        desk.face.say(note);
    }
    if plan.drafts.is_empty() {
        desk.face.say("There is nothing to add.");
        return Ok(Exit::Done);
    }
    let count = counted(plan.drafts.len(), "token");
    if args.dry_run {
        desk.face.say(&format!("This would add {count}. Nothing was changed."));
        return Ok(Exit::Done);
    }
    if !args.yes {
        match desk.terminal.yes(&format!("Add {count}?"))? {
            Some(true) => {}
            Some(false) => return Err(Error::Cancelled),
            None => {
                return Err(Error::NoTerminal {
                    what: "your consent",
                    instead: "give it with --yes; --dry-run only looks",
                });
            }
        }
    }
    ops::import(&session, &plan, args.force, |_| {})?;
    desk.face.line(&format!("Added {count}"));
    if args.file != Path::new("-") {
        let file = escaped(&args.file.to_string_lossy()).into_owned();
        desk.face.hint(&format!(
            "the secrets still stand in {file}: remove it when you have looked; 'patvault undo' takes the import back"
        ));
    }
    Ok(Exit::Done)
}

fn read(file: &Path, desk: &Desk) -> Result<Zeroizing<Vec<u8>>, Error> {
    if file != Path::new("-") {
        return Ok(Zeroizing::new(ops::read_limited(file, FILE_BYTES_MAX)?));
    }
    if desk.passphrase_is_on_stdin() {
        return Err(Error::usage(
            "standard input cannot give both the passphrase and the list",
            "give the passphrase in a file",
        ));
    }
    let mut bytes = Zeroizing::new(vec![]);
    let read = std::io::stdin().lock().take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes);
    read.map_err(Error::io("read", Path::new("standard input")))?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(Error::usage("standard input is larger than any list", "check that it is the one you mean"));
    }
    Ok(bytes)
}

/// Says how the file was read, and what would be added.
fn explain(plan: &ImportPlan, desk: &mut Desk) {
    for line in &plan.columns {
        desk.face.say(line);
    }
    let mut table = Table::new(vec!["SERVICE", "NAME", "ACCOUNT", "EXPIRES"]);
    for row in plan.rows().take(TOKENS_NAMED) {
        table.row(row.each_ref().map(Cell::new));
    }
    table.print(&mut desk.face);
    if plan.drafts.len() > TOKENS_NAMED {
        desk.face.say(&format!("and {} more", plan.drafts.len() - TOKENS_NAMED));
    }
}

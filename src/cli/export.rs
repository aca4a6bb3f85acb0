//! `patvault export`.

use std::path::{Path, PathBuf};

use super::Desk;
use super::complete::Known;
use super::face::Exit;
use super::terms;
use crate::exchange::Format;
use crate::ops::{self, Error};
use crate::text::{counted, escaped};
use crate::token::parts::Parts;

/// Write a list of tokens: CSV, JSON or dotenv
///
/// Without --secrets it holds facts only. With them it asks first, and writes a file that only you can read.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which tokens: query words, as in 'patvault list'
    #[arg(value_name = "QUERY", add = Known::Query)]
    query: Vec<String>,
    /// csv, json or dotenv; else the file's name tells
    #[arg(long, value_name = "FORMAT", add = terms::FORMAT)]
    format: Option<Format>,
    /// Write to this file; it must not exist. Without it, to standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// With the secrets
    #[arg(long)]
    secrets: bool,
    /// Do not ask; and print secrets even to a terminal
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    let format = format(args)?;
    let query = terms::query(&args.query, &desk.now)?;
    if let Some(file) = args.output.as_deref().filter(|file| file.exists()) {
        let shown = escaped(&file.to_string_lossy()).into_owned();
        return Err(Error::usage(format!("{shown} exists already"), "choose another name, or remove it first"));
    }
    let session = desk.session()?;
    let tokens = ops::list(&session, &query, None, false, Parts::ALL)?;
    if args.secrets {
        agree(args, tokens.len(), desk)?;
    }
    let count = counted(tokens.len(), "token");
    let exported = ops::export(&session, format, tokens, args.secrets)?;
    for note in &exported.notes {
        desk.face.say(note);
    }
    match &args.output {
        None => desk.face.pieces(&exported.bytes),
        Some(file) => {
            ops::write_new_private(file, &exported.bytes)?;
            let shown = escaped(&file.to_string_lossy()).into_owned();
            desk.face.line(&format!("Wrote {count} to {shown}"));
            if args.secrets {
                desk.face.hint("whoever reads that file has your tokens: move it where it belongs, and remove it");
            }
        }
    }
    Ok(Exit::Done)
}

fn format(args: &Args) -> Result<Format, Error> {
    let by_name = args.output.as_deref().and_then(|file: &Path| Format::of_file(&file.to_string_lossy()));
    Ok(args.format.or(by_name).unwrap_or(Format::Json))
}

fn agree(args: &Args, count: usize, desk: &Desk) -> Result<(), Error> {
    if args.yes {
        return Ok(());
    }
    if args.output.is_none() && desk.face.out_is_terminal {
        return Err(Error::usage(
            "secrets are not written to a terminal",
            "write them to a file with --output FILE, or insist with --yes",
        ));
    }
    match desk.terminal.yes(&format!("Write {} in the clear?", counted(count, "secret")))? {
        Some(true) => Ok(()),
        Some(false) => Err(Error::Cancelled),
        None => Err(Error::NoTerminal { what: "your consent", instead: "give it with --yes" }),
    }
}

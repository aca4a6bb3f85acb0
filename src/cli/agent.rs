//! `patvault agent`: the process that keeps vaults unlocked. Started by the commands that need it.

use std::path::PathBuf;

use super::face::{Exit, Face};
use crate::ops::{self, Error};
use crate::paths::Paths;

/// Keep vaults unlocked; commands start this by themselves
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder of its socket
    #[arg(long, value_name = "DIR")]
    runtime: Option<PathBuf>,
}

pub(super) fn run(args: Args, face: &mut Face) -> Result<Exit, Error> {
    let dir = match args.runtime {
        Some(dir) => dir,
        None => Paths::find(|name| std::env::var_os(name))?.runtime,
    };
    // Who started it reads one line: this one, or why not.
    match ops::agent(&dir, |line| face.line(line)) {
        Ok(()) => Ok(Exit::Done),
        Err(error) => {
            face.line(&error.to_string());
            Ok(Exit::Failed)
        }
    }
}

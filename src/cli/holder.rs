//! `patvault holder`: the process that stays behind a copy. Started by `patvault copy`.

use std::time::Duration;

use super::face::{Exit, Face};
use crate::ops::{self, Error};

/// Hold a copy in the desktop's clipboard; 'patvault copy' starts this by itself
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// For how long
    #[arg(long)]
    secs: u64,
}

pub(super) fn run(args: &Args, face: &mut Face) -> Result<Exit, Error> {
    // Who started it reads one line: this one, or why not.
    match ops::holder(Duration::from_secs(args.secs), |line| face.line(line)) {
        Ok(()) => Ok(Exit::Done),
        Err(error) => {
            face.line(error.why());
            Ok(Exit::Failed)
        }
    }
}

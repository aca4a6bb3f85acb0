//! `patvault strength`: how strong a passphrase is that comes on standard input. The window asks it.

use super::face::{Exit, Face};
use crate::ops::{self, Error};

/// Measure a passphrase
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) fn run(face: &mut Face) -> Result<Exit, Error> {
    let line = ops::measure()?;
    face.line(&line);
    Ok(Exit::Done)
}

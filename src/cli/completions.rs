//! `patvault completions`.

use clap_complete::Shell;

use super::Desk;
use super::face::Exit;
use crate::ops::Error;

/// Print the completions of a shell
///
/// bash: patvault completions bash > ~/.local/share/bash-completion/completions/patvault
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// bash, zsh, fish, elvish or powershell
    shell: Shell,
}

pub(super) fn run(args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    let mut text = vec![];
    clap_complete::generate(args.shell, &mut super::definition(), "patvault", &mut text);
    desk.face.bytes(&text);
    Ok(Exit::Done)
}

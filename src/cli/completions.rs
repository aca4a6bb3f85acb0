//! `patvault completions`.

use clap_complete::Shell;

use super::face::Face;
use crate::ops::Error;

/// Print the completions of a shell
///
/// bash: patvault completions bash > ~/.local/share/bash-completion/completions/patvault
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// bash, zsh, fish, elvish or powershell
    shell: Shell,
}

pub(super) fn run(args: &Args, face: &mut Face) -> Result<(), Error> {
    let mut text = vec![];
    clap_complete::generate(args.shell, &mut super::definition(), "patvault", &mut text);
    face.bytes(&text);
    Ok(())
}

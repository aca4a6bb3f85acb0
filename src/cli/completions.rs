//! `patvault completions`.

use clap_complete::Shell;

use super::face::Face;
use crate::ops::Error;

/// Print the completions of a shell
///
/// For bash, with its package bash-completion:
///
/// mkdir -p ~/.local/share/bash-completion/completions
/// patvault completions bash > ~/.local/share/bash-completion/completions/patvault
///
/// For zsh, and then these lines in ~/.zshrc, in this order:
///
/// mkdir -p ~/.zfunc
/// patvault completions zsh > ~/.zfunc/_patvault
///
/// fpath=(~/.zfunc $fpath)
/// autoload -Uz compinit; compinit
///
/// For fish:
///
/// mkdir -p ~/.config/fish/completions
/// patvault completions fish > ~/.config/fish/completions/patvault.fish
///
/// Those of bash, zsh and fish know the names of your tokens, tags and so on
/// while the vault is unlocked (see 'patvault unlock'); they never ask. Those of
/// elvish and powershell know commands and options.
#[derive(Debug, clap::Args)]
// A line that is to be typed stays one.
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// bash, zsh, fish, elvish or powershell
    shell: Shell,
}

pub(super) fn run(args: &Args, face: &mut Face) -> Result<(), Error> {
    let script = match args.shell {
        Shell::Bash => include_str!("../../assets/completions/patvault.bash"),
        Shell::Zsh => include_str!("../../assets/completions/patvault.zsh"),
        Shell::Fish => include_str!("../../assets/completions/patvault.fish"),
        other => {
            let mut text = vec![];
            clap_complete::generate(other, &mut super::line::definition(), "patvault", &mut text);
            face.bytes(&text);
            return Ok(());
        }
    };
    face.bytes(script.as_bytes());
    Ok(())
}

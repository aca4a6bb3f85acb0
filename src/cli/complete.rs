//! `patvault complete`: what may stand at the cursor of a command line that is being typed. The scripts of `patvault
//! completions` ask it; clap's own engine knows which argument the cursor is at, and [`Known`] what may be put there.
//!
//! It reads a vault only with a key that the agent holds, and never asks: not for a passphrase, not of a plugin, not of an
//! SSH key. Whatever is wrong, nothing is offered.

mod known;
mod line;

use std::ffi::OsString;
use std::sync::Arc;

use clap::{Command, FromArgMatches, ValueEnum};
use clap_complete::engine::{ArgValueCompleter, CompletionCandidate, complete};

use super::Common;
use super::face::Face;
use crate::config::Config;
use crate::ops::Ground;
use crate::paths::Paths;
use crate::text::{escaped, is_invisible};

pub(super) use known::Known;
use known::Shelf;

/// Say what may stand at the cursor; completions of shells ask this
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Who asks
    shell: Shell,
    /// bash: the line before the cursor, and what of it readline would replace; else the words before the cursor, the last
    /// one as far as it is typed
    #[arg(last = true)]
    words: Vec<OsString>,
}

/// Who asks, and so how it is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shell {
    /// Text to be inserted, quoted as the shell wants it: bash inserts it as it is.
    Bash,
    /// Text and a description behind a tab; zsh quotes.
    Zsh,
    /// The same; the last word comes as it was typed.
    Fish,
}

pub(super) fn run(args: Args, face: &mut Face) {
    let mut words: Vec<String> = args.words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let mut kept = String::new();
    if args.shell == Shell::Bash {
        let replaced = words.pop().unwrap_or_default();
        let line = words.pop().unwrap_or_default();
        kept = line::kept(&line, &replaced).to_owned();
        words = line::words(&line).into_iter().map(|word| word.text).collect();
    }
    let mut typed = words.pop().unwrap_or_default();
    if args.shell == Shell::Fish {
        typed = line::unquoted(&typed).text;
    }
    let found = candidates(&words, &typed);
    match args.shell {
        Shell::Bash => in_bash(&found, &typed, &kept, face),
        Shell::Zsh => told(&fitting(&found, &typed), face, |value| value.replace('\\', "\\\\").replace(':', "\\:")),
        Shell::Fish => told(&found.iter().collect::<Vec<_>>(), face, str::to_owned),
    }
}

/// Prints candidates with their descriptions.
fn told(found: &[&Candidate], face: &mut Face, value: impl Fn(&str) -> String) {
    for candidate in found {
        let about = candidate.about.as_ref().map_or_else(String::new, |about| format!("\t{}", escaped(about)));
        face.line(&format!("{}{about}", value(&candidate.value)));
    }
}

/// What is offered where the shell puts it in the place of what was typed: what begins like that, unless one thing alone is
/// meant.
fn fitting<'a>(found: &'a [Candidate], typed: &str) -> Vec<&'a Candidate> {
    match found {
        [only] => vec![only],
        _ => found.iter().filter(|candidate| candidate.value.starts_with(typed)).collect(),
    }
}

/// Prints what bash is to insert. `kept` is the part of the word that stays on the line.
fn in_bash(found: &[Candidate], typed: &str, kept: &str, face: &mut Face) {
    let begun = line::unquoted(kept);
    for rest in fitting(found, typed).iter().filter_map(|candidate| candidate.value.strip_prefix(&begun.text)) {
        face.line(&line::quoted(rest, begun.quote));
    }
}

/// Something that may stand at the cursor.
struct Candidate {
    value: String,
    about: Option<String>,
}

impl Candidate {
    fn of(found: &CompletionCandidate, typed: &str) -> Option<Self> {
        let value = found.get_value().to_str()?.to_owned();
        // No option of one letter is joined to others: -service: is a word.
        let joined = found.get_id().is_some() && !value.starts_with("--") && typed.len() > 1 && typed.starts_with('-');
        // Nothing takes the folder that one is in.
        let here = value == ".";
        // Files may be called anything; a line break would make two of one.
        if joined || here || value.chars().any(|c| c.is_control() || is_invisible(c)) {
            return None;
        }
        let about = found.get_help().map(|help| help.to_string().lines().next().unwrap_or_default().to_owned());
        Some(Self { value, about })
    }
}

/// What may stand behind these words, where a word was begun.
fn candidates(words: &[String], typed: &str) -> Vec<Candidate> {
    let shelf = Arc::new(Shelf::new(ground(super::line::definition(), words)));
    let line = words.iter().map(String::as_str).chain([typed]).map(OsString::from).collect();
    let here = std::env::current_dir().ok();
    let found = complete(&mut with_offers(super::line::whole(), &shelf), line, words.len(), here.as_deref())
        .unwrap_or_default();
    // Options are offered to who begins one.
    let wanted = |candidate: &Candidate| !candidate.value.starts_with('-') || typed.starts_with('-');
    found.iter().filter_map(|found| Candidate::of(found, typed)).filter(wanted).collect()
}

/// Where the command would run, as far as the line tells yet.
fn ground(definition: Command, words: &[String]) -> Option<Ground> {
    let matches = definition.ignore_errors(true).try_get_matches_from(words).ok()?;
    let common = Common::from_arg_matches(&matches).ok()?;
    let paths = Paths::find(|name| std::env::var_os(name)).ok()?;
    let config = Config::read(&paths.settings()).ok()?;
    Some(Ground { paths, config, named: common.vault, agent: !common.no_agent })
}

/// The definition, with every argument that says what is [`Known`] of it able to tell.
fn with_offers(command: Command, shelf: &Arc<Shelf>) -> Command {
    let tell = |argument: clap::Arg| match argument.get::<Known>().copied() {
        None => argument,
        Some(known) => {
            let shelf = Arc::clone(shelf);
            argument.add(ArgValueCompleter::new(move |typed: &std::ffi::OsStr| known.offers(&shelf, typed)))
        }
    };
    command.mut_args(tell).mut_subcommands(|below| with_offers(below, shelf))
}

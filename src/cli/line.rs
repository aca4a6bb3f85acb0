//! The command line as a whole: its definition, and reading one by it.

use std::ffi::OsString;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, CommandFactory, FromArgMatches, Subcommand};

use super::{Command, Common, Head, words};

/// A command line that was understood.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) common: Common,
    pub(super) command: Option<Command>,
}

/// The definition of the command line, from which completions and man pages are made, too. What stands behind the name of a
/// command is made when it is called, or when all is built.
pub(super) fn definition() -> clap::Command {
    Command::augment_subcommands(Head::command())
}

/// The same with all of it made.
pub(super) fn whole() -> clap::Command {
    let mut definition = definition();
    definition.build();
    definition
}

/// Reads a command line. To understand one, only the command that is called has to be known; to tell of the others, in a
/// help or an error, all of them. clap gives every command that it knows a copy of each common option.
pub(super) fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Line, clap::Error> {
    let definition = definition();
    let (line, called) = words::sorted(arguments, &definition);
    let mut narrow = Head::command().subcommands(called.cloned());
    read_by(&mut narrow, &line).or_else(|error| match error.kind() {
        ErrorKind::DisplayVersion => Err(error),
        _ => read_by(&mut whole(), &line),
    })
}

fn read_by(definition: &mut clap::Command, line: &[OsString]) -> Result<Line, clap::Error> {
    let matches = definition.try_get_matches_from_mut(line).map_err(|error| without_hidden(error, definition))?;
    understood(matches).map_err(|error| error.format(definition))
}

fn understood(mut matches: ArgMatches) -> Result<Line, clap::Error> {
    let common = Head::from_arg_matches_mut(&mut matches)?.common;
    let is_called = matches.subcommand_name().is_some();
    let command = is_called.then(|| Command::from_arg_matches_mut(&mut matches)).transpose()?;
    Ok(Line { common, command })
}

/// The tips of an error are what `--help` shows: no command that is hidden, and each by its one name.
fn without_hidden(mut error: clap::Error, definition: &clap::Command) -> clap::Error {
    if let Some(ContextValue::Strings(tips)) = error.get(ContextKind::SuggestedSubcommand) {
        let mut names: Vec<String> = vec![];
        for tip in tips {
            let found = definition.find_subcommand(tip);
            let name = found.map_or(tip.as_str(), clap::Command::get_name);
            if !found.is_some_and(clap::Command::is_hide_set) && !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        if names.is_empty() {
            // The empty list of other tips is printed as an empty line.
            error.remove(ContextKind::SuggestedSubcommand);
            error.remove(ContextKind::Suggested);
        } else {
            error.insert(ContextKind::SuggestedSubcommand, ContextValue::Strings(names));
        }
    }
    error
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What command lines are made of, and what nobody expects there; two spaces are an empty word.
    const WORDS: &str = "list ls add tag scope export show key rotate consumers config set help complete lis github/ci -#prod -x \
         -h -V -o -- -  --vault --vault=a --json --no-agent --sort -name --help --version --color never --stdin --nonsense \
         --within 3d";

    proptest! {
        #[test]
        fn who_knows_the_command_alone_understands_the_same(
            words in prop::collection::vec(prop::sample::select(WORDS.split(' ').collect::<Vec<_>>()), 0..6),
        ) {
            let given: Vec<OsString> = ["patvault"].into_iter().chain(words).map(OsString::from).collect();
            let (line, _) = words::sorted(given.clone(), &definition());
            let told = |read: Result<Line, clap::Error>| match read {
                Ok(line) => format!("{line:?}"),
                Err(error) => error.render().to_string(),
            };
            prop_assert_eq!(told(read(given)), told(read_by(&mut whole(), &line)));
        }
    }
}

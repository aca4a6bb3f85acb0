//! Words that begin with a minus: `-prod` and `-service:github` are words of some commands, and no options of theirs.
//!
//! clap can let words begin with a minus, but then every option behind the first word is taken for a word as well. So they
//! are put behind a `--` before clap reads the line, and options may stand anywhere.

use std::ffi::OsString;

use clap::Command;

/// The commands that have such words. Their options have to be known here, so they are not defined [`Later`](super::later::Later).
const WITH_MINUS: [&str; 4] = ["list", "export", "tag", "scope"];

/// The command line with its minus words behind a `--`, and the command that it calls.
pub(super) fn sorted(
    arguments: impl IntoIterator<Item = OsString>,
    definition: &Command,
) -> (Vec<OsString>, Option<&Command>) {
    let mut rest = arguments.into_iter();
    let mut line: Vec<OsString> = rest.next().into_iter().collect();
    let mut command = None;
    let mut words = vec![];
    while let Some(argument) = rest.next() {
        let text = argument.to_string_lossy().into_owned();
        if text == "--" {
            words.extend(rest.by_ref());
        } else if takes_value(definition, command, &text) {
            line.push(argument);
            line.extend(rest.next());
        } else if text.starts_with("--")
            || text == "-"
            || !text.starts_with('-')
            || is_short(definition, command, &text)
        {
            if command.is_none() && !text.starts_with('-') {
                command = definition.find_subcommand(&text);
                if command.is_none_or(|found| !WITH_MINUS.contains(&found.get_name())) {
                    line.push(argument);
                    line.extend(rest);
                    return (line, command);
                }
            }
            line.push(argument);
        } else {
            words.push(argument);
        }
    }
    if !words.is_empty() {
        line.push("--".into());
        line.append(&mut words);
    }
    (line, command)
}

/// `--vault`, `-o`: the next argument belongs to it, whatever it begins with.
fn takes_value(definition: &Command, command: Option<&Command>, text: &str) -> bool {
    let named = |argument: &&clap::Arg| match (text.strip_prefix("--"), text.strip_prefix('-')) {
        (Some(long), _) => argument.get_long() == Some(long),
        (None, Some(short)) => argument.get_short().is_some_and(|known| short.chars().eq([known])),
        (None, None) => false,
    };
    let mut all = definition.get_arguments().chain(command.into_iter().flat_map(Command::get_arguments));
    all.find(named).is_some_and(|argument| argument.get_action().takes_values())
}

/// `-h`: an option of one letter, and nothing behind it.
fn is_short(definition: &Command, command: Option<&Command>, text: &str) -> bool {
    let mut letters = text.chars().skip(1);
    let (Some(letter), None) = (letters.next(), letters.next()) else { return false };
    let mut all = definition.get_arguments().chain(command.into_iter().flat_map(Command::get_arguments));
    "hV".contains(letter) || all.any(|argument| argument.get_short() == Some(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_options() {
        let cases = [
            ("list", "list"),
            ("list ada --json", "list ada --json"),
            ("find -#prod --json", "find --json -- -#prod"),
            ("list -service:github --json ada", "list --json ada -- -service:github"),
            ("list -#prod --sort -name", "list --sort -name -- -#prod"),
            ("list --sort=-name -is:dead", "list --sort=-name -- -is:dead"),
            ("list -- --json", "list -- --json"),
            ("--vault list list -x:y", "--vault list list -- -x:y"),
            ("tag ci -old new --vault work", "tag ci new --vault work -- -old"),
            ("scope ci -repo write --risk low", "scope ci write --risk low -- -repo"),
            ("export -o all.json -#old --yes", "export -o all.json --yes -- -#old"),
            ("list -h", "list -h"),
            ("list -", "list -"),
            ("-V", "-V"),
            ("show -x", "show -x"),
            ("due --within 3d", "due --within 3d"),
            ("nonsense -x --y", "nonsense -x --y"),
        ];
        let definition = super::super::line::definition();
        for (given, want) in cases {
            let line = |text: &str| -> Vec<OsString> {
                ["patvault"].into_iter().chain(text.split(' ')).map(OsString::from).collect()
            };
            assert_eq!(sorted(line(given), &definition).0, line(want), "{given}");
        }
        assert!(sorted([], &definition).0.is_empty());
    }
}

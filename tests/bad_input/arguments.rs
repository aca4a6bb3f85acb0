//! Every argument and option of every command, given what it cannot use.
//!
//! The commands and what they take are read from `--help`, so that none is forgotten.

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

use super::tried::{Kept, SECRET, Tried, home};
use crate::home::Home;

/// What a place in a command line is filled with while another place is tried.
fn usual(command: &str, place: &str) -> &'static str {
    match (command, place) {
        ("rename", "NAME") => "other",
        ("key remove", "NAME") => "age",
        ("restore" | "purge", "TOKEN") => "nothing",
        ("consumer rename", "NAME") => "other",
        ("config set", "NAME") => "tui.theme",
        ("config set", "VALUE") => "dark",
        (_, "TOKEN") => "github/ci",
        ("consumer add", "PLACE") => "other",
        (_, "PLACE") => "server",
        (_, "WHEN") => "90d",
        (_, "TAG") => "new",
        (_, "SCOPE") => "repo",
        (_, "SHELL") => "bash",
        (_, "FILE") => "list.csv",
        (_, "SERVICE[/NAME]") => "npm/publish",
        (_, other) => panic!("what usually stands for {other} in '{command}'?"),
    }
}

/// What has to be said besides, so that a command does not end before the place is looked at.
fn besides(command: &str, place: &str) -> &'static [&'static str] {
    match (command, place) {
        ("add", _) => &["--stdin"],
        ("import" | "purge" | "backup restore" | "consumer update", _) => &["--yes"],
        ("init", "--name") => &[],
        ("init", _) => &["--name", "fresh"],
        ("key add", "--ssh" | "--recipient" | "--recipient-of") => &[],
        ("key add", "--new-passphrase-file") => &["--passphrase"],
        ("key add", _) => &["--recipient-of", "key.txt"],
        _ => &[],
    }
}

/// A command, and where in it something can be given: `--tag`, or `TOKEN` for an argument.
struct Taking {
    command: String,
    arguments: Vec<String>,
    places: Vec<String>,
}

impl Taking {
    /// The command line with `bad` in one of its places.
    fn line(&self, place: &str, bad: &OsString) -> Vec<OsString> {
        let mut line: Vec<OsString> = self.command.split(' ').map(OsString::from).collect();
        line.extend(besides(&self.command, place).iter().map(OsString::from));
        if place.starts_with("--") {
            line.extend([place.into(), bad.clone()]);
        }
        let required = self.arguments.iter().filter(|argument| *argument == place || argument.starts_with('<'));
        for argument in required {
            let bare = argument.trim_matches(['<', '>', '[', ']']);
            line.push(if argument == place { bad.clone() } else { usual(&self.command, bare).into() });
        }
        line
    }
}

/// All commands that take anything, as `--help` tells them.
fn commands() -> Vec<Taking> {
    let home = Home::empty();
    let mut all = vec![];
    let mut waiting = vec![String::new()];
    while let Some(command) = waiting.pop() {
        let words = command.split(' ').filter(|word| !word.is_empty()).chain(["-h"]);
        let help = String::from_utf8(home.patvault(words).env("COLUMNS", "200").output().unwrap().stdout).unwrap();
        let below: Vec<&str> = section(&help, "Commands:").filter(|name| *name != "help").collect();
        waiting.extend(below.iter().map(|name| format!("{command} {name}").trim().to_owned()));
        let is_whole = below.is_empty() || command.is_empty();
        let arguments: Vec<String> = section(&help, "Arguments:").map(str::to_owned).collect();
        let heading = if command.is_empty() { "Common options:" } else { "Options:" };
        let options = lines(&help, heading).filter(|line| line.contains('<'));
        let options = options.filter_map(|line| line.split([' ', ',']).find(|word| word.starts_with("--")));
        let places = arguments.iter().cloned().chain(options.map(str::to_owned)).collect();
        if is_whole {
            // What every command takes is tried with one that needs nothing else.
            let command = if command.is_empty() { "list".to_owned() } else { command };
            all.push(Taking { command, arguments, places });
        }
    }
    all
}

fn lines<'a>(help: &'a str, heading: &'a str) -> impl Iterator<Item = &'a str> {
    let below = help.lines().skip_while(move |line| *line != heading).skip(1);
    below.take_while(|line| !line.is_empty()).map(str::trim)
}

fn section<'a>(help: &'a str, heading: &'a str) -> impl Iterator<Item = &'a str> {
    lines(help, heading).filter_map(|line| line.split_whitespace().next()).map(|word| word.trim_end_matches("..."))
}

/// Gives one thing to every place of every command.
fn try_everywhere(bad: &OsString) -> usize {
    let home = home();
    home.write("list.csv", b"service,name,secret\nnpm,other,not-a-real-secret-2\n");
    let kept = Kept::of(&home);
    let mut tried = 0;
    for taking in commands() {
        for place in &taking.places {
            let shown = bad.to_string_lossy();
            let what = format!("{} {place} {shown:.40?}", taking.command);
            Tried::run(&home, what, &mut home.patvault(taking.line(place, bad)), SECRET.as_bytes());
            kept.bring_back(&home);
            tried += 1;
        }
    }
    tried
}

macro_rules! bad {
    ($($test:ident $bad:expr,)*) => {
        $(#[test]
        fn $test() {
            assert!(try_everywhere(&OsString::from($bad)) > 80, "the places in '--help' are not found");
        })*
    };
}

bad! {
    empty "",
    only_spaces "   ",
    a_hundred_kilobytes "x".repeat(100_000),
    a_line_break "two\nlines\r\n",
    terminal_escapes "\x1b]0;title\x07\x1b]52;c;aGk=\x07\x1b[31m",
    right_to_left_marks "abc\u{202e}fdp\u{200f}\u{2066}",
    not_utf8 OsString::from_vec(b"ab\xff\xfecd".to_vec()),
    a_path_upwards "../../x",
    a_lone_minus "-",
    a_number_too_large "99999999999999999999",
    an_impossible_date "2027-02-30",
    markup "'; rm -rf \"$HOME\" #",
}

/// What is not understood is told in words that help. The second part is what the message must hold.
#[test]
fn slips_of_the_finger() {
    let cases: &[(&[&str], i32, &str)] = &[
        (&["nonsense"], 2, "unrecognized subcommand"),
        (&["show", "nonsense"], 2, "'patvault list' shows what there is"),
        (&["show", "githb/ci"], 2, "did you mean 'github/ci'?"),
        (&["get", "GITHUB/CJ"], 2, "did you mean 'github/ci'?"),
        (&["restore", "githb/ci"], 2, "'patvault list is:trashed' shows what there is"),
        (&["show", ""], 2, "no token is called ''"),
        (&["list", "colour:red"], 2, "words are service:"),
        (&["list", "--columns", "name,colour"], 2, "columns are sign,"),
        (&["list", "--sort", "colour"], 2, "columns are sign,"),
        (&["list", "--nonsense"], 2, "unexpected argument"),
        (&["due", "--duty", "sing"], 2, "rotate, install, revoke, verify, expiry"),
        (&["due", "--within", "soon"], 2, "30d, 2w"),
        (&["snooze", "ci", "sing"], 2, "rotate, install, revoke, verify, expiry"),
        (&["snooze", "ci", "--until", "2026-11-01"], 2, "is not to come"),
        (&["done", "ci", "revoke"], 2, "no 'revoke' is owed"),
        (&["consumer", "add", "ci", "x", "--run", "deploy {token}"], 2, "leave {token} out"),
        (&["consumer", "add", "ci", "x", "--run", "deploy", "--env", "2FA"], 2, "does not start with a digit"),
        (&["consumer", "done", "ci", "nowhere"], 2, "its places are server"),
        (&["consumer", "edit", "ci", "server"], 2, "give --run, --env or --note"),
        (&["export", "--format", "xml"], 2, "csv, json or dotenv"),
        (&["export", "-o", ""], 2, "a value is required"),
        (&["import", "list.xml"], 2, "--format csv, json or dotenv"),
        (&["import", "missing.csv"], 1, "look whether the path is written right"),
        (&["completions", "tcsh"], 2, "possible values"),
        (&["expire", "ci", "2027-02-29"], 2, "is no date"),
        (&["expire", "ci", "2027-13-01"], 2, "is no date"),
        (&["expire", "ci", "0000-00-00"], 2, "is no date"),
        (&["expire", "ci", "2026-11-01"], 0, "that date has passed"),
        (&["edit", "ci", "--expires", "2026-11-01"], 0, "that date has passed"),
        (&["edit", "ci", "--issued", "never"], 2, "is no date"),
        (&["rename", "ci", "a/b/c"], 0, ""),
        (&["show", "a/b/c"], 2, "no token"),
        (&["remove", "ci", "ci"], 0, ""),
        (&["get", "ci", "--number", "2"], 2, "versions are 1 to 1"),
        (&["undo", ""], 2, "too short"),
        (&["key", "remove", "../main"], 2, "'patvault key list' shows them"),
        (&["key", "remove", "age"], 2, "no way into the vault"),
        (&["key", "add", "--recipient", "age1nonsense"], 2, "ssh-ed25519"),
        (&["key", "add", "--ssh", "ssh-dss AAAA"], 2, "ssh-ed25519"),
        (&["key", "add", "--recipient-of", "key.txt", "--name", "age"], 2, "already"),
        (&["backup", "restore", "../vault.age", "--yes"], 2, "'patvault backup list' shows them"),
        (&["list", "--vault", "../../x"], 2, "cannot be a name"),
        (&["init", "--name", ".."], 2, "cannot be a name"),
        (&["init"], 2, "already"),
        (&["man", "--dir", ""], 2, "a value is required"),
    ];
    let home = home();
    let kept = Kept::of(&home);
    for (line, code, words) in cases {
        let what = format!("{line:?}");
        Tried::run(&home, what, &mut home.patvault(*line), b"").means(*code, words);
        kept.bring_back(&home);
    }
}

/// A secret that somebody gave as an argument is told from no other word by where it stands, or by its form.
#[test]
fn a_secret_that_is_an_argument_is_not_repeated() {
    let home = home();
    let kept = Kept::of(&home);
    let given = format!("glpat-{}", "Not0A1Real2Secret3xx");
    let lines: [&[&str]; 7] = [
        &["add", "gitlab/new", &given],
        &["add", "gitlab/new", "--stdin", &given],
        &["add", "gitlab/new", "more", &given],
        &["add", "--name", "new", "gitlab", &given],
        &["add", &given],
        &["add", &format!("gitlab/{given}")],
        &["detect", &given],
    ];
    for line in lines {
        let tried = Tried::run(&home, format!("{line:?}"), &mut home.patvault(line), given.as_bytes());
        tried.means(2, "a secret is never an argument");
        tried.means(2, "is in the history of your shell now");
        let told = format!("{}{}", String::from_utf8_lossy(&tried.out), tried.err);
        assert!(!told.contains("glpat-") && !told.contains("Real"), "{line:?} {told}");
        kept.bring_back(&home);
    }
}

#[test]
fn an_ambiguous_name_lists_what_it_could_be() {
    let home = home();
    let list: String = (0..30).map(|n| format!("gitlab,runner-{n},not-a-real-secret-2{n}\n")).collect();
    home.write("list.csv", format!("service,name,secret\n{list}").as_bytes());
    assert!(home.patvault(["import", "list.csv", "--yes"]).output().unwrap().status.success());
    for line in ["show", "get", "remove", "edit", "edit --tag new", "history", "done", "snooze"] {
        let words = line.split(' ').chain(["runner"]);
        let tried = Tried::run(&home, line.to_owned(), &mut home.patvault(words), b"");
        tried.means(2, "'runner' could be 30 tokens: gitlab/runner-0 (");
        tried.means(2, "and 22 more");
    }
}

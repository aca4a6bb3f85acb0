//! Reads a page, runs its commands, and holds what they print against it.

use std::fs;
use std::path::Path;

use crate::home::{Home, skipped};

/// What a page says on its first line to begin with a vault.
const WITH_VAULT: &str = "<!-- vault: identity -->";
/// What opens a block of commands.
const OPENING: &str = "```console";

/// Runs the page of that name.
pub fn run(name: &str) {
    let path = Path::new("tests/cli").join(name);
    let text = fs::read_to_string(&path).unwrap();
    let used = ["ssh-keygen", "script"].into_iter().filter(|tool| text.contains(&format!("$ {tool} ")));
    if let Some(missing) = used.into_iter().find(|tool| !Home::empty().has(tool)) {
        return skipped(&format!("{name} uses {missing}, which is not installed"));
    }
    let home = if text.starts_with(WITH_VAULT) { Home::with_vault() } else { Home::empty() };
    check(&path, &played(&text, &home));
}

/// Holds a page against what it should be, or writes it.
pub fn check(path: &Path, page: &str) {
    let there = snapbox::Data::read_from(path, Some(snapbox::data::DataFormat::Text)).raw();
    if let Err(difference) = snapbox::Assert::new().action_env("SNAPSHOTS").try_eq(None, page.into(), there) {
        panic!("{difference}");
    }
}

/// A page with what its commands print now.
fn played(text: &str, home: &Home) -> String {
    let mut page = String::new();
    let mut lines = text.lines().peekable();
    let mut inside = false;
    while let Some(line) = lines.next() {
        match line.strip_prefix("$ ").filter(|_| inside) {
            Some(first) => {
                page.push_str(&format!("$ {first}\n"));
                let mut command = first.to_owned();
                while let Some(more) = lines.next_if(|line| line.starts_with("> ")) {
                    page.push_str(&format!("{more}\n"));
                    command.push_str(&format!("\n{}", more.trim_start_matches("> ")));
                }
                page.push_str(&answer(&command, home));
            }
            None if inside && line != "```" => {}
            None => {
                inside = line == OPENING;
                page.push_str(&format!("{line}\n"));
            }
        }
    }
    page
}

/// What a command prints on both streams, and what it ended with if that is not 0.
pub fn answer(command: &str, home: &Home) -> String {
    let mut shell = home.command(Path::new("sh"));
    // Both streams into one pipe, so that they come in the order in which a person would see them.
    let output = shell.arg("-c").arg(format!("exec 2>&1\n{command}")).output().unwrap();
    let mut text = redacted(&String::from_utf8(output.stdout).unwrap(), home);
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    match output.status.code() {
        Some(0) => {}
        Some(code) => text.push_str(&format!("? {code}\n")),
        None => panic!("{command} was ended by a signal: {text}"),
    }
    text
}

/// The text without what differs from run to run: the home folder, ids, keys, this machine's name, the version.
fn redacted(text: &str, home: &Home) -> String {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let text = text
        .replace(&*home.path().to_string_lossy(), "[HOME]")
        .replace(&format!("on {host}\n"), "on [HOST]\n")
        .replace(&format!("\"device\": \"{host}\""), "\"device\": \"[HOST]\"")
        .replace(env!("CARGO_PKG_VERSION"), "[VERSION]");
    let mut out = String::new();
    for part in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let word = part.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        let shown = if is_id(word) {
            "[ID]"
        } else if word.starts_with("age1") && word.len() > 50 {
            "[AGE KEY]"
        } else {
            word
        };
        out.push_str(shown);
        out.push_str(&part[word.len()..]);
    }
    out
}

/// Whole ids and short ones. What looks like a date of this year is one.
fn is_id(word: &str) -> bool {
    let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    let date = word.starts_with("2026") && word.chars().all(|c| c.is_ascii_digit());
    [8, 32].contains(&word.len()) && word.chars().all(hex) && !date
}

#[test]
fn every_page_is_run() {
    let mut there: Vec<String> = fs::read_dir("tests/cli")
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".md") && name != super::reference::PAGE)
        .collect();
    let mut listed = crate::PAGES.to_vec();
    there.sort();
    listed.sort_unstable();
    assert_eq!(there, listed, "name every page of tests/cli in tests/cli.rs");
}

#[test]
fn a_page_is_played_and_its_words_stay() {
    let home = Home::empty();
    let page = "# Words\n\n```console\n$ echo one; \\\n> echo two >&2\nold\n$ false\n```\n\n```toml\n$ echo no\n```\n";
    let want = "# Words\n\n```console\n$ echo one; \\\n> echo two >&2\none\ntwo\n$ false\n? 1\n```\n\n```toml\n$ echo no\n```\n";
    assert_eq!(played(page, &home), want);
    assert_eq!(played(want, &home), want);
    let ids = "0123abcd 0123456789abcdef0123456789abcdef 20261122 abcdefgh 0123abcde\n";
    assert_eq!(redacted(ids, &home), "[ID] [ID] 20261122 abcdefgh 0123abcde\n");
}

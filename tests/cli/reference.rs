//! The reference: what `--help` says of every command, written anew from the program itself.

use std::path::Path;

use super::page::{answer, check};
use crate::home::Home;

/// The page of the reference.
pub const PAGE: &str = "help.md";

#[test]
fn the_reference_is_what_help_says() {
    let home = Home::empty();
    let mut page = String::from(
        "# Every command\n\nThis page is written by a test: it is what `--help` says. The other pages tell how the \
         commands are used.\n",
    );
    tell("patvault", &home, &mut page);
    check(&Path::new("tests/cli").join(PAGE), &page);
}

/// Every command stands on a page that tells how it is used.
#[test]
fn every_command_is_told_of() {
    let home = Home::empty();
    let pages: String =
        crate::PAGES.iter().map(|name| std::fs::read_to_string(Path::new("tests/cli").join(name)).unwrap()).collect();
    let mut forgotten = vec![];
    for command in below("patvault", &home) {
        let told = pages.lines().any(|line| line.starts_with("$ ") && line.contains(&command));
        if !told {
            forgotten.push(command);
        }
    }
    assert!(forgotten.is_empty(), "no page of tests/cli uses {forgotten:?}");
}

/// One command, and then those below it.
fn tell(command: &str, home: &Home, page: &mut String) {
    let help = answer(&format!("{command} --help"), home);
    page.push_str(&format!("\n## {command}\n\n```console\n$ {command} --help\n{help}```\n"));
    for name in names(&help) {
        tell(&format!("{command} {name}"), home, page);
    }
}

/// All commands below one that do something themselves.
fn below(command: &str, home: &Home) -> Vec<String> {
    let names = names(&answer(&format!("{command} --help"), home));
    let all = names.into_iter().flat_map(|name| {
        let full = format!("{command} {name}");
        let deeper = below(&full, home);
        if deeper.is_empty() { vec![full] } else { deeper }
    });
    all.collect()
}

/// The commands that a help text lists.
fn names(help: &str) -> Vec<String> {
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1).take_while(|line| !line.is_empty());
    let entries = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    entries
        .filter_map(|line| line.split_whitespace().next())
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect()
}

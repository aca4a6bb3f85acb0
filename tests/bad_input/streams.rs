//! Standard input with anything in it, standard output that goes nowhere.

use std::path::Path;

use super::tried::{Kept, SECRET, Tried, home};

/// What may come through a pipe or stand in a file. The secret among it must never be told.
pub fn contents() -> Vec<(&'static str, Vec<u8>)> {
    let with = |text: &str| format!("{SECRET}{text}").into_bytes();
    vec![
        ("nothing", vec![]),
        ("a line break", b"\n".to_vec()),
        ("NUL", with("\0more")),
        ("no UTF-8", [SECRET.as_bytes(), b"\xff\xfe\n\xff"].concat()),
        ("terminal escapes", with("\x1b]0;title\x07\x1b]52;c;aGk=\x07")),
        ("right-to-left marks", with("\u{202e}fdp\u{200f}")),
        ("two lines", with("\nand more\n")),
        ("a megabyte in one line", SECRET.repeat((1 << 20) / SECRET.len()).into_bytes()),
        ("a megabyte of lines", with("\n").repeat((1 << 20) / SECRET.len())),
        ("half a quote", with(",\"github,ci")),
        ("deep JSON", [b"[".repeat(100_000), with("")].concat()),
    ]
}

#[test]
fn anything_on_standard_input() {
    let commands: &[&[&str]] = &[
        &["add", "npm/publish", "--stdin"],
        &["import", "-", "--format", "csv", "--yes"],
        &["import", "-", "--format", "json", "--yes"],
        &["import", "-", "--format", "dotenv", "--all", "--yes"],
        &["list", "--passphrase-file", "-"],
        &["rename", "ci", "other", "--passphrase-file", "-"],
        &["add", "npm/publish", "--stdin", "--passphrase-file", "-"],
        &["import", "-", "--format", "csv", "--passphrase-file", "-"],
    ];
    let home = home();
    let kept = Kept::of(&home);
    for (called, bytes) in contents() {
        for line in commands {
            let what = format!("{line:?} with {called} on standard input");
            let tried = Tried::run(&home, what, &mut home.patvault(*line), &bytes);
            // That is one line without spaces: it could be a token.
            let could_be = line[0] == "add" && called == "half a quote" && line.len() == 3;
            assert_eq!(tried.code == 0, could_be, "{line:?} with {called}");
            kept.bring_back(&home);
        }
    }
}

/// Standard output is closed, full, or read by somebody who went away. A command that writes has written then.
#[test]
fn nobody_takes_the_output() {
    let home = home();
    let list: String = (0..400).map(|n| format!("gitlab,runner-{n},not-a-real-secret-2{n}\n")).collect();
    home.write("list.csv", format!("service,name,secret\n{list}").as_bytes());
    assert!(home.patvault(["import", "list.csv", "--yes"]).output().unwrap().status.success());
    let cases = [
        // Rust puts /dev/null in the place of a closed stream before a program begins: it cannot know.
        ("list >&-", 0, ""),
        ("rename ci other >&- 2>&- <&-", 0, ""),
        ("rename other ci", 0, ""),
        ("list > /dev/full", 1, "could not write the result"),
        ("list --json > /dev/full", 1, "could not write the result"),
        ("show github/ci > /dev/full", 1, "could not write the result"),
        ("--help > /dev/full", 1, "could not write the result"),
        ("completions bash > /dev/full", 1, "could not write the result"),
        ("due --exit-code > /dev/full", 1, "could not write the result"),
        ("export > /dev/full", 1, "could not write the result"),
        ("list 2>&- | cat", 0, ""),
        ("list --json | head -1 | grep -q .; echo", 0, ""),
    ];
    for (line, code, words) in cases {
        let mut shell = home.command(Path::new("sh"));
        let tried = Tried::run(&home, line.to_owned(), shell.args(["-c", &format!("patvault {line}")]), b"");
        tried.means(code, words);
    }
    // A secret that was on its way out counts as used, wherever it ended.
    let output = home.command(Path::new("sh")).args(["-c", "patvault get github/ci > /dev/full"]).output().unwrap();
    Tried::of("get > /dev/full".to_owned(), &output).means(1, "could not write the result");
}

/// A reader that goes away early is no error; the shell tells what patvault itself ended with.
#[test]
fn a_reader_goes_away() {
    let home = home();
    for line in ["list --json", "--help", "completions zsh", "man", "export", "history", "due"] {
        let script = format!("{{ patvault {line}; echo $? >&2; }} | true");
        let output = home.command(Path::new("sh")).args(["-c", &script]).output().unwrap();
        let told = String::from_utf8(output.stderr).unwrap();
        assert_eq!(told.lines().last(), Some("0"), "{line}: {told}");
        assert!(!told.contains("error:"), "{line}: {told}");
    }
}

/// Nobody is at a terminal, in any of the ways that this can be.
#[test]
fn nobody_can_be_asked() {
    let home = home();
    let cases: &[(&[&str], &str)] = &[
        (&["add", "npm/publish"], "--stdin"),
        (&["add"], "patvault add github/ci"),
        (&["edit", "ci"], "give them as options"),
        (&["export", "--secrets"], "--yes"),
        (&["export", "--secrets", "--output", "all.json"], "--yes"),
        (&["import", "list.csv"], "--yes"),
        (&["backup", "restore"], "--yes"),
        (&["key", "add", "--passphrase"], "--new-passphrase-file"),
        (&["init", "--name", "fresh", "--passphrase"], "--passphrase-file"),
        (&["config", "edit"], "EDITOR"),
    ];
    home.write("list.csv", b"service,name,secret\nnpm,other,not-a-real-secret-2\n");
    for (line, words) in cases {
        for silent in [false, true] {
            let mut command = home.patvault(*line);
            if silent {
                command.arg("--no-input");
            }
            Tried::run(&home, format!("{line:?}"), &mut command, b"").means(3, words);
        }
    }
    let mut purge = home.patvault(["purge", "ci"]);
    assert!(home.patvault(["remove", "ci"]).output().unwrap().status.success());
    Tried::run(&home, "purge".to_owned(), &mut purge, b"").means(3, "--yes");
    let mut locked = home.patvault(["list"]);
    locked.env_remove("PATVAULT_IDENTITY");
    Tried::run(&home, "list without the key".to_owned(), &mut locked, b"").means(3, "--identity");
}

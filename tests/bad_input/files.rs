//! Files with anything in them, where patvault looks for its own and where a person names them.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use super::streams::contents;
use super::tried::{Kept, Tried, home};
use crate::home::Home;

const VAULT: &str = ".local/share/patvault/main";

/// A file that a person names.
#[test]
fn anything_in_a_named_file() {
    let commands: &[&[&str]] = &[
        &["import", "bad", "--format", "csv", "--yes"],
        &["import", "bad", "--format", "json", "--yes"],
        &["import", "bad", "--format", "dotenv", "--all", "--yes"],
        &["list", "--identity", "bad"],
        &["list", "--passphrase-file", "bad"],
        &["init", "--name", "fresh", "--identity", "bad"],
        &["init", "--name", "fresh", "--ssh", "bad"],
        &["key", "add", "--ssh", "bad"],
        &["key", "add", "--recipient-of", "bad"],
    ];
    let home = home();
    let kept = Kept::of(&home);
    for (called, bytes) in contents() {
        home.write("bad", &bytes);
        for line in commands {
            let mut command = home.patvault(*line);
            // The identity that the others open with would be used for the new vault.
            command.env("PATVAULT_IDENTITY", home.at(if line[0] == "init" { "bad" } else { "key.txt" }));
            let tried = Tried::run(&home, format!("{line:?} with {called} in the file"), &mut command, b"");
            assert_ne!(tried.code, 0, "{line:?} takes {called}");
            kept.bring_back(&home);
        }
    }
    fs::remove_file(home.at("bad")).unwrap();
    fs::create_dir(home.at("bad")).unwrap();
    for line in commands {
        let tried = Tried::run(&home, format!("{line:?} with a folder"), &mut home.patvault(*line), b"");
        assert_ne!(tried.code, 0, "{line:?} takes a folder");
    }
}

/// Whatever a command ends with.
const ANY: i32 = -1;

/// A file of patvault's own, and what a command ends with and says where the file is of no use.
const OWN: &[(&str, &[&str], i32, &str)] = &[
    (".local/share/patvault/main/vault.age", &["list"], 1, "patvault backup restore r0"),
    (".local/share/patvault/main/vault.age", &["rename", "ci", "other"], 1, "patvault backup restore r0"),
    (".local/share/patvault/main/vault.age", &["backup", "list"], 0, ""),
    (".local/share/patvault/main/keys/age.age", &["list"], ANY, ""),
    (".local/share/patvault/main/keys/age.age", &["key", "list"], 0, ""),
    (".local/share/patvault/main/keys/odd.age", &["list"], 0, ""),
    (".local/share/patvault/main/keys/odd.age", &["doctor"], 1, ""),
    (".local/share/patvault/main/keys/odd.age", &["rename", "ci", "other"], 0, ""),
    (".local/share/patvault/main/backups/r00000001-20261122T120000Z.age", &["doctor"], 0, ""),
    (".local/share/patvault/main/backups/r00000001-20261122T120000Z.age", &["rename", "ci", "other"], 0, ""),
    (".local/share/patvault/main/backups/odd", &["backup"], 0, ""),
    (".local/share/patvault/main/journal/odd.age", &["list"], 0, ""),
    (".local/share/patvault/main/journal/odd.age", &["history"], 0, ""),
    (".local/share/patvault/main/journal/odd.age", &["rename", "ci", "other"], 0, ""),
    (".local/share/patvault/main/journal/odd.age", &["doctor"], 1, ""),
    (".local/state/patvault/device.json", &["list"], 0, ""),
    (".local/state/patvault/device.json", &["rename", "ci", "other"], 0, ""),
    (".local/state/patvault/pins/main.json", &["list"], 0, ""),
    (".local/state/patvault/pins/main.json", &["doctor"], 0, ""),
];

#[test]
fn anything_in_a_file_of_our_own() {
    let home = home();
    let kept = Kept::of(&home);
    for (called, bytes) in contents() {
        for (file, line, code, words) in OWN {
            fs::create_dir_all(home.at(file).parent().unwrap()).unwrap();
            fs::write(home.at(file), &bytes).unwrap();
            let what = format!("{line:?} with {called} in {file}");
            let tried = Tried::run(&home, what, &mut home.patvault(*line), b"");
            if *code != ANY {
                tried.means(*code, words);
            }
            if home.at(file).exists() {
                fs::remove_file(home.at(file)).unwrap();
            } else {
                // In an empty journal there is nothing that could be lost.
                assert!(bytes.is_empty() && file.contains("/journal/"), "{called} in {file}");
            }
            kept.bring_back(&home);
        }
    }
}

#[test]
fn anything_in_the_settings() {
    let home = home();
    fs::create_dir_all(home.at(".config/patvault")).unwrap();
    for (called, bytes) in contents().into_iter().filter(|(_, bytes)| bytes.len() > 1) {
        home.write(".config/patvault/config.toml", &bytes);
        for line in [&["list"][..], &["config"], &["rename", "ci", "other"], &["doctor"]] {
            let what = format!("{line:?} with {called} in the settings");
            Tried::run(&home, what, &mut home.patvault(line), b"").means(2, "the settings in ");
        }
        for line in [&["completions", "bash"][..], &["man"], &["config", "path"], &["--help"]] {
            let output = home.patvault(line).output().unwrap();
            assert!(output.status.success(), "{line:?} with {called} in the settings");
        }
    }
    let cases = [
        ("vault = 1", "line 1"),
        ("[list]\ncolumns = [\"name\", \"colour\"]", "there is no column 'colour'"),
        ("[list]\nsort = \"colour\"", "there is no column 'colour'"),
        ("[reminders]\nlead = -1", "line 2"),
        ("[reminders]\nlead = 99999999999", "line 2"),
        ("\"\\u001b]0;x\\u0007\" = 1", "line 1"),
    ];
    for (text, words) in cases {
        home.write(".config/patvault/config.toml", text.as_bytes());
        Tried::run(&home, text.to_owned(), &mut home.patvault(["list"]), b"").means(2, words);
    }
    let cases = [
        ("vault = \"../../x\"", 2, "cannot be a name"),
        ("identities = [\"missing.txt\"]", 3, "missing.txt"),
        ("passphrase_command = \"false\"", 1, "passphrase_command"),
        ("passphrase_command = \"printf 'a\\nb'\"", 2, "passphrase_command"),
        ("passphrase_command = \"printf '\\\\033]0;x'\"", 3, "no slot for a passphrase"),
    ];
    for (text, code, words) in cases {
        home.write(".config/patvault/config.toml", text.as_bytes());
        let mut command = home.patvault(["list"]);
        command.env_remove("PATVAULT_IDENTITY");
        Tried::run(&home, text.to_owned(), &mut command, b"").means(code, words);
    }
}

/// What stands in a file's place without being one.
fn put(home: &Home, sort: &str, at: &Path) {
    let path = home.at(at);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let _nothing_there = fs::remove_file(&path);
    match sort {
        "folder" => fs::create_dir(&path).unwrap(),
        "pipe" => assert!(Command::new("mkfifo").arg(&path).status().unwrap().success()),
        "link" => symlink(home.at("elsewhere"), &path).unwrap(),
        "link to nowhere" => symlink(home.at("nowhere"), &path).unwrap(),
        _ => symlink(&path, &path).unwrap(),
    }
}

/// Folders, pipes and links where a file is looked for: nothing hangs, nothing is followed out of the vault, nothing is lost.
#[test]
fn no_file_where_one_should_be() {
    for sort in ["folder", "pipe", "link", "link to nowhere", "link to itself"] {
        let own = OWN.iter().map(|(file, line, ..)| (*file, *line));
        let settings = (".config/patvault/config.toml", &["list"][..]);
        for (file, line) in own.chain([settings, (".local/share/patvault/main/lock", &["rename", "ci", "other"][..])]) {
            let home = home();
            let whole = fs::read(home.at(VAULT).join("vault.age")).unwrap();
            home.write("elsewhere", &whole);
            put(&home, sort, Path::new(file));
            Tried::run(&home, format!("{line:?} with a {sort} at {file}"), &mut home.patvault(line), b"");
            assert_eq!(fs::read(home.at("elsewhere")).unwrap(), whole, "{line:?} wrote through a {sort} at {file}");
        }
    }
}

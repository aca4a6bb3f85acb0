//! What a person does: unlock, use, lock.

use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::home::{CANARY, Home, holding, opened_by};
use super::tools::{run, tool};

fn status(home: &Home) -> serde_json::Value {
    serde_json::from_slice(&home.run(&["status", "--json"]).stdout).unwrap()
}

#[test]
fn unlocked_once_it_opens_until_it_is_locked() {
    let home = Home::with(&["main"]);
    assert!(!home.is_unlocked("main"));
    let locked = serde_json::json!({"patvault": 1, "agent": null, "vaults":
        [{"name": "main", "unlocked": false, "idle_until": null, "hard_until": null}]});
    assert_eq!(status(&home), locked);
    assert!(home.opened(&["unlock", "--for", "8h"]).starts_with("The vault 'main' is unlocked until "));
    assert!(home.said(&["unlock"]).1.contains("already unlocked"));
    assert!(home.is_unlocked("main"));
    assert_eq!(home.said(&["add", "github/laptop", "--stdin"]).0, 2, "an empty secret, and no locked vault");
    assert_eq!(home.said(&["tag", "github/ci", "+prod"]).0, 0);
    let now = status(&home);
    assert_eq!(now["vaults"][0]["unlocked"], true);
    assert!(now["vaults"][0]["idle_until"].as_str() < now["vaults"][0]["hard_until"].as_str());
    assert!(["locked", "swappable"].contains(&now["agent"]["memory"].as_str().unwrap()));
    assert_eq!(home.said(&["lock"]), (0, "Every vault is locked\n".into()));
    assert!(!home.is_unlocked("main"));
    assert!(holding(home.dir.path(), b"AGE-SECRET-KEY-").is_empty());
    assert!(holding(home.dir.path(), CANARY.as_bytes()).is_empty());
}

#[test]
fn without_the_agent_everything_works_and_nothing_stays_unlocked() {
    let home = Home::with(&["main"]);
    home.opened(&["list", "--no-agent"]);
    home.opened(&["list"]);
    assert!(!home.socket().exists(), "a key that opens without a word needs no agent");
    assert_eq!(home.said(&["unlock", "--no-agent"]).0, 2);
    home.opened(&["unlock"]);
    assert_eq!(home.said(&["list", "--no-agent"]).0, 3);
    assert_eq!(home.said(&["list"]).0, 0);
}

#[test]
fn two_vaults_at_once() {
    let home = Home::with(&["home", "work"]);
    home.opened(&["unlock", "--vault", "home"]);
    assert_eq!((home.is_unlocked("home"), home.is_unlocked("work")), (true, false));
    home.opened(&["unlock", "--vault", "work"]);
    assert_eq!((home.is_unlocked("home"), home.is_unlocked("work")), (true, true));
    assert_eq!(home.said(&["lock", "--vault", "home"]).0, 0);
    assert_eq!((home.is_unlocked("home"), home.is_unlocked("work")), (false, true));
    assert_eq!(home.said(&["lock"]).0, 0);
    assert_eq!((home.is_unlocked("home"), home.is_unlocked("work")), (false, false));
}

#[test]
fn what_needs_the_key_itself_unlocks_by_a_way_in() {
    let home = Home::with(&["main"]);
    home.opened(&["unlock"]);
    assert_eq!(home.said(&["key", "rotate"]).0, 3);
    home.opened(&["key", "rotate"]);
    assert!(!home.is_unlocked("main"), "what the agent held opens nothing any more");
    home.opened(&["unlock"]);
    // As if it had been rotated elsewhere: the agent does not hear of it.
    home.opened(&["key", "rotate", "--no-agent"]);
    let (code, said) = home.said(&["list"]);
    assert!(code == 3 && said.contains("patvault unlock"), "{said}");
    home.opened(&["list"]);
    home.opened(&["unlock"]);
    assert!(home.is_unlocked("main"));
}

#[test]
fn a_lock_in_the_middle_of_a_command_is_said() {
    let Some(script) = tool("script") else { return };
    let home = Home::with(&["main"]);
    home.opened(&["unlock"]);
    // While the person edits, somebody locks.
    let editor = home.dir.path().join("editor");
    let patvault = env!("CARGO_BIN_EXE_patvault");
    let change = "sed -i 's/^note = .*/note = \"new\"/' \"$1\"";
    fs::write(&editor, format!("#!/bin/sh\n{change}\nexec {patvault} lock >&2\n")).unwrap();
    fs::set_permissions(&editor, fs::Permissions::from_mode(0o700)).unwrap();
    let output = at_terminal(script, &home, "edit github/ci", &editor, b"n\n");
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.code() == Some(3) && said.contains("locked meanwhile"), "{said}");
    assert!(said.contains("'patvault unlock'"), "{said}");
}

/// Runs a command at a terminal of its own, on which somebody types.
fn at_terminal(script: PathBuf, home: &Home, command: &str, editor: &Path, typed: &[u8]) -> Output {
    let mut terminal = Command::new(script);
    terminal.args(["-qec", &format!("{} {command}", env!("CARGO_BIN_EXE_patvault")), "/dev/null"]);
    terminal.env("PATVAULT_HOME", home.dir.path()).env("SHELL", "/bin/sh").env("EDITOR", editor);
    terminal.env_remove("VISUAL").env_remove("PATVAULT_IDENTITY");
    let mut terminal = terminal.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut keyboard = terminal.stdin.take().unwrap();
    keyboard.write_all(typed).unwrap();
    let output = terminal.wait_with_output().unwrap();
    // Only now: the end of what is typed would end the questions.
    drop(keyboard);
    output
}

#[test]
fn a_lock_beats_an_unlock_in_flight() {
    let Some(mkfifo) = tool("mkfifo") else { return };
    let home = Home::with(&[]);
    let passphrase = home.dir.path().join("passphrase");
    fs::write(&passphrase, "not a real passphrase\n").unwrap();
    let path = passphrase.to_str().unwrap();
    assert_eq!(home.said(&["init", "--passphrase-file", path]).0, 0);
    let pipe = home.dir.path().join("pipe");
    run(Command::new(mkfifo).arg(&pipe));

    let unlock = home.command(&["unlock", "--passphrase-file"]).arg(&pipe).stderr(Stdio::piped()).spawn().unwrap();
    // Opens when the other side reads: by then it has begun with the agent.
    let mut person = opened_by(pipe);
    assert_eq!(home.said(&["lock"]).0, 0);
    person.write_all(b"not a real passphrase\n").unwrap();
    drop(person);
    let output = unlock.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(3) && said.contains("locked while it was being unlocked"), "{said}");
    assert_eq!(home.said(&["list"]).0, 3);
}

/// A person at a terminal is asked once; a script that gives a passphrase leaves no agent behind.
#[test]
fn who_was_asked_is_not_asked_again() {
    let Some(script) = tool("script") else { return };
    let home = Home::with(&[]);
    let passphrase = home.dir.path().join("passphrase");
    fs::write(&passphrase, "not a real passphrase\n").unwrap();
    let path = passphrase.to_str().unwrap();
    assert_eq!(home.said(&["init", "--passphrase-file", path]).0, 0);
    assert_eq!(home.said(&["list", "--passphrase-file", path]).0, 0);
    assert!(!home.socket().exists());

    let output = at_terminal(script, &home, "list", Path::new("false"), b"not a real passphrase\n");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(home.said(&["list"]).0, 0, "the agent holds it now");

    // A command of the settings that answers for them: at a terminal as if they were asked, in a script as if not.
    assert_eq!(home.said(&["lock"]).0, 0);
    fs::create_dir(home.dir.path().join("config")).unwrap();
    let settings = format!("passphrase_command = 'cat {path}'\n");
    fs::write(home.dir.path().join("config/config.toml"), settings).unwrap();
    let is_unlocked = || home.run(&["status"]).stdout.windows(8).any(|word| word == b"unlocked");
    assert_eq!((home.said(&["list"]).0, is_unlocked()), (0, false));
    let script = tool("script").unwrap();
    let output = at_terminal(script, &home, "list", Path::new("false"), b"");
    assert_eq!((output.status.success(), is_unlocked()), (true, true));
}

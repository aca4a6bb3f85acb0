//! What a prompt says: in a few signs, whatever is wrong, and without anybody noticing that it looked.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Stdio;

use rustix::process::{Signal, kill_process};

use super::home::{CANARY, Home};

/// The day on which the vaults are made: a token of which nobody knows when it ends is owed for on that day.
const DAY: &str = "2026-11-22T12:00:00Z";

/// What `status --prompt` prints, after which nothing may have gone wrong.
#[track_caller]
fn prompt(home: &Home, more: &[&str], now: &str) -> String {
    let mut command = home.command(&["status", "--prompt"]);
    let output = command.args(more).envs([("PATVAULT_NOW", now), ("TZ", "UTC")]).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// Runs a command on that day, with the identity at hand and a secret on standard input.
#[track_caller]
fn done(home: &Home, args: &[&str]) {
    let mut command = home.command(args);
    let command = command.arg("--identity").arg(home.identity()).envs([("PATVAULT_NOW", DAY), ("TZ", "UTC")]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    // Where none is read, it may have ended already.
    let _unread = child.stdin.take().unwrap().write_all(CANARY.as_bytes());
    assert!(child.wait().unwrap().success(), "{args:?}");
}

/// A home with these vaults, one token in each.
fn home(vaults: &[&str]) -> Home {
    let home = Home::with(&[]);
    for vault in vaults {
        done(&home, &["init", "--name", vault]);
        done(&home, &["add", "github/ci", "--stdin", "--vault", vault]);
    }
    home
}

fn index(home: &Home, vault: &str) -> PathBuf {
    home.dir.path().join("state/due").join(format!("{vault}.json"))
}

#[test]
fn locked_or_not_and_how_much_is_owed() {
    let home = home(&["main"]);
    assert_eq!(prompt(&home, &[], DAY), "🔒1\n");
    assert_eq!(prompt(&home, &["--ascii"], DAY), "L1\n");
    assert_eq!(prompt(&home, &["--color", "always"], DAY), "\x1b[2m🔒\x1b[0m\x1b[33m1\x1b[0m\n");
    assert!(!home.socket().exists(), "it starts no agent");
    done(&home, &["unlock"]);
    assert_eq!(prompt(&home, &[], DAY), "🔓1\n");
    assert_eq!(prompt(&home, &["--ascii"], DAY), "U1\n");
    assert_eq!(prompt(&home, &["--no-agent"], DAY), "🔒1\n", "without the agent nothing is unlocked");
    done(&home, &["done", "github/ci"]);
    assert_eq!(prompt(&home, &[], DAY), "🔓\n");
    done(&home, &["lock"]);
    assert_eq!(prompt(&home, &[], DAY), "🔒\n");
    assert_eq!(prompt(&home, &["--vault", "other"], DAY), "");
}

#[test]
fn a_change_that_is_refused_takes_no_count_away() {
    let home = home(&["main"]);
    done(&home, &["unlock"]);
    for refused in [&["rename", "nosuch", "x"][..], &["done", "nosuch"], &["add", "github/ci", "--stdin"]] {
        assert_eq!(home.said(refused).0, 2, "{refused:?}");
        assert_eq!(prompt(&home, &["--ascii"], DAY), "U1\n", "{refused:?}");
    }
}

/// A write counts on from what the index says; `due` makes it anew, and says the same.
#[test]
fn whatever_is_written_it_says_what_due_says() {
    let home = home(&["main"]);
    done(&home, &["unlock"]);
    let writes: [&[&str]; 13] = [
        &["add", "github/laptop", "--stdin", "--force", "--expires", "3d"],
        &["add", "slack/bot", "--stdin", "--force", "--expires", "never", "--issued", "2025-01-01"],
        &["snooze", "laptop", "--until", "10d"],
        &["done", "bot"],
        &["expire", "ci", "2026-11-01"],
        &["note", "ci", "not due to this"],
        &["edit", "ci", "--lead", "never", "--unused", "3d"],
        &["undo"],
        &["remove", "laptop", "ci"],
        &["restore", "laptop"],
        &["purge", "--all", "--yes"],
        &["rename", "bot", "slack/other"],
        &["remove", "other", "laptop"],
    ];
    for write in writes {
        done(&home, write);
        // All that it says first: `due` makes it anew. The day of the next write comes last.
        let days = ["2027-06-01T12:00:00Z", "2026-12-03T12:00:00Z", DAY];
        let said = days.map(|now| prompt(&home, &["--ascii"], now));
        assert_eq!(said, days.map(|now| format!("U{}\n", due(&home, now))), "{write:?}");
    }
}

/// How much `due` says is owed, in the words of a prompt.
fn due(home: &Home, now: &str) -> String {
    let due = home.command(&["due", "--json"]).envs([("PATVAULT_NOW", now), ("TZ", "UTC")]).output().unwrap();
    let due: serde_json::Value = serde_json::from_slice(&due.stdout).unwrap();
    match due["reminders"].as_array().unwrap().len() {
        0 => String::new(),
        owed => owed.to_string(),
    }
}

#[test]
fn days_go_by_while_it_is_locked() {
    let home = home(&["main"]);
    // Verified it was never, and it was never used.
    for (now, want) in
        [("2026-12-21", "🔒1\n"), ("2026-12-22", "🔒2\n"), ("2027-02-19", "🔒2\n"), ("2027-02-20", "🔒3\n")]
    {
        assert_eq!(prompt(&home, &[], &format!("{now}T12:00:00Z")), want, "{now}");
    }
}

#[test]
fn several_vaults_are_one_prompt() {
    let home = home(&["home", "work"]);
    assert_eq!(prompt(&home, &[], DAY), "🔒2\n");
    done(&home, &["unlock", "--vault", "work"]);
    assert_eq!(prompt(&home, &[], DAY), "🔓2\n");
    assert_eq!(prompt(&home, &["--vault", "home"], DAY), "🔒1\n");
}

#[test]
fn where_there_is_nothing_nothing_is_said() {
    let home = Home::with(&[]);
    assert_eq!(prompt(&home, &[], DAY), "");
    assert_eq!(fs::read_dir(home.dir.path()).unwrap().count(), 0, "it leaves nothing behind");
}

#[test]
fn whatever_is_wrong_a_prompt_comes() {
    let home = home(&["main"]);
    done(&home, &["unlock"]);
    let agent = home.agent();
    kill_process(agent, Signal::STOP).unwrap();
    assert_eq!(prompt(&home, &[], DAY), "?1\n", "nobody knows while the agent does not answer");
    kill_process(agent, Signal::KILL).unwrap();
    assert_eq!(prompt(&home, &[], DAY), "🔒1\n");

    for garbage in ["", "{", "\0", "[]", r#"{"patvault":9}"#] {
        fs::write(index(&home, "main"), garbage).unwrap();
        assert_eq!(prompt(&home, &[], DAY), "🔒\n", "{garbage:?}");
    }
    fs::remove_file(index(&home, "main")).unwrap();
    fs::create_dir(index(&home, "main")).unwrap();
    assert_eq!(prompt(&home, &[], DAY), "🔒\n");

    fs::create_dir(home.dir.path().join("config")).unwrap();
    fs::write(home.dir.path().join("config/config.toml"), "colour = 3").unwrap();
    assert_eq!(prompt(&home, &[], DAY), "");
}

#[test]
fn the_index_tells_no_names_and_can_be_turned_off() {
    let home = home(&["main"]);
    let text = fs::read_to_string(index(&home, "main")).unwrap();
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty()).collect();
    assert_eq!(words, ["patvault", "owed", "later"]);

    fs::create_dir(home.dir.path().join("config")).unwrap();
    fs::write(home.dir.path().join("config/config.toml"), "[prompt]\ndue = false\n").unwrap();
    assert_eq!(prompt(&home, &[], DAY), "🔒\n", "what is there already is not told");
    done(&home, &["due"]);
    assert!(!index(&home, "main").exists());
}

#[test]
fn looking_puts_no_limit_off() {
    let home = home(&["main"]);
    done(&home, &["unlock"]);
    let idle = || {
        let status = home.command(&["status", "--json"]).env("PATVAULT_NOW", DAY).output().unwrap();
        let status: serde_json::Value = serde_json::from_slice(&status.stdout).unwrap();
        status["vaults"][0]["idle_until"].as_str().unwrap().to_owned()
    };
    let before = idle();
    // What is left gets less by itself, and never more.
    prompt(&home, &[], DAY);
    assert!(idle() <= before);
}

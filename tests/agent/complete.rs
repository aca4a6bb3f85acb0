//! What completions of shells ask: answered with a key that the agent holds, and with nothing else.

use std::fs;
use std::process::Command;

use super::home::Home;
use super::tools::{run, tool};

/// What may stand behind these words; nothing may have gone wrong.
#[track_caller]
fn offered(home: &Home, words: &[&str]) -> String {
    let mut command = home.command(&["complete", "fish", "--", "patvault"]);
    let output = command.args(words).env("PATVAULT_NOW", "2026-11-22T12:00:00Z").output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn tokens_of_the_vault_that_is_meant() {
    let home = Home::with(&["home", "work"]);
    home.opened(&["rename", "github/ci", "deploy", "--vault", "work"]);
    home.opened(&["expire", "github/deploy", "2026-11-25", "--vault", "work"]);
    home.opened(&["unlock", "--vault", "work"]);
    let deploy = "github/deploy\tends in 3 days\n";
    assert_eq!(offered(&home, &["get", "--vault", "work", "git"]), deploy);
    assert_eq!(offered(&home, &["--vault=work", "get", "DEP"]), deploy, "a part of it, as on a command line");
    assert_eq!(offered(&home, &["get", "--vault", "home", ""]), "", "that one is locked");
    assert_eq!(offered(&home, &["get", "--vault", "work", "--no-agent", ""]), "");
    assert_eq!(offered(&home, &["get", ""]), "", "nobody knows which one is meant");
    assert_eq!(offered(&home, &["--vault", ""]), "home\nwork\n");
    assert_eq!(offered(&home, &["remove", "github/deploy", "--vault", "work", ""]), deploy, "one of several");
    assert_eq!(offered(&home, &["restore", "--vault", "work", ""]), "");
    assert_eq!(offered(&home, &["history", "--vault", "work", ""]), deploy);
    assert_eq!(offered(&home, &["add", "--vault", "work", ""]), "github/\n");
    home.opened(&["remove", "github/deploy", "--vault", "work"]);
    assert_eq!(offered(&home, &["get", "--vault", "work", ""]), "");
    for command in ["restore", "purge", "show"] {
        assert_eq!(offered(&home, &[command, "--vault", "work", ""]), "github/deploy\ttrashed\n", "{command}");
    }
}

#[test]
fn locked_nobody_is_asked_and_nothing_is_tried() {
    let Some(mkfifo) = tool("mkfifo") else { return };
    let home = Home::with(&["main"]);
    let config = home.dir.path().join("config");
    fs::create_dir(&config).unwrap();
    let (pipe, marker) = (home.dir.path().join("pipe"), home.dir.path().join("marker"));
    // Who opened this would wait for ever.
    run(Command::new(mkfifo).arg(&pipe));
    let settings = format!("identities = [{pipe:?}]\npassphrase_command = 'touch {}'\n", marker.display());
    fs::write(config.join("config.toml"), settings).unwrap();
    for words in [&["get", ""][..], &["list", "service:"], &["tag", "x", "-"], &["add", ""], &["get", "--identity", ""]]
    {
        let offered = offered(&home, words);
        assert!(!offered.contains("github"), "{words:?}: {offered}");
    }
    assert_eq!(offered(&home, &["get", ""]), "");
    assert!(!marker.exists() && !home.socket().exists());
    assert_eq!(offered(&home, &["key", "remove", ""]), "age\n", "ways in are no secret");
}

#[test]
fn a_file_whose_name_steers_is_not_offered() {
    let home = Home::with(&[]);
    for name in ["ok.csv", "two\nlines", "esc\x1b[31m"] {
        fs::write(home.dir.path().join(name), "").unwrap();
    }
    for shell in [&["fish", "--", "patvault", "import", ""][..], &["bash", "--", "patvault import ", ""]] {
        let output = home.command(&["complete"]).args(shell).current_dir(home.dir.path()).output().unwrap();
        let offered = String::from_utf8(output.stdout).unwrap();
        assert!(offered.contains("ok.csv\n") && !offered.contains("lines") && !offered.contains("esc"), "{offered}");
    }
}

#[test]
fn whatever_is_wrong_nothing_comes() {
    let home = Home::with(&["main"]);
    home.opened(&["unlock"]);
    for words in [&["nonsense", ""][..], &["get", "--nonsense", "--", "--"], &["--help", "get", "x"], &[""], &[]] {
        assert!(!offered(&home, words).contains("github/ci"), "{words:?}");
    }
    assert_eq!(home.said(&["complete", "bash"]), (0, String::new()));
    fs::write(home.dir.path().join("data/main/vault.age"), "damaged").unwrap();
    assert_eq!(offered(&home, &["get", ""]), "");
    fs::create_dir(home.dir.path().join("config")).unwrap();
    fs::write(home.dir.path().join("config/config.toml"), "colour = 3").unwrap();
    assert_eq!(offered(&home, &["get", ""]), "");
}

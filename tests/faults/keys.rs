//! Commands that make vaults, ways in and vault keys.

use std::fs;
use std::path::PathBuf;

use age::Decryptor;
use patvault::vault::VaultKey;

use super::home::{Fault, Home, SECRET};
use super::state::{key, open, state};
use super::walk::Walk;

#[test]
fn init_makes_a_whole_vault_or_none() {
    let base = Home::bare();
    for fault in Fault::ALL {
        for nth in 1.. {
            let home = base.copied();
            let ran = home.run_faulted(&["init"], "", nth, fault);
            let what = format!("{fault:?} at step {nth}: {ran:?}");
            if !ran.fired() {
                assert!(nth > 18, "only {nth} steps");
                break;
            }
            assert!(fault == Fault::Kill || matches!(ran.code, Some(0 | 1)), "{what}");
            if home.vault().exists() {
                assert_eq!(ran.code.unwrap_or(0), 0, "it is there, and an error: {what}");
            } else {
                assert_ne!(ran.code, Some(0), "{what}");
                home.done(&["init"], "");
            }
            home.done(&["add", "github/ci", "--stdin"], SECRET);
            assert!(state(&home).contains(SECRET), "{what}");
            assert!(home.leftovers().is_empty(), "{:?} after {what}", home.leftovers());
        }
    }
}

#[test]
fn key_add() {
    let base = Home::furnished();
    let args = ["key", "add", "--name", "third", "--recipient-of", &base.text("third")];
    Walk { base: &base, args: &args, input: "", steps_min: 14 }.each(|step| {
        step.keeps_its_word();
        let (vault, _) = open(step.home, "first");
        let opens = key(&vault, &step.home.path("third")).is_some();
        assert!(opens || step.ran.code != Some(0), "{}", step.what);
        assert!(!opens || step.fault == Fault::Kill || step.is_after(), "an error, and it opens: {}", step.what);
        if !opens {
            let lost = step.home.done(&["key", "list"], "").out;
            if step.is_after() {
                // The vault remembers what is not there; either way out that `doctor` names is one.
                assert!(!lost.contains("third"), "{lost}");
                step.home.copied().done(&["key", "remove", "third"], "");
            }
            step.home.done(&args, "");
            assert!(key(&vault, &step.home.path("third")).is_some(), "{}", step.what);
        }
    });
}

#[test]
fn key_remove() {
    let base = Home::furnished();
    let args = ["key", "remove", "second"];
    Walk { base: &base, args: &args, input: "", steps_min: 11 }.each(|step| {
        step.keeps_its_word();
        let (vault, _) = open(step.home, "first");
        let opens = key(&vault, &step.home.path("second")).is_some();
        if step.ran.code != Some(0) {
            assert!(opens || step.is_after(), "it is gone, and the vault does not know: {}", step.what);
            // Whatever happened, the person asks again.
            let again = step.home.run(&args, "");
            assert!(again.code == Some(0) || !opens, "{}\nagain: {again:?}", step.what);
        }
        assert!(key(&vault, &step.home.path("second")).is_none(), "{}", step.what);
        step.home.done(&["key", "rotate"], "");
    });
}

/// A passphrase that was changed with an error would lock its owner out.
#[test]
fn key_passphrase_says_whether_it_was_changed() {
    let base = Home::furnished();
    fs::write(base.path("new"), "correct horse battery staple 7\n").unwrap();
    let args = ["key", "add", "--passphrase", "--name", "word", "--new-passphrase-file", &base.text("new")];
    base.done(&args, "");
    let slot = |home: &Home| fs::read(home.vault().join("keys/word.age")).unwrap();
    let before = slot(&base);
    let args = ["key", "passphrase", "--new-passphrase-file", &base.text("new")];
    // Each run costs a second of scrypt: every second step is enough to meet the vault's own file.
    for nth in (1..).step_by(2) {
        let home = base.copied();
        let ran = home.run_faulted(&args, "", nth, Fault::DiskFull);
        if !ran.fired() {
            assert!(nth > 13, "only {nth} steps");
            break;
        }
        let is_same = slot(&home) == before;
        let is_told = ran.code == Some(0) || ran.err.contains("is not finished: could not put on the disk");
        assert_eq!(is_same, !is_told, "{ran:?}");
    }
}

#[test]
fn key_rotate() {
    let base = Home::furnished();
    base.done(&["get", "github/ci"], "");
    let (_, old) = open(&base, "first");
    let args = ["key", "rotate"];
    Walk { base: &base, args: &args, input: "", steps_min: 40 }.each(|step| {
        step.keeps_its_word();
        let home = step.home;
        let (vault, _) = open(home, "second");
        for slot in vault.slots().unwrap() {
            let identity = if slot.name == "second" { "second" } else { "first" };
            let (_, key) = open(home, identity);
            assert!(vault.read(&key, |r| r.tokens()).is_ok(), "{}: {}", slot.name, step.what);
        }
        let (_, half) = open(home, "first");
        if step.fault == Fault::Kill && half.is_changing() {
            let told = home.run(&["doctor"], "").out;
            assert!(told.contains("a change of the vault key was not finished"), "{told}");
        }
        home.done(&args, "");
        for identity in ["first", "second"] {
            assert!(!open(home, identity).1.is_changing(), "{}", step.what);
        }
        for old in [&old, &half] {
            let opened = opened_by(old, home);
            assert!(opened.is_empty(), "the old key opens {opened:?} after {}", step.what);
        }
        let (_, new) = open(home, "first");
        assert!(!opened_by(&new, home).is_empty());
    });
}

/// Files of the vault that a vault key opens.
fn opened_by(key: &VaultKey, home: &Home) -> Vec<PathBuf> {
    let folders = ["", "backups", "journal"].map(|name| home.vault().join(name));
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap()).map(|entry| entry.unwrap().path());
    let opens = |path: &PathBuf| {
        let sealed = Decryptor::new(fs::File::open(path).unwrap()).ok();
        sealed.is_some_and(|sealed| sealed.decrypt(std::iter::once(key as &dyn age::Identity)).is_ok())
    };
    files.filter(|path| path.is_file()).filter(opens).collect()
}

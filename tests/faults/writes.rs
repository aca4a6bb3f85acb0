//! Commands that write tokens.

use std::cell::Cell;

use super::home::{Fault, Home, SECRET, secret};
use super::state::state;
use super::walk::Walk;

/// The steps of any write: the file beside, a backup of the old one, the new one in place.
const WRITE_STEPS: u32 = 9;

fn walk(base: &Home, args: &[&str], input: &str) {
    Walk { base, args, input, steps_min: WRITE_STEPS }.each(|step| step.keeps_its_word());
}

#[test]
fn add() {
    walk(&Home::furnished(), &["add", "slack/bot", "--stdin", "--tag", "new"], &secret("slack"));
}

#[test]
fn edit() {
    walk(&Home::furnished(), &["edit", "github/ci", "--note", "his", "--tag", "more", "--expires", "never"], "");
}

#[test]
fn remove() {
    walk(&Home::furnished(), &["remove", "github/ci", "gitlab/deploy"], "");
}

#[test]
fn undo() {
    walk(&Home::furnished(), &["undo"], "");
}

#[test]
fn purge() {
    walk(&Home::furnished(), &["purge", "figma/old", "--yes"], "");
}

#[test]
fn import() {
    let home = Home::furnished();
    // The list is the same in every copy of this home.
    walk(&home, &["import", "--yes", &home.text("list.csv")], "");
}

#[test]
fn a_write_that_folds_uses_in() {
    let home = Home::furnished();
    for path in ["github/ci", "gitlab/deploy", "github/ci"] {
        home.done(&["get", path], "");
    }
    walk(&home, &["tag", "gitlab/deploy", "used"], "");
}

#[test]
fn get_gives_the_secret_whether_or_not_the_use_can_be_recorded() {
    let base = Home::furnished();
    let args = ["get", "github/ci"];
    Walk { base: &base, args: &args, input: "", steps_min: 3 }.each(|step| {
        if step.fault != Fault::Kill {
            assert_eq!((step.ran.code, &step.ran.out), (Some(0), &secret("github")), "{}", step.what);
            let told = step.ran.err.contains("warning: github/ci: this use could not be recorded");
            assert!(told || step.is_after(), "{}", step.what);
        }
    });
}

#[test]
fn backup_now() {
    let base = Home::furnished();
    let count = |home: &Home| home.done(&["backup", "list"], "").out.lines().count();
    let before = count(&base);
    Walk { base: &base, args: &["backup", "now"], input: "", steps_min: 3 }.each(|step| {
        if step.ran.code == Some(0) {
            assert_eq!(count(step.home), before + 1, "{}", step.what);
        }
    });
}

#[test]
fn backup_restore() {
    let base = Home::furnished();
    let list = base.done(&["backup", "list", "--json"], "").out;
    let names = list.lines().filter_map(|line| line.trim().strip_prefix("\"name\": \"")?.strip_suffix("\","));
    let oldest = names.min().unwrap().to_owned();
    let args = ["backup", "restore", "--yes", &oldest];
    let waited = Cell::new(false);
    Walk { base: &base, args: &args, input: "", steps_min: WRITE_STEPS }.each(|step| {
        step.keeps_its_word();
        assert_ne!(step.before, step.after);
        waited.set(waited.get() || (step.ran.err.contains("sync the folder") && step.found == step.before));
    });
    // What is replaced is in no later file: a power cut must not take its backup's name.
    assert!(waited.get(), "nobody waited for the backup of what was replaced");
}

#[test]
fn backup_restore_over_a_damaged_file() {
    let base = Home::furnished();
    std::fs::write(base.vault().join("vault.age"), "no vault").unwrap();
    let args = ["backup", "restore", "--yes"];
    let whole = base.copied();
    whole.done(&args, "");
    let after = state(&whole);
    for fault in Fault::ALL {
        for nth in 1.. {
            let home = base.copied();
            let ran = home.run_faulted(&args, "", nth, fault);
            assert!(!ran.err.contains(SECRET), "{ran:?}");
            if !ran.fired() {
                assert!(nth > WRITE_STEPS, "only {nth} steps");
                break;
            }
            // Whatever happened, doing it again brings it back.
            if ran.code != Some(0) {
                home.done(&args, "");
            }
            assert_eq!(state(&home), after, "{fault:?} at step {nth}: {ran:?}");
            assert!(home.leftovers().is_empty(), "{fault:?} at step {nth}: {ran:?}");
        }
    }
}

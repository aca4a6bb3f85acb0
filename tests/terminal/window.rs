//! The window in a real terminal: it opens, does what it is for, and gives the terminal back, however it ends.

use rustix::process::Signal;

use super::pty::{Home, Visit};

const TAKEN: &str = "\x1b[?1049h";
const GIVEN_BACK: &str = "\x1b[?1049l";

/// Sits down at the window of a furnished home, over SSH and without an agent.
fn open(home: &Home) -> Option<Visit> {
    let identity = home.path("identity");
    let vars = [("PATVAULT_IDENTITY", identity.to_str().unwrap()), ("SSH_CONNECTION", "here")];
    let mut visit = home.visit_with(&["--no-agent"], 80, &vars)?;
    visit.sees(TAKEN).sees("github");
    Some(visit)
}

#[test]
fn the_window_opens_copies_and_closes() {
    let home = Home::furnished();
    let Some(mut visit) = open(&home) else { return };
    // What a terminal is sent for its clipboard, and nothing else: the secret in base64.
    visit.types("\r").sees("\x1b]52;c;bm90LWEtcmVhbC1zZWNyZXQ=\x07").sees("was sent to your terminal");
    visit.types("q").sees(GIVEN_BACK);
    let end = visit.ends();
    assert!(end.code == Some(0) && end.given_back, "{end:?}");
    assert!(home.done(&["history"], "").contains("copy github/ci"));
}

#[test]
fn the_terminal_is_given_back_after_a_signal() {
    let home = Home::furnished();
    for signal in [Signal::TERM, Signal::HUP, Signal::INT] {
        let Some(mut visit) = open(&home) else { return };
        visit.sends(signal);
        let end = visit.ends();
        assert!(end.given_back && end.seen.contains(GIVEN_BACK), "{signal:?} {end:?}");
    }
}

#[test]
fn the_demo_leaves_nothing_behind() {
    let home = Home::bare();
    std::fs::create_dir(home.path("tmp")).unwrap();
    let tmp = home.path("tmp");
    let Some(mut visit) = home.visit_with(&["demo"], 80, &[("TMPDIR", tmp.to_str().unwrap())]) else { return };
    visit.sees("demo").types("q");
    assert!(visit.ends().given_back);
    assert_eq!(std::fs::read_dir(tmp).unwrap().count(), 0);
    assert!(!home.path("p").exists());
}

#[test]
fn there_is_a_window_for_who_has_no_vault() {
    let Some(mut visit) = Home::bare().visit(&[]) else { return };
    visit.sees("Your first vault").types("\x1b");
    let end = visit.ends();
    assert!(end.code == Some(0) && end.given_back, "{end:?}");
}

#[test]
fn a_reminder_is_put_off_and_that_is_taken_back() {
    let home = Home::furnished();
    let Some(mut visit) = open(&home) else { return };
    // Only what changed is drawn; Ctrl-R draws everything, and words are whole.
    visit.types("3\x12").sees("no expiry known").types("z").sees("Until");
    visit.types("\x152 weeks\r").types("4\x12").sees("snooze github/ci").types("u").sees("Take").types("y");
    // What was asked for before the services is done when they are there.
    visit.types("5\x12").sees("GitHub").types("/github\r\x12").sees("Services 1 of");
    // The address of a page goes the way of every copy.
    visit.types("y").sees("\x1b]52;c;aHR0cHM6Ly");
    visit.types("q");
    assert!(visit.ends().given_back);
    assert!(home.done(&["history"], "").contains("undo github/ci"));
}

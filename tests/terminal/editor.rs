//! `patvault edit` with a person's editor.

use std::fs;

use super::pty::{Home, Visit};

/// Runs what is written for this opening of the editor: `edit-1`, then `edit-2`.
const EDITOR: &str = r#"
trap : INT
nth=$(($(cat "$HOME/nth" 2>/dev/null || echo 0) + 1))
echo "$nth" >"$HOME/nth"
grep -q not-a-real-secret "$1" && echo "THE SECRET IS IN IT"
sh "$HOME/edit-$nth" "$1"
"#;

const BREAK: &str = r#"sed -i 's/^account = .*/account = /' "$1""#;
const MEND: &str = r#"sed -i 's/^account = .*/account = "grace"/' "$1""#;

fn edit(home: &Home, openings: &[&str]) -> Option<Visit> {
    fs::write(home.path("editor"), EDITOR).unwrap();
    let _first_time = fs::remove_file(home.path("nth"));
    for (nth, script) in (1..).zip(openings) {
        fs::write(home.path(&format!("edit-{nth}")), script).unwrap();
    }
    let identity = home.path("identity");
    let vars = [("PATVAULT_IDENTITY", identity.to_str().unwrap()), ("EDITOR", r#"sh "$HOME/editor""#)];
    home.visit_with(&["edit", "github/ci"], 80, &vars)
}

fn nothing_is_left(home: &Home) -> bool {
    fs::read_dir(home.path("p/run")).unwrap().next().is_none()
}

#[test]
fn facts_are_edited_and_what_does_not_parse_is_given_back() {
    let home = Home::furnished();
    let Some(mut visit) = edit(&home, &[BREAK, MEND]) else { return };
    visit.sees("error: ").sees("line ").sees("Edit it again?").types("y\n").sees("Edited github/ci");
    let end = visit.ends();
    assert_eq!((end.code, end.given_back), (Some(0), true), "{end:?}");
    assert!(!end.seen.contains("THE SECRET"), "{end:?}");
    assert!(home.done(&["show", "github/ci", "--json"], "").contains("\"grace\""));
    assert!(nothing_is_left(&home));
}

#[test]
fn ctrl_c_in_an_editor_is_the_editors_business() {
    let home = Home::furnished();
    // One that leaves the terminal as it is, so that Ctrl-C becomes a signal for everybody there.
    let waits = format!("trap 'echo INTERRUPTED' INT\necho READY\nuntil read -r line; do :; done\n{MEND}");
    let Some(mut visit) = edit(&home, &[BREAK, &waits]) else { return };
    visit
        .sees("Edit it again?")
        .types("y\n")
        .sees("READY")
        .types("\x03")
        .sees("INTERRUPTED")
        .types("\n")
        .sees("Edited github/ci");
    assert_eq!(visit.ends().code, Some(0));
    assert!(home.done(&["show", "github/ci", "--json"], "").contains("\"grace\""));
    // Afterwards it ends patvault again.
    let Some(mut visit) = edit(&home, &[BREAK]) else { return };
    visit.sees("Edit it again?").types("\x03");
    assert_ne!(visit.ends().code, Some(0));
}

#[test]
fn ctrl_c_is_the_editors_to_its_last_moment() {
    let home = Home::furnished();
    let last = format!("{MEND}\ntrap '' INT\nkill -INT 0");
    for _ in 0..10 {
        let Some(mut visit) = edit(&home, &[BREAK, &last]) else { return };
        visit.sees("Edit it again?").types("y\n").sees("Edited github/ci");
        assert_eq!(visit.ends().code, Some(0));
        home.done(&["edit", "github/ci", "--account", "ada"], "");
    }
}

#[test]
fn who_gives_up_changes_nothing() {
    let home = Home::furnished();
    let Some(mut visit) = edit(&home, &[BREAK]) else { return };
    visit.sees("Edit it again?").types("n\n");
    let end = visit.ends();
    assert_eq!(end.code, Some(3), "{end:?}");
    assert!(end.seen.contains("cancelled; nothing was changed"), "{end:?}");
    assert!(home.done(&["show", "github/ci", "--json"], "").contains("\"ada\""));
    assert!(nothing_is_left(&home));
}

#[test]
fn an_editor_that_changes_nothing_or_fails_changes_nothing() {
    let home = Home::furnished();
    for (script, code, says) in [(":", 0, "Nothing was changed."), ("exit 7", 1, "could not edit with")] {
        let Some(visit) = edit(&home, &[script]) else { return };
        let end = visit.ends();
        assert_eq!(end.code, Some(code), "{end:?}");
        assert!(end.seen.contains(says), "{end:?}");
        assert!(nothing_is_left(&home));
    }
}

#[test]
fn an_editor_that_is_not_installed_is_said_to_be_so() {
    let home = Home::furnished();
    let identity = home.path("identity");
    let vars = [("PATVAULT_IDENTITY", identity.to_str().unwrap()), ("EDITOR", "no-such-editor")];
    let Some(visit) = home.visit_with(&["edit", "github/ci"], 80, &vars) else { return };
    let end = visit.ends();
    assert_eq!(end.code, Some(1), "{end:?}");
    let said = end.lines().join(" ");
    assert!(said.contains("could not edit with 'no-such-editor': it is not installed"), "{end:?}");
    assert!(said.contains("set EDITOR to one that is"), "{end:?}");
}

//! A person who is shown a command and asked.

use super::pty::{Home, Visit};

/// A place whose command says `begun`, waits for a line of the terminal, and then says `stored`.
fn visit(home: &Home) -> Option<Visit> {
    let command = "cat > /dev/null; echo begun; read line < /dev/tty; echo stored";
    home.done(&["consumer", "add", "github/ci", "Actions org/app", "--pending", "--run", command], "");
    let mut visit = home.visit(&["consumer", "update", "github/ci"])?;
    visit.sees("Actions org/app, on its standard input:").sees("Run this command? [y/N] ");
    Some(visit)
}

fn is_served(home: &Home) -> bool {
    !home.done(&["consumer", "github/ci"], "").contains("not yet")
}

#[test]
fn a_command_is_shown_before_it_is_run() {
    let home = Home::furnished();
    let Some(mut visit) = visit(&home) else { return };
    visit.types("y\n").sees("| begun").types("\n").sees("| stored").sees("Installed in Actions org/app");
    assert_eq!(visit.ends().code, Some(0));
    assert!(is_served(&home));
}

#[test]
fn who_says_no_runs_nothing() {
    let home = Home::furnished();
    let Some(mut visit) = visit(&home) else { return };
    visit.types("n\n").sees("cancelled; nothing was changed");
    assert_eq!(visit.ends().code, Some(3));
    assert!(!is_served(&home));
}

#[test]
fn ctrl_c_ends_the_command_and_leaves_the_place_as_it_was() {
    let home = Home::furnished();
    let Some(mut visit) = visit(&home) else { return };
    visit.types("y\n").sees("| begun").types("\u{3}");
    let end = visit.ends();
    assert!(end.code != Some(0) && end.given_back && !end.seen.contains("stored\n"), "{end:?}");
    assert!(!is_served(&home));
}

//! The window lends its terminal to a person's editor, and keeps settings in their file.

use std::fs;

use rustix::process::Signal;

use super::pty::{Home, Visit};

const TAKEN: &str = "\x1b[?1049h";
const GIVEN_BACK: &str = "\x1b[?1049l";

/// Runs what is written for this opening of the editor: `edit-1`, then `edit-2`.
const EDITOR: &str = r#"
trap '' INT
nth=$(($(cat "$HOME/nth" 2>/dev/null || echo 0) + 1))
echo "$nth" >"$HOME/nth"
cat "$1" >"$HOME/seen-$nth"
echo "THE EDITOR"
sh "$HOME/edit-$nth" "$1"
"#;

const BREAK: &str = r#"sed -i 's/^account = .*/account = /' "$1""#;
const MEND: &str = r#"sed -i 's/^account = .*/account = "grace"/' "$1""#;

/// Sits down at the window, with an editor that does that, opening for opening.
fn open(home: &Home, args: &[&str], openings: &[&str]) -> Option<Visit> {
    fs::write(home.path("editor"), EDITOR).unwrap();
    let _first_time = fs::remove_file(home.path("nth"));
    for (nth, script) in (1..).zip(openings) {
        fs::write(home.path(&format!("edit-{nth}")), script).unwrap();
    }
    fs::create_dir_all(home.path("tmp")).unwrap();
    let (identity, tmp) = (home.path("identity"), home.path("tmp"));
    let vars = [
        ("PATVAULT_IDENTITY", identity.to_str().unwrap()),
        ("EDITOR", r#"sh "$HOME/editor""#),
        ("SSH_CONNECTION", "here"),
        ("TMPDIR", tmp.to_str().unwrap()),
    ];
    let mut visit = home.visit_with(args, 80, &vars)?;
    visit.sees(TAKEN).shows("github");
    Some(visit)
}

fn window(home: &Home, openings: &[&str]) -> Option<Visit> {
    open(home, &["--no-agent"], openings)
}

fn account(home: &Home) -> String {
    home.done(&["list", "--columns", "account"], "").lines().last().unwrap().trim().to_owned()
}

fn nothing_is_left(home: &Home) -> bool {
    fs::read_dir(home.path("p/run")).unwrap().next().is_none()
}

#[test]
fn facts_are_edited_and_the_terminal_is_taken_again() {
    let home = Home::furnished();
    let Some(mut visit) = window(&home, &[MEND]) else { return };
    visit.types("E").sees(GIVEN_BACK).sees("THE EDITOR").sees(TAKEN).shows("Edited github/ci");
    assert!(!visit.screen().contains("THE EDITOR"));
    assert_eq!(account(&home), "grace");
    assert!(nothing_is_left(&home));
    let seen = fs::read_to_string(home.path("seen-1")).unwrap();
    assert!(seen.contains("account = \"ada\"") && !seen.contains("not-a-real-secret"), "{seen}");
    visit.types("q");
    assert!(visit.ends().given_back);
}

#[test]
fn what_makes_no_sense_is_said_and_goes_back_to_the_editor() {
    let home = Home::furnished();
    let Some(mut visit) = window(&home, &[BREAK, MEND, BREAK]) else { return };
    visit.types("E").shows("Edit it again?").shows("line ");
    assert_eq!(account(&home), "ada");
    visit.types("y").shows("Edited github/ci");
    let second = fs::read_to_string(home.path("seen-2")).unwrap();
    assert!(second.contains("account = \n"), "what was written is not lost: {second}");
    assert_eq!(account(&home), "grace");
    visit.types("E").shows("Edit it again?").types("D").types("\x12").shows("grace");
    assert_eq!(account(&home), "grace");
    assert!(nothing_is_left(&home));
    visit.types("q");
    assert!(visit.ends().given_back);
}

#[test]
fn an_editor_that_fails_or_changes_nothing_changes_nothing() {
    let home = Home::furnished();
    let Some(mut visit) = window(&home, &["exit 7", ":", "kill -9 $$", &format!("{MEND}; exit 7")]) else { return };
    visit.types("E").shows("could not edit with");
    visit.types("E").shows("nothing was changed");
    visit.types("E").shows("could not edit with");
    visit.types("\r").shows("was sent to your terminal");
    // What was saved before it failed is somebody's words.
    visit.types("E").shows("Edit it again?").types("nE").types("D");
    visit.types("\x12").shows("1 Tokens");
    assert_eq!(account(&home), "ada");
    assert!(nothing_is_left(&home));
    visit.types("q");
    assert!(visit.ends().given_back);
}

#[test]
fn what_is_done_to_the_terminal_meanwhile_is_the_editors_business() {
    let home = Home::furnished();
    // Another size; Ctrl-C, which comes to all that run in the terminal; Ctrl-Z, after which the shell goes on.
    let interrupted = format!("kill -INT 0; {MEND}");
    let Some(mut visit) = window(&home, &["stty cols 44 rows 14", &interrupted, "kill -TSTP 0"]) else { return };
    visit.types("E").sees(TAKEN).shows("nothing was changed");
    let lines = visit.screen().lines().map(|line| line.chars().count()).collect::<Vec<_>>();
    assert!(lines.len() == 14 && lines.iter().all(|wide| *wide <= 44), "{}", visit.screen());
    visit.types("E").shows("Edited github/ci");
    assert_eq!(account(&home), "grace");
    visit.types("E").stops();
    assert!(visit.is_open(), "the shell has the terminal");
    visit.sends(Signal::CONT).sees(TAKEN).shows("nothing was changed");
    visit.types("q");
    assert!(visit.ends().given_back);
}

#[test]
fn what_was_written_outlives_a_lock() {
    let home = Home::furnished();
    // The lock is there when the command that locks has ended.
    let lock = format!("{} lock; {MEND}", env!("CARGO_BIN_EXE_patvault"));
    let Some(mut visit) = open(&home, &[], &[&lock, "exit 7", ":", &lock]) else { return };
    visit.types("E").shows("The vault is locked.").shows("What you wrote in your editor is kept");
    assert_eq!(account(&home), "ada");
    visit.types("\r").shows("Edit it again?").shows("github/ci");
    // An editor that fails takes nothing away, and neither does "later".
    visit.types("y").shows("could not edit with").shows("Edit it again?").types("n");
    visit.types("E").shows("Edit it again?").types("y").shows("Edited github/ci");
    assert_eq!(account(&home), "grace");
    home.done(&["edit", "github/ci", "--account", "ada"], "");
    visit
        .types("E")
        .shows("The vault is locked.")
        .shows("is kept")
        .types("\r")
        .shows("Edit it again?")
        .types("D")
        .shows("1 Tokens");
    visit.types("q");
    assert!(visit.ends().given_back);
    assert_eq!(account(&home), "ada", "it was thrown away");
    assert!(
        !fs::read_dir(home.path("p/run"))
            .unwrap()
            .flatten()
            .any(|it| it.file_name() != "agent.sock" && it.file_name() != "agent.lock")
    );
}

#[test]
fn what_clashes_with_what_others_wrote_is_kept_and_counts_if_it_is_sent_again() {
    let home = Home::furnished();
    let other =
        format!("{} edit github/ci --note theirs --tag theirs >/dev/null; {MEND}", env!("CARGO_BIN_EXE_patvault"));
    let Some(mut visit) = window(&home, &[&other, ":"]) else { return };
    visit.types("E").shows("Edit it again?").shows("changed meanwhile").shows("note = \"theirs\"");
    assert_eq!(account(&home), "ada");
    visit.types("y").shows("Edited github/ci");
    assert_eq!(account(&home), "grace");
    let shown = home.done(&["show", "github/ci"], "");
    assert!(shown.matches("theirs").count() >= 2, "what was not changed here stays theirs: {shown}");
    visit.types("q");
    assert!(visit.ends().given_back);
}

#[test]
fn what_is_edited_and_set_in_the_demo_stays_there() {
    let home = Home::bare();
    let Some(mut visit) = open(&home, &["demo"], &[MEND]) else { return };
    visit.types("E").shows("Edited ");
    visit.types(",").shows("Settings").types("\x15light\t").shows("tui.theme is 'light' now");
    visit.types("\x1b").shows("1 Tokens");
    visit.types("/github\rF").shows("the name of the group").types("mine\r").shows("groups.mine is 'github' now");
    visit.types("q");
    assert!(visit.ends().given_back);
    assert_eq!(fs::read_dir(home.path("tmp")).unwrap().count(), 0);
    assert!(!home.path("p").exists());
}

#[test]
fn settings_are_kept_in_the_file_that_the_person_wrote() {
    let home = Home::furnished();
    let file = home.path("p/config/config.toml");
    let own = home.path("dotfiles.toml");
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&own, "# mine\n[tui]\nreveal = 7 # short\n").unwrap();
    std::os::unix::fs::symlink(&own, &file).unwrap();
    let Some(mut visit) = window(&home, &[]) else { return };
    visit.types(",").shows("Settings").types("\t\t\t\x159\t").shows("tui.reveal is '9' now");
    assert_eq!(fs::read_to_string(&own).unwrap(), "# mine\n[tui]\nreveal = 9 # short\n");
    assert!(file.is_symlink());
    // Something stands where the new file is written first.
    let beside = home.path("dotfiles.toml.new");
    fs::create_dir_all(beside.join("in the way")).unwrap();
    visit.types("\x1b[Z\x15").types("5\t").shows("could not write");
    assert_eq!(fs::read_to_string(&own).unwrap(), "# mine\n[tui]\nreveal = 9 # short\n");
    fs::remove_dir_all(beside).unwrap();
    // Escape and a letter at once would be another key.
    visit
        .types("\x1b")
        .shows("1 Tokens")
        .types("T")
        .shows("high-contrast")
        .types("\x1b[H\r")
        .shows("tui.theme is '16' now")
        .types("q");
    assert!(visit.ends().given_back);
    assert_eq!(fs::read_to_string(&own).unwrap(), "# mine\n[tui]\nreveal = 9 # short\ntheme = \"16\"\n");
    let Some(mut again) = window(&home, &[]) else { return };
    again.types(",").shows("from config.toml; the default is 10").types("\x1b").shows("1 Tokens").types("q");
    assert!(again.ends().given_back);
}

//! What a terminal shows, and a pipe does not.

use unicode_width::UnicodeWidthStr;

use super::pty::Home;

#[test]
fn a_secret_ends_its_line_on_a_terminal_and_nowhere_else() {
    let home = Home::furnished();
    let Some(visit) = home.visit(&["get", "github/ci"]) else { return };
    assert_eq!(visit.ends().seen, "not-a-real-secret\r\n");
    let end = home.visit_piped(&["get", "github/ci"]).unwrap().ends();
    assert_eq!((end.piped.as_str(), end.seen.as_str()), ("not-a-real-secret", ""), "{end:?}");
}

#[test]
fn a_list_fits_the_terminal() {
    let home = Home::furnished();
    let name = "gitlab/a-name-that-is-much-longer-than-anybody-would-want-to-read-in-a-list-of-their-tokens";
    let more = ["--account", "somebody-with-a-long-name", "--expires", "2031-05-06", "--tag", "ci,prod,nightly"];
    home.done(&[&["add", name, "--stdin"], &more[..]].concat(), "not-a-real-secret-too");
    let identity = home.path("identity");
    let vars = [("PATVAULT_IDENTITY", identity.to_str().unwrap())];
    for columns in [80, 40] {
        let Some(visit) = home.visit_with(&["list"], columns, &vars) else { return };
        let end = visit.ends();
        let lines = end.lines();
        assert!(lines.iter().any(|line| line.contains("github")), "{end:?}");
        for line in lines {
            assert!(line.width() <= usize::from(columns), "{line:?} is wider than {columns}");
        }
    }
}

#[test]
fn colours_are_for_terminals_that_want_them() {
    let home = Home::furnished();
    let identity = home.path("identity");
    let identity = ("PATVAULT_IDENTITY", identity.to_str().unwrap());
    type Vars = &'static [(&'static str, &'static str)];
    let cases: [(&[&str], Vars, bool); 7] = [
        (&["list"], &[], true),
        (&["list"], &[("NO_COLOR", "1")], false),
        (&["list"], &[("NO_COLOR", "")], true),
        (&["list"], &[("TERM", "dumb")], false),
        (&["list", "--color", "never"], &[], false),
        (&["list", "--color", "always"], &[("NO_COLOR", "1")], true),
        (&["get", "nothing-of-that-name"], &[], true),
    ];
    for (args, vars, want) in cases {
        let vars = [&[identity], vars].concat();
        let Some(visit) = home.visit_with(args, 80, &vars) else { return };
        let end = visit.ends();
        assert_eq!(end.is_colored(), want, "{args:?} {vars:?} {end:?}");
    }
    let end = home.visit_piped(&["list"]).unwrap().ends();
    assert!(end.piped.contains("github") && !end.piped.contains('\x1b'), "{end:?}");
}

#[test]
fn secrets_are_not_exported_to_a_terminal() {
    let home = Home::furnished();
    let Some(visit) = home.visit(&["export", "--secrets"]) else { return };
    let end = visit.ends();
    assert_eq!(end.code, Some(2), "{end:?}");
    assert!(end.seen.contains("secrets are not written to a terminal"), "{end:?}");
    assert!(!end.seen.contains("not-a-real-secret"), "{end:?}");

    let mut visit = home.visit_piped(&["export", "--secrets"]).unwrap();
    visit.sees("Write 1 secret in the clear? [y/N] ").types("y\n");
    let end = visit.ends();
    assert!(end.code == Some(0) && end.piped.contains("not-a-real-secret"), "{end:?}");
}

#[test]
fn a_sentence_is_broken_between_words_and_nothing_is_cut() {
    let home = Home::furnished();
    let identity = home.path("identity");
    let vars = [("PATVAULT_IDENTITY", identity.to_str().unwrap())];
    let cases: [(&[&str], &str); 5] = [
        (&["--no-input"], "what is owed"),
        (&["copy", "--test"], "A copy goes to your terminal"),
        (&["unlock"], "is unlocked until"),
        (&["status"], "; if used, until 20"),
        (&["doctor"], "this terminal"),
    ];
    for (args, says) in cases {
        let Some(visit) = home.visit_with(args, 80, &vars) else { return };
        let end = visit.ends();
        let lines = end.lines();
        let whole = lines.join(" ").replace("   ", " ");
        assert!(whole.contains(says) && !whole.contains('…'), "{end:?}");
        for line in lines {
            // One word may be longer than any terminal: the path of a temporary folder.
            assert!(line.width() <= 80 || !line.trim().contains(' '), "{line:?} is broken by the terminal");
        }
    }
    home.done(&["lock"], "");
    let piped = home.visit_piped(&[]).unwrap().ends().piped;
    assert!(piped.contains("what each may do, when it ends, what is owed\n"), "{piped}");
}

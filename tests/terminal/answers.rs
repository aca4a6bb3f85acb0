//! What is typed arrives.

use super::pty::Home;

#[test]
fn add_asks_for_what_it_needs_and_lines_can_be_mended() {
    let home = Home::furnished();
    let Some(mut visit) = home.visit(&["add"]) else { return };
    // The secret first: it may tell the service.
    visit.sees("Secret (not shown): ");
    // Ctrl-U takes all of it back, a backspace one letter, whatever it is made of.
    visit.types("wrong\x15not-a-real-sekr\x7f\x7fcret-ü\x7f\x08-typed\n");
    visit.sees("Service (such as github): ").types("gitlab\n");
    visit.sees("Name (what you call it): ").types("deploy\n").sees("Added gitlab/deploy");
    let end = visit.ends();
    assert_eq!(end.code, Some(0), "{end:?}");
    assert!(!end.seen.contains("real"), "{end:?}");
    assert_eq!(home.done(&["get", "gitlab/deploy"], ""), "not-a-real-secret-typed");
}

#[test]
fn a_long_secret_that_is_pasted_arrives_whole() {
    let home = Home::furnished();
    // Longer than a terminal keeps of a line.
    let secret = "not-a-real-secret-".repeat(300)[..5_000].to_owned();
    let Some(mut visit) = home.visit(&["add", "gitlab/long"]) else { return };
    visit.sees("not shown): ").types(&format!("{secret}\n")).sees("Added gitlab/long");
    assert_eq!(visit.ends().code, Some(0));
    assert_eq!(home.done(&["get", "gitlab/long"], ""), secret);
}

#[test]
fn nobody_is_asked_for_the_secret_of_a_name_that_is_taken() {
    let home = Home::furnished();
    let Some(visit) = home.visit(&["add", "github/ci", "--account", "ada"]) else { return };
    let end = visit.ends();
    assert_eq!(end.code, Some(2), "{end:?}");
    assert!(end.seen.contains("there is a token 'github/ci' already") && !end.seen.contains("Secret"), "{end:?}");
}

#[test]
fn purge_asks() {
    let home = Home::furnished();
    home.done(&["remove", "github/ci"], "");
    let Some(visit) = home.visit(&["purge", "nosuch"]) else { return };
    let end = visit.ends();
    assert_eq!(end.code, Some(2), "nobody is asked about what is not there: {end:?}");
    let mut visit = home.visit(&["purge", "ci"]).unwrap();
    visit.sees("Destroy the secrets of github/ci (").sees(") for good? [y/N] ").types("\n");
    let end = visit.ends();
    assert_eq!(end.code, Some(3), "{end:?}");
    assert!(end.seen.contains("cancelled; nothing was changed"), "{end:?}");
    home.done(&["restore", "github/ci"], "");
    assert_eq!(home.done(&["get", "github/ci"], ""), "not-a-real-secret");
    home.done(&["remove", "github/ci"], "");

    let mut visit = home.visit(&["purge", "github/ci"]).unwrap();
    visit.sees("[y/N] ").types("yes\n").sees("Destroyed the secrets of");
    assert_eq!(visit.ends().code, Some(0));
}

#[test]
fn nobody_is_asked_where_nothing_is_to_be_asked() {
    let home = Home::furnished();
    let Some(visit) = home.visit(&["add", "gitlab/deploy", "--no-input"]) else { return };
    let end = visit.ends();
    assert!(matches!(end.code, Some(1..=3)), "{end:?}");
    assert!(end.seen.contains("could not ask for the secret: --no-input was given"), "{end:?}");
}

#[test]
fn a_slip_in_the_service_or_the_name_is_asked_for_again() {
    let home = Home::furnished();
    let Some(mut visit) = home.visit(&["add"]) else { return };
    // Blanks that were selected with it are no part of a secret.
    visit.sees("Secret (not shown): ").types(" \tnot-a-real-secret-2 \n");
    visit.sees("Service (such as github): ").types("Git Hub!\n").sees("error: ");
    visit.sees("Service (such as github): ").types("gitlab\n");
    visit.sees("Name (what you call it): ").types("\n").sees("error: ");
    visit.sees("Name (what you call it): ").types("deploy\n").sees("Added gitlab/deploy");
    assert_eq!(visit.ends().code, Some(0));
    assert_eq!(home.done(&["get", "gitlab/deploy"], ""), "not-a-real-secret-2");
}

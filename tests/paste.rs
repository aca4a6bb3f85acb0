//! `add --paste`, against a real desktop's clipboard: an X server without a screen, and the program that others copy with.
#![cfg(test)]

#[path = "common/desktop.rs"]
mod desktop;
#[path = "common/home.rs"]
mod home;
#[path = "common/stranger.rs"]
mod stranger;
#[path = "common/tools.rs"]
mod tools;

use desktop::Desktop;
use home::Home;

#[test]
fn a_secret_comes_from_the_clipboard() {
    let home = Home::with_vault();
    let Some(display) = Desktop::x11() else { return };
    display.copy("  not-a-real-secret-1\n");
    let patvault = |args: &[&str]| home.patvault(args).envs(display.vars()).output().unwrap();

    let added = patvault(&["add", "github/ci", "--paste", "--expires", "never"]);
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    assert_eq!(patvault(&["get", "github/ci"]).stdout, b"not-a-real-secret-1");

    display.copy("");
    let empty = patvault(&["add", "github/empty", "--paste"]);
    assert_eq!(empty.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&empty.stderr).starts_with("error: there is no text in the clipboard\nhint: "));
}

#[test]
fn without_a_desktop_it_says_what_to_do() {
    let home = Home::with_vault();
    let refused = home.patvault(["add", "github/ci", "--paste"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("could not reach a desktop's clipboard") && told.contains("--stdin"), "{told}");
}

// Each test file takes what it needs of the shared ones.
const _: () = {
    let _ = (home::Home::has, home::skipped, tools::tool, tools::run, tools::ssh_key);
};

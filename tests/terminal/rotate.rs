//! A rotation with a person at it: left and gone on with, and a new secret that the disk does not take.

use std::fs;

use super::fake::{Fake, Reply};
use super::pty::Home;

#[test]
fn by_hand_it_is_left_and_gone_on_with() {
    let home = Home::furnished();
    let rotate = ["rotate", "github/ci", "--no-verify", "--expires", "90d"];
    let question = "New secret of github/ci (not shown; empty leaves it for later): ";
    for (key, begun) in [("\x03", false), ("\n", true), ("\x04", true)] {
        let Some(mut visit) = home.visit(&rotate) else { return };
        visit.sees("A new secret of github/ci is made on the page of its service").sees("ends 20");
        visit.sees(question).types(key).sees("Left: ").sees("--abandon");
        let end = visit.ends();
        assert_eq!((end.code, end.given_back), (Some(3), true), "{begun}: {end:?}");
        assert!(home.done(&["due"], "").contains("rotation begun today is not at its end"));
        assert!(home.done(&["show", "github/ci"], "").contains("'patvault rotate' goes on"));
        assert!(home.done(&["list"], "").contains('⟳'));
    }
    assert!(home.done(&["rotate", "github/ci", "--abandon"], "").contains("Forgot the rotation"));
    assert!(!home.done(&["due"], "").contains("rotate"));

    let mut visit = home.visit(&rotate).unwrap();
    visit.sees(question).types("not-a-real-secret\n").sees("the one in use, and no new one");
    assert_eq!(visit.ends().code, Some(2));
    let mut visit = home.visit(&rotate).unwrap();
    visit.sees(question).types("not-a-real-secret-2\n").sees("Rotated github/ci").sees("version 1 still works");
    let end = visit.ends();
    assert_eq!((end.code, end.given_back), (Some(0), true), "{end:?}");
    assert!(!end.seen.contains("not-a-real-secret"), "{end:?}");
    assert_eq!(home.done(&["get", "github/ci"], ""), "not-a-real-secret-2");
    assert!(!home.done(&["show", "github/ci"], "").contains("goes on"));
}

#[test]
fn the_new_one_goes_to_the_places_of_the_old_one() {
    let home = Home::furnished();
    home.done(&["consumer", "add", "github/ci", "server", "--run", "cat > got"], "");
    home.done(&["consumer", "add", "github/ci", "laptop"], "");
    let Some(mut visit) = home.visit(&["rotate", "github/ci", "--no-verify"]) else { return };
    visit.sees("empty leaves it for later): ").types("not-a-real-secret-2\n").sees("Rotated github/ci");
    visit.sees("server, on its standard input:").sees("Run this command? [y/N] ").types("y\n");
    visit.sees("Installed in server").sees("laptop is updated").sees("version 1 still works");
    assert_eq!(visit.ends().code, Some(0));
    assert_eq!(fs::read_to_string(home.path("got")).unwrap().trim_end(), "not-a-real-secret-2");

    // Who says no does it later: the rotation is done.
    let mut visit = home.visit(&["rotate", "github/ci", "--no-verify"]).unwrap();
    visit.sees("empty leaves it for later): ").types("not-a-real-secret-3\n");
    visit.sees("Run this command? [y/N] ").types("n\n").sees("'patvault consumer update github/ci'");
    assert_eq!(visit.ends().code, Some(0));
    assert_eq!(home.done(&["get", "github/ci"], ""), "not-a-real-secret-3");
}

const DEFINITION: &str = "language = 1
name = 'Mine'
[[site]]
at = 'ORIGIN'
[send.bearer]
headers = { Authorization = 'Bearer {token}' }
[call.make]
method = 'POST'
url = '{at}/make'
answers = [{ status = [200], means = 'done' }]
secret = { json = ['/token'] }
[[kind]]
id = 'pat'
name = 'token'
send = 'bearer'
create = 'make'
";

#[test]
fn a_new_secret_that_nothing_takes_is_not_given_up_without_a_word() {
    let home = Home::furnished();
    let (there, away) = (home.path("p/data/main"), home.path("away"));
    let (from, to) = (there.clone(), away.clone());
    // When the service has made it, the vault is away.
    let fake = Fake::start(move |_| {
        fs::rename(&from, &to).unwrap();
        Reply::json(200, r#"{"token":"not-a-real-secret-3"}"#)
    });
    fs::create_dir_all(home.path("p/config/services")).unwrap();
    fs::write(home.path("p/config/services/mine.toml"), DEFINITION.replace("ORIGIN", &fake.origin)).unwrap();
    home.done(&["add", "mine/ci", "--stdin", "--instance", &fake.origin], "not-a-real-secret-1");
    let Some(mut visit) = home.visit(&["rotate", "mine/ci"]) else { return };
    visit.sees("old one  lives on until it is revoked").sees("Rotate mine/ci? [y/N] ").types("y\n");
    visit.sees("May it? [y/N] ").types("y\n");
    let question = "or type 'show': ";
    visit.sees("error: ").sees(question).types("\n").sees("error: ").sees(question).types("\x03");
    visit.sees("Give the new secret up, for good? [y/N] ").types("n\n").sees(question).types("show\n");
    visit.sees("not-a-real-secret-3").sees(question);
    fs::rename(&away, &there).unwrap();
    visit.types("\n").sees("Rotated mine/ci");
    assert_eq!(visit.ends().code, Some(0));
    assert_eq!(home.done(&["get", "mine/ci"], ""), "not-a-real-secret-3");
    assert_eq!(fake.seen().len(), 1);
}

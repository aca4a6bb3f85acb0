//! The window in a real terminal: it opens, does what it is for, and gives the terminal back, however it ends.

use std::process::Command;

use patvault::tui::terminal::Terminal;
use rustix::process::Signal;

use super::canary::core_of;
use super::canary::needles::{Needles, fresh, key_bytes, key_text};
use super::pty::{Home, Visit};
use crate::tools::{run, tool};

const TAKEN: &str = "\x1b[?1049h";
pub(super) const GIVEN_BACK: &str = "\x1b[?1049l";

/// Sits down at the window of a furnished home, over SSH and without an agent.
pub(super) fn open(home: &Home) -> Option<Visit> {
    let identity = home.path("identity");
    let vars = [("PATVAULT_IDENTITY", identity.to_str().unwrap()), ("SSH_CONNECTION", "here")];
    let mut visit = home.visit_with(&["--no-agent"], 80, &vars)?;
    visit.sees(TAKEN).shows("github");
    Some(visit)
}

#[test]
fn the_window_opens_copies_and_closes() {
    let home = Home::furnished();
    let Some(mut visit) = open(&home) else { return };
    // What a terminal is sent for its clipboard, and nothing else: the secret in base64.
    visit.types("\r").sees("\x1b]52;c;bm90LWEtcmVhbC1zZWNyZXQ=\x07").shows("was sent to your terminal");
    visit.types("q").sees(GIVEN_BACK);
    let end = visit.ends();
    assert!(end.code == Some(0) && end.given_back, "{end:?}");
    assert!(home.done(&["history"], "").contains("copy github/ci"));
}

#[test]
fn the_command_of_a_place_is_copied() {
    let home = Home::furnished();
    home.done(&["consumer", "add", "github/ci", "server", "--run", "cat > got it"], "");
    home.done(&["rotate", "github/ci", "--no-verify", "--stdin"], "not-a-real-secret-2");
    let Some(mut visit) = open(&home) else { return };
    // The reminder to install it leads to its places.
    visit.types("3").shows("install").types("\r").shows("cat > got it");
    visit.types("y").sees("\x1b]52;c;Y2F0ID4gZ290IGl0\x07").shows("the command is copied");
    visit.types("\x1b").shows("Reminders - ").types("q");
    assert!(visit.ends().given_back);
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
    visit.shows("demo").types("q");
    assert!(visit.ends().given_back);
    assert_eq!(std::fs::read_dir(tmp).unwrap().count(), 0);
    assert!(!home.path("p").exists());
}

#[test]
fn there_is_a_window_for_who_has_no_vault() {
    let Some(mut visit) = Home::bare().visit(&[]) else { return };
    visit.shows("Your first vault").types("\x1b");
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

#[test]
fn a_token_is_told_which_other_its_service_is_asked_with() {
    let home = Home::furnished();
    home.done(&["add", "gitlab/admin", "--kind", "personal", "--stdin"], "not-a-real-secret-2");
    home.done(&["add", "gitlab/bot", "--kind", "group", "--stdin"], "not-a-real-secret-3");
    let Some(mut visit) = open(&home) else { return };
    visit.types("/bot\re").shows("With personal");
    // Whatever is not one is refused, and stays where it was typed.
    visit.types("\t\t\t\t\t\t\tgithub/ci\t\x13").shows("is no token of gitlab");
    visit.types("\x1b[Z\x15gitlab/admin\t\x13").shows("Edited gitlab/bot");
    assert!(home.done(&["show", "gitlab/bot"], "").contains("gitlab/admin"));
    visit.types("q");
    assert!(visit.ends().given_back);
}

#[test]
fn a_list_of_tokens_comes_in_as_it_was_seen() {
    let home = Home::furnished();
    let file = home.path("list.csv");
    std::fs::write(&file, "service,name,token\ngitlab,one,not-a-real-secret-2\n").unwrap();
    let Some(mut visit) = open(&home) else { return };
    // Completed from what is there, and behind the fields and back again is the button.
    let begun = file.to_str().unwrap().strip_suffix("t.csv").unwrap();
    visit.types("I").shows("Look at it").types(begun).shows("list.csv").types("\r\x1b[Z\x1b[Z\r").shows("gitlab/one");
    // Another file by now: it is seen first, too.
    std::fs::write(&file, "service,name,token\ngitlab,two,not-a-real-secret-3\n").unwrap();
    visit.types("y").shows("not what you saw").shows("gitlab/two").types("y").shows("Added 1 token");
    visit.types("\r").shows("Tokens 2").types("u").shows("taken back").types("q");
    assert!(visit.ends().given_back);
    assert!(!home.done(&["list"], "").contains("one"));
}

#[test]
fn a_list_that_is_no_file_does_not_hold_the_window_up() {
    let home = Home::furnished();
    let Some(mkfifo) = tool("mkfifo") else { return };
    run(Command::new(mkfifo).arg(home.path("pipe.csv")));
    std::os::unix::fs::symlink("/dev/zero", home.path("zero.csv")).unwrap();
    std::fs::create_dir(home.path("folder.csv")).unwrap();
    let Some(mut visit) = open(&home) else { return };
    // Nobody ever writes into the pipe; a folder that is completed ends in a slash.
    for name in ["pipe.csv", "zero.csv", "folder.csv", "folder.csv/"] {
        let place = home.path(name);
        visit.types("I").shows("Look at it").types(place.to_str().unwrap()).shows(name).types("\x1b[Z\x1b[Z\r");
        visit.shows("is no file").types("\x1b").shows("enter copy");
    }
    visit.types("q");
    assert!(visit.ends().given_back);
}

#[test]
fn two_windows_and_a_command_see_what_each_other_wrote() {
    let home = Home::furnished();
    let Some(mut one) = open(&home) else { return };
    let Some(mut two) = open(&home) else { return };
    home.done(&["add", "gitlab/second", "--stdin"], "not-a-real-secret-2");
    one.shows("second");
    two.shows("second");
    // Sorted by how they stand, and then by path: the one that is selected stays it.
    one.types("tshared\r").shows("tagged");
    two.types("\x1b[B").types("D").shows("in the trash");
    one.shows("Tokens 1");
    let listed = home.done(&["list", "--all", "--columns", "name,tags,status"], "");
    assert!(listed.contains("#shared") && listed.contains("trashed"), "{listed}");
    for mut window in [one, two] {
        window.types("q");
        assert!(window.ends().given_back);
    }
}

#[test]
fn a_lock_from_elsewhere_closes_the_window_to_the_vault() {
    let home = Home::furnished();
    let identity = home.path("identity");
    let vars = [("PATVAULT_IDENTITY", identity.to_str().unwrap())];
    let Some(mut visit) = home.visit_with(&[], 80, &vars) else { return };
    visit.shows("github");
    home.done(&["lock"], "");
    visit.shows("The vault is locked.").types("\x03");
    assert!(visit.ends().given_back);
}

#[test]
fn it_is_stopped_and_goes_on() {
    let home = Home::furnished();
    let Some(mut visit) = open(&home) else { return };
    visit.types("\x1a").sees(GIVEN_BACK);
    visit.stops();
    assert!(visit.is_open(), "the shell has the terminal");
    visit.sends(Signal::CONT).sees(TAKEN).shows("github");
    visit.types("q");
    assert!(visit.ends().given_back);
}

#[test]
fn an_idle_window_holds_no_secret_and_a_locked_one_no_key() {
    let (passphrase, secret) = (fresh(), fresh());
    let home = Home::bare();
    if crate::tools::tool("gdb").is_none() {
        return;
    }
    std::fs::write(home.path("passphrase"), &passphrase).unwrap();
    let file = home.path("passphrase");
    let file = file.to_str().unwrap();
    let vars = [("SSH_CONNECTION", "here")];
    let Some(mut visit) = home.visit_with(&["--no-agent"], 80, &vars) else { return };
    visit.shows("Your first vault").types(&passphrase).shows("is strong");
    visit.types("\t").types(&passphrase).types("\r").shows("The vault is empty");
    visit.types("\x0c").shows("Locked.").types("\r").shows("Passphrase of the vault");
    visit.types(&format!("\x1b[200~{passphrase}\x1b[201~\r")).shows("The vault is empty");
    home.done(&["add", "github/ci", "--stdin", "--passphrase-file", file], &secret);
    visit.shows("github").types("r").shows(&secret[..30]).types("r").types("\r").shows("was sent to your terminal");
    visit.types("?").shows("Help");
    let mut needles = Needles::default();
    needles.add("the passphrase", passphrase.as_bytes());
    needles.add("the secret", secret.as_bytes());
    let Some(idle) = core_of(&visit.pid()) else { return };
    assert_eq!(needles.find(&idle), [""; 0], "what an idle window holds");
    let slot = std::fs::read(home.path("p/data/main/keys/passphrase.age")).unwrap();
    let identity = age::scrypt::Identity::new(age::secrecy::SecretString::from(passphrase));
    let text = String::from_utf8(age::decrypt(&identity, &slot).unwrap()).unwrap();
    let key = text.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap();
    needles.add("the vault key", &key_bytes(key));
    needles.add("the text of the vault key", key_text(key));
    assert_eq!(needles.find(&core_of(&visit.pid()).unwrap()), ["the vault key"], "the needles are sharp");
    visit.types("q").types("\x0c").shows("Locked.");
    // The key goes in a thread beside: whatever is asked after that is answered after that.
    visit.types("\r").shows("Passphrase of the vault").types("\x1b").shows("The vault is locked.");
    assert_eq!(needles.find(&core_of(&visit.pid()).unwrap()), [""; 0], "what a locked window holds");
    visit.types("\x03");
    assert!(visit.ends().given_back);
}

#[test]
fn a_window_that_brought_a_list_in_holds_no_secret() {
    let home = Home::furnished();
    if tool("gdb").is_none() {
        return;
    }
    let mut needles = Needles::default();
    // Enough of each that what the file is read into has to grow.
    let mut secrets = |name| -> Vec<String> {
        let secrets: Vec<String> = (0..200).map(|_| fresh()).collect();
        secrets.iter().step_by(30).for_each(|secret| needles.add(name, secret.as_bytes()));
        secrets
    };
    let (table, variables, taken) = (secrets("of a table"), secrets("of variables"), secrets("of JSON"));
    let list = |name: &str, text: String| std::fs::write(home.path(name), text).unwrap();
    let rows = table.iter().enumerate().map(|(at, secret)| format!("gitlab,table-{at},{secret}\n"));
    list("list.csv", ["service,name,token\n".to_owned()].into_iter().chain(rows).collect());
    let lines = variables.iter().enumerate().map(|(at, secret)| format!("VARIABLE_{at}_TOKEN={secret}\n"));
    list("list.env", lines.collect());
    let token = |(at, secret)| serde_json::json!({"service": "figma", "name": format!("json-{at}"), "versions": [{"secret": secret}]});
    let tokens: Vec<_> = taken.iter().enumerate().map(token).collect();
    list("list.json", serde_json::json!({"patvault": 1, "tokens": tokens}).to_string());
    let Some(mut visit) = open(&home) else { return };
    for (name, seen) in [("list.csv", "table-0"), ("list.env", "variable/0"), ("list.json", "json-0")] {
        visit.types("I").shows("Look at it").types(home.path(name).to_str().unwrap()).shows(name);
        visit.types("\x1b[Z\x1b[Z\r").shows("Add 200 tokens?").shows(seen);
        visit.types("y").shows("Added 200 tokens").types("\r").shows("enter copy");
    }
    let Some(core) = core_of(&visit.pid()) else { return };
    assert_eq!(needles.find(&core), [""; 0], "what it left in memory");
    visit.types("q");
    assert!(visit.ends().given_back);
}

/// Not a test of its own: the one below runs it, at a terminal.
#[test]
#[ignore = "it ends as a mistake in the program does"]
fn a_mistake() {
    let Ok(_taken) = Terminal::take() else { return };
    panic!("this is the mistake");
}

#[test]
fn the_terminal_is_given_back_after_a_mistake() {
    let home = Home::bare();
    let this = std::env::current_exe().unwrap();
    let args = ["--exact", "terminal::window::a_mistake", "--ignored", "--nocapture"];
    let Some(mut visit) = home.visit_other(this.to_str().unwrap(), &args, &[]) else { return };
    // What went wrong is told where it can be read.
    visit.sees(TAKEN).sees(GIVEN_BACK).sees("this is the mistake");
    let end = visit.ends();
    assert!(end.given_back && end.code != Some(0), "{end:?}");
}

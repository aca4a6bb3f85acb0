//! What may be said to the agent, and by whom how much.

use std::os::unix::net::UnixListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use age::secrecy::ExposeSecret;

use super::home::{CANARY, Home};

#[test]
fn what_is_no_request_is_refused_and_never_repeated() {
    let home = Home::with(&["main"]);
    home.opened(&["unlock"]);
    let refused = |why: &str| format!("{{\"patvault\":1,\"say\":{{\"is\":\"refused\",\"why\":\"{why}\"}}}}");
    let cases = [
        (format!("{CANARY}\n"), "unreadable"),
        (format!("{{\"patvault\":1,\"say\":{{\"do\":\"hold\",\"keys\":[\"{CANARY}\"]}}}}\n"), "unreadable"),
        (format!("{{\"patvault\":1,\"say\":{{\"do\":\"{CANARY}\"}}}}\n"), "unknown"),
        (format!("{{\"patvault\":2,\"say\":{{\"do\":\"{CANARY}\"}}}}\n"), "version"),
        ("\n".to_owned(), "unreadable"),
        ("\0\u{1b}[31m\n".to_owned(), "unreadable"),
    ];
    // All on one connection: none of it ends that.
    let mut wire = home.connect();
    for (line, why) in cases {
        wire.write(line.as_bytes());
        assert_eq!(wire.line(), refused(why), "{line}");
    }
    wire.write(&[0xff, 0xfe, b'\n']);
    assert_eq!(wire.line(), refused("unreadable"));
    assert_eq!(wire.ask("{\"do\":\"hello\"}"), "{\"is\":\"done\"}");
    let bad_key = format!(
        "{{\"do\":\"hold\",\"vault\":\"/v\",\"keys\":[\"{CANARY}\"],\"idle_secs\":9,\"hard_secs\":9,\"generation\":0}}"
    );
    assert_eq!(wire.ask(&bad_key), "{\"is\":\"refused\",\"why\":\"unreadable\"}");
    let stanza = "{\"do\":\"unwrap\",\"vault\":\"/v\",\"tag\":\"X25519\",\"args\":[],\"body\":\"\"}";
    assert_eq!(wire.ask(stanza), "{\"is\":\"locked\"}");
    let stanza = stanza.replace("/v", &home.name("main"));
    assert_eq!(wire.ask(&stanza), "{\"is\":\"not_mine\"}");

    let mut wire = home.connect();
    wire.write(&vec![b'x'; 16 * 1024 + 1]);
    assert_eq!(wire.line(), refused("too_long"));
    assert_eq!(wire.line(), "", "and it hangs up");
    assert!(home.is_unlocked("main"));
}

#[test]
fn nobody_waits_for_a_client_that_is_silent() {
    let home = Home::with(&["main"]);
    home.opened(&["unlock"]);
    let silent = home.connect();
    let mut half = home.connect();
    half.write(b"{\"patvault\":1,\"say\":{\"do\":\"hel");
    assert!(home.is_unlocked("main"));
    half.write(b"lo\"}}\n");
    assert!(half.line().contains("done"));
    drop(silent);
}

#[test]
fn many_clients_at_once() {
    let home = Home::with(&["main"]);
    home.opened(&["unlock"]);
    let look = format!("{{\"do\":\"look\",\"vault\":\"{}\"}}", home.name("main"));
    let mut all: Vec<_> = (0..200).map(|_| home.connect()).collect();
    for wire in &mut all {
        wire.write(format!("{{\"patvault\":1,\"say\":{look}}}\n").as_bytes());
    }
    assert!(all.iter_mut().rev().all(|wire| wire.line().contains("\"keys\":1")));
    assert!(home.is_unlocked("main"));
    // More than there is room for: who has been silent longest goes, and nobody else is kept out.
    let mut more: Vec<_> = (0..100).map(|_| home.connect()).collect();
    assert!(more.iter_mut().all(|wire| wire.ask(&look).contains("\"keys\":1")));
    assert!(home.is_unlocked("main"));
    assert_eq!(all[0].line(), "", "it had to go");
}

#[test]
fn programs_at_once() {
    let home = Home::with(&["main"]);
    home.opened(&["unlock"]);
    let all: Vec<_> =
        (0..50).map(|_| home.command(&["show", "github/ci"]).stdout(Stdio::null()).spawn().unwrap()).collect();
    assert!(all.into_iter().all(|mut program| program.wait().unwrap().success()));
}

/// Asks to keep a key of a vault `/v`.
fn hold(generation: u64, idle_secs: u64) -> String {
    let key = age::x25519::Identity::generate().to_string();
    let key = key.expose_secret();
    format!(
        "{{\"do\":\"hold\",\"vault\":\"/v\",\"keys\":[\"{key}\"],\"idle_secs\":{idle_secs},\"hard_secs\":90,\"generation\":{generation}}}"
    )
}

#[test]
fn a_key_from_before_a_lock_is_refused() {
    let home = Home::with(&["main"]);
    home.opened(&["unlock"]);
    let mut wire = home.connect();
    let generation = wire.generation();
    let hold = |generation| hold(generation, 60);
    assert_eq!(wire.ask(&hold(generation)), "{\"is\":\"held\",\"idle_secs\":60,\"hard_secs\":90}");
    assert_eq!(home.said(&["lock"]).0, 0);
    assert_eq!(wire.ask(&hold(generation)), "{\"is\":\"refused\",\"why\":\"locked_meanwhile\"}");
    assert_eq!(wire.ask(&hold(generation + 1)), "{\"is\":\"held\",\"idle_secs\":60,\"hard_secs\":90}");
}

#[test]
fn asking_puts_nothing_off() {
    let home = Home::with(&["main"]);
    home.opened(&["unlock"]);
    let mut wire = home.connect();
    let generation = wire.generation();
    assert!(wire.ask(&hold(generation, 1)).contains("held"));
    let until = Instant::now() + Duration::from_secs(30);
    // One second without use, however often it is asked.
    while wire.ask("{\"do\":\"status\"}").contains("\"/v\"") {
        let looked = wire.ask("{\"do\":\"look\",\"vault\":\"/v\"}");
        assert!(Instant::now() < until, "{looked}");
    }
    assert_eq!(wire.generation(), generation, "nobody locked it");
}

#[test]
fn an_agent_of_another_version_is_replaced() {
    let home = Home::with(&["main"]);
    home.opened(&["unlock"]);
    // A client of another version: it is told so, and may send the agent away.
    let mut wire = home.connect();
    wire.write(b"{\"patvault\":7,\"say\":{\"do\":\"hello\",\"colour\":\"blue\"}}\n");
    assert!(wire.line().contains("\"version\""));
    assert!(home.is_unlocked("main"));
    wire.write(b"{\"patvault\":7,\"say\":{\"do\":\"quit\"}}\n");
    assert!(wire.line().contains("done"));
    assert_eq!(wire.line(), "");
    assert!(!home.is_unlocked("main"));

    // An agent of another version: it is sent away, and another one started, whatever it was asked first.
    let answers = ["{\"patvault\":7,\"say\":{\"is\":\"delighted\"}}", "{\"patvault\":0,\"say\":[]}"];
    for (answer, command, asked) in
        [(answers[0], "unlock", "hello"), (answers[1], "unlock", "hello"), (answers[0], "list", "look")]
    {
        let _gone = std::fs::remove_file(home.socket());
        let listener = UnixListener::bind(home.socket()).unwrap();
        let other = std::thread::spawn(move || {
            let mut wire = super::home::Wire(std::io::BufReader::new(listener.accept().unwrap().0));
            let first = wire.line();
            wire.write(format!("{answer}\n").as_bytes());
            (first, wire.line())
        });
        home.opened(&[command]);
        let (first, quit) = other.join().unwrap();
        assert!(first.contains(asked) && quit.ends_with("{\"do\":\"quit\"}}"), "{first} {quit}");
        // A list hands nothing over that opened without a word.
        assert_eq!(home.is_unlocked("main"), command == "unlock");
        home.opened(&["unlock"]);
        assert_eq!(home.said(&["lock"]).0, 0);
        drop(Quit(&home));
    }
}

/// Sends the agent away, and waits until it has gone.
struct Quit<'a>(&'a Home);

impl Drop for Quit<'_> {
    fn drop(&mut self) {
        let mut wire = self.0.connect();
        wire.ask("{\"do\":\"quit\"}");
        wire.line();
    }
}

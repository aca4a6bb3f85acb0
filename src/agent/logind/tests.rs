//! Who says what, and what comes of it. That a real bus and what answers there as logind are understood is tried in
//! `tests/agent/logind.rs`.

use proptest::prelude::*;

use super::super::bus::tests::{CHANGED, Made, USER, mutated, unhex};
use super::*;

/// The serial of the first question.
const FIRST: u32 = 6;

/// A bus that has let this in, and knows what is wanted.
fn welcomed() -> (UnixStream, Logind) {
    let (bus, stream) = UnixStream::pair().unwrap();
    for end in [&bus, &stream] {
        end.set_nonblocking(true).unwrap();
    }
    let mut logind = Logind::at(stream).unwrap();
    assert_eq!(said(&bus), format!("\0AUTH EXTERNAL {}\r\n", hex_of(&own_uid().to_string())).as_bytes());
    assert_eq!(hear(&bus, &mut logind, &[b"OK 0123".as_slice()]), (0, true), "half a line");
    assert_eq!(hear(&bus, &mut logind, &[b"4567\r\n".as_slice()]), (0, true));
    assert!(said(&bus).starts_with(b"BEGIN\r\nl\x01"));
    let answers: Vec<_> = (1..FIRST).map(|serial| answer("org.freedesktop.DBus", serial)).collect();
    assert!(!logind.hears());
    assert_eq!(hear(&bus, &mut logind, &answers), (0, true));
    assert!(logind.hears());
    (bus, logind)
}

fn hex_of(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// What this has said since.
fn said(mut bus: &UnixStream) -> Vec<u8> {
    let mut said = vec![];
    let _no_more_of_it = bus.read_to_end(&mut said);
    said
}

/// How often it locks at these messages, and whether it listens on.
fn hear<T: AsRef<[u8]>>(mut bus: &UnixStream, logind: &mut Logind, messages: &[T]) -> (u32, bool) {
    let (mut locks, mut listens) = (0, true);
    for message in messages {
        for part in message.as_ref().chunks(4096) {
            bus.write_all(part).unwrap();
            listens = listens && logind.hear(|| locks += 1).is_some();
        }
    }
    (locks, listens)
}

fn answer(sender: &str, serial: u32) -> Vec<u8> {
    Made::default().message(2, &[(7, sender)], serial, "")
}

/// The session's answer, whose it is.
fn whose(sender: &str, serial: u32, uid: u32) -> Vec<u8> {
    let body = Made::default().types("(uo)").align(8).number(uid).text("/org/freedesktop/login1/user/_1");
    body.message(2, &[(6, ":1.4"), (7, sender)], serial, "v")
}

fn signal(path: &str, interface: &str, member: &str, to: &[(u8, &str)], body: Made, types: &str) -> Vec<u8> {
    body.message(4, &[&[(1, path), (2, interface), (3, member), (7, ":1.9")], to].concat(), 0, types)
}

fn lock(path: &str) -> Vec<u8> {
    signal(path, SESSION, "Lock", &[], Made::default(), "")
}

fn prepare_for_sleep(number: u32, to: &[(u8, &str)], types: &str) -> Vec<u8> {
    signal("/org/freedesktop/login1", MANAGER, "PrepareForSleep", to, Made::default().number(number), types)
}

#[test]
fn what_locks_and_what_does_not() {
    let mine = |serial| whose(":1.9", serial, own_uid());
    let directed: &[(u8, &str)] = &[(6, ":1.4")];
    let [changed, changed_big] = CHANGED.map(unhex);
    let unlocked = {
        let at = changed.windows(10).position(|part| part == b"LockedHint").unwrap();
        let mut bytes = changed.clone();
        assert_eq!(std::mem::take(&mut bytes[at + 16]), 1);
        bytes
    };
    let none = Made::default;
    let cases: [(&str, &[Vec<u8>], u32); 17] = [
        ("my session is to be locked", &[lock("/s/1"), mine(FIRST)], 1),
        ("my session is locked", &[changed.clone(), mine(FIRST)], 1),
        ("the same in the other order", &[changed_big, mine(FIRST)], 1),
        ("the machine is about to sleep", &[prepare_for_sleep(1, &[], "b")], 1),
        ("twice, asked once", &[lock("/s/1"), lock("/s/1"), mine(FIRST), mine(FIRST + 1)], 1),
        ("two sessions", &[lock("/s/1"), lock("/s/2"), mine(FIRST + 1), mine(FIRST)], 2),
        ("not asked yet", &[mine(FIRST), lock("/s/1")], 0),
        ("another's session", &[lock("/s/1"), whose(":1.9", FIRST, own_uid() + 1)], 0),
        ("another's answer, then its own", &[lock("/s/1"), whose(":1.7", FIRST, own_uid()), mine(FIRST)], 1),
        ("another's answer", &[lock("/s/1"), whose(":1.7", FIRST, own_uid())], 0),
        ("it is awake again", &[prepare_for_sleep(0, &[], "b")], 0),
        ("no truth", &[prepare_for_sleep(1, &[], "u")], 0),
        ("not locked any more", &[unlocked, mine(FIRST)], 0),
        ("to be unlocked", &[signal("/s/1", SESSION, "Unlock", &[], none(), ""), mine(FIRST)], 0),
        ("sent to this process alone", &[prepare_for_sleep(1, directed, "b")], 0),
        ("the same", &[signal("/s/1", SESSION, "Lock", directed, none(), ""), mine(FIRST)], 0),
        ("a call", &[none().message(1, &[(1, "/s/1"), (2, SESSION), (3, "Lock")], 0, ""), mine(FIRST)], 0),
    ];
    for (case, messages, want) in cases {
        let (bus, mut logind) = welcomed();
        assert_eq!(hear(&bus, &mut logind, messages), (want, true), "{case}");
    }
}

#[test]
fn one_that_went_before_it_answered_is_asked_no_more() {
    let (bus, mut logind) = welcomed();
    let gone = Made::default().message(3, &[(7, BUS)], FIRST, "");
    assert_eq!(hear(&bus, &mut logind, &[lock("/s/1"), gone, lock("/s/1")]), (0, true));
    assert_eq!(hear(&bus, &mut logind, &[whose(":1.9", FIRST + 1, own_uid())]), (1, true));
}

#[test]
fn more_sessions_than_can_be_asked_about_lock() {
    let (bus, mut logind) = welcomed();
    for nth in 0..ASKED_MAX {
        assert_eq!(hear(&bus, &mut logind, &[lock(&format!("/s/{nth}"))]), (0, true));
        said(&bus);
    }
    assert_eq!(hear(&bus, &mut logind, &[lock("/s/one/more")]), (1, true));
}

#[test]
fn a_session_of_which_nobody_says_any_more_whose_it_is_locks() {
    // The bus goes before it has answered.
    let (bus, mut logind) = welcomed();
    assert_eq!(hear(&bus, &mut logind, &[lock("/s/1")]), (0, true));
    drop(bus);
    let mut locks = 0;
    assert!(logind.hear(|| locks += 1).is_none() && locks == 1);
    // It does not take the questions that come of many sessions at once.
    let (bus, mut logind) = welcomed();
    rustix::net::sockopt::set_socket_send_buffer_size(&logind.stream, 1).unwrap();
    let locks: Vec<_> = (0..ASKED_MAX).map(|nth| lock(&format!("/s/{nth}"))).collect();
    let mut heard = (0, true);
    for message in locks {
        heard = if heard.1 { hear(&bus, &mut logind, &[message]) } else { heard };
    }
    assert_eq!(heard, (1, false));
}

#[test]
fn what_ends_it() {
    let cases: [&[u8]; 4] =
        [b"REJECTED EXTERNAL\r\n", b"HTTP/1.1 400 Bad Request\r\n", &[0; GREETING_BYTES_MAX], b"OK\r\n"];
    for greeting in cases {
        let (bus, stream) = UnixStream::pair().unwrap();
        stream.set_nonblocking(true).unwrap();
        let mut logind = Logind::at(stream).unwrap();
        assert_eq!(hear(&bus, &mut logind, &[greeting]), (0, false), "{greeting:?}");
    }
    for serial in 1..FIRST {
        let (bus, stream) = UnixStream::pair().unwrap();
        stream.set_nonblocking(true).unwrap();
        let mut logind = Logind::at(stream).unwrap();
        let refused = Made::default().message(3, &[(7, BUS)], serial, "");
        assert_eq!(hear(&bus, &mut logind, &[b"OK 1\r\n".to_vec(), refused]), (0, false), "{serial}");
        assert!(!logind.hears());
    }
    let (bus, mut logind) = welcomed();
    assert_eq!(hear(&bus, &mut logind, &[b"what was that again?"]), (0, false));
    // What came before the end counts.
    let (bus, mut logind) = welcomed();
    assert_eq!(hear(&bus, &mut logind, &[[prepare_for_sleep(1, &[], "b"), vec![0; 16]].concat()]), (1, false));
    drop(bus);
    assert!(logind.hear(|| {}).is_none());
}

#[test]
fn what_glib_says_is_understood_in_both_orders() {
    for [changed, whose] in [0, 1].map(|order| [CHANGED[order], USER[order]].map(unhex)) {
        assert_eq!(says_locked(&bus::read(&changed).unwrap()), Some(true));
        assert_eq!(user(&bus::read(&whose).unwrap()), Some(1000));
        assert_eq!((says_locked(&bus::read(&whose).unwrap()), user(&bus::read(&changed).unwrap())), (None, None));
    }
}

#[test]
fn addresses_name_sockets() {
    let path = |path: &str| SocketAddrUnix::new(path).ok();
    let cases = [
        ("unix:path=/run/dbus/system_bus_socket", path("/run/dbus/system_bus_socket")),
        ("unix:guid=ab12,path=/a%20b", path("/a b")),
        #[cfg(target_os = "linux")]
        ("unix:abstract=name,guid=ab12", SocketAddrUnix::new_abstract_name(b"name").ok()),
        ("unix:tmpdir=/tmp", None),
        ("tcp:host=localhost,port=1", None),
        ("unix:", None),
        ("", None),
    ];
    for (address, want) in cases {
        assert_eq!(place(address), want, "{address}");
    }
    let long = format!("unix:path=/{}", "x".repeat(200));
    assert_eq!(place(&long), None);
}

proptest! {
    /// Whatever the bus says: nothing panics, and what it says is not kept.
    #[test]
    fn nothing_that_comes_does_harm(
        messages in prop::collection::vec(prop_oneof![mutated(), prop::collection::vec(any::<u8>(), 0..200)], 1..8),
    ) {
        let (bus, mut logind) = welcomed();
        let _locks_and_listens = hear(&bus, &mut logind, &messages);
        prop_assert!(logind.asked.len() <= messages.len());
    }
}

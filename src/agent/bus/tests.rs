//! What is read is held against messages that GLib made; what is made here serves for whatever GLib would not make.

use proptest::prelude::*;

use super::*;

/// Properties of a session changed, of many types, and among them that it is locked. Made by GLib, little-endian and big-endian.
pub(in crate::agent) const CHANGED: [&str; 2] = [
    "6c040101050100004d0000009200000007017300040000003a312e390000000001016f00230000002f6f72672f667265656465736b74\
     6f702f6c6f67696e312f73657373696f6e2f5f33320000000000020173001f0000006f72672e667265656465736b746f702e44427573\
     2e50726f7065727469657300080167000873617b73767d6173000000030173001100000050726f706572746965734368616e67656400\
     0000000000001e0000006f72672e667265656465736b746f702e6c6f67696e312e53657373696f6e0000d00000000600000041637469\
     766500016200000001000000000000000400000056544e7200017500070000000400000053656174000428736f290000050000007365\
     617430000000020000002f61000000000000030000004f6464000a617b736128796e78297d0030000000010000006b00000020000000\
     00000000010002000000000003000000000000000400050000000000060000000000000002000000496e000176000261640000000800\
     000000000000000000000000f83f0a0000004c6f636b656448696e74000162000000010000000900000004000000476f6e6500",
    "42040101000001050000004d0000009207017300000000043a312e390000000001016f00000000232f6f72672f667265656465736b74\
     6f702f6c6f67696e312f73657373696f6e2f5f33320000000000020173000000001f6f72672e667265656465736b746f702e44427573\
     2e50726f7065727469657300080167000873617b73767d6173000000030173000000001150726f706572746965734368616e67656400\
     0000000000000000001e6f72672e667265656465736b746f702e6c6f67696e312e53657373696f6e0000000000d00000000641637469\
     766500016200000000000001000000000000000456544e7200017500000000070000000453656174000428736f290000000000057365\
     617430000000000000022f61000000000000000000034f6464000a617b736128796e78297d0000000030000000016b00000000000020\
     00000000010000020000000000000000000000030400000500000000000000000000000600000002496e000176000261640000000000\
     0008000000003ff80000000000000000000a4c6f636b656448696e74000162000000000000010000000900000004476f6e6500",
];

/// Whose a session is: 1000's. Made by GLib too.
pub(in crate::agent) const USER: [&str; 2] = [
    "6c02000133000000050000003000000007017300040000003a312e390000000006017300040000003a312e3400000000080167000176\
     000005017500060000000428756f29000000e8030000220000002f6f72672f667265656465736b746f702f6c6f67696e312f75736572\
     2f5f3130303000",
    "4202000100000033000000050000003007017300000000043a312e390000000006017300000000043a312e3400000000080167000176\
     000005017500000000060428756f29000000000003e8000000222f6f72672f667265656465736b746f702f6c6f67696e312f75736572\
     2f5f3130303000",
];

pub(in crate::agent) fn unhex(text: &str) -> Vec<u8> {
    super::super::wire::from_hex(text).unwrap()
}

/// Values that are being written, in one order or the other.
#[derive(Clone, Default)]
pub(in crate::agent) struct Made {
    pub bytes: Vec<u8>,
    pub big: bool,
}

impl Made {
    pub fn number(mut self, number: u32) -> Self {
        pad(&mut self.bytes, 4);
        self.bytes.extend(if self.big { number.to_be_bytes() } else { number.to_le_bytes() });
        self
    }

    pub fn text(mut self, text: &str) -> Self {
        self = self.number(text.len() as u32);
        self.raw(text.as_bytes()).raw(&[0])
    }

    pub fn types(self, types: &str) -> Self {
        self.raw(&[types.len() as u8]).raw(types.as_bytes()).raw(&[0])
    }

    pub fn align(mut self, size: usize) -> Self {
        pad(&mut self.bytes, size);
        self
    }

    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend(bytes);
        self
    }

    /// A message with these fields and values.
    pub fn message(self, kind: u8, fields: &[(u8, &str)], answers: u32, types: &str) -> Vec<u8> {
        let none = Self { big: self.big, ..Self::default() };
        let mut head = none.clone();
        for (field, text) in fields {
            head = head.align(8).raw(&[*field]).types(if *field == 1 { "o" } else { "s" }).text(text);
        }
        head = head.align(8).raw(&[5]).types("u").number(answers);
        head = head.align(8).raw(&[8]).types("g").types(types);
        let order = if self.big { b'B' } else { b'l' };
        let start = none.raw(&[order, kind, 0, 1]).number(self.bytes.len() as u32).number(1);
        start.number(head.bytes.len() as u32).raw(&head.bytes).align(8).raw(&self.bytes).bytes
    }
}

#[test]
fn what_glib_says_is_read_in_both_orders() {
    for text in CHANGED {
        let bytes = unhex(text);
        assert_eq!(length(&bytes), Ok(Some(bytes.len())));
        let message = read(&bytes).unwrap();
        assert_eq!((message.kind, message.types), (Kind::Signal, "sa{sv}as"));
        assert_eq!((message.path, message.sender), ("/org/freedesktop/login1/session/_32", ":1.9"));
        assert_eq!((message.interface, message.member), ("org.freedesktop.DBus.Properties", "PropertiesChanged"));
        assert_eq!((message.destination, message.answers), ("", 0));
        let mut body = message.body;
        assert_eq!(body.text(), Some("org.freedesktop.login1.Session"));
        let (mut changed, mut names) = (body.array(8).unwrap(), vec![]);
        while !changed.is_empty() {
            changed.align(8).unwrap();
            names.push(changed.text().unwrap());
            let types = changed.types().unwrap();
            changed.skip(types).unwrap();
        }
        assert_eq!(names, ["Active", "VTNr", "Seat", "Odd", "In", "LockedHint"]);
        assert_eq!((body.array(4).unwrap().text(), body.is_empty()), (Some("Gone"), true));
    }
    for text in USER {
        let bytes = unhex(text);
        let message = read(&bytes).unwrap();
        assert_eq!((message.kind, message.answers, message.types), (Kind::Return, 6, "v"));
        assert_eq!((message.sender, message.destination), (":1.9", ":1.4"));
        let mut body = message.body;
        assert_eq!((body.types(), body.align(8), body.number()), (Some("(uo)"), Some(()), Some(1000)));
        assert_eq!((body.text(), body.is_empty()), (Some("/org/freedesktop/login1/user/_1000"), true));
    }
}

#[test]
fn what_is_said_is_read() {
    let said = call(7, "org.a", "/a/b", ["org.a.B", "Do"], &["", "two"]);
    assert_eq!(length(&said), Ok(Some(said.len())));
    let message = read(&said).unwrap();
    assert_eq!((message.kind, message.destination, message.path), (Kind::Other, "org.a", "/a/b"));
    assert_eq!((message.interface, message.member, message.types), ("org.a.B", "Do", "ss"));
    let mut body = message.body;
    assert_eq!((body.text(), body.text(), body.is_empty()), (Some(""), Some("two"), true));
}

#[test]
fn messages_come_in_pieces_and_too_long_ones_are_passed_over() {
    for big in [false, true] {
        let made = Made { big, ..Made::default() };
        let short = made.clone().text("short").message(4, &[(7, ":1.1")], 0, "s");
        let long = |by: usize| {
            let empty = made.clone().message(4, &[], 0, "ay").len();
            made.clone().raw(&vec![0; MESSAGE_BYTES_MAX + by - empty]).message(4, &[], 0, "ay")
        };
        let longest = long(0);
        assert_eq!(longest.len(), MESSAGE_BYTES_MAX);
        let stream = [&short, &long(1), &long(100_000), &longest, &short].map(Vec::as_slice).concat();
        for piece in [1, 15, 4096, stream.len()] {
            let (mut inbox, mut lengths) = (Inbox::default(), vec![]);
            for part in stream.chunks(piece) {
                inbox.take(part);
                while let Some(message) = inbox.next().unwrap() {
                    assert!(read(&message).is_some());
                    lengths.push(message.len());
                }
            }
            assert_eq!(lengths, [short.len(), longest.len(), short.len()], "{piece}");
        }
    }
}

#[test]
fn garbage_is_told_by_its_first_bytes() {
    let head = |order: u8, version: u8, body: u32, fields: u32| {
        let made = Made { big: order == b'B', ..Made::default() };
        made.raw(&[order, 4, 0, version]).number(body).number(1).number(fields).bytes
    };
    let most = WIRE_BYTES_MAX as u32;
    let cases = [
        (head(b'l', 1, 0, 0), Ok(Some(16))),
        (head(b'B', 1, 3, 9), Ok(Some(35))),
        (head(b'l', 1, most - 16, 0), Ok(Some(most as usize))),
        (head(b'l', 1, most - 15, 0), Err(Garbage)),
        (head(b'B', 1, u32::MAX, u32::MAX), Err(Garbage)),
        (head(b'l', 2, 0, 0), Err(Garbage)),
        (head(b'x', 1, 0, 0), Err(Garbage)),
        (b"ERROR it does not ".to_vec(), Err(Garbage)),
        (head(b'l', 1, 0, 0)[..15].to_vec(), Ok(None)),
        (vec![], Ok(None)),
    ];
    for (bytes, want) in cases {
        assert_eq!(length(&bytes), want, "{bytes:?}");
    }
}

#[test]
fn values_of_every_type_are_passed_by() {
    let nested = |depth: usize| (0..depth).fold(Made::default(), |made, _| made.types("v")).types("y").raw(&[1]);
    let made = Made::default;
    let cases = [
        ("", made(), true),
        ("y", made().raw(&[1]), true),
        ("nq", made().raw(&[1, 0, 2, 0]), true),
        ("yq", made().raw(&[1]).align(2).raw(&[1, 0]), true),
        ("biuh", made().number(1).number(2).number(3).number(4), true),
        ("ytd", made().raw(&[1]).align(8).raw(&[0; 16]), true),
        ("sog", made().text("text").text("/o").types("a{sv}"), true),
        ("ay", made().number(3).raw(b"abc"), true),
        ("at", made().number(8).align(8).raw(&[0; 8]), true),
        ("at", made().number(0).align(8), true),
        ("aas", made().number(4).number(0), true),
        ("a{sv}u", made().number(0).align(8).number(1), true),
        ("(y(sa{uv}))u", made().raw(&[1]).align(8).text("x").number(0).align(8).number(7), true),
        ("v", nested(6), true),
        ("v", nested(7), false),
        ("v", nested(2000), false),
        ("z", made().raw(&[1]), false),
        ("a", made().number(0), false),
        ("a(", made().number(0).align(8), false),
        ("s", made().number(u32::MAX).raw(b"abc"), false),
        ("s", made().number(3).raw(b"abcd"), false),
        ("s", made().number(1).raw(&[0xff, 0]), false),
        ("ay", made().number(4).raw(b"abc"), false),
        ("u", made().raw(&[1, 0, 0]), false),
    ];
    for (types, made, want) in cases {
        let mut values = Values { bytes: &made.bytes, at: 0, big_endian: false };
        let skipped = values.skip(types);
        assert_eq!(skipped.is_some() && values.is_empty(), want, "{types} {:?}", &made.bytes);
    }
}

/// What GLib says, with some of its bytes changed.
pub(in crate::agent) fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let valid = prop::sample::select([CHANGED, USER].concat()).prop_map(unhex);
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..8);
    (valid, changes).prop_map(|(mut bytes, changes)| {
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes
    })
}

proptest! {
    /// Whatever comes: nothing panics, and no more is kept than one message and one piece.
    #[test]
    fn nothing_that_comes_does_harm(
        messages in prop::collection::vec(prop_oneof![mutated(), prop::collection::vec(any::<u8>(), 0..200)], 1..8),
        piece in 1..5000usize,
    ) {
        let mut inbox = Inbox::default();
        for part in messages.concat().chunks(piece) {
            inbox.take(part);
            while let Ok(Some(message)) = inbox.next() {
                prop_assert!(message.len() <= MESSAGE_BYTES_MAX);
                let _made_sense = read(&message).map(|message| { message.body }.skip(message.types));
            }
            prop_assert!(inbox.bytes.len() <= MESSAGE_BYTES_MAX + part.len());
            prop_assert!(inbox.bytes.capacity() <= 2 * (MESSAGE_BYTES_MAX + piece));
        }
        for message in &messages {
            let _made_sense = read(message).map(|message| { message.body }.skip(message.types));
        }
    }
}

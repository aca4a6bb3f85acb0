//! Hears from logind, on the system's bus, when a session of this user is locked and when the machine is about to sleep.
//!
//! All that can come of it is a lock. Whoever wants another may send this process what they like, and nothing of it counts:
//! logind's signals are known by having come through a rule, which the bus holds against who sends; an answer, by its serial
//! and by who was asked. Where there is no bus, or no logind, or what comes makes no sense, nothing is heard any more, and
//! that is all. No call waits: a read takes what is there, and a bus that does not take what is said to it is none.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use percent_encoding::percent_decode_str;
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType};

use super::bus::{self, Inbox, Kind, Message};

/// Where the system's bus is, if not in its usual place.
pub const BUS_VARIABLE: &str = "DBUS_SYSTEM_BUS_ADDRESS";
/// Its usual places.
const BUS_ADDRESSES: &str = "unix:path=/run/dbus/system_bus_socket;unix:path=/var/run/dbus/system_bus_socket";
/// The longest line with which a bus may answer to who this is, in bytes.
const GREETING_BYTES_MAX: usize = 256;
/// The most sessions that are asked about at once. Whoever has one more locked locks everything: none is missed.
const ASKED_MAX: usize = 256;

const BUS: &str = "org.freedesktop.DBus";
const LOGIND: &str = "org.freedesktop.login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION: &str = "org.freedesktop.login1.Session";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";

/// What is wanted of the bus: that logind was told to lock a session, that a session says it is locked, and that the machine
/// is about to sleep. Only signals: whatever else comes was sent to this process alone.
const RULES: [&str; 3] = [
    "type='signal',sender='org.freedesktop.login1',interface='org.freedesktop.login1.Session',member='Lock'",
    "type='signal',sender='org.freedesktop.login1',interface='org.freedesktop.DBus.Properties',\
     member='PropertiesChanged',arg0='org.freedesktop.login1.Session'",
    "type='signal',sender='org.freedesktop.login1',interface='org.freedesktop.login1.Manager',member='PrepareForSleep'",
];

/// A connection to the bus.
pub(super) struct Logind {
    stream: UnixStream,
    /// What the bus said so far to who this is, until it has said that it may stay.
    greeting: Option<Vec<u8>>,
    inbox: Inbox,
    /// The serial of the latest call.
    serial: u32,
    /// The serial of the call that asks whether logind is there. Until that is answered, an error ends it all.
    ping: u32,
    hears: bool,
    asked: Vec<Asked>,
}

/// A session that was locked, while it is asked whose it is.
struct Asked {
    serial: u32,
    /// Who sent the signal, and is asked.
    sender: String,
    path: String,
}

impl Logind {
    /// Connects to the bus; `None` where there is none. What it says comes later.
    pub(super) fn find() -> Option<Self> {
        let addresses = std::env::var(BUS_VARIABLE).unwrap_or_else(|_| BUS_ADDRESSES.to_owned());
        Self::at(addresses.split(';').find_map(|address| reach(&place(address)?).ok())?)
    }

    /// Says who this is, to a bus that was reached.
    fn at(stream: UnixStream) -> Option<Self> {
        let (greeting, inbox) = (Some(vec![]), Inbox::default());
        let mut logind = Self { stream, greeting, inbox, serial: 0, ping: 0, hears: false, asked: vec![] };
        // The kernel tells the bus who this is. That they agree is the bus's business.
        let own: String = own_uid().to_string().bytes().map(|digit| format!("{digit:02x}")).collect();
        logind.write(format!("\0AUTH EXTERNAL {own}\r\n").as_bytes())?;
        Some(logind)
    }

    /// Whether a lock would be heard of: the bus knows what is wanted, and logind has answered.
    pub(super) fn hears(&self) -> bool {
        self.hears
    }

    /// Takes what the bus says, and calls `lock` for what locks; `None` where nothing more is to be heard.
    pub(super) fn hear(&mut self, mut lock: impl FnMut()) -> Option<()> {
        let heard = self.take_part(&mut lock);
        // Of these nobody will say any more whose they are: none is missed.
        if heard.is_none() && !self.asked.is_empty() {
            lock();
        }
        heard
    }

    fn take_part(&mut self, lock: &mut impl FnMut()) -> Option<()> {
        let mut part = [0; 4096];
        let part = match self.stream.read(&mut part) {
            Ok(0) => return None,
            Ok(read) => part.get(..read)?,
            Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted) => {
                return Some(());
            }
            Err(_) => return None,
        };
        if self.greeting.is_some() {
            return self.greet(part);
        }
        self.inbox.take(part);
        while let Some(bytes) = self.inbox.next().ok()? {
            if let Some(message) = bus::read(&bytes) {
                self.weigh(&message, lock)?;
            }
        }
        Some(())
    }

    /// Once the bus has said that it knows who this is, says what is wanted of it.
    fn greet(&mut self, part: &[u8]) -> Option<()> {
        let greeting = self.greeting.as_mut()?;
        greeting.extend_from_slice(part);
        if !greeting.ends_with(b"\r\n") {
            return (greeting.len() < GREETING_BYTES_MAX).then_some(());
        }
        if !greeting.starts_with(b"OK ") {
            return None;
        }
        self.greeting = None;
        self.write(b"BEGIN\r\n")?;
        self.call(BUS, "/org/freedesktop/DBus", [BUS, "Hello"], &[])?;
        for rule in RULES {
            self.call(BUS, "/org/freedesktop/DBus", [BUS, "AddMatch"], &[rule])?;
        }
        // The rules stand before logind is asked, since the bus takes one after the other.
        self.ping = self.call(LOGIND, "/org/freedesktop/login1", ["org.freedesktop.DBus.Peer", "Ping"], &[])?;
        Some(())
    }

    fn weigh(&mut self, message: &Message, lock: &mut impl FnMut()) -> Option<()> {
        match message.kind {
            Kind::Return | Kind::Error => self.take_answer(message, lock),
            // One that was sent to this process alone came through no rule.
            Kind::Signal if message.destination.is_empty() => match (message.interface, message.member) {
                (MANAGER, "PrepareForSleep") => {
                    if message.types == "b" && { message.body }.number() == Some(1) {
                        lock();
                    }
                    Some(())
                }
                (SESSION, "Lock") => self.ask_whose(message, lock),
                (PROPERTIES, "PropertiesChanged") if says_locked(message) == Some(true) => {
                    self.ask_whose(message, lock)
                }
                _ => Some(()),
            },
            _ => Some(()),
        }
    }

    fn ask_whose(&mut self, message: &Message, lock: &mut impl FnMut()) -> Option<()> {
        let Message { path, sender, .. } = *message;
        // An answer that is still to come will do.
        if self.asked.iter().any(|asked| asked.path == path && asked.sender == sender) {
            return Some(());
        }
        if self.asked.len() >= ASKED_MAX {
            lock();
            return Some(());
        }
        let called = self.call(sender, path, [PROPERTIES, "Get"], &[SESSION, "User"]);
        self.asked.push(Asked { serial: self.serial, sender: sender.to_owned(), path: path.to_owned() });
        called.map(drop)
    }

    fn take_answer(&mut self, message: &Message, lock: &mut impl FnMut()) -> Option<()> {
        let Message { kind, answers, sender, .. } = *message;
        if answers <= self.ping && !self.hears {
            self.hears = answers == self.ping && kind == Kind::Return;
            return (kind == Kind::Return).then_some(());
        }
        // For one that went before it answered, the bus answers.
        let is_answer = |asked: &Asked| asked.serial == answers && [asked.sender.as_str(), BUS].contains(&sender);
        if let Some(at) = self.asked.iter().position(is_answer) {
            self.asked.swap_remove(at);
            if kind == Kind::Return && user(message) == Some(own_uid()) {
                lock();
            }
        }
        Some(())
    }

    /// Calls a method, and gives the call's serial.
    fn call(&mut self, to: &str, path: &str, method: [&str; 2], args: &[&str]) -> Option<u32> {
        self.serial = self.serial.checked_add(1)?;
        self.write(&bus::call(self.serial, to, path, method, args))?;
        Some(self.serial)
    }

    fn write(&mut self, bytes: &[u8]) -> Option<()> {
        self.stream.write_all(bytes).ok()
    }
}

impl AsFd for Logind {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

/// The socket that an address of a bus names.
fn place(address: &str) -> Option<SocketAddrUnix> {
    address.strip_prefix("unix:")?.split(',').find_map(|part| {
        let (key, value) = part.split_once('=')?;
        let value: Vec<u8> = percent_decode_str(value).collect();
        match key {
            "path" => SocketAddrUnix::new(&value).ok(),
            #[cfg(target_os = "linux")]
            "abstract" => SocketAddrUnix::new_abstract_name(&value).ok(),
            _ => None,
        }
    })
}

/// Connects without waiting.
fn reach(place: &SocketAddrUnix) -> io::Result<UnixStream> {
    let stream = UnixStream::from(rustix::net::socket(AddressFamily::UNIX, SocketType::STREAM, None)?);
    stream.set_nonblocking(true)?;
    rustix::net::connect(&stream, place)?;
    Ok(stream)
}

fn own_uid() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Whether a session says that it is locked now: which properties changed, and to what, is `sa{sv}as`.
fn says_locked(message: &Message) -> Option<bool> {
    if message.types != "sa{sv}as" {
        return None;
    }
    let mut body = message.body;
    let _interface_of_the_rule = body.text()?;
    let mut changed = body.array(8)?;
    while !changed.is_empty() {
        changed.align(8)?;
        match (changed.text()?, changed.types()?) {
            ("LockedHint", "b") => return Some(changed.number()? == 1),
            (_, types) => changed.skip(types)?,
        }
    }
    Some(false)
}

/// The number of the user in an answer: a variant with the number and the path of the user's object.
fn user(message: &Message) -> Option<u32> {
    let mut body = message.body;
    if message.types != "v" || body.types()? != "(uo)" {
        return None;
    }
    body.align(8)?;
    body.number()
}

#[cfg(test)]
mod tests;

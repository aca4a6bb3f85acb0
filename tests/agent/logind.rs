//! What logind says, on a bus that is a real one with the rules of a system's, from a logind that is python-dbusmock's.

use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::home::{Home, Wire, opened_by};
use super::tools::{run, skipped, tool};

const SESSION: &str = "org.freedesktop.login1.Session";
const STATUS: &str = "{\"do\":\"status\"}";

/// A bus of the system, with logind there. Both end with the test.
struct Bus {
    address: String,
    daemon: Child,
    logind: Option<Child>,
    _dir: tempfile::TempDir,
}

impl Bus {
    /// A bus with nobody on it. `None` where there is none, which is said aloud.
    fn empty() -> Option<Self> {
        tool("gdbus")?;
        let dir = tempfile::tempdir().unwrap();
        let address = format!("unix:path={}/bus%20socket", dir.path().display());
        let mut daemon = Command::new(tool("dbus-daemon")?);
        daemon.args(["--nofork", "--nopidfile", "--print-address", "--address"]).arg(&address).arg("--config-file");
        daemon.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/agent/system-bus.conf"));
        let mut daemon = daemon.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        // It says where it is when it may be asked.
        let mut said = String::new();
        BufReader::new(daemon.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert!(said.starts_with(&address), "{said}");
        Some(Self { address, daemon, logind: None, _dir: dir })
    }

    /// One with logind, a session of this user's, `mine`, and one of somebody else's, `other`.
    fn with_logind() -> Option<Self> {
        let mut bus = Self::empty()?;
        // The distribution's own: what it is installed for may not be the first in the path.
        let mut logind = Command::new("/usr/bin/python3");
        if !logind.args(["-c", "import dbusmock"]).stderr(Stdio::null()).status().is_ok_and(|end| end.success()) {
            skipped("python3-dbusmock is not installed");
            return None;
        }
        let mut logind = Command::new("/usr/bin/python3");
        logind
            .args(["-m", "dbusmock", "--system", "--template", "logind"])
            .env("DBUS_SYSTEM_BUS_ADDRESS", &bus.address);
        bus.logind = Some(logind.stdout(Stdio::null()).spawn().unwrap());
        run(bus.gdbus("wait").args(["--timeout", "30", "org.freedesktop.login1"]));
        let own = rustix::process::geteuid().as_raw();
        for (name, uid) in [("mine", own), ("other", own + 1)] {
            let uid = uid.to_string();
            bus.mock("", "AddSession", &[name, "seat0", &uid, name, "true"]);
        }
        Some(bus)
    }

    fn gdbus(&self, verb: &str) -> Command {
        let mut gdbus = Command::new("gdbus");
        gdbus.args([verb, "--system"]).env("DBUS_SYSTEM_BUS_ADDRESS", &self.address);
        gdbus
    }

    fn call(&self, to: &str, path: &str, method: &str, args: &[&str]) -> String {
        let mut call = self.gdbus("call");
        call.args(["--dest", to, "--object-path", path, "--method", method]).args(args);
        String::from_utf8(run(&mut call)).unwrap()
    }

    /// Tells the mocked logind something about itself, or about a session.
    fn mock(&self, session: &str, method: &str, args: &[&str]) {
        let path = format!("/org/freedesktop/login1{session}");
        self.call("org.freedesktop.login1", &path, &format!("org.freedesktop.DBus.Mock.{method}"), args);
    }

    /// Has logind say that the machine is about to sleep, or is awake.
    fn prepare_for_sleep(&self, begins: bool) {
        let begins = format!("[<{begins}>]");
        self.mock("", "EmitSignal", &["org.freedesktop.login1.Manager", "PrepareForSleep", "b", &begins]);
    }

    /// Calls a method of a session's, as a person or a desktop does.
    fn session(&self, name: &str, method: &str, args: &[&str]) {
        let path = format!("/org/freedesktop/login1/session/{name}");
        self.call("org.freedesktop.login1", &path, &format!("{SESSION}.{method}"), args);
    }

    /// Signals like logind's, by somebody who is not: to everybody, and to each one on the bus alone.
    fn forge(&self) {
        let names = self.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus.ListNames", &[]);
        let names = names.split('\'').filter(|name| name.starts_with(':'));
        for to in std::iter::once(None).chain(names.map(Some)) {
            let emit = |path: &str, args: &[&str]| {
                let mut emit = self.gdbus("emit");
                emit.args(["--object-path", &format!("/org/freedesktop/login1{path}")]);
                run(emit.args(to.iter().flat_map(|to| ["--dest", to])).arg("--signal").args(args));
            };
            emit("/session/mine", &["org.freedesktop.login1.Session.Lock"]);
            emit("", &["org.freedesktop.login1.Manager.PrepareForSleep", "true"]);
            let changed = ["'org.freedesktop.login1.Session'", "{'LockedHint': <true>}", "@as []"];
            let args = [&["org.freedesktop.DBus.Properties.PropertiesChanged"], changed.as_slice()].concat();
            emit("/session/mine", &args);
            // Longer than what the agent keeps.
            emit("", &["org.freedesktop.login1.Manager.Long", &format!("'{}'", "x".repeat(100_000))]);
        }
    }

    /// Ends the bus.
    fn end(&mut self) {
        for process in self.logind.iter_mut().chain([&mut self.daemon]) {
            let _has_gone = process.kill();
            process.wait().unwrap();
        }
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.end();
    }
}

/// Asks the agent until it says what is wanted: its answers are the only event that there is.
#[track_caller]
fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(said) = ask() {
            return said;
        }
        assert!(start.elapsed() < Duration::from_secs(30), "{what}");
    }
}

fn hears(wire: &mut Wire) -> bool {
    wire.ask(STATUS).contains("\"session_lock\":true")
}

/// A home with an agent that holds a key and has heard of logind.
#[track_caller]
fn listening(bus: &Bus) -> (Home, Wire) {
    let home = Home::on_bus(&bus.address, &["main"]);
    home.opened(&["unlock"]);
    let mut wire = home.connect();
    until("it does not listen", || hears(&mut wire).then_some(()));
    (home, wire)
}

#[test]
fn a_locked_session_and_sleep_lock_and_nothing_else_does() {
    let Some(bus) = Bus::with_logind() else { return };
    let (home, mut wire) = listening(&bus);
    let (code, said) = home.said(&["status"]);
    assert!(code == 0 && said.contains("with your session"), "{said}");
    let status: serde_json::Value = serde_json::from_slice(&home.run(&["status", "--json"]).stdout).unwrap();
    assert_eq!(status["agent"]["session_lock"], true);

    let locks: [(&str, &dyn Fn()); 3] = [
        ("logind is told to lock it", &|| bus.session("mine", "Lock", &[])),
        ("the desktop says that it is locked", &|| bus.session("mine", "SetLockedHint", &["true"])),
        ("the machine is about to sleep", &|| bus.prepare_for_sleep(true)),
    ];
    for (case, lock) in locks {
        home.opened(&["unlock"]);
        assert!(home.is_unlocked("main"), "{case}");
        let before = wire.generation();
        // In the order in which they are said, so that the one lock that is seen is that of the last.
        bus.session("mine", "Unlock", &[]);
        bus.session("mine", "SetLockedHint", &["false"]);
        bus.session("mine", "SetIdleHint", &["true"]);
        bus.session("other", "Lock", &[]);
        bus.session("other", "SetLockedHint", &["true"]);
        bus.session("other", "SetLockedHint", &["false"]);
        bus.prepare_for_sleep(false);
        bus.forge();
        lock();
        let after = until(case, || Some(wire.generation()).filter(|now| *now != before));
        assert_eq!(after, before + 1, "{case}");
        assert!(!home.is_unlocked("main"), "{case}");
    }
    assert!(hears(&mut wire));
    let (code, said) = home.said(&["status"]);
    assert!(code == 0 && !said.contains("with your session"), "nothing is unlocked: {said}");
}

#[test]
fn a_locked_session_beats_an_unlock_in_flight() {
    let (Some(bus), Some(mkfifo)) = (Bus::with_logind(), tool("mkfifo")) else { return };
    let (home, mut wire) = listening(&bus);
    assert_eq!(home.said(&["lock"]).0, 0);
    let pipe = home.dir.path().join("pipe");
    run(Command::new(mkfifo).arg(&pipe));
    let unlock = home.command(&["unlock", "--identity"]).arg(&pipe).stderr(Stdio::piped()).spawn().unwrap();
    let mut identity = opened_by(pipe);
    let before = wire.generation();
    bus.session("mine", "Lock", &[]);
    until("it is not locked", || (wire.generation() != before).then_some(()));
    identity.write_all(&std::fs::read(home.identity()).unwrap()).unwrap();
    drop(identity);
    let output = unlock.wait_with_output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.code() == Some(3) && said.contains("locked while it was being unlocked"), "{said}");
    assert!(!home.is_unlocked("main"));
}

#[test]
fn a_bus_that_goes_takes_nothing_with_it() {
    let Some(mut bus) = Bus::with_logind() else { return };
    let (home, mut wire) = listening(&bus);
    let before = wire.generation();
    bus.end();
    until("it has not noticed", || (!hears(&mut wire)).then_some(()));
    assert_eq!(wire.generation(), before);
    assert!(home.is_unlocked("main"));
    assert_eq!(home.said(&["lock"]).0, 0);
    home.opened(&["unlock"]);
    assert!(home.is_unlocked("main"));
}

#[test]
fn without_logind_everything_else_works() {
    let Some(bus) = Bus::empty() else { return };
    let home = Home::on_bus(&bus.address, &["main"]);
    home.opened(&["unlock"]);
    assert!(home.is_unlocked("main"));
    // The bus itself says that nobody is there, and is not listened to any more.
    let agent = home.agent().as_raw_nonzero().get().to_string();
    until("it still listens", || (!peers_of(&bus).contains(&agent)).then_some(()));
    assert!(!hears(&mut home.connect()));
}

/// The processes on a bus.
fn peers_of(bus: &Bus) -> Vec<String> {
    let names = bus.call("org.freedesktop.DBus", "/", "org.freedesktop.DBus.ListNames", &[]);
    let process = |name: &str| {
        let mut ask = bus.gdbus("call");
        ask.args(["--dest", "org.freedesktop.DBus", "--object-path", "/", "--method"]);
        ask.args(["org.freedesktop.DBus.GetConnectionUnixProcessID", name]);
        let said = String::from_utf8(ask.stderr(Stdio::null()).output().unwrap().stdout).unwrap();
        said.chars().skip_while(|sign| *sign != ' ').filter(char::is_ascii_digit).collect()
    };
    names.split('\'').filter(|name| name.starts_with(':')).map(process).collect()
}

#[test]
fn without_a_bus_everything_works() {
    let dir = tempfile::tempdir().unwrap();
    let socket = dir.path().join("bus");
    let address = format!("unix:path={}", socket.display());
    std::fs::write(&socket, "no socket").unwrap();
    for address in
        [&address, "unix:path=/nowhere/at/all", "unix:abstract=nobody%20is%20here", "tcp:host=localhost", "?"]
    {
        let home = Home::on_bus(address, &["main"]);
        home.opened(&["unlock"]);
        assert!(home.is_unlocked("main") && !hears(&mut home.connect()), "{address}");
    }
    // Something listens there that is no bus: it says nothing, nonsense, or lets this in and says nonsense then.
    std::fs::remove_file(&socket).unwrap();
    let listener = UnixListener::bind(&socket).unwrap();
    let garbage: [&[&[u8]]; 4] =
        [&[], &[&[0; 100_000]], &[b"OK 1\r\n", b"l\x04\x00\x01 and so on and on"], &[b"OK 1\r\n", &[0xff; 100_000]]];
    for parts in garbage {
        let home = Home::on_bus(&address, &["main"]);
        home.opened(&["unlock"]);
        let mut agent = BufReader::new(listener.accept().unwrap().0);
        for (part, says) in parts.iter().zip(["\0AUTH EXTERNAL ", "BEGIN"]) {
            let mut line = String::new();
            agent.read_line(&mut line).unwrap();
            assert!(line.starts_with(says), "{line:?}");
            let _hung_up = agent.get_mut().write_all(part);
        }
        assert!(home.is_unlocked("main") && !hears(&mut home.connect()), "{parts:?}");
        if !parts.is_empty() {
            // To the end: then it does not listen any more.
            let _reset = agent.read_to_end(&mut vec![]);
        }
        assert!(home.is_unlocked("main"));
    }
}

//! A home folder of its own, and patvault run in it the same way on every machine.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The present of every test; debug builds of patvault believe it.
pub const NOW: &str = "2026-11-22T12:00:00Z";

/// A new home, removed at the end.
pub struct Home {
    folder: tempfile::TempDir,
    identity: bool,
}

impl Home {
    /// A home with nothing in it.
    pub fn empty() -> Self {
        let folder = tempfile::Builder::new().prefix("home-").tempdir().unwrap();
        Self { folder, identity: false }
    }

    /// A home with a vault that opens with an age identity, as `age-keygen -o key.txt` makes one: a passphrase would
    /// cost a second for every command.
    pub fn with_vault() -> Self {
        let home = Self { identity: true, ..Self::empty() };
        let key = age::x25519::Identity::generate();
        let text = age::secrecy::ExposeSecret::expose_secret(&key.to_string()).to_owned();
        home.write("key.txt", format!("# public key: {}\n{text}\n", key.to_public()).as_bytes());
        let made = home.patvault(["init"]).output().unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        home
    }

    /// Its folder.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A path in it.
    pub fn at(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path().join(name)
    }

    /// Writes a file in it.
    pub fn write(&self, name: &str, bytes: &[u8]) {
        fs::write(self.at(name), bytes).unwrap();
    }

    /// Whether a program can be found in it.
    pub fn has(&self, program: &str) -> bool {
        let found = self.command(Path::new("which")).arg(program).stdout(Stdio::null()).status();
        found.is_ok_and(|status| status.success())
    }

    /// patvault in it, with nobody at a terminal and ended after half a minute.
    pub fn patvault<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Command {
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_patvault")));
        command.args(args);
        command
    }

    /// Any program in it, with nobody at a terminal and ended after half a minute.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = without_terminal();
        command.args(["timeout", "--kill-after=1", "30"]).arg(program).current_dir(self.path()).env_clear();
        let patvault = Path::new(env!("CARGO_BIN_EXE_patvault")).parent().unwrap();
        command
            .env("HOME", self.path())
            .env("PATH", format!("{}:/usr/bin:/bin", patvault.display()))
            .envs([("TZ", "UTC"), ("LANG", "C.UTF-8"), ("COLUMNS", "80"), ("PATVAULT_NOW", NOW)])
            // No bus of the system's: the session that the tests are run in is none of theirs.
            .env("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nowhere")
            .stdin(Stdio::null());
        if self.identity {
            command.env("PATVAULT_IDENTITY", self.at("key.txt"));
        }
        command
    }
}

/// A program of its own session has no terminal to ask on, wherever the tests are run. `setsid` belongs to util-linux,
/// which every Linux has; starting a session from here would take `unsafe`. A machine without it may still run the tests
/// where there is no terminal anyway.
fn without_terminal() -> Command {
    let found = Command::new("setsid").arg("--version").stdout(Stdio::null()).status();
    if found.is_ok_and(|status| status.success()) {
        let mut command = Command::new("setsid");
        command.arg("--wait");
        return command;
    }
    assert!(File::open("/dev/tty").is_err(), "setsid is missing: install util-linux, or run this without a terminal");
    Command::new("env")
}

/// A test that this machine does not allow: said aloud, and a failure with `PATVAULT_INTEROP=require`.
pub fn skipped(why: &str) {
    let required = std::env::var("PATVAULT_INTEROP").is_ok_and(|value| value == "require");
    assert!(!required, "{why}");
    // Past the test harness, which keeps to itself what a test that passes prints.
    writeln!(std::io::stderr(), "SKIPPED: {why}").unwrap();
}

//! A home of its own with vaults in it, and the agent that comes and goes with it.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc;
use std::time::Duration;

use age::secrecy::ExposeSecret;
use age::x25519;
use rustix::process::Pid;

/// The secret of the token in every vault.
pub const CANARY: &str = "not-a-real-secret-canary";

pub struct Home {
    pub dir: tempfile::TempDir,
    /// Outside of what patvault writes, so that a search there finds no key.
    keys: tempfile::TempDir,
    /// The address of the system's bus: nobody's, so that locking the screen at which the tests are run does nothing to them.
    pub bus: String,
}

impl Home {
    /// A home with these vaults, one token in each.
    pub fn with(vaults: &[&str]) -> Self {
        Self::on_bus("unix:path=/nowhere", vaults)
    }

    /// The same where the system's bus is at this address.
    pub fn on_bus(bus: &str, vaults: &[&str]) -> Self {
        let home = Self { dir: tempfile::tempdir().unwrap(), keys: tempfile::tempdir().unwrap(), bus: bus.to_owned() };
        fs::write(home.identity(), x25519::Identity::generate().to_string().expose_secret()).unwrap();
        for vault in vaults {
            home.opened(&["init", "--name", vault]);
            let mut add = home.command(&["add", "github/ci", "--stdin", "--vault", vault, "--identity"]);
            let mut add = add.arg(home.identity()).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
            add.stdin.take().unwrap().write_all(CANARY.as_bytes()).unwrap();
            assert!(add.wait().unwrap().success());
        }
        home
    }

    /// Opens every vault.
    pub fn identity(&self) -> PathBuf {
        self.keys.path().join("identity.txt")
    }

    pub fn runtime(&self) -> PathBuf {
        self.dir.path().join("run")
    }

    pub fn socket(&self) -> PathBuf {
        self.runtime().join("agent.sock")
    }

    /// What the agent calls a vault.
    pub fn name(&self, vault: &str) -> String {
        self.dir.path().join("data").join(vault).canonicalize().unwrap().to_str().unwrap().to_owned()
    }

    /// A command of patvault's, with nobody to ask.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_patvault"));
        command.arg("--no-input").args(args).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        command
            .env("PATVAULT_HOME", self.dir.path())
            .env("DBUS_SYSTEM_BUS_ADDRESS", &self.bus)
            .stdin(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.command(args).stderr(Stdio::piped()).output().unwrap()
    }

    /// Runs a command, and gives how it ended and what it said.
    pub fn said(&self, args: &[&str]) -> (i32, String) {
        let Output { status, stdout, stderr } = self.run(args);
        (status.code().unwrap(), [stdout, stderr].map(|text| String::from_utf8(text).unwrap()).concat())
    }

    /// Runs a command with the identity at hand.
    #[track_caller]
    pub fn opened(&self, args: &[&str]) -> String {
        let identity = self.identity();
        let args: Vec<&str> = args.iter().copied().chain(["--identity", identity.to_str().unwrap()]).collect();
        let (code, said) = self.said(&args);
        assert_eq!(code, 0, "{args:?}: {said}");
        said
    }

    /// Whether the vault opens without anything at hand.
    pub fn is_unlocked(&self, vault: &str) -> bool {
        let output = self.run(&["get", "github/ci", "--vault", vault]);
        match output.status.code() {
            Some(0) => assert_eq!(output.stdout, CANARY.as_bytes()),
            code => assert_eq!(code, Some(3), "{output:?}"),
        }
        output.status.success()
    }

    /// A connection to the agent.
    #[track_caller]
    pub fn connect(&self) -> Wire {
        let stream = UnixStream::connect(self.socket()).unwrap();
        Wire(BufReader::new(stream))
    }

    /// The agent's process.
    pub fn agent(&self) -> Pid {
        rustix::net::sockopt::socket_peercred(self.connect().0.get_ref()).unwrap().pid
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Ok(mut stream) = UnixStream::connect(self.socket()) {
            let _gone = stream.write_all(b"{\"patvault\":1,\"say\":{\"do\":\"quit\"}}\n");
            // To the end: then it has gone.
            let _gone = stream.read_to_end(&mut vec![]);
        }
    }
}

/// The socket, as bytes.
pub struct Wire(pub BufReader<UnixStream>);

impl Wire {
    pub fn write(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
    }

    /// The next line, or nothing where the agent hung up.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        // That it hung up while something was still on its way is an end like any other.
        let _reset = self.0.read_line(&mut line);
        line.trim_end().to_owned()
    }

    /// How often was locked.
    pub fn generation(&mut self) -> u64 {
        let looked = self.ask("{\"do\":\"look\",\"vault\":\"/v\"}");
        serde_json::from_str::<serde_json::Value>(&looked).unwrap()["generation"].as_u64().unwrap()
    }

    /// Says something in version 1, and gives what is answered.
    pub fn ask(&mut self, say: &str) -> String {
        self.write(format!("{{\"patvault\":1,\"say\":{say}}}\n").as_bytes());
        let line = self.line();
        let answer = line.strip_prefix("{\"patvault\":1,\"say\":").and_then(|rest| rest.strip_suffix('}'));
        answer.unwrap_or(&line).to_owned()
    }
}

/// Waits until a program reads from a named pipe, and gives the end to write into.
pub fn opened_by(pipe: PathBuf) -> fs::File {
    let (opened, waiting) = mpsc::channel();
    std::thread::spawn(move || opened.send(fs::OpenOptions::new().write(true).open(pipe)));
    waiting.recv_timeout(Duration::from_secs(30)).expect("it never came").unwrap()
}

/// Every file in a folder that holds these bytes.
pub fn holding(dir: &Path, bytes: &[u8]) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        let kind = fs::symlink_metadata(&path).unwrap().file_type();
        if kind.is_dir() {
            found.extend(holding(&path, bytes));
        } else if kind.is_file() && fs::read(&path).unwrap().windows(bytes.len()).any(|part| part == bytes) {
            found.push(path);
        }
    }
    found
}

//! A pseudo-terminal with the real program in it, and a person at it who waits for what they see.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use age::secrecy::ExposeSecret;
use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use tempfile::TempDir;

use crate::tools::tool;

/// How long a whole visit may take. Passphrases cost seconds in a debug build, and more where others want the machine.
const PATIENCE: Duration = Duration::from_secs(50);
/// How many lines a terminal has, unless it is given others.
const ROWS: u16 = 24;
/// How many lines it keeps of what went out of it at the top.
const SCROLLBACK: usize = 1000;

/// A home with an identity in it, and a vault if it was furnished.
pub struct Home {
    dir: TempDir,
    /// What the program is started through: a program, and what that is told.
    through: Vec<String>,
}

impl Home {
    pub fn bare() -> Self {
        let home = Self { dir: tempfile::tempdir().unwrap(), through: vec![] };
        let identity = age::x25519::Identity::generate();
        fs::write(home.path("identity"), identity.to_string().expose_secret()).unwrap();
        home
    }

    /// A vault that opens with the identity, and a token.
    pub fn furnished() -> Self {
        let home = Self::bare();
        home.done(&["init"], "");
        home.done(&["add", "github/ci", "--stdin", "--account", "ada"], "not-a-real-secret");
        home
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Starts the program through another one from now on.
    pub fn start_through(&mut self, program: Vec<String>) {
        self.through = program;
    }

    /// The program with nobody to ask.
    pub fn alone(&self, args: &[&str]) -> Command {
        let mut words = self.through.iter().map(String::as_str).chain([env!("CARGO_BIN_EXE_patvault"), "--no-input"]);
        let mut command = self.command(words.next().unwrap());
        command.args(words).args(args);
        command
    }

    /// Runs the program without a terminal, and gives what it printed.
    #[track_caller]
    pub fn done(&self, args: &[&str], input: &str) -> String {
        let mut command = self.alone(args);
        command.env("PATVAULT_IDENTITY", self.path("identity"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{args:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        command.current_dir(self.dir.path()).env("HOME", self.dir.path()).env("PATVAULT_HOME", self.path("p"));
        command.env("TERM", "xterm-256color").env("LANG", "C.UTF-8").env("TZ", "UTC");
        command
    }

    /// Sits down at a terminal of 80 columns and unlocks with the identity.
    pub fn visit(&self, args: &[&str]) -> Option<Visit> {
        self.visit_with(args, 80, &[("PATVAULT_IDENTITY", self.path("identity").to_str().unwrap())])
    }

    /// Sits down at a terminal of so many columns. `None` where none can be had, which is said aloud.
    pub fn visit_with(&self, args: &[&str], columns: u16, vars: &[(&str, &str)]) -> Option<Visit> {
        self.start(env!("CARGO_BIN_EXE_patvault"), args, columns, vars, None)
    }

    /// Sits down at another program, which finds patvault in its path. `None` where there is none, which is said aloud.
    pub fn visit_other(&self, program: &str, args: &[&str], vars: &[(&str, &str)]) -> Option<Visit> {
        tool(program)?;
        let path = std::env::var_os("PATH")?;
        let own = PathBuf::from(env!("CARGO_BIN_EXE_patvault")).parent().unwrap().to_owned();
        let path = std::env::join_paths(std::iter::once(own).chain(std::env::split_paths(&path))).unwrap();
        let vars: Vec<(&str, &str)> = vars.iter().copied().chain([("PATH", path.to_str().unwrap())]).collect();
        self.start(program, args, 80, &vars, None)
    }

    /// The same with standard output into a pipe.
    pub fn visit_piped(&self, args: &[&str]) -> Option<Visit> {
        let identity = self.path("identity");
        let vars = [("PATVAULT_IDENTITY", identity.to_str().unwrap())];
        self.start(env!("CARGO_BIN_EXE_patvault"), args, 80, &vars, Some(Stdio::piped()))
    }

    fn start(
        &self,
        program: &str,
        args: &[&str],
        columns: u16,
        vars: &[(&str, &str)],
        out: Option<Stdio>,
    ) -> Option<Visit> {
        // It makes the terminal the program's own, as a login does.
        let setsid = tool("setsid")?;
        let (master, slave) = pair(columns);
        let end = || Stdio::from(slave.try_clone().unwrap());
        let mut command = self.command(setsid);
        command.args(["--ctty", "--wait"]).args(&self.through).arg(program).args(args).envs(vars.iter().copied());
        let child = command.stdin(end()).stdout(out.unwrap_or_else(end)).stderr(end()).spawn().unwrap();
        let chunks = read_on(master.try_clone().unwrap());
        let screen = vt100::Parser::new(ROWS, columns, SCROLLBACK);
        Some(Visit { master, chunks, child, seen: vec![], at: 0, screen, until: Instant::now() + PATIENCE })
    }
}

/// A new pseudo-terminal: the side of who sits at it, and the side of the program.
fn pair(columns: u16) -> (File, File) {
    let master = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
    grantpt(&master).unwrap();
    unlockpt(&master).unwrap();
    resize(&master, columns, ROWS);
    let name = ptsname(&master, vec![]).unwrap().into_string().unwrap();
    let no_ctty = rustix::fs::OFlags::NOCTTY.bits().cast_signed();
    let slave = OpenOptions::new().read(true).write(true).custom_flags(no_ctty).open(name).unwrap();
    (master.into(), slave)
}

fn resize(master: impl AsFd, columns: u16, rows: u16) {
    tcsetwinsize(master, Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 }).unwrap();
}

/// Reads in a thread of its own: until everybody has closed the other side.
fn read_on(mut master: File) -> Receiver<Vec<u8>> {
    let (told, chunks) = mpsc::channel();
    std::thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = master.read(&mut buffer) {
            if told.send(buffer[..count].to_vec()).is_err() {
                return;
            }
        }
    });
    chunks
}

/// A person at a terminal with the program in it.
pub struct Visit {
    master: File,
    chunks: Receiver<Vec<u8>>,
    child: Child,
    seen: Vec<u8>,
    /// What was waited for stands before this.
    at: usize,
    screen: vt100::Parser,
    until: Instant,
}

/// How a visit ended.
#[derive(Debug)]
pub struct End {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    /// All that was on the terminal.
    pub seen: String,
    /// What went into a pipe.
    pub piped: String,
    /// The terminal shows what is typed, line by line, as it did before.
    pub given_back: bool,
}

impl Visit {
    /// Waits for a text to appear behind the last one that was waited for.
    #[track_caller]
    pub fn sees(&mut self, text: &str) -> &mut Self {
        loop {
            let new = &self.seen[self.at..];
            if let Some(found) = new.windows(text.len()).position(|part| part == text.as_bytes()) {
                self.at += found + text.len();
                return self;
            }
            assert!(self.read(), "it ended before {text:?}:\n{}", self.shown());
        }
    }

    /// Waits for a text to stand on the screen, wherever the terminal was told to write it.
    #[track_caller]
    pub fn shows(&mut self, text: &str) -> &mut Self {
        while !self.screen().contains(text) {
            assert!(self.read(), "it ended before {text:?}:\n{}", self.screen());
        }
        self.at = self.seen.len();
        self
    }

    /// What the terminal shows.
    pub fn screen(&self) -> String {
        self.screen.screen().contents()
    }

    /// The same with its colours.
    pub fn cells(&self) -> &vt100::Screen {
        self.screen.screen()
    }

    /// What can be scrolled back to, line by line from the oldest, and what is shown.
    pub fn scrollback(&mut self) -> String {
        let screen = self.screen.screen_mut();
        screen.set_scrollback(SCROLLBACK);
        let mut lines = vec![];
        for back in (1..=screen.scrollback()).rev() {
            screen.set_scrollback(back);
            lines.extend(screen.rows(0, screen.size().1).next());
        }
        screen.set_scrollback(0);
        lines.join("\n") + "\n" + &screen.contents()
    }

    /// Makes the terminal larger or smaller.
    pub fn resizes(&mut self, columns: u16, rows: u16) -> &mut Self {
        resize(&self.master, columns, rows);
        self.screen.screen_mut().set_size(rows, columns);
        self
    }

    /// Types.
    pub fn types(&mut self, text: &str) -> &mut Self {
        self.master.write_all(text.as_bytes()).unwrap();
        self
    }

    /// The program's number.
    pub fn pid(&self) -> String {
        self.child.id().to_string()
    }

    /// Sends the program a signal.
    pub fn sends(&mut self, signal: Signal) -> &mut Self {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        self
    }

    /// Waits until it is stopped.
    pub fn stops(&mut self) -> &mut Self {
        let pid = Pid::from_child(&self.child);
        let stopped = rustix::process::waitpid(Some(pid), rustix::process::WaitOptions::UNTRACED).unwrap();
        assert!(stopped.is_some_and(|(_, status)| status.stopped()));
        self
    }

    /// Whether what is typed is shown, and given to the program line by line.
    pub fn is_open(&self) -> bool {
        let modes = tcgetattr(&self.master).unwrap().local_modes;
        modes.contains(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG)
    }

    /// Waits for the end.
    #[track_caller]
    pub fn ends(mut self) -> End {
        while self.read() {}
        let mut piped = String::new();
        if let Some(mut out) = self.child.stdout.take() {
            out.read_to_string(&mut piped).unwrap();
        }
        let status = self.child.wait().unwrap();
        let (code, signal) = (status.code(), status.signal());
        End { code, signal, seen: self.shown(), piped, given_back: self.is_open() }
    }

    /// Reads on; `false` at the end.
    #[track_caller]
    fn read(&mut self) -> bool {
        match self.chunks.recv_timeout(self.until.saturating_duration_since(Instant::now())) {
            Ok(chunk) => {
                self.screen.process(&chunk);
                self.seen.extend(chunk);
            }
            Err(RecvTimeoutError::Disconnected) => return false,
            Err(RecvTimeoutError::Timeout) => panic!("nothing more comes:\n{}\n{}", self.screen(), self.shown()),
        }
        true
    }

    fn shown(&self) -> String {
        String::from_utf8_lossy(&self.seen).into_owned()
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        // One that a failed test left waiting.
        let _gone = self.child.kill();
        let _reaped = self.child.wait();
    }
}

impl End {
    /// The lines, without what steers the terminal.
    pub fn lines(&self) -> Vec<String> {
        let mut plain = String::new();
        let mut rest = self.seen.as_str();
        while let Some((before, after)) = rest.split_once("\x1b[") {
            plain.push_str(before);
            rest = after.split_once('m').unwrap().1;
        }
        plain.push_str(rest);
        plain.lines().map(|line| line.trim_end_matches('\r').to_owned()).collect()
    }

    pub fn is_colored(&self) -> bool {
        self.seen.contains("\x1b[")
    }
}

// Each test takes what it needs; what one leaves, another takes.
const _: () = {
    let _ = (Home::bare, Home::visit, Home::visit_piped, Home::visit_other, Visit::types, Visit::sends, Visit::is_open);
    let _ = (End::lines, End::is_colored, Visit::pid, Visit::stops, Visit::shows);
    let _ = (Visit::resizes, Visit::cells, Visit::scrollback);
    let _ = |end: &End| (end.code, end.signal, end.piped.len(), end.given_back);
};

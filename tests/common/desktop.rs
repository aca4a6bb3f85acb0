//! A desktop without a screen, and the programs with which others copy and paste there.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::stranger::{as_stranger, give_away};
use crate::tools::skipped;

/// A desktop that ends with the test.
pub struct Desktop {
    server: Child,
    vars: Vec<(&'static str, String)>,
    copying: &'static [&'static str],
    pasting: &'static [&'static str],
    /// For pasting what is not text, before what it is.
    of_type: &'static str,
    _runtime: Option<tempfile::TempDir>,
}

impl Desktop {
    /// An X server. `None` where there is none, which is said aloud.
    pub fn x11() -> Option<Self> {
        has(&["Xvfb", "xclip"])?;
        let mut server = Command::new("Xvfb");
        // A server begins anew when its last program has gone; where somebody sits, that is when they log out.
        server.args(["-displayfd", "1", "-screen", "0", "64x64x24", "-nolisten", "tcp", "-ac", "-noreset"]);
        let mut server = server.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        // It says its number when it is ready.
        let number = first_line(server.stdout.take().unwrap());
        Some(Self {
            server,
            vars: vec![("DISPLAY", format!(":{number}"))],
            copying: &["xclip", "-selection", "clipboard", "-in"],
            pasting: &["xclip", "-selection", "clipboard", "-out"],
            of_type: "-target",
            _runtime: None,
        })
    }

    /// A Wayland compositor that lets programs without a window copy. `None` where there is none, which is said aloud.
    pub fn wayland() -> Option<Self> {
        has(&["sway", "wl-copy", "wl-paste", "setpriv", "mkfifo"])?;
        let runtime = tempfile::tempdir().unwrap();
        let (ready, config) = (runtime.path().join("ready"), runtime.path().join("config"));
        assert!(Command::new("mkfifo").arg(&ready).status().unwrap().success());
        fs::write(&config, format!("exec sh -c 'echo $WAYLAND_DISPLAY > {}'\n", ready.display())).unwrap();
        // It will not be root's.
        let mut server = if rustix::process::geteuid().is_root() {
            give_away(runtime.path());
            let mut server = as_stranger(Path::new("setpriv"));
            server.arg("sway");
            server
        } else {
            Command::new("sway")
        };
        server.arg("--config").arg(&config).env_clear().env("PATH", std::env::var_os("PATH").unwrap());
        server.envs([("WLR_BACKENDS", "headless"), ("WLR_RENDERER", "pixman"), ("WLR_LIBINPUT_NO_DEVICES", "1")]);
        server.env("XDG_RUNTIME_DIR", runtime.path()).stdout(Stdio::null()).stderr(Stdio::null());
        let server = server.spawn().unwrap();
        let name = first_line(File::open(&ready).unwrap());
        Some(Self {
            server,
            vars: vec![("WAYLAND_DISPLAY", name), ("XDG_RUNTIME_DIR", runtime.path().to_str().unwrap().to_owned())],
            copying: &["wl-copy"],
            pasting: &["wl-paste", "--no-newline"],
            of_type: "--type",
            _runtime: Some(runtime),
        })
    }

    /// What names it.
    pub fn vars(&self) -> Vec<(&'static str, String)> {
        self.vars.clone()
    }

    /// Copies as another program would. It goes on in the background until somebody else copies.
    pub fn copy(&self, text: &str) {
        let mut command = self.command(self.copying);
        let mut running = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        running.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        assert!(running.wait().unwrap().success());
    }

    /// Pastes as another program would. `None` where there is nothing.
    pub fn paste(&self) -> Option<String> {
        said(self.command(self.pasting).output().unwrap())
    }

    /// Pastes what is not text.
    pub fn paste_type(&self, name: &str) -> Option<String> {
        said(self.command(self.pasting).args([self.of_type, name]).output().unwrap())
    }

    /// What can be pasted.
    pub fn types(&self) -> String {
        if self.of_type == "--type" {
            return said(self.command(&["wl-paste", "--list-types"]).output().unwrap()).unwrap();
        }
        self.paste_type("TARGETS").unwrap()
    }

    /// Stops the server: it answers nobody until it goes on.
    pub fn stop(&self) {
        kill_process(Pid::from_child(&self.server), Signal::STOP).unwrap();
    }

    /// Lets it go on.
    pub fn go_on(&self) {
        kill_process(Pid::from_child(&self.server), Signal::CONT).unwrap();
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).envs(self.vars()).stderr(Stdio::null());
        command
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }
}

fn has(programs: &[&str]) -> Option<()> {
    let there = |program: &&&str| {
        let found = Command::new("which").arg(program).stdout(Stdio::null()).stderr(Stdio::null()).status();
        !found.is_ok_and(|status| status.success())
    };
    match programs.iter().find(there) {
        Some(missing) => {
            skipped(&format!("{missing} is not installed"));
            None
        }
        None => Some(()),
    }
}

fn first_line(from: impl std::io::Read) -> String {
    let mut line = String::new();
    BufReader::new(from).read_line(&mut line).unwrap();
    line.trim().to_owned()
}

fn said(output: Output) -> Option<String> {
    output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
}

// Each test takes what it needs; what one leaves, another takes.
const _: () = {
    let _ = (Desktop::wayland, Desktop::paste, Desktop::types, Desktop::stop, Desktop::go_on);
};

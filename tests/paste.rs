//! `add --paste`, against a real desktop's clipboard: an X server without a screen, and the program that others copy with.
#![cfg(test)]

#[path = "common/home.rs"]
mod home;

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use home::{Home, skipped};

/// An X server that ends with the test.
struct Display {
    server: Child,
    name: String,
}

impl Display {
    fn start() -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "64x64x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        // It says its number when it is ready.
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Self { server, name: format!(":{}", number.trim()) }
    }

    /// Copies as another program would. It goes on in the background until somebody else copies.
    fn copy(&self, text: &str) {
        let mut xclip = Command::new("xclip");
        xclip.args(["-selection", "clipboard", "-in"]).env("DISPLAY", &self.name);
        let mut running = xclip.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        running.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        assert!(running.wait().unwrap().success());
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }
}

#[test]
fn a_secret_comes_from_the_clipboard() {
    let home = Home::with_vault();
    if let Some(missing) = ["Xvfb", "xclip"].into_iter().find(|program| !home.has(program)) {
        return skipped(&format!("{missing} is not installed"));
    }
    let display = Display::start();
    display.copy("  not-a-real-secret-1\n");
    let patvault = |args: &[&str]| home.patvault(args).env("DISPLAY", &display.name).output().unwrap();

    let added = patvault(&["add", "github/ci", "--paste", "--expires", "never"]);
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    assert_eq!(patvault(&["get", "github/ci"]).stdout, b"not-a-real-secret-1");

    display.copy("");
    let empty = patvault(&["add", "github/empty", "--paste"]);
    assert_eq!(empty.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&empty.stderr).starts_with("error: there is no text in the clipboard\nhint: "));
}

#[test]
fn without_a_desktop_it_says_what_to_do() {
    let home = Home::with_vault();
    let refused = home.patvault(["add", "github/ci", "--paste"]).output().unwrap();
    assert_eq!(refused.status.code(), Some(1));
    let told = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(told.contains("could not reach a desktop's clipboard") && told.contains("--stdin"), "{told}");
}

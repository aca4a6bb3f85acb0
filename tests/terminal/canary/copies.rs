//! Copies in the life of the canary: where they arrive they are the secret, and nowhere else.

use std::fs;

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;

use super::Life;
use super::needles::Needles;
use crate::display::Desktop;

impl Life {
    /// The terminal gets the secret, in its own sequence, and is told nothing else of it.
    pub fn copy_to_the_terminal(&mut self) {
        let vars = [("SSH_TTY", "/dev/pts/0"), ("TERM", "xterm-256color")];
        let end = self.home.visit_with(&["copy", "github/piped"], 80, &vars).unwrap().ends();
        assert_eq!(end.code, Some(0), "{end:?}");
        let (before, rest) = end.seen.split_once("\x1b]52;c;").unwrap();
        let (sent, after) = rest.split_once('\x07').unwrap();
        assert_eq!(sent, BASE64.encode(&self.canaries.piped));
        self.said += before;
        self.said += after;
    }

    /// The desktop gets it from a process that stays: which has it in its memory alone, and not in what anybody may read of it.
    pub fn copy_to(&mut self, desktop: &Desktop, needles: &Needles) {
        // Who follows what stays would stay too.
        let vars: Vec<String> = desktop.vars().iter().map(|(name, value)| format!("{name}={value}")).collect();
        self.through(&[&["env"], vars.iter().map(String::as_str).collect::<Vec<_>>().as_slice()].concat());
        // Nobody else's copy on this machine.
        let secs = 3600 + std::process::id() % 1000;
        self.runs(&["copy", "github/typed", "--for", &format!("{secs}s")], "");
        assert_eq!(desktop.paste().as_deref(), Some(self.canaries.typed.as_str()));
        assert_eq!(needles.find(&holder(secs)), [""; 0], "what a holder was started with");
        // It goes when somebody else copies.
        desktop.copy("something else");
        self.watched();
    }
}

/// What the holder of a copy for so many seconds was started with. Its environment, too, where this machine lets us see it.
fn holder(secs: u32) -> Vec<u8> {
    let words = format!("\0holder\0--secs\0{secs}\0").into_bytes();
    for process in fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path()) {
        // One may end meanwhile.
        let read = |part: &str| fs::read(process.join(part)).unwrap_or_default();
        if read("cmdline").ends_with(&words) {
            return [read("cmdline"), read("environ")].concat();
        }
    }
    panic!("nobody holds a copy for {secs} seconds");
}

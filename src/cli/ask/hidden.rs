//! A terminal that does not show what is typed, and gives itself back however the question ends.
//!
//! Ctrl-C arrives as a character meanwhile. A signal from elsewhere (SIGTERM, SIGHUP, SIGINT, SIGQUIT) still ends the
//! process as it always does, so that a shell sees 128 and its number; the terminal is given back before that.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rustix::termios::{self, LocalModes, OptionalActions, SpecialCodeIndex, Termios};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

/// How the terminal was before the question that is open.
static OPEN: Mutex<Option<Before>> = Mutex::new(None);

/// A question whose answer is not shown, from when it is asked until this goes.
pub(super) struct Hidden;

impl Hidden {
    pub(super) fn set(tty: &File) -> io::Result<Self> {
        watch()?;
        let before = Before { tty: tty.try_clone()?, modes: termios::tcgetattr(tty)? };
        let mut modes = before.modes.clone();
        modes.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON | LocalModes::ISIG);
        modes.special_codes[SpecialCodeIndex::VMIN] = 1;
        modes.special_codes[SpecialCodeIndex::VTIME] = 0;
        *open() = Some(before);
        let hidden = Self;
        termios::tcsetattr(tty, OptionalActions::Drain, &modes)?;
        Ok(hidden)
    }
}

impl Drop for Hidden {
    fn drop(&mut self) {
        if let Some(before) = open().take() {
            before.give_back(OptionalActions::Drain);
        }
    }
}

struct Before {
    tty: File,
    modes: Termios,
}

impl Before {
    fn give_back(&self, when: OptionalActions) {
        let _nothing_more_to_try = termios::tcsetattr(&self.tty, when, &self.modes);
    }
}

fn open() -> MutexGuard<'static, Option<Before>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From the first question on, waits for the signals that end a process.
fn watch() -> io::Result<()> {
    static WATCHED: OnceLock<bool> = OnceLock::new();
    let begin = || {
        let signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM]);
        signals.is_ok_and(|signals| std::thread::Builder::new().spawn(|| give_back_on(signals)).is_ok())
    };
    if *WATCHED.get_or_init(begin) { Ok(()) } else { Err(io::Error::other("signals cannot be watched")) }
}

fn give_back_on(mut signals: Signals) {
    for signal in signals.forever() {
        // Held to the end: no other question opens in between.
        let open = open();
        if let Some(before) = &*open {
            // At once: a terminal that was stopped with Ctrl-S would let nobody through.
            before.give_back(OptionalActions::Now);
            let _only_looks = (&before.tty).write_all(b"\n");
        }
        let _ended = emulate_default_handler(signal);
    }
}

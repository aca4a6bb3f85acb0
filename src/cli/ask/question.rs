//! A terminal while a question is open, and giving it back however the question ends.
//!
//! Ctrl-C arrives as a character meanwhile: it ends the question, and whoever asked tidies up. A signal from elsewhere (SIGTERM,
//! SIGHUP, SIGINT, SIGQUIT) still ends the process as it always does, so that a shell sees 128 and its number; the terminal is
//! given back before that.

use std::fs::File;
use std::io::{self, Write};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use rustix::termios::{self, LocalModes, OptionalActions, QueueSelector, SpecialCodeIndex, Termios};
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use crate::process::Heard;

/// How the terminal was before the question that is open.
static OPEN: Mutex<Option<Before>> = Mutex::new(None);

/// A question, from when it is asked until this goes.
pub(super) struct Question;

/// What Ctrl-C sends.
pub(super) const INTERRUPT: u8 = 3;

impl Question {
    /// Readies the terminal for an answer that is shown while it is typed, or not.
    pub(super) fn open(tty: &File, shown: bool) -> io::Result<Self> {
        watch()?;
        let before = Before { tty: tty.try_clone()?, modes: termios::tcgetattr(tty)? };
        let mut modes = before.modes.clone();
        modes.local_modes.remove(LocalModes::ISIG);
        if shown {
            // The terminal edits the line itself; Ctrl-C ends it.
            modes.special_codes[SpecialCodeIndex::VEOL] = INTERRUPT;
        } else {
            modes.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL | LocalModes::ICANON);
            modes.special_codes[SpecialCodeIndex::VMIN] = 1;
            modes.special_codes[SpecialCodeIndex::VTIME] = 0;
        }
        *open() = Some(before);
        let question = Self;
        termios::tcsetattr(tty, OptionalActions::Drain, &modes)?;
        Ok(question)
    }

    /// Whether more was typed or pasted than the line that was read. If so, it is dropped: left alone, it would go to the
    /// shell, which would run it and remember it.
    pub(super) fn drop_rest(&self, tty: &File) -> bool {
        let more = rustix::io::ioctl_fionread(tty).is_ok_and(|bytes| bytes > 0);
        if more {
            let _all_that_can_be_done = termios::tcflush(tty, QueueSelector::IFlush);
        }
        more
    }
}

impl Drop for Question {
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

/// From the first call on, waits for the signals that end a process.
fn watch() -> io::Result<()> {
    static WATCHED: OnceLock<bool> = OnceLock::new();
    let begin = || {
        let signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM, Heard::MARK]);
        signals.is_ok_and(|signals| std::thread::Builder::new().spawn(|| give_back_on(signals)).is_ok())
    };
    if *WATCHED.get_or_init(begin) { Ok(()) } else { Err(io::Error::other("signals cannot be watched")) }
}

/// How far the thread that waits for them has come.
static HEARD: Heard = Heard::new();

/// What Ctrl-C does while something goes on that has to be brought to an end first.
static TAKEN: Mutex<Option<Box<dyn Fn() + Send>>> = Mutex::new(None);

/// Ctrl-C is somebody's until this goes.
pub(in crate::cli) struct Taken;

/// Takes Ctrl-C: whoever does ends the process soon, with [`end_by_interrupt`], or has lent the terminal to somebody. Where
/// signals cannot be watched, it ends it by itself, as ever.
pub(in crate::cli) fn on_interrupt(act: impl Fn() + Send + 'static) -> Taken {
    if watch().is_ok() {
        *taken() = Some(Box::new(act));
    }
    Taken
}

impl Drop for Taken {
    fn drop(&mut self) {
        if watch().is_ok() {
            // What was pressed before is theirs, too.
            HEARD.catch_up();
        }
        *taken() = None;
    }
}

fn taken() -> MutexGuard<'static, Option<Box<dyn Fn() + Send>>> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the process as Ctrl-C does, so that a shell sees it.
pub(in crate::cli) fn end_by_interrupt() {
    let _ended = emulate_default_handler(SIGINT);
}

fn give_back_on(mut signals: Signals) {
    for signal in signals.forever() {
        if signal == Heard::MARK {
            HEARD.mark();
            continue;
        }
        if let Some(act) = taken().as_ref().filter(|_| signal == SIGINT) {
            act();
            continue;
        }
        // Held to the end: no other question opens in between.
        let open = open();
        if let Some(before) = &*open {
            // What was typed and not read yet would be shown, and go to the shell.
            let _all_that_can_be_done = termios::tcflush(&before.tty, QueueSelector::IFlush);
            // At once: a terminal that was stopped with Ctrl-S would let nobody through.
            before.give_back(OptionalActions::Now);
            let _only_looks = (&before.tty).write_all(b"\n");
        }
        let _ended = emulate_default_handler(signal);
    }
}

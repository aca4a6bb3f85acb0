//! How other threads reach the one that draws: a message, and a bell that wakes it.

use std::io::{self, PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::message::Reply;

/// How many messages may wait. Whoever sends one more waits itself.
const WAITING_MAX: usize = 64;

/// Something from another thread.
#[derive(Debug)]
pub enum Letter {
    /// From whoever works with the vault.
    Reply(Reply),
    /// The system sent a signal.
    Signal(i32),
}

/// Where letters are thrown in.
#[derive(Clone)]
pub struct Post {
    letters: SyncSender<Letter>,
    bell: Arc<PipeWriter>,
}

/// Where they are taken out.
pub struct Box {
    letters: Receiver<Letter>,
    bell: PipeReader,
}

/// What there is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Woken {
    /// The terminal has something.
    pub input: bool,
    /// The terminal is gone.
    pub gone: bool,
}

/// A new post.
pub fn post() -> io::Result<(Post, Box)> {
    let (reader, writer) = io::pipe()?;
    rustix::io::ioctl_fionbio(&writer, true)?;
    rustix::io::ioctl_fionbio(&reader, true)?;
    let (letters, taken) = sync_channel(WAITING_MAX);
    Ok((Post { letters, bell: Arc::new(writer) }, Box { letters: taken, bell: reader }))
}

impl Post {
    /// Sends a letter. Where nobody takes letters any more, it is lost.
    pub fn send(&self, letter: Letter) {
        if self.letters.send(letter).is_ok() {
            // A bell that is full rings already.
            let _rings_already = (&*self.bell).write(&[1]);
        }
    }
}

impl Box {
    /// Waits until there is something to do, or the time is up.
    pub fn wait(&mut self, terminal: BorrowedFd, time: Option<Duration>) -> io::Result<Woken> {
        let time = time.map(|time| Timespec::try_from(time).unwrap_or(Timespec { tv_sec: 1, tv_nsec: 0 }));
        let bell = self.bell.as_fd();
        let mut fds = [PollFd::new(&terminal, PollFlags::IN), PollFd::new(&bell, PollFlags::IN)];
        match poll(&mut fds, time.as_ref()) {
            Err(rustix::io::Errno::INTR) => {}
            other => {
                other?;
            }
        }
        let [of_terminal, of_bell] = fds.map(|fd| fd.revents());
        if of_bell.contains(PollFlags::IN) {
            let mut rung = [0; WAITING_MAX];
            // What it rang for is among the letters.
            let _how_often = self.bell.read(&mut rung);
        }
        let gone = of_terminal.intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL);
        Ok(Woken { input: of_terminal.contains(PollFlags::IN), gone })
    }

    /// Takes a letter, if one is there.
    pub fn take(&self) -> Option<Letter> {
        self.letters.try_recv().ok()
    }

    /// Waits until nobody sends any more, but no longer than that.
    pub fn wait_for_silence(&self, time: Duration) {
        while self.letters.recv_timeout(time).is_ok() {}
    }
}

//! One client of the agent, as the agent sees it: a socket that is never waited for, and half a line.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use zeroize::{Zeroize, Zeroizing};

use super::harden;
use super::wire::{self, Answer, LINE_BYTES_MAX};

/// How long the rest of a line may take, in seconds.
const LINE_SECS: u64 = 10;

pub(super) struct Peer {
    stream: UnixStream,
    /// What it said and was not answered yet.
    said: Zeroizing<Vec<u8>>,
    heard_at: Duration,
}

/// What came of listening.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// It said something, or nothing yet.
    Something,
    /// It says more than a line may hold.
    TooMuch,
    /// It has gone.
    TheEnd,
}

impl Peer {
    /// A client that has come; `None` for one of another user.
    pub(super) fn of(stream: UnixStream, now: Duration) -> Option<Self> {
        stream.set_nonblocking(true).ok()?;
        harden::is_own(&stream).then(|| Self { stream, said: Zeroizing::default(), heard_at: now })
    }

    /// When it last said something.
    pub(super) fn heard_at(&self) -> Duration {
        self.heard_at
    }

    /// How long it may stay silent. One that is not in the middle of a line may for ever.
    pub(super) fn overdue_in(&self, now: Duration) -> Option<Duration> {
        let end = self.heard_at + Duration::from_secs(LINE_SECS);
        (!self.said.is_empty()).then(|| end.saturating_sub(now))
    }

    /// Whether it has been silent for too long.
    pub(super) fn is_overdue(&self, now: Duration) -> bool {
        self.overdue_in(now).is_some_and(|left| left.is_zero())
    }

    /// Takes what there is, up to a line's length.
    pub(super) fn hear(&mut self, now: Duration) -> Heard {
        let mut part = Zeroizing::new([0; 4096]);
        loop {
            let read = match self.stream.read(&mut *part) {
                Ok(0) => return Heard::TheEnd,
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Heard::Something,
                Err(_) => return Heard::TheEnd,
            };
            if self.said.is_empty() {
                // The time for a line counts from its beginning, so that dribbling gains nothing.
                self.heard_at = now;
            }
            if self.said.len() + read > LINE_BYTES_MAX {
                return Heard::TooMuch;
            }
            let part = part.get(..read).unwrap_or_default();
            wire::take(&mut self.said, part);
            if part.contains(&b'\n') {
                return Heard::Something;
            }
        }
    }

    /// The next whole line, without its end.
    pub(super) fn take_line(&mut self) -> Option<Zeroizing<Vec<u8>>> {
        let end = self.said.iter().position(|&byte| byte == b'\n')?;
        let (line, rest) = self.said.split_at_checked(end)?;
        let line = Zeroizing::new(line.to_vec());
        let rest = Zeroizing::new(rest.iter().skip(1).copied().collect::<Vec<_>>());
        self.said.zeroize();
        if rest.is_empty() {
            // A client that waits takes no room.
            self.said = Zeroizing::default();
        } else {
            self.said.extend_from_slice(&rest);
        }
        Some(line)
    }

    /// Answers. A client that does not take its answers is none any more: gives whether it does.
    pub(super) fn say(&mut self, answer: &Answer) -> bool {
        self.stream.write_all(&wire::write(answer)).is_ok()
    }
}

impl AsFd for Peer {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(100);

    fn pair() -> (UnixStream, Peer) {
        let (client, agent) = UnixStream::pair().unwrap();
        (client, Peer::of(agent, NOW).unwrap())
    }

    #[test]
    fn lines_are_taken_as_they_come() {
        let (mut client, mut peer) = pair();
        for (said, want) in
            [("", vec![]), ("a", vec![]), ("b\n", vec!["ab"]), ("c\n\nd", vec!["c", ""]), ("\n", vec!["d"])]
        {
            client.write_all(said.as_bytes()).unwrap();
            assert_eq!(peer.hear(NOW), Heard::Something);
            let lines: Vec<_> = std::iter::from_fn(|| peer.take_line()).collect();
            assert_eq!(lines.iter().map(|line| str::from_utf8(line).unwrap()).collect::<Vec<_>>(), want);
        }
        drop(client);
        assert_eq!(peer.hear(NOW), Heard::TheEnd);
    }

    #[test]
    fn half_a_line_and_silence_has_an_end() {
        let (mut client, mut peer) = pair();
        let late = NOW + Duration::from_secs(3600);
        assert!(!peer.is_overdue(late), "a client that waits");
        client.write_all(b"half").unwrap();
        peer.hear(NOW);
        client.write_all(b" of it").unwrap();
        peer.hear(NOW + Duration::from_secs(LINE_SECS - 1));
        assert!(!peer.is_overdue(NOW + Duration::from_secs(LINE_SECS - 1)));
        assert!(peer.is_overdue(NOW + Duration::from_secs(LINE_SECS)), "dribbling gains nothing");
    }

    #[test]
    fn a_line_has_a_longest() {
        let (mut client, mut peer) = pair();
        client.write_all(&vec![b'x'; LINE_BYTES_MAX + 1]).unwrap();
        assert_eq!(peer.hear(NOW), Heard::TooMuch);
    }
}

//! The agent itself: one thread that waits for many clients.

use std::io;
use std::os::fd::AsFd;
use std::path::Path;
use std::time::Duration;

use age::Identity;
use age::x25519;
use age_core::format::Stanza;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::error::Error;
use super::folder;
use super::harden::{self, Memory};
use super::keyring::{Keyring, Limits, Moment};
use super::logind::Logind;
use super::peer::{Heard, Peer};
use super::seat::Seat;
use super::wire::{Answer, Hidden, Holding, Refusal, Request, from_hex};

/// What an agent says to whoever started it when it may be asked.
pub const READY: &str = "ready";

/// The most clients at once. One more, or one more than the system lets it have open, and the one that has been silent longest
/// has to go.
const PEERS_MAX: usize = 256;
/// The most keys of one vault: two while it is being changed.
const KEYS_MAX: usize = 4;
/// How long an agent that holds nothing waits for somebody before it ends, in seconds.
const EMPTY_SECS: u64 = 30;
/// How often an agent that holds something looks at the clocks, in seconds: that is how long after a sleep it locks,
/// if nobody asks for anything.
const LOOK_SECS: u64 = 15;

/// Runs the agent whose socket stands in `dir`, to its end, in a process that stands apart. `ready` is called when
/// clients may come, or where another agent answers there, which is as well.
pub fn serve(dir: &Path, ready: impl FnOnce() -> io::Result<()>) -> Result<(), Error> {
    folder::ensure(dir)?;
    let seat = Seat::take(dir)?;
    ready().map_err(Error::io("open", Path::new("/dev/null")))?;
    let Some(seat) = seat else { return Ok(()) };
    let mut agent = Agent::new(&seat, harden::moment());
    let outcome = agent.run();
    drop(agent);
    seat.leave();
    outcome.map_err(|error| Error::Start { why: error.to_string() })
}

/// Who said something.
struct Ready {
    /// Somebody comes to the socket.
    knocked: bool,
    /// Each peer.
    peers: Vec<bool>,
    logind: bool,
}

struct Agent<'a> {
    seat: &'a Seat,
    peers: Vec<Peer>,
    /// What tells of locked sessions and of sleep, as long as there is such a thing.
    logind: Option<Logind>,
    keyring: Keyring<Vec<x25519::Identity>>,
    memory: Memory,
    /// When somebody was here last.
    last: Duration,
    /// Somebody told it to go.
    told_to_quit: bool,
}

impl<'a> Agent<'a> {
    fn new(seat: &'a Seat, now: Moment) -> Self {
        let keyring = Keyring::new(now);
        let logind = Logind::find();
        Self { seat, peers: vec![], logind, keyring, memory: Memory::Locked, last: now.awake, told_to_quit: false }
    }

    fn run(&mut self) -> io::Result<()> {
        // Where its socket is gone, nobody could tell it to lock any more.
        while !self.told_to_quit && self.seat.is_ours() {
            let now = harden::moment();
            self.keyring.tick(now);
            self.peers.retain(|peer| !peer.is_overdue(now.awake));
            let Some(wait) = self.wait(now) else { break };
            let ready = self.poll(wait)?;
            let now = harden::moment();
            // First: a key that comes at the same moment comes too late.
            if ready.logind {
                self.hear_logind();
            }
            self.hear(&ready, now);
        }
        Ok(())
    }

    /// How long nothing may happen; `None` where nothing is left to do.
    fn wait(&self, now: Moment) -> Option<Duration> {
        let peers = self.peers.iter().filter_map(|peer| peer.overdue_in(now.awake)).min();
        let keys = self.keyring.next_end(now).map(|end| end.min(Duration::from_secs(LOOK_SECS)));
        if self.peers.is_empty() && keys.is_none() {
            let left = (self.last + Duration::from_secs(EMPTY_SECS)).checked_sub(now.awake)?;
            return (!left.is_zero()).then_some(left);
        }
        // Nobody in the middle of a line and no key: only a client can change that.
        Some(peers.into_iter().chain(keys).min().unwrap_or(Duration::MAX))
    }

    /// Waits until somebody says something.
    fn poll(&self, wait: Duration) -> io::Result<Ready> {
        let streams = self.peers.iter().map(|peer| peer.as_fd());
        let logind = self.logind.iter().map(|logind| logind.as_fd());
        let all = std::iter::once(self.seat.as_fd()).chain(streams).chain(logind);
        let mut fds: Vec<_> = all.map(|fd| PollFd::from_borrowed_fd(fd, PollFlags::IN)).collect();
        // A millisecond more, so that whatever ends then has ended.
        let timeout = Timespec::try_from(wait.saturating_add(Duration::from_millis(1))).ok();
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let mut ready = fds.iter().map(|fd| !fd.revents().is_empty());
        let knocked = ready.next() == Some(true);
        let peers = ready.by_ref().take(self.peers.len()).collect();
        Ok(Ready { knocked, peers, logind: ready.next() == Some(true) })
    }

    fn hear_logind(&mut self) {
        let Self { logind, keyring, .. } = self;
        if logind.as_mut().is_some_and(|logind| logind.hear(|| keyring.lock(None)).is_none()) {
            *logind = None;
        }
    }

    fn hear(&mut self, ready: &Ready, now: Moment) {
        for (mut peer, &ready) in std::mem::take(&mut self.peers).into_iter().zip(&ready.peers) {
            if !ready || self.hear_one(&mut peer, now) {
                self.peers.push(peer);
            }
        }
        // Only now: whoever comes was not waited for.
        if ready.knocked {
            self.let_in(now);
        }
        if ready.peers.contains(&true) || ready.knocked {
            self.last = now.awake;
        }
    }

    fn let_in(&mut self, now: Moment) {
        let full = [Errno::MFILE, Errno::NFILE].map(|error| Some(error.raw_os_error()));
        loop {
            match self.seat.accept() {
                Ok(stream) => {
                    if self.peers.len() >= PEERS_MAX {
                        self.dismiss();
                    }
                    self.peers.extend(Peer::of(stream, now.awake));
                }
                // Who knocks and is not let in would keep this awake.
                Err(error) if full.contains(&error.raw_os_error()) && !self.peers.is_empty() => self.dismiss(),
                Err(_) => return,
            }
        }
    }

    /// Lets the one go that has been silent longest.
    fn dismiss(&mut self) {
        if let Some(silent) = (0..self.peers.len()).min_by_key(|&at| self.peers.get(at).map(Peer::heard_at)) {
            self.peers.swap_remove(silent);
        }
    }

    /// Hears what a client says, and answers. Gives whether it stays.
    fn hear_one(&mut self, peer: &mut Peer, now: Moment) -> bool {
        let heard = peer.hear(now.awake);
        while let Some(line) = peer.take_line() {
            let answer = match super::wire::read_request(&line) {
                Ok(request) => self.answer(request, now),
                Err(why) => Answer::Refused { why },
            };
            if !peer.say(&answer) {
                return false;
            }
        }
        match heard {
            Heard::Something => true,
            Heard::TooMuch => {
                peer.say(&Answer::Refused { why: Refusal::TooLong });
                false
            }
            Heard::TheEnd => false,
        }
    }

    fn answer(&mut self, request: Request, now: Moment) -> Answer {
        match request {
            Request::Hello => Answer::Done,
            Request::Look { vault } => Answer::Looked {
                keys: self.keyring.look(now, &vault).map_or(0, Vec::len),
                generation: self.keyring.generation(),
            },
            Request::Hold { vault, keys, idle_secs, hard_secs, generation } => {
                let limits = Limits { idle: Duration::from_secs(idle_secs), hard: Duration::from_secs(hard_secs) };
                self.hold(now, vault, &keys, limits, generation).unwrap_or_else(|why| Answer::Refused { why })
            }
            Request::Unwrap { vault, tag, args, body } => match from_hex(&body) {
                Some(body) => self.unwrap(now, &vault, &Stanza { tag, args, body }),
                None => Answer::Refused { why: Refusal::Unreadable },
            },
            Request::Lock { vault } => {
                self.keyring.lock(vault.as_deref());
                Answer::Done
            }
            Request::Status => self.standing(now),
            Request::Quit => {
                self.told_to_quit = true;
                self.keyring.lock(None);
                Answer::Done
            }
            Request::Unknown => Answer::Refused { why: Refusal::Unknown },
        }
    }

    fn hold(
        &mut self,
        now: Moment,
        vault: String,
        keys: &[Hidden],
        limits: Limits,
        generation: u64,
    ) -> Result<Answer, Refusal> {
        if keys.is_empty() || keys.len() > KEYS_MAX {
            return Err(Refusal::Unreadable);
        }
        // Its final size, so that it is never moved: what is locked and wiped is this one copy.
        let mut identities = Vec::with_capacity(keys.len());
        for key in keys {
            identities.push(key.identity().ok_or(Refusal::Unreadable)?);
        }
        if harden::lock(&identities) != Memory::Locked {
            self.memory = Memory::Swappable;
        }
        let Limits { idle, hard } = self.keyring.hold(now, vault, identities, limits, generation)?;
        Ok(Answer::Held { idle_secs: idle.as_secs(), hard_secs: hard.as_secs() })
    }

    fn unwrap(&mut self, now: Moment, vault: &str, stanza: &Stanza) -> Answer {
        let open = |keys: &Vec<x25519::Identity>| keys.iter().find_map(|key| key.unwrap_stanza(stanza)?.ok());
        match self.keyring.lend(now, vault, open) {
            None => Answer::Locked,
            Some(None) => Answer::NotMine,
            Some(Some(key)) => Answer::unwrapped(&key),
        }
    }

    fn standing(&mut self, now: Moment) -> Answer {
        let holding = |(vault, left): (&str, Limits)| Holding {
            vault: vault.to_owned(),
            idle_secs: left.idle.as_secs(),
            hard_secs: left.hard.as_secs(),
        };
        let session_lock = self.logind.as_ref().is_some_and(Logind::hears);
        Answer::Standing { memory: self.memory, session_lock, vaults: self.keyring.all(now).map(holding).collect() }
    }
}

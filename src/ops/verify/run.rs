//! The asking: at most four at once, one at a time to a host, each host with its rest.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::plan::Inquiry;
use crate::ops::board::{Board, Next};
use crate::ops::error::Error;
use crate::ops::pace::Pace;
use crate::ops::session::Session;
use crate::ports::Http;
use crate::service::definition::Means;
use crate::service::{Errand, Unasked, Verified};

/// How many calls are under way at once, at most.
pub const CALLS_AT_ONCE: usize = 4;
/// How often a token is asked about again that was asked about too often.
const TRIES: u32 = 3;
/// The longest that a host is waited for. One that wants more is left for another day.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came back about a version of a token.
#[derive(Debug, Clone)]
pub struct Reply {
    /// What was asked.
    pub inquiry: Inquiry,
    /// What the service said, or why it said nothing.
    pub said: Result<Verified, Unasked>,
}

/// What comes about while services are asked.
pub enum Heard {
    /// A reply about a version.
    Reply(Box<Reply>),
    /// Somebody ended the asking: nothing more is asked. Calls that are under way are not waited for by whoever ends the process
    /// on hearing it.
    Stopped,
}

/// Where replies arrive, and the wish to end.
pub struct Inbox {
    to_us: Sender<Letter>,
    letters: Receiver<Letter>,
}

/// Ends an asking, from any thread.
#[derive(Clone)]
pub struct Stop(Sender<Letter>);

enum Letter {
    Answered(Box<Answered>),
    Stop,
}

struct Answered {
    host: String,
    job: Job,
    said: Result<Verified, Unasked>,
}

impl Inbox {
    /// An empty one, and what ends the asking that it is for.
    pub fn new() -> (Self, Stop) {
        let (to_us, letters) = channel();
        let stop = Stop(to_us.clone());
        (Self { to_us, letters }, stop)
    }
}

impl Stop {
    /// Ends it. Does nothing where it is over.
    pub fn stop(&self) {
        let _over = self.0.send(Letter::Stop);
    }
}

/// A job that waits.
struct Job {
    inquiry: Inquiry,
    tries: u32,
}

/// A job under way: whoever does it has the secret, and nothing else of the vault.
struct Asked {
    host: String,
    job: Job,
    errand: Errand,
}

/// Asks about every inquiry and hands each reply over as it comes. A secret is opened when its turn has come, and is gone when
/// its reply is there. `hear` may write to the vault; what it returns as an error ends the asking.
///
/// # Errors
/// [`Error::Cancelled`] where it was stopped.
pub fn run(
    session: &Session,
    inquiries: Vec<Inquiry>,
    http: &dyn Http,
    inbox: Inbox,
    mut hear: impl FnMut(Heard) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut board = Board::new();
    let now = Instant::now();
    for inquiry in inquiries {
        let host = inquiry.hosts.first().cloned().unwrap_or_default();
        board.put(&host, Job { inquiry, tries: 0 }, now);
    }
    let (to_workers, work) = channel::<Asked>();
    let Inbox { to_us, letters } = inbox;
    let (work, pace) = (Mutex::new(work), Pace::default());
    thread::scope(|scope| {
        for _ in 0..CALLS_AT_ONCE {
            let (work, to_us, pace) = (&work, to_us.clone(), &pace);
            scope.spawn(move || worker(work, &to_us, http, pace));
        }
        // The end of this channel is what the workers end by, whatever ends the asking.
        let to_workers = to_workers;
        let asked = ask(session, &mut board, &to_workers, &letters, &mut hear);
        pace.end();
        asked
    })
}

fn worker(work: &Mutex<Receiver<Asked>>, to_us: &Sender<Letter>, http: &dyn Http, pace: &Pace) {
    loop {
        let next = work.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Asked { host, job, mut errand }) = next else { return };
        let said = errand.verify(&pace.over(http, job.inquiry.gap()));
        drop(errand);
        if to_us.send(Letter::Answered(Box::new(Answered { host, job, said }))).is_err() {
            return;
        }
    }
}

fn ask(
    session: &Session,
    board: &mut Board<Job>,
    to_workers: &Sender<Asked>,
    letters: &Receiver<Letter>,
    hear: &mut impl FnMut(Heard) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut under_way = 0;
    loop {
        let next = if under_way < CALLS_AT_ONCE { board.take(Instant::now()) } else { Next::NotBefore(None) };
        let until = match next {
            Next::Job(host, job) => {
                if let Some(errand) = job.inquiry.open(session)? {
                    under_way += usize::from(to_workers.send(Asked { host, job, errand }).is_ok());
                } else {
                    board.done(&host, Duration::ZERO, Instant::now());
                    let said = Err(Unasked::Purged);
                    hear(Heard::Reply(Box::new(Reply { inquiry: job.inquiry, said })))?;
                }
                continue;
            }
            Next::Empty if under_way == 0 => return Ok(()),
            Next::Empty | Next::NotBefore(None) => None,
            Next::NotBefore(Some(at)) => Some(at),
        };
        match wait(letters, until) {
            None => {}
            Some(Letter::Stop) => {
                hear(Heard::Stopped)?;
                return Err(Error::Cancelled);
            }
            Some(Letter::Answered(answered)) => {
                under_way -= 1;
                if let Some(reply) = settled(board, *answered) {
                    hear(Heard::Reply(Box::new(reply)))?;
                }
            }
        }
    }
}

/// Waits for a letter, or until a host may be asked again.
fn wait(letters: &Receiver<Letter>, until: Option<Instant>) -> Option<Letter> {
    match until {
        None => letters.recv().ok(),
        Some(at) => letters.recv_timeout(at.saturating_duration_since(Instant::now())).ok(),
    }
}

/// Frees the host, and puts a job back that was asked too early. What is settled is the reply.
fn settled(board: &mut Board<Job>, answered: Answered) -> Option<Reply> {
    let Answered { host, mut job, said } = answered;
    let wished = said.as_ref().ok().and_then(|verified| verified.wait);
    let rest = wished.unwrap_or_default().min(PATIENCE).max(job.inquiry.gap());
    let now = Instant::now();
    board.done(&host, rest, now);
    job.tries += 1;
    let throttled = said.as_ref().is_ok_and(|verified| verified.means == Means::Throttled);
    if throttled && job.tries < TRIES && wished.is_some_and(|wished| wished <= PATIENCE) {
        board.put(&host, job, now);
        return None;
    }
    Some(Reply { inquiry: job.inquiry, said })
}

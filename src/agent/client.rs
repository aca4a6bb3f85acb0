//! Asking the agent, and starting it.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use age::secrecy::SecretString;
use age::{DecryptError, Identity};
use age_core::format::{FileKey, Stanza};
use zeroize::Zeroizing;

use super::error::Error;
use super::harden::{self, Memory};
use super::keyring::Limits;
use super::wire::{self, Answer, Hidden, LINE_BYTES_MAX, Refusal, Request};
use super::{folder, server};

/// How long an answer may take. The agent answers in less than a millisecond; one that takes this long is stopped.
const ANSWER: Duration = Duration::from_secs(3);
/// How often one is started: another may go in between, or be of another version.
const TRIES: u32 = 3;

/// A connection to the agent.
pub struct Client {
    stream: UnixStream,
}

/// What the agent holds.
pub struct Standing {
    /// Whether its memory can be swapped out.
    pub memory: Memory,
    /// Whether it locks with a session of its user, because logind tells.
    pub session_lock: bool,
    /// The vaults that are unlocked.
    pub vaults: Vec<VaultStanding>,
}

/// A vault that is unlocked.
pub struct VaultStanding {
    /// Its folder.
    pub vault: String,
    /// For how long it still is.
    pub left: Limits,
}

impl Client {
    /// Connects to the agent whose socket stands in `dir`. `None` where there is none. One of another version is told to
    /// go, and counts as none: its vaults are locked then.
    pub fn connect(dir: &Path) -> Result<Option<Self>, Error> {
        let greeted = Self::greet(dir, &Request::Hello)?;
        Ok(greeted.and_then(|(client, answer)| matches!(answer, Answer::Done).then_some(client)))
    }

    /// The same with the first thing that is asked, and its answer: each costs waking the agent.
    fn greet(dir: &Path, first: &Request) -> Result<Option<(Self, Answer)>, Error> {
        if !folder::check(dir)? {
            return Ok(None);
        }
        let path = folder::socket(dir);
        let stream = match UnixStream::connect(&path) {
            Err(error) if is_nobody(&error) => return Ok(None),
            other => other.map_err(Error::io("connect to", &path))?,
        };
        if !harden::is_own(&stream) {
            return Err(Error::Foreign { path });
        }
        let limit = |stream: &UnixStream| {
            stream.set_read_timeout(Some(ANSWER))?;
            stream.set_write_timeout(Some(ANSWER))
        };
        limit(&stream).map_err(Error::io("connect to", &path))?;
        let mut client = Self { stream };
        match client.ask(first) {
            Ok(answer) => Ok(Some((client, answer))),
            Err(Error::Refused(Refusal::Version)) => {
                client.send_away();
                Ok(None)
            }
            // It went while it was being asked, or it is stuck. Whoever starts one sees to it.
            _ => Ok(None),
        }
    }

    /// Connects, and starts an agent where there is none.
    pub fn start(dir: &Path, starter: Starter) -> Result<Self, Error> {
        folder::ensure(dir)?;
        for _ in 0..TRIES {
            if let Some(client) = Self::connect(dir)? {
                return Ok(client);
            }
            spawn(dir, starter)?;
        }
        Self::connect(dir)?.ok_or(Error::Silent)
    }

    /// Forgets the key of a vault, or all of them. Whoever is unlocking one meanwhile comes too late.
    pub fn lock(&mut self, vault: Option<&str>) -> Result<(), Error> {
        self.done(&Request::Lock { vault: vault.map(str::to_owned) })
    }

    /// What is held. Asking does not put any limit off.
    pub fn standing(&mut self) -> Result<Standing, Error> {
        let Answer::Standing { memory, session_lock, vaults } = self.ask(&Request::Status)? else {
            return Err(Error::Silent);
        };
        let limits = |idle, hard| Limits { idle: Duration::from_secs(idle), hard: Duration::from_secs(hard) };
        let vaults = vaults.into_iter();
        let vaults = vaults.map(|it| VaultStanding { vault: it.vault, left: limits(it.idle_secs, it.hard_secs) });
        Ok(Standing { memory, session_lock, vaults: vaults.collect() })
    }

    /// Begins to unlock a vault: what comes of it is taken only if nothing is locked in between.
    pub fn begin(mut self, vault: &str) -> Result<Promise, Error> {
        let vault = vault.to_owned();
        match self.ask(&Request::Look { vault: vault.clone() })? {
            Answer::Looked { generation, .. } => Ok(Promise { client: self, vault, generation }),
            _ => Err(Error::Silent),
        }
    }

    /// The key of a vault, lent by the agent whose socket stands in `dir`. `None` where it is locked, or there is none.
    pub fn borrow(dir: &Path, vault: &str) -> Result<Option<Lent>, Error> {
        let vault = vault.to_owned();
        match Self::greet(dir, &Request::Look { vault: vault.clone() })? {
            None | Some((_, Answer::Looked { keys: 0, .. })) => Ok(None),
            Some((client, Answer::Looked { keys, .. })) => {
                Ok(Some(Lent { client: Mutex::new(client), vault, keys, lost: AtomicBool::new(false) }))
            }
            Some(_) => Err(Error::Silent),
        }
    }

    fn done(&mut self, request: &Request) -> Result<(), Error> {
        match self.ask(request)? {
            Answer::Done => Ok(()),
            _ => Err(Error::Silent),
        }
    }

    fn ask(&mut self, request: &Request) -> Result<Answer, Error> {
        self.stream.write_all(&wire::write(request)).map_err(|_| Error::Silent)?;
        let line = self.line().map_err(|_| Error::Silent)?;
        match wire::read_answer(&line) {
            Ok(Answer::Refused { why }) | Err(why @ Refusal::Version) => Err(Error::Refused(why)),
            Ok(answer) => Ok(answer),
            Err(_) => Err(Error::Silent),
        }
    }

    /// Reads one line. There is never more: one answer comes for one request.
    fn line(&mut self) -> io::Result<Zeroizing<Vec<u8>>> {
        let mut line = Zeroizing::default();
        let mut part = Zeroizing::new([0; 4096]);
        loop {
            let read = self.stream.read(&mut *part)?;
            wire::take(&mut line, part.get(..read).unwrap_or_default());
            match line.last() {
                Some(b'\n') => return Ok(line),
                _ if read == 0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                _ if line.len() + part.len() > LINE_BYTES_MAX => return Err(io::ErrorKind::FileTooLarge.into()),
                _ => {}
            }
        }
    }

    /// Tells an agent of another version to go, and waits until it has.
    fn send_away(&mut self) {
        let _gone_already = self.stream.write_all(&wire::write(&Request::Quit));
        while self.line().is_ok() {}
    }
}

/// Nobody is there, or nobody can be: a path that is too long for a socket.
fn is_nobody(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(error.kind(), Kind::NotFound | Kind::ConnectionRefused | Kind::InvalidInput)
}

/// Starts an agent for a folder, and gives the first line that it says.
pub type Starter = fn(&Path) -> io::Result<String>;

/// Starts an agent, and waits until it may be asked.
fn spawn(dir: &Path, starter: Starter) -> Result<(), Error> {
    match starter(dir).map_err(|error| Error::Start { why: error.to_string() })?.as_str() {
        server::READY => Ok(()),
        "" => Err(Error::Start { why: "it ended without a word".into() }),
        why => Err(Error::Start { why: why.to_owned() }),
    }
}

/// A vault that is being unlocked.
pub struct Promise {
    client: Client,
    vault: String,
    generation: u64,
}

impl Promise {
    /// Hands its key over, once. Gives for how long it is held.
    ///
    /// # Errors
    /// [`Refusal::LockedMeanwhile`] where somebody locked since this began.
    pub fn keep(mut self, keys: Vec<SecretString>, limits: Limits) -> Result<Limits, Error> {
        let hold = Request::Hold {
            vault: self.vault,
            keys: keys.into_iter().map(Hidden).collect(),
            idle_secs: limits.idle.as_secs(),
            hard_secs: limits.hard.as_secs(),
            generation: self.generation,
        };
        match self.client.ask(&hold)? {
            Answer::Held { idle_secs, hard_secs } => {
                Ok(Limits { idle: Duration::from_secs(idle_secs), hard: Duration::from_secs(hard_secs) })
            }
            _ => Err(Error::Silent),
        }
    }
}

/// The key of a vault that the agent holds. It opens what is sealed to the vault, and is never seen.
pub struct Lent {
    client: Mutex<Client>,
    vault: String,
    keys: usize,
    lost: AtomicBool,
}

impl Lent {
    /// How many keys are behind it.
    pub fn keys(&self) -> usize {
        self.keys
    }

    /// Whether it was taken away in the middle: the vault was locked, or the agent has gone.
    pub fn is_lost(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    fn unwrap(&self, stanza: &Stanza) -> Result<Option<FileKey>, Error> {
        let mut client = self.client.lock().map_err(|_| Error::Silent)?;
        match client.ask(&Request::unwrap(&self.vault, stanza))? {
            Answer::Unwrapped { file_key } => wire::file_key(&file_key).map(Some).ok_or(Error::Silent),
            Answer::NotMine => Ok(None),
            _ => Err(Error::Silent),
        }
    }
}

impl Identity for Lent {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        // A vault key is of this sort: whatever else a header holds is no business of the agent's.
        if stanza.tag != "X25519" || self.is_lost() {
            return self.is_lost().then_some(Err(DecryptError::KeyDecryptionFailed));
        }
        match self.unwrap(stanza) {
            Ok(key) => key.map(Ok),
            // A stanza that no request has room for is nobody's.
            Err(Error::Refused(_)) => None,
            Err(_) => {
                self.lost.store(true, Ordering::Relaxed);
                Some(Err(DecryptError::KeyDecryptionFailed))
            }
        }
    }
}

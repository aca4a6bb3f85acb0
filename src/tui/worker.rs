//! The thread that works with the vault: it runs the verbs, one after the other, and looks once a second whether somebody
//! else changed or locked the vault. Nothing that it does keeps the keyboard waiting.

mod acts;
mod asker;
mod copying;
mod doors;
mod keeping;
mod known;
mod lists;
mod turning;
mod verbs;
mod verify;

use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::time::Duration;

use secrecy::SecretString;

use self::turning::Turns;
use super::message::{Answer, Fault, Opened, Reply, Request};
use super::post::{Letter, Post};
use super::terminal::Pen;
use super::written::Written;
use crate::ops::{self, Demo, Error, Ground, Init, Means, Session, Which};
use crate::token::id::TokenId;
use crate::vault::{self, Prompts};
use asker::Asker;
use known::Known;

/// How often it is looked what others did.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How many requests may wait. A key that is held down waits no longer than that.
const WAITING_MAX: usize = 64;
/// By how much the agent's time may differ from what was told of it.
const DRIFT: Duration = Duration::from_secs(2);

/// The thread, as the window sees it.
pub struct Worker {
    requests: SyncSender<Request>,
    answers: SyncSender<Option<Answer>>,
}

impl Worker {
    /// Starts it.
    pub fn start(ground: Ground, means: Means, post: Post, pen: Pen) -> Self {
        let (requests, asked) = sync_channel(WAITING_MAX);
        let (answers, answered) = sync_channel(1);
        let prompts = Arc::new(Asker::new(post.clone(), answered));
        let (turns, known) = (Turns::default(), Known::default());
        let (open, seen, left, asking, told) = (None, None, None, None, None);
        let desk = Desk { ground, means, prompts, post, pen, turns, open, seen, known, left, asking, told };
        std::thread::spawn(move || desk.work(&asked));
        Self { requests, answers }
    }

    /// Asks for something. It is given back where too much waits already.
    pub fn ask(&self, request: Request) -> Result<(), Request> {
        self.requests
            .try_send(request)
            .map_err(|(TrySendError::Full(request) | TrySendError::Disconnected(request))| request)
    }

    /// Answers a question.
    pub fn answer(&self, answer: Option<Answer>) {
        // Where nobody asked, nobody hears it.
        let _unasked = self.answers.try_send(answer);
    }
}

/// The vault that is open.
enum Open {
    Own(Session),
    Demo(Demo),
}

impl Open {
    fn session(&mut self) -> &mut Session {
        match self {
            Self::Own(session) => session,
            Self::Demo(demo) => &mut demo.session,
        }
    }
}

/// A file as it was seen: where another one stands in its place, this differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seen(u64, i64, i64, u64);

struct Desk {
    ground: Ground,
    means: Means,
    prompts: Arc<Asker>,
    post: Post,
    pen: Pen,
    turns: Turns,
    open: Option<Open>,
    seen: Option<Seen>,
    known: Known,
    /// For how long it stays unlocked, and when that was.
    left: Option<(Duration, Duration)>,
    /// Ends the asking that is under way.
    asking: Option<ops::Stop>,
    /// What goes wrong at every look, and was told once.
    told: Option<Fault>,
}

impl Desk {
    fn work(mut self, asked: &Receiver<Request>) {
        loop {
            // With nothing open there is nothing to look at.
            let next = match self.open {
                Some(_) => asked.recv_timeout(LOOK_EVERY),
                None => asked.recv().map_err(|_| RecvTimeoutError::Disconnected),
            };
            let served = match next {
                Ok(request) => {
                    self.told = None;
                    self.serve(request)
                }
                Err(RecvTimeoutError::Timeout) => self.look(),
                Err(RecvTimeoutError::Disconnected) => return,
            };
            self.told = served.err().and_then(|error| self.fail(&error));
        }
    }

    fn reply(&self, reply: Reply) {
        self.post.send(Letter::Reply(reply));
    }

    fn serve(&mut self, request: Request) -> Result<(), Error> {
        match request {
            Request::Unlock => self.unlock(),
            Request::Create(name, passphrase) => self.create(name, passphrase),
            Request::Measure(passphrase) => {
                self.reply(Reply::Measured(ops::measured(&passphrase)));
                Ok(())
            }
            Request::Demo => self.demo(),
            Request::Lock => self.lock(),
            Request::Verify(ids, agreed) => self.verify(ids, agreed),
            Request::Stop => {
                if let Some(stop) = self.asking.take() {
                    stop.stop();
                }
                Ok(())
            }
            Request::Set(changes) => {
                self.set(&changes);
                Ok(())
            }
            Request::Switch(name) => {
                (self.open, self.ground.named) = (None, Some(name));
                self.unlock()
            }
            Request::EditFacts(written) => {
                let asked = self.of_vault(Request::EditFacts(written.clone()));
                asked.unwrap_or_else(|error| self.give_back(*written, &error));
                self.look()
            }
            // Nobody waits for what was asked of a vault that is locked since.
            _ if self.open.is_none() => Ok(()),
            other => {
                self.of_vault(other)?;
                self.look()
            }
        }
    }

    /// Does what is asked of the vault that is open.
    fn of_vault(&mut self, request: Request) -> Result<(), Error> {
        let (pen, post) = (Arc::clone(&self.pen), self.post.clone());
        let Some(open) = &mut self.open else {
            let (why, hint) = ("it was locked meanwhile".into(), "open it again".into());
            return Err(Error::Locked { why, hint });
        };
        let session = open.session();
        session.go_on()?;
        let reply = match request {
            Request::Turn(turn) => self.turns.take(session, *turn, &post)?,
            other => verbs::verb(session, other, &pen, &post)?,
        };
        if let Some(reply) = reply {
            post.send(Letter::Reply(reply));
        }
        Ok(())
    }

    /// Gives back what somebody wrote and the vault did not take. Where it clashes with what others wrote, that comes with it.
    fn give_back(&mut self, written: Written, error: &Error) {
        let clashes = matches!(error, Error::Vault(vault::Error::Meanwhile { .. }));
        let open = self.open.as_mut().filter(|_| clashes);
        let told = open.and_then(|open| keeping::told_anew(open.session(), &written).ok());
        // Where the vault is locked, the window is to know that before it asks about what was written.
        if self.open.is_some() && matches!(error, Error::Locked { .. }) {
            self.fail(error);
        }
        self.reply(Reply::NotFacts(Box::new(told.unwrap_or(written)), Fault::of(error)));
    }

    fn prompts(&self) -> Prompts {
        Arc::clone(&self.prompts) as Prompts
    }

    fn unlock(&mut self) -> Result<(), Error> {
        if let Some(Open::Demo(_)) = self.open {
            return self.opened();
        }
        if !self.doors() {
            return Ok(());
        }
        let prompts = self.prompts();
        // With the agent, whoever sits here stays until somebody locks, from wherever that is.
        if self.ground.agent && self.ground.config.agent.auto {
            match ops::hold(&self.ground, &self.means, None, &prompts) {
                // Everything works without it.
                Err(Error::Agent(error)) => prompts.say(&error.to_string()),
                other => drop(other?),
            }
        }
        let session = Session::start(self.ground.clone(), &self.means, &prompts)?;
        self.open = Some(Open::Own(session));
        self.opened()
    }

    fn create(&mut self, name: String, passphrase: SecretString) -> Result<(), Error> {
        let init = Init { name, passphrase: Some(passphrase), typed: true, ..Init::default() };
        let session = ops::init(self.ground.clone(), init, &self.prompts())?;
        self.ground.named.clone_from(&session.ground.named);
        let handed_over = self.ground.agent && self.ground.config.agent.auto;
        self.open = Some(Open::Own(session));
        // With the agent's help from then on, so that it can be locked from elsewhere.
        if handed_over { self.unlock() } else { self.opened() }
    }

    fn demo(&mut self) -> Result<(), Error> {
        let mut demo = ops::demo(&self.prompts())?;
        // It looks as the person has it. What they change in it stays in its own folder.
        demo.session.settle(self.ground.config.clone());
        self.open = Some(Open::Demo(demo));
        self.opened()
    }

    fn opened(&mut self) -> Result<(), Error> {
        let demo = matches!(self.open, Some(Open::Demo(_)));
        let idle = self.ground.config.agent.idle_time();
        let Some(open) = &mut self.open else { return Ok(()) };
        let session = open.session();
        session.go_on()?;
        let seen = stat(session);
        let mut known = Known::default();
        let (tokens, _) = known.news(session)?;
        let opened = Opened {
            name: session.ground.vault_name()?,
            folder: session.vault.dir().to_string_lossy().into_owned(),
            demo,
            rules: session.rules,
            vaults: session.ground.vaults(),
            tokens,
            idle: (!session.is_lent()).then_some(idle),
        };
        (self.seen, self.known, self.left) = (seen, known, None);
        self.reply(Reply::Opened(Box::new(opened)));
        self.look()
    }

    /// Changes settings, all or none, with effect at once: in the vault that is open, and in those that come.
    fn set(&mut self, changes: &[(String, Option<String>)]) {
        let changes: Vec<_> = changes.iter().map(|(name, to)| (name.as_str(), to.as_deref())).collect();
        let session = self.open.as_mut().map(Open::session);
        let set = ops::set(session.as_ref().map_or(&self.ground, |session| &session.ground), &changes);
        if let Ok(config) = &set {
            session.into_iter().for_each(|session| session.settle(config.clone()));
            if !matches!(self.open, Some(Open::Demo(_))) {
                self.ground.config = config.clone();
            }
        }
        let name = changes.first().map(|(name, _)| (*name).to_owned()).unwrap_or_default();
        self.reply(Reply::Set(name, set.map(Box::new).map_err(|error| Fault::of(&error))));
    }

    /// Forgets the key, here and in the agent. The demo's vault would be gone with it, and stays.
    fn lock(&mut self) -> Result<(), Error> {
        if let Some(Open::Demo(_)) = self.open {
            return Ok(());
        }
        if let Some(stop) = self.asking.take() {
            stop.stop();
        }
        let Some(Open::Own(session)) = self.open.take() else { return Ok(()) };
        let lent = session.is_lent();
        let ground = Ground { named: Some(session.ground.vault_name()?), ..session.ground.clone() };
        drop(session);
        self.doors();
        if lent { ops::lock(&ground) } else { Ok(()) }
    }

    /// Asks services, in a thread of its own with a session of its own: whoever sits here goes on meanwhile.
    fn verify(&mut self, ids: Vec<TokenId>, agreed: bool) -> Result<(), Error> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let session = open.session().twin()?;
        let plan = ops::plan_verify(&session, Which::These(&ids), ops::With::default())?;
        let new = ops::Hosts::new_in(&session.ground, plan.hosts());
        if new != ops::Hosts::default() {
            if !agreed {
                self.reply(Reply::Hosts(ids, new.said.into_iter().chain(new.asked).collect()));
                return Ok(());
            }
            ops::remember_hosts(&session.ground, &new)?;
        }
        self.asking = Some(verify::start(session, plan, self.post.clone()));
        Ok(())
    }

    /// Looks what others did: whether another file stands there, and for how long the agent holds the key.
    fn look(&mut self) -> Result<(), Error> {
        let Some(open) = &mut self.open else { return Ok(()) };
        let session = open.session();
        if session.is_lent() {
            let name = session.ground.vault_name()?;
            let status = ops::status(&Ground { named: Some(name), ..session.ground.clone() })?;
            let limits = status.vaults.first().and_then(|vault| vault.left);
            let Some(limits) = limits else {
                self.shut(None);
                return Ok(());
            };
            self.tell(limits.idle.min(limits.hard));
        }
        let Some(open) = &mut self.open else { return Ok(()) };
        let session = open.session();
        let seen = stat(session);
        if seen.is_some() && seen != self.seen {
            session.go_on()?;
            let (news, gone) = self.known.news(session)?;
            self.seen = seen;
            self.reply(Reply::Loaded(news, gone));
        }
        Ok(())
    }

    /// Tells how long it stays open, where that is not what was told before.
    fn tell(&mut self, left: Duration) {
        let passed = crate::clock::passed();
        let known = self.left.map(|(left, then)| left.saturating_sub(passed.saturating_sub(then)));
        if known.is_none_or(|known| known.abs_diff(left) > DRIFT) {
            self.left = Some((left, passed));
            self.reply(Reply::Left(left));
        }
    }
}

fn stat(session: &Session) -> Option<Seen> {
    let meta = std::fs::metadata(session.vault.file()).ok()?;
    Some(Seen(meta.ino(), meta.mtime(), meta.mtime_nsec(), meta.size()))
}

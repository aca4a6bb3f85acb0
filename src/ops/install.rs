//! Installing: the version in use goes to the places of its token, by the command of each.
//!
//! Three parts, so that a command which takes its time holds nothing up: what is to be run is planned, a secret is handed out
//! and the command run without the vault, and what became of it is written down.

use super::consumer::{meant, tick};
use super::error::Error;
use super::find::{Among, find};
use super::get::{Got, get};
use super::session::Session;
use crate::shell;
use crate::text::{clipped, escaped};
use crate::token::Token;
use crate::token::change::Subject;
use crate::token::consumer::{Consumer, Way};
use crate::token::id::{TokenId, VersionId};
use crate::vault;

/// The verb under which uses are recorded, and what came of them.
const VERB: &str = "install";

/// Which places are meant.
#[derive(Debug, Clone, Copy)]
pub enum Places<'a> {
    /// Those that do not have the version in use yet.
    Unserved,
    /// Every one.
    All,
    /// That one.
    Named(&'a str),
}

/// What is to be done to install the version in use.
#[derive(Debug, Clone)]
pub struct InstallPlan {
    /// The token.
    pub token: Token,
    /// What commands do.
    pub jobs: Vec<Job>,
    /// The places that the person updates themselves.
    pub by_hand: Vec<String>,
}

/// A command that is to be run for a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Which place. Not escaped.
    pub place: String,
    /// Its command line. Not escaped.
    pub command: String,
    /// The variable that holds the secret; without one, it is the standard input.
    pub env: Option<String>,
    token: TokenId,
    version: VersionId,
    number: u32,
}

/// A job with its secret: all that its command needs, and nothing else of the vault.
pub struct Handed {
    job: Job,
    got: Got,
}

/// Finds out what is to be run for a token, and what the person has to do themselves. No secret is opened for that.
pub fn plan_install(session: &Session, asked: &str, places: Places) -> Result<InstallPlan, Error> {
    let token = session.read(|vault| find(vault, asked, Among::Kept))?;
    let only = match places {
        Places::Named(asked) => Some(meant(&token, asked)?.0),
        _ => None,
    };
    let wanted = |consumer: &Consumer| match (places, only) {
        (_, Some(only)) => consumer.place == only,
        (Places::Unserved, _) => consumer.since.is_none(),
        _ => true,
    };
    let (mut jobs, mut by_hand) = (vec![], vec![]);
    for consumer in token.places().filter(wanted) {
        match consumer.way {
            Way::Hand { .. } => by_hand.push(consumer.place.to_owned()),
            Way::Run { command, env } => jobs.push(Job {
                place: consumer.place.to_owned(),
                command: command.clone(),
                env: env.clone(),
                token: token.id,
                version: token.current().id,
                number: token.current().number,
            }),
        }
    }
    Ok(InstallPlan { token, jobs, by_hand })
}

/// Hands the secret out for a job, and records the use.
///
/// # Errors
/// [`vault::Error::Meanwhile`] where the version is not in use any more.
pub fn hand_out(session: &Session, job: &Job) -> Result<Handed, Error> {
    let token = session.read(|vault| Ok(vault.token(job.token)?))?;
    if token.is_none_or(|token| !token.is_kept() || token.current().id != job.version) {
        return Err(vault::Error::Meanwhile { what: "the token" }.into());
    }
    let got = get(session, &job.token.to_string(), Some(job.number), VERB)?;
    Ok(Handed { job: job.clone(), got })
}

impl Handed {
    /// What the person should know of the secret: that it has expired, or is dead.
    pub fn warning(&self) -> Option<&str> {
        self.got.warning.as_deref()
    }

    /// Runs the command to its end, and hands on what it prints, line by line, without the secret. Not escaped.
    ///
    /// # Errors
    /// [`Error::Failed`] where it did not end well.
    pub fn run(&self, heard: impl FnMut(&str)) -> Result<(), Error> {
        let Job { place, command, env, .. } = &self.job;
        let failed = |why: String| Error::Failed {
            doing: format!("update {}", clipped(&escaped(place), 80, false)),
            why,
            hint: Some("nothing was written down; once it is mended, the same command tries again".into()),
        };
        let status = shell::run(command, env.as_deref(), &self.got.secret, heard);
        let status = status.map_err(|error| failed(format!("no shell could be started: {error}")))?;
        if status.success() { Ok(()) } else { Err(failed(format!("its command ended with {status}"))) }
    }
}

/// Writes down that a job is done.
///
/// # Errors
/// [`vault::Error::Meanwhile`] where the place was taken away.
pub fn record_install(session: &Session, done: &Handed) -> Result<(), Error> {
    let Job { token, version, place, .. } = &done.job;
    session.write(VERB, |vault| {
        if !vault.token(*token)?.is_some_and(|token| token.consumers.contains_key(place)) {
            return Err(vault::Error::Meanwhile { what: "the places of the token" }.into());
        }
        tick(vault, Subject { token: *token, version: Some(*version) }, place, Some(crate::clock::now().instant))
    })
}

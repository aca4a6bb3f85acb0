//! `patvault rotate`.

mod by_call;
mod by_hand;
mod outcome;

use chrono::{DateTime, Utc};

use super::Desk;
use super::complete::Known;
use super::face::Exit;
use super::intake::Surplus;
use super::verify;
use crate::ops::{self, Error, RotatePlan, Session, Settled, Step, Wish, With};
use crate::service::Network;
use crate::text::{escaped, word_for};
use crate::token::rotation::Rotation;
use crate::token::when;

/// How often a rotation goes on by itself when what it found out changed what comes next.
const TURNS_MAX: usize = 3;

/// Put a new secret in a token's place
///
/// By a call where its service has one: what is asked of which host is shown first, and asked for once. Else, and with --by-hand,
/// on the service's page: its address is shown, filled in, and the new secret is asked for and not shown. The old one is kept
/// and owed to be revoked.
///
/// It can be left at any time, and goes on where it was: 'patvault rotate TOKEN' again. A call whose answer was lost is never
/// made again before it is known what became of it.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which token
    #[arg(add = Known::Token)]
    token: String,
    /// Make the new one on the service's page, though there is a call
    #[arg(long)]
    by_hand: bool,
    /// When the new one is to end: 2027-01-31, 90d, never; without that it lives as long as the old one, or as is usual
    #[arg(long, value_name = "WHEN")]
    expires: Option<String>,
    /// Read the new secret, which you have made already, from standard input
    #[arg(long, conflicts_with = "paste")]
    stdin: bool,
    /// Read the new secret, which you have made already, from the desktop's clipboard
    #[arg(long)]
    paste: bool,
    /// Take the new secret though it looks like none, or is another token's too
    #[arg(long)]
    force: bool,
    /// Open the page with the desktop's browser
    #[arg(long)]
    open: bool,
    /// Do not ask the service whether the new one works
    #[arg(long)]
    no_verify: bool,
    /// Another token of the vault that the call is made with, by the name that 'patvault services SERVICE' shows
    #[arg(long, value_name = "NAME=TOKEN", add = Known::With)]
    with: Vec<String>,
    /// Forget a rotation that was begun and not brought to its end
    #[arg(long, conflicts_with_all = ["by_hand", "stdin", "paste", "open", "dry_run"])]
    abandon: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Do not ask before the call
    #[arg(long)]
    yes: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    surplus: Surplus,
}

pub(super) fn run(args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    args.surplus.refuse(None, desk)?;
    if args.stdin {
        super::intake::check_stdin(desk)?;
    }
    let expires = args.expires.as_deref().map(|text| when::parse(text, &desk.now)).transpose()?;
    let wish = Wish { expires, by_hand: args.by_hand || args.stdin || args.paste };
    let session = desk.session()?;
    let with = With::read(&session, &args.with)?;
    let mut plan = ops::plan_rotate(&session, &args.token, wish, with.clone())?;
    if args.abandon {
        return abandon(&session, &plan, args, desk);
    }
    if args.dry_run {
        outcome::show_plan(&plan, args.json, desk);
        return Ok(Exit::Done);
    }
    // The token that was found, whatever it may be called by the next time.
    let id = plan.token.id.to_string();
    for _ in 0..TURNS_MAX {
        let ended = match plan.step.clone() {
            Step::Wait(until) => return Err(wait(&plan, until)),
            Step::Settle(lost) => settle(&session, &plan, &lost, desk)?,
            Step::Call(renewal) => by_call::run(&session, &plan, &renewal, args, desk)?,
            Step::ByHand => by_hand::run(&session, &plan, args, desk)?,
        };
        if let Some(exit) = ended {
            return Ok(exit);
        }
        plan = ops::plan_rotate(&session, &id, wish, with.clone())?;
    }
    Err(failed(&plan, "what its service says of it changes from one look to the next", Some("try again later")))
}

/// What a person types to go on.
fn word(plan: &RotatePlan) -> String {
    word_for(&plan.token.path(), &plan.token.id.short())
}

fn failed(plan: &RotatePlan, why: impl Into<String>, hint: Option<&str>) -> Error {
    let doing = format!("rotate {}", escaped(&plan.token.path()));
    Error::Failed { doing, why: why.into(), hint: hint.map(str::to_owned) }
}

fn wait(plan: &RotatePlan, until: DateTime<Utc>) -> Error {
    let hint =
        format!("'patvault rotate {}' tells what became of it, from {} on", word(plan), until.format("%H:%M:%S UTC"));
    failed(plan, "a new one was asked for just now, and that may be under way", Some(&hint))
}

/// Where the person looks what there is.
fn tell_overview(plan: &RotatePlan, desk: &Desk) {
    let lines = ops::address_lines(plan.overview().as_ref(), plan.unknown.as_deref());
    lines.iter().for_each(|line| desk.face.say(line));
}

/// Finds out what became of a call whose answer was lost. `None` where the rotation goes on.
fn settle(session: &Session, plan: &RotatePlan, lost: &ops::Lost, desk: &mut Desk) -> Result<Option<Exit>, Error> {
    let at = when::wall(lost.at, &desk.now);
    desk.face.say(&format!(
        "A new secret of {} was asked for at {at}, and its answer was lost.",
        escaped(&plan.token.path())
    ));
    introduce(plan, desk)?;
    let again = format!("'patvault rotate {}' looks again", word(plan));
    match ops::settle(session, plan, lost, &Network::new())? {
        Settled::NotDone => desk.face.say("Its service was asked: no new one was made."),
        Settled::Dead => {
            desk.face.say(
                "Its service was asked: the old one is dead. If a new one was made, it is lost: make one by hand.",
            );
        }
        Settled::Made(label) => {
            let made = format!("a token called '{}' was made at its service, and its secret is lost", escaped(&label));
            tell_overview(plan, desk);
            return Err(failed(plan, made, Some(&format!("remove that one; then {again}"))));
        }
        Settled::ByPerson => return by_person(session, plan, &at, desk),
        Settled::Unknown(why) => {
            let why = format!("what became of it is not to be found out now: {}", escaped(&why));
            return Err(failed(plan, why, Some(&again)));
        }
    }
    Ok(None)
}

fn by_person(session: &Session, plan: &RotatePlan, at: &str, desk: &Desk) -> Result<Option<Exit>, Error> {
    desk.face.say("No call tells what became of it. Look at the page of its service:");
    tell_overview(plan, desk);
    let made = desk.terminal.yes(&format!("Was a new one made at {at}, or does the old one work no more?"))?;
    let made = made.ok_or(Error::NoTerminal {
        what: "what became of a lost call",
        instead: "if nothing came of it, --abandon forgets it",
    })?;
    let noted = made.then_some(Rotation::Begun(session.now.instant));
    ops::note_rotation(session, &plan.token, noted.as_ref())?;
    Ok(None)
}

/// Shows the hosts that get a secret for the first time.
fn introduce(plan: &RotatePlan, desk: &Desk) -> Result<(), Error> {
    let is_own = plan.is_own();
    verify::introduce(desk, plan.hosts().iter().map(|host| (host, is_own)))
}

fn abandon(session: &Session, plan: &RotatePlan, args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    let path = escaped(&plan.token.path()).into_owned();
    match &plan.token.current().rotation {
        None => {
            return Err(Error::usage(
                format!("no rotation of {path} is under way"),
                "'patvault due' shows what is owed",
            ));
        }
        Some(Rotation::Asked { .. }) if !args.yes => {
            let question = "A new secret was asked for, and nobody knows what became of it. Forget that all the same?";
            match desk.terminal.yes(question)? {
                Some(true) => {}
                Some(false) => return Err(Error::Cancelled),
                None => return Err(Error::NoTerminal { what: "leave to forget a lost call", instead: "say --yes" }),
            }
        }
        Some(_) => {}
    }
    ops::note_rotation(session, &plan.token, None)?;
    desk.face.line(&format!("Forgot the rotation of {path}; the one in use stays."));
    Ok(Exit::Done)
}

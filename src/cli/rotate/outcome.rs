//! What is said of a rotation: before, and at its end.

use serde::Serialize;

use super::{Args, word};
use crate::cli::Desk;
use crate::cli::consumer::carry_out;
use crate::cli::face::Exit;
use crate::cli::verify::{self, Row};
use crate::ops::{self, Checked, Error, Places, RotatePlan, Session, Step, Which, With, call_lines, page_lines};
use crate::text::{escaped, word_for};
use crate::token::{State, Token};
use crate::verdict::Outcome;

/// The document that `rotate --dry-run --json` prints.
#[derive(Serialize)]
struct PlanDocument {
    patvault: u32,
    token: String,
    path: String,
    /// `call`, `by-hand`, `settle` or `wait`.
    next: &'static str,
    call: Option<String>,
    hosts: Vec<String>,
    kills_old: Option<bool>,
    needs: Option<String>,
    page: Option<String>,
    expires: Option<String>,
}

/// The document that `rotate --json` prints.
#[derive(Serialize)]
struct Document<'a> {
    patvault: u32,
    token: String,
    path: String,
    version: u32,
    expires: Option<String>,
    /// What the service said, where it was asked.
    checked: Vec<Row<'a>>,
    /// Versions that are to be revoked.
    owed: Vec<u32>,
    /// Places in which the new one is not installed yet.
    places: Vec<String>,
}

/// Says what would be done.
pub(super) fn show_plan(plan: &RotatePlan, json: bool, desk: &mut Desk) {
    if !json {
        let lines = match &plan.step {
            Step::Call(renewal) => call_lines(plan, renewal, &desk.now),
            Step::ByHand => page_lines(plan, &desk.now),
            Step::Settle(_) | Step::Wait(_) => {
                vec![
                    "A new one was asked for, and its answer was lost: first it is found out what became of it.".into(),
                ]
            }
        };
        lines.iter().for_each(|line| desk.face.line(line));
        return;
    }
    let (next, renewal) = match &plan.step {
        Step::Call(renewal) => ("call", Some(renewal)),
        Step::ByHand => ("by-hand", None),
        Step::Settle(_) => ("settle", None),
        Step::Wait(_) => ("wait", None),
    };
    desk.face.json(&PlanDocument {
        patvault: 1,
        token: plan.token.id.to_string(),
        path: plan.token.path(),
        next,
        call: renewal.map(|renewal| renewal.call.clone()),
        hosts: plan.hosts(),
        kills_old: renewal.map(|renewal| renewal.kills_old),
        needs: renewal.and_then(|renewal| renewal.needs.clone()),
        page: plan.page(&desk.now).map(|page| page.url),
        expires: plan.ends.date().map(|date| date.to_string()),
    });
}

/// What comes when the new secret is in the vault: its service is asked whether it works, and what is left to do is said.
pub(super) fn finish(session: &Session, plan: &RotatePlan, args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    let path = escaped(&plan.token.path()).into_owned();
    if !args.json {
        desk.face.line(&format!("Rotated {path}: the new secret is in the vault"));
    }
    let checked = match if args.no_verify { Ok(vec![]) } else { check(session, plan, args, desk) } {
        // The new secret is in the vault, whoever is asked about it when.
        Err(Error::Cancelled | Error::NoTerminal { .. }) => {
            desk.face.hint(&format!("whether it works, 'patvault verify {}' finds out", word(plan)));
            vec![]
        }
        other => other?,
    };
    // What comes of the verdict on an older version is none of this.
    let new = checked.iter().find(|one| one.name == plan.token.path()).map(|one| one.verdict.outcome);
    let mut exit = match new {
        Some(Outcome::Dead | Outcome::Refused) => Exit::Failed,
        Some(Outcome::Alive) | None => Exit::Done,
    };
    let id = plan.token.id.to_string();
    if args.json {
        desk.face.json(&document(&ops::show(session, &id)?.token, &checked));
        return Ok(exit);
    }
    // One that is dead already is of no use anywhere.
    if new != Some(Outcome::Dead) && install(session, &id, desk)? == Exit::Failed {
        exit = Exit::Failed;
    }
    tell_rest(&ops::show(session, &id)?.token, plan, desk);
    Ok(exit)
}

/// Brings the new one to the places of the old one: commands are shown and asked about, and what the person has to do is said.
/// Whoever does not want that now does it later.
fn install(session: &Session, id: &str, desk: &mut Desk) -> Result<Exit, Error> {
    let left = ops::plan_install(session, id, Places::Unserved)?;
    if left.jobs.is_empty() && left.by_hand.is_empty() {
        return Ok(Exit::Done);
    }
    match carry_out(session, &left, false, desk) {
        Err(Error::Cancelled | Error::NoTerminal { .. }) => {
            let word = word_for(&left.token.path(), &left.token.id.short());
            desk.face.hint(&format!("the places still have the old one: 'patvault consumer update {word}'"));
            Ok(Exit::Done)
        }
        other => other,
    }
}

/// Asks the service about the new one, and about old ones that are owed.
fn check(session: &Session, plan: &RotatePlan, args: &Args, desk: &mut Desk) -> Result<Vec<Checked>, Error> {
    let with = With::read(session, &args.with)?;
    let looked = ops::plan_verify(session, Which::These(&[plan.token.id]), with)?;
    for skipped in looked.skipped.iter().filter(|_| !args.json) {
        desk.face.say(&format!("Not verified: {}", escaped(&skipped.why)));
    }
    verify::introduce(desk, looked.hosts())?;
    verify::ask(session, &looked, args.json, &mut desk.face)
}

fn tell_rest(token: &Token, plan: &RotatePlan, desk: &mut Desk) {
    let current = token.current();
    let word = word(plan);
    match ops::ends_in_words(current.expiry, &desk.now) {
        Some(ends) => desk.face.say(&format!("Version {} ends {ends}.", current.number)),
        None => desk.face.hint(&format!("when does it end? 'patvault expire {word} 90d', or never, tells")),
    }
    for (owed, _) in token.owed() {
        desk.face.hint(&format!(
            "version {} still works: when nothing uses it any more, 'patvault revoke {word}'",
            owed.number
        ));
    }
    for version in token.versions.iter().skip(1).take(1).filter(|version| matches!(version.state, State::Revoked(_))) {
        desk.face.say(&format!("Version {} is dead.", version.number));
    }
}

/// The places in which the version in use is not installed yet.
fn places(token: &Token) -> Vec<String> {
    token.consumers.keys().filter(|place| !token.current().installed.contains_key(*place)).cloned().collect()
}

fn document<'a>(token: &Token, checked: &'a [Checked]) -> Document<'a> {
    Document {
        patvault: 1,
        token: token.id.to_string(),
        path: token.path(),
        version: token.current().number,
        expires: token.current().expiry.date().map(|date| date.to_string()),
        checked: checked.iter().map(Row::of).collect(),
        owed: token.owed().map(|(version, _)| version.number).collect(),
        places: places(token),
    }
}

//! A rotation by a call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Args, failed, introduce, outcome, word};
use crate::cli::Desk;
use crate::cli::ask::{end_by_interrupt, on_interrupt};
use crate::cli::face::Exit;
use crate::ops::{self, Error, Renewal, RotatePlan, Rotated, Session, Unkept};
use crate::service::Network;
use crate::text::escaped;

/// Asks the service for a new secret. `None` where something else comes next.
pub(super) fn run(
    session: &Session,
    plan: &RotatePlan,
    renewal: &Renewal,
    args: &Args,
    desk: &mut Desk,
) -> Result<Option<Exit>, Error> {
    let path = escaped(&plan.token.path()).into_owned();
    if !args.json {
        ops::call_lines(plan, renewal, &desk.now).iter().for_each(|line| desk.face.say(line));
    }
    if !args.yes {
        match desk.terminal.yes(&format!("Rotate {path}?"))? {
            Some(true) => {}
            Some(false) => return Err(Error::Cancelled),
            None => return Err(Error::NoTerminal { what: "leave to rotate", instead: "say --yes" }),
        }
    }
    introduce(plan, desk)?;
    desk.face.progress(Some("asking for the new one"));
    // An answer that is on its way is waited for, half a minute at most: it may hold the only secret that lives.
    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    let taken = on_interrupt(move || flag.store(true, Ordering::SeqCst));
    let rotated = ops::rotate(session, plan, renewal, &Network::new());
    drop(taken);
    desk.face.progress(None);
    let by_hand = format!("'patvault rotate {} --by-hand' makes one on its page", word(plan));
    match rotated? {
        Rotated::Done(odd) => {
            if let Some(odd) = odd {
                desk.face.warn(&format!("{odd}; it is kept as the service gave it"));
            }
        }
        Rotated::Unkept(unkept) => keep(session, plan, *unkept, desk)?,
        Rotated::Same => {
            let hint = format!(
                "it gives another when that is revoked: 'patvault revoke {} --current', then again",
                word(plan)
            );
            return Err(failed(plan, "its service gave the same secret again", Some(&hint)));
        }
        Rotated::Dead => {
            desk.face.say(&format!("{} says that the one in use is dead.", plan.service()));
            return Ok(None);
        }
        Rotated::NotDone(why) => {
            return Err(failed(plan, format!("{}; nothing was done", escaped(&why)), Some(&by_hand)));
        }
        Rotated::Unknown(why) => {
            let hint = format!(
                "'patvault rotate {}' finds out from a minute on what became of it, and asks for no other before that",
                word(plan)
            );
            let why = format!("{}; whether a new one was made is not known", escaped(&why));
            return Err(failed(plan, why, Some(&hint)));
        }
    }
    if interrupted.load(Ordering::SeqCst) {
        desk.face.say(&format!("{path} was rotated: the new secret is in the vault."));
        end_by_interrupt();
    }
    outcome::finish(session, plan, args, desk).map(Some)
}

/// The vault did not take the new secret, which nobody gives again: the person mends what stands in the way.
fn keep(session: &Session, plan: &RotatePlan, mut unkept: Unkept, desk: &mut Desk) -> Result<(), Error> {
    const QUESTION: &str =
        "The new secret is nowhere but here. Mend that and press Enter to try again, or type 'show': ";
    loop {
        desk.face.report(&unkept.error);
        if unkept.is_sealed {
            let hint = format!(
                "nothing is lost: it stands sealed in the journal, and 'patvault rotate {}' brings it in",
                word(plan)
            );
            return Err(failed(plan, "the vault could not be written", Some(&hint)));
        }
        let said = match desk.terminal.line(QUESTION) {
            Ok(said) => said.ok_or_else(|| lost(plan))?,
            Err(_) if desk.terminal.yes("Give the new secret up, for good?")? == Some(true) => return Err(lost(plan)),
            Err(_) => continue,
        };
        if said.trim() == "show" {
            desk.face.secret(unkept.secret());
            continue;
        }
        match unkept.again(session) {
            Ok(_) => return Ok(()),
            Err(still) => unkept = *still,
        }
    }
}

fn lost(plan: &RotatePlan) -> Error {
    let hint = format!("'patvault rotate {}' makes another, when the vault can be written again", word(plan));
    failed(plan, "the new secret could be written down nowhere, and is lost", Some(&hint))
}

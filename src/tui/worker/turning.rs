//! The steps of rotations and revocations.
//!
//! A call that makes or kills a secret is made here, on the thread that has the vault, and not beside it: nobody locks the vault
//! between the answer, which comes once, and the moment when it is written down.

use std::sync::Arc;

use crate::ops::{
    self, ByHand, Error, Heard, Hosts, Inbox, Places, RevokePlan, RotatePlan, Rotated, Session, Unkept, Which,
};
use crate::ops::{Revoked, With};
use crate::service::Network;
use crate::token::id::{TokenId, VersionId};
use crate::tui::message::{Fault, Reply};
use crate::tui::post::{Letter, Post};
use crate::tui::theme::Role;
use crate::tui::turn::{Carried, Turn, Turned};
use crate::verdict::Outcome;

/// What is held between steps: a new secret that the vault did not take, which nobody gives twice. No lock takes it away.
#[derive(Default)]
pub struct Turns {
    unkept: Option<Box<Unkept>>,
}

impl Turns {
    /// Takes a step.
    pub fn take(&mut self, session: &mut Session, turn: Turn, post: &Post) -> Result<Option<Reply>, Error> {
        let turned = self.step(session, turn, post)?;
        Ok(turned.map(|turned| Reply::Turned(Box::new(turned))))
    }

    fn step(&mut self, session: &mut Session, turn: Turn, post: &Post) -> Result<Option<Turned>, Error> {
        Ok(Some(match turn {
            Turn::Plan { id, by_hand } => {
                if self.unkept.is_some() {
                    return Ok(Some(self.again(session)));
                }
                Turned::Planned(Box::new(plan(session, id, by_hand)?))
            }
            Turn::Call { plan, renewal, agreed } => {
                let again = || Turn::Call { plan: plan.clone(), renewal: renewal.clone(), agreed: true };
                match may(session, &plan.hosts(), plan.is_own(), agreed)? {
                    Some(hosts) => Turned::MaySend(hosts, Box::new(again())),
                    None => self.rotated(ops::rotate(session, &plan, &renewal, &Network::new())?),
                }
            }
            Turn::Settle { plan, lost, agreed } => match may(session, &plan.hosts(), plan.is_own(), agreed)? {
                Some(hosts) => Turned::MaySend(hosts, Box::new(Turn::Settle { plan, lost, agreed: true })),
                None => Turned::Settled(ops::settle(session, &plan, &lost, &Network::new())?),
            },
            Turn::Note { plan, rotation } => {
                ops::note_rotation(session, &plan.token, rotation.as_ref())?;
                Turned::Noted
            }
            Turn::Take { plan, version, insist } => {
                ops::replace(session, &plan.token, &ByHand { version: *version, insist })?;
                Turned::Kept(None)
            }
            Turn::KeepAgain => self.again(session),
            Turn::Check { id, agreed } => check(session, id, agreed)?,
            Turn::Tick { id, place, on } => {
                let (_, place) = ops::say_installed(session, &id.to_string(), &place, on)?;
                Turned::Installed(if on { format!("{place} has it") } else { format!("{place} does not have it") })
            }
            Turn::Run { id, place } => return run(session, id, &place, post),
            Turn::Installed(Carried(handed)) => {
                ops::record_install(session, &handed)?;
                Turned::Installed("its command ended well".into())
            }
            Turn::PlanRevoke { id, whose } => {
                let plan = ops::plan_revoke(session, &id.to_string(), whose, With::default())?;
                Turned::RevokePlanned(Box::new(plan))
            }
            Turn::Revoke { plan, agreed } => match may(session, &plan.hosts(), plan.is_own(), agreed)? {
                Some(hosts) => Turned::MaySend(hosts, Box::new(Turn::Revoke { plan, agreed: true })),
                None => Turned::Revoked(revoke(session, &plan)?),
            },
            Turn::RevokedByWord { plan } => {
                ops::revoked_by_word(session, &plan)?;
                Turned::Revoked(plan.versions.iter().map(|id| (*id, Revoked::Done)).collect())
            }
        }))
    }

    fn rotated(&mut self, rotated: Rotated) -> Turned {
        match rotated {
            Rotated::Done(odd) => Turned::Kept(odd.map(|odd| odd.to_string())),
            Rotated::Same => Turned::NotDone("its service gave the same secret again".into()),
            Rotated::Unkept(unkept) => self.hold(unkept),
            Rotated::Dead => Turned::Dead,
            Rotated::NotDone(why) => Turned::NotDone(why),
            Rotated::Unknown(why) => Turned::Unknown(why),
        }
    }

    fn hold(&mut self, unkept: Box<Unkept>) -> Turned {
        let turned = Turned::Unkept(unkept.is_sealed, unkept.error.to_string());
        // What stands sealed beside the vault is brought in by the next write.
        self.unkept = Some(unkept).filter(|unkept| !unkept.is_sealed);
        turned
    }

    fn again(&mut self, session: &Session) -> Turned {
        match self.unkept.take().map(|unkept| unkept.again(session)) {
            None | Some(Ok(_)) => Turned::Kept(None),
            Some(Err(still)) => self.hold(still),
        }
    }
}

fn plan(session: &Session, id: TokenId, by_hand: bool) -> Result<RotatePlan, Error> {
    let wish = ops::Wish { expires: None, by_hand };
    ops::plan_rotate(session, &id.to_string(), wish, With::default())
}

/// Whether secrets may go to these hosts. Those that the person has to be asked about, if there are any; else they are
/// remembered.
fn may(session: &Session, hosts: &[String], is_own: bool, agreed: bool) -> Result<Option<Vec<String>>, Error> {
    let new = Hosts::new_in(&session.ground, hosts.iter().map(|host| (host, is_own)));
    if !agreed && !new.asked.is_empty() {
        return Ok(Some(new.asked.into_iter().collect()));
    }
    if new != Hosts::default() {
        ops::remember_hosts(&session.ground, &new)?;
    }
    Ok(None)
}

/// Asks whether the version in use works, and those that are owed.
fn check(session: &Session, id: TokenId, agreed: bool) -> Result<Turned, Error> {
    let plan = ops::plan_verify(session, Which::These(&[id]), With::default())?;
    if let Some(skipped) = plan.skipped.first() {
        return Ok(Turned::Checked(Role::Quiet, format!("not verified: {}", skipped.why)));
    }
    let hosts: Vec<String> = plan.hosts().map(|(host, _)| host.clone()).collect();
    let is_own = plan.hosts().any(|(_, is_own)| is_own);
    if let Some(hosts) = may(session, &hosts, is_own, agreed)? {
        return Ok(Turned::MaySend(hosts, Box::new(Turn::Check { id, agreed: true })));
    }
    let mut replies = vec![];
    let (inbox, _stop) = Inbox::new();
    ops::run(session, plan.inquiries, &Network::new(), inbox, |heard| {
        if let Heard::Reply(reply) = heard {
            replies.push(*reply);
        }
        Ok(())
    })?;
    let checked = ops::record(session, &replies)?;
    let Some(one) = checked.first() else { return Ok(Turned::Checked(Role::Quiet, "not verified".into())) };
    let why = one.verdict.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    let (role, said) = match one.verdict.outcome {
        Outcome::Alive => (Role::Good, "says that the new one works"),
        Outcome::Dead => (Role::Bad, "says that the new one does not work"),
        // It may not even have been reached.
        Outcome::Refused => (Role::Soon, "did not say whether the new one works"),
    };
    Ok(Turned::Checked(role, format!("{} {said}{why}", one.service)))
}

/// Runs the command of a place, in a thread of its own: it may take its time.
fn run(session: &Session, id: TokenId, place: &str, post: &Post) -> Result<Option<Turned>, Error> {
    let plan = ops::plan_install(session, &id.to_string(), Places::Named(place))?;
    let Some(job) = plan.jobs.first() else { return Err(Error::usage("that place has no command", "tick it by hand")) };
    let handed = Arc::new(ops::hand_out(session, job)?);
    let post = post.clone();
    std::thread::spawn(move || {
        let reply = match handed.run(|_| {}) {
            Ok(()) => Reply::Turned(Box::new(Turned::Ran(Carried(handed)))),
            Err(error) => Reply::Failed(Fault::of(&error)),
        };
        post.send(Letter::Reply(reply));
    });
    Ok(None)
}

fn revoke(session: &Session, plan: &RevokePlan) -> Result<Vec<(VersionId, Revoked)>, Error> {
    let Some(call) = plan.call().map(str::to_owned) else { return Ok(vec![]) };
    let network = Network::new();
    let one = |id: &VersionId| {
        let mut errand = ops::ready_to_revoke(session, plan, *id)?;
        let said = ops::ask_to_revoke(&mut errand, &network, &call);
        drop(errand);
        ops::note_revoked(session, plan, *id, &said)?;
        Ok((*id, said))
    };
    plan.versions.iter().map(one).collect()
}

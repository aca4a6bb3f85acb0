//! Putting a new secret in the place of an old one. `step` says what comes next (pure), `plan` what that means for a token,
//! `run` asks (the network, no vault), `record` writes down (the vault, no network), and this page is the order of it all:
//! what only reads first, then the note that a call goes out, then the call, once, then the new secret into the vault.

mod plan;
mod record;
mod run;
mod step;
mod words;

use crate::ops::error::Error;
use crate::ops::session::Session;
use crate::ops::verify::{Inquiry, Reply, outcome, record as record_verdicts};
use crate::ports::Http;
use crate::secret::NotASecret;
use crate::service::definition::{Means, Settles};
use crate::service::{Errand, Unasked, Verified};

pub use plan::{RotatePlan, Wish, plan_rotate};
pub use record::{ByHand, Departure, Unkept, check_secret, note_rotation, replace};
pub use run::{Looked, Said, ask, look};
pub use step::{Lost, Renewal, Step};
pub use words::{address_lines, call_lines, ends_in_words, page_lines};

use run::verified;
pub(super) use step::{Became, became, next};

/// What came of a rotation by a call.
#[derive(Debug)]
pub enum Rotated {
    /// The new secret is in the vault. If it looks like none, why.
    Done(Option<NotASecret>),
    /// The service gave the one that it had given before.
    Same,
    /// The new secret is not in the vault.
    Unkept(Box<Unkept>),
    /// The service says that the old one is dead: it cannot ask for another.
    Dead,
    /// Nothing was done, and why.
    NotDone(String),
    /// Nobody knows what was done, and why.
    Unknown(String),
}

/// Rotates by the call that the plan names: its five steps, one after the other.
///
/// # Errors
/// Where the vault could not be read or written before the call went out, or not be told that nothing was done.
pub fn rotate(session: &Session, plan: &RotatePlan, renewal: &Renewal, http: &dyn Http) -> Result<Rotated, Error> {
    let mut errand = ready(session, plan)?;
    let looked = look(&mut errand, http, plan, renewal);
    match depart(session, plan, renewal, &mut errand, looked)? {
        Ok(departure) => {
            let said = ask(&mut errand, http, renewal);
            arrive(session, plan, renewal, departure, said)
        }
        Err(ended) => Ok(ended),
    }
}

/// First, from the vault: everything that the service is asked with.
///
/// # Errors
/// Where its service is not known, or the secret was purged.
pub fn ready(session: &Session, plan: &RotatePlan) -> Result<Errand, Error> {
    let unknown = || Error::usage(plan.unknown.clone().unwrap_or_default(), "do it by hand: --by-hand");
    let issuer = plan.issuer().ok_or_else(unknown)?;
    let mut errand = issuer.errand(session, &plan.token, plan.token.current())?;
    plan::fill(&mut errand.values, &plan.token, plan.ends, session.now.instant);
    Ok(errand)
}

/// Third, into the vault: what was found out, and that the call goes out. Gives what came of it instead where it does not.
pub fn depart(
    session: &Session,
    plan: &RotatePlan,
    renewal: &Renewal,
    errand: &mut Errand,
    looked: Looked,
) -> Result<Result<Departure, Rotated>, Error> {
    let Looked { old, ready } = looked;
    let means = old.as_ref().map(means);
    note_verdict(session, plan, old)?;
    Ok(match (means, ready) {
        (Some(Means::Dead), _) => Err(Rotated::Dead),
        (_, Err(why)) => Err(Rotated::NotDone(why)),
        (_, Ok(())) => Ok(record::depart(session, plan, renewal, errand)?),
    })
}

/// Fifth, into the vault: the new secret, before anything else is done with it.
///
/// # Errors
/// Where the vault could not be told that nothing was done.
pub fn arrive(
    session: &Session,
    plan: &RotatePlan,
    renewal: &Renewal,
    departure: Departure,
    said: Said,
) -> Result<Rotated, Error> {
    Ok(match said {
        Said::New(new) => {
            let odd = new.odd.clone();
            match record::keep(session, record::arrival(plan, renewal, &departure, *new), departure.berth) {
                Ok(true) => Rotated::Done(odd),
                Ok(false) => Rotated::Same,
                Err(unkept) => Rotated::Unkept(unkept),
            }
        }
        Said::No(why) => {
            note_rotation(session, &plan.token, None)?;
            Rotated::NotDone(why)
        }
        Said::Unknown(why) => Rotated::Unknown(why),
    })
}

fn means(said: &Result<Verified, Unasked>) -> Means {
    said.as_ref().map_or(Means::Refused, |verified| verified.means)
}

/// Writes down what its service said of the old one.
fn note_verdict(session: &Session, plan: &RotatePlan, old: Option<Result<Verified, Unasked>>) -> Result<(), Error> {
    let (Some(said), Some(issuer)) = (old, plan.issuer()) else { return Ok(()) };
    let inquiry = Inquiry::of(issuer, &plan.token, plan.token.current().id);
    record_verdicts(session, &[Reply { inquiry, said }]).map(drop)
}

/// What was found out about a call whose answer was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// It was not done; it may be asked for again.
    NotDone,
    /// The old one is dead: a new one has to be made by hand.
    Dead,
    /// It was done: a token called so was made, whose secret is lost. It is to be removed, and then the service says that it
    /// is not there.
    Made(String),
    /// Only the person can find out, on the page.
    ByPerson,
    /// It could not be found out, and why.
    Unknown(String),
}

/// Finds out what became of a call whose answer was lost, by reading alone, and writes down what is known then.
pub fn settle(session: &Session, plan: &RotatePlan, lost: &Lost, http: &dyn Http) -> Result<Settled, Error> {
    if plan.issuer().is_none() {
        return Ok(Settled::ByPerson);
    }
    let mut errand = ready(session, plan)?;
    let old = verified(&mut errand, http);
    let known = old.as_ref().map(means).and_then(|means| became(lost, outcome(means)));
    let why = old.as_ref().and_then(|old| match old {
        Ok(verified) => verified.why.clone(),
        Err(unasked) => Some(unasked.to_string()),
    });
    // What the verdict says of the call is written down with it.
    note_verdict(session, plan, old)?;
    let list = plan.issuer().and_then(|issuer| issuer.kind()?.list.clone());
    match (known, lost.settles, list) {
        (Some(Became::NotDone), ..) => Ok(Settled::NotDone),
        (Some(Became::Dead), ..) => Ok(Settled::Dead),
        (None, Settles::ByOld, _) => {
            Ok(Settled::Unknown(why.unwrap_or_else(|| "its service does not say whether the old one works".into())))
        }
        (None, Settles::ByList, Some(list)) => by_list(session, plan, lost, &mut errand, http, &list),
        (None, ..) => Ok(Settled::ByPerson),
    }
}

fn by_list(
    session: &Session,
    plan: &RotatePlan,
    lost: &Lost,
    errand: &mut Errand,
    http: &dyn Http,
    list: &str,
) -> Result<Settled, Error> {
    Ok(match errand.look_up(http, list, &plan::ending(lost.at)) {
        Err(unasked) => Settled::Unknown(unasked.to_string()),
        Ok(Err(judged)) => Settled::Unknown(judged.why.unwrap_or_else(|| "its list is not to be had".into())),
        Ok(Ok(Some(label))) => Settled::Made(label),
        Ok(Ok(None)) => {
            note_rotation(session, &plan.token, None)?;
            Settled::NotDone
        }
    })
}

//! The asking: network only, no vault. What it is given it holds, and nothing else of the vault's.

use super::plan::RotatePlan;
use super::step::Renewal;
use crate::ports::{Http, Trouble};
use crate::secret::{NotASecret, Secret};
use crate::service::definition::Means;
use crate::service::{Errand, Judged, Unasked, Verified};

/// What was found out before the call.
#[derive(Debug)]
pub struct Looked {
    /// What its service says of the old one: a call that is made with a dead one is of no use, and may do harm.
    pub(super) old: Option<Result<Verified, Unasked>>,
    /// Whether the call can be made, or why not, in a sentence.
    pub(super) ready: Result<(), String>,
}

/// Second, on the network: asks whether the old one works, and for what has to be had before the call. All of it only reads.
pub fn look(errand: &mut Errand, http: &dyn Http, plan: &RotatePlan, renewal: &Renewal) -> Looked {
    // Of one that is dead there is nothing to be learnt.
    let old = if plan.token.current().is_dead() { None } else { verified(errand, http) };
    let unsaid = || "its service does not say whether the old one works".to_owned();
    let ready = match &old {
        Some(Err(unasked)) => Err(unasked.to_string()),
        Some(Ok(Verified { means: Means::Refused | Means::Throttled, why, .. })) => {
            Err(why.clone().unwrap_or_else(unsaid))
        }
        Some(Ok(Verified { means: Means::Dead, .. })) => Err("the old one is dead".into()),
        Some(Ok(_)) | None => prepare(errand, http, &renewal.call),
    };
    Looked { old, ready }
}

/// What its service says of a token; `None` where nothing tells.
pub(super) fn verified(errand: &mut Errand, http: &dyn Http) -> Option<Result<Verified, Unasked>> {
    let verifies = errand.kind().is_some_and(|kind| !kind.verify.is_empty());
    verifies.then(|| errand.verify(http))
}

fn prepare(errand: &mut Errand, http: &dyn Http, call: &str) -> Result<(), String> {
    match errand.prepare(http, call) {
        Err(unasked) => Err(unasked.to_string()),
        Ok(Some(stopped)) => Err(stopped.why.unwrap_or_else(|| "what comes before was not answered".into())),
        Ok(None) => errand.complete(http, call).map_err(|unasked| unasked.to_string()),
    }
}

/// What came of the call that makes the new one.
#[derive(Debug)]
pub enum Said {
    /// The new one.
    New(Box<New>),
    /// Nothing was done, and why.
    No(String),
    /// Nobody knows, and why.
    Unknown(String),
}

/// A new secret, as the service gave it.
#[derive(Debug)]
pub struct New {
    /// It.
    pub secret: Secret,
    /// Why it looks like none. It is kept all the same: nobody gives it twice.
    pub odd: Option<NotASecret>,
    /// What else the answer told.
    pub judged: Judged,
}

/// Fourth, on the network: makes the call that makes the new one. Once.
pub fn ask(errand: &mut Errand, http: &dyn Http, renewal: &Renewal) -> Said {
    sorted(errand.act(http, &renewal.call))
}

fn sorted(said: Result<Judged, Unasked>) -> Said {
    let mut judged = match said {
        Err(Unasked::Trouble(lost @ Trouble::Lost { .. })) => return Said::Unknown(lost.to_string()),
        Err(unasked) => return Said::No(unasked.to_string()),
        Ok(judged) => judged,
    };
    let why = judged.why.clone();
    match (judged.means, judged.secret.take()) {
        (Means::Done, Some(given)) => {
            let (secret, odd) = match given.trimmed() {
                Ok(secret) => (secret, None),
                Err(odd) => (given, Some(odd)),
            };
            Said::New(Box::new(New { secret, odd, judged }))
        }
        (Means::Done, None) => Said::Unknown("it says that it is done, and gave no secret".into()),
        (_, _) if judged.certain => Said::No(why.unwrap_or_else(|| "the service did not do it".into())),
        (_, _) => Said::Unknown(why.unwrap_or_else(|| "an answer that says nothing".into())),
    }
}

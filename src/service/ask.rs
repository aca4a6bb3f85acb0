//! Asking a service about one token: the calls of a definition in their order, each with what the ones before have told.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};

use super::answer::{Facts, Judged, judge, label_ending};
use super::catalogue::Service;
use super::definition::{Call, Definition, Kind, Means};
use super::pages;
use super::request::{Asking, Unbuilt, build};
use super::site::{Place, origin};
use super::template::{Value, Values};
use crate::ports::{Http, Trouble};
use crate::secret::Secret;

/// Everything that is needed to ask about a token. It holds its secret, and is thrown away when the asking is over.
pub struct Errand {
    /// The service.
    pub service: Arc<Service>,
    /// The id of the token's kind.
    pub kind: String,
    /// Where the service lives for this token.
    pub place: Place,
    /// What placeholders stand for; grows with each answer.
    pub values: Values,
    /// Other credentials, by the name that the definition gives them.
    pub credentials: BTreeMap<String, Other>,
    /// When this is.
    pub now: DateTime<Utc>,
    /// Drawn at random: signatures are made with it.
    pub nonce: String,
}

/// Another credential that calls about a token may be made with.
pub struct Other {
    /// It.
    pub secret: Secret,
    /// Where the service lives for it: it goes to no host but that place's, and those that the definition names outright.
    /// None for one that is kept with the token itself, and goes wherever that goes.
    pub place: Option<Place>,
}

/// Why a call tells nothing at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unasked {
    /// It could not be built: something is not known of the token, or the service has no such call at this place.
    #[error(transparent)]
    Unbuilt(#[from] Unbuilt),
    /// It went wrong on the way.
    #[error(transparent)]
    Trouble(#[from] Trouble),
    /// It is made with another credential, which is not at hand.
    #[error("it takes {0}")]
    Credential(String),
    /// The other credential belongs to another place of the service.
    #[error("{what} does not go to {host}: the one that was given is of another place")]
    Elsewhere {
        /// What it is.
        what: String,
        /// The host that it would have gone to.
        host: String,
    },
    /// There is no secret to ask about any more.
    #[error("its secret was purged meanwhile")]
    Purged,
    /// It is a list that goes on where it cannot be followed.
    #[error("its list was not read to the end: {0}")]
    Unfinished(&'static str),
}

/// What a service said of a token.
#[derive(Debug, Clone)]
pub struct Verified {
    /// What it means.
    pub means: Means,
    /// Why, in a few words.
    pub why: Option<String>,
    /// What it told.
    pub facts: Facts,
    /// Values for the token's fields that the answers held.
    pub keeps: BTreeMap<String, Secret>,
    /// The service wants to be left alone for so long.
    pub wait: Option<Duration>,
}

impl Errand {
    /// The kind of the token.
    pub fn kind(&self) -> Option<&Kind> {
        self.service.definition.kind(&self.kind)
    }

    /// Makes a call, after those that have to come before it. What a call before it does not allow is its answer.
    pub fn call(&mut self, http: &dyn Http, name: &str) -> Result<Judged, Unasked> {
        match self.prepare(http, name)? {
            Some(stopped) => Ok(stopped),
            None => self.act(http, name),
        }
    }

    /// Makes the calls that have to come before one; they only read. The answer of the first that does not allow more, where
    /// there is one.
    pub fn prepare(&mut self, http: &dyn Http, name: &str) -> Result<Option<Judged>, Unasked> {
        let service = Arc::clone(&self.service);
        for (call, is_last) in chain(&service.definition, name) {
            if !is_last {
                let answer = self.send(http, call)?;
                if !matches!(answer.means, Means::Alive | Means::Limited | Means::Done) {
                    return Ok(Some(answer));
                }
            }
        }
        Ok(None)
    }

    /// Makes a call itself, once: what has to come before it was done.
    pub fn act(&mut self, http: &dyn Http, name: &str) -> Result<Judged, Unasked> {
        let service = Arc::clone(&self.service);
        self.send(http, called(&service.definition, name)?)
    }

    /// Sees that everything is known that a call is built of; what is not, the list of such tokens may tell.
    ///
    /// # Errors
    /// [`Unasked`] with what is not known.
    pub fn complete(&mut self, http: &dyn Http, name: &str) -> Result<(), Unasked> {
        let list = self.kind().and_then(|kind| kind.list.clone());
        if let (Err(_), Some(list)) = (self.check(name), list) {
            // Where it does not tell, what is missing is said.
            let _listed = self.call(http, &list);
        }
        self.check(name)
    }

    /// Whether everything is known that a call is built of.
    pub fn check(&self, name: &str) -> Result<(), Unasked> {
        let definition = &self.service.definition;
        let call = called(definition, name)?;
        build(definition, call, &self.asking(definition, call)?).map(drop).map_err(Unasked::from)
    }

    /// Looks for a token in a list of its service by the end of what it is called there: that, or why the list does not tell.
    pub fn look_up(
        &mut self,
        http: &dyn Http,
        list: &str,
        ending: &str,
    ) -> Result<Result<Option<String>, Judged>, Unasked> {
        if let Some(stopped) = self.prepare(http, list)? {
            return Ok(Err(stopped));
        }
        let service = Arc::clone(&self.service);
        let call = called(&service.definition, list)?;
        let request = build(&service.definition, call, &self.asking(&service.definition, call)?)?;
        let answer = pages::send(http, call, request)?;
        let judged = judge(call, &answer, &self.values, self.now);
        let told = judged.means == Means::Alive;
        Ok(if told { Ok(label_ending(call, &answer, ending)) } else { Err(judged) })
    }

    fn send(&mut self, http: &dyn Http, call: &Call) -> Result<Judged, Unasked> {
        let request = build(&self.service.definition, call, &self.asking(&self.service.definition, call)?)?;
        let answer = judge(call, &pages::send(http, call, request)?, &self.values, self.now);
        self.learn(&answer);
        Ok(answer)
    }

    /// Verifies the token: the first call decides, those after it only add facts.
    ///
    /// # Errors
    /// [`Unasked`] where nothing came back, or nothing verifies tokens of this kind.
    pub fn verify(&mut self, http: &dyn Http) -> Result<Verified, Unasked> {
        let service = Arc::clone(&self.service);
        let has = |name: &str| self.credentials.contains_key(name);
        let calls = self.kind().map(|kind| verifying(&service.definition, kind, has)).unwrap_or_default();
        let untold = self.kind().map(|kind| kind.untold.clone()).unwrap_or_default();
        let none = || Unbuilt::Senseless("no call verifies such a token".into());
        let (first, rest) = calls.split_first().ok_or_else(none)?;
        let first = self.call(http, first)?;
        let Judged { means, why, facts, keeps, wait, .. } = first;
        let mut verified = Verified { means, why, facts, keeps, wait };
        if matches!(means, Means::Alive | Means::Limited) {
            for name in rest {
                let is_by_other = service.definition.calls.get(name).is_some_and(|call| call.by.is_some());
                // What only adds takes nothing away where it fails; that another credential is of no use is said.
                match self.call(http, name) {
                    Ok(more) => {
                        if is_by_other && !matches!(more.means, Means::Alive) {
                            verified.why = verified.why.or(more.why);
                        }
                        verified.facts.add(more.facts);
                        verified.keeps.extend(more.keeps);
                        verified.wait = verified.wait.max(more.wait);
                    }
                    Err(unasked @ Unasked::Elsewhere { .. }) => {
                        verified.why.get_or_insert(unasked.to_string());
                    }
                    Err(_) => {}
                }
            }
        }
        verified.facts = verified.facts.without(&untold);
        Ok(verified)
    }

    fn asking<'a>(&'a self, definition: &Definition, call: &Call) -> Result<Asking<'a>, Unasked> {
        let credential = match &call.by {
            None => None,
            Some(by) => Some(self.other(definition, call, by)?),
        };
        Ok(Asking {
            place: &self.place,
            usual_send: self.kind().and_then(|kind| kind.send.as_deref()),
            values: &self.values,
            credential,
            nonce: &self.nonce,
            now_s: self.now.timestamp(),
        })
    }

    /// Another credential, for a call that goes where it belongs.
    fn other(&self, definition: &Definition, call: &Call, by: &str) -> Result<&Secret, Unasked> {
        let what = || definition.credentials.get(by).map_or("another credential", |by| by.what.as_str()).to_owned();
        let other = self.credentials.get(by).ok_or_else(|| Unasked::Credential(what()))?;
        let Some(own) = other.place.as_ref().filter(|_| call.url.starts_with('{')) else { return Ok(&other.secret) };
        let host = host(call, &self.place).unwrap_or_default();
        let is_own = own.addresses.values().any(|address| origin(address) == Some(host));
        if is_own { Ok(&other.secret) } else { Err(Unasked::Elsewhere { what: what(), host: host.to_owned() }) }
    }

    fn learn(&mut self, judged: &Judged) {
        for (fact, text) in &judged.facts.texts {
            self.values.set(fact.word(), Value::Text(text.clone()));
        }
        for (name, kept) in &judged.keeps {
            self.values.set(name, Value::Secret(kept.clone()));
        }
        if let Some(scopes) = judged.facts.scopes.as_ref().filter(|scopes| !scopes.is_empty()) {
            self.values.set("scopes", Value::List(scopes.clone()));
        }
    }
}

/// The calls that verify tokens of a kind, in order. The list of such tokens is one where it is made with another credential,
/// and that is at hand: only then it tells what the token itself may not see.
pub fn verifying(definition: &Definition, kind: &Kind, has: impl Fn(&str) -> bool) -> Vec<String> {
    let at_hand = |name: &String| {
        let by = definition.calls.get(name).and_then(|call| call.by.as_deref());
        !kind.verify.contains(name) && by.is_some_and(&has)
    };
    let list = kind.list.iter().filter(|list| !kind.verify.is_empty() && at_hand(list));
    kind.verify.iter().chain(list).cloned().collect()
}

/// The hosts that are asked when these calls are made at that place, in order and once each.
pub fn hosts(definition: &Definition, place: &Place, calls: &[String]) -> Vec<String> {
    let mut hosts = vec![];
    for (call, _) in calls.iter().flat_map(|name| chain(definition, name)) {
        let host = host(call, place).map(str::to_owned);
        hosts.extend(host.filter(|host| !hosts.contains(host)));
    }
    hosts
}

/// The host that a call is made to at a place.
fn host<'a>(call: &'a Call, place: &'a Place) -> Option<&'a str> {
    let base = place.addresses.iter().find(|(name, _)| call.url.starts_with(&format!("{{{name}}}")));
    let at = base.map_or(call.url.as_str(), |(_, address)| address);
    origin(at.split('{').next().unwrap_or(at))
}

fn called<'a>(definition: &'a Definition, name: &str) -> Result<&'a Call, Unasked> {
    definition.calls.get(name).ok_or_else(|| Unbuilt::Senseless(format!("there is no call '{name}'")).into())
}

/// A call with those that have to come before it, first things first; and whether it is the one that was asked for.
fn chain<'a>(definition: &'a Definition, name: &str) -> Vec<(&'a Call, bool)> {
    let mut chain = vec![];
    let mut next = definition.calls.get(name);
    while let Some(call) = next {
        chain.push((call, chain.is_empty()));
        next = call.after.as_ref().and_then(|after| definition.calls.get(after));
    }
    chain.reverse();
    chain
}

//! What is to be asked about which tokens. A secret is opened only where nobody said what kind of token it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ops::error::Error;
use crate::ops::session::Session;
use crate::secret::Secret;
use crate::service::definition::{Definition, Kind, ScopeSet};
use crate::service::{Errand, Place, Service, Value, Values, detect, hosts, place, read};
use crate::token::query::{Query, Search};
use crate::token::reminder::{Duty, reminders};
use crate::token::{Token, Version};

/// Which tokens are meant.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// Those for which a look is owed today.
    Owed,
    /// Every one in use.
    All,
    /// Those that a query finds.
    Query(&'a Query),
}

/// A version of a token that is to be asked about.
#[derive(Debug, Clone)]
pub struct Inquiry {
    /// The token, as it was when the plan was made.
    pub token: Token,
    /// The place of the version among the token's.
    at: usize,
    service: Arc<Service>,
    kind: String,
    place: Place,
    /// The hosts that get the secret.
    pub hosts: Vec<String>,
}

/// A token that nobody can be asked about, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// Its path.
    pub path: String,
    /// Why, in a sentence.
    pub why: String,
}

/// What is to be asked.
#[derive(Debug, Clone, Default)]
pub struct Plan {
    /// One for each version.
    pub inquiries: Vec<Inquiry>,
    /// What cannot be asked.
    pub skipped: Vec<Skipped>,
}

/// Finds out what is to be asked: about the version in use of each token that is meant, and about older ones that are
/// still to be revoked.
pub fn plan_verify(session: &Session, which: Which) -> Result<Plan, Error> {
    let tokens = session.read(|vault| Ok(vault.tokens()?))?;
    let catalogue = session.ground.catalogue();
    let mut known: BTreeMap<String, Option<Arc<Service>>> = BTreeMap::new();
    let mut plan = Plan::default();
    for token in tokens.into_iter().filter(|token| token.is_kept() && is_meant(session, which, token)) {
        let service = match known.get(&token.service) {
            Some(service) => service.clone(),
            None => {
                let service = catalogue.get(&token.service)?.map(Arc::new);
                known.insert(token.service.clone(), service.clone());
                service
            }
        };
        match inquiries(session, service, &token)? {
            Ok(some) => plan.inquiries.extend(some),
            Err(why) => plan.skipped.push(Skipped { path: token.path(), why }),
        }
    }
    Ok(plan)
}

fn is_meant(session: &Session, which: Which, token: &Token) -> bool {
    match which {
        Which::All => true,
        Which::Query(query) => Search::new(query, &session.rules, &session.now).score(token).is_some(),
        Which::Owed => {
            let today = session.now.today();
            let owed = reminders(token, &session.rules, &session.now);
            owed.iter().any(|reminder| matches!(reminder.duty, Duty::Verify | Duty::Revoke) && reminder.is_owed(today))
        }
    }
}

type Asked = Result<Vec<Inquiry>, String>;

fn inquiries(session: &Session, service: Option<Arc<Service>>, token: &Token) -> Result<Asked, Error> {
    let Some(service) = service else { return Ok(Err(format!("no service '{}' is known", token.service))) };
    let Some(place) = place(&service.definition, token.instance.as_deref()) else {
        return Ok(Err("its service needs an instance: --instance tells".into()));
    };
    let kind = match &token.kind {
        Some(word) => service.definition.kind_called(word).ok_or("its kind is none that the service is known to issue"),
        None => kind_shown(session, &service, token)?.ok_or("its kind is not known: 'patvault edit --kind' tells"),
    };
    let asked = kind.map_err(str::to_owned).and_then(|kind| match &kind.verify[..] {
        [] => Err(format!("no call tells whether a {} works", kind.name)),
        _ => Ok(asked_about(&service, kind, &place, token)),
    });
    Ok(asked)
}

/// The kind of a token of which nobody said it: the only one there is, or the one that its secret shows. One that was
/// guessed would be asked about in the wrong way, and a service would call it dead.
fn kind_shown<'a>(session: &Session, service: &'a Service, token: &Token) -> Result<Option<&'a Kind>, Error> {
    let definition = &service.definition;
    if let [only] = &definition.kinds[..] {
        return Ok(Some(only));
    }
    let Some(secret) = session.read(|vault| Ok(vault.secret(token.current().id)?))? else { return Ok(None) };
    let found = detect(std::slice::from_ref(service), &secret);
    let Some(best) = found.first() else { return Ok(None) };
    let alone = found.iter().filter(|other| other.sureness == best.sureness).count() == 1;
    Ok(definition.kind(&best.kind).filter(|_| alone))
}

fn asked_about(service: &Arc<Service>, kind: &Kind, place: &Place, token: &Token) -> Vec<Inquiry> {
    let owed =
        token.versions.iter().enumerate().skip(1).filter(|(_, version)| token.owed().any(|(owed, _)| owed == *version));
    let inquiry = |at| Inquiry {
        token: token.clone(),
        at,
        service: Arc::clone(service),
        kind: kind.id.clone(),
        place: place.clone(),
        hosts: hosts(&service.definition, place, &kind.verify),
    };
    [0].into_iter().chain(owed.map(|(at, _)| at)).map(inquiry).collect()
}

impl Inquiry {
    /// The version that is asked about.
    pub fn version(&self) -> &Version {
        self.token.versions.get(self.at).unwrap_or_else(|| self.token.current())
    }

    /// The version as a person names it: the token's path, and which one where it is not the one in use.
    pub fn name(&self) -> String {
        let version = self.version();
        if self.at == 0 { self.token.path() } else { format!("{} (version {})", self.token.path(), version.number) }
    }

    /// The service's name.
    pub fn service_name(&self) -> &str {
        &self.service.definition.name
    }

    /// What is known of the service.
    pub(super) fn definition(&self) -> &Definition {
        &self.service.definition
    }

    /// The scopes that tokens of this kind are given from.
    pub(super) fn scope_set(&self) -> Option<&ScopeSet> {
        let definition = self.definition();
        definition.scopes.get(definition.kind(&self.kind)?.scopes.as_ref()?)
    }

    /// The definition of the service is the person's own, so that nobody but them has looked where it sends secrets.
    pub fn is_own(&self) -> bool {
        self.service.own.is_some()
    }

    /// The least time between two calls to one host.
    pub(super) fn gap(&self) -> std::time::Duration {
        std::time::Duration::from_millis(self.service.definition.gap_ms)
    }

    /// Opens the secret and gets everything ready that the service is asked with.
    pub(super) fn open(&self, session: &Session) -> Result<Errand, Error> {
        let version = self.version();
        session.read(|vault| {
            let secret = vault.secret(version.id)?;
            let secret = secret.ok_or_else(|| Error::usage("its secret was purged", "nothing brings it back"))?;
            let mut values = self.known(&secret);
            for name in &version.parts {
                if let Some(part) = vault.part(version.id, name)? {
                    values.set(name, Value::Secret(part));
                }
            }
            values.set("token", Value::Secret(secret));
            Ok(Errand {
                service: Arc::clone(&self.service),
                kind: self.kind.clone(),
                place: self.place.clone(),
                values,
                credentials: BTreeMap::new(),
                now: session.now.instant,
                nonce: crate::vault::new_id::<()>()?.to_string(),
            })
        })
    }

    /// What is known of the token besides its secrets.
    fn known(&self, secret: &Secret) -> Values {
        let (token, version) = (&self.token, self.version());
        let mut values = Values::default();
        let kind = self.service.definition.kind(&self.kind);
        for (name, text) in kind.map(|kind| read(kind, secret)).unwrap_or_default() {
            values.set(&name, Value::Text(text));
        }
        for (name, text) in version.told.iter().chain(&token.facts) {
            values.set_text(name, Some(text));
        }
        values.set_text("account", token.account.as_deref());
        values.set_text("name", Some(&token.name));
        if !version.scopes.is_empty() {
            values.set("scopes", Value::List(version.scopes.iter().map(|scope| scope.name.clone()).collect()));
        }
        values
    }
}

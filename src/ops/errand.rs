//! What asking about a token begins with: who issued it, and the errand that carries its secret there. Whichever verb asks.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::error::Error;
use super::session::Session;
use super::with::{self, Stand, With};
use crate::secret::Secret;
use crate::service::definition::{Definition, Kind, ScopeSet};
use crate::service::{
    Catalogue, Errand, Other, Place, Service, Value, Values, address, detect, hosts, place, read, verifying,
};
use crate::text::escaped;
use crate::token::{Token, Version};
use crate::vault::Reader;

/// Who issued a token: the service, as what kind, and where it lives for this token.
#[derive(Debug, Clone)]
pub struct Issuer {
    service: Arc<Service>,
    kind: String,
    place: Place,
    others: BTreeMap<String, Stand>,
}

/// A page for the person, with everything filled in that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Its address. Not escaped.
    pub url: String,
    /// What to do there, in a sentence.
    pub how: Option<String>,
    /// Nobody has seen it documented.
    pub is_unproven: bool,
}

/// Finds issuers. A service is read once, however many tokens are its.
pub struct Issuers<'a> {
    session: &'a Session,
    catalogue: Catalogue,
    known: BTreeMap<String, Option<Arc<Service>>>,
    with: With,
}

impl<'a> Issuers<'a> {
    /// Has found nobody yet.
    pub fn new(session: &'a Session) -> Self {
        Self { session, catalogue: session.ground.catalogue(), known: BTreeMap::new(), with: With::default() }
    }

    /// The same, where other credentials are at hand for this once.
    pub fn with(self, with: With) -> Self {
        Self { with, ..self }
    }

    /// Who issued a token, or why nobody can be asked about it, in a sentence. Its secret is opened only where nobody said
    /// what kind of token it is.
    pub fn of(&mut self, token: &Token) -> Result<Result<Issuer, String>, Error> {
        let Some(service) = self.service(&token.service)? else {
            return Ok(Err(format!("no service '{}' is known", token.service)));
        };
        let Some(place) = place(&service.definition, token.instance.as_deref()) else {
            return Ok(Err("its service needs an instance: --instance tells".into()));
        };
        let kind = match &token.kind {
            Some(word) => {
                let kind = service.definition.kind_called(word);
                kind.ok_or("its kind is none that the service is known to issue")
            }
            None => self.kind_shown(&service, token)?.ok_or("its kind is not known: 'patvault edit --kind' tells"),
        };
        let kind = kind.map(|kind| kind.id.clone()).map_err(str::to_owned);
        let others = self.others(token)?;
        Ok(kind.map(|kind| Issuer { service, kind, place, others }))
    }

    /// The other credentials that calls about a token may be made with.
    fn others(&mut self, token: &Token) -> Result<BTreeMap<String, Stand>, Error> {
        let mut others = BTreeMap::new();
        for (name, other) in &token.with {
            let other = self.session.read(|vault| Ok(vault.token(*other)?))?;
            // One that is gone, or is not any more what it has to be, is no credential; a call that takes it says so.
            let other = other.filter(|other| other.is_kept() && other.service == token.service);
            if let Some(Ok(stand)) = other.map(|other| self.stand(name, &other)) {
                others.insert(name.clone(), stand);
            }
        }
        let once = self.with.0.iter().filter(|(_, stand)| stand.service == token.service);
        others.extend(once.map(|(name, stand)| (name.clone(), stand.clone())));
        Ok(others)
    }

    /// A token that serves as another credential of its service.
    ///
    /// # Errors
    /// Where it cannot.
    pub(super) fn stand(&mut self, name: &str, other: &Token) -> Result<Stand, Error> {
        let nowhere = |why: &str| {
            let what = format!("{} cannot be the credential '{}': {why}", escaped(&other.path()), escaped(name));
            Error::usage(what, "'patvault services' shows those that are known")
        };
        let service = self.service(&other.service)?.ok_or_else(|| nowhere("its service is not known"))?;
        let definition = &service.definition;
        with::check(definition, name, other, || match &other.kind {
            Some(word) => Ok(definition.kind_called(word).map(|kind| kind.id.clone())),
            None => Ok(self.kind_shown(&service, other)?.map(|kind| kind.id.clone())),
        })?;
        let place = place(definition, other.instance.as_deref()).ok_or_else(|| nowhere("it needs an instance"))?;
        Ok(Stand { service: other.service.clone(), version: other.current().id, place })
    }

    fn service(&mut self, id: &str) -> Result<Option<Arc<Service>>, Error> {
        if let Some(known) = self.known.get(id) {
            return Ok(known.clone());
        }
        let service = self.catalogue.get(id)?.map(Arc::new);
        self.known.insert(id.to_owned(), service.clone());
        Ok(service)
    }

    /// The kind of a token of which nobody said it: the only one there is, or the one that its secret shows. One that was
    /// guessed would be asked about in the wrong way, and a service would call it dead.
    fn kind_shown<'s>(&self, service: &'s Service, token: &Token) -> Result<Option<&'s Kind>, Error> {
        let definition = &service.definition;
        if let [only] = &definition.kinds[..] {
            return Ok(Some(only));
        }
        let Some(secret) = self.session.read(|vault| Ok(vault.secret(token.current().id)?))? else { return Ok(None) };
        let found = detect(std::slice::from_ref(service), &secret);
        let Some(best) = found.first() else { return Ok(None) };
        let alone = found.iter().filter(|other| other.sureness == best.sureness).count() == 1;
        Ok(definition.kind(&best.kind).filter(|_| alone))
    }
}

impl Issuer {
    /// What is known of the service.
    pub fn definition(&self) -> &Definition {
        &self.service.definition
    }

    /// What is known of this kind of token.
    pub fn kind(&self) -> Option<&Kind> {
        self.definition().kind(&self.kind)
    }

    /// The scopes that tokens of this kind are given from.
    pub fn scope_set(&self) -> Option<&ScopeSet> {
        self.definition().scopes.get(self.kind()?.scopes.as_ref()?)
    }

    /// The definition of the service is the person's own, so that nobody but them has looked where it sends secrets.
    pub fn is_own(&self) -> bool {
        self.service.own.is_some()
    }

    /// The calls that verify a token, in order; none where nothing does.
    pub fn verifying(&self) -> Vec<String> {
        let has = |name: &str| self.others.contains_key(name);
        self.kind().map(|kind| verifying(self.definition(), kind, has)).unwrap_or_default()
    }

    /// The hosts that these calls are made to, in order and once each.
    pub fn hosts(&self, calls: &[String]) -> Vec<String> {
        hosts(self.definition(), &self.place, calls)
    }

    /// The first of these pages that the kind has, filled in for a token. `fill` adds what else is known.
    pub fn page(&self, names: &[&str], token: &Token, fill: impl FnOnce(&mut Values)) -> Option<Address> {
        let pages = &self.kind()?.pages;
        let version = token.current();
        let mut values = self.facts(token, version);
        fill(&mut values);
        let scopes: Vec<String> = version.wanted().iter().map(|scope| scope.name.clone()).collect();
        let filled = |name: &&str| {
            let page = pages.get(*name)?;
            let url = address(page, &self.place, &values, &scopes).ok()?;
            Some(Address { url, how: page.how.clone(), is_unproven: page.unproven })
        };
        names.iter().find_map(filled)
    }

    /// Opens the secret of a version and gets everything ready that the service is asked with.
    ///
    /// # Errors
    /// [`Error::Usage`] for a version whose secret was purged.
    pub fn errand(&self, session: &Session, token: &Token, version: &Version) -> Result<Errand, Error> {
        let errand = self.errand_if_there(session, token, version)?;
        errand.ok_or_else(|| Error::usage("its secret was purged", "nothing brings it back"))
    }

    /// The same, or nothing for a version whose secret was purged.
    pub fn errand_if_there(
        &self,
        session: &Session,
        token: &Token,
        version: &Version,
    ) -> Result<Option<Errand>, Error> {
        session.read(|vault| {
            let Some(secret) = vault.secret(version.id)? else { return Ok(None) };
            let mut parts = BTreeMap::new();
            for name in &version.parts {
                if let Some(part) = vault.part(version.id, name)? {
                    parts.insert(name.clone(), part);
                }
            }
            self.errand_with(session, vault, (token, version), (secret, parts)).map(Some)
        })
    }

    /// The same with a secret that is not in the vault yet, and what is secret besides.
    pub(super) fn errand_with(
        &self,
        session: &Session,
        vault: &Reader,
        (token, version): (&Token, &Version),
        (secret, parts): (Secret, BTreeMap<String, Secret>),
    ) -> Result<Errand, Error> {
        let mut values = self.known(token, version, &secret);
        values.set("token", Value::Secret(secret));
        let mut credentials = BTreeMap::new();
        for (name, credential) in &self.definition().credentials {
            let other = match self.others.get(name) {
                Some(stand) => vault.secret(stand.version)?.map(|secret| (secret, Some(stand.place.clone()))),
                None => credential.field.as_ref().and_then(|field| parts.get(field)).map(|part| (part.clone(), None)),
            };
            if let Some((secret, place)) = other {
                credentials.insert(name.clone(), Other { secret, place });
            }
        }
        for (name, part) in parts {
            values.set(&name, Value::Secret(part));
        }
        Ok(Errand {
            service: Arc::clone(&self.service),
            kind: self.kind.clone(),
            place: self.place.clone(),
            values,
            credentials,
            now: session.now.instant,
            nonce: crate::vault::new_id::<()>()?.to_string(),
        })
    }

    /// What is known of a token besides its secrets, with what its secret shows.
    fn known(&self, token: &Token, version: &Version, secret: &Secret) -> Values {
        let mut values = self.facts(token, version);
        for (name, text) in self.kind().map(|kind| read(kind, secret)).unwrap_or_default() {
            if !values.has(&name) {
                values.set(&name, Value::Text(text));
            }
        }
        values
    }

    /// What is known of a token without a look at its secrets.
    fn facts(&self, token: &Token, version: &Version) -> Values {
        let mut values = Values::default();
        for (name, text) in version.told.iter().chain(&token.facts) {
            values.set_text(name, Some(text));
        }
        values.set_text("account", token.account.as_deref());
        values.set_text("name", Some(&token.name));
        if !version.may().is_empty() {
            values.set("scopes", Value::List(version.may().iter().map(|scope| scope.name.clone()).collect()));
        }
        values
    }
}

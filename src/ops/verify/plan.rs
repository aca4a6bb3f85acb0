//! What is to be asked about which tokens. A secret is opened only where nobody said what kind of token it is.

use crate::ops::errand::{Issuer, Issuers};
use crate::ops::error::Error;
use crate::ops::session::Session;
use crate::ops::with::With;
use crate::service::Errand;
use crate::service::definition::{Definition, Kind, ScopeSet};
use crate::token::id::{TokenId, VersionId};
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
    /// These.
    These(&'a [TokenId]),
}

/// A version of a token that is to be asked about.
#[derive(Debug, Clone)]
pub struct Inquiry {
    /// The token, as it was when the plan was made.
    pub token: Token,
    /// The place of the version among the token's.
    at: usize,
    issuer: Issuer,
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

impl Plan {
    /// The hosts that get a secret, and whether a definition of the person's own names them.
    pub fn hosts(&self) -> impl Iterator<Item = (&String, bool)> {
        self.inquiries.iter().flat_map(|inquiry| inquiry.hosts.iter().map(|host| (host, inquiry.is_own())))
    }
}

/// Finds out what is to be asked: about the version in use of each token that is meant, and about older ones that are
/// still to be revoked.
pub fn plan_verify(session: &Session, which: Which, with: With) -> Result<Plan, Error> {
    let tokens = session.read(|vault| Ok(vault.tokens()?))?;
    let mut issuers = Issuers::new(session).with(with);
    let mut plan = Plan::default();
    for token in tokens.into_iter().filter(|token| token.is_kept() && is_meant(session, which, token)) {
        match issuers.of(&token)?.and_then(|issuer| inquiries(&issuer, &token)) {
            Ok(some) => plan.inquiries.extend(some),
            Err(why) => plan.skipped.push(Skipped { path: token.path(), why }),
        }
    }
    Ok(plan)
}

fn is_meant(session: &Session, which: Which, token: &Token) -> bool {
    match which {
        Which::All => true,
        Which::These(ids) => ids.contains(&token.id),
        Which::Query(query) => Search::new(query, &session.rules, &session.now).score(token).is_some(),
        Which::Owed => {
            let today = session.now.today();
            let owed = reminders(token, &session.rules, &session.now);
            owed.iter().any(|reminder| matches!(reminder.duty, Duty::Verify | Duty::Revoke) && reminder.is_owed(today))
        }
    }
}

/// About the version in use, and about those that are owed to be revoked; or why nobody can be asked.
pub(super) fn inquiries(issuer: &Issuer, token: &Token) -> Result<Vec<Inquiry>, String> {
    let calls = issuer.verifying();
    if calls.is_empty() {
        let name = issuer.kind().map_or("token", |kind| &kind.name);
        return Err(format!("no call tells whether a {name} works"));
    }
    let hosts = issuer.hosts(&calls);
    let owed =
        token.versions.iter().enumerate().skip(1).filter(|(_, version)| token.owed().any(|(owed, _)| owed == *version));
    let inquiry = |at| Inquiry { token: token.clone(), at, issuer: issuer.clone(), hosts: hosts.clone() };
    Ok([0].into_iter().chain(owed.map(|(at, _)| at)).map(inquiry).collect())
}

impl Inquiry {
    /// About one version of a token.
    pub(in crate::ops) fn of(issuer: &Issuer, token: &Token, version: VersionId) -> Self {
        let at = token.versions.iter().position(|known| known.id == version).unwrap_or(0);
        Self { token: token.clone(), at, issuer: issuer.clone(), hosts: issuer.hosts(&issuer.verifying()) }
    }

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
        &self.definition().name
    }

    /// What is known of the service.
    pub(super) fn definition(&self) -> &Definition {
        self.issuer.definition()
    }

    /// The same, with its kind.
    pub(super) fn known(&self) -> Option<(&Definition, &Kind)> {
        Some((self.issuer.definition(), self.issuer.kind()?))
    }

    /// The scopes that tokens of this kind are given from.
    pub(super) fn scope_set(&self) -> Option<&ScopeSet> {
        self.issuer.scope_set()
    }

    /// The definition of the service is the person's own.
    pub fn is_own(&self) -> bool {
        self.issuer.is_own()
    }

    /// The least time between two calls to one host.
    pub(super) fn gap(&self) -> std::time::Duration {
        std::time::Duration::from_millis(self.definition().gap_ms)
    }

    /// Opens the secret and gets everything ready that the service is asked with. Nothing where the secret was purged meanwhile.
    pub(super) fn open(&self, session: &Session) -> Result<Option<Errand>, Error> {
        self.issuer.errand_if_there(session, &self.token, self.version())
    }
}

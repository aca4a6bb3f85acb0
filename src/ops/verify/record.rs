//! Writing down what services said, and saying what that changed.

use std::collections::BTreeSet;

use super::plan::Inquiry;
use super::run::Reply;
use crate::ops::error::Error;
use crate::ops::rotate::{self, Became, Step};
use crate::ops::session::Session;
use crate::scope::{Granted, Scope};
use crate::service::definition::{Fact, Means, ScopeSet};
use crate::service::{End, Facts, KeptFields, Verified};
use crate::token::change::{Field, Subject};
use crate::token::expiry::{Expiry, Source};
use crate::token::label::Label;
use crate::token::now::Now;
use crate::token::rotation::Rotation;
use crate::token::{State, Token, Version, when};
use crate::vault::Writer;
use crate::verdict::{Outcome, Verdict};

/// What was found out about a version of a token, and what of it is new.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    /// The token, and which version where it is not the one in use. Not escaped.
    pub name: String,
    /// The service's name.
    pub service: String,
    /// What the service said.
    pub verdict: Verdict,
    /// What it said of the owner.
    pub owner: Option<String>,
    /// What is different from what was known, a phrase each. Not escaped.
    pub news: Vec<String>,
}

/// Records replies in one write. A token that is gone meanwhile, or has another secret, is left as it is.
pub fn record(session: &Session, replies: &[Reply]) -> Result<Vec<Checked>, Error> {
    session.write("verify", |vault| replies.iter().map(|reply| record_one(session, vault, reply)).collect())
}

/// The same for a token that was asked about before it was kept, in the write that keeps it.
pub(in crate::ops) fn record_new(
    session: &Session,
    vault: &mut Writer,
    token: Token,
    mut reply: Reply,
) -> Result<Checked, Error> {
    reply.inquiry.token = token;
    record_one(session, vault, &reply)
}

fn record_one(session: &Session, vault: &mut Writer, reply: &Reply) -> Result<Checked, Error> {
    let inquiry = &reply.inquiry;
    let verdict = verdict(reply, &session.now);
    let mut checked = Checked {
        name: inquiry.name(),
        service: inquiry.service_name().to_owned(),
        verdict,
        owner: None,
        news: vec![],
    };
    let version = inquiry.version().id;
    let there = vault.token(inquiry.token.id)?.filter(Token::is_kept);
    let version =
        there.as_ref().and_then(|token| Some((token, token.versions.iter().find(|known| known.id == version)?)));
    let Some((token, version)) = version else {
        checked.news.push("it was changed meanwhile: nothing is recorded".into());
        return Ok(checked);
    };
    let subject = Subject { token: token.id, version: Some(version.id) };
    if checked.verdict.outcome == Outcome::Refused && version.is_dead() {
        // Who is dead for the service does not come back because another time it did not say.
        checked.news.push("it was dead before, which stands".into());
    } else {
        vault.set(subject, &Field::Verdict, Some(&checked.verdict.to_string()))?;
    }
    if checked.verdict.outcome == Outcome::Dead && matches!(version.state, State::Superseded(_)) {
        // The service's own word: nothing is left to be revoked.
        vault.set(subject, &Field::State, Some(&State::Revoked(session.now.instant).to_string()))?;
        checked.news.push("nothing is left to be revoked".into());
    }
    if checked.verdict.outcome == Outcome::Alive && matches!(version.state, State::Revoked(_)) {
        vault.set(subject, &Field::State, Some(&state_of_one_that_lives(token, version, session).to_string()))?;
        checked.news.push("it was taken for revoked, and is not".into());
    }
    checked.news.extend(settle(session, vault, inquiry, version, subject, checked.verdict.outcome)?);
    if let Ok(verified) = &reply.said {
        let news = &mut checked.news;
        let mut told = Told { inquiry, token, version, vault, subject, now: &session.now, news };
        told.take(verified)?;
        checked.owner = verified.facts.texts.get(&Fact::Owner).cloned();
    }
    Ok(checked)
}

/// Where a version stands that was taken for revoked.
fn state_of_one_that_lives(token: &Token, version: &Version, session: &Session) -> State {
    if token.current().id == version.id { State::Current } else { State::Superseded(session.now.instant) }
}

/// What the verdict says of a rotation's call whose answer was lost; it is noted down, and said.
fn settle(
    session: &Session,
    vault: &mut Writer,
    inquiry: &Inquiry,
    version: &Version,
    subject: Subject,
    outcome: Outcome,
) -> Result<Option<String>, Error> {
    let Step::Settle(lost) = rotate::next(inquiry.known(), version, false, session.now.instant) else {
        return Ok(None);
    };
    let Some(became) = rotate::became(&lost, outcome) else { return Ok(None) };
    let noted = became.noted(session.now.instant);
    vault.set(subject, &Field::Rotation, noted.as_ref().map(Rotation::to_string).as_deref())?;
    Ok(Some(match became {
        Became::NotDone => "the rotation that was asked for was not done".into(),
        Became::Dead => "a new secret was asked for, and if it was made it is lost: make one by hand".into(),
    }))
}

fn verdict(reply: &Reply, now: &Now) -> Verdict {
    let (outcome, why) = match &reply.said {
        Err(unasked) => (Outcome::Refused, Some(unasked.to_string())),
        Ok(Verified { means: Means::Limited, why, .. }) => {
            (Outcome::Alive, why.clone().or_else(|| Some("it may not do what was asked".into())))
        }
        Ok(Verified { means, why, .. }) => (outcome(*means), why.clone()),
    };
    Verdict { outcome, at: now.instant, why }
}

/// What an answer means for the token that it is about.
pub(in crate::ops) fn outcome(means: Means) -> Outcome {
    match means {
        Means::Alive | Means::Done | Means::Limited => Outcome::Alive,
        Means::Dead => Outcome::Dead,
        Means::Refused | Means::Throttled => Outcome::Refused,
    }
}

/// What a service told, on its way into the vault.
struct Told<'a, 'w> {
    inquiry: &'a Inquiry,
    /// The token and its version as they are now, not as they were when they were asked about.
    token: &'a Token,
    version: &'a Version,
    vault: &'a mut Writer<'w>,
    subject: Subject,
    now: &'a Now,
    news: &'a mut Vec<String>,
}

impl Told<'_, '_> {
    fn take(&mut self, verified: &Verified) -> Result<(), Error> {
        let facts = &verified.facts;
        self.texts(facts)?;
        self.expiry(facts.expiry)?;
        if let Some(issued) = facts.issued {
            self.vault.set(self.subject, &Field::Issued, Some(&issued.to_string()))?;
        }
        if let Some(used) = facts.last_use {
            self.vault.set(self.subject, &Field::Told(Fact::LastUse.word().into()), Some(&used.to_string()))?;
        }
        if let Some(scopes) = &facts.scopes {
            self.scopes(scopes)?;
        }
        self.fields(&KeptFields::of(self.inquiry.definition(), &verified.keeps))
    }

    fn fields(&mut self, kept: &KeptFields) -> Result<(), Error> {
        for (name, secret) in &kept.secret {
            self.vault.set_part(self.subject, name, secret)?;
        }
        // Of the others, the token has one value, which goes with the secret in use.
        if self.version.id != self.token.current().id {
            return Ok(());
        }
        for (name, value) in &kept.open {
            if self.token.facts.get(name).is_some_and(|known| known != value) {
                self.news.push(format!("{name} is {value} now"));
            }
            let of_token = Subject { version: None, ..self.subject };
            self.vault.set(of_token, &Field::Fact(name.clone()), Some(value))?;
        }
        Ok(())
    }

    fn texts(&mut self, facts: &Facts) -> Result<(), Error> {
        for (fact, text) in &facts.texts {
            // What a service says is as little to be trusted as what a person types.
            let Ok(text) = Label::Account.parse(text) else { continue };
            let field = Field::Told(fact.word().into());
            let known = self.version.told.get(fact.word());
            if *fact == Fact::Owner && known.is_some_and(|known| *known != text) {
                self.news.push(format!("owner is {text} now"));
            }
            self.vault.set(self.subject, &field, Some(&text))?;
            if *fact == Fact::Owner && self.token.account.is_none() {
                self.vault.set(Subject { version: None, ..self.subject }, &Field::Account, Some(&text))?;
            }
        }
        Ok(())
    }

    /// The service's own word about the end counts over anybody else's. The same word again is no news.
    fn expiry(&mut self, end: Option<End>) -> Result<(), Error> {
        let Some(end) = end else { return Ok(()) };
        let source = Source::Service(self.now.instant);
        let known = self.version.expiry;
        let told = match end {
            End::Never => Expiry::Never(source),
            End::At(date) => Expiry::Ends(date, source),
        };
        let same_end = match (known, told) {
            (Expiry::Never(_), Expiry::Never(_)) => true,
            (Expiry::Ends(known, _), Expiry::Ends(told, _)) => known == told,
            _ => false,
        };
        if same_end && matches!(known.source(), Some(Source::Service(_))) {
            return Ok(());
        }
        if !same_end {
            self.news.push(self.moved(known, told));
        }
        self.vault.set(self.subject, &Field::Expiry, Some(&told.to_string()))?;
        Ok(())
    }

    fn moved(&self, known: Expiry, told: Expiry) -> String {
        let words = |expiry: Expiry| match expiry.date() {
            Some(date) => {
                let day = date.day(self.now);
                format!("{day}, {}", when::words(day, self.now))
            }
            None if expiry == Expiry::Unknown => "unknown".to_owned(),
            None => "never".to_owned(),
        };
        match known {
            Expiry::Unknown => format!("ends {}", words(told)),
            known => format!("ends {}, not {}", words(told), words(known)),
        }
    }

    /// What was granted is what the service says, and what is wanted stays what the person says: how what it may do differs from
    /// what was known of that is said once, and how the two differ is kept.
    fn scopes(&mut self, told: &[String]) -> Result<(), Error> {
        let set = self.inquiry.scope_set();
        let granted = granted(told, &self.version.scopes, set);
        let names = |scopes: &[Scope]| scopes.iter().map(|scope| scope.name.clone()).collect::<BTreeSet<_>>();
        let (may, before) = (names(&granted), names(self.version.may()));
        if !before.is_empty() {
            self.news.extend(may.difference(&before).map(|name| format!("may also {name}")));
        }
        let gone = before.difference(&may).filter(|name| !is_in(set, told, name));
        self.news.extend(gone.map(|name| format!("may not {name}")));
        self.vault.set(self.subject, &Field::Granted, Some(&Granted::of(&granted).to_string()))?;
        Ok(())
    }
}

/// The scopes that a service told, and with them those that are wanted and that a wider one among them contains: it grants these
/// too, though it does not name them.
pub(in crate::ops) fn granted(told: &[String], wanted: &[Scope], set: Option<&ScopeSet>) -> Vec<Scope> {
    let contained = wanted.iter().map(|scope| &scope.name).filter(|name| is_in(set, told, name));
    let names: Granted = told.iter().chain(contained).filter_map(|name| Label::Scope.parse(name).ok()).collect();
    names.scopes(wanted)
}

/// Whether a scope is contained in one of these.
fn is_in(set: Option<&ScopeSet>, told: &[String], name: &str) -> bool {
    set.is_some_and(|set| told.iter().any(|wider| set.contains(wider, name)))
}

//! What a rotation writes down: that a call goes out, before it does; the new secret, before anything else is done with it; and
//! what became of a call whose answer was lost.

use chrono::{DateTime, SubsecRound, Utc};

use super::plan::{RotatePlan, fill};
use super::run::New;
use super::step::Renewal;
use crate::clock;
use crate::ops::errand::Issuer;
use crate::ops::error::Error;
use crate::ops::session::Session;
use crate::ops::verify::granted;
use crate::secret::Secret;
use crate::service::definition::Fact;
use crate::service::{End, Errand, KeptFields, asks_for_end};
use crate::token::change::{Field, Subject};
use crate::token::draft::DraftVersion;
use crate::token::expiry::{Date, Expiry, Source};
use crate::token::id::VersionId;
use crate::token::label::Label;
use crate::token::rotation::Rotation;
use crate::token::{Token, Version};
use crate::vault::{self, Arrival, Berth, Writer};

/// A call that goes out: it is noted down, and there is a place on the disk for what comes back.
#[derive(Debug)]
pub struct Departure {
    at: DateTime<Utc>,
    pub(super) berth: Berth,
    /// The id that the new version will have.
    id: VersionId,
}

/// Notes down that a call goes out, and waits until that is on the disk.
///
/// # Errors
/// Where the token was changed since it was looked at: somebody else may be rotating it.
pub(super) fn depart(
    session: &Session,
    plan: &RotatePlan,
    renewal: &Renewal,
    errand: &mut Errand,
) -> Result<Departure, Error> {
    let id = vault::new_id()?;
    let berth = session.read(|vault| Ok(session.vault.berth(vault, id)?))?;
    let at = clock::now().instant.trunc_subsecs(0);
    let noted = Rotation::Asked { at, call: renewal.call.clone() };
    session.write("rotate", |vault| {
        // From the berth on nobody changes the vault key; between the look at the vault and the berth somebody may have.
        if !session.vault.is_berth_of(vault, &berth)? {
            return Err(vault::Error::Meanwhile { what: "the vault key" }.into());
        }
        let there = current(vault, &plan.token)?;
        if there.rotation.is_some() {
            return Err(meanwhile(&plan.token));
        }
        note(vault, &plan.token, there.id, Some(&noted))
    })?;
    fill(&mut errand.values, &plan.token, plan.ends, at);
    Ok(Departure { at, berth, id })
}

/// The version in use, where it is still the one that the plan was made for.
fn current(vault: &Writer, planned: &Token) -> Result<Version, Error> {
    let there = vault.token(planned.id)?.filter(Token::is_kept);
    let current = there.map(|token| token.current().clone());
    current.filter(|current| current.id == planned.current().id).ok_or_else(|| meanwhile(planned))
}

fn meanwhile(token: &Token) -> Error {
    let path = crate::text::word_for(&token.path(), &token.id.short());
    Error::Failed {
        doing: format!("rotate {}", crate::text::escaped(&token.path())),
        why: "it was changed meanwhile".into(),
        hint: Some(format!("'patvault show {path}' tells; say it again if it is still to be rotated")),
    }
}

fn note(vault: &mut Writer, token: &Token, version: VersionId, rotation: Option<&Rotation>) -> Result<(), Error> {
    let subject = Subject { token: token.id, version: Some(version) };
    Ok(vault.set(subject, &Field::Rotation, rotation.map(Rotation::to_string).as_deref())?)
}

/// Notes down how far a rotation is; `None` where none is under way any more.
pub fn note_rotation(session: &Session, token: &Token, rotation: Option<&Rotation>) -> Result<(), Error> {
    session.write("rotate", |vault| {
        let there = current(vault, token)?;
        note(vault, token, there.id, rotation)
    })
}

/// What is written down of an answer that holds a new secret.
pub(super) fn arrival(plan: &RotatePlan, renewal: &Renewal, departure: &Departure, new: New) -> Arrival {
    let old = plan.token.current();
    let definition = plan.issuer().map(|issuer| issuer.definition());
    let New { secret, judged, .. } = new;
    let facts = judged.facts;
    let mut version = DraftVersion::of(secret);
    let said = Source::Service(departure.at);
    let asked = definition.and_then(|definition| definition.calls.get(&renewal.call)).is_some_and(asks_for_end);
    version.expiry = match facts.expiry {
        Some(End::Never) => Expiry::Never(said),
        Some(End::At(date)) => Expiry::Ends(date, said),
        None if asked || plan.is_said || plan.ends.source() == Some(Source::Default) => plan.ends,
        None => Expiry::Unknown,
    };
    version.issued = facts.issued.or(Some(Date::Instant(departure.at)));
    version.scopes = old.wanted().to_vec();
    let set = plan.issuer().and_then(Issuer::scope_set);
    version.granted = facts.scopes.map(|told| granted(&told, &version.scopes, set));
    let told = |(fact, text): (Fact, String)| Some((fact.word().to_owned(), Label::Account.parse(&text).ok()?));
    version.told = facts.texts.into_iter().filter_map(told).collect();
    let kept = definition.map(|definition| KeptFields::of(definition, &judged.keeps)).unwrap_or_default();
    version.parts = kept.secret;
    let (token, before) = (plan.token.id, old.id);
    Arrival { id: departure.id, token, before, kills: renewal.kills_old, at: departure.at, version, facts: kept.open }
}

/// A new secret that could not be brought into the vault.
#[derive(Debug)]
pub struct Unkept {
    arrival: Arrival,
    berth: Berth,
    /// It stands sealed in the journal: the next write brings it in. Else it is nowhere but in memory.
    pub is_sealed: bool,
    /// Why it is not in the vault.
    pub error: Error,
}

impl Unkept {
    /// Tries again.
    ///
    /// # Errors
    /// The same.
    pub fn again(self, session: &Session) -> Result<bool, Box<Self>> {
        keep(session, self.arrival, self.berth)
    }

    /// The new secret.
    pub fn secret(&self) -> &Secret {
        &self.arrival.version.secret
    }
}

/// Writes a new secret down: sealed into the journal first, which takes no lock and has its place already; then into the vault.
/// `false` where it is the one that was there before.
pub(super) fn keep(session: &Session, arrival: Arrival, berth: Berth) -> Result<bool, Box<Unkept>> {
    let sealed = berth.keep(&arrival);
    let written = session.write("rotate", |vault| match vault.arrive(&arrival)? {
        true => Ok(vault.token(arrival.token)?.is_some_and(|token| token.current().id == arrival.id)),
        false => Err(Error::usage("the token is not in the vault any more", "'patvault backup' tells what was")),
    });
    // Where the vault has it, it does not matter whether the journal had.
    written.map_err(|error| Box::new(Unkept { is_sealed: sealed.is_ok(), arrival, berth, error }))
}

/// What the person makes a new version of by hand.
#[derive(Debug)]
pub struct ByHand {
    /// The new secret, and what is secret besides.
    pub version: DraftVersion,
    /// It is taken though it is another token's too.
    pub insist: bool,
}

/// Writes down a new secret that the person brought.
///
/// # Errors
/// [`Error::Twin`] where it is another token's too and the person does not insist; [`Error::Usage`] where it is the old one.
pub fn replace(session: &Session, token: &Token, by_hand: &ByHand) -> Result<(), Error> {
    session.write("rotate", |vault| {
        let there = current(vault, token)?;
        check_new(vault, token, &by_hand.version.secret, by_hand.insist)?;
        note(vault, token, there.id, None)?;
        vault.add_version(token.id, &by_hand.version).map(drop)?;
        Ok(())
    })
}

/// Refuses a secret that is no new one.
fn check_new(vault: &vault::Reader, token: &Token, secret: &Secret, insist: bool) -> Result<(), Error> {
    let twins = vault.same_secret(secret)?;
    if let Some(own) = twins.iter().find(|twin| twin.token == token.id) {
        let which = if own.number == token.current().number { "in use" } else { "replaced before" };
        let what = format!("this is version {} of the token, the one {which}, and no new one", own.number);
        return Err(Error::usage(what, "make a new one on the page, and give that"));
    }
    match twins.is_empty() || insist {
        true => Ok(()),
        false => Err(Error::Twin { places: twins.iter().map(crate::ops::add::twin).collect() }),
    }
}

/// The same before anything is asked for besides.
pub fn check_secret(session: &Session, token: &Token, secret: &Secret, insist: bool) -> Result<(), Error> {
    session.read(|vault| check_new(vault, token, secret, insist))
}

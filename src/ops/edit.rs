//! Changing what is known of a token.

use std::collections::{BTreeMap, BTreeSet};

use super::add::{Place, check_free};
use super::consumer::{put_place, way};
use super::error::Error;
use super::fields::Fields;
use super::find::{Among, find};
use super::risks;
use super::session::Session;
use super::show::Shown;
use crate::exchange::facts::{Facts, PlaceText, ScopeText};
use crate::scope::{Risk, Scope};
use crate::secret::Secret;
use crate::token::change::{Field, Subject};
use crate::token::consumer::Way;
use crate::token::expiry::Date;
use crate::token::id::TokenId;
use crate::token::label::{Label, note};
use crate::token::now::Now;
use crate::token::when::{self, When};
use crate::token::{ID, Token};
use crate::vault::{self, Writer};

/// Changes to the facts of a token and of its version in use, checked one by one as they are named.
#[derive(Debug, Clone, Default)]
pub struct Edits {
    all: Vec<(Field, Option<String>)>,
    parts: BTreeMap<String, Secret>,
    places: Vec<(String, Option<Way>)>,
}

impl Edits {
    /// Nothing is to be changed.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty() && self.parts.is_empty() && self.places.is_empty()
    }

    /// Gives it another service.
    pub fn service(&mut self, text: &str) -> Result<(), Error> {
        self.set(Field::Service, Some(Label::Service.parse(text)?))
    }

    /// Gives it another name.
    pub fn name(&mut self, text: &str) -> Result<(), Error> {
        self.set(Field::Name, Some(Label::Name.parse(text)?))
    }

    /// Says whose it is; empty for nobody's.
    pub fn account(&mut self, text: &str) -> Result<(), Error> {
        let value = or_none(text, |text| Label::Account.parse(text))?;
        self.set(Field::Account, value)
    }

    /// Says where it is; empty for the service's usual place.
    pub fn instance(&mut self, text: &str) -> Result<(), Error> {
        let value = or_none(text, |text| Label::Instance.parse(text))?;
        self.set(Field::Instance, value)
    }

    /// Says what the service's own id of it is; empty for unknown.
    pub fn id(&mut self, text: &str) -> Result<(), Error> {
        let value = or_none(text, |text| Label::Value.parse(text))?;
        self.set(Field::Told(ID.into()), value)
    }

    /// Says which sort it is; empty for unknown.
    pub fn kind(&mut self, text: &str) -> Result<(), Error> {
        let value = or_none(text, |text| Label::Kind.parse(text))?;
        self.set(Field::Kind, value)
    }

    /// Replaces the note; empty for none.
    pub fn note(&mut self, text: &str) -> Result<(), Error> {
        let value = or_none(text, note)?;
        self.set(Field::Note, value)
    }

    /// Adds a tag.
    pub fn tag(&mut self, text: &str) -> Result<(), Error> {
        let tag = Label::Tag.parse(text.strip_prefix('#').unwrap_or(text))?;
        self.set(Field::Tag(tag), Some(String::new()))
    }

    /// Takes a tag away.
    pub fn untag(&mut self, text: &str) -> Result<(), Error> {
        let tag = Label::Tag.parse(text.strip_prefix('#').unwrap_or(text))?;
        self.set(Field::Tag(tag), None)
    }

    /// Says something that its service needs to know of it; empty for what is not known any more.
    pub fn fact(&mut self, name: &str, value: &str) -> Result<(), Error> {
        let name = Label::Field.parse(name)?;
        let value = or_none(value, |text| Label::Value.parse(text))?;
        self.set(Field::Fact(name), value)
    }

    /// Sets something secret about it besides its secret.
    pub fn part(&mut self, name: String, secret: Secret) {
        self.parts.insert(name, secret);
    }

    /// Says which other token its service is asked with, by the name of a credential; none for none.
    pub fn with(&mut self, name: String, other: Option<TokenId>) -> Result<(), Error> {
        self.set(Field::With(name), other.map(|other| other.to_string()))
    }

    /// Says how one of its places is updated; none takes the place away.
    pub fn place(&mut self, place: &str, way: Option<Way>) -> Result<(), Error> {
        self.places.push((Label::Place.parse(place)?, way));
        Ok(())
    }

    /// Says when it ends, on the person's word.
    pub fn expires(&mut self, when: When) -> Result<(), Error> {
        self.set(Field::Expiry, Some(when.typed().to_string()))
    }

    /// Says when it was issued.
    pub fn issued(&mut self, date: Option<Date>) -> Result<(), Error> {
        self.set(Field::Issued, date.map(|date| date.to_string()))
    }

    /// Adds a scope, with the risk the person gives it, if they do.
    pub fn scope(&mut self, text: &str, rated: Option<Risk>) -> Result<(), Error> {
        let name = Label::Scope.parse(text)?;
        self.set(Field::Scope(name), Some(rated.map_or("", Risk::word).to_owned()))
    }

    /// Takes a scope away.
    pub fn unscope(&mut self, text: &str) -> Result<(), Error> {
        let name = Label::Scope.parse(text)?;
        self.set(Field::Scope(name), None)
    }

    /// Gives it a lead time of its own, in days; none for the vault's.
    pub fn lead(&mut self, days: Option<u32>) -> Result<(), Error> {
        self.set(Field::Lead, days.map(|days| days.to_string()))
    }

    /// Gives it a cadence of its own, in days; none for the vault's.
    pub fn cadence(&mut self, days: Option<u32>) -> Result<(), Error> {
        self.set(Field::Cadence, days.map(|days| days.to_string()))
    }

    /// Gives it its own patience with being unused, in days; none for the vault's.
    pub fn unused(&mut self, days: Option<u32>) -> Result<(), Error> {
        self.set(Field::Unused, days.map(|days| days.to_string()))
    }

    /// Replaces all tags.
    pub fn tags(&mut self, token: &Token, tags: &[String]) -> Result<(), Error> {
        let wanted: Vec<String> = tags.iter().map(|tag| Label::Tag.parse(tag)).collect::<Result<_, _>>()?;
        for gone in token.tags.iter().filter(|tag| !wanted.contains(tag)) {
            self.untag(gone)?;
        }
        wanted.iter().try_for_each(|tag| self.tag(tag))
    }

    /// Replaces all scopes.
    pub fn scopes(&mut self, token: &Token, scopes: &[Scope]) -> Result<(), Error> {
        for gone in &token.current().scopes {
            if !scopes.iter().any(|scope| scope.name == gone.name) {
                self.unscope(&gone.name)?;
            }
        }
        scopes.iter().try_for_each(|scope| self.scope(&scope.name, scope.rated))
    }

    /// Adds a tag, `prod` or `+prod`, or takes one away, `-prod`.
    pub fn tag_word(&mut self, word: &str) -> Result<(), Error> {
        match word.strip_prefix('-') {
            Some(gone) => self.untag(gone),
            None => self.tag(word.strip_prefix('+').unwrap_or(word)),
        }
    }

    #[expect(clippy::unnecessary_wraps, reason = "every edit ends the same way, and most can fail before")]
    fn set(&mut self, field: Field, value: Option<String>) -> Result<(), Error> {
        self.all.push((field, value));
        Ok(())
    }
}

fn or_none<E>(text: &str, parse: impl Fn(&str) -> Result<String, E>) -> Result<Option<String>, Error>
where
    Error: From<E>,
{
    if text.trim().is_empty() { Ok(None) } else { Ok(Some(parse(text)?)) }
}

/// What differs between facts as they were shown and as the person left them, and nothing else: a date that the service gave
/// stays the service's.
///
/// # Errors
/// Where something cannot be what it is said to be.
pub fn changed(token: &Token, old: &Facts, new: &Facts, now: &Now) -> Result<Edits, Error> {
    let mut edits = Edits::default();
    let texts: [(&String, &String, Edit); 7] = [
        (&old.service, &new.service, Edits::service),
        (&old.name, &new.name, Edits::name),
        (&old.account, &new.account, Edits::account),
        (&old.instance, &new.instance, Edits::instance),
        (&old.id, &new.id, Edits::id),
        (&old.kind, &new.kind, Edits::kind),
        (&old.note, &new.note, Edits::note),
    ];
    for (old, new, edit) in texts {
        if old != new {
            edit(&mut edits, new)?;
        }
    }
    if old.expires != new.expires {
        let is_empty = new.expires.trim().is_empty();
        edits.expires(if is_empty { When::Unknown } else { when::parse(&new.expires, now)? })?;
    }
    if old.issued != new.issued {
        let is_empty = new.issued.trim().is_empty();
        edits.issued(if is_empty { None } else { Some(when::parse_date(&new.issued, now)?) })?;
    }
    for name in old.fields.keys().chain(new.fields.keys()).collect::<BTreeSet<_>>() {
        let value = new.fields.get(name);
        if old.fields.get(name) != value {
            edits.fact(name, value.map_or("", String::as_str))?;
        }
    }
    for place in old.places.keys().chain(new.places.keys()).collect::<BTreeSet<_>>() {
        let text = new.places.get(place);
        if old.places.get(place) != text {
            edits.place(place, text.map(way_of).transpose()?)?;
        }
    }
    if old.tags != new.tags {
        edits.tags(token, &new.tags)?;
    }
    if old.scopes != new.scopes {
        let scopes: Vec<Scope> = new.scopes.iter().map(ScopeText::scope).collect();
        edits.scopes(token, &scopes)?;
    }
    if old.reminders != new.reminders {
        edits.lead(new.reminders.lead)?;
        edits.cadence(new.reminders.cadence)?;
        edits.unused(new.reminders.unused)?;
    }
    Ok(edits)
}

/// How a place is updated, as a person writes it.
pub(super) fn way_of(PlaceText { run, env, note }: &PlaceText) -> Result<Way, Error> {
    way(Some(run), Some(env), Some(note))
}

/// Reads one fact as a person writes it into a list of edits.
type Edit = fn(&mut Edits, &str) -> Result<(), Error>;

/// Changes a token that was shown before, as it was shown: what somebody else changed meanwhile is not overwritten.
///
/// # Errors
/// [`vault::Error::Meanwhile`] where it is not any more what was shown.
pub fn edit_shown(session: &Session, shown: &Shown, verb: &str, edits: &Edits) -> Result<Token, Error> {
    session.write(verb, |vault| {
        let facts = |token: Token| Token { last_use: None, ..token };
        let mut now = vault.token(shown.token.id)?.map(facts);
        risks::tell(session, &mut now);
        if now != Some(facts(shown.token.clone())) || vault.note(shown.token.id)? != shown.note {
            return Err(vault::Error::Meanwhile { what: "the token" }.into());
        }
        apply(session, vault, &shown.token, edits)
    })
}

/// Changes a token, all of it or nothing, and gives it as it is then. The history names the verb.
pub fn edit(session: &Session, asked: &str, verb: &str, edits: &Edits) -> Result<Token, Error> {
    session.write(verb, |vault| edit_one(session, vault, asked, edits))
}

/// The same with several tokens, all of them or none.
pub fn edit_all(session: &Session, asked: &[String], verb: &str, edits: &Edits) -> Result<Vec<Token>, Error> {
    session.write(verb, |vault| asked.iter().map(|asked| edit_one(session, vault, asked, edits)).collect())
}

fn edit_one(session: &Session, vault: &mut Writer, asked: &str, edits: &Edits) -> Result<Token, Error> {
    let token = find(vault, asked, Among::Kept)?;
    apply(session, vault, &token, edits)
}

fn apply(session: &Session, vault: &mut Writer, token: &Token, edits: &Edits) -> Result<Token, Error> {
    let subject = Subject { token: token.id, version: Some(token.current().id) };
    for (field, value) in &edits.all {
        vault.set(subject, field, value.as_deref())?;
    }
    for (name, secret) in &edits.parts {
        vault.set_part(subject, name, secret)?;
    }
    for (place, way) in &edits.places {
        match way {
            // As 'consumer add' does: a place is named because the token is there.
            Some(way) => put_place(vault, token, place, way, Some(session.now.instant))?,
            None => vault.set(subject, &Field::Consumer(place.clone()), None)?,
        }
    }
    let edited = vault.token(token.id)?.ok_or(Error::Cancelled)?;
    if Place::of(&edited) != Place::of(token) {
        check_free(vault, &Place::of(&edited), Some(token.id))?;
    }
    let said = edits.all.iter().filter_map(|(field, value)| match (field, value) {
        (Field::Fact(name), Some(value)) => Some((name, value)),
        _ => None,
    });
    let mut said = said.peekable();
    if said.peek().is_some() {
        Fields::of(&session.ground, &edited.service)?.check(said)?;
    }
    Ok(edited)
}

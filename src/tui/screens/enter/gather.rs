//! What stands in the form, as the verbs take it; and what is known, as the form shows it.

use std::collections::BTreeMap;

use super::spot::{Known, Rule, Spot, more};
use super::{Enter, places};
use crate::exchange::facts::{Facts, Own, PlaceText, ScopeText};
use crate::ops::{self, Error, Shown};
use crate::secret::Secret;
use crate::service::definition::{Fact, Means};
use crate::service::{End, Verified};
use crate::token::consumer::Way;
use crate::token::draft::{Draft, DraftVersion};
use crate::token::expiry::Date;
use crate::token::label::Label;
use crate::token::now::Now;
use crate::token::when;
use crate::tui::form::{Entry, Form};
use crate::tui::message::{Changed, Entered};
use crate::tui::theme::Role;

/// Puts another text into a field.
pub fn set(entry: &mut Entry, text: &str) {
    match entry {
        Entry::Text(field) => field.set(text),
        Entry::Choice(choice) => choice.set(text),
        Entry::Many(many) => many.choose(text.split_whitespace().map(str::to_owned).collect()),
        Entry::Day(day) => day.set(text),
        Entry::Note(note) => *note = crate::tui::form::Note::of(text),
        Entry::Hidden(hidden) => hidden.wipe(),
        Entry::Tick(tick) => tick.text = text.to_owned(),
    }
}

impl Enter {
    /// Shows facts in the form.
    pub(super) fn load(&mut self, facts: &Facts, known: &Known) {
        let scopes: Vec<String> = facts.scopes.iter().map(|scope| scope.scope().name).collect();
        let texts = [
            (Spot::Service, facts.service.clone()),
            (Spot::Kind, facts.kind.clone()),
            (Spot::Name, facts.name.clone()),
            (Spot::Account, facts.account.clone()),
            (Spot::Instance, facts.instance.clone()),
            (Spot::Scopes, scopes.join(" ")),
            (Spot::Expires, facts.expires.clone()),
            (Spot::Issued, facts.issued.clone()),
            (Spot::Tags, facts.tags.join(" ")),
            (Spot::Places, places::write(&self.places)),
            (Spot::Note, facts.note.clone()),
            (Spot::Id, facts.id.clone()),
        ];
        if !facts.id.is_empty() || facts.reminders != Own::default() {
            self.show_more();
        }
        let mut own = facts.reminders;
        let rules = Rule::ALL.map(|(rule, ..)| (Spot::Rule(rule), days(*rule.of(&mut own))));
        for (spot, text) in texts.into_iter().chain(rules) {
            if let Some(slot) = self.form.slot_mut(&spot) {
                set(&mut slot.entry, &text);
            }
        }
        self.offer(known);
        let fields = facts.fields.iter().map(|(name, value)| (Spot::Fact(name.clone()), value));
        let others = facts.with.iter().map(|(name, other)| (Spot::With(name.clone()), other));
        for (spot, value) in fields.chain(others) {
            if let Some(slot) = self.form.slot_mut(&spot) {
                set(&mut slot.entry, value);
            }
        }
    }

    /// Shows the fields of which few tokens have need.
    pub(super) fn show_more(&mut self) {
        self.form.replace(&Spot::Note, |spot| *spot == Spot::More, more());
    }

    /// Offers what the service and the kind have that stand there now.
    pub(super) fn offer(&mut self, known: &Known) {
        let (service, kind) = (self.form.text(&Spot::Service), self.form.text(&Spot::Kind));
        let offers = [
            (Spot::Kind, known.kinds(&service)),
            (Spot::Account, known.accounts(&service)),
            (Spot::Instance, known.instances(&service)),
            (Spot::Scopes, known.scopes(&service, &kind)),
        ];
        for (spot, offers) in offers {
            match self.form.slot_mut(&spot).map(|slot| &mut slot.entry) {
                Some(Entry::Choice(choice)) => choice.offer(offers),
                Some(Entry::Many(many)) => many.offer(offers),
                _ => {}
            }
        }
        let kept = self.before().map(|before| &before.fields);
        let wanted = known.fields(&service, &kind, |name| kept.is_some_and(|kept| kept.contains_key(name)));
        let is_field = |spot: &Spot| matches!(spot, Spot::Fact(_) | Spot::Part(_) | Spot::With(_));
        let there: Vec<&Spot> = self.form.slots().iter().map(|slot| &slot.key).filter(|spot| is_field(spot)).collect();
        if !there.into_iter().eq(wanted.iter().map(|slot| &slot.key)) {
            self.form.replace(&Spot::Instance, is_field, wanted);
        }
    }
}

/// Days of a token's own as a person writes them; empty for the rule of the vault.
pub(super) fn own(text: &str) -> Result<Option<u32>, &'static str> {
    if text.trim().is_empty() { Ok(None) } else { when::parse_own_days(text.trim()) }
}

fn days(own: Option<u32>) -> String {
    match own {
        None => String::new(),
        Some(0) => "never".to_owned(),
        Some(days) => format!("{days}d"),
    }
}

/// What stands in the form. The risk that the person once gave a scope stays with it.
fn facts(form: &Form<Spot>, before: &Facts, old_places: &BTreeMap<String, Way>) -> Result<Facts, Error> {
    let text = |spot: &Spot| form.text(spot);
    let several = |spot: &Spot| match form.slot(spot).map(|slot| &slot.entry) {
        Some(Entry::Many(many)) => many.chosen().to_vec(),
        _ => vec![],
    };
    let scope = |name: String| {
        let known = before.scopes.iter().find(|scope| scope.scope().name == name);
        known.cloned().unwrap_or(ScopeText::Name(name))
    };
    // What the form has no field for stays as it was.
    let (mut fields, mut with) = (before.fields.clone(), before.with.clone());
    for slot in form.slots() {
        let (values, name) = match &slot.key {
            Spot::Fact(name) => (&mut fields, name),
            Spot::With(name) => (&mut with, name),
            _ => continue,
        };
        match slot.entry.text().trim() {
            "" => drop(values.remove(name)),
            value => drop(values.insert(name.clone(), value.to_owned())),
        }
    }
    let mut own = Own::default();
    for (rule, ..) in Rule::ALL {
        *rule.of(&mut own) =
            self::own(&text(&Spot::Rule(rule))).map_err(|why| Error::usage(why, "empty is the rule of the vault"))?;
    }
    let places = places::read(&form.text(&Spot::Places), old_places)
        .map_err(|why| Error::usage(why, "write a place as 'server # how', or 'server = command'"))?;
    Ok(Facts {
        service: text(&Spot::Service),
        name: text(&Spot::Name),
        account: text(&Spot::Account),
        instance: text(&Spot::Instance),
        id: text(&Spot::Id),
        with,
        kind: text(&Spot::Kind),
        tags: several(&Spot::Tags),
        expires: text(&Spot::Expires),
        issued: text(&Spot::Issued),
        scopes: several(&Spot::Scopes).into_iter().map(scope).collect(),
        note: text(&Spot::Note),
        fields,
        places: places.iter().map(|(place, way)| (place.clone(), PlaceText::of(way))).collect(),
        reminders: own,
    })
}

/// What is secret about it besides, as far as it was given.
fn parts(form: &Form<Spot>) -> Result<BTreeMap<String, Secret>, Error> {
    let given = form.slots().iter().filter_map(|slot| match (&slot.key, &slot.entry) {
        (Spot::Part(name), Entry::Hidden(hidden)) if !hidden.is_empty() => Some((name, hidden)),
        _ => None,
    });
    given.map(|(name, hidden)| Ok((name.clone(), hidden.secret()?))).collect()
}

/// The token that the form describes.
pub fn draft(form: &Form<Spot>, secret: Secret, now: &Now) -> Result<Entered, Error> {
    let facts = facts(form, &Facts::default(), &BTreeMap::new())?;
    let mut version = DraftVersion::of(secret);
    version.parts = parts(form)?;
    // One that has no name yet can be asked about all the same.
    let name = if facts.name.trim().is_empty() { "new" } else { &facts.name };
    let mut draft = Draft::of(Label::Service.parse(&facts.service)?, Label::Name.parse(name)?, version);
    ops::fill(&mut draft, &facts, now)?;
    Ok(Entered { draft, with: facts.with })
}

/// What the form says and the token does not, if it says anything else.
pub fn changed(
    form: &Form<Spot>,
    shown: &Shown,
    before: &Facts,
    old_places: &BTreeMap<String, Way>,
) -> Result<Option<Changed>, Error> {
    let (facts, parts) = (facts(form, before, old_places)?, parts(form)?);
    let changed = Changed { shown: shown.clone(), before: before.clone(), facts, parts };
    Ok((changed.facts != changed.before || !changed.parts.is_empty()).then_some(changed))
}

/// What an answer means, in a word, and how that looks.
pub fn outcome(means: Means) -> (Role, &'static str) {
    match means {
        Means::Alive | Means::Done | Means::Limited => (Role::Good, "alive"),
        Means::Dead => (Role::Bad, "dead"),
        Means::Refused | Means::Throttled => (Role::Soon, "it does not say"),
    }
}

/// What a service told, by the field that shows it.
pub fn told(verified: &Verified) -> Vec<(Spot, String)> {
    let facts = &verified.facts;
    let day = |date: Date| date.to_string();
    let mut told = vec![];
    let account = facts.texts.get(&Fact::Owner).and_then(|owner| Label::Account.parse(owner).ok());
    told.extend(account.map(|owner| (Spot::Account, owner)));
    told.extend(facts.expiry.map(|end| match end {
        End::Never => (Spot::Expires, "never".to_owned()),
        End::At(date) => (Spot::Expires, day(date)),
    }));
    told.extend(facts.issued.map(|date| (Spot::Issued, day(date))));
    let scopes = facts.scopes.as_ref().map(|scopes| {
        let known = scopes.iter().filter_map(|name| Label::Scope.parse(name).ok());
        known.collect::<Vec<_>>().join(" ")
    });
    told.extend(scopes.map(|scopes| (Spot::Scopes, scopes)));
    told
}

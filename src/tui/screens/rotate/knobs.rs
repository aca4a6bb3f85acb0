//! The fields and buttons of each stage.

use std::collections::{BTreeMap, BTreeSet};

use super::Stage;
use crate::ops::{Error, RotatePlan};
use crate::secret::{NotASecret, Secret};
use crate::token::consumer::Way;
use crate::token::draft::DraftVersion;
use crate::token::expiry::{Expiry, Source};
use crate::token::now::Now;
use crate::token::when;
use crate::tui::form::{Day, Entry, Form, Slot, Tick};
use crate::tui::model::Shared;
use crate::tui::theme::Role;
use crate::tui::widgets::field::Hidden;

/// A field or a button.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Knob {
    /// The new secret.
    Secret,
    /// Something secret besides.
    Part(String),
    /// When the new one ends.
    Expires,
    /// A place where it is to be installed.
    Place(String),
    /// What the stage is for.
    Go,
    /// The person makes the new one.
    ByHand,
    /// Open the page.
    Open,
    /// Copy its address.
    Copy,
    /// A new one was made.
    Yes,
    /// None was.
    No,
    /// Rotate once more.
    Anew,
    /// Revoke the old one.
    Revoke,
    /// Leave it.
    Later,
}

/// The form of a stage.
pub fn form(stage: &Stage, plan: &RotatePlan, shared: &Shared) -> Form<Knob> {
    let later = (Knob::Later, "Later");
    let page = [(Knob::Open, "Open page"), (Knob::Copy, "Copy address")];
    match stage {
        Stage::Looking => Form::of(vec![], vec![later]),
        Stage::Call(_) => Form::of(vec![], vec![(Knob::Go, "Rotate"), (Knob::ByHand, "By hand"), later]),
        Stage::Hand => {
            let [open, copy] = page;
            Form::of(new_slots(plan, shared), vec![(Knob::Go, "Keep it"), open, copy, later])
        }
        Stage::Settle(_) => Form::of(vec![], vec![(Knob::Go, "Find out"), later]),
        Stage::ByPerson(_) => {
            let [open, copy] = page;
            Form::of(vec![], vec![(Knob::Yes, "Yes"), (Knob::No, "No"), open, copy, later])
        }
        Stage::Wait => Form::of(vec![], vec![(Knob::Go, "Look again"), later]),
        Stage::Unkept(_) => Form::of(vec![], vec![(Knob::Go, "Try again"), later]),
        Stage::Rest => {
            let owed = plan.token.owed().next().map(|_| (Knob::Revoke, "Revoke the old one"));
            let buttons = owed.into_iter().chain([(Knob::Later, "Done"), (Knob::Anew, "Rotate again")]);
            Form::of(places(plan, shared), buttons.collect())
        }
    }
}

fn slot(key: Knob, label: &str, hint: &str, entry: Entry) -> Slot<Knob> {
    Slot { key, label: label.to_owned(), hint: hint.to_owned(), said: None, entry }
}

/// What is asked of a new one: itself, what is secret besides, and when it ends.
fn new_slots(plan: &RotatePlan, shared: &Shared) -> Vec<Slot<Knob>> {
    let hint = "Make it on the page, and paste it here: it is not shown. Ctrl-U wipes it";
    let mut slots = vec![slot(Knob::Secret, "New secret", hint, Entry::Hidden(Hidden::default()))];
    for name in parts(plan, shared) {
        let label = name.replace('_', " ");
        let hint = "Empty keeps the old one's";
        slots.push(slot(Knob::Part(name), &label, hint, Entry::Hidden(Hidden::default())));
    }
    // How long the old one lived says nothing about what was chosen on the page.
    let known = plan.is_said || plan.ends.source() == Some(Source::Default);
    let text = plan.ends.date().filter(|_| known).map(|date| date.to_string()).unwrap_or_default();
    let hint = "What you chose on the page: 2027-01-31, 90d, never. Enter opens a month";
    slots.push(slot(Knob::Expires, "Expires", hint, Entry::Day(Day::of(&text).by_week(shared.config.tui.week))));
    slots
}

/// What is secret besides: what the old one had, and what its kind needs.
fn parts(plan: &RotatePlan, shared: &Shared) -> BTreeSet<String> {
    let mut names = plan.token.current().parts.clone();
    let services = shared.services.clone().unwrap_or_default();
    let service = services.iter().find(|service| service.id == plan.token.service);
    let kind = plan.issuer().and_then(|issuer| issuer.kind());
    for name in kind.into_iter().flat_map(|kind| &kind.fields) {
        let field = service.and_then(|service| service.definition.fields.get(name));
        if field.is_some_and(|field| field.secret && field.needed) {
            names.insert(name.clone());
        }
    }
    names
}

fn places(plan: &RotatePlan, shared: &Shared) -> Vec<Slot<Knob>> {
    let mut slots = vec![];
    for place in plan.token.places() {
        let state = match (place.since, place.older) {
            (Some(at), _) => when::ago(at, &shared.at.now),
            (None, Some(number)) => format!("still version {number}"),
            (None, None) => "not yet".to_owned(),
        };
        let (how, runs, hint) = match place.way {
            Way::Run { command, .. } => (format!("$ {command}"), true, "Enter runs its command, Space ticks it"),
            Way::Hand { note } => (note.clone().unwrap_or_default(), false, "Enter ticks it when you have updated it"),
        };
        let tick = Tick { on: place.since.is_some(), text: format!("{state}  {how}"), runs, run: false };
        slots.push(slot(Knob::Place(place.place.to_owned()), place.place, hint, Entry::Tick(tick)));
    }
    slots
}

/// What was given in a hidden field, if anything was.
pub fn secret(form: &Form<Knob>, knob: &Knob) -> Option<Result<Secret, NotASecret>> {
    match &form.slot(knob)?.entry {
        Entry::Hidden(hidden) if !hidden.is_empty() => Some(hidden.secret()),
        _ => None,
    }
}

/// Says beside each field what is wrong with it, or how much was given.
pub fn say(form: &mut Form<Knob>, _plan: Option<&RotatePlan>, shared: &Shared) {
    let focus = form.focus().cloned();
    let mut said = vec![];
    for slot in form.slots() {
        let text = match &slot.entry {
            Entry::Hidden(hidden) if hidden.is_empty() => None,
            Entry::Hidden(hidden) => Some(match hidden.secret() {
                Ok(_) => (Role::Quiet, format!("{} characters", hidden.count())),
                Err(odd) => (Role::Bad, odd.to_string()),
            }),
            Entry::Day(day) => match day.meant(&shared.at.now) {
                Some(Err(why)) if focus.as_ref() != Some(&slot.key) => Some((Role::Bad, why)),
                _ => None,
            },
            _ => None,
        };
        said.push((slot.key.clone(), text));
    }
    for (key, text) in said {
        form.say(&key, text);
    }
}

/// The new version, as the form and the old one say.
pub fn new_version(form: &Form<Knob>, plan: &RotatePlan, secret_: Secret, now: &Now) -> Result<DraftVersion, Error> {
    let mut version = DraftVersion::of(secret_);
    version.scopes = plan.token.current().wanted().to_vec();
    let text = form.text(&Knob::Expires);
    version.expiry = match text.as_str() {
        "" => Expiry::Unknown,
        // What nobody changed is no word of the person's.
        text if plan.ends.date().is_some_and(|date| date.to_string() == text) => plan.ends,
        text => when::parse(text, now)?.typed(),
    };
    let mut parts = BTreeMap::new();
    for slot in form.slots() {
        if let (Knob::Part(name), Some(given)) = (&slot.key, secret(form, &slot.key)) {
            parts.insert(name.clone(), given?);
        }
    }
    version.parts = parts;
    Ok(version)
}

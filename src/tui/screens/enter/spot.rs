//! The fields of the form, and what each offers.

use std::collections::BTreeSet;

use crate::config::FirstDay;
use crate::exchange::facts::Own;
use crate::service::Service;
use crate::service::definition::{Kind, ScopeSet};
use crate::token::Token;
use crate::token::label::Label;
use crate::tui::form::{Choice, Day, Entry, Many, Note, Offer, Slot, Tick};
use crate::tui::widgets::field::{Field, Hidden};

/// A field or a button of the form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each is the field of that name")]
pub enum Spot {
    Secret,
    Service,
    Name,
    Kind,
    Account,
    Instance,
    /// What the service needs to know besides.
    Fact(String),
    /// The same, where it is a secret.
    Part(String),
    /// Another token that its service is asked with.
    With(String),
    Scopes,
    Expires,
    Issued,
    Tags,
    Places,
    Note,
    /// The fields below are to be there.
    More,
    Id,
    /// A reminder rule of its own.
    Rule(Rule),
    Save,
    Verify,
    Leave,
}

/// A reminder rule of a token's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Before its end.
    Lead,
    /// In use.
    Cadence,
    /// Without use.
    Unused,
}

impl Rule {
    /// All of them, each with its label and what it says.
    pub const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Lead, "Rotate before", "Days before its end from which it is owed to be rotated"),
        (Self::Cadence, "Rotate every", "Days after which it is owed to be rotated, whenever it ends"),
        (Self::Unused, "Unused for", "Days without use after which it is to be looked at"),
    ];

    /// What it says in the facts of a token.
    pub fn of(self, own: &mut Own) -> &mut Option<u32> {
        match self {
            Self::Lead => &mut own.lead,
            Self::Cadence => &mut own.cadence,
            Self::Unused => &mut own.unused,
        }
    }
}

/// What the offers are made of.
pub struct Known<'a> {
    /// The catalogue.
    pub services: &'a [Service],
    /// The tokens of the vault.
    pub tokens: &'a [Token],
    /// The day on which weeks begin.
    pub week: FirstDay,
}

impl<'a> Known<'a> {
    /// The service of that id.
    pub fn service(&self, id: &str) -> Option<&'a Service> {
        self.services.iter().find(|service| service.id == id)
    }

    /// The kind that a word means at a service; the only one there is, where nothing was said.
    pub fn kind(&self, service: &str, word: &str) -> Option<&'a Kind> {
        let definition = &self.service(service)?.definition;
        match &definition.kinds[..] {
            [only] if word.is_empty() => Some(only),
            _ => definition.kind_called(word),
        }
    }

    /// The sets of scopes that tokens of a kind are given from, by name; all of the service's while the kind is not known.
    fn scope_sets(&self, service: &str, kind: &str) -> Vec<(&'a String, &'a ScopeSet)> {
        let kind = self.kind(service, kind);
        let all = self.service(service).into_iter().flat_map(|service| &service.definition.scopes);
        all.filter(|(name, _)| kind.is_none_or(|kind| kind.scopes.as_ref() == Some(name))).collect()
    }

    /// The services, each by its id; those of which there are tokens and nobody knows them as well.
    pub fn services(&self) -> Vec<Offer> {
        let known = self.services.iter().map(|service| Offer {
            value: service.id.clone(),
            label: service.definition.name.clone(),
            ..Offer::default()
        });
        let mut offers: Vec<Offer> = known.collect();
        let others: BTreeSet<&str> = self.tokens.iter().map(|token| token.service.as_str()).collect();
        let unknown = others.into_iter().filter(|id| self.service(id).is_none());
        offers.extend(unknown.map(Offer::word));
        offers
    }

    /// The kinds of a service.
    pub fn kinds(&self, service: &str) -> Vec<Offer> {
        let kinds = self.service(service).into_iter().flat_map(|service| &service.definition.kinds);
        let offer = |kind: &Kind| Offer {
            value: kind.name.clone(),
            label: kind.id.clone(),
            what: kind.note.clone().unwrap_or_default(),
            ..Offer::default()
        };
        kinds.map(offer).collect()
    }

    /// The scopes of a kind, or of all kinds while it is not known, each with its set then. The most harmful come last: nobody takes
    /// them by a slip.
    pub fn scopes(&self, service: &str, kind: &str) -> Vec<Offer> {
        let sets = self.scope_sets(service, kind);
        let label = |set: &String| if sets.len() > 1 { set.clone() } else { String::new() };
        let words = sets.iter().flat_map(|(name, set)| set.words.iter().map(|word| (label(name), word)));
        let mut offers: Vec<Offer> = words
            .map(|(label, word)| Offer {
                value: word.name.clone(),
                label,
                what: if word.unproven { format!("{} (not documented)", word.what) } else { word.what.clone() },
                risk: Some(word.risk),
            })
            .collect();
        let mut seen = BTreeSet::new();
        offers.retain(|offer| seen.insert(offer.value.clone()));
        offers.sort_by_key(|offer| offer.risk);
        offers
    }

    /// What stands in one place of the tokens of a service, once each.
    fn among(&self, service: &str, of: impl Fn(&Token) -> Option<&String>) -> BTreeSet<String> {
        self.tokens.iter().filter(|token| token.service == service).filter_map(of).cloned().collect()
    }

    /// The accounts that tokens of a service have.
    pub fn accounts(&self, service: &str) -> Vec<Offer> {
        self.among(service, |token| token.account.as_ref()).into_iter().map(Offer::word).collect()
    }

    /// The places where a service lives: those that need nothing filled in, and those of its tokens.
    pub fn instances(&self, service: &str) -> Vec<Offer> {
        let own = self.among(service, |token| token.instance.as_ref());
        let sites = self.service(service).into_iter().flat_map(|service| &service.definition.sites);
        let plain = sites.filter(|site| !site.at.contains(['{', '*']) && !own.contains(&site.at));
        let named =
            plain.map(|site| Offer { label: site.name.clone().unwrap_or_default(), ..Offer::word(site.at.clone()) });
        let named: Vec<Offer> = named.collect();
        own.iter().cloned().map(Offer::word).chain(named).collect()
    }

    /// The tags of all tokens.
    fn tags(&self) -> Vec<Offer> {
        let tags: BTreeSet<&String> = self.tokens.iter().flat_map(|token| &token.tags).collect();
        tags.into_iter().cloned().map(Offer::word).collect()
    }

    /// The fields that a kind of a service needs or takes, and those of which something is known.
    pub fn fields(&self, service: &str, kind: &str, is_known: impl Fn(&str) -> bool) -> Vec<Slot<Spot>> {
        let Some(definition) = self.service(service).map(|service| &service.definition) else { return vec![] };
        let named = self.kind(service, kind).map(|kind| &kind.fields);
        let wanted = |name: &String| is_known(name) || named.is_some_and(|named| named.contains(name));
        let fields = definition.fields.iter().filter(|(name, _)| wanted(name));
        let slot = |name: &String, field: &crate::service::definition::Field| {
            let label = name.replace('_', " ");
            if field.secret {
                slot(Spot::Part(name.clone()), &label, &field.what, Entry::Hidden(Hidden::default()))
            } else {
                slot(Spot::Fact(name.clone()), &label, &field.what, Entry::Text(Field::default()))
            }
        };
        fields.map(|(name, field)| slot(name, field)).chain(self.others(service, kind)).collect()
    }

    /// The other credentials that a service may be asked with about a token of a kind, which is none of them itself.
    fn others(&self, service: &str, kind: &str) -> impl Iterator<Item = Slot<Spot>> {
        let kind = self.kind(service, kind).map(|kind| kind.id.as_str());
        let all = self.service(service).into_iter().flat_map(|service| &service.definition.credentials);
        let others = all.filter(move |(_, one)| one.field.is_none() && (kind.is_none() || one.kind.as_deref() != kind));
        let same = self.tokens.iter().filter(|token| token.service == service && token.is_kept());
        let offers: Vec<Offer> = same.map(|token| Offer::word(token.path())).collect();
        others.map(move |(name, one)| {
            let entry = Entry::Choice(Choice::of(offers.clone(), ""));
            slot(
                Spot::With(name.clone()),
                &format!("With {}", name.replace('_', " ")),
                &format!("another token: {}", one.what),
                entry,
            )
        })
    }
}

fn slot(key: Spot, label: &str, hint: &str, entry: Entry) -> Slot<Spot> {
    Slot { key, label: label.to_owned(), hint: hint.to_owned(), said: None, entry }
}

/// The fields, from the top. What the service needs besides comes behind the instance.
pub fn slots(known: &Known, with_secret: bool) -> Vec<Slot<Spot>> {
    let choice = |offers| Entry::Choice(Choice::of(offers, ""));
    let day = |day: Day| Entry::Day(day.by_week(known.week));
    let mut slots = vec![];
    if with_secret {
        let hint = "Paste it: it is not shown, and the rest fills itself in as far as it tells. Ctrl-U wipes it";
        slots.push(slot(Spot::Secret, "Secret", hint, Entry::Hidden(Hidden::default())));
    }
    slots.extend([
        slot(Spot::Service, "Service", "Who issues it; a word of your own where nobody knows it", choice(known.services())),
        slot(Spot::Name, "Name", "What you call it: SERVICE/NAME is how you ask for it", Entry::Text(Field::default())),
        slot(Spot::Kind, "Kind", "Which sort of token", choice(vec![])),
        slot(Spot::Account, "Account", "Whose token it is at the service", choice(vec![])),
        slot(Spot::Instance, "Instance", "Base URL, for a self-hosted or regional service", choice(vec![])),
        slot(
            Spot::Scopes,
            "Scopes",
            "What it may do. Type to search, Enter ticks; any word is taken",
            Entry::Many(Many::of(Label::Scope, vec![], vec![])),
        ),
        slot(
            Spot::Expires,
            "Expires",
            "2027-01-31, 90d, in 3 months, next friday, never. Enter opens a month",
            day(Day::of("")),
        ),
        slot(Spot::Issued, "Issued", "Without that, the day on which it was added counts", day(Day::known(""))),
        slot(Spot::Tags, "Tags", "Words to file it under", Entry::Many(Many::of(Label::Tag, known.tags(), vec![]))),
        slot(
            Spot::Places,
            "Installed in",
            "A place a line: 'server # ~/.netrc' by hand, 'Actions = gh secret set X' by a command that reads the secret, \
             '= $VAR command' by one that has it in a variable",
            Entry::Note(Note::of("")),
        ),
        slot(Spot::Note, "Note", "Anything else. No secrets: it is shown", Entry::Note(Note::of(""))),
        slot(
            Spot::More,
            "More",
            "",
            Entry::Tick(Tick { on: false, text: "its id at the service, and reminder rules of its own".into(), runs: false, run: false }),
        ),
    ]);
    slots
}

/// The fields of which few tokens have need.
pub fn more() -> Vec<Slot<Spot>> {
    let text = || Entry::Text(Field::default());
    let id = slot(Spot::Id, "Service's id", "The service's own id of it, which its page shows", text());
    let rules = Rule::ALL.map(|(rule, label, what)| {
        let hint = format!("{what}: 30d, never; empty for the rule of the vault");
        slot(Spot::Rule(rule), label, &hint, text())
    });
    [id].into_iter().chain(rules).collect()
}

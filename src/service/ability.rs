//! What patvault can do for a kind of token by itself, as its definition says: for the catalogue and for the table in the README.

use super::definition::{Call, Definition, Fact, Kind, Page};

/// How something is done for a kind of token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// Not by anything that is known.
    Not,
    /// On a page, by the person.
    Page,
    /// By a call that takes another credential.
    OtherCredential,
    /// By a call with the token itself.
    Itself,
}

/// How a token is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Recognised {
    /// Not from itself.
    Not,
    /// By a form that others use too.
    Maybe,
    /// By a form of its own.
    Form,
    /// By a form and a checksum.
    Checksum,
}

/// What can be done for a kind of token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Abilities {
    /// How it is recognised.
    pub recognised: Recognised,
    /// How it is verified; never on a page.
    pub verify: How,
    /// Facts that are told when it is verified: scopes, expiry, last use.
    pub told: Vec<Fact>,
    /// How it is rotated.
    pub rotate: How,
    /// How it is revoked.
    pub revoke: How,
    /// The page on which one is made is filled in.
    pub filled_in: bool,
}

/// Facts that a person would have to note down if the service did not tell them.
const WORTH_TELLING: [Fact; 3] = [Fact::Scopes, Fact::Expiry, Fact::LastUse];

impl How {
    /// In a word or two; nothing where there is no way.
    pub fn word(self) -> &'static str {
        match self {
            Self::Not => "",
            Self::Page => "page",
            Self::OtherCredential => "call, other credential",
            Self::Itself => "call",
        }
    }
}

impl Recognised {
    /// In a word; nothing where it is not.
    pub fn word(self) -> &'static str {
        match self {
            Self::Not => "",
            Self::Maybe => "maybe",
            Self::Form => "form",
            Self::Checksum => "checksum",
        }
    }
}

impl Abilities {
    /// The best of what can be done for any kind of token of a service, for one line about it.
    pub fn best(definition: &Definition) -> Self {
        let all: Vec<Self> = definition.kinds.iter().map(|kind| Self::of(definition, kind)).collect();
        let best = |of: fn(&Self) -> How| all.iter().map(of).max().unwrap_or(How::Not);
        Self {
            recognised: all.iter().map(|one| one.recognised).max().unwrap_or(Recognised::Not),
            verify: best(|one| one.verify),
            told: WORTH_TELLING.into_iter().filter(|fact| all.iter().any(|one| one.told.contains(fact))).collect(),
            rotate: best(|one| one.rotate),
            revoke: best(|one| one.revoke),
            filled_in: all.iter().any(|one| one.filled_in),
        }
    }

    /// Reads them from the definition of a kind.
    pub fn of(definition: &Definition, kind: &Kind) -> Self {
        let call = |name: &String| definition.calls.get(name);
        let page = |name: &str| {
            if kind.pages.contains_key(name) || kind.pages.contains_key("manage") { How::Page } else { How::Not }
        };
        let renewed = kind.rotate.as_ref().map(|rotate| &rotate.call).or(kind.create.as_ref());
        let rotate = renewed.and_then(call).map(how);
        let revoke = kind.revoke.as_ref().and_then(|revoke| call(&revoke.call)).map(how);
        let told = |fact: &Fact| {
            !kind.untold.contains(fact) && kind.verify.iter().filter_map(call).any(|call| call.facts.contains_key(fact))
        };
        Self {
            recognised: kind.forms.iter().map(recognised).max().unwrap_or(Recognised::Not),
            verify: kind.verify.first().and_then(call).map_or(How::Not, how),
            told: WORTH_TELLING.into_iter().filter(told).collect(),
            rotate: rotate.unwrap_or_else(|| page("rotate")),
            revoke: revoke.unwrap_or_else(|| page("revoke")),
            filled_in: kind.pages.get("new").is_some_and(Page::is_filled_in),
        }
    }
}

fn how(call: &Call) -> How {
    if call.by.is_some() { How::OtherCredential } else { How::Itself }
}

fn recognised(form: &super::definition::Form) -> Recognised {
    match (form.telling, form.checksum) {
        (false, _) => Recognised::Maybe,
        (true, None) => Recognised::Form,
        (true, Some(_)) => Recognised::Checksum,
    }
}

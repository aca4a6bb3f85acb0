//! What is known of a service, in words that every face shows. Not escaped.

use super::ability::{Abilities, How};
use super::ask::hosts;
use super::catalogue::Service;
use super::definition::{Fact, Kind, Lifetime, Page};
use super::page::address;
use super::site::place;
use super::template::Values;

/// A heading with what stands under it: about the service itself, then about each kind of token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What is known.
    pub lines: Vec<SheetLine>,
}

/// One thing that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SheetLine {
    /// What it is about, in a word.
    pub label: String,
    /// What it is.
    pub text: String,
    /// The address of a page, where nothing of a token has to be known for it.
    pub page: Option<String>,
    /// It says what is not proven.
    pub unproven: bool,
}

/// Everything but scopes.
pub fn sheets(service: &Service) -> Vec<Sheet> {
    let definition = &service.definition;
    let mut lines = vec![];
    if let Some(own) = &service.own {
        lines.push(line("your own", own.to_string_lossy()));
    }
    for site in &definition.sites {
        let name = site.name.as_ref().map_or_else(String::new, |name| format!("  ({name})"));
        let at = if site.at == "*" { "any other address" } else { &site.at };
        let env = if site.env.is_empty() { String::new() } else { format!("; its tokens in {}", site.env.join(", ")) };
        lines.push(line("at", format!("{at}{name}{env}")));
    }
    if !definition.at_env.is_empty() {
        lines.push(line("env", format!("{}: where it is", definition.at_env.join(", "))));
    }
    if let Some(docs) = &definition.docs {
        lines.push(SheetLine { page: Some(docs.clone()), ..line("docs", docs) });
    }
    for (name, field) in &definition.fields {
        let needed = if field.needed { ", needed" } else { "" };
        lines.push(line("field", format!("{name}: {}{needed}", field.what)));
    }
    for (name, credential) in &definition.credentials {
        lines.push(line("with", format!("{name}: {}", credential.what)));
    }
    let calls: Vec<String> = definition.calls.keys().cloned().collect();
    let asked = place(definition, None).map(|place| hosts(definition, &place, &calls)).unwrap_or_default();
    if !asked.is_empty() {
        lines.push(line("asks", asked.join(", ")));
    }
    lines.extend(unproven(&definition.unproven));
    let whole = Sheet { id: service.id.clone(), name: definition.name.clone(), lines };
    [whole].into_iter().chain(definition.kinds.iter().map(|kind| of_kind(service, kind))).collect()
}

fn line(label: &str, text: impl Into<String>) -> SheetLine {
    SheetLine { label: label.to_owned(), text: text.into(), page: None, unproven: false }
}

fn unproven(sentences: &[String]) -> impl Iterator<Item = SheetLine> {
    sentences.iter().map(|sentence| SheetLine { unproven: true, ..line("unproven", sentence) })
}

fn of_kind(service: &Service, kind: &Kind) -> Sheet {
    let can = Abilities::of(&service.definition, kind);
    let facts = [
        line("note", kind.note.as_deref().unwrap_or_default()),
        line("known by", can.recognised.word()),
        line("fields", kind.fields.join(", ")),
        line("lives", lives(&kind.lifetime)),
        line("scopes", kind.scopes.as_deref().unwrap_or("whatever its owner may do")),
        line("verify", verify(&can)),
        line("rotate", by(can.rotate, kind.rotate.as_ref().and_then(|rotate| rotate.needs.as_deref()))),
        line("revoke", by(can.revoke, kind.revoke.as_ref().and_then(|revoke| revoke.note.as_deref()))),
        line("env", kind.env.join(", ")),
        line("git user", kind.git.as_ref().map_or("", |git| git.user.as_str())),
    ];
    let pages = kind.pages.iter().map(|(name, page)| page_line(service, name, page));
    let lines = facts.into_iter().chain(pages).filter(|line| !line.text.is_empty()).chain(unproven(&kind.unproven));
    Sheet { id: kind.id.clone(), name: kind.name.clone(), lines: lines.collect() }
}

fn verify(can: &Abilities) -> String {
    if can.verify == How::Not {
        return "no call tells; a person looks".into();
    }
    let word = |fact: &Fact| match fact {
        Fact::Scopes => "scopes",
        Fact::Expiry => "expiry",
        _ => "last use",
    };
    match &can.told.iter().map(word).collect::<Vec<_>>()[..] {
        [] => "tells whether it works".into(),
        told => format!("tells whether it works, and {}", told.join(", ")),
    }
}

fn by(how: How, note: Option<&str>) -> String {
    let how = match how {
        How::Not => return String::new(),
        How::Page => "on a page",
        How::OtherCredential => "by a call, with another credential",
        How::Itself => "by a call",
    };
    note.map_or_else(|| how.to_owned(), |note| format!("{how}: {note}"))
}

fn lives(lifetime: &Lifetime) -> String {
    let days = |what: &str, days: Option<u32>| days.map(|days| format!("{what} {days} days"));
    let endless = lifetime.endless.map(|endless| if endless { "may be endless" } else { "never endless" }.to_owned());
    let parts = [
        days("usually", lifetime.usual_days),
        days("at most", lifetime.longest_days),
        endless,
        days("dies unused after", lifetime.unused_days),
        lifetime.note.clone(),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}

fn page_line(service: &Service, name: &str, page: &Page) -> SheetLine {
    let unproven = if page.unproven { "  (unproven)" } else { "" };
    let how = page.how.as_ref().map_or_else(String::new, |how| format!(": {how}"));
    let at = place(&service.definition, None).and_then(|place| address(page, &place, &Values::default(), &[]).ok());
    let text = format!("{}{unproven}{how}", at.as_ref().unwrap_or(&page.url));
    SheetLine { page: at, ..line(name, text) }
}

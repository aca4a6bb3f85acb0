//! `patvault services`.

use super::Desk;
use super::face::{Exit, Face, Role};
use super::table::{Cell, Table};
use crate::ops::{self, Error};
use crate::service::definition::{Fact, Kind, Lifetime, Page, ScopeSet};
use crate::service::{Abilities, How, Recognised, Service};
use crate::text::escaped;

/// Show the services that are known, or everything about one
///
/// Your own stand in the folder 'services' beside the settings, one TOML file each; one of the same name takes the place of a
/// shipped one. --schema prints the schema that editors check such files with.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which service
    service: Option<String>,
    /// Print the JSON schema of definitions
    #[arg(long, conflicts_with = "service")]
    schema: bool,
}

pub(super) fn run(args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    if args.schema {
        desk.face.json(&crate::service::schema());
        return Ok(Exit::Done);
    }
    match &args.service {
        None => overview(&ops::services(&desk.ground)?, &mut desk.face),
        Some(id) => whole(&ops::service(&desk.ground, id)?, &mut desk.face),
    }
    Ok(Exit::Done)
}

fn overview(services: &[Service], face: &mut Face) {
    let mut table = Table::new(vec!["SERVICE", "NAME", "KINDS", "RECOGNISED", "VERIFY", "ROTATE", "REVOKE"]);
    for service in services {
        let all: Vec<Abilities> =
            service.definition.kinds.iter().map(|kind| Abilities::of(&service.definition, kind)).collect();
        let best = |of: fn(&Abilities) -> How| all.iter().map(of).max().unwrap_or(How::Not);
        table.row(vec![
            Cell::new(&service.id),
            Cell::new(&service.definition.name),
            Cell::new(service.definition.kinds.len().to_string()),
            Cell::new(recognised(all.iter().map(|one| one.recognised).max().unwrap_or(Recognised::Not))),
            Cell::new(how(best(|one| one.verify))),
            Cell::new(how(best(|one| one.rotate))),
            Cell::new(how(best(|one| one.revoke))),
        ]);
    }
    table.print(face);
}

fn recognised(by: Recognised) -> &'static str {
    match by {
        Recognised::Not => "",
        Recognised::Maybe => "maybe",
        Recognised::Form => "form",
        Recognised::Checksum => "checksum",
    }
}

fn how(how: How) -> &'static str {
    match how {
        How::Not => "",
        How::Page => "page",
        How::OtherCredential => "call, other credential",
        How::Itself => "call",
    }
}

fn whole(service: &Service, face: &mut Face) {
    let definition = &service.definition;
    face.line(&format!("{}  {}", service.id, escaped(&definition.name)));
    if let Some(own) = &service.own {
        face.line(&format!("  your own: {}", escaped(&own.to_string_lossy())));
    }
    for site in &definition.sites {
        let name = site.name.as_ref().map_or_else(String::new, |name| format!("  ({})", escaped(name)));
        let at = if site.at == "*" { "any other address" } else { &site.at };
        face.line(&format!("  at        {}{name}", escaped(at)));
    }
    if let Some(docs) = &definition.docs {
        face.line(&format!("  docs      {}", escaped(docs)));
    }
    for (name, field) in &definition.fields {
        let needed = if field.needed { ", needed" } else { "" };
        face.prose(&format!("  field     {}: {}{needed}", escaped(name), escaped(&field.what)));
    }
    for (name, credential) in &definition.credentials {
        face.prose(&format!("  with      {}: {}", escaped(name), escaped(&credential.what)));
    }
    unproven(&definition.unproven, face);
    for kind in &definition.kinds {
        kind_lines(service, kind, face);
    }
    for (name, set) in &definition.scopes {
        scopes(name, set, face);
    }
}

fn unproven(sentences: &[String], face: &mut Face) {
    for sentence in sentences {
        face.labelled(Role::Soon, "  unproven  ", &escaped(sentence));
    }
}

fn kind_lines(service: &Service, kind: &Kind, face: &mut Face) {
    let can = Abilities::of(&service.definition, kind);
    face.line("");
    face.line(&format!("{}  {}", escaped(&kind.id), escaped(&kind.name)));
    let mut fact = |name: &str, text: &str| {
        if !text.is_empty() {
            face.prose(&format!("  {name:<10}{text}"));
        }
    };
    fact("note", &escaped(kind.note.as_deref().unwrap_or_default()));
    fact("known by", recognised(can.recognised));
    fact("fields", &escaped(&kind.fields.join(", ")));
    fact("lives", &escaped(&lives(&kind.lifetime)));
    fact("scopes", &escaped(kind.scopes.as_deref().unwrap_or("whatever its owner may do")));
    fact("verify", &verify(&can));
    fact("rotate", &by(can.rotate, kind.rotate.as_ref().and_then(|rotate| rotate.needs.as_deref())));
    fact("revoke", &by(can.revoke, kind.revoke.as_ref().and_then(|revoke| revoke.note.as_deref())));
    fact("env", &escaped(&kind.env.join(", ")));
    fact("git user", &escaped(kind.git.as_ref().map_or("", |git| git.user.as_str())));
    for (name, page) in &kind.pages {
        fact(name, &page_line(page));
    }
    unproven(&kind.unproven, face);
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
    note.map_or_else(|| how.to_owned(), |note| format!("{how}: {}", escaped(note)))
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

fn page_line(page: &Page) -> String {
    let unproven = if page.unproven { "  (unproven)" } else { "" };
    let how = page.how.as_ref().map_or_else(String::new, |how| format!(": {}", escaped(how)));
    format!("{}{unproven}{how}", escaped(&page.url))
}

fn scopes(name: &str, set: &ScopeSet, face: &mut Face) {
    face.line("");
    face.line(&format!("scopes {}", escaped(name)));
    if let Some(note) = &set.note {
        face.prose(&format!("  {}", escaped(note)));
    }
    let mut table = Table::new(vec!["  SCOPE", "RISK", "OPENS"]);
    let mut row = |name: &str, risk: crate::scope::Risk, what: &str, unproven: bool| {
        let sign = if unproven { " (unproven)" } else { "" };
        table.row(vec![Cell::new(format!("  {name}")), Cell::new(risk.word()), Cell::new(format!("{what}{sign}"))]);
    };
    for word in &set.words {
        row(&word.name, word.risk, &word.what, word.unproven);
    }
    for family in &set.families {
        row(&family.pattern, family.risk, &family.what, false);
    }
    table.print(face);
}

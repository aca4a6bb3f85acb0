//! `patvault services`.

use super::Desk;
use super::face::{Exit, Face, Role};
use super::table::{Cell, Table};
use crate::ops::{self, Error};
use crate::service::definition::ScopeSet;
use crate::service::{Abilities, Service, sheets};
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
        let can = Abilities::best(&service.definition);
        table.row(vec![
            Cell::new(&service.id),
            Cell::new(&service.definition.name),
            Cell::new(service.definition.kinds.len().to_string()),
            Cell::new(can.recognised.word()),
            Cell::new(can.verify.word()),
            Cell::new(can.rotate.word()),
            Cell::new(can.revoke.word()),
        ]);
    }
    table.print(face);
}

fn whole(service: &Service, face: &mut Face) {
    for (at, sheet) in sheets(service).iter().enumerate() {
        if at > 0 {
            face.line("");
        }
        face.line(&format!("{}  {}", escaped(&sheet.id), escaped(&sheet.name)));
        for line in &sheet.lines {
            let text = escaped(&line.text);
            match line.unproven {
                true => face.labelled(Role::Soon, "  unproven  ", &text),
                false => face.prose(&format!("  {:<10}{text}", line.label)),
            }
        }
    }
    for (name, set) in &service.definition.scopes {
        scopes(name, set, face);
    }
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

//! `patvault detect`.

use serde::Serialize;

use super::Desk;
use super::face::{Exit, Role};
use super::intake;
use super::table::{Cell, Table};
use crate::ops::{self, Error};
use crate::service::{Candidate, Sureness};

/// Say of which service and kind a secret is
///
/// It reads the secret from standard input or asks for it, and sends it nowhere. A wrong checksum means a slip; it proves nothing.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Print JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    surplus: intake::Surplus,
}

/// The document that `detect --json` prints.
#[derive(Serialize)]
struct Document<'a> {
    patvault: u32,
    candidates: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    service: &'a str,
    kind: &'a str,
    kind_name: &'a str,
    sure: &'static str,
    read: &'a std::collections::BTreeMap<String, String>,
}

pub(super) fn run(args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    args.surplus.refuse(None, desk)?;
    let secret = intake::stdin_or_asked(desk, "Secret (not shown): ")?;
    let found = ops::detect(&desk.ground, &secret)?;
    if args.json {
        let candidates = found.iter().map(row).collect();
        desk.face.json(&Document { patvault: 1, candidates });
        return Ok(Exit::Done);
    }
    let mut table = Table::new(vec!["SERVICE", "KIND", "WHY"]);
    for candidate in &found {
        let role = if candidate.sureness == Sureness::Slip { Role::Soon } else { Role::Plain };
        let why = Cell::with(role, candidate.sureness.why());
        table.row(vec![Cell::new(&candidate.service), Cell::new(&candidate.kind_name), why]);
    }
    table.print(&mut desk.face);
    for (name, text) in found.first().iter().flat_map(|first| &first.read) {
        desk.face.say(&format!("It says itself: {name} {}", crate::text::escaped(text)));
    }
    if found.is_empty() {
        desk.face.say("No service that is known has tokens of this form; that proves nothing.");
    }
    Ok(Exit::Done)
}

fn row(candidate: &Candidate) -> Row<'_> {
    Row {
        service: &candidate.service,
        kind: &candidate.kind,
        kind_name: &candidate.kind_name,
        sure: match candidate.sureness {
            Sureness::Certain => "certain",
            Sureness::Likely => "likely",
            Sureness::Slip => "slip",
            Sureness::Shared => "shared",
            Sureness::Possible => "possible",
        },
        read: &candidate.read,
    }
}

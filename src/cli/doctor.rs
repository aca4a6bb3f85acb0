//! `patvault doctor`.

use std::io::IsTerminal;

use serde::Serialize;

use super::Desk;
use super::face::{Exit, Face, Role};
use crate::ops::{self, Error, Finding, Level};

/// Look everything over, and say what to do
///
/// Looks at permissions, ways in, leftovers of crashes, the clock, the terminal, and inside the vault at its database, its
/// backups, its journal and what this device remembers of it. Ends with 1 where something is to be mended.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Mend what needs no decision: permissions, leftovers
    #[arg(long)]
    fix: bool,
    /// Do not unlock; look only from outside
    #[arg(long)]
    locked: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The document that `doctor --json` prints.
#[derive(Serialize)]
struct Document {
    patvault: u32,
    findings: Vec<FindingRecord>,
}

/// One thing that was looked at: `good`, `note` or `bad`.
#[derive(Serialize)]
struct FindingRecord {
    level: &'static str,
    what: String,
    todo: Option<String>,
}

pub(super) fn run(args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    if args.fix {
        let mended = ops::mend(&desk.ground)?;
        desk.face.say(&format!("Mended: {}", crate::text::counted(mended, "thing")));
    }
    let mut found = ops::outside(&desk.ground)?;
    found.extend(terminal(&desk.face));
    if !args.locked {
        found.extend(desk.session()?.inside()?);
    }
    let worst = found.iter().map(|finding| finding.level).max();
    if args.json {
        let findings = found.into_iter().map(|finding| FindingRecord {
            level: word(finding.level),
            what: finding.what,
            todo: finding.todo,
        });
        desk.face.json(&Document { patvault: 1, findings: findings.collect() });
    } else {
        found.iter().for_each(|finding| print(finding, &mut desk.face));
    }
    Ok(if worst == Some(Level::Bad) { Exit::Failed } else { Exit::Done })
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Good => "good",
        Level::Note => "note",
        Level::Bad => "bad",
    }
}

fn print(finding: &Finding, face: &mut Face) {
    let role = match finding.level {
        Level::Good => Role::Good,
        Level::Note => Role::Soon,
        Level::Bad => Role::Bad,
    };
    face.labelled(role, &format!("{:<4}", word(finding.level)), &format!("  {}", finding.what));
    if let Some(todo) = &finding.todo {
        face.prose(&format!("      {todo}"));
    }
}

/// What the terminal can show.
fn terminal(face: &Face) -> Option<Finding> {
    if !std::io::stdout().is_terminal() {
        return None;
    }
    let note = |what: &str, todo: &str| Finding { level: Level::Note, what: what.into(), todo: Some(todo.into()) };
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|it| !it.is_empty()));
    let utf8 = locale.is_some_and(|locale| locale.to_lowercase().replace('-', "").contains("utf8"));
    Some(match face.width {
        _ if !utf8 && !face.ascii => note("this terminal's locale is not UTF-8", "set LANG=C.UTF-8, or use --ascii"),
        Some(columns) if columns < 60 => note(
            &format!("this terminal has {columns} columns"),
            "tables leave their last columns out there; --json holds everything",
        ),
        _ => Finding { level: Level::Good, what: "this terminal shows tables and signs".into(), todo: None },
    })
}

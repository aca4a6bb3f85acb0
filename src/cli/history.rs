//! `patvault history` and `patvault undo`.

use serde::Serialize;

use super::Desk;
use super::complete::Known;
use super::face::{Exit, Face, Role};
use crate::ops::{self, Error, Event, Names};
use crate::text::escaped;
use crate::token::change::{Change, Field};
use crate::token::now::Now;
use crate::token::when;
use crate::vault::UseRecord;

/// Show what happened, newest first: changes and uses
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Only to this token
    #[arg(add = Known::AnyToken)]
    token: Option<String>,
    /// How many entries
    #[arg(long, value_name = "COUNT", default_value_t = 20)]
    most: usize,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Take back the latest change, or the one with that id
///
/// Undoing again goes one step further back. An undo is undone by its own id: 'patvault history' shows the ids. Adding is
/// undone by moving what was added to the trash; what was purged cannot be brought back. A new secret of a token that was
/// there before stays: it may be the only one that works.
#[derive(Debug, clap::Args)]
pub(super) struct UndoArgs {
    /// The start of the id that 'patvault history' shows
    id: Option<String>,
}

/// The document that `history --json` prints.
#[derive(Serialize)]
struct Document {
    patvault: u32,
    events: Vec<EventRecord>,
}

/// One event, as JSON tells it: `"event": "change"` or `"event": "use"`.
#[derive(Serialize)]
#[serde(tag = "event", rename_all = "lowercase")]
enum EventRecord {
    Change {
        id: String,
        at: String,
        verb: String,
        device: String,
        undoes: Option<String>,
        undone: bool,
        changes: Vec<ChangeRecord>,
    },
    Use(UseLine),
}

/// One change of one field; `null` is "not there".
#[derive(Serialize)]
struct ChangeRecord {
    token: String,
    path: String,
    field: String,
    old: Option<String>,
    new: Option<String>,
}

/// One use, as JSON tells it.
#[derive(Serialize)]
pub(super) struct UseLine {
    at: String,
    verb: String,
    device: String,
    token: String,
    path: String,
}

impl UseLine {
    /// A use of the token of that path.
    pub(super) fn of(used: &UseRecord, path: &str) -> Self {
        Self {
            at: used.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            verb: used.verb.clone(),
            device: used.device.clone(),
            token: used.token.to_string(),
            path: path.to_owned(),
        }
    }
}

pub(super) fn run(args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    let (events, names) = ops::history(&desk.session()?, args.token.as_deref(), args.most)?;
    if args.json {
        let events = events.iter().map(|event| record(event, &names)).collect();
        desk.face.json(&Document { patvault: 1, events });
        return Ok(Exit::Done);
    }
    for event in &events {
        print(event, &names, &desk.now, &mut desk.face);
    }
    if events.is_empty() {
        desk.face.say("Nothing has happened yet.");
    }
    Ok(Exit::Done)
}

pub(super) fn undo(args: &UndoArgs, desk: &mut Desk) -> Result<Exit, Error> {
    let session = desk.session()?;
    let batch = ops::undo(&session, args.id.as_deref())?;
    let (changes, names) = session.changes(batch.id)?;
    let came = changes.iter().any(|change| change.field == Field::Added);
    desk.face.line(&format!("Undone: {}", ops::summary(&batch, &changes, &names)));
    if came && batch.undoes.is_none() {
        desk.face.hint("what had been added is in the trash now; 'patvault purge' destroys it");
    }
    Ok(Exit::Done)
}

fn record(event: &Event, names: &Names) -> EventRecord {
    match event {
        Event::Use(used) => EventRecord::Use(UseLine::of(used, names.get(&used.token).map_or("", String::as_str))),
        Event::Batch(batch, changes) => EventRecord::Change {
            id: batch.id.to_string(),
            at: batch.at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            verb: batch.verb.clone(),
            device: batch.device.clone(),
            undoes: batch.undoes.map(|id| id.to_string()),
            undone: batch.undone,
            changes: changes.iter().map(|change| change_record(change, names)).collect(),
        },
    }
}

fn change_record(change: &Change, names: &Names) -> ChangeRecord {
    ChangeRecord {
        token: change.subject.token.to_string(),
        path: names.get(&change.subject.token).cloned().unwrap_or_default(),
        field: change.field.to_string(),
        old: change.old.clone(),
        new: change.new.clone(),
    }
}

fn print(event: &Event, names: &Names, now: &Now, face: &mut Face) {
    let id = match event {
        Event::Batch(batch, _) => batch.id.short(),
        Event::Use(_) => String::new(),
    };
    let at = when::wall(event.at(), now);
    let id = face.painted(Role::Quiet, &format!("{id:<8}"));
    let device = face.painted(Role::Quiet, &format!("on {}", escaped(event.device())));
    face.line(&format!("{at}  {id}  {}  {device}", event.summary(names)));
    let Event::Batch(batch, changes) = event else { return };
    // Of many tokens, what was done to all of them is what the line says.
    if batch.tokens > 1 {
        return;
    }
    for change in changes.iter().filter(|change| !ops::is_of_coming(change)) {
        let text = face.painted(Role::Quiet, &format!("  {}", ops::told(change, names, face.ascii)));
        face.line(&text);
    }
}

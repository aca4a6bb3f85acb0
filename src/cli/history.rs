//! `patvault history` and `patvault undo`.

use serde::Serialize;

use super::Desk;
use super::complete::Known;
use super::face::{Exit, Face, Role};
use crate::ops::{self, Error, Event, Names};
use crate::text::{clipped, counted, escaped};
use crate::token::change::{Change, Field};
use crate::token::now::Now;
use crate::token::when;
use crate::vault::{Batch, UseRecord};

/// How long a value may be in a line of the history.
const VALUE_COLUMNS: usize = 40;

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
        match event {
            Event::Batch(batch, changes) => print_batch(batch, changes, &names, &desk.now, &mut desk.face),
            Event::Use(used) => {
                let what = format!("{} {}", escaped(&used.verb), path(&names, used.token));
                head(&mut desk.face, &desk.now, used.at, "", &what, &used.device);
            }
        }
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
    desk.face.line(&format!("Undone: {}", summary(&batch, &changes, &names)));
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

fn print_batch(batch: &Batch, changes: &[Change], names: &Names, now: &Now, face: &mut Face) {
    let mut what = summary(batch, changes, names);
    if let Some(undone) = batch.undoes {
        what.push_str(&format!(" (takes back {})", undone.short()));
    }
    if batch.undone {
        what.push_str(" (taken back)");
    }
    head(face, now, batch.at, &batch.id.short(), &what, &batch.device);
    if batch.tokens > 1 {
        return;
    }
    for change in changes.iter().filter(|change| !is_of_coming(change)) {
        let text = face.painted(Role::Quiet, &format!("  {}", told(change, names, face)));
        face.line(&text);
    }
}

fn head(face: &mut Face, now: &Now, at: chrono::DateTime<chrono::Utc>, id: &str, what: &str, device: &str) {
    let at = when::wall(at, now);
    let id = face.painted(Role::Quiet, &format!("{id:<8}"));
    let device = face.painted(Role::Quiet, &format!("on {}", escaped(device)));
    face.line(&format!("{at}  {id}  {what}  {device}"));
}

/// `add github/ci`, `import 3 tokens`.
fn summary(batch: &Batch, changes: &[Change], names: &Names) -> String {
    let what = match (batch.tokens, changes.first()) {
        (1, Some(change)) => path(names, change.subject.token),
        (0, _) => return escaped(&batch.verb).into_owned(),
        (count, _) => counted(count, "token"),
    };
    format!("{} {what}", escaped(&batch.verb))
}

fn path(names: &Names, token: crate::token::id::TokenId) -> String {
    names.get(&token).map_or_else(|| token.short(), |path| escaped(path).into_owned())
}

/// That a token and its version came is what the head of the entry says.
fn is_of_coming(change: &Change) -> bool {
    matches!(change.field, Field::Added | Field::VersionAdded)
}

/// `name: ci → deploy`, `tag prod: added`.
fn told(change: &Change, names: &Names, face: &Face) -> String {
    let (old, new) = (change.old.as_deref(), change.new.as_deref());
    let name = match &change.field {
        Field::Tag(tag) => format!("tag {}", escaped(tag)),
        Field::Scope(scope) => format!("scope {}", escaped(scope)),
        Field::Mark(duty) => format!("reminder {duty}"),
        Field::Fact(name) | Field::Told(name) => escaped(name).into_owned(),
        Field::Consumer(place) => format!("consumer {}", escaped(place)),
        Field::Installed(place) => format!("installed in {}", escaped(place)),
        Field::Part(name) => format!("secret {}", escaped(name)),
        Field::With(name) => format!("with {}", escaped(name)),
        field => field.to_string(),
    };
    match (&change.field, old, new) {
        (Field::Tag(_) | Field::Scope(_), None, Some("")) => format!("{name}: added"),
        (Field::Tag(_) | Field::Scope(_), Some(_), None) => format!("{name}: taken away"),
        (Field::Trashed, None, Some(_)) => "moved to the trash".to_owned(),
        (Field::Trashed, Some(_), None) => "brought back from the trash".to_owned(),
        (Field::Purged, ..) => "its secrets destroyed".to_owned(),
        (Field::Part(_), None, _) => format!("{name}: added"),
        (Field::Part(_), Some(_), _) => format!("{name}: replaced"),
        (Field::Told(_), ..) => format!("{name}: {} {} {}, says the service", value(old), arrow(face), value(new)),
        (Field::Expiry, ..) => format!("{name}: {} {} {}", expiry(old), arrow(face), expiry(new)),
        (Field::With(_), ..) => {
            let other = |id: Option<&str>| match id.and_then(|id| id.parse().ok()) {
                Some(id) => path(names, id),
                None => value(id),
            };
            format!("{name}: {} {} {}", other(old), arrow(face), other(new))
        }
        _ => format!("{name}: {} {} {}", value(old), arrow(face), value(new)),
    }
}

/// A date and who said so: `2027-01-31 (typed)`.
fn expiry(text: Option<&str>) -> String {
    match text.and_then(|text| text.split_once(' ')) {
        Some((date, source)) => format!("{} ({})", escaped(date), escaped(source)),
        None => value(text),
    }
}

fn value(value: Option<&str>) -> String {
    match value {
        None => "none".to_owned(),
        Some("") => "yes".to_owned(),
        Some(text) => clipped(&escaped(text), VALUE_COLUMNS, false).into_owned(),
    }
}

fn arrow(face: &Face) -> &'static str {
    if face.ascii { "->" } else { "→" }
}

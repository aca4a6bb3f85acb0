//! `patvault show`.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::Desk;
use super::complete::Known;
use super::due::ReminderRecord;
use super::face::{Exit, Face, Role};
use super::history::UseLine;
use crate::exchange::json::Record;
use crate::ops::{self, Error, Session, Shown};
use crate::text::{escaped, escaped_lines};
use crate::token::column::discarded;
use crate::token::rotation::Rotation;
use crate::token::{phrase, when};

/// Show everything known of a token but its secret
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which token
    #[arg(add = Known::AnyToken)]
    token: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The document that `show --json` prints.
#[derive(Serialize)]
struct Document {
    patvault: u32,
    token: Record,
    reminders: Vec<ReminderRecord>,
    uses: Vec<UseLine>,
    rotation: Option<RotationLine>,
    env: Vec<String>,
}

/// A rotation that is under way.
#[derive(Serialize)]
struct RotationLine {
    /// `begun` by hand, or `asked` where a call went out whose answer is not here.
    step: &'static str,
    /// Since when.
    at: DateTime<Utc>,
    /// Which call.
    call: Option<String>,
}

impl RotationLine {
    fn of(rotation: &Rotation) -> Self {
        let (step, call) = match rotation {
            Rotation::Begun(_) => ("begun", None),
            Rotation::Asked { call, .. } => ("asked", Some(call.clone())),
        };
        Self { step, at: rotation.since(), call }
    }
}

pub(super) fn run(args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    let session = desk.session()?;
    let shown = ops::show(&session, &args.token)?;
    if args.json {
        let status = shown.token.status(&session.rules, &session.now);
        desk.face.json(&Document {
            patvault: 1,
            token: Record::of(&shown.token).with_note(shown.note.clone()).with_status(status),
            reminders: shown.reminders.iter().map(|reminder| ReminderRecord::of(&shown.token, reminder)).collect(),
            env: shown.env,
            rotation: shown.token.current().rotation.as_ref().map(RotationLine::of),
            uses: shown.uses.iter().map(|used| UseLine::of(used, &shown.token.path())).collect(),
        });
        return Ok(Exit::Done);
    }
    print(&session, &shown, &mut desk.face);
    Ok(Exit::Done)
}

fn print(session: &Session, shown: &Shown, face: &mut Face) {
    let (token, now) = (&shown.token, &session.now);
    let status = token.status(&session.rules, now);
    let sign = match discarded(token) {
        Some(word) => face.painted(Role::Quiet, word),
        None => face.painted(Role::of(status), &format!("{} {}", status.sign(face.ascii), status.word())),
    };
    face.line(&format!("{}  {sign}", escaped(&token.path())));
    let mut fact = |name: &str, text: &str| {
        if !text.is_empty() {
            let name = face.painted(Role::Quiet, &format!("{name:<9} "));
            face.line(&format!("  {name}{}", escaped(text)));
        }
    };
    if let Some(at) = token.purged {
        fact("purged", &format!("{}: its secrets are destroyed", when::wall(at, now)));
    } else if let Some(at) = token.trashed {
        fact("trashed", &when::wall(at, now));
    }
    fact("kind", token.kind.as_deref().unwrap_or_default());
    fact("account", token.account.as_deref().unwrap_or_default());
    fact("instance", token.instance.as_deref().unwrap_or_default());
    for (at, (name, value)) in token.facts.iter().enumerate() {
        fact(if at == 0 { "fields" } else { "" }, &format!("{name}={value}"));
    }
    for (at, (name, other)) in shown.with.iter().enumerate() {
        let other = other.as_deref().unwrap_or("a token that is not there any more");
        fact(if at == 0 { "with" } else { "" }, &format!("{name}={other}"));
    }
    fact("tags", &token.tags.iter().map(|tag| format!("#{tag}")).collect::<Vec<_>>().join(" "));
    fact("expires", &phrase::expires(token.current().expiry, now));
    if let Some(issued) = token.current().issued {
        let day = issued.day(now);
        fact("issued", &format!("{day}, {}", when::words(day, now)));
    }
    fact("rotation", &token.current().rotation.as_ref().map(|one| phrase::under_way(one, now)).unwrap_or_default());
    fact("verified", &phrase::verified(token.current(), now));
    for (name, value) in &token.current().told {
        let (name, value) = phrase::told(name, value, now);
        fact(&escaped(&name), &value);
    }
    for (at, (scope, standing)) in token.current().standings().into_iter().enumerate() {
        let risk = scope.risk().map(|risk| format!("{risk} risk"));
        let words: Vec<&str> =
            risk.as_deref().into_iter().chain(Some(standing.words())).filter(|it| !it.is_empty()).collect();
        let more = if words.is_empty() { String::new() } else { format!("  ({})", words.join(", ")) };
        fact(if at == 0 { "scopes" } else { "" }, &format!("{}{more}", scope.name));
    }
    fact("secrets", &token.current().parts.iter().map(String::as_str).collect::<Vec<_>>().join(", "));
    for (at, consumer) in token.places().enumerate() {
        let place = format!("{}: {}; updated {}", consumer.place, consumer.told(now), consumer.way.told());
        fact(if at == 0 { "installed" } else { "" }, &place);
    }
    fact("env", &shown.env.join(", "));
    fact("used", &token.last_use.map_or_else(|| "never".to_owned(), |at| when::ago(at, now)));
    for version in token.versions.iter().skip(1) {
        fact("older", &phrase::older(version, now));
    }
    fact("added", &when::wall(token.added, now));
    fact("id", &token.id.to_string());
    let today = now.today();
    for reminder in &shown.reminders {
        let from = if reminder.is_owed(today) { "owed".to_owned() } else { when::words(reminder.from, now) };
        fact("reminder", &format!("{} ({from}): {}", reminder.duty, reminder.why));
    }
    for (at, line) in escaped_lines(shown.note.as_deref().unwrap_or_default()).enumerate() {
        fact(if at == 0 { "note" } else { "" }, &line);
    }
}

//! What happened, in the words of every face. Escaped.

use std::collections::HashSet;

use super::history::{Event, Names};
use crate::text::{clipped, counted, escaped};
use crate::token::ID;
use crate::token::change::{Change, Field};
use crate::token::consumer::Way;
use crate::token::id::TokenId;
use crate::vault::Batch;

/// How long a value may be in a line about a change.
const VALUE_COLUMNS: usize = 40;

impl Event {
    /// What happened in a line: `add github/ci`, `import 3 tokens (taken back)`. Escaped.
    pub fn summary(&self, names: &Names) -> String {
        match self {
            Self::Use(used) => format!("{} {}", escaped(&used.verb), path(names, used.token)),
            Self::Batch(batch, changes) => {
                let undoes = batch.undoes.map(|id| format!(" (takes back {})", id.short())).unwrap_or_default();
                let undone = if batch.undone { " (taken back)" } else { "" };
                format!("{}{undoes}{undone}", summary(batch, changes, names))
            }
        }
    }

    /// On which device.
    pub fn device(&self) -> &str {
        match self {
            Self::Batch(batch, _) => &batch.device,
            Self::Use(used) => &used.device,
        }
    }

    /// Why it cannot be taken back, as far as it shows from itself; [`undo`](super::undo) may find more. `None` where it may be.
    pub fn stays(&self) -> Option<&'static str> {
        let Self::Batch(batch, changes) = self else { return Some("a use cannot be taken back") };
        let came: HashSet<TokenId> =
            changes.iter().filter(|change| change.field == Field::Added).map(|change| change.subject.token).collect();
        let brought = |change: &Change| {
            matches!(change.field, Field::VersionAdded | Field::Part(_)) && !came.contains(&change.subject.token)
        };
        if batch.undone {
            Some("it is taken back already")
        } else if batch.tokens == 0 {
            Some("it changed no token")
        } else if changes.iter().any(|change| change.field == Field::Purged) {
            Some("what was purged is gone")
        } else if changes.iter().any(brought) {
            Some("it brought a secret, which may be the only one that works")
        } else {
            None
        }
    }
}

/// `add github/ci`, `import 3 tokens`. Escaped.
pub fn summary(batch: &Batch, changes: &[Change], names: &Names) -> String {
    let what = match (batch.tokens, changes.first()) {
        (1, Some(change)) => path(names, change.subject.token),
        (0, _) => return escaped(&batch.verb).into_owned(),
        (count, _) => counted(count, "token"),
    };
    format!("{} {what}", escaped(&batch.verb))
}

fn path(names: &Names, token: TokenId) -> String {
    names.get(&token).map_or_else(|| token.short(), |path| escaped(path).into_owned())
}

/// That a token and its version came is what the line about the batch says.
pub fn is_of_coming(change: &Change) -> bool {
    matches!(change.field, Field::Added | Field::VersionAdded)
}

/// What a change did: `name: ci → deploy`, `tag prod: added`.
pub fn told(change: &Change, names: &Names, ascii: bool) -> String {
    let arrow = if ascii { "->" } else { "→" };
    let (old, new) = (change.old.as_deref(), change.new.as_deref());
    let name = match &change.field {
        Field::Tag(tag) => format!("tag {}", escaped(tag)),
        Field::Scope(scope) => format!("scope {}", escaped(scope)),
        Field::Mark(duty) => format!("reminder {duty}"),
        Field::Fact(name) | Field::Told(name) => escaped(name).into_owned(),
        Field::Consumer(place) => format!("consumer {}", escaped(place)),
        Field::Installed(place) => escaped(place).into_owned(),
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
        (Field::Installed(_), _, Some(_)) => format!("installed in {name}"),
        (Field::Installed(_), _, None) => format!("not installed in {name}"),
        (Field::Consumer(_), ..) => format!("{name}: {} {arrow} {}", way(old), way(new)),
        (Field::Told(told), ..) if told != ID => {
            format!("{name}: {} {arrow} {}, says the service", value(old), value(new))
        }
        (Field::Granted, ..) => format!("{name}: {} {arrow} {}, says the service", granted(old), granted(new)),
        (Field::Expiry, ..) => format!("{name}: {} {arrow} {}", expiry(old), expiry(new)),
        (Field::With(_), ..) => {
            let other = |id: Option<&str>| match id.and_then(|id| id.parse().ok()) {
                Some(id) => path(names, id),
                None => value(id),
            };
            format!("{name}: {} {arrow} {}", other(old), other(new))
        }
        _ => format!("{name}: {} {arrow} {}", value(old), value(new)),
    }
}

/// A date and who said so: `2027-01-31 (typed)`.
fn expiry(text: Option<&str>) -> String {
    match text.and_then(|text| text.split_once(' ')) {
        Some((date, source)) => format!("{} ({})", escaped(date), escaped(source)),
        None => value(text),
    }
}

/// What was granted, where that is known.
fn granted(text: Option<&str>) -> String {
    match text {
        None => "unknown".to_owned(),
        Some("") => "nothing".to_owned(),
        text => value(text),
    }
}

/// How a place is updated.
fn way(text: Option<&str>) -> String {
    match text.and_then(|text| text.parse::<Way>().ok()) {
        Some(way) => value(Some(&way.told())),
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

//! The filter of the list while it is typed, on whichever screen: the list follows each key.

use crossterm::event::KeyEvent;

use super::keymap::Action;
use super::model::Shared;
use super::widgets::field::Field;
use crate::secret::Secret;
use crate::token::query;

/// Takes a key that is no action.
pub fn key(filter: &mut Option<Field>, event: KeyEvent, shared: &mut Shared) {
    if let Some(field) = filter
        && field.key(event)
    {
        shared.set_filter(field.text());
    }
}

/// Takes what was pasted.
pub fn paste(filter: &mut Option<Field>, pasted: &Secret, shared: &mut Shared) {
    if let Some(field) = filter {
        field.paste(pasted);
        shared.set_filter(field.text());
    }
}

/// Does what an action means while it is typed; `false` for one that means nothing then.
pub fn act(filter: &mut Option<Field>, action: Action, shared: &mut Shared) -> bool {
    match action {
        Action::Accept => *filter = None,
        Action::Cancel => {
            *filter = None;
            shared.set_filter("");
        }
        Action::Complete => {
            if let Some(field) = filter
                && let Some(text) = complete(field.text(), shared)
            {
                field.set(&text);
                shared.set_filter(&text);
            }
        }
        _ => return false,
    }
    true
}

/// The text with its last word completed: by the one that is meant, or as far as all that may be meant agree.
fn complete(text: &str, shared: &Shared) -> Option<String> {
    let start = text.rfind(' ').map_or(0, |at| at + 1);
    let (before, begun) = text.split_at(start);
    let kept = shared.list.all().iter().filter(|token| token.is_kept());
    let mut endings = query::endings(begun, kept).into_iter().filter(|word| word.starts_with(begun));
    let first = endings.next()?;
    let common = endings.fold(first, |common, word| {
        let same = common.chars().zip(word.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
        common.get(..same).unwrap_or_default().to_owned()
    });
    (common.len() > begun.len()).then(|| format!("{before}{common}"))
}

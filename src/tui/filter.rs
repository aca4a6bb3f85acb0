//! The filter of the list while it is typed, on whichever screen: the list follows each key.

use crossterm::event::KeyEvent;

use super::keymap::Action;
use super::model::Shared;
use super::theme::Role;
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
            let Some(field) = filter else { return true };
            let (before, begun, endings) = endings(field.text(), shared);
            if let Some(word) = common(&endings).filter(|word| word.len() > begun.len()) {
                let text = format!("{before}{word}");
                field.set(&text);
                shared.set_filter(&text);
            }
            if endings.len() > 1 {
                // What there is to choose from.
                let values = endings.iter().map(|word| word.split_once([':', '=']).map_or(word.as_str(), after));
                shared.say(Role::Quiet, values.collect::<Vec<_>>().join("  "));
            }
        }
        _ => return false,
    }
    true
}

/// What stands behind a key; all of a key itself.
fn after<'a>((key, value): (&'a str, &'a str)) -> &'a str {
    if value.is_empty() { key } else { value }
}

/// The text before its last word, that word, and what it may be the beginning of.
fn endings(text: &str, shared: &Shared) -> (String, String, Vec<String>) {
    let start = text.rfind(' ').map_or(0, |at| at + 1);
    let (before, begun) = text.split_at(start);
    let kept = shared.list.all().iter().filter(|token| token.is_kept());
    let endings = query::endings(begun, kept).into_iter().filter(|word| word.starts_with(begun));
    (before.to_owned(), begun.to_owned(), endings.collect())
}

/// The one that is meant, or as much as all that may be meant agree in.
fn common(endings: &[String]) -> Option<String> {
    let (first, others) = endings.split_first()?;
    Some(others.iter().fold(first.clone(), |common, word| {
        let same = common.chars().zip(word.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
        common.get(..same).unwrap_or_default().to_owned()
    }))
}

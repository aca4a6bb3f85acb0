//! One line is asked for, and something is done with it.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::Behave;
use crate::secret::Secret;
use crate::token::id::TokenId;
use crate::tui::keymap::{Action, Context};
use crate::tui::message::{Effect, Request};
use crate::tui::model::{Do, Shared};
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::pane::{dialog, middle, put};

/// What is done with it.
#[derive(Debug)]
pub enum Purpose {
    /// The words change the tags of these.
    Tag(Vec<TokenId>),
    /// It is the name of a group of these words, in the place of that of another name if there is one.
    Group(String, Option<String>),
}

/// The dialog.
#[derive(Debug)]
pub struct Line {
    purpose: Purpose,
    title: String,
    hint: &'static str,
    field: Field,
}

const HERE: &[Context] = &[Context::Field];
const SIZE: (u16, u16) = (60, 5);

impl Line {
    /// Asks for tags of these tokens.
    pub fn tags(ids: Vec<TokenId>, whose: &str) -> Self {
        let hint = "words to add; -word takes one away";
        Self { purpose: Purpose::Tag(ids), title: format!("Tags of {whose}"), hint, field: Field::default() }
    }

    /// Asks for the name of a group of these words. One that has a name gets another.
    pub fn group(words: String, before: Option<String>) -> Self {
        let title = before.as_ref().map_or_else(|| format!("Save: {words}"), |name| format!("Rename {name}"));
        let field = Field::with(before.as_deref().unwrap_or_default());
        Self { purpose: Purpose::Group(words, before), title, hint: "the name of the group", field }
    }

    fn accept(&mut self, shared: &mut Shared) -> Vec<Do> {
        let text = self.field.text().trim().to_owned();
        if text.is_empty() {
            return vec![Do::Close];
        }
        let requests = match &mut self.purpose {
            Purpose::Tag(ids) => vec![Request::Tag(std::mem::take(ids), text)],
            Purpose::Group(_, before) if before.as_ref() == Some(&text) => vec![],
            Purpose::Group(..) if shared.config.groups.contains_key(&text) => {
                shared.say(Role::Bad, format!("there is a group '{text}' already"));
                return vec![];
            }
            Purpose::Group(words, before) => {
                let set = |name: &str, words| (format!("groups.{name}"), words);
                let gone = before.take().map(|before| set(&before, None));
                // Of one that gets another name, neither is without the other.
                let changes = [set(&text, Some(std::mem::take(words)))].into_iter().chain(gone);
                vec![Request::Set(changes.collect())]
            }
        };
        let ask = |request| Do::Effect(Effect::Ask(request));
        [Do::Close].into_iter().chain(requests.into_iter().map(ask)).collect()
    }
}

impl Behave for Line {
    fn contexts(&self) -> &'static [Context] {
        HERE
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Option<Vec<Do>> {
        Some(match action {
            Action::Accept => self.accept(shared),
            Action::Cancel => vec![Do::Close],
            _ => vec![],
        })
    }

    fn key(&mut self, event: KeyEvent, _shared: &mut Shared) -> Vec<Do> {
        self.field.key(event);
        vec![]
    }

    fn paste(&mut self, pasted: &Secret, _shared: &mut Shared) -> Vec<Do> {
        self.field.paste(pasted);
        vec![]
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let title = crate::text::escaped(&self.title);
        let inner = dialog(frame.buffer_mut(), middle(area, SIZE.0, SIZE.1), &title, shared);
        let line = Rect { x: inner.x + 1, y: inner.y + 1, width: inner.width.saturating_sub(2), height: 1 };
        put(frame.buffer_mut(), line.x, inner.y, self.hint, line.width, shared.style(Role::Quiet), shared);
        self.field.draw(frame, line.intersection(inner), true, shared);
    }
}

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
use crate::tui::pointer::Pointer;
use crate::tui::theme::Role;
use crate::tui::widgets::buttons::{self, Button};
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
    /// What the button says that takes it.
    button: &'static str,
    field: Field,
}

const HERE: &[Context] = &[Context::Field];
const SIZE: (u16, u16) = (60, 7);

impl Line {
    /// Asks for tags of these tokens.
    pub fn tags(ids: Vec<TokenId>, whose: &str) -> Self {
        let hint = "words to add; -word takes one away";
        let title = format!("Tags of {whose}");
        Self { purpose: Purpose::Tag(ids), title, hint, button: "tag", field: Field::default() }
    }

    /// Asks for the name of a group of these words. One that has a name gets another.
    pub fn group(words: String, before: Option<String>) -> Self {
        let title = before.as_ref().map_or_else(|| format!("Save: {words}"), |name| format!("Rename {name}"));
        let field = Field::with(before.as_deref().unwrap_or_default());
        let button = if before.is_some() { "rename" } else { "save" };
        Self { purpose: Purpose::Group(words, before), title, hint: "the name of the group", button, field }
    }

    /// The line that is typed in, and the buttons.
    fn places(&self, area: Rect, shared: &Shared) -> (Rect, Vec<Button>) {
        let inner = super::tokens::inside(middle(area, SIZE.0, SIZE.1));
        let line = |y| Rect { x: inner.x + 1, y: inner.y + y, width: inner.width.saturating_sub(2), height: 1 };
        let wanted = [(Action::Accept, self.button), (Action::Cancel, "cancel")];
        (line(1).intersection(inner), buttons::row(&wanted, HERE, line(3).intersection(inner), shared))
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

    fn mouse(&mut self, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let Pointer::Click(at) = pointer else { return vec![] };
        let (line, buttons) = self.places(area, shared);
        if line.contains(at) {
            self.field.put_cursor(at.x - line.x, line.width);
        }
        buttons::clicked(&buttons, at).map(Do::Act).into_iter().collect()
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let title = crate::text::escaped(&self.title);
        let inner = dialog(frame.buffer_mut(), middle(area, SIZE.0, SIZE.1), &title, shared);
        let (line, buttons) = self.places(area, shared);
        put(frame.buffer_mut(), line.x, inner.y, self.hint, line.width, shared.style(Role::Quiet), shared);
        self.field.draw(frame, line, true, shared);
        buttons::draw(frame.buffer_mut(), &buttons, shared);
    }
}

//! A question before something is done that is not wanted by a slip, or a report of what was. It names everything that it is
//! about.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::Behave;
use crate::tui::keymap::{Action, Context, Entry};
use crate::tui::message::Effect;
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::theme::Role;
use crate::tui::widgets::buttons::{self, Button};
use crate::tui::widgets::pane::{dialog, middle, put};

/// An answer: the action that is it, what its button says, and what is done then.
pub type Answer = (Action, &'static str, Vec<Do>);

/// The dialog.
#[derive(Debug)]
pub struct Confirm {
    title: &'static str,
    /// What is asked.
    question: String,
    /// What it is about, a line each.
    about: Vec<String>,
    /// The first line that is seen.
    from: usize,
    answers: Vec<Answer>,
}

const HERE: &[Context] = &[Context::Dialog, Context::Move];
const COLUMNS: u16 = 64;
/// The columns of a line of what it is about.
pub const ROOM: usize = 58;
/// What stands around the lines: border, question, an empty line before and behind, buttons.
const AROUND: usize = 6;

impl Confirm {
    /// Asks before an effect.
    pub fn before(then: Effect, question: &str, about: Vec<String>) -> Self {
        Self::then(vec![Do::Effect(then)], question, about)
    }

    /// Asks before something is done.
    pub fn then(then: Vec<Do>, question: &str, about: Vec<String>) -> Self {
        Self::with(vec![(Action::Yes, "yes", then), (Action::Cancel, "no", vec![])], "Sure?", question, about)
    }

    /// Tells what became of something. There is nothing to be decided.
    pub fn report(said: &str, about: Vec<String>) -> Self {
        Self::with(vec![(Action::Yes, "close", vec![])], "Report", said, about)
    }

    /// Asks what has other answers than yes and no.
    pub fn with(answers: Vec<Answer>, title: &'static str, question: &str, about: Vec<String>) -> Self {
        Self { title, question: question.to_owned(), about, from: 0, answers }
    }

    fn area(&self, area: Rect) -> Rect {
        middle(area, COLUMNS, u16::try_from(self.about.len() + AROUND).unwrap_or(u16::MAX).min(area.height))
    }

    /// The lines for what it is about, and the line with the buttons.
    fn places(&self, area: Rect) -> (Rect, Rect) {
        let inner = super::tokens::inside(self.area(area));
        let lines = Rect { y: inner.y + 2, height: inner.height.saturating_sub(4), ..inner };
        let columns = inner.width.saturating_sub(2);
        (
            lines,
            Rect { x: inner.x + 1, y: inner.bottom().saturating_sub(1), width: columns, height: 1.min(inner.height) },
        )
    }

    fn buttons(&self, area: Rect, shared: &Shared) -> Vec<Button> {
        let wanted: Vec<_> = self.answers.iter().map(|(action, label, _)| (*action, *label)).collect();
        buttons::row(&wanted, HERE, self.places(area).1, shared)
    }

    fn answer(&self, action: Action) -> Option<usize> {
        self.answers.iter().position(|(of, ..)| *of == action)
    }
}

impl Behave for Confirm {
    fn contexts(&self) -> &'static [Context] {
        HERE
    }

    fn word(&self, entry: &Entry, _shared: &Shared) -> Option<&'static str> {
        let answers = Context::Dialog.has(entry.action);
        if answers {
            self.answers.get(self.answer(entry.action)?).map(|(_, label, _)| *label)
        } else {
            Some(entry.short)
        }
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Option<Vec<Do>> {
        let (columns, rows) = shared.size;
        let height = usize::from(self.places(Rect::new(0, 0, columns, rows)).0.height);
        let last = self.about.len().saturating_sub(height);
        match action {
            // Often the key that led here.
            Action::Throw if self.answer(action).is_none() => {}
            Action::Yes | Action::Throw | Action::Cancel | Action::Quit => {
                let then = self.answer(action).and_then(|at| self.answers.get_mut(at)).map(|(_, _, then)| then);
                return Some([Do::Close].into_iter().chain(then.into_iter().flat_map(|then| then.drain(..))).collect());
            }
            Action::Down => self.from = (self.from + 1).min(last),
            Action::Up => self.from = self.from.saturating_sub(1),
            Action::PageDown => self.from = (self.from + height).min(last),
            Action::PageUp => self.from = self.from.saturating_sub(height),
            _ => {}
        }
        Some(vec![])
    }

    fn mouse(&mut self, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
        match pointer {
            Pointer::Click(at) => buttons::clicked(&self.buttons(area, shared), at).map(Do::Act).into_iter().collect(),
            Pointer::Wheel(_, by) => {
                let action = if by > 0 { Action::Down } else { Action::Up };
                self.act(action, shared).unwrap_or_default()
            }
            _ => vec![],
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let buffer = frame.buffer_mut();
        let inner = dialog(buffer, self.area(area), self.title, shared);
        let style = shared.style(Role::Dialog);
        put(buffer, inner.x + 1, inner.y, &self.question, inner.width.saturating_sub(2), style, shared);
        let (lines, _) = self.places(area);
        for (y, line) in (lines.y..lines.bottom()).zip(self.about.iter().skip(self.from)) {
            put(buffer, lines.x + 3, y, line, lines.width.saturating_sub(4), style, shared);
        }
        buttons::draw(buffer, &self.buttons(area, shared), shared);
    }
}

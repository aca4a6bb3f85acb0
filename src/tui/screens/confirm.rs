//! A question before something is done that is not wanted by a slip, or a report of what was. It names everything that it is
//! about.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::Behave;
use crate::tui::frame::button_of;
use crate::tui::keymap::{Action, Context};
use crate::tui::message::Effect;
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::theme::Role;
use crate::tui::widgets::pane::{dialog, middle, put};

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
    /// What is done after a yes.
    then: Vec<Do>,
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
        Self { title: "Sure?", question: question.to_owned(), about, from: 0, then }
    }

    /// Tells what became of something.
    pub fn report(said: &str, about: Vec<String>) -> Self {
        Self { title: "Report", question: said.to_owned(), about, from: 0, then: vec![] }
    }

    fn area(&self, area: Rect) -> Rect {
        middle(area, COLUMNS, u16::try_from(self.about.len() + AROUND).unwrap_or(u16::MAX).min(area.height))
    }

    /// The lines for what it is about, and the line with the buttons.
    fn places(&self, area: Rect) -> (Rect, Rect) {
        let inner = super::tokens::inside(self.area(area));
        let lines = Rect { y: inner.y + 2, height: inner.height.saturating_sub(4), ..inner };
        (lines, Rect { y: inner.bottom().saturating_sub(1), height: 1.min(inner.height), ..inner })
    }

    fn buttons(&self, area: Rect) -> Vec<(Action, Rect)> {
        let line = self.places(area).1;
        let half = line.width / 2;
        let yes = (Action::Yes, Rect { width: half, ..line });
        let no = (Action::Cancel, Rect { x: line.x + half, width: half, ..line });
        // Of a report there is nothing to be decided.
        if !self.then.is_empty() { vec![yes, no] } else { vec![(Action::Yes, line)] }
    }
}

impl Behave for Confirm {
    fn contexts(&self) -> &'static [Context] {
        HERE
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Option<Vec<Do>> {
        let (columns, rows) = shared.size;
        let height = usize::from(self.places(Rect::new(0, 0, columns, rows)).0.height);
        let last = self.about.len().saturating_sub(height);
        match action {
            Action::Yes => return Some([Do::Close].into_iter().chain(self.then.drain(..)).collect()),
            Action::Cancel | Action::Quit => return Some(vec![Do::Close]),
            Action::Down => self.from = (self.from + 1).min(last),
            Action::Up => self.from = self.from.saturating_sub(1),
            Action::PageDown => self.from = (self.from + height).min(last),
            Action::PageUp => self.from = self.from.saturating_sub(height),
            _ => {}
        }
        Some(vec![])
    }

    fn mouse(&mut self, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let clicked = |at: Position| self.buttons(area).into_iter().find(|(_, place)| place.contains(at));
        match pointer {
            Pointer::Click(at) => clicked(at).map(|(action, _)| Do::Act(action)).into_iter().collect(),
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
        for (action, place) in self.buttons(area) {
            let (short, keys) = button_of(shared, Context::Dialog, action);
            let short = if !self.then.is_empty() { short } else { "close" };
            let text = format!(" {short} ({keys}) ");
            put(buffer, place.x + 1, place.y, &text, place.width.saturating_sub(1), shared.style(Role::Key), shared);
        }
    }
}

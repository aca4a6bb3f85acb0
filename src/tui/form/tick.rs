//! Something that is done or not.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::part::{Part, Took};
use crate::secret::Secret;
use crate::token::now::Now;
use crate::tui::keymap::Action;
use crate::tui::model::Shared;
use crate::tui::theme::Role;
use crate::tui::widgets::pane::put;

/// A box to tick. What it says of itself is said by whoever owns it.
#[derive(Debug, Clone)]
pub struct Tick {
    /// Whether it is.
    pub on: bool,
    /// What is said beside it. Not escaped.
    pub text: String,
    /// Enter does something else than to tick it: a command is run.
    pub runs: bool,
    /// That was asked for.
    pub run: bool,
}

impl Part for Tick {
    fn key(&mut self, event: KeyEvent, _now: &Now) -> Took {
        match event.code {
            KeyCode::Char(' ' | 'x') => {
                self.on = !self.on;
                Took::Changed
            }
            _ => Took::Not,
        }
    }

    fn paste(&mut self, _pasted: &Secret, _now: &Now) -> Took {
        Took::Not
    }

    fn act(&mut self, action: Action, _now: &Now) -> Took {
        match action {
            Action::Accept if self.runs => self.run = true,
            Action::Accept => self.on = !self.on,
            _ => return Took::Not,
        }
        Took::Changed
    }

    fn click(&mut self, at: Position, area: Rect, _now: &Now) -> Took {
        if at.x < area.x + 3 {
            self.on = !self.on;
        } else if self.runs {
            self.run = true;
        } else {
            return Took::Moved;
        }
        Took::Changed
    }

    fn draw(&self, frame: &mut Frame, area: Rect, focused: bool, shared: &Shared) {
        let sign = match (self.on, shared.ascii) {
            (true, false) => "[✓]",
            (true, true) => "[x]",
            (false, _) => "[ ]",
        };
        let role = if focused { Role::Selected } else { Role::Field };
        let text = format!("{sign} {}", self.text);
        put(frame.buffer_mut(), area.x, area.y, &text, area.width, shared.style(role), shared);
    }
}

//! Text of several lines.

use crossterm::event::{Event, KeyEvent};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui_textarea::{CursorMove, Input, TextArea, WrapMode};

use super::part::{Part, Took};
use crate::secret::Secret;
use crate::text::escaped_lines;
use crate::token::label::NOTE_BYTES_MAX;
use crate::token::now::Now;
use crate::tui::keymap::Action;
use crate::tui::model::Shared;
use crate::tui::theme::Role;

/// How many rows it takes.
const ROWS: u16 = 4;

/// A field for a note.
#[derive(Debug)]
pub struct Note {
    area: Box<TextArea<'static>>,
    /// What was there at first, where it is shown in another way than it is.
    first: Option<String>,
    touched: bool,
}

impl Note {
    /// What stands there at first. Signs that would steer the terminal are shown as escapes.
    pub fn of(text: &str) -> Self {
        let mut area = TextArea::new(escaped_lines(text).map(std::borrow::Cow::into_owned).collect());
        area.set_wrap_mode(WrapMode::WordOrGlyph);
        area.set_cursor_line_style(Style::new());
        Self { area: Box::new(area), first: Some(text.to_owned()), touched: false }
    }

    /// What stands there; as it was, where nobody changed it.
    pub fn text(&self) -> String {
        match &self.first {
            Some(first) if !self.touched => first.clone(),
            _ => self.area.lines().join("\n"),
        }
    }

    fn len(&self) -> usize {
        self.area.lines().iter().map(|line| line.len() + 1).sum()
    }

    fn took(&mut self, changed: bool) -> Took {
        self.touched |= changed;
        Took::changed(changed)
    }

    fn step(&mut self, by: CursorMove) -> Took {
        let before = self.area.cursor();
        self.area.move_cursor(by);
        if self.area.cursor() == before { Took::Not } else { Took::Moved }
    }
}

impl Part for Note {
    fn key(&mut self, event: KeyEvent, _now: &Now) -> Took {
        if self.len() >= NOTE_BYTES_MAX {
            return Took::Moved;
        }
        let changed = self.area.input(Input::from(Event::Key(event)));
        self.took(changed)
    }

    fn paste(&mut self, pasted: &Secret, _now: &Now) -> Took {
        let room = NOTE_BYTES_MAX.saturating_sub(self.len());
        let lines: Vec<_> = escaped_lines(pasted.expose()).collect();
        let text = lines.join("\n");
        if text.len() > room {
            return Took::Moved;
        }
        let changed = self.area.insert_str(&text);
        self.took(changed)
    }

    fn act(&mut self, action: Action, _now: &Now) -> Took {
        match action {
            Action::Accept => {
                self.area.insert_newline();
                self.took(true)
            }
            Action::Up => self.step(CursorMove::Up),
            Action::Down => self.step(CursorMove::Down),
            _ => Took::Not,
        }
    }

    fn click(&mut self, _at: Position, _area: Rect, _now: &Now) -> Took {
        Took::Moved
    }

    fn rows(&self, _columns: u16) -> u16 {
        ROWS
    }

    fn draw(&self, frame: &mut Frame, area: Rect, focused: bool, shared: &Shared) {
        let style = shared.style(Role::Field);
        let mut text = self.area.clone();
        text.set_style(style);
        text.set_cursor_style(if focused { style.patch(shared.style(Role::Selected)) } else { style });
        frame.buffer_mut().set_style(area, style);
        frame.render_widget(&*text, area);
    }
}

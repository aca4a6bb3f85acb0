//! What a field of a form is made of, and what all such parts have in common.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::choice::Choice;
use super::day::Day;
use super::many::Many;
use super::note::Note;
use super::tick::Tick;
use crate::secret::Secret;
use crate::token::now::Now;
use crate::tui::keymap::Action;
use crate::tui::model::Shared;
use crate::tui::widgets::field::{Field, Hidden};

/// What became of something that a part was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Took {
    /// It has no use for it.
    Not,
    /// It looks different.
    Moved,
    /// It says something else.
    Changed,
}

impl Took {
    /// Something else is said, or not.
    pub fn changed(changed: bool) -> Self {
        if changed { Self::Changed } else { Self::Moved }
    }
}

/// The room that something would like to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// Its columns.
    pub columns: u16,
    /// Its rows.
    pub rows: u16,
    /// With so many rows it is of use.
    pub least: u16,
}

/// What a part does. Only what one has need of is written there.
pub trait Part {
    /// Takes a key that means nothing by the table: text, and what moves in it.
    fn key(&mut self, event: KeyEvent, now: &Now) -> Took;

    /// Takes what was pasted.
    fn paste(&mut self, pasted: &Secret, now: &Now) -> Took;

    /// Does what a key asks for, if that is its business.
    fn act(&mut self, _action: Action, _now: &Now) -> Took {
        Took::Not
    }

    /// Takes a click in `area`, which is where it was drawn.
    fn click(&mut self, _at: Position, _area: Rect, _now: &Now) -> Took {
        Took::Not
    }

    /// How many rows it takes where it has so many columns.
    fn rows(&self, _columns: u16) -> u16 {
        1
    }

    /// Whether something can be opened under it.
    fn opens(&self) -> bool {
        false
    }

    /// What opens under it. `None` while nothing is open.
    fn list(&self) -> Option<Room> {
        None
    }

    /// Takes a click on what is open, drawn in `area`.
    fn click_list(&mut self, _at: Position, _area: Rect, _now: &Now) -> Took {
        Took::Not
    }

    /// Turns what is open by so many lines.
    fn wheel(&mut self, _by: isize) {}

    /// Puts away what is open. Whether anything was.
    fn close(&mut self) -> bool {
        false
    }

    /// The cursor goes elsewhere: what was begun is taken as it is.
    fn leave(&mut self) -> Took {
        self.close();
        Took::Not
    }

    /// Draws it.
    fn draw(&self, frame: &mut Frame, area: Rect, focused: bool, shared: &Shared);

    /// Draws what is open.
    fn draw_list(&self, _frame: &mut Frame, _area: Rect, _shared: &Shared) {}
}

/// The sorts of part.
#[derive(Debug)]
pub enum Entry {
    /// A line of text.
    Text(Field),
    /// A secret.
    Hidden(Hidden),
    /// One of several.
    Choice(Choice),
    /// Some of many.
    Many(Many),
    /// A date.
    Day(Day),
    /// Text of several lines.
    Note(Note),
    /// Something that is done or not.
    Tick(Tick),
}

impl Entry {
    /// What it does.
    pub fn it(&self) -> &dyn Part {
        match self {
            Self::Text(it) => it,
            Self::Hidden(it) => it,
            Self::Choice(it) => it,
            Self::Many(it) => it,
            Self::Day(it) => it,
            Self::Note(it) => it,
            Self::Tick(it) => it,
        }
    }

    /// The same, to be changed.
    pub fn it_mut(&mut self) -> &mut dyn Part {
        match self {
            Self::Text(it) => it,
            Self::Hidden(it) => it,
            Self::Choice(it) => it,
            Self::Many(it) => it,
            Self::Day(it) => it,
            Self::Note(it) => it,
            Self::Tick(it) => it,
        }
    }

    /// What stands in it as text. Of a secret, nothing.
    pub fn text(&self) -> String {
        match self {
            Self::Text(it) => it.text().to_owned(),
            Self::Hidden(_) => String::new(),
            Self::Choice(it) => it.value().to_owned(),
            Self::Many(it) => it.chosen().join(" "),
            Self::Day(it) => it.text().to_owned(),
            Self::Note(it) => it.text(),
            Self::Tick(it) => it.text.clone(),
        }
    }
}

impl Part for Field {
    fn key(&mut self, event: KeyEvent, _now: &Now) -> Took {
        Took::changed(Field::key(self, event))
    }

    fn paste(&mut self, pasted: &Secret, _now: &Now) -> Took {
        Field::paste(self, pasted);
        Took::Changed
    }

    fn click(&mut self, at: Position, area: Rect, _now: &Now) -> Took {
        self.put_cursor(at.x.saturating_sub(area.x), area.width);
        Took::Moved
    }

    fn draw(&self, frame: &mut Frame, area: Rect, focused: bool, shared: &Shared) {
        Field::draw(self, frame, Rect { height: 1, ..area }, focused, shared);
    }
}

impl Part for Hidden {
    fn key(&mut self, event: KeyEvent, _now: &Now) -> Took {
        if Hidden::key(self, event) { Took::Changed } else { Took::Not }
    }

    fn paste(&mut self, pasted: &Secret, _now: &Now) -> Took {
        if self.paste_all(pasted) { Took::Changed } else { Took::Not }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, focused: bool, shared: &Shared) {
        Hidden::draw(self, frame, Rect { height: 1, ..area }, focused, shared);
    }
}

//! One of several, found by typing; where that makes sense, something else as well.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::drop::{Drop, LEAST, Offer, found, value_width, write};
use super::part::{Part, Room, Took};
use crate::secret::Secret;
use crate::text::{escaped, width};
use crate::token::now::Now;
use crate::tui::keymap::Action;
use crate::tui::model::Shared;
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::pane::put;

/// A field with offers.
#[derive(Debug, Default)]
pub struct Choice {
    field: Field,
    offers: Vec<Offer>,
    list: Drop,
    /// It was typed since the list was opened: only what fits is shown.
    sought: bool,
    /// It was typed since somebody came here: who leaves has what they meant put there in full. What stood there stays as it is.
    written: bool,
}

impl Choice {
    /// Offers, and what stands there at first.
    pub fn of(offers: Vec<Offer>, value: &str) -> Self {
        Self { field: Field::with(value), offers, ..Self::default() }
    }

    /// What was chosen or typed.
    pub fn value(&self) -> &str {
        self.field.text().trim()
    }

    /// Puts another value there.
    pub fn set(&mut self, value: &str) {
        self.field.set(value);
        self.list.close();
    }

    /// Makes other offers.
    pub fn offer(&mut self, offers: Vec<Offer>) {
        self.offers = offers;
        self.list.close();
    }

    /// Offers what fits what is being typed, which whoever offers looked for. What is meant already needs no list.
    pub fn follow(&mut self, offers: Vec<Offer>) {
        self.offers = offers;
        if self.meant().is_some() {
            self.list.close();
        } else if self.sought {
            self.list.open(0);
        }
    }

    /// The offer that what stands there means.
    pub fn meant(&self) -> Option<&Offer> {
        let same = |text: &str| !text.is_empty() && text.eq_ignore_ascii_case(self.value());
        self.offers.iter().find(|offer| same(&offer.value) || same(&offer.label))
    }

    fn shown(&self) -> Vec<usize> {
        found(&self.offers, if self.sought { self.field.text() } else { "" })
    }

    fn open(&mut self) {
        self.sought = false;
        let at = self.meant().and_then(|meant| self.offers.iter().position(|offer| offer == meant));
        let shown = self.shown();
        let row = at.and_then(|at| shown.iter().position(|row| *row == at)).unwrap_or(0);
        self.list.open(row);
    }

    /// Takes the row that is meant.
    fn take(&mut self) -> Took {
        let row = self.shown().get(self.list.at()).copied();
        self.list.close();
        let Some(offer) = row.and_then(|row| self.offers.get(row)) else { return Took::Moved };
        let changed = offer.value != self.field.text();
        let value = offer.value.clone();
        self.field.set(&value);
        Took::changed(changed)
    }

    fn typed(&mut self, changed: bool) -> Took {
        if changed {
            (self.sought, self.written) = (true, true);
            self.list.open(0);
        }
        Took::changed(changed)
    }
}

impl Part for Choice {
    fn key(&mut self, event: KeyEvent, _now: &Now) -> Took {
        let changed = self.field.key(event);
        self.typed(changed)
    }

    fn paste(&mut self, pasted: &Secret, _now: &Now) -> Took {
        self.field.paste(pasted);
        self.typed(true)
    }

    fn act(&mut self, action: Action, _now: &Now) -> Took {
        if self.list.is_open() {
            if self.list.act(action, self.shown().len()) {
                return Took::Moved;
            }
            return match action {
                // What is none of the offers is a word of the person's own, and stands.
                Action::Accept if self.shown().is_empty() => {
                    self.list.close();
                    Took::Not
                }
                Action::Accept => self.take(),
                _ => Took::Not,
            };
        }
        match action {
            Action::Accept | Action::PageDown if !self.offers.is_empty() => {
                self.open();
                Took::Moved
            }
            _ => Took::Not,
        }
    }

    fn click(&mut self, _at: Position, _area: Rect, _now: &Now) -> Took {
        if !self.list.close() && !self.offers.is_empty() {
            self.open();
        }
        Took::Moved
    }

    fn opens(&self) -> bool {
        !self.offers.is_empty()
    }

    fn list(&self) -> Option<Room> {
        let shown = self.shown();
        let rows = u16::try_from(Drop::rows(shown.len())).unwrap_or(u16::MAX);
        (self.list.is_open() && !shown.is_empty()).then_some(Room { columns: 60, rows, least: rows.min(LEAST) })
    }

    fn click_list(&mut self, at: Position, area: Rect, _now: &Now) -> Took {
        let shown = self.shown();
        let Some(row) = self.list.row(at, area, shown.len()) else { return Took::Moved };
        self.list.open(row);
        self.take()
    }

    fn wheel(&mut self, by: isize) {
        let len = self.shown().len();
        self.list.step(by, len);
    }

    fn close(&mut self) -> bool {
        self.list.close()
    }

    /// What was looked for and is the only one that fits is meant.
    fn leave(&mut self) -> Took {
        let written = std::mem::take(&mut self.written);
        let shown = self.shown();
        if self.list.is_open() && self.sought && self.meant().is_none() && shown.len() == 1 && !self.value().is_empty()
        {
            self.list.open(0);
            return self.take();
        }
        let value = self.meant().map(|offer| offer.value.clone());
        let value = value.filter(|value| written && value != self.field.text());
        self.list.close();
        match value {
            Some(value) => {
                self.field.set(&value);
                Took::Changed
            }
            None => Took::Not,
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, focused: bool, shared: &Shared) {
        let sign = if shared.ascii { "v" } else { "▾" };
        let line = Rect { height: 1, width: area.width.saturating_sub(2), ..area };
        self.field.draw(frame, line, focused, shared);
        let style = shared.style(Role::Field);
        if !self.offers.is_empty() && area.width > 2 {
            let quiet = style.patch(shared.style(Role::Key));
            put(frame.buffer_mut(), line.right(), area.y, &format!(" {sign}"), 2, quiet, shared);
        }
        let label = self.meant().map(|offer| offer.label.as_str()).filter(|label| !label.is_empty() && !focused);
        if let Some(label) = label {
            let used = u16::try_from(width(&escaped(self.field.text()))).unwrap_or(u16::MAX).saturating_add(2);
            let quiet = style.patch(shared.style(Role::Quiet));
            let x = line.x.saturating_add(used);
            put(frame.buffer_mut(), x, area.y, label, line.right().saturating_sub(x), quiet, shared);
        }
    }

    fn draw_list(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let shown = self.shown();
        let wide = value_width(self.offers.iter());
        self.list.draw(frame, area, shown.len(), shared, |frame, row, place, style| {
            if let Some(offer) = shown.get(row).and_then(|at| self.offers.get(*at)) {
                write(frame, offer, place, style, wide, shared);
            }
        });
    }
}

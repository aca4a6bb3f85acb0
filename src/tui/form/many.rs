//! Some of many: scopes, tags. What is chosen stands before the cursor; what is offered is found by typing, and what nobody
//! offers can be chosen too.

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::drop::{Drop, LEAST, Offer, found, risk_sign, value_width, write};
use super::part::{Part, Room, Took};
use crate::secret::Secret;
use crate::text::{clipped, escaped, width};
use crate::token::label::Label;
use crate::token::now::Now;
use crate::tui::keymap::Action;
use crate::tui::model::Shared;
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::pane::put;

/// The widest that one is shown.
const WIDE_MAX: usize = 24;
/// The most rows that what was chosen takes.
const ROWS_MAX: u16 = 4;

/// A field for some of many.
#[derive(Debug)]
pub struct Many {
    /// What they are, and so what they may look like.
    label: Label,
    chosen: Vec<String>,
    offers: Vec<Offer>,
    field: Field,
    /// The cursor left what is typed, and it was not taken.
    stays: bool,
    list: Drop,
}

impl Many {
    /// Offers, and what is chosen at first.
    pub fn of(label: Label, offers: Vec<Offer>, chosen: Vec<String>) -> Self {
        Self { label, chosen, offers, field: Field::default(), stays: false, list: Drop::default() }
    }

    /// What was chosen, in the order in which it was.
    pub fn chosen(&self) -> &[String] {
        &self.chosen
    }

    /// Chooses others instead.
    pub fn choose(&mut self, chosen: Vec<String>) {
        self.chosen = chosen;
    }

    /// Makes other offers.
    pub fn offer(&mut self, offers: Vec<Offer>) {
        self.offers = offers;
        self.list.close();
    }

    /// What is wrong with what is being typed.
    pub fn wrong(&self) -> Option<String> {
        let text = self.begun();
        if text.is_empty() {
            return None;
        }
        let slip = || format!("'{}' is not in the catalogue; the list adds it all the same", escaped(text));
        self.label.parse(text).err().map(|error| error.to_string()).or_else(|| self.stays.then(slip))
    }

    /// What is being typed. People write tags as they read them.
    fn begun(&self) -> &str {
        let text = self.field.text().trim();
        if self.label == Label::Tag { text.strip_prefix('#').unwrap_or(text) } else { text }
    }

    /// Whether what is typed may be a slip: others are offered, and nobody offers this.
    fn is_doubtful(&self) -> bool {
        let offered = self.offers.is_empty() || self.offers.iter().any(|offer| offer.value == self.begun());
        self.label != Label::Tag && !offered
    }

    /// The rows of the list: places among the offers, and `None` for what is typed and is none of them.
    fn shown(&self) -> Vec<Option<usize>> {
        let begun = self.begun();
        let mut rows: Vec<Option<usize>> = found(&self.offers, begun).into_iter().map(Some).collect();
        let known =
            |text: &str| self.offers.iter().any(|offer| offer.value == text) || self.chosen.iter().any(|it| it == text);
        if !begun.is_empty() && !known(begun) {
            rows.push(None);
        }
        rows
    }

    /// Chooses, or takes it away again.
    fn turn(&mut self, value: &str) {
        match self.chosen.iter().position(|chosen| chosen == value) {
            Some(at) => drop(self.chosen.remove(at)),
            None => self.chosen.push(value.to_owned()),
        }
    }

    /// Takes what was typed, where it can be one. A line break or a comma between them is as good as a space.
    fn take_typed(&mut self) -> Took {
        let text = self.begun().to_owned();
        // Words that are plain are those that are offered, and no others.
        if self.label == Label::Plain && self.is_doubtful() {
            return Took::Moved;
        }
        match self.label.parse(&text) {
            Ok(value) => {
                self.field.set("");
                if self.chosen.contains(&value) {
                    return Took::Moved;
                }
                self.chosen.push(value);
                Took::Changed
            }
            Err(_) => Took::Moved,
        }
    }

    /// Takes the row that is meant.
    fn take(&mut self) -> Took {
        match self.shown().get(self.list.at()).copied() {
            Some(Some(at)) => {
                let value = self.offers.get(at).map(|offer| offer.value.clone()).unwrap_or_default();
                self.turn(&value);
                // Who looked for one looks for the next; who went through the list goes on there.
                if !self.field.text().is_empty() {
                    self.field.set("");
                    self.list.open(0);
                }
                Took::Changed
            }
            Some(None) => self.take_typed(),
            None => Took::Moved,
        }
    }

    /// What was chosen, as it is shown: where each stands in so many columns.
    fn places(&self, columns: u16) -> Vec<(usize, u16, u16, u16)> {
        let (mut x, mut y) = (0_u16, 0_u16);
        let mut places = vec![];
        for (at, chosen) in self.chosen.iter().enumerate() {
            let wide = u16::try_from(width(&self.sign(at, chosen, false))).unwrap_or(u16::MAX).min(columns);
            if x > 0 && x.saturating_add(wide) > columns {
                (x, y) = (0, y + 1);
            }
            places.push((at, x, y, wide));
            x = x.saturating_add(wide + 1);
        }
        places
    }

    fn sign(&self, _at: usize, chosen: &str, ascii: bool) -> String {
        let shown = escaped(chosen);
        let shown = clipped(&shown, WIDE_MAX, ascii);
        match (self.label, ascii) {
            (Label::Tag, false) => format!("#{shown} ×"),
            (Label::Tag, true) => format!("#{shown} x"),
            (_, false) => format!("{shown} ×"),
            (_, true) => format!("{shown} x"),
        }
    }

    /// How many rows the chosen ones take, of those that are shown.
    fn chosen_rows(&self, columns: u16) -> u16 {
        self.places(columns).last().map_or(0, |(_, _, y, _)| y + 1).min(ROWS_MAX - 1)
    }

    fn risk_of(&self, chosen: &str) -> Role {
        match (self.label, self.offers.iter().find(|offer| offer.value == chosen)) {
            (Label::Tag, _) => Role::Tag,
            (_, Some(offer)) => risk_sign(offer.risk, false).0,
            (_, None) => Role::Text,
        }
    }
}

impl Part for Many {
    fn key(&mut self, event: KeyEvent, _now: &Now) -> Took {
        self.stays = false;
        match event.code {
            KeyCode::Char(' ' | ',') if self.begun().is_empty() && self.list.is_open() => return self.take(),
            KeyCode::Char(' ' | ',') => return self.take_typed(),
            KeyCode::Backspace if self.field.text().is_empty() => {
                return if self.chosen.pop().is_some() { Took::Changed } else { Took::Moved };
            }
            _ => {}
        }
        if self.field.key(event) {
            self.list.open(0);
        }
        Took::Moved
    }

    fn paste(&mut self, pasted: &Secret, now: &Now) -> Took {
        self.field.paste(pasted);
        let text = self.field.text().to_owned();
        if !text.contains([' ', ',']) {
            self.list.open(0);
            return Took::Moved;
        }
        for word in text.split([' ', ',']).filter(|word| !word.is_empty()) {
            self.field.set(word);
            let _said_while_it_stands_there = self.take_typed();
        }
        let _nothing_is_open = (self.list.close(), now);
        Took::Changed
    }

    fn act(&mut self, action: Action, _now: &Now) -> Took {
        if self.list.is_open() {
            if self.list.act(action, self.shown().len()) {
                return Took::Moved;
            }
            return if action == Action::Accept { self.take() } else { Took::Not };
        }
        match action {
            Action::Accept | Action::PageDown if !self.shown().is_empty() => {
                self.list.open(0);
                Took::Moved
            }
            Action::Accept if !self.begun().is_empty() => self.take_typed(),
            _ => Took::Not,
        }
    }

    fn click(&mut self, at: Position, area: Rect, _now: &Now) -> Took {
        let (x, y) = (at.x.saturating_sub(area.x), at.y.saturating_sub(area.y));
        let clicked = self.places(area.width).into_iter().find(|(_, from, row, wide)| {
            *row == y && (*from..from + wide).contains(&x) && y < self.chosen_rows(area.width) && area.contains(at)
        });
        if let Some((at, ..)) = clicked {
            self.chosen.remove(at);
            return Took::Changed;
        }
        if !self.list.close() {
            self.list.open(0);
        }
        Took::Moved
    }

    fn rows(&self, columns: u16) -> u16 {
        self.chosen_rows(columns) + 1
    }

    fn opens(&self) -> bool {
        !self.shown().is_empty()
    }

    fn list(&self) -> Option<Room> {
        let rows = self.shown().len();
        let shown = u16::try_from(Drop::rows(rows)).unwrap_or(u16::MAX);
        (self.list.is_open() && rows > 0).then_some(Room { columns: 76, rows: shown, least: shown.min(LEAST) })
    }

    fn click_list(&mut self, at: Position, area: Rect, _now: &Now) -> Took {
        let Some(row) = self.list.row(at, area, self.shown().len()) else { return Took::Moved };
        let len = self.shown().len();
        self.list.step(row.cast_signed() - self.list.at().cast_signed(), len);
        self.take()
    }

    fn wheel(&mut self, by: isize) {
        let len = self.shown().len();
        self.list.step(by, len);
    }

    fn close(&mut self) -> bool {
        self.list.close()
    }

    fn leave(&mut self) -> Took {
        self.list.close();
        self.stays = !self.begun().is_empty() && self.is_doubtful();
        if self.begun().is_empty() || self.stays { Took::Not } else { self.take_typed() }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, focused: bool, shared: &Shared) {
        let style = shared.style(Role::Field);
        let rows = self.chosen_rows(area.width).min(area.height);
        let places = self.places(area.width);
        for (at, x, y, wide) in places.iter().filter(|(_, _, y, _)| *y < rows) {
            let Some(chosen) = self.chosen.get(*at) else { continue };
            let style = shared.style(self.risk_of(chosen));
            put(
                frame.buffer_mut(),
                area.x + x,
                area.y + y,
                &self.sign(*at, chosen, shared.ascii),
                *wide,
                style,
                shared,
            );
        }
        let hidden = places.iter().filter(|(_, _, y, _)| *y >= rows).count();
        let line = Rect { y: area.y + rows, height: 1, ..area };
        if rows < area.height {
            frame.buffer_mut().set_style(line, style);
            self.field.draw(frame, line, focused, shared);
            if self.field.text().is_empty() && !focused {
                let more = if hidden > 0 { format!("and {hidden} more") } else { String::new() };
                put(
                    frame.buffer_mut(),
                    line.x,
                    line.y,
                    &more,
                    line.width,
                    style.patch(shared.style(Role::Quiet)),
                    shared,
                );
            }
        }
    }

    fn draw_list(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let shown = self.shown();
        let wide = value_width(self.offers.iter());
        self.list.draw(frame, area, shown.len(), shared, |frame, row, place, style| {
            let offer = shown.get(row).and_then(|at| at.and_then(|at| self.offers.get(at)));
            let is_chosen = offer.is_some_and(|offer| self.chosen.contains(&offer.value));
            let tick = match (is_chosen, shared.ascii) {
                (true, false) => "✓ ",
                (true, true) => "x ",
                (false, _) => "  ",
            };
            put(frame.buffer_mut(), place.x, place.y, tick, 2, style, shared);
            let place = Rect { x: place.x + 2, width: place.width.saturating_sub(2), ..place };
            match offer {
                Some(offer) => write(frame, offer, place, style, wide, shared),
                None => {
                    let text = match self.label {
                        Label::Tag => format!("add #{}", self.begun()),
                        Label::Plain => format!("nothing here is called '{}'", self.begun()),
                        _ => format!("add '{}', which is not in the catalogue", self.begun()),
                    };
                    put(frame.buffer_mut(), place.x, place.y, &text, place.width, style, shared);
                }
            }
        });
    }
}

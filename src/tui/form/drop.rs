//! A list that opens under a field: which of its rows is meant, and which are seen.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::scope::Risk;
use crate::text::{escaped, width};
use crate::tui::keymap::Action;
use crate::tui::model::Shared;
use crate::tui::theme::Role;
use crate::tui::widgets::pane::{put, scroll_bar, scrolled};

/// The most rows that are seen at once.
const ROWS_MAX: usize = 10;

/// With so many rows a list is of use.
pub const LEAST: u16 = 4;

/// Something that is offered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Offer {
    /// What is taken where it is chosen. Not escaped.
    pub value: String,
    /// What people call it, where that is something else. Not escaped.
    pub label: String,
    /// What it is or does, in a phrase. Not escaped.
    pub what: String,
    /// How much harm it allows.
    pub risk: Option<Risk>,
}

impl Offer {
    /// A word that speaks for itself.
    pub fn word(value: impl Into<String>) -> Self {
        Self { value: value.into(), ..Self::default() }
    }

    /// How well it fits what somebody looks for, the best first; `None` where it does not.
    fn fits(&self, sought: &str) -> Option<u8> {
        let (value, label, what) = (self.value.to_lowercase(), self.label.to_lowercase(), self.what.to_lowercase());
        let ranks = [
            value == sought,
            value.starts_with(sought) || label.starts_with(sought),
            value.contains(sought) || label.contains(sought),
            what.contains(sought),
        ];
        ranks.iter().position(|fits| *fits).and_then(|rank| u8::try_from(rank).ok())
    }
}

/// The places of the offers that fit what somebody looks for, the best first.
pub fn found(offers: &[Offer], sought: &str) -> Vec<usize> {
    let sought = sought.trim().to_lowercase();
    let fitting = offers.iter().enumerate().filter_map(|(at, offer)| Some((offer.fits(&sought)?, at)));
    let mut fitting: Vec<(u8, usize)> = fitting.collect();
    fitting.sort_unstable();
    fitting.into_iter().map(|(_, at)| at).collect()
}

/// How much harm, as a sign and a word: never by colour alone.
pub fn risk_sign(risk: Option<Risk>, ascii: bool) -> (Role, &'static str) {
    match (risk, ascii) {
        (Some(Risk::High), false) => (Role::Bad, "▲ high "),
        (Some(Risk::High), true) => (Role::Bad, "^ high "),
        (Some(Risk::Medium), false) => (Role::Soon, "● write"),
        (Some(Risk::Medium), true) => (Role::Soon, "* write"),
        (Some(Risk::Low), false) => (Role::Good, "○ read "),
        (Some(Risk::Low), true) => (Role::Good, "o read "),
        (None, _) => (Role::Quiet, "       "),
    }
}

/// Which row is meant, and the first that is seen.
#[derive(Debug, Clone, Default)]
pub struct Drop {
    open: bool,
    at: usize,
    from: usize,
}

impl Drop {
    /// Whether it is open.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// Opens it at a row.
    pub fn open(&mut self, at: usize) {
        *self = Self { open: true, at, from: 0 };
        self.step(0, usize::MAX);
    }

    /// Puts it away. Whether it was open.
    pub fn close(&mut self) -> bool {
        std::mem::take(&mut self.open)
    }

    /// The row that is meant.
    pub fn at(&self) -> usize {
        self.at
    }

    /// How many of so many rows are seen.
    pub fn rows(len: usize) -> usize {
        len.clamp(1, ROWS_MAX)
    }

    /// Goes so many rows further.
    pub fn step(&mut self, by: isize, len: usize) {
        self.at = self.at.saturating_add_signed(by).min(len.saturating_sub(1));
        self.from = scrolled(self.from, self.at, len, Self::rows(len));
    }

    /// Moves as a key asks for. Whether that was one for it.
    pub fn act(&mut self, action: Action, len: usize) -> bool {
        let page = ROWS_MAX.cast_signed();
        let by = match action {
            Action::Up => -1,
            Action::Down => 1,
            Action::PageUp => -page,
            Action::PageDown => page,
            _ => return false,
        };
        self.step(by, len);
        true
    }

    /// The row at a place in `area`.
    pub fn row(&self, at: Position, area: Rect, len: usize) -> Option<usize> {
        let row = self.first(area, len) + usize::from(at.y.checked_sub(area.y)?);
        (area.contains(at) && row < len).then_some(row)
    }

    /// The first row that is seen where there is room for less than was hoped.
    fn first(&self, area: Rect, len: usize) -> usize {
        scrolled(self.from, self.at, len, usize::from(area.height).max(1))
    }

    /// Draws its rows, each written by `line` in its place and style.
    pub fn draw(
        &self,
        frame: &mut Frame,
        area: Rect,
        len: usize,
        shared: &Shared,
        mut line: impl FnMut(&mut Frame, usize, Rect, Style),
    ) {
        let first = self.first(area, len);
        for (y, row) in (area.y..area.bottom()).zip(first..len) {
            let role = if row == self.at { Role::Selected } else { Role::Field };
            let place = Rect { y, height: 1, width: area.width.saturating_sub(1), ..area };
            let style = shared.style(role);
            frame.buffer_mut().set_style(Rect { y, height: 1, ..area }, style);
            line(frame, row, place, style);
        }
        scroll_bar(frame.buffer_mut(), area, first, len, shared);
    }
}

/// Writes an offer: its value, what people call it, and what it is.
pub fn write(frame: &mut Frame, offer: &Offer, place: Rect, style: Style, wide: u16, shared: &Shared) {
    let buffer = frame.buffer_mut();
    let mut x = place.x;
    if offer.risk.is_some() {
        let (role, sign) = risk_sign(offer.risk, shared.ascii);
        let risk = style.patch(shared.style(role));
        let risk = style.bg.map_or(risk, |bg| risk.bg(bg));
        x += put(buffer, x, place.y, sign, place.right().saturating_sub(x), risk, shared) + 1;
    }
    let room = |x: u16| place.right().saturating_sub(x);
    put(buffer, x, place.y, &offer.value, room(x), style, shared);
    let value = u16::try_from(width(&escaped(&offer.value))).unwrap_or(u16::MAX);
    x = x.saturating_add(value.max(wide).min(room(x)) + 2);
    let more = [&offer.label, &offer.what].map(String::as_str).join(if offer.label.is_empty() { "" } else { "  " });
    put(buffer, x, place.y, more.trim_end(), room(x), style, shared);
}

/// How wide values are, as far as they stand under each other.
pub fn value_width<'a>(offers: impl Iterator<Item = &'a Offer>) -> u16 {
    let widest = offers.map(|offer| width(&escaped(&offer.value))).max().unwrap_or(0);
    u16::try_from(widest).unwrap_or(u16::MAX).min(28)
}

//! Lines of text in pieces of different looks, broken to the room there is.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::text::{escaped, width, wrapped};
use crate::tui::model::Shared;
use crate::tui::theme::Role;

/// A piece of a line: already escaped.
pub type Piece = (Role, String);
/// A line.
pub type Line = Vec<Piece>;

/// Lines that are being gathered.
#[derive(Debug)]
pub struct Lines {
    /// What was gathered.
    pub lines: Vec<Line>,
    /// How wide they may be.
    pub columns: usize,
}

impl Lines {
    /// None yet, of so many columns.
    pub fn of(columns: usize) -> Self {
        Self { lines: vec![], columns }
    }

    /// A text from outside in one role, broken where it is too long.
    pub fn text(&mut self, role: Role, text: &str) {
        for line in wrapped(&escaped(text), self.columns).lines() {
            self.cut(role, line);
        }
    }

    /// One that has no spaces to be broken at goes on in the next line all the same.
    pub fn cut(&mut self, role: Role, line: &str) {
        let mut rest = line;
        while width(rest) > self.columns && self.columns > 0 {
            let mut used = 0;
            let fits = rest.char_indices().find(|(_, c)| {
                used += unicode_width::UnicodeWidthChar::width(*c).unwrap_or(0);
                used > self.columns
            });
            let at = fits.map_or(rest.len(), |(at, _)| at).max(rest.chars().next().map_or(1, char::len_utf8));
            self.lines.push(vec![(role, rest.get(..at).unwrap_or_default().to_owned())]);
            rest = rest.get(at..).unwrap_or_default();
        }
        self.lines.push(vec![(role, rest.to_owned())]);
    }

    /// An empty line, and a heading.
    pub fn heading(&mut self, text: &str) {
        self.lines.push(vec![]);
        self.lines.push(vec![(Role::Heading, text.to_owned())]);
    }

    /// What something is, where anything is known.
    pub fn fact(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.text(Role::Text, &format!("{name}: {value}"));
        }
    }
}

/// Draws lines from one of them on.
pub fn draw(buffer: &mut Buffer, area: Rect, lines: &[Line], from: usize, shared: &Shared) {
    for (y, line) in (area.y..area.bottom()).zip(lines.iter().skip(from)) {
        let mut x = area.x;
        for (role, piece) in line {
            let style = shared.style(Role::Text).patch(shared.style(*role));
            let room = usize::from(area.right().saturating_sub(x));
            x = buffer.set_stringn(x, y, piece, room, style).0;
        }
    }
}

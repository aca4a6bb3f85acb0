//! The vaults of this device, one a line with what opens each, while none is open.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::tui::message::Door;
use crate::tui::model::Shared;
use crate::tui::theme::Role;
use crate::tui::widgets::pane::{put, scrolled};

/// The list.
#[derive(Debug, Default)]
pub struct Doors {
    all: Vec<Door>,
    /// Which one is meant.
    at: usize,
}

impl Doors {
    /// These there are, and that one is meant, where that is clear.
    pub fn take(&mut self, all: &[Door], meant: Option<&str>) {
        self.at = all.iter().position(|door| Some(door.name.as_str()) == meant).unwrap_or(0);
        self.all = all.to_vec();
    }

    /// How many lines it would like.
    pub fn len(&self) -> u16 {
        u16::try_from(self.all.len()).unwrap_or(u16::MAX)
    }

    /// The one that is meant, where there are several to choose from.
    pub fn chosen(&self) -> Option<&str> {
        self.all.get(self.at).map(|door| door.name.as_str()).filter(|_| self.all.len() > 1)
    }

    /// Means another one. Whether it is another.
    pub fn step(&mut self, by: isize) -> bool {
        let last = self.all.len().saturating_sub(1);
        let next = self.at.saturating_add_signed(by).min(last);
        std::mem::replace(&mut self.at, next) != next
    }

    /// Means the one that is drawn there, if one is.
    pub fn point(&mut self, at: Position, area: Rect) -> bool {
        let row = self.from(area) + usize::from(at.y.saturating_sub(area.y));
        let is_there = area.contains(at) && row < self.all.len();
        if is_there {
            self.at = row;
        }
        is_there
    }

    /// The first one that is seen.
    fn from(&self, area: Rect) -> usize {
        scrolled(0, self.at, self.all.len(), area.height.into())
    }

    /// Draws it.
    pub fn draw(&self, buffer: &mut Buffer, area: Rect, shared: &Shared) {
        let wide = self.all.iter().map(|door| crate::text::width(&door.name)).max().unwrap_or(0);
        let wide = u16::try_from(wide).unwrap_or(u16::MAX).min(area.width / 2);
        for (y, (at, door)) in (area.y..area.bottom()).zip(self.all.iter().enumerate().skip(self.from(area))) {
            let mut style = shared.style(Role::Dialog);
            if at == self.at && self.all.len() > 1 {
                style = style.patch(shared.style(Role::Selected));
                buffer.set_style(Rect { y, height: 1, ..area }, style);
                put(buffer, area.x, y, ">", 1, style, shared);
            }
            put(buffer, area.x + 2, y, &door.name, wide, style, shared);
            let x = area.x + wide + 4;
            put(buffer, x, y, &door.ways, area.right().saturating_sub(x), style, shared);
        }
    }
}

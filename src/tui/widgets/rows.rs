//! A list that one walks through.

use ratatui::layout::{Position, Rect};

use super::pane::scrolled;
use crate::tui::keymap::Action;

/// Which line of a list is chosen, and which is the first that is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Rows {
    at: usize,
    from: usize,
    page: usize,
}

impl Rows {
    /// The line that is chosen.
    pub fn at(&self) -> usize {
        self.at
    }

    /// The first line that is seen.
    pub fn from(&self) -> usize {
        self.from
    }

    /// Chooses a line.
    pub fn choose(&mut self, at: usize) {
        self.at = at;
    }

    /// Goes so many lines down, or up, in a list of `len`.
    pub fn step(&mut self, by: isize, len: usize) {
        self.at = self.at.saturating_add_signed(by).min(len.saturating_sub(1));
    }

    /// Does what a key asks for, if it is about moving up and down. Whether it was.
    pub fn act(&mut self, action: Action, len: usize) -> bool {
        let page = self.page.max(1).cast_signed();
        let by = match action {
            Action::Up => -1,
            Action::Down => 1,
            Action::PageUp => -page,
            Action::PageDown => page,
            Action::First => isize::MIN,
            Action::Last => isize::MAX,
            _ => return false,
        };
        self.step(by, len);
        true
    }

    /// Keeps the line that is chosen in the list, and in what is seen of it.
    pub fn settle(&mut self, len: usize, height: u16) {
        self.at = self.at.min(len.saturating_sub(1));
        self.page = height.into();
        self.from = scrolled(self.from, self.at, len, self.page);
    }

    /// The line that stands at a place, in a list of `len` that is drawn in `area`.
    pub fn hit(&self, area: Rect, at: Position, len: usize) -> Option<usize> {
        let line = self.from + usize::from(at.y.checked_sub(area.y)?);
        (area.contains(at) && line < len).then_some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_within_its_list() {
        let mut rows = Rows::default();
        rows.settle(10, 4);
        // What is done, the line that is chosen then, and the first that is seen.
        let cases = [
            (Action::Down, 1, 0),
            (Action::PageDown, 5, 2),
            (Action::Last, 9, 6),
            (Action::Down, 9, 6),
            (Action::Up, 8, 6),
            (Action::PageUp, 4, 4),
            (Action::First, 0, 0),
            (Action::Up, 0, 0),
        ];
        for (action, at, from) in cases {
            assert!(rows.act(action, 10));
            rows.settle(10, 4);
            assert_eq!((rows.at(), rows.from()), (at, from), "{action:?}");
        }
        assert!(!rows.act(Action::Help, 10));
        rows.act(Action::Last, 10);
        rows.settle(3, 4);
        assert_eq!((rows.at(), rows.from()), (2, 0), "the list is shorter now");
        rows.settle(0, 0);
        assert_eq!(rows.hit(Rect::new(0, 2, 9, 4), Position::new(1, 3), 0), None);
        assert_eq!(rows.hit(Rect::new(0, 2, 9, 4), Position::new(1, 3), 3), Some(1));
        assert_eq!(rows.hit(Rect::new(0, 2, 9, 4), Position::new(1, 1), 3), None);
    }
}

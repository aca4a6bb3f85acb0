//! What a mouse does, in the words of a person who holds it.

use std::time::Duration;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

/// How fast two clicks are one double click.
const DOUBLE: Duration = Duration::from_millis(400);

/// Something that the mouse did, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pointer {
    /// A click.
    Click(Position),
    /// A second one in the same place, soon after the first.
    DoubleClick(Position),
    /// A click with the other button.
    Menu(Position),
    /// It goes on with the button held down.
    Drag(Position),
    /// The button was let go.
    Release(Position),
    /// The wheel was turned by so many lines; down is more.
    Wheel(Position, isize),
}

/// Remembers where the mouse was last, to tell a double click from two.
#[derive(Debug, Default)]
pub struct Hand {
    last: Option<(Position, Duration)>,
}

impl Hand {
    /// What an event is. `None` for a mouse that only moves.
    pub fn read(&mut self, event: &MouseEvent, passed: Duration) -> Option<Pointer> {
        let at = Position::new(event.column, event.row);
        Some(match event.kind {
            MouseEventKind::Down(MouseButton::Left) => {
                let soon = |then: Duration| passed.saturating_sub(then) <= DOUBLE;
                if self.last.take().is_some_and(|(place, then)| place == at && soon(then)) {
                    Pointer::DoubleClick(at)
                } else {
                    self.last = Some((at, passed));
                    Pointer::Click(at)
                }
            }
            MouseEventKind::Down(MouseButton::Right) => Pointer::Menu(at),
            MouseEventKind::Drag(MouseButton::Left) => Pointer::Drag(at),
            MouseEventKind::Up(MouseButton::Left) => Pointer::Release(at),
            MouseEventKind::ScrollUp => Pointer::Wheel(at, -3),
            MouseEventKind::ScrollDown => Pointer::Wheel(at, 3),
            _ => return None,
        })
    }
}

impl Pointer {
    /// Where.
    pub fn at(self) -> Position {
        match self {
            Self::Click(at)
            | Self::DoubleClick(at)
            | Self::Menu(at)
            | Self::Drag(at)
            | Self::Release(at)
            | Self::Wheel(at, _) => at,
        }
    }
}

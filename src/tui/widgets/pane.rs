//! Boxes: panes beside each other, and dialogs over them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::symbols::border;
use ratatui::text::Line;
use ratatui::widgets::{Block, Clear, Widget};

use crate::text::{clipped, escaped, width};
use crate::tui::model::Shared;
use crate::tui::theme::Role;

const ASCII: border::Set = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

/// Draws the border of a pane with its title, and gives what is inside.
pub fn pane(buffer: &mut Buffer, area: Rect, title: &str, focused: bool, shared: &Shared) -> Rect {
    let role = if focused { Role::Focus } else { Role::Border };
    bordered(buffer, area, title, shared.style(role), Style::new(), shared)
}

/// Draws, in the first line of a pane that stands in another one's place, what is clicked to close it.
pub fn closing(buffer: &mut Buffer, area: Rect, shared: &Shared) {
    let close = if shared.ascii { "[x]" } else { "[×]" };
    put(buffer, area.right().saturating_sub(5), area.y, close, 3, shared.style(Role::Key), shared);
}

/// Draws a dialog over whatever is there, and gives what is inside.
pub fn dialog(buffer: &mut Buffer, area: Rect, title: &str, shared: &Shared) -> Rect {
    Clear.render(area, buffer);
    bordered(buffer, area, title, shared.style(Role::Focus), shared.style(Role::Dialog), shared)
}

fn bordered(buffer: &mut Buffer, area: Rect, title: &str, border: Style, inside: Style, shared: &Shared) -> Rect {
    let room = usize::from(area.width).saturating_sub(4);
    let title = if title.is_empty() { String::new() } else { format!(" {} ", clipped(title, room, shared.ascii)) };
    let set = if shared.ascii { ASCII } else { border::PLAIN };
    let heading = border.patch(shared.style(Role::Heading));
    let block = Block::bordered().border_set(set).style(inside).border_style(inside.patch(border));
    let block = block.title(Line::styled(title, inside.patch(heading)));
    let inner = block.inner(area);
    block.render(area, buffer);
    inner
}

/// What the line at the top and the one at the foot leave of the window.
pub fn body(area: Rect) -> Rect {
    Rect { y: area.y + 1, height: area.height.saturating_sub(2), ..area }
}

/// A box of that size in the middle, or as much of it as there is room for.
pub fn middle(area: Rect, columns: u16, rows: u16) -> Rect {
    let (columns, rows) = (columns.min(area.width), rows.min(area.height));
    Rect::new(area.x + (area.width - columns) / 2, area.y + (area.height - rows) / 2, columns, rows)
}

/// Writes text from outside: escaped, and cut to the room there is. Gives the columns that it took.
pub fn put(buffer: &mut Buffer, x: u16, y: u16, text: &str, room: u16, style: Style, shared: &Shared) -> u16 {
    if !buffer.area.contains((x, y).into()) {
        return 0;
    }
    let text = escaped(text);
    let text = clipped(&text, room.into(), shared.ascii);
    buffer.set_stringn(x, y, &text, room.into(), style);
    u16::try_from(width(&text)).unwrap_or(room)
}

/// Where a list of `len` rows begins, so that `at` is seen in `height` rows, and as near as can be to where it began.
pub fn scrolled(from: usize, at: usize, len: usize, height: usize) -> usize {
    let least = (at + 1).saturating_sub(height);
    from.clamp(least, at.max(least)).min(len.saturating_sub(height))
}

/// Draws a bar at the right edge of `area` that tells which part of a longer list is seen.
pub fn scroll_bar(buffer: &mut Buffer, area: Rect, from: usize, len: usize, shared: &Shared) {
    let height = usize::from(area.height);
    if len <= height || height < 2 || area.width == 0 {
        return;
    }
    let size = (height * height / len).max(1);
    let room = height - size;
    let first = (from * room).div_ceil((len - height).max(1)).min(room);
    for row in first..first + size {
        let y = area.y + u16::try_from(row).unwrap_or_default();
        let sign = if shared.ascii { "#" } else { "┃" };
        buffer.set_string(area.right() - 1, y, sign, shared.style(Role::Focus));
    }
}

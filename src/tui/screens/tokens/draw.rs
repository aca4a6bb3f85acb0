//! Draws the groups and the table.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::areas::{Areas, areas};
use super::{Pane, Tokens, details};
use crate::token::Token;
use crate::token::column::{self, Lens};
use crate::token::status::Status;
use crate::tui::frame::button_of;
use crate::tui::keymap::{Action, Context};
use crate::tui::model::Shared;
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::pane::{closing, pane, put, scroll_bar};

/// How a status looks.
pub fn role_of(status: Status) -> Role {
    match status {
        Status::Dead | Status::Expired => Role::Bad,
        Status::Expiring => Role::Soon,
        Status::Owed => Role::Owed,
        Status::Unknown => Role::Unknown,
        Status::Alive => Role::Good,
    }
}

/// A line among the groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GroupLine {
    /// A heading.
    Under(&'static str),
    /// A group, by its number.
    Group(usize),
}

/// The lines of the groups, with headings between them.
pub fn group_lines(shared: &Shared) -> Vec<GroupLine> {
    let groups = shared.list.groups().iter().enumerate();
    let lines = groups.map(|(at, group)| (group.under.map(GroupLine::Under), GroupLine::Group(at)));
    lines.flat_map(|(under, group)| under.into_iter().chain([group])).collect()
}

/// Draws the screen.
pub fn draw(tokens: &Tokens, frame: &mut Frame, area: Rect, shared: &Shared) {
    let places = areas(tokens, area, shared);
    if let Some(area) = places.groups {
        groups(tokens, frame.buffer_mut(), area, shared);
    }
    if let Some(area) = places.table {
        table(tokens, frame, area, &places, shared);
    }
    if let Some(area) = places.details {
        details::draw(frame.buffer_mut(), area, tokens.from_line, tokens.focus == Pane::Details, shared);
    }
    if let Some(over) = places.over {
        closing(frame.buffer_mut(), over, shared);
    }
}

fn groups(tokens: &Tokens, buffer: &mut Buffer, area: Rect, shared: &Shared) {
    let focused = tokens.focus == Pane::Groups;
    let inner = pane(buffer, area, "Groups", focused, shared);
    let lines = group_lines(shared);
    for (y, line) in (inner.y..inner.bottom()).zip(lines.iter().skip(tokens.from_group)) {
        match line {
            GroupLine::Under(title) => {
                let rule = if shared.ascii { "-" } else { "─" };
                put(buffer, inner.x, y, &format!("{rule} {title}"), inner.width, shared.style(Role::Quiet), shared);
            }
            GroupLine::Group(at) => {
                let Some(group) = shared.list.groups().get(*at) else { continue };
                let mut style = shared.style(Role::Text);
                if *at == shared.list.group() {
                    style = style.patch(shared.style(if focused { Role::Selected } else { Role::Unfocused }));
                    buffer.set_style(Rect { y, height: 1, ..inner }, style);
                }
                let count = group.count.to_string();
                let wide = u16::try_from(count.len()).unwrap_or_default();
                let room = inner.width.saturating_sub(wide + 1);
                put(buffer, inner.x, y, &group.title, room, style, shared);
                put(buffer, inner.right().saturating_sub(wide), y, &count, wide, style, shared);
            }
        }
    }
    scroll_bar(buffer, Rect { width: area.width, ..inner }, tokens.from_group, lines.len(), shared);
}

fn table(tokens: &Tokens, frame: &mut Frame, area: Rect, places: &Areas, shared: &Shared) {
    let list = &shared.list;
    let focused = tokens.focus == Pane::Table;
    let of = list.groups().first().map_or(0, |all| all.count);
    let group = list.groups().get(list.group()).filter(|_| list.group() > 0);
    let group = group.map(|group| format!(" · {}", group.title)).unwrap_or_default();
    let group = if shared.ascii { group.replace('·', "-") } else { group };
    let title =
        if list.len() == of { format!("Tokens {of}{group}") } else { format!("Tokens {} of {of}{group}", list.len()) };
    pane(frame.buffer_mut(), area, &title, focused, shared);
    if let Some(line) = places.filter {
        draw_filter(tokens.filter.as_ref(), frame, line, shared);
    }
    let buffer = frame.buffer_mut();
    headings(buffer, places, shared);
    if list.is_empty() {
        return empty(buffer, places.rows, shared);
    }
    let rules = shared.rules();
    let lens = shared.lens(&rules);
    let rows = places.rows;
    for (y, at) in (rows.y..rows.bottom()).zip(tokens.from_row..) {
        let Some(token) = list.row(at) else { break };
        row(buffer, places, y, (token, at == list.at()), focused, &lens, shared);
    }
    let edge = Rect { width: (area.right() - rows.x).min(rows.width + 1), ..rows };
    scroll_bar(buffer, edge, tokens.from_row, list.len(), shared);
}

/// Draws the filter: what holds, or what is being typed with what is wrong with it.
pub fn draw_filter(typed: Option<&Field>, frame: &mut Frame, line: Rect, shared: &Shared) {
    let list = &shared.list;
    let wide = put(frame.buffer_mut(), line.x, line.y, "/ ", line.width, shared.style(Role::Key), shared);
    let bad = list.bad().map(|why| format!(" {why}")).unwrap_or_default();
    let room = line.width.saturating_sub(wide);
    let field = Rect { x: line.x + wide, width: room, ..line };
    match typed {
        Some(filter) => {
            let half = Rect { width: if bad.is_empty() { room } else { room / 2 }, ..field };
            filter.draw(frame, half, true, shared);
            let style = shared.style(Role::Bad);
            put(frame.buffer_mut(), half.right(), line.y, &bad, room - half.width, style, shared);
        }
        None => {
            put(frame.buffer_mut(), field.x, line.y, list.filter(), room, shared.style(Role::Text), shared);
        }
    }
}

fn headings(buffer: &mut Buffer, places: &Areas, shared: &Shared) {
    let (order, backwards) = shared.list.order();
    for (column, x, wide) in &places.columns {
        let arrow = match (order.name == column.name, backwards, shared.ascii) {
            (false, ..) => "",
            (true, false, false) => "▲",
            (true, true, false) => "▼",
            (true, false, true) => "^",
            (true, true, true) => "v",
        };
        let heading = heading(column.heading);
        let text = if heading.is_empty() { arrow.to_owned() } else { format!("{heading} {arrow}") };
        put(buffer, *x, places.headings.y, text.trim_end(), *wide, shared.style(Role::Heading), shared);
    }
}

/// The headings of lists are in capitals, so that they stand out without colours.
fn heading(capitals: &str) -> String {
    let mut chars = capitals.chars();
    chars.next().into_iter().chain(chars.flat_map(char::to_lowercase)).collect()
}

/// The row in which it is said that there is nothing.
pub fn said_at(rows: Rect) -> u16 {
    rows.y + 1
}

fn empty(buffer: &mut Buffer, rows: Rect, shared: &Shared) {
    let all = shared.list.groups().first().map_or(0, |all| all.count);
    let text = match (all, shared.list.filter().is_empty()) {
        (0, _) => {
            let keys = button_of(shared, &[Context::Token], Action::Add);
            format!("The vault is empty. {keys} adds its first token.")
        }
        (_, true) => "No token is in this group.".to_owned(),
        (_, false) => "No token fits. Esc takes the filter away.".to_owned(),
    };
    put(buffer, rows.x + 2, said_at(rows), &text, rows.width.saturating_sub(2), shared.style(Role::Quiet), shared);
}

fn row(
    buffer: &mut Buffer,
    places: &Areas,
    y: u16,
    (token, selected): (&Token, bool),
    focused: bool,
    lens: &Lens,
    shared: &Shared,
) {
    let mut base = shared.style(Role::Text);
    if selected {
        base = base.patch(shared.style(if focused { Role::Selected } else { Role::Unfocused }));
        buffer.set_style(Rect { y, height: 1, ..places.rows }, base);
    }
    let marked = shared.list.marks().contains(&token.id);
    // Whoever sees no colour still sees where they are, and what is marked.
    let sign = match (marked, selected) {
        (true, _) => "+",
        (false, true) => ">",
        (false, false) => "",
    };
    let style = base.patch(shared.style(if marked { Role::Marked } else { Role::Key }));
    put(buffer, places.rows.x, y, sign, 2, style, shared);
    let with_service = places.columns.iter().any(|(column, ..)| column.name == "service");
    let standing = match column::discarded(token) {
        Some(_) => Role::Quiet,
        None => role_of(token.status(lens.rules, lens.now)),
    };
    for (column, x, wide) in &places.columns {
        // Where there is no room for the service beside it, the name is the whole path.
        let text =
            if column.name == "name" && !with_service { token.path().into() } else { (column.cell)(token, lens) };
        let role = match column.name {
            "sign" | "status" | "expires" => standing,
            "tags" => Role::Tag,
            _ => Role::Text,
        };
        let style = if role == Role::Text { base } else { coloured(base, shared, role, selected) };
        put(buffer, *x, y, &text, *wide, style, shared);
    }
}

/// The colour of a role on what the line stands on.
fn coloured(base: ratatui::style::Style, shared: &Shared, role: Role, selected: bool) -> ratatui::style::Style {
    let mut style = shared.style(role);
    if selected {
        // What is behind the selection decides what can be read on it.
        (style.fg, style.bg) = (base.fg.or(style.fg), base.bg);
    }
    base.patch(style)
}

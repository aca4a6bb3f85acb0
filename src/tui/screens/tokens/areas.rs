//! What stands where among the tokens: for who draws, and for who clicks.

use ratatui::layout::Rect;

use super::Tokens;
use crate::token::column::Column;
use crate::tui::model::Shared;

/// From how many columns on all three panes stand beside each other.
pub const THREE: u16 = 120;
/// From how many columns on the groups stand beside the table without being called.
pub const TWO: u16 = 90;
/// The columns of the groups and of the details, unless their border was dragged: with 120, the table has its scopes, and a month
/// of uses has its bars.
pub const WIDTHS: (u16, u16) = (20, 34);
/// The least that a pane keeps when its border is dragged.
const LEAST: u16 = 14;
/// The least that the table keeps.
const TABLE_LEAST: u16 = 40;

/// The places.
#[derive(Default)]
pub struct Areas {
    /// The groups, with their border.
    pub groups: Option<Rect>,
    /// The table, with its border.
    pub table: Option<Rect>,
    /// The details, with their border.
    pub details: Option<Rect>,
    /// Which of these two stands over the table.
    pub over: Option<Rect>,
    /// Where the filter is typed.
    pub filter: Option<Rect>,
    /// The headings of the table.
    pub headings: Rect,
    /// The rows of the table.
    pub rows: Rect,
    /// The columns of the table: each with where it begins and how wide it is.
    pub columns: Vec<(&'static Column, u16, u16)>,
}

/// How the panes share the room.
pub fn areas(tokens: &Tokens, area: Rect, shared: &Shared) -> Areas {
    let wide = area.width >= THREE;
    let (groups_wide, details_wide) = widths(tokens, area);
    let groups_beside = tokens.groups.unwrap_or(area.width >= TWO) && area.width >= groups_wide + TABLE_LEAST;
    let details_beside = wide && tokens.details.unwrap_or(true);
    let mut places = Areas::default();
    let mut left = area;
    if groups_beside {
        places.groups = Some(Rect { width: groups_wide, ..left });
        left.x += groups_wide;
        left.width -= groups_wide;
    } else if tokens.groups == Some(true) {
        // Folded away, they open over the table.
        places.groups = Some(area);
        places.over = places.groups;
        return places;
    }
    if details_beside {
        left.width -= details_wide;
        places.details = Some(Rect { x: left.right(), width: details_wide, ..left });
    } else if !wide && tokens.details == Some(true) {
        (places.details, places.over) = (Some(left), Some(left));
        return places;
    }
    places.table = Some(left);
    let mut inner = inside(left);
    if tokens.filter.is_some() || !shared.list.filter().is_empty() {
        places.filter = Some(Rect { height: 1.min(inner.height), ..inner });
        inner.y += 1;
        inner.height = inner.height.saturating_sub(1);
    }
    places.headings = Rect { height: 1.min(inner.height), ..inner };
    places.rows = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    places.columns = columns(shared, inner);
    places
}

/// The columns of both side panes, as they were dragged, and so that the table keeps its least.
fn widths(tokens: &Tokens, area: Rect) -> (u16, u16) {
    let (groups, details) = (tokens.widths.0.max(LEAST), tokens.widths.1.max(LEAST));
    let most = area.width.saturating_sub(TABLE_LEAST).max(LEAST);
    let groups = groups.min(most.saturating_sub(if area.width >= THREE { LEAST } else { 0 }).max(LEAST));
    (groups.min(area.width), details.min(most.saturating_sub(groups).max(LEAST)))
}

/// What is inside a border.
pub fn inside(area: Rect) -> Rect {
    Rect::new(area.x + 1, area.y + 1, area.width.saturating_sub(2), area.height.saturating_sub(2))
}

/// How important a column is where there is no room for all, and how wide it is at least and at most.
fn wishes(column: &Column) -> (u8, u16, u16) {
    match column.name {
        "sign" => (0, 1, 1),
        "name" => (1, 14, 60),
        "expires" => (2, 13, 14),
        "status" => (3, 8, 8),
        "service" => (4, 9, 18),
        "account" => (5, 9, 30),
        "scopes" => (6, 10, 30),
        "used" | "verified" => (7, 14, 14),
        "id" => (8, 8, 8),
        _ => (7, 11, 24),
    }
}

/// The columns that there is room for, the least important left out. A mark stands before them.
fn columns(shared: &Shared, inner: Rect) -> Vec<(&'static Column, u16, u16)> {
    const MARK: u16 = 2;
    let room = inner.width.saturating_sub(MARK);
    let mut chosen: Vec<&'static Column> = shared.columns().collect();
    let needs = |all: &[&'static Column]| all.iter().map(|column| wishes(column).1 + 1).sum::<u16>();
    while needs(&chosen) > room + 1 && chosen.len() > 1 {
        let least = chosen.iter().enumerate().max_by_key(|(_, column)| wishes(column).0).map(|(at, _)| at);
        chosen.remove(least.unwrap_or_default());
    }
    let mut widths: Vec<u16> = chosen.iter().map(|column| wishes(column).1).collect();
    let mut spare = (room + 1).saturating_sub(needs(&chosen));
    // What is left goes where it is wanted, a column at a time.
    while spare > 0 {
        let before = spare;
        for (column, width) in chosen.iter().zip(&mut widths) {
            if spare > 0 && *width < wishes(column).2 {
                *width += 1;
                spare -= 1;
            }
        }
        if spare == before {
            break;
        }
    }
    let mut x = inner.x + MARK;
    let mut placed = vec![];
    for (column, width) in chosen.into_iter().zip(widths) {
        placed.push((column, x, width.min(inner.right().saturating_sub(x))));
        x += width + 1;
    }
    placed
}

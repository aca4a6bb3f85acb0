//! What the mouse does among the tokens.

use ratatui::layout::{Position, Rect};

use super::areas::{Areas, areas, inside};
use super::draw::{GroupLine, group_lines};
use super::{Pane, Tokens};
use crate::tui::keymap::Action;
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::screens::Screen;
use crate::tui::screens::pick::Pick;

/// Takes what the mouse did.
pub fn mouse(tokens: &mut Tokens, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
    match pointer {
        Pointer::Drag(at) => {
            drag(tokens, at, area);
            return vec![];
        }
        Pointer::Release(_) => {
            tokens.dragged = None;
            return vec![];
        }
        _ => {}
    }
    let places = areas(tokens, area, shared);
    let at = pointer.at();
    if let (Some(pane), Pointer::Click(_)) = (border(&places, at), pointer) {
        tokens.dragged = Some(pane);
        return vec![];
    }
    if let (true, Pointer::Click(_)) = (closes(&places, at), pointer) {
        tokens.uncover();
        return vec![];
    }
    let within = |place: Option<Rect>| place.filter(|place| place.contains(at));
    if let Some(place) = within(places.groups) {
        tokens.focus = Pane::Groups;
        let todo = in_groups(tokens, pointer, inside(place), shared);
        // Who chose one wants to see what is in it.
        if places.table.is_none() && matches!(pointer, Pointer::Click(_)) {
            tokens.uncover();
        }
        return todo;
    } else if within(places.details).is_some() {
        tokens.focus = Pane::Details;
        if let Pointer::Wheel(_, by) = pointer {
            tokens.step(by, shared);
        }
    } else if within(places.filter).is_some() && matches!(pointer, Pointer::Click(_)) {
        return vec![Do::Act(Action::Filter)];
    } else if places.headings.contains(at) && matches!(pointer, Pointer::Click(_) | Pointer::DoubleClick(_)) {
        let clicked = places.columns.iter().rev().find(|(_, x, _)| *x <= at.x);
        if let Some((column, ..)) = clicked {
            let rules = shared.rules();
            shared.list.sort(column, &rules, &shared.at.now);
        }
    } else if places.rows.contains(at) {
        tokens.focus = Pane::Table;
        return in_rows(tokens, pointer, places.rows, shared);
    }
    vec![]
}

/// Whether a click there closes what stands over the table: on its first line, and beside it.
fn closes(places: &Areas, at: Position) -> bool {
    let beside = places.groups.is_some_and(|groups| groups.contains(at));
    places.over.is_some_and(|over| if over.contains(at) { at.y == over.y } else { !beside })
}

/// The pane whose border stands there: the groups' on their right, the details' on their left.
fn border(places: &Areas, at: Position) -> Option<Pane> {
    places.table?;
    let groups = places.groups.filter(|area| at.x + 1 == area.right() && area.contains(at));
    let details = places.details.filter(|area| at.x == area.x && area.contains(at));
    groups.map(|_| Pane::Groups).or(details.map(|_| Pane::Details))
}

fn drag(tokens: &mut Tokens, at: Position, area: Rect) {
    match tokens.dragged {
        Some(Pane::Groups) => tokens.widths.0 = (at.x + 1).saturating_sub(area.x),
        Some(Pane::Details) => tokens.widths.1 = area.right().saturating_sub(at.x),
        _ => {}
    }
}

fn in_groups(tokens: &mut Tokens, pointer: Pointer, inner: Rect, shared: &mut Shared) -> Vec<Do> {
    let lines = group_lines(shared);
    match pointer {
        Pointer::Wheel(_, by) => tokens.step(by, shared),
        Pointer::Click(at) | Pointer::Menu(at) if inner.contains(at) => {
            let line = tokens.from_group + usize::from(at.y - inner.y);
            let Some(GroupLine::Group(group)) = lines.get(line) else { return vec![] };
            let rules = shared.rules();
            shared.list.set_group(*group, &rules, &shared.at.now);
            // What was saved is renamed and removed.
            if matches!(pointer, Pointer::Menu(_)) && shared.list.own_group().is_some() {
                return vec![Do::Open(Screen::Pick(Pick::group(at, tokens, shared)))];
            }
        }
        _ => {}
    }
    vec![]
}

fn in_rows(tokens: &mut Tokens, pointer: Pointer, rows: Rect, shared: &mut Shared) -> Vec<Do> {
    let row = tokens.from_row + usize::from(pointer.at().y - rows.y);
    let is_there = row < shared.list.len();
    match pointer {
        Pointer::Wheel(_, by) => shared.list.step(by),
        Pointer::Click(_) if is_there => {
            // Who chooses one has typed enough.
            tokens.filter = None;
            shared.list.select(row);
        }
        // What is said of nothing says what to do about it.
        Pointer::Click(at) if shared.list.is_empty() && at.y == super::draw::said_at(rows) => {
            let none = shared.list.groups().first().is_none_or(|all| all.count == 0);
            return vec![Do::Act(if none { Action::Add } else { Action::ClearFilter })];
        }
        Pointer::Menu(at) if is_there => {
            tokens.filter = None;
            shared.list.select(row);
            return vec![Do::Open(Screen::Pick(Pick::token(Some(at), tokens, shared)))];
        }
        Pointer::DoubleClick(_) if is_there => {
            shared.list.select(row);
            tokens.filter = None;
            return vec![Do::Act(Action::Copy)];
        }
        _ => {}
    }
    vec![]
}

//! What of a form stands where.

use ratatui::layout::{Position, Rect};

use super::part::Room;
use super::{Form, Slot};
use crate::text::{escaped, width, wrapped};
use crate::tui::theme::Role;
use crate::tui::widgets::pane::body;

/// From how many columns on labels stand beside their fields.
const BESIDE: u16 = 56;
/// The columns of labels beside fields.
const LABEL: u16 = 15;
/// The most lines of what is said beside a field.
const SAID_MAX: usize = 3;

/// Where a field stands, counted in rows of the whole form.
#[derive(Debug, Clone, Copy, Default)]
pub struct Place {
    /// Its label.
    pub label: Rect,
    /// Where something is typed.
    pub value: Rect,
    /// What is said of it.
    pub said: Rect,
}

/// Where everything stands.
#[derive(Debug, Default)]
pub struct Layout {
    /// Where fields are seen.
    pub body: Rect,
    /// The fields, in rows of the whole form, of which `from` is the first that is seen.
    pub slots: Vec<Place>,
    /// The first row that is seen.
    pub from: u16,
    /// How many rows there are.
    pub rows: u16,
    /// The buttons.
    pub buttons: Vec<Rect>,
    /// What is open under the field that has the cursor, with its border.
    pub list: Option<Rect>,
}

/// What is said of a field: what is wrong, else what may stand there, while the cursor is there.
pub fn said<K>(slot: &Slot<K>, focused: bool, columns: u16) -> Vec<(Role, String)> {
    let hint = || (focused && !slot.hint.is_empty()).then(|| (Role::Quiet, slot.hint.clone()));
    let Some((role, text)) = slot.said.clone().or_else(hint) else { return vec![] };
    let lines = wrapped(&escaped(&text), columns.into());
    lines.lines().take(SAID_MAX).map(|line| (role, line.to_owned())).collect()
}

/// Where everything stands in `area`.
pub fn layout<K: Clone + PartialEq>(form: &Form<K>, area: Rect) -> Layout {
    let buttons = form.button_rows(area.width).min(area.height);
    let gap = if area.height >= 16 { buttons.min(1) } else { 0 };
    let body = Rect { height: area.height.saturating_sub(buttons + gap), ..area };
    let beside = area.width >= BESIDE;
    let indent = if beside { LABEL } else { 0 };
    // The last column is the scroll bar's.
    let columns = area.width.saturating_sub(indent + 1);
    let mut y = 0_u16;
    let mut slots = vec![];
    for (at, slot) in form.slots.iter().enumerate() {
        let label = Rect { x: area.x, y, width: if beside { LABEL - 1 } else { columns }, height: 1 };
        let top = if beside { y } else { y + 1 };
        let value = Rect { x: area.x + indent, y: top, width: columns, height: slot.entry.it().rows(columns) };
        let lines = u16::try_from(said(slot, at == form.at, columns).len()).unwrap_or_default();
        let said = Rect { y: value.bottom(), height: lines, ..value };
        y = said.bottom();
        slots.push(Place { label, value, said });
    }
    let mut places = Layout { body, slots, from: form.from, rows: y, buttons: vec![], list: None };
    let line = Rect { y: area.bottom().saturating_sub(buttons), height: buttons, ..area };
    places.buttons = button_places(form, line).into_iter().map(|place| place.intersection(area)).collect();
    let wish = form.slots.get(form.at).and_then(|slot| slot.entry.it().list());
    places.list = wish.zip(places.slots.get(form.at)).map(|(wish, slot)| list_place(&places, slot, wish, form.window));
    places
}

fn button_places<K>(form: &Form<K>, line: Rect) -> Vec<Rect> {
    let (mut x, mut y) = (line.x, line.y);
    let mut all = vec![];
    for (_, title) in &form.buttons {
        let wide = u16::try_from(width(title) + 4).unwrap_or(u16::MAX);
        if x > line.x && x.saturating_add(wide) > line.right() {
            (x, y) = (line.x, y.saturating_add(1));
        }
        all.push(Rect { x, y, width: wide, height: 1 });
        x = x.saturating_add(wide + 1);
    }
    all
}

impl<K> Form<K> {
    /// How many rows its buttons take in so many columns.
    pub fn button_rows(&self, columns: u16) -> u16 {
        let line = Rect { x: 0, y: 0, width: columns, height: 1 };
        button_places(self, line).last().map_or(0, |last| last.bottom())
    }
}

/// Under the field, or over it where there is more room. The line at the top and the one at the foot stay as they are, if that is
/// room enough.
fn list_place(places: &Layout, slot: &Place, room: Room, window: Rect) -> Rect {
    let area = body(window);
    let first = places.body.y.saturating_add(slot.value.y.saturating_sub(places.from));
    let last =
        places.body.y.saturating_add(slot.value.bottom().saturating_sub(places.from)).clamp(area.y, area.bottom());
    let first = first.clamp(area.y, area.bottom());
    let (above, below) = (first - area.y, area.bottom() - last);
    let (wanted, least) = (room.rows.saturating_add(2), room.least.saturating_add(2));
    let wide = room.columns.saturating_add(2).min(area.right().saturating_sub(slot.value.x).max(area.width.min(24)));
    let x = slot.value.x.min(area.right().saturating_sub(wide));
    if below >= wanted || (below >= above && below >= least) {
        Rect { x, y: last, width: wide, height: wanted.min(below) }
    } else if above < least {
        // No room on either side: over the field itself.
        let height = wanted.min(window.height);
        let area = if wanted > area.height { window } else { area };
        Rect { x, y: area.bottom() - height, width: wide, height }
    } else {
        let height = wanted.min(above);
        Rect { x, y: first - height, width: wide, height }
    }
}

/// What is inside a border.
pub fn inside(area: Rect) -> Rect {
    Rect::new(area.x + 1, area.y + 1, area.width.saturating_sub(2), area.height.saturating_sub(2))
}

impl Layout {
    /// Where a place among the rows is on the screen, as far as it is seen.
    pub fn seen(&self, place: Rect) -> Option<Rect> {
        let first = place.y.max(self.from);
        let last = place.bottom().min(self.from + self.body.height);
        (first < last).then(|| Rect { y: self.body.y + (first - self.from), height: last - first, ..place })
    }

    /// The field that stands at a place on the screen.
    pub fn clicked(&self, at: Position) -> Option<usize> {
        if !self.body.contains(at) {
            return None;
        }
        let row = at.y - self.body.y + self.from;
        self.slots.iter().position(|slot| (slot.label.y..slot.said.bottom()).contains(&row))
    }

    /// The last row that may be the first one seen.
    pub fn last_from(&self) -> u16 {
        self.rows.saturating_sub(self.body.height)
    }

    /// The first row so that a field is seen, as near as can be to where it is now. Behind the fields is the end.
    pub fn first_for(&self, at: usize) -> u16 {
        let Some(slot) = self.slots.get(at) else { return self.last_from() };
        let least = slot.said.bottom().saturating_sub(self.body.height);
        self.from.max(least).min(slot.label.y)
    }
}

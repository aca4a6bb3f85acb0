//! Draws a form.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use super::layout::{layout, said};
use super::{Form, Slot, layout};
use crate::tui::model::Shared;
use crate::tui::theme::Role;
use crate::tui::widgets::pane::{dialog, put, scroll_bar};

impl<K: Clone + PartialEq> Form<K> {
    /// Draws it in `area`.
    pub fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let places = layout(self, area);
        for (at, (slot, place)) in self.slots.iter().zip(&places.slots).enumerate() {
            let focused = at == self.at;
            if let Some(label) = places.seen(place.label) {
                let role = if focused { Role::Heading } else { Role::Quiet };
                put(frame.buffer_mut(), label.x, label.y, &slot.label, label.width, shared.style(role), shared);
            }
            // A field that is seen in part is drawn from its top, which is where its cursor is.
            if let Some(value) = places.seen(place.value) {
                slot.entry.it().draw(frame, value, focused, shared);
            }
            write_said(frame, &places, slot, place.said, focused, shared);
        }
        scroll_bar(frame.buffer_mut(), places.body, places.from.into(), places.rows.into(), shared);
        for (at, ((_, title), place)) in self.buttons.iter().zip(&places.buttons).enumerate() {
            let focused = at + self.slots.len() == self.at;
            let role = if focused { Role::Selected } else { Role::Key };
            let text = format!("[ {title} ]");
            put(frame.buffer_mut(), place.x, place.y, &text, place.width, shared.style(role), shared);
        }
        if let (Some(list), Some(slot)) = (places.list, self.slots.get(self.at)) {
            Clear.render(list, frame.buffer_mut());
            let inner = dialog(frame.buffer_mut(), list, "", shared);
            slot.entry.it().draw_list(frame, inner, shared);
        }
    }
}

fn write_said<K>(
    frame: &mut Frame,
    places: &layout::Layout,
    slot: &Slot<K>,
    place: Rect,
    focused: bool,
    shared: &Shared,
) {
    for (row, (role, line)) in (place.y..).zip(said(slot, focused, place.width)) {
        if let Some(seen) = places.seen(Rect { y: row, height: 1, ..place }) {
            let style = shared.style(role);
            frame.buffer_mut().set_stringn(seen.x, seen.y, &line, seen.width.into(), style);
        }
    }
}

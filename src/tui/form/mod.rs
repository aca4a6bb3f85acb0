//! A form: fields with labels, what is wrong with each beside it, and buttons. One layout tells what stands where, to whoever
//! draws and to whoever clicks.

mod choice;
mod day;
mod draw;
mod drop;
mod layout;
mod many;
mod note;
mod part;
mod tick;

use crossterm::event::{KeyCode, KeyEvent};
use ratatui::layout::Rect;

pub use choice::Choice;
pub use day::Day;
pub use drop::{Offer, risk_sign};
pub use many::Many;
pub use note::Note;
pub use part::{Entry, Part, Took};
pub use tick::Tick;

use super::keymap::{self, Action};
use super::pointer::Pointer;
use super::theme::Role;
use crate::secret::Secret;
use crate::token::now::Now;

/// A field with its label, and what is said beside it.
#[derive(Debug)]
pub struct Slot<K> {
    /// What it is for.
    pub key: K,
    /// What it is called.
    pub label: String,
    /// What may stand there, in a phrase, shown while the cursor is there. Not escaped.
    pub hint: String,
    /// What is said of it, and how that looks. Not escaped.
    pub said: Option<(Role, String)>,
    /// Where something is typed.
    pub entry: Entry,
}

/// A form. `K` tells its fields and buttons apart.
#[derive(Debug)]
pub struct Form<K> {
    slots: Vec<Slot<K>>,
    buttons: Vec<(K, &'static str)>,
    /// The field that has the cursor; behind the fields, the buttons.
    at: usize,
    /// The first row that is seen.
    from: u16,
    /// The rows are moved so that the cursor is seen: not while somebody turns the wheel.
    follows: bool,
    /// It was just chosen from the list of the field that has the cursor.
    chosen: bool,
    /// The window: what opens under a field may reach beyond the form.
    window: Rect,
}

/// What came of something that a form was given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Came<K> {
    /// It has no use for it.
    Nothing,
    /// It looks different.
    Moved,
    /// A field says something else.
    Changed(K),
    /// The cursor went elsewhere from that field; whether that says something else since.
    Left(K, bool),
    /// A button was pressed.
    Pressed(K),
}

impl<K: Clone + PartialEq> Form<K> {
    /// Fields from the top, and buttons from the left.
    pub fn of(slots: Vec<Slot<K>>, buttons: Vec<(K, &'static str)>) -> Self {
        Self { slots, buttons, at: 0, from: 0, follows: true, chosen: false, window: Rect::default() }
    }

    /// The buttons.
    pub fn buttons(&self) -> &[(K, &'static str)] {
        &self.buttons
    }

    /// The fields.
    pub fn slots(&self) -> &[Slot<K>] {
        &self.slots
    }

    /// The field for that.
    pub fn slot(&self, key: &K) -> Option<&Slot<K>> {
        self.slots.iter().find(|slot| slot.key == *key)
    }

    /// The same, to be changed.
    pub fn slot_mut(&mut self, key: &K) -> Option<&mut Slot<K>> {
        self.slots.iter_mut().find(|slot| slot.key == *key)
    }

    /// What stands in a field as text; nothing where there is no such field.
    pub fn text(&self, key: &K) -> String {
        self.slot(key).map(|slot| slot.entry.text()).unwrap_or_default()
    }

    /// Says something beside a field, or nothing any more.
    pub fn say(&mut self, key: &K, said: Option<(Role, String)>) {
        if let Some(slot) = self.slot_mut(key) {
            slot.said = said;
        }
    }

    /// The first field beside which it is said that something is wrong.
    pub fn wrong(&self) -> Option<&K> {
        let wrong = |slot: &&Slot<K>| matches!(slot.said, Some((Role::Bad, _)));
        self.slots.iter().find(wrong).map(|slot| &slot.key)
    }

    /// The field or button that has the cursor.
    pub fn focus(&self) -> Option<&K> {
        let slot = self.slots.get(self.at).map(|slot| &slot.key);
        slot.or_else(|| self.buttons.get(self.at - self.slots.len()).map(|(key, _)| key))
    }

    /// Puts the cursor into a field.
    pub fn go_to(&mut self, key: &K) {
        if let Some(at) = self.slots.iter().position(|slot| slot.key == *key) {
            self.at = at;
            self.follows = true;
        }
    }

    /// Puts the cursor on a button.
    pub fn press(&mut self, key: &K) {
        if let Some(at) = self.buttons.iter().position(|(button, _)| button == key) {
            self.at = self.slots.len() + at;
        }
    }

    /// Puts other fields in the place of some, behind the field for `after`. The cursor stays on its field.
    pub fn replace(&mut self, after: &K, gone: impl Fn(&K) -> bool, new: Vec<Slot<K>>) {
        let focus = self.focus().cloned();
        let pressed = self.at.checked_sub(self.slots.len());
        self.slots.retain(|slot| !gone(&slot.key));
        let behind = self.slots.iter().position(|slot| slot.key == *after).map_or(self.slots.len(), |at| at + 1);
        self.slots.splice(behind..behind, new);
        let place = self.slots.iter().position(|slot| Some(&slot.key) == focus.as_ref());
        self.at = match (place, pressed) {
            (Some(at), _) => at,
            (None, Some(button)) => self.slots.len() + button,
            (None, None) => behind.saturating_sub(1),
        };
    }

    /// What the foot says of an action where the cursor is.
    pub fn word(&self, entry: &keymap::Entry) -> Option<&'static str> {
        let part = self.slots.get(self.at).map(|slot| &slot.entry);
        let opens = part.is_some_and(|part| part.it().opens());
        match (entry.action, part) {
            (Action::PageDown, _) => opens.then_some(entry.short),
            (Action::Accept, None) => Some("press"),
            (Action::Accept, Some(Entry::Note(_))) => Some("new line"),
            (Action::Accept, Some(Entry::Tick(tick))) => Some(if tick.runs { "run" } else { "tick" }),
            // Else it goes to the next field, and that is said already.
            (Action::Accept, _) => (opens && !self.chosen).then_some(entry.short),
            _ => Some(entry.short),
        }
    }

    /// Where characters are text: not on a button.
    pub fn takes_text(&self) -> bool {
        self.at < self.slots.len()
    }

    /// Takes a key that means nothing by the table.
    pub fn key(&mut self, event: KeyEvent, now: &Now) -> Came<K> {
        (self.follows, self.chosen) = (true, false);
        let Some(slot) = self.slots.get_mut(self.at) else {
            return match event.code {
                KeyCode::Left => self.step(false),
                KeyCode::Right => self.step(true),
                _ => Came::Nothing,
            };
        };
        let took = slot.entry.it_mut().key(event, now);
        came(slot.key.clone(), took)
    }

    /// Takes what was pasted.
    pub fn paste(&mut self, pasted: &Secret, now: &Now) -> Came<K> {
        let Some(slot) = self.slots.get_mut(self.at) else { return Came::Nothing };
        let took = slot.entry.it_mut().paste(pasted, now);
        came(slot.key.clone(), took)
    }

    /// Does what a key asks for.
    pub fn act(&mut self, action: Action, now: &Now) -> Came<K> {
        self.follows = true;
        let chosen = std::mem::take(&mut self.chosen);
        if let Some(slot) = self.slots.get_mut(self.at) {
            let was_open = slot.entry.it().list().is_some();
            // What was just chosen is not asked for again.
            if chosen && !was_open && action == Action::Accept {
                return self.step(true);
            }
            let took = slot.entry.it_mut().act(action, now);
            self.chosen = action == Action::Accept && was_open && slot.entry.it().list().is_none();
            if took != Took::Not {
                return came(slot.key.clone(), took);
            }
            if action == Action::Cancel {
                return if slot.entry.it_mut().close() { Came::Moved } else { Came::Nothing };
            }
        }
        match action {
            Action::NextPane | Action::Down => self.step(true),
            Action::PreviousPane | Action::Up => self.step(false),
            Action::Accept if self.takes_text() => self.step(true),
            Action::Accept => self.focus().cloned().map_or(Came::Nothing, Came::Pressed),
            _ => Came::Nothing,
        }
    }

    /// Takes what the mouse did in `area`, which is where it was drawn.
    pub fn mouse(&mut self, pointer: Pointer, area: Rect, now: &Now) -> Came<K> {
        self.chosen = false;
        let places = layout::layout(self, area);
        let at = pointer.at();
        let in_list = places.list.filter(|list| list.contains(at));
        match pointer {
            Pointer::Wheel(_, by) if in_list.is_some() => {
                self.slots.iter_mut().skip(self.at).take(1).for_each(|slot| slot.entry.it_mut().wheel(by));
                Came::Moved
            }
            Pointer::Wheel(_, by) => {
                self.from =
                    self.from.saturating_add_signed(i16::try_from(by).unwrap_or_default()).min(places.last_from());
                self.follows = false;
                Came::Moved
            }
            Pointer::Click(_) | Pointer::DoubleClick(_) => {
                if let (Some(_), Some(slot)) = (in_list, self.slots.get_mut(self.at)) {
                    let took = slot.entry.it_mut().click_list(at, layout::inside(places.list.unwrap_or_default()), now);
                    return came(slot.key.clone(), took);
                }
                self.click(&places, pointer, now)
            }
            _ => Came::Nothing,
        }
    }

    fn click(&mut self, places: &layout::Layout, pointer: Pointer, now: &Now) -> Came<K> {
        let at = pointer.at();
        if let Some(button) = places.buttons.iter().position(|area| area.contains(at)) {
            let Some((key, _)) = self.buttons.get(button) else { return Came::Nothing };
            let key = key.clone();
            self.leave();
            self.at = self.slots.len() + button;
            return Came::Pressed(key);
        }
        let Some(clicked) = places.clicked(at) else { return Came::Nothing };
        let left = if clicked == self.at { Came::Moved } else { self.leave() };
        self.at = clicked;
        let place = places.slots.get(clicked).and_then(|slot| places.seen(slot.value));
        let Some((slot, place)) = self.slots.get_mut(clicked).zip(place) else { return left };
        match slot.entry.it_mut().click(at, place, now) {
            Took::Changed => Came::Changed(slot.key.clone()),
            Took::Not | Took::Moved => left,
        }
    }

    /// The cursor goes to the next field or button, or the one before.
    fn step(&mut self, forth: bool) -> Came<K> {
        let left = self.leave();
        let count = self.slots.len() + self.buttons.len();
        self.at = (self.at + if forth { 1 } else { count.saturating_sub(1) }) % count.max(1);
        left
    }

    /// What was begun in a field is taken when the cursor leaves it.
    fn leave(&mut self) -> Came<K> {
        let Some(slot) = self.slots.get_mut(self.at) else { return Came::Moved };
        let took = slot.entry.it_mut().leave();
        Came::Left(slot.key.clone(), took == Took::Changed)
    }

    /// Takes what is being typed in the field that has the cursor, before it is saved.
    pub fn finish(&mut self) {
        let _said_beside_it = self.leave();
    }

    /// Moves the rows so that the cursor is seen.
    pub fn settle(&mut self, area: Rect, window: Rect) {
        self.window = window;
        let places = layout::layout(self, area);
        if self.follows {
            self.from = places.first_for(self.at.min(self.slots.len()));
        }
        self.from = self.from.min(places.last_from());
    }
}

fn came<K>(key: K, took: Took) -> Came<K> {
    match took {
        Took::Not => Came::Nothing,
        Took::Moved => Came::Moved,
        Took::Changed => Came::Changed(key),
    }
}

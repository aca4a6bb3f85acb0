//! What is left when the new one is there: the places where it is to be installed.

use super::knobs::Knob;
use super::{Rotate, ask};
use crate::token::consumer::Way;
use crate::tui::form::Entry;
use crate::tui::message::{Effect, Request};
use crate::tui::model::Do;
use crate::tui::screens::Screen;
use crate::tui::screens::confirm::Confirm;
use crate::tui::turn::Turn;

impl Rotate {
    /// The command of the place that has the cursor, if it has one.
    pub(super) fn command(&self) -> Option<&str> {
        let Some(Knob::Place(place)) = self.form.focus() else { return None };
        match self.plan.as_ref()?.token.consumers.get(place)? {
            Way::Run { command, .. } => Some(command),
            Way::Hand { .. } => None,
        }
    }

    /// A place was ticked, or its command is to be run.
    pub(super) fn place(&mut self, place: &str) -> Vec<Do> {
        let Some(slot) = self.form.slot_mut(&Knob::Place(place.to_owned())) else { return vec![] };
        let Entry::Tick(tick) = &mut slot.entry else { return vec![] };
        if !std::mem::take(&mut tick.run) {
            return ask(Turn::Tick { id: self.id, place: place.to_owned(), on: tick.on });
        }
        let then = Effect::Ask(Request::Turn(Box::new(Turn::Run { id: self.id, place: place.to_owned() })));
        let about = vec![tick.text.clone(), "It has the new secret, and runs as you.".to_owned()];
        vec![Do::Open(Screen::Confirm(Confirm::before(then, "Run the command of this place?", about)))]
    }
}

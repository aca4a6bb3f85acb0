//! There is no vault yet: it is made here, or the demo is looked at.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Behave, Cover};
use crate::ops::Strength;
use crate::secret::Secret;
use crate::text::{escaped, wrapped};
use crate::token::label::Label;
use crate::tui::keymap::{Action, Context, Key};
use crate::tui::message::{Effect, Reply, Request};
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::theme::Role;
use crate::tui::widgets::buttons::{self, Button};
use crate::tui::widgets::field::{Field, Hidden, NOT_ONE_LINE};
use crate::tui::widgets::pane::{dialog, middle, put};

/// What has the keyboard, from above.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Place {
    Name,
    #[default]
    Passphrase,
    Again,
    Create,
    Demo,
}

const PLACES: [Place; 5] = [Place::Name, Place::Passphrase, Place::Again, Place::Create, Place::Demo];

/// The screen.
#[derive(Debug)]
pub struct FirstRun {
    name: Field,
    passphrase: Hidden,
    again: Hidden,
    place: Place,
    strength: Option<Strength>,
    /// It is being measured, and was changed since.
    measuring: Option<bool>,
    /// The vaults' folder.
    folder: String,
    busy: bool,
    wrong: Option<String>,
}

const TYPING: &[Context] = &[Context::Field];
const SIZE: (u16, u16) = (72, 20);

impl FirstRun {
    /// A vault of that name would be made in that folder.
    pub fn new(name: &str, folder: &str) -> Self {
        Self {
            name: Field::with(name),
            passphrase: Hidden::default(),
            again: Hidden::default(),
            place: Place::default(),
            strength: None,
            measuring: None,
            folder: folder.to_owned(),
            busy: false,
            wrong: None,
        }
    }

    fn go(&mut self, by: isize) {
        let at = PLACES.iter().position(|place| *place == self.place).unwrap_or(0);
        let next = at.saturating_add_signed(by).min(PLACES.len() - 1);
        self.place = PLACES.get(next).copied().unwrap_or_default();
    }

    fn accept(&mut self) -> Vec<Do> {
        match self.place {
            _ if self.busy => vec![],
            Place::Name | Place::Passphrase => {
                self.go(1);
                vec![]
            }
            Place::Again | Place::Create => self.create(),
            Place::Demo => {
                self.busy = true;
                vec![Do::Effect(Effect::Ask(Request::Demo))]
            }
        }
    }

    fn create(&mut self) -> Vec<Do> {
        let wrong = |it: &mut Self, place, why: &str| {
            (it.place, it.wrong) = (place, Some(why.to_owned()));
            vec![]
        };
        let name = match Label::Plain.parse(self.name.text()) {
            Ok(name) => name,
            Err(error) => return wrong(self, Place::Name, &error.to_string()),
        };
        if self.passphrase.is_empty() {
            return wrong(self, Place::Passphrase, "A passphrase cannot be empty.");
        }
        if !self.passphrase.is_same(&self.again) {
            drop(self.again.take());
            return wrong(self, Place::Again, "The two are not the same.");
        }
        drop(self.again.take());
        (self.busy, self.wrong, self.strength) = (true, None, None);
        vec![Do::Effect(Effect::Ask(Request::Create(name, self.passphrase.take())))]
    }

    /// What stands in which line.
    fn places(area: Rect) -> [(Place, Rect); 5] {
        let inner = super::tokens::inside(middle(area, SIZE.0, SIZE.1));
        let last = inner.bottom().saturating_sub(1);
        let rows = rows(inner);
        // Where there is little room, buttons begin where the names of the fields do.
        let x = if inner.width < SIZE.0 - 2 { 2 } else { 18 };
        let line = |place, y: u16, x: u16, width: u16| {
            (place, Rect::new(inner.x + x, (inner.y + y).min(last), width.min(inner.width.saturating_sub(x)), 1))
        };
        [
            line(Place::Name, rows.fields, 18, 40),
            line(Place::Passphrase, rows.fields + 1, 18, 40),
            line(Place::Again, rows.fields + 2, 18, 40),
            line(Place::Create, rows.buttons, x, 20),
            line(Place::Demo, rows.buttons + 1, x, 44),
        ]
    }

    /// What keys do wherever the cursor is.
    fn buttons(area: Rect, shared: &Shared) -> Vec<Button> {
        let inner = super::tokens::inside(middle(area, SIZE.0, SIZE.1));
        let line =
            Rect::new(inner.x + 2, inner.y + rows(inner).keys, inner.width.saturating_sub(4), 1).intersection(inner);
        let wanted = [(Action::Complete, "next"), (Action::Accept, "go on"), (Action::Cancel, "leave")];
        buttons::row(&wanted, TYPING, line, shared)
    }

    /// Has it measured: one after the other, however fast somebody types.
    fn typed(&mut self) -> Vec<Do> {
        self.wrong = None;
        if self.passphrase.is_empty() {
            self.strength = None;
        } else if self.measuring.is_none() {
            self.measuring = Some(false);
            return vec![Do::Effect(Effect::Ask(Request::Measure(self.passphrase.copy())))];
        } else {
            self.measuring = Some(true);
        }
        vec![]
    }
}

/// What begins where, and ends before which row of the dialog.
struct Rows {
    heading: (u16, u16),
    fields: u16,
    said: (u16, u16),
    buttons: u16,
    told: (u16, u16),
    keys: u16,
}

/// The rows of the dialog; nothing stands between them where there is little room.
fn rows(inner: Rect) -> Rows {
    if inner.height < SIZE.1 - 2 {
        let (heading, said, told, keys) = ((0, 1), (4, 6), (8, 8), 8);
        return Rows { heading, fields: 1, said, buttons: 6, told, keys };
    }
    Rows { heading: (1, 3), fields: 3, said: (6, 8), buttons: 8, told: (11, 16), keys: 16 }
}

impl Behave for FirstRun {
    fn cover(&self) -> Cover {
        Cover::Whole
    }

    fn contexts(&self) -> &'static [Context] {
        TYPING
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn act(&mut self, action: Action, _shared: &mut Shared) -> Option<Vec<Do>> {
        match action {
            Action::Accept => return Some(self.accept()),
            Action::Down | Action::Complete => self.go(1),
            Action::Up | Action::PreviousPane => self.go(-1),
            Action::Cancel => return Some(vec![Do::Effect(Effect::Quit)]),
            _ => return None,
        }
        Some(vec![])
    }

    fn key(&mut self, event: KeyEvent, _shared: &mut Shared) -> Vec<Do> {
        if Key::of(&event).to_string() == "ctrl-c" {
            return vec![Do::Effect(Effect::Quit)];
        }
        match self.place {
            _ if self.busy => {}
            Place::Name => {
                self.name.key(event);
                self.wrong = None;
            }
            Place::Passphrase => {
                self.passphrase.key(event);
                return self.typed();
            }
            Place::Again => {
                self.again.key(event);
                self.wrong = None;
            }
            Place::Create | Place::Demo => {}
        }
        vec![]
    }

    fn paste(&mut self, pasted: &Secret, _shared: &mut Shared) -> Vec<Do> {
        match self.place {
            Place::Name => self.name.paste(pasted),
            Place::Passphrase | Place::Again => {
                let first = self.place == Place::Passphrase;
                let hidden = if first { &mut self.passphrase } else { &mut self.again };
                if !hidden.paste(pasted) {
                    self.wrong = Some(NOT_ONE_LINE.to_owned());
                } else if first {
                    return self.typed();
                }
            }
            Place::Create | Place::Demo => {}
        }
        vec![]
    }

    fn mouse(&mut self, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let Pointer::Click(at) = pointer else { return vec![] };
        if let Some(action) = buttons::clicked(&Self::buttons(area, shared), at) {
            return vec![Do::Act(action)];
        }
        let Some((place, _)) = Self::places(area).into_iter().find(|(_, line)| line.contains(at)) else {
            return vec![];
        };
        self.place = place;
        if matches!(place, Place::Create | Place::Demo) { self.accept() } else { vec![] }
    }

    fn reply(&mut self, reply: &Reply, _shared: &mut Shared) -> Vec<Do> {
        match reply {
            Reply::Failed(fault) => {
                self.busy = false;
                self.wrong = Some(fault.text.clone());
            }
            Reply::Measured(strength) => {
                self.strength = strength.clone().filter(|_| !self.passphrase.is_empty());
                if self.measuring.take() == Some(true) {
                    return self.typed();
                }
            }
            _ => {}
        }
        vec![]
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let inner = dialog(frame.buffer_mut(), middle(area, SIZE.0, SIZE.1), "patvault", shared);
        let style = shared.style(Role::Dialog);
        let say = |frame: &mut Frame, y: (u16, u16), role: Role, text: &str| {
            let (x, room) = (inner.x + 2, inner.width.saturating_sub(4));
            let lines = inner.y + y.0..(inner.y + y.1).min(inner.bottom());
            for (y, part) in lines.zip(wrapped(&escaped(text), room.into()).lines()) {
                put(frame.buffer_mut(), x, y, part, room, style.patch(shared.style(role)), shared);
            }
        };
        let rows = rows(inner);
        say(
            frame,
            rows.heading,
            Role::Heading,
            "Your first vault: the place for your tokens, sealed with a passphrase.",
        );
        for (place, line) in Self::places(area) {
            let focused = place == self.place && !self.busy;
            let label = |frame: &mut Frame, text: &str| {
                put(frame.buffer_mut(), inner.x + 2, line.y, text, 15, style, shared);
            };
            match place {
                Place::Name => {
                    label(frame, "Name");
                    self.name.draw(frame, line, focused, shared);
                }
                Place::Passphrase => {
                    label(frame, "Passphrase");
                    self.passphrase.draw(frame, line, focused, shared);
                }
                Place::Again => {
                    label(frame, "The same again");
                    self.again.draw(frame, line, focused, shared);
                }
                Place::Create => button(frame, line, "[ Create the vault ]", focused, shared),
                Place::Demo => button(frame, line, "[ Look at invented tokens first: the demo ]", focused, shared),
            }
        }
        match (&self.wrong, &self.strength) {
            _ if self.busy => say(frame, rows.said, Role::Quiet, "A moment ..."),
            (Some(wrong), _) => say(frame, rows.said, Role::Bad, wrong),
            (None, Some(strength)) => {
                let (role, gauge) = meter(strength, shared.ascii);
                say(frame, rows.said, role, &format!("{gauge} {}", strength.words()));
            }
            (None, None) => {
                say(frame, rows.said, Role::Quiet, "Nobody can bring it back: without it the tokens are lost.")
            }
        }
        let folder = format!(
            "Written: {} (the sealed vault and its keys), and beside it settings and what this device remembers. \
             Nothing is sent anywhere. With an SSH key in place of a passphrase: patvault init --ssh KEY",
            self.folder
        );
        say(frame, rows.told, Role::Quiet, &folder);
        buttons::draw(frame.buffer_mut(), &Self::buttons(area, shared), shared);
    }
}

fn button(frame: &mut Frame, line: Rect, text: &str, focused: bool, shared: &Shared) {
    let role = if focused { Role::Selected } else { Role::Key };
    put(
        frame.buffer_mut(),
        line.x,
        line.y,
        text,
        line.width,
        shared.style(Role::Dialog).patch(shared.style(role)),
        shared,
    );
}

/// How strong a passphrase is, of five.
fn meter(strength: &Strength, ascii: bool) -> (Role, String) {
    let role = match strength.score {
        0..=1 => Role::Bad,
        2 => Role::Soon,
        _ => Role::Good,
    };
    let full = usize::from(strength.score.min(4)) + 1;
    let (over, left) = if ascii { ("#", "-") } else { ("▓", "░") };
    (role, over.repeat(full) + &left.repeat(5 - full))
}

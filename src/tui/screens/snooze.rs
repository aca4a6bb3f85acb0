//! Until when a reminder is put off, in words.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::Behave;
use crate::secret::Secret;
use crate::token::id::TokenId;
use crate::token::now::Now;
use crate::token::reminder::{Answer, Duty, Reminder};
use crate::token::when;
use crate::tui::keymap::{Action, Context};
use crate::tui::message::{Effect, Request};
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::theme::Role;
use crate::tui::widgets::buttons::{self, Button};
use crate::tui::widgets::field::Field;
use crate::tui::widgets::pane::{dialog, middle, put};

/// The dialog.
#[derive(Debug)]
pub struct Snooze {
    token: TokenId,
    path: String,
    duty: Duty,
    field: Field,
}

const HERE: &[Context] = &[Context::Field];
const SIZE: (u16, u16) = (52, 9);

impl Snooze {
    /// For a reminder of the token of that path. A week, unless something else is typed.
    pub fn of(reminder: &Reminder, path: String) -> Self {
        Self { token: reminder.token, path, duty: reminder.duty, field: Field::offering("7d") }
    }

    /// The line that is typed in, and the buttons.
    fn places(area: Rect, shared: &Shared) -> (Rect, Vec<Button>) {
        let inner = super::tokens::inside(middle(area, SIZE.0, SIZE.1));
        let line = |y| Rect { x: inner.x + 1, y: inner.y + y, width: inner.width.saturating_sub(2), height: 1 };
        let wanted = [(Action::Accept, "put off"), (Action::Cancel, "cancel")];
        (line(2).intersection(inner), buttons::row(&wanted, HERE, line(6).intersection(inner), shared))
    }

    /// The day that is meant, or what is wrong with it.
    fn until(&self, now: &Now) -> Result<chrono::NaiveDate, String> {
        let day = when::parse_date(self.field.text(), now).map_err(|error| error.to_string())?.day(now);
        if day > now.today() { Ok(day) } else { Err(format!("{day} is not to come")) }
    }
}

impl Behave for Snooze {
    fn contexts(&self) -> &'static [Context] {
        HERE
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Option<Vec<Do>> {
        match action {
            Action::Accept => match self.until(&shared.at.now) {
                Ok(day) => {
                    let answer = Request::Answer(self.token, self.duty, Answer::Snoozed(day));
                    return Some(vec![Do::Close, Do::Effect(Effect::Ask(answer))]);
                }
                Err(why) => shared.say(Role::Bad, why),
            },
            Action::Cancel => return Some(vec![Do::Close]),
            _ => {}
        }
        Some(vec![])
    }

    fn key(&mut self, event: KeyEvent, _shared: &mut Shared) -> Vec<Do> {
        self.field.key(event);
        vec![]
    }

    fn paste(&mut self, pasted: &Secret, _shared: &mut Shared) -> Vec<Do> {
        self.field.paste(pasted);
        vec![]
    }

    fn mouse(&mut self, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let Pointer::Click(at) = pointer else { return vec![] };
        if !middle(area, SIZE.0, SIZE.1).contains(at) {
            return vec![Do::Close];
        }
        let (line, buttons) = Self::places(area, shared);
        if line.contains(at) {
            self.field.put_cursor(at.x - line.x, line.width);
        }
        buttons::clicked(&buttons, at).map(Do::Act).into_iter().collect()
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let inner = dialog(frame.buffer_mut(), middle(area, SIZE.0, SIZE.1), "Put off", shared);
        let room = inner.width.saturating_sub(2);
        let mut say = |row: u16, role: Role, text: &str| {
            if row < inner.height {
                put(frame.buffer_mut(), inner.x + 1, inner.y + row, text, room, shared.style(role), shared);
            }
        };
        say(0, Role::Dialog, &format!("{}: {}", self.duty, self.path));
        say(1, Role::Quiet, "Until when? 7d, 2 weeks, next monday, 2027-01-31");
        match self.until(&shared.at.now) {
            Ok(day) => {
                say(4, Role::Good, &format!("{}, {}", day.format("%A %-d %B %Y"), when::words(day, &shared.at.now)))
            }
            Err(why) => say(4, Role::Bad, &why),
        }
        let (line, buttons) = Self::places(area, shared);
        self.field.draw(frame, line, true, shared);
        buttons::draw(frame.buffer_mut(), &buttons, shared);
    }
}

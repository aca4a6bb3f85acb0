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
const SIZE: (u16, u16) = (52, 7);

impl Snooze {
    /// For a reminder of the token of that path. A week, unless something else is typed.
    pub fn of(reminder: &Reminder, path: String) -> Self {
        Self { token: reminder.token, path, duty: reminder.duty, field: Field::with("7d") }
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

    fn mouse(&mut self, pointer: Pointer, area: Rect, _shared: &mut Shared) -> Vec<Do> {
        let outside = !middle(area, SIZE.0, SIZE.1).contains(pointer.at());
        if outside && matches!(pointer, Pointer::Click(_)) { vec![Do::Close] } else { vec![] }
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
        if inner.height > 2 {
            let field = Rect { x: inner.x + 1, y: inner.y + 2, width: room, height: 1 };
            self.field.draw(frame, field, true, shared);
        }
    }
}

//! What is owed, soonest first: act on it, put it off, or say that it is done.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::pick::Pick;
use super::rotate::Rotate;
use super::snooze::Snooze;
use super::tokens::inside;
use super::{Behave, Cover, Screen};
use crate::token::id::TokenId;
use crate::token::reminder::{self, Duty, Reminder};
use crate::token::when;
use crate::tui::due::{Due, Span};
use crate::tui::keymap::{Action, Context};
use crate::tui::message::{Effect, Request};
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::theme::Role;
use crate::tui::widgets::pane::{pane, put, scroll_bar};
use crate::tui::widgets::rows::Rows;

/// The screen.
#[derive(Debug, Default)]
pub struct Reminders {
    /// Among all lines, headings with them.
    rows: Rows,
}

const HERE: &[Context] = &[Context::Reminders, Context::Token, Context::Move, Context::Window];

/// The lines at the foot that tell everything about the reminder that is chosen.
const FOOT_ROWS: u16 = 3;

/// A line of the list.
#[derive(Debug, Clone, Copy)]
enum Line<'a> {
    Heading(Span, usize),
    Owed(&'a Reminder),
}

/// Headings with what stands under them.
fn lines(due: &Due) -> Vec<Line<'_>> {
    let mut lines = vec![];
    for span in Span::ALL {
        let of_span = due.within(span);
        if !of_span.is_empty() {
            lines.push(Line::Heading(span, of_span.len()));
            lines.extend(of_span.iter().map(Line::Owed));
        }
    }
    lines
}

impl Reminders {
    fn chosen<'a>(&self, shared: &'a Shared) -> Option<&'a Reminder> {
        match lines(&shared.due).get(self.rows.at()) {
            Some(Line::Owed(reminder)) => Some(reminder),
            _ => None,
        }
    }

    /// The list, and the foot under it.
    fn places(area: Rect) -> (Rect, Rect) {
        let inner = inside(area);
        let foot = FOOT_ROWS.min(inner.height / 2);
        let list = Rect { height: inner.height - foot, ..inner };
        (list, Rect { y: list.bottom(), height: foot, ..inner })
    }
}

impl Behave for Reminders {
    fn title(&self) -> &'static str {
        "Reminders"
    }

    fn badge(&self, shared: &Shared) -> String {
        match shared.due.within(Span::Owed).len() {
            0 => String::new(),
            owed => format!(" {}{owed}", if shared.ascii { "*" } else { "●" }),
        }
    }

    fn cover(&self) -> Cover {
        Cover::Body
    }

    fn contexts(&self) -> &'static [Context] {
        HERE
    }

    fn token(&self, shared: &Shared) -> Option<TokenId> {
        self.chosen(shared).map(|reminder| reminder.token)
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Option<Vec<Do>> {
        let len = lines(&shared.due).len();
        if self.rows.act(action, len) {
            // A heading is no reminder: the line before it, else the one behind it.
            let up = matches!(action, Action::Up | Action::PageUp) && self.rows.at() > 0;
            if self.chosen(shared).is_none() {
                self.rows.step(if up { -1 } else { 1 }, len);
            }
            return Some(vec![]);
        }
        let chosen = self.chosen(shared).cloned();
        match (action, chosen) {
            (Action::Act, Some(reminder)) => Some(vec![settles(&reminder)]),
            (Action::Snooze, Some(reminder)) => {
                let path = shared.list.by_id(reminder.token).map(|token| token.path()).unwrap_or_default();
                Some(vec![Do::Open(Screen::Snooze(Snooze::of(&reminder, path)))])
            }
            (Action::Done, Some(reminder)) => {
                let answer = reminder::Answer::Done(shared.at.now.instant);
                Some(vec![Do::Effect(Effect::Ask(Request::Answer(reminder.token, reminder.duty, answer)))])
            }
            (Action::Act | Action::Snooze | Action::Done, None) => Some(vec![]),
            _ => None,
        }
    }

    fn mouse(&mut self, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let all = lines(&shared.due);
        let hit = self.rows.hit(Self::places(area).0, pointer.at(), all.len());
        let is_reminder = hit.is_some_and(|at| matches!(all.get(at), Some(Line::Owed(_))));
        match (pointer, hit.filter(|_| is_reminder)) {
            (Pointer::Wheel(_, by), _) => {
                let action = if by > 0 { Action::Down } else { Action::Up };
                for _ in 0..by.unsigned_abs() {
                    self.act(action, shared);
                }
            }
            (Pointer::Click(_), Some(at)) => self.rows.choose(at),
            (Pointer::Menu(place), Some(at)) => {
                self.rows.choose(at);
                return vec![Do::Open(Screen::Pick(Pick::token(Some(place), self, shared)))];
            }
            (Pointer::DoubleClick(_), Some(at)) => {
                self.rows.choose(at);
                return vec![Do::Act(Action::Act)];
            }
            _ => {}
        }
        vec![]
    }

    fn settle(&mut self, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let all = lines(&shared.due);
        if matches!(all.get(self.rows.at()), Some(Line::Heading(..))) {
            self.rows.step(1, all.len());
        }
        self.rows.settle(all.len(), Self::places(area).0.height);
        vec![]
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let buffer = frame.buffer_mut();
        let (list, foot) = Self::places(area);
        let owed = shared.due.within(Span::Owed).len();
        let title = match owed {
            0 => "Reminders - nothing is owed today".to_owned(),
            owed => format!("Reminders - {owed} owed"),
        };
        pane(buffer, area, &title, true, shared);
        let all = lines(&shared.due);
        if all.is_empty() {
            let text = "Nothing is owed in the coming months.";
            put(buffer, list.x + 1, list.y, text, list.width.saturating_sub(2), shared.style(Role::Quiet), shared);
        }
        let seen = all.iter().enumerate().skip(self.rows.from());
        for (y, (at, line)) in (list.y..list.bottom()).zip(seen) {
            let place = Rect { y, height: 1, ..list };
            match line {
                Line::Heading(span, count) => heading(buffer, place, *span, *count, shared),
                Line::Owed(reminder) => row(buffer, place, reminder, at == self.rows.at(), shared),
            }
        }
        scroll_bar(buffer, Rect { width: list.width + 1, ..list }, self.rows.from(), all.len(), shared);
        if let Some(reminder) = self.chosen(shared) {
            about(buffer, foot, reminder, shared);
        }
    }
}

fn heading(buffer: &mut Buffer, place: Rect, span: Span, count: usize, shared: &Shared) {
    let rule = if shared.ascii { "-" } else { "─" };
    let text = format!("{rule} {} ({count})", span.title());
    put(buffer, place.x + 1, place.y, &text, place.width.saturating_sub(1), shared.style(Role::Heading), shared);
}

/// Since when it is owed or from when on, and what that is.
fn from(reminder: &Reminder, shared: &Shared) -> (String, Role) {
    let now = &shared.at.now;
    match reminder.snoozed.filter(|&until| until > now.today()) {
        Some(until) => (format!("put off, {}", when::words(until, now)), Role::Quiet),
        None if reminder.from < now.today() => (format!("since {}", reminder.from), Role::Bad),
        None if reminder.from == now.today() => (when::words(reminder.from, now), Role::Soon),
        None => (when::words(reminder.from, now), Role::Text),
    }
}

fn row(buffer: &mut Buffer, place: Rect, reminder: &Reminder, chosen: bool, shared: &Shared) {
    let base = shared.style(if chosen { Role::Selected } else { Role::Text });
    buffer.set_style(place, base);
    let path = shared.list.by_id(reminder.token).map(|token| token.path()).unwrap_or_default();
    let (since, role) = from(reminder, shared);
    let paint = |role: Role| if chosen { base } else { shared.style(role) };
    // Each with its room; what there is no room for stands at the foot.
    let wide = place.width >= 70;
    let named = match place.width {
        // Names are seldom as long as reasons.
        100.. => (place.width - 30) * 3 / 8,
        70.. => (place.width - 30) / 2,
        narrow => narrow.saturating_sub(10),
    };
    let cells = [
        (since, role, if wide { 20 } else { 0 }),
        (reminder.duty.word().to_owned(), Role::Text, 8),
        (path, Role::Text, named),
        (reminder.why.clone(), Role::Quiet, if wide { place.width - 30 - named } else { 0 }),
    ];
    let mut x = place.x + 1;
    for (text, role, room) in cells {
        let room = room.min(place.right().saturating_sub(x));
        put(buffer, x, place.y, &text, room.saturating_sub(1), paint(role), shared);
        x += room;
    }
}

/// What is done about a reminder.
fn settles(reminder: &Reminder) -> Do {
    Do::Act(match reminder.duty {
        Duty::Rotate => Action::Rotate,
        Duty::Install => return Do::Open(Screen::Rotate(Box::new(Rotate::places_of(reminder.token)))),
        Duty::Revoke => Action::Revoke,
        Duty::Verify => Action::Verify,
        Duty::Expiry => Action::Edit,
        Duty::Unused => return Do::Show(reminder.token),
    })
}

/// What a duty asks for, in a sentence.
fn asks(duty: Duty) -> &'static str {
    match duty {
        Duty::Rotate => "Put a new one in its place.",
        Duty::Install => "Put it where the old one still is.",
        Duty::Revoke => "Have the old version revoked.",
        Duty::Verify => "Ask the service about it.",
        Duty::Expiry => "Find out when it ends, and write it down.",
        Duty::Unused => "Look whether it is still needed.",
    }
}

fn about(buffer: &mut Buffer, foot: Rect, reminder: &Reminder, shared: &Shared) {
    let path = shared.list.by_id(reminder.token).map(|token| token.path()).unwrap_or_default();
    let (since, _) = from(reminder, shared);
    let lines = [
        (Role::Heading, format!("{}: {path}", reminder.duty)),
        (Role::Text, format!("{}; {since}", reminder.why)),
        (Role::Quiet, asks(reminder.duty).to_owned()),
    ];
    for (y, (role, text)) in (foot.y..foot.bottom()).zip(lines) {
        put(buffer, foot.x + 1, y, &text, foot.width.saturating_sub(2), shared.style(role), shared);
    }
}

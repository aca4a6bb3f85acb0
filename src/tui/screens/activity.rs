//! What happened: changes and uses, when and on which device. What can be taken back is taken back from here.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::confirm::Confirm;
use super::pick::Pick;
use super::tokens::inside;
use super::{Behave, Cover, Screen};
use crate::ops::{Event, Names, is_of_coming, told};
use crate::text::counted;
use crate::token::id::TokenId;
use crate::token::when;
use crate::tui::keymap::{Action, Context};
use crate::tui::message::{Effect, History, Request};
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::theme::Role;
use crate::tui::widgets::pane::{pane, put, scroll_bar};
use crate::tui::widgets::rows::Rows;

/// How many events are asked for at a time.
const PAGE: usize = 100;

/// From how many columns on the details stand beside the list, and from how many rows on below it.
const BESIDE: u16 = 110;
const BELOW: u16 = 18;

/// The screen.
#[derive(Debug)]
pub struct Activity {
    rows: Rows,
    /// The token that it is about; `None` for all.
    of: Option<TokenId>,
    /// How many events are wanted.
    most: usize,
    /// The details have the keyboard, and the first of their lines that is seen.
    details: Option<usize>,
}

impl Default for Activity {
    fn default() -> Self {
        Self { rows: Rows::default(), of: None, most: PAGE, details: None }
    }
}

const HERE: &[Context] = &[Context::Activity, Context::Token, Context::Move, Context::Window];

/// The events that are known.
fn events(shared: &Shared) -> &[Event] {
    shared.history.as_ref().map_or(&[], |history| &history.events)
}

/// The token that an event is about, if it is one.
fn token_of(event: &Event) -> Option<TokenId> {
    match event {
        Event::Use(used) => Some(used.token),
        Event::Batch(batch, changes) if batch.tokens == 1 => changes.first().map(|change| change.subject.token),
        Event::Batch(..) => None,
    }
}

impl Activity {
    fn chosen<'a>(&self, shared: &'a Shared) -> Option<&'a Event> {
        events(shared).get(self.rows.at())
    }

    /// The list, and the details.
    fn places(&self, area: Rect) -> (Option<Rect>, Option<Rect>) {
        if area.width >= BESIDE {
            let half = area.width / 2;
            let list = Rect { width: half, ..area };
            (Some(list), Some(Rect { x: list.right(), width: area.width - half, ..area }))
        } else if area.height >= BELOW {
            let below = area.height / 3;
            let list = Rect { height: area.height - below, ..area };
            (Some(list), Some(Rect { y: list.bottom(), height: below, ..area }))
        } else if self.details.is_some() {
            (None, Some(area))
        } else {
            (Some(area), None)
        }
    }

    /// Only what happened to a token, or everything again.
    fn narrow(&mut self, shared: &mut Shared) {
        let token = self.chosen(shared).and_then(token_of).or(shared.list.token().map(|token| token.id));
        (self.of, self.most) = (if self.of.is_some() { None } else { token }, PAGE);
        self.rows.choose(0);
    }

    /// Asks before a change is taken back, or says why it cannot be.
    fn take_back(&self, shared: &mut Shared) -> Vec<Do> {
        let Some((event, history)) = self.chosen(shared).zip(shared.history.as_ref()) else { return vec![] };
        match (event, event.stays()) {
            (Event::Batch(batch, _), None) => {
                let mut about = vec![event.summary(&history.names)];
                about.extend(changes(event, &history.names, shared.ascii));
                let effect = Effect::Ask(Request::Undo(Some(batch.id)));
                vec![Do::Open(Screen::Confirm(Confirm::before(effect, "Take this back?", about)))]
            }
            (_, why) => {
                shared.say(Role::Soon, why.unwrap_or_default());
                vec![]
            }
        }
    }
}

/// What an event changed, a line each.
fn changes(event: &Event, names: &Names, ascii: bool) -> Vec<String> {
    let Event::Batch(batch, changes) = event else { return vec![] };
    let shown = changes.iter().filter(|change| batch.tokens > 1 || !is_of_coming(change));
    let line = |change| match batch.tokens {
        0 | 1 => told(change, names, ascii),
        _ => {
            let id = change.subject.token;
            let path = names.get(&id).cloned().unwrap_or_else(|| id.short());
            format!("{}  {}", crate::text::escaped(&path), told(change, names, ascii))
        }
    };
    shown.map(line).collect()
}

/// Everything about an event.
fn details(event: &Event, history: &History, shared: &Shared) -> Vec<(Role, String)> {
    let now = &shared.at.now;
    let mut lines = vec![
        (Role::Heading, event.summary(&history.names)),
        (Role::Text, format!("{}, {}", when::wall(event.at(), now), when::ago(event.at(), now))),
        (Role::Text, format!("on {}", crate::text::escaped(event.device()))),
    ];
    if let Event::Batch(batch, _) = event {
        lines.push((Role::Quiet, format!("id {}", batch.id.short())));
    }
    lines.push((Role::Text, String::new()));
    lines.extend(changes(event, &history.names, shared.ascii).into_iter().map(|line| (Role::Text, line)));
    match event.stays() {
        Some(why) => lines.push((Role::Quiet, format!("stays: {why}"))),
        None => lines.push((Role::Quiet, "can be taken back".to_owned())),
    }
    lines
}

impl Behave for Activity {
    fn title(&self) -> &'static str {
        "Activity"
    }

    fn cover(&self) -> Cover {
        Cover::Body
    }

    fn contexts(&self) -> &'static [Context] {
        HERE
    }

    fn token(&self, shared: &Shared) -> Option<TokenId> {
        self.chosen(shared).and_then(token_of)
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Option<Vec<Do>> {
        match (&mut self.details, action) {
            (Some(from), Action::Up) => *from = from.saturating_sub(1),
            (Some(from), Action::Down) => *from += 1,
            _ if self.rows.act(action, events(shared).len()) => self.details = self.details.map(|_| 0),
            _ => return self.do_more(action, shared),
        }
        Some(vec![])
    }

    fn mouse(&mut self, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let (list, details) = self.places(area);
        let at = pointer.at();
        if details.is_some_and(|place| place.contains(at)) {
            let from = self.details.unwrap_or(0);
            self.details = Some(match pointer {
                Pointer::Wheel(_, by) => from.saturating_add_signed(by),
                _ => from,
            });
            return vec![];
        }
        let Some(list) = list.map(inside) else { return vec![] };
        let len = events(shared).len();
        match (pointer, self.rows.hit(list, at, len)) {
            (Pointer::Wheel(_, by), _) => self.rows.step(by, len),
            (Pointer::Click(_), Some(row)) => {
                self.rows.choose(row);
                self.details = None;
            }
            (Pointer::Menu(place), Some(row)) => {
                self.rows.choose(row);
                return vec![Do::Open(Screen::Pick(Pick::token(Some(place), self, shared)))];
            }
            (Pointer::DoubleClick(_), Some(row)) => {
                self.rows.choose(row);
                return vec![Do::Act(Action::Act)];
            }
            _ => {}
        }
        vec![]
    }

    fn settle(&mut self, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let (list, details_place) = self.places(area);
        let len = events(shared).len();
        self.rows.settle(len, inside(list.unwrap_or(area)).height);
        if let (Some(from), Some(place)) = (self.details, details_place)
            && let Some((event, history)) = self.chosen(shared).zip(shared.history.as_ref())
        {
            let lines = details(event, history, shared).len();
            self.details = Some(from.min(lines.saturating_sub(inside(place).height.into())));
        }
        let known = shared.history.as_ref().filter(|history| history.of == self.of);
        // Whoever comes near the end of what is there gets more of it.
        if known.is_some_and(|known| known.events.len() >= known.most && self.rows.at() + PAGE / 2 > len) {
            self.most = self.most.max(len + PAGE);
        }
        let stale = shared.history_stale || known.is_none_or(|known| known.most < self.most);
        if !stale || shared.history_wanted {
            return vec![];
        }
        (shared.history_stale, shared.history_wanted) = (false, true);
        vec![Do::Effect(Effect::Ask(Request::History(self.of, self.most)))]
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let buffer = frame.buffer_mut();
        let (list, beside) = self.places(area);
        if let Some(place) = list {
            self.draw_list(buffer, place, shared);
        }
        if let Some(place) = beside {
            let inner = pane(buffer, place, "What it did", self.details.is_some(), shared);
            let Some((event, history)) = self.chosen(shared).zip(shared.history.as_ref()) else { return };
            let lines = details(event, history, shared);
            let from = self.details.unwrap_or(0);
            let seen = lines.iter().skip(from);
            for (y, (role, text)) in (inner.y..inner.bottom()).zip(seen) {
                put(buffer, inner.x + 1, y, text, inner.width.saturating_sub(2), shared.style(*role), shared);
            }
            scroll_bar(buffer, Rect { width: inner.width + 1, ..inner }, from, lines.len(), shared);
        }
    }
}

impl Activity {
    fn do_more(&mut self, action: Action, shared: &mut Shared) -> Option<Vec<Do>> {
        match action {
            Action::Act => return Some(self.chosen(shared).and_then(token_of).map(Do::Show).into_iter().collect()),
            Action::Undo => return Some(self.take_back(shared)),
            Action::Only => self.narrow(shared),
            Action::Details | Action::NextPane | Action::PreviousPane => {
                self.details = if self.details.is_some() { None } else { Some(0) };
            }
            Action::Right => self.details = Some(0),
            Action::Left => self.details = None,
            _ => return None,
        }
        Some(vec![])
    }

    fn draw_list(&self, buffer: &mut Buffer, place: Rect, shared: &Shared) {
        let all = events(shared);
        let of = self.of.and_then(|id| shared.list.by_id(id)).map(|token| format!(" of {}", token.path()));
        let more = shared.history.as_ref().is_some_and(|history| history.events.len() >= history.most);
        let more = if more { " and more" } else { "" };
        let title = format!("Activity{}: {}{more}", of.unwrap_or_default(), counted(all.len(), "entry"));
        let title = title.replace("entrys", "entries");
        let inner = pane(buffer, place, &crate::text::escaped(&title), self.details.is_none(), shared);
        let Some(history) = &shared.history else {
            put(buffer, inner.x + 1, inner.y, "Reading …", inner.width, shared.style(Role::Quiet), shared);
            return;
        };
        if all.is_empty() {
            put(
                buffer,
                inner.x + 1,
                inner.y,
                "Nothing has happened yet.",
                inner.width,
                shared.style(Role::Quiet),
                shared,
            );
        }
        let seen = all.iter().enumerate().skip(self.rows.from());
        for (y, (at, event)) in (inner.y..inner.bottom()).zip(seen) {
            row(buffer, Rect { y, height: 1, ..inner }, event, at == self.rows.at(), history, shared);
        }
        scroll_bar(buffer, Rect { width: inner.width + 1, ..inner }, self.rows.from(), all.len(), shared);
    }
}

fn row(buffer: &mut Buffer, place: Rect, event: &Event, chosen: bool, history: &History, shared: &Shared) {
    let base = shared.style(if chosen { Role::Selected } else { Role::Text });
    buffer.set_style(place, base);
    let quiet = if chosen { base } else { shared.style(Role::Quiet) };
    let wall = when::wall(event.at(), &shared.at.now);
    // The year says least where there is little room.
    let wall = if place.width >= 60 { wall.as_str() } else { wall.get(5..).unwrap_or_default() };
    let mut x = place.x + 1;
    x += put(buffer, x, place.y, wall, place.right().saturating_sub(x), quiet, shared) + 2;
    let sign = match event {
        Event::Use(_) => " ",
        Event::Batch(batch, _) if batch.undone => "-",
        Event::Batch(..) if shared.ascii => "*",
        Event::Batch(..) => "●",
    };
    x += put(buffer, x, place.y, sign, place.right().saturating_sub(x), quiet, shared) + 1;
    let room = place.right().saturating_sub(x);
    x += put(buffer, x, place.y, &event.summary(&history.names), room, base, shared) + 2;
    let room = place.right().saturating_sub(x);
    if room > 8 {
        put(buffer, x, place.y, &format!("on {}", event.device()), room, quiet, shared);
    }
}

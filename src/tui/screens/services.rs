//! The catalogue: what is known of each service, and how many tokens are its.

mod known;

use std::collections::HashMap;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::tokens::inside;
use super::{Behave, Cover};
use crate::secret::Secret;
use crate::service::{Abilities, Service};
use crate::text::escaped;
use crate::tui::keymap::{Action, Context, Entry};
use crate::tui::message::{Effect, Request};
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::pane::{closing, pane, put, scroll_bar};
use crate::tui::widgets::rows::Rows;
use known::{Line, lines};

/// From how many columns on the service that is chosen stands beside the list.
const BESIDE: u16 = 100;

/// The screen.
#[derive(Debug, Default)]
pub struct Services {
    rows: Rows,
    /// The lines about a service have the keyboard; one of them is chosen.
    lines: Option<Rows>,
    /// What is searched, while it is typed.
    search: Option<Field>,
    words: String,
    asked: bool,
}

const HERE: &[Context] = &[Context::Services, Context::Move, Context::Window];
const TYPING: &[Context] = &[Context::Field];

impl Services {
    /// The services that are searched for.
    fn found<'a>(&self, shared: &'a Shared) -> Vec<&'a Service> {
        let words: Vec<String> = self.words.split_whitespace().map(str::to_lowercase).collect();
        let fits = |service: &&Service| {
            let names = service.definition.kinds.iter().map(|kind| kind.name.as_str());
            let own = service.own.as_ref().map(|_| "own");
            let all = [service.id.as_str(), &service.definition.name].into_iter().chain(names).chain(own);
            let all = all.collect::<Vec<_>>().join(" ").to_lowercase();
            words.iter().all(|word| all.contains(word))
        };
        shared.services.iter().flat_map(|services| services.iter()).filter(fits).collect()
    }

    fn chosen<'a>(&self, shared: &'a Shared) -> Option<&'a Service> {
        self.found(shared).get(self.rows.at()).copied()
    }

    /// The list, and what is known of one.
    fn places(&self, area: Rect) -> (Option<Rect>, Option<Rect>) {
        match (area.width >= BESIDE, self.lines.is_some()) {
            (true, _) => {
                let list = Rect { width: area.width * 2 / 5, ..area };
                (Some(list), Some(Rect { x: list.right(), width: area.width - list.width, ..area }))
            }
            (false, true) => (None, Some(area)),
            (false, false) => (Some(area), None),
        }
    }

    /// The rows of the list, below the line that is searched in.
    fn list(&self, place: Rect) -> Rect {
        let inner = inside(place);
        let head = 1 + u16::from(self.search.is_some() || !self.words.is_empty());
        let head = head.min(inner.height);
        Rect { y: inner.y + head, height: inner.height - head, ..inner }
    }

    fn known(&self, shared: &Shared, area: Rect) -> Vec<Line> {
        let columns = self.places(area).1.map_or(0, |place| inside(place).width.saturating_sub(2));
        self.chosen(shared).map(|service| lines(service, columns.into(), shared)).unwrap_or_default()
    }

    fn whole(shared: &Shared) -> Rect {
        // Bar, tabs and foot; only the width decides how lines are broken.
        Rect::new(0, 2, shared.size.0, shared.size.1.saturating_sub(3))
    }

    fn type_on(&mut self, action: Action) -> Option<Vec<Do>> {
        match action {
            Action::Accept => self.search = None,
            Action::Cancel => {
                self.search = None;
                self.words.clear();
            }
            _ => {}
        }
        Some(vec![])
    }

    fn typed(&mut self) {
        if let Some(field) = &self.search {
            field.text().clone_into(&mut self.words);
            self.rows.choose(0);
        }
    }

    /// The address in the line that is chosen, or the next one below it, else the first there is.
    fn address(&self, shared: &Shared) -> Option<String> {
        let lines = self.known(shared, Self::whole(shared));
        let at = self.lines.map_or(0, |rows| rows.at());
        let mut pages = lines.iter().skip(at).chain(&lines).filter_map(|line| line.page.clone());
        pages.next()
    }
}

impl Behave for Services {
    fn title(&self) -> &'static str {
        "Services"
    }

    fn cover(&self) -> Cover {
        Cover::Body
    }

    fn contexts(&self) -> &'static [Context] {
        if self.search.is_some() { TYPING } else { HERE }
    }

    fn word(&self, entry: &Entry, shared: &Shared) -> Option<&'static str> {
        let opened = self.lines.is_some();
        match entry.action {
            Action::Complete => None,
            // What Enter does among the lines about a service; that it has a key of its own goes without saying there.
            Action::Act if opened => self.address(shared).map(|_| "copy address"),
            Action::Address if opened => None,
            Action::Browse => self.address(shared).map(|_| if opened { "open page" } else { entry.short }),
            Action::Act => self.chosen(shared).map(|_| entry.short),
            Action::ClearFilter => (opened || !self.words.is_empty()).then_some(entry.short),
            _ => Some(entry.short),
        }
    }

    fn takes_text(&self) -> bool {
        self.search.is_some()
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Option<Vec<Do>> {
        if self.search.is_some() {
            return self.type_on(action);
        }
        let known = self.known(shared, Self::whole(shared)).len();
        if let Some(rows) = &mut self.lines
            && rows.act(action, known)
        {
            return Some(vec![]);
        }
        if self.rows.act(action, self.found(shared).len()) {
            return Some(vec![]);
        }
        match action {
            Action::Act | Action::Right if self.lines.is_none() => self.lines = Some(Rows::default()),
            Action::NextPane | Action::PreviousPane => {
                self.lines = if self.lines.is_some() { None } else { Some(Rows::default()) };
            }
            Action::Left => self.lines = None,
            Action::Act | Action::Address | Action::Browse => {
                let Some(address) = self.address(shared) else {
                    shared.say(Role::Soon, "no address is known without a token's own facts");
                    return Some(vec![]);
                };
                let request =
                    if action == Action::Browse { Request::Browse(address) } else { Request::CopyAddress(address) };
                return Some(vec![Do::Effect(Effect::Ask(request))]);
            }
            Action::Filter => {
                self.lines = None;
                self.search = Some(Field::with(&self.words));
            }
            Action::ClearFilter if self.lines.is_some() => self.lines = None,
            Action::ClearFilter => self.words.clear(),
            _ => return None,
        }
        Some(vec![])
    }

    fn key(&mut self, event: KeyEvent, _shared: &mut Shared) -> Vec<Do> {
        if let Some(field) = &mut self.search {
            field.key(event);
        }
        self.typed();
        vec![]
    }

    fn paste(&mut self, pasted: &Secret, _shared: &mut Shared) -> Vec<Do> {
        if let Some(field) = &mut self.search {
            field.paste(pasted);
        }
        self.typed();
        vec![]
    }

    fn mouse(&mut self, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let (list, beside) = self.places(area);
        let at = pointer.at();
        if let Some(place) = beside.filter(|place| place.contains(at)) {
            if list.is_none() && at.y == place.y && matches!(pointer, Pointer::Click(_)) {
                self.lines = None;
                return vec![];
            }
            let len = self.known(shared, area).len();
            let rows = self.lines.get_or_insert_default();
            match (pointer, rows.hit(inside(place), at, len)) {
                (Pointer::Wheel(_, by), _) => rows.step(by, len),
                (Pointer::Click(_), Some(line)) => rows.choose(line),
                (Pointer::DoubleClick(_), Some(line)) => {
                    rows.choose(line);
                    return vec![Do::Act(Action::Address)];
                }
                _ => {}
            }
            return vec![];
        }
        let Some(list) = list.map(|place| self.list(place)) else { return vec![] };
        let len = self.found(shared).len();
        match (pointer, self.rows.hit(list, at, len)) {
            (Pointer::Wheel(_, by), _) => self.rows.step(by, len),
            (Pointer::Click(_), Some(row)) => {
                self.rows.choose(row);
                (self.lines, self.search) = (None, None);
            }
            (Pointer::DoubleClick(_), Some(row)) => {
                self.rows.choose(row);
                self.lines = Some(Rows::default());
            }
            _ => {}
        }
        vec![]
    }

    fn settle(&mut self, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let (list, beside) = self.places(area);
        self.rows.settle(self.found(shared).len(), list.map_or(1, |place| self.list(place).height));
        let known = self.known(shared, area).len();
        if let Some(rows) = &mut self.lines {
            rows.settle(known, beside.map_or(1, |place| inside(place).height));
        }
        if shared.services.is_some() || self.asked {
            return vec![];
        }
        self.asked = true;
        vec![Do::Effect(Effect::Ask(Request::Services))]
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let (list, beside) = self.places(area);
        if let Some(place) = list {
            self.draw_list(frame, place, shared);
        }
        if let Some(place) = beside {
            let buffer = frame.buffer_mut();
            let title =
                self.chosen(shared).map_or_else(String::new, |service| escaped(&service.definition.name).into_owned());
            let inner = pane(buffer, place, &title, self.lines.is_some(), shared);
            if list.is_none() {
                closing(buffer, place, shared);
            }
            let lines = self.known(shared, area);
            let from = self.lines.map_or(0, |rows| rows.from());
            for (y, (at, line)) in (inner.y..inner.bottom()).zip(lines.iter().enumerate().skip(from)) {
                let chosen = self.lines.is_some_and(|rows| rows.at() == at);
                let style = shared.style(if chosen { Role::Selected } else { line.role });
                if chosen {
                    buffer.set_style(Rect { y, height: 1, ..inner }, style);
                }
                put(buffer, inner.x + 1, y, &line.text, inner.width.saturating_sub(2), style, shared);
            }
            scroll_bar(buffer, Rect { width: inner.width + 1, ..inner }, from, lines.len(), shared);
        }
    }
}

impl Services {
    fn draw_list(&self, frame: &mut Frame, place: Rect, shared: &Shared) {
        let found = self.found(shared);
        let of = shared.services.as_ref().map_or(0, |services| services.len());
        let title =
            if found.len() == of { format!("Services {of}") } else { format!("Services {} of {of}", found.len()) };
        let inner = pane(frame.buffer_mut(), place, &title, self.lines.is_none(), shared);
        let list = self.list(place);
        if list.y > inner.y + 1 {
            let line = Rect { height: 1, ..inner };
            let wide = put(frame.buffer_mut(), line.x, line.y, "/ ", line.width, shared.style(Role::Key), shared);
            let field = Rect { x: line.x + wide, width: line.width - wide, ..line };
            match &self.search {
                Some(search) => search.draw(frame, field, true, shared),
                None => {
                    put(
                        frame.buffer_mut(),
                        field.x,
                        field.y,
                        &self.words,
                        field.width,
                        shared.style(Role::Text),
                        shared,
                    );
                }
            }
        }
        let buffer = frame.buffer_mut();
        let mut x = list.x;
        for (heading, room) in HEADINGS.into_iter().zip(rooms(list.width)).filter(|_| list.y > inner.y) {
            put(buffer, x, list.y - 1, heading, room.saturating_sub(1), shared.style(Role::Heading), shared);
            x += room;
        }
        if shared.services.is_none() {
            put(buffer, list.x + 1, list.y, "Reading …", list.width, shared.style(Role::Quiet), shared);
        }
        let mut held: HashMap<&str, usize> = HashMap::new();
        for token in shared.list.all().iter().filter(|token| token.is_kept()) {
            *held.entry(token.service.as_str()).or_default() += 1;
        }
        for (y, (at, service)) in (list.y..list.bottom()).zip(found.iter().enumerate().skip(self.rows.from())) {
            let count = held.get(service.id.as_str()).copied().unwrap_or_default();
            row(
                buffer,
                Rect { y, height: 1, ..list },
                service,
                (count, at == self.rows.at()),
                self.lines.is_none(),
                shared,
            );
        }
        scroll_bar(buffer, Rect { width: list.width + 1, ..list }, self.rows.from(), found.len(), shared);
    }
}

/// A service with how many tokens are its, and how they are verified and rotated.
fn row(
    buffer: &mut Buffer,
    place: Rect,
    service: &Service,
    (count, chosen): (usize, bool),
    focused: bool,
    shared: &Shared,
) {
    let base = shared.style(match (chosen, focused) {
        (true, true) => Role::Selected,
        (true, false) => Role::Unfocused,
        (false, _) => Role::Text,
    });
    buffer.set_style(place, base);
    let can = Abilities::best(&service.definition);
    let own = if service.own.is_some() { "+ " } else { "  " };
    let count = if count > 0 { count.to_string() } else { String::new() };
    // That a call takes another credential is told with the service.
    let ways = [can.verify, can.rotate, can.revoke].map(|how| how.word().split(',').next().unwrap_or_default());
    let texts = [&format!("{own}{}", service.definition.name), &count];
    let mut x = place.x;
    for (text, room) in texts.into_iter().map(String::as_str).chain(ways).zip(rooms(place.width)) {
        put(buffer, x, place.y, text, room.saturating_sub(1), base, shared);
        x += room;
    }
}

/// What stands above the columns, and how much room each has. Names and counts come first where there is little.
const HEADINGS: [&str; 5] = ["  Service", "Yours", "Verify", "Rotate", "Revoke"];

fn rooms(columns: u16) -> [u16; 5] {
    let way = if columns >= 44 { 7 } else { 0 };
    [columns.saturating_sub(6 + 3 * way), 6, way, way, way]
}

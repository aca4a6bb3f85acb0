//! A date in words, with what it means at once, and a month to choose it from.

use chrono::NaiveDate;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::widgets::Widget;

use super::part::{Part, Room, Took};
use crate::config::FirstDay;
use crate::secret::Secret;
use crate::text::{escaped, width};
use crate::token::now::Now;
use crate::token::when::{self, When};
use crate::tui::keymap::Action;
use crate::tui::model::Shared;
use crate::tui::theme::Role;
use crate::tui::widgets::ends::Ends;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::month::{Hit, Month, MonthView, ROWS};
use crate::tui::widgets::pane::put;

/// How many columns the month takes.
const COLUMNS: u16 = 36;

/// Words that are often meant.
const WORDS: [&str; 5] = ["30d", "90d", "1y", "never", "unknown"];

/// A field for a date.
#[derive(Debug, Default)]
pub struct Day {
    field: Field,
    month: Option<Month>,
    /// There is no date that means "never".
    must_be: bool,
    /// The day on which weeks begin.
    week: FirstDay,
}

impl Day {
    /// What stands there at first; "never" and "unknown" may be said.
    pub fn of(text: &str) -> Self {
        Self { field: Field::with(text), ..Self::default() }
    }

    /// The same for what has a date if it is known: when something was issued.
    pub fn known(text: &str) -> Self {
        Self { must_be: true, ..Self::of(text) }
    }

    /// The same with weeks that begin on that day.
    pub fn by_week(self, week: FirstDay) -> Self {
        Self { week, ..self }
    }

    /// What was typed.
    pub fn text(&self) -> &str {
        self.field.text().trim()
    }

    /// Puts another text there.
    pub fn set(&mut self, text: &str) {
        self.field.set(text);
        self.month = None;
    }

    /// What it means. `None` where nothing was typed.
    pub fn meant(&self, now: &Now) -> Option<Result<When, String>> {
        let text = self.text();
        let read = || {
            let read = if self.must_be { when::parse_date(text, now).map(When::On) } else { when::parse(text, now) };
            read.map_err(|error| error.to_string())
        };
        (!text.is_empty()).then(read)
    }

    fn day(&self, now: &Now) -> NaiveDate {
        match self.meant(now) {
            Some(Ok(When::On(date))) => date.day(now),
            _ => now.today(),
        }
    }

    /// The words that may be meant.
    fn words(&self) -> &'static [&'static str] {
        if self.must_be { &[] } else { &WORDS }
    }

    /// Takes the day that is chosen in the month.
    fn take(&mut self) -> Took {
        let Some(month) = self.month.take() else { return Took::Not };
        self.field.set(&month.day().to_string());
        Took::Changed
    }

    /// What it means, in words, and how that looks.
    fn meaning(&self, now: &Now) -> (Role, String) {
        match self.meant(now) {
            None => (Role::Quiet, String::new()),
            Some(Err(_)) => (Role::Soon, "no date yet".into()),
            Some(Ok(When::Never)) => (Role::Good, "it does not end by itself".into()),
            Some(Ok(When::Unknown)) => (Role::Unknown, "nobody knows".into()),
            Some(Ok(When::On(date))) => {
                let day = date.day(now);
                let role = if date.is_past(now) && !self.must_be { Role::Soon } else { Role::Good };
                (role, format!("{}, {}", day.format("%a %-d %b %Y"), when::words(day, now)))
            }
        }
    }
}

impl Part for Day {
    fn key(&mut self, event: KeyEvent, now: &Now) -> Took {
        if let Some(month) = &mut self.month
            && let KeyCode::Left | KeyCode::Right = event.code
        {
            month.by_days(if event.code == KeyCode::Left { -1 } else { 1 });
            return Took::Moved;
        }
        let changed = self.field.key(event);
        if changed && self.month.is_some() {
            let day = self.day(now);
            self.month.iter_mut().for_each(|month| month.choose(day));
        }
        Took::changed(changed)
    }

    fn paste(&mut self, pasted: &Secret, _now: &Now) -> Took {
        self.field.paste(pasted);
        Took::Changed
    }

    fn act(&mut self, action: Action, now: &Now) -> Took {
        let day = self.day(now);
        let Some(month) = &mut self.month else {
            return match action {
                Action::Accept | Action::PageDown => {
                    self.month = Some(Month::of(day, self.week.weekday()));
                    Took::Moved
                }
                _ => Took::Not,
            };
        };
        match action {
            Action::Accept => return self.take(),
            Action::Up => month.by_days(-7),
            Action::Down => month.by_days(7),
            Action::PageUp => month.by_months(-1),
            Action::PageDown => month.by_months(1),
            _ => return Took::Not,
        }
        Took::Moved
    }

    fn click(&mut self, _at: Position, _area: Rect, now: &Now) -> Took {
        if !self.close() {
            self.month = Some(Month::of(self.day(now), self.week.weekday()));
        }
        Took::Moved
    }

    fn opens(&self) -> bool {
        true
    }

    fn list(&self) -> Option<Room> {
        let words = u16::from(!self.words().is_empty());
        let rows = ROWS + words;
        self.month.map(|_| Room { columns: COLUMNS, rows, least: rows })
    }

    fn click_list(&mut self, at: Position, area: Rect, _now: &Now) -> Took {
        let words = Rect { y: area.bottom().saturating_sub(1), height: 1, ..area };
        if !self.words().is_empty() && words.contains(at) {
            let clicked = word_places(self.words(), words).into_iter().find(|(_, place)| place.contains(at));
            let Some((word, _)) = clicked else { return Took::Moved };
            self.set(word);
            return Took::Changed;
        }
        match self.month.as_mut().and_then(|month| month.click(area, at)) {
            Some(Hit::Day) => self.take(),
            Some(Hit::Turned) | None => Took::Moved,
        }
    }

    fn wheel(&mut self, by: isize) {
        self.month.iter_mut().for_each(|month| month.by_months(if by < 0 { -1 } else { 1 }));
    }

    fn close(&mut self) -> bool {
        self.month.take().is_some()
    }

    /// What stands beside it goes below where there is no room.
    fn rows(&self, columns: u16) -> u16 {
        if columns < BESIDE { 2 } else { 1 }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, focused: bool, shared: &Shared) {
        let (role, text) = self.meaning(&shared.at.now);
        let beside = area.width >= BESIDE;
        let wide = if beside { 24.max(area.width / 3) } else { area.width };
        self.field.draw(frame, Rect { width: wide, height: 1, ..area }, focused, shared);
        let (x, y) = if beside { (area.x + wide + 1, area.y) } else { (area.x, area.y + 1) };
        if y < area.bottom() {
            put(frame.buffer_mut(), x, y, &text, area.right().saturating_sub(x), shared.style(role), shared);
        }
    }

    fn draw_list(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let Some(month) = &self.month else { return };
        let now = &shared.at.now;
        let ends = Ends::of(shared.list.all(), now);
        let view = MonthView {
            month,
            ends: &ends,
            today: now.today(),
            focused: true,
            theme: &shared.theme,
            ascii: shared.ascii,
        };
        let below = u16::from(!self.words().is_empty());
        view.render(Rect { height: area.height.saturating_sub(below), ..area }, frame.buffer_mut());
        let line = Rect { y: area.bottom().saturating_sub(1), height: 1, ..area };
        for (word, place) in word_places(self.words(), line) {
            put(frame.buffer_mut(), place.x, place.y, word, place.width, shared.style(Role::Key), shared);
        }
    }
}

/// From how many columns on the meaning stands beside the field.
const BESIDE: u16 = 48;

/// Where words stand on a line, one after the other.
fn word_places(words: &'static [&'static str], line: Rect) -> Vec<(&'static str, Rect)> {
    let mut x = line.x;
    let mut places = vec![];
    for word in words {
        let wide = u16::try_from(width(&escaped(word))).unwrap_or(u16::MAX);
        let place = Rect { x, width: wide, ..line };
        if place.right() <= line.right() {
            places.push((*word, place));
        }
        x = x.saturating_add(wide + 2);
    }
    places
}

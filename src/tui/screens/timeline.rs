//! The lives of tokens as bars, a calendar of their ends, and how many end in each week of the coming quarter.

mod areas;
mod draw;
mod mouse;

use chrono::NaiveDate;
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Behave, Cover};
use crate::secret::Secret;
use crate::tui::filter;
use crate::tui::keymap::{Action, Context, Entry};
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::widgets::axis::{Axis, Scale};
use crate::tui::widgets::ends::Ends;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::month::Month;
use crate::tui::widgets::pane::scrolled;

/// How many columns an arrow scrolls.
const SCROLL: i64 = 4;

/// Which pane has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Pane {
    #[default]
    Bars,
    Month,
    Weeks,
}

/// The screen.
#[derive(Debug, Default)]
pub struct Timeline {
    focus: Pane,
    scale: Scale,
    /// How far from today the bars are scrolled.
    scrolled_days: i64,
    /// The first token that is seen, and how many are.
    from: usize,
    page: usize,
    /// The day that is chosen; today where none was.
    day: Option<NaiveDate>,
    /// The ends of the tokens that are shown, and which rows these are.
    ends: Ends,
    seen: u64,
    /// The filter, while it is typed.
    filter: Option<Field>,
    /// Where time was taken hold of with the mouse.
    dragged: Option<u16>,
}

const HERE: &[Context] = &[Context::Timeline, Context::Token, Context::Move, Context::Window];
const TYPING: &[Context] = &[Context::Field];

impl Timeline {
    fn month(&self, shared: &Shared) -> Month {
        Month::of(self.day.unwrap_or(shared.at.now.today()), shared.config.tui.week.weekday())
    }

    fn axis(&self, columns: u16, shared: &Shared) -> Axis {
        Axis { today: shared.at.now.today(), scrolled_days: self.scrolled_days, scale: self.scale, columns }
    }

    /// Scrolls by so many columns, as far as there are days.
    fn scroll(&mut self, columns: i64, shared: &Shared) {
        let today = shared.at.now.today();
        let far = |day: Option<NaiveDate>| day.map_or(0, |day| (day - today).num_days());
        let (least, most) = (NaiveDate::from_ymd_opt(1970, 1, 1), NaiveDate::from_ymd_opt(9999, 12, 31));
        let by = columns.saturating_mul(self.scale.days());
        self.scrolled_days = self.scrolled_days.saturating_add(by).clamp(far(least), far(most));
    }

    /// Chooses a day, shows it among the bars, and selects the first token that ends on it.
    fn choose(&mut self, day: NaiveDate, shared: &mut Shared) {
        self.day = Some(day);
        let now = shared.at.now;
        let columns = areas::areas(self, areas::body(shared.size), shared).times.width;
        let axis = self.axis(columns, shared);
        if columns > 0 && !(0..i64::from(columns)).contains(&axis.column(day)) {
            self.scrolled_days = (day - now.today()).num_days();
        }
        let ends_then = |expiry: crate::token::expiry::Expiry| expiry.date().is_some_and(|date| date.day(&now) == day);
        let is_there = shared.list.token().is_some_and(|token| ends_then(token.current().expiry));
        let first = shared.list.rows().position(|token| ends_then(token.current().expiry));
        if let Some(at) = first.filter(|_| !is_there) {
            shared.list.select(at);
        }
    }

    /// To the pane beside.
    fn go(&mut self, by: i8) {
        let all = [Pane::Bars, Pane::Month, Pane::Weeks];
        let at = all.iter().position(|pane| *pane == self.focus).unwrap_or_default();
        let next = if by > 0 { at + 1 } else { at + all.len() - 1 } % all.len();
        self.focus = all.get(next).copied().unwrap_or_default();
    }

    fn in_bars(&mut self, action: Action, shared: &mut Shared) -> bool {
        let page = self.page.max(1).cast_signed();
        let by = match action {
            Action::Up => -1,
            Action::Down => 1,
            Action::PageUp => -page,
            Action::PageDown => page,
            Action::First => isize::MIN,
            Action::Last => isize::MAX,
            Action::Left => {
                self.scroll(-SCROLL, shared);
                return true;
            }
            Action::Right => {
                self.scroll(SCROLL, shared);
                return true;
            }
            _ => return false,
        };
        shared.list.step(by);
        true
    }

    fn in_month(&mut self, action: Action, shared: &mut Shared) -> bool {
        let mut month = self.month(shared);
        match action {
            Action::Left => month.by_days(-1),
            Action::Right => month.by_days(1),
            Action::Up => month.by_days(-7),
            Action::Down => month.by_days(7),
            Action::PageUp => month.by_months(-1),
            Action::PageDown => month.by_months(1),
            _ => return false,
        }
        self.choose(month.day(), shared);
        true
    }
}

impl Behave for Timeline {
    fn title(&self) -> &'static str {
        "Timeline"
    }

    fn cover(&self) -> Cover {
        Cover::Body
    }

    fn contexts(&self) -> &'static [Context] {
        if self.filter.is_some() { TYPING } else { HERE }
    }

    fn word(&self, entry: &Entry, shared: &Shared) -> Option<&'static str> {
        (entry.action != Action::ClearFilter || !shared.list.filter().is_empty()).then_some(entry.short)
    }

    fn takes_text(&self) -> bool {
        self.filter.is_some()
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Option<Vec<Do>> {
        if self.filter.is_some() {
            return filter::act(&mut self.filter, action, shared).then(Vec::new);
        }
        let moved = match self.focus {
            Pane::Bars => self.in_bars(action, shared),
            Pane::Month | Pane::Weeks => self.in_month(action, shared),
        };
        if moved {
            return Some(vec![]);
        }
        let rules = shared.rules();
        match action {
            Action::Act => return Some(shared.list.token().map(|token| Do::Show(token.id)).into_iter().collect()),
            Action::Nearer => self.scale = self.scale.zoomed(true),
            Action::Wider => self.scale = self.scale.zoomed(false),
            Action::Today => (self.scrolled_days, self.day) = (0, None),
            Action::NextEnd | Action::PreviousEnd => {
                let day = self.month(shared).day();
                let next = if action == Action::NextEnd { self.ends.after(day) } else { self.ends.before(day) };
                if let Some(day) = next {
                    self.choose(day, shared);
                }
            }
            Action::Filter => self.filter = Some(Field::with(shared.list.filter())),
            Action::ClearFilter => shared.set_filter(""),
            Action::Sort => shared.sort_next(),
            Action::SortBack => shared.list.turn(&rules, &shared.at.now),
            Action::NextPane => self.go(1),
            Action::PreviousPane => self.go(-1),
            _ => return None,
        }
        Some(vec![])
    }

    fn key(&mut self, event: KeyEvent, shared: &mut Shared) -> Vec<Do> {
        filter::key(&mut self.filter, event, shared);
        vec![]
    }

    fn paste(&mut self, pasted: &Secret, shared: &mut Shared) -> Vec<Do> {
        filter::paste(&mut self.filter, pasted, shared);
        vec![]
    }

    fn mouse(&mut self, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
        mouse::mouse(self, pointer, area, shared)
    }

    fn settle(&mut self, area: Rect, shared: &mut Shared) -> Vec<Do> {
        if self.seen != shared.list.revision() {
            (self.ends, self.seen) = (Ends::of(shared.list.rows(), &shared.at.now), shared.list.revision());
        }
        let rows = areas::areas(self, area, shared).rows.height;
        if rows > 0 {
            self.page = rows.into();
            self.from = scrolled(self.from, shared.list.at(), shared.list.len(), self.page);
        }
        vec![]
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        draw::draw(self, frame, area, shared);
    }
}

//! The tokens: groups on the left, the table, and everything about the one that is selected.

mod areas;
pub mod details;
mod draw;
mod groups;
mod mouse;

pub use areas::inside;
use areas::{THREE, TWO};
pub use details::risk_look;
pub use draw::{draw_filter, role_of};

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Behave, Cover};
use crate::secret::Secret;
use crate::token::id::TokenId;
use crate::tui::acts;
use crate::tui::filter;
use crate::tui::keymap::{Action, Context, Entry};
use crate::tui::message::{Effect, Request};
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::pane::scrolled;

/// Which pane has the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Pane {
    Groups,
    #[default]
    Table,
    Details,
}

/// The screen.
#[derive(Debug)]
pub struct Tokens {
    focus: Pane,
    /// The filter, while it is typed.
    filter: Option<Field>,
    /// Whether the groups are shown. `None`: where there is room.
    groups: Option<bool>,
    /// The same of the details.
    details: Option<bool>,
    /// The columns of groups and details.
    widths: (u16, u16),
    /// The border that is being dragged.
    dragged: Option<Pane>,
    /// The first row of each that is seen.
    from_group: usize,
    from_row: usize,
    from_line: usize,
    /// How many rows a page has.
    page: usize,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            focus: Pane::default(),
            filter: None,
            groups: None,
            details: None,
            widths: areas::WIDTHS,
            dragged: None,
            from_group: 0,
            from_row: 0,
            from_line: 0,
            page: 1,
        }
    }
}

const HERE: &[Context] = &[Context::Token, Context::Tokens, Context::Move, Context::Window];
const GROUPS: &[Context] = &[Context::Groups, Context::Token, Context::Tokens, Context::Move, Context::Window];
const TYPING: &[Context] = &[Context::Field];

impl Behave for Tokens {
    fn title(&self) -> &'static str {
        "Tokens"
    }

    fn cover(&self) -> Cover {
        Cover::Body
    }

    fn contexts(&self) -> &'static [Context] {
        match self.focus {
            _ if self.filter.is_some() => TYPING,
            Pane::Groups => GROUPS,
            _ => HERE,
        }
    }

    fn word(&self, entry: &Entry, shared: &Shared) -> Option<&'static str> {
        let list = &shared.list;
        let is_there = match entry.action {
            Action::ClearFilter => {
                self.covers() || shared.revealed.is_some() || !list.marks().is_empty() || list.is_narrowed()
            }
            Action::SaveGroup => !list.filter().is_empty(),
            Action::RenameGroup | Action::RemoveGroup => list.own_group().is_some(),
            Action::MarkAll => !list.is_empty(),
            _ => true,
        };
        is_there.then_some(entry.short)
    }

    fn takes_text(&self) -> bool {
        self.filter.is_some()
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Option<Vec<Do>> {
        if self.filter.is_some() {
            return self.type_on(action, shared);
        }
        let rules = shared.rules();
        match action {
            Action::Copy if self.focus == Pane::Groups => self.focus = Pane::Table,
            Action::Reveal if shared.revealed.take().is_some() => {}
            Action::Reveal => {
                self.details = Some(true);
                let request = shared.list.token().map(|token| Request::Reveal(token.id));
                return Some(request.map(|request| Do::Effect(Effect::Ask(request))).into_iter().collect());
            }
            Action::Mark => {
                shared.list.mark();
                shared.list.step(1);
            }
            Action::MarkAll => shared.list.mark_all(),
            Action::Copy | Action::Verify | Action::Tag | Action::Remove | Action::Restore => {
                let meant: Vec<TokenId> = shared.list.meant().iter().map(|token| token.id).collect();
                return acts::with_several(action, &meant, shared);
            }
            Action::Filter => {
                self.focus = Pane::Table;
                self.filter = Some(Field::with(shared.list.filter()));
            }
            Action::ClearFilter => self.clear(shared),
            Action::SaveGroup => return Some(groups::save(shared)),
            Action::RenameGroup => return Some(groups::rename(shared)),
            Action::RemoveGroup => return Some(groups::remove(shared)),
            Action::Sort => shared.sort_next(),
            Action::SortBack => shared.list.turn(&rules, &shared.at.now),
            Action::Details if self.details.unwrap_or(shared.size.0 >= THREE) => self.details = Some(false),
            Action::Details => self.details = Some(true),
            Action::Groups if self.groups.unwrap_or(shared.size.0 >= TWO) => {
                (self.groups, self.focus) = (Some(false), Pane::Table);
            }
            Action::Groups => (self.groups, self.focus) = (Some(true), Pane::Groups),
            Action::NextPane | Action::Right => self.go(1, shared),
            Action::PreviousPane | Action::Left => self.go(-1, shared),
            Action::Up => self.step(-1, shared),
            Action::Down => self.step(1, shared),
            Action::PageUp => self.step(-self.page.cast_signed(), shared),
            Action::PageDown => self.step(self.page.cast_signed(), shared),
            Action::First => self.step(isize::MIN, shared),
            Action::Last => self.step(isize::MAX, shared),
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
        // What stands beside the table anyway folds away again where there is less room.
        self.groups = self.groups.filter(|shown| !shown || area.width < TWO);
        self.details = self.details.filter(|shown| !shown || area.width < THREE);
        let places = areas::areas(self, area, shared);
        self.page = usize::from(places.rows.height).max(1);
        self.from_row = scrolled(self.from_row, shared.list.at(), shared.list.len(), self.page);
        if let Some(groups) = places.groups {
            let lines = draw::group_lines(shared);
            let at = lines.iter().position(|line| *line == draw::GroupLine::Group(shared.list.group()));
            let height = usize::from(areas::inside(groups).height);
            self.from_group = scrolled(self.from_group, at.unwrap_or(0), lines.len(), height);
        }
        if places.groups.is_none() && self.focus == Pane::Groups
            || places.details.is_none() && self.focus == Pane::Details
        {
            self.focus = Pane::Table;
        }
        let Some(pane) = places.details else { return vec![] };
        if self.from_line > 0 {
            let text = details::text(pane);
            let lines = details::lines(shared, text.width.into()).len();
            self.from_line = self.from_line.min(lines.saturating_sub(text.height.into()));
        }
        let selected = shared.list.token().map(|token| token.id);
        let known = shared.details.as_ref().map(|details| details.id);
        match selected {
            // One question at a time: who runs through a list asks for the one where they stop.
            Some(id) if known != selected && shared.details_wanted.is_none() => {
                (shared.details_wanted, self.from_line) = (Some(id), 0);
                vec![Do::Effect(Effect::Ask(Request::Details(id)))]
            }
            _ => vec![],
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        draw::draw(self, frame, area, shared);
    }
}

impl Tokens {
    /// Shows everything about the token that is selected.
    pub fn open_details(&mut self) {
        (self.details, self.focus) = (Some(true), Pane::Table);
    }

    /// While the filter is typed.
    fn type_on(&mut self, action: Action, shared: &mut Shared) -> Option<Vec<Do>> {
        match action {
            Action::Up => self.step(-1, shared),
            Action::Down => self.step(1, shared),
            _ if filter::act(&mut self.filter, action, shared) => {}
            _ => return None,
        }
        Some(vec![])
    }

    /// Takes away one thing after the other: what is shown for a while, marks, the filter, what stands over the table.
    fn clear(&mut self, shared: &mut Shared) {
        let rules = shared.rules();
        if shared.revealed.take().is_some() {
            return;
        }
        if !shared.list.marks().is_empty() {
            shared.list.unmark();
        } else if !shared.list.filter().is_empty() {
            shared.set_filter("");
        } else if shared.list.group() != 0 {
            shared.list.set_group(0, &rules, &shared.at.now);
        } else {
            self.uncover();
        }
    }

    /// Whether anything stands over the table, or was put away.
    fn covers(&self) -> bool {
        self.groups.is_some() || self.details.is_some() || self.focus != Pane::Table
    }

    /// Takes away what stands over the table.
    fn uncover(&mut self) {
        // What was hidden stays so.
        (self.groups, self.details) = (self.groups.filter(|shown| !shown), self.details.filter(|shown| !shown));
        self.focus = Pane::Table;
    }

    /// To the pane beside; one that is folded away opens.
    fn go(&mut self, by: i8, shared: &Shared) {
        self.focus = match (self.focus, by) {
            (Pane::Groups, 1) => {
                if shared.size.0 < TWO {
                    self.groups = None;
                }
                Pane::Table
            }
            (Pane::Table, 1) => {
                self.details = Some(true);
                Pane::Details
            }
            (Pane::Details, -1) => {
                if shared.size.0 < THREE {
                    self.details = None;
                }
                Pane::Table
            }
            (Pane::Table, -1) => {
                self.groups = Some(true);
                Pane::Groups
            }
            (pane, _) => pane,
        };
    }

    fn step(&mut self, by: isize, shared: &mut Shared) {
        let rules = shared.rules();
        match self.focus {
            Pane::Groups => {
                let last = shared.list.groups().len().saturating_sub(1);
                let group = shared.list.group().saturating_add_signed(by).min(last);
                shared.list.set_group(group, &rules, &shared.at.now);
            }
            Pane::Table => shared.list.step(by),
            Pane::Details => {
                // Where it ends is known to who knows how wide it is.
                self.from_line = self.from_line.saturating_add_signed(by);
            }
        }
    }
}

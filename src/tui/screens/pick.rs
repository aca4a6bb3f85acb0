//! One of a few is chosen: a menu's entries, a vault, a theme.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::Behave;
use crate::text::width;
use crate::tui::can;
use crate::tui::frame;
use crate::tui::keymap::{Action, Context, Entry, Keymap, Menu};
use crate::tui::message::{Effect, Request};
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::theme::Role;
use crate::tui::widgets::pane::{dialog, middle, put, scrolled};

/// What one of them does.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Choice {
    Action(Action),
    Vault(String),
    Theme(usize),
}

/// Where it stands.
#[derive(Debug, Clone, Copy)]
enum Place {
    Middle,
    /// Under a title of the bar.
    Bar(Menu),
    /// Where the mouse is.
    At(Position),
}

/// One of those that can be chosen.
#[derive(Debug, Clone)]
struct Row {
    choice: Choice,
    /// What it is called.
    text: String,
    keys: String,
    /// It can be chosen now.
    open: bool,
}

impl Row {
    fn of(choice: Choice, text: String) -> Self {
        Self { choice, text, keys: String::new(), open: true }
    }
}

/// The list.
#[derive(Debug)]
pub struct Pick {
    title: &'static str,
    place: Place,
    rows: Vec<Row>,
    at: usize,
    from: usize,
    /// All menus of the bar, where this is one of them.
    menus: Vec<(Menu, Vec<Row>)>,
}

const HERE: &[Context] = &[Context::Field, Context::Move];

impl Pick {
    /// A menu of the bar, in front of a screen.
    pub fn menu(menu: Menu, screen: &dyn Behave, shared: &Shared) -> Self {
        Self::one_of(menu, menus(screen, shared))
    }

    /// One of these menus.
    fn one_of(menu: Menu, menus: Vec<(Menu, Vec<Row>)>) -> Self {
        let rows = menus.iter().find(|(it, _)| *it == menu).map(|(_, rows)| rows.clone()).unwrap_or_default();
        Self { menus, ..Self::of(menu.title(), Place::Bar(menu), rows) }
    }

    /// What can be done with a token, where the mouse is or in the middle.
    pub fn token(at: Option<Position>, screen: &dyn Behave, shared: &Shared) -> Self {
        Self { place: at.map_or(Place::Middle, Place::At), ..Self::menu(Menu::Token, screen, shared) }
    }

    /// What can be done with the group that holds.
    pub fn group(at: Position, screen: &dyn Behave, shared: &Shared) -> Self {
        Self::of("Group", Place::At(at), rows(&[Context::Groups], |_| true, screen, shared))
    }

    /// The vaults of this device.
    pub fn vaults(shared: &Shared) -> Self {
        let open = shared.vault.as_ref();
        let all = open.iter().flat_map(|vault| &vault.vaults);
        let all = all.map(|name| Row::of(Choice::Vault(name.clone()), name.clone())).collect();
        let mut pick = Self::of("Vaults", Place::Middle, all);
        let name = open.map(|vault| vault.name.as_str());
        pick.at = pick.rows.iter().position(|row| Some(row.text.as_str()) == name).unwrap_or(0);
        pick
    }

    /// The themes there are.
    pub fn themes(shared: &Shared) -> Self {
        let all = shared.themes.iter().enumerate();
        let all = all.map(|(at, theme)| Row::of(Choice::Theme(at), theme.name.clone())).collect();
        let mut pick = Self::of("Colours", Place::Middle, all);
        pick.at = shared.themes.iter().position(|theme| *theme == shared.theme).unwrap_or(0);
        pick
    }

    fn of(title: &'static str, place: Place, rows: Vec<Row>) -> Self {
        let at = rows.iter().position(|row| row.open).unwrap_or(0);
        Self { title, place, rows, at, from: 0, menus: vec![] }
    }

    fn area(&self, area: Rect) -> Rect {
        let widest = |row: &Row| width(&row.text) + width(&row.keys) + 3;
        let columns = self.rows.iter().map(widest).max().unwrap_or(0).max(width(self.title) + 4) + 2;
        let columns = u16::try_from(columns).unwrap_or(u16::MAX).min(area.width);
        let rows = u16::try_from(self.rows.len() + 2).unwrap_or(u16::MAX).min(area.height);
        let (x, y) = match self.place {
            Place::Middle => return middle(area, columns, rows),
            Place::Bar(menu) => (frame::menu_place(menu).x, area.y + 1),
            Place::At(at) => (at.x, at.y + 1),
        };
        // What does not fit where it should stand moves to where it does.
        Rect::new(x.min(area.right() - columns), y.min(area.bottom() - rows), columns, rows)
    }

    fn choose(&self, shared: &mut Shared) -> Vec<Do> {
        let Some(row) = self.rows.get(self.at).filter(|row| row.open) else { return vec![] };
        let then = match row.choice.clone() {
            Choice::Action(action) => Some(Do::Act(action)),
            Choice::Vault(name) if shared.vault.as_ref().is_some_and(|vault| vault.name == name) => None,
            Choice::Vault(name) => return vec![Do::Forget, Do::Effect(Effect::Ask(Request::Switch(name)))],
            Choice::Theme(at) => shared.themes.get(at).cloned().map(|theme| {
                shared.theme = theme.clone();
                Do::Effect(Effect::Ask(Request::Set(vec![("tui.theme".into(), Some(theme.name))])))
            }),
        };
        [Do::Close].into_iter().chain(then).collect()
    }

    /// To the menu on the left or on the right.
    fn turn(&mut self, by: isize) {
        let Place::Bar(menu) = self.place else { return };
        let at = self.menus.iter().position(|(it, _)| *it == menu).unwrap_or(0).checked_add_signed(by);
        if let Some(menu) = at.and_then(|at| self.menus.get(at)).map(|(menu, _)| *menu) {
            *self = Self::one_of(menu, std::mem::take(&mut self.menus));
        }
    }

    /// To the next one that can be chosen, or the one before; behind the last comes the first.
    fn step(&mut self, forth: bool) {
        let len = self.rows.len().max(1);
        let next = |at: usize| if forth { (at + 1) % len } else { (at + len - 1) % len };
        let places = std::iter::successors(Some(next(self.at)), |at| Some(next(*at))).take(len);
        let mut open = places.filter(|at| self.rows.get(*at).is_some_and(|row| row.open));
        self.at = open.next().unwrap_or(self.at);
    }

    /// From the first on, or from the last back.
    fn end(&mut self, last: bool) {
        self.at = if last { 0 } else { self.rows.len().saturating_sub(1) };
        self.step(!last);
    }
}

/// All menus of the bar.
fn menus(screen: &dyn Behave, shared: &Shared) -> Vec<(Menu, Vec<Row>)> {
    Menu::ALL.map(|menu| (menu, actions(menu, screen, shared))).into()
}

/// What stands in a menu. A token can be meant and the window used wherever one is, and the group that holds where tokens are listed.
fn actions(menu: Menu, screen: &dyn Behave, shared: &Shared) -> Vec<Row> {
    let mut contexts = screen.contexts().to_vec();
    contexts.extend([Context::Token, Context::Window].iter().filter(|it| !contexts.contains(it)).collect::<Vec<_>>());
    let tokens = contexts.iter().position(|it| *it == Context::Tokens).filter(|_| !contexts.contains(&Context::Groups));
    if let Some(at) = tokens {
        contexts.insert(at + 1, Context::Groups);
    }
    rows(&contexts, |entry| entry.menu == Some(menu), screen, shared)
}

/// What these contexts have of what is wanted.
fn rows(contexts: &[Context], wanted: impl Fn(&Entry) -> bool, screen: &dyn Behave, shared: &Shared) -> Vec<Row> {
    let entries = shared.keymap.entries(contexts).filter(|(entry, _)| wanted(entry));
    let row = |(entry, keys): (&'static Entry, Vec<_>)| Row {
        keys: Keymap::shown(&keys),
        open: can::word(entry, screen, shared).is_some(),
        ..Row::of(Choice::Action(entry.action), entry.what.to_owned())
    };
    entries.map(row).collect()
}

impl Behave for Pick {
    fn contexts(&self) -> &'static [Context] {
        HERE
    }

    fn word(&self, entry: &Entry, _shared: &Shared) -> Option<&'static str> {
        match entry.action {
            Action::Complete => None,
            Action::Accept => Some("choose"),
            _ => Some(entry.short),
        }
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Option<Vec<Do>> {
        match action {
            Action::Accept => return Some(self.choose(shared)),
            Action::Cancel => return Some(vec![Do::Close]),
            Action::Down | Action::Complete => self.step(true),
            Action::Up | Action::PreviousPane => self.step(false),
            Action::First | Action::PageUp => self.end(false),
            Action::Last | Action::PageDown => self.end(true),
            Action::Left => self.turn(-1),
            Action::Right => self.turn(1),
            _ => {}
        }
        Some(vec![])
    }

    fn mouse(&mut self, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let inner = super::tokens::inside(self.area(area));
        match pointer {
            Pointer::Click(at) if inner.contains(at) => {
                let row = self.from + usize::from(at.y - inner.y);
                if !self.rows.get(row).is_some_and(|row| row.open) {
                    return vec![];
                }
                self.at = row;
                self.choose(shared)
            }
            Pointer::Click(at) | Pointer::Menu(at) if !self.area(area).contains(at) => {
                let title = frame::menus(shared).into_iter().find(|(_, area)| area.contains(at));
                let Some((menu, _)) = title.filter(|_| !self.menus.is_empty()) else { return vec![Do::Close] };
                *self = Self::one_of(menu, std::mem::take(&mut self.menus));
                vec![]
            }
            Pointer::Wheel(_, by) => {
                self.act(if by > 0 { Action::Down } else { Action::Up }, shared).unwrap_or_default()
            }
            _ => vec![],
        }
    }

    fn settle(&mut self, area: Rect, _shared: &mut Shared) -> Vec<Do> {
        let height = usize::from(super::tokens::inside(self.area(area)).height).max(1);
        self.from = scrolled(self.from, self.at, self.rows.len(), height);
        vec![]
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let buffer = frame.buffer_mut();
        let inner = dialog(buffer, self.area(area), self.title, shared);
        let seen = self.rows.iter().enumerate().skip(self.from);
        for (y, (at, Row { text, keys, open, .. })) in (inner.y..inner.bottom()).zip(seen) {
            let mut style = shared.style(Role::Dialog);
            if !open {
                style = style.patch(shared.style(Role::Quiet));
            }
            if at == self.at {
                style = style.patch(shared.style(Role::Selected));
                buffer.set_style(Rect { y, height: 1, ..inner }, style);
            }
            put(buffer, inner.x, y, if at == self.at { ">" } else { "" }, 1, style, shared);
            // Whoever sees no colours sees that it has no key now.
            let keys = if *open { keys.as_str() } else { "" };
            let wide = u16::try_from(width(keys)).unwrap_or_default();
            put(buffer, inner.x + 1, y, text, inner.width.saturating_sub(wide + 2), style, shared);
            let x = inner.right().saturating_sub(wide);
            put(buffer, x, y, keys, wide, style.patch(shared.style(Role::Key)), shared);
        }
    }
}

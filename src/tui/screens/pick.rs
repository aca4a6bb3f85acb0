//! One of a few is chosen: a menu's entries, a vault, a theme.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::Behave;
use crate::text::width;
use crate::tui::frame;
use crate::tui::keymap::{Action, Context, Keymap, Menu};
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

/// The list.
#[derive(Debug)]
pub struct Pick {
    title: &'static str,
    place: Place,
    /// Each with what it is called, and its keys.
    choices: Vec<(Choice, String, String)>,
    at: usize,
    from: usize,
    /// Where keys have their meaning from, behind a menu.
    contexts: Vec<Context>,
}

const HERE: &[Context] = &[Context::Field, Context::Move];

impl Pick {
    /// A menu of the bar, on a screen with these contexts.
    pub fn menu(menu: Menu, contexts: &[Context], shared: &Shared) -> Self {
        Self {
            contexts: contexts.to_vec(),
            ..Self::of(menu.title(), Place::Bar(menu), actions(menu, contexts, shared))
        }
    }

    /// What can be done with a token, where the mouse is or in the middle.
    pub fn token(at: Option<Position>, contexts: &[Context], shared: &Shared) -> Self {
        Self::of("Token", at.map_or(Place::Middle, Place::At), actions(Menu::Token, contexts, shared))
    }

    /// The vaults of this device.
    pub fn vaults(shared: &Shared) -> Self {
        let open = shared.vault.as_ref();
        let all = open.iter().flat_map(|vault| &vault.vaults);
        let all = all.map(|name| (Choice::Vault(name.clone()), name.clone(), String::new())).collect();
        let mut pick = Self::of("Vaults", Place::Middle, all);
        let name = open.map(|vault| vault.name.as_str());
        pick.at = pick.choices.iter().position(|(_, text, _)| Some(text.as_str()) == name).unwrap_or(0);
        pick
    }

    /// The themes there are.
    pub fn themes(shared: &Shared) -> Self {
        let all = shared.themes.iter().enumerate();
        let all = all.map(|(at, theme)| (Choice::Theme(at), theme.name.clone(), String::new())).collect();
        let mut pick = Self::of("Colours", Place::Middle, all);
        pick.at = shared.themes.iter().position(|theme| *theme == shared.theme).unwrap_or(0);
        pick
    }

    fn of(title: &'static str, place: Place, choices: Vec<(Choice, String, String)>) -> Self {
        Self { title, place, choices, at: 0, from: 0, contexts: vec![] }
    }

    fn area(&self, area: Rect) -> Rect {
        let widest = |(_, text, keys): &(Choice, String, String)| width(text) + width(keys) + 3;
        let columns = self.choices.iter().map(widest).max().unwrap_or(0).max(width(self.title) + 4) + 2;
        let columns = u16::try_from(columns).unwrap_or(u16::MAX).min(area.width);
        let rows = u16::try_from(self.choices.len() + 2).unwrap_or(u16::MAX).min(area.height);
        let (x, y) = match self.place {
            Place::Middle => return middle(area, columns, rows),
            Place::Bar(menu) => (frame::menu_place(menu).x, area.y + 1),
            Place::At(at) => (at.x, at.y + 1),
        };
        // What does not fit where it should stand moves to where it does.
        Rect::new(x.min(area.right() - columns), y.min(area.bottom() - rows), columns, rows)
    }

    fn choose(&self, shared: &mut Shared) -> Vec<Do> {
        let choice = self.choices.get(self.at).map(|(choice, ..)| choice.clone());
        let then = match choice {
            Some(Choice::Action(action)) => Some(Do::Act(action)),
            Some(Choice::Vault(name)) if shared.vault.as_ref().is_some_and(|vault| vault.name == name) => None,
            Some(Choice::Vault(name)) => return vec![Do::Forget, Do::Effect(Effect::Ask(Request::Switch(name)))],
            Some(Choice::Theme(at)) => shared.themes.get(at).cloned().map(|theme| {
                shared.theme = theme.clone();
                Do::Effect(Effect::Ask(Request::Set(vec![("tui.theme".into(), Some(theme.name))])))
            }),
            None => None,
        };
        [Do::Close].into_iter().chain(then).collect()
    }

    /// To the menu beside.
    fn beside(&self, by: isize, shared: &Shared) -> Vec<Do> {
        let Place::Bar(menu) = self.place else { return vec![] };
        let all = Menu::ALL;
        let at = all.iter().position(|it| *it == menu).unwrap_or(0).checked_add_signed(by);
        let next = at.and_then(|at| all.get(at));
        next.map_or_else(Vec::new, |menu| {
            vec![Do::Close, Do::Open(super::Screen::Pick(Self::menu(*menu, &self.contexts, shared)))]
        })
    }
}

/// What stands in a menu. A token can be meant and the window used wherever one is.
fn actions(menu: Menu, contexts: &[Context], shared: &Shared) -> Vec<(Choice, String, String)> {
    let mut contexts = contexts.to_vec();
    contexts.extend([Context::Token, Context::Window].iter().filter(|it| !contexts.contains(it)).collect::<Vec<_>>());
    let entries = shared.keymap.entries(&contexts).filter(|(entry, _)| entry.menu == Some(menu));
    entries.map(|(entry, keys)| (Choice::Action(entry.action), entry.what.to_owned(), Keymap::shown(&keys))).collect()
}

impl Behave for Pick {
    fn contexts(&self) -> &'static [Context] {
        HERE
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Option<Vec<Do>> {
        let last = self.choices.len().saturating_sub(1);
        match action {
            Action::Accept => return Some(self.choose(shared)),
            Action::Cancel => return Some(vec![Do::Close]),
            Action::Down | Action::Complete => self.at = if self.at == last { 0 } else { self.at + 1 },
            Action::Up | Action::PreviousPane => self.at = self.at.checked_sub(1).unwrap_or(last),
            Action::First | Action::PageUp => self.at = 0,
            Action::Last | Action::PageDown => self.at = last,
            Action::Left => return Some(self.beside(-1, shared)),
            Action::Right => return Some(self.beside(1, shared)),
            _ => {}
        }
        Some(vec![])
    }

    fn mouse(&mut self, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let inner = super::tokens::inside(self.area(area));
        match pointer {
            Pointer::Click(at) if inner.contains(at) => {
                self.at = self.from + usize::from(at.y - inner.y);
                self.choose(shared)
            }
            Pointer::Click(at) | Pointer::Menu(at) if !self.area(area).contains(at) => {
                let title = frame::menus(shared).into_iter().find(|(_, area)| area.contains(at));
                let next =
                    title.map(|(menu, _)| Do::Open(super::Screen::Pick(Self::menu(menu, &self.contexts, shared))));
                [Do::Close].into_iter().chain(next).collect()
            }
            Pointer::Wheel(_, by) => {
                self.act(if by > 0 { Action::Down } else { Action::Up }, shared).unwrap_or_default()
            }
            _ => vec![],
        }
    }

    fn settle(&mut self, area: Rect, _shared: &mut Shared) -> Vec<Do> {
        let height = usize::from(super::tokens::inside(self.area(area)).height).max(1);
        self.from = scrolled(self.from, self.at, self.choices.len(), height);
        vec![]
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let buffer = frame.buffer_mut();
        let inner = dialog(buffer, self.area(area), self.title, shared);
        let seen = self.choices.iter().enumerate().skip(self.from);
        for (y, (at, (_, text, keys))) in (inner.y..inner.bottom()).zip(seen) {
            let mut style = shared.style(Role::Dialog);
            if at == self.at {
                style = style.patch(shared.style(Role::Selected));
                buffer.set_style(Rect { y, height: 1, ..inner }, style);
            }
            put(buffer, inner.x, y, if at == self.at { ">" } else { "" }, 1, style, shared);
            let wide = u16::try_from(width(keys)).unwrap_or_default();
            put(buffer, inner.x + 1, y, text, inner.width.saturating_sub(wide + 2), style, shared);
            let x = inner.right().saturating_sub(wide);
            put(buffer, x, y, keys, wide, style.patch(shared.style(Role::Key)), shared);
        }
    }
}

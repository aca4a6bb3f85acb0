//! Everything that can be done here, found by its name, with its key.

use crossterm::event::KeyEvent;
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::Behave;
use crate::secret::Secret;
use crate::text::width;
use crate::tui::can;
use crate::tui::keymap::{Action, Context, Entry, Keymap};
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::pane::{dialog, middle, put, scrolled};

/// The dialog.
#[derive(Debug)]
pub struct Palette {
    field: Field,
    /// All of them.
    all: Vec<Item>,
    /// Those that fit, by their places, best first.
    found: Vec<usize>,
    at: usize,
    from: usize,
}

#[derive(Debug)]
struct Item {
    action: Action,
    what: &'static str,
    name: &'static str,
    keys: String,
}

const HERE: &[Context] = &[Context::Field];
const SIZE: (u16, u16) = (64, 20);

impl Palette {
    /// What can be done in front of a screen.
    pub fn of(screen: &dyn Behave, shared: &Shared) -> Self {
        // Whoever looks for "up" has the keys for it.
        let contexts: Vec<Context> = screen.contexts().iter().copied().filter(|it| *it != Context::Move).collect();
        let item = |(entry, keys): (&'static Entry, Vec<_>)| Item {
            action: entry.action,
            what: entry.what,
            name: entry.name,
            keys: Keymap::shown(&keys),
        };
        let can = |(entry, _): &(&'static Entry, Vec<_>)| {
            entry.action != Action::Palette && can::word(entry, screen, shared).is_some()
        };
        let all: Vec<Item> = shared.keymap.entries(&contexts).filter(can).map(item).collect();
        let found = (0..all.len()).collect();
        Self { field: Field::default(), all, found, at: 0, from: 0 }
    }

    fn find(&mut self) {
        let pattern = Pattern::parse(self.field.text(), CaseMatching::Ignore, Normalization::Smart);
        let (mut matcher, mut letters) = (Matcher::new(Config::DEFAULT), vec![]);
        let mut score = |item: &Item| {
            let name = item.name.replace('-', " ");
            let texts = [item.what, name.as_str()];
            texts.iter().filter_map(|text| pattern.score(Utf32Str::new(text, &mut letters), &mut matcher)).max()
        };
        let mut found: Vec<(usize, u32)> =
            self.all.iter().enumerate().filter_map(|(at, item)| Some((at, score(item)?))).collect();
        found.sort_by_key(|(_, score)| std::cmp::Reverse(*score));
        self.found = found.into_iter().map(|(at, _)| at).collect();
        (self.at, self.from) = (0, 0);
    }

    fn chosen(&self) -> Vec<Do> {
        let chosen = self.found.get(self.at).and_then(|at| self.all.get(*at));
        [Do::Close].into_iter().chain(chosen.map(|item| Do::Act(item.action))).collect()
    }

    fn rows(area: Rect) -> Rect {
        let inner = super::tokens::inside(middle(area, SIZE.0, SIZE.1));
        Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner }
    }
}

impl Behave for Palette {
    fn contexts(&self) -> &'static [Context] {
        HERE
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn word(&self, entry: &Entry, _shared: &Shared) -> Option<&'static str> {
        match entry.action {
            Action::Complete => None,
            Action::Accept => Some("choose"),
            _ => Some(entry.short),
        }
    }

    fn act(&mut self, action: Action, _shared: &mut Shared) -> Option<Vec<Do>> {
        let last = self.found.len().saturating_sub(1);
        match action {
            Action::Accept => return Some(self.chosen()),
            Action::Cancel => return Some(vec![Do::Close]),
            Action::Down | Action::Complete => self.at = (self.at + 1).min(last),
            Action::Up | Action::PreviousPane => self.at = self.at.saturating_sub(1),
            _ => {}
        }
        Some(vec![])
    }

    fn key(&mut self, event: KeyEvent, _shared: &mut Shared) -> Vec<Do> {
        if self.field.key(event) {
            self.find();
        }
        vec![]
    }

    fn paste(&mut self, pasted: &Secret, _shared: &mut Shared) -> Vec<Do> {
        self.field.paste(pasted);
        self.find();
        vec![]
    }

    fn mouse(&mut self, pointer: Pointer, area: Rect, _shared: &mut Shared) -> Vec<Do> {
        let rows = Self::rows(area);
        match pointer {
            Pointer::Wheel(_, by) => {
                self.at = self.at.saturating_add_signed(by).min(self.found.len().saturating_sub(1))
            }
            Pointer::Click(at) if rows.contains(at) => {
                let row = self.from + usize::from(at.y - rows.y);
                if row < self.found.len() {
                    self.at = row;
                    return self.chosen();
                }
            }
            Pointer::Click(at) if !middle(area, SIZE.0, SIZE.1).contains(at) => return vec![Do::Close],
            _ => {}
        }
        vec![]
    }

    fn settle(&mut self, area: Rect, _shared: &mut Shared) -> Vec<Do> {
        self.from = scrolled(self.from, self.at, self.found.len(), usize::from(Self::rows(area).height).max(1));
        vec![]
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let inner = dialog(frame.buffer_mut(), middle(area, SIZE.0, SIZE.1), "Commands", shared);
        self.field.draw(frame, Rect { height: 1, ..inner }, true, shared);
        let rows = Self::rows(area);
        let buffer = frame.buffer_mut();
        let seen = self.found.iter().enumerate().skip(self.from);
        for (y, (at, item)) in (rows.y..rows.bottom()).zip(seen) {
            let Some(item) = self.all.get(*item) else { continue };
            let mut style = shared.style(Role::Dialog);
            if at == self.at {
                style = style.patch(shared.style(Role::Selected));
                buffer.set_style(Rect { y, height: 1, ..rows }, style);
            }
            let wide = u16::try_from(width(&item.keys)).unwrap_or_default();
            let sign = if at == self.at { ">" } else { "" };
            put(buffer, rows.x, y, sign, 1, style, shared);
            put(buffer, rows.x + 2, y, item.what, rows.width.saturating_sub(wide + 4), style, shared);
            let x = rows.right().saturating_sub(wide + 1);
            put(buffer, x, y, &item.keys, wide, style.patch(shared.style(Role::Key)), shared);
        }
    }
}

//! Everything about one token, in the whole window.

mod sections;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::Behave;
use super::tokens::inside;
use crate::ops::Whole;
use crate::text::escaped;
use crate::token::id::TokenId;
use crate::tui::keymap::{Action, Context};
use crate::tui::message::{Effect, Reply, Request};
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::theme::Role;
use crate::tui::widgets::lines::{self, Line};
use crate::tui::widgets::pane::{body, pane, scroll_bar};

/// From how many columns on there are two beside each other.
const TWO: u16 = 100;

/// The screen.
#[derive(Debug)]
pub struct Detail {
    id: TokenId,
    whole: Option<Box<Whole>>,
    /// It was asked for.
    wanted: bool,
    /// The first line that is seen.
    from: usize,
    /// The address that is meant, by its number.
    page: usize,
}

/// How many lines are told of a page, as a rule.
const ABOUT_PAGE: usize = 4;
const HERE: &[Context] = &[Context::Detail, Context::Token, Context::Move, Context::Window];

impl Detail {
    /// About that token.
    pub fn of(id: TokenId) -> Self {
        Self { id, whole: None, wanted: false, from: 0, page: 0 }
    }

    /// One column or two, inside the border.
    fn columns(area: Rect) -> Vec<Rect> {
        let inner = inside(body(area));
        let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
        if area.width < TWO {
            return vec![inner];
        }
        let left = inner.width * 2 / 5;
        let right = Rect { x: inner.x + left + 2, width: inner.width.saturating_sub(left + 2), ..inner };
        vec![Rect { width: left, ..inner }, right]
    }

    /// The lines of each column.
    fn lines(&self, area: Rect, shared: &Shared) -> Vec<Vec<Line>> {
        let Some(whole) = &self.whole else { return vec![] };
        let columns = Self::columns(area);
        let wide = |at: usize| columns.get(at).map_or(0, |column| usize::from(column.width));
        let page = whole.pages.get(self.page).map(|(_, page)| page.url.as_str());
        if columns.len() < 2 {
            let mut lines = sections::left(whole, wide(0), shared);
            lines.extend(sections::right(whole, page, wide(0), shared));
            return vec![lines];
        }
        vec![sections::left(whole, wide(0), shared), sections::right(whole, page, wide(1), shared)]
    }

    fn longest(&self, area: Rect, shared: &Shared) -> usize {
        self.lines(area, shared).iter().map(Vec::len).max().unwrap_or(0)
    }

    fn step(&mut self, by: isize, shared: &Shared) {
        let (columns, rows) = shared.size;
        let area = Rect::new(0, 0, columns, rows);
        let room = usize::from(inside(body(area)).height);
        let last = self.longest(area, shared).saturating_sub(room);
        self.from = self.from.saturating_add_signed(by).min(last);
    }

    /// Scrolls to the page that is meant. Whether it was not to be seen.
    fn reach(&mut self, shared: &Shared) -> bool {
        let (columns, rows) = shared.size;
        let area = Rect::new(0, 0, columns, rows);
        let room = usize::from(inside(body(area)).height);
        let is_it = |line: &Line| line.iter().any(|(role, _)| *role == Role::Selected);
        let found =
            self.lines(area, shared).iter().find_map(|lines| Some((lines.iter().position(is_it)?, lines.len())));
        let Some((at, len)) = found else { return false };
        let before = self.from;
        // Its address and what to do there stand under it.
        let end = (at + ABOUT_PAGE).min(len);
        self.from = before.clamp(end.saturating_sub(room).min(at), at);
        before != self.from
    }

    fn turn_page(&mut self, by: usize, shared: &Shared) {
        let pages = self.whole.as_ref().map_or(0, |whole| whole.pages.len()).max(1);
        // Who does not see which one is meant is shown it first.
        if !self.reach(shared) {
            self.page = (self.page + by) % pages;
            self.reach(shared);
        }
    }

    fn url(&self) -> Option<String> {
        self.whole.as_ref()?.pages.get(self.page).map(|(_, page)| page.url.clone())
    }

    /// The page whose line stands at a place.
    fn clicked(&self, at: Position, area: Rect, shared: &Shared) -> Option<usize> {
        let columns = Self::columns(area);
        let lines = self.lines(area, shared);
        let (column, lines) = columns.iter().zip(&lines).find(|(column, _)| column.contains(at))?;
        let row = self.from + usize::from(at.y - column.y);
        let pages = &self.whole.as_ref()?.pages;
        let text = lines.get(row)?.iter().map(|(_, text)| text.as_str()).collect::<String>();
        pages.iter().position(|(name, _)| text.trim_start().starts_with(sections::page_title(name)))
    }
}

impl Behave for Detail {
    fn contexts(&self) -> &'static [Context] {
        HERE
    }

    fn token(&self, _shared: &Shared) -> Option<TokenId> {
        Some(self.id)
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Option<Vec<Do>> {
        let page = isize::try_from(shared.size.1.saturating_sub(4)).unwrap_or(1);
        let pages = self.whole.as_ref().map_or(0, |whole| whole.pages.len());
        match action {
            Action::Up => self.step(-1, shared),
            Action::Down => self.step(1, shared),
            Action::PageUp => self.step(-page, shared),
            Action::PageDown => self.step(page, shared),
            Action::First => self.step(isize::MIN, shared),
            Action::Last => self.step(isize::MAX, shared),
            Action::NextPane => self.turn_page(1, shared),
            Action::PreviousPane => self.turn_page(pages.saturating_sub(1), shared),
            Action::Browse if self.reach(shared) => {}
            Action::Browse => {
                return Some(self.url().map(|url| Do::Effect(Effect::Ask(Request::Browse(url)))).into_iter().collect());
            }
            Action::Address => {
                return Some(
                    self.url().map(|url| Do::Effect(Effect::Ask(Request::CopyAddress(url)))).into_iter().collect(),
                );
            }
            Action::Reveal if shared.revealed.take().is_some() => {}
            Action::Reveal => return Some(vec![Do::Effect(Effect::Ask(Request::Reveal(self.id)))]),
            Action::Left | Action::Close | Action::Quit => return Some(vec![Do::Close]),
            action if Context::Token.has(action) => return None,
            Action::Help | Action::Palette | Action::Lock | Action::Suspend | Action::Redraw => return None,
            Action::Settings | Action::Themes | Action::Undo => return None,
            _ => {}
        }
        Some(vec![])
    }

    fn mouse(&mut self, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
        match pointer {
            Pointer::Wheel(_, by) => self.step(by, shared),
            Pointer::Click(at) => {
                if let Some(page) = self.clicked(at, area, shared) {
                    self.page = page;
                    return vec![Do::Act(Action::Browse)];
                }
            }
            _ => {}
        }
        vec![]
    }

    fn reply(&mut self, reply: &Reply, _shared: &mut Shared) -> Vec<Do> {
        match reply {
            Reply::Whole(whole) if whole.token.id == self.id => {
                (self.whole, self.wanted) = (Some(whole.clone()), false);
            }
            // What is shown is not what is there any more.
            Reply::Loaded(..) | Reply::Copied(_) => self.wanted = false,
            _ => {}
        }
        if matches!(reply, Reply::Loaded(..) | Reply::Copied(_)) {
            self.wanted = true;
            return vec![Do::Effect(Effect::Ask(Request::Whole(self.id)))];
        }
        vec![]
    }

    fn settle(&mut self, _area: Rect, _shared: &mut Shared) -> Vec<Do> {
        if self.whole.is_some() || std::mem::replace(&mut self.wanted, true) {
            return vec![];
        }
        vec![Do::Effect(Effect::Ask(Request::Whole(self.id)))]
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let outer = body(area);
        let title = self.whole.as_ref().map(|whole| escaped(&whole.token.path()).into_owned()).unwrap_or_default();
        ratatui::widgets::Widget::render(ratatui::widgets::Clear, outer, frame.buffer_mut());
        frame.buffer_mut().set_style(outer, shared.style(Role::Text));
        pane(frame.buffer_mut(), outer, &title, true, shared);
        let lines = self.lines(area, shared);
        for (column, lines) in Self::columns(area).into_iter().zip(&lines) {
            lines::draw(frame.buffer_mut(), column, lines, self.from, shared);
        }
        let inner = inside(outer);
        scroll_bar(
            frame.buffer_mut(),
            Rect { width: inner.width + 1, ..inner },
            self.from,
            lines.iter().map(Vec::len).max().unwrap_or(0),
            shared,
        );
    }
}

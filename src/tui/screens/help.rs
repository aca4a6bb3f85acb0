//! Keys, the words of a filter, and what the signs mean.

use ratatui::Frame;
use ratatui::layout::{Margin, Rect};

use super::Behave;
use crate::text::wrapped;
use crate::token::status::Status;
use crate::tui::keymap::{Action, Context, Entry, Keymap};
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::theme::Role;
use crate::tui::widgets::pane::{dialog, middle, put, scroll_bar};

/// The dialog.
#[derive(Debug, Default)]
pub struct Help {
    from: usize,
}

const HERE: &[Context] = &[Context::Move, Context::Field, Context::Dialog];
const SIZE: (u16, u16) = (76, 40);

const KEYS: [(Context, &str); 17] = [
    (Context::Token, "A token"),
    (Context::Tokens, "Tokens"),
    (Context::Groups, "Groups"),
    (Context::Timeline, "Timeline"),
    (Context::Reminders, "Reminders"),
    (Context::Activity, "Activity"),
    (Context::Services, "Services"),
    (Context::Detail, "Everything about a token"),
    (Context::Form, "Forms"),
    (Context::Place, "A place, when rotating"),
    (Context::Entry, "The form about a token"),
    (Context::NewToken, "The form for a new token"),
    (Context::Move, "Moving"),
    (Context::Window, "Everywhere"),
    (Context::Field, "Where something is typed"),
    (Context::Dialog, "In front of a question"),
    (Context::Word, "Yes or no, before a vault opens"),
];

const WORDS: [(&str, &str); 9] = [
    ("ci deploy", "free words, found anywhere in names, accounts, tags, scopes"),
    ("service: name: account:", "a part of that; with = in place of : the whole of it"),
    ("#prod tag: scope: kind:", "the same for tags, scopes and kinds"),
    ("instance: place:", "for the service's address, and places where one is installed"),
    ("risk:high", "a scope with that risk; also medium, low"),
    ("expires<30d", "ends sooner; also expires>2027-01-31"),
    ("unused>90d", "not used for longer"),
    ("is:expired", "also expiring, dead, owed, alive, unknown, unverified, uninstalled, mismatched, trashed, purged"),
    ("-word", "what must not be so; \"two words\" are one in quotes"),
];

const MOUSE: [(&str, &str); 7] = [
    ("click", "selects; on a heading it sorts, again the other way round"),
    ("double click", "copies"),
    ("right click", "opens the menu of the token"),
    ("click on the vault", "its name in the bar: opens another one, where there are several"),
    ("wheel", "scrolls"),
    ("drag", "a border between two panes moves it"),
    ("shift and drag", "selects text, as in any program of this terminal"),
];

/// A line: a name and what it is, which goes on in lines without a name; or a heading, whose second half is empty.
type Line = (String, String);

/// How many columns the names get of those in the dialog.
fn names(columns: u16) -> u16 {
    25.min(columns / 3)
}

/// All lines, of so many columns each.
fn lines(shared: &Shared, columns: u16) -> Vec<Line> {
    let heading = |text: &str| (text.to_owned(), String::new());
    let pairs = |all: &[(&str, &str)]| all.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
    let mut lines = vec![];
    for (context, title) in KEYS {
        lines.push(heading(title));
        let contexts = [context];
        let entries = shared.keymap.entries(&contexts);
        lines.extend(entries.map(|(entry, keys)| (Keymap::shown(&keys), format!("{} ({})", entry.what, entry.name))));
    }
    lines.push(heading("Words of a filter"));
    lines.extend(pairs(&WORDS));
    lines.push(heading("Signs"));
    lines.extend(Status::ALL.map(|status| (status.sign(shared.ascii).to_owned(), status.word().to_owned())));
    lines.push(heading("Mouse"));
    lines.extend(pairs(&MOUSE));
    let room = usize::from(columns.saturating_sub(names(columns) + 2));
    lines.into_iter().flat_map(|line| broken(line, room)).collect()
}

/// A line whose second half has no more columns than that, and those with the rest of it.
fn broken((name, what): Line, room: usize) -> Vec<Line> {
    let what = wrapped(&what, room);
    let mut parts = what.lines().map(str::to_owned);
    let first = (name, parts.next().unwrap_or_default());
    [first].into_iter().chain(parts.map(|part| (String::new(), part))).collect()
}

/// The dialog, and the place within its frame.
fn areas(area: Rect) -> (Rect, Rect) {
    let outer = middle(area, SIZE.0, SIZE.1);
    (outer, outer.inner(Margin::new(1, 1)))
}

impl Behave for Help {
    fn contexts(&self) -> &'static [Context] {
        HERE
    }

    fn word(&self, entry: &Entry, _shared: &Shared) -> Option<&'static str> {
        (entry.action == Action::Cancel && entry.context == Context::Field).then_some("close")
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Option<Vec<Do>> {
        let (columns, rows) = shared.size;
        let (_, inner) = areas(Rect::new(0, 0, columns, rows));
        let height = usize::from(inner.height);
        let last = lines(shared, inner.width).len().saturating_sub(height);
        self.from = match action {
            Action::Up => self.from.saturating_sub(1),
            Action::Down => self.from + 1,
            Action::PageUp => self.from.saturating_sub(height),
            Action::PageDown => self.from + height,
            Action::First => 0,
            Action::Last => last,
            Action::Cancel | Action::Accept | Action::Yes | Action::Quit => return Some(vec![Do::Close]),
            _ => self.from,
        }
        .min(last);
        Some(vec![])
    }

    fn mouse(&mut self, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
        match pointer {
            Pointer::Wheel(_, by) => {
                let action = if by > 0 { Action::Down } else { Action::Up };
                for _ in 0..by.unsigned_abs() {
                    self.act(action, shared);
                }
                vec![]
            }
            Pointer::Click(at) if !areas(area).0.contains(at) => vec![Do::Close],
            _ => vec![],
        }
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let buffer = frame.buffer_mut();
        let (outer, inner) = areas(area);
        dialog(buffer, outer, "Help", shared);
        let lines = lines(shared, inner.width);
        let names = names(inner.width);
        for (y, (name, what)) in (inner.y..inner.bottom()).zip(lines.iter().skip(self.from)) {
            if what.is_empty() {
                put(buffer, inner.x, y, name, inner.width, shared.style(Role::Heading), shared);
                continue;
            }
            put(buffer, inner.x + 1, y, name, names, shared.style(Role::Key), shared);
            let x = inner.x + names + 2;
            put(buffer, x, y, what, inner.right().saturating_sub(x), shared.style(Role::Dialog), shared);
        }
        scroll_bar(buffer, Rect { width: inner.width + 1, ..inner }, self.from, lines.len(), shared);
    }
}

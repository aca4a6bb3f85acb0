//! The window around the screens: the bar, the tabs, the foot. One layout tells what stands where, to whoever draws and to
//! whoever clicks.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Widget};

use super::can;
use super::keymap::{Action, Context, Key, Keymap, Menu};
use super::model::{Model, Shared};
use super::screens::{Cover, Screen};
use super::theme::Role;
use crate::text::{clipped, escaped, width};

/// The smallest window that shows anything.
pub const LEAST: (u16, u16) = (40, 12);

/// What stands where.
#[derive(Debug, Default)]
pub struct Layout {
    /// The whole window.
    pub whole: Rect,
    /// The line at the top.
    pub bar: Rect,
    /// The tabs, by their numbers.
    pub tabs: Vec<(usize, Rect)>,
    /// What is left for a tab's screen.
    pub body: Rect,
    /// What can be clicked in the line at the foot.
    pub foot: Vec<(Action, Rect)>,
    /// The line at the foot.
    pub foot_line: Rect,
}

/// Where everything stands.
pub fn layout(model: &Model) -> Layout {
    let (columns, rows) = model.shared.size;
    let whole = Rect::new(0, 0, columns, rows);
    if columns < LEAST.0 || rows < LEAST.1 {
        return Layout { whole, body: whole, ..Layout::default() };
    }
    // With one tab there is nothing to choose from.
    let tab_rows = u16::from(model.tabs.len() > 1);
    let bar = Rect { height: 1, ..whole };
    let foot_line = Rect { y: rows - 1, height: 1, ..whole };
    let body = Rect { y: 1 + tab_rows, height: rows - 2 - tab_rows, ..whole };
    let mut tabs = vec![];
    let mut x = 0;
    for (at, title) in tab_titles(model).iter().enumerate().filter(|_| tab_rows > 0) {
        let wide = columns_of(title);
        tabs.push((at, Rect { x, y: 1, width: wide.min(columns.saturating_sub(x)), height: 1 }));
        x = x.saturating_add(wide);
    }
    let foot = foot(model, foot_line).into_iter().map(|it| (it.action, it.area)).collect();
    Layout { whole, bar, tabs, body, foot, foot_line }
}

/// What a tab says: its number, its name where there is room for that, and how much there is to do.
fn tab_title(at: usize, screen: &Screen, named: bool, shared: &Shared) -> String {
    let name = if named { format!(" {}", screen.it().title()) } else { String::new() };
    format!(" {}{name}{} ", at + 1, screen.it().badge(shared))
}

/// The tabs as they are called. Where there is no room for all names, only the one that is open has its own.
fn tab_titles(model: &Model) -> Vec<String> {
    let title = |(at, screen), all: bool| tab_title(at, screen, all || at == model.tab, &model.shared);
    let whole: Vec<String> = model.tabs.iter().enumerate().map(|tab| title(tab, true)).collect();
    if whole.iter().map(|title| width(title)).sum::<usize>() <= model.shared.size.0.into() {
        return whole;
    }
    model.tabs.iter().enumerate().map(|tab| title(tab, false)).collect()
}

fn columns_of(text: &str) -> u16 {
    u16::try_from(width(text)).unwrap_or(u16::MAX)
}

/// What can be done here, each with its first key and its place.
fn foot(model: &Model, line: Rect) -> Vec<Named> {
    let Some(screen) = model.front() else { return vec![] };
    let contexts = screen.it().contexts();
    // What was just said goes before keys: those are there again with the next one.
    let most = if model.shared.notice.is_some() { line.width } else { line.width / 2 };
    // One column free at the edge, and one between.
    let taken = match columns_of(&said(&model.shared)) {
        0 => 1,
        wide => wide.min(most) + 2,
    };
    let room = line.width.saturating_sub(taken);
    let short = model.shared.keymap.entries(contexts).filter(|(entry, _)| !entry.short.is_empty());
    let named = short.filter_map(|(entry, keys)| {
        let (word, key) = (can::word(entry, screen.it(), &model.shared)?, *keys.first()?);
        let width = columns_of(&key.to_string()) + 1 + columns_of(word);
        Some(Named { action: entry.action, key, word, area: Rect { width, ..line } })
    });
    // Where everything else is found is said wherever there is room for more than that.
    let (all, mut others): (Vec<_>, Vec<_>) = named.partition(|it| !LEADS_ON.contains(&it.action));
    let kept = others.iter().map(|it| it.area.width + 2).sum::<u16>();
    let kept = if kept < room / 3 { kept } else { 0 };
    others.retain(|_| kept > 0);
    let mut x = line.x + 1;
    let mut place = |it: Named| {
        let placed = Named { area: Rect { x, ..it.area }, ..it };
        x += placed.area.width + 2;
        placed
    };
    let mut right = line.x + 1 + kept;
    let fits = |it: &Named| {
        right += it.area.width + 2;
        right <= line.x + room + 2
    };
    let found: Vec<Named> = all.into_iter().take_while(fits).map(&mut place).collect();
    found.into_iter().chain(others.into_iter().map(place)).collect()
}

/// An action at the foot.
struct Named {
    action: Action,
    key: Key,
    word: &'static str,
    area: Rect,
}

/// What leads to everything else.
const LEADS_ON: [Action; 2] = [Action::Palette, Action::Help];

const NAME: &str = " patvault ";
/// From how many columns on the bar has menus.
const MENUS: u16 = 60;

/// The titles of the menus, where there is room for them.
pub fn menus(shared: &Shared) -> Vec<(Menu, Rect)> {
    if shared.size.0 < MENUS { vec![] } else { Menu::ALL.map(|menu| (menu, menu_place(menu))).into() }
}

/// Where the title of a menu stands.
pub fn menu_place(menu: Menu) -> Rect {
    let before = Menu::ALL.iter().take_while(|it| **it != menu);
    let x = before.map(|menu| columns_of(menu.title()) + 2).sum::<u16>() + columns_of(NAME);
    Rect::new(x, 0, columns_of(menu.title()) + 2, 1)
}

/// The columns of a gauge at the foot.
const GAUGE: usize = 8;

/// What is said on the right of the foot.
fn said(shared: &Shared) -> String {
    if let Some(notice) = &shared.notice {
        // There is one line for it, whatever it has.
        return notice.text.lines().map(|line| escaped(line.trim())).collect::<Vec<_>>().join(" ");
    }
    if let Some((_, until)) = &shared.copied {
        return format!("copied, clears in {} s", shared.seconds_left(*until));
    }
    if let Some((done, of)) = shared.progress {
        return asking(done, of, shared);
    }
    match shared.list.marks().len() {
        0 => String::new(),
        marked => format!("{marked} marked"),
    }
}

/// How far the asking of services is, as a gauge, and what ends it.
fn asking(done: usize, of: usize, shared: &Shared) -> String {
    let full = done.min(of) * GAUGE / of.max(1);
    let (over, left) = if shared.ascii { ("#", "-") } else { ("▓", "░") };
    let gauge = over.repeat(full) + &left.repeat(GAUGE - full);
    let key = shared.keymap.entries(&[Context::Window]).find(|(entry, _)| entry.action == Action::Stop);
    let key = key.and_then(|(_, keys)| keys.first().map(|key| format!("  {key} stops"))).unwrap_or_default();
    format!("asked {done} of {of} {gauge}{key}")
}

/// The vault that is open, at the right of the bar; and how long it stays so.
fn vault_words(shared: &Shared) -> Option<(String, String)> {
    let vault = shared.vault.as_ref()?;
    let locks = shared.locks.map(|until| format!("  locks in {}", time_left(shared.seconds_left(until))));
    let more = match (vault.vaults.len(), shared.ascii) {
        (0 | 1, _) => "",
        (_, true) => " v",
        (_, false) => " ▾",
    };
    let what = if vault.demo { "demo" } else { vault.name.as_str() };
    Some((format!("{}{more}", escaped(what)), format!("{} ", locks.unwrap_or_default())))
}

/// Where the name of the vault stands, which is clicked for another one.
pub fn vault_place(shared: &Shared) -> Option<Rect> {
    let (name, after) = vault_words(shared)?;
    let right = shared.size.0.checked_sub(columns_of(&after))?;
    Some(Rect::new(right.checked_sub(columns_of(&name))?, 0, columns_of(&name), 1))
}

/// Draws the whole window.
pub fn draw(frame: &mut Frame, model: &Model) {
    let shared = &model.shared;
    let layout = layout(model);
    Block::new().style(shared.style(Role::Text)).render(layout.whole, frame.buffer_mut());
    if layout.foot_line.is_empty() {
        return too_small(frame, layout.whole, shared);
    }
    let covered = model.stack.iter().any(|screen| screen.it().cover() == Cover::Whole);
    if covered {
        for screen in &model.stack {
            screen.it().draw(frame, layout.whole, shared);
        }
        return;
    }
    draw_bar(frame, &layout, model);
    if let Some(tab) = model.tabs.get(model.tab) {
        tab.it().draw(frame, layout.body, shared);
    }
    for screen in &model.stack {
        screen.it().draw(frame, layout.whole, shared);
    }
    draw_foot(frame, &layout, model);
}

fn too_small(frame: &mut Frame, area: Rect, shared: &Shared) {
    let (columns, rows) = LEAST;
    let lines = ["patvault".to_owned(), format!("needs {columns}x{rows}"), "make it larger".to_owned()];
    for (row, text) in (area.y..area.bottom()).zip(lines) {
        frame.buffer_mut().set_stringn(area.x, row, text, area.width.into(), shared.style(Role::Text));
    }
}

fn draw_bar(frame: &mut Frame, layout: &Layout, model: &Model) {
    let shared = &model.shared;
    let buffer = frame.buffer_mut();
    buffer.set_style(layout.bar, shared.style(Role::Bar));
    let right = vault_words(shared).map(|(name, after)| name + &after).unwrap_or_default();
    buffer.set_stringn(layout.bar.x, layout.bar.y, NAME, layout.bar.width.into(), shared.style(Role::Bar));
    let menus = menus(shared);
    for (menu, area) in &menus {
        buffer.set_stringn(area.x, area.y, format!(" {} ", menu.title()), area.width.into(), shared.style(Role::Bar));
    }
    let used = menus.last().map_or(columns_of(NAME), |(_, area)| area.right());
    let room = usize::from(layout.bar.width.saturating_sub(used));
    let right = clipped(&right, room, shared.ascii);
    let x = layout.bar.right().saturating_sub(columns_of(&right));
    buffer.set_stringn(x, layout.bar.y, &right, room, shared.style(Role::Bar));
    for ((at, area), title) in layout.tabs.iter().zip(tab_titles(model)) {
        let role = if *at == model.tab { Role::Current } else { Role::Quiet };
        buffer.set_stringn(area.x, area.y, title, area.width.into(), shared.style(role));
    }
}

/// Minutes, and seconds in the last one.
fn time_left(seconds: u64) -> String {
    match seconds {
        0..=60 => format!("{seconds} s"),
        61..=7200 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds / 3600),
    }
}

fn draw_foot(frame: &mut Frame, layout: &Layout, model: &Model) {
    let shared = &model.shared;
    let line = layout.foot_line;
    let buffer = frame.buffer_mut();
    buffer.set_style(line, shared.style(Role::Bar));
    let named = foot(model, line);
    for it in &named {
        let spans = [
            Span::styled(it.key.to_string(), shared.style(Role::Key)),
            Span::styled(format!(" {}", it.word), shared.style(Role::Bar)),
        ];
        Line::from(spans.to_vec()).render(it.area, buffer);
    }
    let role = shared.notice.as_ref().map_or(Role::Bar, |notice| notice.role);
    let used = named.last().map_or(line.x, |it| it.area.right());
    let room = usize::from(line.right().saturating_sub(used)).saturating_sub(2);
    let text = said(shared);
    let text = clipped(&text, room, shared.ascii);
    let x = line.right().saturating_sub(columns_of(&text) + 1);
    buffer.set_stringn(x, line.y, &text, room, shared.style(Role::Bar).patch(shared.style(role)));
}

/// The keys of an action where these contexts hold, as text, for buttons.
pub fn button_of(shared: &Shared, contexts: &[Context], action: Action) -> String {
    Keymap::shown(&keys_of(shared, contexts, action))
}

/// The same without those that are characters.
pub fn button_beside_text(shared: &Shared, contexts: &[Context], action: Action) -> String {
    let mut keys = keys_of(shared, contexts, action);
    keys.retain(|key| !key.is_text());
    Keymap::shown(&keys)
}

fn keys_of(shared: &Shared, contexts: &[Context], action: Action) -> Vec<Key> {
    let mut entries = shared.keymap.entries(contexts);
    entries.find(|(entry, _)| entry.action == action).map(|(_, keys)| keys.to_vec()).unwrap_or_default()
}

//! Everything about the token that is selected.

use chrono::{DateTime, Utc};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::draw::role_of;
use crate::ops::by_day;
use crate::scope::{Risk, Scope};
use crate::text::{escaped, escaped_lines};
use crate::token::column::discarded;
use crate::token::consumer::Way;
use crate::token::expiry::Expiry;
use crate::token::now::Now;
use crate::token::reminder::reminders;
use crate::token::{Token, phrase, when};
use crate::tui::message::USE_DAYS;
use crate::tui::model::Shared;
use crate::tui::theme::Role;
use crate::tui::widgets::lines::{self, Line, Lines};
use crate::tui::widgets::pane::{pane, scroll_bar};
use crate::tui::widgets::spark::spark;

/// Draws the pane.
pub fn draw(buffer: &mut Buffer, area: Rect, from: usize, focused: bool, shared: &Shared) {
    let title = shared.list.token().map_or_else(|| "Details".to_owned(), |token| escaped(&token.path()).into_owned());
    let inner = pane(buffer, area, &title, focused, shared);
    let text = text(area);
    let lines = lines(shared, text.width.into());
    lines::draw(buffer, text, &lines, from, shared);
    scroll_bar(buffer, Rect { width: inner.width + 1, ..inner }, from, lines.len(), shared);
}

/// Where its lines stand.
pub fn text(area: Rect) -> Rect {
    let inner = super::inside(area);
    Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner }
}

/// The lines, each as wide as there is room.
pub fn lines(shared: &Shared, columns: usize) -> Vec<Line> {
    let Some(token) = shared.list.token() else { return vec![] };
    let mut lines = Lines::of(columns);
    head(&mut lines, token, shared);
    revealed(&mut lines, token, shared);
    dates(&mut lines, token, shared);
    scopes(&mut lines, token.current().may(), shared.ascii);
    owed(&mut lines, token, shared);
    uses(&mut lines, token, shared);
    places(&mut lines, token, shared);
    older(&mut lines, token, shared);
    facts(&mut lines, token, &shared.at.now);
    lines.lines
}

/// What it is, and how it is.
pub fn head(lines: &mut Lines, token: &Token, shared: &Shared) {
    let rules = shared.rules();
    let kind = token.kind.as_ref().map(|kind| format!(", {kind}")).unwrap_or_default();
    lines.text(Role::Text, &format!("{}{kind}", token.service));
    let at = [&token.account, &token.instance].into_iter().flatten().cloned().collect::<Vec<_>>().join(" at ");
    if !at.is_empty() {
        lines.text(Role::Quiet, &at);
    }
    let tags = token.tags.iter().map(|tag| format!("#{tag}")).collect::<Vec<_>>().join(" ");
    if !tags.is_empty() {
        lines.text(Role::Tag, &tags);
    }
    match discarded(token) {
        Some(word) => lines.text(Role::Quiet, &format!("in the trash: {word}")),
        None => {
            let status = token.status(&rules, &shared.at.now);
            lines.text(role_of(status), &format!("{} {}", status.sign(shared.ascii), status.word()));
        }
    }
    lines.text(Role::Quiet, &format!("verified: {}", phrase::verified(token.current(), &shared.at.now)));
}

/// Its secret, while it is shown.
pub fn revealed(lines: &mut Lines, token: &Token, shared: &Shared) {
    let Some(revealed) = shared.revealed.as_ref().filter(|revealed| revealed.id == token.id) else { return };
    lines.heading(&format!("Secret, for {} s", shared.seconds_left(revealed.until)));
    lines.cut(Role::Marked, revealed.secret.expose());
}

/// When it ends.
pub fn dates(lines: &mut Lines, token: &Token, shared: &Shared) {
    let now = &shared.at.now;
    let current = token.current();
    lines.heading("Expires");
    match (current.expiry, current.expiry.date()) {
        (Expiry::Unknown, _) => lines.text(Role::Unknown, "nobody knows when"),
        (_, None) => lines.text(Role::Text, "never"),
        (_, Some(date)) => {
            let day = date.day(now);
            lines.text(Role::Text, &format!("{day}, {}", when::words(day, now)));
            let issued = current.issued.map_or_else(|| now.day_of(current.added), |issued| issued.day(now));
            lifetime(lines, (day - issued).num_days(), (now.today() - issued).num_days(), shared);
        }
    }
    if let Some(said) = phrase::said(current.expiry, now) {
        lines.text(Role::Quiet, &said);
    }
}

/// How much of its life is over, as a bar.
fn lifetime(lines: &mut Lines, whole: i64, over: i64, shared: &Shared) {
    let room = i64::try_from(lines.columns.saturating_sub(6).min(24)).unwrap_or_default();
    if whole <= 0 || room < 4 {
        return;
    }
    let over = over.clamp(0, whole);
    let count = |cells: i64| usize::try_from(cells).unwrap_or_default();
    let full = over * room / whole;
    let (done, open) = if shared.ascii { ("#", "-") } else { ("▓", "░") };
    lines.lines.push(vec![
        (Role::Text, done.repeat(count(full))),
        (Role::Quiet, open.repeat(count(room - full))),
        (Role::Quiet, format!(" {}%", over * 100 / whole)),
    ]);
}

/// How a risk looks: its role, its sign, and a word as long as the others.
pub fn risk_look(risk: Option<Risk>, ascii: bool) -> (Role, &'static str, &'static str) {
    match (risk, ascii) {
        (Some(Risk::High), false) => (Role::Bad, "▲", "high "),
        (Some(Risk::High), true) => (Role::Bad, "^", "high "),
        (Some(Risk::Medium), false) => (Role::Soon, "●", "write"),
        (Some(Risk::Medium), true) => (Role::Soon, "*", "write"),
        (Some(Risk::Low), _) => (Role::Good, "o", "read "),
        (None, _) => (Role::Quiet, " ", "     "),
    }
}

fn scopes(lines: &mut Lines, scopes: &[Scope], ascii: bool) {
    if scopes.is_empty() {
        return;
    }
    lines.heading("Scopes");
    let mut sorted: Vec<&Scope> = scopes.iter().collect();
    sorted.sort_by_key(|scope| std::cmp::Reverse(scope.risk()));
    for scope in sorted {
        let (role, sign, word) = risk_look(scope.risk(), ascii);
        lines.text(role, &format!("{sign} {word} {}", scope.name));
    }
}

/// What is or will be owed for it.
pub fn owed(lines: &mut Lines, token: &Token, shared: &Shared) {
    let now = &shared.at.now;
    let all = reminders(token, &shared.rules(), now);
    if !all.is_empty() {
        lines.heading("Reminders");
    }
    for reminder in all {
        let is_owed = reminder.is_owed(now.today());
        let from = if is_owed { "owed".to_owned() } else { when::words(reminder.owed_from(), now) };
        let role = if is_owed { Role::Owed } else { Role::Text };
        lines.text(role, &format!("{} ({from}): {}", reminder.duty, reminder.why));
    }
}

fn uses(lines: &mut Lines, token: &Token, shared: &Shared) {
    let now = &shared.at.now;
    lines.heading("Used");
    let details = shared.details.as_ref().filter(|details| details.id == token.id);
    // What was read for it alone is newer than what was read with all.
    let latest = details.and_then(|details| details.uses.first()).map(|used| used.at).max(token.last_use);
    lines.text(Role::Text, &latest.map_or_else(|| "never".to_owned(), |at| when::ago(at, now)));
    if let Some(details) = details {
        month(lines, details.times.iter().copied(), shared);
    }
    for used in details.iter().flat_map(|details| &details.uses) {
        let at = when::wall(used.at, now);
        lines.text(Role::Quiet, &format!("{at}  {} on {}", used.verb, used.device));
    }
    if let Some(note) = details.and_then(|details| details.note.as_deref()) {
        lines.heading("Note");
        for line in escaped_lines(note) {
            lines.text(Role::Text, &line);
        }
    }
}

/// How often it was used on each day of the last month.
pub fn month(lines: &mut Lines, times: impl Iterator<Item = DateTime<Utc>>, shared: &Shared) {
    let days = USE_DAYS.min(lines.columns);
    let counts = by_day(times, days, &shared.at.now);
    let total: usize = counts.iter().sum();
    if total > 0 {
        let said = format!(" {total} in {days} d");
        let fits = days + said.len() <= lines.columns;
        lines.lines.push(vec![(Role::Good, spark(&counts, shared.ascii))]);
        let line = if fits { lines.lines.last_mut() } else { None };
        match line {
            Some(line) => line.push((Role::Quiet, said)),
            None => lines.text(Role::Quiet, said.trim_start()),
        }
    }
}

/// Where it is installed, and whether the version in use is there.
pub fn places(lines: &mut Lines, token: &Token, shared: &Shared) {
    if token.consumers.is_empty() {
        return;
    }
    lines.heading("Installed in");
    for place in token.places() {
        let (role, sign, state) = match (place.since, place.older) {
            (Some(at), _) => (Role::Good, if shared.ascii { "+" } else { "✓" }, when::ago(at, &shared.at.now)),
            (None, Some(number)) => (Role::Owed, "!", format!("still version {number}")),
            (None, None) => (Role::Owed, "!", "not yet".to_owned()),
        };
        lines.text(role, &format!("{sign} {}  {state}", place.place));
        match place.way {
            Way::Hand { note: Some(note) } => lines.text(Role::Quiet, &format!("    {note}")),
            Way::Hand { note: None } => {}
            Way::Run { command, .. } => lines.text(Role::Quiet, &format!("    $ {command}")),
        }
    }
}

fn older(lines: &mut Lines, token: &Token, shared: &Shared) {
    let now = &shared.at.now;
    if token.versions.len() > 1 {
        lines.heading("Older versions");
        for version in token.versions.iter().skip(1) {
            lines.text(Role::Text, &phrase::older(version, now));
        }
    }
}

/// What else is known of it.
pub fn facts(lines: &mut Lines, token: &Token, now: &Now) {
    let current = token.current();
    lines.heading("Facts");
    for (name, value) in &token.facts {
        lines.fact(name, value);
    }
    for (name, value) in &current.told {
        let (name, value) = phrase::told(name, value, now);
        lines.fact(&name, &value);
    }
    lines.fact("secrets", &current.parts.iter().map(String::as_str).collect::<Vec<_>>().join(", "));
    if let Some(issued) = current.issued {
        lines.fact("issued", &issued.day(now).to_string());
    }
    lines.fact("added", &when::wall(token.added, now));
    lines.fact("id", &token.id.short());
}

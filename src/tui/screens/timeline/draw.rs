//! Draws the timeline.

use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;

use super::areas::{Areas, areas};
use super::{Pane, Timeline};
use crate::text::width;
use crate::token::{Token, phrase};
use crate::tui::model::Shared;
use crate::tui::screens::tokens::{draw_filter, inside, role_of};
use crate::tui::theme::Role;
use crate::tui::widgets::month::MonthView;
use crate::tui::widgets::pane::{pane, put, scroll_bar};
use crate::tui::widgets::timeline::{Timeline as Bars, legend};
use crate::tui::widgets::weeks::{WeeksView, weeks};

/// Draws the screen.
pub fn draw(timeline: &Timeline, frame: &mut Frame, area: Rect, shared: &Shared) {
    let places = areas(timeline, area, shared);
    if !places.bars.is_empty() {
        bars(timeline, frame, &places, shared);
    }
    let buffer = frame.buffer_mut();
    if !places.month.is_empty() {
        month(timeline, buffer, &places, shared);
    }
    if !places.weeks.is_empty() {
        chart(timeline, buffer, places.weeks, shared);
    }
}

fn bars(timeline: &Timeline, frame: &mut Frame, places: &Areas, shared: &Shared) {
    let list = &shared.list;
    let focused = timeline.focus == Pane::Bars;
    let of = list.groups().first().map_or(0, |all| all.count);
    let count = if list.len() == of { of.to_string() } else { format!("{} of {of}", list.len()) };
    pane(frame.buffer_mut(), places.bars, &format!("Timeline {} - {count}", timeline.scale.word()), focused, shared);
    if !places.filter.is_empty() {
        draw_filter(timeline.filter.as_ref(), frame, places.filter, shared);
    }
    let buffer = frame.buffer_mut();
    let seen: Vec<&Token> =
        (timeline.from..timeline.from + usize::from(places.rows.height)).map_while(|at| list.row(at)).collect();
    let rules = shared.rules();
    Bars {
        tokens: &seen,
        selected: list.at().checked_sub(timeline.from).filter(|at| *at < seen.len()),
        focused,
        ends: &timeline.ends,
        axis: timeline.axis(places.times.width, shared),
        first: shared.config.tui.week.weekday(),
        rules: &rules,
        now: &shared.at.now,
        theme: &shared.theme,
        ascii: shared.ascii,
    }
    .render(places.chart, buffer);
    if list.is_empty() && !places.rows.is_empty() {
        let text = if of == 0 { "No tokens yet." } else { "Nothing fits the filter." };
        put(buffer, places.rows.x + 1, places.rows.y, text, places.rows.width - 1, shared.style(Role::Quiet), shared);
    }
    scroll_bar(buffer, Rect { width: places.rows.width + 1, ..places.rows }, timeline.from, list.len(), shared);
    if let Some(token) = list.token().filter(|_| !places.about.is_empty()) {
        let text = format!("{}: ends {}", token.path(), phrase::expires(token.current().expiry, &shared.at.now));
        let style = shared.style(Role::Text);
        put(buffer, places.about.x + 1, places.about.y, &text, places.about.width.saturating_sub(2), style, shared);
    }
    for (scale, place) in &places.scales {
        let role = if *scale == timeline.scale { Role::Current } else { Role::Quiet };
        put(buffer, place.x, place.y, scale.word(), place.width, shared.style(role), shared);
    }
    let text = legend(shared.ascii);
    // A part of it would explain nothing.
    if width(&text) < places.legend.width.into() {
        put(
            buffer,
            places.legend.x + 1,
            places.legend.y,
            &text,
            places.legend.width,
            shared.style(Role::Quiet),
            shared,
        );
    }
}

fn month(timeline: &Timeline, buffer: &mut Buffer, places: &Areas, shared: &Shared) {
    let focused = timeline.focus == Pane::Month;
    pane(buffer, places.month, "Ends by day", focused, shared);
    let month = timeline.month(shared);
    let today = shared.at.now.today();
    let theme = &shared.theme;
    MonthView { month: &month, ends: &timeline.ends, today, focused, theme, ascii: shared.ascii }
        .render(places.days, buffer);
    let day = month.day();
    let place = places.ending;
    if place.is_empty() {
        return;
    }
    let count = timeline.ends.on(day);
    let what = match count {
        0 => "nothing ends".to_owned(),
        1 => "1 token ends".to_owned(),
        count => format!("{count} tokens end"),
    };
    let text = format!("{}: {what}", day.format("%a %-d %b %Y"));
    put(buffer, place.x, place.y, &text, place.width, shared.style(Role::Heading), shared);
    if count == 0 {
        return;
    }
    let now = &shared.at.now;
    let rules = shared.rules();
    let ending =
        shared.list.rows().filter(|token| token.current().expiry.date().is_some_and(|date| date.day(now) == day));
    for (y, token) in (place.y + 1..place.bottom()).zip(ending) {
        let status = token.status(&rules, now);
        let text = format!("{} {}", status.sign(shared.ascii), token.path());
        put(buffer, place.x, y, &text, place.width, shared.style(role_of(status)), shared);
    }
}

fn chart(timeline: &Timeline, buffer: &mut Buffer, place: Rect, shared: &Shared) {
    let weeks = weeks(&timeline.ends, shared.at.now.today(), shared.config.tui.week.weekday());
    let view = WeeksView { weeks: &weeks, theme: &shared.theme, ascii: shared.ascii };
    let title = format!("Coming quarter: {}", view.sum());
    pane(buffer, place, &title, timeline.focus == Pane::Weeks, shared);
    view.render(inside(place), buffer);
}

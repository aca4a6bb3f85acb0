//! What the mouse does on the timeline.

use ratatui::layout::Rect;

use super::areas::areas;
use super::{Pane, Timeline};
use crate::tui::keymap::Action;
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::screens::Screen;
use crate::tui::screens::pick::Pick;
use crate::tui::screens::tokens::inside;
use crate::tui::widgets::month::Hit;
use crate::tui::widgets::weeks::{week_at, weeks};

/// Takes what the mouse did.
pub fn mouse(timeline: &mut Timeline, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
    let at = pointer.at();
    match pointer {
        Pointer::Drag(_) => {
            if let Some(from) = timeline.dragged.replace(at.x) {
                timeline.scroll(i64::from(from) - i64::from(at.x), shared);
            }
            return vec![];
        }
        Pointer::Release(_) => {
            timeline.dragged = None;
            return vec![];
        }
        _ => {}
    }
    let places = areas(timeline, area, shared);
    if places.bars.contains(at) {
        timeline.focus = Pane::Bars;
        if matches!(pointer, Pointer::Click(_)) && places.filter.contains(at) {
            return vec![Do::Act(Action::Filter)];
        }
        if let (Pointer::Click(_), Some((scale, _))) =
            (pointer, places.scales.iter().find(|(_, place)| place.contains(at)))
        {
            timeline.scale = *scale;
        }
        return in_bars(timeline, pointer, places.rows, places.times, shared);
    }
    if places.month.contains(at) {
        timeline.focus = Pane::Month;
        let mut month = timeline.month(shared);
        match pointer {
            Pointer::Wheel(_, by) => month.by_months(if by > 0 { 1 } else { -1 }),
            Pointer::Click(_) if month.click(places.days, at).is_some() => {}
            Pointer::DoubleClick(_) if month.click(places.days, at) == Some(Hit::Day) => {
                timeline.choose(month.day(), shared);
                let ends_then = timeline.ends.on(month.day()) > 0;
                return if ends_then { vec![Do::Act(Action::Act)] } else { vec![] };
            }
            _ => return vec![],
        }
        timeline.choose(month.day(), shared);
    } else if places.weeks.contains(at) && matches!(pointer, Pointer::Click(_)) {
        timeline.focus = Pane::Weeks;
        let all = weeks(&timeline.ends, shared.at.now.today(), shared.config.tui.week.weekday());
        if let Some(week) = week_at(&all, inside(places.weeks), at) {
            let first = week.begins.pred_opt().and_then(|before| timeline.ends.after(before));
            let within = first.filter(|day| week.count > 0 && *day >= week.begins);
            timeline.choose(within.unwrap_or(week.begins), shared);
        }
    }
    vec![]
}

fn in_bars(timeline: &mut Timeline, pointer: Pointer, rows: Rect, times: Rect, shared: &mut Shared) -> Vec<Do> {
    let at = pointer.at();
    let row =
        rows.contains(at).then(|| timeline.from + usize::from(at.y - rows.y)).filter(|row| *row < shared.list.len());
    match (pointer, row) {
        (Pointer::Wheel(_, by), _) => shared.list.step(by),
        (Pointer::Menu(place), Some(row)) => {
            shared.list.select(row);
            return vec![Do::Open(Screen::Pick(Pick::token(Some(place), timeline, shared)))];
        }
        (Pointer::Click(_), row) => {
            timeline.dragged = times.contains(at).then_some(at.x);
            if let Some(row) = row {
                shared.list.select(row);
            }
        }
        (Pointer::DoubleClick(_), Some(row)) => {
            shared.list.select(row);
            return vec![Do::Act(Action::Act)];
        }
        _ => {}
    }
    vec![]
}

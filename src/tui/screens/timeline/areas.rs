//! What stands where on the timeline.

use ratatui::layout::Rect;

use super::{Pane, Timeline};
use crate::tui::model::Shared;
use crate::tui::screens::tokens::inside;
use crate::tui::widgets::axis::Scale;
use crate::tui::widgets::month;
use crate::tui::widgets::timeline::{HEAD_ROWS, Timeline as Bars};

/// From how many columns on the calendar stands beside the bars, and from how many rows on the chart below them.
const BESIDE: u16 = 100;
const BELOW: u16 = 20;

const MONTH_COLUMNS: u16 = 38;
const WEEKS_ROWS: u16 = 7;

/// The scales, nearest first.
pub const SCALES: [Scale; 3] = [Scale::Week, Scale::Month, Scale::Quarter];

/// What stands where; what is not shown is empty.
#[derive(Debug, Default)]
pub struct Areas {
    /// The bars, with their border.
    pub bars: Rect,
    /// Where the filter is typed.
    pub filter: Rect,
    /// The bars with what stands above them.
    pub chart: Rect,
    /// Their rows alone.
    pub rows: Rect,
    /// The columns of time in them.
    pub times: Rect,
    /// What is known of the token that is selected.
    pub about: Rect,
    /// The scales, to be clicked.
    pub scales: Vec<(Scale, Rect)>,
    /// What the signs mean.
    pub legend: Rect,
    /// The calendar with its border.
    pub month: Rect,
    /// The calendar, and what ends on the day that is chosen.
    pub days: Rect,
    pub ending: Rect,
    /// The chart of weeks, with its border.
    pub weeks: Rect,
}

/// The room of a tab in a window of that size.
pub fn body(size: (u16, u16)) -> Rect {
    Rect::new(0, 2, size.0, size.1.saturating_sub(3))
}

/// How the panes share the room.
pub fn areas(timeline: &Timeline, area: Rect, shared: &Shared) -> Areas {
    let mut places = Areas::default();
    let mut left = area;
    if area.height >= BELOW {
        left.height -= WEEKS_ROWS;
        places.weeks = Rect { y: left.bottom(), height: WEEKS_ROWS, ..area };
    } else if timeline.focus == Pane::Weeks {
        places.weeks = area;
        return places;
    }
    if area.width >= BESIDE {
        left.width -= MONTH_COLUMNS;
        places.month = Rect { x: left.right(), width: MONTH_COLUMNS, ..left };
    } else if timeline.focus == Pane::Month {
        places.month = left;
        left = Rect { width: 0, ..left };
    }
    if !places.month.is_empty() {
        let inner = inside(places.month);
        places.days = Rect {
            x: inner.x + 1,
            width: inner.width.saturating_sub(1),
            height: month::ROWS.min(inner.height),
            ..inner
        };
        let used = (month::ROWS + 1).min(inner.height);
        places.ending = Rect { y: inner.y + used, height: inner.height - used, ..places.days };
    }
    if left.width > 0 {
        bars(timeline, left, shared, &mut places);
    }
    places
}

fn bars(timeline: &Timeline, area: Rect, shared: &Shared, places: &mut Areas) {
    places.bars = area;
    let mut inner = inside(area);
    if timeline.filter.is_some() || !shared.list.filter().is_empty() {
        places.filter = Rect { height: 1.min(inner.height), ..inner };
        inner.y += places.filter.height;
        inner.height -= places.filter.height;
    }
    // Where there is little room, bars come first.
    let foot = if inner.height >= 8 { 2 } else { 0 };
    places.chart = Rect { height: inner.height - foot, ..inner };
    places.times = Bars::bars(places.chart);
    let head = HEAD_ROWS.min(places.chart.height);
    places.rows = Rect { y: places.chart.y + head, height: places.chart.height - head, ..places.chart };
    if foot == 0 {
        return;
    }
    places.about = Rect { y: places.chart.bottom(), height: 1, ..inner };
    let mut x = inner.x + 1;
    for scale in SCALES {
        let width = u16::try_from(scale.word().len()).unwrap_or_default();
        let width = width.min(inner.right().saturating_sub(x));
        places.scales.push((scale, Rect { x, y: places.about.y + 1, width, height: 1 }));
        x = x.saturating_add(width + 2);
    }
    places.legend = Rect { x, y: places.about.y + 1, width: inner.right().saturating_sub(x), height: 1 };
}

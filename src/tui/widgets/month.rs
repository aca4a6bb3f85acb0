//! A month as a calendar, with how many tokens end on each day, and a day that is chosen.

use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::widgets::Widget;

use super::ends::Ends;
use crate::tui::theme::{Role, Theme};

/// The columns of a day with its count, and without.
const WIDE: u16 = 5;
const NARROW: u16 = 3;

/// Two lines of headings and six weeks.
pub const ROWS: u16 = 8;

/// A day that is chosen, and so the month that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Month {
    day: NaiveDate,
    first: Weekday,
}

/// What a click on a month meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    /// A day.
    Day,
    /// The month before, or the one after.
    Turned,
}

impl Month {
    /// The month of a day, with weeks that begin on that day.
    pub fn of(day: NaiveDate, first: Weekday) -> Self {
        Self { day: in_reach(day), first }
    }

    /// The day that is chosen.
    pub fn day(&self) -> NaiveDate {
        self.day
    }

    /// Chooses a day.
    pub fn choose(&mut self, day: NaiveDate) {
        self.day = in_reach(day);
    }

    /// The day so many days later, or earlier.
    pub fn by_days(&mut self, days: i64) {
        let by = Days::new(days.unsigned_abs());
        let moved = if days < 0 { self.day.checked_sub_days(by) } else { self.day.checked_add_days(by) };
        self.choose(moved.unwrap_or(self.day));
    }

    /// The same day so many months later, or earlier; the last day of a shorter month.
    pub fn by_months(&mut self, months: i32) {
        let by = Months::new(months.unsigned_abs());
        let moved = if months < 0 { self.day.checked_sub_months(by) } else { self.day.checked_add_months(by) };
        self.choose(moved.unwrap_or(self.day));
    }

    /// Follows a click: a day is chosen, the arrows beside the month's name turn the page. `None` where it hit nothing.
    pub fn click(&mut self, area: Rect, at: Position) -> Option<Hit> {
        if !area.contains(at) {
            return None;
        }
        let (column, row) = (at.x - area.x, at.y - area.y);
        let cell = cell_width(area);
        if row == 0 && column < cell * 7 {
            self.by_months(if column < cell * 7 / 2 { -1 } else { 1 });
            return Some(Hit::Turned);
        }
        let week = row.checked_sub(2)?;
        let place = i64::from(week) * 7 + i64::from(column / cell) - self.lead();
        let day = self.day.with_day(u32::try_from(place + 1).ok()?)?;
        (column < cell * 7).then(|| {
            self.choose(day);
            Hit::Day
        })
    }

    /// How many days of the first week belong to the month before.
    fn lead(&self) -> i64 {
        let first = self.day.with_day(1).unwrap_or(self.day);
        first.weekday().days_since(self.first).into()
    }
}

/// Years have four digits everywhere in patvault.
fn in_reach(day: NaiveDate) -> NaiveDate {
    let (least, most) = (NaiveDate::from_ymd_opt(1, 1, 1), NaiveDate::from_ymd_opt(9999, 12, 31));
    day.clamp(least.unwrap_or(day), most.unwrap_or(day))
}

fn cell_width(area: Rect) -> u16 {
    if area.width >= WIDE * 7 - 1 { WIDE } else { NARROW }
}

/// A month as it is drawn: 34 columns, or 20 with a mark in place of counts.
pub struct MonthView<'a> {
    /// The month.
    pub month: &'a Month,
    /// What is counted.
    pub ends: &'a Ends,
    /// Today.
    pub today: NaiveDate,
    /// It has the keyboard.
    pub focused: bool,
    /// How it looks.
    pub theme: &'a Theme,
    /// Signs in ASCII.
    pub ascii: bool,
}

impl Widget for MonthView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let cell = cell_width(area);
        let within = Rect { width: area.width.min(cell * 7), ..area };
        let heading = self.theme.style(Role::Heading);
        let (back, on) = if self.ascii { ("<", ">") } else { ("‹", "›") };
        let title = self.month.day.format("%B %Y").to_string();
        put(buffer, within, 0, 0, back, self.theme.style(Role::Key));
        let width = u16::try_from(title.len()).unwrap_or(within.width);
        // The last column of the last day is a gap.
        let columns = cell * 7 - u16::from(cell == WIDE);
        put(buffer, within, columns.saturating_sub(width) / 2, 0, &title, heading);
        put(buffer, within, columns.saturating_sub(1), 0, on, self.theme.style(Role::Key));
        let mut weekday = self.month.first;
        for place in 0..7 {
            put(buffer, within, place * cell, 1, two(weekday), self.theme.style(Role::Quiet));
            weekday = weekday.succ();
        }
        let lead = self.month.lead();
        let days = (1..=31).map_while(|number| self.month.day.with_day(number));
        for (place, day) in (lead..).zip(days) {
            let (Ok(column), Ok(row)) = (u16::try_from(place % 7), u16::try_from(place / 7)) else { continue };
            let (text, style) = self.cell(day, cell);
            put(buffer, within, column * cell, row + 2, &text, style);
        }
    }
}

impl MonthView<'_> {
    /// A day as text: `25×3` with room for it, else `25` with a dot where something ends.
    fn cell(&self, day: NaiveDate, cell: u16) -> (String, Style) {
        let number = day.day();
        let count = self.ends.on(day);
        let times = if self.ascii { 'x' } else { '×' };
        let text = match (cell, count) {
            (_, 0) => format!("{number:>2}"),
            (WIDE, 1..=9) => format!("{number:>2}{times}{count}"),
            (WIDE, _) => format!("{number:>2}{times}+"),
            (_, _) => format!("{number:>2}{}", if self.ascii { '*' } else { '•' }),
        };
        let role = match (day == self.month.day, self.focused) {
            (true, true) => Role::Selected,
            (true, false) => Role::Unfocused,
            _ if day == self.today => Role::Current,
            _ if count > 0 && day < self.today => Role::Bad,
            _ if count > 0 => Role::Soon,
            _ => Role::Text,
        };
        (text, self.theme.style(role))
    }
}

/// The first two letters of a day of the week.
fn two(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "Mo",
        Weekday::Tue => "Tu",
        Weekday::Wed => "We",
        Weekday::Thu => "Th",
        Weekday::Fri => "Fr",
        Weekday::Sat => "Sa",
        Weekday::Sun => "Su",
    }
}

/// Writes text at a place in an area, as far as it fits.
fn put(buffer: &mut Buffer, area: Rect, column: u16, row: u16, text: &str, style: Style) {
    if column < area.width && row < area.height {
        buffer.set_stringn(area.x + column, area.y + row, text, (area.width - column).into(), style);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{drawn, plain};
    use super::*;
    use crate::token::now::tests::day;

    fn view(month: &Month, columns: u16, ascii: bool) -> String {
        let days = ["2026-11-20", "2026-11-25", "2026-11-25", "2026-11-30"];
        let many = std::iter::repeat_n("2026-11-27", 12);
        let ends: Ends = days.into_iter().chain(many).map(day).collect();
        let theme = plain();
        let today = day("2026-11-22");
        let view = MonthView { month, ends: &ends, today, focused: true, theme: &theme, ascii };
        drawn(columns, ROWS, |area, buffer| view.render(area, buffer))
    }

    #[test]
    fn a_month_with_its_counts() {
        let month = Month::of(day("2026-11-25"), Weekday::Mon);
        assert_eq!(
            view(&month, 36, false),
            "
‹         November 2026          ›
Mo   Tu   We   Th   Fr   Sa   Su
                               1
 2    3    4    5    6    7    8
 9   10   11   12   13   14   15
16   17   18   19   20×1 21   22
23   24   25×2 26   27×+ 28   29
30×1"
        );
    }

    #[test]
    fn narrow_and_in_ascii_from_sunday_on() {
        let month = Month::of(day("2026-11-25"), Weekday::Sun);
        assert_eq!(
            view(&month, 21, true),
            "
<   November 2026   >
Su Mo Tu We Th Fr Sa
 1  2  3  4  5  6  7
 8  9 10 11 12 13 14
15 16 17 18 19 20*21
22 23 24 25*26 27*28
29 30*"
        );
    }

    #[test]
    fn days_and_months_are_walked_as_the_calendar_has_them() {
        // From where, days, months, and where that is.
        let cases = [
            ("2026-11-25", 7, 0, "2026-12-02"),
            ("2027-03-28", -1, 0, "2027-03-27"),
            ("2028-01-31", 0, 1, "2028-02-29"),
            ("2027-01-31", 0, 1, "2027-02-28"),
            ("2027-03-31", 0, -1, "2027-02-28"),
            ("9999-12-31", 1, 0, "9999-12-31"),
            ("9999-12-01", 0, 1, "9999-12-31"),
            ("0001-01-01", -1, 0, "0001-01-01"),
            ("2026-11-25", i64::MAX, 0, "2026-11-25"),
            ("2026-11-25", 0, i32::MIN, "2026-11-25"),
        ];
        for (from, days, months, want) in cases {
            let mut month = Month::of(day(from), Weekday::Mon);
            month.by_days(days);
            month.by_months(months);
            assert_eq!(month.day(), day(want), "{from} {days} {months}");
        }
    }

    #[test]
    fn a_click_chooses_what_it_hits() {
        let area = Rect::new(10, 5, 36, ROWS);
        // Column, row, what it hit, and the day that is chosen then.
        let cases = [
            (10, 10, Some(Hit::Day), "2026-11-16"),
            (31, 10, Some(Hit::Day), "2026-11-20"),
            (41, 7, Some(Hit::Day), "2026-11-01"),
            (10, 7, None, "2026-11-25"),
            (15, 12, None, "2026-11-25"),
            (45, 10, None, "2026-11-25"),
            (11, 6, None, "2026-11-25"),
            (10, 5, Some(Hit::Turned), "2026-10-25"),
            (42, 5, Some(Hit::Turned), "2026-12-25"),
            (9, 10, None, "2026-11-25"),
        ];
        for (column, row, hit, want) in cases {
            let mut month = Month::of(day("2026-11-25"), Weekday::Mon);
            assert_eq!(month.click(area, Position::new(column, row)), hit, "{column} {row}");
            assert_eq!(month.day(), day(want), "{column} {row}");
        }
    }

    #[test]
    fn fits_wherever_it_is_put() {
        for (columns, rows) in [(0, 0), (1, 1), (3, 2), (20, 3), (36, 1)] {
            let theme = plain();
            for text in ["0001-01-01", "2027-02-28", "9999-12-31"] {
                let month = Month::of(day(text), Weekday::Sun);
                let ends = Ends::default();
                let view = MonthView {
                    month: &month,
                    ends: &ends,
                    today: day(text),
                    focused: false,
                    theme: &theme,
                    ascii: false,
                };
                drawn(columns, rows, |area, buffer| view.render(area, buffer));
            }
        }
    }
}

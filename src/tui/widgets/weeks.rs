//! How many tokens end in each week of the coming quarter, as bars.

use chrono::{Days, NaiveDate, Weekday};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::symbols::bar;
use ratatui::widgets::{Bar, BarChart, Widget};

use super::ends::Ends;
use crate::text::counted;
use crate::tui::theme::{Role, Theme};

/// A quarter.
const WEEKS: u16 = 13;

/// Bars in ASCII: full or not there.
const ASCII: bar::Set = bar::Set {
    full: "#",
    seven_eighths: "#",
    three_quarters: "#",
    five_eighths: "#",
    half: "=",
    three_eighths: "-",
    one_quarter: "-",
    one_eighth: "_",
    empty: " ",
};

/// A week, by its first day, and how many tokens end in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Week {
    /// Its first day.
    pub begins: NaiveDate,
    /// How many end in it.
    pub count: usize,
}

/// The coming quarter, this week first: what is over of this week counts, as the calendar shows it.
pub fn weeks(ends: &Ends, today: NaiveDate, first: Weekday) -> Vec<Week> {
    let begins = today.week(first).first_day();
    let starts = (0..u64::from(WEEKS)).map_while(|week| begins.checked_add_days(Days::new(7 * week)));
    let week = |begins: NaiveDate| {
        let last = begins.checked_add_days(Days::new(6)).unwrap_or(NaiveDate::MAX);
        Week { begins, count: ends.within(begins..=last) }
    };
    starts.map(week).collect()
}

/// The week whose bar stands at a place of a chart that is drawn in `area`.
pub fn week_at(weeks: &[Week], area: Rect, at: Position) -> Option<Week> {
    let each = (area.width / WEEKS).clamp(1, 7);
    let place = at.x.checked_sub(area.x)? / each;
    weeks.get(usize::from(place)).copied().filter(|_| area.contains(at))
}

/// The chart as it is drawn.
pub struct WeeksView<'a> {
    /// What it shows.
    pub weeks: &'a [Week],
    /// How it looks.
    pub theme: &'a Theme,
    /// Signs in ASCII.
    pub ascii: bool,
}

impl WeeksView<'_> {
    /// The same in words, for a line.
    pub fn sum(&self) -> String {
        let all = self.weeks.iter().map(|week| week.count).sum();
        let most = self.weeks.iter().max_by_key(|week| (week.count, std::cmp::Reverse(week.begins)));
        match most.filter(|week| week.count > 0) {
            None => "nothing ends".to_owned(),
            Some(week) => {
                let verb = if all == 1 { "ends" } else { "end" };
                format!("{} {verb}, most in the week of {}", counted(all, "token"), week.begins.format("%-d %b"))
            }
        }
    }
}

impl Widget for WeeksView<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let each = area.width / WEEKS;
        // A day without its month says nothing; where there is no room for both, the first week of a month names it.
        let whole = each > 6;
        let mut month = String::new();
        let bars: Vec<Bar> = self
            .weeks
            .iter()
            .map(|week| {
                let named = week.begins.format("%b").to_string();
                let label = match (whole, named == month) {
                    (_, same) if each < 3 => {
                        if same {
                            String::new()
                        } else {
                            named.chars().take(1).collect()
                        }
                    }
                    (true, _) => week.begins.format("%-d %b").to_string(),
                    (false, false) if each > 3 => named.clone(),
                    _ => week.begins.format("%-d").to_string(),
                };
                month = named;
                let shown = if week.count == 0 { String::new() } else { week.count.to_string() };
                Bar::with_label(label, week.count.try_into().unwrap_or(u64::MAX)).text_value(shown)
            })
            .collect();
        let soon = self.theme.style(Role::Soon);
        let set = if self.ascii { ASCII } else { bar::NINE_LEVELS };
        BarChart::vertical(bars)
            .bar_width(each.saturating_sub(1).clamp(1, 6))
            .bar_gap(u16::from(each > 1))
            .bar_set(set)
            .bar_style(soon)
            .value_style(soon.reversed())
            .label_style(self.theme.style(Role::Quiet))
            .style(self.theme.style(Role::Text))
            .render(area, buffer);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{drawn, plain};
    use super::*;
    use crate::token::now::tests::day;

    fn view(ends: &Ends, columns: u16, rows: u16, ascii: bool) -> String {
        let weeks = weeks(ends, day("2026-11-22"), Weekday::Mon);
        let theme = plain();
        let view = WeeksView { weeks: &weeks, theme: &theme, ascii };
        let sum = view.sum();
        sum + &drawn(columns, rows, |area, buffer| view.render(area, buffer))
    }

    fn some() -> Ends {
        let days = ["2026-11-15", "2026-11-16", "2026-11-22", "2026-11-23", "2026-12-24", "2026-12-24", "2026-12-27"];
        let many = std::iter::repeat_n("2027-01-31", 12);
        days.into_iter().chain(many).chain(["2027-03-01"]).map(day).collect()
    }

    #[test]
    fn thirteen_weeks_from_this_one_on() {
        let found: Vec<_> = weeks(&some(), day("2026-11-22"), Weekday::Mon)
            .iter()
            .map(|it| (it.begins.to_string(), it.count))
            .collect();
        assert_eq!(found.len(), 13);
        let with: Vec<_> =
            found.iter().filter(|(_, count)| *count > 0).map(|(day, count)| (day.as_str(), *count)).collect();
        assert_eq!(with, [("2026-11-16", 2), ("2026-11-23", 1), ("2026-12-21", 3), ("2027-01-25", 12)]);
        let sunday = weeks(&some(), day("2026-11-22"), Weekday::Sun);
        assert_eq!((sunday[0].begins, sunday[0].count), (day("2026-11-22"), 2));
        assert_eq!(weeks(&some(), NaiveDate::MAX, Weekday::Mon).len(), 1);
    }

    #[test]
    fn bars_with_days_and_counts() {
        assert_eq!(
            view(&some(), 92, 5, false),
            "18 tokens end, most in the week of 25 Jan
                                                                      ██████
                                                                      ██████
                                                                      ██████
▅▅2▅▅▅ ▂▂1▂▂▂                      ██3███                             ██12██
16 Nov 23 Nov 30 Nov 7 Dec  14 Dec 21 Dec 28 Dec 4 Jan  11 Jan 18 Jan 25 Jan 1 Feb  8 Feb"
        );
    }

    #[test]
    fn narrow_and_in_ascii() {
        assert_eq!(
            view(&some(), 40, 5, true),
            "18 tokens end, most in the week of 25 Jan
                              ##
                              ##
                              ##
2# 1-          3#             12
16 23 30 7  14 21 28 4  11 18 25 1  8"
        );
    }
}

//! Time from left to right: which column a day is drawn in, and what stands above it.

use chrono::{Datelike, Days, NaiveDate, Weekday};

/// How much time there is to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Scale {
    /// A column is a day.
    Week,
    /// A column is some days, and a month less than a word wide.
    #[default]
    Month,
    /// A column is about a fortnight.
    Quarter,
}

impl Scale {
    /// The word that people read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Week => "by week",
            Self::Month => "by month",
            Self::Quarter => "by quarter",
        }
    }

    /// The next one that shows less time, or more; the last one stays.
    pub fn zoomed(self, nearer: bool) -> Self {
        match (self, nearer) {
            (Self::Quarter, true) | (Self::Week, false) => Self::Month,
            (Self::Month | Self::Week, true) => Self::Week,
            (Self::Month | Self::Quarter, false) => Self::Quarter,
        }
    }

    /// How many days a column stands for.
    pub fn days(self) -> i64 {
        match self {
            Self::Week => 1,
            Self::Month => 4,
            Self::Quarter => 12,
        }
    }
}

/// Columns of days. Today stands a third from the left until it is scrolled away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Axis {
    /// Today.
    pub today: NaiveDate,
    /// How many days from today it is where today would stand.
    pub scrolled_days: i64,
    /// How much a column is.
    pub scale: Scale,
    /// How many columns there are.
    pub columns: u16,
}

impl Axis {
    /// The column of a day, whether it is to be seen or not.
    pub fn column(&self, day: NaiveDate) -> i64 {
        let from_home = (day - self.today).num_days() - self.scrolled_days;
        from_home.div_euclid(self.scale.days()) + self.home()
    }

    /// The first day of a column.
    pub fn day(&self, column: i64) -> Option<NaiveDate> {
        let days = (column - self.home()).checked_mul(self.scale.days())?.checked_add(self.scrolled_days)?;
        let by = Days::new(days.unsigned_abs());
        if days < 0 { self.today.checked_sub_days(by) } else { self.today.checked_add_days(by) }
    }

    /// The last day of a column.
    pub fn last_day(&self, column: i64) -> Option<NaiveDate> {
        self.day(column + 1)?.pred_opt()
    }

    /// Where words stand above the columns: at the first day of each week, month or quarter, with no two in one place.
    pub fn labels(&self, first: Weekday) -> Vec<(u16, String)> {
        let mut found: Vec<(u16, String)> = vec![];
        let mut free = 0;
        for column in 0..self.columns {
            let Some((first_day, last)) = self.day(column.into()).zip(self.last_day(column.into())) else { continue };
            let Some(label) =
                first_day.iter_days().take_while(|day| *day <= last).find_map(|day| self.label(day, first))
            else {
                continue;
            };
            let width = u16::try_from(label.len()).unwrap_or(u16::MAX);
            if column >= free && column.saturating_add(width) <= self.columns {
                free = column.saturating_add(width).saturating_add(1);
                found.push((column, label));
            }
        }
        found
    }

    fn label(&self, day: NaiveDate, first: Weekday) -> Option<String> {
        let year = day.year();
        match self.scale {
            Scale::Week if day.weekday() == first => Some(day.format("%-d %b").to_string()),
            Scale::Month if day.day() == 1 && day.month() == 1 => Some(format!("{year:04}")),
            Scale::Month if day.day() == 1 => Some(day.format("%b").to_string()),
            Scale::Quarter if day.day() == 1 && day.month() == 1 => Some(format!("{year:04}")),
            Scale::Quarter if day.day() == 1 && day.month0().is_multiple_of(3) => {
                Some(format!("Q{}", day.month0() / 3 + 1))
            }
            _ => None,
        }
    }

    fn home(&self) -> i64 {
        i64::from(self.columns) / 3
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::now::tests::day;

    fn axis(scale: Scale, scrolled_days: i64) -> Axis {
        Axis { today: day("2026-11-22"), scrolled_days, scale, columns: 60 }
    }

    #[test]
    fn days_stand_in_columns() {
        let cases = [
            (Scale::Week, 0, "2026-11-22", 20),
            (Scale::Week, 0, "2026-11-21", 19),
            (Scale::Week, 0, "2027-01-01", 60),
            (Scale::Week, 7, "2026-11-22", 13),
            (Scale::Month, 0, "2026-11-22", 20),
            (Scale::Month, 0, "2026-11-25", 20),
            (Scale::Month, 0, "2026-11-26", 21),
            (Scale::Month, 0, "2026-11-21", 19),
            (Scale::Quarter, 0, "9999-12-31", 242_696),
            (Scale::Quarter, -12, "2026-11-22", 21),
        ];
        for (scale, scrolled, text, want) in cases {
            let axis = axis(scale, scrolled);
            assert_eq!(axis.column(day(text)), want, "{scale:?} {scrolled} {text}");
            let (first, last) = (axis.day(want).unwrap(), axis.last_day(want).unwrap());
            assert!((first..=last).contains(&day(text)), "{scale:?} {scrolled} {text}");
        }
        assert_eq!(axis(Scale::Week, i64::MAX).day(i64::MAX), None);
    }

    #[test]
    fn what_stands_above() {
        let said = |scale, scrolled| {
            let labels = axis(scale, scrolled).labels(Weekday::Mon);
            labels.iter().map(|(column, label)| format!("{column} {label}")).collect::<Vec<_>>().join(", ")
        };
        assert_eq!(
            said(Scale::Week, 0),
            "0 2 Nov, 7 9 Nov, 14 16 Nov, 21 23 Nov, 28 30 Nov, 35 7 Dec, 42 14 Dec, 49 21 Dec"
        );
        assert_eq!(said(Scale::Month, 0), "7 Oct, 14 Nov, 22 Dec, 30 2027, 37 Feb, 44 Mar, 52 Apr");
        assert_eq!(said(Scale::Quarter, 0), "0 Q2, 8 Q3, 15 Q4, 23 2027, 30 Q2, 38 Q3, 46 Q4, 53 2028");
        assert_eq!(said(Scale::Quarter, 2_912_000), "6 Q2, 14 Q3, 22 Q4, 29 10000, 37 Q2, 45 Q3, 52 Q4");
        assert_eq!(Axis { columns: 0, ..axis(Scale::Week, 0) }.labels(Weekday::Mon), []);
    }

    #[test]
    fn scales_end_at_the_last_one() {
        let all = [Scale::Week, Scale::Month, Scale::Quarter];
        assert_eq!(all.map(|scale| scale.zoomed(true)), [Scale::Week, Scale::Week, Scale::Month]);
        assert_eq!(all.map(|scale| scale.zoomed(false)), [Scale::Month, Scale::Quarter, Scale::Quarter]);
    }
}

//! How many tokens end on which day: what calendar, chart and timeline count.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use chrono::NaiveDate;

use crate::token::Token;
use crate::token::now::Now;

/// Ends of tokens by day, where the reader is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ends(BTreeMap<NaiveDate, usize>);

impl Ends {
    /// Counts the ends of tokens in use. What never ends, and what ends nobody knows when, ends on no day.
    pub fn of<'a>(tokens: impl IntoIterator<Item = &'a Token>, now: &Now) -> Self {
        let kept = tokens.into_iter().filter(|token| token.is_kept());
        kept.filter_map(|token| Some(token.current().expiry.date()?.day(now))).collect()
    }

    /// How many on one day.
    pub fn on(&self, day: NaiveDate) -> usize {
        self.0.get(&day).copied().unwrap_or_default()
    }

    /// How many in a span of days.
    pub fn within(&self, days: RangeInclusive<NaiveDate>) -> usize {
        // A range that ends before it begins is none, and the map would not take it.
        if days.is_empty() { 0 } else { self.0.range(days).map(|(_, count)| count).sum() }
    }

    /// The first day with an end after a day.
    pub fn after(&self, day: NaiveDate) -> Option<NaiveDate> {
        self.0.range(day.succ_opt()?..).next().map(|(day, _)| *day)
    }

    /// The last day with an end before a day.
    pub fn before(&self, day: NaiveDate) -> Option<NaiveDate> {
        self.0.range(..day).next_back().map(|(day, _)| *day)
    }
}

impl FromIterator<NaiveDate> for Ends {
    fn from_iter<I: IntoIterator<Item = NaiveDate>>(days: I) -> Self {
        let mut counts = BTreeMap::new();
        for day in days {
            *counts.entry(day).or_default() += 1;
        }
        Self(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::expiry::{Date, Expiry, Source};
    use crate::token::now::tests::{auckland, berlin, day, instant, utc};
    use crate::token::tests::token;

    #[test]
    fn each_end_counts_on_the_day_that_it_is_for_the_reader() {
        let at = "2026-11-22T12:00:00Z";
        let ending = |date| {
            let mut token = token("github/ci");
            token.versions[0].expiry = Expiry::Ends(date, Source::Typed);
            token
        };
        let mut tokens = vec![
            ending(Date::Day(day("2026-11-30"))),
            ending(Date::Instant(instant("2026-11-30T23:30:00Z"))),
            ending(Date::Day(day("9999-12-31"))),
            token("github/unknown"),
        ];
        tokens.push(Token { trashed: Some(instant(at)), ..ending(Date::Day(day("2026-11-30"))) });
        for (now, last, next) in [(utc(at), 2, 0), (berlin(at), 1, 1), (auckland(at), 1, 1)] {
            let ends = Ends::of(&tokens, &now);
            assert_eq!((ends.on(day("2026-11-30")), ends.on(day("2026-12-01"))), (last, next));
            assert_eq!(ends.within(day("2026-11-30")..=day("2026-12-06")), 2);
            assert_eq!(ends.within(day("2026-12-06")..=day("2026-11-30")), 0);
            assert_eq!(ends.after(day("2026-12-01")), Some(day("9999-12-31")));
            assert_eq!(ends.before(day("2026-11-30")), None);
        }
        assert_eq!(Ends::of(&[], &utc(at)), Ends::default());
    }
}

//! The present, as an argument: rules on dates never ask a clock.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

/// An instant together with the zone in which a person reads dates.
///
/// The zone is a function, so that a rule can be tested in any zone without touching the machine's own.
#[derive(Clone, Copy)]
pub struct Now {
    /// The present instant.
    pub instant: DateTime<Utc>,
    /// What a wall clock in the person's zone shows then: asked for with every date of every token.
    wall: NaiveDateTime,
    local: fn(DateTime<Utc>) -> NaiveDateTime,
}

impl std::fmt::Debug for Now {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Now({})", self.instant)
    }
}

impl Now {
    /// An instant as the present. `local` tells what a wall clock in the person's zone shows at an instant.
    pub fn new(instant: DateTime<Utc>, local: fn(DateTime<Utc>) -> NaiveDateTime) -> Self {
        Self { instant, wall: local(instant), local }
    }

    /// The present as a wall clock shows it.
    pub fn wall(&self) -> NaiveDateTime {
        self.wall
    }

    /// What a wall clock in the person's zone shows at an instant.
    pub fn wall_at(&self, instant: DateTime<Utc>) -> NaiveDateTime {
        (self.local)(instant)
    }

    /// Today, in the person's zone.
    pub fn today(&self) -> NaiveDate {
        self.wall.date()
    }

    /// The calendar day, in the person's zone, on which an instant falls.
    pub fn day_of(&self, instant: DateTime<Utc>) -> NaiveDate {
        self.wall_at(instant).date()
    }

    /// Whole calendar days from today to a day; negative where it is past.
    pub fn days_until(&self, day: NaiveDate) -> i64 {
        (day - self.today()).num_days()
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use chrono::TimeZone;

    /// A present in UTC, for tests that are not about zones.
    pub fn utc(text: &str) -> Now {
        Now::new(instant(text), |at| at.naive_utc())
    }

    /// A present in Berlin, where clocks change.
    pub fn berlin(text: &str) -> Now {
        Now::new(instant(text), |at| chrono_tz::Europe::Berlin.from_utc_datetime(&at.naive_utc()).naive_local())
    }

    /// A present in Auckland, half a day ahead.
    pub fn auckland(text: &str) -> Now {
        Now::new(instant(text), |at| chrono_tz::Pacific::Auckland.from_utc_datetime(&at.naive_utc()).naive_local())
    }

    pub fn instant(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    pub fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn today_is_the_persons_day() {
        let late = "2026-11-22T23:30:00Z";
        assert_eq!(utc(late).today(), day("2026-11-22"));
        assert_eq!(berlin(late).today(), day("2026-11-23"));
        assert_eq!(auckland("2026-11-22T12:00:00Z").today(), day("2026-11-23"));
    }

    #[test]
    fn days_are_counted_on_the_calendar_not_in_hours() {
        // Clocks in Berlin go back on 25 October 2026: that day has 25 hours.
        assert_eq!(berlin("2026-10-24T22:30:00Z").days_until(day("2026-10-26")), 1);
        // And forward on 28 March 2027: that day has 23.
        assert_eq!(berlin("2027-03-27T22:30:00Z").days_until(day("2027-03-28")), 1);
        assert_eq!(utc("2028-02-28T12:00:00Z").days_until(day("2028-03-01")), 2);
        assert_eq!(utc("2027-02-28T12:00:00Z").days_until(day("2027-03-01")), 1);
    }
}

//! Dates as people write and read them: `90d`, `next friday`, "in 3 days".

use chrono::{DateTime, Days, Months, NaiveDate, TimeDelta, Utc};

use super::expiry::{Date, Expiry, Source};
use super::now::Now;

/// What a person may answer to "when does it end?".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// It does not end by itself.
    Never,
    /// They do not know.
    Unknown,
    /// Then.
    On(Date),
}

impl When {
    /// The end that a person says with it.
    pub fn typed(self) -> Expiry {
        match self {
            Self::Never => Expiry::Never(Source::Typed),
            Self::Unknown => Expiry::Unknown,
            Self::On(date) => Expiry::Ends(date, Source::Typed),
        }
    }
}

/// Reads a date as people write it: `2027-01-31`, `2027-01-31T12:00:00+01:00`, `90d`, `6w`, `3m`, `1y`, `8h`,
/// `in 3 months`, `tomorrow`, `next friday`, `31 January 2027`, `never`, `unknown`.
///
/// Words that count days, weeks, months or years mean a calendar day; words that count hours mean an instant.
///
/// # Errors
/// [`NotADate`] with what was written, escaped.
pub fn parse(text: &str, now: &Now) -> Result<When, NotADate> {
    let bad = || NotADate(crate::text::clipped(&crate::text::escaped(text), 40, false).into_owned());
    let given = text.trim().to_lowercase();
    if given.len() > 64 {
        return Err(bad());
    }
    match given.as_str() {
        "never" | "none" => return Ok(When::Never),
        "unknown" | "?" => return Ok(When::Unknown),
        "today" => return Ok(When::On(Date::Day(now.today()))),
        "tomorrow" => return span(1, "d", now).map(When::On).ok_or_else(bad),
        _ => {}
    }
    if let Ok(date) = text.trim().parse::<Date>() {
        return Ok(When::On(date));
    }
    // A line of digits and dashes is meant as a date: guessing further would turn a mistyped month into a clock time.
    if given.starts_with('-') || given.chars().all(|c| c.is_ascii_digit() || "-/.: ".contains(c)) {
        return Err(bad());
    }
    let counted = given.strip_prefix("in ").unwrap_or(&given);
    if let Some((number, unit)) = number_and_unit(counted) {
        return span(number, unit, now).map(When::On).ok_or_else(bad);
    }
    spoken(&given, now).map(When::On).ok_or_else(bad)
}

/// The same where only a date makes sense: `--until`, `--within`.
///
/// # Errors
/// As [`parse`]; `never` and `unknown` are no dates here.
pub fn parse_date(text: &str, now: &Now) -> Result<Date, NotADate> {
    match parse(text, now)? {
        When::On(date) => Ok(date),
        When::Never | When::Unknown => Err(NotADate(crate::text::escaped(text).into_owned())),
    }
}

/// A number of days: `30d`, `2w`, `30`; months count 30 and years 365, since a span has no start.
pub fn parse_days(text: &str) -> Option<u32> {
    if let Ok(days) = text.parse() {
        return Some(days);
    }
    let (number, unit) = number_and_unit(text)?;
    let each = match unit_of(unit)? {
        Unit::Days => 1,
        Unit::Weeks => 7,
        Unit::Months => 30,
        Unit::Years => 365,
        Unit::Hours | Unit::Minutes => return None,
    };
    number.checked_mul(each)
}

enum Unit {
    Minutes,
    Hours,
    Days,
    Weeks,
    Months,
    Years,
}

fn unit_of(word: &str) -> Option<Unit> {
    Some(match word {
        "min" | "mins" | "minute" | "minutes" => Unit::Minutes,
        "h" | "hour" | "hours" => Unit::Hours,
        "d" | "day" | "days" => Unit::Days,
        "w" | "week" | "weeks" => Unit::Weeks,
        "m" | "mo" | "month" | "months" => Unit::Months,
        "y" | "year" | "years" => Unit::Years,
        _ => return None,
    })
}

fn number_and_unit(text: &str) -> Option<(u32, &str)> {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim_start();
    unit_of(unit)?;
    Some((number.parse().ok()?, unit))
}

fn span(number: u32, unit: &str, now: &Now) -> Option<Date> {
    let today = now.today();
    let day = match unit_of(unit)? {
        Unit::Minutes => return later(now, TimeDelta::try_minutes(number.into())?),
        Unit::Hours => return later(now, TimeDelta::try_hours(number.into())?),
        Unit::Days => today.checked_add_days(Days::new(number.into()))?,
        Unit::Weeks => today.checked_add_days(Days::new(u64::from(number) * 7))?,
        Unit::Months => today.checked_add_months(Months::new(number))?,
        Unit::Years => today.checked_add_months(Months::new(number.checked_mul(12)?))?,
    };
    in_reach(day).then_some(Date::Day(day))
}

fn later(now: &Now, delta: TimeDelta) -> Option<Date> {
    let at = now.instant.checked_add_signed(delta)?;
    in_reach(at.date_naive()).then_some(Date::Instant(at))
}

/// Years are written with four digits everywhere in patvault; more would not sort as text.
fn in_reach(day: NaiveDate) -> bool {
    use chrono::Datelike;
    (1970..=9999).contains(&day.year())
}

/// "next friday", "31 january 2027" and their kind.
fn spoken(text: &str, now: &Now) -> Option<Date> {
    // One or two letters are no word; the crate would read "d" as a day of its own choosing.
    if text.len() < 3 {
        return None;
    }
    // The wall clock is handed over as if it were UTC: only its calendar matters here.
    let base: DateTime<Utc> = now.wall().and_utc();
    // Dialects differ in "next friday": the coming one, or the one after. For an end the earlier guess is the safer one.
    let found = interim::parse_date_string(text, base, interim::Dialect::Us).ok()?;
    let day = found.date_naive();
    in_reach(day).then_some(Date::Day(day))
}

/// What was written is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{0}' is no date")]
pub struct NotADate(String);

impl NotADate {
    /// How dates may be written.
    pub const HINT: &'static str = "write it as 2027-01-31, 90d, 'in 3 months', 'next friday', 'never' or 'unknown'";
}

/// "in 3 days", "today", "2 months ago": a day as words, seen from today.
pub fn words(day: NaiveDate, now: &Now) -> String {
    let days = now.days_until(day);
    let far = |days: i64| match days {
        0..60 => format!("{days} days"),
        60..730 => format!("{} months", (days + 15) / 30),
        _ => format!("{} years", (days + 182) / 365),
    };
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        days if days > 0 => format!("in {}", far(days)),
        days => format!("{} ago", far(-days)),
    }
}

/// "2 hours ago", "just now", then days as [`words`]: a past instant.
pub fn ago(at: DateTime<Utc>, now: &Now) -> String {
    let minutes = (now.instant - at).num_minutes();
    match minutes {
        ..=0 => "just now".to_owned(),
        1 => "1 minute ago".to_owned(),
        2..60 => format!("{minutes} minutes ago"),
        60..120 => "1 hour ago".to_owned(),
        120..1440 if now.day_of(at) == now.today() => format!("{} hours ago", minutes / 60),
        _ => words(now.day_of(at), now),
    }
}

/// An instant as a wall clock of the reader shows it, to the minute.
pub fn wall(at: DateTime<Utc>, now: &Now) -> String {
    now.wall_at(at).format("%Y-%m-%d %H:%M").to_string()
}

/// Days of a token's own as a person writes them: `30d`, `never`, which is zero, or `default` for those of the vault.
///
/// # Errors
/// How they are written.
pub fn parse_own_days(text: &str) -> Result<Option<u32>, &'static str> {
    match text {
        "default" => Ok(None),
        "never" => Ok(Some(0)),
        text => parse_days(text).map(Some).ok_or("write it as 30d, never or default"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::now::tests::{auckland, berlin, day, instant, utc};

    #[test]
    fn reads_what_people_write() {
        // A Sunday.
        let now = utc("2026-11-22T12:00:00Z");
        let on = |text| When::On(Date::Day(day(text)));
        let cases = [
            ("2027-01-31", on("2027-01-31")),
            (" 2028-02-29 ", on("2028-02-29")),
            ("90d", on("2027-02-20")),
            ("90 days", on("2027-02-20")),
            ("in 90 days", on("2027-02-20")),
            ("6w", on("2027-01-03")),
            ("3m", on("2027-02-22")),
            ("in 3 months", on("2027-02-22")),
            ("1y", on("2027-11-22")),
            ("today", on("2026-11-22")),
            ("tomorrow", on("2026-11-23")),
            ("friday", on("2026-11-27")),
            ("next friday", on("2026-11-27")),
            ("31 January 2027", on("2027-01-31")),
            ("never", When::Never),
            ("Never", When::Never),
            ("unknown", When::Unknown),
            ("8h", When::On(Date::Instant(instant("2026-11-22T20:00:00Z")))),
            ("2027-01-31T12:00:00+01:00", When::On(Date::Instant(instant("2027-01-31T11:00:00Z")))),
        ];
        for (text, want) in cases {
            assert_eq!(parse(text, &now), Ok(want), "{text:?}");
        }
    }

    #[test]
    fn refuses_what_is_no_date() {
        let now = utc("2026-11-22T12:00:00Z");
        for text in [
            "",
            " ",
            "2027-02-29",
            "2027-13-01",
            "2027-1-31x",
            "31/01/2027",
            "soon",
            "-3d",
            "d",
            "99999999d",
            "4000000000y",
            "12345",
            "\u{1b}[31m",
            &"9".repeat(1 << 20),
        ] {
            assert!(parse(text, &now).is_err(), "{text:.40?}");
        }
        assert_eq!(parse("\u{1b}]0;x", &now).unwrap_err().to_string(), "'\\u{1b}]0;x' is no date");
    }

    #[test]
    fn counts_from_the_persons_day_not_from_greenwich() {
        let late = "2026-11-22T23:30:00Z";
        assert_eq!(parse("1d", &utc(late)), Ok(When::On(Date::Day(day("2026-11-23")))));
        assert_eq!(parse("1d", &berlin(late)), Ok(When::On(Date::Day(day("2026-11-24")))));
        assert_eq!(parse("tomorrow", &auckland(late)), Ok(When::On(Date::Day(day("2026-11-24")))));
    }

    #[test]
    fn months_end_where_the_calendar_ends() {
        assert_eq!(parse("1m", &utc("2027-01-31T12:00:00Z")), Ok(When::On(Date::Day(day("2027-02-28")))));
        assert_eq!(parse("1m", &utc("2028-01-31T12:00:00Z")), Ok(When::On(Date::Day(day("2028-02-29")))));
        assert_eq!(parse("1y", &utc("2028-02-29T12:00:00Z")), Ok(When::On(Date::Day(day("2029-02-28")))));
    }

    #[test]
    fn days_as_words() {
        let now = berlin("2026-10-24T22:30:00Z");
        let cases = [
            ("2026-10-25", "today"),
            ("2026-10-26", "tomorrow"),
            ("2026-10-24", "yesterday"),
            ("2026-10-28", "in 3 days"),
            ("2026-12-23", "in 59 days"),
            ("2027-01-23", "in 3 months"),
            ("2028-10-25", "in 2 years"),
            ("2026-08-01", "3 months ago"),
        ];
        for (at, want) in cases {
            assert_eq!(words(day(at), &now), want, "{at}");
        }
    }

    #[test]
    fn instants_as_words() {
        let now = utc("2026-11-22T12:00:00Z");
        let cases = [
            ("2026-11-22T12:00:30Z", "just now"),
            ("2026-11-22T11:59:00Z", "1 minute ago"),
            ("2026-11-22T11:30:00Z", "30 minutes ago"),
            ("2026-11-22T10:30:00Z", "1 hour ago"),
            ("2026-11-22T02:00:00Z", "10 hours ago"),
            ("2026-11-21T23:00:00Z", "yesterday"),
            ("2026-11-01T12:00:00Z", "21 days ago"),
        ];
        for (at, want) in cases {
            assert_eq!(ago(instant(at), &now), want, "{at}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in ".{0,40}", secs in 0i64..200_000_000_000) {
            let at = DateTime::from_timestamp(secs, 0).unwrap();
            let _either = parse(&text, &Now::new(at, |at| at.naive_utc()));
        }

        #[test]
        fn a_span_of_days_is_read_back_in_words(days in 2u32..60) {
            let now = utc("2026-11-22T12:00:00Z");
            let When::On(date) = parse(&format!("{days}d"), &now).unwrap() else { panic!() };
            proptest::prop_assert_eq!(words(date.day(&now), &now), format!("in {days} days"));
        }
    }
}

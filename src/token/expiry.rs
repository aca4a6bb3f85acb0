//! When a token ends, and who said so.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

use super::now::Now;

/// A date as precisely as it is known.
///
/// A person who types "31 January" means a day; a service that answers with a time means an instant. A day is not
/// turned into an instant, because nobody said which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Date {
    /// A calendar day, wherever the reader is.
    Day(NaiveDate),
    /// A point in time.
    Instant(DateTime<Utc>),
}

impl Date {
    /// The calendar day on which it falls for the reader.
    pub fn day(self, now: &Now) -> NaiveDate {
        match self {
            Self::Day(day) => day,
            Self::Instant(at) => now.day_of(at),
        }
    }

    /// Whether it is over. A day is over when the next one has begun.
    pub fn is_past(self, now: &Now) -> bool {
        match self {
            Self::Day(day) => day < now.today(),
            Self::Instant(at) => at <= now.instant,
        }
    }

    /// What dates are sorted by: for the reader, a day counts as its end, which is when it is over.
    pub fn order(self, now: &Now) -> DateOrder {
        match self {
            Self::Day(day) => (day, true, None),
            Self::Instant(at) => (now.day_of(at), false, Some(at)),
        }
    }
}

/// A day; whether it is all of it; and else, when on it.
pub type DateOrder = (NaiveDate, bool, Option<DateTime<Utc>>);

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => day.fmt(f),
            Self::Instant(at) => f.write_str(&at.to_rfc3339_opts(SecondsFormat::Secs, true)),
        }
    }
}

impl FromStr for Date {
    type Err = NotAnExpiry;

    fn from_str(text: &str) -> Result<Self, NotAnExpiry> {
        if let Ok(day) = NaiveDate::from_str(text) {
            return Ok(Self::Day(day));
        }
        DateTime::parse_from_rfc3339(text).map(|at| Self::Instant(at.to_utc())).map_err(|_| NotAnExpiry)
    }
}

/// Who said when a token ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Source {
    /// The service itself, at that time.
    Service(DateTime<Utc>),
    /// The person who keeps the token.
    Typed,
    /// Nobody about this token: the service's usual lifetime.
    Default,
}

/// When a version of a token ends.
///
/// As text (in files and in the record of changes) it is `unknown`, or `never` or a date, then its source:
/// `2027-01-31 typed`, `never default`, `2027-01-31T00:00:00Z service 2026-11-22T10:00:00Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Expiry {
    /// Nobody said.
    #[default]
    Unknown,
    /// It does not end by itself.
    Never(Source),
    /// It ends then.
    Ends(Date, Source),
}

impl Expiry {
    /// The date, where there is one.
    pub fn date(self) -> Option<Date> {
        match self {
            Self::Ends(date, _) => Some(date),
            Self::Unknown | Self::Never(_) => None,
        }
    }

    /// Who said so; `None` where nobody did.
    pub fn source(self) -> Option<Source> {
        match self {
            Self::Ends(_, source) | Self::Never(source) => Some(source),
            Self::Unknown => None,
        }
    }
}

impl fmt::Display for Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => return f.write_str("unknown"),
            Self::Never(_) => f.write_str("never")?,
            Self::Ends(date, _) => date.fmt(f)?,
        }
        match self.source() {
            Some(Source::Service(said)) => write!(f, " service {}", Date::Instant(said)),
            Some(Source::Typed) => f.write_str(" typed"),
            Some(Source::Default) => f.write_str(" default"),
            None => Ok(()),
        }
    }
}

impl FromStr for Expiry {
    type Err = NotAnExpiry;

    fn from_str(text: &str) -> Result<Self, NotAnExpiry> {
        let parts: Vec<&str> = text.split(' ').collect();
        let (end, source) = match parts[..] {
            ["unknown"] => return Ok(Self::Unknown),
            [end, "typed"] => (end, Source::Typed),
            [end, "default"] => (end, Source::Default),
            [end, "service", said] => match said.parse()? {
                Date::Instant(said) => (end, Source::Service(said)),
                Date::Day(_) => return Err(NotAnExpiry),
            },
            _ => return Err(NotAnExpiry),
        };
        Ok(if end == "never" { Self::Never(source) } else { Self::Ends(end.parse()?, source) })
    }
}

/// Text that is no expiry in its stored form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a date with its source")]
pub struct NotAnExpiry;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::now::tests::{auckland, berlin, day, instant, utc};

    #[test]
    fn stored_form_is_stable() {
        let said = instant("2026-11-22T10:00:00Z");
        let cases = [
            (Expiry::Unknown, "unknown"),
            (Expiry::Never(Source::Default), "never default"),
            (Expiry::Ends(Date::Day(day("2028-02-29")), Source::Typed), "2028-02-29 typed"),
            (
                Expiry::Ends(Date::Instant(instant("2027-01-31T00:00:00Z")), Source::Service(said)),
                "2027-01-31T00:00:00Z service 2026-11-22T10:00:00Z",
            ),
        ];
        for (expiry, text) in cases {
            assert_eq!(expiry.to_string(), text);
            assert_eq!(text.parse(), Ok(expiry));
        }
        for bad in ["", "2027-02-29 typed", "never", "2027-01-31", "2027-01-31 guessed", "x service 2026-01-01"] {
            assert_eq!(bad.parse::<Expiry>(), Err(NotAnExpiry), "{bad:?}");
        }
    }

    #[test]
    fn a_day_is_over_when_the_next_begins_for_the_reader() {
        let end = Date::Day(day("2026-11-22"));
        let at = "2026-11-22T23:30:00Z";
        assert!(!end.is_past(&utc(at)));
        assert!(end.is_past(&berlin(at)), "in Berlin the 23rd has begun");
        assert!(end.is_past(&auckland(at)));
    }

    #[test]
    fn an_instant_is_over_everywhere_at_once() {
        let end = Date::Instant(instant("2026-11-22T23:30:00Z"));
        for now in [utc("2026-11-22T23:30:00Z"), berlin("2026-11-22T23:30:00Z")] {
            assert!(end.is_past(&now));
        }
        assert!(!end.is_past(&auckland("2026-11-22T23:29:59Z")));
    }

    #[test]
    fn within_a_day_instants_come_before_the_day_itself() {
        let now = utc("2026-11-22T00:00:00Z");
        let day = Date::Day(day("2026-11-22"));
        let noon = Date::Instant(instant("2026-11-22T12:00:00Z"));
        assert!(noon.order(&now) < day.order(&now));
    }
}

//! Words of a command line that mean the same everywhere: how they are read and how they are said.

use crate::config::Color;
use crate::ops::Error;
use crate::token::now::Now;
use crate::token::when;

/// Reads `auto`, `always` or `never`.
pub(super) fn color(text: &str) -> Result<Color, &'static str> {
    match text {
        "auto" => Ok(Color::Auto),
        "always" => Ok(Color::Always),
        "never" => Ok(Color::Never),
        _ => Err("it is auto, always or never"),
    }
}

/// Reads a number of days: `30d`, `2w`, `30`.
pub(super) fn days(text: &str) -> Result<u32, &'static str> {
    when::parse_days(text).ok_or("write it as 30d, 2w, 3m or 1y")
}

/// Reads a number of days, or `default` for none of one's own.
pub(super) fn own_days(text: &str) -> Result<OwnDays, &'static str> {
    match text {
        "default" => Ok(OwnDays(None)),
        "never" => Ok(OwnDays(Some(0))),
        text => days(text).map(|days| OwnDays(Some(days))).map_err(|_| "write it as 30d, never or default"),
    }
}

/// Days of a token's own, or those of the vault.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnDays(pub(super) Option<u32>);

/// A date that has passed is a slip of the finger more often than not; it is taken, and said.
pub(super) fn past_date_warning(when: when::When, now: &Now) -> Option<String> {
    match when {
        when::When::On(date) if date.is_past(now) => {
            Some(format!("that date has passed: {}", when::words(date.day(now), now)))
        }
        _ => None,
    }
}

/// Parts of a query given as words of a command line, each quoted where it holds a space.
pub(super) fn query(words: &[String], now: &Now) -> Result<crate::token::query::Query, Error> {
    Ok(crate::token::query::Query::parse(&words.join(" "), now)?)
}

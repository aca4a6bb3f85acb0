//! Words of a command line that mean the same everywhere: how they are read and how they are said.

use std::time::Duration;

use super::complete::Known;
use crate::config::Color;
use crate::exchange::Format;
use crate::ops::Error;
use crate::scope::Risk;
use crate::token::now::Now;
use crate::token::reminder::Duty;
use crate::token::when;

/// What may be said of colours.
pub(super) const COLOR: Known = Known::Word(|| vec!["auto", "always", "never"]);
/// Duties.
pub(super) const DUTY: Known = Known::Word(|| Duty::ALL.map(Duty::word).to_vec());
/// Formats of exchange.
pub(super) const FORMAT: Known = Known::Word(|| Format::ALL.map(Format::word).to_vec());
/// Risks.
pub(super) const RISK: Known = Known::Word(|| Risk::ALL.map(Risk::word).to_vec());

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
    when::parse_own_days(text).map(OwnDays)
}

/// Days of a token's own, or those of the vault.
#[derive(Debug, Clone, Copy)]
pub(super) struct OwnDays(pub(super) Option<u32>);

/// Reads a stretch of time: `45s`, `30m`, `8h`, `1d`. No vault is unlocked for months, so `m` is minutes here.
pub(super) fn span(text: &str) -> Result<Duration, &'static str> {
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let each = match unit.trim_start() {
        "s" | "sec" | "second" | "seconds" => 1,
        "m" | "min" | "minute" | "minutes" => 60,
        "h" | "hour" | "hours" => 3600,
        "d" | "day" | "days" => 24 * 3600,
        _ => 0,
    };
    let secs = number.parse::<u32>().unwrap_or(0).saturating_mul(each);
    if secs == 0 { Err("write it as 45s, 30m, 8h or 1d") } else { Ok(Duration::from_secs(secs.into())) }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stretches_of_time() {
        let cases = [
            ("45s", 45),
            ("30m", 1800),
            ("8h", 28_800),
            ("1 d", 86_400),
            ("90 minutes", 5400),
            ("4294967295d", u32::MAX.into()),
        ];
        for (text, secs) in cases {
            assert_eq!(span(text), Ok(Duration::from_secs(secs)), "{text}");
        }
        for text in ["", "0h", "30", "h", "-1h", "1.5h", "3w", "99999999999m", "ü"] {
            assert!(span(text).is_err(), "{text:?}");
        }
    }
}

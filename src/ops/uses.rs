//! When the secret of a token was used of late.

use chrono::{DateTime, TimeDelta, Utc};

use super::error::Error;
use super::session::Session;
use crate::token::id::TokenId;
use crate::token::now::Now;

/// When the secret of a token was used in the last days, today among them.
pub fn use_times(session: &Session, token: TokenId, days: usize) -> Result<Vec<DateTime<Utc>>, Error> {
    // One more: days begin where the reader is.
    let before = TimeDelta::days(i64::try_from(days).unwrap_or(i64::MAX / 2).saturating_add(1).min(100_000));
    session.read(|vault| Ok(vault.use_times(token, session.now.instant - before)?))
}

/// How many of these times fall on each of the last days, the oldest first.
pub fn by_day(times: impl Iterator<Item = DateTime<Utc>>, days: usize, now: &Now) -> Vec<usize> {
    let mut counts = vec![0; days];
    for at in times {
        let back = usize::try_from(-now.days_until(now.day_of(at))).ok();
        let place = back.and_then(|back| days.checked_sub(back + 1)).and_then(|at| counts.get_mut(at));
        place.into_iter().for_each(|count| *count += 1);
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::now::tests::{auckland, utc};

    #[test]
    fn a_day_is_the_readers() {
        let now = "2026-11-22T11:30:00Z";
        let times = ["2026-11-22T11:00:00Z", "2026-11-22T10:59:00Z", "2026-11-20T23:00:00Z", "2026-10-01T00:00:00Z"];
        let times = || times.iter().map(|at| utc(at).instant);
        assert_eq!(by_day(times(), 3, &utc(now)), [1, 0, 2]);
        // There it is half past midnight of the next day.
        assert_eq!(by_day(times(), 3, &auckland(now)), [1, 1, 1]);
        assert_eq!(by_day(times(), 0, &utc(now)), [0; 0]);
        assert_eq!(
            by_day([utc("2027-01-01T00:00:00Z").instant].into_iter(), 2, &utc(now)),
            [0, 0],
            "a clock that was wrong"
        );
    }
}

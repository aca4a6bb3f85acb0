//! How a token stands, in one word and one sign.

use super::now::Now;
use super::parts::Parts;
use super::rules::Rules;
use super::{Expiry, Token};
use crate::verdict::Outcome;

/// How a token stands. Where several hold, the most pressing one is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// The service says that it does not work.
    Dead,
    /// Its end has passed.
    Expired,
    /// Its end is nearer than its lead time.
    Expiring,
    /// It works, but an older version waits for its revocation, or a rotation is not at its end.
    Owed,
    /// Neither its end is known nor has the service been asked.
    Unknown,
    /// Nothing is known against it.
    Alive,
}

impl Status {
    /// All of them, most pressing first.
    pub const ALL: [Self; 6] = [Self::Dead, Self::Expired, Self::Expiring, Self::Owed, Self::Unknown, Self::Alive];

    /// The word that people read and ask for.
    pub fn word(self) -> &'static str {
        match self {
            Self::Dead => "dead",
            Self::Expired => "expired",
            Self::Expiring => "expiring",
            Self::Owed => "owed",
            Self::Unknown => "unknown",
            Self::Alive => "alive",
        }
    }

    /// One sign for it; colour only repeats what the sign says.
    pub fn sign(self, ascii: bool) -> &'static str {
        match (self, ascii) {
            (Self::Dead | Self::Expired, false) => "✖",
            (Self::Dead | Self::Expired, true) => "x",
            (Self::Expiring, _) => "!",
            (Self::Owed, false) => "⟳",
            (Self::Owed, true) => "~",
            (Self::Unknown, _) => "?",
            (Self::Alive, false) => "●",
            (Self::Alive, true) => "*",
        }
    }
}

/// What of a token tells how it stands: what is known of its versions, and its own lead time.
pub const PARTS: Parts = Parts::VERSIONS.and(Parts::FACTS);

impl Token {
    /// How it stands at that time.
    pub fn status(&self, rules: &Rules, now: &Now) -> Status {
        let pressing = [Status::Dead, Status::Expired, Status::Expiring, Status::Owed];
        if let Some(status) = pressing.into_iter().find(|&status| self.is(status, rules, now)) {
            return status;
        }
        if self.is(Status::Unknown, rules, now) { Status::Unknown } else { Status::Alive }
    }

    /// Whether a status holds, pressing or not: a dead token may be owed as well.
    pub fn is(&self, status: Status, rules: &Rules, now: &Now) -> bool {
        let current = self.current();
        let verdict = current.verdict.as_ref().map(|verdict| verdict.outcome);
        match status {
            Status::Dead => current.is_dead(),
            Status::Expired => current.expiry.date().is_some_and(|date| date.is_past(now)),
            Status::Expiring => current.expiry.date().is_some_and(|date| {
                !date.is_past(now) && now.days_until(date.day(now)) <= self.policy.lead(rules).into()
            }),
            Status::Owed => self.owed().next().is_some() || current.rotation.is_some(),
            Status::Unknown => {
                current.expiry == Expiry::Unknown && verdict != Some(Outcome::Alive) && !current.is_dead()
            }
            Status::Alive => self.status(rules, now) == Status::Alive,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::State;
    use crate::token::expiry::{Date, Source};
    use crate::token::now::tests::{berlin, day, instant, utc};
    use crate::token::rotation::Rotation;
    use crate::token::tests::{token, verdict, version};

    fn ends(date: Date) -> Token {
        let mut token = token("github/ci");
        token.versions[0].expiry = Expiry::Ends(date, Source::Typed);
        token
    }

    #[test]
    fn a_day_by_day_table() {
        let rules = Rules::default();
        let now = utc("2026-11-22T12:00:00Z");
        let cases = [
            ("2026-11-21", Status::Expired),
            ("2026-11-22", Status::Expiring),
            ("2026-12-06", Status::Expiring),
            ("2026-12-07", Status::Alive),
        ];
        for (date, want) in cases {
            assert_eq!(ends(Date::Day(day(date))).status(&rules, &now), want, "{date}");
        }
    }

    #[test]
    fn its_own_lead_time_holds() {
        let mut token = ends(Date::Day(day("2027-01-10")));
        let now = utc("2026-11-22T12:00:00Z");
        assert_eq!(token.status(&Rules::default(), &now), Status::Alive);
        token.policy.lead_days = Some(60);
        assert_eq!(token.status(&Rules::default(), &now), Status::Expiring);
        token.policy.lead_days = Some(0);
        assert_eq!(token.status(&Rules::default(), &utc("2027-01-09T12:00:00Z")), Status::Alive);
    }

    #[test]
    fn the_zone_decides_which_day_it_is() {
        let token = ends(Date::Day(day("2026-11-22")));
        let at = "2026-11-22T23:30:00Z";
        assert_eq!(token.status(&Rules::default(), &utc(at)), Status::Expiring);
        assert_eq!(token.status(&Rules::default(), &berlin(at)), Status::Expired);
    }

    #[test]
    fn the_most_pressing_one_is_shown() {
        let (rules, now) = (Rules::default(), utc("2026-11-22T12:00:00Z"));
        let mut token = token("github/ci");
        assert_eq!(token.status(&rules, &now), Status::Unknown);
        token.versions[0].verdict = Some(verdict(Outcome::Refused));
        assert_eq!(token.status(&rules, &now), Status::Unknown, "a refusal tells nothing");
        token.versions[0].verdict = Some(verdict(Outcome::Alive));
        assert_eq!(token.status(&rules, &now), Status::Alive);

        let mut older = version(1);
        older.state = State::Superseded(instant("2026-11-10T00:00:00Z"));
        token.versions.push(older);
        assert_eq!(token.status(&rules, &now), Status::Owed);
        token.versions[1].verdict = Some(verdict(Outcome::Dead));
        assert_eq!(token.status(&rules, &now), Status::Alive, "dead needs no revocation");

        token.versions[0].rotation = Some(Rotation::Begun(instant("2026-11-22T00:00:00Z")));
        assert_eq!(token.status(&rules, &now), Status::Owed, "what was begun is owed its end");

        token.versions[0].verdict = Some(verdict(Outcome::Dead));
        assert_eq!(token.status(&rules, &now), Status::Dead);
    }

    #[test]
    fn a_token_that_never_ends_is_alive() {
        let mut token = token("github/ci");
        token.versions[0].expiry = Expiry::Never(Source::Typed);
        assert_eq!(token.status(&Rules::default(), &utc("2026-11-22T12:00:00Z")), Status::Alive);
    }
}

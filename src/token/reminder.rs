//! What is owed for a token, since when or from when.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Days, NaiveDate, SecondsFormat, Utc};

use super::expiry::Expiry;
use super::id::{TokenId, VersionId};
use super::now::Now;
use super::parts::Parts;
use super::rules::Rules;
use super::{Token, when};
use crate::verdict::Verdict;

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Duty {
    /// Put a new version in its place.
    Rotate,
    /// Bring the version in use to the places that do not have it yet.
    Install,
    /// Have a superseded version revoked.
    Revoke,
    /// Ask the service about it for the first time.
    Verify,
    /// Find out when it ends.
    Expiry,
    /// Look whether it is still needed.
    Unused,
}

impl Duty {
    /// All of them.
    pub const ALL: [Self; 6] = [Self::Rotate, Self::Install, Self::Revoke, Self::Verify, Self::Expiry, Self::Unused];

    /// The word that people read and type.
    pub fn word(self) -> &'static str {
        match self {
            Self::Rotate => "rotate",
            Self::Install => "install",
            Self::Revoke => "revoke",
            Self::Verify => "verify",
            Self::Expiry => "expiry",
            Self::Unused => "unused",
        }
    }
}

impl fmt::Display for Duty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Duty {
    type Err = NotADuty;

    fn from_str(text: &str) -> Result<Self, NotADuty> {
        Self::ALL.into_iter().find(|duty| duty.word() == text).ok_or_else(|| NotADuty(text.to_owned()))
    }
}

/// A word that names no duty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{}' is nothing that is reminded of; it is rotate, install, revoke, verify, expiry or unused", super::super::text::escaped(.0))]
pub struct NotADuty(String);

/// Something owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// For which token.
    pub token: TokenId,
    /// For which of its versions.
    pub version: VersionId,
    /// What is to be done.
    pub duty: Duty,
    /// From which day it is owed.
    pub from: NaiveDate,
    /// Why, in words: "ends in 3 days".
    pub why: String,
    /// Put off until that day.
    pub snoozed: Option<NaiveDate>,
}

impl Reminder {
    /// The day from which it is owed, when it is put off.
    pub fn owed_from(&self) -> NaiveDate {
        self.snoozed.map_or(self.from, |until| until.max(self.from))
    }

    /// Whether it is owed on a day: it has begun and is not put off past it.
    pub fn is_owed(&self, day: NaiveDate) -> bool {
        self.owed_from() <= day
    }
}

/// What a person said to a reminder. It holds for the version that was current then: a rotation ends it.
///
/// As text (in the record of changes): `snoozed 2027-01-31`, `done 2026-11-22T10:00:00Z`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Mark {
    /// For which version.
    pub version: VersionId,
    /// Which duty.
    pub duty: Duty,
    /// What was said.
    pub answer: Answer,
}

/// What a person may say to a reminder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answer {
    /// Put it off until that day.
    Snoozed(NaiveDate),
    /// It was done, at that time.
    Done(DateTime<Utc>),
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Snoozed(until) => write!(f, "snoozed {until}"),
            Self::Done(at) => write!(f, "done {}", at.to_rfc3339_opts(SecondsFormat::Secs, true)),
        }
    }
}

impl FromStr for Answer {
    type Err = NotAnAnswer;

    fn from_str(text: &str) -> Result<Self, NotAnAnswer> {
        match text.split_once(' ') {
            Some(("snoozed", day)) => day.parse().map(Self::Snoozed).map_err(|_| NotAnAnswer),
            Some(("done", at)) => {
                DateTime::parse_from_rfc3339(at).map(|at| Self::Done(at.to_utc())).map_err(|_| NotAnAnswer)
            }
            _ => Err(NotAnAnswer),
        }
    }
}

/// Text that is no answer in its stored form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an answer to a reminder")]
pub struct NotAnAnswer;

/// What reminders look at in a token.
pub const PARTS: Parts = Parts::FACTS.and(Parts::MARKS).and(Parts::USES).and(Parts::CONSUMERS);

/// Everything that is or will be owed for a token, soonest first. Nothing for one that is in the trash.
pub fn reminders(token: &Token, rules: &Rules, now: &Now) -> Vec<Reminder> {
    if !token.is_kept() {
        return vec![];
    }
    let desk = Desk { token, rules, now };
    let mut found: Vec<Reminder> =
        [desk.rotate(), desk.install(), desk.verify(), desk.expiry(), desk.unused()].into_iter().flatten().collect();
    found.extend(desk.revoke());
    found.sort_by_key(|reminder| (reminder.from, reminder.duty));
    found
}

/// One token, looked at under the rules at a time.
struct Desk<'a> {
    token: &'a Token,
    rules: &'a Rules,
    now: &'a Now,
}

impl Desk<'_> {
    fn rotate(&self) -> Option<Reminder> {
        let current = self.token.current();
        if let Some(died) = current.died() {
            let said = current.verdict.as_ref().is_some_and(Verdict::is_dead);
            let why = if said { "the service says it is dead" } else { "it was revoked" };
            return self.once(current.id, Duty::Rotate, self.now.day_of(died), why.into());
        }
        if let Some(rotation) = &current.rotation {
            let since = self.now.day_of(rotation.since());
            return self.once(
                current.id,
                Duty::Rotate,
                since,
                format!("a rotation begun {} is not at its end", when::words(since, self.now)),
            );
        }
        let ends = current.expiry.date().and_then(|date| {
            let day = date.day(self.now);
            let from = day.checked_sub_days(Days::new(self.token.policy.lead(self.rules).into()))?;
            let verb = if date.is_past(self.now) { "ended" } else { "ends" };
            self.once(current.id, Duty::Rotate, from, format!("{verb} {}", when::words(day, self.now)))
        });
        [ends, self.cadence()].into_iter().flatten().min_by_key(|reminder| reminder.from)
    }

    /// Rotation by the calendar: always where the token asks for it, else only where it never ends by itself.
    fn cadence(&self) -> Option<Reminder> {
        let current = self.token.current();
        let days = match (self.token.policy.cadence_days, current.expiry) {
            (Some(days), _) => days,
            (None, Expiry::Never(_)) => self.rules.cadence_days,
            (None, _) => return None,
        };
        let issued = current.issued.map_or_else(|| self.now.day_of(current.added), |date| date.day(self.now));
        let why = |since| format!("in use since {since}, to be rotated every {days} days");
        self.again(current.id, Duty::Rotate, issued, days, why)
    }

    fn install(&self) -> Option<Reminder> {
        let current = self.token.current();
        let (missing, all) = (self.token.unserved().count(), self.token.consumers.len());
        let why = match all {
            1 => format!("version {} is not in its place yet", current.number),
            _ => format!("version {} is not yet in {missing} of {all} places", current.number),
        };
        (missing > 0).then(|| self.once(current.id, Duty::Install, self.now.day_of(current.added), why))?
    }

    fn verify(&self) -> Option<Reminder> {
        let current = self.token.current();
        if current.verdict.is_some() || self.rules.verify_days == 0 {
            return None;
        }
        let from = self.after(self.now.day_of(current.added), self.rules.verify_days)?;
        self.once(current.id, Duty::Verify, from, "never verified".into())
    }

    fn expiry(&self) -> Option<Reminder> {
        let current = self.token.current();
        if current.expiry != Expiry::Unknown {
            return None;
        }
        self.once(current.id, Duty::Expiry, self.now.day_of(current.added), "no expiry known".into())
    }

    fn unused(&self) -> Option<Reminder> {
        let days = self.token.policy.unused(self.rules)?;
        let last = self.now.day_of(self.token.last_use.unwrap_or(self.token.added));
        let verb = if self.token.last_use.is_some() { "last used" } else { "never used, added" };
        let why = |since| format!("{verb} {}", when::words(since, self.now));
        self.again(self.token.current().id, Duty::Unused, last, days, why)
    }

    fn revoke(&self) -> impl Iterator<Item = Reminder> {
        self.token.owed().filter_map(|(version, since)| {
            let superseded = self.now.day_of(since);
            let from = self.after(superseded, self.rules.revoke_days)?;
            let why = format!("version {} was replaced {}", version.number, when::words(superseded, self.now));
            self.once(version.id, Duty::Revoke, from, why)
        })
    }

    /// A duty that is over for good once it is done.
    fn once(&self, version: VersionId, duty: Duty, from: NaiveDate, why: String) -> Option<Reminder> {
        match self.answer(version, duty) {
            Some(Answer::Done(_)) => None,
            Some(Answer::Snoozed(until)) => Some(self.reminder(version, duty, from, why, Some(until))),
            None => Some(self.reminder(version, duty, from, why, None)),
        }
    }

    /// A duty that comes again `days` after it was done or, before that, after it began.
    fn again(
        &self,
        version: VersionId,
        duty: Duty,
        began: NaiveDate,
        days: u32,
        why: impl Fn(NaiveDate) -> String,
    ) -> Option<Reminder> {
        if days == 0 {
            return None;
        }
        let (began, snoozed) = match self.answer(version, duty) {
            Some(Answer::Done(at)) => (began.max(self.now.day_of(at)), None),
            Some(Answer::Snoozed(until)) => (began, Some(until)),
            None => (began, None),
        };
        Some(self.reminder(version, duty, self.after(began, days)?, why(began), snoozed))
    }

    fn after(&self, day: NaiveDate, days: u32) -> Option<NaiveDate> {
        day.checked_add_days(Days::new(days.into()))
    }

    fn answer(&self, version: VersionId, duty: Duty) -> Option<Answer> {
        let said = |mark: &&super::Mark| mark.version == version && mark.duty == duty;
        self.token.marks.iter().find(said).map(|mark| mark.answer)
    }

    fn reminder(
        &self,
        version: VersionId,
        duty: Duty,
        from: NaiveDate,
        why: String,
        snoozed: Option<NaiveDate>,
    ) -> Reminder {
        Reminder { token: self.token.id, version, duty, from, why, snoozed }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::State;
    use crate::token::consumer::Way;
    use crate::token::expiry::{Date, Source};
    use crate::token::now::tests::{auckland, day, instant, utc};
    use crate::token::tests::{token, verdict, version};
    use crate::verdict::Outcome;

    const NOW: &str = "2026-11-22T12:00:00Z";

    /// `duty from why`, one a line, of what there is.
    fn told(token: &Token, now: &Now) -> Vec<String> {
        let all = reminders(token, &Rules::default(), now);
        all.iter().map(|r| format!("{} {} {}", r.duty, r.from, r.why)).collect()
    }

    fn quiet() -> Token {
        let mut token = token("github/ci");
        token.policy.unused_days = Some(0);
        token.versions[0].verdict = Some(verdict(Outcome::Alive));
        token
    }

    fn ending(text: &str) -> Token {
        let mut token = quiet();
        token.versions[0].expiry = Expiry::Ends(Date::Day(day(text)), Source::Typed);
        token
    }

    #[test]
    fn a_new_token_of_which_nothing_is_known() {
        assert_eq!(
            told(&token("github/ci"), &utc(NOW)),
            [
                "expiry 2026-11-01 no expiry known",
                "verify 2026-12-01 never verified",
                "unused 2027-01-30 never used, added 21 days ago",
            ]
        );
    }

    #[test]
    fn rotation_is_owed_a_lead_time_before_the_end() {
        assert_eq!(told(&ending("2026-12-01"), &utc(NOW)), ["rotate 2026-11-17 ends in 9 days"]);
        assert_eq!(told(&ending("2026-11-20"), &utc(NOW)), ["rotate 2026-11-06 ended 2 days ago"]);
        let mut patient = ending("2026-12-01");
        patient.policy.lead_days = Some(3);
        assert_eq!(told(&patient, &utc(NOW)), ["rotate 2026-11-28 ends in 9 days"]);
    }

    #[test]
    fn leap_day_and_zone() {
        assert_eq!(told(&ending("2028-03-07"), &utc(NOW))[0], "rotate 2028-02-22 ends in 16 months");
        let mut token = quiet();
        let end = Date::Instant(instant("2026-11-22T13:00:00Z"));
        token.versions[0].expiry = Expiry::Ends(end, Source::Service(instant(NOW)));
        assert_eq!(told(&token, &utc(NOW)), ["rotate 2026-11-08 ends today"]);
        assert_eq!(told(&token, &auckland("2026-11-22T10:00:00Z")), ["rotate 2026-11-09 ends tomorrow"]);
    }

    #[test]
    fn what_never_ends_is_rotated_by_the_calendar() {
        let mut token = quiet();
        token.versions[0].expiry = Expiry::Never(Source::Typed);
        token.versions[0].issued = Some(Date::Day(day("2025-10-01")));
        assert_eq!(
            told(&token, &utc(NOW)),
            ["rotate 2026-10-01 in use since 2025-10-01, to be rotated every 365 days"]
        );
        let current = token.versions[0].id;
        let answer = Answer::Done(instant("2026-11-20T12:00:00Z"));
        token.marks = vec![Mark { version: current, duty: Duty::Rotate, answer }];
        assert_eq!(reminders(&token, &Rules::default(), &utc(NOW))[0].from, day("2027-11-20"));
        token.policy.cadence_days = Some(0);
        assert!(told(&token, &utc(NOW)).is_empty());
    }

    #[test]
    fn its_own_cadence_holds_even_where_it_ends_later() {
        let mut token = ending("2028-01-01");
        token.policy.cadence_days = Some(30);
        assert_eq!(reminders(&token, &Rules::default(), &utc(NOW))[0].from, day("2026-12-01"));
    }

    #[test]
    fn a_superseded_version_is_owed_until_it_is_dead_or_somebody_says_so() {
        let mut token = ending("2028-01-01");
        let mut older = version(1);
        older.id = VersionId::from_bytes([9; 16]);
        older.state = State::Superseded(instant("2026-11-10T00:00:00Z"));
        token.versions.push(older);
        assert_eq!(told(&token, &utc(NOW))[0], "revoke 2026-11-17 version 1 was replaced 12 days ago");
        token.versions[1].verdict = Some(verdict(Outcome::Dead));
        assert_eq!(told(&token, &utc(NOW)).len(), 1);
        token.versions[1].verdict = None;
        token.versions[1].state = State::Revoked(instant(NOW));
        assert_eq!(told(&token, &utc(NOW)).len(), 1);
    }

    #[test]
    fn a_new_version_is_to_be_installed_where_the_old_one_is() {
        let owed = |token: &Token| {
            told(token, &utc(NOW)).into_iter().filter(|line| line.starts_with("install")).collect::<Vec<_>>()
        };
        let mut token = quiet();
        token.versions[0].number = 2;
        let places = ["Actions", "server"].map(String::from);
        token.consumers = places.clone().map(|place| (place, Way::Hand { note: None })).into();
        assert_eq!(owed(&token), ["install 2026-11-01 version 2 is not yet in 2 of 2 places"]);
        token.versions[0].installed.insert(places[0].clone(), instant(NOW));
        assert_eq!(owed(&token), ["install 2026-11-01 version 2 is not yet in 1 of 2 places"]);
        token.versions[0].installed.insert(places[1].clone(), instant(NOW));
        assert!(owed(&token).is_empty());
        token.consumers.remove(&places[1]);
        token.versions[0].installed.clear();
        assert_eq!(owed(&token), ["install 2026-11-01 version 2 is not in its place yet"]);
    }

    #[test]
    fn the_dead_are_to_be_replaced() {
        let mut token = ending("2028-01-01");
        token.versions[0].verdict = Some(verdict(Outcome::Dead));
        assert_eq!(told(&token, &utc(NOW)), ["rotate 2026-11-20 the service says it is dead"]);
    }

    #[test]
    fn snoozed_and_done() {
        let mut token = ending("2026-12-01");
        let current = token.versions[0].id;
        let today = utc(NOW).today();
        let owed = |token: &Token| reminders(token, &Rules::default(), &utc(NOW)).iter().any(|r| r.is_owed(today));
        assert!(owed(&token));
        for (answer, want) in [
            (Answer::Snoozed(day("2026-11-23")), false),
            (Answer::Snoozed(day("2026-11-22")), true),
            (Answer::Done(instant(NOW)), false),
        ] {
            token.marks = vec![Mark { version: current, duty: Duty::Rotate, answer }];
            assert_eq!(owed(&token), want, "{answer}");
        }
        token.versions[0].id = VersionId::from_bytes([7; 16]);
        assert!(owed(&token), "what was said of the old version does not bind the new one");
    }

    #[test]
    fn nothing_is_owed_for_the_trash() {
        let mut token = ending("2026-11-01");
        token.trashed = Some(instant(NOW));
        assert!(told(&token, &utc(NOW)).is_empty());
    }
}

//! What a rotation is going to do. Found out without asking anybody.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};

use super::step::{self, Step};
use crate::ops::errand::{Address, Issuer, Issuers};
use crate::ops::error::Error;
use crate::ops::find::{Among, find};
use crate::ops::session::Session;
use crate::ops::with::With;
use crate::service::definition::{Definition, Kind, Lifetime, Page};
use crate::service::{ENDLESS, Value, Values};
use crate::token::expiry::{Date, Expiry, Source};
use crate::token::now::Now;
use crate::token::when::When;
use crate::token::{Token, Version};

/// What the person wants of a rotation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wish {
    /// When the new one is to end, where they said.
    pub expires: Option<When>,
    /// No call is to go out.
    pub by_hand: bool,
}

/// What a rotation is going to do.
#[derive(Debug, Clone)]
pub struct RotatePlan {
    /// The token, as it is now.
    pub token: Token,
    /// What comes next.
    pub step: Step,
    /// When the new one is to end: as the person said, or as long as the old one lived, or as usual.
    pub ends: Expiry,
    /// The person said so.
    pub is_said: bool,
    /// Why nobody can be asked, where nobody can.
    pub unknown: Option<String>,
    issuer: Option<Issuer>,
}

/// Finds out what comes next in the rotation of a token. A new secret that waits in the journal is brought in first.
pub fn plan_rotate(session: &Session, asked: &str, wish: Wish, with: With) -> Result<RotatePlan, Error> {
    let token = session.write("rotate", |vault| find(vault, asked, Among::Kept))?;
    let (issuer, unknown) = match Issuers::new(session).with(with).of(&token)? {
        Ok(issuer) => (Some(issuer), None),
        Err(why) => (None, Some(why)),
    };
    let known = issuer.as_ref().and_then(known);
    let now = crate::clock::now();
    let step = step::next(known, token.current(), wish.by_hand, now.instant);
    let ends = ends(token.current(), known.map(|(_, kind)| &kind.lifetime), wish.expires, &now);
    Ok(RotatePlan { token, step, ends, is_said: wish.expires.is_some(), unknown, issuer })
}

fn known(issuer: &Issuer) -> Option<(&Definition, &Kind)> {
    Some((issuer.definition(), issuer.kind()?))
}

impl RotatePlan {
    /// Who issued the token, where that is known.
    pub fn issuer(&self) -> Option<&Issuer> {
        self.issuer.as_ref()
    }

    /// The service, as people call it.
    pub fn service(&self) -> &str {
        self.issuer.as_ref().map_or(&self.token.service, |issuer| &issuer.definition().name)
    }

    /// The definition of the service is the person's own.
    pub fn is_own(&self) -> bool {
        self.issuer.as_ref().is_some_and(Issuer::is_own)
    }

    /// The hosts that get a secret: those of its calls and of what is asked before them.
    pub fn hosts(&self) -> Vec<String> {
        let Some(issuer) = &self.issuer else { return vec![] };
        let mut calls = issuer.verifying();
        match &self.step {
            Step::Call(renewal) => calls.push(renewal.call.clone()),
            Step::Settle(_) => calls.extend(issuer.kind().and_then(|kind| kind.list.clone())),
            Step::Wait(_) | Step::ByHand => calls.clear(),
        }
        issuer.hosts(&calls)
    }

    /// The page on which the person makes the new one, filled in.
    pub fn page(&self, now: &Now) -> Option<Address> {
        let fill = |values: &mut Values| fill(values, &self.token, self.ends, now.instant);
        let issuer = self.issuer.as_ref()?;
        // A new one beside the old one leaves time to install it; to make the old one anew does not.
        let new = issuer.kind()?.pages.get("new");
        let filled_in = new.is_some_and(Page::is_filled_in);
        let names = if filled_in { ["new", "rotate", "manage"] } else { ["rotate", "new", "manage"] };
        issuer.page(&names, &self.token, fill)
    }

    /// The page on which the person looks what there is.
    pub fn overview(&self) -> Option<Address> {
        self.issuer.as_ref()?.page(&["manage", "new"], &self.token, |_| {})
    }
}

/// When the new one is to end. An end that is no later than now is none that could be asked for.
fn ends(old: &Version, lifetime: Option<&Lifetime>, wish: Option<When>, now: &Now) -> Expiry {
    match wish {
        Some(When::Never) => return Expiry::Never(Source::Typed),
        Some(When::Unknown) => return Expiry::Unknown,
        Some(When::On(date)) => return Expiry::Ends(date, Source::Typed),
        None => {}
    }
    let longest = lifetime.and_then(|lifetime| lifetime.longest_days).map(i64::from);
    let span = old.issued.zip(old.expiry.date());
    let lived = span.map(|(began, ended)| (ended.day(now) - began.day(now)).num_days()).filter(|days| *days > 0);
    let (days, source) = match (lived, lifetime.and_then(|lifetime| lifetime.usual_days)) {
        (Some(days), _) => (days, Source::Typed),
        (None, Some(usual)) if !matches!(old.expiry, Expiry::Never(_)) => (i64::from(usual), Source::Default),
        _ => return Expiry::Unknown,
    };
    let days = u64::try_from(longest.map_or(days, |longest| days.min(longest))).unwrap_or(0);
    let end = now.today().checked_add_days(Days::new(days));
    end.map_or(Expiry::Unknown, |end| Expiry::Ends(Date::Day(end), source))
}

/// Sets what a call or a page that makes a new one is told.
pub(super) fn fill(values: &mut Values, token: &Token, ends: Expiry, at: DateTime<Utc>) {
    values.set("new_name", Value::Text(format!("{}{}", token.name, ending(at))));
    if matches!(ends, Expiry::Never(_)) {
        values.set(ENDLESS, Value::Number(1));
    }
    let Some(date) = ends.date() else { return };
    let end = match date {
        Date::Instant(at) => at,
        // A day is over when the next one begins.
        Date::Day(day) => day.and_time(NaiveTime::MIN).and_utc() + TimeDelta::seconds(86_399),
    };
    let left = end - at;
    if left > TimeDelta::zero() {
        values.set("expiry", Value::Time(end));
        values.set("days", Value::Number(left.num_days().max(1)));
        values.set("lifetime_s", Value::Number(left.num_seconds()));
    }
}

/// What the name of a new token ends in: no other of that name was made in the same minute.
pub(super) fn ending(at: DateTime<Utc>) -> String {
    at.format("-%Y-%m-%d-%H%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::now::tests::{day, utc};
    use crate::token::tests::version;

    #[test]
    fn the_new_one_ends_as_was_said_or_lives_as_long_as_the_old() {
        let now = utc("2026-11-22T12:00:00Z");
        let typed = |date: &str| Expiry::Ends(Date::Day(day(date)), Source::Typed);
        let limits = Lifetime { usual_days: Some(30), longest_days: Some(60), ..Lifetime::default() };
        let on = |date: &str| Some(When::On(Date::Day(day(date))));
        let usual = Expiry::Ends(Date::Day(day("2026-12-22")), Source::Default);
        // When the old one was issued and ends, what is known of its kind, what the person said, and what comes.
        let cases = [
            ("2026-11-01", typed("2026-12-01"), None, None, typed("2026-12-22")),
            ("2026-11-01", typed("2026-12-01"), Some(&limits), None, typed("2026-12-22")),
            ("2026-01-01", typed("2026-12-01"), Some(&limits), None, typed("2027-01-21")),
            ("2026-11-01", typed("2026-10-01"), Some(&limits), None, usual),
            ("2026-11-01", Expiry::Unknown, Some(&limits), None, usual),
            ("2026-11-01", Expiry::Unknown, None, None, Expiry::Unknown),
            ("2026-11-01", Expiry::Never(Source::Typed), Some(&limits), None, Expiry::Unknown),
            ("2026-11-01", typed("2026-12-01"), Some(&limits), on("2027-08-01"), typed("2027-08-01")),
            ("2026-11-01", typed("2026-12-01"), None, Some(When::Never), Expiry::Never(Source::Typed)),
        ];
        for (issued, expiry, lifetime, wish, want) in cases {
            let mut old = version(1);
            old.issued = Some(Date::Day(day(issued)));
            old.expiry = expiry;
            assert_eq!(ends(&old, lifetime, wish, &now), want, "{issued}, {expiry:?}, {wish:?}");
        }
    }
}

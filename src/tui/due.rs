//! Everything that is owed, now and in the coming months, for the tokens of the vault.

use chrono::{Days, NaiveDate};

use crate::token::Token;
use crate::token::now::Now;
use crate::token::reminder::{Reminder, reminders};
use crate::token::rules::Rules;

/// How far ahead is looked.
const AHEAD_DAYS: u64 = 92;

/// How far away something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Span {
    /// It is owed.
    Owed,
    /// It will be within seven days.
    Week,
    /// It will be after that.
    Later,
}

impl Span {
    /// All of them, the nearest first.
    pub const ALL: [Self; 3] = [Self::Owed, Self::Week, Self::Later];

    /// What stands above them.
    pub fn title(self) -> &'static str {
        match self {
            Self::Owed => "Owed",
            Self::Week => "Within a week",
            Self::Later => "Later",
        }
    }
}

/// What is owed, soonest first.
#[derive(Debug, Clone, Default)]
pub struct Due {
    all: Vec<Reminder>,
    /// How many of them are owed.
    owed: usize,
    /// How many of them are owed within a week.
    week: usize,
}

impl Due {
    /// What is owed for these tokens, which stand in their usual order.
    pub fn of(tokens: &[Token], rules: &Rules, now: &Now) -> Self {
        let today = now.today();
        let after = |days| today.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX);
        let (week, ahead) = (after(7), after(AHEAD_DAYS));
        let all = tokens.iter().flat_map(|token| reminders(token, rules, now));
        let mut all: Vec<Reminder> = all.filter(|reminder| reminder.is_owed(ahead)).collect();
        all.sort_by_key(|reminder| (reminder.owed_from(), reminder.duty));
        let until = |day| all.partition_point(|reminder| reminder.is_owed(day));
        let (owed, week) = (until(today), until(week));
        Self { all, owed, week }
    }

    /// Those of a span.
    pub fn within(&self, span: Span) -> &[Reminder] {
        let range = match span {
            Span::Owed => 0..self.owed,
            Span::Week => self.owed..self.week,
            Span::Later => self.week..self.all.len(),
        };
        self.all.get(range).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::expiry::{Date, Expiry, Source};
    use crate::token::id::TokenId;
    use crate::token::now::tests::{auckland, day, utc};
    use crate::token::reminder::{Answer, Duty, Mark};
    use crate::token::tests::{token, verdict};
    use crate::verdict::Outcome;

    fn ending(number: u8, on: &str) -> Token {
        let mut token = token("github/ci");
        token.id = TokenId::from_bytes([number; 16]);
        token.policy.unused_days = Some(0);
        token.versions[0].verdict = Some(verdict(Outcome::Alive));
        token.versions[0].expiry = Expiry::Ends(Date::Day(day(on)), Source::Typed);
        token
    }

    #[test]
    fn soonest_first_and_put_off_where_it_was_put_off_to() {
        let mut put_off = ending(4, "2026-11-24");
        let mark = |answer| Mark { version: put_off.versions[0].id, duty: Duty::Rotate, answer };
        put_off.marks = vec![mark(Answer::Snoozed(day("2026-11-26")))];
        let tokens = [
            ending(1, "2026-12-20"),
            ending(2, "2026-12-06"),
            ending(3, "2026-11-20"),
            put_off,
            ending(5, "9999-12-31"),
        ];
        let told = |now: &Now| {
            let due = Due::of(&tokens, &Rules::default(), now);
            Span::ALL.map(|span| due.within(span).iter().map(|it| it.token.as_bytes()[0]).collect::<Vec<_>>())
        };
        assert_eq!(told(&utc("2026-11-22T12:00:00Z")), [vec![3, 2], vec![4], vec![1]]);
        assert_eq!(told(&utc("2026-11-21T11:30:00Z")), [vec![3], vec![2, 4], vec![1]]);
        assert_eq!(told(&auckland("2026-11-21T11:30:00Z")), [vec![3, 2], vec![4], vec![1]], "the reader's day");
        assert_eq!(told(&utc("2026-11-27T12:00:00Z")), [vec![3, 2, 4], vec![], vec![1]]);
        assert!(Due::of(&[], &Rules::default(), &utc("2026-11-22T12:00:00Z")).within(Span::Owed).is_empty());
    }
}

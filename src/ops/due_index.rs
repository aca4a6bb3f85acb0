//! The due index: how much is owed, and on which days more will be, written down where it can be read while the vault is
//! locked. Days and counts, and nothing of which token: what a prompt says.
//!
//! It is made anew by whoever has all tokens at hand: a write, `due`, `unlock`. In between it can be wrong by what it
//! cannot know: a use puts off looking at a token, other settings or another zone move a day. Nothing rests on it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::files;
use super::session::Ground;
use crate::token::Token;
use crate::token::now::Now;
use crate::token::reminder::reminders;
use crate::token::rules::Rules;
use crate::vault::Vault;

/// The version of the file.
const VERSION: u32 = 1;
/// How far ahead it looks, in days: the file stays small, however many tokens there are.
const AHEAD_DAYS: u64 = 366;

/// How much is owed, day by day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DueIndex {
    patvault: u32,
    /// How many reminders were owed when this was made. Since when is of no interest, and is not told.
    owed: usize,
    /// How many more there will be from a day on.
    later: BTreeMap<NaiveDate, usize>,
}

impl DueIndex {
    /// What is and will be owed for these tokens.
    fn of(tokens: &[Token], rules: &Rules, now: &Now) -> Self {
        let mut index = Self { patvault: VERSION, owed: 0, later: BTreeMap::new() };
        let today = now.today();
        let end = today.checked_add_days(Days::new(AHEAD_DAYS)).unwrap_or(NaiveDate::MAX);
        for day in tokens.iter().flat_map(|token| reminders(token, rules, now)).map(|reminder| reminder.owed_from()) {
            if day <= today {
                index.owed += 1;
            } else if day <= end {
                *index.later.entry(day).or_default() += 1;
            }
        }
        index
    }

    /// The one of the vault of that name; none where there is no file, or one that makes no sense.
    pub(super) fn read(state: &Path, vault: &str) -> Option<Self> {
        let index: Self = serde_json::from_slice(&files::read_own(&path(state, vault))?).ok()?;
        (index.patvault == VERSION).then_some(index)
    }

    /// How many reminders are owed on a day.
    pub(super) fn count(&self, day: NaiveDate) -> usize {
        self.later.range(..=day).fold(self.owed, |sum, (_, count)| sum.saturating_add(*count))
    }
}

/// Writes down what is and will be owed for all the tokens of a vault. Where that fails, the prompt says what was written
/// before, or nothing; that is nobody's concern who wanted something else.
pub(super) fn note(ground: &Ground, vault: &Vault, tokens: &[Token], now: &Now) {
    let state = &ground.paths.state;
    let name = vault.dir().file_name().unwrap_or_default().to_string_lossy();
    let path = path(state, &name);
    if !ground.config.prompt.due {
        let _not_there = std::fs::remove_file(path);
        return;
    }
    let index = DueIndex::of(tokens, &ground.config.rules(), now);
    if DueIndex::read(state, &name).as_ref() != Some(&index) {
        let _unnoted = files::note_private(&path, &serde_json::to_vec(&index).unwrap_or_default());
    }
}

fn path(state: &Path, vault: &str) -> PathBuf {
    state.join("due").join(format!("{vault}.json"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::State;
    use crate::token::expiry::{Date, Expiry, Source};
    use crate::token::now::tests::{auckland, berlin, day, instant, utc};
    use crate::token::reminder::{Answer, Duty, Mark};
    use crate::token::tests::{token, verdict, version};
    use crate::verdict::Outcome;
    use chrono::TimeDelta;
    use proptest::prelude::*;

    const NOW: &str = "2026-11-22T12:00:00Z";

    fn index(tokens: &[Token]) -> DueIndex {
        DueIndex::of(tokens, &Rules::default(), &utc(NOW))
    }

    #[test]
    fn the_file_holds_days_and_counts() {
        let mut ends = token("canary/canary");
        ends.versions[0].expiry = Expiry::Ends(Date::Day(day("2026-12-24")), Source::Typed);
        let text = serde_json::to_string(&index(&[token("canary/canary"), ends])).unwrap();
        let later = r#"{"2026-12-01":2,"2026-12-10":1,"2027-01-30":2}"#;
        assert_eq!(text, format!(r#"{{"patvault":1,"owed":1,"later":{later}}}"#));
    }

    #[test]
    fn what_makes_no_sense_is_not_there() {
        let state = tempfile::tempdir().unwrap();
        let good = r#"{"patvault":1,"owed":1,"later":{}}"#;
        let bad = [
            "",
            "{}",
            "\0\u{fe}",
            r#"{"patvault":2,"owed":1,"later":{}}"#,
            r#"{"patvault":1,"owed":-1,"later":{}}"#,
            r#"{"patvault":1,"owed":1,"later":{"soon":1}}"#,
            &good[..20],
        ];
        assert_eq!(DueIndex::read(state.path(), "main"), None);
        for text in bad {
            files::note_private(&path(state.path(), "main"), text.as_bytes()).unwrap();
            assert_eq!(DueIndex::read(state.path(), "main"), None, "{text:?}");
        }
        files::note_private(&path(state.path(), "main"), good.as_bytes()).unwrap();
        assert_eq!(DueIndex::read(state.path(), "main").unwrap().count(day("2026-11-22")), 1);
        let most = DueIndex { patvault: 1, owed: usize::MAX, later: [(day("2026-11-22"), usize::MAX)].into() };
        assert_eq!(most.count(day("2026-11-22")), usize::MAX);
    }

    fn some_day() -> impl Strategy<Value = NaiveDate> {
        (-500i64..800).prop_map(|days| day("2026-11-22") + TimeDelta::days(days))
    }

    fn some_instant() -> impl Strategy<Value = chrono::DateTime<chrono::Utc>> {
        (-500i64..0, 0i64..86_400)
            .prop_map(|(days, secs)| instant(NOW) + TimeDelta::days(days) + TimeDelta::seconds(secs))
    }

    fn some_expiry() -> impl Strategy<Value = Expiry> {
        prop_oneof![
            Just(Expiry::Unknown),
            Just(Expiry::Never(Source::Default)),
            some_day().prop_map(|day| Expiry::Ends(Date::Day(day), Source::Typed)),
            some_instant().prop_map(|at| Expiry::Ends(Date::Instant(at + TimeDelta::days(400)), Source::Typed)),
        ]
    }

    fn some_answer() -> impl Strategy<Value = Answer> {
        prop_oneof![some_day().prop_map(Answer::Snoozed), some_instant().prop_map(Answer::Done)]
    }

    fn some_token() -> impl Strategy<Value = Token> {
        let current = (some_expiry(), proptest::option::of(some_day()), proptest::option::of(any::<bool>()));
        let policy =
            (proptest::option::of(0u32..200), proptest::option::of(0u32..200), proptest::option::of(0u32..200));
        let older = proptest::option::of(some_instant());
        let used = (some_instant(), proptest::option::of(some_instant()), any::<bool>());
        let marks = proptest::collection::vec((0u8..2, 0usize..5, some_answer()), 0..4);
        (current, policy, older, used, marks).prop_map(|(current, policy, older, used, marks)| {
            let mut token = token("github/ci");
            let now = &mut token.versions[0];
            now.expiry = current.0;
            now.issued = current.1.map(Date::Day);
            now.verdict = current.2.map(|alive| verdict(if alive { Outcome::Alive } else { Outcome::Dead }));
            token.policy.lead_days = policy.0;
            token.policy.cadence_days = policy.1;
            token.policy.unused_days = policy.2;
            if let Some(since) = older {
                let mut older = version(2);
                older.state = State::Superseded(since);
                token.versions.push(older);
            }
            (token.added, token.last_use) = (used.0, used.1);
            token.trashed = (used.2 && token.last_use.is_none()).then(|| instant(NOW));
            let mark = |(at, duty, answer): (u8, usize, Answer)| Mark {
                version: version(u32::from(at) + 1).id,
                duty: Duty::ALL[duty],
                answer,
            };
            token.marks = marks.into_iter().map(mark).collect();
            token
        })
    }

    proptest! {
        #[test]
        fn it_says_on_any_day_what_due_says(
            tokens in proptest::collection::vec(some_token(), 0..6),
            ahead in 0i64..=366,
            zone in 0usize..3,
        ) {
            let then = (instant(NOW) + TimeDelta::days(ahead)).to_rfc3339();
            let (now, then) = match zone {
                0 => (utc(NOW), utc(&then)),
                1 => (berlin(NOW), berlin(&then)),
                _ => (auckland(NOW), auckland(&then)),
            };
            let rules = Rules::default();
            let index = DueIndex::of(&tokens, &rules, &now);
            let owed = tokens.iter().flat_map(|token| reminders(token, &rules, &then));
            prop_assert_eq!(index.count(then.today()), owed.filter(|it| it.is_owed(then.today())).count());
            let file: DueIndex = serde_json::from_slice(&serde_json::to_vec(&index).unwrap()).unwrap();
            prop_assert_eq!(file, index);
        }
    }
}

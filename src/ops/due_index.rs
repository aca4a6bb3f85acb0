//! The due index: how much is owed, and on which days more will be, written down where it can be read while the vault is
//! locked. Days and counts, and nothing of which token: what a prompt says.
//!
//! Whoever has all tokens at hand makes it anew: `due`, `unlock`. A write counts on from what it says, by the tokens that it
//! touched: reading them all would cost more than the write. In between it can be wrong by what it cannot know: a use
//! puts off looking at a token, other settings or another zone move a day. Nothing rests on it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::files;
use super::session::Ground;
use crate::token::Token;
use crate::token::id::TokenId;
use crate::token::now::Now;
use crate::token::reminder::{self, reminders};
use crate::token::rules::Rules;
use crate::vault::{Vault, Writer};

/// The version of the file.
const VERSION: u32 = 1;
/// How far ahead it looks, in days: the file stays small, however many tokens there are.
const AHEAD_DAYS: u64 = 366;
/// How many tokens a write may touch before it is cheaper to read them all.
const TOUCHED_MAX: usize = 64;

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
        for token in tokens {
            index.count_in(token, rules, now);
        }
        index
    }

    fn count_in(&mut self, token: &Token, rules: &Rules, now: &Now) {
        for day in days(token, rules, now) {
            if day <= now.today() {
                self.owed += 1;
            } else {
                *self.later.entry(day).or_default() += 1;
            }
        }
    }

    /// The reverse. `None` where that was not counted in: then this says something else than the tokens do.
    fn count_out(&mut self, token: &Token, rules: &Rules, now: &Now) -> Option<()> {
        for day in days(token, rules, now) {
            if day <= now.today() {
                self.owed = self.owed.checked_sub(1)?;
                continue;
            }
            let count = self.later.get_mut(&day)?;
            *count = count.checked_sub(1)?;
            if *count == 0 {
                self.later.remove(&day);
            }
        }
        Some(())
    }

    /// The index after tokens became others.
    fn after(mut self, changes: &[(Option<Token>, Option<Token>)], rules: &Rules, now: &Now) -> Option<Self> {
        self.owed = self.count(now.today());
        self.later.retain(|day, _| *day > now.today());
        for (before, after) in changes {
            before.as_ref().map_or(Some(()), |token| self.count_out(token, rules, now))?;
            if let Some(token) = after {
                self.count_in(token, rules, now);
            }
        }
        Some(self)
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
    if ground.config.prompt.due {
        put(ground, vault, &DueIndex::of(tokens, &ground.config.rules(), now));
    } else {
        forget(ground, vault);
    }
}

/// The same at the end of a write, while nobody else writes.
pub(super) fn note_write(ground: &Ground, vault: &Vault, writer: &Writer, now: &Now) {
    if !ground.config.prompt.due {
        forget(ground, vault);
    } else if let Some(index) = counted_on(ground, vault, writer, now) {
        put(ground, vault, &index);
    } else if let Ok(tokens) = writer.tokens_in(reminder::PARTS) {
        note(ground, vault, &tokens, now);
    }
}

/// What the index says, and what the write changes about that; `None` where it has to be made anew.
fn counted_on(ground: &Ground, vault: &Vault, writer: &Writer, now: &Now) -> Option<DueIndex> {
    let touched = Some(writer.touched()).filter(|touched| touched.len() <= TOUCHED_MAX)?;
    let change = |(id, before): (&TokenId, &Option<Token>)| Some((before.clone(), writer.token(*id).ok()?));
    let changes: Vec<_> = touched.iter().map(change).collect::<Option<_>>()?;
    DueIndex::read(&ground.paths.state, &name(vault))?.after(&changes, &ground.config.rules(), now)
}

/// Removes it: the next one is made anew.
pub(super) fn forget(ground: &Ground, vault: &Vault) {
    let _not_there = std::fs::remove_file(path(&ground.paths.state, &name(vault)));
}

fn put(ground: &Ground, vault: &Vault, index: &DueIndex) {
    let (state, name) = (&ground.paths.state, name(vault));
    if DueIndex::read(state, &name).as_ref() != Some(index) {
        let _unnoted = files::note_private(&path(state, &name), &serde_json::to_vec(index).unwrap_or_default());
    }
}

fn name(vault: &Vault) -> String {
    vault.dir().file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// The days from which something is owed for a token, as far ahead as this looks.
fn days(token: &Token, rules: &Rules, now: &Now) -> impl Iterator<Item = NaiveDate> {
    let end = now.today().checked_add_days(Days::new(AHEAD_DAYS)).unwrap_or(NaiveDate::MAX);
    reminders(token, rules, now).into_iter().map(|reminder| reminder.owed_from()).filter(move |day| *day <= end)
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

        #[test]
        fn a_write_counts_on(
            mut tokens in proptest::collection::vec(some_token(), 0..6),
            others in proptest::collection::vec(some_token(), 0..3),
            waited in 0i64..=366,
        ) {
            let (now, rules) = (utc(NOW), Rules::default());
            let then = utc(&(instant(NOW) + TimeDelta::days(waited)).to_rfc3339());
            let index = DueIndex::of(&tokens, &rules, &now);
            let mut changes = vec![];
            for (at, other) in others.into_iter().enumerate() {
                let before = (at < tokens.len()).then(|| tokens.remove(at));
                changes.push((before, Some(other.clone())));
                tokens.insert(at.min(tokens.len()), other);
            }
            // Where it does not count on, something is owed that it did not look ahead to yet.
            if let Some(index) = index.after(&changes, &rules, &then) {
                for ahead in waited..=366 {
                    let day = now.today() + TimeDelta::days(ahead);
                    prop_assert_eq!(index.count(day), DueIndex::of(&tokens, &rules, &then).count(day));
                }
            } else {
                prop_assert!(waited > 0);
            }
        }
    }

    #[test]
    fn what_it_did_not_say_is_not_counted_on() {
        let (now, rules) = (utc(NOW), Rules::default());
        let token = token("github/ci");
        let empty = DueIndex::of(&[], &rules, &now);
        assert_eq!(empty.clone().after(&[(Some(token.clone()), None)], &rules, &now), None);
        let full = DueIndex::of(std::slice::from_ref(&token), &rules, &now);
        assert_eq!(empty.clone().after(&[(None, Some(token.clone()))], &rules, &now), Some(full.clone()));
        assert_eq!(full.after(&[(Some(token), None)], &rules, &now), Some(empty));
    }
}

//! What is owed, and what a person says to it.

use chrono::{Days, NaiveDate};

use super::consumer::tick;
use super::due_index;
use super::error::Error;
use super::find::{Among, find};
use super::session::Session;
use crate::token::Token;
use crate::token::change::{Field, Subject};
use crate::token::reminder::{self, Answer, Duty, Reminder, reminders};

/// Something owed, with the token it is owed for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// The token, in [`reminder::PARTS`].
    pub token: Token,
    /// What is owed for it.
    pub reminder: Reminder,
}

/// What is owed today and in the days to come, soonest first. With `all`, also what is put off.
pub fn due(session: &Session, within_days: u32, all: bool) -> Result<Vec<Owed>, Error> {
    let until = session.now.today().checked_add_days(Days::new(within_days.into())).unwrap_or(NaiveDate::MAX);
    let tokens = session.read(|vault| Ok(vault.tokens_in(reminder::PARTS)?))?;
    due_index::note(&session.ground, &session.vault, &tokens, &session.now);
    let mut owed: Vec<Owed> = tokens
        .into_iter()
        .flat_map(|token| {
            let found = reminders(&token, &session.rules, &session.now);
            let wanted =
                found.into_iter().filter(|reminder| reminder.is_owed(until) || (all && reminder.from <= until));
            wanted.map(|reminder| Owed { token: token.clone(), reminder }).collect::<Vec<_>>()
        })
        .collect();
    owed.sort_by(|a, b| {
        let key = |owed: &Owed| (owed.reminder.owed_from(), owed.reminder.duty);
        key(a).cmp(&key(b)).then_with(|| crate::token::column::by_path(&a.token, &b.token))
    });
    Ok(owed)
}

/// Answers the reminders of a token: the one of that duty, or all that are owed now. Says which.
pub fn answer(session: &Session, asked: &str, duty: Option<Duty>, answer: Answer) -> Result<(Token, Vec<Duty>), Error> {
    let verb = match answer {
        Answer::Snoozed(_) => "snooze",
        Answer::Done(_) => "done",
    };
    session.write(verb, |vault| {
        let token = find(vault, asked, Among::Kept)?;
        let today = session.now.today();
        let all = reminders(&token, &session.rules, &session.now);
        let meant: Vec<&Reminder> = match duty {
            Some(duty) => all.iter().filter(|reminder| reminder.duty == duty).collect(),
            // Put off or not: who puts off again, or has done it meanwhile, means these.
            None => all.iter().filter(|reminder| reminder.from <= today).collect(),
        };
        if meant.is_empty() {
            let what = duty.map_or_else(|| "nothing".to_owned(), |duty| format!("no '{duty}'"));
            return Err(Error::usage(
                format!("{what} is owed for {}", crate::text::escaped(&token.path())),
                "'patvault due --all' shows what is",
            ));
        }
        let mut answered = vec![];
        for reminder in meant {
            let subject = Subject { token: token.id, version: Some(reminder.version) };
            answered.push(reminder.duty);
            if let (Duty::Install, Answer::Done(at)) = (reminder.duty, answer) {
                token.unserved().try_for_each(|consumer| tick(vault, subject, consumer.place, Some(at)))?;
                continue;
            }
            vault.set(subject, &Field::Mark(reminder.duty), Some(&answer.to_string()))?;
            if let (Duty::Revoke, Answer::Done(at)) = (reminder.duty, answer) {
                let state = crate::token::State::Revoked(at);
                vault.set(subject, &Field::State, Some(&state.to_string()))?;
            }
        }
        Ok((token, answered))
    })
}

//! `patvault due`, `snooze` and `done`.

use serde::Serialize;

use super::Desk;
use super::complete::Known;
use super::face::{Exit, Role};
use super::table::{Cell, Table};
use super::terms;
use crate::ops::{self, Error};
use crate::text::{counted, escaped};
use crate::token::Token;
use crate::token::reminder::{Answer, Duty, Reminder};
use crate::token::when;

/// Show what is owed, soonest first: rotate, install, revoke, verify, look
///
/// 'patvault rotate', 'patvault revoke' and 'patvault verify' do it; 'patvault done' says that you did.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Also what will be owed within so many days: 14d, 2w
    #[arg(long, value_name = "DAYS", value_parser = terms::days, default_value = "0d")]
    within: u32,
    /// Also what was put off
    #[arg(long)]
    all: bool,
    /// Only these duties: rotate, install, revoke, verify, expiry, unused
    #[arg(long, value_name = "DUTY", value_delimiter = ',', add = terms::DUTY)]
    duty: Vec<Duty>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// End with 4 where anything is owed
    #[arg(long)]
    exit_code: bool,
}

/// Put a reminder off
#[derive(Debug, clap::Args)]
pub(super) struct SnoozeArgs {
    /// Which token
    #[arg(add = Known::Token)]
    token: String,
    /// Which of its reminders; all that are owed now unless you say
    #[arg(add = terms::DUTY)]
    duty: Option<Duty>,
    /// Until when: 2027-01-31, 7d, 'next monday'
    #[arg(long, value_name = "WHEN", default_value = "7d")]
    until: String,
}

/// Say that what a reminder asks for is done
///
/// For 'revoke' it means that the old version no longer works: it is not asked for again; 'patvault revoke' does it. For 'rotate'
/// nothing is put in its place: 'patvault rotate' does that. For 'install' it means that every place of the token has the version
/// in use. What comes again by the calendar
/// (unused, rotation of tokens that never end) is reminded of again after its time.
#[derive(Debug, clap::Args)]
pub(super) struct DoneArgs {
    /// Which token
    #[arg(add = Known::Token)]
    token: String,
    /// Which of its reminders; all that are owed now unless you say
    #[arg(add = terms::DUTY)]
    duty: Option<Duty>,
}

/// The document that `due --json` prints.
#[derive(Serialize)]
struct Document {
    patvault: u32,
    reminders: Vec<ReminderRecord>,
}

/// One reminder, as JSON tells it. Days are YYYY-MM-DD.
#[derive(Serialize)]
pub(super) struct ReminderRecord {
    token: String,
    path: String,
    version: String,
    duty: &'static str,
    from: String,
    why: String,
    snoozed: Option<String>,
}

impl ReminderRecord {
    /// A reminder of a token.
    pub(super) fn of(token: &Token, reminder: &Reminder) -> Self {
        Self {
            token: token.id.to_string(),
            path: token.path(),
            version: reminder.version.to_string(),
            duty: reminder.duty.word(),
            from: reminder.from.to_string(),
            why: reminder.why.clone(),
            snoozed: reminder.snoozed.map(|day| day.to_string()),
        }
    }
}

pub(super) fn run(args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    let session = desk.session()?;
    let mut owed = ops::due(&session, args.within, args.all)?;
    owed.retain(|owed| args.duty.is_empty() || args.duty.contains(&owed.reminder.duty));
    let exit = if args.exit_code && !owed.is_empty() { Exit::Answer } else { Exit::Done };
    if args.json {
        let reminders = owed.iter().map(|owed| ReminderRecord::of(&owed.token, &owed.reminder)).collect();
        desk.face.json(&Document { patvault: 1, reminders });
        return Ok(exit);
    }
    if owed.is_empty() {
        let when = if args.within == 0 {
            "today".to_owned()
        } else {
            format!("within {}", counted(args.within as usize, "day"))
        };
        desk.face.say(&format!("Nothing is owed {when}."));
        return Ok(exit);
    }
    let today = session.now.today();
    let mut table = Table::new(vec!["OWED", "DUTY", "TOKEN", "WHY"]);
    for owed in &owed {
        let reminder = &owed.reminder;
        let (since, role) = match reminder.snoozed.filter(|&until| until > today) {
            Some(until) => (format!("put off, {}", when::words(until, &session.now)), Role::Quiet),
            None if reminder.from < today => (format!("since {}", reminder.from), Role::Bad),
            None => (
                when::words(reminder.from, &session.now),
                if reminder.from == today { Role::Soon } else { Role::Plain },
            ),
        };
        table.row([
            Cell::with(role, &since),
            Cell::new(reminder.duty.word()),
            Cell::new(owed.token.path()),
            Cell::new(&reminder.why),
        ]);
    }
    table.print(&mut desk.face);
    Ok(exit)
}

pub(super) fn snooze(args: &SnoozeArgs, desk: &mut Desk) -> Result<Exit, Error> {
    let until = when::parse_date(&args.until, &desk.now)?.day(&desk.now);
    if until <= desk.now.today() {
        return Err(Error::usage(format!("{until} is not to come"), "put it off until a later day: --until 7d"));
    }
    let (token, duties) = ops::answer(&desk.session()?, &args.token, args.duty, Answer::Snoozed(until))?;
    let words = when::words(until, &desk.now);
    desk.face.line(&format!("Put off until {until} ({words}): {}", told(&token, &duties)));
    Ok(Exit::Done)
}

pub(super) fn done(args: &DoneArgs, desk: &mut Desk) -> Result<Exit, Error> {
    let answer = Answer::Done(desk.now.instant);
    let (token, duties) = ops::answer(&desk.session()?, &args.token, args.duty, answer)?;
    desk.face.line(&format!("Done: {}", told(&token, &duties)));
    Ok(Exit::Done)
}

fn told(token: &Token, duties: &[Duty]) -> String {
    let duties: Vec<&str> = duties.iter().map(|duty| duty.word()).collect();
    format!("{} for {}", duties.join(", "), escaped(&token.path()))
}

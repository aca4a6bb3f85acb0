//! `patvault verify`.

use std::time::{Duration, Instant};

use serde::Serialize;

use super::Desk;
use super::ask::{end_by_interrupt, on_interrupt};
use super::complete::Known;
use super::face::{Exit, Face, Role};
use super::terms;
use crate::ops::{self, Checked, Error, Heard, Hosts, Inbox, Plan, Reply, Session, Which, With};
use crate::service::Network;
use crate::text::{counted, escaped};
use crate::verdict::Outcome;

/// Replies are written down together, so that a thousand of them are not a thousand writes: at the latest after so long.
const RECORDED_EVERY: Duration = Duration::from_secs(2);

/// Ask the services whether tokens work
///
/// A service says alive or dead, or does not say, which proves nothing. What else it tells (owner, scopes, when the token ends) is
/// written down with its source. Without a query it asks about those for which a look is owed; see 'patvault due'. Which host
/// gets a secret is shown before the first time.
///
/// Ends with 4 if a token is dead, else with 1 if a service did not say.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which tokens; see 'patvault list --help'
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
    /// All of them
    #[arg(long, conflicts_with = "query")]
    all: bool,
    /// Another token of the vault that the service wants for some of its calls, by the name that 'patvault services SERVICE' shows
    #[arg(long, value_name = "NAME=TOKEN", add = Known::With)]
    with: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The document that `verify --json` prints.
#[derive(Serialize)]
struct Document<'a> {
    patvault: u32,
    checked: Vec<Row<'a>>,
    skipped: Vec<SkippedRow<'a>>,
}

#[derive(Serialize)]
pub(super) struct Row<'a> {
    token: &'a str,
    service: &'a str,
    verdict: &'static str,
    why: Option<&'a str>,
    owner: Option<&'a str>,
    news: &'a [String],
}

impl<'a> Row<'a> {
    /// What was found out about a version.
    pub(super) fn of(one: &'a Checked) -> Self {
        Self {
            token: &one.name,
            service: &one.service,
            verdict: one.verdict.outcome.word(),
            why: one.verdict.why.as_deref(),
            owner: one.owner.as_deref(),
            news: &one.news,
        }
    }
}

#[derive(Serialize)]
struct SkippedRow<'a> {
    token: &'a str,
    why: &'a str,
}

pub(super) fn run(args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    let query = terms::query(&args.query, &desk.now)?;
    let which = match (args.all, query.is_empty()) {
        (true, _) => Which::All,
        (false, true) => Which::Owed,
        (false, false) => Which::Query(&query),
    };
    let session = desk.session()?;
    let plan = ops::plan_verify(&session, which, With::read(&session, &args.with)?)?;
    if plan.inquiries.is_empty() && plan.skipped.is_empty() {
        desk.face.say(match which {
            Which::Owed => "No look is owed today; --all asks about every token.",
            _ => "No token fits.",
        });
    }
    introduce(desk, plan.hosts())?;
    let checked = ask(&session, &plan, args.json, &mut desk.face)?;
    if args.json {
        desk.face.json(&document(&checked, &plan));
    } else {
        for skipped in &plan.skipped {
            desk.face.say(&format!("{}: not asked: {}", escaped(&skipped.path), escaped(&skipped.why)));
        }
    }
    let any = |outcome| checked.iter().any(|one| one.verdict.outcome == outcome);
    Ok(if any(Outcome::Dead) {
        Exit::Answer
    } else if any(Outcome::Refused) {
        Exit::Failed
    } else {
        Exit::Done
    })
}

/// Shows the hosts that get a secret for the first time, and asks about those that nobody but the person named.
pub(super) fn introduce<'a>(desk: &Desk, hosts: impl IntoIterator<Item = (&'a String, bool)>) -> Result<(), Error> {
    let new = Hosts::new_in(&desk.ground, hosts);
    for host in &new.said {
        desk.face.say(&format!("For the first time from here, secrets go to {host}"));
    }
    for host in &new.asked {
        let question = format!("A definition of your own sends secrets to {host}. May it?");
        match desk.terminal.yes(&question)? {
            Some(true) => {}
            Some(false) => return Err(Error::Cancelled),
            None => {
                return Err(Error::NoTerminal {
                    what: "leave to send secrets to a new host",
                    instead: "verify one of its tokens at a terminal first, where you can say yes",
                });
            }
        }
    }
    if new == Hosts::default() { Ok(()) } else { ops::remember_hosts(&desk.ground, &new) }
}

/// Asks, writes down what comes back, and prints it as it is written down.
pub(super) fn ask(session: &Session, plan: &Plan, quiet: bool, face: &mut Face) -> Result<Vec<Checked>, Error> {
    let of = plan.inquiries.len();
    let (mut waiting, mut checked) = (vec![], vec![]);
    let mut last = Instant::now();
    let mut write_down = |waiting: &mut Vec<Reply>, face: &mut Face| -> Result<(), Error> {
        let some = ops::record(session, waiting)?;
        waiting.clear();
        face.progress(None);
        if !quiet {
            some.iter().for_each(|one| line(one, face));
        }
        checked.extend(some);
        Ok(())
    };
    let mut replies = 0;
    let (inbox, stop) = Inbox::new();
    let _taken = on_interrupt(move || stop.stop());
    let asked = ops::run(session, plan.inquiries.clone(), &Network::new(), inbox, |heard| {
        let Heard::Reply(reply) = heard else {
            // At once, and not when the calls under way are over.
            write_down(&mut waiting, face)?;
            end_by_interrupt();
            return Ok(());
        };
        waiting.push(*reply);
        replies += 1;
        if last.elapsed() >= RECORDED_EVERY {
            write_down(&mut waiting, face)?;
            last = Instant::now();
        }
        face.progress(Some(&format!("{replies} of {}", counted(of, "token"))));
        Ok(())
    });
    // Whatever ended the asking, what services said before counts.
    if !waiting.is_empty() {
        write_down(&mut waiting, face)?;
    }
    asked?;
    Ok(checked)
}

fn line(checked: &Checked, face: &mut Face) {
    let outcome = checked.verdict.outcome;
    let role = match outcome {
        Outcome::Alive => Role::Good,
        Outcome::Dead => Role::Bad,
        Outcome::Refused => Role::Soon,
    };
    let mut text = format!("  {}", escaped(&checked.name));
    if let Some(owner) = &checked.owner {
        text.push_str(&format!("  ({})", escaped(owner)));
    }
    let more = checked.verdict.why.iter().chain(&checked.news).map(|part| escaped(part));
    let more = more.collect::<Vec<_>>().join("; ");
    if !more.is_empty() {
        text.push_str(&format!(": {more}"));
    }
    face.labelled(role, &format!("{:<7}", outcome.word()), &text);
}

fn document<'a>(checked: &'a [Checked], plan: &'a Plan) -> Document<'a> {
    Document {
        patvault: 1,
        checked: checked.iter().map(Row::of).collect(),
        skipped: plan.skipped.iter().map(|one| SkippedRow { token: &one.path, why: &one.why }).collect(),
    }
}

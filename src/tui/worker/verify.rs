//! Services are asked in a thread beside, four at once; what they say is written down as it comes.

use std::time::{Duration, Instant};

use crate::ops::{self, Checked, Error, Heard, Inbox, Plan, Session, Stop};
use crate::service::Network;
use crate::text::counted;
use crate::tui::message::{Fault, Reply};
use crate::tui::post::{Letter, Post};
use crate::verdict::Outcome;

/// How long what was said waits until it is written down, with what came meanwhile.
const RECORDED_EVERY: Duration = Duration::from_secs(2);

/// Begins to ask.
pub(super) fn start(session: Session, plan: Plan, post: Post) -> Stop {
    let (inbox, stop) = Inbox::new();
    std::thread::spawn(move || {
        let reply = match ask(&session, &plan, inbox, &post) {
            Ok(checked) => report(&checked, &plan),
            Err(error) => Reply::Failed(Fault::of(&error)),
        };
        post.send(Letter::Reply(reply));
    });
    stop
}

fn ask(session: &Session, plan: &Plan, inbox: Inbox, post: &Post) -> Result<Vec<Checked>, Error> {
    let of = plan.inquiries.len();
    let (mut waiting, mut checked) = (vec![], vec![]);
    let (mut replies, mut last) = (0, Instant::now());
    let progress = |replies| post.send(Letter::Reply(Reply::Progress(replies, of)));
    progress(0);
    let asked = ops::run(session, plan.inquiries.clone(), &Network::new(), inbox, |heard| {
        if let Heard::Reply(reply) = heard {
            waiting.push(*reply);
            replies += 1;
            progress(replies);
        }
        if last.elapsed() >= RECORDED_EVERY {
            checked.extend(ops::record(session, &waiting)?);
            waiting.clear();
            last = Instant::now();
        }
        Ok(())
    });
    // Whatever ended the asking, what services said before counts.
    if !waiting.is_empty() {
        checked.extend(ops::record(session, &waiting)?);
    }
    asked?;
    Ok(checked)
}

fn report(checked: &[Checked], plan: &Plan) -> Reply {
    let count = |outcome| checked.iter().filter(|one| one.verdict.outcome == outcome).count();
    let outcomes = [Outcome::Alive, Outcome::Dead, Outcome::Refused].map(|it| (count(it), it.word()));
    let counts = outcomes.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
    let mut parts: Vec<String> = counts.collect();
    if !plan.skipped.is_empty() {
        parts.push(format!("{} not asked", plan.skipped.len()));
    }
    let said = if parts.is_empty() { "nothing was asked".to_owned() } else { parts.join(", ") };
    let left_out = plan.inquiries.len().saturating_sub(checked.len());
    let said = if left_out > 0 { format!("{said}; {} left out", counted(left_out, "token")) } else { said };
    let line = |one: &Checked| {
        let more: Vec<&str> = one.verdict.why.iter().chain(&one.news).map(String::as_str).collect();
        format!("{}  {}  {}", one.verdict.outcome.word(), one.name, more.join("; "))
    };
    // What works as it did needs no line.
    let told = checked.iter().filter(|one| one.verdict.outcome != Outcome::Alive || !one.news.is_empty()).map(line);
    let skipped = plan.skipped.iter().map(|one| format!("not asked  {}  {}", one.path, one.why));
    Reply::Verified(format!("verified: {said}"), told.chain(skipped).collect())
}

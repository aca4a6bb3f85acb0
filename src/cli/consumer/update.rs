//! `patvault consumer update`: running the commands that install a version.

use super::super::Desk;
use super::super::complete::Known;
use super::super::face::{Exit, Face};
use crate::ops::{self, Error, InstallPlan, Job, Places, Session};
use crate::text::{escaped, word_for};
use crate::token::consumer::Way;

/// How much of a command stands in a line.
const LINE_CHARS: usize = 500;

/// Run the commands that install the version in use
///
/// Without a place: those of all places that do not have it yet. Each command is shown before you are asked. What it prints
/// is shown, but not the secret; if it ends with 0, the version counts as installed there. Ends with 1 if any failed; the
/// others are run all the same.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which token
    #[arg(add = Known::Token)]
    token: String,
    /// Which of its places, or a part of its name
    #[arg(add = Known::Place)]
    place: Option<String>,
    /// All of them, also those that have it
    #[arg(long, conflicts_with = "place")]
    all: bool,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

pub(super) fn run(args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    let places = match (&args.place, args.all) {
        (Some(place), _) => Places::Named(place),
        (None, true) => Places::All,
        (None, false) => Places::Unserved,
    };
    let session = desk.session()?;
    let plan = ops::plan_install(&session, &args.token, places)?;
    if plan.jobs.is_empty() && plan.by_hand.is_empty() {
        desk.face.say(&match plan.token.consumers.len() {
            0 => format!("{} has no place yet; 'patvault consumer add' names its first.", escaped(&plan.token.path())),
            _ => format!(
                "Version {} of {} is in all of its places.",
                plan.token.current().number,
                escaped(&plan.token.path())
            ),
        });
    }
    carry_out(&session, &plan, args.yes, desk)
}

/// Shows the commands of a plan, asks, runs them one after the other, and says what is left to the person.
pub(in crate::cli) fn carry_out(
    session: &Session,
    plan: &InstallPlan,
    yes: bool,
    desk: &mut Desk,
) -> Result<Exit, Error> {
    if !plan.jobs.is_empty() {
        show(plan, desk);
        consent(yes, plan.jobs.len(), desk)?;
    }
    let mut exit = Exit::Done;
    for job in &plan.jobs {
        if let Err(error) = install(session, job, &mut desk.face) {
            desk.face.report(&error);
            exit = Exit::Failed;
        }
    }
    let path = word_for(&plan.token.path(), &plan.token.id.short());
    for place in &plan.by_hand {
        let way = plan.token.consumers.get(place).map_or_else(String::new, Way::told);
        desk.face.say(&format!("{} is updated {}", escaped(place), escaped(&way)));
    }
    if !plan.by_hand.is_empty() {
        desk.face.hint(&format!(
            "'patvault copy {path}' copies it, 'patvault consumer done {path} PLACE' says that it is there"
        ));
    }
    Ok(exit)
}

/// Shows each command as it will be run, to its last sign: a longer line loses its middle.
fn show(plan: &InstallPlan, desk: &Desk) {
    let number = plan.token.current().number;
    desk.face.say(&format!("Version {number} of {} goes to", escaped(&plan.token.path())));
    for job in &plan.jobs {
        let how = match &job.env {
            None => "on its standard input".to_owned(),
            Some(env) => format!("in ${env}"),
        };
        desk.face.say(&format!("  {}, {how}:", escaped(&job.place)));
        let command: Vec<char> = escaped(&job.command).chars().collect();
        for part in command.chunks(LINE_CHARS) {
            desk.face.say(&format!("    {}", part.iter().collect::<String>()));
        }
    }
}

fn consent(yes: bool, many: usize, desk: &Desk) -> Result<(), Error> {
    let question = if many == 1 { "Run this command?" } else { "Run these commands?" };
    match if yes { Some(true) } else { desk.terminal.yes(question)? } {
        Some(true) => Ok(()),
        Some(false) => Err(Error::Cancelled),
        None => {
            Err(Error::NoTerminal { what: "your consent", instead: "look at the commands, and give it with --yes" })
        }
    }
}

/// Runs one command, and writes down that it did well before the next one begins.
fn install(session: &Session, job: &Job, face: &mut Face) -> Result<(), Error> {
    let handed = ops::hand_out(session, job)?;
    if let Some(warning) = handed.warning() {
        face.warn(warning);
    }
    handed.run(|line| face.say(&format!("  | {}", escaped(line))))?;
    ops::record_install(session, &handed)?;
    face.line(&format!("Installed in {}", escaped(&job.place)));
    Ok(())
}

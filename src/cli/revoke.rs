//! `patvault revoke`.

use serde::Serialize;

use super::Desk;
use super::complete::Known;
use super::face::{Exit, Face};
use super::verify;
use crate::ops::{self, Error, RevokePlan, Revoked, Session, Whose, With};
use crate::service::Network;
use crate::text::{escaped, word_for};
use crate::token::id::VersionId;

/// Have old versions of a token revoked by its service
///
/// Those that were replaced and still work, unless you say which. By a call where the service has one: what is asked of which host
/// is shown first, and that it cannot be undone. Else on its page; then --done says that you did it. What was not revoked stays
/// owed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which token
    #[arg(add = Known::Token)]
    token: String,
    /// The version of that number
    #[arg(long, value_name = "NUMBER", conflicts_with = "current")]
    version: Option<u32>,
    /// The one in use: then nothing works until you rotate it
    #[arg(long)]
    current: bool,
    /// It is done: you did it on the page
    #[arg(long)]
    done: bool,
    /// Open the page with the desktop's browser, where no call revokes it
    #[arg(long, conflicts_with = "done")]
    open: bool,
    /// The service's own id of that version, where the call needs it and nothing told it; it is kept
    #[arg(long, conflicts_with = "dry_run")]
    id: Option<String>,
    /// Another token of the vault that the call is made with, by the name that 'patvault services SERVICE' shows
    #[arg(long, value_name = "NAME=TOKEN", add = Known::With)]
    with: Vec<String>,
    /// Say what would be done, and do nothing
    #[arg(long, conflicts_with = "done")]
    dry_run: bool,
    /// Do not ask before the call
    #[arg(long)]
    yes: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The document that `revoke --json` prints.
#[derive(Serialize)]
struct Document {
    patvault: u32,
    token: String,
    path: String,
    call: Option<String>,
    hosts: Vec<String>,
    note: Option<String>,
    page: Option<String>,
    versions: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    version: u32,
    /// `revoked`, `dead` (it was before), `not-done`, `unknown`; null where nothing was asked.
    outcome: Option<&'static str>,
    why: Option<String>,
}

pub(super) fn run(args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    let whose = match (args.version, args.current) {
        (Some(number), _) => Whose::Number(number),
        (None, true) => Whose::Current,
        (None, false) => Whose::Owed,
    };
    let session = desk.session()?;
    let with = With::read(&session, &args.with)?;
    let plan = ops::plan_revoke_by_id(&session, &args.token, whose, args.id.as_deref(), with)?;
    if args.done {
        ops::revoked_by_word(&session, &plan)?;
        let all: Vec<_> = plan.versions.iter().map(|id| (*id, Revoked::Done)).collect();
        return Ok(tell(&plan, &all, args, &mut desk.face));
    }
    let Some(call) = plan.call().map(str::to_owned) else { return by_hand(&session, &plan, args, desk) };
    if !args.json {
        tell_lines(&plan.lines(), args, &mut desk.face);
    }
    if args.dry_run {
        return Ok(tell(&plan, &[], args, &mut desk.face));
    }
    if !args.yes {
        match desk.terminal.yes(&format!("Revoke {}?", plan.names()))? {
            Some(true) => {}
            Some(false) => return Err(Error::Cancelled),
            None => return Err(Error::NoTerminal { what: "leave to revoke", instead: "say --yes" }),
        }
    }
    let is_own = plan.is_own();
    verify::introduce(desk, plan.hosts().iter().map(|host| (host, is_own)))?;
    let network = Network::new();
    let mut all = vec![];
    for id in &plan.versions {
        let mut errand = ops::ready_to_revoke(&session, &plan, *id)?;
        desk.face.progress(Some("asking to revoke it"));
        let said = ops::ask_to_revoke(&mut errand, &network, &call);
        desk.face.progress(None);
        ops::note_revoked(&session, &plan, *id, &said)?;
        all.push((*id, said));
    }
    Ok(tell(&plan, &all, args, &mut desk.face))
}

fn word(plan: &RevokePlan) -> String {
    word_for(&plan.token.path(), &plan.token.id.short())
}

/// What is going to be done is the result where nothing more is wanted.
fn tell_lines(lines: &[String], args: &Args, face: &mut Face) {
    lines.iter().for_each(|line| if args.dry_run { face.line(line) } else { face.say(line) });
}

/// No call revokes it: the page does, and the person says that it is done.
fn by_hand(session: &Session, plan: &RevokePlan, args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    if args.json {
        tell(plan, &[], args, &mut desk.face);
        return Ok(if args.dry_run { Exit::Done } else { Exit::Failed });
    }
    tell_lines(&plan.lines(), args, &mut desk.face);
    if args.open
        && let Some(page) = plan.page()
        && let Err(error) = ops::browse(&page.url)
    {
        desk.face.report(&error);
    }
    let done = if args.dry_run { None } else { desk.terminal.yes("Is it revoked?")? };
    if done == Some(true) {
        ops::revoked_by_word(session, plan)?;
        let all: Vec<_> = plan.versions.iter().map(|id| (*id, Revoked::Done)).collect();
        return Ok(tell(plan, &all, args, &mut desk.face));
    }
    let which = match (args.version, args.current) {
        (Some(number), _) => format!(" --version {number}"),
        (None, true) => " --current".into(),
        (None, false) => String::new(),
    };
    desk.face.hint(&format!("when it is revoked: 'patvault revoke {}{which} --done'", word(plan)));
    Ok(if args.dry_run { Exit::Done } else { Exit::Failed })
}

/// Says what came of it.
fn tell(plan: &RevokePlan, all: &[(VersionId, Revoked)], args: &Args, face: &mut Face) -> Exit {
    if args.json {
        face.json(&document(plan, all));
    } else {
        for (id, said) in all {
            tell_one(plan, *id, said, face);
        }
    }
    let is_over = |(_, said): &(VersionId, Revoked)| matches!(said, Revoked::Done | Revoked::Dead);
    if all.iter().all(is_over) { Exit::Done } else { Exit::Failed }
}

fn tell_one(plan: &RevokePlan, id: VersionId, said: &Revoked, face: &mut Face) {
    let name = format!("version {} of {}", plan.number(id), escaped(&plan.token.path()));
    let look = format!("'patvault verify {}' tells whether it still works", word(plan));
    match said {
        Revoked::Done => face.line(&format!("Revoked {name}")),
        Revoked::Dead => face.line(&format!("It was dead before: {name}")),
        Revoked::NotDone(why) => {
            face.line(&format!("Not revoked: {name}: {}", escaped(why)));
            face.hint("it stays owed; its page can do it, and then --done says so");
        }
        Revoked::Unknown(why) => {
            face.line(&format!("Not known to be revoked: {name}: {}", escaped(why)));
            face.hint(&look);
        }
    }
}

fn document(plan: &RevokePlan, all: &[(VersionId, Revoked)]) -> Document {
    let row = |id: &VersionId| {
        let said = all.iter().find(|(known, _)| known == id).map(|(_, said)| said);
        let (outcome, why) = match said {
            None => (None, None),
            Some(Revoked::Done) => (Some("revoked"), None),
            Some(Revoked::Dead) => (Some("dead"), None),
            Some(Revoked::NotDone(why)) => (Some("not-done"), Some(why.clone())),
            Some(Revoked::Unknown(why)) => (Some("unknown"), Some(why.clone())),
        };
        Row { version: plan.number(*id), outcome, why }
    };
    Document {
        patvault: 1,
        token: plan.token.id.to_string(),
        path: plan.token.path(),
        call: plan.call().map(str::to_owned),
        hosts: plan.hosts(),
        note: plan.note().map(str::to_owned),
        page: plan.page().map(|page| page.url),
        versions: plan.versions.iter().map(row).collect(),
    }
}

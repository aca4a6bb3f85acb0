//! `patvault consumer`: the places where a token is installed.

mod update;

pub(super) use update::carry_out;

use serde::Serialize;

use super::Desk;
use super::complete::Known;
use super::face::{Exit, Face, Role};
use super::table::{Cell, Table};
use crate::exchange::json::ConsumerRecord;
use crate::ops::{self, Error};
use crate::text::escaped;
use crate::token::Token;
use crate::token::consumer::{Consumer, Way};

/// The places where a token is installed, and which of its versions is there
///
/// A place is whatever you call it: 'Actions org/app', 'server, ~/.netrc'. You update it yourself, or a command of yours does: it
/// has the secret on its standard input, or in a variable of its environment, and never as an argument. After a rotation,
/// 'patvault due' says which places still have the old version.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Args {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    list: ListArgs,
}

#[derive(Debug, clap::Subcommand)]
enum Action {
    /// List the places of a token
    #[command(alias = "ls")]
    List(ListArgs),
    Add(AddArgs),
    Edit(EditArgs),
    /// Give a place another name
    #[command(alias = "mv")]
    Rename {
        #[command(flatten)]
        at: At,
        /// Its new name
        name: String,
    },
    /// Take a place away
    ///
    /// What stands there still works: patvault only forgets about it.
    #[command(aliases = ["rm", "delete"])]
    Remove {
        #[command(flatten)]
        at: At,
    },
    Update(update::Args),
    /// Say that the version in use is installed in a place
    Done {
        #[command(flatten)]
        at: At,
        /// It is not, after all
        #[arg(long)]
        undo: bool,
    },
}

#[derive(Debug, clap::Args)]
struct ListArgs {
    /// Which token
    #[arg(required = true, add = Known::Token)]
    token: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// A place of a token.
#[derive(Debug, clap::Args)]
struct At {
    /// Which token
    #[arg(add = Known::Token)]
    token: String,
    /// Which of its places, or a part of its name
    #[arg(add = Known::Place)]
    place: String,
}

/// Add a place where a token is installed
///
/// The version in use counts as installed there, unless you say --pending.
#[derive(Debug, clap::Args)]
struct AddArgs {
    /// Which token
    #[arg(add = Known::Token)]
    token: String,
    /// What to call the place
    #[arg(add = Known::Place)]
    place: String,
    #[command(flatten)]
    way: WayArgs,
    /// It is not installed there yet
    #[arg(long)]
    pending: bool,
}

/// Say how a place is updated
///
/// An empty value takes something away: --run '' for a place that you update yourself.
#[derive(Debug, clap::Args)]
struct EditArgs {
    #[command(flatten)]
    at: At,
    #[command(flatten)]
    way: WayArgs,
}

#[derive(Debug, clap::Args)]
struct WayArgs {
    /// The command line that updates it, run by sh: it has the secret on its standard input, without a line break
    #[arg(long, value_name = "COMMAND")]
    run: Option<String>,
    /// Let it have the secret in this variable instead
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// What to know of a place that you update yourself: an address, whom to ask
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

/// The document that `consumer --json` prints.
#[derive(Serialize)]
struct Document<'a> {
    patvault: u32,
    token: String,
    path: String,
    version: u32,
    consumers: Vec<PlaceRecord<'a>>,
}

/// One place, as JSON tells it: how it is updated, since when it has the version in use, or which older one it has.
#[derive(Serialize)]
struct PlaceRecord<'a> {
    place: &'a str,
    #[serde(flatten)]
    way: ConsumerRecord,
    installed: Option<String>,
    older: Option<u32>,
}

impl<'a> PlaceRecord<'a> {
    fn of(consumer: Consumer<'a>) -> Self {
        Self {
            place: consumer.place,
            way: ConsumerRecord::of(consumer.way),
            installed: consumer.since.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)),
            older: consumer.older,
        }
    }
}

pub(super) fn run(args: Args, desk: &mut Desk) -> Result<Exit, Error> {
    match args.action {
        None => list(&args.list, desk),
        Some(Action::List(args)) => list(&args, desk),
        Some(Action::Add(args)) => add(&args, desk),
        Some(Action::Edit(args)) => edit(&args, desk),
        Some(Action::Rename { at, name }) => {
            let (token, place) = ops::rename_place(&desk.session()?, &at.token, &at.place, &name)?;
            told(desk, &token, &format!("{} is called {} now", escaped(&place), escaped(name.trim())))
        }
        Some(Action::Remove { at }) => {
            let (token, place) = ops::remove_place(&desk.session()?, &at.token, &at.place)?;
            told(desk, &token, &format!("{} is forgotten; what stands there still works", escaped(&place)))
        }
        Some(Action::Update(args)) => update::run(&args, desk),
        Some(Action::Done { at, undo }) => {
            let (token, place) = ops::say_installed(&desk.session()?, &at.token, &at.place, !undo)?;
            let number = token.current().number;
            let is = if undo { "is not installed" } else { "is installed" };
            told(desk, &token, &format!("version {number} {is} in {}", escaped(&place)))
        }
    }
}

fn told(desk: &mut Desk, token: &Token, what: &str) -> Result<Exit, Error> {
    desk.face.prose(&format!("{}: {what}", escaped(&token.path())));
    Ok(Exit::Done)
}

fn list(args: &ListArgs, desk: &mut Desk) -> Result<Exit, Error> {
    let token = ops::show(&desk.session()?, args.token.as_deref().unwrap_or_default())?.token;
    if args.json {
        desk.face.json(&Document {
            patvault: 1,
            token: token.id.to_string(),
            path: token.path(),
            version: token.current().number,
            consumers: token.places().map(PlaceRecord::of).collect(),
        });
        return Ok(Exit::Done);
    }
    let mut table = Table::new(vec!["PLACE", "INSTALLED", "UPDATED"]);
    for consumer in token.places() {
        let role = if consumer.since.is_some() { Role::Plain } else { Role::Soon };
        let installed = consumer.told(&desk.now);
        table.row([Cell::new(consumer.place), Cell::with(role, installed), Cell::new(consumer.way.told())]);
    }
    table.print(&mut desk.face);
    if token.consumers.is_empty() {
        desk.face
            .say(&format!("{} has no place yet; 'patvault consumer add' names its first.", escaped(&token.path())));
    }
    Ok(Exit::Done)
}

fn add(args: &AddArgs, desk: &mut Desk) -> Result<Exit, Error> {
    let WayArgs { run, env, note } = &args.way;
    let way = ops::way(run.as_deref(), env.as_deref(), note.as_deref())?;
    let (token, place) = ops::add_place(&desk.session()?, &args.token, &args.place, &way, args.pending)?;
    caution(&way, &desk.face);
    let number = token.current().number;
    let is = if args.pending { "is to be installed" } else { "is installed" };
    told(desk, &token, &format!("version {number} {is} in {}", escaped(&place)))
}

fn edit(args: &EditArgs, desk: &mut Desk) -> Result<Exit, Error> {
    let given = &args.way;
    if given.run.is_none() && given.env.is_none() && given.note.is_none() {
        return Err(Error::usage("nothing was said that would change it", "give --run, --env or --note"));
    }
    let (token, place) = ops::edit_place(&desk.session()?, &args.at.token, &args.at.place, |old| changed(old, given))?;
    let Some(way) = token.consumers.get(&place) else { return Err(Error::Cancelled) };
    caution(way, &desk.face);
    told(desk, &token, &format!("{} is updated {}", escaped(&place), escaped(&way.told())))
}

/// What was said stands in the place of what was known; a command and a note do not go together.
fn changed(old: &Way, given: &WayArgs) -> Result<Way, Error> {
    let ConsumerRecord { run, env, note } = ConsumerRecord::of(old);
    let is_said = |text: &Option<String>| text.as_ref().is_some_and(|text| !text.trim().is_empty());
    let by_hand = given.run.is_some() && !is_said(&given.run);
    let run = if is_said(&given.note) { given.run.clone() } else { given.run.clone().or(run) };
    let env = if by_hand || is_said(&given.note) { given.env.clone() } else { given.env.clone().or(env) };
    let note = if is_said(&given.run) { given.note.clone() } else { given.note.clone().or(note) };
    ops::way(run.as_deref(), env.as_deref(), note.as_deref())
}

/// The shell makes an argument of a variable, and others can read that.
fn caution(way: &Way, face: &Face) {
    if let Way::Run { command, env: Some(env) } = way
        && [format!("${env}"), format!("${{{env}")].iter().any(|used| command.contains(used))
    {
        face.warn(&format!(
            "the shell makes an argument of ${env}, and every user of the machine can read the arguments of programs; leave \
             it to the program to read the variable, or give it to words of the shell itself, such as printf"
        ));
    }
}

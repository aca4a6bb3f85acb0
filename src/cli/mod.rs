//! The command line: one file a command.

mod add;
mod agent;
mod ask;
mod backup;
mod complete;
mod completions;
mod config;
mod consumer;
mod copy;
mod demo;
mod detect;
mod discard;
mod doctor;
mod due;
mod edit;
mod export;
mod face;
mod facts;
mod fields;
mod get;
mod greet;
mod history;
mod holder;
mod import;
mod init;
mod intake;
mod key;
mod later;
mod line;
mod list;
mod man;
mod revoke;
mod rotate;
mod services;
mod show;
mod strength;
mod table;
mod terms;
mod unlock;
mod verify;
mod window;
mod words;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::config::{Color, Config};
use crate::ops::{Error, Ground, Means, Session};
use crate::paths::Paths;
use crate::token::now::Now;
use crate::vault::Prompts;

use ask::Terminal;
use complete::Known;
pub use face::Exit;
use face::Face;
use later::Later;
use line::Line;
pub use window::{Next, Window, report};

/// Keeps personal access tokens: what each may do, when it ends, what is owed.
///
/// Tokens live in a vault: one file, sealed with age, in which SQLite keeps them. A token is asked for as SERVICE/NAME, by a
/// part of that, or by the start of its id.
#[derive(Debug, Parser)]
#[command(name = "patvault", version, infer_subcommands = false, max_term_width = 100)]
#[command(after_long_help = EXIT_HELP)]
struct Head {
    #[command(flatten)]
    common: Common,
}

const EXIT_HELP: &str = "Exit codes: 0 done; 1 failed; 2 the question was wrong; 3 locked or cancelled; \
                         4 the answer is \"due\" (with due --exit-code).";

/// What every command takes.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Common options")]
struct Common {
    /// Which vault, where there are several
    #[arg(long, global = true, value_name = "NAME", env = "PATVAULT_VAULT", hide_env_values = true, add = Known::Vault)]
    vault: Option<String>,
    /// Unlock with this SSH private key or age identity file; may be given several times
    #[arg(long, global = true, value_name = "FILE", env = "PATVAULT_IDENTITY", hide_env_values = true)]
    identity: Vec<PathBuf>,
    /// Read the passphrase from this file, or from standard input if it is -
    #[arg(long, global = true, value_name = "FILE", env = "PATVAULT_PASSPHRASE_FILE", hide_env_values = true)]
    passphrase_file: Option<PathBuf>,
    /// Neither ask the agent for the key nor hand it over
    #[arg(long, global = true)]
    no_agent: bool,
    /// Never ask; fail where an answer would be needed
    #[arg(long, global = true)]
    no_input: bool,
    /// When to colour: auto, always or never
    #[arg(long, global = true, value_name = "WHEN", value_parser = terms::color, add = terms::COLOR)]
    color: Option<Color>,
    /// Signs in ASCII
    #[arg(long, global = true)]
    ascii: bool,
}

#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one of them, once a process")]
enum Command {
    #[command(flatten)]
    AtDesk(AtDesk),
    Completions(Later<completions::Args>),
    Man(Later<man::Args>),
    #[command(hide = true)]
    Agent(Later<agent::Args>),
    #[command(hide = true)]
    Complete(Later<complete::Args>),
    #[command(hide = true)]
    Holder(Later<holder::Args>),
    #[command(hide = true)]
    Strength(Later<strength::Args>),
}

// The commands that need to know where the person keeps things. The others are run by packagers, perhaps without a home.
// (What stands above an enum of commands as its documentation is what clap's help says of the program.)
#[derive(Debug, Subcommand)]
enum AtDesk {
    Init(Later<init::Args>),
    Add(Later<add::Args>),
    #[command(aliases = ["ls", "find", "search"])]
    List(list::Args),
    Show(Later<show::Args>),
    Get(Later<get::Args>),
    #[command(alias = "cp")]
    Copy(Later<copy::Args>),
    #[command(alias = "update")]
    Edit(Later<edit::Args>),
    #[command(alias = "mv")]
    Rename(Later<facts::RenameArgs>),
    Tag(facts::TagArgs),
    Note(Later<facts::NoteArgs>),
    Expire(Later<facts::ExpireArgs>),
    Scope(facts::ScopeArgs),
    #[command(aliases = ["rm", "delete"])]
    Remove(Later<discard::RemoveArgs>),
    Restore(Later<discard::RestoreArgs>),
    Purge(Later<discard::PurgeArgs>),
    History(Later<history::Args>),
    Undo(Later<history::UndoArgs>),
    Due(Later<due::Args>),
    Snooze(Later<due::SnoozeArgs>),
    Done(Later<due::DoneArgs>),
    Unlock(Later<unlock::UnlockArgs>),
    Lock(Later<unlock::LockArgs>),
    Status(Later<unlock::StatusArgs>),
    Key(Later<key::Args>),
    #[command(alias = "consumers")]
    Consumer(Later<consumer::Args>),
    Verify(Later<verify::Args>),
    Rotate(Later<rotate::Args>),
    Revoke(Later<revoke::Args>),
    Services(Later<services::Args>),
    Detect(Later<detect::Args>),
    Import(Later<import::Args>),
    Export(export::Args),
    Backup(Later<backup::Args>),
    Doctor(Later<doctor::Args>),
    Config(Later<config::Args>),
    Demo(Later<demo::Args>),
}

/// What a command works with.
struct Desk {
    face: Face,
    terminal: Terminal,
    prompts: Prompts,
    ground: Ground,
    means: Means,
    now: Now,
}

impl Desk {
    /// Unlocks the vault by a way in, though the agent may hold its key.
    fn session_by_way_in(&self) -> Result<Session, Error> {
        Session::start_by_way_in(self.ground.clone(), &self.means, &self.prompts)
    }

    /// Unlocks the vault.
    fn session(&self) -> Result<Session, Error> {
        Session::start(self.ground.clone(), &self.means, &self.prompts)
    }

    /// Standard input is spoken for by the passphrase.
    fn passphrase_is_on_stdin(&self) -> bool {
        self.means.passphrase_file.as_deref() == Some("-".as_ref())
    }
}

/// Runs a command line, to its end or to where the window begins.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Next {
    let Line { common, command } = match line::read(arguments) {
        Ok(line) => line,
        Err(error) if error.use_stderr() => {
            face::usage_error(&error.render().to_string());
            return Next::Exit(Exit::Usage);
        }
        Err(help) => {
            let mut face = plain();
            face.bytes(help.render().to_string().as_bytes());
            return Next::Exit(face.finish(Exit::Done));
        }
    };
    // These two hold nothing, and make files for everybody.
    if !matches!(command, Some(Command::Completions(_) | Command::Man(_))) {
        crate::process::close();
    }
    let exit = match command {
        Some(Command::Completions(Later(args))) => {
            ended(plain(), |face| completions::run(&args, face).map(|()| Exit::Done))
        }
        Some(Command::Man(Later(args))) => ended(plain(), |face| man::run(&args, face).map(|()| Exit::Done)),
        Some(Command::Agent(Later(args))) => ended(plain(), |face| agent::run(args, face)),
        Some(Command::Complete(Later(args))) => ended(plain(), |face| {
            complete::run(args, face);
            Ok(Exit::Done)
        }),
        Some(Command::Strength(_)) => ended(plain(), strength::run),
        Some(Command::Holder(Later(args))) => ended(plain(), |face| holder::run(&args, face)),
        Some(Command::AtDesk(command)) => return at_desk(common, Some(command)),
        None => return at_desk(common, None),
    };
    Next::Exit(exit)
}

fn at_desk(common: Common, command: Option<AtDesk>) -> Next {
    let is_prompt = matches!(&command, Some(AtDesk::Status(Later(args))) if args.prompt);
    let wants_window =
        command.as_ref().is_none_or(|command| matches!(command, AtDesk::Demo(Later(args)) if !args.list));
    Next::Exit(match desk(common, command.as_ref()) {
        Ok(desk) if wants_window && desk.terminal.takes_window() => {
            let Desk { face, ground, means, .. } = desk;
            let (plain, ascii, demo) = (!face.is_colored(), face.ascii, command.is_some());
            return Next::Window(Box::new(Window { ground, means, plain, ascii, demo }));
        }
        Ok(mut desk) => {
            let exit = dispatch(command, &mut desk).unwrap_or_else(|error| {
                let error = match error {
                    // There may be a terminal; that it is not to be used is why.
                    Error::NoTerminal { what, instead } if desk.terminal.is_silent() => {
                        Error::NoInput { what, instead }
                    }
                    other => other,
                };
                desk.face.report(&error)
            });
            desk.face.finish(exit)
        }
        // A prompt stays quiet whatever is wrong: everything else says it.
        Err(_) if is_prompt => Exit::Done,
        Err(error) => Face::new(Color::Auto, false).report(&error),
    })
}

fn plain() -> Face {
    Face::new(Color::Never, false)
}

fn ended(mut face: Face, run: impl FnOnce(&mut Face) -> Result<Exit, Error>) -> Exit {
    let exit = run(&mut face).unwrap_or_else(|error| face.report(&error));
    face.finish(exit)
}

fn desk(common: Common, command: Option<&AtDesk>) -> Result<Desk, Error> {
    let paths = Paths::find(|name| std::env::var_os(name))?;
    let config = match Config::read(&paths.settings()) {
        // Whoever mends the settings must not be kept out by them.
        Err(_) if matches!(command, Some(AtDesk::Config(_))) => Config::default(),
        other => other?,
    };
    let face = Face::new(common.color.unwrap_or(config.color), common.ascii || config.ascii);
    Ok(Desk {
        face,
        terminal: Terminal::new(common.no_input),
        prompts: Terminal::prompts(common.no_input),
        ground: Ground { paths, config, named: common.vault, agent: !common.no_agent },
        means: Means { identities: common.identity, passphrase_file: common.passphrase_file },
        now: crate::clock::now(),
    })
}

fn dispatch(command: Option<AtDesk>, desk: &mut Desk) -> Result<Exit, Error> {
    match command {
        None => greet::run(desk),
        Some(AtDesk::Init(Later(args))) => init::run(args, desk),
        Some(AtDesk::Add(Later(args))) => add::run(args, desk),
        Some(AtDesk::List(args)) => list::run(&args, desk),
        Some(AtDesk::Show(Later(args))) => show::run(&args, desk),
        Some(AtDesk::Get(Later(args))) => get::run(&args, desk),
        Some(AtDesk::Copy(Later(args))) => copy::run(&args, desk),
        Some(AtDesk::Edit(Later(args))) => edit::run(&args, desk),
        Some(AtDesk::Rename(Later(args))) => facts::rename(&args, desk),
        Some(AtDesk::Tag(args)) => facts::tag(&args, desk),
        Some(AtDesk::Note(Later(args))) => facts::note(&args, desk),
        Some(AtDesk::Expire(Later(args))) => facts::expire(&args, desk),
        Some(AtDesk::Scope(args)) => facts::scope(&args, desk),
        Some(AtDesk::Remove(Later(args))) => discard::remove(&args, desk),
        Some(AtDesk::Restore(Later(args))) => discard::restore(&args, desk),
        Some(AtDesk::Purge(Later(args))) => discard::purge(&args, desk),
        Some(AtDesk::History(Later(args))) => history::run(&args, desk),
        Some(AtDesk::Undo(Later(args))) => history::undo(&args, desk),
        Some(AtDesk::Due(Later(args))) => due::run(&args, desk),
        Some(AtDesk::Snooze(Later(args))) => due::snooze(&args, desk),
        Some(AtDesk::Done(Later(args))) => due::done(&args, desk),
        Some(AtDesk::Unlock(Later(args))) => unlock::unlock(&args, desk),
        Some(AtDesk::Lock(Later(args))) => unlock::lock(&args, desk),
        Some(AtDesk::Status(Later(args))) => unlock::status(&args, desk),
        Some(AtDesk::Key(Later(args))) => key::run(args, desk),
        Some(AtDesk::Consumer(Later(args))) => consumer::run(args, desk),
        Some(AtDesk::Verify(Later(args))) => verify::run(&args, desk),
        Some(AtDesk::Rotate(Later(args))) => rotate::run(&args, desk),
        Some(AtDesk::Revoke(Later(args))) => revoke::run(&args, desk),
        Some(AtDesk::Services(Later(args))) => services::run(&args, desk),
        Some(AtDesk::Detect(Later(args))) => detect::run(&args, desk),
        Some(AtDesk::Import(Later(args))) => import::run(&args, desk),
        Some(AtDesk::Export(args)) => export::run(&args, desk),
        Some(AtDesk::Backup(Later(args))) => backup::run(&args, desk),
        Some(AtDesk::Doctor(Later(args))) => doctor::run(&args, desk),
        Some(AtDesk::Config(Later(args))) => config::run(&args, desk),
        Some(AtDesk::Demo(Later(args))) => demo::run(&args, desk),
    }
}

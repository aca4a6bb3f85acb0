//! The command line: one file a command.

mod add;
mod ask;
mod backup;
mod completions;
mod config;
mod demo;
mod discard;
mod doctor;
mod due;
mod edit;
mod export;
mod face;
mod facts;
mod get;
mod greet;
mod history;
mod import;
mod init;
mod key;
mod list;
mod man;
mod show;
mod table;
mod terms;
mod words;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{CommandFactory, Parser, Subcommand};

use crate::config::{Color, Config};
use crate::ops::{Error, Ground, Means, Session};
use crate::paths::Paths;
use crate::token::now::Now;
use crate::vault::Prompts;

use ask::Terminal;
pub use face::Exit;
use face::Face;

/// Keeps personal access tokens: what each may do, when it ends, what is owed.
///
/// Tokens live in a vault: one file, sealed with age, in which SQLite keeps them. A token is asked for as SERVICE/NAME, by a
/// part of that, or by the start of its id.
#[derive(Debug, Parser)]
#[command(name = "patvault", version, infer_subcommands = false, max_term_width = 100)]
#[command(after_long_help = EXIT_HELP)]
pub struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Option<Command>,
}

const EXIT_HELP: &str = "Exit codes: 0 done; 1 failed; 2 the question was wrong; 3 locked or cancelled; \
                         4 the answer is \"due\" (with due --exit-code).";

/// The heading in a help text under which stands what every command takes.
const EVERYWHERE: &str = "Options of every command";

/// What every command takes.
#[derive(Debug, Clone, clap::Args)]
struct Common {
    /// Which vault, where there are several
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "NAME", env = "PATVAULT_VAULT", hide_env_values = true)]
    vault: Option<String>,
    /// Unlock with this SSH private key or age identity file; may be given several times
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "FILE", env = "PATVAULT_IDENTITY", hide_env_values = true)]
    identity: Vec<PathBuf>,
    /// Read the passphrase from this file, or from standard input if it is -
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "FILE", env = "PATVAULT_PASSPHRASE_FILE", hide_env_values = true)]
    passphrase_file: Option<PathBuf>,
    /// Never ask; fail where an answer would be needed
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    no_input: bool,
    /// When to colour: auto, always or never
    #[arg(long, global = true, help_heading = EVERYWHERE, value_name = "WHEN", value_parser = terms::color)]
    color: Option<Color>,
    /// Signs in ASCII
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    ascii: bool,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Args),
    Add(add::Args),
    List(list::Args),
    Show(show::Args),
    Get(get::Args),
    Edit(edit::Args),
    Rename(facts::RenameArgs),
    Tag(facts::TagArgs),
    Note(facts::NoteArgs),
    Expire(facts::ExpireArgs),
    Scope(facts::ScopeArgs),
    Remove(discard::RemoveArgs),
    Restore(discard::RestoreArgs),
    Purge(discard::PurgeArgs),
    History(history::Args),
    Undo(history::UndoArgs),
    Due(due::Args),
    Snooze(due::SnoozeArgs),
    Done(due::DoneArgs),
    Key(key::Args),
    Import(import::Args),
    Export(export::Args),
    Backup(backup::Args),
    Doctor(doctor::Args),
    Config(config::Args),
    Demo(demo::Args),
    Completions(completions::Args),
    Man(man::Args),
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
    /// Unlocks the vault.
    fn session(&self) -> Result<Session, Error> {
        Session::start(self.ground.clone(), &self.means, &self.prompts)
    }

    /// Standard input is spoken for by the passphrase.
    fn passphrase_is_on_stdin(&self) -> bool {
        self.means.passphrase_file.as_deref() == Some("-".as_ref())
    }
}

/// Runs a command line to its end.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match Cli::try_parse_from(words::sorted(arguments, &definition())) {
        Ok(cli) => cli,
        Err(error) if error.use_stderr() => {
            face::usage_error(&error.render().to_string());
            return Exit::Usage;
        }
        Err(help) => {
            let mut face = Face::new(Color::Never, false);
            face.bytes(help.render().to_string().as_bytes());
            return face.finish(Exit::Done);
        }
    };
    let Cli { common, command } = cli;
    let mut plain = Face::new(common.color.unwrap_or(Color::Auto), common.ascii);
    let told = match &command {
        // Whoever builds a package has neither a home nor settings.
        Some(Command::Completions(args)) => Some(completions::run(args, &mut plain)),
        Some(Command::Man(args)) => Some(man::run(args, &mut plain)),
        _ => None,
    };
    if let Some(told) = told {
        let exit = told.unwrap_or_else(|error| plain.report(&error));
        return plain.finish(exit);
    }
    let mut desk = match desk(common, command.as_ref()) {
        Ok(desk) => desk,
        Err(error) => return plain.report(&error),
    };
    let exit = dispatch(command, &mut desk).unwrap_or_else(|error| desk.face.report(&error));
    desk.face.finish(exit)
}

fn desk(common: Common, command: Option<&Command>) -> Result<Desk, Error> {
    let paths = Paths::find(|name| std::env::var_os(name))?;
    let config = match Config::read(&paths.settings()) {
        // Whoever mends the settings must not be kept out by them.
        Err(_) if matches!(command, Some(Command::Config(_))) => Config::default(),
        other => other?,
    };
    let face = Face::new(common.color.unwrap_or(config.color), common.ascii || config.ascii);
    Ok(Desk {
        face,
        terminal: Terminal::new(common.no_input),
        prompts: Terminal::prompts(common.no_input),
        ground: Ground { paths, config, named: common.vault },
        means: Means { identities: common.identity, passphrase_file: common.passphrase_file },
        now: crate::clock::now(),
    })
}

fn dispatch(command: Option<Command>, desk: &mut Desk) -> Result<Exit, Error> {
    match command {
        None => greet::run(desk),
        Some(Command::Init(args)) => init::run(args, desk),
        Some(Command::Add(args)) => add::run(args, desk),
        Some(Command::List(args)) => list::run(&args, desk),
        Some(Command::Show(args)) => show::run(&args, desk),
        Some(Command::Get(args)) => get::run(&args, desk),
        Some(Command::Edit(args)) => edit::run(&args, desk),
        Some(Command::Rename(args)) => facts::rename(&args, desk),
        Some(Command::Tag(args)) => facts::tag(&args, desk),
        Some(Command::Note(args)) => facts::note(&args, desk),
        Some(Command::Expire(args)) => facts::expire(&args, desk),
        Some(Command::Scope(args)) => facts::scope(&args, desk),
        Some(Command::Remove(args)) => discard::remove(&args, desk),
        Some(Command::Restore(args)) => discard::restore(&args, desk),
        Some(Command::Purge(args)) => discard::purge(&args, desk),
        Some(Command::History(args)) => history::run(&args, desk),
        Some(Command::Undo(args)) => history::undo(&args, desk),
        Some(Command::Due(args)) => due::run(&args, desk),
        Some(Command::Snooze(args)) => due::snooze(&args, desk),
        Some(Command::Done(args)) => due::done(&args, desk),
        Some(Command::Key(args)) => key::run(args, desk),
        Some(Command::Import(args)) => import::run(&args, desk),
        Some(Command::Export(args)) => export::run(&args, desk),
        Some(Command::Backup(args)) => backup::run(&args, desk),
        Some(Command::Doctor(args)) => doctor::run(&args, desk),
        Some(Command::Config(args)) => config::run(&args, desk),
        Some(Command::Demo(args)) => demo::run(&args, desk),
        Some(Command::Completions(args)) => completions::run(&args, &mut desk.face),
        Some(Command::Man(args)) => man::run(&args, &mut desk.face),
    }
}

/// The definition of the whole command line, from which completions and man pages are made.
fn definition() -> clap::Command {
    Cli::command()
}

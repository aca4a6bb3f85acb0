//! Everything a verb can fail with, said the same way by every face.

use std::io;
use std::path::{Path, PathBuf};

use crate::fault::{Explain, Kind};
use crate::text::{counted, escaped, listed};
use crate::token::label::NotALabel;
use crate::token::query::BadQuery;
use crate::token::when::NotADate;
use crate::{agent, clipboard, config, exchange, paths, secret, service, vault};

/// How to say which vault is meant.
pub(super) const NAME_A_VAULT: &str = "name one with --vault or PATVAULT_VAULT, or set 'vault' in the settings";

/// Why a verb did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The vault.
    #[error(transparent)]
    Vault(#[from] vault::Error),
    /// There is no vault of the name that is meant.
    #[error("{missing}")]
    NoVault {
        /// [`vault::Error::Missing`]: where it would be.
        missing: vault::Error,
        /// The names of those there are.
        there: Vec<String>,
    },
    /// The settings.
    #[error(transparent)]
    Config(#[from] config::Error),
    /// The folders.
    #[error(transparent)]
    Paths(#[from] paths::NoHome),
    /// A file that was given to unlock with.
    #[error(transparent)]
    Identity(#[from] vault::BadIdentity),
    /// Query words.
    #[error(transparent)]
    Query(#[from] BadQuery),
    /// A date.
    #[error(transparent)]
    Date(#[from] NotADate),
    /// A name, a tag and their kind.
    #[error(transparent)]
    Label(#[from] NotALabel),
    /// A secret that cannot be one.
    #[error(transparent)]
    Secret(#[from] secret::NotASecret),
    /// A list to be brought in or taken out.
    #[error(transparent)]
    Exchange(#[from] exchange::error::Error),
    /// Reading the desktop's clipboard.
    #[error(transparent)]
    Clipboard(#[from] clipboard::Unreadable),
    /// A copy has nowhere to go.
    #[error(transparent)]
    NoWay(#[from] clipboard::NoWay),
    /// The desktop's clipboard did not take a copy.
    #[error(transparent)]
    NotHeld(#[from] clipboard::NotHeld),
    /// A copy did not get to the terminal.
    #[error(transparent)]
    NotSent(#[from] clipboard::NotSent),
    /// The agent.
    #[error(transparent)]
    Agent(#[from] agent::Error),
    /// The definition of a service.
    #[error(transparent)]
    Service(#[from] service::Error),
    /// No token is called so, among those that may be meant.
    #[error("no token{} is called '{}'", if *.in_trash { " in the trash" } else { "" }, escaped(asked))]
    NoToken {
        /// What was asked for.
        asked: String,
        /// Only what is in the trash was meant.
        in_trash: bool,
        /// One that is called so and was not meant, by what a person types for it.
        instead: Option<(Elsewhere, String)>,
        /// Paths that are nearly so.
        near: Vec<String>,
    },
    /// Several tokens are called so.
    #[error("'{}' could be {}: {}", escaped(asked), counted(candidates.len(), "token"), listed(candidates))]
    Ambiguous {
        /// What was asked for.
        asked: String,
        /// What it could be: path and short id, and what tells it from another of the same path.
        candidates: Vec<String>,
        /// The short id of one that no path tells from another.
        twin: Option<String>,
    },
    /// A token of that service, name, account and instance exists.
    #[error("there is a token '{}' already", escaped(path))]
    Taken {
        /// Its path.
        path: String,
    },
    /// The same secret is in the vault.
    #[error("this secret is in the vault already: {}", listed(places))]
    Twin {
        /// Where.
        places: Vec<String>,
    },
    /// The vault could not be unlocked for want of a way.
    #[error("could not unlock the vault: {why}")]
    Locked {
        /// Why.
        why: String,
        /// What would help.
        hint: String,
    },
    /// Somebody has to be asked, and nobody is there.
    #[error("could not ask for {what}: there is no terminal")]
    NoTerminal {
        /// What.
        what: &'static str,
        /// How to give it without being asked.
        instead: &'static str,
    },
    /// The same where nothing was to be asked.
    #[error("could not ask for {what}: --no-input was given")]
    NoInput {
        /// What.
        what: &'static str,
        /// How to give it without being asked.
        instead: &'static str,
    },
    /// The person said no, or ended a question.
    #[error("cancelled; nothing was changed")]
    Cancelled,
    /// What was asked makes no sense as it stands.
    #[error("{message}")]
    Usage {
        /// Why, in a sentence.
        message: String,
        /// What would make sense.
        hint: String,
    },
    /// Something outside failed.
    #[error("could not {doing}: {why}")]
    Failed {
        /// What was being done.
        doing: String,
        /// Why.
        why: String,
        /// What to do.
        hint: Option<String>,
    },
}

impl Error {
    /// A question that makes no sense as it stands.
    pub fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), hint: hint.into() }
    }

    /// What the system said to something done with a file.
    pub fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path: PathBuf = path.to_owned();
        move |source| Self::Vault(vault::Error::Io { doing, path, source })
    }
}

/// Where a token is that was asked for where it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elsewhere {
    /// In use.
    Kept,
    /// In the trash.
    Trashed,
    /// Its secrets are destroyed.
    Purged,
}

impl Elsewhere {
    fn hint(self, name: &str) -> String {
        match self {
            Self::Kept => format!("{name} is in use: 'patvault remove {name}' moves it to the trash"),
            Self::Trashed => format!("{name} is in the trash: 'patvault restore {name}' brings it back"),
            Self::Purged => {
                format!("{name} was purged: its secrets are destroyed, 'patvault show {name}' tells what was known")
            }
        }
    }
}

/// What to do where the system would not have a path.
fn at_path(doing: &str, error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::NotFound if doing == "write" => "its folder is not there: create it first",
        io::ErrorKind::NotFound => "look whether the path is written right",
        io::ErrorKind::IsADirectory => "it is a folder; name a file",
        io::ErrorKind::FileTooLarge => "look whether it is the file you mean",
        _ => "look at what stands at that path, and whether you may use it",
    }
}

impl Explain for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Vault(error) | Self::NoVault { missing: error, .. } => error.kind(),
            Self::Config(error) => error.kind(),
            Self::Clipboard(error) => error.kind(),
            Self::NoWay(error) => error.kind(),
            Self::NotHeld(error) => error.kind(),
            Self::NotSent(error) => error.kind(),
            Self::Agent(error) => error.kind(),
            Self::Locked { .. }
            | Self::NoTerminal { .. }
            | Self::NoInput { .. }
            | Self::Cancelled
            | Self::Identity(_) => Kind::Locked,
            Self::Failed { .. } => Kind::Failed,
            _ => Kind::Usage,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Vault(error @ vault::Error::Io { doing, source, .. }) => {
                error.hint().unwrap_or_else(|| at_path(doing, source).into())
            }
            Self::Identity(vault::BadIdentity::Read(error @ vault::Error::Io { source, .. })) => {
                error.hint().unwrap_or_else(|| at_path("read", source).into())
            }
            Self::NoVault { missing, there } if there.is_empty() => return missing.hint(),
            Self::NoVault { there, .. } if there.len() == 1 => format!("there is {}: {NAME_A_VAULT}", listed(there)),
            Self::NoVault { there, .. } => format!("there are {}: {NAME_A_VAULT}", listed(there)),
            Self::Vault(error) => return error.hint(),
            Self::Config(error) => return error.hint(),
            Self::Exchange(error) => return error.hint(),
            Self::Clipboard(error) => return error.hint(),
            Self::NoWay(error) => return error.hint(),
            Self::NotHeld(error) => return error.hint(),
            Self::NotSent(error) => return error.hint(),
            Self::Agent(error) => return error.hint(),
            Self::Service(error) => return error.hint(),
            Self::Paths(error) => return error.hint(),
            Self::Identity(vault::BadIdentity::Read(error)) => return error.hint(),
            Self::Identity(vault::BadIdentity::Closed { .. }) => {
                "try again; capital letters and keyboard layout count".into()
            }
            Self::Identity(vault::BadIdentity::NoPlugin { .. }) => "install it, so that it is found in PATH".into(),
            Self::Identity(_) => "give an SSH private key or an age identity file".into(),
            Self::Query(error) => error.hint().into(),
            Self::Date(_) => NotADate::HINT.into(),
            Self::Label(_) => return None,
            Self::Secret(_) => "give the token as the service shows it, on one line".into(),
            Self::NoToken { instead: Some((elsewhere, name)), .. } => elsewhere.hint(name),
            Self::NoToken { near, .. } if !near.is_empty() => {
                let near: Vec<String> = near.iter().map(|path| format!("'{}'", escaped(path))).collect();
                format!("did you mean {}? 'patvault list' shows what there is", near.join(" or "))
            }
            Self::NoToken { in_trash: true, .. } => "'patvault list is:trashed' shows what there is".into(),
            Self::NoToken { .. } => "'patvault list' shows what there is".into(),
            Self::Ambiguous { twin: Some(id), .. } => format!("name one by its id, such as {id}"),
            Self::Ambiguous { .. } => "name one of them whole, or by its id".into(),
            Self::Taken { .. } => "choose another name, or tell them apart with --account or --instance".into(),
            Self::Twin { .. } => "use that one, or add it all the same with --force".into(),
            Self::Locked { hint, .. } | Self::Usage { hint, .. } => hint.clone(),
            Self::NoTerminal { instead, .. } | Self::NoInput { instead, .. } => (*instead).into(),
            Self::Cancelled => return None,
            Self::Failed { hint, .. } => return hint.clone(),
        })
    }
}

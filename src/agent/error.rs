//! What talking to the agent can fail with.

use std::io;
use std::path::{Path, PathBuf};

use super::wire::Refusal;
use crate::fault::{Explain, Kind};
use crate::text::escaped;

/// Why the agent did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The system said no to something done with a file or a socket.
    #[error("could not {doing} {}: {source}", escaped(&path.to_string_lossy()))]
    Io {
        /// What was being done.
        doing: &'static str,
        /// With what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder or the socket in it is somebody else's.
    #[error("will not use {}: it is not a folder of your own", escaped(&path.to_string_lossy()))]
    Foreign {
        /// Which.
        path: PathBuf,
    },
    /// The agent did not come up.
    #[error("could not start the agent: {}", escaped(why))]
    Start {
        /// Why.
        why: String,
    },
    /// The agent said nothing that makes sense, or nothing at all.
    #[error("the agent does not answer")]
    Silent,
    /// The agent said no.
    #[error("{}", refusal(*.0))]
    Refused(Refusal),
}

impl Error {
    /// What the system said to something done with a file.
    pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { doing, path, source }
    }
}

fn refusal(why: Refusal) -> &'static str {
    match why {
        Refusal::LockedMeanwhile => "the vault was locked while it was being unlocked",
        Refusal::Full => "the agent holds as many vaults as it can",
        Refusal::TooLong => "the agent takes no request as long as this",
        Refusal::Version | Refusal::Unreadable | Refusal::Unknown => "the agent does not understand the request",
    }
}

impl Explain for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Refused(Refusal::LockedMeanwhile) => Kind::Locked,
            _ => Kind::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Refused(Refusal::LockedMeanwhile) => "unlock it again: 'patvault unlock'",
            Self::Refused(Refusal::Full) => "lock the others: 'patvault lock'",
            Self::Foreign { .. } => "find out who made it; until then, use --no-agent",
            _ => "everything works without the agent too: --no-agent",
        };
        Some(hint.into())
    }
}

//! What can go wrong with a vault.

use std::io;
use std::path::{Path, PathBuf};

use super::disk::SYNC_FOLDER;
use crate::fault::{Explain, Kind};
use crate::text::escaped;

/// What went wrong with a vault. A variant exists where somebody acts differently on it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is no vault.
    #[error("there is no vault at {}", shown(.dir))]
    Missing {
        /// Where it would be.
        dir: PathBuf,
    },
    /// There already is one.
    #[error("there is a vault at {} already", shown(.dir))]
    Exists {
        /// Where.
        dir: PathBuf,
    },
    /// A folder or file of another user.
    #[error("{} belongs to another user", shown(.path))]
    Foreign {
        /// Which.
        path: PathBuf,
    },
    /// It cannot be read, or not be trusted: damaged, made for another key, by a newer patvault, or put back from
    /// earlier. Nothing was written.
    #[error("{} {wrong}", shown(.path))]
    Untrusted {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        wrong: Wrong,
        /// The newest backup that opens with the same key.
        backup: Option<PathBuf>,
    },
    /// A slot that this way does not open.
    #[error("{} {wrong}", shown(.path))]
    Slot {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        wrong: SlotWrong,
    },
    /// Another process has been writing for a long time.
    #[error("another patvault has been writing to {} for {waited_secs} seconds", shown(.dir))]
    Busy {
        /// Which vault.
        dir: PathBuf,
        /// How long it was waited for.
        waited_secs: u64,
    },
    /// What is to be undone was changed again since.
    #[error("{what} was changed again since")]
    Conflict {
        /// What, in words.
        what: String,
    },
    /// What is to be undone destroyed a secret.
    #[error("the secret of token {token} was purged, which cannot be undone")]
    Purged {
        /// Which token, by its short id.
        token: String,
    },
    /// What is to be undone brought a secret, and an undo would lose it.
    #[error("{what} of token {token} cannot be undone: a secret would be lost")]
    BroughtSecret {
        /// What, in words.
        what: String,
        /// Which token, by its short id.
        token: String,
    },
    /// No way in would be left.
    #[error("no way into the vault at {} would be left", shown(.dir))]
    LastWay {
        /// Which vault.
        dir: PathBuf,
    },
    /// What was looked at before somebody was asked is not any more what is there. Nothing was written.
    #[error("{what} changed meanwhile; nothing was written")]
    Meanwhile {
        /// What.
        what: &'static str,
    },
    /// A service was asked for a new secret, which is going to be sealed to the vault key as it is. Nothing was written.
    #[error("a new secret of a token is on its way into the vault, and will be sealed to the vault key as it is")]
    OnItsWay,
    /// There is a way in of that name.
    #[error("there is a way in called '{name}' already")]
    WayTaken {
        /// Its name.
        name: String,
    },
    /// A change of several files was begun, and something came in its way. Doing it again finishes it.
    #[error("{what} is not finished: {why}")]
    Unfinished {
        /// What was being changed.
        what: &'static str,
        /// What came in its way.
        why: Box<Error>,
    },
    /// The database says no.
    #[error("could not {doing} in the vault's database: {source}")]
    Sql {
        /// What was being done.
        doing: &'static str,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A value could not be sealed.
    #[error("could not seal {what}: {}", escaped(.why))]
    Seal {
        /// What.
        what: &'static str,
        /// Why, in age's words.
        why: String,
    },
    /// Something sealed could not be opened.
    #[error("could not open {what}: {}", escaped(.why))]
    Open {
        /// What.
        what: &'static str,
        /// Why, in age's words or a plugin's.
        why: String,
    },
    /// The system says no.
    #[error("could not {doing} {}: {source}", shown(.path))]
    Io {
        /// What was being done.
        doing: &'static str,
        /// With which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// What is wrong with a vault's file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// The file is not there, though its folder and its keys are.
    #[error("is gone")]
    Gone,
    /// It is no age file, or bits of it were changed or are missing.
    #[error("is damaged ({0})")]
    Damaged(&'static str),
    /// Its header names another key, or was changed where it names the key.
    #[error("does not open with this vault key: it belongs to another vault, or its header is damaged")]
    OtherKey,
    /// A newer patvault wrote it.
    #[error("was written by a newer patvault (schema {found}; this one knows {known})")]
    Newer {
        /// Its schema.
        found: i64,
        /// The newest schema known here.
        known: i64,
    },
    /// This device has seen a later state.
    #[error("is an older one (revision {found}) than this device has seen (revision {seen})")]
    Older {
        /// Its revision.
        found: u64,
        /// The revision seen.
        seen: u64,
    },
    /// A backup whose name says another revision than it holds: it was renamed.
    #[error("holds another revision than its name says")]
    Misnamed,
    /// Not the vault that this device knows by that name, or its key was changed elsewhere.
    #[error("is not the vault that this device knows by this name, or its vault key was changed elsewhere")]
    Replaced,
}

/// What is wrong with a slot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SlotWrong {
    /// The passphrase is not the one.
    #[error("does not open with that passphrase")]
    Passphrase,
    /// None of the identities is the one.
    #[error("does not open with any of the given identities")]
    Identity,
    /// It is for an SSH key under a passphrase, and that was not the right one.
    #[error("is for an SSH key that does not open with that passphrase")]
    Locked,
    /// The file is no slot any more.
    #[error("is damaged ({0})")]
    Damaged(&'static str),
    /// A plugin failed; these are its words.
    #[error("could not be opened: {}", escaped(.0))]
    Plugin(String),
}

/// Says that a change of several files was begun, and what came in its way.
pub(super) fn unfinished(what: &'static str) -> impl FnOnce(Error) -> Error {
    move |why| Error::Unfinished { what, why: Box::new(why) }
}

/// A path as it may be shown.
pub(super) fn shown(path: &Path) -> String {
    escaped(&path.to_string_lossy()).into_owned()
}

/// Wraps what the system said with what was being done.
pub(super) fn doing(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::Io { doing, path, source }
}

/// Wraps what SQLite said with what was being done.
pub(super) fn sql(doing: &'static str) -> impl FnOnce(rusqlite::Error) -> Error {
    move |source| Error::Sql { doing, source }
}

impl Explain for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Slot {
                wrong: SlotWrong::Passphrase | SlotWrong::Identity | SlotWrong::Locked | SlotWrong::Plugin(_),
                ..
            } => Kind::Locked,
            Self::Exists { .. } | Self::LastWay { .. } | Self::WayTaken { .. } => Kind::Usage,
            _ => Kind::Failed,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Missing { .. } => "create one with 'patvault init'".into(),
            Self::Exists { .. } => "choose another name with 'patvault init --name NAME'".into(),
            Self::Foreign { .. } => "use a folder of your own, or give this one back to yourself with chown".into(),
            Self::Untrusted { wrong, backup, .. } => untrusted_hint(wrong, backup.as_deref()),
            Self::Slot { wrong: SlotWrong::Damaged(_), .. } => {
                "open the vault in another way and make the slot anew, or copy the file back from a backup of yours"
                    .into()
            }
            Self::Slot { wrong: SlotWrong::Passphrase | SlotWrong::Locked, .. } => {
                "try again; capital letters and keyboard layout count".into()
            }
            Self::Slot { .. } => "'patvault key list' names the ways in; give an identity with --identity".into(),
            Self::Busy { .. } => "let it finish, or end it if it hangs: it holds the file 'lock'".into(),
            Self::Meanwhile { .. } => "look at it again, and do it again".into(),
            Self::OnItsWay => "try again when that rotation is at its end".into(),
            Self::WayTaken { .. } => "choose another name with --name, or remove that one first".into(),
            Self::Conflict { .. } => "see 'patvault history', and undo the later change first".into(),
            Self::Io { doing: SYNC_FOLDER, .. } => {
                "what was written is there, but a power cut may undo it: look after the disk, and at 'patvault history'"
                    .into()
            }
            Self::Io { source, .. } => return io_hint(source),
            Self::Unfinished { .. } => "nothing is lost; when that is mended, the same command finishes it".into(),
            Self::Purged { .. } => return None,
            Self::BroughtSecret { .. } => {
                "'patvault history' shows the ids of other changes, which 'patvault undo ID' takes back".into()
            }
            Self::LastWay { .. } => "without one the vault would be lost; 'patvault key add' adds another".into(),
            Self::Sql { .. } | Self::Seal { .. } | Self::Open { .. } => "run 'patvault doctor'".into(),
        })
    }
}

fn untrusted_hint(wrong: &Wrong, backup: Option<&Path>) -> String {
    let name = backup.and_then(Path::file_name).map(|name| escaped(&name.to_string_lossy()).into_owned());
    match (wrong, name) {
        (Wrong::Newer { .. }, Some(name)) => {
            format!(
                "update patvault; the newest backup that this one reads is {name} ('patvault backup restore {name}')"
            )
        }
        (Wrong::Newer { .. }, None) => "update patvault".into(),
        (Wrong::Older { .. } | Wrong::Replaced, Some(name)) => format!(
            "if you put it there yourself, say so with 'patvault backup accept'; \
             else the newest good backup is {name} ('patvault backup restore {name}')"
        ),
        (Wrong::Older { .. } | Wrong::Replaced, None) => {
            "if you put it there yourself, say so with 'patvault backup accept'".into()
        }
        (_, Some(name)) => format!("the newest good backup is {name}: 'patvault backup restore {name}' brings it back"),
        (_, None) => "no backup opens with this key either; look for a copy of the vault's folder elsewhere".into(),
    }
}

fn io_hint(error: &io::Error) -> Option<String> {
    let hint = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "nothing was changed; make room on the disk and try again"
        }
        io::ErrorKind::PermissionDenied => "check who owns the folder and whether you may write there",
        io::ErrorKind::ReadOnlyFilesystem => "nothing was changed; the file system is read-only",
        _ if error.raw_os_error() == Some(rustix::io::Errno::LOOP.raw_os_error()) => {
            "it is a symbolic link; patvault does not follow links in a vault"
        }
        _ => return None,
    };
    Some(hint.into())
}

//! Uses, one sealed file each, written without the lock and folded into the vault by the next write.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use age::{Identity, Recipient};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::disk;
use super::error::Error;
use super::seal;
use crate::token::id::{DeviceId, TokenId, UseId, VersionId};

/// What journal files end in.
const ENDING: &str = ".age";

/// One use of a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    /// Its own id, so that folding it in twice changes nothing.
    pub id: UseId,
    /// Which token.
    pub token: TokenId,
    /// Which of its versions.
    pub version: VersionId,
    /// When.
    pub at: DateTime<Utc>,
    /// By which command.
    pub verb: String,
    /// On which device.
    pub device: DeviceId,
    /// What that device is called.
    pub device_name: String,
}

/// Writes a use into the journal. It is not waited for the disk: a use lost in a power cut is a line less in a history.
pub(super) fn append(dir: &Path, entry: &Use, to: &dyn Recipient) -> Result<(), Error> {
    let text = serde_json::to_vec(entry).unwrap_or_default();
    let sealed = seal::seal(&text, "a record of use", to)?;
    disk::drop_in(&dir.join(format!("{}{ENDING}", entry.id)), &sealed)
}

/// A use that waits to be folded in.
pub(super) struct Waiting {
    path: PathBuf,
    sealed: Vec<u8>,
    /// What it says, once somebody asked.
    opened: OnceCell<Option<Use>>,
}

impl Waiting {
    /// Where its file is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What it says; `None` for one that does not open or makes no sense. `patvault doctor` names those.
    pub(super) fn entry(&self, with: &dyn Identity) -> Option<&Use> {
        let open = || serde_json::from_slice(&seal::open(&self.sealed, &[with]).ok()?).ok();
        self.opened.get_or_init(open).as_ref()
    }
}

/// What waits to be folded in.
pub(super) fn waiting(dir: &Path) -> Result<Vec<Waiting>, Error> {
    let read = |path: PathBuf| {
        // One that is gone by now was folded in meanwhile; one that cannot be read does not open either.
        let sealed = disk::read_small(&path).unwrap_or_default();
        Waiting { path, sealed, opened: OnceCell::new() }
    };
    Ok(disk::list(dir, ENDING)?.into_iter().map(read).collect())
}

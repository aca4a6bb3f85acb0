//! Uses, written without the vault's lock and folded into the vault by the next write.
//!
//! Each device writes its own behind one another into one file: to make a file costs more than all the rest of handing a
//! secret out. A record is an age file, and every one of those begins with the same line: where the next one begins, one
//! ends. So a record that a full disk or a power cut left incomplete takes no other with it.

use std::cell::OnceCell;
use std::io;
use std::path::{Path, PathBuf};

use age::{Identity, Recipient};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::disk;
use super::error::Error;
use super::random;
use super::seal;
use crate::token::id::{DeviceId, OfUse, TokenId, UseId, VersionId};

/// What journal files end in.
const ENDING: &str = ".age";

/// What a record begins with. Inside of one it comes about by chance, once in 2^176.
const BEGINNING: &[u8] = b"age-encryption.org/v1\n";

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

/// Writes a use into the journal. It is not waited for the disk: a use lost in a power cut is a line less in a history. Gives
/// how many bytes its device's file holds by now.
pub(super) fn append(dir: &Path, entry: &Use, to: &dyn Recipient) -> Result<u64, Error> {
    let text = serde_json::to_vec(entry).unwrap_or_default();
    let sealed = seal::seal(&text, "a record of use", to)?;
    match disk::append(&file_of(dir, entry.device), &sealed)? {
        Some(bytes) => Ok(bytes),
        // Somebody else has that file just now. Nobody waits for them: a file of its own is read as well.
        None => disk::drop_in(&dir.join(format!("{}{ENDING}", entry.id)), &sealed).map(|()| 0),
    }
}

/// The file that a device appends to.
fn file_of(dir: &Path, device: DeviceId) -> PathBuf {
    dir.join(format!("{device}{ENDING}"))
}

/// A file of the journal, as it was when it was read.
pub(super) struct Waiting {
    path: PathBuf,
    sealed: Vec<u8>,
    /// What its records say, once somebody asked.
    opened: OnceCell<Vec<Option<Use>>>,
}

impl Waiting {
    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// What its records say; `None` for one that does not open or makes no sense. `patvault doctor` names the files of those.
    pub(super) fn entries(&self, with: &dyn Identity) -> &[Option<Use>] {
        let open = |record: &[u8]| serde_json::from_slice(&seal::open(record, &[with]).ok()?).ok();
        self.opened.get_or_init(|| records(&self.sealed).into_iter().map(open).collect())
    }

    /// Removes it: what it held when it was read is in the vault's file by now. It stays where it has grown meanwhile, and
    /// the next write folds the rest in; and where something in it cannot be read. If it is the one that `device` appends
    /// to, it is given another name then, so that it does not grow for ever.
    pub(super) fn clear(&self, with: &dyn Identity, device: DeviceId) -> Result<(), Error> {
        let bytes = self.sealed.len() as u64;
        if self.entries(with).iter().all(Option::is_some) {
            return disk::remove_if_unchanged(&self.path, bytes);
        }
        let dir = self.path.parent().unwrap_or(Path::new("."));
        if self.path == file_of(dir, device) {
            disk::set_aside(&self.path, &dir.join(format!("{}{ENDING}", random::id::<OfUse>()?)))?;
        }
        Ok(())
    }
}

/// What waits to be folded in.
pub(super) fn waiting(dir: &Path) -> Result<Vec<Waiting>, Error> {
    let read = |path: PathBuf| {
        let opened = OnceCell::new();
        let sealed = match disk::read_journal(&path) {
            Ok(sealed) => sealed,
            // It was folded in meanwhile.
            Err(Error::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => return None,
            Err(_) => {
                opened.get_or_init(|| vec![None]);
                vec![]
            }
        };
        Some(Waiting { path, sealed, opened })
    };
    Ok(disk::list(dir, ENDING)?.into_iter().filter_map(read).collect())
}

/// The records of a file, one behind the other. What stands before the first is none, and is given as one that will not open.
fn records(file: &[u8]) -> Vec<&[u8]> {
    let mut rest = file;
    let mut found = vec![];
    while !rest.is_empty() {
        let next = rest.windows(BEGINNING.len()).skip(1).position(|at| at == BEGINNING).map_or(rest.len(), |at| at + 1);
        let (record, after) = rest.split_at(next);
        found.push(record);
        rest = after;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_ends_where_the_next_begins() {
        let line = std::str::from_utf8(BEGINNING).unwrap();
        let cases = [
            (String::new(), vec![]),
            (format!("{line}one"), vec![format!("{line}one")]),
            (format!("{line}one{line}two"), vec![format!("{line}one"), format!("{line}two")]),
            (format!("{line}{line}"), vec![line.to_owned(), line.to_owned()]),
            (format!("odd{line}one"), vec!["odd".to_owned(), format!("{line}one")]),
            (format!("{line}one age-enc{line}two"), vec![format!("{line}one age-enc"), format!("{line}two")]),
            ("age".to_owned(), vec!["age".to_owned()]),
        ];
        for (file, want) in cases {
            let found: Vec<_> = records(file.as_bytes()).into_iter().map(String::from_utf8_lossy).collect();
            assert_eq!(found, want, "{file:?}");
        }
    }
}

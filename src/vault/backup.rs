//! Backups: earlier `vault.age` files, and which of them are kept.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, Utc};

use super::disk;
use super::error::Error;

/// What backup files end in.
const ENDING: &str = ".age";
/// How a backup's name says when it was the vault.
const STAMP: &str = "%Y%m%dT%H%M%SZ";

/// An earlier `vault.age`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Backup {
    /// Which revision it was.
    pub revision: u64,
    /// When it was replaced by a newer one.
    pub kept: DateTime<Utc>,
    /// Where it is.
    pub path: PathBuf,
}

impl Backup {
    /// Its file's name: how it is asked for.
    pub fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}

/// How many backups are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// The newest ones, whatever their age.
    pub newest: usize,
    /// For that many days before, the last one of each day.
    pub daily: usize,
}

impl Default for Retention {
    fn default() -> Self {
        Self { newest: 10, daily: 30 }
    }
}

/// Where the backup of a revision stands.
pub(super) fn path_of(dir: &Path, revision: u64, now: DateTime<Utc>) -> PathBuf {
    dir.join(format!("r{revision:08}-{}{ENDING}", now.format(STAMP)))
}

/// The backups in a folder, oldest first.
pub(super) fn all(dir: &Path) -> Result<Vec<Backup>, Error> {
    let mut found: Vec<Backup> = disk::list(dir, ENDING)?.into_iter().filter_map(read_name).collect();
    found.sort();
    Ok(found)
}

fn read_name(path: PathBuf) -> Option<Backup> {
    let name = path.file_name()?.to_str()?;
    let (revision, stamp) = name.strip_prefix('r')?.strip_suffix(ENDING)?.split_once('-')?;
    let kept = NaiveDateTime::parse_from_str(stamp, STAMP).ok()?.and_utc();
    Some(Backup { revision: revision.parse().ok()?, kept, path })
}

/// Those that need not be kept any longer. `all` is sorted, oldest first.
pub(super) fn superfluous(all: &[Backup], keep: Retention) -> Vec<&Backup> {
    let (older, _newest) = all.split_at(all.len().saturating_sub(keep.newest));
    let mut days = BTreeSet::new();
    // From the newest of the older ones backwards: the first one met of each day is that day's last.
    let kept = |backup: &&Backup| {
        let is_new = days.insert(backup.kept.date_naive());
        is_new && days.len() <= keep.daily
    };
    let mut kept = kept;
    older.iter().rev().filter(|backup| !kept(backup)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::now::tests::instant;

    fn backup(revision: u64, kept: &str) -> Backup {
        Backup { revision, kept: instant(kept), path: path_of(Path::new("/b"), revision, instant(kept)) }
    }

    #[test]
    fn a_name_says_what_it_is() {
        let backup = backup(42, "2026-11-22T10:00:00Z");
        assert_eq!(backup.name(), "r00000042-20261122T100000Z.age");
        assert_eq!(read_name(backup.path.clone()), Some(backup));
        for bad in ["r1-x.age", "vault.age", "r00000042-20261122T100000Z.age.new"] {
            assert_eq!(read_name(bad.into()), None, "{bad}");
        }
    }

    #[test]
    fn keeps_the_newest_and_one_a_day_before() {
        let all: Vec<Backup> =
            (0..20).map(|n| backup(n, &format!("2026-11-{:02}T{:02}:00:00Z", 1 + n / 4, 10 + n % 4))).collect();
        let gone: Vec<u64> =
            superfluous(&all, Retention { newest: 6, daily: 2 }).iter().map(|backup| backup.revision).collect();
        // 14 to 19 are the newest; 13 is the last older one of the 4th, 11 of the 3rd.
        assert_eq!(gone, [12, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]);
        assert!(superfluous(&all, Retention { newest: 20, daily: 0 }).is_empty());
        assert!(superfluous(&[], Retention::default()).is_empty());
    }
}

//! One writer at a time.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use rustix::fs::OFlags;

use super::disk;
use super::error::{Error, doing};

/// How long another writer is waited for. A write takes milliseconds; one that takes this long is stopped or stuck.
const WAIT: Duration = Duration::from_secs(30);

/// Waits until nobody else writes to a vault. The lock goes with the returned value, and with the process.
pub(super) fn hold(vault: &Path) -> Result<File, Error> {
    hold_at(&vault.join("lock"), vault)
}

/// The same for a folder itself, in which nothing is to be left behind.
pub(super) fn hold_folder(dir: &Path) -> Result<File, Error> {
    wait(File::open(dir).map_err(doing("open", dir))?, dir, dir)
}

/// The same for what a file guards beside it.
pub(super) fn hold_file(path: &Path) -> Result<File, Error> {
    hold_at(path, path.parent().unwrap_or(path))
}

/// Takes the lock of a file by its name. A file that was removed while it was waited for guards nothing: whoever comes next
/// makes a new one.
fn hold_at(path: &Path, dir: &Path) -> Result<File, Error> {
    loop {
        let held = wait(open(path)?, path, dir)?;
        if disk::stands_at(&held.metadata().map_err(doing("look at", path))?, path) {
            return Ok(held);
        }
    }
}

/// Takes the same lock if nobody has it, without waiting.
pub(super) fn try_hold_file(path: &Path) -> Result<Option<File>, Error> {
    let file = open(path)?;
    let locked = file.try_lock();
    got(file, locked, path)
}

/// Takes a folder for oneself if nobody has it or a share in it, without waiting.
pub(super) fn try_hold_folder(dir: &Path) -> Result<Option<File>, Error> {
    let folder = File::open(dir).map_err(doing("open", dir))?;
    let locked = folder.try_lock();
    got(folder, locked, dir)
}

/// Takes a share in a folder, which others may have as well, if nobody has it for themselves; without waiting.
pub(super) fn try_share_folder(dir: &Path) -> Result<Option<File>, Error> {
    let folder = File::open(dir).map_err(doing("open", dir))?;
    let locked = folder.try_lock_shared();
    got(folder, locked, dir)
}

fn got(file: File, locked: Result<(), TryLockError>, path: &Path) -> Result<Option<File>, Error> {
    match locked {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(doing("lock", path)(error)),
    }
}

fn open(path: &Path) -> Result<File, Error> {
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        // Neither a link is followed nor a pipe waited at.
        .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed())
        .open(path)
        .map_err(doing("open", path))
}

fn wait(file: File, path: &Path, dir: &Path) -> Result<File, Error> {
    if file.try_lock().is_ok() {
        return Ok(file);
    }
    // The system has no "lock, but not for ever": a thread waits for the lock, and this one for the thread.
    let (done, locked) = mpsc::channel();
    std::thread::spawn(move || {
        let outcome = file.lock().map(|()| file);
        let _nobody_waits_any_more = done.send(outcome);
    });
    match locked.recv_timeout(WAIT) {
        Ok(outcome) => outcome.map_err(doing("lock", path)),
        Err(_) => Err(Error::Busy { dir: dir.to_owned(), waited_secs: WAIT.as_secs() }),
    }
}

//! One writer at a time.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::mpsc;
use std::time::Duration;

use super::error::{Error, doing};

/// How long another writer is waited for. A write takes milliseconds; one that takes this long is stopped or stuck.
const WAIT: Duration = Duration::from_secs(30);

/// Waits until nobody else writes. The lock goes with the returned value, and with the process.
pub(super) fn hold(dir: &Path) -> Result<File, Error> {
    let path = dir.join("lock");
    let file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
        .open(&path)
        .map_err(doing("open", &path))?;
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
        Ok(outcome) => outcome.map_err(doing("lock", &path)),
        Err(_) => Err(Error::Busy { dir: dir.to_owned(), waited_secs: WAIT.as_secs() }),
    }
}

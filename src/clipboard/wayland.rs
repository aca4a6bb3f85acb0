//! Holding a copy on Wayland, where the compositor lets programs without a window do that.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use wl_clipboard_rs::copy::{self, MimeSource, MimeType, Options, Source};
use wl_clipboard_rs::paste::{self, Seat};
use wl_clipboard_rs::watch::{ClipboardType, Watcher};

use super::holder::HINT;
use crate::secret::Secret;

/// Why a copy is not held.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// It cannot be: nobody answers, or nobody without a window may copy.
    #[error(transparent)]
    Watch(#[from] paste::Error),
    /// It could not be, or could not be any longer.
    #[error(transparent)]
    Copy(#[from] copy::Error),
}

impl Error {
    /// Nothing was held.
    pub(super) fn is_early(&self) -> bool {
        matches!(self, Self::Watch(_))
    }
}

/// Whether the compositor lets programs without a window copy.
pub(super) fn answers() -> bool {
    Watcher::new(ClipboardType::Regular, Seat::Unspecified).is_ok()
}

/// Holds a secret. The compositor forgets it when this process ends.
pub(super) fn hold(secret: &Secret, time: Duration, held: impl FnOnce()) -> Result<(), Error> {
    let mut watcher = Watcher::new(ClipboardType::Regular, Seat::Unspecified)?;
    // What is there now comes first.
    watcher.next_event()?;
    let stop = watcher.cancel_handle();
    let (done, ended) = mpsc::channel();
    let text = secret.clone();
    thread::spawn(move || {
        let outcome = serve(&text);
        stop.cancel();
        // Nobody waits any longer where the time is up.
        let _time_is_up = done.send(outcome);
    });
    // The compositor says that something was copied; where the holding failed, it ends below.
    if watcher.next_event()?.is_some() {
        held();
    }
    drop(watcher);
    match ended.recv_timeout(time) {
        Ok(outcome) => Ok(outcome?),
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Ok(()),
    }
}

/// Answers those who paste, until somebody else copies.
fn serve(secret: &Secret) -> Result<(), copy::Error> {
    let source = |bytes: &[u8], mime_type| MimeSource { source: Source::Bytes(bytes.into()), mime_type };
    let (hint, says) = HINT;
    let sources =
        vec![source(secret.expose().as_bytes(), MimeType::Text), source(says, MimeType::Specific(hint.into()))];
    let mut options = Options::new();
    options.foreground(true);
    options.copy_multi(sources)
}

//! The one place at which an agent can be met. Two that start at once: one gets it, and the other sees that it did.

use std::fs::{self, Permissions};
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};

use super::client::Client;
use super::error::Error;
use super::folder;

pub(super) struct Seat {
    dir: PathBuf,
    listener: UnixListener,
    /// Which file the socket is, so that another agent's is never removed.
    socket: (u64, u64),
}

impl Seat {
    /// Takes the place, and removes a socket at which nobody answers any more. `None` where another agent answers.
    pub(super) fn take(dir: &Path) -> Result<Option<Self>, Error> {
        let _starting = folder::lock(dir)?;
        if Client::connect(dir)?.is_some() {
            return Ok(None);
        }
        let path = folder::socket(dir);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Error::io("remove", &path)(error)),
            _ => {}
        }
        let listen = || {
            let listener = UnixListener::bind(&path)?;
            fs::set_permissions(&path, Permissions::from_mode(0o600))?;
            listener.set_nonblocking(true)?;
            Ok((listener, id(&path)?))
        };
        let (listener, socket) = listen().map_err(Error::io("listen at", &path))?;
        Ok(Some(Self { dir: dir.to_owned(), listener, socket }))
    }

    /// Somebody who has come.
    pub(super) fn accept(&self) -> io::Result<UnixStream> {
        self.listener.accept().map(|(stream, _)| stream)
    }

    /// Whether whoever comes to the socket still comes here.
    pub(super) fn is_ours(&self) -> bool {
        stands(&self.dir, self.socket)
    }

    /// Gives the place up.
    pub(super) fn leave(self) {
        let Self { dir, listener, socket } = self;
        // Before the lock is waited for: an agent that starts now is told at once that nobody is here.
        drop(listener);
        // What is left is removed by the next agent.
        let Ok(_ending) = folder::lock(&dir) else { return };
        if stands(&dir, socket) {
            let _removed_by_the_next = fs::remove_file(folder::socket(&dir));
        }
    }
}

impl AsFd for Seat {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }
}

/// Whether the socket is the one that it was.
fn stands(dir: &Path, socket: (u64, u64)) -> bool {
    id(&folder::socket(dir)).is_ok_and(|found| found == socket)
}

fn id(path: &Path) -> io::Result<(u64, u64)> {
    fs::symlink_metadata(path).map(|found| (found.dev(), found.ino()))
}

//! The folder that the socket stands in: nobody else's, and closed to everybody else.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::error::Error;

/// Makes the folder if there is none.
///
/// # Errors
/// [`Error::Foreign`] where it is somebody else's, or a link.
pub fn ensure(dir: &Path) -> Result<(), Error> {
    DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(Error::io("create the folder", dir))?;
    check(dir).map(drop)
}

/// Whether the folder is there. One that is somebody else's, or a link, is refused; one of ours is closed to others.
pub(super) fn check(dir: &Path) -> Result<bool, Error> {
    let found = match fs::symlink_metadata(dir) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        other => other.map_err(Error::io("look at", dir))?,
    };
    if !found.is_dir() || found.uid() != rustix::process::geteuid().as_raw() {
        return Err(Error::Foreign { path: dir.to_owned() });
    }
    if found.mode() & 0o077 != 0 {
        fs::set_permissions(dir, Permissions::from_mode(0o700)).map_err(Error::io("close to others", dir))?;
    }
    Ok(true)
}

/// The socket.
pub(super) fn socket(dir: &Path) -> PathBuf {
    dir.join("agent.sock")
}

/// Waits until no other agent is starting or ending. The lock goes with the returned value, and with the process.
pub(super) fn lock(dir: &Path) -> Result<File, Error> {
    let path = dir.join("agent.lock");
    let open = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
        .open(&path);
    open.and_then(|file| file.lock().map(|()| file)).map_err(Error::io("lock", &path))
}

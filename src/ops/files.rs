//! Small files of a person's own: settings, exports, what a device remembers. The vault has its own way of writing.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::OFlags;

use super::error::Error;
use crate::exchange::Pieces;

/// The largest file of our own that is read, in bytes.
const OWN_BYTES_MAX: u64 = 64 * 1024;

/// Creates a folder that only its owner may enter.
fn create_private_dir(path: &Path) -> Result<(), Error> {
    DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(Error::io("create the folder", path))
}

/// Reads a small file of our own; nothing where there is none, or where something else stands in its place. A pipe would
/// be waited at for ever.
pub(super) fn read_own(path: &Path) -> Option<Vec<u8>> {
    if !fs::metadata(path).ok()?.is_file() {
        return None;
    }
    read_limited(path, OWN_BYTES_MAX).ok()
}

/// Writes a file that only its owner may read: whole or not at all, in the place of an older one. Its folder is made if
/// there is none.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    replace_private(path, ".new", bytes, true)
}

/// The same for what can be made anew: nobody waits for the disk. Where several write at once, one of them has the last
/// word, and none writes into another's file.
pub(super) fn note_private(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    replace_private(path, &format!(".{}.new", std::process::id()), bytes, false)
}

/// Writes beside `path`, under its name with `ending`, and then puts that in its place.
fn replace_private(path: &Path, ending: &str, bytes: &[u8], sync: bool) -> Result<(), Error> {
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        create_private_dir(folder)?;
    }
    let mut beside = path.as_os_str().to_owned();
    beside.push(ending);
    let beside = Path::new(&beside);
    let write = || {
        if beside.exists() {
            fs::remove_file(beside)?;
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(beside)?;
        file.write_all(bytes)?;
        if sync {
            file.sync_all()?;
        }
        fs::rename(beside, path)
    };
    write().map_err(|error| {
        let _kept_by_failure = fs::remove_file(beside);
        Error::io("write", path)(error)
    })
}

/// Writes a new file that only its owner may read; one that is there already is left as it is.
pub fn write_new_private(path: &Path, bytes: &Pieces) -> Result<(), Error> {
    let write = || {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .custom_flags(OFlags::NOFOLLOW.bits().cast_signed())
            .open(path)?;
        bytes.write_to(&mut file).and_then(|()| file.sync_all()).inspect_err(|_| {
            let _kept_by_failure = fs::remove_file(path);
        })
    };
    write().map_err(Error::io("write", path))
}

/// Reads a file that a person named, up to a limit.
pub fn read_limited(path: &Path, bytes_max: u64) -> Result<Vec<u8>, Error> {
    let mut bytes = vec![];
    let mut read = || {
        let file = fs::File::open(path)?;
        // Large enough from the start: a buffer that grows leaves unwiped copies behind.
        let len = file.metadata()?.len().min(bytes_max);
        bytes.reserve_exact(usize::try_from(len).unwrap_or(0) + 1);
        file.take(bytes_max + 1).read_to_end(&mut bytes)
    };
    read().map_err(Error::io("read", path))?;
    if bytes.len() as u64 > bytes_max {
        let shown = crate::text::escaped(&path.to_string_lossy()).into_owned();
        return Err(Error::usage(
            format!("{shown} is larger than {bytes_max} bytes"),
            "check that it is the file you mean",
        ));
    }
    Ok(bytes)
}

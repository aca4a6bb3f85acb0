//! Programs of another user, which only root can start: root may do everything, so what others may not is seen with theirs.

use std::fs;
use std::os::unix::fs::chown;
use std::path::Path;
use std::process::Command;

/// A user that nobody is.
pub const STRANGER: &str = "12345";

/// Gives a folder to the stranger, with all that is in it.
pub fn give_away(dir: &Path) {
    let stranger = STRANGER.parse().ok();
    chown(dir, stranger, stranger).unwrap();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            give_away(&path);
        } else {
            chown(&path, stranger, stranger).unwrap();
        }
    }
}

/// Whatever is added, as the stranger, with nothing in its environment.
pub fn as_stranger(setpriv: &Path) -> Command {
    let mut command = Command::new(setpriv);
    command.args(["--reuid", STRANGER, "--regid", STRANGER, "--clear-groups"]).env_clear();
    command
}

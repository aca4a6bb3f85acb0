//! The processes behind a command: two that go on, and one that forgets. Each is closed to others before it is given anything; the hands that it
//! works with do not know of each other, so they are introduced here.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use super::error::Error;
use super::strength::{Strength, strength};
use super::unlock::read_passphrase;
use crate::clipboard::{self, NotHeld};
use crate::secret::{SECRET_BYTES_MAX, Secret};
use crate::{agent, process};

/// Starts the agent, and gives the first line that it says.
pub(super) fn start_agent(dir: &Path) -> io::Result<String> {
    // It lives for hours. A holder lives for seconds, and whoever waits for its end may do so by such a file.
    process::keep_files();
    let bus: Vec<(&str, OsString)> = found(agent::BUS_VARIABLE).into_iter().collect();
    process::start(&["agent".as_ref(), "--runtime".as_ref(), dir.as_os_str()], &bus, &[])
}

/// A variable that goes along with a process, if there is one of that name.
fn found(name: &'static str) -> Option<(&'static str, OsString)> {
    Some((name, std::env::var_os(name)?))
}

/// Is the agent whose socket stands in `dir`, to its end. `say` gives a line to whoever started it.
pub fn agent(dir: &Path, say: impl FnOnce(&str)) -> Result<(), agent::Error> {
    process::stand_apart().map_err(|why| agent::Error::Start { why })?;
    agent::serve(dir, || {
        say(agent::READY);
        process::detach()
    })
}

/// Measures a new passphrase in a process of its own, which ends with it: what measures takes it to pieces, and wipes none of
/// them. For whoever stays.
pub fn measured(passphrase: &SecretString) -> Option<Strength> {
    let line = process::start(&["strength"], &[], passphrase.expose_secret().as_bytes()).ok()?;
    let (score, time) = line.split_once(' ')?;
    Some(Strength { score: score.parse().ok()?, time: time.to_owned() })
}

/// Measures what comes on standard input, and gives the line that [`measured`] reads.
pub fn measure() -> Result<String, Error> {
    let strength = strength(&read_passphrase(Path::new("-"))?);
    Ok(format!("{} {}", strength.score, strength.time))
}

/// Starts a holder for a copy, and waits until it holds.
pub(super) fn start_holder(secret: &Secret, time: Duration) -> Result<(), NotHeld> {
    let secs = time.as_secs().to_string();
    let args: [&OsStr; 3] = ["holder".as_ref(), "--secs".as_ref(), secs.as_ref()];
    let display: Vec<(&str, OsString)> = clipboard::DISPLAY_VARIABLES.into_iter().filter_map(found).collect();
    match process::start(&args, &display, secret.expose().as_bytes()) {
        Ok(line) if line == clipboard::HELD => Ok(()),
        Ok(why) => Err(NotHeld::because(&why)),
        Err(error) => Err(NotHeld::because(&error.to_string())),
    }
}

/// Is the holder of a copy, which comes on standard input, to its end. `say` gives a line to whoever started it.
pub fn holder(time: Duration, mut say: impl FnMut(&str)) -> Result<(), NotHeld> {
    process::stand_apart().map_err(|why| NotHeld::because(&why))?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(SECRET_BYTES_MAX + 1));
    let limit = SECRET_BYTES_MAX as u64 + 1;
    io::stdin().lock().take(limit).read_to_end(&mut bytes).map_err(|error| NotHeld::because(&error.to_string()))?;
    // What it is was looked at before: a secret, or the command of a place, which has spaces.
    let text = str::from_utf8(&bytes).map_err(|_| NotHeld::because("it is not text"))?;
    if bytes.len() > SECRET_BYTES_MAX {
        return Err(NotHeld::because("it is too long"));
    }
    let secret = Secret::new(text.to_owned());
    let held = || {
        say(clipboard::HELD);
        // Where it fails, whoever started it has what it waited for all the same.
        let _holds_on = process::detach();
    };
    clipboard::hold(&secret, time, held)
}

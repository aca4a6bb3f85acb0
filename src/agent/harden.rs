//! What keeps the agent's memory its own. Root, and whoever can read the kernel's memory, are beyond all of this.

use std::io;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::mm::{self, MlockAllFlags};
use rustix::process::{self, Resource, Rlimit};
use rustix::stdio;
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use super::error::Error;
use super::keyring::Moment;

/// From how much lockable memory on everything is locked. With less, an agent that is asked a lot could run out of it.
const LOCKABLE_BYTES_MIN: u64 = 64 << 20;

/// Whether the system may write the keys to its swap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Memory {
    /// It may not.
    Locked,
    /// It may: the limit on locked memory forbids otherwise.
    Swappable,
    /// It does not say.
    #[serde(other)]
    Unknown,
}

/// Goes a step further than every command does (`crate::process`), because it stays: no core file can be allowed again, and
/// it leaves the session that it was started from.
pub(super) fn stand_apart() -> Result<(), Error> {
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    let failed = |error| Error::Start { why: format!("core files cannot be turned off: {error}") };
    process::setrlimit(Resource::Core, none).map_err(failed)?;
    // Where it fails, the process leads a session of its own already: it was started from a shell.
    let _own_session_already = process::setsid();
    Ok(())
}

/// Locks all memory there is and will be, where the limit leaves room for it.
pub(super) fn lock_everything() {
    let enough = process::getrlimit(Resource::Memlock).current.is_none_or(|bytes| bytes >= LOCKABLE_BYTES_MIN);
    let flags = MlockAllFlags::CURRENT | MlockAllFlags::FUTURE;
    #[cfg(target_os = "linux")]
    let flags = flags | MlockAllFlags::ONFAULT;
    if enough {
        // Where it fails, each key is locked by itself.
        let _keys_are_locked = mm::mlockall(flags);
    }
}

/// Keeps the pages on which these values lie out of the swap. They stay so when the values have gone: what lies there
/// next may be a key again.
#[expect(unsafe_code, reason = "no safe crate that is well kept locks a single range of memory")]
pub(super) fn lock<T>(values: &[T]) -> Memory {
    let start = values.as_ptr().cast_mut().cast();
    // SAFETY: the range is that of a live slice, and locking changes neither its content nor who may use it.
    match unsafe { mm::mlock(start, size_of_val(values)) } {
        Ok(()) => Memory::Locked,
        Err(_) => Memory::Swappable,
    }
}

/// Lets go of the terminal and the pipe that the agent was started from.
pub(super) fn detach() -> io::Result<()> {
    let null = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null")?;
    stdio::dup2_stdin(&null)?;
    stdio::dup2_stdout(&null)?;
    stdio::dup2_stderr(&null)?;
    Ok(())
}

/// Whether the other end of a socket is a process of this user. The folder is closed to others; this holds if it is not.
pub(super) fn is_own(stream: &UnixStream) -> bool {
    #[cfg(target_os = "linux")]
    let own = rustix::net::sockopt::socket_peercred(stream).is_ok_and(|peer| peer.uid == process::geteuid());
    #[cfg(not(target_os = "linux"))]
    let own = true;
    if !own {
        let _gone_already = stream.shutdown(Shutdown::Both);
    }
    own
}

/// The clocks.
pub(super) fn moment() -> Moment {
    let read = |clock| {
        let time = clock_gettime(clock);
        Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
    };
    #[cfg(target_os = "linux")]
    let since_start = read(ClockId::Boottime);
    #[cfg(not(target_os = "linux"))]
    let since_start = read(ClockId::Monotonic);
    Moment { since_start, awake: read(ClockId::Monotonic).min(since_start) }
}

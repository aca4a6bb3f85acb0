//! What keeps a key where it is: out of the swap, away from other users, and not for longer than the clocks allow.

use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::time::Duration;

use rustix::mm;
use rustix::process;
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};

use super::keyring::Moment;

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

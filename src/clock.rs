//! The clock and the zone of this machine.

use std::time::Duration;

use chrono::{DateTime, Local, NaiveDateTime, Utc};
use rustix::time::{ClockId, clock_gettime};

use crate::token::now::Now;

/// The present, in the zone this machine is set to. A debug build believes `PATVAULT_NOW`, so that what it prints can be
/// compared.
pub fn now() -> Now {
    // To the second: nothing is stored or shown more finely.
    let instant = told().unwrap_or_else(Utc::now);
    let instant = DateTime::from_timestamp(instant.timestamp(), 0).unwrap_or(instant);
    Now::new(instant, local)
}

/// Time that passes, counted from some beginning: also while the machine sleeps, where the system can tell.
pub fn passed() -> Duration {
    #[cfg(target_os = "linux")]
    let clock = ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    let clock = ClockId::Monotonic;
    let time = clock_gettime(clock);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or_default(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// The present by which files are dated, whatever a debug build was told.
pub fn of_files() -> DateTime<Utc> {
    Utc::now()
}

fn local(at: DateTime<Utc>) -> NaiveDateTime {
    at.with_timezone(&Local).naive_local()
}

#[cfg(debug_assertions)]
fn told() -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(&std::env::var("PATVAULT_NOW").ok()?).ok().map(|at| at.to_utc())
}

#[cfg(not(debug_assertions))]
fn told() -> Option<DateTime<Utc>> {
    None
}

//! The pace at which hosts are asked: one call at a time to each, with a rest between two, whichever token they are about and
//! whichever of its calls they are; pages of a list are calls like others.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::ports::{Answer, Http, Request, Trouble};

/// When each host may be asked again. A host that is asked now is locked.
#[derive(Default)]
pub(super) struct Pace {
    hosts: Mutex<BTreeMap<String, Arc<Mutex<Option<Instant>>>>>,
    over: Mutex<bool>,
    ended: Condvar,
}

impl Pace {
    /// A way to ask that keeps to this pace, with so long a rest between two calls to one host.
    pub(super) fn over<'a>(&'a self, http: &'a dyn Http, gap: Duration) -> Paced<'a> {
        Paced { pace: self, http, gap }
    }

    /// Nobody rests any more, and nothing more is asked.
    pub(super) fn end(&self) {
        *held(&self.over) = true;
        self.ended.notify_all();
    }

    /// Waits until a host may be asked. `false` where it is over.
    fn rest(&self, free_at: Option<Instant>) -> bool {
        let rest = free_at.map_or(Duration::ZERO, |at| at.saturating_duration_since(Instant::now()));
        let waited = self.ended.wait_timeout_while(held(&self.over), rest, |over| !*over);
        !*waited.unwrap_or_else(PoisonError::into_inner).0
    }
}

/// A way to ask that keeps to a pace.
pub(super) struct Paced<'a> {
    pace: &'a Pace,
    http: &'a dyn Http,
    gap: Duration,
}

impl Http for Paced<'_> {
    fn send(&self, request: &Request) -> Result<Answer, Trouble> {
        let host = Arc::clone(held(&self.pace.hosts).entry(request.origin.clone()).or_default());
        let mut free_at = held(&host);
        if !self.pace.rest(*free_at) {
            return Err(Trouble::Unreached { origin: request.origin.clone(), why: "it was stopped before".into() });
        }
        let answer = self.http.send(request);
        *free_at = Some(Instant::now() + self.gap);
        answer
    }
}

fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

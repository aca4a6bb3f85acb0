//! Who is asked about next: one token at a time at each host, with a rest between two, and longer where a host asks for it, so that
//! nobody who could ask elsewhere waits for a host. Pure: the time is an argument.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// Jobs that wait, by the host that they ask.
pub(super) struct Board<T> {
    hosts: BTreeMap<String, Host<T>>,
}

struct Host<T> {
    jobs: VecDeque<T>,
    /// It is being asked now.
    busy: bool,
    /// It is left alone until then.
    free_at: Instant,
}

/// What a board has to give.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next<T> {
    /// This job may begin, and its host is busy until [`Board::done`].
    Job(String, T),
    /// Nothing may begin before that, or before a job is done.
    NotBefore(Option<Instant>),
    /// Nothing waits any more.
    Empty,
}

impl<T> Board<T> {
    /// An empty one.
    pub(super) fn new() -> Self {
        Self { hosts: BTreeMap::new() }
    }

    /// Puts a job behind those of its host.
    pub(super) fn put(&mut self, host: &str, job: T, now: Instant) {
        let host = self.hosts.entry(host.to_owned());
        host.or_insert_with(|| Host { jobs: VecDeque::new(), busy: false, free_at: now }).jobs.push_back(job);
    }

    /// The next job: of the host that has been left alone the longest.
    pub(super) fn take(&mut self, now: Instant) -> Next<T> {
        let mut waiting = self.hosts.iter_mut().filter(|(_, host)| !host.jobs.is_empty()).peekable();
        if waiting.peek().is_none() {
            return Next::Empty;
        }
        let first = waiting.filter(|(_, host)| !host.busy).min_by_key(|(_, host)| host.free_at);
        let Some((name, host)) = first else { return Next::NotBefore(None) };
        if host.free_at > now {
            return Next::NotBefore(Some(host.free_at));
        }
        match host.jobs.pop_front() {
            Some(job) => {
                host.busy = true;
                Next::Job(name.clone(), job)
            }
            None => Next::Empty,
        }
    }

    /// A host has answered, and is left alone for so long.
    pub(super) fn done(&mut self, host: &str, rest: Duration, now: Instant) {
        if let Some(host) = self.hosts.get_mut(host) {
            host.busy = false;
            host.free_at = now + rest;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_asked_one_at_a_time_and_has_its_rest() {
        let start = Instant::now();
        let rest = Duration::from_millis(250);
        let mut board = Board::new();
        for (host, job) in [("a", 1), ("a", 2), ("b", 3), ("a", 4)] {
            board.put(host, job, start);
        }
        assert_eq!(board.take(start), Next::Job("a".into(), 1));
        assert_eq!(board.take(start), Next::Job("b".into(), 3));
        assert_eq!(board.take(start), Next::NotBefore(None), "a is busy");
        board.done("a", rest, start);
        assert_eq!(board.take(start), Next::NotBefore(Some(start + rest)), "a rests");
        assert_eq!(board.take(start + rest), Next::Job("a".into(), 2));
        board.done("a", Duration::from_secs(30), start + rest);
        assert_eq!(board.take(start + rest * 2), Next::NotBefore(Some(start + rest + Duration::from_secs(30))));
        assert_eq!(board.take(start + Duration::from_secs(31)), Next::Job("a".into(), 4));
        assert_eq!(board.take(start), Next::Empty);
    }
}

//! Which keys are held, and until when. Rules only: the time is an argument.

use std::collections::BTreeMap;
use std::time::Duration;

use super::wire::Refusal;

/// The most vaults that are held at once.
const VAULTS_MAX: usize = 64;
/// The longest that a vault is held, whatever was asked for.
const HARD_MAX: Duration = Duration::from_secs(7 * 24 * 3600);
/// How much the two clocks may part in one look without the machine having slept.
const SLACK: Duration = Duration::from_secs(2);

/// A moment on two clocks that nobody can set: one goes on while the machine sleeps, the other does not.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// Since the machine was started, sleep and all.
    pub since_start: Duration,
    /// The same without sleep.
    pub awake: Duration,
}

impl Moment {
    fn slept(self) -> Duration {
        self.since_start.saturating_sub(self.awake)
    }
}

/// How long a vault stays unlocked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// After the last use.
    pub idle: Duration,
    /// In any case.
    pub hard: Duration,
}

/// The keys that are held, by vault.
pub(super) struct Keyring<K> {
    held: BTreeMap<String, Held<K>>,
    /// How often was locked. A key that comes from before that is refused.
    generation: u64,
    slept: Duration,
}

struct Held<K> {
    key: K,
    idle: Duration,
    idle_end: Duration,
    hard_end: Duration,
}

impl<K> Held<K> {
    fn end(&self) -> Duration {
        self.idle_end.min(self.hard_end)
    }

    fn left(&self, now: Moment) -> Limits {
        let hard = self.hard_end.saturating_sub(now.since_start);
        Limits { idle: self.idle_end.saturating_sub(now.since_start).min(hard), hard }
    }
}

impl<K> Keyring<K> {
    /// An empty one. Generations start at the moment's nanosecond: what was begun with an earlier agent is from before.
    pub(super) fn new(now: Moment) -> Self {
        let generation = u64::try_from(now.since_start.as_nanos()).unwrap_or(0);
        Self { held: BTreeMap::new(), generation, slept: now.slept() }
    }

    /// Looks at the clocks: what has had its time goes, and everything if the machine slept.
    pub(super) fn tick(&mut self, now: Moment) {
        if now.slept() > self.slept + SLACK {
            self.lock(None);
        }
        self.slept = now.slept();
        self.held.retain(|_, held| now.since_start < held.end());
    }

    /// Keeps a key, unless something was locked since `generation`. Gives for how long.
    pub(super) fn hold(
        &mut self,
        now: Moment,
        vault: String,
        key: K,
        limits: Limits,
        generation: u64,
    ) -> Result<Limits, Refusal> {
        self.tick(now);
        if generation != self.generation {
            return Err(Refusal::LockedMeanwhile);
        }
        if self.held.len() >= VAULTS_MAX && !self.held.contains_key(&vault) {
            return Err(Refusal::Full);
        }
        let (idle, hard) = (limits.idle.min(HARD_MAX), limits.hard.min(HARD_MAX));
        let held = Held { key, idle, idle_end: now.since_start + idle, hard_end: now.since_start + hard };
        let left = held.left(now);
        self.held.insert(vault, held);
        Ok(left)
    }

    /// Lends a key. What `f` gives counts as a use if it is something, and a use puts the idle limit off.
    pub(super) fn lend<T>(&mut self, now: Moment, vault: &str, f: impl FnOnce(&K) -> Option<T>) -> Option<Option<T>> {
        self.tick(now);
        let held = self.held.get_mut(vault)?;
        let given = f(&held.key);
        if given.is_some() {
            held.idle_end = now.since_start + held.idle;
        }
        Some(given)
    }

    /// Looks at a key without using it.
    pub(super) fn look(&mut self, now: Moment, vault: &str) -> Option<&K> {
        self.tick(now);
        self.held.get(vault).map(|held| &held.key)
    }

    /// Forgets a key, or all of them. Whoever is unlocking any vault meanwhile comes too late.
    pub(super) fn lock(&mut self, vault: Option<&str>) {
        self.generation += 1;
        match vault {
            Some(vault) => drop(self.held.remove(vault)),
            None => self.held.clear(),
        }
    }

    /// How often was locked.
    pub(super) fn generation(&self) -> u64 {
        self.generation
    }

    /// What is held, and for how long.
    pub(super) fn all(&mut self, now: Moment) -> impl Iterator<Item = (&str, Limits)> {
        self.tick(now);
        self.held.iter().map(move |(vault, held)| (vault.as_str(), held.left(now)))
    }

    /// How long until the next key has had its time.
    pub(super) fn next_end(&self, now: Moment) -> Option<Duration> {
        self.held.values().map(|held| held.end().saturating_sub(now.since_start)).min()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u64 = 1000;
    const LIMITS: Limits = Limits { idle: Duration::from_secs(15), hard: Duration::from_secs(60) };

    /// So many seconds after the start, of which some were slept.
    fn at(secs: u64, slept: u64) -> Moment {
        let since_start = Duration::from_secs(START + secs);
        Moment { since_start, awake: since_start - Duration::from_secs(slept) }
    }

    fn ring(vaults: &[&str]) -> Keyring<u8> {
        let mut ring = Keyring::new(at(0, 0));
        for vault in vaults {
            let generation = ring.generation();
            assert_eq!(ring.hold(at(0, 0), (*vault).into(), 7, LIMITS, generation), Ok(LIMITS));
        }
        ring
    }

    fn used(ring: &mut Keyring<u8>, secs: u64) -> bool {
        ring.lend(at(secs, 0), "a", |key| Some(*key)).is_some()
    }

    #[test]
    fn use_puts_the_idle_limit_off_and_nothing_else_does() {
        let mut ring = ring(&["a"]);
        assert!(used(&mut ring, 14));
        // Looks, statuses and stanzas for somebody else's key are no use.
        assert!(ring.look(at(28, 0), "a").is_some());
        assert_eq!(ring.all(at(28, 0)).map(|(_, left)| left.idle.as_secs()).collect::<Vec<_>>(), [1]);
        assert_eq!(ring.lend(at(28, 0), "a", |_| None::<()>), Some(None));
        assert!(!used(&mut ring, 29));
    }

    #[test]
    fn the_hard_limit_is_never_put_off() {
        let mut ring = ring(&["a"]);
        assert!((1..60).all(|secs| used(&mut ring, secs)));
        assert_eq!(ring.all(at(59, 0)).map(|(_, left)| left.idle.as_secs()).collect::<Vec<_>>(), [1]);
        assert!(!used(&mut ring, 60));
    }

    #[test]
    fn sleep_locks_everything() {
        let mut short = ring(&["a", "b"]);
        short.tick(at(3, 2));
        assert_eq!(short.all(at(3, 2)).count(), 2, "clocks may part a little");
        short.tick(at(8, 5));
        assert_eq!(short.all(at(8, 5)).count(), 0);
        let mut ring = ring(&["a"]);
        let generation = ring.generation();
        ring.tick(at(100, 100));
        assert_eq!(ring.hold(at(101, 100), "a".into(), 7, LIMITS, generation), Err(Refusal::LockedMeanwhile));
    }

    #[test]
    fn a_lock_beats_an_unlock_in_flight() {
        for locked in [None, Some("a"), Some("b")] {
            let mut ring = ring(&["a", "b"]);
            let begun = ring.generation();
            ring.lock(locked);
            assert_eq!(ring.hold(at(1, 0), "a".into(), 7, LIMITS, begun), Err(Refusal::LockedMeanwhile));
            let left: Vec<_> = ring.all(at(1, 0)).map(|(vault, _)| vault.to_owned()).collect();
            assert_eq!(left.len(), if locked.is_some() { 1 } else { 0 });
            let begun = ring.generation();
            assert!(ring.hold(at(1, 0), "a".into(), 7, LIMITS, begun).is_ok());
        }
        let later = Keyring::<u8>::new(at(1, 0));
        assert!(later.generation() > ring(&["a"]).generation(), "an agent that came later");
    }

    #[test]
    fn there_is_an_end_to_everything() {
        let mut ring = ring(&[]);
        let generation = ring.generation();
        let forever = Limits { idle: Duration::MAX, hard: Duration::MAX };
        let left = ring.hold(at(0, 0), "a".into(), 7, forever, generation).unwrap();
        assert_eq!(left, Limits { idle: HARD_MAX, hard: HARD_MAX });
        assert_eq!(ring.next_end(at(1, 0)), Some(HARD_MAX - Duration::from_secs(1)));
        for n in 1..VAULTS_MAX {
            ring.hold(at(0, 0), n.to_string(), 7, LIMITS, generation).unwrap();
        }
        assert_eq!(ring.hold(at(0, 0), "one more".into(), 7, LIMITS, generation), Err(Refusal::Full));
        assert!(ring.hold(at(0, 0), "a".into(), 7, LIMITS, generation).is_ok(), "one that is held already");
    }
}

//! Walking through the steps of a command: one run for each, with a fault there.

use super::home::{Fault, Home, Ran, SECRET, secret};
use super::state::{open, state};

/// A command, and what is known of it.
pub struct Walk<'a> {
    pub base: &'a Home,
    pub args: &'a [&'a str],
    pub input: &'a str,
    /// It takes at least so many steps: a walk that is shorter has lost sight of them.
    pub steps_min: u32,
}

/// One run of a walk.
pub struct Step<'a> {
    pub home: &'a Home,
    pub ran: &'a Ran,
    pub fault: Fault,
    /// What the vault held, and what it was to hold.
    pub before: &'a str,
    pub after: &'a str,
    /// What it holds.
    pub found: String,
    /// Which fault where, for messages.
    pub what: String,
}

impl Walk<'_> {
    /// Takes every step with every fault. What holds for all commands is seen to here; `look` sees to the rest, before
    /// anything else is written.
    pub fn each(&self, look: impl Fn(&Step)) {
        let before = state(self.base);
        let whole = self.base.copied();
        let ran = whole.run_faulted(self.args, self.input, 0, Fault::Kill);
        assert_eq!(ran.code, Some(0), "{:?}: {ran:?}", self.args);
        let after = state(&whole);
        for fault in Fault::ALL {
            let steps = self.with(fault, &before, &after, &look);
            assert!(steps >= self.steps_min, "{:?} took only {steps} steps", self.args);
        }
    }

    fn with(&self, fault: Fault, before: &str, after: &str, look: impl Fn(&Step)) -> u32 {
        for nth in 1.. {
            let home = self.base.copied();
            let ran = home.run_faulted(self.args, self.input, nth, fault);
            let what = format!("{:?}, {fault:?} at step {nth}: {ran:?}", self.args);
            if !ran.fired() {
                assert_eq!(ran.code, Some(0), "{what}");
                assert_eq!(state(&home), after, "{what}");
                return nth - 1;
            }
            let step = Step { home: &home, ran: &ran, fault, before, after, found: state(&home), what };
            step.ended_well();
            look(&step);
            step.life_goes_on();
        }
        unreachable!("a command of more steps than there are numbers")
    }
}

impl Step<'_> {
    /// The program ended as such a fault lets it end, and the vault is the one of before or the one of after.
    fn ended_well(&self) {
        let (ran, what) = (self.ran, &self.what);
        assert!(!ran.err.contains(SECRET), "{what}");
        let is_before = self.found == self.before;
        assert!(is_before || self.is_after(), "{what}\n--- found\n{}\n--- before\n{}", self.found, self.before);
        match (self.fault, ran.code) {
            (Fault::Kill, _) => assert!(ran.killed, "{what}"),
            (_, Some(0)) => {}
            (_, code) => {
                assert_eq!(code, Some(1), "{what}");
                assert!(ran.err.contains("\nerror: "), "{what}");
                let calmed = ran.err.contains("nothing was changed");
                assert!(is_before || !calmed, "{what}\nsays that nothing was changed, and something was");
            }
        }
    }

    /// A command that changes what the vault holds has done so where it says so.
    pub fn keeps_its_word(&self) {
        if self.ran.code == Some(0) {
            assert_eq!(self.found, self.after, "{}", self.what);
        }
    }

    pub fn is_after(&self) -> bool {
        self.found == self.after
    }

    /// The next write succeeds, and what the fault left lying about goes.
    fn life_goes_on(&self) {
        let (home, what) = (self.home, &self.what);
        let next = home.run(&["add", "next/one", "--stdin"], &secret("next"));
        assert_eq!(next.code, Some(0), "{what}\nnext: {next:?}");
        assert!(state(home).contains(&secret("next")), "{what}");
        if !home.leftovers().is_empty() {
            home.run(&["doctor", "--fix"], "");
        }
        let left = home.leftovers();
        assert!(left.is_empty(), "{left:?} after {what}");
        let (vault, key) = open(home, "first");
        for backup in vault.backups().unwrap() {
            assert!(vault.opens(&key, &backup), "{what}\n{} does not open", backup.name());
        }
    }
}

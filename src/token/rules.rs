//! When patvault reminds: the vault's rules, and where one token departs from them.

/// The rules for every token that says nothing else. Zero days means never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rules {
    /// How many days before its end a token is to be rotated.
    pub lead_days: u32,
    /// After how many days a token that never ends is to be rotated.
    pub cadence_days: u32,
    /// After how many days without use a token is to be looked at.
    pub unused_days: u32,
    /// After how many days in the vault a token that was never verified is to be verified.
    pub verify_days: u32,
    /// How many days a superseded version may wait for its revocation.
    pub revoke_days: u32,
}

impl Default for Rules {
    fn default() -> Self {
        Self { lead_days: 14, cadence_days: 365, unused_days: 90, verify_days: 30, revoke_days: 7 }
    }
}

/// Where one token departs from the [`Rules`]; `Some(0)` means never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Policy {
    /// Its own lead time, in days.
    pub lead_days: Option<u32>,
    /// Its own cadence, in days. A token with an expiry that has one is rotated at whichever comes first.
    pub cadence_days: Option<u32>,
    /// Its own patience with being unused, in days.
    pub unused_days: Option<u32>,
}

impl Policy {
    /// The lead time that holds, in days.
    pub fn lead(&self, rules: &Rules) -> u32 {
        self.lead_days.unwrap_or(rules.lead_days)
    }

    /// The days without use after which to look, that hold; `None` for never.
    pub fn unused(&self, rules: &Rules) -> Option<u32> {
        Some(self.unused_days.unwrap_or(rules.unused_days)).filter(|&days| days > 0)
    }
}

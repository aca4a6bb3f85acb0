//! What is told where no vault is open, or the one that is cannot be read: what went wrong, which vaults there are, and what
//! opens each.

use crate::ops::{self, Error, Ground};
use crate::tui::message::{Door, Fault, Reply};

impl super::Desk {
    /// Tells which vaults there are. `false` where it is not clear which one is meant, so that somebody has to say it.
    pub(super) fn doors(&self) -> bool {
        let names = self.ground.vaults();
        let meant = self.ground.vault_name();
        let unclear = meant.is_err() && names.len() > 1;
        let doors = names.into_iter().map(|name| Door { ways: self.ways(&name), name }).collect();
        self.reply(Reply::Doors(doors, meant.ok()));
        !unclear
    }

    /// What opens a vault, each sort of it once.
    fn ways(&self, name: &str) -> String {
        let slots = ops::ways(&Ground { named: Some(name.to_owned()), ..self.ground.clone() }).unwrap_or_default();
        let mut words: Vec<&str> = slots.iter().map(|slot| slot.kind.words()).collect();
        words.sort_unstable();
        words.dedup();
        words.join(", ")
    }

    /// Says what went wrong, once where it goes wrong again and again. A vault that was locked elsewhere is closed here too.
    pub(super) fn fail(&mut self, error: &Error) -> Option<Fault> {
        let fault = Fault::of(error);
        if self.open.is_some() && matches!(error, Error::Locked { .. }) {
            self.shut(Some(fault));
            return None;
        }
        if self.told.as_ref() != Some(&fault) {
            self.reply(Reply::Failed(fault.clone()));
        }
        Some(fault)
    }

    /// The vault was locked elsewhere, or cannot be read any more.
    pub(super) fn shut(&mut self, fault: Option<Fault>) {
        self.open = None;
        self.reply(Reply::Locked(fault));
        self.doors();
    }
}

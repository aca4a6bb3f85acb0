//! What the dialogs for rotating and revoking ask for, and what comes back. None of it holds a secret but the one that was just
//! pasted, and what is handed to a command; those cannot be printed.

use std::fmt;
use std::sync::Arc;

use crate::ops::{Handed, Lost, Renewal, RevokePlan, Revoked, RotatePlan, Settled, Whose};
use crate::token::draft::DraftVersion;
use crate::token::id::{TokenId, VersionId};
use crate::token::rotation::Rotation;
use crate::tui::theme::Role;

/// A step of a rotation or a revocation. `agreed` where the person has seen hosts that are new.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the fields say themselves what they are")]
pub enum Turn {
    /// Find out what comes next.
    Plan { id: TokenId, by_hand: bool },
    /// Make the call that makes the new one.
    Call { plan: Box<RotatePlan>, renewal: Renewal, agreed: bool },
    /// Find out what became of a call whose answer was lost.
    Settle { plan: Box<RotatePlan>, lost: Lost, agreed: bool },
    /// Note down how far it is.
    Note { plan: Box<RotatePlan>, rotation: Option<Rotation> },
    /// Keep the new one that the person brought.
    Take { plan: Box<RotatePlan>, version: Box<DraftVersion>, insist: bool },
    /// Try again to keep the one that the vault did not take.
    KeepAgain,
    /// Ask whether the new one works.
    Check { id: TokenId, agreed: bool },
    /// Say that the version in use is in a place, or not.
    Tick { id: TokenId, place: String, on: bool },
    /// Run the command of a place.
    Run { id: TokenId, place: String },
    /// Write down that it ended well.
    Installed(Carried),
    /// Find out what is to be revoked.
    PlanRevoke { id: TokenId, whose: Whose },
    /// Revoke by the call.
    Revoke { plan: Box<RevokePlan>, agreed: bool },
    /// Note down that it is revoked, by the person's word.
    RevokedByWord { plan: Box<RevokePlan> },
}

/// What came of a step.
#[derive(Debug)]
pub enum Turned {
    /// What comes next.
    Planned(Box<RotatePlan>),
    /// It is noted down.
    Noted,
    /// Before that step: may secrets go to these hosts, which the person's own definition names?
    MaySend(Vec<String>, Box<Turn>),
    /// The new one is in the vault; if it looks like none, why.
    Kept(Option<String>),
    /// The service says that the one in use is dead.
    Dead,
    /// Nothing was done, and why.
    NotDone(String),
    /// Nobody knows what was done, and why.
    Unknown(String),
    /// The vault did not take the new one: whether it stands sealed beside it, and why.
    Unkept(bool, String),
    /// What became of a lost call.
    Settled(Settled),
    /// What the service said of the new one.
    Checked(Role, String),
    /// A place is served.
    Installed(String),
    /// A command ended well: that is still to be written down.
    Ran(Carried),
    /// What is to be revoked.
    RevokePlanned(Box<RevokePlan>),
    /// What came of revoking.
    Revoked(Vec<(VersionId, Revoked)>),
}

/// A job with its secret, on its way between threads.
#[derive(Clone)]
pub struct Carried(pub Arc<Handed>);

impl fmt::Debug for Carried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Carried(…)")
    }
}

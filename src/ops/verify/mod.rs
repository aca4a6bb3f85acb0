//! Asking services about tokens, in three parts that know nothing of each other's insides: what is to be asked (`plan`), the
//! asking (`run`), and what is written down (`record`). Only the second touches the network, and only it may take long.

mod draft;
mod hosts;
mod plan;
mod record;
mod run;

pub use draft::{Prospect, plan_draft};
pub use hosts::{Hosts, remember_hosts};
pub use plan::{Inquiry, Plan, Skipped, Which, plan_verify};
pub(super) use record::outcome;
pub use record::{Checked, record};
pub(in crate::ops) use record::{granted, record_new};
pub use run::{CALLS_AT_ONCE, Heard, Inbox, Reply, Stop, run};

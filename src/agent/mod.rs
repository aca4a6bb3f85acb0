//! The agent: a process that lends the keys of unlocked vaults, so that a passphrase is asked for once and not with every
//! command. It never sees a vault, and who borrows never holds a key: what is lent is one answer, the file key of one
//! age file.

mod bus;
mod client;
mod error;
mod folder;
mod harden;
mod keyring;
mod logind;
mod peer;
mod seat;
mod server;
mod wire;

pub use client::{Client, Lent, Promise, Standing, Starter, VaultStanding};
pub use error::Error;
pub use folder::ensure as ensure_own_folder;
pub use harden::Memory;
pub use keyring::Limits;
pub use logind::BUS_VARIABLE;
pub use server::{READY, serve};
pub use wire::Refusal;

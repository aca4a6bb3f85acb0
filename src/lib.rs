//! patvault keeps personal access tokens in an age-encrypted vault.
//!
//! The house has four floors. A module knows the floors below its own and nothing beside or above it;
//! `tests/tidy.rs` holds that.
//!
//! ```text
//! 3  faces    cli  tui                                what a person meets
//! 2  verbs    ops                                     what patvault can do, whoever asks
//! 1  hands    vault  agent  service  exchange  clipboard  config  paths  clock  process  shell    each touches one outside thing
//! 0  values   token  scope  secret  verdict  fault  ports  text    rules, without I/O or clock
//! ```

pub mod agent;
pub mod cli;
pub mod clipboard;
pub mod clock;
pub mod config;
pub mod exchange;
pub mod fault;
pub mod ops;
pub mod paths;
pub mod ports;
pub mod process;
pub mod scope;
pub mod secret;
pub mod service;
pub mod shell;
pub mod text;
pub mod token;
pub mod tui;
pub mod vault;
pub mod verdict;

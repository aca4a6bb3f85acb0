//! The agent as it is met: the real program, real sockets, real processes.
#![cfg(test)]

mod closed;
mod commands;
mod complete;
mod full;
mod home;
mod logind;
mod prompt;
mod start;
#[path = "../common/stranger.rs"]
mod stranger;
#[path = "../common/tools.rs"]
mod tools;
mod wire;

// Each test file takes what it needs of the shared one.
const _: () = {
    let _ = tools::ssh_key;
};

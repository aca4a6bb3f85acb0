//! `copy`, on the real thing: displays without a screen, terminals, tmux and screen.
#![cfg(test)]

mod desktop;
#[path = "../common/desktop.rs"]
mod display;
#[path = "../common/home.rs"]
mod home;
#[path = "../common/pty.rs"]
mod pty;
#[path = "../common/stranger.rs"]
mod stranger;
mod terminal;
#[path = "../common/tools.rs"]
mod tools;
mod window;

// Each test file takes what it needs of the shared ones.
const _: () = {
    let _ = (tools::ssh_key, home::Home::has, home::skipped, pty::Home::start_through);
};

//! The real program in a real terminal: what is asked, what is shown, what is typed, and how the terminal is given back.

#[cfg(test)]
#[path = "common/fake.rs"]
mod fake;

#[cfg(test)]
#[path = "common/pty.rs"]
mod pty;

#[cfg(test)]
#[path = "common/desktop.rs"]
mod display;

#[cfg(test)]
#[path = "common/stranger.rs"]
mod stranger;

#[cfg(test)]
#[path = "common/tools.rs"]
mod tools;

// Each test file takes what it needs of the shared one.
#[cfg(test)]
const _: () = {
    let _ = |seen: fake::Seen| (seen.method, seen.path, seen.headers, seen.body);
    let _ =
        || (fake::Reply::Answer, fake::Reply::Silence, fake::Reply::Bytes, fake::Reply::Endless, fake::Reply::Stalled);
    let _ = (tools::ssh_key, display::Desktop::wayland, display::Desktop::stop, display::Desktop::go_on);
    let _ = (display::Desktop::types, display::Desktop::paste_type);
};

#[cfg(test)]
mod terminal {
    use super::{fake, pty};

    mod answers;
    mod canary;
    mod completions;
    mod consumers;
    mod editor;
    mod hidden;
    mod idle;
    mod picture;
    mod resized;
    mod rotate;
    mod shown;
    mod window;
    mod window_editor;
}

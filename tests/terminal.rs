//! The real program in a real terminal: what is asked, what is shown, what is typed, and how the terminal is given back.

#[cfg(test)]
#[path = "common/pty.rs"]
mod pty;

#[cfg(test)]
mod terminal {
    use super::pty;

    mod answers;
    mod completions;
    mod editor;
    mod hidden;
    mod shown;
}

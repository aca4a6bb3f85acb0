//! The real program in a real terminal: what is asked, what is shown, what is typed, and how the terminal is given back.

#[cfg(test)]
mod terminal {
    mod answers;
    mod completions;
    mod editor;
    mod hidden;
    mod pty;
    mod shown;
}

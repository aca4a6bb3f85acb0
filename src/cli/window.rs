//! Where a command line ends and the window begins.

use super::face::{Exit, Face};
use crate::config::Color;
use crate::ops::{Error, Ground, Means};

/// What becomes of a command line.
pub enum Next {
    /// It ran to its end.
    Exit(Exit),
    /// The person wants the window.
    Window(Box<Window>),
}

/// What a window is opened with. Faces do not know of each other: whoever called introduces them.
pub struct Window {
    /// Folders and settings.
    pub ground: Ground,
    /// What the vault is unlocked with.
    pub means: Means,
    /// No colours.
    pub plain: bool,
    /// Signs in ASCII.
    pub ascii: bool,
    /// Show the demo.
    pub demo: bool,
}

/// Tells how a window ended, as any command does.
pub fn report(ended: Result<(), Error>) -> Exit {
    ended.map_or_else(|error| Face::new(Color::Auto, false).report(&error), |()| Exit::Done)
}

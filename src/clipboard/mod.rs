//! The clipboard: the desktop's, or that of the terminal that the person sits at.

#[cfg(not(target_os = "macos"))]
mod display;
mod holder;
mod osc52;
mod terminal;
mod tmux;
mod way;
#[cfg(not(target_os = "macos"))]
mod wayland;
#[cfg(not(target_os = "macos"))]
mod x11;

pub use holder::{DISPLAY_VARIABLES, HELD, NotHeld, hold};
pub use terminal::{NotSent, look, send};
pub use way::{Choice, Client, Facts, NoWay, Pane, Through, Tmux, Way, Wish, choose, instead};

use zeroize::Zeroize;

use crate::fault::{Explain, Kind};

/// Reads text from the desktop's clipboard.
///
/// # Errors
/// [`Unreadable`] where there is no desktop, or no text in its clipboard.
pub fn read() -> Result<Vec<u8>, Unreadable> {
    if !is_reachable() {
        return Err(Unreadable::NoDesktop);
    }
    let mut clipboard = arboard::Clipboard::new().map_err(|_| Unreadable::NoDesktop)?;
    match clipboard.get_text() {
        Ok(text) if text.trim().is_empty() => Err(Unreadable::NoText),
        Ok(mut text) => {
            let bytes = text.trim().as_bytes().to_vec();
            text.zeroize();
            Ok(bytes)
        }
        Err(arboard::Error::ContentNotAvailable | arboard::Error::ConversionFailure) => Err(Unreadable::NoText),
        Err(_) => Err(Unreadable::NoDesktop),
    }
}

/// Whether there is a desktop that answers.
#[cfg(target_os = "macos")]
pub fn is_reachable() -> bool {
    arboard::Clipboard::new().is_ok()
}

/// Whether there is a desktop that answers, and may be trusted with what is copied.
#[cfg(not(target_os = "macos"))]
pub fn is_reachable() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    (set("WAYLAND_DISPLAY") && wayland::answers()) || (set("DISPLAY") && display::answers())
}

/// Why the clipboard gives nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// No display answers.
    #[error("could not reach a desktop's clipboard from here")]
    NoDesktop,
    /// It is empty, or holds a picture.
    #[error("there is no text in the clipboard")]
    NoText,
}

impl Explain for Unreadable {
    fn kind(&self) -> Kind {
        Kind::Failed
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoDesktop => "leave --paste out and paste into the prompt, or pipe the secret in with --stdin".into(),
            Self::NoText => "copy the token first".into(),
        })
    }
}

//! The desktop's clipboard holds nothing: whoever copied answers those who paste. So a process of ours stays behind each copy,
//! until the time is up or somebody else copies. Then it ends, and with it what it answered: nothing of anybody else's is
//! ever cleared, and of two copies the later one counts.
//!
//! `arboard`, which reads the clipboard, says neither when it holds it nor, on Wayland, when somebody else took it. The crates
//! under it do.

use std::time::{Duration, Instant};

use crate::fault::Explain;
use crate::secret::Secret;
use crate::text::escaped;

/// What the holder says when it holds.
pub const HELD: &str = "held";

/// The variables by which a display is found.
pub const DISPLAY_VARIABLES: [&str; 5] = ["DISPLAY", "HOME", "WAYLAND_DISPLAY", "XAUTHORITY", "XDG_RUNTIME_DIR"];

/// What tells clipboard managers to keep nothing of a copy, and what it says.
#[cfg(not(target_os = "macos"))]
pub(super) const HINT: (&str, &[u8]) = ("x-kde-passwordManagerHint", b"secret");

/// Holds a secret in the desktop's clipboard until the time is up or somebody else copies. `held` is called when those who
/// paste get it.
///
/// # Errors
/// [`NotHeld`]: there is no display, or it has no clipboard for programs without a window.
#[cfg(not(target_os = "macos"))]
pub fn hold(secret: &Secret, time: Duration, mut held: impl FnMut()) -> Result<(), NotHeld> {
    end_after(time);
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if set("WAYLAND_DISPLAY") {
        match super::wayland::hold(secret, time, &mut held) {
            // Some compositors leave this to the X server that they bring along.
            Err(error) if set("DISPLAY") && error.is_early() => {}
            other => return other.map_err(|error| NotHeld { why: format!("the Wayland display: {error}") }),
        }
    }
    super::x11::hold(secret, time, held).map_err(|error| NotHeld { why: format!("the X display: {error}") })
}

/// How much later than it should the holder is ended, whatever it is at.
#[cfg(not(target_os = "macos"))]
const GRACE: Duration = Duration::from_secs(1);

/// Ends this process when the time is up, though the display says nothing any more, or somebody keeps it busy with questions.
#[cfg(not(target_os = "macos"))]
fn end_after(time: Duration) {
    let begun = Instant::now();
    std::thread::spawn(move || {
        while let Some(left) = (time.saturating_add(GRACE)).checked_sub(begun.elapsed()) {
            std::thread::park_timeout(left);
        }
        std::process::exit(0);
    });
}

/// Nothing stays behind here.
///
/// # Errors
/// Always.
#[cfg(target_os = "macos")]
pub fn hold(_: &Secret, _: Duration, _: impl FnMut()) -> Result<(), NotHeld> {
    Err(NotHeld { why: "not on this system".into() })
}

/// A secret could not be held.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("could not copy to the desktop's clipboard: {}", escaped(why))]
pub struct NotHeld {
    why: String,
}

impl NotHeld {
    /// What the holder said, or why it could not be started.
    pub fn because(why: &str) -> Self {
        Self { why: if why.is_empty() { "the holder ended without a word".into() } else { why.to_owned() } }
    }

    /// Without what was being done.
    pub fn why(&self) -> &str {
        &self.why
    }
}

impl Explain for NotHeld {
    fn hint(&self) -> Option<String> {
        Some("way = \"terminal\" in the settings copies through the terminal; 'patvault get' prints the secret".into())
    }
}

//! Opening a page with the browser of the desktop.

use std::process::{Command, Stdio};

use super::error::Error;

/// What opens an address on a desktop.
const OPENER: &str = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };

/// Opens an address. It never holds a secret: a browser keeps what it visits.
///
/// # Errors
/// Where there is no desktop, or nothing that opens addresses on it.
pub fn browse(url: &str) -> Result<(), Error> {
    let failed = |why: String| Error::Failed {
        doing: "open the page".into(),
        why,
        hint: Some("open the address above yourself".into()),
    };
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if !cfg!(target_os = "macos") && !set("WAYLAND_DISPLAY") && !set("DISPLAY") {
        return Err(failed("there is no desktop here".into()));
    }
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(failed("it is no address of the web".into()));
    }
    let quiet = || Stdio::null();
    let started = Command::new(OPENER).arg(url).stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn();
    let mut child = started.map_err(|error| failed(format!("{OPENER}: {}", error.kind())))?;
    // It may be the browser itself, and stay.
    std::thread::spawn(move || child.wait());
    Ok(())
}

//! The clipboard of the terminal that the person sits at. It takes a copy and says nothing: whether it did, and what is in
//! it later, is not known here.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;

use rustix::termios::ttyname;

use super::way::{Facts, Through, Tmux};
use super::{osc52, tmux};
use crate::fault::Explain;
use crate::secret::Secret;
use crate::text::escaped;

/// Looks at what decides the way.
pub fn look(variable: impl Fn(&str) -> Option<OsString>) -> Facts {
    let text = |name: &str| variable(name).unwrap_or_default().to_string_lossy().into_owned();
    let full = |name: &&'static str| !text(name).is_empty();
    let pane = Some(text("TMUX_PANE")).filter(|pane| !pane.is_empty());
    let said = full(&"TMUX").then(|| tmux::ask(&text("TMUX"), pane.as_deref(), tty().as_deref()));
    let came = ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"].iter().any(full);
    Facts {
        // A shell in tmux may be older than whoever is attached now.
        ssh: said.as_ref().and_then(|said| said.ssh).unwrap_or(came),
        display: ["WAYLAND_DISPLAY", "DISPLAY"].into_iter().find(full).filter(|_| cfg!(not(target_os = "macos"))),
        terminal: open().is_ok(),
        term: text("TERM"),
        screen: full(&"STY"),
        tmux: said.map_or(Tmux::None, |said| said.tmux),
    }
}

/// The terminal of this process by its own name.
fn tty() -> Option<String> {
    let name = ttyname(rustix::stdio::stdin(), vec![])
        .or_else(|_| ttyname(rustix::stdio::stdout(), vec![]))
        .or_else(|_| ttyname(rustix::stdio::stderr(), vec![]));
    Some(name.ok()?.to_string_lossy().into_owned())
}

fn open() -> io::Result<File> {
    OpenOptions::new().write(true).custom_flags(rustix::fs::OFlags::NOCTTY.bits().cast_signed()).open("/dev/tty")
}

/// Sends a secret to the terminal.
///
/// # Errors
/// [`NotSent`]: the system or tmux said no. That it went out does not say that it was taken.
pub fn send(secret: &Secret, through: &Through) -> Result<(), NotSent> {
    let bytes = match through {
        Through::Plain => osc52::set(secret),
        Through::Screen => osc52::through_screen(&osc52::set(secret)),
        Through::Tmux { socket, client } => {
            return tmux::copy(socket, client, secret.expose().as_bytes())
                .map_err(|error| NotSent { whom: "tmux", why: error.to_string() });
        }
    };
    // In one piece, so that nothing else comes in between.
    let written = open().and_then(|mut tty| tty.write_all(&bytes));
    written.map_err(|error| NotSent { whom: "the terminal", why: error.to_string() })
}

/// A secret could not be sent.
#[derive(Debug, thiserror::Error)]
#[error("could not send it to {whom}: {}", escaped(why))]
pub struct NotSent {
    whom: &'static str,
    why: String,
}

impl Explain for NotSent {
    fn hint(&self) -> Option<String> {
        Some(match self.whom {
            "tmux" => "copying through tmux takes tmux 3.2 or later; 'patvault get' prints the secret".into(),
            _ => "'patvault copy --test' says how a copy goes from here".into(),
        })
    }
}

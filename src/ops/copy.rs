//! Copying a secret to where the person pastes it.

use std::time::Duration;

use super::behind::start_holder;
use super::error::Error;
use super::get::get;
use super::session::{Ground, Session};
use crate::clipboard::{self, Choice, NotHeld, Way, Wish};
use crate::config;
use crate::secret::{SECRET_BYTES_MAX, Secret};

/// Looks where a copy goes from here, and whether that can be reached. No vault is needed for that.
///
/// # Errors
/// There is no way. Says what would make one.
pub fn route(ground: &Ground) -> Result<Choice, Error> {
    let facts = clipboard::look(|name| std::env::var_os(name));
    let wish = match ground.config.clipboard.way {
        config::Way::Auto => Wish::Auto,
        config::Way::Desktop => Wish::Desktop,
        config::Way::Terminal => Wish::Terminal,
    };
    let choice = clipboard::choose(&facts, wish)?;
    if choice.way != Way::Desktop || clipboard::is_reachable() {
        return Ok(choice);
    }
    // If the desktop was wanted, or there is no other way, why it cannot be is what the person has to know.
    let other = if wish == Wish::Auto { clipboard::instead(&facts).ok() } else { None };
    other.ok_or_else(|| NotHeld::because("no display answers that lets programs without a window copy").into())
}

/// Copies what is no secret, the same way: the address of a page, the command of a place.
pub fn copy_text(way: &Way, text: &str, time: Duration) -> Result<(), Error> {
    // It has spaces, which no secret has.
    let text = Secret::new(text.to_owned());
    match way {
        Way::Desktop => start_holder(&text, time)?,
        Way::Terminal(through) => clipboard::send(&text, through)?,
    }
    Ok(())
}

/// A secret that was copied.
pub struct Copied {
    /// Whose it is: `service/name`. Not escaped.
    pub path: String,
    /// What the person should know: that it has expired, or is dead.
    pub warning: Option<String>,
}

/// Copies the secrets of tokens, a line each: of the version in use, or of an older one by its number. On the desktop they stay
/// for so long; a terminal keeps them.
pub fn copy(
    session: &Session,
    way: &Way,
    asked: &[String],
    version: Option<u32>,
    time: Duration,
) -> Result<Vec<Copied>, Error> {
    let all = asked.iter().map(|asked| get(session, asked, version, "copy")).collect::<Result<Vec<_>, _>>()?;
    let secrets = Secret::lines(all.iter().map(|got| &got.secret));
    if secrets.bytes() > SECRET_BYTES_MAX {
        return Err(Error::usage("these secrets are too long to be copied together", "copy fewer at once"));
    }
    match way {
        Way::Desktop => start_holder(&secrets, time)?,
        Way::Terminal(through) => clipboard::send(&secrets, through)?,
    }
    if let Some(last) = all.last() {
        session.after(last);
    }
    Ok(all.into_iter().map(|got| Copied { path: got.path, warning: got.warning }).collect())
}

//! Taking a secret in: from standard input, or from the person, who does not see it.

use std::ffi::OsString;
use std::io::{IsTerminal, Read};

use clap::ValueHint;

use super::Desk;
use super::ask::Answer;
use crate::ops::{self, Error};
use crate::secret::{SECRET_BYTES_MAX, Secret};
use crate::service::Sureness;

/// Words for which a command that takes a secret in has no place. clap would repeat them, and one may be the secret.
#[derive(clap::Args)]
pub(super) struct Surplus {
    #[arg(hide = true, value_hint = ValueHint::Other)]
    surplus: Vec<OsString>,
}

impl std::fmt::Debug for Surplus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Surplus(…)")
    }
}

impl Surplus {
    /// Refuses them, and a path that has a secret in it by its form.
    pub(super) fn refuse(&self, path: Option<&str>, desk: &Desk) -> Result<(), Error> {
        let mut given = !self.surplus.is_empty();
        for word in path.into_iter().flat_map(|path| path.split('/')) {
            if let Ok(secret) = Secret::parse(word.into()) {
                given |= ops::detect(&desk.ground, &secret)?.iter().any(|found| found.sureness < Sureness::Shared);
            }
        }
        if given {
            return Err(Error::usage(
                "a word too many, which may be a secret: a secret is never an argument, and this is in the history of your shell now",
                "take it out of there, and if others use this machine, issue another; a secret is asked for, or piped in",
            ));
        }
        Ok(())
    }
}

/// Reads a secret from standard input.
pub(super) fn stdin(desk: &Desk) -> Result<Secret, Error> {
    check_stdin(desk)?;
    let mut bytes = Vec::with_capacity(SECRET_BYTES_MAX + 2);
    let limit = SECRET_BYTES_MAX as u64 + 2;
    let read = std::io::stdin().lock().take(limit).read_to_end(&mut bytes);
    read.map_err(|error| Error::Failed {
        doing: "read the secret from standard input".into(),
        why: error.to_string(),
        hint: None,
    })?;
    Ok(Secret::parse(bytes)?)
}

/// Whether standard input is free to give a secret.
pub(super) fn check_stdin(desk: &Desk) -> Result<(), Error> {
    if desk.passphrase_is_on_stdin() {
        return Err(Error::usage(
            "standard input cannot give both the passphrase and the secret",
            "give the passphrase in a file",
        ));
    }
    Ok(())
}

/// Asks the person.
pub(super) fn asked(desk: &Desk, question: &str, instead: &'static str) -> Result<Secret, Error> {
    match desk.terminal.hidden(question) {
        Answer::Given(bytes) => Ok(Secret::parse(bytes.to_vec())?),
        Answer::Cancelled => Err(Error::Cancelled),
        Answer::NoTerminal => Err(Error::NoTerminal { what: "the secret", instead }),
    }
}

/// Reads it from standard input, or asks where that is a terminal.
pub(super) fn stdin_or_asked(desk: &Desk, question: &str) -> Result<Secret, Error> {
    if std::io::stdin().is_terminal() { asked(desk, question, "pipe it in") } else { stdin(desk) }
}

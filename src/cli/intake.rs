//! Taking a secret in: from standard input, or from the person, who does not see it.

use std::io::{IsTerminal, Read};

use super::Desk;
use super::ask::Answer;
use crate::ops::Error;
use crate::secret::{SECRET_BYTES_MAX, Secret};

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

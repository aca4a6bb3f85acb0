//! Getting a secret, and remembering that it was.

use super::error::Error;
use super::find::{Among, seek};
use super::session::Session;
use crate::secret::Secret;
use crate::token::expiry::Expiry;
use crate::vault::Use;

/// How many uses may wait in the journal before they are folded in without waiting for another write.
const USES_WAITING_MAX: usize = 64;

/// A secret on its way to whoever asked.
pub struct Got {
    /// The secret.
    pub secret: Secret,
    /// Whose it is: `service/name`. Not escaped.
    pub path: String,
    /// What the person should know: that it has expired, or is dead.
    pub warning: Option<String>,
    /// Uses that wait in the journal.
    waiting: usize,
}

impl Session {
    /// Tidies the journal up where it has grown long. To be called when the secret is where it was wanted.
    pub fn after(&self, got: &Got) {
        if got.waiting >= USES_WAITING_MAX {
            // Uses that stay in the journal are folded in by the next write.
            let _folded_later = self.write("fold", |_| Ok(()));
        }
    }
}

/// Gets the secret of a token: of the version in use, or of an older one by its number. The use is recorded under the
/// verb that asked.
pub fn get(session: &Session, asked: &str, version: Option<u32>, verb: &str) -> Result<Got, Error> {
    session.read(|vault| {
        let token = seek(vault, asked, Among::Kept)?;
        let issues = vault.issues(&token)?;
        let wanted = match version {
            None => issues.first(),
            Some(number) => issues.iter().find(|issue| issue.number == number),
        };
        let wanted = wanted.ok_or_else(|| {
            let what = format!("it has no version {}", version.unwrap_or_default());
            Error::usage(what, format!("versions are 1 to {}", issues.len()))
        })?;
        let gone = || Error::usage("its secret was purged", "nothing brings it back");
        let secret = vault.secret_of(wanted)?.ok_or_else(gone)?;
        let entry = Use {
            id: crate::vault::new_id()?,
            token: token.id,
            version: wanted.id,
            at: session.now.instant,
            verb: verb.to_owned(),
            device: session.author.device,
            device_name: session.author.device_name.clone(),
        };
        // A full disk must not stand between a person and their secret.
        let recorded = session.vault.record_use(vault, &entry);
        let unrecorded =
            recorded.is_err().then(|| "this use could not be recorded; 'patvault doctor' tells more".into());
        let warning = warning(session, wanted.is_dead(), wanted.expiry).or(unrecorded);
        Ok(Got { secret, warning, waiting: recorded.unwrap_or(0), path: token.path() })
    })
}

fn warning(session: &Session, dead: bool, expiry: Expiry) -> Option<String> {
    if dead {
        return Some("the service says that this token is dead".into());
    }
    let date = expiry.date().filter(|date| date.is_past(&session.now))?;
    let words = crate::token::when::words(date.day(&session.now), &session.now);
    Some(format!("this token expired {words}"))
}

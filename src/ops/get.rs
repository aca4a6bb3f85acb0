//! Getting a secret, and remembering that it was.

use super::error::Error;
use super::find::{Among, seek};
use super::session::Session;
use crate::secret::Secret;
use crate::text::{clipped, escaped};
use crate::token::expiry::Expiry;
use crate::token::id::VersionId;
use crate::vault::{Issue, Reader, Sketch, Use};

/// How many bytes of uses may wait in the journal before they are folded in without waiting for another write: some sixty uses.
const WAITING_BYTES_MAX: u64 = 32 * 1024;

/// A secret on its way to whoever asked.
pub struct Got {
    /// The secret.
    pub secret: Secret,
    /// Whose it is: `service/name`. Not escaped.
    pub path: String,
    /// What the person should know: that it has expired, or is dead.
    pub warning: Option<String>,
    /// How many bytes of uses wait in the journal.
    waiting: u64,
}

impl Session {
    /// Tidies the journal up where it has grown long. To be called when the secret is where it was wanted.
    pub fn after(&self, got: &Got) {
        if got.waiting >= WAITING_BYTES_MAX {
            // Uses that stay in the journal are folded in by the next write.
            let _folded_later = self.write("fold", |_| Ok(()));
        }
    }
}

/// Gets the secret of a token: of the version in use, or of an older one by its number. The use is recorded under the
/// verb that asked.
pub fn get(session: &Session, asked: &str, version: Option<u32>, verb: &str) -> Result<Got, Error> {
    session.read(|vault| {
        let (token, wanted) = seek_version(vault, asked, version)?;
        let gone = || Error::usage("its secret was purged", "nothing brings it back");
        let secret = vault.secret_of(&wanted)?.ok_or_else(gone)?;
        let warning = warning(session, wanted.is_dead(), wanted.expiry);
        hand_out(session, vault, &token, wanted.id, secret, verb, warning)
    })
}

/// Gives something else that belongs to a token, by its name: what is secret besides its secret, or what its service needs to
/// know. The use is recorded where it is secret.
pub fn get_field(session: &Session, asked: &str, version: Option<u32>, name: &str, verb: &str) -> Result<Got, Error> {
    session.read(|vault| {
        let (token, wanted) = seek_version(vault, asked, version)?;
        if let Some(secret) = vault.part(wanted.id, name)? {
            return hand_out(session, vault, &token, wanted.id, secret, verb, None);
        }
        let known = vault.token(token.id)?.ok_or(Error::Cancelled)?;
        if let Some(value) = known.facts.get(name) {
            return Ok(Got { secret: Secret::new(value.clone()), path: token.path(), warning: None, waiting: 0 });
        }
        let parts = known.versions.iter().filter(|version| version.id == wanted.id).flat_map(|version| &version.parts);
        let names: Vec<&str> = known.facts.keys().chain(parts).map(String::as_str).collect();
        let hint = if names.is_empty() { "it has none".into() } else { format!("it has {}", names.join(", ")) };
        let shown = clipped(&escaped(name), 40, false).into_owned();
        Err(Error::usage(format!("{} has no field '{shown}'", escaped(&token.path())), hint))
    })
}

/// The token that is meant, and its version in use, or an older one by its number.
fn seek_version(vault: &Reader, asked: &str, version: Option<u32>) -> Result<(Sketch, Issue), Error> {
    let token = seek(vault, asked, Among::Kept)?;
    let issues = vault.issues(&token)?;
    let many = issues.len();
    let wanted = issues.into_iter().find(|issue| version.is_none_or(|number| issue.number == number));
    let missing = || {
        let what = format!("it has no version {}", version.unwrap_or_default());
        Error::usage(what, format!("versions are 1 to {many}"))
    };
    Ok((token, wanted.ok_or_else(missing)?))
}

/// Records the use.
fn hand_out(
    session: &Session,
    vault: &Reader,
    token: &Sketch,
    version: VersionId,
    secret: Secret,
    verb: &str,
    warning: Option<String>,
) -> Result<Got, Error> {
    let entry = Use {
        id: crate::vault::new_id()?,
        token: token.id,
        version,
        at: session.now.instant,
        verb: verb.to_owned(),
        device: session.author.device,
        device_name: session.author.device_name.clone(),
    };
    // A full disk must not stand between a person and their secret.
    let recorded = session.vault.record_use(vault, &entry);
    let unrecorded = recorded.is_err().then(|| "this use could not be recorded; 'patvault doctor' tells more".into());
    Ok(Got { secret, warning: warning.or(unrecorded), waiting: recorded.unwrap_or(0), path: token.path() })
}

fn warning(session: &Session, dead: bool, expiry: Expiry) -> Option<String> {
    if dead {
        return Some("the service says that this token is dead".into());
    }
    let date = expiry.date().filter(|date| date.is_past(&session.now))?;
    let words = crate::token::when::words(date.day(&session.now), &session.now);
    Some(format!("this token expired {words}"))
}

//! Taking a list of tokens out.

use std::collections::BTreeMap;

use super::error::Error;
use super::session::Session;
use crate::exchange::{self, Exported, Format, Full};
use crate::token::Token;
use crate::vault::{Reader, Use};

/// Writes tokens in a format, with their notes, and with their secrets where they are wanted; each secret that leaves is
/// recorded as used. One token after the other is made whole, so that only the file itself stays in memory.
pub fn export(session: &Session, format: Format, tokens: Vec<Token>, secrets: bool) -> Result<Exported, Error> {
    session.read(|vault| {
        let mut failed = None;
        let whole = tokens.into_iter().map_while(|token| {
            let whole = whole(session, vault, token, secrets);
            whole.map_err(|error| failed = Some(error)).ok()
        });
        let exported = exchange::write(format, whole, secrets);
        match failed {
            Some(error) => Err(error),
            None => Ok(exported?),
        }
    })
}

fn whole(session: &Session, vault: &Reader, token: Token, secrets: bool) -> Result<Full, Error> {
    let note = vault.note(token.id)?;
    let mut full = Full { token, note, secrets: BTreeMap::new(), parts: BTreeMap::new() };
    if secrets {
        add_secrets(session, vault, &mut full)?;
    }
    Ok(full)
}

fn add_secrets(session: &Session, vault: &Reader, full: &mut Full) -> Result<(), Error> {
    for version in &full.token.versions {
        if let Some(secret) = vault.secret(version.id)? {
            full.secrets.insert(version.id, secret);
        }
        for name in &version.parts {
            if let Some(secret) = vault.part(version.id, name)? {
                full.parts.insert((version.id, name.clone()), secret);
            }
        }
    }
    if !full.secrets.is_empty() {
        let entry = Use {
            id: crate::vault::new_id()?,
            token: full.token.id,
            version: full.token.current().id,
            at: session.now.instant,
            verb: "export".into(),
            device: session.author.device,
            device_name: session.author.device_name.clone(),
        };
        session.vault.record_use(vault, &entry)?;
    }
    Ok(())
}

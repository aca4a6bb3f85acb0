//! Taking a list of tokens out.

use std::collections::BTreeMap;

use super::error::Error;
use super::session::Session;
use crate::exchange::{self, Exported, Format, Full};
use crate::token::Token;
use crate::vault::{Reader, Use};

/// Gathers tokens with their notes, and with their secrets where they are wanted; each secret that leaves is recorded as
/// used.
pub fn gather(session: &Session, tokens: Vec<Token>, secrets: bool) -> Result<Vec<Full>, Error> {
    session.read(|vault| {
        let mut all = Vec::with_capacity(tokens.len());
        for token in tokens {
            let mut full =
                Full { note: vault.note(token.id)?, secrets: BTreeMap::new(), parts: BTreeMap::new(), token };
            if secrets {
                add_secrets(session, vault, &mut full)?;
            }
            all.push(full);
        }
        Ok(all)
    })
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

/// Writes them in a format, as bytes that wipe themselves.
pub fn export(format: Format, tokens: &[Full]) -> Result<Exported, Error> {
    Ok(exchange::write(format, tokens)?)
}

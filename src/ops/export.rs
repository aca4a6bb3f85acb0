//! Taking a list of tokens out.

use std::collections::BTreeMap;

use super::error::Error;
use super::session::Session;
use crate::exchange::{self, Exported, Format, Full};
use crate::secret::Secret;
use crate::token::Token;
use crate::token::id::VersionId;
use crate::vault::{Reader, Use};

/// Gathers tokens with their notes, and with their secrets where they are wanted; each secret that leaves is recorded as
/// used.
pub fn gather(session: &Session, tokens: Vec<Token>, secrets: bool) -> Result<Vec<Full>, Error> {
    session.read(|vault| {
        let mut all = Vec::with_capacity(tokens.len());
        for token in tokens {
            let secrets = if secrets { secrets_of(session, vault, &token)? } else { BTreeMap::new() };
            all.push(Full { note: vault.note(token.id)?, secrets, token });
        }
        Ok(all)
    })
}

fn secrets_of(session: &Session, vault: &Reader, token: &Token) -> Result<BTreeMap<VersionId, Secret>, Error> {
    let mut all = BTreeMap::new();
    for version in &token.versions {
        if let Some(secret) = vault.secret(version.id)? {
            all.insert(version.id, secret);
        }
    }
    if !all.is_empty() {
        let entry = Use {
            id: crate::vault::new_id()?,
            token: token.id,
            version: token.current().id,
            at: session.now.instant,
            verb: "export".into(),
            device: session.author.device,
            device_name: session.author.device_name.clone(),
        };
        session.vault.record_use(vault, &entry)?;
    }
    Ok(all)
}

/// Writes them in a format, as bytes that wipe themselves.
pub fn export(format: Format, tokens: &[Full]) -> Result<Exported, Error> {
    Ok(exchange::write(format, tokens)?)
}

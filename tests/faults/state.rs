//! What a vault holds, as text that two vaults share exactly if nothing tells them apart but random ids.

use std::path::Path;

use patvault::token::Token;
use patvault::token::id::{TokenId, VersionId};
use patvault::vault::{Error, Reader, Retention, Vault, VaultKey, read_identities};

use super::home::Home;
use crate::nobody::nobody;

/// Everything that a person would miss: tokens with their notes and secrets, what happened, and the ways in that the
/// vault remembers.
pub fn state(home: &Home) -> String {
    let (vault, key) = open(home, "first");
    vault.read(&key, describe).unwrap_or_else(|error| panic!("{error}"))
}

/// The vault, and its key as an identity opens it.
pub fn open(home: &Home, identity: &str) -> (Vault, VaultKey) {
    let vault = Vault::at(&home.vault(), &home.path("p/state"), Retention::default()).unwrap();
    let key = key(&vault, &home.path(identity));
    (vault, key.unwrap_or_else(|| panic!("nothing opens with the identity '{identity}'")))
}

/// The vault's key, if any slot opens with an identity.
pub fn key(vault: &Vault, identity: &Path) -> Option<VaultKey> {
    let unlock = read_identities(identity, &nobody()).unwrap().unlock;
    vault.slots().unwrap().iter().find_map(|slot| slot.open_with(&unlock).ok())
}

fn describe(vault: &Reader) -> Result<String, Error> {
    let mut lines = vec![];
    for token in vault.tokens()? {
        let mut secrets = vec![];
        for version in &token.versions {
            secrets.push(vault.secret(version.id)?.map(|secret| secret.expose().to_owned()));
        }
        let note = vault.note(token.id)?;
        lines.push(format!("{:?} {note:?} {secrets:?}", without_ids(token)));
    }
    lines.sort();
    let path = |id| vault.token(id).ok().flatten().map(|token| token.path());
    for used in vault.uses(None, 100)? {
        lines.push(format!("{} {} of {:?}", used.at, used.verb, path(used.token)));
    }
    for batch in vault.batches(None, 100)? {
        lines.push(format!("{} {} undone: {}", batch.at, batch.verb, batch.undone));
        for change in vault.changes(batch.id, None, usize::MAX)? {
            let path = path(change.subject.token);
            lines.push(format!("  {path:?} {}: {:?} to {:?}", change.field, change.old, change.new));
        }
    }
    for slot in vault.slots()? {
        lines.push(format!("{} for {:?}", slot.name, slot.recipient));
    }
    Ok(lines.join("\n"))
}

fn without_ids(mut token: Token) -> Token {
    token.id = TokenId::from_bytes([0; 16]);
    for version in &mut token.versions {
        version.id = VersionId::from_bytes([0; 16]);
    }
    token
}

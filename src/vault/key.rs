//! The vault key: the age identity that a vault is sealed to.

use std::io::BufRead;
use std::str::FromStr;

use age::secrecy::{ExposeSecret, SecretString};
use age::x25519;
use age_core::format::{FileKey, Stanza};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// The vault key. While a vault's key is being changed it holds both, the new one first.
#[derive(Clone)]
pub struct VaultKey {
    identities: Vec<x25519::Identity>,
}

impl VaultKey {
    /// A fresh one.
    pub fn generate() -> Self {
        Self { identities: vec![x25519::Identity::generate()] }
    }

    /// Reads the text of a slot: age's own format of identity files. `None` where it holds no identity or anything else.
    pub(super) fn from_text(text: &[u8]) -> Option<Self> {
        let mut identities = vec![];
        for line in text.lines() {
            let line = Zeroizing::new(line.ok()?);
            if !line.is_empty() && !line.starts_with('#') {
                identities.push(x25519::Identity::from_str(&line).ok()?);
            }
        }
        (!identities.is_empty()).then_some(Self { identities })
    }

    /// The identities as age writes them, to be handed to whoever lends the key from then on.
    pub fn texts(&self) -> Vec<SecretString> {
        self.identities.iter().map(x25519::Identity::to_string).collect()
    }

    /// The text of a slot.
    pub(super) fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(128 + 80 * self.identities.len()));
        text.push_str("# A patvault vault key. With it, age -d -i THIS-FILE vault.age gives the SQLite database.\n");
        for identity in &self.identities {
            let line: SecretString = identity.to_string();
            text.push_str(line.expose_secret());
            text.push('\n');
        }
        text
    }

    /// This key with another one behind it, for the time in which a vault's key is being changed.
    pub(super) fn followed_by(&self, older: &Self) -> Self {
        Self { identities: self.identities.iter().chain(&older.identities).cloned().collect() }
    }

    /// Whether it holds more than one key: a change of the vault key was begun and not finished.
    pub fn is_changing(&self) -> bool {
        self.identities.len() > 1
    }

    /// To whom to seal what only this key shall open. `None` for a key without identities, which there is not.
    pub(super) fn recipient(&self) -> Option<x25519::Recipient> {
        self.identities.first().map(x25519::Identity::to_public)
    }
}

impl age::Identity for VaultKey {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, age::DecryptError>> {
        self.identities.iter().find_map(|identity| identity.unwrap_stanza(stanza))
    }
}

/// What a device remembers of a vault's key: a digest of its recipient. The recipient itself is written nowhere in the
/// clear, so that nobody who cannot read the vault can make a file that opens.
pub(super) fn fingerprint(recipient: &str) -> String {
    let digest = Sha256::digest(recipient.as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

//! Identities: the private keys that open slots, read from the files people have.

use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use age::plugin::ResolveError;
use age::secrecy::SecretString;
use age::{Callbacks, DecryptError, Identity, IdentityFile, Recipient, encrypted, ssh, x25519};
use age_core::format::{FileKey, Stanza};
use zeroize::Zeroizing;

use super::disk;
use super::error::{Error, shown};
use crate::text::escaped;

/// The largest identity file that is read, in bytes; an RSA key of 16,384 bits takes 13 KiB.
const IDENTITY_BYTES_MAX: u64 = 64 * 1024;

/// How a person is asked while something is unlocked. A question that cannot be asked is answered with `None`.
pub trait Prompt: Send + Sync {
    /// Whether anybody is there. If so, an answer of `None` means that they ended the question.
    fn is_there(&self) -> bool;
    /// Says something, such as "touch your key".
    fn say(&self, message: &str);
    /// Asks yes or no, with the words for both.
    fn confirm(&self, question: &str, yes: &str, no: Option<&str>) -> Option<bool>;
    /// Asks for something that may be seen.
    fn text(&self, question: &str) -> Option<String>;
    /// Asks for something that may not.
    fn passphrase(&self, question: &str) -> Option<SecretString>;
}

/// Whoever asks, shared with the identities that may have to.
pub type Prompts = Arc<dyn Prompt>;

/// Lends a [`Prompt`] to age.
#[derive(Clone)]
pub(super) struct Asking(pub Prompts);

impl Callbacks for Asking {
    fn display_message(&self, message: &str) {
        self.0.say(message);
    }

    fn confirm(&self, message: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        self.0.confirm(message, yes, no)
    }

    fn request_public_string(&self, description: &str) -> Option<String> {
        self.0.text(description)
    }

    fn request_passphrase(&self, description: &str) -> Option<SecretString> {
        self.0.passphrase(description)
    }
}

/// What an identity file holds.
pub struct Identities {
    /// What opens slots. An SSH key under a passphrase asks for it when it is used.
    pub unlock: Vec<Box<dyn Identity + Send + Sync>>,
    /// The public keys that go with them, as far as the file tells.
    pub recipients: Vec<String>,
}

/// Why a file cannot be used to unlock.
#[derive(Debug, thiserror::Error)]
pub enum BadIdentity {
    /// It cannot be read.
    #[error(transparent)]
    Read(#[from] Error),
    /// It is under a passphrase, which was not given or is not the right one.
    #[error("{} does not open with that passphrase", shown(path))]
    Closed {
        /// Which file.
        path: PathBuf,
    },
    /// It belongs to a plugin that is not there.
    #[error("{} needs the program {}, which is not installed", shown(path), escaped(program))]
    NoPlugin {
        /// Which file.
        path: PathBuf,
        /// Which program.
        program: String,
    },
    /// It holds nothing that age knows.
    #[error("{} holds no SSH private key and no age identity", shown(path))]
    Unknown {
        /// Which file.
        path: PathBuf,
    },
    /// An SSH key of a sort that age cannot use.
    #[error("{} is an SSH key of a kind that age cannot use", shown(path))]
    Unsupported {
        /// Which file.
        path: PathBuf,
    },
}

/// Reads a file with an SSH private key or age identities, under a passphrase or not.
pub fn read(path: &Path, prompts: &Prompts) -> Result<Identities, BadIdentity> {
    let bytes = Zeroizing::new(disk::read_given(path, IDENTITY_BYTES_MAX)?);
    let unknown = || BadIdentity::Unknown { path: path.to_owned() };
    let name = Some(shown(path));
    if bytes.starts_with(b"age-encryption.org/v1") {
        return under_passphrase(&bytes, name, prompts).map_err(|error| bad(path, error));
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| unknown())?;
    if text.contains("-----BEGIN ") {
        return ssh_key(text, name, prompts)
            .ok_or_else(unknown)?
            .ok_or(BadIdentity::Unsupported { path: path.to_owned() });
    }
    age_identities(text, prompts).map_err(|error| bad(path, error))
}

fn bad(path: &Path, error: DecryptError) -> BadIdentity {
    let path = path.to_owned();
    match error {
        DecryptError::KeyDecryptionFailed => BadIdentity::Closed { path },
        DecryptError::PluginResolve(ResolveError::MissingPlugin { binary_name: program }) => {
            BadIdentity::NoPlugin { path, program }
        }
        _ => BadIdentity::Unknown { path },
    }
}

/// An identity file that is itself an age file under a passphrase, which is asked for at once. Its public keys are not
/// told.
fn under_passphrase(bytes: &[u8], name: Option<String>, prompts: &Prompts) -> Result<Identities, DecryptError> {
    let decryptor = age::Decryptor::new_buffered(Cursor::new(bytes.to_vec()))?;
    let file = encrypted::EncryptedIdentity::new(decryptor, Asking(prompts.clone()), None);
    let file = file.ok_or(DecryptError::InvalidHeader)?.decrypt(name.as_deref())?;
    Ok(Identities { unlock: file.into_identities()?, recipients: vec![] })
}

/// An SSH key that says nothing, and asks nothing, about what was not sealed to it. age's own asks for the passphrase of
/// a key at every stanza it is shown.
struct SshKey<I> {
    key: I,
    /// A stanza of its own: the sort of key and its tag.
    own: Stanza,
}

impl<I: Identity> Identity for SshKey<I> {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        let is_own = stanza.tag == self.own.tag && stanza.args.first() == self.own.args.first();
        if is_own { self.key.unwrap_stanza(stanza) } else { None }
    }
}

/// `None` where it is no SSH key, `Some(None)` where it is one that age cannot use.
fn ssh_key(text: &str, name: Option<String>, prompts: &Prompts) -> Option<Option<Identities>> {
    let identity = ssh::Identity::from_buffer(text.as_bytes(), name).ok()?;
    if matches!(identity, ssh::Identity::Unsupported(_)) {
        return Some(None);
    }
    let Ok(public) = ssh::Recipient::try_from(identity.clone()) else { return Some(None) };
    // What it makes of nothing tells how it marks what is sealed to it.
    let (stanzas, _) = public.wrap_file_key(&FileKey::new(Box::new([0; 16]))).ok()?;
    let key = identity.with_callbacks(Asking(prompts.clone()));
    let key = SshKey { key, own: stanzas.into_iter().next()? };
    Some(Some(Identities { unlock: vec![Box::new(key)], recipients: vec![public.to_string()] }))
}

fn age_identities(text: &str, prompts: &Prompts) -> Result<Identities, DecryptError> {
    let file = IdentityFile::from_buffer(text.as_bytes())?;
    let unlock = file.with_callbacks(Asking(prompts.clone())).into_identities()?;
    if unlock.is_empty() {
        return Err(DecryptError::NoMatchingKeys);
    }
    let derived = text.lines().filter_map(|line| x25519::Identity::from_str(line.trim()).ok());
    let mut recipients: Vec<String> = derived.map(|identity| identity.to_public().to_string()).collect();
    // A plugin's identity does not tell its public key; the files that plugins write say it in a comment.
    let told = text.lines().filter_map(|line| line.strip_prefix('#')?.split_once(':'));
    for (_, value) in told {
        let value = value.trim();
        if age::plugin::Recipient::from_str(value).is_ok() && !recipients.iter().any(|known| known == value) {
            recipients.push(value.to_owned());
        }
    }
    Ok(Identities { unlock, recipients })
}

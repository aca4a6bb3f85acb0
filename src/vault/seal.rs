//! age in, age out: bytes sealed to a vault key and opened again.

use std::io::{BufRead, BufReader, Read, Write};

use age::stream::StreamReader;
use age::{DecryptError, Decryptor, Encryptor, Identity, Recipient};
use zeroize::Zeroizing;

use super::error::Error;

/// Why sealed bytes do not open.
#[derive(Debug)]
pub(super) enum Closed {
    /// They are not sealed to this identity.
    NotForThis,
    /// They name this identity, but it does not fit: a wrong passphrase, or a damaged header.
    Refused,
    /// They are sealed to this identity, which is under a passphrase itself, and that was not the right one.
    Locked,
    /// They are not as they were sealed.
    Damaged(&'static str),
    /// A plugin, or the system under it, failed. Its words.
    Failed(String),
}

/// What is wrong with a file whose content is not as it was sealed.
pub(super) const CHANGED: &str = "its content was changed or cut off";

/// Seals bytes to a recipient.
pub(super) fn seal(plain: &[u8], what: &'static str, to: &dyn Recipient) -> Result<Vec<u8>, Error> {
    let failed = |why: String| Error::Seal { what, why };
    let encryptor = Encryptor::with_recipients(std::iter::once(to)).map_err(|error| failed(error.to_string()))?;
    let mut sealed = Vec::with_capacity(plain.len() + plain.len() / 2048 + 512);
    let written = encryptor.wrap_output(&mut sealed).and_then(|mut out| {
        out.write_all(plain)?;
        out.finish().map(drop)
    });
    written.map_err(|error| failed(error.to_string()))?;
    Ok(sealed)
}

/// Whether a sealed file names an identity, as far as its header tells: `false` only where it names others.
pub(super) fn is_for(sealed: impl Read, identity: &dyn Identity) -> bool {
    let Ok(decryptor) = Decryptor::new_buffered(BufReader::new(sealed)) else { return true };
    !matches!(decryptor.decrypt(std::iter::once(identity)).map(drop), Err(DecryptError::NoMatchingKeys))
}

/// Opens sealed bytes, whole. The plain bytes are wiped when they go.
pub(super) fn open(sealed: &[u8], with: &[&dyn Identity]) -> Result<Zeroizing<Vec<u8>>, Closed> {
    let mut stream = stream(sealed, with)?;
    // Large enough from the start: a buffer that grows leaves unwiped copies behind.
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
    stream.read_to_end(&mut plain).map_err(|_| Closed::Damaged(CHANGED))?;
    Ok(plain)
}

/// Opens a header: gives what its content can be read through.
pub(super) fn stream<R: BufRead>(sealed: R, with: &[&dyn Identity]) -> Result<StreamReader<R>, Closed> {
    Decryptor::new_buffered(sealed).map_err(no_header)?.decrypt(with.iter().copied()).map_err(closed)
}

/// Before any identity was asked.
fn no_header(error: DecryptError) -> Closed {
    Closed::Damaged(match error {
        DecryptError::UnknownFormat => "it is no age file, or a later kind of one",
        _ => "its header is cut off or no header",
    })
}

/// What the identities said. The header has been read by then: an error of the system is one of theirs.
fn closed(error: DecryptError) -> Closed {
    match error {
        DecryptError::NoMatchingKeys => Closed::NotForThis,
        DecryptError::InvalidMac => Closed::Damaged("its header was changed"),
        DecryptError::InvalidHeader => Closed::Damaged("its header makes no sense"),
        DecryptError::DecryptionFailed => Closed::Refused,
        DecryptError::KeyDecryptionFailed => Closed::Locked,
        DecryptError::ExcessiveWork { .. } => Closed::Damaged("its header asks for an absurd amount of work"),
        error => Closed::Failed(error.to_string()),
    }
}

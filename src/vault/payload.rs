//! The content of a sealed file, opened where it is read, and sealed on its way to the disk: the payload of age's format, a row
//! of chunks of which each is sealed by itself (<https://age-encryption.org/v1>, "Payload").
//!
//! The header, and with it who may read, is age's own business. Its reader of payloads could be sent from place to place too,
//! but copies each chunk twice and wipes it byte by byte; its writer copies them as well. The tests hold these against them.

use std::cell::RefCell;
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::os::unix::fs::FileExt;

use age::{EncryptError, Encryptor, Identity, Recipient};
use age_core::format::{FileKey, Stanza};
use age_core::primitives::hkdf;
use age_core::secrecy::ExposeSecret;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use zeroize::Zeroizing;

use super::error::Error;
use super::seal::{self, Closed};

/// How many bytes age seals at once.
pub(super) const CHUNK_BYTES: usize = 64 * 1024;
/// What shows that a chunk is as it was sealed; it stands behind the chunk.
const TAG_BYTES: usize = 16;
/// How many bytes the longest chunk takes with it.
pub(super) const SEALED_BYTES: usize = CHUNK_BYTES + TAG_BYTES;
/// What stands before the first chunk, and makes the key of this payload one of its own.
const NONCE_BYTES: usize = 16;

/// An age file that is open.
pub(super) struct Payload {
    file: File,
    key: Zeroizing<[u8; 32]>,
    /// Where the first chunk stands.
    start: u64,
    /// How many plain bytes there are.
    len: u64,
}

/// It is not as it was sealed, or the disk does not give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Damaged;

impl Payload {
    /// Opens a file's header. It is taken to be as long as it is now: whatever is written behind it meanwhile, by a program that
    /// changes files in place, is not there.
    pub(super) fn open(file: File, with: &[&dyn Identity]) -> Result<Self, Closed> {
        let damaged = |_: io::Error| Closed::Damaged(seal::CHANGED);
        let sealed_len = file.metadata().map_err(damaged)?.len();
        let key = Kept::default();
        let with: Vec<_> = with.iter().map(|identity| Keeping { identity: *identity, key: &key }).collect();
        let mut header = Counted { bytes: 0, from: BufReader::new(&file) };
        seal::stream(&mut header, &with.iter().map(|identity| identity as &dyn Identity).collect::<Vec<_>>())?;
        let start = header.bytes;

        let mut nonce = [0; NONCE_BYTES];
        file.read_exact_at(&mut nonce, start.saturating_sub(NONCE_BYTES as u64)).map_err(damaged)?;
        let key = payload_key(&key.take().ok_or(Closed::NotForThis)?, &nonce);
        let len = plain_len(sealed_len.saturating_sub(start)).ok_or(Closed::Damaged(seal::CHANGED))?;
        Ok(Self { file, key, start, len })
    }

    /// How many plain bytes there are, if the last chunk opens.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// The number of the last chunk, counted from 0. There is always one.
    pub(super) fn last(&self) -> u64 {
        self.len.div_ceil(CHUNK_BYTES as u64).saturating_sub(1)
    }

    /// Opens a chunk into a buffer, whatever that held. The last one is marked: it opens in no other place, so that a file that
    /// was cut off or added to is noticed by it.
    pub(super) fn chunk(&self, number: u64, buffer: &mut Vec<u8>) -> Result<(), Damaged> {
        let before = number * CHUNK_BYTES as u64;
        let left = self.len.checked_sub(before).ok_or(Damaged)?;
        let len = usize::try_from(left).unwrap_or(CHUNK_BYTES).min(CHUNK_BYTES);
        buffer.resize(len + TAG_BYTES, 0);
        let at = self.start + before + number * TAG_BYTES as u64;
        self.file.read_exact_at(buffer, at).map_err(|_| Damaged)?;

        let nonce = nonce(number, number == self.last());
        let opened = cipher(&self.key).ok_or(Damaged)?.open_in_place(nonce, Aad::empty(), buffer).map(drop);
        buffer.truncate(len);
        opened.map_err(|_| Damaged)
    }
}

/// An age file that begins: its header is there, and behind it comes what is sealed.
pub(super) struct Sealer {
    /// With what stands before the first chunk.
    header: Vec<u8>,
    key: Zeroizing<[u8; 32]>,
}

impl Sealer {
    /// Begins a file that this recipient is to open.
    pub(super) fn to(recipient: &dyn Recipient, what: &'static str) -> Result<Self, Error> {
        let failed = |why: String| Error::Seal { what, why };
        let key = Kept::default();
        let noting = Noting { recipient, key: &key };
        let encryptor = Encryptor::with_recipients(std::iter::once(&noting as &dyn Recipient));
        let mut header = vec![];
        let begun = encryptor.map_err(|error| failed(error.to_string()))?.wrap_output(&mut header).map(drop);
        begun.map_err(|error| failed(error.to_string()))?;
        let (Some(key), Some(nonce)) = (key.take(), header.last_chunk()) else {
            return Err(failed("its header has no key".into()));
        };
        Ok(Self { key: payload_key(&key, nonce), header })
    }

    /// Writes the whole file. The key of a file is used for one content only.
    pub(super) fn seal_into(self, plain: &[u8], mut out: impl Write) -> io::Result<()> {
        let failed = || io::Error::other("a chunk could not be sealed");
        let cipher = cipher(&self.key).ok_or_else(failed)?;
        out.write_all(&self.header)?;
        let last = plain.len().div_ceil(CHUNK_BYTES).saturating_sub(1);
        let mut chunk = Vec::with_capacity(SEALED_BYTES);
        for number in 0..=last {
            let rest = plain.get(number * CHUNK_BYTES..).unwrap_or_default();
            chunk.clear();
            chunk.extend_from_slice(rest.get(..CHUNK_BYTES).unwrap_or(rest));
            let nonce = nonce(number as u64, number == last);
            cipher.seal_in_place_append_tag(nonce, Aad::empty(), &mut chunk).map_err(|_| failed())?;
            out.write_all(&chunk)?;
        }
        Ok(())
    }
}

/// The key of a payload: a file's own, made another by what stands before the first chunk.
fn payload_key(file_key: &FileKey, nonce: &[u8; NONCE_BYTES]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(hkdf(nonce, b"payload", file_key.expose_secret()))
}

fn cipher(key: &[u8; 32]) -> Option<LessSafeKey> {
    UnboundKey::new(&CHACHA20_POLY1305, key).ok().map(LessSafeKey::new)
}

/// A chunk's number, and whether it is the last one.
fn nonce(number: u64, last: bool) -> Nonce {
    let mut nonce = [0; 12];
    let (counter, mark) = nonce.split_at_mut(11);
    for (to, byte) in counter.iter_mut().rev().zip(number.to_le_bytes()) {
        *to = byte;
    }
    mark.fill(u8::from(last));
    Nonce::assume_unique_for_key(nonce)
}

/// How many plain bytes are under so many sealed ones; `None` where nothing is sealed to that length. Only a payload without
/// any byte has an empty chunk.
fn plain_len(sealed: u64) -> Option<u64> {
    let chunks = sealed.div_ceil(SEALED_BYTES as u64);
    let last = sealed.checked_sub(chunks.checked_sub(1)? * SEALED_BYTES as u64)?;
    let is_whole = last > TAG_BYTES as u64 || (chunks == 1 && last == TAG_BYTES as u64);
    is_whole.then(|| sealed - chunks * TAG_BYTES as u64)
}

/// The key of a file, as the identity gave it that age found to be the right one.
type Kept = RefCell<Option<FileKey>>;

/// An identity that keeps the file key which it gives to age: age keeps what it made of it to itself.
struct Keeping<'a> {
    identity: &'a dyn Identity,
    key: &'a Kept,
}

impl Keeping<'_> {
    fn keep(&self, given: Option<Result<FileKey, age::DecryptError>>) -> Option<Result<FileKey, age::DecryptError>> {
        if let Some(Ok(key)) = &given {
            self.key.replace(Some(copied(key)));
        }
        given
    }
}

/// A key cannot be cloned by accident.
fn copied(key: &FileKey) -> FileKey {
    FileKey::init_with_mut(|copy| copy.copy_from_slice(key.expose_secret()))
}

impl Identity for Keeping<'_> {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, age::DecryptError>> {
        self.keep(self.identity.unwrap_stanza(stanza))
    }

    fn unwrap_stanzas(&self, stanzas: &[Stanza]) -> Option<Result<FileKey, age::DecryptError>> {
        self.keep(self.identity.unwrap_stanzas(stanzas))
    }
}

/// A recipient that notes down the file key which age draws and gives to it.
struct Noting<'a> {
    recipient: &'a dyn Recipient,
    key: &'a Kept,
}

impl Recipient for Noting<'_> {
    fn wrap_file_key(&self, key: &FileKey) -> Result<(Vec<Stanza>, HashSet<String>), EncryptError> {
        self.key.replace(Some(copied(key)));
        self.recipient.wrap_file_key(key)
    }
}

/// Says how many bytes were taken: where the header ends, nothing else tells.
struct Counted<R> {
    bytes: u64,
    from: R,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.from.read(out)?;
        self.bytes += read as u64;
        Ok(read)
    }
}

impl<R: io::BufRead> io::BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.from.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.bytes += amount as u64;
        self.from.consume(amount);
    }
}

#[cfg(test)]
mod tests {
    use age::x25519;

    use super::*;

    fn file(bytes: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        io::Seek::rewind(&mut file).unwrap();
        file
    }

    /// All of it, chunk by chunk.
    fn opened(sealed: &[u8], with: &[&dyn Identity]) -> Option<Vec<u8>> {
        let payload = Payload::open(file(sealed), with).ok()?;
        let (mut whole, mut chunk) = (vec![], vec![]);
        for number in 0..=payload.last() {
            payload.chunk(number, &mut chunk).ok()?;
            whole.extend_from_slice(&chunk);
        }
        assert_eq!(whole.len() as u64, payload.len());
        Some(whole)
    }

    #[test]
    fn opens_what_age_opens() {
        const C: usize = CHUNK_BYTES;
        let (other, key) = (x25519::Identity::generate(), x25519::Identity::generate());
        for len in [0, 1, C - 1, C, C + 1, 2 * C, 2 * C + 1, 5 * C - 17] {
            let plain: Vec<u8> = (0..len).map(|at| (at / 251 + at) as u8).collect();
            let sealed = seal::seal(&plain, "a test", &key.to_public()).unwrap();
            assert_eq!(&plain, &*seal::open(&sealed, &[&key]).unwrap());
            assert!(opened(&sealed, &[&other, &key]).as_ref() == Some(&plain), "{len}");
            assert_eq!(opened(&sealed, &[&other]), None);
            // What age refuses is refused: cut off anywhere, added to, or a chunk in another's place.
            let cut = sealed.len() - 1;
            for wrong in [cut, cut.saturating_sub(15), cut.saturating_sub(16), cut.saturating_sub(C + 15)] {
                let sealed = &sealed[..wrong.min(sealed.len())];
                assert_eq!(opened(sealed, &[&key]), seal::open(sealed, &[&key]).ok().map(|plain| plain.to_vec()));
            }
            for more in [1, 15, 16, 17, C + 16] {
                let longer = [sealed.as_slice(), &vec![7; more]].concat();
                assert_eq!(opened(&longer, &[&key]), None);
            }
        }
    }

    #[test]
    fn age_opens_what_is_sealed_here() {
        const C: usize = CHUNK_BYTES;
        let key = x25519::Identity::generate();
        for len in [0, 1, C - 1, C, C + 1, 2 * C, 2 * C + 1, 5 * C - 17] {
            let plain: Vec<u8> = (0..len).map(|at| (at / 251 + at) as u8).collect();
            let mut sealed = vec![];
            Sealer::to(&key.to_public(), "a test").unwrap().seal_into(&plain, &mut sealed).unwrap();
            assert!(*seal::open(&sealed, &[&key]).unwrap() == plain, "{len}");
            assert!(opened(&sealed, &[&key]).as_ref() == Some(&plain), "{len}");
        }
    }

    #[test]
    fn no_two_files_have_a_key_in_common() {
        let key = x25519::Identity::generate();
        let begun: Vec<_> = (0..4).map(|_| Sealer::to(&key.to_public(), "a test").unwrap()).collect();
        for (at, one) in begun.iter().enumerate() {
            assert!(begun.iter().skip(at + 1).all(|other| other.key != one.key && other.header != one.header));
        }
    }

    #[test]
    fn a_bit_that_changed_is_noticed_wherever_it_is() {
        let key = x25519::Identity::generate();
        let sealed = seal::seal(&[7; 3 * CHUNK_BYTES + 5], "a test", &key.to_public()).unwrap();
        for at in (0..sealed.len()).step_by(1009).chain(sealed.len() - 40..sealed.len()) {
            let mut wrong = sealed.clone();
            wrong[at] ^= 1 << (at % 8);
            assert_eq!(opened(&wrong, &[&key]), None, "at {at}");
        }
    }
}

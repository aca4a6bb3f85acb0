//! Bytes that hold secrets while a file is put together or taken apart.

use std::{fmt, io};

use zeroize::Zeroizing;

/// Bytes that are wiped when they go, and also when they move: a vector that grows leaves its old memory as it was.
#[derive(Default)]
pub struct Wiped(Zeroizing<Vec<u8>>);

impl Wiped {
    /// Adds text at the end.
    pub fn push(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let needed = self.0.len() + bytes.len();
        if needed > self.0.capacity() {
            let mut larger = Zeroizing::new(Vec::with_capacity(needed.max(self.0.capacity() * 2)));
            larger.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.extend_from_slice(bytes);
    }

    /// How many bytes there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Drops what is past that many bytes.
    pub fn truncate(&mut self, len: usize) {
        self.0.truncate(len);
    }

    /// The bytes, for [`crate::secret::Secret::parse`], which takes them over.
    pub fn into_secret_bytes(mut self) -> Vec<u8> {
        std::mem::take(&mut *self.0)
    }
}

/// The bytes of a file, in pieces that never move and wipe themselves: while it grows, it is in memory once.
#[derive(Default)]
pub struct Pieces(Vec<Zeroizing<Vec<u8>>>);

/// How many bytes a piece holds. Small enough that memory which tokens gave back becomes one.
const PIECE_BYTES: usize = 64 * 1024;

impl Pieces {
    /// Adds text at the end.
    pub fn push(&mut self, text: &str) {
        self.push_bytes(text.as_bytes());
    }

    fn push_bytes(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let free = self.0.last().map_or(0, |piece| piece.capacity() - piece.len());
            match self.0.last_mut() {
                Some(piece) if free > 0 => {
                    let (first, rest) = bytes.split_at(bytes.len().min(free));
                    piece.extend_from_slice(first);
                    bytes = rest;
                }
                _ => self.0.push(Zeroizing::new(Vec::with_capacity(PIECE_BYTES))),
            }
        }
    }

    /// Writes all of it.
    ///
    /// # Errors
    /// Those of `to`.
    pub fn write_to(&self, to: &mut dyn io::Write) -> io::Result<()> {
        self.0.iter().try_for_each(|piece| to.write_all(piece))
    }
}

impl fmt::Debug for Pieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pieces(..)")
    }
}

impl io::Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.push_bytes(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_was_pushed() {
        let mut wiped = Wiped::default();
        for part in ["not-a-real", "-secret", "-1", "   "] {
            wiped.push(part);
        }
        wiped.truncate(19);
        assert_eq!((wiped.len(), wiped.into_secret_bytes()), (19, b"not-a-real-secret-1".to_vec()));
    }

    #[test]
    fn pieces_are_what_was_pushed() {
        let parts = ["x".repeat(PIECE_BYTES - 1), "yz".into(), String::new(), "w".repeat(2 * PIECE_BYTES + 1)];
        let mut pieces = Pieces::default();
        for part in &parts {
            pieces.push(part);
        }
        let mut bytes = vec![];
        pieces.write_to(&mut bytes).unwrap();
        assert_eq!((bytes == parts.concat().into_bytes(), pieces.0.len()), (true, 4));
    }
}

//! A sealed file, opened where it is read: some of its chunks are kept, since what is read next lies near.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};

use age::Identity;

use super::payload::{CHUNK_BYTES, Damaged, Payload, SEALED_BYTES};
use super::seal::{self, Closed};

/// How many open chunks are kept. To show one token of 5,000, 19 chunks are opened where one is kept, 13 with two, 11 with
/// four, 10 with eight and 9 with sixteen; and half a megabyte is little enough.
const KEPT_MAX: usize = 8;

/// The plain bytes under one age file, to be read anywhere. Only what is read is opened, and nothing is given that was
/// not authenticated.
pub(super) struct Chunks {
    payload: Payload,
    /// The chunks that were read last, the latest in front.
    kept: VecDeque<Chunk>,
    /// How many were opened so far.
    opened: usize,
    /// Something that was read is not as it was sealed. It stays so: whoever met damage gets nothing more.
    damage: Option<&'static str>,
}

struct Chunk {
    number: u64,
    plain: Vec<u8>,
}

impl Default for Chunk {
    /// With room for any chunk: a buffer that grows leaves an unwiped copy behind.
    fn default() -> Self {
        Self { number: 0, plain: Vec::with_capacity(SEALED_BYTES) }
    }
}

impl Chunk {
    /// Wipes it at once, and not byte by byte as `Zeroizing` does: there is a lot of it. What a longer chunk left behind a
    /// shorter one goes with it.
    fn wipe(&mut self) {
        self.plain.clear();
        self.plain.resize(self.plain.capacity(), 0);
        zeroize::optimization_barrier(self.plain.as_slice());
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        self.wipe();
    }
}

impl Chunks {
    /// Opens a file's header and its last chunk: whatever was cut off or added is found.
    pub(super) fn open(file: File, with: &[&dyn Identity]) -> Result<Self, Closed> {
        let payload = Payload::open(file, with)?;
        let mut chunks = Self { payload, kept: VecDeque::with_capacity(KEPT_MAX), opened: 0, damage: None };
        match chunks.chunk(chunks.payload.last()) {
            Ok(_) => Ok(chunks),
            Err(Damaged) => Err(Closed::Damaged(seal::CHANGED)),
        }
    }

    /// How many plain bytes there are.
    pub(super) fn len(&self) -> u64 {
        self.payload.len()
    }

    /// How many chunks were opened so far.
    pub(super) fn opened(&self) -> usize {
        self.opened
    }

    /// What was found wrong so far.
    pub(super) fn damage(&self) -> Option<&'static str> {
        self.damage
    }

    /// Reads what stands at `offset`; says how many bytes, fewer only at the end.
    pub(super) fn read_at(&mut self, offset: u64, out: &mut [u8]) -> Result<usize, Damaged> {
        let left = usize::try_from(self.len().saturating_sub(offset)).unwrap_or(usize::MAX);
        let wanted = out.len().min(left);
        let mut done = 0;
        while let Some(rest) = out.get_mut(done..wanted).filter(|rest| !rest.is_empty()) {
            let at = offset + done as u64;
            let start = usize::try_from(at % CHUNK_BYTES as u64).map_err(|_| Damaged)?;
            let part = self.chunk(at / CHUNK_BYTES as u64)?.get(start..).ok_or(Damaged)?;
            rest.iter_mut().zip(part).for_each(|(to, from)| *to = *from);
            done += part.len().min(rest.len());
        }
        Ok(done)
    }

    /// Opens every chunk once: afterwards the file is known to be as it was sealed, to its last bit.
    pub(super) fn verify(&mut self) -> Result<(), Damaged> {
        (0..=self.payload.last()).try_for_each(|number| self.chunk(number).map(drop))
    }

    /// All of it, to be read once from the beginning to the end.
    pub(super) fn whole(mut self) -> Whole {
        Whole {
            payload: self.payload,
            next: 0,
            chunk: self.kept.pop_front().unwrap_or_default(),
            at: usize::MAX,
            damage: None,
        }
    }

    fn chunk(&mut self, number: u64) -> Result<&[u8], Damaged> {
        if self.damage.is_some() {
            return Err(Damaged);
        }
        let chunk = match self.kept.iter().position(|kept| kept.number == number) {
            Some(at) => self.kept.remove(at),
            None => {
                // The oldest one's memory serves the next.
                let oldest = if self.kept.len() == KEPT_MAX { self.kept.pop_back() } else { None };
                self.open_chunk(number, oldest)
            }
        };
        let Some(chunk) = chunk else {
            self.damage = Some(seal::CHANGED);
            return Err(Damaged);
        };
        self.kept.push_front(chunk);
        self.kept.front().map(|chunk| chunk.plain.as_slice()).ok_or(Damaged)
    }

    /// `None` where it does not open: then it is not kept either.
    fn open_chunk(&mut self, number: u64, reuse: Option<Chunk>) -> Option<Chunk> {
        let mut chunk = reuse.unwrap_or_default();
        chunk.number = number;
        self.opened += 1;
        self.payload.chunk(number, &mut chunk.plain).ok()?;
        Some(chunk)
    }
}

/// A file that is opened whole, as it is read.
pub(super) struct Whole {
    payload: Payload,
    /// The number of the next chunk.
    next: u64,
    chunk: Chunk,
    /// How much of the chunk was read.
    at: usize,
    damage: Option<&'static str>,
}

impl Whole {
    /// What was found wrong: whoever reads is told no more than that it failed.
    pub(super) fn damage(&self) -> Option<&'static str> {
        self.damage
    }

    fn advance(&mut self) -> Result<(), Damaged> {
        self.payload.chunk(self.next, &mut self.chunk.plain)?;
        (self.next, self.at) = (self.next + 1, 0);
        Ok(())
    }
}

impl Read for Whole {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.chunk.plain.len() && self.next <= self.payload.last() {
            self.advance().map_err(|Damaged| {
                self.damage = Some(seal::CHANGED);
                io::Error::from(io::ErrorKind::InvalidData)
            })?;
        }
        let mut left = self.chunk.plain.get(self.at..).unwrap_or_default();
        let read = left.read(out)?;
        self.at += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Seek, Write};

    use age::x25519;

    use super::*;

    /// Bytes that differ from place to place.
    fn plain(len: usize) -> Vec<u8> {
        (0..len).map(|at| (at / 251 + at) as u8).collect()
    }

    fn sealed(plain: &[u8]) -> (Vec<u8>, x25519::Identity) {
        let key = x25519::Identity::generate();
        (seal::seal(plain, "a test", &key.to_public()).unwrap(), key)
    }

    fn open(sealed: &[u8], key: &x25519::Identity) -> Chunks {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(sealed).unwrap();
        file.rewind().unwrap();
        Chunks::open(file, &[key]).ok().unwrap()
    }

    #[test]
    fn no_buffer_is_left_behind_unwiped() {
        let (sealed, key) = sealed(&plain(2 * CHUNK_BYTES + 700));
        let payload = open(&sealed, &key).payload;
        let mut chunk = Chunk::default();
        let place = chunk.plain.as_ptr();
        // A short one first, then one that needs all the room, then the short one in the same place.
        for number in [2, 0, 2] {
            payload.chunk(number, &mut chunk.plain).unwrap();
            assert_eq!(chunk.plain.as_ptr(), place, "it moved");
        }
        chunk.wipe();
        assert_eq!((chunk.plain.len(), chunk.plain.as_ptr()), (chunk.plain.capacity(), place));
        assert!(chunk.plain.iter().all(|byte| *byte == 0));
    }

    #[test]
    fn reads_anywhere_what_was_sealed() {
        const C: usize = CHUNK_BYTES;
        for len in [0, 1, C - 1, C, C + 1, 12 * C, 12 * C + 700] {
            let plain = plain(len);
            let (sealed, key) = sealed(&plain);
            let mut chunks = open(&sealed, &key);
            assert_eq!(chunks.len(), len as u64);
            let places = (0..len + 2 * C).step_by(C / 2 + 77).rev().chain([0, 5, C - 1, C, len.saturating_sub(1), len]);
            for at in places {
                for count in [1, 100, 4096, C, 2 * C + 3] {
                    let mut out = vec![0; count];
                    let done = chunks.read_at(at as u64, &mut out).unwrap();
                    let right = &plain[at.min(len)..(at + count).min(len)];
                    assert!(out[..done] == *right, "{count} bytes at {at} of {len}");
                }
            }
            assert!(chunks.kept.len() <= KEPT_MAX);
            assert_eq!(chunks.verify(), Ok(()));
        }
    }

    #[test]
    fn what_is_read_again_soon_is_not_opened_again() {
        let (sealed, key) = sealed(&plain(20 * CHUNK_BYTES));
        let mut chunks = open(&sealed, &key);
        let before = chunks.opened();
        let mut out = [0; 4096];
        for round in 0..3 {
            for number in 0..KEPT_MAX as u64 {
                chunks.read_at(number * CHUNK_BYTES as u64 + round * 4096, &mut out).unwrap();
            }
        }
        assert_eq!(chunks.opened() - before, KEPT_MAX);
    }

    #[test]
    fn damage_is_not_given_and_ends_the_reading() {
        let (mut sealed, key) = sealed(&plain(4 * CHUNK_BYTES));
        let len = sealed.len();
        sealed[len - 3 * (CHUNK_BYTES + 16) + 9] ^= 1;
        let mut chunks = open(&sealed, &key);
        let mut out = [0; 4096];
        assert_eq!(chunks.read_at(0, &mut out), Ok(4096));
        assert_eq!(chunks.damage(), None);
        assert_eq!(chunks.read_at(CHUNK_BYTES as u64, &mut out), Err(Damaged));
        assert_eq!(chunks.damage(), Some(seal::CHANGED));
        // Nothing more, not even what was given before.
        assert_eq!(chunks.read_at(0, &mut out), Err(Damaged));
        assert!(chunks.kept.iter().all(|chunk| chunk.number != 1));
        assert_eq!(open(&sealed, &key).verify(), Err(Damaged));
    }
}

//! What is looked for in the hay: secrets in every form in which one might be left.

use std::collections::BTreeSet;

/// How much of a secret is found by itself. Memory that was given back loses its first bytes to who keeps books on it, so
/// that a whole secret is found too seldom.
const PART_BYTES: usize = 15;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// A secret that exists nowhere else.
pub fn fresh() -> String {
    let mut bytes = [0; 60];
    getrandom::fill(&mut bytes).unwrap();
    bytes.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 62)])).collect()
}

/// What is a vault key's own in its text: they all begin alike.
pub fn key_text(key: &str) -> &[u8] {
    key.strip_prefix("AGE-SECRET-KEY-1").unwrap().as_bytes()
}

/// The bytes that the text stands for, which is Bech32. Not the first and the last: there some bits are the same for all keys
/// as soon as one is used.
pub fn key_bytes(key: &str) -> Vec<u8> {
    let digits = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
    let text = key_text(key);
    let bits: Vec<bool> = text[..text.len() - 6]
        .iter()
        .map(|digit| digits.iter().position(|it| it == digit).unwrap())
        .flat_map(|value| (0..5).rev().map(move |bit| value >> bit & 1 == 1))
        .collect();
    let bytes = bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |value, bit| value << 1 | u8::from(*bit)));
    bytes.skip(1).take(30).collect()
}

/// Parts of secrets, and which secret each is of.
#[derive(Default)]
pub struct Needles(Vec<(&'static str, Vec<u8>)>);

impl Needles {
    /// Looks for every part of these bytes too: as they are, and in hexadecimal digits and in base64.
    pub fn add(&mut self, name: &'static str, bytes: &[u8]) {
        let hex = bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        let mut forms = vec![bytes.to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes()];
        // What it looks like depends on how much stands before it.
        forms.extend((0..3).map(|skipped| base64(&bytes[skipped..])));
        let parts = forms.iter().flat_map(|form| form.chunks_exact(PART_BYTES));
        self.0.extend(parts.map(|part| (name, part.to_vec())));
    }

    /// Which secrets some part of is there.
    pub fn find(&self, hay: &[u8]) -> Vec<&'static str> {
        // Two bytes are looked at first: nearly every place is passed over by them.
        let mut begins = vec![false; 1 << 16];
        let begin = |bytes: &[u8]| usize::from(bytes[0]) << 8 | usize::from(bytes[1]);
        self.0.iter().for_each(|(_, part)| begins[begin(part)] = true);
        let mut found = BTreeSet::new();
        for (at, pair) in hay.windows(2).enumerate() {
            if begins[begin(pair)] {
                found.extend(self.0.iter().filter(|(_, part)| hay[at..].starts_with(part)).map(|(name, _)| *name));
            }
        }
        found.into_iter().collect()
    }
}

fn base64(bytes: &[u8]) -> Vec<u8> {
    let of_three = |three: &[u8]| {
        let all = three.iter().fold(0, |all, byte| all << 8 | usize::from(*byte));
        [18, 12, 6, 0].map(|shift| ALPHABET[all >> shift & 63])
    };
    bytes.chunks_exact(3).flat_map(of_three).collect()
}

#[test]
fn needles_are_found_in_every_form() {
    let mut needles = Needles::default();
    let secret = fresh();
    needles.add("it", secret.as_bytes());
    let text = "AGE-SECRET-KEY-1QQQSYQCYQ5RQWZQFPG9SCRGWPUGPZYSNZS23V9CCRYDPK8QARC0SWGR6JS";
    assert_eq!(key_bytes(text)[..], (1..31).collect::<Vec<u8>>());
    let half = secret.as_bytes()[20..].to_vec();
    let hex = secret.bytes().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes();
    let shifted = |before: &str| base64(format!("{before}{secret}").as_bytes());
    for hay in [half, hex, shifted(""), shifted("a"), shifted("ab")] {
        assert_eq!(needles.find(&[b"hay".as_slice(), &hay, b"hay"].concat()), ["it"]);
    }
    assert_eq!(needles.find(fresh().as_bytes()), [""; 0]);
}

//! The escape sequence that sets the clipboard of a terminal. patvault never writes the one that asks for it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::secret::Secret;

/// The longest string that GNU screen passes on, in bytes. A longer one is cut off without a word.
const SCREEN_BYTES_MAX: usize = 764;

/// Sets the clipboard to a secret.
pub(super) fn set(secret: &Secret) -> Zeroizing<Vec<u8>> {
    const BEGIN: &[u8] = b"\x1b]52;c;";
    let text = secret.expose().as_bytes();
    // Its final size, so that no part of it is left behind where it was before.
    let mut bytes = Zeroizing::new(vec![0; BEGIN.len() + text.len().div_ceil(3) * 4 + 1]);
    let (begin, rest) = bytes.split_at_mut(BEGIN.len());
    begin.copy_from_slice(BEGIN);
    // The room is as long as the text needs; the last place is for the end.
    let _it_fits = STANDARD.encode_slice(text, rest);
    if let Some(end) = rest.last_mut() {
        *end = b'\x07';
    }
    bytes
}

/// The same, so that GNU screen passes it on to its terminal: in strings that are short enough.
pub(super) fn through_screen(bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    const BEGIN: &[u8] = b"\x1bP";
    const END: &[u8] = b"\x1b\\";
    let strings = bytes.len().div_ceil(SCREEN_BYTES_MAX);
    let mut wrapped = Zeroizing::new(Vec::with_capacity(bytes.len() + strings * (BEGIN.len() + END.len())));
    for string in bytes.chunks(SCREEN_BYTES_MAX) {
        for part in [BEGIN, string, END] {
            wrapped.extend(part);
        }
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::SECRET_BYTES_MAX;

    #[test]
    fn the_bytes_are_exactly_these() {
        let cases = [
            ("a", "\x1b]52;c;YQ==\x07"),
            ("ab", "\x1b]52;c;YWI=\x07"),
            ("abc", "\x1b]52;c;YWJj\x07"),
            ("not-a-real-secret", "\x1b]52;c;bm90LWEtcmVhbC1zZWNyZXQ=\x07"),
            ("ö", "\x1b]52;c;w7Y=\x07"),
        ];
        for (text, want) in cases {
            let bytes = set(&Secret::new(text.into()));
            assert_eq!(String::from_utf8_lossy(&bytes), want);
            let wrapped = through_screen(&bytes);
            assert_eq!(String::from_utf8_lossy(&wrapped), format!("\x1bP{want}\x1b\\"));
            assert_eq!(wrapped.capacity(), wrapped.len(), "nothing was moved");
        }
    }

    #[test]
    fn a_long_one_goes_through_screen_in_pieces() {
        let bytes = set(&Secret::new("x".repeat(SECRET_BYTES_MAX)));
        let wrapped = through_screen(&bytes);
        let text = String::from_utf8(wrapped.to_vec()).unwrap();
        let pieces: Vec<&str> = text.split_inclusive("\x1b\\").collect();
        assert!(pieces.iter().all(|piece| piece.len() <= 768 && piece.starts_with("\x1bP")));
        let inside: String = pieces.iter().map(|piece| &piece[2..piece.len() - 2]).collect();
        assert_eq!(inside.as_bytes(), &bytes[..]);
        assert_eq!(wrapped.capacity(), wrapped.len(), "nothing was moved");
    }
}

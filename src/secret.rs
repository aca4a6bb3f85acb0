//! The value of a token, and the one door to it.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

/// The longest secret that is taken, in bytes. The longest known tokens (signed ones that carry
/// claims) stay under 8 KiB; a larger one is a file given by mistake.
pub const SECRET_BYTES_MAX: usize = 16 * 1024;

/// A secret value. It cannot be printed, compared or serialised, and its memory is wiped when it goes.
///
/// [`Secret::expose`] is the only way to the text; `tests/tidy.rs` lists the files that may call it.
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Takes a string as the secret it is. No checks: what came from a person goes through [`Secret::parse`].
    pub fn new(text: String) -> Self {
        Self(SecretString::from(text))
    }

    /// Takes what a person typed, pasted or piped: the line break at its end and the blanks around
    /// it, which are easily selected with it, are dropped, and what cannot be a token is refused.
    ///
    /// # Errors
    /// [`NotASecret`] says what is wrong with it, never what it is.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, NotASecret> {
        let text = String::from_utf8(bytes).map_err(|e| {
            let at = e.utf8_error().valid_up_to();
            drop(SecretString::from(String::from_utf8_lossy(e.as_bytes()).into_owned()));
            NotASecret::NotText { at }
        })?;
        // The copy is as long as the secret, so that it becomes the secret's own buffer; what it was cut out of is wiped.
        let text = Zeroizing::new(text);
        let text = text.trim_end_matches(['\r', '\n', ' ', '\t']).trim_start_matches([' ', '\t']);
        let secret = Self::new(text.to_owned());
        check(secret.expose())?;
        Ok(secret)
    }

    /// The same for what came from elsewhere as a secret already.
    ///
    /// # Errors
    /// As [`Secret::parse`].
    pub fn trimmed(&self) -> Result<Self, NotASecret> {
        Self::parse(self.expose().as_bytes().to_vec())
    }

    /// Several, a line each.
    pub fn lines<'a>(all: impl Iterator<Item = &'a Self> + Clone) -> Self {
        let bytes: usize = all.clone().map(|one| one.bytes() + 1).sum();
        // It has the room that it needs from the start, so that no copy is left behind where it would move.
        let mut text = String::with_capacity(bytes.saturating_sub(1));
        for one in all {
            text.extend((!text.is_empty()).then_some('\n'));
            text.push_str(one.expose());
        }
        Self::new(text)
    }

    /// Its length in bytes.
    pub fn bytes(&self) -> usize {
        self.expose().len()
    }

    /// The text itself. Whoever calls this answers for where it goes.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Why something cannot be a secret. Carries positions and sizes only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotASecret {
    /// Nothing was given.
    #[error("the secret is empty")]
    Empty,
    /// Larger than [`SECRET_BYTES_MAX`].
    #[error("the secret is {bytes} bytes long; the most that is taken is {SECRET_BYTES_MAX}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Bytes that are no UTF-8.
    #[error("the secret is not text: byte {at} is not UTF-8")]
    NotText {
        /// Offset of the first bad byte.
        at: usize,
    },
    /// A line break, NUL, escape or space inside: no service issues such a token.
    #[error("the secret holds {what} at character {at}, which no token does")]
    Unprintable {
        /// What stands there, in words.
        what: &'static str,
        /// Which character, from 1.
        at: usize,
    },
}

fn check(text: &str) -> Result<(), NotASecret> {
    if text.is_empty() {
        return Err(NotASecret::Empty);
    }
    if text.len() > SECRET_BYTES_MAX {
        return Err(NotASecret::TooLong { bytes: text.len() });
    }
    let odd = text.chars().enumerate().find_map(|(at, c)| Some((at + 1, odd(c)?)));
    match odd {
        Some((at, what)) => Err(NotASecret::Unprintable { what, at }),
        None => Ok(()),
    }
}

fn odd(c: char) -> Option<&'static str> {
    match c {
        '\n' | '\r' => Some("a line break"),
        '\0' => Some("a NUL"),
        c if c.is_control() => Some("a control character"),
        c if c.is_whitespace() => Some("a space"),
        c if crate::text::is_invisible(c) => Some("an invisible character"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_a_person_pastes() {
        for given in ["abc", "abc\n", "abc\r\n", " abc", "\tabc \t\n", "abc\n "] {
            assert_eq!(Secret::parse(given.into()).unwrap().expose(), "abc", "{given:?}");
        }
    }

    #[test]
    fn several_are_a_line_each() {
        let all = ["a", "bc", "d"].map(|text| Secret::new(text.into()));
        assert_eq!(Secret::lines(all.iter()).expose(), "a\nbc\nd");
        assert_eq!(Secret::lines(all[..1].iter()).expose(), "a");
    }

    #[test]
    fn refuses_what_cannot_be_a_token() {
        let cases: [(&[u8], NotASecret); 7] = [
            (b"", NotASecret::Empty),
            (b" \t\n", NotASecret::Empty),
            (b"a\nb", NotASecret::Unprintable { what: "a line break", at: 2 }),
            (b"a\0", NotASecret::Unprintable { what: "a NUL", at: 2 }),
            (b"\x1b[31m", NotASecret::Unprintable { what: "a control character", at: 1 }),
            (b"a b", NotASecret::Unprintable { what: "a space", at: 2 }),
            (b"ab\xff", NotASecret::NotText { at: 2 }),
        ];
        for (given, want) in cases {
            assert_eq!(Secret::parse(given.to_vec()).unwrap_err(), want, "{given:?}");
        }
        let large = vec![b'a'; 1 << 20];
        assert_eq!(Secret::parse(large).unwrap_err(), NotASecret::TooLong { bytes: 1 << 20 });
    }

    #[test]
    fn cannot_be_printed() {
        assert_eq!(format!("{:?}", Secret::new("hunter2".into())), "Secret(…)");
    }
}

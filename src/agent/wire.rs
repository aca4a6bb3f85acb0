//! What is said over the socket: one line of JSON a request, one an answer.
//!
//! Every line is `{"patvault": VERSION, "say": …}`. That much, and the request `{"do": "quit"}`, stays the same in every
//! version, so that an agent of another version can be told to go.

use std::{fmt, io};

use age::secrecy::{ExposeSecret, SecretString};
use age::x25519;
use age_core::format::{FileKey, Stanza};
use serde::de::{self, DeserializeOwned, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use zeroize::Zeroizing;

/// The version of what is said. It changes when a line changes its meaning, and has nothing to do with the program's own.
pub(super) const VERSION: u32 = 1;

/// The longest line, in bytes: room for a vault's path and the keys of one that is being changed.
pub(super) const LINE_BYTES_MAX: usize = 16 * 1024;

/// A request.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub(super) enum Request {
    /// Is anybody there?
    Hello,
    /// Is this vault unlocked? Also asked before unlocking, for the generation that [`Request::Hold`] names.
    Look { vault: String },
    /// Keep this key.
    Hold { vault: String, keys: Vec<Hidden>, idle_secs: u64, hard_secs: u64, generation: u64 },
    /// Open this stanza of an age file.
    Unwrap { vault: String, tag: String, args: Vec<String>, body: String },
    /// Forget the key of this vault, or all of them.
    Lock { vault: Option<String> },
    /// What is held, and for how long?
    Status,
    /// Forget everything, and go.
    Quit,
    /// Something that this version does not know.
    #[serde(other)]
    Unknown,
}

/// An answer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub(super) enum Answer {
    /// It was done.
    Done,
    /// To [`Request::Look`]: how many keys are held for the vault, none where it is locked; and how often was locked.
    Looked { keys: usize, generation: u64 },
    /// To [`Request::Hold`]: for how long.
    Held { idle_secs: u64, hard_secs: u64 },
    /// To [`Request::Unwrap`].
    Unwrapped { file_key: Hidden },
    /// The stanza is for another key.
    NotMine,
    /// The vault is locked.
    Locked,
    /// To [`Request::Status`].
    Standing {
        memory: super::Memory,
        /// An agent that does not say hears of none.
        #[serde(default)]
        session_lock: bool,
        vaults: Vec<Holding>,
    },
    /// It was not done.
    Refused { why: Refusal },
    /// Something that this version does not know.
    #[serde(other)]
    Unknown,
}

/// A vault that is unlocked.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Holding {
    pub vault: String,
    pub idle_secs: u64,
    pub hard_secs: u64,
}

/// Why a request was not done. What was said is never repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// It is of another version.
    Version,
    /// It is no request.
    Unreadable,
    /// It is longer than a line may be.
    TooLong,
    /// The vault was locked since whoever asks began to unlock it.
    LockedMeanwhile,
    /// No more vaults are held.
    Full,
    /// Something else.
    #[serde(other)]
    Unknown,
}

/// Text that is not shown: a key.
pub(super) struct Hidden(pub(super) SecretString);

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hidden(…)")
    }
}

impl Hidden {
    /// The key that it is the text of.
    pub(super) fn identity(&self) -> Option<x25519::Identity> {
        self.0.expose_secret().parse().ok()
    }
}

impl Serialize for Hidden {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.expose_secret())
    }
}

impl<'de> Deserialize<'de> for Hidden {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        /// Takes the text where it stands in the line, so that no copy is left behind.
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Hidden;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("text")
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Hidden, E> {
                Ok(Hidden(SecretString::from(text)))
            }
            fn visit_string<E: de::Error>(self, text: String) -> Result<Hidden, E> {
                Ok(Hidden(SecretString::from(text)))
            }
        }
        deserializer.deserialize_str(Text)
    }
}

/// A line.
#[derive(Serialize, Deserialize)]
struct Line<T> {
    patvault: u32,
    say: T,
}

/// As much of a line as every version has.
#[derive(Deserialize)]
struct Beginning {
    patvault: u32,
}

/// A line, with its end. Wiped when it goes.
pub(super) fn write(say: &impl Serialize) -> Zeroizing<Vec<u8>> {
    let said = Line { patvault: VERSION, say };
    let mut length = Length(1);
    let _counted = serde_json::to_writer(&mut length, &said);
    // As large as it will be: a buffer that grows leaves unwiped copies behind, and one that is larger takes longer to wipe.
    let mut line = Zeroizing::new(Vec::with_capacity(length.0));
    let written = serde_json::to_writer(&mut *line, &said);
    debug_assert!(written.is_ok(), "these types are always JSON");
    line.push(b'\n');
    line
}

/// How many bytes were written.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Takes what came of a line behind what came before, without leaving an unwiped copy behind as a buffer that grows would.
pub(super) fn take(line: &mut Zeroizing<Vec<u8>>, part: &[u8]) {
    let needed = line.len() + part.len();
    if needed > line.capacity() {
        // Most lines come whole. Of one that does not, nobody knows how long it will be.
        let room = if part.contains(&b'\n') { needed } else { LINE_BYTES_MAX.max(needed) };
        let mut roomier = Zeroizing::new(Vec::with_capacity(room));
        roomier.extend_from_slice(line);
        *line = roomier;
    }
    line.extend_from_slice(part);
}

/// Reads a request. One to quit is understood whatever its version.
pub(super) fn read_request(line: &[u8]) -> Result<Request, Refusal> {
    let version = version(line)?;
    match say(line) {
        Ok(Request::Quit) => Ok(Request::Quit),
        _ if version != VERSION => Err(Refusal::Version),
        Ok(Request::Unknown) => Err(Refusal::Unknown),
        other => other,
    }
}

/// Reads an answer.
pub(super) fn read_answer(line: &[u8]) -> Result<Answer, Refusal> {
    if version(line)? == VERSION { say(line) } else { Err(Refusal::Version) }
}

fn version(line: &[u8]) -> Result<u32, Refusal> {
    serde_json::from_slice(line).map(|Beginning { patvault }| patvault).map_err(|_| Refusal::Unreadable)
}

fn say<T: DeserializeOwned>(line: &[u8]) -> Result<T, Refusal> {
    // The parser's error may quote the line; it goes no further.
    serde_json::from_slice(line).map(|Line { say, .. }| say).map_err(|_| Refusal::Unreadable)
}

impl Request {
    /// Asks to open a stanza.
    pub(super) fn unwrap(vault: &str, stanza: &Stanza) -> Self {
        let Stanza { tag, args, body } = stanza;
        Self::Unwrap {
            vault: vault.to_owned(),
            tag: tag.clone(),
            args: args.clone(),
            body: hex(body).as_str().to_owned(),
        }
    }
}

impl Answer {
    /// Gives a file key.
    pub(super) fn unwrapped(key: &FileKey) -> Self {
        Self::Unwrapped { file_key: Hidden(SecretString::from(hex(key.expose_secret()).as_str())) }
    }
}

/// The file key in an answer.
pub(super) fn file_key(hidden: &Hidden) -> Option<FileKey> {
    let bytes = Zeroizing::new(from_hex(hidden.0.expose_secret())?);
    FileKey::try_init_with_mut(|key| {
        if bytes.len() == key.len() {
            key.copy_from_slice(&bytes);
            return Ok(());
        }
        Err(())
    })
    .ok()
}

fn hex(bytes: &[u8]) -> Zeroizing<String> {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    let mut text = Zeroizing::new(String::with_capacity(2 * bytes.len()));
    for byte in bytes {
        text.push(digit(byte >> 4));
        text.push(digit(byte & 15));
    }
    text
}

/// The bytes that such a text stands for.
pub(super) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| u8::try_from(char::from(byte).to_digit(16)?).ok();
    if !text.len().is_multiple_of(2) {
        return None;
    }
    text.as_bytes().chunks_exact(2).map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.last()?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_request_is_told_by_kind() {
        let cases = [
            ("", Refusal::Unreadable),
            ("garbage", Refusal::Unreadable),
            ("{}", Refusal::Unreadable),
            ("[1]", Refusal::Unreadable),
            (r#"{"patvault":1}"#, Refusal::Unreadable),
            (r#"{"patvault":1,"say":{"do":"look"}}"#, Refusal::Unreadable),
            (r#"{"patvault":1,"say":{"do":"dance","with":"me"}}"#, Refusal::Unknown),
            (r#"{"patvault":2,"say":{"do":"hello"}}"#, Refusal::Version),
            (r#"{"patvault":2,"say":{"do":"look"}}"#, Refusal::Version),
            (r#"{"patvault":0,"say":[]}"#, Refusal::Version),
        ];
        for (line, want) in cases {
            assert_eq!(read_request(line.as_bytes()).unwrap_err(), want, "{line}");
        }
        for line in [r#"{"patvault":1,"say":{"do":"quit"}}"#, r#"{"patvault":9,"say":{"do":"quit","now":true}}"#] {
            assert!(matches!(read_request(line.as_bytes()), Ok(Request::Quit)), "{line}");
        }
    }

    /// Lines of version 1 as they were first released: a change here is another version.
    #[test]
    fn version_one_stays_as_it_is() {
        let hidden = |text: &str| Hidden(SecretString::from(text));
        let hold =
            Request::Hold { vault: "/v".into(), keys: vec![hidden("k")], idle_secs: 1, hard_secs: 2, generation: 3 };
        let stanza = Stanza { tag: "X25519".into(), args: vec!["a".into()], body: vec![0, 255] };
        let requests = [
            (Request::Hello, r#"{"do":"hello"}"#),
            (Request::Look { vault: "/v".into() }, r#"{"do":"look","vault":"/v"}"#),
            (hold, r#"{"do":"hold","vault":"/v","keys":["k"],"idle_secs":1,"hard_secs":2,"generation":3}"#),
            (
                Request::unwrap("/v", &stanza),
                r#"{"do":"unwrap","vault":"/v","tag":"X25519","args":["a"],"body":"00ff"}"#,
            ),
            (Request::Lock { vault: None }, r#"{"do":"lock","vault":null}"#),
            (Request::Status, r#"{"do":"status"}"#),
            (Request::Quit, r#"{"do":"quit"}"#),
        ];
        for (request, say) in requests {
            let line = format!("{{\"patvault\":1,\"say\":{say}}}\n");
            assert_eq!(String::from_utf8(write(&request).to_vec()).unwrap(), line);
            assert_eq!(*write(&read_request(line.as_bytes()).unwrap()), line.into_bytes());
        }
        let answers = [
            r#"{"is":"done"}"#,
            r#"{"is":"looked","keys":1,"generation":2}"#,
            r#"{"is":"held","idle_secs":1,"hard_secs":2}"#,
            r#"{"is":"unwrapped","file_key":"000102030405060708090a0b0c0d0e0f"}"#,
            r#"{"is":"not_mine"}"#,
            r#"{"is":"locked"}"#,
            r#"{"is":"standing","memory":"locked","session_lock":true,"vaults":[{"vault":"/v","idle_secs":1,"hard_secs":2}]}"#,
            r#"{"is":"refused","why":"locked_meanwhile"}"#,
        ];
        for say in answers {
            let line = format!("{{\"patvault\":1,\"say\":{say}}}\n");
            assert_eq!(*write(&read_answer(line.as_bytes()).unwrap()), line.clone().into_bytes(), "{line}");
        }
        // From before it could be said.
        let line = r#"{"patvault":1,"say":{"is":"standing","memory":"locked","vaults":[]}}"#;
        assert!(matches!(read_answer(line.as_bytes()), Ok(Answer::Standing { session_lock: false, .. })));
    }

    #[test]
    fn a_key_is_never_shown() {
        let hold = r#"{"patvault":1,"say":{"do":"hold","vault":"/v","keys":["canary"],"idle_secs":1,"hard_secs":1,"generation":0}}"#;
        assert!(!format!("{:?}", read_request(hold.as_bytes()).unwrap()).contains("canary"));
        let key = FileKey::new(Box::new([7; 16]));
        let answer = Answer::unwrapped(&key);
        assert!(!format!("{answer:?}").contains("07"));
        let Answer::Unwrapped { file_key: hidden } = answer else { panic!() };
        assert_eq!(file_key(&hidden).unwrap().expose_secret(), &[7; 16]);
        for bad in ["", "0", "zz", "00", "ü"] {
            assert!(file_key(&Hidden(SecretString::from(bad))).is_none(), "{bad:?}");
        }
    }
}

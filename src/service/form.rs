//! What a token looks like: forms, checksums, and what can be read from the token itself. Nothing is sent anywhere.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use regex_lite::{Captures, Regex};
use serde_json::Value as Json;

use super::definition::{Checksum, Form};

/// base64 of either alphabet, filled up or not.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);

/// What a form says of a secret that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fit {
    /// Whether its checksum is right, where the form has one. A wrong one is probably a slip, and proves nothing.
    pub checksum: Option<bool>,
    /// Facts and fields that can be read from the secret itself, by name.
    pub read: BTreeMap<String, String>,
}

/// Holds a secret's text against a form. `None` where it has another.
///
/// # Errors
/// None for a form that was checked: a pattern that is no regular expression fits nothing.
pub fn fit(form: &Form, text: &str) -> Option<Fit> {
    let pattern = whole(&form.pattern)?;
    let found = pattern.captures(text)?;
    if let Some(inside) = &form.decodes_to {
        let decoded = decode(text)?;
        let decoded: String = decoded.iter().map(|byte| char::from(*byte)).collect();
        Regex::new(&format!("^(?:{inside})")).ok()?.find(&decoded)?;
    }
    let checksum = form.checksum.and_then(|kind| {
        let (over, sum) = (found.name("over")?, found.name("sum")?);
        Some(checksum(kind, over.as_str(), sum.as_str().len()) == sum.as_str())
    });
    Some(Fit { checksum, read: read(form, &pattern, &found) })
}

/// Whether a regular expression of a definition fits all of a text.
pub fn fits_whole(pattern: &str, text: &str) -> bool {
    whole(pattern).is_some_and(|pattern| pattern.is_match(text))
}

/// A regular expression for all of a text.
fn whole(pattern: &str) -> Option<Regex> {
    Regex::new(&format!("^(?:{pattern})$")).ok()
}

fn read(form: &Form, pattern: &Regex, found: &Captures) -> BTreeMap<String, String> {
    let mut read = BTreeMap::new();
    let payload = form.offline.as_ref().map(|offline| offline.group.as_str());
    for name in pattern.capture_names().flatten().filter(|name| !["over", "sum"].contains(name)) {
        if let Some(part) = found.name(name).filter(|_| Some(name) != payload) {
            read.insert(name.to_owned(), part.as_str().to_owned());
        }
    }
    let inside = form.offline.as_ref().and_then(|offline| {
        let json: Json = serde_json::from_slice(&decode(found.name(&offline.group)?.as_str())?).ok()?;
        Some((offline, json))
    });
    if let Some((offline, json)) = inside {
        for (fact, pointer) in &offline.facts {
            if let Some(text) = json.pointer(pointer).and_then(Json::as_str) {
                read.insert(fact.word().to_owned(), text.to_owned());
            }
        }
    }
    read
}

/// Reads base64 of either alphabet, filled up or not.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).ok()
}

/// The checksum of a text, in so many digits.
pub fn checksum(kind: Checksum, over: &str, digits: usize) -> String {
    let sum = crc32(over.as_bytes());
    match kind {
        Checksum::Crc32Base62 => {
            written(sum, b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", digits)
        }
        Checksum::Crc32Base36 => written(sum, b"0123456789abcdefghijklmnopqrstuvwxyz", digits),
        Checksum::Crc32Hex => format!("{sum:08X}"),
        Checksum::Crc32HexLittleEndian => format!("{:08x}", sum.swap_bytes()),
    }
}

fn written(mut number: u32, alphabet: &[u8], digits: usize) -> String {
    let base = u32::try_from(alphabet.len()).unwrap_or(u32::MAX);
    let mut text: Vec<u8> = vec![];
    while number > 0 || text.len() < digits {
        let digit = usize::try_from(number % base).unwrap_or(0);
        text.extend(alphabet.get(digit));
        number /= base;
    }
    text.iter().rev().map(|byte| char::from(*byte)).collect()
}

/// CRC-32 as zlib and Ethernet have it (IEEE 802.3), bit by bit: a token is short.
fn crc32(bytes: &[u8]) -> u32 {
    const POLYNOMIAL: u32 = 0xEDB8_8320;
    !bytes.iter().fold(!0, |sum: u32, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ POLYNOMIAL } else { sum >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(text: &str) -> Form {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_crc32_is_the_usual_one() {
        // The check value of the catalogue of CRC algorithms for CRC-32/ISO-HDLC.
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn checksums_are_those_of_the_services() {
        // Made up, never issued; the first two are the worked examples of what is known about the two services.
        assert_eq!(checksum(Checksum::Crc32Base62, "PATVAULTexampleNOTaREALtoken00", 6), "0l81uf");
        let routable = format!("gl{}", "pat-UEFUVkFVTFQtRVhBTVBMRWM6MQpvOjEKdToybjljDg.01.16");
        assert_eq!(checksum(Checksum::Crc32Base36, &routable, 7), "1aks6tl");
        assert_eq!(checksum(Checksum::Crc32Hex, "123456789", 8), "CBF43926");
        assert_eq!(checksum(Checksum::Crc32HexLittleEndian, "123456789", 8), "2639f4cb");
    }

    #[test]
    fn a_form_tells_what_it_can() {
        let github = form("pattern = 'ghx_(?<over>[0-9A-Za-z]{30})(?<sum>[0-9A-Za-z]{6})'\nchecksum = 'crc32-base62'");
        let right = fit(&github, "ghx_PATVAULTexampleNOTaREALtoken000l81uf").unwrap();
        assert_eq!(right.checksum, Some(true));
        let slip = fit(&github, "ghx_PATVAULTexampleNOTaREALtoken010l81uf").unwrap();
        assert_eq!(slip.checksum, Some(false));
        assert_eq!(fit(&github, "ghx_short"), None);
        assert_eq!(fit(&github, " ghx_PATVAULTexampleNOTaREALtoken000l81uf"), None);
    }

    #[test]
    fn facts_are_read_from_the_token_itself() {
        let x = form("pattern = '(?<owner_id>[0-9]{4,25})-[a-z]+'");
        assert_eq!(fit(&x, "6253-abc").unwrap().read, BTreeMap::from([("owner_id".into(), "6253".into())]));

        let sentry = form(
            "pattern = 'snx_(?<payload>[A-Za-z0-9+/=_-]+)_[a-z]+'
             offline = { group = 'payload', facts = { owner = '/org', instance = '/url' } }",
        );
        let payload = STANDARD.encode(r#"{"iat":1,"org":"example","url":"https://sentry.example.com"}"#);
        let read = fit(&sentry, &format!("snx_{payload}_abc")).unwrap().read;
        let want = [("instance", "https://sentry.example.com"), ("owner", "example")];
        assert_eq!(read, want.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
        assert!(fit(&sentry, "snx_AAAA_abc").unwrap().read.is_empty(), "what is no JSON tells nothing");
    }

    #[test]
    fn what_is_inside_counts_too() {
        let jira = form("pattern = '[MNO][A-Za-z0-9+/]{43}'\ndecodes_to = '[0-9]{12}:'");
        let token = STANDARD.encode(b"012345678901:abcdefghijklmnopqrst");
        assert!(fit(&jira, &token).is_some(), "{token}");
        assert!(fit(&jira, &format!("M{}", "A".repeat(43))).is_none());
    }
}

//! A signature of OAuth 1.0a (RFC 5849), with HMAC-SHA1.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use zeroize::Zeroizing;

use super::template::encoded;
use crate::secret::Secret;

/// The four values that sign.
pub(super) struct Keys {
    pub consumer_key: Secret,
    pub consumer_secret: Secret,
    pub token: Secret,
    pub token_secret: Secret,
}

/// The `Authorization` header for a request. `url` is without a query; `parameters` are those of query and form.
pub(super) fn header(
    keys: &Keys,
    method: &str,
    url: &Secret,
    parameters: &[(String, Secret)],
    nonce: &str,
    now_s: i64,
) -> Secret {
    let now = now_s.to_string();
    let own = [
        ("oauth_consumer_key", keys.consumer_key.expose()),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", now.as_str()),
        ("oauth_token", keys.token.expose()),
        ("oauth_version", "1.0"),
    ];
    // RFC 5849, 3.4.1.3.2: encoded first, then sorted.
    let given = parameters.iter().map(|(name, value)| (name.as_str(), value.expose()));
    let mut all: Vec<String> =
        own.into_iter().chain(given).map(|(name, value)| format!("{}={}", encoded(name), encoded(value))).collect();
    all.sort_unstable();
    let all = Zeroizing::new(all.join("&"));
    let base = Zeroizing::new(format!("{method}&{}&{}", encoded(url.expose()), encoded(&all)));
    let signature = signature(keys, &base);

    let fields = own.into_iter().chain([("oauth_signature", signature.as_str())]);
    let fields: Vec<String> = fields.map(|(name, value)| format!("{name}=\"{}\"", encoded(value))).collect();
    Secret::new(format!("OAuth {}", fields.join(", ")))
}

fn signature(keys: &Keys, base: &str) -> String {
    let (consumer, token) = (encoded(keys.consumer_secret.expose()), encoded(keys.token_secret.expose()));
    let key = Zeroizing::new(format!("{consumer}&{token}"));
    // A key of any length will do for HMAC; there is no case in which this fails.
    let Ok(mut mac) = Hmac::<Sha1>::new_from_slice(key.as_bytes()) else { return String::new() };
    mac.update(base.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The worked example of OAuth Core 1.0, appendix A.5, with its own made-up secrets.
    #[test]
    fn signs_as_the_worked_example_does() {
        let secret = |text: &str| Secret::new(text.to_owned());
        let keys = Keys {
            consumer_key: secret("dpf43f3p2l4k3l03"),
            consumer_secret: secret("kd94hf93k423kf44"),
            token: secret("nnch734d00sl2jdk"),
            token_secret: secret("pfkkdhi9sl3r4s00"),
        };
        let parameters =
            [("file", "vacation.jpg"), ("size", "original")].map(|(name, value)| (name.to_owned(), secret(value)));
        let url = secret("http://photos.example.net/photos");
        let header = header(&keys, "GET", &url, &parameters, "kllo9940pd9333jh", 1_191_242_096);
        assert!(
            header.expose().contains("oauth_signature=\"tR3%2BTy81lMeYAr%2FFid0kMTYa%2FWM%3D\""),
            "{}",
            header.expose()
        );
    }
}

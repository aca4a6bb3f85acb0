//! A service by its address.

/// What an address says of a service.
pub struct Site {
    /// The word for the service: of `github.com` it is `github`; where the host has more parts, the host, because
    /// nobody here knows which of its parts is the name.
    pub service: String,
    /// Scheme and host, without what leads to a page.
    pub instance: String,
    /// Whether the host is nothing but the word and its domain: then it is the service's own, not somebody's instance.
    pub is_plain: bool,
}

/// Takes an address apart: `https://gitlab.example.com/-/profile`, `github.com`.
pub fn site(address: &str) -> Option<Site> {
    // Some exports put several addresses into one cell.
    let first = address.split([',', ' ']).next()?;
    let (scheme, rest) = first.split_once("://").unwrap_or(("https", first));
    let authority = rest.split(['/', '?', '#']).next()?.rsplit('@').next()?.to_lowercase();
    let host = authority.split(':').next()?;
    let host = host.strip_prefix("www.").unwrap_or(host);
    if host.is_empty() {
        return None;
    }
    let mut labels = host.split('.');
    let (first, second, third) = (labels.next()?, labels.next(), labels.next());
    let is_short = second.is_some() && third.is_none();
    let service = if is_short { first } else { host };
    Some(Site {
        service: service.to_owned(),
        instance: format!("{scheme}://{authority}"),
        is_plain: is_short && !authority.contains(':'),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_says_its_service() {
        let cases = [
            ("https://github.com/settings/tokens?x=1", "github", "https://github.com", true),
            ("github.com", "github", "https://github.com", true),
            ("https://WWW.Example.com/", "example", "https://www.example.com", true),
            (
                "https://user:not-a-real-secret-1@gitlab.example.com/-/x",
                "gitlab.example.com",
                "https://gitlab.example.com",
                false,
            ),
            ("https://example.com:8443", "example", "https://example.com:8443", false),
            ("http://localhost:3000/x", "localhost", "http://localhost:3000", false),
            ("https://github.com/login,https://example.com", "github", "https://github.com", true),
        ];
        for (given, service, instance, is_plain) in cases {
            let site = site(given).unwrap();
            assert_eq!((site.service.as_str(), site.instance.as_str(), site.is_plain), (service, instance, is_plain));
        }
        for bad in ["", "https://", "https:///x", "://"] {
            assert!(site(bad).is_none(), "{bad:?}");
        }
    }
}

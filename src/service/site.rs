//! Where a service lives: from a token's instance to the addresses that calls and pages use.

use std::collections::BTreeMap;

use regex_lite::Regex;

use super::definition::{Definition, Site};
use super::template::{Template, Value, Values};

/// What may stand for a placeholder of an address: a part of a host, or a step of a path. Nothing in it can lead to
/// another host.
const LABEL: &str = "[A-Za-z0-9_-]+";

/// A place of a service, found for a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// What the place is called, where it has a name of its own.
    pub name: Option<String>,
    /// The whole address of the instance.
    pub at: String,
    /// Addresses that follow from it, by name, `at` among them.
    pub addresses: BTreeMap<String, String>,
    /// The parts that its placeholders stand for.
    pub parts: BTreeMap<String, String>,
}

impl Place {
    /// These values, and what follows from the place.
    pub(super) fn values(&self, values: &Values) -> Values {
        let mut all = values.clone();
        for (name, text) in self.addresses.iter().chain(&self.parts) {
            all.set(name, Value::Text(text.clone()));
        }
        all
    }

    /// The names of its addresses: what begins an address as it is, and is not encoded.
    pub(super) fn bases(&self) -> Vec<&str> {
        self.addresses.keys().map(String::as_str).collect()
    }
}

/// Finds the place of a token: by its instance, or the usual one where it names none. `None` where the service has no such
/// place, or needs an instance to be named.
pub fn place(definition: &Definition, instance: Option<&str>) -> Option<Place> {
    match instance {
        Some(at) => {
            let at = at.trim_end_matches('/');
            definition.sites.iter().find_map(|site| Some(made(site, at, parts(&site.at, at)?)))
        }
        None => {
            let usual = definition.sites.iter().find(|site| is_usual(site))?;
            Some(made(usual, &usual.at, BTreeMap::new()))
        }
    }
}

/// The site that an address is of.
pub fn site<'a>(definition: &'a Definition, at: &str) -> Option<&'a Site> {
    let at = at.trim_end_matches('/');
    definition.sites.iter().find(|site| parts(&site.at, at).is_some())
}

/// Whether a token that names no instance may be of this place.
pub fn is_usual(site: &Site) -> bool {
    site.at != "*" && !site.at.contains('{')
}

/// What an address takes for the placeholders of a site; `None` where it is another place.
fn parts(site: &str, at: &str) -> Option<BTreeMap<String, String>> {
    if site == "*" {
        return Some(BTreeMap::new());
    }
    let mut pattern = String::from("^");
    let mut rest = site;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, behind) = after.split_once('}')?;
        pattern.push_str(&regex_lite::escape(before));
        pattern.push_str(&format!("(?<{name}>{LABEL})"));
        rest = behind;
    }
    pattern.push_str(&regex_lite::escape(rest));
    pattern.push('$');
    let pattern = Regex::new(&pattern).ok()?;
    let found = pattern.captures(at)?;
    let names = pattern.capture_names().flatten();
    Some(names.filter_map(|name| Some((name.to_owned(), found.name(name)?.as_str().to_owned()))).collect())
}

fn made(site: &Site, at: &str, parts: BTreeMap<String, String>) -> Place {
    let mut values = Values::default();
    values.set("at", Value::Text(at.to_owned()));
    for (name, part) in &parts {
        values.set(name, Value::Text(part.clone()));
    }
    let filled = |template: &String| Template::parse(template).ok()?.fill_text(&values).ok();
    let mut addresses: BTreeMap<String, String> =
        site.addresses.iter().filter_map(|(name, template)| Some((name.clone(), filled(template)?))).collect();
    addresses.insert("at".into(), at.to_owned());
    Place { name: site.name.clone(), at: at.to_owned(), addresses, parts }
}

/// The scheme, host and port of an address: what decides who gets a secret. `None` for anything but https, or http to the
/// machine itself.
pub fn origin(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#', '\\']).next()?;
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    let loopback = ["localhost", "127.0.0.1", "[::1]"].contains(&host);
    let allowed = scheme == "https" || (scheme == "http" && loopback);
    let plain = !host.is_empty() && authority.chars().all(|c| c.is_ascii_alphanumeric() || ".-_:[]".contains(c));
    (allowed && plain).then(|| url.get(..scheme.len() + 3 + authority.len()))?
}

#[cfg(test)]
mod tests {
    use super::*;

    const SITES: &str = "
        language = 1
        name = 'Example'
        [[site]]
        at = 'https://example.com'
        addresses = { api = 'https://api.example.com' }
        [[site]]
        at = 'https://{tenant}.ex.example'
        addresses = { api = 'https://api.{tenant}.ex.example' }
        [[site]]
        at = 'https://dev.example.com/{org}'
        addresses = { api = '{at}/_apis', side = 'https://side.example.com/{org}' }
        [[site]]
        at = '*'
        name = 'self-hosted'
        addresses = { api = '{at}/api/v3' }
        [[kind]]
        id = 'pat'
        name = 'token'";

    #[test]
    fn an_instance_leads_to_its_addresses() {
        let definition: Definition = toml::from_str(SITES).unwrap();
        let cases = [
            (None, "https://api.example.com"),
            (Some("https://example.com/"), "https://api.example.com"),
            (Some("https://acme.ex.example"), "https://api.acme.ex.example"),
            (Some("https://dev.example.com/acme"), "https://dev.example.com/acme/_apis"),
            (Some("https://git.acme.example:8443/hub"), "https://git.acme.example:8443/hub/api/v3"),
            // Dots and slashes are no part of a tenant.
            (Some("https://evil.example/.ex.example"), "https://evil.example/.ex.example/api/v3"),
        ];
        for (instance, want) in cases {
            assert_eq!(place(&definition, instance).unwrap().addresses["api"], want, "{instance:?}");
        }
        let org = place(&definition, Some("https://dev.example.com/acme")).unwrap();
        assert_eq!(org.addresses["side"], "https://side.example.com/acme");
        assert_eq!(org.parts, BTreeMap::from([("org".into(), "acme".into())]));
    }

    #[test]
    fn only_a_safe_address_has_an_origin() {
        let cases = [
            ("https://api.example.com/v1?x", Some("https://api.example.com")),
            ("https://api.example.com:8443", Some("https://api.example.com:8443")),
            ("http://localhost:8080/x", Some("http://localhost:8080")),
            ("http://127.0.0.1:1/x", Some("http://127.0.0.1:1")),
            ("http://example.com", None),
            ("http://localhost.example.com", None),
            ("https://user@example.com/", None),
            ("https://example.com\\@evil.example/", Some("https://example.com")),
            ("ftp://example.com", None),
            ("https://", None),
            ("https:///x", None),
        ];
        for (url, want) in cases {
            assert_eq!(origin(url), want, "{url}");
        }
    }
}

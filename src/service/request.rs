//! Building a request: a call of a definition, and the values that go into it. Pure, and the one place that decides which host
//! gets a secret: the one that the definition names, or the token's own instance.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;
use zeroize::Zeroizing;

use super::definition::{Call, Definition, Method, Sending, UserPassword};
use super::oauth1;
use super::site::{self, Place};
use super::template::{BadTemplate, Template, Unfilled, Value, Values, encoded};
use crate::ports::Request;
use crate::secret::Secret;

/// What patvault calls itself.
const AGENT: &str = concat!("patvault/", env!("CARGO_PKG_VERSION"));

/// What a call is made with.
#[derive(Debug, Clone)]
pub struct Asking<'a> {
    /// Where the service lives for this token.
    pub place: &'a Place,
    /// How the credential is carried, where the call does not say: the way of the token's kind.
    pub usual_send: Option<&'a str>,
    /// What stands in placeholders; `token` is the token that the call is about.
    pub values: &'a Values,
    /// The other credential, for a call that is made with one.
    pub credential: Option<&'a Secret>,
    /// Drawn at random for this request, for a signature.
    pub nonce: &'a str,
    /// Seconds since 1970, for a signature.
    pub now_s: i64,
}

/// Why a request cannot be built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unbuilt {
    /// Something is not known.
    #[error(transparent)]
    Unfilled(#[from] Unfilled),
    /// The definition makes no sense; whoever loads one checks it, so this does not happen to a loaded one.
    #[error("its definition makes no sense: {0}")]
    Senseless(String),
    /// The address is not one that a secret is sent to.
    #[error("no secret is sent to an address that is not https")]
    Unsafe,
}

impl From<BadTemplate> for Unbuilt {
    fn from(bad: BadTemplate) -> Self {
        Self::Senseless(bad.to_string())
    }
}

/// Builds the request of a call.
pub fn build(definition: &Definition, call: &Call, asking: &Asking) -> Result<Request, Unbuilt> {
    let values = asking.place.values(asking.values);
    let bare = Template::parse(&call.url)?.fill_url(&values, &asking.place.bases())?;
    let origin = site::origin(bare.expose()).ok_or(Unbuilt::Unsafe)?.to_owned();

    let mut parts = Parts { query: pairs(&call.query, &values)?, ..Parts::default() };
    for (name, template) in &call.headers {
        parts.headers.push((name.clone(), Template::parse(template)?.fill(&values)?));
    }
    let body = parts.body(call, &values)?;
    if let Some(sending) = sending(definition, call, asking)? {
        let mut carried = values.clone();
        if let Some(credential) = asking.credential {
            carried.set("token", Value::Secret(credential.clone()));
        }
        parts.carry(sending, &carried, &Signed { call, url: &bare, asking })?;
    }
    parts.usual("Accept", "application/json");
    parts.usual("User-Agent", AGENT);
    Ok(Request { method: method(call.method), origin, url: parts.url(&bare), headers: parts.headers, body })
}

/// What of a request is put together piece by piece.
#[derive(Default)]
struct Parts {
    query: Vec<(String, Secret)>,
    headers: Vec<(String, Secret)>,
}

/// What a signature is made over.
struct Signed<'a> {
    call: &'a Call,
    url: &'a Secret,
    asking: &'a Asking<'a>,
}

impl Parts {
    fn carry(&mut self, sending: &Sending, values: &Values, signed: &Signed) -> Result<(), Unbuilt> {
        for (name, template) in &sending.headers {
            let name = Template::parse(name)?.fill(values)?;
            self.headers.push((name.expose().to_owned(), Template::parse(template)?.fill(values)?));
        }
        for (name, template) in &sending.query {
            self.query.push((name.clone(), Template::parse(template)?.fill(values)?));
        }
        if let Some(basic) = &sending.basic {
            match both(basic, values) {
                Ok(header) => self.headers.push(("Authorization".into(), header)),
                Err(Unbuilt::Unfilled(Unfilled::Missing(_))) if basic.optional => {}
                Err(other) => return Err(other),
            }
        }
        if let Some(signature) = &sending.oauth1 {
            let keys = oauth1::Keys {
                consumer_key: Template::parse(&signature.consumer_key)?.fill(values)?,
                consumer_secret: Template::parse(&signature.consumer_secret)?.fill(values)?,
                token: Template::parse(&signature.token)?.fill(values)?,
                token_secret: Template::parse(&signature.token_secret)?.fill(values)?,
            };
            let mut parameters = self.query.clone();
            parameters.extend(pairs(&signed.call.form, values)?);
            let (method, nonce, now_s) = (method(signed.call.method), signed.asking.nonce, signed.asking.now_s);
            let header = oauth1::header(&keys, method, signed.url, &parameters, nonce, now_s);
            self.headers.push(("Authorization".into(), header));
        }
        Ok(())
    }

    fn body(&mut self, call: &Call, values: &Values) -> Result<Option<Secret>, Unbuilt> {
        if let Some(json) = &call.json {
            self.usual("Content-Type", call.content_type.as_deref().unwrap_or("application/json"));
            let mut filled = filled(json, values)?.unwrap_or(Json::Null);
            let text = filled.to_string();
            wipe(&mut filled);
            return Ok(Some(Secret::new(text)));
        }
        if call.form.is_empty() {
            return Ok(None);
        }
        self.usual("Content-Type", "application/x-www-form-urlencoded");
        Ok(Some(joined(&pairs(&call.form, values)?)))
    }

    /// A header, unless the definition gave it.
    fn usual(&mut self, name: &str, value: &str) {
        if !self.headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name)) {
            self.headers.push((name.to_owned(), Secret::new(value.to_owned())));
        }
    }

    fn url(&self, bare: &Secret) -> Secret {
        if self.query.is_empty() {
            return bare.clone();
        }
        let sign = if bare.expose().contains('?') { '&' } else { '?' };
        Secret::new(format!("{}{sign}{}", bare.expose(), joined(&self.query).expose()))
    }
}

/// A user and a password in HTTP's Basic scheme.
fn both(basic: &UserPassword, values: &Values) -> Result<Secret, Unbuilt> {
    let user = Template::parse(&basic.user)?.fill(values)?;
    let password = Template::parse(&basic.password)?.fill(values)?;
    let both = Zeroizing::new(format!("{}:{}", user.expose(), password.expose()));
    Ok(Secret::new(format!("Basic {}", *Zeroizing::new(STANDARD.encode(both.as_bytes())))))
}

fn sending<'a>(definition: &'a Definition, call: &'a Call, asking: &'a Asking) -> Result<Option<&'a Sending>, Unbuilt> {
    if call.anonymous {
        return Ok(None);
    }
    let by = call.by.as_ref().and_then(|by| definition.credentials.get(by)).map(|by| by.send.as_str());
    let name = call.send.as_deref().or(by).or(asking.usual_send);
    let name = name.ok_or_else(|| Unbuilt::Senseless("nothing says how the token is sent".into()))?;
    let sending = definition.send.get(name);
    sending.map(Some).ok_or_else(|| Unbuilt::Senseless(format!("there is no way of sending '{name}'")))
}

/// Templates filled in; one without a value is left out.
fn pairs(templates: &BTreeMap<String, String>, values: &Values) -> Result<Vec<(String, Secret)>, Unbuilt> {
    let mut pairs = vec![];
    for (name, template) in templates {
        match Template::parse(template)?.fill(values) {
            Ok(value) => pairs.push((name.clone(), value)),
            Err(Unfilled::Missing(_)) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Ok(pairs)
}

fn joined(pairs: &[(String, Secret)]) -> Secret {
    let each = |(name, value): &(String, Secret)| format!("{}={}", encoded(name), encoded(value.expose()));
    Secret::new(pairs.iter().map(each).collect::<Vec<_>>().join("&"))
}

/// A body of JSON filled in. `None` for text whose placeholder has no value.
fn filled(json: &Json, values: &Values) -> Result<Option<Json>, Unbuilt> {
    Ok(Some(match json {
        Json::String(text) => match Template::parse(text)?.fill_json(values) {
            Ok(value) => value,
            Err(Unfilled::Missing(_)) => return Ok(None),
            Err(other) => return Err(other.into()),
        },
        Json::Array(elements) => {
            let mut all = vec![];
            for element in elements {
                all.extend(filled(element, values)?);
            }
            Json::Array(all)
        }
        Json::Object(fields) => {
            let mut all = serde_json::Map::new();
            for (name, value) in fields {
                if let Some(value) = filled(value, values)? {
                    all.insert(name.clone(), value);
                }
            }
            Json::Object(all)
        }
        other => other.clone(),
    }))
}

/// Overwrites every text of a JSON value: it may have been a secret.
pub(super) fn wipe(json: &mut Json) {
    use zeroize::Zeroize;
    match json {
        Json::String(text) => text.zeroize(),
        Json::Array(elements) => elements.iter_mut().for_each(wipe),
        Json::Object(fields) => fields.values_mut().for_each(wipe),
        _ => {}
    }
}

/// Whether a call says when what it makes is to end.
pub fn asks_for_end(call: &Call) -> bool {
    let names = |text: &str| {
        let template = Template::parse(text).ok();
        template.is_some_and(|template| template.names().any(|name| ["expiry", "days", "lifetime_s"].contains(&name)))
    };
    let json = call.json.iter().any(|json| any_text(json, &names));
    json || call.query.values().chain(call.form.values()).any(|text| names(text))
}

fn any_text(json: &Json, fits: &impl Fn(&str) -> bool) -> bool {
    match json {
        Json::String(text) => fits(text),
        Json::Array(elements) => elements.iter().any(|element| any_text(element, fits)),
        Json::Object(fields) => fields.values().any(|field| any_text(field, fits)),
        _ => false,
    }
}

fn method(method: Method) -> &'static str {
    match method {
        Method::Get => "GET",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Patch => "PATCH",
        Method::Delete => "DELETE",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_application_without_a_secret_is_no_user() {
        let definition: Definition = toml::from_str(
            "language = 1
             name = 'Example'
             [[site]]
             at = 'https://example.com'
             [send.app]
             basic = { user = '{app}', password = '{app_secret}', optional = true }
             [call.exchange]
             url = '{at}/token'
             [[kind]]
             id = 'pat'
             name = 'token'",
        )
        .unwrap();
        let place = site::place(&definition, None).unwrap();
        let mut values = Values::default();
        values.set_text("app", Some("ada"));
        let header = |values: &Values| {
            let asking =
                Asking { place: &place, usual_send: Some("app"), values, credential: None, nonce: "", now_s: 0 };
            let request = build(&definition, &definition.calls["exchange"], &asking).unwrap();
            let found = request.headers.iter().find(|(name, _)| name == "Authorization");
            found.map(|(_, value)| value.expose().to_owned())
        };
        assert_eq!(header(&values), None);
        values.set_text("app_secret", Some("example"));
        assert_eq!(header(&values).unwrap(), "Basic YWRhOmV4YW1wbGU=");
    }
}

//! Templates: text with placeholders, and the values that go there.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use serde_json::Value as Json;
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::token::ID;

/// What is left as it is in an address: RFC 3986's unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// What may stand in a placeholder.
#[derive(Debug, Clone)]
pub enum Value {
    /// Text.
    Text(String),
    /// A secret.
    Secret(Secret),
    /// Words.
    List(Vec<String>),
    /// A number.
    Number(i64),
    /// A time.
    Time(DateTime<Utc>),
}

/// Values by the names that placeholders use.
#[derive(Debug, Clone, Default)]
pub struct Values(BTreeMap<String, Value>);

impl Values {
    /// Gives a placeholder its value.
    pub fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// The same with text, where there is some.
    pub fn set_text(&mut self, name: &str, text: Option<&str>) {
        if let Some(text) = text {
            self.set(name, Value::Text(text.to_owned()));
        }
    }

    /// Whether a placeholder has a value.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }
}

/// Why a template cannot be filled in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unfilled {
    /// A placeholder has no value.
    #[error("'{}' is not known of this token{}", .0, who_says(.0))]
    Missing(String),
    /// A value would lead to another place of the service.
    #[error("'{0}' cannot stand in an address")]
    Dots(String),
}

/// How a person may say a value that nothing else tells.
fn who_says(name: &str) -> &'static str {
    if name == ID { ": its page shows it, and --id of 'patvault edit' or 'revoke' takes it" } else { "" }
}

/// Text that is no template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadTemplate {
    /// A brace without its other.
    #[error("a brace has no other one")]
    Unbalanced,
    /// A filter that there is not.
    #[error("'{0}' is no filter; there are comma, space, s, ms, time, day and unescaped")]
    Filter(String),
}

/// How a value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Filter {
    Plain,
    Joined(&'static str),
    EpochS,
    EpochMs,
    Rfc3339,
    Day,
    Unescaped,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Place { name: String, filter: Filter },
}

/// Text with placeholders: `Bearer {token}`, `{scopes|comma}`. A brace that
/// stands for itself is doubled: `{{ viewer {{ id }} }}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template(Vec<Part>);

impl Template {
    /// Reads a template.
    pub fn parse(text: &str) -> Result<Self, BadTemplate> {
        let mut parts = vec![];
        let mut plain = String::new();
        let mut rest = text;
        while let Some((before, from)) = rest.find(['{', '}']).map(|at| rest.split_at(at)) {
            plain.push_str(before);
            if let Some(behind) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
                plain.extend(from.chars().next());
                rest = behind;
                continue;
            }
            let inside = from.strip_prefix('{').and_then(|from| from.split_once('}'));
            let (inside, behind) = inside.filter(|(inside, _)| !inside.contains('{')).ok_or(BadTemplate::Unbalanced)?;
            parts.push(Part::Text(std::mem::take(&mut plain)));
            parts.push(place(inside)?);
            rest = behind;
        }
        parts.push(Part::Text(plain + rest));
        parts.retain(|part| *part != Part::Text(String::new()));
        Ok(Self(parts))
    }

    /// The names it asks for.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(|part| match part {
            Part::Place { name, .. } => Some(name.as_str()),
            Part::Text(_) => None,
        })
    }

    /// What it begins with, up to the first placeholder.
    pub fn literal_start(&self) -> &str {
        match self.0.first() {
            Some(Part::Text(text)) => text,
            _ => "",
        }
    }

    /// Fills it in. The result may hold a secret.
    pub fn fill(&self, values: &Values) -> Result<Secret, Unfilled> {
        self.fill_text(values).map(Secret::new)
    }

    /// Fills an address in: whatever comes from a value is encoded, but for those names whose values are addresses.
    pub fn fill_url(&self, values: &Values, addresses: &[&str]) -> Result<Secret, Unfilled> {
        let mut url = Zeroizing::new(String::new());
        for part in &self.0 {
            match part {
                Part::Text(text) => url.push_str(text),
                Part::Place { name, filter } => {
                    let text = Zeroizing::new(write(name, *filter, values)?);
                    if text.chars().all(|c| c == '.') {
                        return Err(Unfilled::Dots(name.clone()));
                    }
                    if addresses.contains(&name.as_str()) {
                        url.push_str(&text)
                    } else {
                        url.extend(utf8_percent_encode(&text, ENCODED))
                    }
                }
            }
        }
        Ok(Secret::new(url.to_string()))
    }

    /// Its value as JSON: with its own type where the template is one placeholder and nothing else.
    pub fn fill_json(&self, values: &Values) -> Result<Json, Unfilled> {
        if let [Part::Place { name, filter }] = &self.0[..] {
            match (values.0.get(name), filter) {
                (Some(Value::List(words)), Filter::Plain) => return Ok(Json::from(words.clone())),
                (Some(Value::Number(number)), Filter::Plain) => return Ok(Json::from(*number)),
                (Some(Value::Time(at)), Filter::EpochS) => return Ok(Json::from(at.timestamp())),
                (Some(Value::Time(at)), Filter::EpochMs) => return Ok(Json::from(at.timestamp_millis())),
                _ => {}
            }
        }
        self.fill_text(values).map(Json::from)
    }

    /// The same from values among which there is no secret.
    pub fn fill_text(&self, values: &Values) -> Result<String, Unfilled> {
        let mut whole = String::new();
        for part in &self.0 {
            match part {
                Part::Text(text) => whole.push_str(text),
                Part::Place { name, filter } => whole.push_str(&Zeroizing::new(write(name, *filter, values)?)),
            }
        }
        Ok(whole)
    }
}

/// Encodes a value of a query or a form.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, ENCODED).to_string()
}

/// What percent escapes in a value stand for. A token that is full of them goes into a form without, for forms escape it again.
fn unescaped(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn place(inside: &str) -> Result<Part, BadTemplate> {
    let (name, filter) = inside.split_once('|').unwrap_or((inside, ""));
    let filter = match filter {
        "" => Filter::Plain,
        "comma" => Filter::Joined(","),
        "space" => Filter::Joined(" "),
        "s" => Filter::EpochS,
        "ms" => Filter::EpochMs,
        "time" => Filter::Rfc3339,
        "day" => Filter::Day,
        "unescaped" => Filter::Unescaped,
        other => return Err(BadTemplate::Filter(other.to_owned())),
    };
    Ok(Part::Place { name: name.to_owned(), filter })
}

fn write(name: &str, filter: Filter, values: &Values) -> Result<String, Unfilled> {
    let value = values.0.get(name).ok_or_else(|| Unfilled::Missing(name.to_owned()))?;
    Ok(match (value, filter) {
        (Value::Text(text), Filter::Unescaped) => unescaped(text),
        (Value::Secret(secret), Filter::Unescaped) => unescaped(secret.expose()),
        (Value::Text(text), _) => text.clone(),
        (Value::Secret(secret), _) => secret.expose().to_owned(),
        (Value::Number(number), _) => number.to_string(),
        (Value::List(words), Filter::Joined(by)) => words.join(by),
        (Value::List(words), _) => words.join(" "),
        (Value::Time(at), Filter::EpochS) => at.timestamp().to_string(),
        (Value::Time(at), Filter::EpochMs) => at.timestamp_millis().to_string(),
        (Value::Time(at), Filter::Day) => at.format("%Y-%m-%d").to_string(),
        (Value::Time(at), _) => at.to_rfc3339_opts(SecondsFormat::Secs, true),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values() -> Values {
        let mut values = Values::default();
        values.set("token", Value::Secret(Secret::new("s3cret".into())));
        values.set("scopes", Value::List(vec!["repo".into(), "read:org".into()]));
        values.set("days", Value::Number(90));
        values.set("expiry", Value::Time(DateTime::from_timestamp(1_800_000_000, 0).unwrap()));
        values.set_text("org", Some("a b/../c?d"));
        values.set_text("escaped", Some("a%2Bb%3D"));
        values.set_text("api", Some("https://api.example.com/v1"));
        values
    }

    #[test]
    fn is_filled_in() {
        let cases = [
            ("Bearer {token}", "Bearer s3cret"),
            ("{scopes|comma}", "repo,read:org"),
            ("{scopes|space}", "repo read:org"),
            ("{days}", "90"),
            (
                "{expiry|s} {expiry|ms} {expiry|day} {expiry|time}",
                "1800000000 1800000000000 2027-01-15 2027-01-15T08:00:00Z",
            ),
            ("{escaped} {escaped|unescaped}", "a%2Bb%3D a+b="),
            ("no placeholder", "no placeholder"),
            ("{{ viewer {{ id }} }}", "{ viewer { id } }"),
            ("{{{days}}}", "{90}"),
            ("", ""),
        ];
        for (template, want) in cases {
            assert_eq!(Template::parse(template).unwrap().fill(&values()).unwrap().expose(), want);
        }
    }

    #[test]
    fn a_value_stays_in_its_step_of_an_address() {
        let url = Template::parse("{api}/orgs/{org}/x").unwrap().fill_url(&values(), &["api"]).unwrap();
        assert_eq!(url.expose(), "https://api.example.com/v1/orgs/a%20b%2F..%2Fc%3Fd/x");

        let mut dots = values();
        dots.set_text("org", Some(".."));
        let refused = Template::parse("{api}/orgs/{org}/x").unwrap().fill_url(&dots, &["api"]).unwrap_err();
        assert_eq!(refused, Unfilled::Dots("org".into()));
    }

    #[test]
    fn json_keeps_types() {
        let cases = [
            ("{scopes}", serde_json::json!(["repo", "read:org"])),
            ("{days}", serde_json::json!(90)),
            ("{expiry|ms}", serde_json::json!(1_800_000_000_000_i64)),
            ("{expiry}", serde_json::json!("2027-01-15T08:00:00Z")),
            ("in {days} days", serde_json::json!("in 90 days")),
        ];
        for (template, want) in cases {
            assert_eq!(Template::parse(template).unwrap().fill_json(&values()).unwrap(), want);
        }
    }

    #[test]
    fn what_is_no_template() {
        for bad in ["{", "}", "{a", "a}", "{a{b}", "{a}}"] {
            assert_eq!(Template::parse(bad), Err(BadTemplate::Unbalanced), "{bad}");
        }
        assert_eq!(Template::parse("{a|rot13}"), Err(BadTemplate::Filter("rot13".into())));
        let missing = Template::parse("{who}").unwrap().fill(&values()).unwrap_err();
        assert_eq!(missing, Unfilled::Missing("who".into()));
    }
}

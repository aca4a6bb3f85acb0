//! What an answer means: the judgement, the facts, and the new secret in it. Pure: an answer goes in, values come out, and no
//! part of an answer ever stands in a message.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use regex_lite::Regex;
use serde_json::Value as Json;

use super::definition::{Call, Fact, Means, RowMatch, Rule, Source, Unit};
use super::request::wipe;
use super::template::{Template, Values};
use crate::ports::Answer;
use crate::secret::Secret;
use crate::token::expiry::Date;

/// How few signs of a secret are enough to know it again among others.
const TELLING_SIGNS_MIN: usize = 4;
/// Signs that stand for what is not shown of a secret.
const HIDING_SIGN: [char; 5] = ['*', '.', '…', '•', '·'];

/// What an answer was found to say.
#[derive(Debug, Clone)]
pub struct Judged {
    /// What it means.
    pub means: Means,
    /// Why, in our own words.
    pub why: Option<String>,
    /// The service said so itself. Else it may have done what was asked, whatever this says.
    pub certain: bool,
    /// What it tells about the token.
    pub facts: Facts,
    /// Values for what comes after. Any of them may be a secret.
    pub keeps: BTreeMap<String, Secret>,
    /// The new secret.
    pub secret: Option<Secret>,
    /// The service wants to be left alone for so long.
    pub wait: Option<Duration>,
}

/// What a service told about a token. What it did not tell is absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    /// Texts: id, label, owner, owner id, mail address, instance.
    pub texts: BTreeMap<Fact, String>,
    /// What it may do.
    pub scopes: Option<Vec<String>>,
    /// When it was issued.
    pub issued: Option<Date>,
    /// When it ends.
    pub expiry: Option<End>,
    /// When it was last used.
    pub last_use: Option<Date>,
}

impl Facts {
    /// Takes what another answer tells and this one does not.
    pub fn add(&mut self, other: Self) {
        for (fact, text) in other.texts {
            self.texts.entry(fact).or_insert(text);
        }
        self.scopes = self.scopes.take().or(other.scopes);
        self.issued = self.issued.or(other.issued);
        self.expiry = self.expiry.or(other.expiry);
        self.last_use = self.last_use.or(other.last_use);
    }

    /// Leaves out what the service does not tell about a kind of token.
    pub fn without(mut self, untold: &[Fact]) -> Self {
        self.texts.retain(|fact, _| !untold.contains(fact));
        self.scopes = self.scopes.filter(|_| !untold.contains(&Fact::Scopes));
        self.issued = self.issued.filter(|_| !untold.contains(&Fact::Issued));
        self.expiry = self.expiry.filter(|_| !untold.contains(&Fact::Expiry));
        self.last_use = self.last_use.filter(|_| !untold.contains(&Fact::LastUse));
        self
    }
}

/// When a token ends, as its service says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Not by itself.
    Never,
    /// Then.
    At(Date),
}

/// An answer as rules look at it.
struct Seen<'a> {
    answer: &'a Answer,
    json: Option<Json>,
}

impl Drop for Seen<'_> {
    /// It may have held a new secret.
    fn drop(&mut self) {
        self.json.iter_mut().for_each(wipe);
    }
}

/// Judges an answer to a call. `values` are those that the request was made with.
pub fn judge(call: &Call, answer: &Answer, values: &Values, now: DateTime<Utc>) -> Judged {
    let seen = Seen { answer, json: serde_json::from_slice(&answer.body).ok() };
    let (means, why, certain) = meaning(call, &seen);
    let mut judged = Judged {
        means,
        why,
        certain,
        facts: Facts::default(),
        keeps: BTreeMap::new(),
        secret: None,
        wait: wait(answer, now),
    };
    if matches!(means, Means::Alive | Means::Limited | Means::Done)
        && let Some(within) = own_part(call, &seen, values)
    {
        let at = |source: &Source| found(source, answer, within);
        judged.facts = facts(call, &at, now);
        judged.keeps = call.keeps.iter().filter_map(|(name, from)| Some((name.clone(), text(&at(from))?))).collect();
        judged.secret = call.secret.as_ref().and_then(|from| text(&at(from)));
    }
    judged
}

fn meaning(call: &Call, seen: &Seen) -> (Means, Option<String>, bool) {
    let status = seen.answer.status;
    let Some(rule) = call.answers.iter().find(|rule| fits(rule, seen)) else {
        let (means, why) = unknown(status);
        // A request that took too long (408) may have been heard.
        return (means, Some(why), (400..500).contains(&status) && status != 408);
    };
    let trusted = call.any_content || seen.json.is_some() || (rule.means == Means::Done && seen.answer.body.is_empty());
    if !trusted && matches!(rule.means, Means::Alive | Means::Limited | Means::Dead | Means::Done) {
        let why = "something else than the service answered: a sign-in page, or a proxy's";
        return (Means::Refused, Some(why.into()), false);
    }
    (rule.means, rule.why.clone(), status < 500)
}

fn unknown(status: u16) -> (Means, String) {
    let why = match status {
        429 => return (Means::Throttled, "it was asked too often".into()),
        300..=399 => "it points elsewhere, where no secret is sent",
        407 => "a proxy wants a password",
        500..=599 => "the service has trouble of its own",
        _ => "an answer that says nothing for certain",
    };
    (Means::Refused, format!("{why} ({status})"))
}

fn fits(rule: &Rule, seen: &Seen) -> bool {
    let at = |pointer: &str| seen.json.as_ref().and_then(|json| json.pointer(pointer));
    let is = |pointer: &String, want: &Json| match (at(pointer), want) {
        (Some(there), Json::Array(any)) => any.contains(there),
        (Some(there), want) => there == want,
        (None, _) => false,
    };
    let says = |text: Option<&str>, pattern: &str| {
        text.is_some_and(|text| Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text)))
    };
    (rule.status.is_empty() || rule.status.contains(&seen.answer.status))
        && (!rule.empty || seen.answer.body.is_empty())
        && rule.json.iter().all(|(pointer, want)| is(pointer, want))
        && rule.has.iter().all(|pointer| at(pointer).is_some_and(|there| !there.is_null()))
        && rule.matches.iter().all(|(pointer, pattern)| says(at(pointer).and_then(Json::as_str), pattern))
        && rule.headers.iter().all(|(name, pattern)| says(seen.answer.header(&name.to_lowercase()), pattern))
}

/// How long the service wants to be left alone: `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3).
fn wait(answer: &Answer, now: DateTime<Utc>) -> Option<Duration> {
    let text = answer.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?;
    (at.to_utc() - now).to_std().ok()
}

/// What the first token of a list is called whose name ends so.
pub(super) fn label_ending(call: &Call, answer: &Answer, ending: &str) -> Option<String> {
    let seen = Seen { answer, json: serde_json::from_slice(&answer.body).ok() };
    let rows = seen.json.as_ref()?.pointer(call.rows.as_ref()?)?.as_array()?;
    let from = call.facts.get(&Fact::Label)?;
    let mut labels = rows.iter().filter_map(|row| joined(&found(from, answer, row)));
    labels.find(|label| label.ends_with(ending))
}

/// The part of an answer that is about the token: all of it, or its row. `None` where the row is not there.
fn own_part<'a>(call: &Call, seen: &'a Seen, values: &Values) -> Option<&'a Json> {
    const NOTHING: &Json = &Json::Null;
    let json = seen.json.as_ref().unwrap_or(NOTHING);
    let Some(rows) = &call.rows else { return Some(json) };
    let rows = json.pointer(rows)?.as_array()?;
    let wanted = call.row.as_ref()?;
    let mut own = rows.iter().filter(|row| is_own(wanted, row, values));
    // Two rows that could be the token are none.
    own.next().filter(|_| own.next().is_none())
}

fn is_own(wanted: &RowMatch, row: &Json, values: &Values) -> bool {
    let there = match row.pointer(&wanted.at) {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Number(number)) => number.to_string(),
        _ => return false,
    };
    // What is not known of the token fits nothing.
    let fits = |template: &Option<String>, fits: &dyn Fn(&str) -> bool| {
        let value = |text| Template::parse(text).ok()?.fill(values).ok();
        template.as_ref().is_none_or(|text| value(text).is_some_and(|value| fits(value.expose())))
    };
    let telling = |shown: &str| shown.len() >= TELLING_SIGNS_MIN;
    let end = there.rsplit(HIDING_SIGN).next().unwrap_or("");
    let beginning = there.split(HIDING_SIGN).next().unwrap_or("");
    [&wanted.is, &wanted.ends, &wanted.begins].iter().any(|held| held.is_some())
        && fits(&wanted.is, &|value| value == there)
        && fits(&wanted.ends, &|value| telling(end) && value.ends_with(end))
        && fits(&wanted.begins, &|value| telling(beginning) && value.starts_with(beginning))
}

fn facts(call: &Call, at: &impl Fn(&Source) -> Vec<Json>, now: DateTime<Utc>) -> Facts {
    let mut facts = Facts::default();
    for (fact, from) in &call.facts {
        let values = at(from);
        match fact {
            Fact::Scopes => facts.scopes = list(&values, from.split.as_deref()),
            Fact::Issued => facts.issued = date(&values, from, now),
            Fact::LastUse => facts.last_use = date(&values, from, now),
            Fact::Expiry if values.first().is_some_and(|value| is_never(value, &from.never)) => {
                facts.expiry = Some(End::Never);
            }
            Fact::Expiry => facts.expiry = date(&values, from, now).map(End::At),
            _ => {
                if let Some(text) = joined(&values) {
                    facts.texts.insert(*fact, text);
                }
            }
        }
    }
    facts
}

/// Whether a value is one of those that say "never".
fn is_never(value: &Json, never: &[Json]) -> bool {
    never.contains(value) || (value.is_null() && never.iter().any(|word| word == "null"))
}

/// What stands where a source points. Null is kept: it may say "never".
fn found(source: &Source, answer: &Answer, json: &Json) -> Vec<Json> {
    let claims = source.jwt.as_ref().map(|pointer| claims(json.pointer(pointer)).unwrap_or_default());
    let json = claims.as_ref().unwrap_or(json);
    let mut values: Vec<Json> = source.json.iter().flat_map(|pointer| all_at(json, pointer)).collect();
    if let Some(header) = &source.header {
        values.extend(answer.header(&header.to_lowercase()).map(Json::from));
    }
    let Some(pattern) = source.pattern.as_ref().and_then(|pattern| Regex::new(pattern).ok()) else { return values };
    let part = |value: &Json| Some(Json::from(pattern.captures(value.as_str()?)?.get(1)?.as_str()));
    values.iter().filter_map(part).collect()
}

/// The claims of a JSON web token. Its signature is the service's own business.
fn claims(token: Option<&Json>) -> Option<Json> {
    let payload = token?.as_str()?.split('.').nth(1)?;
    serde_json::from_slice(&super::form::decode(payload)?).ok()
}

/// Everything a JSON pointer leads to, where `*` stands for every element.
fn all_at(json: &Json, pointer: &str) -> Vec<Json> {
    match pointer.split_once("/*") {
        None => json.pointer(pointer).cloned().into_iter().collect(),
        Some((list, rest)) => {
            let elements = json.pointer(list).and_then(Json::as_array);
            elements.into_iter().flatten().flat_map(|element| all_at(element, rest)).collect()
        }
    }
}

fn word(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

fn joined(values: &[Json]) -> Option<String> {
    let words: Vec<String> = values.iter().filter_map(word).filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

fn text(values: &[Json]) -> Option<Secret> {
    values.first().and_then(word).filter(|text| !text.is_empty()).map(Secret::new)
}

fn list(values: &[Json], split: Option<&str>) -> Option<Vec<String>> {
    let split = |text: &str| -> Vec<String> {
        let parts: Vec<&str> = split.map_or_else(|| vec![text], |by| text.split(by).collect());
        parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
    };
    let words = |value: &Json| match value {
        Json::Array(elements) => Some(elements.iter().filter_map(word).collect()),
        Json::String(text) => Some(split(text)),
        _ => None,
    };
    let lists: Vec<Vec<String>> = values.iter().filter_map(words).collect();
    (!lists.is_empty()).then(|| lists.concat())
}

fn date(values: &[Json], source: &Source, now: DateTime<Utc>) -> Option<Date> {
    let value = values.first()?;
    let Some(unit) = source.unit else { return parsed(value.as_str()?) };
    let number = value.as_i64().or_else(|| value.as_str()?.parse().ok())?;
    let at = match unit {
        Unit::EpochS => DateTime::from_timestamp(number, 0),
        Unit::EpochMs => DateTime::from_timestamp_millis(number),
        Unit::FromNowS => now.checked_add_signed(chrono::TimeDelta::try_seconds(number)?),
    };
    at.map(Date::Instant)
}

/// A time as services write it: RFC 3339, the same with a blank or an offset without a colon, or a day.
fn parsed(text: &str) -> Option<Date> {
    const FORMS: [&str; 3] = ["%Y-%m-%dT%H:%M:%S%.f%z", "%Y-%m-%d %H:%M:%S%.f %z", "%Y-%m-%d %H:%M:%S%.f%z"];
    if let Ok(day) = text.parse::<NaiveDate>() {
        return Some(Date::Day(day));
    }
    let utc = text.strip_suffix(" UTC").map(|rest| format!("{rest} +0000"));
    let text = utc.as_deref().unwrap_or(text);
    let at = DateTime::parse_from_rfc3339(text).ok();
    at.or_else(|| FORMS.iter().find_map(|form| DateTime::parse_from_str(text, form).ok()))
        .map(|at| Date::Instant(at.to_utc()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn null_says_never_where_the_definition_says_so() {
        let source: Source = toml::from_str("json = ['/end']\nnever = [-1, 'null']").unwrap();
        let cases = [(json!(null), true), (json!(-1), true), (json!(0), false), (json!("2027-02-11"), false)];
        for (value, want) in cases {
            assert_eq!(is_never(&value, &source.never), want, "{value}");
        }
        assert!(!is_never(&Json::Null, &[]), "null says nothing by itself");
    }

    #[test]
    fn a_row_is_own_only_by_what_is_known() {
        let call: Call = toml::from_str(
            "url = 'https://example.com/'
             rows = '/items'
             row = { at = '/hint', ends = '{token}', begins = '{id}' }
             answers = [{ means = 'alive' }]
             facts = { label = { json = ['/name'] } }",
        )
        .unwrap();
        let body = r#"{"items":[{"hint":"abcd...wxyz","name":"somebody's"}]}"#;
        let label = |values: &Values| {
            let answer = Answer { status: 200, headers: vec![], body: body.as_bytes().to_vec().into() };
            judge(&call, &answer, values, DateTime::UNIX_EPOCH).facts.texts.get(&Fact::Label).cloned()
        };
        let mut values = Values::default();
        assert_eq!(label(&values), None, "nothing is known, so nothing fits");
        values.set_text("token", Some("secret-wxyz"));
        assert_eq!(label(&values), None, "half of it is not enough");
        values.set_text("id", Some("abcd-1"));
        assert_eq!(label(&values).as_deref(), Some("somebody's"));
    }
}

//! A sort of token.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::call::Fact;

/// A sort of token that a service issues.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Kind {
    /// A short lower-case word: `classic`.
    pub id: String,
    /// What people call it: `classic personal access token`.
    pub name: String,
    /// What a person should know of it before anything else, in a sentence: that such tokens do not work any more.
    #[serde(default)]
    pub note: Option<String>,
    /// What is not proven about it, in sentences. patvault says it too.
    #[serde(default)]
    pub unproven: Vec<String>,
    /// What such tokens look like. None where they look like nothing in particular.
    #[serde(default, rename = "form")]
    pub forms: Vec<Form>,
    /// The fields it needs or takes, by name.
    #[serde(default)]
    pub fields: Vec<String>,
    /// How requests carry it, by the name of a way in `send`. None where the token itself is never sent as it is.
    #[serde(default)]
    pub send: Option<String>,
    /// Environment variables that customarily hold it, the usual one first.
    #[serde(default)]
    pub env: Vec<String>,
    /// How git uses it.
    #[serde(default)]
    pub git: Option<Git>,
    /// How long it lives.
    #[serde(default)]
    pub lifetime: Lifetime,
    /// The set of scopes it is given from. None where it can do whatever its owner can.
    #[serde(default)]
    pub scopes: Option<String>,
    /// The calls that verify it, in order: the first decides, those after it only add facts.
    #[serde(default)]
    pub verify: Vec<String>,
    /// Facts that answers do not tell about this kind, whatever stands there: the header that is empty for it.
    #[serde(default)]
    pub untold: Vec<Fact>,
    /// The call that lists tokens of this sort.
    #[serde(default)]
    pub list: Option<String>,
    /// The call that makes one. Where nothing rotates such tokens, or the old one cannot any more, a new one comes from here.
    #[serde(default)]
    pub create: Option<String>,
    /// How a call rotates it.
    #[serde(default)]
    pub rotate: Option<Rotate>,
    /// How a call revokes it.
    #[serde(default)]
    pub revoke: Option<Revoke>,
    /// Pages for the person: `manage`, `new`, `rotate`, `revoke`.
    #[serde(default, rename = "page")]
    pub pages: BTreeMap<String, Page>,
}

/// What tokens of a kind look like.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// A regular expression for all of the token. A group called `sum` is its checksum, and one called `over` what that is
    /// taken of; any other named group is a fact or field that can be read from it: `id`, `owner_id`.
    pub pattern: String,
    /// It tells the service by itself. Else (the usual look of a hash, a prefix that others use too) it only counts for one
    /// who names the service.
    #[serde(default = "yes")]
    pub telling: bool,
    /// How `sum` follows from `over`.
    #[serde(default)]
    pub checksum: Option<Checksum>,
    /// What the token begins with once it is read as base64, as a regular expression.
    #[serde(default)]
    pub decodes_to: Option<String>,
    /// A part that is base64 of JSON with facts in it.
    #[serde(default)]
    pub offline: Option<Offline>,
}

fn yes() -> bool {
    true
}

/// How a checksum follows from what it is taken of. Always CRC-32 (IEEE 802.3); they differ in how it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Checksum {
    /// Digits 0-9A-Za-z, filled up with 0 from the left.
    Crc32Base62,
    /// Digits 0-9a-z, filled up with 0 from the left.
    Crc32Base36,
    /// Hexadecimal in capitals.
    Crc32Hex,
    /// Hexadecimal in small letters, the last byte first.
    Crc32HexLittleEndian,
}

/// Facts in a part of the token.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Offline {
    /// The named group that holds base64 of JSON.
    pub group: String,
    /// Facts by JSON pointer.
    pub facts: BTreeMap<Fact, String>,
}

/// How git uses a token over HTTPS.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Git {
    /// The user name that goes with it; may use `{account}` and fields. The token is the password.
    pub user: String,
    /// The host that git talks to, where it is not that of the instance.
    #[serde(default)]
    pub host: Option<String>,
}

/// How long tokens of a kind live, as far as is known.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Lifetime {
    /// The service offers this many days where nothing else is chosen.
    #[serde(default)]
    pub usual_days: Option<u32>,
    /// It gives no more than so many days.
    #[serde(default)]
    pub longest_days: Option<u32>,
    /// A token may live for ever: yes, no, or not said.
    #[serde(default)]
    pub endless: Option<bool>,
    /// It dies when it was not used for so many days.
    #[serde(default)]
    pub unused_days: Option<u32>,
    /// What else is to be known, in a sentence.
    #[serde(default)]
    pub note: Option<String>,
}

/// How a call rotates a token.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rotate {
    /// The call that gives the new secret. Its `secret` says where.
    pub call: String,
    /// The old secret dies at once with this call; else it lives on until it is revoked.
    pub kills_old: bool,
    /// Doing it again with the old secret does harm (GitLab: the new one dies too).
    #[serde(default)]
    pub never_again: bool,
    /// How it is found out what became of a call whose answer was lost.
    pub settles: Settles,
    /// What a person has to know, or the token has to be allowed, in a sentence.
    #[serde(default)]
    pub needs: Option<String>,
}

/// How the outcome of a lost call is found out, by reading only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Settles {
    /// The old secret is verified: if it is dead, the call was done and the new secret is lost; if alive, it was not done.
    ByOld,
    /// The tokens are listed by the kind's `list`: one of the name that was given (`new_name`) was made, and is to be removed.
    ByList,
    /// Not at all: the person looks at the page.
    ByPerson,
}

/// How a call revokes a token.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Revoke {
    /// The call.
    pub call: String,
    /// What else dies with it, or is to be known before, in a sentence.
    #[serde(default)]
    pub note: Option<String>,
}

/// A parameter that holds scopes as a list of JSON. A scope that lacks what is asked for is left out.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeList {
    /// The parameter.
    pub parameter: String,
    /// What stands in the list for each scope: `{ key = "{scope_name}", type = "{scope_level}" }`.
    pub each: BTreeMap<String, String>,
}

/// A page for the person.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Its address. May use the site's addresses, `{account}`, and fields.
    pub url: String,
    /// Parameters that fill it in: `{name}`, `{scopes|comma}`, `{days}`. One whose value is not known is left out.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// Parameters that fill it in where the new token is to have no end: `{ expires_in = "none" }`.
    #[serde(default)]
    pub endless: BTreeMap<String, String>,
    /// A parameter for each scope: `permissions[]={scope}`, or `{scope_name}={scope_level}` for what stands before and after
    /// the first colon.
    #[serde(default)]
    pub each_scope: Option<String>,
    /// All scopes in one parameter.
    #[serde(default)]
    pub all_scopes: Option<ScopeList>,
    /// What to click or tick there, in a sentence.
    #[serde(default)]
    pub how: Option<String>,
    /// The address is not proven.
    #[serde(default)]
    pub unproven: bool,
}

impl Page {
    /// It comes filled in with something.
    pub fn is_filled_in(&self) -> bool {
        !self.query.is_empty() || self.each_scope.is_some() || self.all_scopes.is_some()
    }
}

//! What is asked of a service, and what its answers mean.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

/// How a request carries a credential. `{token}` is it; the token's fields may be used too.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sending {
    /// Headers: `Authorization = "Bearer {token}"`. Their names may hold placeholders too.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Parameters of the address, for services that take it nowhere else. They end up in logs of others.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// HTTP's Basic scheme (RFC 7617).
    #[serde(default)]
    pub basic: Option<UserPassword>,
    /// A signature of OAuth 1.0a (RFC 5849, HMAC-SHA1).
    #[serde(default)]
    pub oauth1: Option<OAuth1>,
}

/// A user and a password.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UserPassword {
    /// The user; may be empty.
    pub user: String,
    /// The password.
    pub password: String,
    /// It is left out where a value is not known: an application without a secret.
    #[serde(default)]
    pub optional: bool,
}

/// The four values that an OAuth 1.0a signature is made of.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OAuth1 {
    /// The application's key.
    pub consumer_key: String,
    /// The application's secret.
    pub consumer_secret: String,
    /// The user's token.
    pub token: String,
    /// The secret of the user's token.
    pub token_secret: String,
}

/// A method of HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    #[default]
    Get,
    /// Acts.
    Post,
    /// Replaces.
    Put,
    /// Changes.
    Patch,
    /// Removes.
    Delete,
}

/// Something that may be asked of a service. Placeholders are what is known of the token (`token`, `account`, `name`,
/// `scopes`, its fields), of its site, and what was learnt when it was verified or by the calls before (`id`, `label`, `owner`,
/// `owner_id`, `email`, whatever was kept). A call that makes a token also has `expiry`, `days` and `lifetime_s`, and `new_name`:
/// its name with the time behind it, which no other token has. A brace that stands for itself is doubled:
/// `{{ viewer {{ id }} }}`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The method; GET where it is left out.
    #[serde(default)]
    pub method: Method,
    /// The address. Starts with an address of the site or with `https://` and a host: nothing else decides where a secret goes.
    /// A call whose address only some sites have is not made at the others.
    pub url: String,
    /// How it carries the credential, by the name of a way in `send`, where it is not that of the token's kind.
    #[serde(default)]
    pub send: Option<String>,
    /// It is made with another credential, by its name in `credential`.
    #[serde(default)]
    pub by: Option<String>,
    /// It carries no credential in its head: the token stands in its body, or nothing is needed.
    #[serde(default)]
    pub anonymous: bool,
    /// The call whose answer has to be had first; what that one keeps is a placeholder here. It only reads: none of its
    /// answers is `done`.
    #[serde(default)]
    pub after: Option<String>,
    /// Further headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Parameters of the address. One whose value is not known is left out.
    #[serde(default)]
    pub query: BTreeMap<String, String>,
    /// A body as forms send it. A field whose value is not known is left out.
    #[serde(default)]
    pub form: BTreeMap<String, String>,
    /// A body of JSON. A text that is one placeholder and nothing else becomes its value with its type; one whose value is not
    /// known is left out.
    #[serde(default)]
    pub json: Option<Value>,
    /// The body is JSON of this content type, where it is not `application/json`.
    #[serde(default)]
    pub content_type: Option<String>,
    /// An answer that is not JSON may be believed too. Else a page in its place (a proxy's, a sign-in's) means nothing.
    #[serde(default)]
    pub any_content: bool,
    /// What answers mean: the first rule that fits counts. Where none does, 429 is throttled and everything else refused.
    #[serde(default)]
    pub answers: Vec<Rule>,
    /// Facts in an answer that is alive, limited or done.
    #[serde(default)]
    pub facts: BTreeMap<Fact, Source>,
    /// Values that later calls and the token's fields are given, by name.
    #[serde(default)]
    pub keeps: BTreeMap<String, Source>,
    /// Where the new secret stands, in the answer of a call that makes or rotates.
    #[serde(default)]
    pub secret: Option<Source>,
    /// The answer is a list of tokens: where it stands, as a JSON pointer. Facts and what is kept are then read from the row
    /// of the token, with pointers from that row on.
    #[serde(default)]
    pub rows: Option<String>,
    /// How the token's own row is found: a pointer within a row, and what it is held against.
    #[serde(default)]
    pub row: Option<RowMatch>,
    /// The list may go over several pages: how the next one is asked for.
    #[serde(default)]
    pub next: Option<Next>,
}

/// How the next page of a list is asked for: by the header, by what stands in the answer, or by its number. A page of another
/// host is not asked for.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Next {
    /// The header `Link` names its address (RFC 8288, `rel="next"`).
    #[serde(default)]
    pub link: bool,
    /// A JSON pointer to its address; with `query`, to the value of that parameter. Nothing there, or empty text, ends the list.
    #[serde(default)]
    pub json: Option<String>,
    /// The parameter that takes what stands at `json`.
    #[serde(default)]
    pub query: Option<String>,
    /// The parameter that takes its number, counted from 1. A page without rows ends the list.
    #[serde(default)]
    pub page: Option<String>,
}

/// What a row of a list is held against.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RowMatch {
    /// Where in the row it stands, as a JSON pointer.
    pub at: String,
    /// It is all of this value: `{id}`, `{label}`, `{token}`.
    #[serde(default)]
    pub is: Option<String>,
    /// It is the end of this value; signs that hide the rest (`*`, `.`, `…`) are left out first.
    #[serde(default)]
    pub ends: Option<String>,
    /// It is the beginning of this value; the same.
    #[serde(default)]
    pub begins: Option<String>,
}

/// When an answer means what.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The status is one of these. Empty: any.
    #[serde(default)]
    pub status: Vec<u16>,
    /// At each JSON pointer stands this value, or one of these.
    #[serde(default)]
    pub json: BTreeMap<String, Value>,
    /// At each of these JSON pointers stands something.
    #[serde(default)]
    pub has: Vec<String>,
    /// The text at a JSON pointer fits a regular expression.
    #[serde(default)]
    pub matches: BTreeMap<String, String>,
    /// A header fits a regular expression.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// There is no body.
    #[serde(default)]
    pub empty: bool,
    /// What it means.
    pub means: Means,
    /// Why, in a few words of our own; never a part of the answer.
    #[serde(default)]
    pub why: Option<String>,
}

/// What an answer means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Means {
    /// The token works.
    Alive,
    /// It works, and may not do what was asked.
    Limited,
    /// The service says that it does not work any more, or never did.
    Dead,
    /// The service does not say.
    Refused,
    /// Asked too often; later it may say.
    Throttled,
    /// What was asked is done: made, rotated, revoked.
    Done,
}

/// A fact that a service tells about a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// Its id at the service.
    Id,
    /// What it is called at the service.
    Label,
    /// Whose it is, as people call them: a user name, a team.
    Owner,
    /// The same as the service's own id.
    OwnerId,
    /// The owner's address for mail.
    Email,
    /// What it may do.
    Scopes,
    /// When it was issued.
    Issued,
    /// When it ends.
    Expiry,
    /// When it was last used, as the service knows.
    LastUse,
    /// The instance that it belongs to.
    Instance,
}

impl Fact {
    /// The word that definitions and the vault use for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Label => "label",
            Self::Owner => "owner",
            Self::OwnerId => "owner_id",
            Self::Email => "email",
            Self::Scopes => "scopes",
            Self::Issued => "issued",
            Self::Expiry => "expiry",
            Self::LastUse => "last_use",
            Self::Instance => "instance",
        }
    }
}

/// Where in an answer something stands.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// JSON pointers (RFC 6901), in which `*` is every element of a list. What they give is joined with spaces, or makes a
    /// list where a list is wanted.
    #[serde(default)]
    pub json: Vec<String>,
    /// What `json` points into is not the answer but the claims of a JSON web token (RFC 7519), which stands at this pointer.
    #[serde(default)]
    pub jwt: Option<String>,
    /// A header.
    #[serde(default)]
    pub header: Option<String>,
    /// The first group of this regular expression, in what `json` or `header` gave.
    #[serde(default)]
    pub pattern: Option<String>,
    /// What separates the words of a list.
    #[serde(default)]
    pub split: Option<String>,
    /// What a number counts, where it is a time.
    #[serde(default)]
    pub unit: Option<Unit>,
    /// Values that say "never". TOML has no null: the text `null` is it.
    #[serde(default)]
    pub never: Vec<Value>,
}

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Seconds since 1970.
    EpochS,
    /// Milliseconds since 1970.
    EpochMs,
    /// Seconds from now.
    FromNowS,
}

/// An answer in the documented shape with invented values, and what it means.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What it shows.
    pub what: String,
    /// The call that is answered.
    pub call: String,
    /// The answer's status.
    pub status: u16,
    /// The answer's headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Its body; JSON where no `Content-Type` says otherwise.
    #[serde(default)]
    pub body: String,
    /// Values that the asker had: the token's id, its label, the end of its secret.
    #[serde(default)]
    pub given: BTreeMap<String, String>,
    /// What it means.
    pub means: Means,
    /// The facts in it: times as RFC 3339, lists with spaces, `never` for no end.
    #[serde(default)]
    pub facts: BTreeMap<Fact, String>,
}

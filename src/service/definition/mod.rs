//! The definition language: what a file in `assets/services/` may say. The comments on the fields are its reference; from them
//! the schema for editors and the page `docs` are made.

mod call;
mod kind;
mod scope;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

pub use call::{Call, Example, Fact, Means, Method, Next, OAuth1, RowMatch, Rule, Sending, Source, Unit, UserPassword};
pub use kind::{Checksum, Form, Git, Kind, Lifetime, Offline, Page, Revoke, Rotate, ScopeList, Settles};
pub use scope::{ScopeFamily, ScopeSet, ScopeWord};

/// The version of the language that this patvault speaks.
pub const LANGUAGE: u32 = 1;

/// A service: who issues tokens, what these look like, and what may be asked of it. Its id is the name of its file.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// The version of this language: 1.
    pub language: u32,
    /// What people call the service.
    pub name: String,
    /// Where the service itself writes about its tokens.
    #[serde(default)]
    pub docs: Option<String>,
    /// What is not proven about this definition, in sentences. patvault says it too.
    #[serde(default)]
    pub unproven: Vec<String>,
    /// Where the service lives. The first whose `at` fits a token's instance counts; the first without a placeholder is meant
    /// where a token names no instance.
    #[serde(rename = "site")]
    pub sites: Vec<Site>,
    /// Environment variables that customarily hold the address of the place that a token is of.
    #[serde(default)]
    pub at_env: Vec<String>,
    /// What a token needs besides its secret: an account's number, an application's secret.
    #[serde(default, rename = "field")]
    pub fields: BTreeMap<String, Field>,
    /// Other credentials that some calls are made with.
    #[serde(default, rename = "credential")]
    pub credentials: BTreeMap<String, Credential>,
    /// Ways in which a request carries a credential, by name.
    #[serde(default)]
    pub send: BTreeMap<String, Sending>,
    /// What may be asked of the service, by name.
    #[serde(default, rename = "call")]
    pub calls: BTreeMap<String, Call>,
    /// Sets of scopes, by name. Kinds name theirs.
    #[serde(default)]
    pub scopes: BTreeMap<String, ScopeSet>,
    /// The sorts of token it issues, the usual one first.
    #[serde(rename = "kind")]
    pub kinds: Vec<Kind>,
    /// Answers in the documented shape with invented values, and what they mean. A test walks them.
    #[serde(default, rename = "example")]
    pub examples: Vec<Example>,
    /// The least time between two calls to one host, in milliseconds.
    #[serde(default = "usual_gap")]
    pub gap_ms: u64,
}

fn usual_gap() -> u64 {
    250
}

/// One place where the service lives.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// The address that a token's instance names: `https://github.com`, with placeholders for one label or step each
    /// (`https://{tenant}.ghe.com`, `https://dev.azure.com/{org}`), or `*` for any, which is what self-hosted means.
    pub at: String,
    /// What people call this place: `EU`, `Enterprise Server`.
    #[serde(default)]
    pub name: Option<String>,
    /// Addresses that follow from it, for calls and pages. May use the placeholders of `at`, and `{at}` for all of it.
    #[serde(default)]
    pub addresses: BTreeMap<String, String>,
    /// Environment variables that customarily hold a token of this place, where they are others than elsewhere, the usual one first.
    #[serde(default)]
    pub env: Vec<String>,
}

/// Something that a token needs besides its secret.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// What it is and where a person finds it, in a phrase: it is the question that is asked.
    pub what: String,
    /// It is a secret itself and is sealed like one.
    #[serde(default)]
    pub secret: bool,
    /// The form it has, as a regular expression for all of it.
    #[serde(default)]
    pub pattern: Option<String>,
    /// Without it nothing works; else it only helps.
    #[serde(default)]
    pub needed: bool,
    /// Environment variables that customarily hold it.
    #[serde(default)]
    pub env: Vec<String>,
}

/// Another credential: a call that names it in `by` is made with that, not with the token it is about. It goes to the hosts of
/// this definition alone.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Credential {
    /// What it is and how it is had, in a phrase: it is the question that is asked.
    pub what: String,
    /// The kind of token of this service that it is, where it is one kind only. A person says which token of the vault it is.
    #[serde(default)]
    pub kind: Option<String>,
    /// The secret field of the token that it is, where no other token of the vault is taken for it.
    #[serde(default)]
    pub field: Option<String>,
    /// How requests carry it, by the name of a way in `send`. There, `{token}` is this credential.
    pub send: String,
}

impl Definition {
    /// The kind that a person's own word for it means: its id or its name, in large or small letters.
    pub fn kind_called(&self, word: &str) -> Option<&Kind> {
        let same = |text: &str| text.eq_ignore_ascii_case(word);
        self.kinds.iter().find(|kind| same(&kind.id) || same(&kind.name))
    }

    /// Whether a call does without the token that it is about: with another credential, or with none.
    pub fn goes_without_token(&self, call: &str) -> bool {
        let mut next = self.calls.get(call);
        let anonymous = next.is_some_and(|call| call.anonymous);
        while let Some(call) = next {
            if call.by.is_some() {
                return true;
            }
            next = call.after.as_ref().and_then(|after| self.calls.get(after));
        }
        anonymous
    }

    /// The kind of that id.
    pub fn kind(&self, id: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| kind.id == id)
    }
}

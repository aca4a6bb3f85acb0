//! The facts of one token as commented TOML, for a person's editor. Never its secret.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::Deserialize;

use crate::scope::{Granted, Risk, Scope};
use crate::text::escaped;
use crate::token::consumer::Way;
use crate::token::expiry::Expiry;
use crate::token::{ID, Token};

/// What a person may change in an editor, as they left it. Labels and dates are as written, unchecked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// Who issues it.
    pub service: String,
    /// What the person calls it.
    pub name: String,
    /// Whose it is; empty for nobody's.
    #[serde(default)]
    pub account: String,
    /// The service's own id of it; empty for unknown.
    #[serde(default)]
    pub id: String,
    /// Base URL; empty for the usual place.
    #[serde(default)]
    pub instance: String,
    /// Its sort; empty for unknown.
    #[serde(default)]
    pub kind: String,
    /// Words to file it under.
    #[serde(default)]
    pub tags: Vec<String>,
    /// When it ends, as people write it.
    #[serde(default)]
    pub expires: String,
    /// When it was issued; empty for unknown.
    #[serde(default)]
    pub issued: String,
    /// What it is wanted for.
    #[serde(default)]
    pub scopes: Vec<ScopeText>,
    /// Free text.
    #[serde(default)]
    pub note: String,
    /// What its service needs to know of it, by name.
    #[serde(default)]
    pub fields: BTreeMap<String, String>,
    /// The other tokens that its service is asked with, by the name of a credential: what a person calls each.
    #[serde(default)]
    pub with: BTreeMap<String, String>,
    /// Where it is installed, by place.
    #[serde(default)]
    pub places: BTreeMap<String, PlaceText>,
    /// Reminder rules of its own, in days.
    #[serde(default)]
    pub reminders: Own,
}

/// How a place is updated; empty is as good as not there.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceText {
    /// The command line.
    #[serde(default)]
    pub run: String,
    /// The variable that holds the secret.
    #[serde(default)]
    pub env: String,
    /// What to know of a place that is updated by hand.
    #[serde(default)]
    pub note: String,
}

impl PlaceText {
    /// A way of updating a place, as a person would write it.
    pub fn of(way: &Way) -> Self {
        match way.clone() {
            Way::Hand { note } => Self { note: note.unwrap_or_default(), ..Self::default() },
            Way::Run { command, env } => Self { run: command, env: env.unwrap_or_default(), ..Self::default() },
        }
    }
}

/// Reminder rules of a token's own, in days; zero is never.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Own {
    /// Before its end.
    pub lead: Option<u32>,
    /// In use.
    pub cadence: Option<u32>,
    /// Without use.
    pub unused: Option<u32>,
}

/// A scope: its name, or its name with a risk.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum ScopeText {
    /// `"repo"`.
    Name(String),
    /// `{ name = "repo", risk = "high" }`.
    Rated {
        /// Its name.
        name: String,
        /// The risk the person gives it.
        risk: Risk,
    },
}

impl ScopeText {
    /// The scope it means.
    pub fn scope(&self) -> Scope {
        match self {
            Self::Name(name) => Scope { name: name.clone(), rated: None, known: None },
            Self::Rated { name, risk } => Scope { name: name.clone(), rated: Some(*risk), known: None },
        }
    }
}

/// What stands above the places of a token.
const PLACES: &str = "
# Where it is installed. The command has the secret on its standard input, or in the variable that env names; without one
# you update the place yourself.
# \"Actions org/app\" = { run = \"gh secret set DEPLOY --repo org/app\" }
# \"server\" = { note = \"~/.netrc\" }
[places]
";

impl Facts {
    /// Those of a token, as a person would write them.
    pub fn of(token: &Token, note: &str) -> Self {
        let current = token.current();
        let scope = |scope: &Scope| match scope.rated {
            None => ScopeText::Name(scope.name.clone()),
            Some(risk) => ScopeText::Rated { name: scope.name.clone(), risk },
        };
        Self {
            service: token.service.clone(),
            name: token.name.clone(),
            account: token.account.clone().unwrap_or_default(),
            instance: token.instance.clone().unwrap_or_default(),
            id: current.told.get(ID).cloned().unwrap_or_default(),
            kind: token.kind.clone().unwrap_or_default(),
            // What they are called, their ids do not tell.
            with: BTreeMap::new(),
            tags: token.tags.iter().cloned().collect(),
            expires: expires(current.expiry),
            issued: current.issued.map_or_else(String::new, |date| date.to_string()),
            scopes: current.scopes.iter().map(scope).collect(),
            note: note.to_owned(),
            fields: token.facts.clone(),
            places: token.consumers.iter().map(|(place, way)| (place.clone(), PlaceText::of(way))).collect(),
            reminders: Own {
                lead: token.policy.lead_days,
                cadence: token.policy.cadence_days,
                unused: token.policy.unused_days,
            },
        }
    }
}

/// When something ends, as a person would write it.
fn expires(expiry: Expiry) -> String {
    match expiry {
        Expiry::Unknown => "unknown".to_owned(),
        Expiry::Never(_) => "never".to_owned(),
        Expiry::Ends(date, _) => date.to_string(),
    }
}

/// What the service of a token takes besides, by name, each with what it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct Taken<'a> {
    /// Fields that are no secret.
    pub fields: &'a [(&'a str, &'a str)],
    /// Other credentials.
    pub credentials: &'a [(&'a str, &'a str)],
}

/// Writes the facts of a token, each with what it is for. `with` are the tokens that serve as its other credentials.
pub fn write(token: &Token, note: &str, with: &[(String, String)], taken: Taken) -> String {
    let current = token.current();
    let mut text = String::new();
    let mut line = |comment: &str, key: &str, value: String| {
        let _infallible = writeln!(text, "{}{key} = {value}", commented(comment));
    };
    line("Who issues it, and what you call it: SERVICE/NAME is how you ask for it.", "service", quoted(&token.service));
    line("", "name", quoted(&token.name));
    line("Whose token it is at the service.", "account", quoted(token.account.as_deref().unwrap_or("")));
    line(
        "Base URL, for a self-hosted or regional service.",
        "instance",
        quoted(token.instance.as_deref().unwrap_or("")),
    );
    let id = current.told.get(ID).map_or("", String::as_str);
    line("The service's own id of it, where its page shows one and a call needs it.", "id", quoted(id));
    line("Which sort of token, such as fine-grained PAT.", "kind", quoted(token.kind.as_deref().unwrap_or("")));
    let tags: Vec<String> = token.tags.iter().map(|tag| quoted(tag)).collect();
    line("Words to file it under.", "tags", format!("[{}]", tags.join(", ")));
    line("When it ends: 2027-01-31, 90d, in 3 months, never, unknown.", "expires", quoted(&expires(current.expiry)));
    let issued = current.issued.map_or_else(String::new, |date| date.to_string());
    line("When it was issued.", "issued", quoted(&issued));
    let scopes: Vec<String> = current.scopes.iter().map(scope).collect();
    let granted = current.granted.as_deref().map(|granted| match Granted::of(granted).to_string() {
        names if names.is_empty() => "\n# Granted was none, says the service.".to_owned(),
        names => format!("\n# Granted was {}, says the service.", escaped(&names)),
    });
    line(
        &format!(
            "What you want it for; a risk of your own as {{ name = \"repo\", risk = \"high\" }}.{}",
            granted.unwrap_or_default()
        ),
        "scopes",
        format!("[{}]", scopes.join(", ")),
    );
    line("Anything else.", "note", long(note));
    text.push_str("\n# What its service needs to know of it, as NAME = \"VALUE\".\n[fields]\n");
    for (name, value) in &token.facts {
        let _infallible = writeln!(text, "{} = {}", key(name), quoted(value));
    }
    offer(&mut text, taken.fields, |name| token.facts.contains_key(name));
    text.push_str("\n# Other tokens that its service is asked with, as NAME = \"SERVICE/NAME\".\n[with]\n");
    for (name, other) in with {
        let _infallible = writeln!(text, "{} = {}", key(name), quoted(other));
    }
    offer(&mut text, taken.credentials, |name| token.with.contains_key(name));
    text.push_str(PLACES);
    for (place, way) in &token.consumers {
        let _infallible = writeln!(text, "{} = {{ {} }}", quoted(place), how(way));
    }
    text.push_str(
        "\n# Reminders of its own, in days; 0 is never. Without a line, the vault's rules hold.\n[reminders]\n",
    );
    for (key, days, what) in [
        ("lead", token.policy.lead_days, "before it ends"),
        ("cadence", token.policy.cadence_days, "in use"),
        ("unused", token.policy.unused_days, "without use"),
    ] {
        let _infallible = match days {
            Some(days) => writeln!(text, "{key} = {days}  # {what}"),
            None => writeln!(text, "# {key} = 30  # {what}"),
        };
    }
    text
}

/// Names what may stand in a table besides.
fn offer(text: &mut String, all: &[(&str, &str)], is_there: impl Fn(&str) -> bool) {
    for (name, what) in all.iter().filter(|(name, _)| !is_there(name)) {
        let _infallible = writeln!(text, "# {} = \"\"  # {}", escaped(&key(name)), escaped(what));
    }
}

/// Reads what a person left.
///
/// # Errors
/// The line, from 1, and what is wrong there.
pub fn read(text: &str) -> Result<Facts, (usize, String)> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let line = 1 + text.get(..at).map_or(0, |before| before.matches('\n').count());
        (line, escaped(error.message()).into_owned())
    })
}

fn commented(comment: &str) -> String {
    if comment.is_empty() { String::new() } else { format!("# {comment}\n") }
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// A name as TOML takes it for a key: a dot would part it.
fn key(name: &str) -> String {
    if name.contains('.') { quoted(name) } else { name.to_owned() }
}

fn scope(scope: &Scope) -> String {
    match scope.rated {
        None => quoted(&scope.name),
        Some(risk) => format!("{{ name = {}, risk = \"{risk}\" }}", quoted(&scope.name)),
    }
}

fn how(way: &Way) -> String {
    match way {
        Way::Hand { note } => format!("note = {}", quoted(note.as_deref().unwrap_or_default())),
        Way::Run { command, env: None } => format!("run = {}", quoted(command)),
        Way::Run { command, env: Some(env) } => format!("run = {}, env = {}", quoted(command), quoted(env)),
    }
}

/// Text of several lines stays so, where TOML can say it without escapes.
fn long(text: &str) -> String {
    let plain = |c: char| c == '\n' || !c.is_control();
    if text.contains('\n') && text.chars().all(plain) && !text.contains("'''") && !text.ends_with('\'') {
        format!("'''\n{text}'''")
    } else {
        quoted(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::tests::token;

    #[test]
    fn what_is_written_reads_back() {
        let mut token = token("github/ci \"deploy\"");
        token.tags = ["prod".into()].into();
        token.policy.lead_days = Some(30);
        token.facts =
            [("account_id", "12 \"34\""), ("a.b", "c")].map(|(name, value)| (name.into(), value.into())).into();
        let way = |text: &str| text.parse().unwrap();
        token.consumers = [("a \"b\".c", "env A x 'y' \"z\""), ("d", "stdin x"), ("e", "hand ask"), ("f", "hand")]
            .map(|(place, text)| (place.into(), way(text)))
            .into();
        token.versions[0].scopes = vec![
            Scope { name: "repo".into(), rated: None, known: None },
            Scope { name: "admin:org".into(), rated: Some(Risk::Low), known: None },
        ];
        token.versions[0].told = [(ID.to_owned(), "7".to_owned())].into();
        let with = [("personal".to_owned(), "git \"lab\"/admin".to_owned())];
        let taken =
            Taken { fields: &[("org", "its\nname"), ("a.b", "known")], credentials: &[("owner", "its\nowner")] };
        for note in ["", "one line", "two\nlines", "'''\nquotes", "\u{1b}[31m\nred", "ends in '\n'"] {
            let facts = read(&write(&token, note, &with, taken)).unwrap();
            assert_eq!((facts.name.as_str(), facts.note.as_str()), (token.name.as_str(), note));
            assert_eq!(facts.scopes.iter().map(ScopeText::scope).collect::<Vec<_>>(), token.versions[0].scopes);
            assert_eq!(facts.fields, token.facts);
            assert_eq!((facts.id.as_str(), facts.with), ("7", with.clone().into()));
            let ways = facts.places.into_iter().map(|(place, PlaceText { run, env, note })| {
                (place, Way::parse(Some(&run), Some(&env), Some(&note)).unwrap())
            });
            assert_eq!(ways.collect::<BTreeMap<_, _>>(), token.consumers);
            assert_eq!(facts.reminders, Own { lead: Some(30), cadence: None, unused: None });
        }
    }

    #[test]
    fn what_makes_no_sense_is_said_with_its_line() {
        let cases = [
            ("service = 'x'\nname = 3", 2),
            ("service = 'x'\nname = 'y'\ncolour = 'red'", 3),
            ("service = 'x'\nname = 'y'\ntags = 'prod'", 3),
            ("service = ", 1),
        ];
        for (text, want) in cases {
            assert_eq!(read(text).unwrap_err().0, want, "{text:?}");
        }
    }
}

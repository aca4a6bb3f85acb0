//! The columns of a table of tokens: one entry here serves every face that shows one.

use std::borrow::Cow;
use std::cmp::{Ordering, Reverse};

use chrono::{DateTime, Utc};

use super::expiry::DateOrder;
use super::id::TokenId;
use super::now::Now;
use super::parts::Parts;
use super::rules::Rules;
use super::status::{self, Status};
use super::{Expiry, Token, when};
use crate::scope::{Risk, Scope};
use crate::text::lower;

/// What a cell needs besides its token.
pub struct Lens<'a> {
    /// The vault's rules.
    pub rules: &'a Rules,
    /// The present.
    pub now: &'a Now,
    /// Signs in ASCII.
    pub ascii: bool,
}

/// One column.
pub struct Column {
    /// The word by which it is chosen.
    pub name: &'static str,
    /// What stands above it.
    pub heading: &'static str,
    /// What its cells, their colour and its order look at.
    pub parts: Parts,
    /// The text of a cell, not escaped.
    pub cell: for<'a> fn(&'a Token, &Lens) -> Cow<'a, str>,
    /// What tokens are sorted by: the smallest comes first. Made once for each token, and compared many times.
    pub key: fn(&Token, &Lens) -> Key,
}

/// What tokens are sorted by. Those of one column are of one kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// How they stand, and of those that stand alike, what ends first.
    Status(Status, Ends),
    /// What ends first.
    Ends(Ends),
    /// By id.
    Id(TokenId),
    /// As they are listed unless told otherwise.
    Path(String, String, TokenId),
    /// By a text, without regard to case.
    Name(String),
    /// By a text, what has none behind the others.
    Text(bool, Option<String>),
    /// By how many there are.
    Count(usize),
    /// The riskiest first.
    Risk(Reverse<Option<Risk>>),
    /// The latest first.
    Latest(Reverse<Option<DateTime<Utc>>>),
    /// Those that are installed somewhere first, and of these the ones with the most places to be served.
    Places(bool, Reverse<usize>),
}

/// Dates first, soonest first; then what never ends; then what nobody knows.
type Ends = (u8, Option<DateOrder>);

/// The columns a list shows unless told otherwise, in order of importance: the last ones go first where a line is short.
pub const USUAL: [&str; 6] = ["sign", "service", "name", "expires", "account", "scopes"];

/// The one that sorts as tokens stand unless told otherwise.
pub const BY_PATH: &str = "service";

/// All of them.
pub static COLUMNS: [Column; 16] = [
    Column {
        name: "sign",
        heading: "",
        parts: status::PARTS,
        cell: |token, lens| match discarded(token) {
            Some(_) => "-".into(),
            None => token.status(lens.rules, lens.now).sign(lens.ascii).into(),
        },
        key: |token, lens| Key::Status(token.status(lens.rules, lens.now), ends(token, lens)),
    },
    Column {
        name: "status",
        heading: "STATUS",
        parts: status::PARTS,
        cell: |token, lens| discarded(token).unwrap_or(token.status(lens.rules, lens.now).word()).into(),
        key: |token, lens| Key::Status(token.status(lens.rules, lens.now), ends(token, lens)),
    },
    Column {
        name: "id",
        heading: "ID",
        parts: Parts::NONE,
        cell: |token, _| token.id.short().into(),
        key: |token, _| Key::Id(token.id),
    },
    Column {
        name: "service",
        heading: "SERVICE",
        parts: Parts::NONE,
        cell: |token, _| token.service.as_str().into(),
        key: |token, _| path_key(token),
    },
    Column {
        name: "name",
        heading: "NAME",
        parts: Parts::NONE,
        cell: |token, _| token.name.as_str().into(),
        key: |token, _| Key::Name(lower(&token.name).into_owned()),
    },
    Column {
        name: "account",
        heading: "ACCOUNT",
        parts: Parts::FACTS,
        cell: |token, _| token.account.as_deref().unwrap_or_default().into(),
        key: |token, _| text(token.account.as_ref()),
    },
    Column {
        name: "instance",
        heading: "INSTANCE",
        parts: Parts::FACTS,
        cell: |token, _| token.instance.as_deref().unwrap_or_default().into(),
        key: |token, _| text(token.instance.as_ref()),
    },
    Column {
        name: "kind",
        heading: "KIND",
        parts: Parts::FACTS,
        cell: |token, _| token.kind.as_deref().unwrap_or_default().into(),
        key: |token, _| text(token.kind.as_ref()),
    },
    Column {
        name: "scopes",
        heading: "SCOPES",
        parts: Parts::RISKS,
        cell: |token, _| scopes(token),
        key: |token, _| Key::Count(token.current().may().len()),
    },
    Column {
        name: "risk",
        heading: "RISK",
        parts: Parts::RISKS,
        cell: |token, _| risk(token).map_or("", Risk::word).into(),
        key: |token, _| Key::Risk(Reverse(risk(token))),
    },
    Column {
        name: "expires",
        heading: "EXPIRES",
        parts: status::PARTS,
        cell: |token, lens| match token.current().expiry {
            Expiry::Unknown => "unknown".into(),
            Expiry::Never(_) => "never".into(),
            Expiry::Ends(date, _) => when::words(date.day(lens.now), lens.now).into(),
        },
        key: |token, lens| Key::Ends(ends(token, lens)),
    },
    Column {
        name: "used",
        heading: "USED",
        parts: Parts::USES,
        cell: |token, lens| token.last_use.map_or("never".into(), |at| when::ago(at, lens.now).into()),
        key: |token, _| Key::Latest(Reverse(token.last_use)),
    },
    Column {
        name: "verified",
        heading: "VERIFIED",
        parts: Parts::VERSIONS,
        cell: |token, lens| match &token.current().verdict {
            Some(verdict) => format!("{} {}", verdict.outcome.word(), when::ago(verdict.at, lens.now)).into(),
            None => "never".into(),
        },
        key: |token, _| Key::Latest(Reverse(token.current().verdict.as_ref().map(|verdict| verdict.at))),
    },
    Column {
        name: "tags",
        heading: "TAGS",
        parts: Parts::TAGS,
        cell: |token, _| token.tags.iter().map(|tag| format!("#{tag}")).collect::<Vec<_>>().join(" ").into(),
        key: |token, _| text(token.tags.first()),
    },
    Column {
        name: "installed",
        heading: "INSTALLED",
        parts: Parts::CONSUMERS,
        cell: |token, _| match token.consumers.len() {
            0 => "".into(),
            all => format!("{}/{all}", all - token.unserved().count()).into(),
        },
        key: |token, _| Key::Places(token.consumers.is_empty(), Reverse(token.unserved().count())),
    },
    Column {
        name: "added",
        heading: "ADDED",
        parts: Parts::FACTS,
        cell: |token, lens| when::ago(token.added, lens.now).into(),
        key: |token, _| Key::Latest(Reverse(Some(token.added))),
    },
];

/// The column of that name.
pub fn find(name: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.name == name)
}

/// The order in which tokens stand unless told otherwise.
pub fn by_path(a: &Token, b: &Token) -> Ordering {
    a.service.cmp(&b.service).then_with(|| by_name(a, b)).then_with(|| a.id.cmp(&b.id))
}

/// What that order goes by, for whoever sorts many.
pub fn path_key(token: &Token) -> Key {
    Key::Path(token.service.clone(), lower(&token.name).into_owned(), token.id)
}

/// Without regard to case.
fn by_name(a: &Token, b: &Token) -> Ordering {
    lower(&a.name).cmp(&lower(&b.name))
}

/// The word for a token that is not in use; how it would stand otherwise is of no interest then.
pub fn discarded(token: &Token) -> Option<&'static str> {
    if token.purged.is_some() { Some("purged") } else { token.trashed.map(|_| "trashed") }
}

fn ends(token: &Token, lens: &Lens) -> Ends {
    let expiry = token.current().expiry;
    let rank = match expiry {
        Expiry::Ends(..) => 0,
        Expiry::Never(_) => 1,
        Expiry::Unknown => 2,
    };
    (rank, expiry.date().map(|date| date.order(lens.now)))
}

fn text(text: Option<&String>) -> Key {
    Key::Text(text.is_none(), text.cloned())
}

fn risk(token: &Token) -> Option<Risk> {
    token.current().may().iter().filter_map(Scope::risk).max()
}

/// The riskiest scope by name, and how many more there are.
fn scopes(token: &Token) -> Cow<'_, str> {
    let all = token.current().may();
    // Of several that are as risky, the first.
    let riskiest = all.iter().rev().max_by_key(|scope| scope.risk());
    match (riskiest, all.len()) {
        (None, _) => "".into(),
        (Some(only), 1) => only.name.as_str().into(),
        (Some(first), count) => format!("{} +{}", first.name, count - 1).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::consumer::Way;
    use crate::token::expiry::{Date, Source};
    use crate::token::now::tests::{day, utc};
    use crate::token::tests::token;

    #[test]
    fn the_usual_columns_exist_and_names_are_unique() {
        assert!(USUAL.iter().all(|name| find(name).is_some()));
        let names: std::collections::BTreeSet<_> = COLUMNS.iter().map(|column| column.name).collect();
        assert_eq!(names.len(), COLUMNS.len());
    }

    #[test]
    fn cells_and_order() {
        let now = utc("2026-11-22T12:00:00Z");
        let lens = Lens { rules: &Rules::default(), now: &now, ascii: false };
        let mut soon = token("gitlab/runner");
        soon.versions[0].expiry = Expiry::Ends(Date::Day(day("2026-11-25")), Source::Typed);
        soon.versions[0].scopes =
            ["read_api", "sudo", "api"].map(|name| Scope { name: name.into(), rated: None, known: None }).into();
        let cell = |name: &str, token: &Token| (find(name).unwrap().cell)(token, &lens).into_owned();
        assert_eq!(cell("sign", &soon), "!");
        assert_eq!(cell("expires", &soon), "in 3 days");
        assert_eq!(cell("scopes", &soon), "sudo +2");
        assert_eq!(cell("risk", &soon), "high");
        assert_eq!(cell("used", &soon), "never");
        assert_eq!(cell("installed", &soon), "");
        soon.consumers = ["a", "b", "c"].map(|place| (place.into(), Way::Hand { note: None })).into();
        soon.versions[0].installed.insert("b".into(), now.instant);
        assert_eq!(cell("installed", &soon), "1/3");

        let unknown = token("github/ci");
        let mut never = token("slack/bot");
        never.versions[0].expiry = Expiry::Never(Source::Typed);
        let mut all = [unknown, never, soon];
        all.sort_by_key(|token| ends(token, &lens));
        assert_eq!(all.map(|token| token.service), ["gitlab", "slack", "github"]);
    }
}

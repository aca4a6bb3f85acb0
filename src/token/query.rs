//! The words that find tokens: `ci service:github expires<30d -#prod`.

mod begun;
mod need;
mod search;
mod texts;

use chrono::{Days, NaiveDate};
use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};

use super::now::Now;
use super::parts::Parts;
use super::status::{self, Status};
use super::{Token, when};
use crate::scope::Risk;
use crate::text;

pub use begun::endings;
pub use need::{Hung, Need};
pub use search::Search;
pub use texts::Texts;

/// Everything a token must satisfy to be found.
#[derive(Debug, Clone, Default)]
pub struct Query {
    terms: Vec<Term>,
}

#[derive(Debug, Clone)]
struct Term {
    negated: bool,
    test: Test,
}

#[derive(Debug, Clone)]
enum Test {
    /// A free word, found fuzzily in path, account, tags and scopes.
    Word(Pattern),
    /// A fact that holds a text, or is it.
    Fact {
        key: Key,
        value: String,
        whole: bool,
    },
    Risk(Risk),
    Expires(Side, NaiveDate),
    Unused(Side, i64),
    Is(Flag),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    Service,
    Name,
    Account,
    Instance,
    Tag,
    Scope,
    Kind,
    Place,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Under,
    Over,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flag {
    Has(Status),
    Unverified,
    Uninstalled,
    Mismatched,
    Trashed,
    Purged,
}

/// Which of the tokens that are not in use a query asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asks {
    /// It names the trash.
    pub trashed: bool,
    /// It names what was purged.
    pub purged: bool,
}

const KEYS: [(&str, Key); 8] = [
    ("service", Key::Service),
    ("name", Key::Name),
    ("account", Key::Account),
    ("instance", Key::Instance),
    ("tag", Key::Tag),
    ("scope", Key::Scope),
    ("kind", Key::Kind),
    ("place", Key::Place),
];

/// The states that are no [`Status`].
const FLAGS: [(&str, Flag); 5] = [
    ("unverified", Flag::Unverified),
    ("uninstalled", Flag::Uninstalled),
    ("mismatched", Flag::Mismatched),
    ("trashed", Flag::Trashed),
    ("purged", Flag::Purged),
];

impl Query {
    /// Reads query words. Each word given on a command line is a word of its own, spaces and all, if it says so with
    /// quotes: `account:"ada lovelace"`.
    ///
    /// # Errors
    /// [`BadQuery`] says which word is not understood and what is.
    pub fn parse(text: &str, now: &Now) -> Result<Self, BadQuery> {
        let terms = words(text)?.into_iter().map(|word| term(&word, now)).collect::<Result<_, _>>()?;
        Ok(Self { terms })
    }

    /// No words at all: it finds every token.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether it names the trash or what was purged; without that, they are not looked at.
    pub fn asks(&self) -> Asks {
        let names =
            |flag| self.terms.iter().any(|term| !term.negated && matches!(term.test, Test::Is(found) if found == flag));
        Asks { trashed: names(Flag::Trashed), purged: names(Flag::Purged) }
    }

    /// What of a token it looks at.
    pub fn parts(&self) -> Parts {
        self.terms.iter().map(|term| term.test.parts()).collect()
    }

    /// Whether it has free words, so that results are best shown by how well they fit.
    pub fn ranks(&self) -> bool {
        self.terms.iter().any(|term| !term.negated && matches!(term.test, Test::Word(_)))
    }

    fn has_words(&self) -> bool {
        self.terms.iter().any(|term| matches!(term.test, Test::Word(_)))
    }
}

impl Test {
    fn parts(&self) -> Parts {
        match self {
            Self::Word(_) => Parts::FACTS.and(Parts::TAGS).and(Parts::SCOPES),
            Self::Fact { key: Key::Tag, .. } => Parts::TAGS,
            Self::Fact { key: Key::Scope, .. } | Self::Is(Flag::Mismatched) => Parts::SCOPES,
            Self::Risk(_) => Parts::RISKS,
            Self::Fact { key: Key::Place, .. } | Self::Is(Flag::Uninstalled) => Parts::CONSUMERS,
            Self::Fact { key: Key::Account | Key::Instance | Key::Kind, .. } => Parts::FACTS,
            Self::Expires(..) | Self::Is(Flag::Unverified) => Parts::VERSIONS,
            Self::Is(Flag::Has(_)) => status::PARTS,
            Self::Unused(..) => Parts::USES,
            Self::Fact { key: Key::Service | Key::Name, .. } | Self::Is(Flag::Trashed | Flag::Purged) => Parts::NONE,
        }
    }
}

fn facts(token: &Token, key: Key) -> Box<dyn Iterator<Item = &str> + '_> {
    match key {
        Key::Service => Box::new(std::iter::once(token.service.as_str())),
        Key::Name => Box::new(std::iter::once(token.name.as_str())),
        Key::Account => Box::new(token.account.as_deref().into_iter()),
        Key::Instance => Box::new(token.instance.as_deref().into_iter()),
        Key::Kind => Box::new(token.kind.as_deref().into_iter()),
        Key::Place => Box::new(token.consumers.keys().map(String::as_str)),
        Key::Tag => Box::new(token.tags.iter().map(String::as_str)),
        Key::Scope => Box::new(token.current().may().iter().map(|scope| scope.name.as_str())),
    }
}

/// A word of a query: what stood in quotes is text, never a key.
struct Word {
    text: String,
    /// Byte offset of the first quoted character, or the length.
    quoted_from: usize,
}

/// Splits at spaces outside double quotes.
fn words(text: &str) -> Result<Vec<Word>, BadQuery> {
    let mut all = vec![];
    let mut word = Word { text: String::new(), quoted_from: usize::MAX };
    let mut inside = false;
    for c in text.chars() {
        match c {
            '"' => {
                inside = !inside;
                word.quoted_from = word.quoted_from.min(word.text.len());
            }
            c if c.is_whitespace() && !inside => {
                let done = std::mem::replace(&mut word, Word { text: String::new(), quoted_from: usize::MAX });
                all.push(done);
            }
            c => word.text.push(c),
        }
    }
    if inside {
        return Err(BadQuery::Quote);
    }
    all.push(word);
    all.retain(|word| !word.text.is_empty());
    Ok(all)
}

fn term(word: &Word, now: &Now) -> Result<Term, BadQuery> {
    let negated = word.quoted_from > 0 && word.text.len() > 1 && word.text.starts_with('-');
    let skip = usize::from(negated);
    let body = word.text.get(skip..).unwrap_or_default();
    let plain = word.quoted_from.saturating_sub(skip);
    Ok(Term { negated, test: test(body, plain, now)? })
}

/// `plain` is how many bytes at the start of the word stood outside quotes.
fn test(body: &str, plain: usize, now: &Now) -> Result<Test, BadQuery> {
    if let Some(tag) = body.strip_prefix('#').filter(|tag| plain > 0 && !tag.is_empty()) {
        return Ok(Test::Fact { key: Key::Tag, value: tag.to_lowercase(), whole: true });
    }
    let sign = body.find([':', '=', '<', '>']).filter(|&at| at > 0 && at < plain);
    let Some(at) = sign else {
        let pattern = Pattern::parse(&literal(body), CaseMatching::Ignore, Normalization::Smart);
        return Ok(Test::Word(pattern));
    };
    let (key, rest) = body.split_at(at);
    let (sign, value) = rest.split_at(1);
    let word = || text::clipped(&text::escaped(body), 40, false).into_owned();
    if value.is_empty() {
        return Err(BadQuery::Value(word()));
    }
    match (key, sign) {
        ("risk", ":" | "=") => value.parse().map(Test::Risk).map_err(|_| BadQuery::Risk(word())),
        ("is", ":" | "=") => flag(value).map(Test::Is).ok_or_else(|| BadQuery::Flag(word())),
        // With a colon for whoever does not want to quote: a shell takes < and > for itself.
        ("expires", "<" | ">" | ":") => {
            let side = if sign == ">" { Side::Over } else { Side::Under };
            expires(side, value, now).ok_or_else(|| BadQuery::Date(word()))
        }
        ("unused", "<" | ">" | ":") => {
            let side = if sign == "<" { Side::Under } else { Side::Over };
            when::parse_days(value).map(|days| Test::Unused(side, days.into())).ok_or_else(|| BadQuery::Date(word()))
        }
        (_, ":" | "=") => match KEYS.iter().find(|(name, _)| *name == key) {
            Some(&(_, key)) => Ok(Test::Fact { key, value: value.to_lowercase(), whole: sign == "=" }),
            None => Err(BadQuery::Key(word())),
        },
        _ => Err(BadQuery::Key(word())),
    }
}

fn expires(side: Side, value: &str, now: &Now) -> Option<Test> {
    let day = match when::parse_days(value) {
        Some(days) => now.today().checked_add_days(Days::new(days.into()))?,
        None => when::parse_date(value, now).ok()?.day(now),
    };
    Some(Test::Expires(side, day))
}

fn flag(value: &str) -> Option<Flag> {
    let named = FLAGS.into_iter().find(|(word, _)| *word == value).map(|(_, flag)| flag);
    named.or_else(|| Status::ALL.into_iter().find(|status| status.word() == value).map(Flag::Has))
}

/// The matcher gives meaning to some signs (`^`, `$`, `!`, `'`); here they are letters like all others.
fn literal(word: &str) -> String {
    let mut out = String::with_capacity(word.len() + 2);
    for c in word.chars() {
        if "^$!'\\ ".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A query that is not understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadQuery {
    /// An odd number of quotes.
    #[error("a quote in the query is not closed")]
    Quote,
    /// An unknown word before the sign.
    #[error("'{0}' is no query word")]
    Key(String),
    /// Nothing after the sign.
    #[error("'{0}' looks for nothing")]
    Value(String),
    /// A risk that there is not.
    #[error("'{0}' names no risk")]
    Risk(String),
    /// A state that there is not.
    #[error("'{0}' names no state")]
    Flag(String),
    /// Neither a date nor a span.
    #[error("'{0}' has no date or number of days")]
    Date(String),
}

impl BadQuery {
    /// What would be understood.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Quote => "close it, or leave it out",
            Self::Key(_) => {
                "words are service: name: account: instance: tag: (or #tag) scope: kind: place: risk: is: expires< expires> \
                 unused> unused<; put text with such a sign in double quotes"
            }
            Self::Value(_) => "write what to look for after the sign, without a space",
            Self::Risk(_) => "risks are low, medium and high",
            Self::Flag(_) => {
                "states are alive, expiring, expired, dead, owed, unknown, unverified, uninstalled, \
                 mismatched, trashed and purged"
            }
            Self::Date(_) => "write it as expires<30d, expires>2027-01-31 or unused>90d",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::Scope;
    use crate::token::consumer::Way;
    use crate::token::expiry::{Date, Expiry, Source};
    use crate::token::now::tests::{day, instant, utc};
    use crate::token::rules::Rules;
    use crate::token::tests::token;

    const NOW: &str = "2026-11-22T12:00:00Z";

    fn ci_deploy() -> Token {
        let mut token = token("github/ci-deploy");
        token.account = Some("Ada Lovelace".into());
        token.kind = Some("fine-grained PAT".into());
        token.tags = ["prod".into(), "team:web".into()].into();
        token.consumers = [("Actions org/app".into(), Way::Hand { note: None })].into();
        token.versions[0].expiry = Expiry::Ends(Date::Day(day("2026-12-01")), Source::Typed);
        let scope = |name: &str| Scope { name: name.into(), rated: None, known: None };
        token.versions[0].scopes = vec![scope("gist")];
        token.versions[0].granted = Some(vec![scope("admin:org")]);
        token.last_use = Some(instant("2026-11-01T12:00:00Z"));
        token
    }

    fn finds(query: &str, token: &Token) -> bool {
        let now = utc(NOW);
        let query = Query::parse(query, &now).unwrap();
        Search::new(&query, &Rules::default(), &now).score(token).is_some()
    }

    #[test]
    fn each_word_finds_and_its_negation_does_not() {
        let found = [
            "deploy",
            "ghci",
            "ADA",
            "#prod",
            "tag:web",
            "tag=team:web",
            "service:git",
            "service=github",
            "name:deploy",
            "account:\"ada lovelace\"",
            "\"ada lovelace\"",
            "scope:org",
            "scope=admin:org",
            "kind:fine",
            "risk:high",
            "expires<30d",
            "expires<2026-12-02",
            "expires>3d",
            "unused>20d",
            "unused<22d",
            "is:expiring",
            "is:unverified",
            "is:uninstalled",
            "is:mismatched",
            "place:actions",
            "place=\"Actions org/app\"",
            "expires:30d",
            "unused:20d",
            "adminorg",
        ];
        for query in found {
            assert!(finds(query, &ci_deploy()), "{query}");
            assert!(!finds(&format!("-{query}"), &ci_deploy()), "-{query}");
        }
        let not_found = [
            "gitlab",
            "#pro",
            "service=git",
            "scope=admin",
            "scope:gist",
            "risk:low",
            "expires<9d",
            "expires>2026-12-01",
            "unused>21d",
            "expires:9d",
            "unused:21d",
            "is:expired",
            "is:owed",
            "is:dead",
            "is:trashed",
            "instance:x",
            "place:server",
            "is:alive",
        ];
        for query in not_found {
            assert!(!finds(query, &ci_deploy()), "{query}");
        }
    }

    #[test]
    fn all_words_must_hold() {
        assert!(finds("ci service:github expires<30d -is:dead", &ci_deploy()));
        assert!(!finds("ci service:github expires<30d is:dead", &ci_deploy()));
        assert!(finds("", &ci_deploy()));
    }

    #[test]
    fn trash_and_tombstones_are_found_only_by_name() {
        let mut token = ci_deploy();
        token.trashed = Some(instant(NOW));
        assert!(!finds("deploy", &token));
        assert!(!finds("-is:trashed", &token));
        assert!(finds("deploy is:trashed", &token));
        token.purged = Some(instant(NOW));
        assert!(!finds("is:trashed", &token));
        assert!(finds("is:purged", &token));
    }

    #[test]
    fn what_is_not_understood_is_said() {
        let now = utc(NOW);
        let cases = [
            ("owner:ada", BadQuery::Key("owner:ada".into())),
            ("tag<3", BadQuery::Key("tag<3".into())),
            ("tag:", BadQuery::Value("tag:".into())),
            ("risk:huge", BadQuery::Risk("risk:huge".into())),
            ("is:green", BadQuery::Flag("is:green".into())),
            ("expires<soon", BadQuery::Date("expires<soon".into())),
            ("unused>", BadQuery::Value("unused>".into())),
            ("\"open", BadQuery::Quote),
            ("a\u{1b}:b", BadQuery::Key("a\\u{1b}:b".into())),
        ];
        for (text, want) in cases {
            assert_eq!(Query::parse(text, &now).unwrap_err(), want, "{text}");
        }
        assert!(Query::parse("\"owner:ada\" \"-x\" '^$!", &now).is_ok(), "quoted text is text");
    }

    #[test]
    fn better_fits_score_higher() {
        let now = utc(NOW);
        let query = Query::parse("ci", &now).unwrap();
        assert!(query.ranks());
        let rules = Rules::default();
        let mut search = Search::new(&query, &rules, &now);
        assert!(search.score(&token("github/ci")) > search.score(&token("github/electronic-id")));
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in ".{0,60}") {
            if let Ok(query) = Query::parse(&text, &utc(NOW)) {
                let _either = Search::new(&query, &Rules::default(), &utc(NOW)).score(&ci_deploy());
            }
        }
    }
}

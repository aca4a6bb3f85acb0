//! What the tests of all formats share, and what holds for every format.

use chrono::{DateTime, NaiveDate, Utc};
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::fault::Explain;
use crate::scope::{Granted, Risk, Scope};
use crate::token::consumer::Way;
use crate::token::expiry::{Date, Expiry, Source};
use crate::token::id::TokenId;
use crate::token::now::tests::utc;
use crate::token::rules::Policy;
use crate::token::{State, Version};
use crate::verdict::{Outcome, Verdict};

/// Stands in every bad input; no message may hold it.
pub const SECRET: &str = "not-a-real-secret-1";

pub fn now() -> Now {
    utc("2026-11-22T12:00:00Z")
}

pub fn text(exported: &Exported) -> String {
    let mut bytes = vec![];
    exported.bytes.write_to(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// An error's message, after the checks that hold for every one.
#[track_caller]
pub fn told(error: &Error) -> String {
    let message = error.to_string();
    let hint = error.hint().unwrap();
    let shown = format!("{message} {hint} {error:?}");
    for secret in [SECRET, "not-a-real", "real-secret"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(message.lines().all(|line| text::escaped(line) == line), "{message:?}");
    assert!(message.len() < 4000 && !hint.ends_with('.'), "{message}");
    assert_eq!(error.kind(), crate::fault::Kind::Usage);
    message
}

fn instants() -> impl Strategy<Value = DateTime<Utc>> {
    (0i64..200_000_000_000).prop_map(|secs| DateTime::from_timestamp(secs, 0).unwrap())
}

fn dates() -> impl Strategy<Value = Date> {
    let days = (0i32..2_900_000).prop_map(|days| {
        Date::Day(NaiveDate::from_ymd_opt(1970, 1, 1).unwrap() + chrono::TimeDelta::days(days.into()))
    });
    prop_oneof![days, instants().prop_map(Date::Instant)]
}

fn expiries() -> impl Strategy<Value = Expiry> {
    let sources = || prop_oneof![instants().prop_map(Source::Service), Just(Source::Typed), Just(Source::Default)];
    prop_oneof![
        Just(Expiry::Unknown),
        sources().prop_map(Expiry::Never),
        (dates(), sources()).prop_map(|(date, source)| Expiry::Ends(date, source)),
    ]
}

/// Whatever a label takes, with the signs that some format or program has a use for more often than chance has them.
fn labels(sort: Label) -> impl Strategy<Value = String> {
    prop_oneof!["[-=+@'\",;\\\\#$ a-z/.żó日\u{1f980}]{1,12}", "\\PC{1,20}"]
        .prop_filter_map("a label", move |given| sort.parse(&given).ok())
}

fn notes() -> impl Strategy<Value = String> {
    prop_oneof!["[-=+@'\",; \t\r\na-z]{1,12}", ".{1,20}"]
        .prop_filter_map("a note", |given| crate::token::label::note(&given).ok().filter(|note| !note.is_empty()))
}

fn scopes() -> impl Strategy<Value = Vec<Scope>> {
    let rated = option::of(prop_oneof![Just(Risk::Low), Just(Risk::Medium), Just(Risk::High)]);
    let scope = (labels(Label::Scope), rated).prop_map(|(name, rated)| Scope { name, rated, known: None });
    proptest::collection::vec(scope, 0..4).prop_map(|mut scopes| {
        let mut seen = std::collections::BTreeSet::new();
        scopes.retain(|scope| seen.insert(scope.name.clone()));
        scopes
    })
}

fn secrets() -> impl Strategy<Value = String> {
    "[-=+@'\",;\\\\#$!-~é]{1,30}".prop_filter("a secret", |text| Secret::parse(text.clone().into_bytes()).is_ok())
}

/// Names, and something for each.
fn named<T: std::fmt::Debug>(values: impl Strategy<Value = T>) -> impl Strategy<Value = BTreeMap<String, T>> {
    proptest::collection::btree_map("[a-z][a-z0-9_]{0,8}", values, 0..3)
}

/// What a service told, at times its last use among it.
fn tellings() -> impl Strategy<Value = BTreeMap<String, String>> {
    (named(labels(Label::Value)), option::of(dates())).prop_map(|(mut told, last_use)| {
        told.extend(last_use.map(|date| ("last_use".to_owned(), date.to_string())));
        told
    })
}

fn consumers() -> impl Strategy<Value = BTreeMap<String, Way>> {
    let way = prop_oneof![
        option::of(labels(Label::Value)).prop_map(|note| Way::Hand { note }),
        (labels(Label::Command), option::of("[A-Z_][A-Z0-9_]{0,8}"))
            .prop_map(|(command, env)| Way::Run { command, env }),
    ];
    proptest::collection::btree_map(labels(Label::Place), way, 0..4)
}

/// A version, its secret and the secret parts of it. The place in its token is set where the token is made.
fn versions() -> impl Strategy<Value = (Version, String, BTreeMap<String, String>)> {
    let outcome = prop_oneof![Just(Outcome::Alive), Just(Outcome::Dead), Just(Outcome::Refused)];
    let verdict = (outcome, instants(), option::of(labels(Label::Kind))).prop_map(|(outcome, at, why)| Verdict {
        outcome,
        at,
        why,
    });
    let state = prop_oneof![instants().prop_map(State::Superseded), instants().prop_map(State::Revoked)];
    let installed = proptest::collection::btree_map(labels(Label::Place), instants(), 0..3);
    let granted = option::of(scopes());
    let known = (option::of(dates()), expiries(), (scopes(), granted), option::of(verdict), tellings(), installed);
    (instants(), known, state, secrets(), named(secrets())).prop_map(
        |(added, (issued, expiry, (scopes, granted), verdict, told, installed), state, secret, secret_parts)| {
            let id = VersionId::from_bytes([0; 16]);
            let parts = secret_parts.keys().cloned().collect();
            (
                Version {
                    id,
                    number: 1,
                    added,
                    issued,
                    expiry,
                    granted: granted.map(|granted| Granted::of(&granted).scopes(&scopes)),
                    scopes,
                    verdict,
                    told,
                    parts,
                    installed,
                    state,
                    rotation: None,
                },
                secret,
                secret_parts,
            )
        },
    )
}

/// A token that is kept, with its note and its secrets.
pub fn fulls() -> impl Strategy<Value = Full> {
    let words = (
        "[a-z0-9][a-z0-9._-]{0,8}",
        labels(Label::Name),
        option::of("[a-z]{1,8}\\.example\\.com(:[1-9][0-9]{1,3})?(/[a-z]{1,5})?"),
        option::of(labels(Label::Account)),
        option::of(labels(Label::Kind)),
        proptest::collection::btree_set(labels(Label::Tag), 0..4),
        named(labels(Label::Value)),
        consumers(),
        option::of(notes()),
    );
    let policy = (option::of(0u32..400), option::of(0u32..400), option::of(0u32..400))
        .prop_map(|(lead_days, cadence_days, unused_days)| Policy { lead_days, cadence_days, unused_days });
    (words, policy, instants(), option::of(instants()), proptest::collection::vec(versions(), 1..4)).prop_map(
        |((service, name, host, account, kind, tags, facts, consumers, note), policy, added, last_use, given)| {
            let (mut versions, mut secrets, mut parts) = (vec![], BTreeMap::new(), BTreeMap::new());
            let count = given.len();
            for (at, (mut version, secret, secret_parts)) in given.into_iter().enumerate() {
                version.number = u32::try_from(count - at).unwrap();
                version.id = VersionId::from_bytes([u8::try_from(count - at).unwrap(); 16]);
                version.installed = consumers.keys().cloned().zip(version.installed.into_values()).collect();
                if at == 0 {
                    version.state = State::Current;
                }
                secrets.insert(version.id, Secret::new(secret));
                let of = |(name, part)| ((version.id, name), Secret::new(part));
                parts.extend(secret_parts.into_iter().map(of));
                versions.push(version);
            }
            let instance = host.map(|host| format!("https://{host}"));
            let with = facts.keys().map(|name: &String| (name.clone(), TokenId::from_bytes([2; 16]))).collect();
            let token = Token {
                id: TokenId::from_bytes([1; 16]),
                service,
                name,
                instance,
                account,
                kind,
                tags,
                facts,
                consumers,
                with,
                policy,
                added,
                trashed: None,
                purged: None,
                versions,
                marks: vec![],
                last_use,
            };
            Full { token, note, secrets, parts }
        },
    )
}

/// The draft as the token it becomes; what a draft leaves open is taken from the original.
pub fn added(draft: &Draft, like: &Token) -> Full {
    let count = draft.versions.len();
    let (mut versions, mut secrets, mut parts) = (vec![], BTreeMap::new(), BTreeMap::new());
    for (at, given) in draft.versions.iter().enumerate() {
        let number = u32::try_from(count - at).unwrap();
        let id = VersionId::from_bytes([u8::try_from(number).unwrap(); 16]);
        secrets.insert(id, given.secret.clone());
        parts.extend(given.parts.iter().map(|(name, part)| ((id, name.clone()), part.clone())));
        versions.push(Version {
            id,
            number,
            added: given.added.unwrap_or(like.versions[at].added),
            issued: given.issued,
            expiry: given.expiry,
            scopes: given.scopes.clone(),
            granted: given.granted.clone(),
            verdict: given.verdict.clone(),
            told: given.told.clone(),
            installed: given.installed.clone(),
            parts: given.parts.keys().cloned().collect(),
            state: given.state,
            rotation: None,
        });
    }
    let draft = draft.clone();
    let token = Token {
        service: draft.service,
        name: draft.name,
        instance: draft.instance,
        account: draft.account,
        kind: draft.kind,
        tags: draft.tags,
        facts: draft.facts,
        consumers: draft.consumers,
        with: draft.with,
        policy: draft.policy,
        added: draft.added.unwrap_or(like.added),
        versions,
        ..like.clone()
    };
    Full { token, note: draft.note, secrets, parts }
}

/// Nothing is customary.
pub struct NoCustoms;

impl Customs for NoCustoms {
    fn service(&self, _: &str) -> Option<String> {
        None
    }

    fn addressed(&self, _: &str) -> Option<String> {
        None
    }

    fn instance(&self, _: &str, _: &str, _: Option<&str>) -> Result<Option<String>, String> {
        Ok(None)
    }
}

/// A token with one secret, for tests that are about something else.
pub fn full(path: &str, secret: &str) -> Full {
    let token = crate::token::tests::token(path);
    let secrets = BTreeMap::from([(token.current().id, Secret::new(secret.into()))]);
    Full { token, note: None, secrets, parts: BTreeMap::new() }
}

#[test]
fn a_files_name_says_its_format() {
    let cases = [
        ("tokens.csv", Some(Format::Csv)),
        ("a/b.c/Tokens.CSV", Some(Format::Csv)),
        ("x.tsv", Some(Format::Csv)),
        ("x.json", Some(Format::Json)),
        (".env", Some(Format::Dotenv)),
        ("a/.env.local", Some(Format::Dotenv)),
        ("prod.env", Some(Format::Dotenv)),
        ("tokens", None),
        ("a.csv/tokens", None),
        ("a/folder.csv/", Some(Format::Csv)),
        ("/", None),
        ("tokens.xlsx", None),
        ("", None),
    ];
    for (name, want) in cases {
        assert_eq!(Format::of_file(name), want, "{name}");
    }
    for format in Format::ALL {
        assert_eq!(format.word().parse(), Ok(format));
    }
    assert_eq!(
        "\u{1b}xml".parse::<Format>().unwrap_err().to_string(),
        "'\\u{1b}xml' is no format; it is csv, json or dotenv"
    );
}

#[test]
fn options_that_mean_nothing_are_refused() {
    let service = Options { service: Some("github".into()), ..Options::default() };
    let map = Options { map: vec!["secret=x".parse().unwrap()], ..Options::default() };
    let all = Options { all: true, ..Options::default() };
    let cases = [
        (Format::Json, &service, "--service means nothing for a json file"),
        (Format::Json, &map, "--map means nothing for a json file"),
        (Format::Dotenv, &map, "--map means nothing for a dotenv file"),
        (Format::Json, &all, "--all means nothing for a json file"),
        (Format::Csv, &all, "--all means nothing for a csv file"),
    ];
    for (format, options, want) in cases {
        assert_eq!(told(&read(format, SECRET.as_bytes(), options, &NoCustoms, &now()).unwrap_err()), want);
    }
}

#[test]
fn junk_is_refused_by_every_format_and_never_repeated() {
    let large = SECRET.repeat((1 << 20) / SECRET.len());
    let junk: [(&[u8], Option<&str>); 9] = [
        (b"", Some("the file holds no tokens")),
        (b"\xef\xbb\xbf", Some("the file holds no tokens")),
        (b" \r\n\t\n", Some("the file holds no tokens")),
        (b"not-a-real-secret-1\n\nb\xff", Some("the file is not UTF-8 text; the first odd byte is in line 3")),
        (b"\xff\xfen\0o\0t\0", Some("the file is not UTF-8 text; the first odd byte is in line 1")),
        (b"not-a-real-secret-1", None),
        (b"not-a-real-secret-1\0", None),
        (b"\x1b]52;c;not-a-real-secret-1\x07", None),
        (large.as_bytes(), None),
    ];
    for format in Format::ALL {
        for (bytes, want) in junk {
            let message = told(&read(format, bytes, &Options::default(), &NoCustoms, &now()).unwrap_err());
            assert!(want.is_none_or(|want| want == message), "{format}: {message}");
        }
    }
}

#[test]
fn names_that_could_be_secrets_are_not_shown() {
    for name in ["Favorite", "Login Username", "login_uri", "Field 12", "formActionOrigin", "Password (old)", "Größe"]
    {
        assert_eq!(shown_name(name).as_deref(), Some(name));
    }
    for name in ["", "xyz_16C7e42F292c", "aVeryLongWordOfLettersOnly", "a\u{1b}b", "x=y", &"a ".repeat(40)] {
        assert_eq!(shown_name(name), None, "{name:?}");
    }
}

#[test]
fn only_so_many_bad_rows_are_named() {
    let mut rows = error::BadRows::default();
    for line in 1..=12 {
        rows.add(error::Bad { place: Place::Line(line), part: Some("\"token\"".into()), why: "it is empty".into() });
    }
    let message = told(&rows.refuse_any().unwrap_err());
    let lines: Vec<_> = message.lines().collect();
    assert_eq!(
        (lines.len(), lines[0], lines[1], lines[11]),
        (12, "12 rows cannot be taken:", "  line 1, \"token\": it is empty", "  and 2 more")
    );
}

proptest! {
    #[test]
    fn reading_never_panics(text in "\\PC*|.*|[\",;\n\r'=\\\\ a-z]{0,40}") {
        for format in Format::ALL {
            let _either = read(format, text.as_bytes(), &Options::default(), &NoCustoms, &now());
        }
    }
}

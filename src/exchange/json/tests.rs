use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::exchange::tests::{SECRET, added, full, fulls, text, told};
use crate::scope::Risk;
use crate::token::expiry::{Date, Source};
use crate::token::now::tests::{day, instant, utc};
use crate::token::rules::Rules;
use crate::token::tests::version;
use crate::verdict::Outcome;

/// A file with one token of these fields besides what it must have.
fn file(fields: Value) -> String {
    let mut token = json!({ "service": "github", "name": "ci", "versions": [{ "secret": SECRET }] });
    for (key, value) in fields.as_object().unwrap() {
        token[key] = value.clone();
    }
    json!({ "patvault": 1, "tokens": [token] }).to_string()
}

fn import(file: &str) -> Result<Imported, Error> {
    read(file.as_bytes())
}

/// What is told of a file that is not taken, without the line and the column: those are of a file made here.
fn reason(file: &str) -> String {
    let told = told(&import(file).unwrap_err());
    match (told.find(", line "), told.rfind(": ")) {
        (Some(from), Some(to)) if from < to => format!("{}{}", &told[..from], &told[to..]),
        _ => told,
    }
}

/// A token of which everything is known, in two versions.
fn well_known() -> Full {
    let mut one = full("github/ci", SECRET);
    one.note = Some("for the build".into());
    one.token.facts = [("org".to_owned(), "acme".to_owned())].into();
    one.token.with = [("personal".to_owned(), TokenId::from_bytes([3; 16]))].into();
    let way = |text: &str| text.parse().unwrap();
    one.token.consumers =
        [("Actions org/app".to_owned(), way("env DEPLOY ./set.sh")), ("server".to_owned(), way("hand ask ops"))].into();
    one.token.tags = ["prod".to_owned()].into();
    one.token.policy.lead_days = Some(30);
    one.token.last_use = Some(instant("2026-11-21T10:00:00Z"));
    let first = &mut one.token.versions[0];
    first.issued = Some(Date::Day(day("2026-11-01")));
    first.expiry = Expiry::Ends(Date::Day(day("2027-01-31")), Source::Service(instant("2026-11-22T10:00:00Z")));
    first.scopes = vec![
        Scope { name: "repo".into(), rated: Some(Risk::High), known: None },
        Scope { name: "gist".into(), rated: None, known: None },
    ];
    first.granted = Some(vec![Scope { name: "repo".into(), rated: Some(Risk::High), known: None }]);
    first.told = [("owner".to_owned(), "ada".to_owned())].into();
    first.installed = [("server".to_owned(), instant("2026-11-02T10:00:00Z"))].into();
    first.parts = ["refresh_token".to_owned()].into();
    one.parts.insert((first.id, "refresh_token".into()), Secret::new("not-a-real-part".into()));
    first.verdict = Some(crate::token::tests::verdict(Outcome::Alive));
    let mut old = version(2);
    old.number = 1;
    old.state = State::Superseded(instant("2026-11-01T12:00:00Z"));
    one.token.versions[0].number = 2;
    one.token.versions.push(old);
    one
}

#[test]
fn the_shape_is_stable() {
    let got: Value = serde_json::from_str(&text(&write([well_known()].into_iter()))).unwrap();
    let want = json!({ "patvault": 1, "tokens": [{
        "id": "01010101010101010101010101010101",
        "service": "github",
        "name": "ci",
        "path": "github/ci",
        "instance": null,
        "account": null,
        "kind": null,
        "tags": ["prod"],
        "facts": { "org": "acme" },
        "with": { "personal": "03030303030303030303030303030303" },
        "consumers": {
            "Actions org/app": { "run": "./set.sh", "env": "DEPLOY", "note": null },
            "server": { "run": null, "env": null, "note": "ask ops" },
        },
        "note": "for the build",
        "policy": { "lead_days": 30, "cadence_days": null, "unused_days": null },
        "added": "2026-11-01T12:00:00Z",
        "trashed": null,
        "purged": null,
        "last_use": "2026-11-21T10:00:00Z",
        "versions": [
            {
                "id": "01010101010101010101010101010101",
                "number": 2,
                "added": "2026-11-01T12:00:00Z",
                "issued": "2026-11-01",
                "expires": { "at": "2027-01-31", "source": "service", "said": "2026-11-22T10:00:00Z" },
                "scopes": [
                    { "name": "repo", "risk": "high", "rated": true },
                    { "name": "gist", "risk": null, "rated": false },
                ],
                "granted": [{ "name": "repo", "risk": "high", "rated": true }],
                "verdict": { "outcome": "alive", "at": "2026-11-20T12:00:00Z", "why": null },
                "told": { "owner": "ada" },
                "installed": { "server": "2026-11-02T10:00:00Z" },
                "state": "current", "since": null,
                "secret": "not-a-real-secret-1",
                "parts": { "refresh_token": "not-a-real-part" },
            },
            {
                "id": "02020202020202020202020202020202",
                "number": 1,
                "added": "2026-11-01T12:00:00Z",
                "issued": null,
                "expires": { "at": null, "source": null, "said": null },
                "scopes": [],
                "granted": null,
                "verdict": null,
                "told": {}, "installed": {}, "parts": {},
                "state": "superseded", "since": "2026-11-01T12:00:00Z",
            },
        ],
    }] });
    assert_eq!(got, want);
}

#[test]
fn a_list_holds_a_status_and_no_secret() {
    let one = full("github/ci", SECRET);
    let status = one.token.status(&Rules::default(), &utc("2026-11-22T12:00:00Z"));
    let mut printed = vec![];
    document([Record::of(&one.token).with_status(status)].into_iter()).write_to(&mut printed).unwrap();
    let got: Value = serde_json::from_slice(&printed).unwrap();
    assert_eq!(got["tokens"][0]["status"], "unknown");
    assert_eq!(got["tokens"][0].get("note"), None);
    assert_eq!(got["tokens"][0]["versions"][0].get("secret"), None);
    assert_eq!(told(&read(&printed).unwrap_err()), "there are no secrets in it: it was exported without them");
    assert!(!format!("{:?}", Record::of(&one.token).with_secrets(&one)).contains(SECRET));
}

#[test]
fn little_is_needed_and_null_is_absent() {
    let all_null = json!({
        "id": null, "path": null, "instance": null, "account": null, "kind": null, "tags": null, "facts": null, "note": null,
        "policy": null, "added": null, "trashed": null, "purged": null, "last_use": null, "status": null,
        "versions": [{ "id": null, "number": null, "added": null, "issued": null, "expires": null, "scopes": null, "granted": null,
            "verdict": null, "told": null, "state": null, "since": null, "parts": null,
            "secret": "not-a-real-\u{73}ecret-\u{31}" }],
    });
    for file in
        [file(json!({})), file(all_null).replace("secret-1", "\\u0073ecret-1"), format!("\u{feff}{}", file(json!({})))]
    {
        let imported = import(&file).unwrap();
        let (place, draft) = &imported.drafts[0];
        assert_eq!((place.to_string().as_str(), draft.path().as_str()), ("/tokens/0", "github/ci"));
        assert_eq!(draft.versions[0].secret.expose(), SECRET);
        assert_eq!((draft.versions[0].expiry, draft.versions[0].state), (Expiry::Unknown, State::Current));
    }
}

#[test]
fn what_is_gone_is_passed_over() {
    let at = "2026-11-22T10:00:00Z";
    let secret = json!([{ "secret": SECRET }]);
    let tokens = [
        json!({ "service": "a", "name": "b", "trashed": at, "versions": secret }),
        json!({ "service": "a", "name": "c", "purged": at, "versions": [{}] }),
        json!({ "service": "a", "name": "d", "versions": [{ "secret": SECRET, "state": "revoked", "since": at }] }),
        json!({ "service": "a", "name": "e", "versions": secret }),
    ];
    let imported = import(&json!({ "patvault": 1, "tokens": tokens }).to_string()).unwrap();
    assert_eq!(imported.drafts.len(), 1);
    assert_eq!(imported.drafts[0].0, Place::Pointer("/tokens/3".into()));
    assert_eq!(
        imported.notes,
        ["2 tokens in the trash or purged: left out", "1 token revoked and not replaced: left out"]
    );
}

#[test]
fn what_is_no_file_of_ours_is_refused() {
    let deep = format!("{{\"patvault\": 1, \"tokens\": {}\"{SECRET}\"", "[".repeat(100_000));
    let cases = [
        ("[\"not-a-real-secret-1\"]", "/0, line 1, column 22: it must be a whole number"),
        ("\"not-a-real-secret-1\"", "the file, line 1, column 21: it must be an object"),
        ("{\"tokens\": [\"not-a-real-secret-1\"]}", "the file, line 1, column 35: 'patvault' is missing"),
        ("{\"patvault\": 1}", "the file, line 1, column 15: 'tokens' is missing"),
        (
            "{\"patvault\": \"not-a-real-secret-1\", \"tokens\": []}",
            "/patvault, line 1, column 34: it must be a whole number",
        ),
        ("{\"patvault\": 1, \"tokens\": \"not-a-real-secret-1\"}", "/tokens, line 1, column 47: it must be a list"),
        (
            "{\"patvault\": 1, \"tokens\": [{\"service\": \"a\", \"name\": \"b\", \"versions\": [{\"state\": 1}]}]}",
            "the file is not JSON as it should be, or is nested too deeply: line 1, column 81",
        ),
        ("{\"patvault\": 1, \"tokens\": []}", "the file holds no tokens"),
        (
            "{\"patvault\": 1, \"tokens\": [[\"not-a-real-secret-1\"]]}",
            "/tokens/0, line 1, column 50: it must be an object",
        ),
        (
            "{\"patvault\": 1, \"patvault\": 1, \"tokens\": []}",
            "the file, line 1, column 26: 'patvault' is there twice",
        ),
        (
            "{\"patvault\": 2, \"x\": \"not-a-real-secret-1\"}",
            "the file has shape 2 of a newer patvault; this one reads shape 1",
        ),
        (
            "{\"patvault\": 1,\n \"tokens\": [\"not-a-real-secret-1",
            "the file is JSON that ends too early: line 2, column 32",
        ),
        ("{\"patvault\": 1} x", "the file is not JSON as it should be, or is nested too deeply: line 1, column 17"),
        ("{'not-a-real-secret-1'}", "the file is not JSON as it should be, or is nested too deeply: line 1, column 2"),
        (&deep, "the file is JSON that ends too early: line 1, column 100047"),
    ];
    for (file, want) in cases {
        assert_eq!(told(&import(file).unwrap_err()), want, "{file:.60}");
    }
}

const TIME: &str = "it must be a time, such as 2026-11-22T10:00:00Z";
const FIELD: &str = "a field is a word of lower-case letters, digits, '.', '-' and '_', such as account_id";
const LABEL: &str = "it must hold 1 to 512 bytes without control characters or characters that are invisible";

#[test]
fn bad_fields_are_named_and_never_shown() {
    let tag = "a tag has no spaces, no control characters and does not start with '#' or '-'";
    let service = "a service is a word of lower-case letters, digits, '.', '-' and '_', such as github";
    let whole = "it must be a whole number";
    let way = "a command is one line, a variable is letters, digits and '_', and a note is one line";
    let argument = "a command is not given the secret as an argument: every user of the machine can read those";
    let cases = [
        (json!({ "colour": SECRET }), "/colour", "there is no such field"),
        (json!({ "not-a-real-secret-16C7e42": 1 }), "", "there is no such field"),
        (json!({ "service": SECRET.to_uppercase() }), "/service", service),
        (json!({ "service": { "x": SECRET } }), "/service", "it must be text"),
        (json!({ "service": null }), "/service", "it must be text"),
        (json!({ "name": format!("\u{1b}]0;{SECRET}") }), "/name", LABEL),
        (json!({ "account": format!("\u{202e}{SECRET}") }), "/account", LABEL),
        (json!({ "tags": ["x", format!("-{SECRET}")] }), "/tags/1", tag),
        (json!({ "tags": SECRET }), "/tags", "it must be a list"),
        (json!({ "note": format!("\0{SECRET}") }), "/note", "a note is at most 64 KiB of text without NUL"),
        (json!({ "policy": { "lead_days": SECRET } }), "/policy/lead_days", whole),
        (json!({ "policy": { "lead_days": -1 } }), "/policy/lead_days", whole),
        (json!({ "policy": { "lead_days": 1u64 << 40 } }), "/policy/lead_days", whole),
        (json!({ "policy": 5 }), "/policy", "it must be an object"),
        (json!({ "consumers": { "a": SECRET } }), "/consumers/a", "it must be an object"),
        (json!({ "consumers": { (format!("\u{1b}{SECRET}")): {} } }), "/consumers", LABEL),
        (json!({ "consumers": { "a": { "run": format!("x\n{SECRET}") } } }), "/consumers", way),
        (json!({ "consumers": { "a": { "run": "x", "env": SECRET } } }), "/consumers", way),
        (json!({ "consumers": { "a": { "run": format!("{SECRET} {{token}}") } } }), "/consumers", argument),
        (json!({ "added": SECRET }), "/added", TIME),
        (json!({ "trashed": 5 }), "/trashed", "it must be text"),
        (json!({ "versions": { "secret": SECRET } }), "/versions", "it must be a list"),
    ];
    for (fields, pointer, why) in cases {
        let want = format!("/tokens/0{pointer}: {why}");
        assert_eq!(reason(&file(fields.clone())), want, "{fields}");
    }
    let twice = r#"{"patvault": 1, "tokens": [{"service": "a", "name": "not-a-real-secret-1", "name": "b"}]}"#;
    assert_eq!(told(&import(twice).unwrap_err()), "/tokens/0, line 1, column 81: 'name' is there twice");
    assert!(matches!(import(&file(json!({ "versions": [] }))), Err(Error::NoSecrets { .. })));
}

#[test]
fn bad_versions_are_named_and_never_shown() {
    let at = "it must be a day such as 2027-01-31, a time, 'never' or null";
    let why = json!({ "outcome": "dead", "at": "2026-11-22T10:00:00Z", "why": "\u{1b}x" });
    let cases = [
        (json!({ "secret": 5 }), "/secret", "it must be text"),
        (json!({ "secret": "a b" }), "/secret", "the secret holds a space at character 2, which no token does"),
        (json!({ "parts": { "a": null } }), "/parts", "it is missing: export again with secrets"),
        (json!({ "parts": { "a": "a b" } }), "/parts", "the secret holds a space at character 2, which no token does"),
        (json!({ "parts": { (format!("a {SECRET}")): "b" } }), "/parts", FIELD),
        (json!({ "parts": { "a": 5 } }), "/parts/a", "it must be text"),
        (json!({ "told": SECRET }), "/told", "it must be an object"),
        (json!({ "told": { "owner": format!("\u{1b}{SECRET}") } }), "/told", LABEL),
        (json!({ "told": { "last_use": SECRET } }), "/told/last_use", "it must be a day or a time"),
        (json!({ "installed": { "a": SECRET } }), "/installed/a", TIME),
        (
            json!({ "installed": { "a": "2026-11-22T10:00:00Z" } }),
            "/installed",
            "it names a place that is not among the consumers of the token",
        ),
        (json!({ "state": SECRET }), "/state", "it must be one of current, superseded, revoked"),
        (json!({ "state": "superseded" }), "/state", "the first version is the current one"),
        (json!({ "since": SECRET }), "/since", TIME),
        (json!({ "issued": SECRET }), "/issued", "it must be a day or a time, such as 2027-01-31"),
        (json!({ "expires": SECRET }), "/expires", "it must be an object"),
        (json!({ "expires": { "at": SECRET } }), "/expires/at", at),
        (json!({ "expires": { "at": "never service" } }), "/expires/at", at),
        (
            json!({ "expires": { "at": "never", "source": "service" } }),
            "/expires/said",
            "it must say when the service said so",
        ),
        (
            json!({ "scopes": [{ "name": format!("a {SECRET}") }] }),
            "/scopes/0/name",
            "a scope has no spaces and no control characters",
        ),
        (
            json!({ "scopes": [{ "name": "a", "rated": true }] }),
            "/scopes/0/risk",
            "it is missing, although 'rated' says that a person gave it",
        ),
        (
            json!({ "scopes": [{ "name": "a", "risk": SECRET }] }),
            "/scopes/0/risk",
            "it must be one of low, medium, high",
        ),
        (json!({ "scopes": [{ "risk": "low" }] }), "/scopes/0", "'name' is missing"),
        (json!({ "verdict": { "outcome": "alive" } }), "/verdict", "'at' is missing"),
        (json!({ "verdict": { "outcome": "alive", "at": null } }), "/verdict/at", TIME),
        (json!({ "verdict": why }), "/verdict/why", LABEL),
    ];
    for (fields, pointer, why) in cases {
        let mut version = json!({ "secret": SECRET });
        version.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        let want = format!("/tokens/0/versions/0{pointer}: {why}");
        assert_eq!(reason(&file(json!({ "versions": [version] }))), want, "{fields}");
    }
}

#[test]
fn an_older_version_says_what_became_of_it() {
    let revoked = "2026-11-22T10:00:00Z";
    let cases = [
        (json!({ "secret": SECRET }), "/state: an older version is superseded or revoked"),
        (json!({ "secret": SECRET, "state": "current" }), "/state: an older version is superseded or revoked"),
        (
            json!({ "secret": SECRET, "state": "revoked" }),
            "/since: it must say since when the version is superseded or revoked",
        ),
        (json!({ "state": "revoked", "since": revoked }), "/secret: it is missing: export again with secrets"),
    ];
    for (older, want) in cases {
        let file = file(json!({ "versions": [{ "secret": SECRET }, older] }));
        assert_eq!(told(&import(&file).unwrap_err()), format!("/tokens/0/versions/1{want}"));
    }
}

#[test]
fn one_bad_token_refuses_all_and_every_bad_one_is_named() {
    let good = json!({ "service": "a", "name": "b", "versions": [{ "secret": SECRET }] });
    let bad = json!({ "service": "a", "name": "", "versions": [{ "secret": SECRET }] });
    let file = json!({ "patvault": 1, "tokens": [good, bad.clone(), bad] }).to_string();
    assert_eq!(
        told(&import(&file).unwrap_err()),
        format!("2 rows cannot be taken:\n  /tokens/1/name: {LABEL}\n  /tokens/2/name: {LABEL}")
    );
}

/// The text of secrets and of their parts, so that they can be compared.
fn exposed(full: &Full) -> BTreeMap<(crate::token::id::VersionId, String), String> {
    let secrets = full.secrets.iter().map(|(id, secret)| ((*id, String::new()), secret));
    let parts = full.parts.iter().map(|(key, part)| (key.clone(), part));
    secrets.chain(parts).map(|(key, secret)| (key, secret.expose().to_owned())).collect()
}

proptest! {
    #[test]
    fn an_export_comes_back_as_it_was(tokens in proptest::collection::vec(fulls(), 1..3)) {
        let exported = write(tokens.iter().cloned());
        let imported = read(text(&exported).as_bytes()).unwrap();
        prop_assert!(imported.notes.is_empty());
        let back: Vec<Full> = imported.drafts.iter().zip(&tokens).map(|((_, d), full)| added(d, &full.token)).collect();
        prop_assert_eq!(back.len(), tokens.len());
        for (got, want) in back.iter().zip(&tokens) {
            prop_assert_eq!(&got.token, &want.token);
            prop_assert_eq!(&got.note, &want.note);
            prop_assert_eq!(exposed(got), exposed(want));
        }
        prop_assert_eq!(text(&write(back.into_iter())), text(&exported));
    }

    #[test]
    fn any_json_is_read_or_refused(at in 0usize..400, byte in 0u8..128) {
        let mut bytes = file(json!({ "tags": ["x"], "note": "y" })).into_bytes();
        let at = at % bytes.len();
        bytes[at] = byte;
        if let Err(error) = read(&bytes) {
            told(&error);
        }
    }
}

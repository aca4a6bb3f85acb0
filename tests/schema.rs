//! A vault of every released schema stays readable, and what is known in it stays known.
//!
//! `tests/fixtures/schema-N` is a vault's folder as the patvault of that schema wrote it, with the identity that opens it
//! and, in `facts.txt`, everything it knows. A fixture is never made again. With a new schema comes a new one:
//!
//! ```console
//! $ cargo test --test schema make_the_fixture -- --ignored
//! ```
#![cfg(test)]

mod common;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use age::secrecy::ExposeSecret;
use chrono::TimeDelta;
use common::{Stage, author, draft_of, later, nobody, query, time};
use patvault::scope::{Granted, Risk, Scope};
use patvault::secret::Secret;
use patvault::token::change::{Field, Subject};
use patvault::token::draft::{Draft, DraftVersion};
use patvault::token::expiry::{Date, Expiry, Source};
use patvault::token::id::{BatchId, DeviceId, TokenId};
use patvault::token::reminder::Duty;
use patvault::token::{State, Token};
use patvault::vault::{Author, Error, Reader, Retention, Vault, VaultKey, Writer, read_identities};
use patvault::verdict::{Outcome, Verdict};

const FIXTURES: &str = "tests/fixtures";

fn fixtures() -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(FIXTURES).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

/// A copy of a fixture, opened.
fn open(fixture: &Path, home: &Path) -> (Vault, VaultKey) {
    let dir = home.join("data/main");
    for (path, bytes) in common::files(fixture) {
        let to = dir.join(path.strip_prefix(fixture).unwrap());
        if path.is_file() {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::write(to, bytes).unwrap();
        }
    }
    let vault = Vault::at(&dir, &home.join("state"), Retention::default()).unwrap();
    let identities = read_identities(&dir.join("identity.txt"), &nobody()).unwrap();
    let key = vault.slots().unwrap()[0].open_with(&identities.unlock).unwrap();
    (vault, key)
}

#[test]
fn every_released_schema_is_read() {
    for fixture in fixtures() {
        let home = tempfile::tempdir().unwrap();
        let (vault, key) = open(&fixture, home.path());
        let want = fs::read_to_string(fixture.join("facts.txt")).unwrap();
        assert_eq!(vault.read(&key, facts).unwrap(), want, "{}", fixture.display());
        assert!(vault.read(&key, |r| r.is_sound()).unwrap());
    }
}

#[test]
fn every_released_schema_is_written() {
    for fixture in fixtures() {
        let home = tempfile::tempdir().unwrap();
        let (vault, key) = open(&fixture, home.path());
        let original = fs::read(vault.file()).unwrap();
        let newest = vault.read(&key, |r| r.batches(None, 1)).unwrap()[0].id;
        vault.write(&key, &later(9000), "undo", |w| w.undo(newest)).unwrap();
        let undo = vault.read(&key, |r| r.batches(None, 1)).unwrap()[0].id;
        vault.write(&key, &later(9001), "undo", |w| w.undo(undo)).unwrap();
        // The file as it was before any migration is the first backup.
        assert_eq!(fs::read(&vault.backups().unwrap()[0].path).unwrap(), original);
        let tokens = |text: &str| text.split("\nhistory\n").next().unwrap().to_owned();
        let want = fs::read_to_string(fixture.join("facts.txt")).unwrap();
        assert_eq!(tokens(&vault.read(&key, facts).unwrap()), tokens(&want), "{}", fixture.display());
    }
}

#[test]
fn there_is_a_fixture_of_this_schema() {
    let schema: i64 = query(&Stage::new().image(), "PRAGMA user_version");
    let want: Vec<PathBuf> = (1..=schema).map(|n| Path::new(FIXTURES).join(format!("schema-{n}"))).collect();
    assert_eq!(fixtures(), want, "make it, as the head of this file says");
}

/// Everything a vault knows, in words; ids and the order in which nothing is ordered are left out.
fn facts(r: &Reader) -> Result<String, Error> {
    let mut text = String::new();
    let about = r.about()?;
    line(&mut text, 0, &format!("vault {}, of {}", about.name, about.created));
    for slot in r.slots()? {
        line(
            &mut text,
            0,
            &format!("slot {}, to {:?}, of {} on {}", slot.name, slot.recipient, slot.added, slot.device),
        );
    }
    let mut all = r.tokens()?;
    all.sort_by_key(Token::path);
    for token in &all {
        facts_of(&mut text, r, token)?;
    }
    text.push_str("\nhistory\n");
    for batch in r.batches(None, usize::MAX)? {
        let and = [(batch.undoes.is_some(), ", an undo"), (batch.undone, ", undone")];
        let and: String = and.into_iter().filter_map(|(holds, what)| holds.then_some(what)).collect();
        let (verb, at, device, tokens) = (batch.verb, batch.at, batch.device, batch.tokens);
        line(&mut text, 0, &format!("{verb} at {at} on {device}, {tokens} tokens{and}"));
        for change in r.changes(batch.id, None, usize::MAX)? {
            let path = all.iter().find(|token| token.id == change.subject.token).map(Token::path);
            let what = format!("{} {}: {:?} to {:?}", path.unwrap(), change.field, change.old, change.new);
            line(&mut text, 1, &what);
        }
    }
    text.push_str("\nuses\n");
    for used in r.uses(None, usize::MAX)? {
        let path = all.iter().find(|token| token.id == used.token).map(Token::path);
        line(&mut text, 0, &format!("{} by {} at {} on {}", path.unwrap(), used.verb, used.at, used.device));
    }
    Ok(text)
}

fn facts_of(text: &mut String, r: &Reader, token: &Token) -> Result<(), Error> {
    line(text, 0, &token.path());
    let days = |days: Option<u32>| days.map(|days| format!("{days} days"));
    let facts = [
        ("instance", token.instance.clone()),
        ("account", token.account.clone()),
        ("kind", token.kind.clone()),
        ("tags", Some(token.tags.iter().cloned().collect::<Vec<_>>().join(" ")).filter(|tags| !tags.is_empty())),
        ("facts", Some(named(&token.facts)).filter(|facts| !facts.is_empty())),
        ("consumers", Some(named(&token.consumers)).filter(|places| !places.is_empty())),
        ("lead", days(token.policy.lead_days)),
        ("cadence", days(token.policy.cadence_days)),
        ("unused", days(token.policy.unused_days)),
        ("note", r.note(token.id)?.map(|note| format!("{note:?}"))),
        ("added", Some(token.added.to_string())),
        ("trashed", token.trashed.map(|at| at.to_string())),
        ("purged", token.purged.map(|at| at.to_string())),
        ("last use", token.last_use.map(|at| at.to_string())),
    ];
    for (name, fact) in facts.into_iter().filter_map(|(name, fact)| Some((name, fact?))) {
        line(text, 1, &format!("{name}: {fact}"));
    }
    for version in &token.versions {
        line(text, 1, &format!("version {}, {}, of {}", version.number, version.state, version.added));
        let secret = r.secret(version.id)?.map_or("purged".to_owned(), |secret| secret.expose().to_owned());
        line(text, 2, &format!("secret: {secret}"));
        line(text, 2, &format!("expiry: {}", version.expiry));
        let issued = version.issued.map(|date| format!("issued: {date}"));
        let verdict = version.verdict.as_ref().map(|verdict| format!("verdict: {verdict}"));
        let scopes = version.scopes.iter().map(|scope| format!("scope {}, rated {:?}", scope.name, scope.rated));
        let granted = version.granted.as_deref().map(|granted| format!("granted: {}", Granted::of(granted)));
        let marks = token.marks.iter().filter(|mark| mark.version == version.id);
        let marks = marks.map(|mark| format!("{}: {}", mark.duty, mark.answer));
        let told = Some(format!("told: {}", named(&version.told))).filter(|_| !version.told.is_empty());
        let installed = Some(format!("installed: {}", named(&version.installed)));
        let installed = installed.filter(|_| !version.installed.is_empty());
        let rotation = version.rotation.as_ref().map(|rotation| format!("rotation: {rotation}"));
        let known = issued.into_iter().chain(verdict).chain(told).chain(installed).chain(rotation);
        let known = known.chain(scopes).chain(granted).chain(marks);
        known.for_each(|fact| line(text, 2, &fact));
        for name in &version.parts {
            line(text, 2, &format!("secret {name}: {}", r.part(version.id, name)?.unwrap().expose()));
        }
    }
    Ok(())
}

fn named(values: &BTreeMap<String, impl std::fmt::Display>) -> String {
    values.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(", ")
}

fn line(text: &mut String, depth: usize, what: &str) {
    writeln!(text, "{:depth$}{what}", "", depth = 4 * depth).unwrap();
}

// From here on: how a fixture is made.

#[test]
#[ignore = "makes the fixture of a new schema, once; see the head of this file"]
fn make_the_fixture() {
    let stage = Stage::new();
    let schema: i64 = query(&stage.image(), "PRAGMA user_version");
    let fixture = Path::new(FIXTURES).join(format!("schema-{schema}"));
    if fixture.exists() {
        return;
    }
    fill(&stage);
    let facts = stage.vault.read(&stage.key, facts).unwrap();
    let identity = stage.identity.to_string();
    let identity =
        format!("# Opens the vault beside it, made for tests, and nothing else.\n{}\n", identity.expose_secret());
    fs::remove_dir_all(stage.vault.dir().join("backups")).unwrap();
    fs::remove_file(stage.vault.dir().join("lock")).unwrap();
    for (path, bytes) in stage.files() {
        let to = fixture.join(path.strip_prefix(stage.vault.dir()).unwrap());
        if path.is_file() {
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::write(to, bytes).unwrap();
        }
    }
    fs::write(fixture.join("identity.txt"), identity).unwrap();
    fs::write(fixture.join("facts.txt"), facts).unwrap();
}

/// Writes at some minute, by a verb.
fn write<T>(stage: &Stage, minute: i64, verb: &str, f: impl FnOnce(&mut Writer) -> Result<T, Error>) -> T {
    let first = author();
    let second_device = minute % 2 == 1;
    let author = Author {
        at: first.at + TimeDelta::minutes(minute),
        device: if second_device { DeviceId::from_bytes([8; 16]) } else { first.device },
        device_name: if second_device { "laptop".into() } else { first.device_name },
    };
    stage.vault.write(&stage.key, &author, verb, f).unwrap()
}

/// Everything a vault of this schema can know.
fn fill(stage: &Stage) {
    let ids = write(stage, 0, "add", |w| w.add(&drafts()));
    let [laptop, ci, plugin, bot, board] = ids[..] else { panic!() };
    let current = |token: TokenId| {
        let found = stage.vault.read(&stage.key, |r| r.token(token)).unwrap().unwrap();
        Subject { token, version: Some(found.current().id) }
    };
    let of = current(laptop);
    write(stage, 1, "edit", |w| {
        w.set(of, &Field::Note, Some("first line\nsecond line, with 'quotes' and ümlauts"))?;
        w.set(of, &Field::Tag("team:web".into()), Some(""))?;
        w.set(of, &Field::Tag("old".into()), None)?;
        w.set(of, &Field::Scope("repo".into()), Some("high"))?;
        w.set(of, &Field::Mark(Duty::Rotate), Some("snoozed 2027-01-10"))
    });
    let of_plugin = current(plugin);
    write(stage, 2, "due", |w| w.set(of_plugin, &Field::Mark(Duty::Verify), Some("done 2026-11-22T10:02:00Z")));
    let trash = |minute: i64, token: TokenId| {
        let at = format!("2026-11-22T10:{minute:02}:00Z");
        let subject = Subject { token, version: None };
        write(stage, minute, "remove", |w| w.set(subject, &Field::Trashed, Some(&at)));
    };
    trash(3, bot);
    trash(4, board);
    write(stage, 5, "purge", |w| w.purge(board));
    let newest = || -> BatchId { stage.vault.read(&stage.key, |r| r.batches(None, 1)).unwrap()[0].id };
    for (minute, name) in [(6, "laptop of ada"), (8, "laptop, new")] {
        write(stage, minute, "rename", |w| w.set(of, &Field::Name, Some(name)));
        let rename = newest();
        write(stage, minute + 1, "undo", |w| w.undo(rename));
    }
    // The second undo is taken back.
    let undo = newest();
    write(stage, 10, "undo", |w| w.undo(undo));
    let use_it = |token: TokenId, n: u8, minute: i64| {
        let token = stage.vault.read(&stage.key, |r| r.token(token)).unwrap().unwrap();
        stage.use_it(&token, n, author().at + TimeDelta::minutes(minute));
    };
    for (n, minute) in [(1, 11), (2, 12)] {
        use_it(of.token, n, minute);
    }
    let of_ci = current(ci);
    write(stage, 13, "expire", |w| w.set(of_ci, &Field::Expiry, Some("2027-06-30 typed")));
    write(stage, 15, "verify", |w| {
        w.set(of_ci, &Field::Told("owner".into()), Some("ada"))?;
        w.set(of_ci, &Field::Granted, Some("api read_user"))?;
        w.set(of, &Field::Granted, Some(""))?;
        w.set(of_ci, &Field::Told("last_use".into()), Some("2026-11-21"))?;
        w.set(of_ci, &Field::Fact("org".into()), None)
    });
    for (minute, part) in [(16, "8"), (17, "9")] {
        let part = Secret::new(format!("not-a-real-secret-{part}"));
        write(stage, minute, "edit", |w| w.set_part(of_ci, "refresh_token", &part));
    }
    let new = DraftVersion {
        parts: BTreeMap::from([("token_secret".to_owned(), Secret::new("not-a-real-secret-11".into()))]),
        ..DraftVersion::of(Secret::new("not-a-real-secret-10".into()))
    };
    write(stage, 18, "rotate", |w| w.add_version(ci, &new));
    consumers(stage, of, of_ci);
    write(stage, 23, "rename", |w| w.set(of_ci, &Field::Name, Some("ci, rotated")));
    // This one waits in the journal.
    use_it(ci, 3, 14);
}

/// Places where tokens are installed, one that was taken away, and rotations that are under way.
fn consumers(stage: &Stage, laptop: Subject, before: Subject) {
    let ci = stage.vault.read(&stage.key, |r| r.token(before.token)).unwrap().unwrap();
    let ci = Subject { version: Some(ci.current().id), ..before };
    let [actions, server] = ["Actions org/app", "server, by ssh"].map(String::from);
    write(stage, 20, "consumer", |w| {
        w.set(ci, &Field::Consumer(actions.clone()), Some("stdin gh secret set DEPLOY --repo org/app"))?;
        w.set(ci, &Field::Consumer(server.clone()), Some("env DEPLOY ./update.sh"))?;
        w.set(ci, &Field::Consumer("wiki".into()), Some("hand https://wiki.example.com/ci"))?;
        w.set(before, &Field::Installed(actions.clone()), Some("2026-11-20T10:00:00Z"))?;
        w.set(before, &Field::Installed(server.clone()), Some("2026-11-20T10:00:00Z"))?;
        w.set(ci, &Field::Installed(actions.clone()), Some("2026-11-22T10:20:00Z"))
    });
    write(stage, 21, "consumer", |w| {
        w.set(ci, &Field::Consumer(server.clone()), None)?;
        w.set(laptop, &Field::Consumer("dotfiles".into()), Some("hand"))
    });
    write(stage, 22, "rotate", |w| {
        w.set(laptop, &Field::Rotation, Some("begun 2026-11-22T10:22:00Z"))?;
        w.set(ci, &Field::Rotation, Some("asked 2026-11-22T10:22:00Z rotate"))
    });
}

fn drafts() -> [Draft; 5] {
    let at = |text: &str| time(text);
    let day = |text: &str| Date::Day(text.parse().unwrap());
    let version = |n: u32| DraftVersion::of(Secret::new(format!("not-a-real-secret-{n}")));
    let scope = |name: &str, rated| Scope { name: name.into(), rated, known: None };
    let mut laptop = draft_of("github/laptop", "");
    laptop.account = Some("ada".into());
    laptop.kind = Some("fine-grained PAT".into());
    laptop.tags = ["prod", "old"].map(String::from).into();
    laptop.policy.lead_days = Some(30);
    laptop.added = Some(at("2025-01-31T08:00:00Z"));
    laptop.versions = vec![
        DraftVersion {
            issued: Some(day("2026-11-01")),
            expiry: Expiry::Ends(day("2027-01-31"), Source::Typed),
            scopes: vec![scope("read:org", Some(Risk::Low)), scope("repo", None)],
            verdict: Some(Verdict { outcome: Outcome::Alive, at: at("2026-11-20T10:00:00Z"), why: None }),
            ..version(3)
        },
        DraftVersion {
            expiry: Expiry::Ends(
                Date::Instant(at("2026-12-01T00:00:00Z")),
                Source::Service(at("2026-01-01T00:00:00Z")),
            ),
            state: State::Superseded(at("2026-11-01T09:00:00Z")),
            verdict: Some(Verdict {
                outcome: Outcome::Refused,
                at: at("2026-11-20T10:00:00Z"),
                why: Some("a proxy answered".into()),
            }),
            added: Some(at("2025-12-01T08:00:00Z")),
            ..version(2)
        },
        DraftVersion {
            issued: Some(Date::Instant(at("2025-01-31T08:00:00Z"))),
            expiry: Expiry::Ends(day("2026-01-31"), Source::Default),
            state: State::Revoked(at("2025-12-02T09:00:00Z")),
            verdict: Some(Verdict { outcome: Outcome::Dead, at: at("2025-12-02T09:00:00Z"), why: None }),
            added: Some(at("2025-01-31T08:00:00Z")),
            ..version(1)
        },
    ];
    let mut ci = draft_of("gitlab/ci", "not-a-real-secret-4");
    ci.instance = Some("https://gitlab.example.com".into());
    ci.facts = [("account_id", "1234"), ("org", "acme")].map(|(name, value)| (name.into(), value.into())).into();
    ci.policy.cadence_days = Some(180);
    ci.policy.unused_days = Some(0);
    ci.versions[0].expiry = Expiry::Never(Source::Default);
    let mut board = draft_of("jira/board", "not-a-real-secret-7");
    board.note = Some("what is known of a purged token stays".into());
    board.versions[0].scopes = vec![scope("write:jira-work", None)];
    let plugin = draft_of("figma/plugin with spaces", "not-a-real-secret-5");
    [laptop, ci, plugin, draft_of("slack/bot", "not-a-real-secret-6"), board]
}

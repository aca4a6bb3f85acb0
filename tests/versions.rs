//! A new version of a token, and what is secret about a version besides its secret.
#![cfg(test)]

mod common;

use std::fs;

use common::{Stage, draft, later};
use patvault::secret::Secret;
use patvault::token::change::{Field, Subject};
use patvault::token::draft::DraftVersion;
use patvault::token::id::{BatchId, TokenId, VersionId};
use patvault::token::{State, Token, Version};
use patvault::vault::{Error, Reader, Writer};

fn token(stage: &Stage, id: TokenId) -> Token {
    stage.vault.read(&stage.key, |r| r.token(id)).unwrap().unwrap()
}

/// The one token of a stage.
fn only(stage: &Stage) -> TokenId {
    stage.vault.read(&stage.key, |r| r.tokens()).unwrap()[0].id
}

/// A token and its version in use.
fn subject(stage: &Stage, id: TokenId) -> Subject {
    Subject { token: id, version: Some(token(stage, id).current().id) }
}

fn newest(stage: &Stage) -> BatchId {
    stage.vault.read(&stage.key, |r| r.batches(None, 1)).unwrap()[0].id
}

fn undo(stage: &Stage, batch: BatchId) -> Result<(), Error> {
    stage.vault.write(&stage.key, &later(60), "undo", |w| w.undo(batch))
}

/// A draft of a version with that secret and these parts, named like their values.
fn version(secret: &str, parts: &[&str]) -> DraftVersion {
    let parts = parts.iter().map(|part| ((*part).to_owned(), Secret::new(format!("{secret}-{part}"))));
    DraftVersion { parts: parts.collect(), ..DraftVersion::of(Secret::new(secret.into())) }
}

fn exposed(stage: &Stage, id: VersionId, part: Option<&str>) -> Option<String> {
    let read = |r: &Reader| match part {
        Some(name) => r.part(id, name),
        None => r.secret(id),
    };
    stage.vault.read(&stage.key, read).unwrap().map(|secret| secret.expose().to_owned())
}

fn fields(stage: &Stage, batch: BatchId) -> Vec<(String, Option<String>, Option<String>)> {
    let changes = stage.vault.read(&stage.key, |r| r.changes(batch, None, usize::MAX)).unwrap();
    changes.into_iter().map(|change| (change.field.to_string(), change.old, change.new)).collect()
}

#[test]
fn a_new_version_takes_the_place_of_the_one_in_use() {
    let stage = Stage::new();
    let mut first = draft("x/app");
    first.facts.insert("org".into(), "acme".into());
    first.versions = vec![version("not-a-real-1", &["consumer_secret", "refresh_token"])];
    first.versions[0].told.insert("owner".into(), "ada".into());
    let id = stage.add(&[first])[0];
    let before = token(&stage, id);
    let draft = DraftVersion {
        state: State::Revoked(later(0).at),
        ..version("not-a-real-2", &["refresh_token", "token_secret"])
    };
    let added = stage.vault.write(&stage.key, &later(30), "rotate", |w| w.add_version(id, &draft)).unwrap();

    let token = token(&stage, id);
    let [new, old] = &token.versions[..] else { panic!() };
    assert_eq!((new.id, new.number, new.state), (added, 2, State::Current));
    assert_eq!((old.id, old.number, old.state), (before.current().id, 1, State::Superseded(later(30).at)));
    assert_eq!(token.facts, before.facts);
    assert!(new.told.is_empty() && old.told == before.current().told);
    // What was not given anew is carried over, and the old version keeps its own.
    let parts = |of: &Version| of.parts.iter().map(|part| exposed(&stage, of.id, Some(part))).collect::<Vec<_>>();
    let want = |values: &[&str]| values.iter().map(|value| Some((*value).to_owned())).collect::<Vec<_>>();
    assert_eq!(parts(old), want(&["not-a-real-1-consumer_secret", "not-a-real-1-refresh_token"]));
    assert_eq!(
        parts(new),
        want(&["not-a-real-1-consumer_secret", "not-a-real-2-refresh_token", "not-a-real-2-token_secret"])
    );
    assert_eq!(exposed(&stage, new.id, None).as_deref(), Some("not-a-real-2"));
    assert_eq!(exposed(&stage, old.id, None).as_deref(), Some("not-a-real-1"));
    let at = |secs| later(secs).at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let there = || Some(String::new());
    assert_eq!(
        fields(&stage, newest(&stage)),
        [
            ("state".to_owned(), Some("current".to_owned()), Some(format!("superseded {}", at(30)))),
            ("version".into(), None, Some(at(30))),
            ("secret:refresh_token".into(), None, there()),
            ("secret:token_secret".into(), None, there()),
            ("secret:consumer_secret".into(), None, there()),
        ]
    );
}

#[test]
fn an_undo_loses_no_secret_that_may_be_the_only_one() {
    let stage = Stage::holding(&["x/app"]);
    let id = only(&stage);
    let of = subject(&stage, id);
    let part = |text: &str| Secret::new(text.to_owned());
    let put = |secret: &str| {
        stage.vault.write(&stage.key, &later(30), "edit", |w| w.set_part(of, "refresh_token", &part(secret))).unwrap();
    };
    stage.vault.write(&stage.key, &later(20), "edit", |w| w.set(of, &Field::Account, Some("ada"))).unwrap();
    let earlier = newest(&stage);
    let mut brought = vec![];
    for (secret, old) in [("not-a-real-1", None), ("not-a-real-2", Some(String::new()))] {
        put(secret);
        assert_eq!(fields(&stage, newest(&stage)), [("secret:refresh_token".to_owned(), old, Some(String::new()))]);
        brought.push(newest(&stage));
    }
    // The same once more is no change.
    let revision = stage.revision();
    put("not-a-real-2");
    assert_eq!(stage.revision(), revision);
    stage
        .vault
        .write(&stage.key, &later(40), "rotate", |w| {
            w.set(of, &Field::Name, Some("rotated"))?;
            w.add_version(id, &version("not-a-real-3", &[]))
        })
        .unwrap();
    brought.push(newest(&stage));

    let (file, before) = (fs::read(stage.vault.file()).unwrap(), token(&stage, id));
    for batch in brought {
        let error = undo(&stage, batch).unwrap_err();
        assert!(matches!(error, Error::BroughtSecret { .. }), "{error}");
        assert!(error.to_string().contains(&id.short()), "{error}");
    }
    assert!(fs::read(stage.vault.file()).unwrap() == file, "nothing of any batch was undone");
    assert_eq!(token(&stage, id), before);
    // What came before is undone all the same.
    undo(&stage, earlier).unwrap();
    assert_eq!(token(&stage, id).account, None);

    // A token that came with all of this goes to the trash, whole.
    let mut draft = draft("x/other");
    draft.versions = vec![version("not-a-real-4", &["token_secret"])];
    let other = stage.add(&[draft])[0];
    undo(&stage, newest(&stage)).unwrap();
    let token = token(&stage, other);
    assert!(token.trashed.is_some());
    assert_eq!(exposed(&stage, token.current().id, Some("token_secret")).as_deref(), Some("not-a-real-4-token_secret"));
}

#[test]
fn a_place_that_goes_takes_with_it_what_was_installed_there() {
    let stage = Stage::holding(&["x/app"]);
    let id = only(&stage);
    let old = subject(&stage, id);
    let place = || "Actions org/app".to_owned();
    let at = "2026-11-22T10:00:00Z";
    let write = |secs, f: &dyn Fn(&mut Writer) -> Result<(), Error>| {
        stage.vault.write(&stage.key, &later(secs), "consumer", f).unwrap();
        newest(&stage)
    };
    write(10, &|w| w.set(old, &Field::Consumer(place()), Some("stdin gh secret set DEPLOY")));
    write(20, &|w| w.set(old, &Field::Installed(place()), Some(at)));
    write(30, &|w| w.add_version(id, &version("not-a-real-1", &[])).map(drop));
    let new = subject(&stage, id);
    assert!(token(&stage, id).current().installed.is_empty(), "a new version is not installed anywhere yet");
    write(40, &|w| w.set(new, &Field::Installed(place()), Some(at)));
    let before = token(&stage, id);
    let gone = write(50, &|w| w.set(new, &Field::Consumer(place()), None));
    let after = token(&stage, id);
    assert!(after.consumers.is_empty() && after.versions.iter().all(|version| version.installed.is_empty()));
    assert_eq!(fields(&stage, gone).len(), 3);
    undo(&stage, gone).unwrap();
    assert_eq!(token(&stage, id), before);
}

#[test]
fn a_purged_token_gets_no_secret() {
    let stage = Stage::holding(&["x/app"]);
    let id = only(&stage);
    let of = subject(&stage, id);
    stage.vault.write(&stage.key, &later(30), "purge", |w| w.purge(id)).unwrap();
    let before = stage.files();
    let write = |f: &dyn Fn(&mut Writer) -> Result<(), Error>| stage.vault.write(&stage.key, &later(40), "edit", f);
    let secret = Secret::new("not-a-real-secret".into());
    let purged = |result| matches!(result, Err(Error::Purged { .. }));
    assert!(purged(write(&|w| w.add_version(id, &version("not-a-real-1", &[])).map(drop))));
    assert!(purged(write(&|w| w.set_part(of, "refresh_token", &secret))));
    // Nor does a token without naming its version.
    let token = Subject { token: id, version: None };
    assert!(write(&|w| w.set_part(token, "refresh_token", &secret)).is_err());
    assert!(stage.files() == before);
}

//! Everything that is written is recorded, and what is recorded can be undone.
#![cfg(test)]

mod common;

use std::collections::BTreeMap;
use std::fs;

use common::{Stage, author, draft, later, query};
use patvault::token::Token;
use patvault::token::change::{Field, Subject};
use patvault::token::id::{BatchId, TokenId};
use patvault::token::reminder::Duty;
use patvault::vault::{Batch, Error};
use proptest::prelude::*;

/// Every fact of every token, and what it takes to compare two of them.
type Facts = BTreeMap<TokenId, (Token, Option<String>)>;

fn facts(stage: &Stage) -> Facts {
    let read = |r: &patvault::vault::Reader| -> Result<Facts, Error> {
        let all = r.tokens()?.into_iter().map(|mut token| {
            token.marks.sort_by_key(|mark| (mark.version, mark.duty));
            token.versions.iter_mut().for_each(|version| version.scopes.sort());
            let note = r.note(token.id)?;
            Ok((token.id, (token, note)))
        });
        all.collect()
    };
    stage.vault.read(&stage.key, read).unwrap()
}

fn batches(stage: &Stage) -> Vec<Batch> {
    stage.vault.read(&stage.key, |r| r.batches(None, usize::MAX)).unwrap()
}

fn newest(stage: &Stage) -> BatchId {
    batches(stage)[0].id
}

fn undo(stage: &Stage, batch: BatchId) -> Result<(), Error> {
    stage.vault.write(&stage.key, &later(60), "undo", |w| w.undo(batch))
}

fn set(stage: &Stage, subject: Subject, field: &Field, value: Option<&str>) -> Result<(), Error> {
    stage.vault.write(&stage.key, &later(30), "edit", |w| w.set(subject, field, value))
}

/// A token, and with the fields of a version its current one.
fn subject(stage: &Stage, token: TokenId) -> Subject {
    let version = facts(stage)[&token].0.current().id;
    Subject { token, version: Some(version) }
}

/// Fields and what may stand in each.
fn values() -> Vec<(Field, &'static [Option<&'static str>])> {
    const TEXT: &[Option<&str>] = &[None, Some("one"), Some("two")];
    const DAYS: &[Option<&str>] = &[None, Some("0"), Some("30")];
    const THERE: &[Option<&str>] = &[None, Some("")];
    const SCOPE: &[Option<&str>] = &[None, Some(""), Some("low"), Some("high")];
    const DATE: &[Option<&str>] = &[None, Some("2026-11-22"), Some("2026-11-22T10:00:00Z")];
    const TIME: &[Option<&str>] = &[None, Some("2026-11-22T10:00:00Z"), Some("2026-11-23T10:00:00Z")];
    const MARK: &[Option<&str>] = &[None, Some("snoozed 2027-01-31"), Some("done 2026-11-22T10:00:00Z")];
    vec![
        (Field::Service, &[Some("github"), Some("gitlab")]),
        (Field::Name, &[Some("laptop"), Some("ci"), Some("näme with spaces")]),
        (Field::Instance, TEXT),
        (Field::Account, TEXT),
        (Field::Kind, TEXT),
        (Field::Note, &[None, Some("two\nlines"), Some("'; DROP TABLE note; --")]),
        (Field::Tag("prod".into()), THERE),
        (Field::Tag("a:b".into()), THERE),
        (Field::Fact("account_id".into()), TEXT),
        (Field::Fact("org".into()), TEXT),
        (
            Field::With("org".into()),
            &[None, Some("0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"), Some("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b")],
        ),
        (Field::Told("owner".into()), TEXT),
        (Field::Told("last_use".into()), DATE),
        (
            Field::Consumer("Actions org/app".into()),
            &[None, Some("hand"), Some("hand ask ops"), Some("stdin gh secret set X"), Some("env X ./set.sh")],
        ),
        (Field::Consumer("server".into()), &[None, Some("hand")]),
        (Field::Lead, DAYS),
        (Field::Cadence, DAYS),
        (Field::Unused, DAYS),
        (Field::Trashed, TIME),
        (Field::Issued, DATE),
        (Field::Expiry, &[Some("unknown"), Some("never typed"), Some("2027-01-31 typed"), Some("2027-02-01 default")]),
        (Field::Scope("repo".into()), SCOPE),
        (Field::Scope("read:org".into()), SCOPE),
        (Field::Verdict, &[None, Some("alive 2026-11-22T10:00:00Z"), Some("dead 2026-11-22T10:00:00Z was revoked")]),
        (
            Field::State,
            &[Some("current"), Some("superseded 2026-11-22T10:00:00Z"), Some("revoked 2026-11-22T10:00:00Z")],
        ),
        (Field::Installed("Actions org/app".into()), TIME),
        (Field::Installed("server".into()), TIME),
        (Field::Mark(Duty::Rotate), MARK),
        (Field::Mark(Duty::Unused), MARK),
    ]
}

/// One command. Numbers choose among what there is.
#[derive(Debug, Clone)]
enum Step {
    Add(usize),
    /// Which token, which field, which value; several in one batch.
    Edit(Vec<(usize, usize, usize)>),
    Undo(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let edit = (any::<prop::sample::Index>(), 0..values().len(), 0..12_usize);
    let edits = prop::collection::vec(edit.prop_map(|(token, field, value)| (token.index(64), field, value)), 1..12);
    let step = prop_oneof![
        1 => (1..3_usize).prop_map(Step::Add),
        4 => edits.prop_map(Step::Edit),
        2 => (0..64_usize).prop_map(Step::Undo),
    ];
    prop::collection::vec(step, 1..10)
}

fn take(stage: &Stage, step: &Step) {
    let before = facts(stage);
    let result = match step {
        Step::Add(many) => {
            let drafts: Vec<_> = (0..*many).map(|n| draft(&format!("github/{}-{n}", before.len()))).collect();
            stage.add(&drafts);
            Ok(())
        }
        Step::Edit(edits) => stage.vault.write(&stage.key, &later(30), "edit", |w| {
            for (token, field, value) in edits {
                let Some((id, (token, _))) = before.iter().nth(token % before.len().max(1)) else { continue };
                let (field, choices) = &values()[*field];
                let subject = Subject { token: *id, version: Some(token.current().id) };
                if let Field::Installed(place) = field {
                    w.set(subject, &Field::Consumer(place.clone()), Some("hand"))?;
                }
                w.set(subject, field, choices[value % choices.len()])?;
            }
            Ok(())
        }),
        Step::Undo(which) => {
            let all = batches(stage);
            let Some(batch) = all.get(which % all.len().max(1)) else { return };
            undo(stage, batch.id)
        }
    };
    match result {
        Ok(()) => {}
        Err(Error::Conflict { .. }) => assert_eq!(facts(stage), before, "a conflict changes nothing"),
        Err(other) => panic!("{step:?}: {other}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, max_shrink_iters: 64, ..ProptestConfig::default() })]

    #[test]
    fn undoing_everything_newest_first_gives_back_what_was(steps in steps()) {
        let stage = Stage::holding(&["github/first"]);
        let mut walked: Vec<(BatchId, Facts)> = vec![];
        for step in &steps {
            let (before, known, revision) = (facts(&stage), batches(&stage).len(), stage.revision());
            let file = fs::read(stage.vault.file()).unwrap();
            take(&stage, step);
            if batches(&stage).len() > known {
                prop_assert_eq!(stage.revision(), revision + 1);
                walked.push((newest(&stage), before));
            } else {
                // Nothing was to be done, so nothing was written.
                prop_assert_eq!(stage.revision(), revision);
                prop_assert!(fs::read(stage.vault.file()).unwrap() == file);
            }
        }
        for (batch, before) in walked.iter().rev() {
            undo(&stage, *batch).unwrap();
            for (id, (token, note)) in facts(&stage) {
                match before.get(&id) {
                    Some(then) => prop_assert_eq!(&(token, note), then),
                    None => prop_assert!(token.trashed.is_some(), "what was added is in the trash"),
                }
            }
        }
        prop_assert!(stage.vault.read(&stage.key, |r| r.is_sound()).unwrap());
    }
}

#[test]
fn every_field_is_set_undone_and_done_again() {
    let stage = Stage::holding(&["github/laptop"]);
    let token = *facts(&stage).keys().next().unwrap();
    let subject = subject(&stage, token);
    for (field, choices) in values() {
        for value in choices {
            let before = facts(&stage);
            let known = batches(&stage).len();
            set(&stage, subject, &field, *value).unwrap();
            if batches(&stage).len() == known {
                assert_eq!(facts(&stage), before);
                continue;
            }
            let (batch, after) = (newest(&stage), facts(&stage));
            assert_ne!(after, before, "{field} {value:?} is read back");
            let [change] = &stage.vault.read(&stage.key, |r| r.changes(batch, None, usize::MAX)).unwrap()[..] else {
                panic!()
            };
            assert_eq!((&change.field, change.new.as_deref()), (&field, *value));

            undo(&stage, batch).unwrap();
            assert_eq!(facts(&stage), before, "{field} {value:?} undone");
            let of_undo = newest(&stage);
            assert!(batches(&stage).iter().find(|one| one.id == batch).unwrap().undone);
            assert_eq!(batches(&stage)[0].undoes, Some(batch));

            undo(&stage, of_undo).unwrap();
            assert_eq!(facts(&stage), after, "{field} {value:?} done again");
            assert!(!batches(&stage).iter().find(|one| one.id == batch).unwrap().undone, "the undo counts no more");
            assert!(batches(&stage).iter().find(|one| one.id == of_undo).unwrap().undone);
        }
    }
}

#[test]
fn what_was_changed_again_since_is_not_undone() {
    let stage = Stage::new();
    let ids = stage.add(&[draft("github/laptop"), draft("github/ci")]);
    let both = |w: &mut patvault::vault::Writer| {
        for id in &ids {
            w.set(Subject { token: *id, version: None }, &Field::Account, Some("ada"))?;
        }
        Ok::<_, Error>(())
    };
    stage.vault.write(&stage.key, &author(), "edit", both).unwrap();
    let batch = newest(&stage);
    set(&stage, Subject { token: ids[0], version: None }, &Field::Account, Some("grace")).unwrap();
    let (file, before) = (fs::read(stage.vault.file()).unwrap(), facts(&stage));
    let error = undo(&stage, batch).unwrap_err();
    assert!(matches!(error, Error::Conflict { .. }), "{error}");
    assert!(error.to_string().contains(&ids[0].short()), "{error}");
    assert!(fs::read(stage.vault.file()).unwrap() == file, "neither token is changed");
    assert_eq!(facts(&stage), before);

    // The later change first, then it goes.
    undo(&stage, newest(&stage)).unwrap();
    undo(&stage, batch).unwrap();
    assert!(facts(&stage).values().all(|(token, _)| token.account.is_none()));
}

#[test]
fn a_batch_that_is_not_there_is_not_undone() {
    let stage = Stage::holding(&["github/laptop"]);
    let revision = stage.revision();
    undo(&stage, BatchId::from_bytes([9; 16])).unwrap_err();
    assert_eq!(stage.revision(), revision);
}

#[test]
fn what_stands_there_already_is_no_change() {
    let stage = Stage::holding(&["github/laptop"]);
    let token = *facts(&stage).keys().next().unwrap();
    let of = subject(&stage, token);
    for (field, choices) in values() {
        set(&stage, of, &field, choices[1]).unwrap();
    }
    let (before, revision) = (stage.files(), stage.revision());
    for (field, choices) in values() {
        set(&stage, of, &field, choices[1]).unwrap();
    }
    stage.vault.write(&stage.key, &later(99), "nothing", |_| Ok::<_, Error>(())).unwrap();
    stage.vault.write(&stage.key, &later(99), "add", |w| w.add(&[])).unwrap();
    assert!(stage.files() == before);
    assert_eq!(stage.revision(), revision);
}

#[test]
fn a_value_that_cannot_be_read_back_is_refused() {
    let stage = Stage::new();
    let ids = stage.add(&[draft("github/laptop"), draft("github/ci")]);
    let of = subject(&stage, ids[0]);
    let cases: [(Field, Option<&str>); 26] = [
        (Field::Name, None),
        (Field::Service, None),
        (Field::Lead, Some("soon")),
        (Field::Lead, Some("030")),
        (Field::Cadence, Some("-1")),
        (Field::Trashed, Some("yes")),
        (Field::Trashed, Some("2026-11-22T10:00:00.5Z")),
        (Field::Tag("prod".into()), Some("yes")),
        (Field::Issued, Some("yesterday")),
        (Field::Expiry, None),
        (Field::Expiry, Some("2027-01-31")),
        (Field::Scope("repo".into()), Some("extreme")),
        (Field::Verdict, Some("fine")),
        (Field::State, Some("lost")),
        (Field::Mark(Duty::Rotate), Some("later")),
        (Field::Fact("org".into()), Some("")),
        (Field::Told("owner".into()), Some("")),
        (Field::Told("last_use".into()), Some("yesterday")),
        (Field::Consumer("server".into()), Some("curl")),
        (Field::Installed("server".into()), Some("yes")),
        (Field::Installed("nowhere".into()), Some("2026-11-22T10:00:00Z")),
        (Field::Rotation, Some("begun")),
        // These are not set but come about.
        (Field::Added, Some("github/laptop")),
        (Field::VersionAdded, Some("2026-11-22T10:00:00Z")),
        (Field::Part("refresh_token".into()), Some("")),
        (Field::Purged, Some("2026-11-22T10:00:00Z")),
    ];
    let before = stage.files();
    for (field, value) in cases {
        assert!(set(&stage, of, &field, value).is_err(), "{field} {value:?}");
    }
    // A version's field without a version, and with one of another token.
    let stranger = subject(&stage, ids[1]).version;
    for version in [None, stranger] {
        assert!(set(&stage, Subject { token: ids[0], version }, &Field::Issued, Some("2026-11-22")).is_err());
        assert!(set(&stage, Subject { token: ids[0], version }, &Field::Scope("x".into()), Some("")).is_err());
    }
    let mut empty = draft("github/empty");
    empty.versions.clear();
    assert!(stage.vault.write(&stage.key, &author(), "add", |w| w.add(&[empty])).is_err());
    assert!(stage.files() == before);
    assert_eq!(facts(&stage).len(), 2);
}

#[test]
fn that_a_rotation_is_under_way_is_not_undone() {
    let stage = Stage::holding(&["github/laptop"]);
    let token = *facts(&stage).keys().next().unwrap();
    let subject = subject(&stage, token);
    for noted in ["begun 2026-11-22T10:00:00Z", "asked 2026-11-22T10:00:00Z rotate"] {
        set(&stage, subject, &Field::Rotation, Some(noted)).unwrap();
        let (batch, known) = (newest(&stage), facts(&stage));
        assert!(matches!(undo(&stage, batch), Err(Error::BroughtSecret { .. })), "{noted}");
        assert_eq!(facts(&stage), known);
    }
}

#[test]
fn a_verb_that_fails_changes_nothing() {
    let stage = Stage::holding(&["github/laptop"]);
    let before = stage.files();
    let failing = stage.vault.write(&stage.key, &author(), "add", |w| {
        w.add(&[draft("github/ci")])?;
        w.undo(BatchId::from_bytes([0; 16]))?;
        Ok::<_, Error>(())
    });
    assert!(failing.is_err());
    assert!(stage.files() == before);
}

#[test]
fn the_clock_never_goes_back() {
    let stage = Stage::new();
    let clocks = |stage: &Stage| -> (i64, i64) {
        let image = stage.image();
        (query(&image, "SELECT clock FROM vault"), query(&image, "SELECT max(clock) FROM batch"))
    };
    let mut last = 0;
    for secs in [0, 0, 100, 50, -1_000_000, 100, 101] {
        stage.vault.write(&stage.key, &later(secs), "add", |w| w.add(&[draft("github/laptop")])).unwrap();
        let (clock, batch) = clocks(&stage);
        assert!(clock > last, "after {secs} seconds");
        assert_eq!(clock, batch);
        last = clock;
    }
    let ordered = query::<bool>(
        &stage.image(),
        "SELECT min(clock > before) FROM (SELECT clock, lag(clock, 1, 0) OVER (ORDER BY key) AS before FROM batch)",
    );
    assert!(ordered);
}

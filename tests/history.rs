//! Everything that is written is recorded, and what is recorded can be undone.
#![cfg(test)]

mod common;

use std::collections::BTreeMap;
use std::fs;

use chrono::{DateTime, Utc};
use common::{Stage, author, draft, draft_of, later, query, time};
use patvault::secret::Secret;
use patvault::token::Token;
use patvault::token::change::{Field, Subject};
use patvault::token::id::{BatchId, TokenId, UseId};
use patvault::token::reminder::Duty;
use patvault::vault::{Author, Batch, Error, Use};
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
        (Field::Lead, DAYS),
        (Field::Cadence, DAYS),
        (Field::Unused, DAYS),
        (Field::Trashed, &[None, Some("2026-11-22T10:00:00Z"), Some("2026-11-23T10:00:00Z")]),
        (Field::Issued, DATE),
        (Field::Expiry, &[Some("unknown"), Some("never typed"), Some("2027-01-31 typed"), Some("2027-02-01 default")]),
        (Field::Scope("repo".into()), SCOPE),
        (Field::Scope("read:org".into()), SCOPE),
        (Field::Verdict, &[None, Some("alive 2026-11-22T10:00:00Z"), Some("dead 2026-11-22T10:00:00Z was revoked")]),
        (
            Field::State,
            &[Some("current"), Some("superseded 2026-11-22T10:00:00Z"), Some("revoked 2026-11-22T10:00:00Z")],
        ),
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
            let [change] = &stage.vault.read(&stage.key, |r| r.changes(batch, None)).unwrap()[..] else { panic!() };
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
fn purging_destroys_the_secret_for_good() {
    let mut stage = Stage::new();
    // Enough of them, some too long for a page, all sealed twice: rows have moved between pages, where old copies may be
    // left behind.
    let secret = |n: usize| if n % 5 == 0 { "long-".repeat(2000) } else { "short".to_owned() };
    for part in 0..8 {
        let drafts =
            (0..40).map(|n| draft_of(&format!("github/token-{part}-{n}"), &format!("{}-{part}-{n}", secret(n))));
        stage.add(&drafts.collect::<Vec<_>>());
    }
    let ways = [common::slot_for("identity", &stage.identity)];
    stage.key = stage.vault.change_key(&stage.key, &author(), &ways, &common::nobody()).unwrap();
    let ids: Vec<TokenId> = facts(&stage).into_keys().collect();
    for id in ids.iter().step_by(50) {
        let (token, _) = &facts(&stage)[id];
        let version = token.current().id;
        let bytes = |what: &str| -> Vec<u8> {
            let hex = version.to_string();
            let of = format!("SELECT {what} FROM secret JOIN version ON version.key = version WHERE id = x'{hex}'");
            query(&stage.image(), &of)
        };
        let (sealed, fingerprint) = (bytes("sealed"), bytes("fingerprint"));
        assert!(holds(&stage.image(), &sealed[sealed.len() - 48..]));
        stage.vault.write(&stage.key, &later(9), "purge", |w| w.purge(*id)).unwrap();
        // Any part of it, wherever the database keeps what it has no more use for.
        let image = stage.image();
        let mut parts = sealed.windows(48).step_by(sealed.len() / 8);
        assert!(parts.all(|part| !holds(&image, part)), "sealed bytes are left");
        assert!(!holds(&image, &fingerprint), "its fingerprint is left");

        let (purged, _) = &facts(&stage)[id];
        assert_eq!(purged.purged, Some(later(9).at));
        assert_eq!((&purged.name, purged.versions.len()), (&token.name, 1), "what was known stays");
        let secret = stage.vault.read(&stage.key, |r| r.secret(version)).unwrap();
        assert!(secret.is_none());
        let file = fs::read(stage.vault.file()).unwrap();
        let error = undo(&stage, newest(&stage)).unwrap_err();
        assert!(!error.to_string().contains("changed again"), "{error}");
        assert!(fs::read(stage.vault.file()).unwrap() == file);
    }
    // Purging again is no change.
    let revision = stage.revision();
    stage.vault.write(&stage.key, &later(10), "purge", |w| w.purge(ids[0])).unwrap();
    assert_eq!(stage.revision(), revision);
    // And what is not purged still opens.
    let (token, _) = &facts(&stage)[&ids[1]];
    let secret = stage.vault.read(&stage.key, |r| r.secret(token.current().id)).unwrap().unwrap();
    assert!(secret.expose().ends_with(token.name.trim_start_matches("token")));
}

fn holds(image: &[u8], part: &[u8]) -> bool {
    // The first byte is looked for alone: most places differ there already.
    image.iter().enumerate().any(|(at, byte)| *byte == part[0] && image[at..].starts_with(part))
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
    let cases: [(Field, Option<&str>); 17] = [
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
        // These are not set but come about.
        (Field::Added, Some("github/laptop")),
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
fn the_same_secret_is_found() {
    let stage = Stage::new();
    let ids =
        stage.add(&[draft_of("github/laptop", "not-a-real-secret"), draft_of("github/ci", "not-a-real-secret-2")]);
    let places = |text: &str| {
        let secret = Secret::new(text.into());
        let twins = stage.vault.read(&stage.key, |r| r.same_secret(&secret)).unwrap();
        twins.into_iter().map(|twin| (twin.token, twin.path, twin.number, twin.trashed)).collect::<Vec<_>>()
    };
    assert_eq!(places("not-a-real-secret"), [(ids[0], "github/laptop".into(), 1, false)]);
    assert_eq!(places("not-a-real-secret-3"), []);
    assert_eq!(places(""), []);
    // In the trash it still counts; purged it is gone.
    set(&stage, Subject { token: ids[0], version: None }, &Field::Trashed, Some("2026-11-22T10:00:00Z")).unwrap();
    assert_eq!(places("not-a-real-secret"), [(ids[0], "github/laptop".into(), 1, true)]);
    let again = stage.add(&[draft_of("gitlab/ci", "not-a-real-secret")]);
    assert_eq!(places("not-a-real-secret").len(), 2);
    stage.vault.write(&stage.key, &author(), "purge", |w| w.purge(ids[0])).unwrap();
    assert_eq!(places("not-a-real-secret"), [(again[0], "gitlab/ci".into(), 1, false)]);
}

/// Uses a token's secret, as `patvault get` does.
fn use_it(stage: &Stage, token: TokenId, id: u8, at: DateTime<Utc>) -> usize {
    let version = subject(stage, token).version.unwrap();
    let Author { device, device_name, .. } = author();
    let entry = Use { id: UseId::from_bytes([id; 16]), token, version, at, verb: "get".into(), device, device_name };
    stage.vault.read(&stage.key, |r| stage.vault.record_use(r, &entry)).unwrap()
}

fn uses(stage: &Stage) -> Vec<DateTime<Utc>> {
    let all = stage.vault.read(&stage.key, |r| r.uses(None, 100)).unwrap();
    all.into_iter().map(|entry| entry.at).collect()
}

#[test]
fn uses_are_seen_at_once_and_folded_in_once() {
    let stage = Stage::new();
    let ids = stage.add(&[draft("github/laptop"), draft("github/ci")]);
    let (first, second) = (time("2026-11-22T11:00:00Z"), time("2026-11-22T12:00:00Z"));
    let file = fs::read(stage.vault.file()).unwrap();
    assert_eq!(use_it(&stage, ids[0], 1, second), 1);
    assert_eq!(use_it(&stage, ids[0], 2, first), 2);
    assert!(fs::read(stage.vault.file()).unwrap() == file, "a use does not write the vault");
    let seen = |stage: &Stage| {
        assert_eq!(uses(stage), [second, first]);
        assert_eq!(facts(stage)[&ids[0]].0.last_use, Some(second));
        assert_eq!(facts(stage)[&ids[1]].0.last_use, None);
        let [of_one, of_other] =
            [ids[0], ids[1]].map(|id| stage.vault.read(&stage.key, |r| r.uses(Some(id), 1)).unwrap().len());
        assert_eq!((of_one, of_other), (1, 0));
    };
    seen(&stage);
    let journal = stage.vault.dir().join("journal");
    let waiting = common::files(&journal);
    assert_eq!(waiting.len(), 2);
    assert!(waiting.values().all(|sealed| !holds(sealed, b"get")), "sealed");

    // A write sees them too, and folds them in.
    let last = |w: &mut patvault::vault::Writer| Ok::<_, Error>(w.token(ids[0])?.unwrap().last_use);
    assert_eq!(stage.vault.write(&stage.key, &author(), "fold", last).unwrap(), Some(second));
    assert!(common::files(&journal).is_empty());
    let revision = stage.revision();
    seen(&stage);

    // The files come back: a crash before they were removed, or a folder that was synchronised.
    let put_back = || waiting.iter().for_each(|(path, sealed)| fs::write(path, sealed).unwrap());
    put_back();
    seen(&stage);
    stage.vault.write(&stage.key, &author(), "nothing", |_| Ok::<_, Error>(())).unwrap();
    assert_eq!(stage.revision(), revision, "nothing new, so nothing is written");
    put_back();
    stage.add(&[draft("github/other")]);
    seen(&stage);
    assert!(common::files(&journal).is_empty(), "folded or known, they go");
    assert_eq!(query::<i64>(&stage.image(), "SELECT count(*) FROM use"), 2);
}

#[test]
fn a_journal_file_of_no_use_harms_nobody() {
    let stage = Stage::holding(&["github/laptop"]);
    let journal = stage.vault.dir().join("journal");
    fs::write(journal.join("00.age"), "no age file").unwrap();
    fs::write(journal.join("01.age"), common::seal(b"{}", &stage.recipient())).unwrap();
    assert!(uses(&stage).is_empty());
    stage.add(&[draft("github/ci")]);
    let survey = stage.vault.read(&stage.key, |r| stage.vault.survey(r)).unwrap();
    assert_eq!((survey.waiting, survey.unreadable.len()), (0, 2), "they are kept and named");
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

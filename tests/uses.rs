//! Uses: written beside the vault, seen at once, folded in once.
#![cfg(test)]

mod common;

use std::fs;
use std::path::PathBuf;

use chrono::{DateTime, TimeDelta, Utc};
use common::{Stage, author, draft, query, time};
use patvault::token::Token;
use patvault::token::id::TokenId;
use patvault::vault::{Error, Writer};

fn token(stage: &Stage, id: TokenId) -> Token {
    stage.vault.read(&stage.key, |r| r.token(id)).unwrap().unwrap()
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
    let one = stage.use_it(&token(&stage, ids[0]), 1, second);
    assert!(stage.use_it(&token(&stage, ids[0]), 2, first) > one, "behind the first");
    assert!(fs::read(stage.vault.file()).unwrap() == file, "a use does not write the vault");
    let seen = |stage: &Stage| {
        assert_eq!(uses(stage), [second, first]);
        assert_eq!(token(stage, ids[0]).last_use, Some(second));
        assert_eq!(token(stage, ids[1]).last_use, None);
        let [of_one, of_other] =
            [ids[0], ids[1]].map(|id| stage.vault.read(&stage.key, |r| r.uses(Some(id), 1)).unwrap().len());
        assert_eq!((of_one, of_other), (1, 0));
        let times = |id, since| stage.vault.read(&stage.key, |r| r.use_times(id, since)).unwrap();
        assert_eq!(
            (times(ids[0], second), times(ids[0], first).len(), times(ids[1], first).len()),
            (vec![second], 2, 0)
        );
    };
    seen(&stage);
    let journal = stage.vault.dir().join("journal");
    let waiting = common::files(&journal);
    assert_eq!(waiting.len(), 1, "one file for a device");
    assert!(waiting.values().all(|sealed| !String::from_utf8_lossy(sealed).contains("get")), "sealed");

    // A write sees them too, and folds them in.
    let last = |w: &mut Writer| Ok::<_, Error>(w.token(ids[0])?.unwrap().last_use);
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

/// The file that the device of these tests appends to.
fn own_file(stage: &Stage) -> PathBuf {
    stage.vault.dir().join(format!("journal/{}.age", author().device))
}

/// A write that has nothing to write but the uses that wait.
fn fold(stage: &Stage) {
    stage.vault.write(&stage.key, &author(), "fold", |_| Ok::<_, Error>(())).unwrap();
}

#[test]
fn what_a_power_cut_left_of_a_use_takes_no_other_with_it() {
    let stage = Stage::holding(&["github/laptop"]);
    let token = stage.vault.read(&stage.key, |r| r.tokens()).unwrap().remove(0);
    let own = own_file(&stage);
    for n in 1..5 {
        let whole = stage.use_it(&token, n, author().at + TimeDelta::minutes(n.into()));
        if n == 2 {
            fs::OpenOptions::new().write(true).open(&own).unwrap().set_len(whole - 30).unwrap();
        }
    }
    let minutes =
        |stage: &Stage| uses(stage).into_iter().map(|at| (at - author().at).num_minutes()).collect::<Vec<_>>();
    assert_eq!(minutes(&stage), [4, 3, 1]);
    let survey = |stage: &Stage| stage.vault.read(&stage.key, |r| stage.vault.survey(r)).unwrap();
    assert_eq!((survey(&stage).waiting, survey(&stage).unreadable), (3, vec![own.clone()]));

    // A write brings in the others. What is left is named, under a name that nobody appends to.
    fold(&stage);
    assert_eq!(query::<i64>(&stage.image(), "SELECT count(*) FROM use"), 3);
    let left: Vec<PathBuf> = common::files(&stage.vault.dir().join("journal")).into_keys().collect();
    assert!(left.len() == 1 && left[0] != own, "{left:?}");
    assert_eq!((survey(&stage).waiting, survey(&stage).unreadable), (0, left.clone()));
    assert_eq!(minutes(&stage), [4, 3, 1]);

    stage.use_it(&token, 5, author().at + TimeDelta::minutes(5));
    fold(&stage);
    assert_eq!(minutes(&stage), [5, 4, 3, 1]);
    assert_eq!(common::files(&stage.vault.dir().join("journal")).into_keys().collect::<Vec<_>>(), left);
}

#[test]
fn a_journal_that_somebody_holds_keeps_nobody_waiting_and_loses_nothing() {
    let stage = Stage::holding(&["github/laptop"]);
    let token = stage.vault.read(&stage.key, |r| r.tokens()).unwrap().remove(0);
    stage.use_it(&token, 1, author().at);
    let held = fs::File::open(own_file(&stage)).unwrap();
    held.lock().unwrap();
    assert_eq!(stage.use_it(&token, 2, author().at), 0, "into a file of its own");
    assert_eq!(uses(&stage).len(), 2);
    fold(&stage);
    let left: Vec<PathBuf> = common::files(&stage.vault.dir().join("journal")).into_keys().collect();
    assert_eq!(left, [own_file(&stage)], "whoever holds it may be writing into it");
    drop(held);
    fold(&stage);
    stage.add(&[draft("github/ci")]);
    assert!(common::files(&stage.vault.dir().join("journal")).is_empty());
    assert_eq!(uses(&stage).len(), 2);
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

//! Uses: written beside the vault, seen at once, folded in once.
#![cfg(test)]

mod common;

use std::fs;

use chrono::{DateTime, Utc};
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
    assert_eq!(stage.use_it(&token(&stage, ids[0]), 1, second), 1);
    assert_eq!(stage.use_it(&token(&stage, ids[0]), 2, first), 2);
    assert!(fs::read(stage.vault.file()).unwrap() == file, "a use does not write the vault");
    let seen = |stage: &Stage| {
        assert_eq!(uses(stage), [second, first]);
        assert_eq!(token(stage, ids[0]).last_use, Some(second));
        assert_eq!(token(stage, ids[1]).last_use, None);
        let [of_one, of_other] =
            [ids[0], ids[1]].map(|id| stage.vault.read(&stage.key, |r| r.uses(Some(id), 1)).unwrap().len());
        assert_eq!((of_one, of_other), (1, 0));
    };
    seen(&stage);
    let journal = stage.vault.dir().join("journal");
    let waiting = common::files(&journal);
    assert_eq!(waiting.len(), 2);
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

//! A read opens the parts of the vault's file that it needs, and no part twice: counted in chunks, not in time.
#![cfg(test)]

mod common;

use std::fs;

use common::{Stage, draft};
use patvault::scope::Scope;
use patvault::token::column::{self, USUAL};
use patvault::token::consumer::Way;
use patvault::token::draft::Draft;
use patvault::token::parts::Parts;
use patvault::vault::{Error, Reader};

/// A chunk as it lies in the file: 64 KiB and its tag.
const CHUNK_BYTES: u64 = 64 * 1024 + 16;

fn service(at: usize) -> &'static str {
    ["github", "gitlab", "figma"][at % 3]
}

fn drafts(range: std::ops::Range<usize>) -> Vec<Draft> {
    let named = |at: usize| {
        let mut draft = draft(&format!("{}/deploy-{at:05}", service(at)));
        draft.tags = ["ci".to_owned(), format!("team-{}", at % 9)].into();
        draft.note = Some("used by the nightly build".into());
        draft.versions[0].scopes =
            ["repo", "read:org", "workflow"].map(|name| Scope { name: name.into(), rated: None, known: None }).into();
        draft
    };
    range.map(named).collect()
}

fn holding(tokens: usize) -> Stage {
    let stage = Stage::new();
    stage.add(&drafts(0..tokens));
    stage
}

/// How many chunks a read opens.
fn opened<T>(stage: &Stage, read: impl Fn(&Reader) -> Result<T, Error>) -> usize {
    let counted = |r: &Reader| {
        read(r)?;
        Ok::<_, Error>(r.chunks_opened())
    };
    stage.vault.read(&stage.key, counted).unwrap()
}

/// What `get` reads.
fn secret_of(stage: &Stage, at: usize) -> usize {
    opened(stage, |r| {
        let found = r.sketches_at(service(at), &format!("deploy-{at:05}"))?.remove(0);
        let secret = r.secret_of(&r.issues(&found)?[0])?.unwrap();
        assert!(secret.expose().ends_with(&format!("{at:05}")));
        Ok(())
    })
}

#[test]
fn a_secret_among_many_takes_a_handful_of_chunks() {
    let (few, many) = (holding(10), holding(10_000));
    let in_all = fs::metadata(many.vault.file()).unwrap().len() / CHUNK_BYTES;
    assert!(in_all > 150, "{in_all}");
    assert!(secret_of(&few, 5) <= 3);
    for at in [0, 1, 4_999, 7_777, 9_999] {
        let opened = secret_of(&many, at);
        assert!(opened <= 8, "{opened} for {at}");
    }
}

#[test]
fn a_list_opens_what_it_needs_once_and_leaves_the_rest() {
    let stage = holding(5_000);
    let in_all = usize::try_from(fs::metadata(stage.vault.file()).unwrap().len().div_ceil(CHUNK_BYTES)).unwrap();
    let list = opened(&stage, |r| r.tokens());
    assert!(list < in_all / 3, "{list} of {in_all}");
    assert!(opened(&stage, |r| r.tokens_in(Parts::NONE)) < list / 2);
    assert!(opened(&stage, |r| r.sketches(|_, _, _| Some(()))) < list / 2);
    assert!(opened(&stage, |r| r.is_sound()) > in_all, "a look over everything leaves nothing out");
}

#[test]
fn where_tokens_are_installed_is_read_by_who_looks_at_it() {
    let stage = Stage::new();
    let mut all = drafts(0..2_000);
    for draft in &mut all {
        let place = |n: usize| format!("Actions of some organisation/and one of its repositories, {n}");
        draft.consumers =
            (0..4).map(|n| (place(n), Way::Run { command: "gh secret set DEPLOY".repeat(4), env: None })).collect();
        draft.versions[0].installed = (0..4).map(|n| (place(n), common::author().at)).collect();
    }
    stage.add(&all);
    let in_parts = |parts: Parts| opened(&stage, |r| r.tokens_in(parts));
    let usual: Parts = USUAL.iter().map(|name| column::find(name).unwrap().parts).collect();
    let (usual, with) = (in_parts(usual), in_parts(usual.and(Parts::CONSUMERS)));
    assert!(with > usual + 15, "{usual}, {with}");
}

#[test]
fn it_stays_so_while_tokens_come_one_by_one() {
    let stage = holding(2_000);
    let (list, get) = (opened(&stage, |r| r.tokens()), secret_of(&stage, 1_000));
    for at in 2_000..2_100 {
        stage.add(&drafts(at..at + 1));
    }
    let now = opened(&stage, |r| r.tokens());
    assert!(now <= list + 4, "{list} before, {now} now");
    assert!(secret_of(&stage, 1_000) <= get + 1);
}

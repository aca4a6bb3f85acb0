//! Damage is found. Whatever is wrong with a vault's file, a write and a look over everything say so, name the newest good
//! backup, and leave everything on the disk as it is. So does a read, unless the damage is in a part that it does not need:
//! then its answer is the one that the whole file gives.
#![cfg(test)]

mod common;
mod damage {
    mod parts;
    mod slots;
}

use std::fs;
use std::path::PathBuf;

use age::x25519;
use common::{Stage, author, changed, draft, seal};
use patvault::vault::{Error, VaultKey, Wrong};

const PATHS: [&str; 3] = ["github/laptop", "gitlab/ci", "figma/plugin"];

/// What a read and a write say of the vault's file: the same, about that file.
#[track_caller]
fn refused(stage: &Stage, key: &VaultKey, what: &str) -> (Wrong, Option<PathBuf>) {
    let read = stage.vault.read(key, |r| r.tokens());
    let write = stage.vault.write(key, &author(), "add", |w| {
        w.tokens()?;
        w.add(&[draft("jira/new")])
    });
    let said = |error: Option<Error>| match error {
        Some(Error::Untrusted { path, wrong, backup }) => {
            assert_eq!(path, stage.vault.file(), "{what}");
            (wrong, backup)
        }
        other => panic!("{what}: {other:?}"),
    };
    let (read, write) = (said(read.err()), said(write.err()));
    assert_eq!(read, write, "{what}");
    read
}

fn newest_backup(stage: &Stage) -> PathBuf {
    stage.vault.backups().unwrap().pop().unwrap().path
}

/// The length of an age header: up to and with the line of its MAC.
fn header_len(sealed: &[u8]) -> usize {
    let mac = sealed.windows(5).position(|part| part == b"\n--- ").unwrap() + 1;
    mac + sealed[mac..].iter().position(|byte| *byte == b'\n').unwrap() + 1
}

/// Tries a vault's file in several states; each is refused, and nothing changes.
fn each_is_refused(stage: &Stage, states: impl Iterator<Item = (String, Vec<u8>)>) {
    let backup = newest_backup(stage);
    let whole = fs::read(stage.vault.file()).unwrap();
    let mut before = stage.files();
    for (what, bytes) in states {
        fs::write(stage.vault.file(), &bytes).unwrap();
        let (wrong, named) = refused(stage, &stage.key, &what);
        assert!(matches!(wrong, Wrong::Damaged(_) | Wrong::OtherKey), "{what}: {wrong:?}");
        assert_eq!(named.as_ref(), Some(&backup), "{what}");
        before.insert(stage.vault.file(), bytes);
        assert!(stage.files() == before, "{what}: something on the disk was changed");
    }
    fs::write(stage.vault.file(), &whole).unwrap();
    assert_eq!(stage.vault.read(&stage.key, |r| r.tokens()).unwrap().len(), PATHS.len(), "the whole file still opens");
}

fn flipped(whole: &[u8], bit: usize) -> (String, Vec<u8>) {
    let mut bytes = whole.to_vec();
    bytes[bit / 8] ^= 1 << (bit % 8);
    (format!("bit {bit}"), bytes)
}

#[test]
fn every_flipped_bit_of_the_header() {
    let stage = Stage::holding(&PATHS);
    let whole = fs::read(stage.vault.file()).unwrap();
    each_is_refused(&stage, (0..header_len(&whole) * 8).map(|bit| flipped(&whole, bit)));
}

#[test]
fn flipped_bits_of_the_content() {
    let stage = Stage::holding(&PATHS);
    let whole = fs::read(stage.vault.file()).unwrap();
    // A prime, so that every place in a byte has its turn.
    const STRIDE: usize = 499;
    let bits = (header_len(&whole) * 8..whole.len() * 8).step_by(STRIDE).chain([whole.len() * 8 - 1]);
    each_is_refused(&stage, bits.map(|bit| flipped(&whole, bit)));
}

#[test]
fn every_truncation_at_a_border() {
    const CHUNK: usize = 64 * 1024 + 16;
    let stage = Stage::holding(&PATHS[..2]);
    let mut long = draft(PATHS[2]);
    long.note = Some("note ".repeat(40_000));
    stage.add(&[long]);
    let whole = fs::read(stage.vault.file()).unwrap();
    let payload = header_len(&whole) + 16;
    assert!(whole.len() > payload + 2 * CHUNK, "several chunks");
    let chunks = (0..).map(|n| payload + n * CHUNK).take_while(|at| *at < whole.len());
    let borders = chunks.chain([header_len(&whole), whole.len()]);
    let mut lens: Vec<usize> = borders.flat_map(|at| [at - 1, at, at + 1]).chain([0, 1]).collect();
    lens.retain(|len| *len < whole.len());
    each_is_refused(&stage, lens.into_iter().map(|len| (format!("{len} bytes"), whole[..len].to_vec())));
}

#[test]
fn something_added_at_the_end() {
    let stage = Stage::holding(&PATHS);
    let whole = fs::read(stage.vault.file()).unwrap();
    let twice = whole.iter().chain(&whole).copied().collect();
    let one_more = whole.iter().chain(b"x").copied().collect();
    each_is_refused(&stage, [("twice".to_owned(), twice), ("one more byte".to_owned(), one_more)].into_iter());
}

#[test]
fn garbage() {
    let stage = Stage::holding(&PATHS);
    let ours = stage.recipient();
    let stranger = x25519::Identity::generate().to_public();
    let cases = [
        ("nothing", vec![]),
        ("text", b"this is no vault\n".to_vec()),
        ("zeroes", vec![0; 4096]),
        ("a header and nothing else", b"age-encryption.org/v1\n".to_vec()),
        ("a later format", b"age-encryption.org/v2\n-> X25519 x\n".to_vec()),
        ("the database in the clear", stage.image()),
        ("sealed to a stranger", seal(&stage.image(), &stranger)),
        ("sealed nothing", seal(b"", &ours)),
        ("sealed text", seal(b"this is no database", &ours)),
        ("half a database", seal(&stage.image()[..8192], &ours)),
        ("an empty database", seal(&changed(&[], "CREATE TABLE other (x)"), &ours)),
        ("a database of something else", seal(&changed(&[], "CREATE TABLE vault (x); PRAGMA user_version = 1"), &ours)),
        ("no vault in it", seal(&changed(&stage.image(), "DELETE FROM vault"), &ours)),
        ("no vault row at all", seal(&changed(&stage.image(), "DROP TABLE vault"), &ours)),
        ("an older schema that it is not", seal(&changed(&stage.image(), "PRAGMA user_version = -1"), &ours)),
    ];
    each_is_refused(&stage, cases.into_iter().map(|(what, bytes)| (what.to_owned(), bytes)));
}

#[test]
fn a_token_without_a_version() {
    let stage = Stage::holding(&PATHS);
    let delete = "DELETE FROM secret WHERE version = 2; DELETE FROM version WHERE key = 2";
    stage.forge(delete);
    let before = stage.files();
    let (wrong, backup) = refused(&stage, &stage.key, "no version");
    assert_eq!(wrong, Wrong::Damaged("a token has no version"));
    assert_eq!(backup, Some(newest_backup(&stage)));
    assert!(stage.files() == before);

    // A backup of such a file is no good one.
    let good = newest_backup(&stage);
    fs::copy(stage.vault.file(), good.with_file_name("r00000099-20261122T100000Z.age")).unwrap();
    assert_eq!(refused(&stage, &stage.key, "no version").1, Some(good));
}

#[test]
fn a_wrong_key() {
    let stage = Stage::holding(&PATHS);
    let before = stage.files();
    let (wrong, backup) = refused(&stage, &VaultKey::generate(), "wrong key");
    // The backups do not open with it either.
    assert_eq!((wrong, backup), (Wrong::OtherKey, None));
    assert!(stage.files() == before);
}

#[test]
fn a_newer_schema() {
    let stage = Stage::holding(&PATHS);
    stage.forge("PRAGMA user_version = 7");
    let before = stage.files();
    let said = refused(&stage, &stage.key, "newer");
    assert_eq!(said, (Wrong::Newer { found: 7, known: 5 }, Some(newest_backup(&stage))));
    assert!(stage.files() == before);
}

#[test]
fn an_older_file_put_back() {
    let stage = Stage::holding(&PATHS);
    let older = fs::read(stage.vault.file()).unwrap();
    stage.add(&[draft("slack/bot")]);
    fs::write(stage.vault.file(), &older).unwrap();
    let before = stage.files();
    let said = refused(&stage, &stage.key, "older");
    assert_eq!(said, (Wrong::Older { found: 4, seen: 5 }, Some(newest_backup(&stage))));
    assert!(stage.files() == before);

    // After an explicit word it is the vault, and what is newer stays away for good.
    assert_eq!(stage.vault.accept(&stage.key, &author()).unwrap(), 6, "later than anything of the other line");
    assert_eq!(stage.vault.read(&stage.key, |r| r.tokens()).unwrap().len(), 3);
}

#[test]
fn what_is_written_after_an_older_file_was_accepted_is_kept_like_anything_else() {
    let stage = Stage::holding(&PATHS);
    let older = fs::read(stage.vault.file()).unwrap();
    for name in 0..15 {
        stage.add(&[draft(&format!("slack/{name}"))]);
    }
    fs::write(stage.vault.file(), &older).unwrap();
    stage.vault.accept(&stage.key, &author()).unwrap();
    stage.add(&[draft("gitlab/precious")]);
    stage.add(&[draft("gitlab/second")]);

    let newest = stage.vault.backups().unwrap().pop().unwrap();
    stage.vault.restore(&stage.key, &author(), &newest).unwrap();
    let names = || stage.vault.read(&stage.key, |r| r.tokens()).unwrap().into_iter().map(|token| token.name);
    assert!(names().any(|name| name == "precious"), "the newest backup is of the line that was accepted");
    let restored = stage.vault.backups().unwrap().pop().unwrap();
    stage.vault.restore(&stage.key, &author(), &restored).unwrap();
    assert!(names().any(|name| name == "second"), "what a restore replaced became a backup itself");
}

#[test]
fn a_backup_under_a_name_of_another_revision_is_no_good_one() {
    let stage = Stage::holding(&PATHS);
    let oldest = stage.vault.backups().unwrap().remove(0);
    let posing = oldest.path.with_file_name("r00009999-20261122T091700Z.age");
    fs::copy(&oldest.path, &posing).unwrap();
    let newest = stage.vault.backups().unwrap().pop().unwrap();
    assert_eq!(newest.revision, 9999);
    assert!(!stage.vault.opens(&stage.key, &newest));
    let refused = stage.vault.restore(&stage.key, &author(), &newest).unwrap_err();
    assert!(matches!(refused, Error::Untrusted { wrong: Wrong::Misnamed, .. }), "{refused}");
}

#[test]
fn another_vault_in_its_place() {
    let stage = Stage::holding(&PATHS);
    let other = Stage::holding(&["jira/stranger"]);
    fs::copy(other.vault.file(), stage.vault.file()).unwrap();
    let before = stage.files();
    assert_eq!(refused(&stage, &stage.key, "our key"), (Wrong::OtherKey, Some(newest_backup(&stage))));
    // Its own key opens it, and is no use for our backups.
    assert_eq!(refused(&stage, &other.key, "its key"), (Wrong::Replaced, None));
    assert!(stage.files() == before);

    // The same key is not enough.
    let twin = Stage::holding(&PATHS);
    twin.forge("UPDATE vault SET id = randomblob(16)");
    assert_eq!(refused(&twin, &twin.key, "another id"), (Wrong::Replaced, Some(newest_backup(&twin))));
}

#[test]
fn the_file_gone() {
    let stage = Stage::holding(&PATHS);
    fs::remove_file(stage.vault.file()).unwrap();
    let before = stage.files();
    assert_eq!(refused(&stage, &stage.key, "gone"), (Wrong::Gone, Some(newest_backup(&stage))));
    assert!(stage.files() == before);
    stage.vault.restore(&stage.key, &author(), &stage.vault.backups().unwrap()[2]).unwrap();
    assert_eq!(stage.vault.read(&stage.key, |r| r.tokens()).unwrap().len(), 2);
}

#[test]
fn the_backups_damaged_as_well() {
    let stage = Stage::holding(&PATHS);
    let backups = stage.vault.backups().unwrap();
    let damage = |path: PathBuf| fs::write(&path, flipped(&fs::read(&path).unwrap(), 4000).1).unwrap();
    damage(stage.vault.file());
    damage(backups[2].path.clone());
    assert_eq!(refused(&stage, &stage.key, "newest damaged").1, Some(backups[1].path.clone()));
    damage(backups[1].path.clone());
    damage(backups[0].path.clone());
    let before = stage.files();
    assert_eq!(refused(&stage, &stage.key, "all damaged").1, None);
    assert!(stage.files() == before);
}

#[test]
fn a_backup_made_by_hand_does_not_share_the_damage() {
    let stage = Stage::holding(&PATHS);
    let backup = stage.vault.back_up(&stage.key, &author()).unwrap();
    let whole = fs::read(stage.vault.file()).unwrap();
    // In place, as a failing disk does it.
    fs::write(stage.vault.file(), flipped(&whole, 4000).1).unwrap();
    assert_eq!(refused(&stage, &stage.key, "damaged").1.as_ref(), Some(&backup.path));
    stage.vault.restore(&stage.key, &author(), &backup).unwrap();
    assert_eq!(stage.vault.read(&stage.key, |r| r.tokens()).unwrap().len(), 3);
}

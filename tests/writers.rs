//! Many processes write at once, and every write is there; whoever reads meanwhile sees a whole vault.
#![cfg(test)]

mod common;

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::str::FromStr;

use age::secrecy::ExposeSecret;
use age::{DecryptError, Identity, x25519};
use age_core::format::{FileKey, Stanza};
use common::{Stage, author, draft, files, later, nobody, slot_for};
use patvault::token::id::{DeviceId, UseId};
use patvault::vault::{Author, Error, Retention, Use, Vault, VaultKey};

const PROCESSES: u8 = 8;
const WRITES: usize = 50;
const USES: usize = 100;
const KEPT: Retention = Retention { newest: 10, daily: 30 };

/// What a process of the crowd is told: the vault's folder, this device's, and the identity that opens it.
const DIR: &str = "PATVAULT_TEST_DIR";
const STATE: &str = "PATVAULT_TEST_STATE";
const IDENTITY: &str = "PATVAULT_TEST_IDENTITY";
const NUMBER: &str = "PATVAULT_TEST_NUMBER";

/// Starts one of the tests below as a process of its own.
fn start(stage: &Stage, test: &str, number: u8) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--quiet"])
        .env(DIR, stage.vault.dir())
        .env(STATE, stage.state())
        .env(IDENTITY, stage.identity.to_string().expose_secret())
        .env(NUMBER, number.to_string())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

/// The vault as such a process finds it, and its number.
fn join() -> Option<(Vault, VaultKey, u8)> {
    let var = |name| std::env::var(name).ok();
    let (dir, state) = (PathBuf::from(var(DIR)?), PathBuf::from(var(STATE)?));
    let vault = Vault::at(&dir, &state, KEPT).unwrap();
    let identity = x25519::Identity::from_str(&var(IDENTITY)?).unwrap();
    let key = vault.slots().unwrap()[0].open_with(&[Box::new(identity)]).unwrap();
    Some((vault, key, var(NUMBER)?.parse().unwrap()))
}

#[test]
#[ignore = "a process of the crowd, started by the tests below"]
fn one_writer() {
    let Some((vault, key, number)) = join() else { return };
    for n in 0..WRITES {
        let author = Author { device: DeviceId::from_bytes([number; 16]), ..later(i64::from(number)) };
        let add = vault.write(&key, &author, "add", |w| w.add(&[draft(&format!("github/token-{number}-{n}"))]));
        assert_eq!(add.unwrap().len(), 1);
    }
}

#[test]
#[ignore = "a process of the crowd, started by the tests below"]
fn one_reader() {
    let Some((vault, key, _)) = join() else { return };
    let mut seen = 0;
    while seen < usize::from(PROCESSES) * WRITES {
        let (tokens, revision) =
            vault.read(&key, |r| Ok::<_, Error>((r.tokens()?.len(), r.about()?.revision))).unwrap();
        assert!(tokens >= seen, "nothing that was seen is gone");
        assert_eq!(revision, tokens as u64 + 1, "a revision is one write, whole");
        seen = tokens;
    }
}

#[test]
#[ignore = "a process of the crowd, started by the tests below"]
fn one_user() {
    let Some((vault, key, number)) = join() else { return };
    for n in 0..USES {
        let used = vault.read(&key, |r| {
            let token = r.tokens_at("github", "laptop")?.remove(0);
            let Author { device, device_name, at } = author();
            // All on one device: they append to one file.
            let entry = Use {
                id: use_id(number, n),
                token: token.id,
                version: token.current().id,
                at,
                verb: "get".into(),
                device,
                device_name,
            };
            vault.record_use(r, &entry)
        });
        used.unwrap();
    }
}

fn use_id(number: u8, n: usize) -> UseId {
    let mut id = [number; 16];
    id[..8].copy_from_slice(&n.to_be_bytes());
    UseId::from_bytes(id)
}

#[test]
fn every_use_of_a_crowd_is_there_though_others_fold_meanwhile() {
    let stage = Stage::holding(&["github/laptop"]);
    let mut crowd: Vec<Child> = (0..PROCESSES).map(|number| start(&stage, "one_user", number)).collect();
    let fold = || stage.vault.write(&stage.key, &author(), "fold", |_| Ok::<_, Error>(())).unwrap();
    let mut seen = 0;
    while crowd.iter_mut().any(|child| child.try_wait().unwrap().is_none()) {
        fold();
        let uses = stage.vault.read(&stage.key, |r| r.uses(None, usize::MAX)).unwrap().len();
        assert!(uses >= seen, "nothing that was seen is gone");
        seen = uses;
    }
    assert!(crowd.iter_mut().all(|child| child.wait().unwrap().success()));
    fold();
    // What had grown, or was held, when the last one folded.
    fold();
    assert_eq!(files(&stage.vault.dir().join("journal")).len(), 0);
    let all = stage.vault.read(&stage.key, |r| r.uses(None, usize::MAX)).unwrap();
    assert_eq!(all.len(), usize::from(PROCESSES) * USES);
}

#[test]
fn every_write_of_a_crowd_is_there() {
    let stage = Stage::new();
    let mut crowd: Vec<Child> = (0..PROCESSES).map(|number| start(&stage, "one_writer", number)).collect();
    crowd.extend((0..2).map(|number| start(&stage, "one_reader", number)));
    // This process reads as well, until the crowd is done.
    let mut running = crowd.len();
    let mut done = vec![None; running];
    while running > 0 {
        stage.vault.read(&stage.key, |r| r.about()).unwrap();
        for (child, done) in crowd.iter_mut().zip(&mut done).filter(|(_, done)| done.is_none()) {
            *done = child.try_wait().unwrap();
        }
        running = done.iter().filter(|done| done.is_none()).count();
    }
    assert!(done.iter().flatten().all(|status| status.success()), "{done:?}");

    let want: BTreeSet<String> =
        (0..PROCESSES).flat_map(|number| (0..WRITES).map(move |n| format!("github/token-{number}-{n}"))).collect();
    let (tokens, batches, revision, sound) = stage
        .vault
        .read(&stage.key, |r| {
            Ok::<_, Error>((r.tokens()?, r.batches(None, usize::MAX)?, r.about()?.revision, r.is_sound()?))
        })
        .unwrap();
    assert_eq!(tokens.iter().map(|token| token.path()).collect::<BTreeSet<_>>(), want);
    assert_eq!((tokens.len(), batches.len(), revision), (want.len(), want.len(), want.len() as u64 + 1));
    assert_eq!(batches.iter().map(|batch| batch.id).collect::<BTreeSet<_>>().len(), want.len());
    assert!(sound);

    let left = files(stage.home.path()).into_keys().find(|path| path.to_string_lossy().ends_with(".new"));
    assert_eq!(left, None);
    let backups = stage.vault.backups().unwrap();
    // All of one day: the newest, and the last one before them.
    assert_eq!(backups.len(), KEPT.newest + 1);
    assert_eq!(backups.last().unwrap().revision, revision - 1);
    assert!(backups.iter().all(|backup| stage.vault.opens(&stage.key, backup)));
    let pinned = stage.vault.read(&stage.key, |r| stage.vault.survey(r)).unwrap().pinned;
    assert!(pinned, "this device remembers the latest state");
}

/// The vault key, with something that happens when it is used for the `nth` time: in the middle of a read.
struct Meanwhile<'a> {
    key: &'a VaultKey,
    nth: Cell<usize>,
    happens: &'a dyn Fn(),
}

impl Identity for Meanwhile<'_> {
    fn unwrap_stanza(&self, stanza: &Stanza) -> Option<Result<FileKey, DecryptError>> {
        let nth = self.nth.get();
        self.nth.set(nth.wrapping_sub(1));
        if nth == 0 {
            (self.happens)();
        }
        self.key.unwrap_stanza(stanza)
    }
}

#[test]
fn a_reader_does_not_forget_what_was_seen_meanwhile() {
    let stage = Stage::holding(&["github/laptop"]);
    let older = std::fs::read(stage.vault.file()).unwrap();
    let write = || drop(stage.add(&[draft("github/ci")]));
    let key = Meanwhile { key: &stage.key, nth: Cell::new(0), happens: &write };
    assert_eq!(stage.vault.read(&key, |r| r.tokens()).unwrap().len(), 1, "as it was when the read began");
    std::fs::write(stage.vault.file(), older).unwrap();
    assert!(stage.vault.read(&stage.key, |r| r.tokens()).is_err(), "an older file is still noticed");
}

#[test]
fn a_change_of_the_key_meanwhile_is_not_taken_back_by_a_reader() {
    let stage = Stage::holding(&["github/laptop"]);
    let new = RefCell::new(None);
    let ways = [slot_for("identity", &stage.identity)];
    let change = || {
        *new.borrow_mut() = Some(
            stage
                .vault
                .change_key(&stage.key, &author(), &ways, &stage.vault.slot_files().unwrap(), &nobody())
                .unwrap(),
        )
    };
    let key = Meanwhile { key: &stage.key, nth: Cell::new(0), happens: &change };
    stage.vault.read(&key, |r| r.tokens()).unwrap();
    let new = new.into_inner().unwrap();
    assert_eq!(stage.vault.read(&new, |r| r.tokens()).unwrap().len(), 1);
}

#[test]
fn a_use_that_is_folded_in_meanwhile_is_seen_once() {
    for nth in 0..6 {
        let stage = Stage::holding(&["github/laptop"]);
        let token = stage.vault.read(&stage.key, |r| r.tokens()).unwrap().remove(0);
        stage.use_it(&token, 1, author().at);
        let fold = || stage.vault.write(&stage.key, &author(), "fold", |_| Ok::<_, Error>(())).unwrap();
        let key = Meanwhile { key: &stage.key, nth: Cell::new(nth), happens: &fold };
        let seen = stage.vault.read(&key, |r| r.uses(None, 10)).unwrap();
        assert_eq!(seen.len(), 1, "folded in when the key was used for the {nth}th time");
    }
}

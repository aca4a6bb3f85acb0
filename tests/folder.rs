//! A vault's folder: how it comes to be, and what lies about in it.
#![cfg(test)]

mod common;

use std::fs;
use std::path::PathBuf;

use age::x25519;
use common::{Stage, author, draft, files, nobody, slot_for, slot_to};
use patvault::vault::{Error, NewSlot, Plan, Retention, Vault};

#[test]
fn a_vault_that_cannot_be_created_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let (dir, state) = (home.path().join("data/main"), home.path().join("state"));
    let create = |slots: &[NewSlot]| {
        let plan = Plan { name: "main", slots, author: &author() };
        Vault::create(&dir, &state, Retention::default(), &plan, &nobody()).map(drop)
    };
    let good = || slot_for("identity", &x25519::Identity::generate());
    for slots in [vec![], vec![good(), slot_to("bad", "age1nonsense")], vec![slot_to("bad", "ssh-dss AAAA")]] {
        assert!(create(&slots).is_err());
        assert!(!dir.exists() && !state.exists());
        assert!(files(home.path()).into_keys().all(|path| path == home.path().join("data")));
    }
    create(&[good()]).unwrap();
    let before = files(home.path());
    assert!(matches!(create(&[good()]), Err(Error::Exists { .. })));
    assert!(files(home.path()) == before);
}

#[test]
fn leftovers_are_told_from_vaults() {
    let stage = Stage::holding(&["github/laptop"]);
    // Neighbours: a vault whose name ends as leftovers do, and one that is being built.
    let data = stage.vault.dir().parent().unwrap().to_owned();
    let others = ["main.new", ".other.new"].map(|name| data.join(name));
    others.iter().for_each(|path| fs::create_dir(path).unwrap());
    let crashed = [
        stage.vault.dir().join("vault.age.new"),
        stage.vault.dir().join("keys/identity.age.new"),
        stage.state().join("pins/main.json.new"),
    ];
    crashed.iter().for_each(|path| fs::write(path, "half").unwrap());
    fs::create_dir(data.join(".main.new")).unwrap();
    let mut found = stage.vault.leftovers().unwrap();
    found.sort();
    let mut want: Vec<PathBuf> = crashed.into_iter().chain([data.join(".main.new")]).collect();
    want.sort();
    assert_eq!(found, want);
    assert_eq!(stage.vault.clear_leftovers().unwrap(), 4);
    assert!(stage.vault.leftovers().unwrap().is_empty());
    assert!(others.iter().all(|path| path.exists()));
    assert_eq!(stage.vault.read(&stage.key, |r| r.tokens()).unwrap().len(), 1);
}

#[test]
fn a_backup_that_cannot_be_kept_stops_a_write_without_a_trace() {
    let stage = Stage::new();
    let backups = stage.vault.dir().join("backups");
    fs::remove_dir(&backups).unwrap();
    fs::write(&backups, "in the way").unwrap();
    stage.vault.write(&stage.key, &author(), "nothing", |_| Ok::<_, Error>(())).unwrap();
    let before = stage.files();
    assert!(stage.vault.write(&stage.key, &author(), "add", |w| w.add(&[draft("github/ci")])).is_err());
    assert!(stage.files() == before);
}

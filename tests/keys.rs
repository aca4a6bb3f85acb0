//! Ways into a vault, and changing its key.
#![cfg(test)]

mod common;

use std::fs;

use age::secrecy::ExposeSecret;
use age::x25519;
use common::{Stage, author, draft, files, later, nobody, query, seal, slot_for, slot_to, unseal};
use patvault::vault::{Error, NewSlot, Retention, Slot, SlotKind, Vault, VaultKey, Way, Wrong};

fn open_with(slot: &Slot, identity: &x25519::Identity) -> Result<VaultKey, Error> {
    slot.open_with(&[Box::new(identity.clone())])
}

fn names(stage: &Stage) -> Vec<String> {
    stage.vault.slots().unwrap().into_iter().map(|slot| slot.name).collect()
}

fn passphrase(name: &str, text: &str) -> NewSlot {
    NewSlot { name: name.into(), way: Way::Passphrase(text.into()) }
}

#[test]
fn changing_the_key_seals_everything_again() {
    let (second, leaver) = (x25519::Identity::generate(), x25519::Identity::generate());
    let stage = Stage::with(vec![slot_for("second", &second), slot_for("leaver", &leaver)]);
    stage.add(&[draft("github/laptop"), draft("gitlab/ci")]);
    stage.add(&[draft("figma/plugin")]);
    let ruin = stage.vault.dir().join("backups/r00000000-20261101T100000Z.age");
    fs::write(&ruin, "no age file").unwrap();
    let old = &stage.key;
    let before = stage.secrets(old);
    let revision = stage.revision();
    let token = stage.vault.read(old, |r| r.tokens()).unwrap().remove(0);
    stage.use_it(&token, 1, later(5).at);
    // Not to be opened by anybody, and not to be thrown away either.
    let strange = stage.vault.dir().join("journal/00.age");
    fs::write(&strange, "no age file").unwrap();

    let ways = [slot_for("identity", &stage.identity), slot_for("second", &second)];
    let new = stage.vault.change_key(old, &later(9), &ways, &stage.vault.slot_files().unwrap(), &nobody()).unwrap();

    assert!(!new.is_changing());
    assert_eq!(names(&stage), ["identity", "second"]);
    let kept = stage.vault.read(&new, |r| r.slots()).unwrap();
    assert_eq!(kept.into_iter().map(|slot| slot.name).collect::<Vec<_>>(), ["identity", "second"]);
    for (name, identity) in [("identity", &stage.identity), ("second", &second)] {
        let key = open_with(&stage.slot(name), identity).unwrap();
        assert!(!key.is_changing());
        assert_eq!(stage.secrets(&key), before, "{name}");
    }
    assert!(open_with(&stage.slot("second"), &leaver).is_err());
    assert_eq!(stage.vault.read(&new, |r| Ok::<_, Error>(r.about()?.revision)).unwrap(), revision + 1);

    let closed = stage.vault.read(old, |r| r.tokens()).unwrap_err();
    assert!(matches!(closed, Error::Untrusted { wrong: Wrong::OtherKey, backup: None, .. }), "{closed}");
    let backups = stage.vault.backups().unwrap();
    assert_eq!(backups.len(), 4);
    for backup in backups.iter().filter(|backup| backup.path != ruin) {
        assert!(stage.vault.opens(&new, backup) && !stage.vault.opens(old, backup));
        let image = unseal(&fs::read(&backup.path).unwrap(), &new);
        if query::<i64>(&image, "SELECT count(*) FROM secret") > 0 {
            let sealed: Vec<u8> = query(&image, "SELECT sealed FROM secret ORDER BY version LIMIT 1");
            assert_eq!(unseal(&sealed, &new), b"not-a-real-secret-of-github/laptop");
        }
    }
    assert_eq!(fs::read(&ruin).unwrap(), b"no age file", "what did not open is left as it was");

    assert_eq!(files(&stage.vault.dir().join("journal")).into_keys().collect::<Vec<_>>(), [strange]);
    let uses = stage.vault.read(&new, |r| r.uses(None, 10)).unwrap();
    assert_eq!(uses.into_iter().map(|entry| entry.at).collect::<Vec<_>>(), [later(5).at]);
    assert!(stage.vault.leftovers().unwrap().is_empty());
    let survey = stage.vault.read(&new, |r| stage.vault.survey(r)).unwrap();
    assert!(survey.sound && survey.pinned);
    // The old key's secrets, sealed, are nowhere in the new database.
    let image = unseal(&fs::read(stage.vault.file()).unwrap(), &new);
    assert_eq!(query::<i64>(&image, "SELECT count(*) FROM secret"), 3);
    stage.vault.write(&new, &later(10), "add", |w| w.add(&[draft("jira/board")])).unwrap();
}

#[test]
fn a_passphrase_survives_a_change_of_the_key() {
    let stage = Stage::with(vec![passphrase("passphrase", "correct horse")]);
    stage.add(&[draft("github/laptop")]);
    let way = stage.slot("passphrase");
    assert_eq!(way.kind, SlotKind::Passphrase);
    let ways = [passphrase("passphrase", "correct horse")];
    stage.vault.change_key(&stage.key, &author(), &ways, &stage.vault.slot_files().unwrap(), &nobody()).unwrap();
    assert_eq!(names(&stage), ["passphrase"]);
    let key = way.open_with_passphrase(&"correct horse".into()).unwrap();
    assert_eq!(stage.secrets(&key).len(), 1);
}

/// The text of the vault key, as a slot holds it.
fn key_text(stage: &Stage) -> String {
    String::from_utf8(unseal(&fs::read(stage.slot("identity").path).unwrap(), &stage.identity)).unwrap()
}

fn fill_slot(stage: &Stage, text: &str) -> VaultKey {
    let slot = stage.slot("identity");
    fs::write(&slot.path, seal(text.as_bytes(), &stage.identity.to_public())).unwrap();
    open_with(&slot, &stage.identity).unwrap()
}

#[test]
fn a_change_of_the_key_that_did_not_come_far_is_finished_by_another() {
    let stage = Stage::holding(&["github/laptop", "gitlab/ci"]);
    let old = key_text(&stage);
    // The slots held both keys, and then the lights went out.
    let key = fill_slot(&stage, &format!("{}\n{old}", x25519::Identity::generate().to_string().expose_secret()));
    assert!(key.is_changing());
    assert_eq!(stage.secrets(&key).len(), 2);
    stage.vault.write(&key, &author(), "add", |w| w.add(&[draft("jira/board")])).unwrap();

    let new = stage
        .vault
        .change_key(
            &key,
            &author(),
            &[slot_for("identity", &stage.identity)],
            &stage.vault.slot_files().unwrap(),
            &nobody(),
        )
        .unwrap();
    finished(&stage, &new, 3);
    assert!(stage.vault.read(&stage.key, |r| r.tokens()).is_err());
}

#[test]
fn a_change_of_the_key_that_came_far_is_finished_by_another() {
    let stage = Stage::holding(&["github/laptop", "gitlab/ci"]);
    let old = key_text(&stage);
    let backups = files(&stage.vault.dir().join("backups"));
    let ways = [slot_for("identity", &stage.identity)];
    stage.vault.change_key(&stage.key, &author(), &ways, &stage.vault.slot_files().unwrap(), &nobody()).unwrap();
    // The file was sealed to the new key, the backups and the slots were not yet.
    let key = fill_slot(&stage, &format!("{}{old}", key_text(&stage)));
    backups.iter().for_each(|(path, sealed)| fs::write(path, sealed).unwrap());
    assert!(key.is_changing());
    assert_eq!(stage.secrets(&key).len(), 2);
    assert!(stage.vault.backups().unwrap().iter().all(|backup| stage.vault.opens(&key, backup)));

    let new = stage.vault.change_key(&key, &author(), &ways, &stage.vault.slot_files().unwrap(), &nobody()).unwrap();
    finished(&stage, &new, 2);
}

fn finished(stage: &Stage, new: &VaultKey, tokens: usize) {
    assert!(!new.is_changing());
    assert_eq!(stage.secrets(new).len(), tokens);
    assert!(stage.vault.backups().unwrap().iter().all(|backup| stage.vault.opens(new, backup)));
    assert!(!open_with(&stage.slot("identity"), &stage.identity).unwrap().is_changing());
}

#[test]
fn a_change_of_the_key_that_cannot_be_changes_nothing() {
    let stage = Stage::holding(&["github/laptop"]);
    let before = stage.files();
    let good = slot_for("identity", &stage.identity);
    let cases = [vec![], vec![good, slot_to("bad", "age1nonsense")]];
    for ways in cases {
        assert!(
            stage
                .vault
                .change_key(&stage.key, &author(), &ways, &stage.vault.slot_files().unwrap(), &nobody())
                .is_err()
        );
        assert!(stage.files() == before);
    }
    let ways = [slot_for("identity", &stage.identity)];
    assert!(
        stage
            .vault
            .change_key(&VaultKey::generate(), &author(), &ways, &stage.vault.slot_files().unwrap(), &nobody())
            .is_err()
    );
    assert!(stage.files() == before, "a wrong key");
}

#[test]
fn ways_in_come_and_go() {
    let second = x25519::Identity::generate();
    let stage = Stage::holding(&["github/laptop"]);
    stage.vault.put_slot(&stage.key, &later(5), &slot_for("second", &second), &nobody()).unwrap();
    let key = open_with(&stage.slot("second"), &second).unwrap();
    assert_eq!(stage.slot("second").kind, SlotKind::Identity("X25519".into()));
    let kept = stage.vault.read(&key, |r| r.slots()).unwrap();
    assert_eq!(kept.len(), 2);
    assert_eq!((kept[1].recipient.clone(), kept[1].added), (Some(second.to_public().to_string()), later(5).at));

    // The same name again is another key in its place.
    let third = x25519::Identity::generate();
    stage.vault.put_slot(&key, &author(), &slot_for("second", &third), &nobody()).unwrap();
    assert!(open_with(&stage.slot("second"), &second).is_err());
    assert!(open_with(&stage.slot("second"), &third).is_ok());

    stage.vault.remove_slot(&key, &author(), &stage.slot("identity")).unwrap();
    assert_eq!(names(&stage), ["second"]);
    assert_eq!(stage.vault.read(&key, |r| r.slots()).unwrap().len(), 1);
    let survey = stage.vault.read(&key, |r| stage.vault.survey(r)).unwrap();
    assert!(survey.missing_slots.is_empty() && survey.unknown_slots.is_empty());
}

#[test]
fn a_way_in_is_not_lost_by_a_slip() {
    let stage = Stage::holding(&["github/laptop"]);
    let before = stage.files();
    let same_name = slot_for("identity", &x25519::Identity::generate());
    // A key that is not this vault's any more, because somebody changed it.
    assert!(stage.vault.put_slot(&VaultKey::generate(), &author(), &same_name, &nobody()).is_err());
    assert!(stage.vault.remove_slot(&VaultKey::generate(), &author(), &stage.slot("identity")).is_err());
    let last = stage.vault.remove_slot(&stage.key, &author(), &stage.slot("identity")).unwrap_err();
    assert!(matches!(last, Error::LastWay { .. }), "{last}");
    assert!(stage.files() == before);

    // A damaged one beside it is none; it goes, and the whole one stays.
    fs::write(stage.vault.dir().join("keys/ruin.age"), "no slot").unwrap();
    assert!(stage.vault.remove_slot(&stage.key, &author(), &stage.slot("identity")).is_err());
    stage.vault.remove_slot(&stage.key, &author(), &stage.slot("ruin")).unwrap();
    assert_eq!(names(&stage), ["identity"]);
}

#[test]
fn a_change_of_the_key_does_not_undo_what_happened_to_the_ways_in_meanwhile() {
    let stage = Stage::new();
    let ways = [slot_for("identity", &stage.identity)];
    let seen = stage.vault.slot_files().unwrap();
    let leaver = x25519::Identity::generate();
    stage.vault.put_slot(&stage.key, &author(), &slot_for("meanwhile", &leaver), &nobody()).unwrap();
    let before = stage.files();
    let refused = stage.vault.change_key(&stage.key, &author(), &ways, &seen, &nobody()).err();
    assert!(matches!(refused, Some(Error::Meanwhile { .. })), "{refused:?}");
    assert!(stage.files() == before);
}

#[test]
fn adding_a_way_in_does_not_replace_one() {
    let stage = Stage::new();
    let other = slot_for("identity", &x25519::Identity::generate());
    let refused = stage.vault.add_slot(&stage.key, &author(), &other, &nobody()).err();
    assert!(matches!(refused, Some(Error::WayTaken { .. })), "{refused:?}");
}

#[test]
fn a_folder_under_another_name_is_still_the_vault_that_was_seen() {
    let stage = Stage::holding(&["github/ci"]);
    let older = fs::read(stage.vault.file()).unwrap();
    stage.add(&[draft("gitlab/ci")]);
    let moved = stage.home.path().join("data/moved");
    fs::rename(stage.vault.dir(), &moved).unwrap();
    let vault = Vault::at(&moved, &stage.home.path().join("state"), Retention::default()).unwrap();
    fs::write(vault.file(), older).unwrap();
    let refused = vault.read(&stage.key, |r| r.tokens()).err();
    assert!(matches!(refused, Some(Error::Untrusted { wrong: Wrong::Older { .. }, .. })), "{refused:?}");
}

#[test]
fn a_way_in_added_since_the_backup_is_known_after_it_is_restored() {
    let stage = Stage::holding(&["github/ci"]);
    let second = x25519::Identity::generate();
    stage.vault.add_slot(&stage.key, &author(), &slot_for("second", &second), &nobody()).unwrap();
    let oldest = stage.vault.backups().unwrap().remove(0);
    stage.vault.restore(&stage.key, &author(), &oldest).unwrap();
    let known = stage.vault.read(&stage.key, |r| r.slots()).unwrap();
    assert_eq!(known.into_iter().map(|slot| slot.name).collect::<Vec<_>>(), ["identity", "second"]);
}

//! Damage in the ways in.

use std::fs;

use age::secrecy::SecretString;
use age::x25519;
use patvault::vault::{Error, NewSlot, Slot, SlotWrong, VaultKey, Way, Wrong};

use crate::common::{self, Stage, author, seal, slot_for};
use crate::{PATHS, flipped, refused};

#[test]
fn every_flipped_bit_of_a_slot() {
    let stage = Stage::new();
    let slot = stage.vault.slots().unwrap().remove(0);
    let whole = fs::read(&slot.path).unwrap();
    let identity = || [Box::new(stage.identity.clone()) as Box<dyn age::Identity + Send + Sync>];
    for bit in 0..whole.len() * 8 {
        let (what, bytes) = flipped(&whole, bit);
        fs::write(&slot.path, bytes).unwrap();
        damaged_slot(&slot, slot.open_with(&identity()), &what);
    }
    for len in 0..whole.len() {
        fs::write(&slot.path, &whole[..len]).unwrap();
        damaged_slot(&slot, slot.open_with(&identity()), &format!("{len} bytes"));
    }
    let other = seal(b"no vault key\n", &stage.identity.to_public());
    fs::write(&slot.path, other).unwrap();
    let wrong = damaged_slot(&slot, slot.open_with(&identity()), "something else in it");
    assert_eq!(wrong, SlotWrong::Damaged("it holds no vault key"));
    fs::write(&slot.path, &whole).unwrap();
    let key = slot.open_with(&identity()).unwrap();
    assert!(stage.vault.read(&key, |r| r.tokens()).unwrap().is_empty());
    let strange = [Box::new(x25519::Identity::generate()) as Box<dyn age::Identity + Send + Sync>];
    assert_eq!(damaged_slot(&slot, slot.open_with(&strange), "a stranger"), SlotWrong::Identity);
}

#[test]
fn flipped_bits_of_a_passphrase_slot() {
    let passphrase = SecretString::from("correct horse");
    let way = Way::Passphrase(passphrase.clone());
    let stage = Stage::with(vec![NewSlot { name: "passphrase".into(), way }]);
    let slot = stage.vault.slots().unwrap().remove(1);
    let whole = fs::read(&slot.path).unwrap();
    let find = |part: &[u8]| whole.windows(part.len()).position(|found| found == part).unwrap();
    let factor = find(b" 18\n") + 1;
    let places = [
        ("the format", 3 * 8),
        ("the salt", (find(b"scrypt ") + 9) * 8 + 1),
        // 1 becomes 9: 2^98 is not tried.
        ("the work factor", factor * 8 + 3),
        ("the sealed key", (factor + 8) * 8 + 1),
        ("the MAC", (find(b"\n--- ") + 9) * 8 + 1),
        ("the content", (whole.len() - 1) * 8),
    ];
    for (what, bit) in places {
        fs::write(&slot.path, flipped(&whole, bit).1).unwrap();
        damaged_slot(&slot, slot.open_with_passphrase(&passphrase), what);
    }
    fs::write(&slot.path, &whole).unwrap();
    assert!(stage.vault.read(&slot.open_with_passphrase(&passphrase).unwrap(), |r| r.tokens()).unwrap().is_empty());
    let wrong = damaged_slot(&slot, slot.open_with_passphrase(&"correct house".into()), "a slip");
    assert_eq!(wrong, SlotWrong::Passphrase);
}

#[track_caller]
fn damaged_slot(slot: &Slot, opened: Result<VaultKey, Error>, what: &str) -> SlotWrong {
    match opened.err() {
        Some(Error::Slot { path, wrong }) if path == slot.path => wrong,
        other => panic!("{what}: {other:?}"),
    }
}

#[test]
fn a_slot_made_by_somebody_else_opens_nothing() {
    let stage = Stage::holding(&PATHS);
    let forged = Stage::new();
    // Somebody who can write to the folder seals a key of their own to our public key.
    let slot = slot_for("identity", &stage.identity);
    forged.vault.put_slot(&forged.key, &author(), &slot, &common::nobody()).unwrap();
    fs::copy(&forged.vault.slots().unwrap()[0].path, &stage.vault.slots().unwrap()[0].path).unwrap();
    fs::copy(forged.vault.file(), stage.vault.file()).unwrap();
    let identity = [Box::new(stage.identity.clone()) as Box<dyn age::Identity + Send + Sync>];
    let key = stage.vault.slots().unwrap()[0].open_with(&identity).unwrap();
    assert_eq!(refused(&stage, &key, "forged").0, Wrong::Replaced);
}

//! Ways in, and the vault key itself.

use std::path::PathBuf;

use secrecy::SecretString;

use super::error::Error;
use super::init::{checked_recipient, recipient_of, slot_name, ssh_recipient};
use super::lend;
use super::session::{Ground, Session};
use crate::token::label::Label;
use crate::vault::{KeptSlot, NewSlot, Prompts, Slot, SlotKind, Way};

/// What a new way in opens with.
pub enum NewWay {
    /// An SSH key: the public key itself, or a file with it or with its private half.
    Ssh(String),
    /// A public key: `age1…`.
    Recipient(String),
    /// An identity file, whose public key is used.
    Identity(PathBuf),
    /// A passphrase.
    Passphrase(SecretString),
}

/// The slots of a vault, as far as they tell without being opened. Nothing is unlocked.
pub fn ways(ground: &Ground) -> Result<Vec<Slot>, Error> {
    Ok(ground.vault()?.slots()?)
}

/// Adds a way in. Gives its name.
pub fn add_way(session: &Session, name: Option<&str>, new: NewWay, prompts: &Prompts) -> Result<String, Error> {
    let slots = session.vault.slots()?;
    let is_taken = |name: &str| slots.iter().any(|slot| slot.name == name);
    let way = match new {
        NewWay::Passphrase(passphrase) => Way::Passphrase(passphrase),
        NewWay::Ssh(key) => Way::Recipient(ssh_recipient(&session.ground, &key, prompts)?),
        NewWay::Recipient(text) => Way::Recipient(checked_recipient(&text)?),
        NewWay::Identity(file) => Way::Recipient(recipient_of(&file, prompts)?),
    };
    let name = match (name, &way) {
        (Some(name), _) => Label::Plain.parse(name)?,
        (None, Way::Recipient(recipient)) => slot_name(recipient, is_taken),
        (None, Way::Passphrase(_)) => (1..)
            .map(|n| if n == 1 { "passphrase".into() } else { format!("passphrase-{n}") })
            .find(|name: &String| !is_taken(name))
            .unwrap_or_default(),
    };
    let new = NewSlot { name: name.clone(), way };
    session.vault.add_slot(session.own_key()?, &session.author, &new, prompts)?;
    Ok(name)
}

/// Removes a way in. The last one stays. One that has lost its file is forgotten.
pub fn remove_way(session: &Session, name: &str) -> Result<(), Error> {
    let slots = session.vault.slots()?;
    match slots.iter().find(|slot| slot.name == name) {
        Some(slot) => Ok(session.vault.remove_slot(session.own_key()?, &session.author, slot)?),
        // One that has lost its file is still remembered.
        None => session.write("key remove", |vault| {
            let is_kept = vault.slots()?.iter().any(|slot| slot.name == name);
            if is_kept { Ok(vault.forget_slot(name)?) } else { Err(no_way(name)) }
        }),
    }
}

/// Gives a slot another passphrase: the one named, or the only one there is.
pub fn change_passphrase(
    session: &Session,
    name: Option<&str>,
    new: SecretString,
    prompts: &Prompts,
) -> Result<String, Error> {
    let slots = session.vault.slots()?;
    let mut of_passphrase = slots.iter().filter(|slot| slot.kind == SlotKind::Passphrase);
    let slot = match (name, of_passphrase.next(), of_passphrase.next()) {
        (Some(name), ..) => slots.iter().find(|slot| slot.name == name).ok_or_else(|| no_way(name))?,
        (None, Some(slot), None) => slot,
        (None, None, _) => {
            return Err(Error::usage("the vault has no passphrase", "'patvault key add --passphrase' gives it one"));
        }
        (None, Some(_), Some(_)) => {
            return Err(Error::usage("the vault has several passphrases", "name one; 'patvault key list' shows them"));
        }
    };
    if slot.kind != SlotKind::Passphrase {
        return Err(Error::usage(
            format!("'{name}' opens with no passphrase", name = slot.name),
            "'patvault key list' shows the ways in",
        ));
    }
    let new = NewSlot { name: slot.name.clone(), way: Way::Passphrase(new) };
    session.vault.put_slot(session.own_key()?, &session.author, &new, prompts)?;
    Ok(slot.name.clone())
}

/// Makes a new vault key and seals everything again. `passphrase` is asked for every slot that opens with one.
pub fn rotate_key(
    session: &Session,
    mut passphrase: impl FnMut(&Slot) -> Result<SecretString, Error>,
    prompts: &Prompts,
) -> Result<Vec<String>, Error> {
    let seen = session.vault.slot_files()?;
    let kept = session.read(|vault| Ok(vault.slots()?))?;
    let mut ways = vec![];
    for slot in session.vault.slots()? {
        let way = match (&slot.kind, recipient(&kept, &slot.name)) {
            (SlotKind::Passphrase, _) => {
                let given = passphrase(&slot)?;
                // The one that opens it now, not a new one by a slip of the finger.
                slot.open_with_passphrase(&given)?;
                Way::Passphrase(given)
            }
            (_, Some(recipient)) => Way::Recipient(recipient),
            (_, None) => {
                return Err(Error::usage(
                    format!("the vault does not know the public key of the way in '{}'", slot.name),
                    format!(
                        "remove it with 'patvault key remove {}', or add it anew, and try again",
                        crate::text::word_for(&slot.name, "NAME")
                    ),
                ));
            }
        };
        ways.push(NewSlot { name: slot.name, way });
    }
    session.vault.change_key(session.own_key()?, &session.author, &ways, &seen, prompts)?;
    // What the agent holds opens nothing any more.
    lend::forget(&session.ground, &session.vault);
    Ok(ways.into_iter().map(|way| way.name).collect())
}

fn recipient(kept: &[KeptSlot], name: &str) -> Option<String> {
    kept.iter().find(|slot| slot.name == name).and_then(|slot| slot.recipient.clone())
}

fn no_way(name: &str) -> Error {
    let shown = crate::text::escaped(name).into_owned();
    Error::usage(format!("there is no way in called '{shown}'"), "'patvault key list' shows them")
}

//! Creating a vault.

use std::path::PathBuf;

use secrecy::SecretString;

use super::due_index;
use super::error::Error;
use super::lend::{self, Key};
use super::session::{Ground, Session};
use crate::clock;
use crate::token::label::Label;
use crate::vault::{NewSlot, Plan, Prompts, Vault, Way, read_identities};

/// The first ways into a new vault.
#[derive(Default)]
pub struct Init {
    /// Its name.
    pub name: String,
    /// A passphrase.
    pub passphrase: Option<SecretString>,
    /// A person typed it: they are not asked again at once.
    pub typed: bool,
    /// SSH keys: a public or private key file, or the public key itself.
    pub ssh: Vec<String>,
    /// Public keys: `age1…`.
    pub recipients: Vec<String>,
    /// Identity files, whose public keys are used.
    pub identities: Vec<PathBuf>,
}

/// Creates a vault and opens it.
pub fn init(mut ground: Ground, init: Init, prompts: &Prompts) -> Result<Session, Error> {
    let name = Label::Plain.parse(&init.name)?;
    let mut slots = vec![];
    if let Some(passphrase) = init.passphrase {
        slots.push(NewSlot { name: "passphrase".into(), way: Way::Passphrase(passphrase) });
    }
    for key in &init.ssh {
        slots.push(slot_for(&ssh_recipient(&ground, key, prompts)?, &slots));
    }
    for recipient in &init.recipients {
        slots.push(slot_for(&checked_recipient(recipient)?, &slots));
    }
    for file in &init.identities {
        slots.push(slot_for(&recipient_of(file, prompts)?, &slots));
    }
    if slots.is_empty() {
        return Err(Error::usage(
            "a vault needs at least one way in",
            "give a passphrase, --ssh KEY, --recipient R or --identity F",
        ));
    }
    let now = clock::now();
    let author = ground.author(&now)?;
    let plan = Plan { name: &name, slots: &slots, author: &author };
    let dir = ground.paths.vault(&name);
    let (vault, key) = Vault::create(&dir, &ground.paths.state, ground.retention(), &plan, prompts)?;
    // Of a vault of that name that was here before, nothing is owed any more.
    due_index::note(&ground, &vault, &[], &now);
    if init.typed {
        lend::hand_over(&ground, &vault, &key, prompts);
    }
    ground.named = Some(name);
    Session::with_key(ground, vault, Key::Own(key))
}

/// A slot for a public key, under a name that says what it is and that no other has.
pub(super) fn slot_for(recipient: &str, others: &[NewSlot]) -> NewSlot {
    let name = slot_name(recipient, |name| others.iter().any(|slot| slot.name == name));
    NewSlot { name, way: Way::Recipient(recipient.to_owned()) }
}

/// `ssh-ada@laptop` from a key's comment, `ssh`, `age` or a plugin's name where there is none; a number tells equals apart.
pub(super) fn slot_name(recipient: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let mut words = recipient.split(' ');
    let key = words.next().unwrap_or_default();
    let comment: String =
        words.nth(1).unwrap_or_default().chars().filter(|c| c.is_ascii_alphanumeric() || "@.-_".contains(*c)).collect();
    let base = match (key.strip_prefix("ssh-"), comment.as_str()) {
        (Some(_), "") => "ssh".to_owned(),
        (Some(_), comment) => format!("ssh-{comment}"),
        // A native key has no second 1 (bech32 keeps it for the separator); a plugin's has its name before it.
        (None, _) => match key.strip_prefix("age1").and_then(|rest| rest.rsplit_once('1')) {
            Some((plugin, _)) if Label::Plain.parse(plugin).is_ok() => plugin.to_owned(),
            _ => "age".to_owned(),
        },
    };
    let base: String = base.chars().take(48).collect();
    (1..)
        .map(|n| if n == 1 { base.clone() } else { format!("{base}-{n}") })
        .find(|name| !is_taken(name))
        .unwrap_or(base)
}

/// Reads what was given as an SSH key: the public key itself, or a file with it or with its private half.
pub(super) fn ssh_recipient(ground: &Ground, given: &str, prompts: &Prompts) -> Result<String, Error> {
    if given.starts_with("ssh-") {
        return checked_recipient(given);
    }
    let path = ground.paths.expand(given.as_ref());
    let text = super::files::read_limited(&path, 64 * 1024)?;
    let first = String::from_utf8_lossy(&text);
    match first.lines().find(|line| line.starts_with("ssh-")) {
        Some(line) => checked_recipient(line),
        None => recipient_of(&path, prompts),
    }
}

/// The public key that goes with an identity file.
pub(super) fn recipient_of(file: &std::path::Path, prompts: &Prompts) -> Result<String, Error> {
    let found = read_identities(file, prompts)?.recipients;
    found.into_iter().next().ok_or_else(|| {
        let shown = crate::text::escaped(&file.to_string_lossy()).into_owned();
        Error::usage(format!("{shown} does not tell its public key"), "give the public key with --recipient")
    })
}

/// A public key on one line, without what would steer a terminal.
pub(super) fn checked_recipient(given: &str) -> Result<String, Error> {
    let text = given.trim();
    let is_key = || {
        text.parse::<age::ssh::Recipient>().is_ok()
            || text.parse::<age::x25519::Recipient>().is_ok()
            || text.parse::<age::plugin::Recipient>().is_ok()
    };
    if text.len() > 16 * 1024 || text.chars().any(char::is_control) || !is_key() {
        return Err(Error::usage(
            "that is no public key that age can seal to",
            "such keys are one line, and start with ssh-ed25519, ssh-rsa or age1",
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_are_called_after_what_opens_them() {
        let taken = |_: &str| false;
        let cases = [
            ("ssh-ed25519 AAAA ada@laptop", "ssh-ada@laptop"),
            ("ssh-rsa AAAA", "ssh"),
            ("ssh-ed25519 AAAA ../../evil", "ssh-....evil"),
            ("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p", "age"),
            ("age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t", "yubikey"),
        ];
        for (recipient, want) in cases {
            assert_eq!(slot_name(recipient, taken), want);
        }
        assert_eq!(slot_name("ssh-rsa AAAA", |name| ["ssh", "ssh-2"].contains(&name)), "ssh-3");
    }
}

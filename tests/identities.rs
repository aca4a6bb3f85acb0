//! What opens a slot: SSH keys, identity files and plugins, as people have them.
#![cfg(test)]

mod common;
#[path = "common/tools.rs"]
mod tools;

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

use age::secrecy::{ExposeSecret, SecretString};
use age::{scrypt, x25519};
use common::{Stage, author, nobody, seal, slot_to};
use patvault::vault::{BadIdentity, Error, Prompt, Prompts, SlotKind, SlotWrong, read_identities};
use tools::ssh_key;

/// A person with one passphrase, and what they were asked and told.
struct Person {
    passphrase: Option<&'static str>,
    heard: Mutex<Vec<String>>,
}

impl Person {
    fn who_knows(passphrase: &'static str) -> Arc<Self> {
        Arc::new(Self { passphrase: Some(passphrase), heard: Mutex::default() })
    }

    fn heard(&self) -> Vec<String> {
        std::mem::take(&mut self.heard.lock().unwrap())
    }
}

impl Prompt for Person {
    fn is_there(&self) -> bool {
        true
    }
    fn say(&self, message: &str) {
        self.heard.lock().unwrap().push(message.into());
    }
    fn confirm(&self, _: &str, _: &str, _: Option<&str>) -> Option<bool> {
        None
    }
    fn text(&self, _: &str) -> Option<String> {
        None
    }
    fn passphrase(&self, question: &str) -> Option<SecretString> {
        self.heard.lock().unwrap().push(question.into());
        self.passphrase.map(SecretString::from)
    }
}

/// Adds an SSH key to a vault with other slots, and opens it with the private half.
fn by_ssh_key(sort: &[&str]) {
    let home = tempfile::tempdir().unwrap();
    let Some((file, public)) = ssh_key(home.path(), sort, "") else { return };
    let stage = Stage::holding(&["github/laptop"]);
    stage.vault.put_slot(&stage.key, &author(), &slot_to("zz-ssh", &public), &nobody()).unwrap();
    let slot = stage.slot("zz-ssh");
    assert_eq!(slot.kind, SlotKind::Identity(format!("ssh-{}", sort[0])));

    let found = read_identities(&file, &nobody()).unwrap();
    let without_comment = public.rsplit_once(' ').unwrap().0;
    assert_eq!(found.recipients, [without_comment]);
    assert_eq!(stage.secrets(&slot.open_with(&found.unlock).unwrap()).len(), 1);

    // A dotfile manager keeps it elsewhere.
    let link = home.path().join("link");
    symlink(&file, &link).unwrap();
    assert!(slot.open_with(&read_identities(&link, &nobody()).unwrap().unlock).is_ok());
    assert!(slot.open_with(&[Box::new(x25519::Identity::generate())]).is_err());
}

#[test]
fn an_ed25519_key_opens() {
    by_ssh_key(&["ed25519"]);
}

#[test]
fn an_rsa_key_opens() {
    by_ssh_key(&["rsa", "-b", "2048"]);
}

#[test]
fn an_ssh_key_that_age_cannot_use_is_told() {
    let home = tempfile::tempdir().unwrap();
    let Some((file, public)) = ssh_key(home.path(), &["ecdsa"], "") else { return };
    assert!(matches!(read_identities(&file, &nobody()), Err(BadIdentity::Unsupported { .. })));
    let stage = Stage::new();
    assert!(stage.vault.put_slot(&stage.key, &author(), &slot_to("ssh", &public), &nobody()).is_err());
}

#[test]
fn an_ssh_key_under_a_passphrase_asks_once() {
    let home = tempfile::tempdir().unwrap();
    let Some((file, public)) = ssh_key(home.path(), &["ed25519"], "correct horse") else { return };
    let stage = Stage::holding(&["github/laptop"]);
    let open = |person: Prompts| {
        let unlock = read_identities(&file, &person).unwrap().unlock;
        // Every slot is tried, as when a person gives an identity and does not say which slot it opens.
        let results = stage.vault.slots().unwrap().into_iter().map(|slot| slot.open_with(&unlock));
        results.collect::<Vec<_>>()
    };
    let person = Person::who_knows("correct horse");
    assert!(open(person.clone()).into_iter().all(|opened| opened.is_err()));
    assert_eq!(person.heard(), [""; 0], "nothing here is sealed to it");

    stage.vault.put_slot(&stage.key, &author(), &slot_to("zz-ssh", &public), &nobody()).unwrap();
    let key = open(person.clone()).remove(1).unwrap();
    assert_eq!(stage.secrets(&key).len(), 1);
    let heard = person.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].contains("id_ed25519"), "{heard:?}");

    let mistaken = open(Person::who_knows("correct house")).remove(1).err();
    assert!(matches!(mistaken, Some(Error::Slot { wrong: SlotWrong::Locked, .. })), "{mistaken:?}");
    // Where nobody answers, age passes the key over.
    let silent = open(nobody()).remove(1).err();
    assert!(matches!(silent, Some(Error::Slot { wrong: SlotWrong::Identity, .. })), "{silent:?}");
}

#[test]
fn an_identity_file_opens_plain_and_under_a_passphrase() {
    let stage = Stage::holding(&["github/laptop"]);
    let text = format!("# mine\n\n{}\n", stage.identity.to_string().expose_secret());
    let file = stage.home.path().join("identity.txt");
    fs::write(&file, &text).unwrap();
    let found = read_identities(&file, &nobody()).unwrap();
    assert_eq!(found.recipients, [stage.identity.to_public().to_string()]);
    assert!(stage.slot("identity").open_with(&found.unlock).is_ok());

    let mut cheap = scrypt::Recipient::new("correct horse".into());
    cheap.set_work_factor(4);
    fs::write(&file, seal(text.as_bytes(), &cheap)).unwrap();
    let person = Person::who_knows("correct horse");
    let found = read_identities(&file, &(person.clone() as Prompts)).unwrap();
    assert!(stage.slot("identity").open_with(&found.unlock).is_ok());
    let heard = person.heard();
    assert!(heard.len() == 1 && heard[0].contains("identity.txt"), "{heard:?}");
    for person in [Person::who_knows("correct house") as Prompts, nobody()] {
        assert!(matches!(read_identities(&file, &person), Err(BadIdentity::Closed { .. })));
    }
}

#[test]
fn a_file_that_is_no_identity_is_told() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    let plugin = format!("{}\n", bech32("age-plugin-patvaultnowhere-", &[1]).to_uppercase());
    let sealed_to_somebody = seal(b"x", &x25519::Identity::generate().to_public());
    type Told = fn(&BadIdentity) -> bool;
    let cases: [(&[u8], Told); 7] = [
        (b"", |bad| matches!(bad, BadIdentity::Unknown { .. })),
        (b"# only a comment\n", |bad| matches!(bad, BadIdentity::Unknown { .. })),
        (b"text\n", |bad| matches!(bad, BadIdentity::Unknown { .. })),
        (b"-----BEGIN NOTHING-----\n", |bad| matches!(bad, BadIdentity::Unknown { .. })),
        (&[0xff; 40], |bad| matches!(bad, BadIdentity::Unknown { .. })),
        (&sealed_to_somebody, |bad| matches!(bad, BadIdentity::Unknown { .. })),
        (
            plugin.as_bytes(),
            |bad| matches!(bad, BadIdentity::NoPlugin { program, .. } if program == "age-plugin-patvaultnowhere"),
        ),
    ];
    for (text, is_told) in cases {
        fs::write(&file, text).unwrap();
        let bad = read_identities(&file, &nobody()).err().unwrap();
        assert!(is_told(&bad), "{bad}");
    }
    let way = slot_to("plugin", &bech32("age1patvaultnowhere", &[1]));
    let stage = Stage::new();
    let error = stage.vault.put_slot(&stage.key, &author(), &way, &nobody()).unwrap_err().to_string();
    assert!(error.contains("age-plugin-patvaultnowhere"), "{error}");
    // No end to it.
    let endless = read_identities(Path::new("/dev/zero"), &nobody()).err().unwrap();
    assert!(matches!(endless, BadIdentity::Read(Error::Io { .. })), "{endless}");
    let gone = read_identities(&home.path().join("gone"), &nobody()).err().unwrap();
    assert!(matches!(gone, BadIdentity::Read(Error::Io { .. })), "{gone}");
}

/// A plugin that hides nothing: the file key stands in its stanza as it is. It says "touch it" before it opens one.
const PLUGIN: &str = r#"#!/bin/sh
key=
take() {
    while IFS= read -r line; do
        case "$line" in
        "-> $1"*) IFS= read -r key ;;
        "-> done") IFS= read -r line; return ;;
        esac
    done
}
answered() { IFS= read -r line; IFS= read -r line; }
case "$1" in
--age-plugin=recipient-v1)
    take "wrap-file-key"
    printf -- '-> recipient-stanza 0 patvaulttest x\n%s\n' "$key"
    answered
    ;;
--age-plugin=identity-v1)
    take "recipient-stanza 0 patvaulttest"
    if [ -n "$key" ]; then
        printf -- '-> msg\ndG91Y2ggaXQ\n'
        answered
        printf -- '-> file-key 0\n%s\n' "$key"
        answered
    fi
    ;;
esac
printf -- '-> done\n\n'
"#;

const INSIDE: &str = "PATVAULT_TEST_PLUGIN";

#[test]
fn a_plugin_opens() {
    let bin = tempfile::tempdir().unwrap();
    let program = bin.path().join("age-plugin-patvaulttest");
    fs::write(&program, PLUGIN).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = std::env::join_paths([bin.path().to_owned()].into_iter().chain(std::env::split_paths(&path))).unwrap();
    // Where plugins are looked for is told by the environment, so this takes a process of its own.
    let mut inside = Command::new(std::env::current_exe().unwrap());
    let inside = inside.args(["--exact", "inside_a_plugin_opens", "--ignored"]).env("PATH", path).env(INSIDE, "1");
    let said = tools::run(inside);
    assert!(String::from_utf8_lossy(&said).contains("1 passed"));
}

#[test]
#[ignore = "started by the test above, with a plugin on its path"]
fn inside_a_plugin_opens() {
    if std::env::var_os(INSIDE).is_none() {
        return;
    }
    let stage = Stage::holding(&["github/laptop"]);
    let public = bech32("age1patvaulttest", &[1, 2, 3]);
    let identity = bech32("age-plugin-patvaulttest-", &[1, 2, 3]).to_uppercase();
    stage.vault.put_slot(&stage.key, &author(), &slot_to("plugin", &public), &nobody()).unwrap();
    assert_eq!(stage.slot("plugin").kind, SlotKind::Identity("patvaulttest".into()));

    let file = stage.home.path().join("plugin.txt");
    fs::write(&file, format!("# recipient: {public}\n{identity}\n")).unwrap();
    let person = Person::who_knows("nothing");
    let found = read_identities(&file, &(person.clone() as Prompts)).unwrap();
    assert_eq!(found.recipients.concat(), public);
    let key = stage.slot("plugin").open_with(&found.unlock).unwrap();
    assert_eq!(person.heard(), ["touch it"]);
    assert_eq!(stage.secrets(&key).len(), 1);
    assert!(stage.slot("identity").open_with(&found.unlock).is_err(), "it opens its own slot only");

    let ways = [slot_to("plugin", &public)];
    stage.vault.change_key(&key, &author(), &ways, &stage.vault.slot_files().unwrap(), &nobody()).unwrap();
    let new = stage.slot("plugin").open_with(&found.unlock).unwrap();
    assert_eq!(stage.secrets(&new).len(), 1);
}

/// Bech32 (BIP 173), which age writes keys in.
fn bech32(prefix: &str, bytes: &[u8]) -> String {
    let mut parts = vec![];
    let (mut bits, mut waiting) = (0_u32, 0);
    for byte in bytes {
        bits = bits << 8 | u32::from(*byte);
        waiting += 8;
        while waiting >= 5 {
            waiting -= 5;
            parts.push((bits >> waiting & 31) as u8);
        }
    }
    if waiting > 0 {
        parts.push((bits << (5 - waiting) & 31) as u8);
    }
    let high = prefix.bytes().map(|byte| byte >> 5);
    let low = prefix.bytes().map(|byte| byte & 31);
    let checked = high.chain([0]).chain(low).chain(parts.iter().copied()).chain([0; 6]);
    let sum = checked.fold(1_u32, |sum, part| {
        const STEPS: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
        let next = (sum & 0x01ff_ffff) << 5 ^ u32::from(part);
        STEPS.iter().enumerate().filter(|(bit, _)| sum >> (25 + bit) & 1 == 1).fold(next, |sum, (_, step)| sum ^ step)
    }) ^ 1;
    parts.extend((0..6).map(|at| (sum >> (5 * (5 - at)) & 31) as u8));
    let letter = |part: u8| char::from(b"qpzry9x8gf2tvdw0s3jn54khce6mua7l"[usize::from(part)]);
    format!("{prefix}1{}", parts.into_iter().map(letter).collect::<String>())
}

//! Ways into a vault, and changing its key.
#![cfg(test)]

mod common;
#[path = "common/tools.rs"]
mod tools;

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use age::secrecy::{ExposeSecret, SecretString};
use age::{scrypt, x25519};
use common::{Stage, author, draft, files, later, nobody, query, seal, slot_for, unseal};
use patvault::token::id::UseId;
use patvault::vault::{
    BadIdentity, Error, NewSlot, Plan, Prompt, Prompts, Retention, Slot, SlotKind, SlotWrong, Use, Vault, VaultKey,
    Way, Wrong, read_identities,
};
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

fn open_with(slot: &Slot, identity: &x25519::Identity) -> Result<VaultKey, Error> {
    slot.open_with(&[Box::new(identity.clone())])
}

fn slot(stage: &Stage, name: &str) -> Slot {
    stage.vault.slots().unwrap().into_iter().find(|slot| slot.name == name).unwrap()
}

fn names(stage: &Stage) -> Vec<String> {
    stage.vault.slots().unwrap().into_iter().map(|slot| slot.name).collect()
}

/// The secrets of a vault, by path.
fn secrets(stage: &Stage, key: &VaultKey) -> BTreeMap<String, String> {
    let read = |r: &patvault::vault::Reader| {
        let all = r.tokens()?.into_iter().map(|token| {
            let secret = r.secret(token.current().id)?.unwrap();
            Ok((token.path(), secret.expose().to_owned()))
        });
        all.collect::<Result<_, Error>>()
    };
    stage.vault.read(key, read).unwrap()
}

fn recipient(name: &str, recipient: &str) -> NewSlot {
    NewSlot { name: name.into(), way: Way::Recipient(recipient.into()) }
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
    let before = secrets(&stage, old);
    let revision = stage.revision();
    let token = stage.vault.read(old, |r| r.tokens()).unwrap().remove(0);
    let used = Use {
        id: UseId::from_bytes([1; 16]),
        token: token.id,
        version: token.current().id,
        at: later(5).at,
        verb: "get".into(),
        device: author().device,
        device_name: author().device_name,
    };
    stage.vault.read(old, |r| stage.vault.record_use(r, &used)).unwrap();
    // Not to be opened by anybody, and not to be thrown away either.
    let strange = stage.vault.dir().join("journal/00.age");
    fs::write(&strange, "no age file").unwrap();

    let ways = [slot_for("identity", &stage.identity), slot_for("second", &second)];
    let new = stage.vault.change_key(old, &later(9), &ways, &nobody()).unwrap();

    assert!(!new.is_changing());
    assert_eq!(names(&stage), ["identity", "second"]);
    let kept = stage.vault.read(&new, |r| r.slots()).unwrap();
    assert_eq!(kept.into_iter().map(|slot| slot.name).collect::<Vec<_>>(), ["identity", "second"]);
    for (name, identity) in [("identity", &stage.identity), ("second", &second)] {
        let key = open_with(&slot(&stage, name), identity).unwrap();
        assert!(!key.is_changing());
        assert_eq!(secrets(&stage, &key), before, "{name}");
    }
    assert!(open_with(&slot(&stage, "second"), &leaver).is_err());
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
    assert_eq!(uses.into_iter().map(|entry| entry.at).collect::<Vec<_>>(), [used.at]);
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
    let way = slot(&stage, "passphrase");
    assert_eq!(way.kind, SlotKind::Passphrase);
    let ways = [passphrase("passphrase", "correct horse")];
    stage.vault.change_key(&stage.key, &author(), &ways, &nobody()).unwrap();
    assert_eq!(names(&stage), ["passphrase"]);
    let key = way.open_with_passphrase(&"correct horse".into()).unwrap();
    assert_eq!(secrets(&stage, &key).len(), 1);
}

/// The text of the vault key, as a slot holds it.
fn key_text(stage: &Stage) -> String {
    String::from_utf8(unseal(&fs::read(slot(stage, "identity").path).unwrap(), &stage.identity)).unwrap()
}

fn fill_slot(stage: &Stage, text: &str) -> VaultKey {
    let slot = slot(stage, "identity");
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
    assert_eq!(secrets(&stage, &key).len(), 2);
    stage.vault.write(&key, &author(), "add", |w| w.add(&[draft("jira/board")])).unwrap();

    let new = stage.vault.change_key(&key, &author(), &[slot_for("identity", &stage.identity)], &nobody()).unwrap();
    finished(&stage, &new, 3);
    assert!(stage.vault.read(&stage.key, |r| r.tokens()).is_err());
}

#[test]
fn a_change_of_the_key_that_came_far_is_finished_by_another() {
    let stage = Stage::holding(&["github/laptop", "gitlab/ci"]);
    let old = key_text(&stage);
    let backups = files(&stage.vault.dir().join("backups"));
    let ways = [slot_for("identity", &stage.identity)];
    stage.vault.change_key(&stage.key, &author(), &ways, &nobody()).unwrap();
    // The file was sealed to the new key, the backups and the slots were not yet.
    let key = fill_slot(&stage, &format!("{}{old}", key_text(&stage)));
    backups.iter().for_each(|(path, sealed)| fs::write(path, sealed).unwrap());
    assert!(key.is_changing());
    assert_eq!(secrets(&stage, &key).len(), 2);
    assert!(stage.vault.backups().unwrap().iter().all(|backup| stage.vault.opens(&key, backup)));

    let new = stage.vault.change_key(&key, &author(), &ways, &nobody()).unwrap();
    finished(&stage, &new, 2);
}

fn finished(stage: &Stage, new: &VaultKey, tokens: usize) {
    assert!(!new.is_changing());
    assert_eq!(secrets(stage, new).len(), tokens);
    assert!(stage.vault.backups().unwrap().iter().all(|backup| stage.vault.opens(new, backup)));
    assert!(!open_with(&slot(stage, "identity"), &stage.identity).unwrap().is_changing());
}

#[test]
fn a_change_of_the_key_that_cannot_be_changes_nothing() {
    let stage = Stage::holding(&["github/laptop"]);
    let before = stage.files();
    let good = slot_for("identity", &stage.identity);
    let no_such_plugin = recipient("plugin", &bech32("age1patvaultnowhere", &[1]));
    let cases = [vec![], vec![good, recipient("bad", "age1nonsense")], vec![no_such_plugin]];
    for ways in cases {
        assert!(stage.vault.change_key(&stage.key, &author(), &ways, &nobody()).is_err());
        assert!(stage.files() == before);
    }
    let ways = [slot_for("identity", &stage.identity)];
    assert!(stage.vault.change_key(&VaultKey::generate(), &author(), &ways, &nobody()).is_err());
    assert!(stage.files() == before, "a wrong key");
}

#[test]
fn ways_in_come_and_go() {
    let second = x25519::Identity::generate();
    let stage = Stage::holding(&["github/laptop"]);
    stage.vault.put_slot(&stage.key, &later(5), &slot_for("second", &second), &nobody()).unwrap();
    let key = open_with(&slot(&stage, "second"), &second).unwrap();
    assert_eq!(slot(&stage, "second").kind, SlotKind::Identity("X25519".into()));
    let kept = stage.vault.read(&key, |r| r.slots()).unwrap();
    assert_eq!(kept.len(), 2);
    assert_eq!((kept[1].recipient.clone(), kept[1].added), (Some(second.to_public().to_string()), later(5).at));

    // The same name again is another key in its place.
    let third = x25519::Identity::generate();
    stage.vault.put_slot(&key, &author(), &slot_for("second", &third), &nobody()).unwrap();
    assert!(open_with(&slot(&stage, "second"), &second).is_err());
    assert!(open_with(&slot(&stage, "second"), &third).is_ok());

    stage.vault.remove_slot(&key, &author(), &slot(&stage, "identity")).unwrap();
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
    assert!(stage.vault.remove_slot(&VaultKey::generate(), &author(), &slot(&stage, "identity")).is_err());
    let last = stage.vault.remove_slot(&stage.key, &author(), &slot(&stage, "identity")).unwrap_err();
    assert!(matches!(last, Error::LastWay { .. }), "{last}");
    assert!(stage.files() == before);

    // A damaged one beside it is none; it goes, and the whole one stays.
    fs::write(stage.vault.dir().join("keys/ruin.age"), "no slot").unwrap();
    assert!(stage.vault.remove_slot(&stage.key, &author(), &slot(&stage, "identity")).is_err());
    stage.vault.remove_slot(&stage.key, &author(), &slot(&stage, "ruin")).unwrap();
    assert_eq!(names(&stage), ["identity"]);
}

#[test]
fn a_vault_that_cannot_be_created_leaves_nothing() {
    let home = tempfile::tempdir().unwrap();
    let (dir, state) = (home.path().join("data/main"), home.path().join("state"));
    let create = |slots: &[NewSlot]| {
        let plan = Plan { name: "main", slots, author: &author() };
        Vault::create(&dir, &state, Retention::default(), &plan, &nobody()).map(drop)
    };
    let good = || slot_for("identity", &x25519::Identity::generate());
    for slots in [vec![], vec![good(), recipient("bad", "age1nonsense")], vec![recipient("bad", "ssh-dss AAAA")]] {
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

/// Adds an SSH key to a vault with other slots, and opens it with the private half.
fn by_ssh_key(sort: &[&str]) {
    let home = tempfile::tempdir().unwrap();
    let Some((file, public)) = ssh_key(home.path(), sort, "") else { return };
    let stage = Stage::holding(&["github/laptop"]);
    stage.vault.put_slot(&stage.key, &author(), &recipient("zz-ssh", &public), &nobody()).unwrap();
    let slot = slot(&stage, "zz-ssh");
    assert_eq!(slot.kind, SlotKind::Identity(format!("ssh-{}", sort[0])));

    let found = read_identities(&file, &nobody()).unwrap();
    let without_comment = public.rsplit_once(' ').unwrap().0;
    assert_eq!(found.recipients, [without_comment]);
    assert_eq!(secrets(&stage, &slot.open_with(&found.unlock).unwrap()).len(), 1);

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
    assert!(stage.vault.put_slot(&stage.key, &author(), &recipient("ssh", &public), &nobody()).is_err());
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

    stage.vault.put_slot(&stage.key, &author(), &recipient("zz-ssh", &public), &nobody()).unwrap();
    let key = open(person.clone()).remove(1).unwrap();
    assert_eq!(secrets(&stage, &key).len(), 1);
    let heard = person.heard();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].contains("id_ed25519"), "{heard:?}");

    for person in [Person::who_knows("correct house") as Prompts, nobody()] {
        let closed = open(person).remove(1).err();
        assert!(matches!(closed, Some(Error::Slot { wrong: SlotWrong::Identity, .. })), "{closed:?}");
    }
}

#[test]
fn an_identity_file_opens_plain_and_under_a_passphrase() {
    let stage = Stage::holding(&["github/laptop"]);
    let text = format!("# mine\n\n{}\n", stage.identity.to_string().expose_secret());
    let file = stage.home.path().join("identity.txt");
    fs::write(&file, &text).unwrap();
    let found = read_identities(&file, &nobody()).unwrap();
    assert_eq!(found.recipients, [stage.identity.to_public().to_string()]);
    assert!(slot(&stage, "identity").open_with(&found.unlock).is_ok());

    let mut cheap = scrypt::Recipient::new("correct horse".into());
    cheap.set_work_factor(4);
    fs::write(&file, seal(text.as_bytes(), &cheap)).unwrap();
    let person = Person::who_knows("correct horse");
    let found = read_identities(&file, &(person.clone() as Prompts)).unwrap();
    assert!(slot(&stage, "identity").open_with(&found.unlock).is_ok());
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
    let cases: [(&[u8], fn(&BadIdentity) -> bool); 7] = [
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
    stage.vault.put_slot(&stage.key, &author(), &recipient("plugin", &public), &nobody()).unwrap();
    assert_eq!(slot(&stage, "plugin").kind, SlotKind::Identity("patvaulttest".into()));

    let file = stage.home.path().join("plugin.txt");
    fs::write(&file, format!("# recipient: {public}\n{identity}\n")).unwrap();
    let person = Person::who_knows("nothing");
    let found = read_identities(&file, &(person.clone() as Prompts)).unwrap();
    assert_eq!(found.recipients, [public.clone()]);
    let key = slot(&stage, "plugin").open_with(&found.unlock).unwrap();
    assert_eq!(person.heard(), ["touch it"]);
    assert_eq!(secrets(&stage, &key).len(), 1);
    assert!(slot(&stage, "identity").open_with(&found.unlock).is_err(), "it opens its own slot only");

    let ways = [recipient("plugin", &public)];
    stage.vault.change_key(&key, &author(), &ways, &nobody()).unwrap();
    let new = slot(&stage, "plugin").open_with(&found.unlock).unwrap();
    assert_eq!(secrets(&stage, &new).len(), 1);
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

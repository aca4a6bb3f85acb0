//! Unlocking: the ways in, tried in the order that asks a person least.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use age::Identity;
use secrecy::SecretString;
use zeroize::Zeroizing;

use super::error::Error;
use super::files;
use super::session::Ground;
use crate::vault::{self, Prompts, Slot, SlotKind, SlotWrong, Vault, VaultKey, read_identities};

/// The longest passphrase that is taken, in bytes.
const PASSPHRASE_BYTES_MAX: u64 = 4096;
/// How often a person may mistype.
const TRIES: u32 = 3;
/// The SSH keys that `ssh` itself looks for and age can use.
const SSH_KEYS: [&str; 2] = [".ssh/id_ed25519", ".ssh/id_rsa"];

/// What a command was given to unlock with.
#[derive(Debug, Clone, Default)]
pub struct Means {
    /// Identity files.
    pub identities: Vec<PathBuf>,
    /// A file with the passphrase; `-` is standard input.
    pub passphrase_file: Option<PathBuf>,
}

/// Opens the vault key. What was given by hand is tried and nothing else; then the identities of the settings, then SSH
/// keys in their usual place, then the passphrase, from the settings' command or from the person.
pub(super) fn unlock(ground: &Ground, vault: &Vault, means: &Means, prompts: &Prompts) -> Result<VaultKey, Error> {
    let slots = vault.slots()?;
    if slots.is_empty() {
        return Err(Error::Locked {
            why: "its folder 'keys' is empty".into(),
            hint: "copy the key slots back from wherever you keep a copy of the vault".into(),
        });
    }
    if let Some(file) = &means.passphrase_file {
        return with_passphrase(&slots, &read_passphrase(file)?);
    }
    if !means.identities.is_empty() {
        return by_hand(vault, &slots, &means.identities, prompts);
    }
    match from_settings(ground, vault, &slots, prompts) {
        Ok(Some(key)) => return Ok(key),
        Ok(None) => {}
        // A damaged slot or a missing identity file is said, and keeps nobody from their passphrase.
        Err(error) if by_passphrase(&slots).next().is_some() => prompts.say(&error.to_string()),
        Err(error) => return Err(error),
    }
    let command = &ground.config.passphrase_command;
    if !command.is_empty() {
        prompts.elsewhere();
        return with_passphrase(&slots, &run_passphrase_command(command)?);
    }
    ask(vault, &slots, prompts)
}

fn by_hand(vault: &Vault, slots: &[Slot], files: &[PathBuf], prompts: &Prompts) -> Result<VaultKey, Error> {
    let mut all = vec![];
    for file in files {
        all.extend(read_identities(file, prompts)?.unlock);
    }
    try_identities(vault, slots, &all)?.ok_or_else(|| Error::Locked {
        why: "none of the given identities opens it".into(),
        hint: "'patvault key list' names the ways in".into(),
    })
}

fn from_settings(ground: &Ground, vault: &Vault, slots: &[Slot], prompts: &Prompts) -> Result<Option<VaultKey>, Error> {
    let named = ground.config.identities.iter().map(|path| ground.paths.expand(path));
    for file in named {
        if let Some(key) = try_identities(vault, slots, &read_identities(&file, prompts)?.unlock)? {
            return Ok(Some(key));
        }
    }
    if !slots.iter().any(|slot| matches!(&slot.kind, SlotKind::Identity(sort) if sort.starts_with("ssh-"))) {
        return Ok(None);
    }
    let home = ground.paths.home.iter();
    for file in home.flat_map(|home| SSH_KEYS.map(|key| home.join(key))).filter(|file| file.exists()) {
        // A key of the person's that age cannot use is no reason to stop: it was not given for this.
        let Ok(identities) = read_identities(&file, prompts) else { continue };
        if let Some(key) = try_identities(vault, slots, &identities.unlock)? {
            return Ok(Some(key));
        }
    }
    Ok(None)
}

/// Tries every slot that an identity opens. One that is damaged, or whose plugin fails, keeps nobody from the next; where
/// none opens, it is the reason.
fn try_identities(
    vault: &Vault,
    slots: &[Slot],
    with: &[Box<dyn Identity + Send + Sync>],
) -> Result<Option<VaultKey>, Error> {
    let (mut misfit, mut reason) = (None, None);
    for slot in slots.iter().filter(|slot| matches!(slot.kind, SlotKind::Identity(_))) {
        match slot.open_with(with) {
            Ok(key) if vault.is_sealed_to(&key) => return Ok(Some(key)),
            // A slot with another key in it, that somebody put there, keeps nobody out.
            Ok(key) => misfit = misfit.or(Some(key)),
            Err(vault::Error::Slot { wrong: SlotWrong::Identity, .. }) => {}
            Err(error) => reason = Some(error),
        }
    }
    match (misfit, reason) {
        // With it, the vault's file tells what is wrong with it.
        (Some(key), _) => Ok(Some(key)),
        (None, Some(error)) => Err(error.into()),
        (None, None) => Ok(None),
    }
}

fn by_passphrase(slots: &[Slot]) -> impl Iterator<Item = &Slot> {
    slots.iter().filter(|slot| slot.kind == SlotKind::Passphrase)
}

fn with_passphrase(slots: &[Slot], passphrase: &SecretString) -> Result<VaultKey, Error> {
    let mut last = Error::Locked {
        why: "it has no slot for a passphrase".into(),
        hint: "give an identity with --identity; 'patvault key list' names the ways in".into(),
    };
    for slot in by_passphrase(slots) {
        match slot.open_with_passphrase(passphrase) {
            Ok(key) => return Ok(key),
            Err(error) => last = error.into(),
        }
    }
    Err(last)
}

fn ask(vault: &Vault, slots: &[Slot], prompts: &Prompts) -> Result<VaultKey, Error> {
    let damaged = slots.iter().find(|slot| slot.kind == SlotKind::Damaged);
    if by_passphrase(slots).next().is_none() {
        return Err(match damaged {
            Some(slot) => {
                let wrong = SlotWrong::Damaged("its header is cut off or no header");
                vault::Error::Slot { path: slot.path.clone(), wrong }.into()
            }
            None => Error::Locked {
                why: "no identity at hand opens it, and it has no passphrase".into(),
                hint: "give an identity with --identity; 'patvault key list' names the ways in".into(),
            },
        });
    }
    let name = vault.dir().file_name().unwrap_or_default().to_string_lossy();
    let question = format!("Passphrase of the vault '{}': ", crate::text::escaped(&name));
    let mut tried = 0;
    loop {
        let Some(passphrase) = prompts.passphrase(&question) else { return Err(unanswered(prompts)) };
        tried += 1;
        match with_passphrase(slots, &passphrase) {
            Err(Error::Vault(vault::Error::Slot { wrong: SlotWrong::Passphrase, .. })) if tried < TRIES => {
                prompts.say("That is not the passphrase.");
            }
            other => return other,
        }
    }
}

fn unanswered(prompts: &Prompts) -> Error {
    if prompts.is_there() {
        return Error::Cancelled;
    }
    Error::NoTerminal {
        what: "the passphrase",
        instead: "give it with --passphrase-file, PATVAULT_PASSPHRASE_FILE or 'passphrase_command' in the settings",
    }
}

/// Reads a passphrase from a file, or from standard input where it is called `-`. A line break at its end is dropped.
pub fn read_passphrase(file: &Path) -> Result<SecretString, Error> {
    let bytes = if file == Path::new("-") {
        let mut bytes = vec![];
        std::io::stdin()
            .lock()
            .take(PASSPHRASE_BYTES_MAX + 1)
            .read_to_end(&mut bytes)
            .map_err(Error::io("read the passphrase from", Path::new("standard input")))?;
        bytes
    } else {
        files::read_limited(file, PASSPHRASE_BYTES_MAX)?
    };
    passphrase(bytes, "the passphrase file")
}

fn run_passphrase_command(command: &str) -> Result<SecretString, Error> {
    let failed = |why: String| Error::Failed {
        doing: "run 'passphrase_command' of the settings".into(),
        why,
        hint: Some("try it in a shell; it has to print the passphrase and nothing else".into()),
    };
    let output = Command::new("sh")
        .args(["-c", command])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    passphrase(output.stdout, "the output of 'passphrase_command'")
}

fn passphrase(bytes: Vec<u8>, what: &str) -> Result<SecretString, Error> {
    let bytes = Zeroizing::new(bytes);
    let bad = |why: &str| Err(Error::usage(format!("{what} {why}"), "it has to hold the passphrase on one line"));
    if bytes.len() as u64 > PASSPHRASE_BYTES_MAX {
        return bad("is longer than any passphrase");
    }
    let Ok(text) = std::str::from_utf8(&bytes) else { return bad("is not text") };
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() {
        return bad("is empty");
    }
    if text.contains(['\n', '\0']) {
        return bad("has several lines");
    }
    Ok(SecretString::from(text.to_owned()))
}

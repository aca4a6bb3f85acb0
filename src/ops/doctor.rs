//! Looking everything over: what is well, what is not, and what to do about it.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};

use super::error::Error;
use super::session::{Ground, Session};
use crate::clock;
use crate::text::{counted, escaped, word_for};
use crate::token::Token;
use crate::token::id::TokenId;
use crate::vault::{SlotKind, Survey, Unsafe, Vault};

/// How far a clock may run behind what it wrote itself before that is worth a word.
const CLOCK_SLACK: TimeDelta = TimeDelta::minutes(5);
/// What edited facts are called while an editor has them; see `patvault edit`.
pub const EDIT_PREFIX: &str = "edit-";

/// How a finding is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Good,
    /// Worth knowing.
    Note,
    /// To be mended.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How it is meant.
    pub level: Level,
    /// What was found. Escaped.
    pub what: String,
    /// What to do about it.
    pub todo: Option<String>,
}

fn good(what: impl Into<String>) -> Finding {
    Finding { level: Level::Good, what: what.into(), todo: None }
}

fn note(what: impl Into<String>, todo: impl Into<String>) -> Finding {
    Finding { level: Level::Note, what: what.into(), todo: Some(todo.into()) }
}

fn bad(what: impl Into<String>, todo: impl Into<String>) -> Finding {
    Finding { level: Level::Bad, what: what.into(), todo: Some(todo.into()) }
}

/// Looks at what can be seen without unlocking: permissions, key slots, leftovers, the clock.
pub fn outside(ground: &Ground) -> Result<Vec<Finding>, Error> {
    let vault = ground.vault()?;
    let mut found = vec![];
    match &vault.unsafe_paths()?[..] {
        [] => found.push(good("only you can enter the vault's folder and read its files")),
        some => found.extend(some.iter().map(unsafe_path)),
    }
    found.extend(slots(&vault)?);
    found.extend(leftovers(ground, &vault)?);
    found.push(state(ground));
    found.extend(clock_behind(&vault));
    Ok(found)
}

/// Mends what needs no decision: permissions, leftovers. Says how many things were mended.
pub fn mend(ground: &Ground) -> Result<usize, Error> {
    let vault = ground.vault()?;
    let mut mended = vault.clear_leftovers()?;
    for found in vault.unsafe_paths()?.iter().filter(|found| !found.foreign && !found.link) {
        vault.tighten(found)?;
        mended += 1;
    }
    for path in orphans(&ground.paths.runtime) {
        fs::remove_dir_all(&path).map_err(Error::io("remove", &path))?;
        mended += 1;
    }
    Ok(mended)
}

impl Session {
    /// Looks at what only an open vault shows: its database, its backups, its journal, this device's memory of it.
    pub fn inside(&self) -> Result<Vec<Finding>, Error> {
        self.read(|vault| {
            let survey = self.vault.survey(vault)?;
            let (mut count, mut kept, mut served) = (0, HashSet::new(), vec![]);
            vault.each_token(|token| {
                count += 1;
                if token.is_kept() {
                    kept.insert(token.id);
                    if !token.with.is_empty() {
                        served.push(token);
                    }
                }
            })?;
            let mut found = vec![match survey.sound {
                true => good(format!("the database is sound: {}", counted(count, "token"))),
                false => bad("the database is not sound", "restore a backup: 'patvault backup restore'"),
            }];
            found.extend(lost_credentials(&served, &kept));
            found.extend(backups(&survey));
            found.extend(journal(&survey));
            found.extend(remembered(self, &survey));
            let latest = vault.batches(None, 1)?.first().map(|batch| batch.at);
            found.extend(latest.and_then(|at| behind(at, clock::now().instant, "the latest change is")));
            Ok(found)
        })
    }
}

/// Other credentials of tokens in use that are gone.
fn lost_credentials(served: &[Token], kept: &HashSet<TokenId>) -> Vec<Finding> {
    let mut found = vec![];
    for token in served {
        for (name, _) in token.with.iter().filter(|(_, other)| !kept.contains(other)) {
            let what = format!("the token that serves {} as '{}' is gone", escaped(&token.path()), escaped(name));
            let path = word_for(&token.path(), &token.id.short());
            let todo =
                format!("name another: 'patvault edit {path} --with {}=TOKEN', or nothing for none", escaped(name));
            found.push(note(what, todo));
        }
    }
    found
}

fn shown(path: &Path) -> String {
    escaped(&path.to_string_lossy()).into_owned()
}

fn unsafe_path(found: &Unsafe) -> Finding {
    let path = shown(&found.path);
    if found.link {
        return bad(format!("{path} is a link, which patvault does not follow"), "put what it leads to in its place");
    }
    if found.foreign {
        return bad(format!("{path} belongs to another user"), format!("take it back with: chown \"$USER\" '{path}'"));
    }
    bad(format!("others than you may use {path} (mode {:03o})", found.mode), "'patvault doctor --fix' takes that away")
}

fn slots(vault: &Vault) -> Result<Vec<Finding>, Error> {
    let slots = vault.slots()?;
    let mut found: Vec<Finding> = slots
        .iter()
        .filter(|slot| slot.kind == SlotKind::Damaged)
        .map(|slot| {
            let todo = format!("remove it with 'patvault key remove {}' and add it anew", word_for(&slot.name, "NAME"));
            bad(format!("the way in '{}' is damaged", escaped(&slot.name)), todo)
        })
        .collect();
    let whole = slots.len() - found.len();
    found.push(match whole {
        0 => bad("there is no way in", "copy the folder 'keys' back from wherever you keep a copy of the vault"),
        1 => note("there is one way in", "if it is lost, so is the vault: 'patvault key add' adds another"),
        ways => good(format!("there are {ways} ways in")),
    });
    Ok(found)
}

fn leftovers(ground: &Ground, vault: &Vault) -> Result<Vec<Finding>, Error> {
    let todo = "'patvault doctor --fix' removes it";
    let of_crashes = vault.leftovers()?.into_iter().map(|path| note(format!("a crash left {}", shown(&path)), todo));
    let of_editors = orphans(&ground.paths.runtime)
        .into_iter()
        .map(|path| bad(format!("an editor left facts of a token in {}", shown(&path)), todo));
    let mut found: Vec<Finding> = of_crashes.chain(of_editors).collect();
    if found.is_empty() {
        found.push(good("nothing was left behind by a crash"));
    }
    Ok(found)
}

/// Folders with facts that an editor had when it, or patvault, was killed.
fn orphans(runtime: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(runtime) else { return vec![] };
    let names = entries.flatten().filter(|entry| entry.file_name().to_string_lossy().starts_with(EDIT_PREFIX));
    let mut found: Vec<PathBuf> = names.map(|entry| entry.path()).filter(|path| !is_edited(path)).collect();
    found.sort();
    found
}

/// Its name ends in the process that wrote it; while that runs, it is no orphan.
fn is_edited(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let process = name.rsplit_once('-').and_then(|(_, id)| id.parse().ok()).and_then(rustix::process::Pid::from_raw);
    process.is_some_and(|process| rustix::process::test_kill_process(process).is_ok())
}

fn state(ground: &Ground) -> Finding {
    let dir = &ground.paths.state;
    let writable = dir.is_dir() && rustix::fs::access(dir, rustix::fs::Access::WRITE_OK).is_ok();
    if writable || fs::symlink_metadata(dir).is_err() {
        good("this device can remember what it has seen of the vault")
    } else {
        bad(
            format!("{} cannot be written to: an older file put in the vault's place would not be noticed", shown(dir)),
            "give yourself the right to write there",
        )
    }
}

fn clock_behind(vault: &Vault) -> Option<Finding> {
    let written = fs::metadata(vault.file()).ok()?.mtime();
    behind(DateTime::from_timestamp(written, 0)?, clock::of_files(), "the vault was written")
}

fn behind(at: DateTime<Utc>, now: DateTime<Utc>, what: &str) -> Option<Finding> {
    (at > now + CLOCK_SLACK).then(|| {
        let when = crate::token::when::wall(at, &clock::now());
        bad(format!("{what} in the future, at {when}"), "check this machine's clock: every date shown depends on it")
    })
}

fn backups(survey: &Survey) -> Vec<Finding> {
    let mut found: Vec<Finding> = survey
        .bad_backups
        .iter()
        .map(|path| {
            note(format!("the backup {} does not open", shown(path)), "remove it when you are sure you need it no more")
        })
        .collect();
    found.push(match survey.good_backups.last() {
        Some(newest) => {
            good(format!("{} can be restored; the newest is {newest}", counted(survey.good_backups.len(), "backup")))
        }
        None => note("there is no backup yet", "every write keeps one; 'patvault backup now' does at once"),
    });
    found.push(note(
        "backups lie beside the vault, on the same disk",
        "copy the vault's folder elsewhere now and then: it is sealed, any place will do",
    ));
    found
}

fn journal(survey: &Survey) -> Vec<Finding> {
    let mut found = vec![];
    if survey.waiting > 0 {
        found.push(good(format!(
            "{} in the journal, to be folded in by the next write",
            counted(survey.waiting, "use")
        )));
    }
    if survey.arrived > 0 {
        found.push(note(
            format!("{} that a service gave in the journal", counted(survey.arrived, "new secret")),
            "any write takes it in, such as the 'patvault rotate' that it came of",
        ));
    }
    found.extend(survey.unopened.iter().map(|path| {
        bad(
            format!("{} may hold a new secret, and does not open", shown(path)),
            "keep it until you know that the tokens you rotated last work",
        )
    }));
    let todo = if survey.waiting > 0 { "remove it once the uses that wait are folded in" } else { "remove it" };
    let odd = |path: &PathBuf| note(format!("{} holds what is no record of use of this vault", shown(path)), todo);
    found.extend(survey.unreadable.iter().map(odd));
    found
}

fn remembered(session: &Session, survey: &Survey) -> Vec<Finding> {
    let mut found = vec![];
    for name in &survey.missing_slots {
        let todo =
            format!("'patvault key remove {}' forgets it, 'patvault key add' makes it anew", word_for(name, "NAME"));
        found.push(note(format!("the way in '{}' has lost its file", escaped(name)), todo));
    }
    for name in &survey.unknown_slots {
        let todo = format!(
            "if it is not yours, 'patvault key remove {}' and then 'patvault key rotate'",
            word_for(name, "NAME")
        );
        found.push(bad(format!("the vault does not know the way in '{}'", escaped(name)), todo));
    }
    if session.key.is_changing() {
        found.push(bad("a change of the vault key was not finished", "finish it: 'patvault key rotate'"));
    }
    if !survey.pinned {
        found.push(note(
            "this device could not note down the state of the vault that it just saw",
            "check that its state folder can be written to",
        ));
    }
    found
}

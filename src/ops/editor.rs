//! Facts about a token in a person's editor. No secret is among them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::doctor::EDIT_PREFIX;
use super::edit::{Edits, changed, edit_shown};
use super::error::Error;
use super::fields::Fields;
use super::files::{read_limited, write_private};
use super::session::Session;
use super::show::{Shown, show};
use super::with::kept_with;
use crate::exchange::facts::{self, Facts, Taken};
use crate::text::escaped;
use crate::token::Token;

/// The largest file that is taken from an editor, in bytes.
const EDITED_BYTES_MAX: u64 = 1 << 20;

/// What a shell ends with that did not find the program.
const SHELL_FOUND_NONE: i32 = 127;

/// The facts of a token as commented text, with what was shown.
pub fn write_facts(session: &Session, asked: &str) -> Result<(Shown, String), Error> {
    let shown = show(session, asked)?;
    let fields = Fields::of(&session.ground, &shown.token.service)?;
    let (open, credentials): (Vec<_>, Vec<_>) = (fields.open().collect(), fields.credentials().collect());
    let with: Vec<(String, String)> = shown.others().collect();
    let taken = Taken { fields: &open, credentials: &credentials };
    let text = facts::write(&shown.token, shown.note.as_deref().unwrap_or_default(), &with, taken);
    Ok((shown, text))
}

/// The facts that such a text says.
///
/// # Errors
/// The line that makes no sense, and why.
pub fn read_facts(text: &str) -> Result<Facts, Error> {
    facts::read(text).map_err(|(line, why)| {
        Error::usage(format!("line {line}: {}", why.trim_end()), "lines are key = \"value\"; # starts a comment")
    })
}

/// What differs between the facts that were written and those that came back.
///
/// # Errors
/// Where something cannot be what it is said to be.
pub fn changed_facts(session: &Session, shown: &Shown, old: &Facts, new: &Facts) -> Result<Edits, Error> {
    let mut edits = changed(&shown.token, old, new, &session.now)?;
    for name in old.with.keys().chain(new.with.keys()).collect::<BTreeSet<_>>() {
        let other = new.with.get(name);
        if old.with.get(name) != other {
            let given = format!("{name}={}", other.map_or("", String::as_str));
            let (name, other) = kept_with(session, &new.service, &given)?;
            edits.with(name, other)?;
        }
    }
    Ok(edits)
}

/// Changes a token that had these facts when it was shown. What was written down meanwhile and is none of them, a verdict for one,
/// is in nobody's way.
///
/// # Errors
/// [`vault::Error::Meanwhile`](crate::vault::Error::Meanwhile) where it has others by now, or another secret.
pub fn edit_facts(session: &Session, shown: &Shown, old: &Facts, edits: &Edits) -> Result<Token, Error> {
    let same = |(now, text): &(Shown, String)| {
        now.token.current().id == shown.token.current().id && read_facts(text).is_ok_and(|facts| facts == *old)
    };
    let now = write_facts(session, &shown.token.id.to_string()).ok().filter(same);
    edit_shown(session, now.as_ref().map_or(shown, |(now, _)| now), "edit", edits)
}

/// The file that an editor gets, in a folder of its own, because editors leave files of theirs beside it. It stands where
/// the system keeps things in memory, if it does, and all of it is removed at the end.
pub struct Sheet(PathBuf);

impl Sheet {
    /// With that text, below the folder for what may be gone after a restart.
    pub fn new(runtime: &Path, text: &str) -> Result<Self, Error> {
        // Who owns the folder could exchange what the editor gets, and what is read back.
        crate::agent::ensure_own_folder(runtime)?;
        let id = std::process::id();
        let file = runtime.join(format!("{EDIT_PREFIX}{id}")).join("token.toml");
        write_private(&file, text.as_bytes())?;
        Ok(Self(file))
    }

    /// Opens it in the person's editor, waits, and gives what stands there then.
    pub fn edit(&self) -> Result<String, Error> {
        edit_file(&self.0)?;
        String::from_utf8(read_limited(&self.0, EDITED_BYTES_MAX)?)
            .map_err(|_| Error::usage("what the editor wrote is not UTF-8", "nothing was changed; save it as UTF-8"))
    }

    /// What stands there, as far as it is text, where the editor did not end well: somebody wrote it.
    pub fn left(&self) -> Option<String> {
        let bytes = read_limited(&self.0, EDITED_BYTES_MAX).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }
}

impl Drop for Sheet {
    fn drop(&mut self) {
        // One that stays is named by 'patvault doctor'.
        let _left_for_doctor = self.0.parent().map(std::fs::remove_dir_all);
    }
}

/// The editor that the environment names.
pub fn editor() -> Option<String> {
    ["VISUAL", "EDITOR"].into_iter().find_map(|name| std::env::var(name).ok().filter(|it| !it.is_empty()))
}

/// Opens a file in the person's editor and waits for it.
pub fn edit_file(file: &Path) -> Result<(), Error> {
    let editor = editor().unwrap_or_else(|| "vi".into());
    let failed = |why: String, hint: &str| Error::Failed {
        doing: format!("edit with '{}'", escaped(&editor)),
        why,
        hint: Some(format!("nothing was changed; {hint}")),
    };
    let waits = "EDITOR has to be a program that waits until the file is closed";
    // Through the shell, as git does: people set EDITOR to "code --wait". Ctrl-C is the editor's business: without the trap,
    // the shell would end and leave an editor behind that goes on. What it starts does not inherit it.
    let status = Command::new("sh")
        .arg("-c")
        .arg(format!("trap : INT QUIT; {editor} \"$@\""))
        .arg(&editor)
        .arg(file)
        .status()
        .map_err(|error| failed(error.to_string(), waits))?;
    match status.code() {
        Some(0) => Ok(()),
        Some(SHELL_FOUND_NONE) => Err(failed("it is not installed".into(), "set EDITOR to one that is")),
        _ => Err(failed(status.to_string(), waits)),
    }
}

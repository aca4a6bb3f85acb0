//! What a person wrote in their editor and the vault has not. It is theirs: neither a lock nor a clash takes it away, but a word of
//! theirs does. It says facts, and the secret is none of them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::keymap::Action;
use super::message::{Effect, Fault};
use super::model::Do;
use super::screens::Screen;
use super::screens::confirm::{Confirm, ROOM};
use crate::ops::Shown;
use crate::text::wrapped;
use crate::token::id::TokenId;

/// What it is about: a token, and the folder of its vault. A folder that was copied has the same tokens.
pub type Subject = (String, TokenId);

/// The facts of a token on their way to an editor and back.
#[derive(Debug, Clone)]
pub struct Written {
    /// The folder of its vault.
    pub vault: String,
    /// The token, as it was shown.
    pub shown: Shown,
    /// Its facts as text, when the person began.
    pub before: String,
    /// The same as the person was told of them last.
    pub told: String,
    /// What is said there and was not when they began.
    pub news: Vec<String>,
    /// The same as the person wants them.
    pub text: String,
    /// Where there may be a file for an editor.
    pub folder: PathBuf,
}

impl Written {
    /// What it is about.
    pub fn subject(&self) -> Subject {
        (self.vault.clone(), self.shown.token.id)
    }
}

/// What was written, by what it is about, and why the vault has it not; nothing while it has not answered yet.
#[derive(Debug, Default)]
pub struct Kept(BTreeMap<Subject, (Box<Written>, Option<String>)>);

impl Kept {
    /// Keeps it.
    pub fn keep(&mut self, written: Box<Written>, fault: &Fault) {
        let hint = fault.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        self.0.insert(written.subject(), (written, Some(format!("{}{hint}", fault.text))));
    }

    /// Keeps what the vault is asked to take, until it answers.
    pub fn send(&mut self, written: Box<Written>) {
        self.0.insert(written.subject(), (written, None));
    }

    /// The vault has taken what was written about a token, if it was asked to.
    pub fn arrived(&mut self, id: TokenId) {
        self.0.retain(|(_, of), (_, why)| *of != id || why.is_some());
    }

    /// It is not needed any more: the vault has it, or the person does not want it.
    pub fn drop(&mut self, subject: &Subject) {
        self.0.remove(subject);
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Asks what is to become of what was written about a token, if anything was.
    pub fn offer(&self, subject: &Subject) -> Option<Screen> {
        self.0.get(subject).and_then(ask)
    }

    /// The same about all tokens of the vault in that folder.
    pub fn offers(&self, folder: &str) -> impl Iterator<Item = Screen> {
        let of_it = self.0.values().filter(move |(written, _)| written.vault == folder);
        of_it.filter_map(ask)
    }
}

fn ask((written, why): &(Box<Written>, Option<String>)) -> Option<Screen> {
    let why = why.as_ref()?;
    let mut about = vec![written.shown.token.path(), String::new()];
    about.extend(wrapped(why, ROOM).lines().map(str::to_owned));
    about.extend(written.news.iter().map(|line| format!("  {line}")));
    if !written.news.is_empty() {
        about.push("stands there now. What you changed yourself counts; the rest stays as it is now.".to_owned());
    }
    about.push("Nothing is changed yet; what you wrote is kept.".to_owned());
    let again = vec![Do::Effect(Effect::Editor(written.clone()))];
    let away = vec![Do::Throw(written.subject())];
    let answers =
        vec![(Action::Yes, "edit", again), (Action::Throw, "throw away", away), (Action::Cancel, "later", vec![])];
    Some(Screen::Confirm(Confirm::with(answers, "What you wrote", "Edit it again?", about)))
}

/// Asks before the window is left with what was written.
pub fn before_leaving() -> Screen {
    let about = vec!["What you wrote in your editor is not in the vault.".to_owned(), "It is gone then.".to_owned()];
    Screen::Confirm(Confirm::before(Effect::Quit, "Leave?", about))
}

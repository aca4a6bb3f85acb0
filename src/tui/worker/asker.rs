//! Asks whoever sits at the window while a vault is being opened.

use std::sync::mpsc::Receiver;
use std::sync::{Mutex, PoisonError};

use secrecy::SecretString;

use crate::tui::message::{Answer, Question, Reply, Wants};
use crate::tui::post::{Letter, Post};
use crate::vault::Prompt;

/// Asks whoever sits at the window.
pub(super) struct Asker {
    post: Post,
    answers: Mutex<Receiver<Option<Answer>>>,
}

impl Asker {
    /// Answers come from there.
    pub(super) fn new(post: Post, answers: Receiver<Option<Answer>>) -> Self {
        Self { post, answers: Mutex::new(answers) }
    }

    fn ask(&self, text: &str, wants: Wants) -> Option<Answer> {
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        // One that came after its question was over is not for this one.
        while answers.try_recv().is_ok() {}
        self.post.send(Letter::Reply(Reply::Asked(Question { text: text.to_owned(), wants })));
        answers.recv().ok().flatten()
    }
}

impl Prompt for Asker {
    fn is_there(&self) -> bool {
        true
    }

    fn say(&self, message: &str) {
        self.post.send(Letter::Reply(Reply::Said(message.to_owned())));
    }

    fn confirm(&self, question: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        let text = format!("{question} (y = {yes}, n = {})", no.unwrap_or("no"));
        match self.ask(&text, Wants::Word)? {
            Answer::Word(yes) => Some(yes),
            _ => None,
        }
    }

    fn text(&self, question: &str) -> Option<String> {
        match self.ask(question, Wants::Text)? {
            Answer::Text(text) => Some(text),
            _ => None,
        }
    }

    fn passphrase(&self, question: &str) -> Option<SecretString> {
        match self.ask(question, Wants::Hidden)? {
            Answer::Hidden(text) => Some(text),
            _ => None,
        }
    }
}

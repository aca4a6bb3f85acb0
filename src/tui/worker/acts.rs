//! What is done with several tokens at once: all of them or none, in one change that is taken back as one.

use crate::ops::{self, Edits, Error, Session};
use crate::text::counted;
use crate::token::Token;
use crate::token::id::TokenId;
use crate::tui::message::Reply;

pub(super) fn remove(session: &Session, ids: &[TokenId]) -> Result<Reply, Error> {
    let gone = ops::discard(session, &texts(ids))?;
    Ok(Reply::Done(format!("{} in the trash; u takes it back", told(&gone))))
}

pub(super) fn restore(session: &Session, ids: &[TokenId]) -> Result<Reply, Error> {
    let back = ops::restore(session, &texts(ids))?;
    Ok(Reply::Done(format!("{} back from the trash", told(&back))))
}

pub(super) fn tag(session: &Session, ids: &[TokenId], words: &str) -> Result<Reply, Error> {
    let mut edits = Edits::default();
    words.split_whitespace().try_for_each(|word| edits.tag_word(word.trim_start_matches('#')))?;
    let tagged = ops::edit_all(session, &texts(ids), "tag", &edits)?;
    Ok(Reply::Done(format!("{} tagged", told(&tagged))))
}

fn texts(ids: &[TokenId]) -> Vec<String> {
    ids.iter().map(TokenId::to_string).collect()
}

/// `github/ci is`, `3 tokens are`.
fn told(tokens: &[Token]) -> String {
    match tokens {
        [only] => format!("{} is", only.path()),
        several => format!("{} are", counted(several.len(), "token")),
    }
}

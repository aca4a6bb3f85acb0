//! Finding the one token that a person means.

use super::error::{Elsewhere, Error};
use crate::text::word_for;
use crate::token::Token;
use crate::vault::Reader;

/// How many digits of an id are enough to be taken for one.
pub(super) const ID_DIGITS_MIN: usize = 4;

/// Which tokens may be meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Among {
    /// Those in use.
    Kept,
    /// Those in the trash.
    Trashed,
    /// All of them, purged ones too.
    All,
}

impl Among {
    fn takes(self, token: &Token) -> bool {
        match self {
            Self::Kept => token.is_kept(),
            Self::Trashed => token.trashed.is_some() && token.purged.is_none(),
            Self::All => true,
        }
    }
}

/// Finds a token by `service/name`, by its name, by a prefix of its id, or by a part of `service/name`: the first of these
/// that fits counts.
///
/// # Errors
/// [`Error::NoToken`], or [`Error::Ambiguous`] with the candidates.
pub fn find(reader: &Reader, asked: &str, among: Among) -> Result<Token, Error> {
    let asked = asked.trim();
    // The usual way of asking does not need the whole list.
    if let Some((service, name)) = asked.split_once('/') {
        let found: Vec<Token> =
            reader.tokens_at(service, name)?.into_iter().filter(|token| among.takes(token)).collect();
        if !found.is_empty() {
            return one_of(found, asked);
        }
    }
    let all = reader.tokens()?;
    let lower = asked.to_lowercase();
    let is_id = asked.len() >= ID_DIGITS_MIN && asked.bytes().all(|b| b.is_ascii_hexdigit());
    let ways: [&dyn Fn(&Token) -> bool; 4] = [
        &|token| token.name == asked,
        &|token| is_id && token.id.to_string().starts_with(&lower),
        &|token| token.path().to_lowercase() == lower,
        &|token| !lower.is_empty() && token.path().to_lowercase().contains(&lower),
    ];
    for fits in ways {
        let found: Vec<Token> = all.iter().filter(|token| among.takes(token) && fits(token)).cloned().collect();
        if !found.is_empty() {
            return one_of(found, asked);
        }
    }
    let instead = ways.iter().find_map(|fits| all.iter().find(|token| fits(token)));
    Err(none(asked, among, instead))
}

fn none(asked: &str, among: Among, instead: Option<&Token>) -> Error {
    let elsewhere = |token: &Token| match (token.purged, token.trashed) {
        (Some(_), _) => Elsewhere::Purged,
        (None, Some(_)) => Elsewhere::Trashed,
        (None, None) => Elsewhere::Kept,
    };
    Error::NoToken {
        asked: shortened(asked),
        in_trash: among == Among::Trashed,
        instead: instead.map(|token| (elsewhere(token), word_for(&token.path(), &token.id.short()))),
    }
}

fn one_of(mut found: Vec<Token>, asked: &str) -> Result<Token, Error> {
    if found.len() > 1 {
        found.sort_by(crate::token::column::by_path);
        let candidates = found.iter().map(name_of).collect();
        return Err(Error::Ambiguous { asked: shortened(asked), candidates });
    }
    found.pop().ok_or_else(|| none(asked, Among::All, None))
}

/// A token's path, and its short id to tell it from another of the same path. Not escaped.
pub fn name_of(token: &Token) -> String {
    format!("{} ({})", token.path(), token.id.short())
}

/// What was asked for, short enough for a message.
fn shortened(asked: &str) -> String {
    crate::text::clipped(asked, 80, false).into_owned()
}

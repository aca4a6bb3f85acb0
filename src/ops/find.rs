//! Finding the one token that a person means.

use super::error::{Elsewhere, Error};
use super::session::Session;
use crate::text::{LISTED_MAX, word_for};
use crate::token::Token;
use crate::token::id::TokenId;
use crate::token::label::LABEL_BYTES_MAX;
use crate::vault::{Reader, Sketch};

/// How many digits of an id are enough to be taken for one.
pub(super) const ID_DIGITS_MIN: usize = 4;

/// How many are named that may have been meant.
const NEAR_MAX: usize = 2;
/// How like what was asked for they are at least: of ten letters, three may be wrong.
const LIKENESS_MIN: f64 = 0.7;

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
    fn takes(self, found: &Sketch) -> bool {
        match self {
            Self::Kept => !found.trashed && !found.purged,
            Self::Trashed => found.trashed && !found.purged,
            Self::All => true,
        }
    }
}

/// In which way a token is what was asked for; the first way that fits any counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Way {
    Name,
    Id,
    Path,
    PartOfPath,
}

/// What was asked for, ready to be held against many tokens.
struct Asked<'a> {
    text: &'a str,
    lower: String,
    is_id: bool,
}

impl<'a> Asked<'a> {
    fn new(text: &'a str) -> Self {
        let is_id = text.len() >= ID_DIGITS_MIN && text.bytes().all(|b| b.is_ascii_hexdigit());
        Self { text, lower: text.to_lowercase(), is_id }
    }

    fn fits(&self, service: &str, name: &str, id: TokenId) -> Option<Way> {
        if name == self.text {
            return Some(Way::Name);
        }
        if self.is_id && id.to_string().starts_with(&self.lower) {
            return Some(Way::Id);
        }
        let path = format!("{service}/{name}").to_lowercase();
        if path == self.lower {
            return Some(Way::Path);
        }
        (!self.lower.is_empty() && path.contains(&self.lower)).then_some(Way::PartOfPath)
    }

    /// How like a token's path or name it is, where that is like enough for a slip.
    fn likeness(&self, service: &str, name: &str) -> Option<f64> {
        let path = format!("{service}/{name}").to_lowercase();
        let like = |text: &str| strsim::normalized_damerau_levenshtein(text, &self.lower);
        let best = like(&path).max(like(&name.to_lowercase()));
        (best >= LIKENESS_MIN).then_some(best)
    }
}

/// Finds a token by `service/name`, by its name, by a prefix of its id, or by a part of `service/name`: the first of these
/// that fits counts.
///
/// # Errors
/// [`Error::NoToken`], or [`Error::Ambiguous`] with the candidates.
pub fn find(reader: &Reader, asked: &str, among: Among) -> Result<Token, Error> {
    let found = seek(reader, asked, among)?;
    reader.token(found.id)?.ok_or_else(|| none(asked, among, None))
}

/// The same, and no more of the token than it takes to find it.
pub(super) fn seek(reader: &Reader, asked: &str, among: Among) -> Result<Sketch, Error> {
    let asked = asked.trim();
    // The usual way of asking does not look at every token.
    if let Some((service, name)) = asked.split_once('/') {
        let mut found = reader.sketches_at(service, name)?;
        found.retain(|sketch| among.takes(sketch));
        if !found.is_empty() {
            return one_of(reader, found, asked);
        }
    }
    let wanted = Asked::new(asked);
    let all = reader.sketches(|service, name, id| wanted.fits(service, name, id))?;
    let instead = all.iter().min_by_key(|(way, _)| *way).map(|(_, sketch)| sketch.clone());
    let mut found: Vec<(Way, Sketch)> = all.into_iter().filter(|(_, sketch)| among.takes(sketch)).collect();
    let Some(first) = found.iter().map(|(way, _)| *way).min() else {
        return Err(match instead {
            Some(_) => none(asked, among, instead.as_ref()),
            None => unlike(reader, &wanted, among)?,
        });
    };
    found.retain(|(way, _)| *way == first);
    one_of(reader, found.into_iter().map(|(_, sketch)| sketch).collect(), asked)
}

fn none(asked: &str, among: Among, instead: Option<&Sketch>) -> Error {
    let elsewhere = |found: &Sketch| match (found.purged, found.trashed) {
        (true, _) => Elsewhere::Purged,
        (false, true) => Elsewhere::Trashed,
        (false, false) => Elsewhere::Kept,
    };
    Error::NoToken {
        asked: shortened(asked),
        in_trash: among == Among::Trashed,
        instead: instead.map(|found| (elsewhere(found), word_for(&found.path(), &found.id.short()))),
        near: vec![],
    }
}

/// Nothing is called so: what is nearest may be meant.
fn unlike(reader: &Reader, asked: &Asked, among: Among) -> Result<Error, Error> {
    let mut near = vec![];
    // Nothing that is longer was ever a path.
    if asked.lower.len() <= 2 * LABEL_BYTES_MAX {
        near = reader.sketches(|service, name, _| asked.likeness(service, name))?;
    }
    near.retain(|(_, sketch)| among.takes(sketch));
    near.sort_by(|(one, first), (other, second)| other.total_cmp(one).then_with(|| first.path().cmp(&second.path())));
    let mut paths: Vec<String> = near.iter().map(|(_, sketch)| sketch.path()).collect();
    paths.dedup();
    paths.truncate(NEAR_MAX);
    Ok(Error::NoToken { asked: shortened(asked.text), in_trash: among == Among::Trashed, instead: None, near: paths })
}

fn one_of(reader: &Reader, mut found: Vec<Sketch>, asked: &str) -> Result<Sketch, Error> {
    if found.len() > 1 {
        found.sort_by_cached_key(|sketch| (sketch.path().to_lowercase(), sketch.id));
        let is_twin = |sketch: &Sketch| found.iter().filter(|other| other.path() == sketch.path()).nth(1).is_some();
        let (mut candidates, mut twin) = (vec![], None);
        for (at, sketch) in found.iter().enumerate() {
            let mut apart = String::new();
            // Of those that are not shown, no more has to be known.
            if at < LISTED_MAX && is_twin(sketch) {
                twin.get_or_insert(sketch.id.short());
                apart = reader.token(sketch.id)?.as_ref().map(apart_by).unwrap_or_default();
            }
            candidates.push((sketch.path(), apart, sketch.id));
        }
        candidates.sort_by_cached_key(|(path, apart, id)| (path.to_lowercase(), apart.clone(), *id));
        let candidates = candidates.iter().map(|(path, apart, id)| named(path, *id, apart)).collect();
        return Err(Error::Ambiguous { asked: shortened(asked), candidates, twin });
    }
    found.pop().ok_or_else(|| none(asked, Among::All, None))
}

/// Another token in use of the same path, with what tells it apart. Not escaped.
pub fn namesake(session: &Session, token: &Token) -> Result<Option<String>, Error> {
    let there = session.read(|vault| Ok(vault.tokens_at(&token.service, &token.name)?))?;
    let other = there.iter().find(|other| other.is_kept() && other.id != token.id);
    Ok(other.map(|other| named(&other.path(), other.id, &apart_by(other))))
}

/// What tells a token from others of the same path.
fn apart_by(token: &Token) -> String {
    let account = token.account.iter().map(|account| format!(", account {account}"));
    let instance = token.instance.iter().map(|instance| format!(", at {instance}"));
    account.chain(instance).collect()
}

/// A token's path, and its short id to tell it from another of the same path. Not escaped.
pub fn name_of(token: &Token) -> String {
    named(&token.path(), token.id, "")
}

fn named(path: &str, id: TokenId, apart: &str) -> String {
    format!("{path} ({}{apart})", id.short())
}

/// What was asked for, short enough for a message.
fn shortened(asked: &str) -> String {
    crate::text::clipped(asked, 80, false).into_owned()
}

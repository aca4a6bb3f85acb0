//! The places where a token is installed: which there are, how each is updated, and which version is there.

use chrono::{DateTime, Utc};

use super::error::Error;
use super::find::{Among, find};
use super::session::Session;
use crate::text::{clipped, escaped, listed};
use crate::token::Token;
use crate::token::change::{Field, Subject};
use crate::token::consumer::{NotAWay, Way};
use crate::token::expiry::Date;
use crate::token::label::Label;
use crate::vault::Writer;

/// The verb under which the history names all of this.
const VERB: &str = "consumer";

/// Reads how a place is updated as a person says it. Empty is as good as not given.
///
/// # Errors
/// That is no way, or would put the secret into arguments.
pub fn way(run: Option<&str>, env: Option<&str>, note: Option<&str>) -> Result<Way, Error> {
    Way::parse(run, env, note).map_err(|error| match error {
        NotAWay::Label(label) => label.into(),
        NotAWay::InArguments => Error::usage(
            error.to_string(),
            "leave {token} out: the command has the secret on its standard input, or in a variable that you name",
        ),
        NotAWay::EnvWithoutCommand => Error::usage(error.to_string(), "say which command has it"),
        NotAWay::NoteBesideCommand => Error::usage(error.to_string(), "give one of the two"),
    })
}

/// Adds a place. The version in use is installed there, unless that is still to be done. Gives the token as it is then, and
/// the name of the place.
pub fn add_place(
    session: &Session,
    asked: &str,
    place: &str,
    way: &Way,
    pending: bool,
) -> Result<(Token, String), Error> {
    let place = Label::Place.parse(place)?;
    change(session, asked, |vault, token| {
        if token.consumers.contains_key(&place) {
            return Err(taken(&place));
        }
        put_place(vault, token, &place, way, (!pending).then_some(session.now.instant))?;
        Ok(place)
    })
}

/// Says how a place is updated, by how it is now. Gives the token as it is then, and the name of the place.
pub fn edit_place(
    session: &Session,
    asked: &str,
    place: &str,
    new: impl FnOnce(&Way) -> Result<Way, Error>,
) -> Result<(Token, String), Error> {
    change(session, asked, |vault, token| {
        let (place, old) = meant(token, place)?;
        put_place(vault, token, place, &new(old)?, None)?;
        Ok(place.to_owned())
    })
}

/// Gives a place another name; what is installed there stays. Gives the token as it is then, and the name that it had.
pub fn rename_place(session: &Session, asked: &str, place: &str, name: &str) -> Result<(Token, String), Error> {
    let name = Label::Place.parse(name)?;
    change(session, asked, |vault, token| {
        let (place, way) = meant(token, place)?;
        if token.consumers.contains_key(&name) {
            return Err(taken(&name));
        }
        vault.set(subject(token), &Field::Consumer(name.clone()), Some(&way.to_string()))?;
        for version in &token.versions {
            let of = Subject { token: token.id, version: Some(version.id) };
            tick(vault, of, &name, version.installed.get(place).copied())?;
        }
        vault.set(subject(token), &Field::Consumer(place.to_owned()), None)?;
        Ok(place.to_owned())
    })
}

/// Takes a place away, with what was installed there. Gives the token as it is then, and the name of the place.
pub fn remove_place(session: &Session, asked: &str, place: &str) -> Result<(Token, String), Error> {
    change(session, asked, |vault, token| {
        let (place, _) = meant(token, place)?;
        vault.set(subject(token), &Field::Consumer(place.to_owned()), None)?;
        Ok(place.to_owned())
    })
}

/// Says on the person's word that the version in use is installed in a place, or that it is not. Gives the token as it is
/// then, and the name of the place.
pub fn say_installed(session: &Session, asked: &str, place: &str, installed: bool) -> Result<(Token, String), Error> {
    change(session, asked, |vault, token| {
        let (place, _) = meant(token, place)?;
        tick(vault, subject(token), place, installed.then_some(session.now.instant))?;
        Ok(place.to_owned())
    })
}

/// The place of a token that is meant: by its name, or by a part of it that no other has.
pub(super) fn meant<'t>(token: &'t Token, asked: &str) -> Result<(&'t str, &'t Way), Error> {
    let asked = asked.trim();
    if let Some((place, way)) = token.consumers.get_key_value(asked) {
        return Ok((place, way));
    }
    let part = asked.to_lowercase();
    let mut found: Vec<_> =
        token.consumers.iter().filter(|(place, _)| !part.is_empty() && place.to_lowercase().contains(&part)).collect();
    let shown = clipped(&escaped(asked), 80, false).into_owned();
    match (found.pop(), &found[..]) {
        (Some((place, way)), []) => Ok((place, way)),
        (Some(last), others) => {
            let names: Vec<String> = others.iter().chain([&last]).map(|(place, _)| (*place).clone()).collect();
            Err(Error::usage(
                format!("'{shown}' could be several places: {}", listed(&names)),
                "name one of them whole",
            ))
        }
        (None, _) => {
            let names: Vec<String> = token.consumers.keys().cloned().collect();
            let hint = if names.is_empty() {
                "'patvault consumer add' names its first".to_owned()
            } else {
                format!("its places are {}", listed(&names))
            };
            Err(Error::usage(format!("{} has no place '{shown}'", escaped(&token.path())), hint))
        }
    }
}

/// Sets how a place is updated. One that was not there before has the version in use since then, if that is given.
pub(super) fn put_place(
    vault: &mut Writer,
    token: &Token,
    place: &str,
    way: &Way,
    since: Option<DateTime<Utc>>,
) -> Result<(), Error> {
    vault.set(subject(token), &Field::Consumer(place.to_owned()), Some(&way.to_string()))?;
    match since {
        Some(since) if !token.consumers.contains_key(place) => tick(vault, subject(token), place, Some(since)),
        _ => Ok(()),
    }
}

/// Writes down that a version was installed in a place, or that it is not there.
pub(super) fn tick(vault: &mut Writer, of: Subject, place: &str, at: Option<DateTime<Utc>>) -> Result<(), Error> {
    let at = at.map(|at| Date::Instant(at).to_string());
    Ok(vault.set(of, &Field::Installed(place.to_owned()), at.as_deref())?)
}

fn subject(token: &Token) -> Subject {
    Subject { token: token.id, version: Some(token.current().id) }
}

fn taken(place: &str) -> Error {
    Error::usage(format!("there is a place '{}' already", escaped(place)), "'patvault consumer edit' changes it")
}

fn change<T>(
    session: &Session,
    asked: &str,
    f: impl FnOnce(&mut Writer, &Token) -> Result<T, Error>,
) -> Result<(Token, T), Error> {
    session.write(VERB, |vault| {
        let token = find(vault, asked, Among::Kept)?;
        let done = f(vault, &token)?;
        Ok((vault.token(token.id)?.ok_or(Error::Cancelled)?, done))
    })
}

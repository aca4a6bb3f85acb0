//! `--field`: what a service needs of a token besides its secret.

use std::collections::BTreeMap;

use super::Desk;
use super::ask::Answer;
use super::intake;
use crate::ops::{Error, Fields, Lacking};
use crate::secret::Secret;
use crate::text::escaped;
use crate::token::draft::Draft;

/// What `--field` says.
#[derive(Default)]
pub(super) struct Given {
    /// Names with values, as they were given: an empty one takes a fact away.
    pub facts: Vec<(String, String)>,
    /// Secrets that are to be asked for.
    pub secrets: Vec<Lacking>,
}

impl Given {
    /// Reads `NAME=VALUE` and `NAME`, and holds them against the fields that there are.
    pub(super) fn read(options: &[String], known: &Fields) -> Result<Self, Error> {
        let mut given = Self::default();
        for option in options {
            match option.split_once('=') {
                None => given.secrets.push(known.secret(option)?),
                Some((name, "")) if known.secret(name).is_err() => given.facts.push((name.to_owned(), String::new())),
                Some((name, value)) => given.facts.push(known.fact(name, value)?),
            }
        }
        Ok(given)
    }

    /// Asks for the secrets.
    pub(super) fn ask(&self, desk: &Desk) -> Result<BTreeMap<String, Secret>, Error> {
        let ask = |field: &Lacking| {
            let secret = intake::asked(desk, &question(field), "give it at a terminal: it is never an argument")?;
            Ok((field.name.clone(), secret))
        };
        self.secrets.iter().map(ask).collect()
    }
}

/// Asks for what a draft's kind cannot do without; who does not know it says nothing. Gives what is lacking still.
pub(super) fn complete(desk: &Desk, known: &Fields, draft: &mut Draft) -> Result<Vec<Lacking>, Error> {
    let mut lacking = known.lacking(draft);
    if desk.prompts.is_there() {
        for field in &lacking {
            while !fill(desk, known, field, draft)? {}
        }
        lacking = known.lacking(draft);
    }
    Ok(lacking)
}

/// Asks once. `false` where the answer makes no sense, which was said.
fn fill(desk: &Desk, known: &Fields, field: &Lacking, draft: &mut Draft) -> Result<bool, Error> {
    let taken = if field.secret {
        let bytes = match desk.terminal.hidden(&question(field)) {
            Answer::Given(bytes) => bytes,
            Answer::Cancelled | Answer::NoTerminal => return Err(Error::Cancelled),
        };
        if bytes.is_empty() {
            return Ok(true);
        }
        Secret::parse(bytes.to_vec()).map_err(Error::from).map(|secret| {
            let versions = draft.versions.first_mut();
            versions.into_iter().for_each(|version| drop(version.parts.insert(field.name.clone(), secret.clone())));
        })
    } else {
        let said = desk.terminal.line(&question(field))?.ok_or(Error::Cancelled)?;
        if said.trim().is_empty() {
            return Ok(true);
        }
        known.fact(&field.name, &said).map(|(name, value)| drop(draft.facts.insert(name, value)))
    };
    match taken {
        Ok(()) => Ok(true),
        Err(error) => {
            desk.face.report(&error);
            Ok(false)
        }
    }
}

fn question(field: &Lacking) -> String {
    let hidden = if field.secret { "; not shown" } else { "" };
    format!("{} ({}{hidden}): ", escaped(&field.name), escaped(&field.what))
}

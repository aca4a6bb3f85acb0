//! Bringing a list of tokens in: all of it or nothing, and said before it is done.

use std::collections::HashMap;

use super::add::{Place, twin};
use super::customs::Customary;
use super::error::Error;
use super::session::Session;
use super::with;
use crate::exchange::{self, Format, Imported, Options};
use crate::text::{counted, escaped};
use crate::token::draft::Draft;
use crate::token::parts::Parts;
use crate::vault::Reader;

/// How many rows that cannot be taken are named in one error.
const ROWS_NAMED: usize = 10;

/// What an import will do.
#[derive(Debug)]
pub struct ImportPlan {
    /// The tokens it will add.
    pub drafts: Vec<Draft>,
    /// What it will pass over, and what else there is to say. Escaped.
    pub notes: Vec<String>,
}

/// Reads a list, and looks at what stands in its way: nothing is changed.
///
/// A row whose secret is in the vault already is passed over, so that the same list may be brought twice; with `insist` it
/// is taken all the same.
///
/// # Errors
/// Where a row makes no sense, or its place is taken by a token with another secret.
pub fn plan_import(
    session: &Session,
    bytes: &[u8],
    format: Format,
    options: &Options,
    insist: bool,
) -> Result<ImportPlan, Error> {
    let read = exchange::read(format, bytes, options, &Customary::of(&session.ground, format)?, &session.now)?;
    session.read(|vault| sift(vault, read, insist))
}

/// Does what was planned. What came into the vault since is looked at again.
pub fn import(session: &Session, plan: &ImportPlan, insist: bool) -> Result<usize, Error> {
    session.write("import", |vault| {
        let mut taken = places(vault)?;
        for draft in &plan.drafts {
            let is_new = insist
                || draft.versions.iter().try_fold(true, |new, version| {
                    Ok::<_, Error>(new && !vault.same_secret(&version.secret)?.iter().any(|twin| !twin.trashed))
                })?;
            if !is_new || taken.insert(Place::of_draft(draft), String::new()).is_some() {
                let path = escaped(&draft.path()).into_owned();
                return Err(Error::usage(format!("{path} came into the vault meanwhile"), "run the import again"));
            }
        }
        let ids = vault.add(&plan.drafts)?;
        with::keep(vault, &plan.drafts, &ids)?;
        Ok(ids.len())
    })
}

fn sift(vault: &Reader, read: Imported, insist: bool) -> Result<ImportPlan, Error> {
    let mut taken = places(vault)?;
    let mut seen: HashMap<Vec<u8>, String> = HashMap::new();
    let mut plan = ImportPlan { drafts: vec![], notes: read.notes };
    let mut refused = vec![];
    for (place, draft) in read.drafts {
        let path = escaped(&draft.path()).into_owned();
        if let Some(other) = stands_already(vault, &draft, &mut seen, &place.to_string())?
            && !insist
        {
            plan.notes.push(format!("{place}: {path} is passed over, its secret is {other}"));
            continue;
        }
        match taken.insert(Place::of_draft(&draft), format!("{place} of this file")) {
            None => plan.drafts.push(draft),
            Some(by) => refused.push(format!("{place}: there is a token '{path}' already, {by}")),
        }
    }
    if refused.is_empty() { Ok(plan) } else { Err(refuse(&refused)) }
}

/// Where a draft's secret stands: in the vault, or earlier in the same file.
fn stands_already(
    vault: &Reader,
    draft: &Draft,
    seen: &mut HashMap<Vec<u8>, String>,
    place: &str,
) -> Result<Option<String>, Error> {
    for version in &draft.versions {
        let twins = vault.same_secret(&version.secret)?;
        if let Some(found) = twins.iter().find(|twin| !twin.trashed) {
            return Ok(Some(format!("in the vault: {}", escaped(&twin(found)))));
        }
        if let Some(other) = seen.insert(vault.fingerprint(&version.secret)?, place.to_owned()) {
            return Ok(Some(format!("the same as in {other}")));
        }
    }
    Ok(None)
}

fn places(vault: &Reader) -> Result<HashMap<Place, String>, Error> {
    let kept = vault.tokens_in(Parts::FACTS)?.into_iter().filter(|token| token.is_kept());
    Ok(kept.map(|token| (Place::of(&token), format!("with another secret (id {})", token.id.short()))).collect())
}

fn refuse(refused: &[String]) -> Error {
    let mut message = format!("{} cannot be taken, so nothing was", counted(refused.len(), "row"));
    for row in refused.iter().take(ROWS_NAMED) {
        message.push_str("\n  ");
        message.push_str(row);
    }
    if refused.len() > ROWS_NAMED {
        message.push_str(&format!("\n  and {} more", refused.len() - ROWS_NAMED));
    }
    Error::usage(message, "give these rows other names, or tell them apart by account or instance")
}

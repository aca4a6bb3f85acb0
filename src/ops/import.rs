//! Bringing a list of tokens in: all of it or nothing, and said before it is done.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::add::{Place, twin};
use super::customs::Customary;
use super::error::Error;
use super::files::read_limited;
use super::session::Session;
use super::with;
use crate::exchange::{self, FILE_BYTES_MAX, Format, Imported, Options, csv};
use crate::text::{counted, escaped};
use crate::token::draft::Draft;
use crate::token::parts::Parts;
use crate::vault::Reader;

/// How many rows that cannot be taken are named in one error.
const ROWS_NAMED: usize = 10;

/// How many tokens are added before it is told how far it is.
const STEP: usize = 256;

/// How many paths are offered.
const PATHS_MAX: usize = 200;

/// A list of tokens in a file, and how it is to be read.
#[derive(Debug, Clone, Default)]
pub struct List {
    /// The file.
    pub file: PathBuf,
    /// Its format; else its name tells.
    pub format: Option<Format>,
    /// What the person says of it besides.
    pub options: Options,
    /// Tokens are taken though their secrets are in the vault already.
    pub insist: bool,
}

impl List {
    /// Its format.
    ///
    /// # Errors
    /// Where nobody says it.
    pub fn format(&self) -> Result<Format, Error> {
        self.format
            .or_else(|| Format::of_file(&self.file.to_string_lossy()))
            .ok_or_else(|| Error::usage("the file's name does not tell its format", "say --format csv, json or dotenv"))
    }

    /// Reads the file, and looks at what stands in its way.
    ///
    /// # Errors
    /// A file that cannot be read, and those of [`plan_import`].
    pub fn plan(&self, session: &Session) -> Result<ImportPlan, Error> {
        let path = session.ground.paths.expand(&self.file);
        // A pipe would be waited at for ever, and nobody could lock the vault meanwhile.
        if !fs::metadata(&path).map_err(Error::io("read", &path))?.is_file() {
            let shown = escaped(&path.to_string_lossy()).into_owned();
            return Err(Error::usage(format!("{shown} is no file"), "name a file that holds a list of tokens"));
        }
        let bytes = Zeroizing::new(read_limited(&path, FILE_BYTES_MAX)?);
        plan_import(session, &bytes, self.format()?, &self.options, self.insist)
    }
}

/// The files and folders whose paths begin like that, as a person writes them; folders with a slash behind.
pub fn paths_like(session: &Session, begun: &str) -> Vec<String> {
    let (folder, begun) = begun.split_at(begun.rfind('/').map_or(0, |at| at + 1));
    let there = session.ground.paths.expand(Path::new(if folder.is_empty() { "." } else { folder }));
    let like = |entry: fs::DirEntry| {
        let name = entry.file_name().into_string().ok()?;
        let is_hidden = name.starts_with('.') && !begun.starts_with('.');
        if is_hidden || !name.starts_with(begun) {
            return None;
        }
        // Last: of a large folder, only what fits is looked at.
        let slash = if fs::metadata(entry.path()).is_ok_and(|meta| meta.is_dir()) { "/" } else { "" };
        Some(format!("{folder}{name}{slash}"))
    };
    // Where nothing can be read, nothing is offered.
    let mut paths: Vec<String> = fs::read_dir(there).into_iter().flatten().flatten().filter_map(like).collect();
    paths.sort();
    paths.truncate(PATHS_MAX);
    paths
}

/// What an import will do.
#[derive(Debug)]
pub struct ImportPlan {
    /// How the columns of a table were understood. Escaped.
    pub columns: Vec<String>,
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
    let columns = match format {
        Format::Csv => csv::mapping(bytes, options)?.lines(),
        Format::Json | Format::Dotenv => vec![],
    };
    session.read(|vault| Ok(ImportPlan { columns, ..sift(vault, read, insist)? }))
}

impl ImportPlan {
    /// The tokens it will add: service, name, account, and when each ends. Not escaped.
    pub fn rows(&self) -> impl Iterator<Item = [String; 4]> {
        self.drafts.iter().map(|draft| {
            let expiry = draft.versions.first().map_or_else(String::new, |version| match version.expiry.date() {
                Some(date) => date.to_string(),
                None => version.expiry.to_string().split(' ').next().unwrap_or_default().to_owned(),
            });
            [draft.service.clone(), draft.name.clone(), draft.account.clone().unwrap_or_default(), expiry]
        })
    }
}

/// Does what was planned, and tells how many tokens are added so far. What came into the vault since is looked at again.
pub fn import(
    session: &Session,
    plan: &ImportPlan,
    insist: bool,
    mut added: impl FnMut(usize),
) -> Result<usize, Error> {
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
        let mut ids = vec![];
        for drafts in plan.drafts.chunks(STEP) {
            ids.extend(vault.add(drafts)?);
            added(ids.len());
        }
        with::keep(vault, &plan.drafts, &ids)?;
        Ok(ids.len())
    })
}

fn sift(vault: &Reader, read: Imported, insist: bool) -> Result<ImportPlan, Error> {
    let mut taken = places(vault)?;
    let mut seen: HashMap<Vec<u8>, String> = HashMap::new();
    let mut plan = ImportPlan { columns: vec![], drafts: vec![], notes: read.notes };
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

//! All services: those that are shipped, and those of the person, which count first.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use include_dir::{Dir, include_dir};
use schemars::Schema;
use serde_json::Value as Json;

use super::check;
use super::definition::Definition;
use crate::fault::{Explain, Kind};
use crate::text::escaped;

/// The definitions that are shipped.
static SHIPPED: Dir = include_dir!("$CARGO_MANIFEST_DIR/assets/services");

/// Those of them that were read so far: a command asks several times for the same one, a window for all of them again and again,
/// and they stay as they are.
static READ: Mutex<BTreeMap<String, Arc<Definition>>> = Mutex::new(BTreeMap::new());

/// The largest definition that is read, in bytes.
const DEFINITION_BYTES_MAX: u64 = 1 << 20;

/// A service by its id, which is what tokens name it by.
#[derive(Debug, Clone)]
pub struct Service {
    /// Its id: `github`.
    pub id: String,
    /// What is known of it.
    pub definition: Arc<Definition>,
    /// Where the person's own definition stands, where it is one.
    pub own: Option<PathBuf>,
}

/// All services.
#[derive(Debug, Clone)]
pub struct Catalogue {
    dir: PathBuf,
}

impl Catalogue {
    /// The shipped services, and the person's own in that folder.
    pub fn of(dir: &Path) -> Self {
        Self { dir: dir.to_owned() }
    }

    /// The service of that id.
    ///
    /// # Errors
    /// [`Error`] for a definition of the person's that makes no sense.
    pub fn get(&self, id: &str) -> Result<Option<Service>, Error> {
        if let Some(own) = self.own(id)? {
            return Ok(Some(own));
        }
        SHIPPED.get_file(format!("{id}.toml")).map(|file| read_shipped(id, file)).transpose()
    }

    /// The person's own service of that id.
    ///
    /// # Errors
    /// [`Error`] where it makes no sense.
    pub fn own(&self, id: &str) -> Result<Option<Service>, Error> {
        if is_id(id) { self.read_own(&self.dir.join(format!("{id}.toml")), id) } else { Ok(None) }
    }

    /// Every service, by id.
    ///
    /// # Errors
    /// [`Error`] for a definition of the person's that makes no sense.
    pub fn all(&self) -> Result<Vec<Service>, Error> {
        self.those(|_| true)
    }

    /// The same, but of those that are shipped only the `wanted` ones.
    pub(super) fn those(&self, wanted: impl Fn(&str) -> bool) -> Result<Vec<Service>, Error> {
        let mut all = BTreeMap::new();
        for file in SHIPPED.files() {
            if let Some(id) = id_of(file.path()).filter(|id| wanted(id)) {
                all.insert(id.clone(), read_shipped(&id, file)?);
            }
        }
        for path in self.own_files()? {
            if let Some(id) = id_of(&path)
                && let Some(own) = self.read_own(&path, &id)?
            {
                all.insert(id, own);
            }
        }
        Ok(all.into_values().collect())
    }

    fn own_files(&self) -> Result<Vec<PathBuf>, Error> {
        let fail = |source| Error::Read { path: self.dir.clone(), source };
        match std::fs::read_dir(&self.dir) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(vec![]),
            Err(error) => Err(fail(error)),
            Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path()).map_err(fail)).collect(),
        }
    }

    fn read_own(&self, path: &Path, id: &str) -> Result<Option<Service>, Error> {
        let text = match load(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.map_err(|source| Error::Read { path: path.to_owned(), source })?,
        };
        let definition = parse(&text).map_err(|bad| Error::Bad { path: path.to_owned(), bad })?;
        Ok(Some(Service { id: id.to_owned(), definition: Arc::new(definition), own: Some(path.to_owned()) }))
    }
}

fn read_shipped(id: &str, file: &include_dir::File) -> Result<Service, Error> {
    let mut known = READ.lock().unwrap_or_else(PoisonError::into_inner);
    let definition = match known.get(id) {
        Some(definition) => Arc::clone(definition),
        None => {
            let path = || Path::new("assets/services").join(file.path());
            let no_text = || Error::Read { path: path(), source: io::ErrorKind::InvalidData.into() };
            // That what is shipped makes sense is looked at by the tests.
            let text = file.contents_utf8().ok_or_else(no_text)?;
            let definition = Arc::new(read(text).map_err(|bad| Error::Bad { path: path(), bad })?);
            Arc::clone(known.entry(id.to_owned()).or_insert(definition))
        }
    };
    Ok(Service { id: id.to_owned(), definition, own: None })
}

fn id_of(path: &Path) -> Option<String> {
    let id = path.file_stem()?.to_str()?;
    (path.extension()? == "toml" && is_id(id)).then(|| id.to_owned())
}

/// Whether it may be the id of a service: what tokens may name, and a plain file name.
fn is_id(text: &str) -> bool {
    crate::token::label::Label::Service.parse(text).is_ok_and(|id| id == text) && !text.contains('.')
}

fn load(path: &Path) -> io::Result<String> {
    let meta = std::fs::metadata(path)?;
    if !meta.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    if meta.len() > DEFINITION_BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than any definition"));
    }
    std::fs::read_to_string(path)
}

/// Reads a definition and checks that it makes sense.
///
/// # Errors
/// [`Bad`] with the line and, where the line sets something, what that is for.
pub fn parse(text: &str) -> Result<Definition, Bad> {
    let definition = read(text)?;
    check::check(&definition).map_err(|senseless| Bad {
        line: line_of(text, &senseless.about),
        why: senseless.to_string(),
        meaning: None,
    })?;
    Ok(definition)
}

fn read(text: &str) -> Result<Definition, Bad> {
    toml::from_str(text).map_err(|error| {
        let line =
            error.span().map_or(1, |span| 1 + text.get(..span.start).map_or(0, |before| before.matches('\n').count()));
        Bad { line, why: error.message().to_owned(), meaning: meaning_on(text, line) }
    })
}

/// The line, from 1, on which a value stands; the first where it stands on none.
fn line_of(text: &str, value: &str) -> usize {
    let whole = [format!("'{value}'"), format!("\"{value}\""), value.to_owned()];
    let found = whole.iter().find_map(|value| text.lines().position(|line| line.contains(value)));
    1 + found.unwrap_or(0)
}

/// The schema of definitions, for editors.
pub fn schema() -> Schema {
    schemars::schema_for!(Definition)
}

/// What the field that a line sets is for.
fn meaning_on(text: &str, line: usize) -> Option<String> {
    let key = text.lines().nth(line.checked_sub(1)?)?.split_once('=')?.0.trim();
    let header = text.lines().take(line).filter(|line| line.starts_with('[')).last().unwrap_or("");
    let schema = schema();
    let whole = schema.as_value();
    let mut steps = header.trim_matches(['[', ']', ' ']).split('.').filter(|step| !step.is_empty());
    let table = steps.try_fold(whole, |at, step| inside(at, step, whole))?;
    Some(table.get("properties")?.get(key)?.get("description")?.as_str()?.to_owned())
}

/// The part of a schema that a step of a table's name leads to.
fn inside<'a>(at: &'a Json, step: &str, whole: &'a Json) -> Option<&'a Json> {
    let field = at.get("properties").and_then(|fields| fields.get(step));
    // A table by name takes any step.
    let field = field.or_else(|| at.get("additionalProperties"))?;
    let optional = field.get("anyOf").and_then(Json::as_array).and_then(|any| any.first());
    let field = optional.unwrap_or(field);
    let field = field.get("items").unwrap_or(field);
    match field.get("$ref").and_then(Json::as_str) {
        Some(to) => whole.pointer(to.strip_prefix('#')?),
        None => Some(field),
    }
}

/// What is wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// On which line, from 1.
    pub line: usize,
    /// Why.
    pub why: String,
    /// What the field on that line is for.
    pub meaning: Option<String>,
}

/// Why a service is not known.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be read.
    #[error("could not read the service in {}: {source}", escaped(&path.to_string_lossy()))]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// It makes no sense.
    #[error("the service in {}, line {}, makes no sense: {}", escaped(&path.to_string_lossy()), bad.line, escaped(&bad.why))]
    Bad {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        bad: Bad,
    },
}

impl Explain for Error {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Read { .. } => Some("look at what stands there: it has to be a text file that you may read".into()),
            Self::Bad { bad: Bad { meaning: Some(meaning), .. }, .. } => {
                Some(format!("that field is: {}", escaped(meaning)))
            }
            Self::Bad { .. } => {
                Some("'patvault services --schema' tells every field; take the file away to do without it".into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "language = 1
name = 'Acme'
[[site]]
at = 'https://acme.example'
[send.bearer]
headers = { Authorization = 'Bearer {token}' }
[call.me]
url = '{at}/me'
answers = [{ status = [200], means = 'alive' }]
[call.me.facts]
owner = { json = ['/name'] }
[[kind]]
id = 'key'
name = 'API key'
send = 'bearer'
verify = ['me']
[[kind.form]]
pattern = 'acme_[0-9a-f]{32}'
[kind.page.new]
url = '{at}/new'
";

    #[test]
    fn what_is_shipped_makes_sense() {
        let files: Vec<_> = SHIPPED.files().filter(|file| id_of(file.path()).is_some()).collect();
        assert!(files.len() > 30);
        for file in files {
            assert_eq!(parse(file.contents_utf8().unwrap()).err(), None, "{}", file.path().display());
        }
    }

    #[test]
    fn what_makes_no_sense_comes_with_its_line_and_what_the_field_is_for() {
        assert!(parse(GOOD).is_ok());
        // What is written in place of what, on which line it is found, and a part of what is said.
        let cases = [
            ("language = 1", "language = 2", 1, "version 1"),
            ("name = 'Acme'", "name = 3", 2, "What people call the service."),
            ("at = 'https://acme.example'", "at = 'http://acme.example'", 4, "https address"),
            ("{token}", "{tokne}", 6, "nothing gives 'tokne' a value"),
            ("{at}/me", "https://acme.example.{account}/me", 8, "an address begins with"),
            ("{at}/me", "{account}/me", 8, "an address begins with"),
            ("'alive'", "'well'", 9, "What answers mean"),
            ("['/name']", "['name']", 11, "begins with '/'"),
            ("id = 'key'", "id = 'A Key'", 13, "small letters"),
            ("send = 'bearer'", "send = 'basic'", 15, "no [send.basic]"),
            ("['me']", "['you']", 16, "no [call.you]"),
            ("pattern = '", "pattern = '(", 18, "no regular expression"),
            ("pattern = 'acme_[0-9a-f]{32}'", "pattern = 3", 18, "A regular expression for all of the token."),
            ("url = '{at}/new'", "url = '{at}/new?t={token}'", 20, "never gets a token"),
            ("url = '{at}/new'", "url = 3", 20, "Its address."),
        ];
        for (there, instead, line, part) in cases {
            let bad = parse(&GOOD.replacen(there, instead, 1)).unwrap_err();
            let said = format!("{} {}", bad.why, bad.meaning.clone().unwrap_or_default());
            assert_eq!(bad.line, line, "{instead}: {said}");
            assert!(said.contains(part), "{instead}: {said}");
        }
    }
}

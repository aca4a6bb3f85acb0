//! Lines of `NAME=value`, as programs read their environment from.
//!
//! Such a file says nothing of a token but its value and a variable's name, so the rest is read from that name:
//! `GITHUB_CI_TOKEN` becomes `github/ci`. What a variable customarily holds counts before its words: `GH_TOKEN` is GitHub's, and
//! `GITLAB_HOST` says where tokens of GitLab's are. The variable itself is kept in the note.

mod lines;

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::error::{Bad, BadRows, Error};
use super::wiped::Pieces;
use super::{Customs, Exported, Full, Imported, Options, Place, label, listed, text_of};
use crate::secret::Secret;
use crate::text::{clipped, counted, escaped};
use crate::token::draft::{Draft, DraftVersion};
use crate::token::label::Label;
use lines::{Assignment, Assignments};

/// Words that say that a variable is a token, not which.
const GENERIC: [&str; 6] = ["token", "pat", "key", "api", "secret", "access"];

/// Why a value is not taken in which a shell would put something else.
const REFERS: &str = "its value refers to another variable or a command, which is not followed; in single quotes it is taken as it \
                      stands";

/// Reads a file.
///
/// # Errors
/// [`Error`] with the lines that cannot be taken; then none is.
pub fn read(bytes: &[u8], options: &Options, customs: &dyn Customs) -> Result<Imported, Error> {
    let mut found = Found::default();
    let mut bad = BadRows::default();
    for assignment in Assignments::of(text_of(bytes)?) {
        if let Err(row) = assignment.and_then(|assignment| found.take(assignment, options, customs)) {
            bad.add(row);
        }
    }
    bad.refuse_any()?;
    found.place(customs)?;
    let drafts = found.drafts();
    let notes = found.notes();
    if drafts.is_empty() && notes.is_empty() { Err(Error::Empty) } else { Ok(Imported { drafts, notes }) }
}

/// What a file holds, as far as it was read.
#[derive(Default)]
struct Found {
    taken: Vec<Variable>,
    /// Every variable that was taken, with its line.
    names: BTreeMap<String, u64>,
    /// Where the tokens of services are, each with the variable that says so.
    addresses: BTreeMap<String, (String, String)>,
    empty: Vec<String>,
    passed: Vec<String>,
}

/// A variable that holds a token.
struct Variable {
    line: u64,
    variable: String,
    service: String,
    /// It customarily holds a token of that service.
    is_custom: bool,
    instance: Option<String>,
    name: Name,
    secret: Secret,
}

/// What a token may be called.
struct Name {
    /// Without the words that only say that it is a token.
    short: String,
    /// With them.
    long: String,
}

impl Found {
    fn take(&mut self, assignment: Assignment, options: &Options, customs: &dyn Customs) -> Result<(), Bad> {
        let Assignment { line, name: variable, value, refers } = assignment;
        let bad = |why: Cow<'static, str>| bad_variable(line, variable, why);
        let is_meant = |service: &String| options.service.as_ref().is_none_or(|given| given == service);
        let followed = || if refers { Err(bad(REFERS.into())) } else { Ok(()) };
        if let Some(service) = customs.addressed(variable).filter(is_meant)
            && value.len() > 0
        {
            followed()?;
            let address = String::from_utf8(value.into_secret_bytes()).unwrap_or_default();
            let address = label(Label::Instance, &address).map_err(bad)?;
            return self.address(service, variable, address).map_err(bad);
        }
        let custom = customs.service(variable).filter(is_meant);
        if custom.is_none() && !options.all && !says_token(variable) {
            self.passed.push(variable.to_owned());
            return Ok(());
        }
        if value.len() == 0 {
            self.empty.push(variable.to_owned());
            return Ok(());
        }
        if let Some(before) = self.names.insert(variable.to_owned(), line) {
            return Err(bad(format!("the variable is set in line {before} already").into()));
        }
        followed()?;
        let (service, name) = path(variable, custom.as_deref().or(options.service.as_deref()))
            .ok_or_else(|| bad("its name says no service; give one for the whole file with --service github".into()))?;
        let service = label(Label::Service, &service).map_err(bad)?;
        label(Label::Name, &name.long).map_err(bad)?;
        let secret = Secret::parse(value.into_secret_bytes()).map_err(|e| bad(e.to_string().into()))?;
        let (is_custom, variable) = (custom.is_some(), variable.to_owned());
        self.taken.push(Variable { line, variable, service, is_custom, instance: None, name, secret });
        Ok(())
    }

    /// Takes where the tokens of a service are. Of two places, nobody knows which is meant.
    fn address(&mut self, service: String, variable: &str, address: String) -> Result<(), Cow<'static, str>> {
        let (first, known) = self.addresses.entry(service).or_insert_with(|| (variable.to_owned(), address.clone()));
        if *known == address {
            return Ok(());
        }
        Err(format!("{} says another place already; leave one of them out", escaped(first)).into())
    }

    /// Says of each token where it is, once the whole file is read.
    fn place(&mut self, customs: &dyn Customs) -> Result<(), Error> {
        let mut bad = BadRows::default();
        for token in self.taken.iter_mut().filter(|token| token.is_custom) {
            let address = self.addresses.get(&token.service).map(|(_, address)| address.as_str());
            match customs.instance(&token.service, &token.variable, address) {
                Ok(instance) => token.instance = instance,
                Err(why) => bad.add(bad_variable(token.line, &token.variable, why.into())),
            }
        }
        bad.refuse_any()
    }

    /// The tokens. Where short names would make two tokens one (`GITHUB_CI_TOKEN`, `GITHUB_CI_KEY`), the long ones
    /// are used.
    fn drafts(&mut self) -> Vec<(Place, Draft)> {
        let mut count: BTreeMap<(String, String), usize> = BTreeMap::new();
        for token in &self.taken {
            *count.entry((token.service.clone(), token.name.short.clone())).or_default() += 1;
        }
        let draft = |token: Variable| {
            let is_shared =
                count.get(&(token.service.clone(), token.name.short.clone())).is_some_and(|&count| count > 1);
            let name = if is_shared { token.name.long } else { token.name.short };
            let mut draft = Draft::of(token.service, name, DraftVersion::of(token.secret));
            draft.note = Some(format!("from ${}", token.variable));
            draft.instance = token.instance;
            (Place::Line(token.line), draft)
        };
        std::mem::take(&mut self.taken).into_iter().map(draft).collect()
    }

    fn notes(&self) -> Vec<String> {
        let says = |(service, (variable, address)): (&String, &(String, String))| {
            format!("{} says where tokens of {service} are: {}", escaped(variable), escaped(address))
        };
        let mut notes: Vec<String> = self.addresses.iter().map(says).collect();
        if !self.empty.is_empty() {
            notes.push(format!("empty, left out: {}", listed(&self.empty)));
        }
        if !self.passed.is_empty() {
            notes.push(format!("passed over, since their names do not speak of a token: {}", listed(&self.passed)));
        }
        notes
    }
}

fn bad_variable(line: u64, variable: &str, why: Cow<'static, str>) -> Bad {
    let part = clipped(&escaped(variable), 60, false).into_owned();
    Bad { place: Place::Line(line), part: Some(part), why }
}

/// Whether a variable's name says that it holds something secret. Whole words, so that `PATH` is no PAT.
fn says_token(variable: &str) -> bool {
    variable
        .to_uppercase()
        .split('_')
        .any(|word| word == "PAT" || ["TOKEN", "KEY", "SECRET", "PASSWORD"].into_iter().any(|end| word.ends_with(end)))
}

/// Service and name that a variable's name says: its first word, unless the service was given, and the others.
fn path(variable: &str, service: Option<&str>) -> Option<(String, Name)> {
    let lower = variable.to_lowercase();
    let mut words: Vec<&str> = lower.split('_').filter(|word| !word.is_empty()).collect();
    let service = match service {
        Some(service) => {
            if words.len() > 1 && words.first() == Some(&service) {
                words.remove(0);
            }
            service
        }
        None if words.len() > 1 => words.remove(0),
        None => return None,
    };
    let long = words.join("-");
    while words.last().is_some_and(|last| GENERIC.contains(last)) {
        words.pop();
    }
    let short = if words.is_empty() { long.clone() } else { words.join("-") };
    Some((service.to_owned(), Name { short, long }))
}

/// Writes the secrets in use of the tokens that are kept, one variable each.
///
/// # Errors
/// [`Error::NoSecrets`], since such a file holds nothing else. [`Error::SameVariable`] where two tokens would share a
/// name: a number behind one of them would hand a program another token as soon as the list changes.
pub fn write(tokens: impl Iterator<Item = Full>) -> Result<Exported, Error> {
    let mut out = Pieces::default();
    let mut written: BTreeMap<String, String> = BTreeMap::new();
    let mut gone = 0;
    for full in tokens {
        if !full.token.is_kept() {
            gone += 1;
            continue;
        }
        let secret = full.secret().ok_or(Error::NoSecrets { why: "a dotenv file holds nothing else" })?;
        let (path, variable) = (full.token.path(), variable(&full.token.path()));
        if let Some(first) = written.insert(variable.clone(), path.clone()) {
            let shown = |path: &str| clipped(&escaped(path), 60, false).into_owned();
            return Err(Error::SameVariable { variable, first: shown(&first), second: shown(&path) });
        }
        out.push(&variable);
        out.push("=");
        write_value(&mut out, secret.expose());
        out.push("\n");
    }
    let notes = (gone > 0).then(|| format!("{} in the trash or purged: left out", counted(gone, "token")));
    Ok(Exported { bytes: out, notes: notes.into_iter().collect() })
}

/// In single quotes, where a shell changes nothing; a quote inside is set outside of them.
fn write_value(out: &mut Pieces, value: &str) {
    for (at, part) in value.split('\'').enumerate() {
        out.push(if at == 0 { "'" } else { "'\\''" });
        out.push(part);
    }
    out.push("'");
}

/// A path as a variable: `github/ci` is `GITHUB_CI_TOKEN`.
fn variable(path: &str) -> String {
    let upper: String =
        path.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    let words: Vec<&str> = upper.split('_').filter(|word| !word.is_empty()).collect();
    let mut name = words.join("_");
    if words.last() != Some(&"TOKEN") {
        name.push_str("_TOKEN");
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) { format!("_{name}") } else { name }
}

#[cfg(test)]
mod tests;

//! Which column of a table holds what.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use super::rows::Row;
use crate::exchange::error::Error;
use crate::exchange::{Options, shown_name};
use crate::text;

/// Something that a column can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// Who issues the token.
    Service,
    /// What the person calls it.
    Name,
    /// Whose it is at the service.
    Account,
    /// Which sort of token.
    Kind,
    /// The address of a self-hosted service.
    Instance,
    /// Words to file it under.
    Tags,
    /// When it was issued.
    Issued,
    /// When it ends.
    Expires,
    /// Who said when it ends. Only patvault's own exports have it, and are known by it.
    Source,
    /// What it may do.
    Scopes,
    /// Free text.
    Note,
    /// The value itself.
    Secret,
}

impl Fact {
    /// All of them, in the order in which an export has them: the secret stands last, where it is cut off most easily.
    pub const ALL: [Self; 12] = [
        Self::Service,
        Self::Name,
        Self::Account,
        Self::Kind,
        Self::Instance,
        Self::Tags,
        Self::Issued,
        Self::Expires,
        Self::Source,
        Self::Scopes,
        Self::Note,
        Self::Secret,
    ];

    /// The names that tables give such a column, ours first and then the clearest first.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::Service => &["service", "provider", "site", "host"],
            Self::Name => &["name", "title", "label"],
            Self::Account => &["account", "user", "username", "login", "login_username"],
            Self::Kind => &["kind", "type"],
            Self::Instance => &["instance", "base_url", "url", "login_uri", "website"],
            Self::Tags => &["tags", "tag", "labels", "folder", "group"],
            Self::Issued => &["issued", "created", "created_at"],
            Self::Expires => {
                &["expires", "expiry", "expiration", "expires_at", "expires_on", "expiry_date", "expiration_date"]
            }
            Self::Source => &["expiry_source"],
            Self::Scopes => &["scopes", "scope", "permissions"],
            Self::Note => &["note", "notes", "comment"],
            Self::Secret => &["secret", "token", "password", "login_password", "value", "key"],
        }
    }

    /// The word for it, which is also its column in an export.
    pub fn word(self) -> &'static str {
        self.names().first().copied().unwrap_or_default()
    }
}

impl fmt::Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// A column that a person chose for a fact: `secret=Personal Token`. Nothing after the sign means no column: `kind=`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    fact: Fact,
    column: String,
}

impl FromStr for Chosen {
    type Err = NotAChoice;

    fn from_str(given: &str) -> Result<Self, NotAChoice> {
        let bad = || NotAChoice(text::clipped(&text::escaped(given), 40, false).into_owned());
        let (fact, column) = given.split_once('=').ok_or_else(bad)?;
        let fact = plain(fact);
        let fact = Fact::ALL.into_iter().find(|known| known.names().contains(&fact.as_str())).ok_or_else(bad)?;
        Ok(Self { fact, column: column.trim().to_owned() })
    }
}

/// Text that does not say which column holds what.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "'{0}' does not say which column holds what; write secret=COLUMN, or another of service, name, account, kind, \
     instance, tags, issued, expires, scopes, note"
)]
pub struct NotAChoice(String);

/// Which column of a table holds what. It explains itself before anything is imported: see [`Mapping::lines`].
#[derive(Debug, Clone)]
pub struct Mapping {
    columns: Vec<String>,
    held: BTreeMap<Fact, usize>,
    service: Option<String>,
}

impl Mapping {
    /// Reads the header row.
    pub(super) fn of(header: &Row, options: &Options) -> Result<Self, Error> {
        let columns = header.cells.iter().map(|cell| cell.text().trim().to_owned()).collect();
        let mut mapping = Self { columns, held: BTreeMap::new(), service: options.service.clone() };
        for chosen in &options.map {
            mapping.choose(chosen)?;
        }
        for fact in Fact::ALL {
            if !options.map.iter().any(|chosen| chosen.fact == fact) {
                mapping.recognise(fact)?;
            }
        }
        mapping.check()?;
        Ok(mapping)
    }

    fn choose(&mut self, chosen: &Chosen) -> Result<(), Error> {
        if chosen.column.is_empty() {
            return Ok(());
        }
        let exact = |column: &String| *column == chosen.column;
        let alike = |column: &String| plain(column) == plain(&chosen.column);
        let found = match self.only(chosen.fact, exact)? {
            Some(at) => Some(at),
            None => self.only(chosen.fact, alike)?,
        };
        let missing = || Error::NoSuchColumn {
            column: text::clipped(&text::escaped(&chosen.column), 40, false).into_owned(),
            columns: self.found(),
        };
        self.held.insert(chosen.fact, found.ok_or_else(missing)?);
        Ok(())
    }

    fn recognise(&mut self, fact: Fact) -> Result<(), Error> {
        for &name in fact.names() {
            // A column that was chosen for something else is not looked at again.
            if let Some(at) = self.only(fact, |column| plain(column) == name)?
                && !self.held.values().any(|&held| held == at)
            {
                self.held.insert(fact, at);
                return Ok(());
            }
        }
        Ok(())
    }

    fn only(&self, fact: Fact, is: impl Fn(&String) -> bool) -> Result<Option<usize>, Error> {
        let mut found = self.columns.iter().enumerate().filter(|(_, column)| is(column)).map(|(at, _)| at);
        let first = found.next();
        if found.next().is_some() { Err(Error::TwoColumns { fact }) } else { Ok(first) }
    }

    /// A row without a secret, a service or a name can never be taken, so a table without their columns is not begun.
    fn check(&self) -> Result<(), Error> {
        let has = |fact| self.held.contains_key(&fact);
        let missing = if !has(Fact::Secret) {
            Fact::Secret
        } else if !has(Fact::Service) && !has(Fact::Instance) && self.service.is_none() {
            Fact::Service
        } else if !has(Fact::Name) && !has(Fact::Account) {
            Fact::Name
        } else {
            return Ok(());
        };
        Err(Error::NoColumn { fact: missing, columns: self.found() })
    }

    /// What is mapped to what, line by line: `secret    <- "Password"`, `ignored: "Favorite"`. Safe on a terminal.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![];
        for fact in Fact::ALL {
            match (self.held.get(&fact), fact, &self.service) {
                (Some(&at), ..) => lines.push(format!("{:<13} <- {}", fact.word(), self.column(at))),
                (None, Fact::Service, Some(service)) => {
                    lines.push(format!("{:<13} <- {} for every row", fact.word(), text::escaped(service)));
                }
                (None, Fact::Service, None) => {
                    lines.push(format!("{:<13} <- the host in {}", fact.word(), self.column_of(Fact::Instance)));
                }
                (None, Fact::Name, _) => {
                    lines.push(format!("{:<13} <- {}", fact.word(), self.column_of(Fact::Account)));
                }
                _ => {}
            }
        }
        let ignored = (0..self.columns.len()).filter(|at| !self.held.values().any(|held| held == at));
        lines.extend(ignored.map(|at| format!("ignored: {}", self.column(at))));
        lines
    }

    /// Where a fact stands in a row.
    pub(super) fn at(&self, fact: Fact) -> Option<usize> {
        self.held.get(&fact).copied()
    }

    /// How many cells a row has.
    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }

    /// The service for rows that give none.
    pub(super) fn service(&self) -> Option<&str> {
        self.service.as_deref()
    }

    /// Whether patvault wrote the table, and cells are therefore to be read as it writes them.
    pub(super) fn is_own(&self) -> bool {
        self.held.contains_key(&Fact::Source)
    }

    /// Whether the addresses are those of pages where a person logs in, of which only the host is of use.
    pub(super) fn is_of_pages(&self) -> bool {
        let name = self.at(Fact::Instance).and_then(|at| self.columns.get(at)).map(|column| plain(column));
        !self.is_own() && !name.is_some_and(|name| ["instance", "base_url"].contains(&name.as_str()))
    }

    /// A fact's column, for messages.
    pub(super) fn column_of(&self, fact: Fact) -> String {
        self.at(fact).map_or_else(|| fact.word().to_owned(), |at| self.column(at))
    }

    fn column(&self, at: usize) -> String {
        let name = self.columns.get(at).and_then(|name| shown_name(name));
        name.map_or_else(|| format!("column {}", at + 1), |name| format!("\"{}\"", text::escaped(&name)))
    }

    /// The columns, for messages. Where not one is known the first row may well be data: then only their number is
    /// told.
    fn found(&self) -> String {
        const SHOWN_MAX: usize = 30;
        let is_known = |column: &String| Fact::ALL.iter().any(|fact| fact.names().contains(&plain(column).as_str()));
        if !self.columns.iter().any(is_known) {
            return format!("{}, none of a known name", text::counted(self.columns.len(), "column"));
        }
        let shown: Vec<_> = (0..self.columns.len().min(SHOWN_MAX)).map(|at| self.column(at)).collect();
        let more = if self.columns.len() > SHOWN_MAX { ", ..." } else { "" };
        format!("{}{more}", shown.join(", "))
    }
}

/// A column's name without what tables differ in: `Login Username`, `login-username`.
fn plain(name: &str) -> String {
    name.trim().to_lowercase().replace([' ', '-'], "_")
}

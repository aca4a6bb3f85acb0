//! One row of a table as a token.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::mapping::{Fact, Mapping};
use super::rows::Row;
use super::site::{Site, site};
use super::{GUARD, GUARDED};
use crate::exchange::error::Bad;
use crate::exchange::{Place, label};
use crate::scope::Scope;
use crate::secret::Secret;
use crate::text::counted;
use crate::token::draft::{Draft, DraftVersion};
use crate::token::expiry::{Date, Expiry, Source};
use crate::token::label::{Label, note};
use crate::token::now::Now;
use crate::token::rules::Policy;
use crate::token::when::{self, NotADate, When};

/// Reads one row.
pub struct Reader<'a> {
    pub row: Row<'a>,
    pub mapping: &'a Mapping,
    pub now: &'a Now,
}

impl Reader<'_> {
    /// The token of the row; `None` where every cell is blank, as spreadsheets leave rows.
    pub fn draft(&self) -> Result<Option<(Place, Draft)>, Bad> {
        if self.row.cells.iter().all(|cell| cell.text().trim().is_empty()) {
            return Ok(None);
        }
        let (found, wanted) = (self.row.cells.len(), self.mapping.width());
        if found != wanted {
            let why = format!("the row has {} where the header has {wanted}", counted(found, "cell"));
            return Err(Bad { place: self.place(), part: None, why: why.into() });
        }
        let (service, instance) = self.service()?;
        let account = self.optional(Fact::Account, Label::Account)?;
        let name = match (self.optional(Fact::Name, Label::Name)?, &account) {
            (Some(name), _) => name,
            (None, Some(account)) => account.clone(),
            (None, None) => return Err(self.bad(Fact::Name, "it is empty")),
        };
        let draft = Draft {
            service,
            name,
            instance,
            account,
            kind: self.optional(Fact::Kind, Label::Kind)?,
            tags: self.list(Fact::Tags, Label::Tag)?.into_iter().collect(),
            facts: BTreeMap::new(),
            consumers: BTreeMap::new(),
            with: BTreeMap::new(),
            was: None,
            policy: Policy::default(),
            note: self.note()?,
            added: None,
            versions: vec![self.version()?],
        };
        Ok(Some((self.place(), draft)))
    }

    fn version(&self) -> Result<DraftVersion, Bad> {
        let secret = Secret::parse(self.cell(Fact::Secret).as_bytes().to_vec())
            .map_err(|e| self.bad(Fact::Secret, e.to_string()))?;
        let mut scopes: Vec<Scope> = vec![];
        for name in self.list(Fact::Scopes, Label::Scope)? {
            if !scopes.iter().any(|scope| scope.name == name) {
                scopes.push(Scope { name, rated: None, known: None });
            }
        }
        Ok(DraftVersion { issued: self.issued()?, expiry: self.expiry()?, scopes, ..DraftVersion::of(secret) })
    }

    /// The service and, where the address is not the service's own, the instance.
    fn service(&self) -> Result<(String, Option<String>), Bad> {
        let given = self.cell(Fact::Service);
        let is_address = !self.mapping.is_own() && given.contains(['.', ':']);
        let sited = is_address.then(|| site(given)).flatten();
        let at = self.site()?;
        let service = match (&sited, given, self.mapping.service(), &at) {
            (Some(site), ..) => site.service.clone(),
            (None, "", Some(service), _) => service.to_owned(),
            (None, "", None, Some(site)) => site.service.clone(),
            (None, given, ..) => given.to_lowercase().replace(' ', "-"),
        };
        let service = label(Label::Service, &service).map_err(|why| self.bad(Fact::Service, why))?;
        let fact = if at.is_some() { Fact::Instance } else { Fact::Service };
        let instance = match at.or(sited) {
            Some(site) if site.is_plain && site.service == service => None,
            Some(site) => Some(label(Label::Instance, &site.instance).map_err(|why| self.bad(fact, why))?),
            None => None,
        };
        Ok((service, instance))
    }

    /// What the column of addresses says. A base address is kept to the letter, path and all.
    fn site(&self) -> Result<Option<Site>, Bad> {
        let given = self.cell(Fact::Instance);
        if given.is_empty() {
            return Ok(None);
        }
        let site = site(given).ok_or_else(|| self.bad(Fact::Instance, "it is no address"))?;
        if self.mapping.is_of_pages() {
            return Ok(Some(site));
        }
        Ok(Some(Site { instance: given.to_owned(), is_plain: false, ..site }))
    }

    fn issued(&self) -> Result<Option<Date>, Bad> {
        match self.when(Fact::Issued)? {
            When::On(date) => Ok(Some(date)),
            When::Unknown => Ok(None),
            When::Never => Err(self.bad(Fact::Issued, "a token that exists was issued once")),
        }
    }

    fn expiry(&self) -> Result<Expiry, Bad> {
        let source = match self.cell(Fact::Source) {
            // The person's file says so: that is the person's word.
            "" => Source::Typed,
            // The source has the same form as in the stored text of an expiry.
            source => {
                format!("never {source}").parse::<Expiry>().ok().and_then(Expiry::source).ok_or_else(|| {
                    self.bad(Fact::Source, "it is typed, default, or service with the time it said so")
                })?
            }
        };
        Ok(match self.when(Fact::Expires)? {
            When::Unknown => Expiry::Unknown,
            When::Never => Expiry::Never(source),
            When::On(date) => Expiry::Ends(date, source),
        })
    }

    fn when(&self, fact: Fact) -> Result<When, Bad> {
        match self.cell(fact) {
            "" => Ok(When::Unknown),
            text => {
                when::parse(text, self.now).map_err(|_| self.bad(fact, format!("it is no date; {}", NotADate::HINT)))
            }
        }
    }

    fn note(&self) -> Result<Option<String>, Bad> {
        // Not trimmed: a note may begin with spaces.
        let text = note(self.unguarded(self.raw(Fact::Note)))
            .map_err(|_| self.bad(Fact::Note, "a note is at most 64 KiB of text without NUL"))?;
        Ok(Some(text).filter(|text| !text.is_empty()))
    }

    fn optional(&self, fact: Fact, sort: Label) -> Result<Option<String>, Bad> {
        match self.cell(fact) {
            "" => Ok(None),
            text => label(sort, text).map(Some).map_err(|why| self.bad(fact, why)),
        }
    }

    fn list(&self, fact: Fact, sort: Label) -> Result<Vec<String>, Bad> {
        let words = split(self.cell(fact), self.mapping.is_own());
        let words = words.iter().map(|word| if sort == Label::Tag { word.trim_start_matches('#') } else { word });
        words.map(|word| label(sort, word).map_err(|why| self.bad(fact, why))).collect()
    }

    fn cell(&self, fact: Fact) -> &str {
        self.unguarded(self.raw(fact).trim())
    }

    fn raw(&self, fact: Fact) -> &str {
        self.mapping.at(fact).and_then(|at| self.row.cells.get(at)).map_or("", |cell| cell.text())
    }

    fn unguarded<'b>(&self, cell: &'b str) -> &'b str {
        match cell.strip_prefix(GUARD) {
            Some(inner) if self.mapping.is_own() && inner.starts_with(GUARDED) => inner,
            _ => cell,
        }
    }

    fn place(&self) -> Place {
        Place::Line(self.row.line)
    }

    fn bad(&self, fact: Fact, why: impl Into<Cow<'static, str>>) -> Bad {
        Bad { place: self.place(), part: Some(self.mapping.column_of(fact)), why: why.into() }
    }
}

/// The words of a cell that holds several, apart at spaces, commas and semicolons.
pub fn split(cell: &str, is_own: bool) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut chars = cell.chars().peekable();
    while let Some(c) = chars.next() {
        let escaped = chars.next_if(|&next| is_own && c == '\\' && ",;\\".contains(next));
        match (escaped, words.last_mut()) {
            (None, _) if c.is_whitespace() || c == ',' || c == ';' => words.push(String::new()),
            (escaped, Some(word)) => word.push(escaped.unwrap_or(c)),
            (_, None) => {}
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

//! What a service needs of a token besides its secret, as its definition says.

use super::error::Error;
use super::session::Ground;
use crate::service::definition::Field;
use crate::service::{Service, fits_whole};
use crate::text::{clipped, escaped};
use crate::token::draft::Draft;
use crate::token::label::Label;

/// The fields of a service; of one without a definition, any.
pub struct Fields {
    service: Option<Service>,
}

/// A field that a token of some kind cannot do without.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lacking {
    /// Its name.
    pub name: String,
    /// What it is and where a person finds it. Not escaped.
    pub what: String,
    /// It is a secret itself.
    pub secret: bool,
}

impl Fields {
    /// Those of a service.
    pub fn of(ground: &Ground, service: &str) -> Result<Self, Error> {
        Ok(Self { service: ground.catalogue().get(service)? })
    }

    /// Every field that is known.
    fn known(&self) -> impl Iterator<Item = (&String, &Field)> {
        self.service.iter().flat_map(|service| &service.definition.fields)
    }

    /// The field of that name, where the service is known.
    fn field(&self, name: &str) -> Result<Option<&Field>, Error> {
        let Some(service) = &self.service else { return Ok(None) };
        service.definition.fields.get(name).map(Some).ok_or_else(|| {
            let names: Vec<&str> = self.known().map(|(name, _)| name.as_str()).collect();
            let hint = if names.is_empty() { "it has none".into() } else { format!("it has {}", names.join(", ")) };
            Error::usage(format!("the service {} has no field '{}'", escaped(&service.id), shown(name)), hint)
        })
    }

    /// What is not secret and may be given, each with what it is. Not escaped.
    pub fn open(&self) -> impl Iterator<Item = (&str, &str)> {
        self.known().filter(|(_, field)| !field.secret).map(|(name, field)| (name.as_str(), field.what.as_str()))
    }

    /// Other credentials that the service takes, each with what it is. Not escaped.
    pub fn credentials(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.service.iter().flat_map(|service| &service.definition.credentials);
        all.map(|(name, credential)| (name.as_str(), credential.what.as_str()))
    }

    /// Takes a name and its value, as a person gave them.
    ///
    /// # Errors
    /// Where the service has no such field, it is a secret, or the value does not have its form.
    pub fn fact(&self, name: &str, value: &str) -> Result<(String, String), Error> {
        let name = Label::Field.parse(name)?;
        let field = self.field(&name)?;
        if field.is_some_and(|field| field.secret) {
            return Err(Error::usage(
                format!("'{name}' is a secret, and never an argument: other users of the machine can see those"),
                format!("give its name alone, --field {name}: it is asked for and not shown"),
            ));
        }
        let value = Label::Value.parse(value)?;
        match field.and_then(|field| Some((field, field.pattern.as_deref()?))) {
            Some((field, pattern)) if !fits_whole(pattern, &value) => Err(Error::usage(
                format!("'{}' cannot be the {name}: it does not have the form {}", shown(&value), escaped(pattern)),
                format!("it is {}", escaped(&field.what)),
            )),
            _ => Ok((name, value)),
        }
    }

    /// What a secret field is, by its name.
    ///
    /// # Errors
    /// Where the service has no such field, or it is no secret.
    pub fn secret(&self, name: &str) -> Result<Lacking, Error> {
        let name = Label::Field.parse(name)?;
        match self.field(&name)?.filter(|field| field.secret) {
            Some(field) => Ok(Lacking { what: field.what.clone(), secret: true, name }),
            None => Err(Error::usage(format!("'{name}' has no value"), format!("write --field {name}=VALUE"))),
        }
    }

    /// The fields that a draft's kind needs, and that it has not.
    pub fn lacking(&self, draft: &Draft) -> Vec<Lacking> {
        let is_there = |name: &String| {
            draft.facts.contains_key(name) || draft.versions.iter().any(|version| version.parts.contains_key(name))
        };
        let service = self.service.as_ref();
        let kind = draft.kind.as_ref().and_then(|said| service?.definition.kind_called(said));
        let needed = kind.iter().flat_map(|kind| &kind.fields).filter(|name| !is_there(name));
        let lacking = |name: &String| {
            let field = self.known().find(|(known, field)| *known == name && field.needed)?.1;
            Some(Lacking { name: name.clone(), what: field.what.clone(), secret: field.secret })
        };
        needed.filter_map(lacking).collect()
    }

    /// Refuses facts that the service does not know, or that do not have their form.
    pub(super) fn check<'a>(&self, facts: impl IntoIterator<Item = (&'a String, &'a String)>) -> Result<(), Error> {
        facts.into_iter().try_for_each(|(name, value)| self.fact(name, value).map(drop))
    }
}

fn shown(text: &str) -> String {
    clipped(&escaped(text), 40, false).into_owned()
}

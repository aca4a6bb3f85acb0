//! Which service and kind a secret may be of, from the secret alone. Nothing is sent anywhere to find out.

use std::collections::BTreeMap;

use super::catalogue::{Catalogue, Error, Service};
use super::definition::{Form, Kind};
use super::form::{Fit, fit};
use super::outline;
use crate::secret::Secret;

/// How sure a candidate is, surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sureness {
    /// A form that only this service uses, and the checksum is right.
    Certain,
    /// A form that only this service uses.
    Likely,
    /// Such a form with a wrong checksum: probably mistyped, or cut off.
    Slip,
    /// A form with a beginning of its own, which other services use too.
    Shared,
    /// A form that tells little: the length of a hash, any letters.
    Possible,
}

impl Sureness {
    /// Why, in words.
    pub fn why(self) -> &'static str {
        match self {
            Self::Certain => "its form and its checksum",
            Self::Likely => "its form",
            Self::Slip => "its form, and a wrong checksum: mistyped?",
            Self::Shared => "its form, which others have too",
            Self::Possible => "its form, which tells little",
        }
    }
}

/// A service and kind that a secret may be of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The service's id.
    pub service: String,
    /// Its name.
    pub service_name: String,
    /// The kind's id.
    pub kind: String,
    /// Its name.
    pub kind_name: String,
    /// How sure that is.
    pub sureness: Sureness,
    /// Facts and fields that can be read from the secret itself.
    pub read: BTreeMap<String, String>,
}

/// Every candidate for a secret, surest first. Where a form tells by itself, those that tell little say nothing more.
pub fn detect(services: &[Service], secret: &Secret) -> Vec<Candidate> {
    let kinds = services.iter().flat_map(|service| service.definition.kinds.iter().map(move |kind| (service, kind)));
    let mut found: Vec<Candidate> = kinds.filter_map(|(service, kind)| of(service, kind, secret)).collect();
    found.sort_by_key(|candidate| candidate.sureness);
    if found.first().is_some_and(|best| best.sureness != Sureness::Possible) {
        found.retain(|candidate| candidate.sureness != Sureness::Possible);
    }
    found
}

/// The same among all services. Those that are shipped are read only where the secret's beginning and length are theirs.
///
/// # Errors
/// [`Error`] for a definition of the person's that makes no sense.
pub fn detect_among_all(catalogue: &Catalogue, secret: &Secret) -> Result<Vec<Candidate>, Error> {
    let services = catalogue.those(|id| outline::may_have(id, secret.expose()))?;
    Ok(detect(&services, secret))
}

/// The candidate that a kind is.
fn of(service: &Service, kind: &Kind, secret: &Secret) -> Option<Candidate> {
    let fits = kind.forms.iter().filter_map(|form| Some((form, fit(form, secret.expose())?)));
    let (sureness, fit) = fits.map(|(form, fit)| (sureness(form, &fit), fit)).min_by_key(|(sure, _)| *sure)?;
    Some(Candidate {
        service: service.id.clone(),
        service_name: service.definition.name.clone(),
        kind: kind.id.clone(),
        kind_name: kind.name.clone(),
        sureness,
        read: fit.read,
    })
}

/// What can be read from a secret of a kind: facts and fields, by name.
pub fn read(kind: &Kind, secret: &Secret) -> BTreeMap<String, String> {
    kind.forms.iter().find_map(|form| fit(form, secret.expose())).map(|fit| fit.read).unwrap_or_default()
}

/// How many signs make a beginning of its own.
const BEGINNING_SIGNS_MIN: usize = 3;

fn sureness(form: &Form, fit: &Fit) -> Sureness {
    let pattern = form.pattern.strip_prefix("(?<").and_then(|group| group.split_once('>'));
    let pattern = pattern.map_or(form.pattern.as_str(), |(_, inside)| inside);
    let beginning = pattern.chars().take_while(|sign| sign.is_ascii_alphanumeric() || "_-".contains(*sign)).count();
    match (form.telling, fit.checksum) {
        (true, Some(true)) => Sureness::Certain,
        (true, None) => Sureness::Likely,
        (true, Some(false)) => Sureness::Slip,
        (false, _) if beginning >= BEGINNING_SIGNS_MIN => Sureness::Shared,
        (false, _) => Sureness::Possible,
    }
}

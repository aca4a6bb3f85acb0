//! The catalogue of services.

use super::error::Error;
use super::session::Ground;
use crate::service::Service;

/// Every service that is known, by id.
pub fn services(ground: &Ground) -> Result<Vec<Service>, Error> {
    Ok(ground.catalogue().all()?)
}

/// One of them.
///
/// # Errors
/// [`Error::Usage`] where none is called so.
pub fn service(ground: &Ground, id: &str) -> Result<Service, Error> {
    ground.catalogue().get(id)?.ok_or_else(|| {
        let shown = crate::text::clipped(&crate::text::escaped(id), 40, false).into_owned();
        Error::usage(format!("no service is called '{shown}'"), "'patvault services' shows those that are known")
    })
}

//! Which service and kind a secret may be of.

use super::error::Error;
use super::session::Ground;
use crate::secret::Secret;
use crate::service::{self, Candidate};

/// Looks at a secret, surest first. Nothing is sent anywhere, and the vault is not needed.
pub fn detect(ground: &Ground, secret: &Secret) -> Result<Vec<Candidate>, Error> {
    Ok(service::detect(&ground.catalogue().all()?, secret))
}

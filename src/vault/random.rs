//! Random bits from the system.

use std::path::Path;

use super::error::{Error, doing};
use crate::token::id::Id;

/// Fresh random bytes.
pub(super) fn bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| doing("draw random bits from", Path::new("the system"))(std::io::Error::other(error)))?;
    Ok(bytes)
}

/// A fresh id.
pub(super) fn id<T>() -> Result<Id<T>, Error> {
    bytes().map(Id::from_bytes)
}

//! Which service and kind a secret may be of.

use super::error::Error;
use super::session::Ground;
use crate::secret::Secret;
use crate::service::{self, Candidate, Sureness};
use crate::token::draft::Draft;

/// Looks at a secret, surest first. Nothing is sent anywhere, and the vault is not needed.
pub fn detect(ground: &Ground, secret: &Secret) -> Result<Vec<Candidate>, Error> {
    Ok(service::detect_among_all(&ground.catalogue(), secret)?)
}

/// What a secret shows of itself, held against what a person said of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recognised {
    /// Nothing, or nothing sure.
    Nothing,
    /// It is of this kind.
    Kind(Candidate),
    /// It would be, and its checksum is wrong.
    Slip(Candidate),
    /// It has the form of another service's.
    Elsewhere(Candidate),
}

/// Looks at the secret of a draft, and fills its kind in where that is sure and the person did not say.
pub fn recognise(ground: &Ground, draft: &mut Draft) -> Result<Recognised, Error> {
    let Some(version) = draft.versions.first() else { return Ok(Recognised::Nothing) };
    let own: Vec<_> = ground.catalogue().get(&draft.service)?.into_iter().collect();
    let found = service::detect(&own, &version.secret);
    let Some(best) = found.first() else {
        let others = detect(ground, &version.secret)?;
        let sure =
            others.into_iter().next().filter(|best| matches!(best.sureness, Sureness::Certain | Sureness::Likely));
        return Ok(sure.map_or(Recognised::Nothing, Recognised::Elsewhere));
    };
    let equals = found.iter().filter(|other| other.sureness == best.sureness).count();
    Ok(match best.sureness {
        Sureness::Slip => Recognised::Slip(best.clone()),
        Sureness::Certain | Sureness::Likely if equals == 1 => {
            draft.kind.get_or_insert_with(|| best.kind_name.clone());
            Recognised::Kind(best.clone())
        }
        _ => Recognised::Nothing,
    })
}

//! What answers give for the fields of a token.

use std::collections::BTreeMap;

use super::definition::Definition;
use super::form::fits_whole;
use crate::secret::Secret;
use crate::token::label::Label;

/// What was kept of answers for the fields of a token.
#[derive(Debug, Default)]
pub struct KeptFields {
    /// Values of those that are no secret, in their form.
    pub open: BTreeMap<String, String>,
    /// Values of those that are.
    pub secret: BTreeMap<String, Secret>,
}

impl KeptFields {
    /// Sorts what was kept. A value that only later calls need is not the token's.
    pub fn of(definition: &Definition, keeps: &BTreeMap<String, Secret>) -> Self {
        let mut fields = Self::default();
        for (name, kept) in keeps {
            match definition.fields.get(name) {
                None => {}
                Some(field) if field.secret => drop(fields.secret.insert(name.clone(), kept.clone())),
                // What a service says is as little to be trusted as what a person types.
                Some(field) => {
                    let value = Label::Value.parse(kept.expose()).ok();
                    let fits = |value: &String| field.pattern.as_deref().is_none_or(|form| fits_whole(form, value));
                    fields.open.extend(value.filter(fits).map(|value| (name.clone(), value)));
                }
            }
        }
        fields
    }
}

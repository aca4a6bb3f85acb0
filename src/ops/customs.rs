//! Environment variables that customarily hold tokens, and where these are: what services say of them, told to whoever reads or
//! shows tokens.

use super::error::Error;
use super::session::Ground;
use crate::exchange::{Customs, Format};
use crate::service::definition::{Definition, Site};
use crate::service::{Service, is_usual, site};
use crate::token::Token;

/// What all services say.
pub(super) struct Customary(Vec<Service>);

impl Customary {
    /// Reads it, for a format that has variables.
    pub(super) fn of(ground: &Ground, format: Format) -> Result<Self, Error> {
        Ok(Self(if format == Format::Dotenv { ground.catalogue().all()? } else { vec![] }))
    }

    /// The id of the one service that says so.
    fn only(&self, says: impl Fn(&Definition) -> bool) -> Option<String> {
        let mut found = self.0.iter().filter(|service| says(&service.definition));
        let first = found.next()?;
        found.next().is_none().then(|| first.id.clone())
    }
}

impl Customs for Customary {
    fn service(&self, variable: &str) -> Option<String> {
        self.only(|definition| {
            let of_kinds = definition.kinds.iter().flat_map(|kind| &kind.env);
            of_kinds.chain(definition.sites.iter().flat_map(|site| &site.env)).any(|name| name == variable)
        })
    }

    fn addressed(&self, variable: &str) -> Option<String> {
        self.only(|definition| definition.at_env.iter().any(|name| name == variable))
    }

    fn instance(&self, service: &str, variable: &str, address: Option<&str>) -> Result<Option<String>, String> {
        let Some(definition) = self.0.iter().find(|known| known.id == service).map(|known| &known.definition) else {
            return Ok(None);
        };
        let has = |site: &&Site| site.env.iter().any(|name| name == variable);
        let own: Vec<&Site> = definition.sites.iter().filter(has).collect();
        // A variable that some places have for their own holds a token of these, and any other holds none of them.
        let may_be_of = |site: &&Site| if own.is_empty() { site.env.is_empty() } else { has(site) };
        let there = address.and_then(|at| site(definition, at).filter(may_be_of).map(|site| (at, site)));
        match there {
            Some((at, site)) => Ok((site.at != at).then(|| at.to_owned())),
            None if own.is_empty() || own.iter().any(|site| is_usual(site)) => Ok(None),
            None => Err(format!(
                "it holds a token of an instance of {}'s that the file does not name: let it say {}=ADDRESS",
                definition.name,
                definition.at_env.first().map_or("", String::as_str)
            )),
        }
    }
}

/// The variables that customarily hold a token of that kind at that place, and those that hold the place's address.
pub(super) fn env(ground: &Ground, token: &Token) -> Vec<String> {
    // A definition that makes no sense keeps nobody from looking at a token.
    let Ok(Some(Service { definition, .. })) = ground.catalogue().get(&token.service) else { return vec![] };
    let there = token.instance.as_deref().and_then(|at| site(&definition, at));
    let kind = token.kind.as_deref().and_then(|kind| definition.kind_called(kind));
    let of_token = match (there, kind) {
        (Some(site), _) if !site.env.is_empty() => &site.env[..],
        (_, Some(kind)) => &kind.env[..],
        (_, None) => &[],
    };
    let of_place = if there.is_some() && !of_token.is_empty() { &definition.at_env[..] } else { &[] };
    of_token.iter().chain(of_place).cloned().collect()
}

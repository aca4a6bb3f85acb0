//! Asking about a token before it is kept: nothing of it is in the vault yet.

use super::plan::{Inquiry, inquiries};
use super::run::Reply;
use crate::ops::errand::Issuers;
use crate::ops::error::Error;
use crate::ops::session::Session;
use crate::ports::Http;
use crate::service::Errand;
use crate::token::draft::Draft;
use crate::vault::new_id;

/// A token that somebody is about to keep, and everything to ask about it. It holds its secret.
pub struct Prospect {
    /// What is asked.
    pub inquiry: Inquiry,
    errand: Errand,
}

/// Finds out who can be asked about a draft, or why nobody can, in a sentence.
pub fn plan_draft(session: &Session, draft: &Draft) -> Result<Result<Prospect, String>, Error> {
    let token = draft.as_token(new_id()?, new_id()?, session.now.instant);
    let issuer = match Issuers::new(session).of(&token)? {
        Ok(issuer) => issuer,
        Err(why) => return Ok(Err(why)),
    };
    let Some(version) = draft.versions.first() else { return Ok(Err("it has no secret".into())) };
    let secrets = (version.secret.clone(), version.parts.clone());
    let errand = session.read(|vault| issuer.errand_with(session, vault, (&token, token.current()), secrets))?;
    // One version, and so one inquiry.
    let inquiries = inquiries(&issuer, &token);
    Ok(inquiries
        .and_then(|all| all.into_iter().next().ok_or_else(|| "nothing tells whether it works".into()))
        .map(|inquiry| Prospect { inquiry, errand }))
}

impl Prospect {
    /// Asks, on the network.
    pub fn ask(mut self, http: &dyn Http) -> Reply {
        let said = self.errand.verify(http);
        Reply { inquiry: self.inquiry, said }
    }
}

//! What services say of the risk of scopes, told to tokens that were read.

use super::session::Session;
use crate::service::Risks;
use crate::token::Token;

/// Tells the scopes of tokens what is known of their risk.
pub(super) fn tell<'a>(session: &Session, tokens: impl IntoIterator<Item = &'a mut Token>) {
    let catalogue = session.ground.catalogue();
    let mut risks = Risks::new(&catalogue);
    for token in tokens {
        let scopes = token
            .versions
            .iter_mut()
            .flat_map(|version| version.scopes.iter_mut().chain(version.granted.iter_mut().flatten()));
        risks.tell(&token.service, token.kind.as_deref(), scopes);
    }
}

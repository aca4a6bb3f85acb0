//! What can be seen without a word to anybody: for completions.

use super::lend::{self, Key};
use super::session::{Ground, Session};
use crate::token::Token;
use crate::token::parts::Parts;

/// What completions tell of a token.
const TOLD: Parts = Parts::FACTS.and(Parts::TAGS).and(Parts::SCOPES).and(Parts::CONSUMERS);

/// All tokens of the vault that is meant, if the agent holds its key. No way in is tried, not even one that would open
/// without a word: a key file may be on a disk that sleeps, a plugin may blink.
pub fn peek(ground: &Ground) -> Option<Vec<Token>> {
    if !ground.agent {
        return None;
    }
    let vault = ground.vault().ok()?;
    let lent = lend::borrow(ground, &vault).ok()??;
    let session = Session::with_key(ground.clone(), vault, Key::Lent(lent)).ok()?;
    session.read(|vault| Ok(vault.tokens_in(TOLD)?)).ok()
}

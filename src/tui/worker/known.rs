//! What the window has of the vault. It is sent what it has not: read anew as a whole beside the old one, a list would be in
//! memory twice.

use std::collections::HashMap;
use std::hash::BuildHasher;

use crate::ops::{Error, Session};
use crate::token::Token;
use crate::token::id::TokenId;

/// A digest of each token, as it was sent. Digests have a key of their own in each process, and tell nobody anything.
#[derive(Default)]
pub(super) struct Known(HashMap<TokenId, u64>);

impl Known {
    /// The tokens that are not there as they were sent, whoever changed them, and those that are gone.
    pub(super) fn news(&mut self, session: &Session) -> Result<(Vec<Token>, Vec<TokenId>), Error> {
        if self.0.is_empty() {
            return self.first(session);
        }
        let (mut news, mut found) = (vec![], HashMap::with_hasher(self.0.hasher().clone()));
        session.read(|vault| {
            Ok(vault.each_token(|token| {
                let digest = self.0.hasher().hash_one(&token);
                found.insert(token.id, digest);
                if self.0.get(&token.id) != Some(&digest) {
                    news.push(token);
                }
            })?)
        })?;
        let gone = self.0.keys().filter(|id| !found.contains_key(id)).copied().collect();
        // What was not read to its end was not sent.
        self.0 = found;
        Ok((news, gone))
    }

    /// All of them. There is no other list yet beside which this one would stand, and somebody waits: it is read in one go.
    fn first(&mut self, session: &Session) -> Result<(Vec<Token>, Vec<TokenId>), Error> {
        let tokens = session.read(|vault| Ok(vault.tokens()?))?;
        self.0 = HashMap::with_capacity(tokens.len());
        for token in &tokens {
            let digest = self.0.hasher().hash_one(token);
            self.0.insert(token.id, digest);
        }
        Ok((tokens, vec![]))
    }
}

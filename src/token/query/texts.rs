//! The texts in which free words are looked for, side by side: who searches many tokens at each key would spend most of the time
//! on going from one place in memory to the next.

use crate::token::Token;

/// Path, account, tags and scopes of many tokens.
#[derive(Debug, Default)]
pub struct Texts {
    all: String,
    /// Where each text ends.
    ends: Vec<usize>,
    /// How many texts there were when a token's had been added.
    tokens: Vec<usize>,
}

impl Texts {
    /// Those of these tokens.
    pub fn of(tokens: &[Token]) -> Self {
        let mut texts = Self::default();
        tokens.iter().for_each(|token| texts.push(token));
        texts
    }

    /// Those of one token, in place of what there was.
    pub(super) fn only(&mut self, token: &Token) {
        self.all.clear();
        self.ends.clear();
        self.tokens.clear();
        self.push(token);
    }

    fn push(&mut self, token: &Token) {
        let mut add = |parts: &[&str]| {
            self.all.extend(parts.iter().copied());
            self.ends.push(self.all.len());
        };
        add(&[&token.service, "/", &token.name]);
        token.account.iter().for_each(|account| add(&[account]));
        token.tags.iter().for_each(|tag| add(&[tag]));
        token.current().may().iter().for_each(|scope| add(&[&scope.name]));
        self.tokens.push(self.ends.len());
    }

    /// Those of the token at that place, one by one: letters scattered over several of them are no find.
    pub(super) fn at(&self, at: usize) -> impl Iterator<Item = &str> {
        let count = |at: Option<usize>| at.and_then(|at| self.tokens.get(at)).copied().unwrap_or_default();
        let (first, end) = (count(at.checked_sub(1)), count(Some(at)));
        let mut from = first.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        self.ends.get(first..end).unwrap_or_default().iter().map(move |&to| {
            let text = self.all.get(from..to).unwrap_or_default();
            from = to;
            text
        })
    }
}

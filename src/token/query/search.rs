//! A query at work.

use nucleo_matcher::pattern::Pattern;
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::{Asks, Flag, Query, Side, Test, Texts, facts, need};
use crate::token::Token;
use crate::token::now::Now;
use crate::token::rules::Rules;

/// A query at work over many tokens.
pub struct Search<'a> {
    query: &'a Query,
    rules: &'a Rules,
    now: &'a Now,
    /// Looks into the trash as well.
    everywhere: bool,
    asks: Asks,
    matcher: Matcher,
    letters: Vec<char>,
    /// Those of a token that is looked at alone.
    texts: Texts,
}

impl<'a> Search<'a> {
    /// Readies a query to look at tokens.
    pub fn new(query: &'a Query, rules: &'a Rules, now: &'a Now) -> Self {
        let matcher = Matcher::new(Config::DEFAULT);
        let (letters, texts) = (vec![], Texts::default());
        Self { query, rules, now, everywhere: false, asks: query.asks(), matcher, letters, texts }
    }

    /// Looks into the trash as well, though no word of the query names it.
    pub fn everywhere(self) -> Self {
        Self { everywhere: true, ..self }
    }

    /// How well a token fits, higher is better; `None` where it does not.
    pub fn score(&mut self, token: &Token) -> Option<u32> {
        let mut texts = std::mem::take(&mut self.texts);
        if self.query.has_words() {
            texts.only(token);
        }
        let score = self.score_among(token, &texts, 0);
        self.texts = texts;
        score
    }

    /// The same, with the texts of many tokens, among which its own are at that place.
    pub fn score_among(&mut self, token: &Token, texts: &Texts, at: usize) -> Option<u32> {
        let in_trash = token.trashed.is_some() && token.purged.is_none();
        if token.purged.is_some() != self.asks.purged || (in_trash && !self.asks.trashed && !self.everywhere) {
            return None;
        }
        let query = self.query;
        let mut total = 0;
        for term in &query.terms {
            match self.test(&term.test, token, texts, at) {
                Some(score) if !term.negated => total += score,
                None if term.negated => {}
                _ => return None,
            }
        }
        Some(total)
    }

    fn test(&mut self, test: &Test, token: &Token, texts: &Texts, at: usize) -> Option<u32> {
        let holds = match test {
            Test::Word(pattern) => return texts.at(at).filter_map(|text| self.fuzzy(pattern, text)).max(),
            Test::Fact { key, value, whole } => facts(token, *key).any(|fact| need::fits(fact, value, *whole)),
            Test::Risk(risk) => token.current().may().iter().any(|scope| scope.risk() == Some(*risk)),
            Test::Expires(side, day) => token.current().expiry.date().is_some_and(|date| {
                let ends = date.day(self.now);
                if *side == Side::Under { ends < *day } else { ends > *day }
            }),
            Test::Unused(side, days) => {
                let last = token.last_use.unwrap_or(token.added);
                let unused = -self.now.days_until(self.now.day_of(last));
                if *side == Side::Under { unused < *days } else { unused > *days }
            }
            Test::Is(Flag::Has(status)) => token.is(*status, self.rules, self.now),
            Test::Is(Flag::Unverified) => token.current().verdict.is_none(),
            Test::Is(Flag::Mismatched) => token.current().is_mismatched(),
            Test::Is(Flag::Uninstalled) => token.unserved().next().is_some(),
            Test::Is(Flag::Trashed) => token.trashed.is_some(),
            Test::Is(Flag::Purged) => token.purged.is_some(),
        };
        holds.then_some(0)
    }

    fn fuzzy(&mut self, pattern: &Pattern, text: &str) -> Option<u32> {
        // Most are as simple as that, which the matcher would look at more closely each time.
        let is_simple = text.bytes().all(|b| b.is_ascii() && b != b'\r');
        let text = if is_simple { Utf32Str::Ascii(text.as_bytes()) } else { Utf32Str::new(text, &mut self.letters) };
        pattern.score(text, &mut self.matcher)
    }
}

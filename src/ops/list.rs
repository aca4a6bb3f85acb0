//! Listing tokens.

use std::cmp::Ordering;

use super::error::Error;
use super::session::Session;
use crate::token::Token;
use crate::token::column::{self, Column, Lens};
use crate::token::query::{Query, Search};

/// What a list found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The tokens, in order.
    pub tokens: Vec<Token>,
    /// How many tokens in use there are in all.
    pub of: usize,
}

/// Finds tokens by query words. With `all`, those in the trash are found as well. `sort` names a column, with `-` before
/// it for the other way round; without it, free words sort by how well they fit, and else the settings say.
pub fn list(session: &Session, query: &Query, sort: Option<&str>, all: bool) -> Result<Listed, Error> {
    let tokens = session.read(|vault| Ok(vault.tokens()?))?;
    let of = tokens.iter().filter(|token| token.is_kept()).count();
    let search = Search::new(query, &session.rules, &session.now);
    let mut search = if all { search.everywhere() } else { search };
    let mut found: Vec<(u32, Token)> = tokens
        .into_iter()
        .filter_map(|token| {
            let score = search.score(&token)?;
            Some((score, token))
        })
        .collect();

    let usual = &session.ground.config.list.sort;
    let (column, backwards) = order(sort.unwrap_or(usual))?;
    let lens = Lens { rules: &session.rules, now: &session.now, ascii: false };
    let by_column = |a: &Token, b: &Token| {
        let order = (column.compare)(a, b, &lens);
        if backwards { order.reverse() } else { order }
    };
    let by_fit = sort.is_none() && query.ranks();
    // What is equal otherwise stays in the order of paths.
    found.sort_by_cached_key(|(_, token)| column::path_key(token));
    found.sort_by(|(fit_a, a), (fit_b, b)| {
        let fit = if by_fit { fit_b.cmp(fit_a) } else { Ordering::Equal };
        fit.then_with(|| by_column(a, b))
    });
    Ok(Listed { tokens: found.into_iter().map(|(_, token)| token).collect(), of })
}

fn order(sort: &str) -> Result<(&'static Column, bool), Error> {
    let name = sort.trim_start_matches('-');
    let column = column::find(name).ok_or_else(|| {
        let shown = crate::text::escaped(name).into_owned();
        Error::usage(format!("there is no column '{shown}'"), crate::config::column_names())
    })?;
    Ok((column, sort.starts_with('-')))
}

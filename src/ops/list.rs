//! Listing tokens.

use std::cmp::Reverse;

use super::error::Error;
use super::risks;
use super::session::Session;
use crate::token::Token;
use crate::token::column::{self, Column, Lens};
use crate::token::parts::Parts;
use crate::token::query::{Query, Search};

/// Finds tokens by query words. With `all`, those in the trash are found as well. `sort` names a column, with `-` before
/// it for the other way round; without it, free words sort by how well they fit, and else the settings say. `shown` is what
/// is to be looked at in the tokens that are found.
pub fn list(
    session: &Session,
    query: &Query,
    sort: Option<&str>,
    all: bool,
    shown: Parts,
) -> Result<Vec<Token>, Error> {
    let (column, backwards) = order(sort.unwrap_or(&session.ground.config.list.sort))?;
    let parts = shown.and(query.parts()).and(column.parts);
    let mut tokens = session.read(|vault| {
        Ok(match query.need() {
            Some(need) => vault.tokens_with(&need, parts)?,
            None => vault.tokens_in(parts)?,
        })
    })?;
    if parts.have(Parts::RISKS) {
        risks::tell(session, &mut tokens);
    }
    let search = Search::new(query, &session.rules, &session.now);
    let mut search = if all { search.everywhere() } else { search };
    tokens.retain(|token| search.score(token).is_some());

    // What is equal in one order stays as it was in the one before.
    // Those that are read by an index stand so already.
    if !tokens.is_sorted_by(|a, b| column::by_path(a, b).is_le()) {
        tokens.sort_by_cached_key(column::path_key);
    }
    let lens = Lens { rules: &session.rules, now: &session.now, ascii: false };
    match backwards {
        true => tokens.sort_by_cached_key(|token| Reverse((column.key)(token, &lens))),
        false if column.name == column::BY_PATH => {}
        false => tokens.sort_by_cached_key(|token| (column.key)(token, &lens)),
    }
    if sort.is_none() && query.ranks() {
        tokens.sort_by_cached_key(|token| Reverse(search.score(token)));
    }
    Ok(tokens)
}

/// How many tokens are in use.
pub fn count(session: &Session) -> Result<usize, Error> {
    session.read(|vault| Ok(vault.kept()?))
}

fn order(sort: &str) -> Result<(&'static Column, bool), Error> {
    let name = sort.trim_start_matches('-');
    let column = column::find(name).ok_or_else(|| {
        let shown = crate::text::escaped(name).into_owned();
        Error::usage(format!("there is no column '{shown}'"), crate::config::column_names())
    })?;
    Ok((column, sort.starts_with('-')))
}

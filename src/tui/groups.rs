//! What the tokens can be narrowed down to with one key: filters with names.

use std::collections::BTreeMap;

use crate::token::Token;
use crate::token::now::Now;
use crate::token::query::{Query, Search};
use crate::token::rules::Rules;

/// A filter with a name and how many tokens it finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What it is called. Not escaped.
    pub title: String,
    /// The words that make it.
    pub query: String,
    /// How many tokens it finds.
    pub count: usize,
    /// The heading that it is the first one under.
    pub under: Option<&'static str>,
    /// The person made it, and gave it its name.
    pub own: bool,
}

/// The groups that every vault has.
const FIXED: [(&str, &str); 6] = [
    ("All", ""),
    ("Expiring", "is:expiring"),
    ("Expired", "is:expired"),
    ("Owed", "is:owed"),
    ("Dead", "is:dead"),
    ("Unused > 90 d", "unused>90d"),
];

/// All of a vault's groups: the usual ones in which there is something, the person's own, and those by service and tag.
pub fn of(tokens: &[Token], own: &BTreeMap<String, String>, rules: &Rules, now: &Now) -> Vec<Group> {
    // Words that make no sense on this day find nothing; who chooses them is told why.
    let count = |words: &str| {
        Query::parse(words, now).map_or(0, |query| {
            let mut search = Search::new(&query, rules, now);
            tokens.iter().filter(|token| search.score(token).is_some()).count()
        })
    };
    let group = |title: &str, words: &str| Group {
        title: title.into(),
        query: words.into(),
        count: count(words),
        under: None,
        own: false,
    };
    let mut groups: Vec<Group> = FIXED.iter().map(|(title, words)| group(title, words)).collect();
    // What there is nothing of need not be looked at.
    groups.retain(|one| one.count > 0 || one.query.is_empty());
    let mut own: Vec<Group> = own.iter().map(|(name, words)| Group { own: true, ..group(name, words) }).collect();
    if let Some(first) = own.first_mut() {
        first.under = Some("Saved");
    }
    groups.append(&mut own);
    let kept = || tokens.iter().filter(|token| token.is_kept());
    let services = kept().map(|token| token.service.as_str());
    let tags = kept().flat_map(|token| token.tags.iter().map(String::as_str));
    groups.extend(counted(services, "Services", "", "service="));
    groups.extend(counted(tags, "Tags", "#", "tag="));
    groups
}

fn counted<'a>(all: impl Iterator<Item = &'a str>, under: &'static str, sign: &str, key: &str) -> Vec<Group> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    let mut groups: Vec<Group> = counts
        .into_iter()
        .map(|(one, count)| Group {
            title: format!("{sign}{one}"),
            query: format!("{key}\"{one}\""),
            count,
            under: None,
            own: false,
        })
        .collect();
    if let Some(first) = groups.first_mut() {
        first.under = Some(under);
    }
    groups
}

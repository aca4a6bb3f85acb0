//! How much harm scopes allow, as their services say: asked for many tokens at once, so that no definition that is shipped is read
//! for it. They became a table when patvault was built.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use regex_lite::Regex;

use super::catalogue::Catalogue;
use super::definition::{Definition, ScopeSet};
use crate::scope::{Risk, Scope};

/// A shipped service: kinds by id and name with the name of their set, and the sets.
struct Table {
    kinds: &'static [(&'static str, &'static str, &'static str)],
    sets: &'static [(&'static str, Words, Families)],
}

/// Names of scopes by their risk, least first, each name on a line. One text for many of them: every address in a table is one
/// that is filled in whenever patvault starts, whatever it is asked.
type Words = [&'static str; Risk::ALL.len()];

/// Patterns of names with their risk.
type Families = &'static [(&'static str, Risk)];

/// Shipped services by id, in order.
static SHIPPED: &[(&str, Table)] = include!(concat!(env!("OUT_DIR"), "/risks.rs"));

/// Finds risks. What it needs of a service is looked up once, and so is each scope of a kind: thousands of tokens share a few.
pub struct Risks<'a> {
    catalogue: &'a Catalogue,
    own: BTreeMap<String, Option<Arc<Definition>>>,
    patterns: BTreeMap<String, Option<Regex>>,
    /// What was found, by service and kind, and then by scope.
    found: HashMap<(String, Option<String>), HashMap<String, Option<Risk>>>,
}

impl<'a> Risks<'a> {
    /// Knows nothing yet.
    pub fn new(catalogue: &'a Catalogue) -> Self {
        Self { catalogue, own: BTreeMap::new(), patterns: BTreeMap::new(), found: HashMap::new() }
    }

    /// Tells scopes of a token of some kind what its service says of them; of one whose kind is not known, the highest that it
    /// says of a scope of that name. A definition of the person's own that makes no sense says nothing.
    pub fn tell<'s>(&mut self, service: &str, kind: Option<&str>, scopes: impl IntoIterator<Item = &'s mut Scope>) {
        let key = (service.to_owned(), kind.map(str::to_owned));
        let mut found = self.found.remove(&key).unwrap_or_default();
        for scope in scopes {
            scope.known = match found.get(&scope.name) {
                Some(risk) => *risk,
                None => *found.entry(scope.name.clone()).or_insert(self.find(service, kind, &scope.name)),
            };
        }
        self.found.insert(key, found);
    }

    fn find(&mut self, service: &str, kind: Option<&str>, scope: &str) -> Option<Risk> {
        if !self.own.contains_key(service) {
            let own = self.catalogue.own(service).ok().flatten().map(|service| service.definition);
            self.own.insert(service.to_owned(), own);
        }
        if let Some(Some(own)) = self.own.get(service) {
            return of_own(own, kind, scope);
        }
        let (_, table) = SHIPPED.get(SHIPPED.binary_search_by_key(&service, |(id, _)| id).ok()?)?;
        let same = |text: &str| kind.is_some_and(|kind| text.eq_ignore_ascii_case(kind));
        let set = table.kinds.iter().find(|(id, name, _)| same(id) || same(name)).map(|(.., set)| *set);
        let sets = table.sets.iter().filter(|(name, ..)| set.is_none_or(|set| set == *name));
        sets.filter_map(|(_, words, families)| self.in_set(words, families, scope)).max()
    }

    fn in_set(&mut self, words: &Words, families: Families, scope: &str) -> Option<Risk> {
        let mut by_risk = Risk::ALL.into_iter().zip(words);
        if let Some((risk, _)) = by_risk.find(|(_, names)| names.split('\n').any(|name| name == scope)) {
            return Some(risk);
        }
        let mut fits = |pattern: &str| {
            let compiled = match self.patterns.get(pattern) {
                Some(compiled) => compiled,
                None => {
                    let compiled = whole(pattern);
                    self.patterns.entry(pattern.to_owned()).or_insert(compiled)
                }
            };
            compiled.as_ref().is_some_and(|pattern| pattern.is_match(scope))
        };
        families.iter().find(|(pattern, _)| fits(pattern)).map(|(_, risk)| *risk)
    }
}

fn whole(pattern: &str) -> Option<Regex> {
    Regex::new(&format!("^(?:{pattern})$")).ok()
}

fn of_own(own: &Definition, kind: Option<&str>, scope: &str) -> Option<Risk> {
    let in_set = |set: &ScopeSet| {
        let family = || set.families.iter().find(|family| super::form::fits_whole(&family.pattern, scope));
        set.word(scope).map(|word| word.risk).or_else(|| family().map(|family| family.risk))
    };
    match kind.and_then(|kind| own.kind_called(kind)) {
        Some(kind) => own.scopes.get(kind.scopes.as_ref()?).and_then(in_set),
        None => own.scopes.values().filter_map(in_set).max(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn the_table_says_what_the_definitions_say() {
        let catalogue = Catalogue::of(Path::new("no/such/folder"));
        let told = |service: &str, kind: Option<&str>, name: &str| {
            let mut scope = Scope { name: name.into(), rated: None, known: None };
            Risks::new(&catalogue).tell(service, kind, [&mut scope]);
            scope.known
        };
        for service in catalogue.all().unwrap() {
            let definition = &service.definition;
            for kind in &definition.kinds {
                let set = kind.scopes.as_ref().map(|set| &definition.scopes[set]);
                for word in set.iter().flat_map(|set| &set.words) {
                    let what = format!("{}/{} {}", service.id, kind.id, word.name);
                    assert_eq!(told(&service.id, Some(&kind.name), &word.name), Some(word.risk), "{what}");
                    assert_eq!(of_own(definition, Some(&kind.id), &word.name), Some(word.risk), "{what}");
                    let unsaid = told(&service.id, None, &word.name);
                    assert_eq!(unsaid, of_own(definition, None, &word.name), "{what}");
                    assert!(unsaid >= Some(word.risk), "{what}");
                }
            }
        }
        assert_eq!(told("github", Some("classic"), "no-such-scope"), None);
        assert_eq!(told("nobody", None, "repo"), None);
    }
}

//! The tokens, which of them are shown, and in which order: what every screen with tokens stands on.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::config::Config;
use crate::token::Token;
use crate::token::column::{self, Column, Lens};
use crate::token::id::TokenId;
use crate::token::now::Now;
use crate::token::query::{Query, Search, Texts};
use crate::token::rules::Rules;
use crate::tui::groups::{self, Group};

/// All tokens of a vault, and a view of them.
pub struct List {
    /// All of them, by path.
    tokens: Vec<Token>,
    /// What free words are looked for in.
    texts: Texts,
    /// What they can be narrowed down to.
    groups: Vec<Group>,
    /// Those that the person made: names and words.
    own: BTreeMap<String, String>,
    /// Which group it is; the first is all of them.
    group: usize,
    /// The words of the filter.
    filter: String,
    /// What is wrong with them.
    bad: Option<String>,
    query: Query,
    order: &'static Column,
    backwards: bool,
    /// Places among the tokens, of all of them, in that order.
    sorted: Vec<usize>,
    /// The same of those that are shown.
    rows: Vec<usize>,
    selected: Option<TokenId>,
    /// Its place among the rows.
    at: usize,
    marks: BTreeSet<TokenId>,
    /// Counts how often other rows were found.
    revision: u64,
}

/// The order of the column `sign`: most pressing first.
static USUAL_ORDER: &Column = &column::COLUMNS[0];

impl List {
    /// Nothing yet, to be sorted and grouped as the settings say.
    pub fn of(config: &Config) -> Self {
        let sort = config.tui.sort.as_str();
        let name = sort.trim_start_matches('-');
        let order = column::find(name).unwrap_or(USUAL_ORDER);
        Self {
            tokens: vec![],
            texts: Texts::default(),
            groups: vec![],
            own: config.groups.clone(),
            group: 0,
            filter: String::new(),
            bad: None,
            query: Query::default(),
            order,
            backwards: sort.starts_with('-'),
            sorted: vec![],
            rows: vec![],
            selected: None,
            at: 0,
            marks: BTreeSet::new(),
            revision: 0,
        }
    }

    /// Takes what is in the vault.
    pub fn load(&mut self, tokens: Vec<Token>, rules: &Rules, now: &Now) {
        self.tokens = tokens;
        self.took(rules, now);
    }

    /// Takes tokens that came or are others now, and lets go of those that are gone.
    pub fn change(&mut self, news: Vec<Token>, gone: &[TokenId], rules: &Rules, now: &Now) {
        let old: BTreeSet<TokenId> = news.iter().map(|token| token.id).chain(gone.iter().copied()).collect();
        self.tokens.retain(|token| !old.contains(&token.id));
        self.tokens.extend(news);
        self.took(rules, now);
    }

    /// Other tokens are there. Selection and marks stay on theirs.
    fn took(&mut self, rules: &Rules, now: &Now) {
        self.tokens.sort_by_cached_key(column::path_key);
        // The old ones first: both at once take twice the room.
        self.texts = Texts::default();
        self.texts = Texts::of(&self.tokens);
        let kept: BTreeSet<TokenId> = self.tokens.iter().map(|token| token.id).collect();
        self.marks.retain(|id| kept.contains(id));
        self.refresh(rules, now);
    }

    /// Takes the groups that the person has now.
    pub fn own_groups(&mut self, own: &BTreeMap<String, String>, rules: &Rules, now: &Now) {
        self.own.clone_from(own);
        self.refresh(rules, now);
    }

    /// Narrows down to the person's own group of that name, if there is one, and takes the filter away: it is in the group.
    pub fn show_own(&mut self, name: &str, rules: &Rules, now: &Now) {
        if let Some(at) = self.groups.iter().position(|group| group.own && group.title == name) {
            self.filter.clear();
            self.set_group(at, rules, now);
        }
    }

    /// The words that make what is shown: those of the group, and the filter.
    pub fn words(&self) -> String {
        let group = self.groups.get(self.group).map_or("", |group| group.query.as_str());
        format!("{group} {}", self.filter).trim().to_owned()
    }

    /// Reads words, counts, sorts and finds anew: other tokens or groups are there, or another day has begun. It stays in the
    /// group that holds where that is still there.
    pub fn refresh(&mut self, rules: &Rules, now: &Now) {
        let held = self.groups.get(self.group).map(|group| (group.title.clone(), group.query.clone()));
        self.groups = groups::of(&self.tokens, &self.own, rules, now);
        let is_it =
            |group: &Group| held.as_ref().is_some_and(|(title, query)| group.title == *title && group.query == *query);
        self.group = self.groups.iter().position(is_it).unwrap_or(0);
        self.parse(now);
        self.arrange(rules, now);
    }

    /// Sorts and finds anew.
    fn arrange(&mut self, rules: &Rules, now: &Now) {
        self.sorted = (0..self.tokens.len()).collect();
        let lens = Lens { rules, now, ascii: false };
        // By path they are already: what is equal in one order stays as it is in the other.
        if self.order.name != column::BY_PATH {
            let key = |at: &usize| self.tokens.get(*at).map(|token| (self.order.key)(token, &lens));
            self.sorted.sort_by_cached_key(key);
        }
        if self.backwards {
            self.sorted.reverse();
        }
        self.find(rules, now);
    }

    /// Finds anew: other ones are looked for.
    fn find(&mut self, rules: &Rules, now: &Now) {
        self.revision += 1;
        let mut search = Search::new(&self.query, rules, now);
        // In the order in which they lie in memory: to read them is what takes most of the time.
        let tokens = self.tokens.iter().enumerate();
        let scores: Vec<_> = tokens.map(|(at, token)| search.score_among(token, &self.texts, at)).collect();
        let score = |at: usize| scores.get(at).copied().flatten();
        let mut found: Vec<(usize, u32)> = self.sorted.iter().filter_map(|&at| Some((at, score(at)?))).collect();
        if self.query.ranks() {
            found.sort_by_key(|(_, score)| Reverse(*score));
        }
        self.rows = found.into_iter().map(|(at, _)| at).collect();
        let place = self.selected.and_then(|id| self.rows().position(|token| token.id == id));
        self.select(place.unwrap_or(self.at));
    }

    fn parse(&mut self, now: &Now) {
        // While somebody types, the filter before holds until the new one makes sense.
        match Query::parse(&self.words(), now) {
            Ok(query) => (self.query, self.bad) = (query, None),
            Err(error) => self.bad = Some(error.to_string()),
        }
    }

    /// Narrows down to words.
    pub fn set_filter(&mut self, text: &str, rules: &Rules, now: &Now) {
        text.clone_into(&mut self.filter);
        self.parse(now);
        if self.bad.is_none() {
            // Who types looks at what fits best.
            (self.selected, self.at) = (None, 0);
            self.find(rules, now);
        }
    }

    /// Narrows down to a group.
    pub fn set_group(&mut self, group: usize, rules: &Rules, now: &Now) {
        self.group = group.min(self.groups.len().saturating_sub(1));
        self.parse(now);
        self.find(rules, now);
    }

    /// Sorts by a column, or the other way round where it is sorted by it.
    pub fn sort(&mut self, by: &'static Column, rules: &Rules, now: &Now) {
        self.backwards = self.order.name == by.name && !self.backwards;
        self.order = by;
        self.arrange(rules, now);
    }

    /// Sorts the other way round.
    pub fn turn(&mut self, rules: &Rules, now: &Now) {
        self.sort(self.order, rules, now);
    }

    /// Selects a token, also one that comes with the next load.
    pub fn seek(&mut self, id: TokenId) {
        let place = self.rows().position(|token| token.id == id);
        match place {
            Some(at) => self.select(at),
            None => self.selected = Some(id),
        }
    }

    /// Selects by place among the rows; behind the last one is the last one.
    pub fn select(&mut self, at: usize) {
        self.at = at.min(self.rows.len().saturating_sub(1));
        self.selected = self.row(self.at).map(|token| token.id);
    }

    /// Its secret was used just now: uses leave no trace in what is loaded.
    pub fn used(&mut self, id: TokenId, rules: &Rules, now: &Now) {
        if let Some(token) = self.tokens.iter_mut().find(|token| token.id == id) {
            token.last_use = Some(now.instant);
            self.refresh(rules, now);
        }
    }

    /// Selects a token. Filter and group are taken away where they hide it.
    pub fn show(&mut self, id: TokenId, rules: &Rules, now: &Now) {
        if !self.rows().any(|token| token.id == id) {
            (self.filter, self.group) = (String::new(), 0);
            self.parse(now);
        }
        self.selected = Some(id);
        self.find(rules, now);
    }

    /// Selects so many rows further on.
    pub fn step(&mut self, by: isize) {
        self.select(self.at.saturating_add_signed(by));
    }

    /// Marks the selected token, or takes its mark away.
    pub fn mark(&mut self) {
        if let Some(id) = self.selected
            && !self.marks.remove(&id)
        {
            self.marks.insert(id);
        }
    }

    /// Marks all that are shown; where they are, none.
    pub fn mark_all(&mut self) {
        let shown: BTreeSet<TokenId> = self.rows().map(|token| token.id).collect();
        if shown.is_subset(&self.marks) { self.marks.clear() } else { self.marks.extend(shown) }
    }

    /// Takes all marks away.
    pub fn unmark(&mut self) {
        self.marks.clear();
    }

    /// The tokens that are shown, in order.
    pub fn rows(&self) -> impl Iterator<Item = &Token> {
        self.rows.iter().filter_map(|&at| self.tokens.get(at))
    }

    /// The token at a place among the rows.
    pub fn row(&self, at: usize) -> Option<&Token> {
        self.rows.get(at).and_then(|&at| self.tokens.get(at))
    }

    /// The token that is selected.
    pub fn token(&self) -> Option<&Token> {
        self.row(self.at)
    }

    /// A token by its id, shown or not.
    pub fn by_id(&self, id: TokenId) -> Option<&Token> {
        self.tokens.iter().find(|token| token.id == id)
    }

    /// Another number where the rows may be others than they were.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Those that an act is about: the marked ones, else the selected one.
    pub fn meant(&self) -> Vec<&Token> {
        if self.marks.is_empty() {
            return self.token().into_iter().collect();
        }
        self.tokens.iter().filter(|token| self.marks.contains(&token.id)).collect()
    }

    /// Whether fewer than all are shown.
    pub fn is_narrowed(&self) -> bool {
        !self.filter.is_empty() || self.group != 0
    }

    /// The group that holds, if the person made it.
    pub fn own_group(&self) -> Option<&Group> {
        self.groups.get(self.group).filter(|group| group.own)
    }

    /// All tokens, by path; those in the trash too.
    pub fn all(&self) -> &[Token] {
        &self.tokens
    }

    /// How many are shown.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The place of the selected one.
    pub fn at(&self) -> usize {
        self.at
    }

    /// What the tokens can be narrowed down to.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// The group that holds.
    pub fn group(&self) -> usize {
        self.group
    }

    /// The filter that holds.
    pub fn filter(&self) -> &str {
        &self.filter
    }

    /// What is wrong with the filter.
    pub fn bad(&self) -> Option<&str> {
        self.bad.as_deref()
    }

    /// The column that is sorted by, and whether the other way round.
    pub fn order(&self) -> (&'static Column, bool) {
        (self.order, self.backwards)
    }

    /// The tokens that are marked.
    pub fn marks(&self) -> &BTreeSet<TokenId> {
        &self.marks
    }
}

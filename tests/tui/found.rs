//! Whatever was done before, the list shows what a search from scratch finds, in the order in which it finds it.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::time::Duration;

use patvault::config::Config;
use patvault::token::Token;
use patvault::token::column::{self, COLUMNS, Lens};
use patvault::token::id::TokenId;
use patvault::token::query::{Query, Search};
use patvault::token::rules::Rules;
use patvault::tui::list::List;
use proptest::prelude::*;

use crate::stage::{at, ends, scoped, tagged, token};

#[derive(Debug, Clone)]
enum Deed {
    Type(char),
    Erase,
    Filter(&'static str),
    Group(usize),
    Sort(usize),
    Turn,
    Mark,
    MarkAll,
    Step(isize),
    Load(Vec<Token>),
    Midnight,
}

fn any_token() -> impl Strategy<Value = Token> {
    let service = proptest::sample::select(&["github", "gitlab", "Ünï", "日本"][..]);
    let name = "[a-cA-C0-2é/ -]{1,6}";
    let tag = proptest::sample::select(&["ab", "prod", "é"][..]);
    (0..40_u32, service, name, tag, -5..60_i64, any::<bool>()).prop_map(
        |(number, service, name, tag, days, trashed)| {
            let mut token =
                scoped(tagged(ends(token(number, &format!("{service}/{name}")), days), &[tag]), &["repo", "abc"]);
            token.trashed = trashed.then_some(token.added);
            token
        },
    )
}

/// Tokens as a vault has them: each once.
fn tokens() -> impl Strategy<Value = Vec<Token>> {
    proptest::collection::vec(any_token(), 0..25).prop_map(|mut all| {
        let mut seen = BTreeSet::new();
        all.retain(|token| seen.insert(token.id));
        all
    })
}

const FILTERS: [&str; 8] = ["", "-a", "#prod ", "is:trashed ", "expires<30d ", "\"a", "a b", "service:git "];

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        8 => proptest::sample::select(&['a', 'b', 'C', 'é', 'e', '1', '/', ' ', '-', '"', ':', 'g', '日'][..]).prop_map(Deed::Type),
        4 => Just(Deed::Erase),
        2 => proptest::sample::select(&FILTERS[..]).prop_map(Deed::Filter),
        1 => (0..12_usize).prop_map(Deed::Group),
        2 => (0..COLUMNS.len()).prop_map(Deed::Sort),
        1 => Just(Deed::Turn),
        1 => Just(Deed::Mark),
        1 => Just(Deed::MarkAll),
        2 => (-3..4_isize).prop_map(Deed::Step),
        1 => tokens().prop_map(Deed::Load),
        1 => Just(Deed::Midnight),
    ]
}

/// What a search from scratch finds for the words that were understood last.
fn from_scratch(list: &List, words: &str, days: u64) -> Vec<TokenId> {
    let (rules, now) = (Rules::default(), at(Duration::from_secs(days * 86_400)).now);
    let query = Query::parse(words, &now).unwrap();
    let mut search = Search::new(&query, &rules, &now);
    let mut found: Vec<(&Token, u32)> =
        list.all().iter().filter_map(|token| Some((token, search.score(token)?))).collect();
    found.sort_by_key(|(token, _)| column::path_key(token));
    let (order, backwards) = list.order();
    let lens = Lens { rules: &rules, now: &now, ascii: false };
    found.sort_by_key(|(token, _)| (order.key)(token, &lens));
    if backwards {
        found.reverse();
    }
    if query.ranks() {
        found.sort_by_key(|(_, score)| Reverse(*score));
    }
    found.into_iter().map(|(token, _)| token.id).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn what_is_shown_is_what_a_search_from_scratch_finds(first in tokens(), deeds in proptest::collection::vec(deed(), 1..40)) {
        let rules = Rules::default();
        let mut list = List::of(&Config::default());
        let (mut text, mut days) = (String::new(), 0);
        list.load(first, &rules, &at(Duration::ZERO).now);
        for deed in deeds {
            let now = at(Duration::from_secs(days * 86_400)).now;
            let before = list.token().map(|token| token.id);
            let marks = list.marks().clone();
            match deed {
                Deed::Type(c) => { text.push(c); list.set_filter(&text, &rules, &now) }
                Deed::Erase => { text.pop(); list.set_filter(&text, &rules, &now) }
                Deed::Filter(words) => { words.clone_into(&mut text); list.set_filter(&text, &rules, &now) }
                Deed::Group(group) => list.set_group(group, &rules, &now),
                Deed::Sort(column) => list.sort(&COLUMNS[column], &rules, &now),
                Deed::Turn => list.turn(&rules, &now),
                Deed::Mark => list.mark(),
                Deed::MarkAll => list.mark_all(),
                Deed::Step(by) => list.step(by),
                Deed::Load(tokens) => {
                    // What is sent is what differs, and the ids of what is gone.
                    let (had, has) = (list.all().to_vec(), tokens.clone());
                    let gone = had.iter().map(|token| token.id).filter(|id| has.iter().all(|token| token.id != *id));
                    let news = tokens.into_iter().filter(|token| !had.contains(token)).collect();
                    list.change(news, &gone.collect::<Vec<_>>(), &rules, &now);
                    prop_assert!(list.all().len() == has.len() && has.iter().all(|token| list.all().contains(token)));
                    let kept: BTreeSet<TokenId> = list.all().iter().map(|token| token.id).collect();
                    prop_assert!(list.marks().is_subset(&kept) && list.marks().is_subset(&marks));
                    let stays = before.filter(|id| list.rows().any(|token| token.id == *id));
                    prop_assert!(stays.is_none() || list.token().map(|token| token.id) == stays, "the selection stays");
                }
                Deed::Midnight => {
                    days += 1;
                    list.refresh(&rules, &at(Duration::from_secs(days * 86_400)).now);
                }
            }
            let shown: Vec<TokenId> = list.rows().map(|token| token.id).collect();
            let group = &list.groups()[list.group()].query;
            // While what is typed makes no sense, the words before hold.
            if list.bad().is_none() {
                prop_assert_eq!(&shown, &from_scratch(&list, &format!("{group} {text}"), days), "{:?} {:?}", group, text);
            }
            prop_assert_eq!(list.token().map(|token| token.id), shown.get(list.at()).copied());
        }
    }
}

//! Whoever reads no more of the tokens than is looked at is told the same as whoever reads all of them: over the demo's
//! vault, where no fact is missing everywhere.
#![cfg(test)]

#[path = "common/nobody.rs"]
mod nobody;

use std::collections::BTreeSet;

use nobody::nobody;
use patvault::exchange::json::Record;
use patvault::ops::{self, Session};
use patvault::token::Token;
use patvault::token::column::{COLUMNS, Lens};
use patvault::token::parts::Parts;
use patvault::token::query::{Query, Search};
use patvault::token::reminder::{self, Answer, reminders};
use patvault::vault::{self, Use};

/// Every word of a query, and every state. Each finds some tokens of the demo and leaves others.
const QUERIES: [&str; 28] = [
    "deploy",
    "admin",
    "service:git",
    "name=pull",
    "account:ada",
    "instance:example",
    "kind:classic",
    "#prod",
    "tag:la",
    "scope:repo",
    "risk:high",
    "risk:low",
    "expires<30d",
    "expires>30d",
    "unused>20d",
    "unused<20d",
    "is:alive",
    "is:expiring",
    "is:expired",
    "is:dead",
    "is:owed",
    "is:unknown",
    "is:unverified",
    "is:uninstalled",
    "is:mismatched",
    "place:actions",
    "is:trashed",
    "is:purged",
];

/// Uses that wait in the journal, and what reminders, the trash and purging bring, beside what the demo has.
fn lived_in(session: &Session) {
    session
        .read(|vault| {
            for token in vault.tokens()?.iter().step_by(5) {
                let entry = Use {
                    id: vault::new_id()?,
                    token: token.id,
                    version: token.current().id,
                    at: session.now.instant,
                    verb: "get".into(),
                    device: vault::new_id()?,
                    device_name: "elsewhere".into(),
                };
                session.vault.record_use(vault, &entry)?;
            }
            Ok(())
        })
        .unwrap();
}

fn listed(session: &Session, query: &str, sort: Option<&str>, shown: Parts) -> Vec<Token> {
    let query = Query::parse(query, &session.now).unwrap();
    ops::list(session, &query, sort, false, shown).unwrap()
}

/// Queries that pass tokens by before they are read, and what stands beside such words.
const PASSING_BY: [&str; 12] = [
    "scope:repo",
    "scope:REPO",
    "scope=repo",
    "scope:Ä",
    "-scope:repo",
    "scope:read -scope:write",
    "#prod",
    "#PROD scope:r",
    "tag:r service:git",
    "scope:repo is:trashed",
    "scope:old",
    "deploy #prod",
];

#[test]
fn who_passes_tokens_by_finds_what_a_look_at_all_of_them_finds() {
    let demo = ops::demo(&nobody()).unwrap();
    let session = &demo.session;
    let mut edits = ops::Edits::default();
    for scope in ["REPO:Ä", "old-ä"] {
        edits.scope(scope, None).unwrap();
    }
    ops::edit(session, "github/ci-deploy", "edit", &edits).unwrap();
    ops::discard(session, &["github/ci-deploy".into()]).unwrap();
    let all = session.read(|vault| Ok(vault.tokens()?)).unwrap();
    for text in PASSING_BY {
        let query = Query::parse(text, &session.now).unwrap();
        for everywhere in [false, true] {
            let mut search = Search::new(&query, &session.rules, &session.now);
            if everywhere {
                search = search.everywhere();
            }
            let want: BTreeSet<_> = all.iter().filter(|token| search.score(token).is_some()).map(|it| it.id).collect();
            let listed = ops::list(session, &query, None, everywhere, Parts::NONE).unwrap();
            assert_eq!(listed.iter().map(|token| token.id).collect::<BTreeSet<_>>(), want, "{text}");
            assert_eq!(ops::count(session).unwrap(), all.iter().filter(|token| token.is_kept()).count());
        }
    }
}

#[test]
fn what_is_looked_at_is_read() {
    let demo = ops::demo(&nobody()).unwrap();
    let session = &demo.session;
    ops::discard(session, &["x/announce-bot".into(), "sentry/release".into()]).unwrap();
    ops::purge(session, &["sentry/release".into()]).unwrap();
    let until = Answer::Snoozed(session.now.today() + chrono::Days::new(9));
    ops::answer(session, "github/ci-deploy", None, until).unwrap();
    let mut edits = ops::Edits::default();
    // It ends in most of a year: only its own lead time says that it is expiring.
    edits.lead(Some(365)).unwrap();
    ops::edit(session, "gitlab/mirror", "edit", &edits).unwrap();
    lived_in(session);

    let all = listed(session, "", None, Parts::ALL);
    let lens = Lens { rules: &session.rules, now: &session.now, ascii: false };
    let ids = |tokens: &[Token]| tokens.iter().map(|token| token.id).collect::<Vec<_>>();
    for column in &COLUMNS {
        let cells = |tokens: Vec<Token>| -> Vec<String> {
            tokens.iter().map(|token| (column.cell)(token, &lens).into()).collect()
        };
        let shown = cells(listed(session, "", None, column.parts));
        assert_eq!(shown, cells(all.clone()), "{}", column.name);
        assert!(shown.iter().any(|cell| *cell != shown[0]), "all are the same in {}", column.name);
        let sorted = |shown| ids(&listed(session, "", Some(column.name), shown));
        assert_eq!(sorted(Parts::NONE), sorted(Parts::ALL), "by {}", column.name);
    }
    for query in QUERIES {
        for query in [query.to_owned(), format!("-{query}")] {
            let found = |shown| ids(&listed(session, &query, None, shown));
            assert_eq!(found(Parts::NONE), found(Parts::ALL), "{query}");
            assert!((1..all.len()).contains(&found(Parts::NONE).len()) || query.contains("-is:"), "{query}");
        }
    }
    let records = |shown| {
        let record = |token: &Token| Record::of(token).with_status(token.status(&session.rules, &session.now));
        serde_json::to_value(listed(session, "", None, shown).iter().map(record).collect::<Vec<_>>()).unwrap()
    };
    assert_eq!(records(Record::PARTS), records(Parts::ALL));
    let owed = |shown| {
        let all = listed(session, "", None, shown);
        all.iter().flat_map(|token| reminders(token, &session.rules, &session.now)).collect::<Vec<_>>()
    };
    assert_eq!(owed(reminder::PARTS), owed(Parts::ALL));
}

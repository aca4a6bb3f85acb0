//! Everything about one token.

use std::time::Duration;

use chrono::TimeDelta;
use patvault::ops::{Address, Event, Whole};
use patvault::scope::Granted;
use patvault::token::State;
use patvault::token::change::{Change, Field, Subject};
use patvault::token::consumer::Way;
use patvault::token::expiry::{Expiry, Source};
use patvault::token::id::BatchId;
use patvault::tui::message::{Details, Reply};
use patvault::vault::{Batch, UseRecord};
use patvault::verdict::{Outcome, Verdict};
use snapbox::assert_data_eq;

use crate::stage::{Stage, at, few};

fn whole() -> Whole {
    let now = at(Duration::ZERO).now.instant;
    let mut token = few().remove(0);
    let mut old = token.versions[0].clone();
    old.id = patvault::token::id::VersionId::from_bytes([9; 16]);
    old.state = State::Superseded(now - TimeDelta::days(2));
    old.expiry = Expiry::Never(Source::Typed);
    let current = &mut token.versions[0];
    current.number = 2;
    current.verdict = Some(Verdict { outcome: Outcome::Alive, at: now - TimeDelta::hours(2), why: None });
    current.installed.insert("server".into(), now - TimeDelta::hours(1));
    let version = current.id;
    token.versions.push(old);
    let ways = [("server", "hand ~/.netrc"), ("Actions org/app", "stdin gh secret set X")];
    token.consumers = ways.map(|(place, way)| (place.into(), way.parse::<Way>().unwrap())).into();
    let uses = (0..40).map(|n| UseRecord {
        token: token.id,
        version,
        at: now - TimeDelta::hours(n * n),
        verb: "copy".into(),
        device: "laptop".into(),
    });
    let scopes = |names: &str| names.parse::<Granted>().unwrap().scopes(&[]);
    token.versions[0].scopes = scopes("gist repo");
    token.versions[0].granted = Some(scopes("read:user repo"));
    let change = |field: Field, new: &str| Change {
        subject: Subject { token: token.id, version: Some(version) },
        field,
        old: None,
        new: Some(new.into()),
    };
    let batch = |n: u8, verb: &str| Batch {
        id: BatchId::from_bytes([n; 16]),
        at: now - TimeDelta::days((10 - n).into()),
        device: "laptop".into(),
        verb: verb.into(),
        undoes: None,
        undone: false,
        tokens: 1,
    };
    let events = vec![
        Event::Batch(batch(2, "verify"), vec![change(Field::Granted, "read:user repo")]),
        Event::Batch(
            batch(1, "add"),
            vec![change(Field::Scope("repo".into()), ""), change(Field::Scope("gist".into()), "")],
        ),
    ];
    let page = |url: &str| Address { url: url.into(), how: Some("choose the token".into()), is_unproven: false };
    Whole {
        note: Some("made by hand\nfor \u{1b}[31mci".into()),
        uses: uses.collect(),
        events,
        names: [(token.id, token.path())].into(),
        pages: vec![
            ("manage", page("https://github.com/settings/tokens")),
            ("new", page("https://github.com/settings/tokens/new?scopes=repo")),
        ],
        scopes: None,
        token,
    }
}

fn opened(columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::furnished(columns, rows);
    stage.keys("jo").reply(Reply::Whole(Box::new(whole())));
    stage.effects();
    stage
}

#[test]
fn every_size_shows_what_it_has_room_for() {
    assert_data_eq!(opened(200, 50).screen(), snapbox::file!["screens/detail-200x50.txt"].raw());
    assert_data_eq!(opened(120, 40).screen(), snapbox::file!["screens/detail-120x40.txt"].raw());
    assert_data_eq!(opened(80, 24).screen(), snapbox::file!["screens/detail-80x24.txt"].raw());
    assert_data_eq!(opened(40, 12).screen(), snapbox::file!["screens/detail-40x12.txt"].raw());
    let mut ascii = opened(120, 40);
    ascii.model.shared.ascii = true;
    assert!(ascii.screen().is_ascii(), "{}", ascii.screen());
}

#[test]
fn it_is_read_to_its_end_and_left() {
    let mut stage = opened(40, 12);
    stage.keys("<end>");
    assert!(stage.screen().contains("gist"), "{}", stage.screen());
    stage.keys("<home>");
    assert_data_eq!(stage.screen(), snapbox::file!["screens/detail-40x12.txt"].raw());
    assert!(stage.keys("<esc>").screen().contains("ci-deploy"));
    assert_eq!(stage.model.stack.len(), 0);
}

#[test]
fn pages_are_opened_and_copied() {
    let mut stage = opened(120, 40);
    stage.keys("<enter>c<tab><enter>");
    let manage = "\"https://github.com/settings/tokens\"";
    let new = "\"https://github.com/settings/tokens/new?scopes=repo\"";
    assert_eq!(stage.effects(), format!("Ask(Browse({manage}))\nAsk(CopyAddress({manage}))\nAsk(Browse({new}))\n"));
    stage.click_on("Manage tokens:");
    assert_eq!(stage.effects(), format!("Ask(Browse({manage}))\n"));
}

#[test]
fn what_is_done_with_a_token_is_done_from_here_too() {
    let mut stage = opened(120, 40);
    stage.keys("y");
    assert_eq!(stage.effects(), "Ask(Copy([github/ci-deploy]))\n");
    stage.keys("e");
    assert!(stage.screen().contains("Edit"));
    assert!(stage.effects().contains("Ask(Show(github/ci-deploy))"));
}

#[test]
fn the_pane_beside_the_table_tells_the_uses_of_a_month_and_the_places() {
    let whole = whole();
    let mut tokens = few();
    tokens[0] = whole.token.clone();
    let mut stage = Stage::with(120, 40, tokens);
    stage.keys("j").effects();
    let id = whole.token.id;
    let times = whole.uses.iter().map(|used| used.at).collect();
    let uses = whole.uses.iter().take(5).cloned().collect();
    stage.reply(Reply::Details(Box::new(Details { id, note: None, uses, times })));
    assert_data_eq!(stage.screen(), snapbox::file!["screens/tokens-pane.txt"].raw());
    stage.model.shared.ascii = true;
    assert!(stage.screen().replace(|c| "日本語のトークン".contains(c), "").is_ascii(), "{}", stage.screen());
}

#[test]
fn the_page_that_is_meant_is_seen_before_it_is_opened() {
    for size in [(80, 24), (40, 12)] {
        let mut stage = opened(size.0, size.1);
        stage.effects();
        assert!(!stage.screen().contains("Manage tokens"));
        stage.keys("<enter>");
        assert!(stage.screen().contains("Manage tokens") && stage.effects().is_empty(), "{}", stage.screen());
        assert!(stage.keys("<enter>").effects().contains("Ask(Browse("));
        // Tab shows the first one, too, before it goes on from it.
        stage.keys("<home><tab>");
        assert!(stage.screen().contains("Manage tokens"), "{}", stage.screen());
        stage.keys("<tab>").effects();
        assert!(stage.screen().contains("Make another"), "{}", stage.screen());
        assert!(stage.keys("<enter>").effects().contains("tokens/new"));
    }
}

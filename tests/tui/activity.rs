//! What happened, and taking it back.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use patvault::ops::Event;
use patvault::token::change::{Change, Field, Subject};
use patvault::token::id::{BatchId, TokenId, VersionId};
use patvault::tui::message::{History, Reply};
use patvault::vault::{Batch, UseRecord};
use snapbox::{assert_data_eq, file};

use crate::stage::{Stage, at};

fn ago(hours: i64) -> DateTime<Utc> {
    at(std::time::Duration::ZERO).now.instant - TimeDelta::hours(hours)
}

fn id(number: u32) -> TokenId {
    crate::stage::token(number, "a/b").id
}

fn change(token: u32, field: Field, old: Option<&str>, new: Option<&str>) -> Change {
    let subject = Subject { token: id(token), version: None };
    Change { subject, field, old: old.map(str::to_owned), new: new.map(str::to_owned) }
}

fn batch(number: u8, hours: i64, verb: &str, changes: Vec<Change>) -> Event {
    let batch = Batch {
        id: BatchId::from_bytes([number; 16]),
        at: ago(hours),
        device: "laptop".into(),
        verb: verb.into(),
        undoes: None,
        undone: false,
        tokens: changes.iter().map(|change| change.subject.token).collect::<std::collections::HashSet<_>>().len(),
    };
    Event::Batch(batch, changes)
}

pub fn some() -> Vec<Event> {
    let used = UseRecord {
        token: id(1),
        version: VersionId::from_bytes([1; 16]),
        at: ago(1),
        verb: "copy".into(),
        device: "server\u{1b}[31m".into(),
    };
    let edit = vec![
        change(1, Field::Name, Some("ci"), Some("ci-deploy")),
        change(1, Field::Tag("prod".into()), None, Some("")),
    ];
    vec![
        Event::Use(used),
        batch(2, 3, "edit", edit),
        batch(3, 30, "purge", vec![change(2, Field::Purged, None, Some("2026-11-21"))]),
        batch(4, 50, "rotate", vec![change(4, Field::VersionAdded, None, Some("2026-11-21"))]),
        batch(5, 60, "key add", vec![]),
        batch(
            6,
            70,
            "tag",
            vec![
                change(1, Field::Tag("ci".into()), None, Some("")),
                change(2, Field::Tag("ci".into()), None, Some("")),
            ],
        ),
    ]
}

fn stage(columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::furnished(columns, rows);
    stage.effects();
    assert_eq!(stage.keys("4").effects(), "Ask(History(None, 100))\n");
    stage.reply(history(None, 100, some()));
    stage
}

pub fn history(of: Option<TokenId>, most: usize, events: Vec<Event>) -> Reply {
    let names = crate::stage::few().into_iter().map(|token| (token.id, token.path()));
    Reply::History(Box::new(History { of, most, events, names: HashMap::from_iter(names) }))
}

#[test]
fn every_size_shows_what_it_has_room_for() {
    assert_data_eq!(stage(200, 50).keys("j").screen(), file!["screens/activity-200x50.txt"].raw());
    assert_data_eq!(stage(120, 40).keys("j").screen(), file!["screens/activity-120x40.txt"].raw());
    assert_data_eq!(stage(80, 24).keys("j").screen(), file!["screens/activity-80x24.txt"].raw());
    assert_data_eq!(stage(40, 12).keys("j").screen(), file!["screens/activity-40x12.txt"].raw());
    assert_data_eq!(stage(40, 12).keys("jd").screen(), file!["screens/activity-details.txt"].raw());
    let mut none = Stage::with(80, 24, vec![]);
    assert!(none.keys("4").screen().contains("Reading"));
    assert!(none.reply(history(None, 100, vec![])).screen().contains("Nothing has happened yet."));
}

#[test]
fn what_can_be_taken_back_is_and_the_rest_says_why_not() {
    let mut stage = stage(120, 40);
    stage.keys("ju");
    assert_data_eq!(stage.screen(), file!["screens/take-back.txt"].raw());
    assert_eq!(stage.keys("n").effects(), "");
    let effects = stage.keys("uy").effects();
    assert!(effects.starts_with("Ask(Undo(Some("), "{effects}");
    let whys = ["a use cannot", "is gone", "it brought a secret", "it changed no token"];
    for (keys, why) in ["<home>u", "jju", "ju", "ju"].iter().zip(whys) {
        assert!(stage.keys(keys).screen().lines().last().unwrap().contains(why), "{why}: {}", stage.screen());
        assert_eq!(stage.effects(), "");
    }
    assert!(stage.keys("ju").screen().contains("gitlab/old-runner  tag ci: added"));
}

#[test]
fn only_one_token_and_everything_again() {
    let mut stage = stage(120, 40);
    let effects = stage.keys("jt").effects();
    assert_eq!(effects, "Ask(History(Some(github/ci-deploy), 100))\n");
    stage.reply(history(Some(id(1)), 100, some().drain(..2).collect()));
    assert!(stage.screen().contains("Activity of github/ci-deploy"));
    assert_eq!(stage.keys("t").effects(), "Ask(History(None, 100))\n");
    stage.reply(history(None, 100, some())).keys("<home><enter>");
    assert_eq!((stage.model.tab, stage.model.shared.list.token().unwrap().id), (0, id(1)));
}

#[test]
fn more_is_asked_for_where_somebody_comes_near_the_end() {
    let mut stage = stage(80, 24);
    let many = |count: usize| (0..count).map(|_| some().remove(0)).collect::<Vec<_>>();
    stage.reply(history(None, 100, many(100)));
    assert_eq!(stage.effects(), "");
    assert_eq!(stage.keys("<end>").effects(), "Ask(History(None, 200))\n");
    assert_eq!(stage.keys("k").effects(), "", "it is asked for once");
    stage.reply(history(None, 200, many(150)));
    assert_eq!(stage.keys("<end>").effects(), "", "that is all there is");
    let now = stage.model.shared.list.all().to_vec();
    assert_eq!(stage.reply(Reply::Loaded(now, vec![])).effects(), "Ask(History(None, 200))\n", "something was written");
}

#[test]
fn the_token_of_an_event_is_copied_from_here() {
    let mut stage = stage(120, 40);
    stage.keys("<home>").effects();
    let effects = stage.keys("y").effects();
    assert!(effects.starts_with("Ask(Copy("), "{effects}");
    assert!(stage.keys("o").effects().contains("Ask(Whole("));
}

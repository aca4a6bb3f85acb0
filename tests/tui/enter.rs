//! Adding and editing: a form that begins with the secret.

use std::sync::{Arc, OnceLock};

use crossterm::event::MouseEventKind;
use patvault::ops::{self, Ground, Shown};
use patvault::service::Service;
use patvault::tui::keymap::{Context, ENTRIES, Key};
use patvault::tui::message::{Effect, Message, Reply, Request};
use proptest::prelude::*;
use snapbox::assert_data_eq;

use crate::stage::{Stage, few};

/// The shipped catalogue, read once.
pub fn services() -> Arc<Vec<Service>> {
    static SERVICES: OnceLock<Arc<Vec<Service>>> = OnceLock::new();
    let read = || Arc::new(ops::services(&Ground::apart(std::path::Path::new("/nowhere"))).unwrap());
    Arc::clone(SERVICES.get_or_init(read))
}

/// The form for a new token.
fn adding(columns: u16, rows: u16) -> Stage {
    let mut stage = Stage::furnished(columns, rows);
    stage.keys("n").reply(Reply::Services(services()));
    stage.effects();
    stage
}

/// A GitLab token by its form, put together so that no search for live ones finds it. It is made up.
fn gitlab() -> String {
    ["gl", "pat-", "made-up-by-the-tests"].concat()
}

/// A GitHub token with a checksum that is none.
fn mistyped() -> String {
    ["gh", "p_", &"0a1B".repeat(9)].concat()
}

fn wanted(stage: &mut Stage, found: impl Fn(Request) -> Option<String>) -> String {
    stage
        .take()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::Ask(request) => found(request),
            _ => None,
        })
        .collect()
}

#[test]
fn every_size_shows_what_it_has_room_for() {
    assert_data_eq!(adding(200, 50).screen(), snapbox::file!["screens/enter-200x50.txt"].raw());
    assert_data_eq!(adding(120, 40).screen(), snapbox::file!["screens/enter-120x40.txt"].raw());
    assert_data_eq!(adding(80, 24).screen(), snapbox::file!["screens/enter-80x24.txt"].raw());
    assert_data_eq!(adding(40, 12).screen(), snapbox::file!["screens/enter-40x12.txt"].raw());
}

#[test]
fn the_secret_fills_in_what_it_shows_of_itself() {
    let mut stage = adding(100, 30);
    stage.paste(&gitlab());
    let screen = stage.screen();
    assert!(screen.contains("gitlab") && !screen.contains("made-up"), "{screen}");
    assert_eq!(stage.effects(), "Ask(Twins(Secret(…)))\n");
    stage.reply(Reply::Twins(vec!["gitlab/old-runner (0000, version 1)".into()]));
    assert_data_eq!(stage.screen(), snapbox::file!["screens/enter-twin.txt"].raw());
}

#[test]
fn a_token_is_added_with_what_was_said_of_it() {
    let mut stage = adding(100, 30);
    stage
        .paste(&gitlab())
        .keys("<tab><tab>ci runner<tab><tab>ada<tab><tab><tab>read_a<enter><esc><tab>90d<tab><tab>prod,night<tab>");
    stage.keys("server # ask ops<enter>ci = $TOKEN ./update<tab>made by hand<ctrl-s>");
    let added = wanted(&mut stage, |request| match request {
        Request::Add(entered, insists, None) => {
            let draft = &entered.draft;
            let version = &draft.versions[0];
            let scopes: Vec<_> = version.scopes.iter().map(|scope| scope.name.as_str()).collect();
            Some(format!(
                "{} {:?} {:?} {scopes:?} {} {:?} {:?} insists: {insists}",
                draft.path(),
                draft.account,
                draft.tags,
                version.expiry,
                draft.consumers,
                draft.note
            ))
        }
        _ => None,
    });
    assert_data_eq!(
        added,
        snapbox::str![[
            r#"gitlab/ci runner Some("ada") {"night", "prod"} ["read_api"] 2027-02-20 typed {"ci": Run { command: "./update", env: Some("TOKEN") }, "server": Hand { note: Some("ask ops") }} Some("made by hand") insists: false"#
        ]]
    );
    let id = few()[0].id;
    assert!(stage.reply(Reply::Kept(id, "Added gitlab/ci runner".into())).screen().contains("Added gitlab/ci runner"));
    assert!(!stage.screen().contains("Add a token"));
}

#[test]
fn what_is_wrong_is_said_beside_its_field_and_nothing_is_saved() {
    let mut stage = adding(100, 40);
    stage.keys("<ctrl-s>");
    assert_eq!(stage.effects(), "");
    assert_data_eq!(stage.screen(), snapbox::file!["screens/enter-lacking.txt"].raw());
    stage.paste("two words").keys("<tab>GitHub<tab><tab><tab><tab>ftp://x<tab><tab>2027-13-01<tab>");
    assert_data_eq!(stage.screen(), snapbox::file!["screens/enter-wrong.txt"].raw());
}

#[test]
fn a_mistyped_secret_is_kept_only_if_somebody_insists() {
    let mut stage = adding(100, 30);
    stage.paste(&mistyped());
    assert!(stage.screen().contains("checksum"), "{}", stage.screen());
    stage.keys("<tab><tab>ci<ctrl-s>");
    let added = |stage: &mut Stage| {
        wanted(stage, |request| match request {
            Request::Add(_, insists, _) => Some(format!("insists: {insists}")),
            _ => None,
        })
    };
    assert_eq!(added(&mut stage), "");
    assert!(stage.screen().contains("save again"), "{}", stage.screen());
    stage.keys("<ctrl-s>");
    assert_eq!(added(&mut stage), "insists: true");
}

#[test]
fn a_secret_that_is_pasted_where_it_would_be_seen_is_put_where_it_is_not() {
    let mut stage = adding(100, 30);
    stage.keys("<tab><tab>").paste(&gitlab());
    let screen = stage.screen();
    assert!(!screen.contains("made-up") && screen.contains("it was put where nobody sees it"), "{screen}");
    // A second one is not taken: the first may be meant.
    stage.keys("<tab><tab>").paste(&gitlab());
    let screen = stage.screen();
    assert!(!screen.contains("made-up") && screen.contains("was not taken"), "{screen}");
}

#[test]
fn leaving_asks_only_where_something_was_entered() {
    let mut stage = adding(80, 24);
    assert!(!stage.keys("<esc>").screen().contains("Add a token"));
    stage.keys("nx").paste("abc").keys("<esc>");
    assert!(stage.screen().contains("Nothing is saved yet."));
    // What is pressed by habit throws nothing away.
    for keys in ["n", "<esc><enter>", "<esc><esc>", "<esc>y"] {
        assert!(stage.keys(keys).screen().contains("Add a token"), "{keys}");
    }
    assert!(!stage.keys("<esc>D").screen().contains("Add a token"));
    stage.keys("nx").paste("abc").keys("<esc>").click_on("throw away");
    assert!(!stage.screen().contains("Add a token"));
}

#[test]
fn a_month_and_words_say_when_it_ends() {
    let mut stage = adding(80, 24);
    stage.keys("<tab><tab><tab><tab><tab><tab><tab>next friday<enter>");
    assert_data_eq!(stage.screen(), snapbox::file!["screens/enter-month.txt"].raw());
    stage.keys("<right><down><enter>");
    assert!(stage.screen().contains("2026-12-05"), "{}", stage.screen());
    let mut small = adding(40, 12);
    small.keys("<tab><tab><tab><tab><tab><tab><tab>next friday<enter>");
    assert_data_eq!(small.screen(), snapbox::file!["screens/enter-month-40x12.txt"].raw());
    small.click_on("never");
    assert!(small.screen().contains("never"), "{}", small.screen());
}

#[test]
fn scopes_are_found_with_what_they_may_do() {
    let mut stage = adding(120, 40);
    stage.keys("<tab>github<tab><tab>classic<tab><tab><tab>org<down><enter>");
    assert_data_eq!(stage.screen(), snapbox::file!["screens/enter-scopes.txt"].raw());
}

#[test]
fn while_the_kind_is_not_known_the_scopes_of_all_are_offered() {
    let mut stage = adding(120, 40);
    stage.keys("<tab>github<tab>").click_on("Scopes");
    assert_data_eq!(stage.screen(), snapbox::file!["screens/enter-scopes-all.txt"].raw());
    stage.keys("delete_repo");
    assert!(stage.screen().contains("high"), "{}", stage.screen());
    stage.keys("<ctrl-u>user:email<enter><esc>");
    // A kind narrows them down.
    stage.click_on("Kind").keys("<esc>fine-grained<tab>");
    stage.click_on("Scopes").keys("delete_repo");
    assert!(stage.screen().contains("delete_repo") && !stage.screen().contains("high"), "{}", stage.screen());
    // What was chosen goes by a click on it, and not by one on what the field is called.
    stage.keys("<ctrl-u><esc>");
    assert!(stage.screen().contains("user:email"), "{}", stage.screen());
    stage.seconds(1).click_on("user:email");
    assert!(!stage.screen().contains("user:email"), "{}", stage.screen());
}

#[test]
fn what_its_service_is_asked_with_and_calls_it_is_entered_too() {
    let mut stage = adding(120, 40);
    stage.paste(&gitlab()).keys("<tab><tab>ci<tab>group<enter><tab>");
    stage.click_on("With personal").keys("old<enter><tab>");
    stage.click_on("[ ] its id").keys("4711<tab>45d<tab>soon<tab>never");
    assert!(stage.screen().contains("write it as 30d, never or default"), "{}", stage.screen());
    stage.keys("<shift-tab><ctrl-u>");
    assert_data_eq!(stage.screen(), snapbox::file!["screens/enter-with.txt"].raw());
    let entered = wanted(stage.keys("<ctrl-s>"), |request| match request {
        Request::Add(entered, ..) => {
            let (told, policy) = (&entered.draft.versions[0].told, entered.draft.policy);
            Some(format!("{:?} {told:?} {:?} {:?}", entered.with, policy.lead_days, policy.unused_days))
        }
        _ => None,
    });
    assert_eq!(entered, r#"{"personal": "gitlab/old-runner"} {"id": "4711"} Some(45) Some(0)"#);

    // Of one that is there, they are changed.
    let mut stage = Stage::furnished(120, 40);
    stage.keys("e").reply(Reply::Services(services()));
    let mut token = few()[1].clone();
    token.kind = Some("group".into());
    token.policy.cadence_days = Some(90);
    token.with = [("personal".to_owned(), few()[0].id)].into();
    let with = vec![("personal".to_owned(), Some("gitlab/admin".to_owned()))];
    let shown = Shown { token, note: None, reminders: vec![], uses: vec![], with, env: vec![] };
    stage.reply(Reply::Shown(Box::new(shown)));
    stage.effects();
    assert!(stage.screen().contains("gitlab/admin") && stage.screen().contains("90d"), "{}", stage.screen());
    stage.click_on("With personal").keys("<esc><ctrl-u><tab>");
    let changed = wanted(stage.keys("<ctrl-s>"), |request| match request {
        Request::Edit(changed) => Some(format!("{:?} {:?}", changed.before.with, changed.facts.with)),
        _ => None,
    });
    assert_eq!(changed, r#"{"personal": "gitlab/admin"} {}"#);
}

#[test]
fn it_goes_by_mouse_alone() {
    let mut stage = adding(120, 40);
    stage.paste(&gitlab());
    stage.click_on("Name").keys("ci");
    stage.click_on("Expires").click_on("90d");
    assert!(stage.screen().contains("Sat 20 Feb 2027"), "{}", stage.screen());
    stage.effects();
    stage.click_on("[ Save ]");
    assert!(stage.effects().contains("Ask(Add("));
}

/// A key or a click, at any size.
#[derive(Debug, Clone)]
enum Deed {
    Key(String),
    Text(char),
    Click(u16, u16),
    Wheel(bool, u16, u16),
    Resize(u16, u16),
    Paste(String),
}

fn deed() -> impl Strategy<Value = Deed> {
    let of_form = ENTRIES.iter().filter(|entry| entry.context == Context::Form);
    let mut keys: Vec<String> = of_form.flat_map(|entry| entry.keys).map(|key| (*key).to_owned()).collect();
    // What could show the rest of the window is none of the form's.
    keys.retain(|key| key != "esc" && key != "ctrl-s");
    keys.extend(
        ["left", "right", "home", "end", "backspace", "delete", "space", "ctrl-w", "ctrl-k"].map(str::to_owned),
    );
    prop_oneof![
        8 => proptest::sample::select(keys).prop_map(Deed::Key),
        4 => any::<char>().prop_map(Deed::Text),
        4 => (0u16..130, 0u16..45).prop_map(|(x, y)| Deed::Click(x, y)),
        1 => (any::<bool>(), 0u16..130, 0u16..45).prop_map(|(up, x, y)| Deed::Wheel(up, x, y)),
        1 => (1u16..200, 1u16..60).prop_map(|(columns, rows)| Deed::Resize(columns, rows)),
        1 => ".{0,30}".prop_map(Deed::Paste),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_typed_nothing_breaks_and_the_secret_is_never_seen(deeds in prop::collection::vec(deed(), 1..60)) {
        let mut stage = adding(100, 30);
        stage.paste(&gitlab());
        for deed in &deeds {
            match deed {
                Deed::Key(key) => {
                    stage.tell(Message::Key(key.parse::<Key>().unwrap().event()));
                }
                Deed::Text(c) => {
                    if let Ok(key) = c.to_string().parse::<Key>() {
                        stage.tell(Message::Key(key.event()));
                    }
                }
                Deed::Click(x, y) => {
                    stage.click(*x, *y);
                }
                Deed::Wheel(up, x, y) => {
                    let kind = if *up { MouseEventKind::ScrollUp } else { MouseEventKind::ScrollDown };
                    stage.mouse(kind, *x, *y);
                }
                Deed::Resize(columns, rows) => {
                    stage.tell(Message::Resize(*columns, *rows));
                }
                Deed::Paste(text) => {
                    stage.paste(text);
                }
            }
            let screen = stage.screen();
            prop_assert!(!screen.contains("made-up") && !screen.contains("the-tests"), "{screen}");
        }
        let said = stage.effects();
        prop_assert!(!said.contains("made-up"), "{said}");
    }
}

#[test]
fn a_scope_that_nobody_knows_is_asked_for_again_before_it_is_kept() {
    let mut stage = adding(120, 40);
    stage.paste(&gitlab());
    stage.click_on("Name").keys("ci");
    stage.click_on("Kind").keys("personal<tab>").click_on("Scopes").keys("read_apj");
    stage.effects();
    stage.click_on("[ Save ]");
    assert_eq!(stage.effects(), "", "it may be a slip");
    assert!(stage.screen().contains("'read_apj' is not in the catalogue; the list adds it"), "{}", stage.screen());
    stage.click_on("Scopes").click_on("add 'read_apj'").click_on("[ Save ]");
    assert!(stage.effects().contains("read_apj"), "{}", stage.screen());
}

#[test]
fn enter_opens_a_list_chooses_from_it_and_goes_on() {
    // What the secret told, and a word that nobody offers.
    for (keys, service) in [("<enter><enter><enter>", "gitlab"), ("<ctrl-u>made-up-service<enter>", "made-up-service")]
    {
        let mut stage = adding(80, 24);
        stage.paste(&gitlab()).keys("<enter>").keys(keys).keys("ci");
        let screen = stage.screen();
        let said = |field: &str| screen.lines().find(|line| line.contains(field)).unwrap().to_owned();
        assert!(said("Service  ").contains(service) && said("Name  ").contains(" ci"), "{keys}\n{screen}");
    }
}

#[test]
fn a_list_leaves_the_foot_of_the_window_alone() {
    let mut stage = adding(80, 24);
    stage.paste(&gitlab()).click_on("Scopes").keys("<enter><enter><down><enter>");
    for rows in [24, 23, 22, 21, 20] {
        stage.tell(Message::Resize(80, rows));
        let screen = stage.screen();
        let foot = screen.lines().last().unwrap();
        assert!(foot.contains("enter choose") && !foot.contains(['─', '└', '│']), "{screen}");
    }
}

#[test]
fn what_may_stand_in_a_field_is_read_to_its_end() {
    let mut stage = adding(80, 24);
    assert!(stage.click_on("Installed in").screen().contains("in a variable"), "{}", stage.screen());
}

#[test]
fn what_is_being_entered_outlives_the_answer_to_something_else() {
    let mut stage = adding(100, 30);
    stage.paste("not-a-real-secret").keys("<tab>gitlab<tab>ci runner");
    // What an editor left was on its way, and the vault was slow.
    stage.reply(Reply::Kept(few()[0].id, "Edited github/ci-deploy".into()));
    assert!(stage.screen().contains("ci runner"), "{}", stage.screen());
}

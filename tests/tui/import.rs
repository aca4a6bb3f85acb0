//! A list of tokens is brought in.

use patvault::exchange::Options;
use patvault::fault::Kind;
use patvault::ops::List;
use patvault::tui::message::{Effect, Fault, ListSeen, Message, Reply, Request};
use snapbox::{assert_data_eq, file};

use crate::stage::Stage;

fn seen(tokens: &[&str]) -> ListSeen {
    let lines = |all: &[&str]| all.iter().map(|line| (*line).to_owned()).collect();
    let note =
        "line 4: github/ci-deploy is passed over, its secret is in the vault: github/ci-deploy (0000, version 1)";
    let columns = &["service       <- \"Site\"", "secret        <- \"Password\""];
    ListSeen { columns: lines(columns), tokens: lines(tokens), notes: lines(&[note]) }
}

/// What the worker is asked for.
fn asked(stage: &mut Stage) -> Option<(Box<List>, Option<ListSeen>)> {
    stage.take().into_iter().find_map(|effect| match effect {
        Effect::Ask(Request::LookAtList(list)) => Some((list, None)),
        Effect::Ask(Request::Import(list, seen)) => Some((list, Some(seen))),
        _ => None,
    })
}

fn started() -> Stage {
    let mut stage = Stage::furnished(80, 24);
    stage.click_on("File").click_on("Bring in a list");
    stage.effects();
    stage
}

#[test]
fn it_is_looked_at_and_then_all_of_it_is_taken() {
    let mut stage = started();
    stage.paste("'/tmp/my tokens.csv'").keys("<tab><tab>gitlab<tab>secret=Password, name=Title");
    stage.click_on("[ ] also").click_on("[ Look at it ]");
    let (list, none) = asked(&mut stage).unwrap();
    assert!(none.is_none() && stage.screen().contains("reading ..."));
    assert_eq!(list.file.to_str(), Some("/tmp/my tokens.csv"));
    let Options { service, map, all } = &list.options;
    assert_eq!((service.as_deref(), map.len(), *all, list.insist), (Some("gitlab"), 2, false, true));
    let found = seen(&["gitlab/a  ada  2027-01-31", "gitlab/b  unknown"]);
    stage.reply(Reply::ListSeen(list.clone(), found.clone()));
    assert_data_eq!(stage.screen(), file!["screens/import.txt"].raw());
    // Something is to be changed first.
    stage.click_on("[ not yet ]");
    assert!(asked(&mut stage).is_none() && stage.screen().contains("my tokens.csv"));
    stage.seconds(1).click_on("[ Look at it ]").effects();
    stage.reply(Reply::ListSeen(list.clone(), found.clone())).seconds(1).click_on("[ add ]");
    assert_eq!(asked(&mut stage).unwrap().1, Some(found.clone()));
    assert!(stage.reply(Reply::Importing(1, 2)).screen().contains("adding: 1 of 2"));
    stage.reply(Reply::Imported("Added 2 tokens".into(), found));
    assert!(stage.screen().contains("Report") && stage.screen().contains("gitlab/b"), "{}", stage.screen());
    stage.seconds(1).click_on("[ close ]");
    assert!(stage.model.stack.is_empty());
}

#[test]
fn a_path_is_completed_as_it_is_typed() {
    let mut stage = started();
    stage.keys("/tmp/to");
    let begun = stage.take().into_iter().filter_map(|effect| match effect {
        Effect::Ask(Request::PathsLike(begun)) => Some(begun),
        _ => None,
    });
    assert_eq!(begun.last().unwrap(), "/tmp/to");
    let paths = |all: &[&str]| all.iter().map(|path| (*path).to_owned()).collect();
    // What was asked for before something else was typed is not looked at.
    stage.reply(Reply::Paths("/tmp/t".into(), paths(&["/tmp/test/"])));
    assert!(!stage.screen().contains("/tmp/test/"));
    stage.reply(Reply::Paths("/tmp/to".into(), paths(&["/tmp/today/", "/tmp/tokens/"])));
    stage.keys("<down><enter>");
    assert!(stage.effects().contains("Ask(PathsLike(\"/tmp/tokens/\"))"), "{}", stage.screen());
    stage.reply(Reply::Paths("/tmp/tokens/".into(), paths(&["/tmp/tokens/a.csv", "/tmp/tokens/b.csv"])));
    stage.click_on("/tmp/tokens/b.csv").seconds(1).click_on("[ Look at it ]");
    assert_eq!(asked(&mut stage).unwrap().0.file.to_str(), Some("/tmp/tokens/b.csv"));
}

#[test]
fn enter_on_a_path_that_was_just_chosen_goes_on() {
    let mut stage = started();
    stage.keys("/tmp/to").reply(Reply::Paths("/tmp/to".into(), vec!["/tmp/tokens.csv".into()]));
    stage.keys("<enter>");
    assert!(!stage.screen().contains("enter choose"), "{}", stage.screen());
    stage.keys("<enter>json").click_on("[ Look at it ]");
    let (list, _) = asked(&mut stage).unwrap();
    assert_eq!((list.file.to_str(), list.format.is_some()), (Some("/tmp/tokens.csv"), true));
}

#[test]
fn what_is_lacking_or_wrong_is_said_where_it_is() {
    let mut stage = started();
    stage.click_on("[ Look at it ]");
    assert!(stage.screen().contains("which file?") && asked(&mut stage).is_none());
    stage.keys("/tmp/tokens.xyz<tab><tab><tab>nonsense").click_on("[ Look at it ]");
    let screen = stage.screen();
    assert!(screen.contains("does not say which column") && asked(&mut stage).is_none(), "{screen}");
    stage.keys("<ctrl-u>").click_on("[ Look at it ]");
    assert!(stage.screen().contains("does not tell it") && asked(&mut stage).is_none());
    stage.keys("json<tab>").click_on("[ Look at it ]");
    let (list, _) = asked(&mut stage).unwrap();
    let fault = Fault { text: "2 rows cannot be taken\n  line 2: no name".into(), hint: None, kind: Kind::Usage };
    stage.reply(Reply::Failed(fault));
    let screen = stage.screen();
    assert!(screen.contains("line 2: no name") && !screen.contains("\\n"), "{screen}");
    // Nothing is new in it.
    stage.seconds(1).click_on("[ Look at it ]").reply(Reply::ListSeen(list, seen(&[])));
    assert!(stage.screen().contains("There is nothing to add.") && stage.screen().contains("passed over"));
    assert!(stage.keys("<enter><esc>").model.stack.is_empty());
}

#[test]
fn who_types_faster_than_paths_are_found_is_not_told_off() {
    let mut stage = started();
    stage.keys("/tmp/to");
    stage.tell(Message::Busy(Box::new(Request::PathsLike("/tmp/t".into()))));
    assert!(!stage.screen().contains("too much"), "{}", stage.screen());
}

#[test]
fn what_was_found_in_a_list_that_nobody_asks_about_any_more_is_not_offered() {
    let mut stage = started();
    stage.keys("/tmp/one.csv").click_on("[ Look at it ]");
    let (list, _) = asked(&mut stage).unwrap();
    stage.keys("<esc>I").reply(Reply::ListSeen(list, seen(&["gitlab/a  unknown"])));
    assert!(!stage.screen().contains("Add 1 token?"), "{}", stage.screen());
}

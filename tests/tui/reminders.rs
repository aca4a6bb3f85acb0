//! The reminders: acting on them, putting them off, having done them.

use snapbox::{assert_data_eq, file};

use crate::stage::{Stage, ends, few, token};

fn stage(columns: u16, rows: u16) -> Stage {
    let mut tokens = few();
    tokens.push(ends(token(20, "azure/build"), 18));
    tokens.push(ends(token(21, "azure/deploy"), 60));
    let mut stage = Stage::with(columns, rows, tokens);
    stage.keys("3");
    stage
}

#[test]
fn every_size_shows_what_it_has_room_for() {
    assert_data_eq!(stage(200, 50).screen(), file!["screens/reminders-200x50.txt"].raw());
    assert_data_eq!(stage(120, 40).screen(), file!["screens/reminders-120x40.txt"].raw());
    assert_data_eq!(stage(80, 24).screen(), file!["screens/reminders-80x24.txt"].raw());
    assert_data_eq!(stage(40, 12).screen(), file!["screens/reminders-40x12.txt"].raw());
    let mut none = Stage::with(80, 24, vec![]);
    assert!(none.keys("3").screen().contains("Nothing is owed"));
    assert!(!none.screen().contains("Reminders ●"));
}

#[test]
fn a_reminder_is_put_off_in_words() {
    let mut stage = stage(80, 24);
    stage.effects();
    stage.keys("z");
    assert_data_eq!(stage.screen(), file!["screens/snooze.txt"].raw());
    stage.keys("<ctrl-u>yesterday<enter>");
    assert!(stage.screen().contains("is not to come"));
    assert_eq!(stage.effects(), "");
    let effects = stage.keys("<ctrl-u>2027-01-31<enter>").effects();
    assert_eq!(effects, "Ask(Answer(figma/plugin, Expiry, Snoozed(2027-01-31)))\n");
    assert!(stage.model.stack.is_empty());
    assert_eq!(stage.keys("z<esc>").effects(), "");
}

#[test]
fn what_is_done_is_said() {
    let mut stage = stage(80, 24);
    stage.effects();
    assert_eq!(stage.keys("jd").effects(), "Ask(Answer(azure/build, Verify, Done(2026-11-22T12:16:40Z)))\n");
}

#[test]
fn acting_on_it_leads_to_the_token() {
    let mut stage = stage(120, 40);
    stage.keys("1/nothing<enter>3<enter>");
    assert_eq!(stage.model.tab, 0);
    assert_eq!(stage.model.shared.list.token().unwrap().path(), "figma/plugin");
    assert_eq!(stage.model.shared.list.filter(), "");
    stage.keys("3").click_on("old-runner").click_on("old-runner").click_on("old-runner");
    assert_eq!(stage.model.shared.list.token().unwrap().path(), "gitlab/old-runner");
}

#[test]
fn another_day_brings_other_reminders() {
    let mut stage = stage(80, 24);
    let tab = |stage: &Stage| stage.screen().lines().nth(1).unwrap().to_owned();
    let before = tab(&stage);
    stage.seconds(4 * 86_400);
    assert_ne!(tab(&stage), before);
}

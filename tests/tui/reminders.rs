//! The reminders: acting on them, putting them off, having done them.

use std::time::Duration;

use chrono::TimeDelta;
use crossterm::event::{MouseButton, MouseEventKind};
use patvault::token::consumer::Way;
use patvault::token::id::VersionId;
use patvault::token::{State, Version};
use snapbox::{assert_data_eq, file};

use crate::stage::{Stage, at, ends, few, token};

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
    stage.keys("yesterday<enter>");
    assert!(stage.screen().contains("is not to come"));
    assert_eq!(stage.effects(), "");
    let effects = stage.keys("<ctrl-u>2027-01-31<enter>").effects();
    assert_eq!(effects, "Ask(Answer(figma/plugin, Expiry, Snoozed(2027-01-31)))\n");
    assert!(stage.model.stack.is_empty());
    assert_eq!(stage.keys("z<esc>").effects(), "");
    assert!(stage.keys("z").click_on("[ put off ]").effects().contains("Snoozed(2026-11-29)"));
    assert_eq!(stage.keys("z").click_on("[ cancel ]").effects(), "");
    assert!(stage.model.stack.is_empty());
    // What is offered goes where something else is typed, and stays where it is changed.
    assert!(stage.keys("z2 weeks").screen().contains("Sunday 6 December 2026, in 14 days"), "{}", stage.screen());
    assert!(stage.keys("<esc>z<left>0").screen().contains("31 January 2027"), "{}", stage.screen());
}

#[test]
fn what_is_done_is_said() {
    let mut stage = stage(80, 24);
    stage.effects();
    assert_eq!(stage.keys("jd").effects(), "Ask(Answer(azure/build, Verify, Done(2026-11-22T12:16:40Z)))\n");
}

#[test]
fn acting_on_it_is_doing_what_is_owed() {
    let mut old = few().remove(0);
    let since = at(Duration::ZERO).now.instant - TimeDelta::days(20);
    old.versions.push(Version {
        id: VersionId::from_bytes([9; 16]),
        state: State::Superseded(since),
        ..old.versions[0].clone()
    });
    old.consumers.insert("server".into(), Way::Hand { note: None });
    let unknown = token(5, "figma/plugin");
    let mut stage = Stage::with(120, 40, vec![old, unknown]);
    stage.keys("3");
    // Each reminder as it is named, what is wanted done then, and what opens.
    let cases = [
        ("revoke ", "PlanRevoke", "┌ Revoke"),
        ("rotate ", "Turn(Plan", "┌ Rotate"),
        ("install", "Turn(Plan", "┌ Rotate"),
        ("verify ", "Ask(Verify([", ""),
        ("expiry ", "Ask(Show(figma/plugin))", "┌ Edit"),
    ];
    for (duty, effect, screen) in cases {
        stage.effects();
        stage.click_on(duty).keys("<enter>");
        let effects = stage.effects();
        assert!(effects.contains(effect), "{duty}: {effects}");
        assert!(stage.screen().contains(screen), "{duty}: {}", stage.screen());
        stage.keys("<esc><esc>");
        assert!(stage.model.stack.is_empty(), "{duty}");
    }
    stage.click_on("unused ").keys("<enter>");
    assert_eq!(stage.model.tab, 0);
}

#[test]
fn what_is_done_with_a_token_is_done_with_the_one_of_the_reminder() {
    let mut stage = stage(120, 40);
    let selected = stage.model.shared.list.token().unwrap().path();
    stage.click_on("azure/build").effects();
    assert_eq!(stage.keys("y").effects(), "Ask(Copy([azure/build]))\n");
    assert_eq!(stage.keys("v").effects(), "Ask(Verify([azure/build], false))\n");
    assert_eq!(stage.keys("R").effects().matches("Plan { id: azure/build").count(), 1);
    stage.keys("<esc>o");
    assert!(stage.effects().contains("Ask(Whole(azure/build))"));
    stage.keys("<esc>r");
    assert!(stage.effects().contains("Ask(Reveal(azure/build))"), "shown among everything about it");
    stage.keys("<esc>");
    stage.click_on("azure/deploy");
    stage.mouse(MouseEventKind::Down(MouseButton::Right), 30, 8);
    assert_data_eq!(stage.screen(), file!["screens/reminders-menu.txt"].raw());
    stage.keys("<esc>");
    assert_ne!(stage.model.shared.list.token().unwrap().path(), "azure/build");
    assert_eq!(stage.model.shared.list.token().unwrap().path(), selected, "the selection stays");
}

#[test]
fn another_day_brings_other_reminders() {
    let mut stage = stage(80, 24);
    let tab = |stage: &Stage| stage.screen().lines().nth(1).unwrap().to_owned();
    let before = tab(&stage);
    stage.seconds(4 * 86_400);
    assert_ne!(tab(&stage), before);
}

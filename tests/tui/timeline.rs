//! The timeline: bars, calendar and weeks of the same tokens.

use crossterm::event::{MouseButton, MouseEventKind};
use snapbox::{assert_data_eq, file};

use crate::stage::{Stage, ends, few, token};

/// A few tokens, and a clump of them in January.
fn clump(columns: u16, rows: u16) -> Stage {
    let mut tokens = few();
    tokens.extend((0..12).map(|at| ends(token(100 + at, &format!("azure/build-{at}")), 60 + i64::from(at % 5))));
    tokens.push(ends(token(200, "far/away"), 2_912_000));
    let mut stage = Stage::with(columns, rows, tokens);
    stage.keys("2");
    stage
}

fn selected(stage: &Stage) -> String {
    stage.model.shared.list.token().unwrap().path()
}

#[test]
fn every_size_shows_what_it_has_room_for() {
    assert_data_eq!(clump(200, 50).screen(), file!["screens/timeline-200x50.txt"].raw());
    assert_data_eq!(clump(120, 40).screen(), file!["screens/timeline-120x40.txt"].raw());
    assert_data_eq!(clump(80, 24).screen(), file!["screens/timeline-80x24.txt"].raw());
    assert_data_eq!(clump(80, 24).keys("<tab>").screen(), file!["screens/timeline-month.txt"].raw());
    assert_data_eq!(clump(40, 12).screen(), file!["screens/timeline-40x12.txt"].raw());
    assert_data_eq!(clump(40, 12).keys("<tab><tab>").screen(), file!["screens/timeline-weeks.txt"].raw());
    let mut ascii = clump(120, 40);
    ascii.model.shared.ascii = true;
    let screen = ascii.screen();
    assert!(screen.replace(|c| "日本語のトークン".contains(c), "").is_ascii(), "{screen}");
    let mut none = Stage::with(80, 24, vec![]);
    assert!(none.keys("2").screen().contains("No tokens yet."));
}

#[test]
fn filter_and_selection_are_those_of_the_tokens() {
    let mut stage = clump(120, 40);
    stage.keys("/az<tab>build-3<enter>");
    assert_eq!((stage.model.shared.list.len(), selected(&stage).as_str()), (1, "azure/build-3"));
    assert!(stage.keys("1").screen().contains("Tokens 1 of 18"));
    stage.keys("2<esc>jj");
    let here = selected(&stage);
    stage.keys("<enter>");
    assert_eq!((stage.model.tab, selected(&stage)), (0, here));
}

#[test]
fn scale_and_time_are_moved_by_keys() {
    let mut stage = clump(120, 40);
    assert!(stage.keys("+").screen().contains("Timeline by week"));
    assert!(stage.keys("+--").screen().contains("Timeline by quarter"));
    let home = stage.screen();
    assert_ne!(stage.keys("<right>").screen(), home);
    assert_eq!(stage.keys("t").screen(), home);
    assert_eq!(stage.keys("<left><left><right><right>").screen(), home);
}

#[test]
fn one_goes_from_end_to_end() {
    let mut stage = clump(120, 40);
    let mut days = vec![];
    for _ in 0..4 {
        stage.keys("n");
        days.push(selected(&stage));
    }
    assert_eq!(days, ["github/ci-deploy", "azure/build-0", "azure/build-1", "azure/build-2"]);
    stage.keys("nnn");
    assert_eq!(selected(&stage), "slack/日本語のトークン");
    assert!(stage.keys("n").screen().contains("31 Dec 9999: 1 token ends") || selected(&stage) == "far/away");
    stage.keys("tN");
    assert_eq!(selected(&stage), "gitlab/old-runner");
}

#[test]
fn the_mouse_does_what_keys_do() {
    let mut stage = clump(120, 40);
    assert!(stage.click_on("by week").screen().contains("Timeline by week"));
    let home = stage.screen();
    // Time is taken hold of, and drawn.
    for (kind, column) in [
        (MouseEventKind::Down(MouseButton::Left), 60),
        (MouseEventKind::Drag(MouseButton::Left), 50),
        (MouseEventKind::Up(MouseButton::Left), 50),
    ] {
        stage.mouse(kind, column, 8);
    }
    assert_ne!(stage.screen(), home);
    stage.keys("t").click_on("25×1");
    assert_eq!(selected(&stage), "github/ci-deploy");
    assert!(stage.screen().contains("Wed 25 Nov 2026: 1 token ends"));
    assert!(stage.click_on("25 Jan").screen().contains("Mon 25 Jan 2027: 2 tokens end"));
}

#[test]
fn the_token_is_copied_rotated_and_opened_from_here() {
    let mut stage = Stage::furnished(120, 40);
    stage.keys("2j").effects();
    let path = stage.model.shared.list.token().unwrap().path();
    assert_eq!(stage.keys("y").effects(), format!("Ask(Copy([{path}]))\n"));
    assert!(stage.screen().lines().last().unwrap().contains("enter show"), "a key is shown for what it does here");
    assert!(!stage.screen().lines().last().unwrap().contains("enter copy"));
    assert!(stage.keys("R").effects().contains(&format!("Plan {{ id: {path}")));
    stage.keys("<esc>:show the secret<enter>");
    assert!(stage.effects().contains(&format!("Ask(Reveal({path}))")));
    // A menu has what can be done here.
    stage.keys("<esc>").click_on("Token ");
    assert!(stage.screen().contains("Copy the secret") && !stage.screen().contains("Mark the token"));
}

#[test]
fn weeks_begin_on_the_day_that_the_settings_say() {
    let mut stage = clump(120, 40);
    assert!(stage.screen().contains("Mo   Tu   We"));
    stage.model.shared.config.tui.week = patvault::config::FirstDay::Sunday;
    assert!(stage.screen().contains("Su   Mo   Tu"));
    stage.keys("1n").reply(crate::services::few());
    stage.click_on("Expires ").keys("<pagedown>");
    assert!(stage.screen().contains("Su   Mo   Tu"), "{}", stage.screen());
}

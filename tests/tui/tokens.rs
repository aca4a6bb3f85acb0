//! The tokens: looking, filtering, marking, copying, with keys and with the mouse.

use std::path::Path;
use std::time::Duration;

use crossterm::event::MouseEventKind;
use patvault::secret::Secret;
use patvault::tui::message::{Copied, Message, Reply};
use patvault::tui::theme::Theme;
use snapbox::{assert_data_eq, file};

use crate::stage::{Stage, at, ends, few, tagged, token};

#[test]
fn every_size_shows_what_it_has_room_for() {
    assert_data_eq!(Stage::furnished(200, 50).screen(), file!["screens/tokens-200x50.txt"].raw());
    assert_data_eq!(Stage::furnished(120, 40).screen(), file!["screens/tokens-120x40.txt"].raw());
    assert_data_eq!(Stage::furnished(80, 24).screen(), file!["screens/tokens-80x24.txt"].raw());
    assert_data_eq!(Stage::furnished(40, 12).screen(), file!["screens/tokens-40x12.txt"].raw());
    assert_data_eq!(Stage::furnished(39, 11).screen(), file!["screens/tokens-39x11.txt"].raw());
    assert_data_eq!(Stage::with(80, 24, vec![]).screen(), file!["screens/tokens-none.txt"].raw());
}

#[test]
fn every_theme_once() {
    let shown = |name: &str| {
        let mut stage = Stage::furnished(60, 12);
        stage.model.shared.theme = match name {
            "plain" => Theme::plain(),
            name => Theme::load(name, Path::new("/nowhere")).unwrap(),
        };
        stage.keys("j ").styled()
    };
    assert_data_eq!(shown("dark"), file!["screens/theme-dark.txt"].raw());
    assert_data_eq!(shown("light"), file!["screens/theme-light.txt"].raw());
    assert_data_eq!(shown("16"), file!["screens/theme-16.txt"].raw());
    assert_data_eq!(shown("high-contrast"), file!["screens/theme-high-contrast.txt"].raw());
    assert_data_eq!(shown("plain"), file!["screens/theme-plain.txt"].raw());
    let mut ascii = Stage::furnished(120, 24);
    ascii.model.shared.ascii = true;
    let screen = ascii.screen();
    assert!(screen.replace(|c| "日本語のトークン".contains(c), "").is_ascii(), "{screen}");
}

#[test]
fn what_is_selected_is_copied() {
    let mut stage = Stage::furnished(80, 24);
    assert_eq!(stage.keys("j<enter>").effects(), "Ask(Copy([github/ci-deploy]))\n");
    let id = stage.model.shared.list.token().unwrap().id;
    let copied = Copied {
        ids: vec![id],
        what: "github/ci-deploy".into(),
        cleared: Some(Duration::from_secs(45)),
        warning: None,
    };
    let foot = |stage: &Stage| stage.screen().lines().last().unwrap().to_owned();
    assert!(stage.screen().contains("2 hours ago"));
    assert!(foot(stage.reply(Reply::Copied(copied))).contains("copied, clears in 45 s"));
    assert!(stage.screen().contains("just now"), "when it was used last: {}", stage.screen());
    assert!(foot(stage.seconds(7)).contains("clears in 38 s"));
    assert!(!foot(stage.seconds(38)).contains("clears"));
}

#[test]
fn a_secret_is_shown_for_a_moment() {
    let mut stage = Stage::furnished(80, 24);
    stage.keys("jr");
    assert!(stage.effects().contains("Ask(Reveal(github/ci-deploy))"));
    let id = stage.model.shared.list.token().unwrap().id;
    stage.reply(Reply::Revealed(id, Secret::new("not-a-real-secret".into())));
    assert!(stage.screen().contains("Secret, for 10 s") && stage.screen().contains("not-a-real-secret"));
    assert!(stage.seconds(9).screen().contains("Secret, for 1 s"));
    assert!(!stage.seconds(1).screen().contains("not-a-real-secret"));
}

#[test]
fn a_filter_finds_while_it_is_typed() {
    let mut stage = Stage::furnished(120, 24);
    stage.keys("/cide");
    assert_data_eq!(stage.screen(), file!["screens/filter.txt"].raw());
    assert_eq!(stage.keys("<enter><enter>").effects().lines().last().unwrap(), "Ask(Copy([github/ci-deploy]))");
    stage.keys("/<esc>");
    assert_eq!(stage.model.shared.list.len(), 5);
    stage.keys("/serv<tab>slack<enter>");
    assert_eq!((stage.model.shared.list.filter(), stage.model.shared.list.len()), ("service:slack", 2));
    // Where several words are meant, Tab goes as far as they agree, and says what there is to choose from.
    let said = |stage: &Stage| stage.screen().lines().last().unwrap().to_owned();
    stage.keys("<esc>/service:g<tab>");
    assert_eq!(stage.model.shared.list.filter(), "service:git");
    assert!(said(&stage).ends_with("github  gitlab"), "{}", said(&stage));
    assert!(!said(stage.keys("h<tab>")).contains("gitlab"));
    stage.keys("<esc>/s<tab>");
    assert!(said(&stage).ends_with("service  scope"), "{}", said(&stage));
    stage.keys("<esc>/service:slack<enter>/ is:odd");
    assert_data_eq!(stage.screen(), file!["screens/filter-bad.txt"].raw());
}

#[test]
fn the_selection_and_marks_stay_on_their_tokens() {
    let mut stage = Stage::furnished(120, 24);
    stage.keys("j *");
    stage.keys("*j");
    let selected = stage.model.shared.list.token().unwrap().path();
    stage.keys(" ");
    let mut tokens = few();
    tokens.insert(0, ends(token(9, "aaa/first"), -9));
    stage.keys("k").reply(Reply::Loaded(tokens, vec![]));
    assert_eq!(stage.model.shared.list.token().unwrap().path(), selected);
    let marked: Vec<String> = stage.model.shared.list.meant().iter().map(|token| token.path()).collect();
    assert_eq!(marked, [selected]);
}

#[test]
fn the_mouse_does_what_keys_do() {
    let mut stage = Stage::furnished(130, 24);
    stage.click_on(" alerts");
    assert_eq!(stage.model.shared.list.token().unwrap().path(), "slack/alerts");
    stage.effects();
    stage.click_on(" alerts").click_on(" plugin").click_on(" plugin");
    assert!(stage.effects().contains("Ask(Copy([figma/plugin]))"));
    stage.click_on("Name");
    assert_eq!(stage.model.shared.list.order().0.name, "name");
    stage.click_on("Name");
    assert!(stage.model.shared.list.order().1, "the other way round");
    stage.click_on("#prod");
    assert_eq!(stage.model.shared.list.len(), 1);
    stage.click_on("All").keys("<tab><home>");
    stage.mouse(MouseEventKind::ScrollDown, 50, 10);
    assert_eq!(stage.model.shared.list.at(), 3);
    stage.click_on("help");
    assert!(stage.screen().contains("┌ Help"));
}

#[test]
fn what_comes_from_outside_cannot_steer() {
    let names = ["github/\x1b]52;c;aGk=\x07", "github/a\u{202e}b", "github/e\u{301}te\u{301}", "github/שלום"];
    let long = format!("github/{}", "x".repeat(300));
    let mut tokens: Vec<_> = names.iter().zip(1..).map(|(name, number)| token(number, name)).collect();
    tokens.push(tagged(token(9, &long), &["\u{200b}tag"]));
    for (columns, rows) in [(200, 50), (120, 40), (80, 24), (40, 12)] {
        let mut stage = Stage::with(columns, rows, tokens.clone());
        for keys in ["j", "j", "j", "j", "<right>", "<right>", "<left>"] {
            let screen = stage.keys(keys).screen();
            let steers = |c: char| c != '\n' && (c.is_control() || patvault::text::is_invisible(c));
            assert!(!screen.contains(steers), "{screen:?}");
        }
    }
    assert_data_eq!(Stage::with(120, 16, tokens).screen(), file!["screens/tokens-odd-names.txt"].raw());
}

#[test]
fn everything_that_can_be_done_is_found_by_name() {
    let mut stage = Stage::furnished(80, 24);
    stage.keys(":other");
    assert_data_eq!(stage.screen(), file!["screens/palette.txt"].raw());
    stage.keys("<enter>");
    assert!(stage.model.stack.is_empty() && stage.model.shared.list.order().1);
    assert_data_eq!(stage.keys("?").screen(), file!["screens/help.txt"].raw());
    assert_eq!(stage.keys("<esc>q").effects().lines().last(), Some("Quit"));
}

#[test]
fn help_is_not_cut() {
    let mut stage = Stage::furnished(80, 24);
    let mut seen = stage.keys("?").screen();
    loop {
        let before = stage.screen();
        let screen = stage.keys("<pagedown>").screen();
        if screen == before {
            break;
        }
        seen.push_str(&screen);
    }
    let cut: Vec<&str> = seen.lines().filter(|line| line.contains('…')).collect();
    assert!(cut.is_empty(), "{cut:#?}");
    for word in ["instance:", "place:", "uninstalled", "mismatched", "purged"] {
        assert!(seen.contains(word), "{word}");
    }
}

#[test]
fn where_there_is_no_token_nothing_is_offered_that_wants_one() {
    let mut stage = Stage::with(80, 24, vec![]);
    let foot = stage.screen().lines().last().unwrap().to_owned();
    assert!(foot.contains("n add") && !foot.contains("copy") && !foot.contains("mark"), "{foot}");
    stage.click_on("adds its first token");
    assert!(stage.screen().contains("Add a token"), "what is said there is clicked");

    let mut stage = Stage::furnished(80, 24);
    stage.keys("/nothing-like-it<enter>").click_on("No token fits");
    assert_eq!(stage.model.shared.list.filter(), "");
}

#[test]
fn the_last_use_is_read_to_its_end_at_80_columns() {
    let mut used = token(1, "github/ci");
    used.last_use = Some(at(Duration::ZERO).now.instant - chrono::TimeDelta::minutes(30));
    let screen = Stage::with(80, 24, vec![used]).screen();
    assert!(screen.contains(" minutes ago│"), "{screen}");
}

#[test]
fn what_stands_over_the_table_is_closed_by_mouse() {
    let mut stage = Stage::furnished(50, 24);
    for open in ["g", "d"] {
        stage.keys(open).seconds(1).click_on("[×]");
        assert!(stage.screen().contains("Name"), "{}", stage.screen());
    }
    stage.keys("g").click_on("figma");
    assert_eq!(stage.model.shared.list.len(), 1);
    assert!(stage.screen().contains("plugin"), "who chose a group sees what is in it: {}", stage.screen());
}

#[test]
fn a_click_on_a_token_ends_the_typing_of_a_filter_so_that_it_can_be_saved() {
    let mut stage = Stage::furnished(80, 24);
    stage.click_on("View").click_on("Filter by words").keys("slack").click_on(" alerts");
    assert_eq!(
        (stage.model.shared.list.len(), stage.model.shared.list.token().unwrap().path()),
        (2, "slack/alerts".into())
    );
    stage.click_on("View").click_on("Save this filter");
    assert!(stage.screen().contains("enter done"), "{}", stage.screen());
}

#[test]
fn what_stands_over_the_table_has_the_sign_that_closes_it() {
    let mut stage = Stage::furnished(100, 30);
    stage.keys("j<right>");
    let heading = |stage: &Stage| stage.screen().lines().nth(2).unwrap().to_owned();
    let shown = heading(&stage);
    assert!(shown.ends_with("[×]─┐") && !shown.contains("Groups ──────[×]"), "{shown}");
    // In it, a click is no farewell; beside it, among the groups, it chooses one.
    stage.click(60, 10);
    assert!(heading(&stage).contains("github/ci-deploy"));
    stage.click_on("slack ");
    assert!(heading(&stage).contains("Tokens 2 of 5 · slack"), "{}", stage.screen());
    stage.keys("<esc><right>").click_on("[×]");
    assert!(heading(&stage).contains("Tokens 5"));
}

#[test]
fn what_was_gone_through_where_there_is_room_folds_away_where_there_is_none() {
    for (wide, keys, narrow) in [(100, "<left><right>", 80), (130, "<right><left>", 100), (130, "<left><right>", 80)] {
        let mut stage = Stage::furnished(wide, 30);
        stage.keys(keys).tell(Message::Resize(narrow, 30));
        assert!(stage.screen().contains("Service"), "{wide} {keys} {narrow}\n{}", stage.screen());
    }
    // What was hidden is shown again by who goes there.
    let mut stage = Stage::furnished(130, 30);
    assert!(!stage.keys("dg<esc>").screen().contains("Groups"));
    assert!(stage.keys("<left>").screen().contains("Groups"));
    assert!(stage.keys("<right><right>").screen().contains("Facts"));
}

#[test]
fn the_details_are_read_to_their_end_in_the_smallest_window() {
    let mut token = few().remove(0);
    token.facts = (0..30).map(|number| (format!("fact{number}"), "a value of some words ".repeat(4))).collect();
    let mut stage = Stage::with(40, 12, vec![token]);
    stage.keys("<right>");
    for _ in 0..300 {
        stage.keys("<down>");
    }
    assert!(stage.screen().contains("id: 00000001"), "{}", stage.screen());
    // And no further, so that the way back begins at once.
    assert!(!stage.keys("<up>").screen().contains("id: 00000001"), "{}", stage.screen());
}

#[test]
fn what_fills_its_line_is_wiped_as_anything_else_is() {
    let mut stage = Stage::furnished(80, 24);
    stage.keys("/").paste(&"x".repeat(9000)).keys("y<ctrl-u>");
    assert_eq!(stage.model.shared.list.filter(), "");
}

#[test]
fn the_groups_stand_beside_the_tokens_wherever_there_is_room_for_both() {
    for (columns, beside) in [(80, true), (60, true), (40, false)] {
        let mut stage = Stage::furnished(columns, 24);
        stage.keys("g");
        let screen = stage.screen();
        assert!(screen.contains("┌ Groups"), "{screen}");
        assert_eq!(screen.contains("ci-deploy"), beside, "{screen}");
        // Where there is none they are all that is seen, from edge to edge.
        assert!(screen.lines().nth(5).unwrap().ends_with(['│', '┃']), "{screen}");
        assert!(stage.keys("g").screen().contains("ci-deploy"));
    }
}

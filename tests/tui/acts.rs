//! What is done with tokens: one at once, several after a question that names them; from keys, menus and the mouse.

use std::time::Duration;

use crossterm::event::{MouseButton, MouseEventKind};
use patvault::fault::Kind;
use patvault::token::Token;
use patvault::tui::message::{Copied, Fault, Reply};
use patvault::tui::screens::Screen;
use snapbox::{assert_data_eq, file};

use crate::stage::{Stage, few};

/// The effects without those that only look.
fn asked(stage: &mut Stage) -> String {
    let effects = stage.effects();
    effects
        .lines()
        .filter(|line| !line.contains("Details") && !line.contains("Touch"))
        .map(|line| format!("{line}\n"))
        .collect()
}

#[test]
fn one_goes_to_the_trash_at_once_and_several_after_a_question() {
    let mut stage = Stage::furnished(80, 24);
    assert_eq!(asked(stage.keys("jD")), "Ask(Remove([github/ci-deploy]))\n");
    stage.keys("<home> j j D");
    assert_data_eq!(stage.screen(), file!["screens/confirm.txt"].raw());
    assert_eq!(asked(stage.keys("n")), "");
    stage.keys("D");
    assert_eq!(asked(stage.keys("y")).matches("Remove").count(), 1);
    assert_eq!(asked(stage.keys("u")), "Ask(Undo(None))\n");
    stage.reply(Reply::Done("taken back: remove 2 tokens".into()));
    assert!(stage.screen().contains("taken back: remove 2 tokens"));
    assert_eq!(asked(stage.keys("B")), "");
    assert!(stage.screen().contains("it is not in the trash"));
}

#[test]
fn tags_are_words() {
    let mut stage = Stage::furnished(80, 24);
    stage.keys("jtprod -old");
    assert!(stage.screen().contains("Tags of github/ci-deploy"));
    assert_eq!(asked(stage.keys("<enter>")), "Ask(Tag([github/ci-deploy], \"prod -old\"))\n");
    assert_eq!(asked(stage.keys("t<enter>")), "");
    assert_eq!(asked(stage.keys("tx<esc>")), "");
    assert_eq!(asked(stage.keys("tx").click_on("[ tag ]")), "Ask(Tag([github/ci-deploy], \"x\"))\n");
    assert_eq!(asked(stage.keys("tx").click_on("[ cancel ]")), "");
    assert!(stage.model.stack.is_empty());
}

#[test]
fn services_are_asked_beside_and_what_failed_is_told() {
    let mut stage = Stage::furnished(80, 24);
    assert_eq!(asked(stage.keys("jv")), "Ask(Verify([github/ci-deploy], false))\n");
    let id = stage.model.shared.list.token().unwrap().id;
    stage.reply(Reply::Hosts(vec![id], vec!["api.github.com".into()]));
    assert!(
        stage.screen().contains("For the first time from here, secrets go to")
            && stage.screen().contains("api.github.com")
    );
    assert_eq!(asked(stage.keys("y")), "Ask(Verify([github/ci-deploy], true))\n");
    stage.reply(Reply::Progress(0, 1));
    stage.reply(Reply::Progress(3, 7));
    assert!(stage.screen().contains("asked 3 of 7 ▓▓▓░░░░░  ctrl-x stops"), "{}", stage.screen());
    assert_eq!(asked(stage.keys("jv")), "", "one asking at a time");
    assert!(stage.keys("<f10>").screen().contains("ctrl-x"), "now it can be stopped");
    stage.keys("<esc>");
    assert_eq!(asked(stage.keys("<ctrl-x>")), "Ask(Stop)\n");
    stage.reply(Reply::Verified("verified: 1 refused".into(), vec!["refused  github/ci-deploy  no network".into()]));
    assert!(stage.screen().contains("no network"));
    stage.keys("<enter>");
    assert!(stage.model.stack.is_empty());
}

#[test]
fn menus_have_what_keys_have() {
    let mut stage = Stage::furnished(80, 24);
    stage.click_on("Token ");
    assert_data_eq!(stage.screen(), file!["screens/menu.txt"].raw());
    stage.keys("<right>");
    assert!(stage.screen().contains("Filter by words"));
    stage.keys("<left><left><left>");
    assert!(stage.screen().contains("Lock the vault"));
    stage.keys("<esc>");
    stage.mouse(MouseEventKind::Down(MouseButton::Right), 30, 5);
    assert_data_eq!(stage.screen(), file!["screens/token-menu.txt"].raw());
    assert_eq!(asked(stage.click_on("Copy the secret")), "Ask(Copy([github/ci-deploy]))\n");
    stage.keys("m").click(0, 23);
    assert!(stage.model.stack.is_empty(), "a click beside closes it");
}

#[test]
fn what_cannot_be_done_now_is_not_offered() {
    let mut stage = Stage::furnished(80, 24);
    stage.click_on("File");
    assert_data_eq!(stage.screen(), file!["screens/menu-file.txt"].raw());
    // Nothing is asked, so nothing is stopped: a click does nothing, and keys pass it by.
    assert_eq!(asked(stage.click_on("Stop asking services")), "");
    assert_eq!(stage.model.stack.len(), 1);
    assert_eq!(asked(stage.keys("<up><up><up><up><up><enter>")), "");
    assert!(stage.screen().contains("Settings"), "{}", stage.screen());
    stage.keys("<esc>:stop");
    assert!(!stage.screen().contains("Stop asking services"));
    // What is in the trash is brought back, and nothing else is done with it.
    let trashed = |token: Token| Token { trashed: Some(token.added), ..token };
    let mut stage = Stage::with(80, 24, few().into_iter().map(trashed).collect());
    stage.keys("/is:trashed<enter>");
    let foot = stage.screen().lines().last().unwrap().to_owned();
    assert!(foot.contains("o open") && !foot.contains("copy") && !foot.contains("rotate"), "{foot}");
    stage.effects();
    assert!(asked(stage.keys("m").click_on("Bring it back from the trash")).contains("Restore("));
}

#[test]
fn a_key_that_answers_another_question_answers_none() {
    let mut stage = Stage::furnished(80, 24);
    stage.keys("*D");
    assert!(matches!(stage.model.stack.last(), Some(Screen::Confirm(_))), "{}", stage.screen());
    stage.effects();
    assert_eq!(asked(stage.keys("D")), "");
    assert_eq!(stage.model.stack.len(), 1, "nothing was asked that could be thrown away");
    assert!(asked(stage.keys("y")).contains("Remove("));
}

#[test]
fn another_vault_is_opened_and_this_one_forgotten() {
    let mut stage = Stage::furnished(80, 24);
    assert_eq!(asked(stage.keys("V<enter>")), "", "it is open already");
    assert_eq!(asked(stage.keys("V<down><enter>")), "Redraw\nAsk(Switch(\"work\"))\n");
    assert!(matches!(stage.model.front(), Some(Screen::Unlock(_))) && !stage.screen().contains("github"));

    // By mouse, where the bar says which one is open.
    let mut stage = Stage::furnished(80, 24);
    assert_eq!(asked(stage.click_on("main ▾").click_on(" work")), "Redraw\nAsk(Switch(\"work\"))\n");
    let mut stage = Stage::furnished(80, 24);
    stage.model.shared.vault.as_mut().unwrap().vaults.truncate(1);
    assert!(!stage.screen().contains('▾'), "there is nothing to choose from");
}

#[test]
fn the_foot_is_clicked_in_front_of_dialogs_too() {
    let mut stage = Stage::furnished(100, 30);
    let foot = |stage: &Stage, word: &str| {
        let screen = stage.screen();
        u16::try_from(screen.lines().last().unwrap().find(word).unwrap()).unwrap()
    };
    // What opens a dialog, and the word at the foot that leaves it.
    for (keys, word) in [("?", "close"), ("t", "back"), ("n", "leave"), (":", "back"), (",", "leave"), ("m", "back")] {
        stage.keys(keys);
        assert_eq!(stage.model.stack.len(), 1, "{keys}");
        let column = foot(&stage, word);
        stage.click(column, 29);
        assert!(stage.model.stack.is_empty(), "{keys}: {}", stage.screen());
    }
    stage.effects();
    stage.keys("* D");
    let column = foot(&stage, "yes");
    assert!(asked(stage.click(column, 29)).contains("Remove("));
}

#[test]
fn what_went_wrong_is_read_to_its_end() {
    let fault =
        |text: &str| Fault { text: text.into(), hint: Some("make room and try again".into()), kind: Kind::Failed };
    let mut stage = Stage::furnished(80, 24);
    stage.reply(Reply::Failed(fault("no space is left")));
    assert!(stage.model.stack.is_empty() && stage.screen().contains("no space is left; make room and try again"));
    // What is longer than the foot is told in front of it, on every screen that does not tell it itself.
    let long = "could not write /home/ada/.local/share/patvault/main/vault.age.new: No space left on device; nothing was changed";
    for keys in ["", "o", "2", "3"] {
        let mut stage = Stage::furnished(80, 24);
        stage.keys(keys).reply(Reply::Failed(fault(long)));
        let screen = stage.screen();
        assert!(screen.contains("nothing was changed") && screen.contains("make room and try again"), "{screen}");
        let open = stage.model.stack.len();
        stage.keys("<enter>");
        assert_eq!(stage.model.stack.len(), open - 1, "enter closes it");
    }
    // One after the other is read, and they do not pile up.
    let mut stage = Stage::furnished(80, 24);
    stage.reply(Reply::Failed(fault(long))).reply(Reply::Failed(fault(long)));
    assert_eq!(stage.model.stack.len(), 1);
    let mut stage = Stage::furnished(40, 12);
    stage.reply(Reply::Failed(fault("no space is left on the disk, and nothing at all was changed")));
    for part in ["nothing at all was", "changed", "make room and try again"] {
        assert!(stage.screen().contains(part), "{}", stage.screen());
    }
}

#[test]
fn what_is_marked_is_copied_together_after_a_question() {
    let mut stage = Stage::furnished(80, 24);
    stage.effects();
    assert_eq!(asked(stage.keys("  <enter>")), "");
    let screen = stage.screen();
    assert!(screen.contains("Copy, a line each, the secrets of 2 tokens?"), "{screen}");
    assert_eq!(asked(stage.keys("<enter>")), "Ask(Copy([github/ci-deploy, gitlab/old-runner]))\n");
    let ids = stage.model.shared.list.meant().iter().map(|token| token.id).collect();
    stage.reply(Reply::Copied(Copied { ids, what: "2 secrets".into(), cleared: None, warning: None }));
    assert!(stage.screen().contains("2 secrets were sent to your terminal (it cannot confirm)"));
    assert_eq!(stage.screen().matches("just now").count(), 2, "both were used");
}

#[test]
fn a_warning_says_too_that_it_was_copied() {
    let mut stage = Stage::furnished(80, 24);
    let id = stage.model.shared.list.token().unwrap().id;
    for (cleared, word) in [(None, "sent"), (Some(Duration::from_secs(45)), "copied")] {
        let warning = Some("the service says that this token is dead".to_owned());
        stage.reply(Reply::Copied(Copied { ids: vec![id], what: "gitlab/old-runner".into(), cleared, warning }));
        assert!(
            stage.screen().contains(&format!("{word} gitlab/old-runner: the service says that this token is dead"))
        );
    }
}

#[test]
fn why_a_service_was_not_reached_is_read_to_its_end() {
    for (columns, rows) in [(80, 24), (40, 12)] {
        let mut stage = Stage::furnished(columns, rows);
        let why =
            "refused  github/ci-deploy  could not reach https://api.github.com: no address is known for that name";
        stage.reply(Reply::Verified("verified: 1 refused".into(), vec![why.into(), "dead  gitlab/old".into()]));
        let mut seen = stage.screen();
        for _ in 0..9 {
            seen += &stage.keys("<down>").screen();
        }
        for part in ["reach", "address is known for that", "name ", "dead  gitlab/old"] {
            assert!(seen.contains(part), "{part} is missing:\n{seen}");
        }
    }
}

#[test]
fn whose_tags_are_changed_is_listed_where_it_is_several() {
    let mut stage = Stage::furnished(80, 24);
    stage.keys("*t");
    for path in ["github/ci-deploy", "gitlab/old-runner", "figma/plugin", "slack/alerts"] {
        assert!(stage.screen().contains(&format!("  {path}")), "{}", stage.screen());
    }
    assert!(stage.screen().contains("Change the tags of 5 tokens?"));
    assert_eq!(asked(stage.keys("<enter>prod<enter>")).matches("Tag([").count(), 1);
}

//! Unlocking, locking, and the first vault.

use std::time::Duration;

use patvault::fault::Kind;
use patvault::ops::Strength;
use patvault::tui::message::{Door, Fault, Message, Question, Reply, Wants};
use patvault::tui::screens::Screen;
use patvault::tui::screens::first_run::FirstRun;
use patvault::tui::screens::unlock::Unlock;
use snapbox::{assert_data_eq, file};

use crate::stage::{Stage, at};

fn trying() -> Stage {
    let mut stage = Stage::closed(80, 24);
    stage.model.stack.push(Screen::Unlock(Unlock::trying()));
    stage
}

fn passphrase() -> Reply {
    Reply::Asked(Question { text: "Passphrase of the vault 'main': ".into(), wants: Wants::Hidden })
}

#[test]
fn a_passphrase_is_typed_and_not_seen() {
    let mut stage = trying();
    stage.reply(passphrase()).keys("hunter2 q?");
    assert_data_eq!(stage.screen(), file!["screens/unlock.txt"].raw());
    assert_eq!(stage.keys("<enter>").effects(), "Answer(Some(Hidden(SecretBox<str>([REDACTED]))))\n");
    stage.reply(Reply::Said("That is not the passphrase.".into())).reply(passphrase());
    assert!(stage.screen().contains("That is not the passphrase."));
    assert_eq!(stage.keys("<esc>").effects(), "Answer(None)\n");
    let fault = Fault { text: "cancelled".into(), hint: None, kind: Kind::Locked };
    stage.reply(Reply::Failed(fault));
    assert_eq!(stage.keys("<enter>").effects(), "Ask(Unlock)\n");
}

#[test]
fn what_the_foot_of_the_lock_screen_says_is_clicked() {
    let mut stage = Stage::furnished(80, 24);
    stage.reply(Reply::Locked(None));
    assert_eq!(stage.seconds(1).click_on("[ open it ]").effects().lines().last(), Some("Ask(Unlock)"));
    stage.reply(passphrase()).keys("hunter2");
    assert_eq!(stage.seconds(1).click_on("[ go on ]").effects(), "Answer(Some(Hidden(SecretBox<str>([REDACTED]))))\n");
    stage.reply(passphrase());
    assert_eq!(stage.seconds(1).click_on("[ leave it ]").effects(), "Answer(None)\n");
    let word = || Reply::Asked(Question { text: "Plug it in?".into(), wants: Wants::Word });
    stage.reply(word());
    assert_eq!(stage.seconds(1).click_on("[ no ]").effects(), "Answer(Some(Word(false)))\n");
    stage.reply(word());
    assert_eq!(stage.seconds(1).click_on("[ yes ]").effects(), "Answer(Some(Word(true)))\n");
    stage.reply(word());
    assert_eq!(stage.keys("qxn").effects(), "Answer(Some(Word(false)))\n");
    stage.reply(Reply::Locked(None)).effects();
    assert_eq!(stage.seconds(1).click_on("[ leave ]").effects(), "Quit\n");

    assert_eq!(trying().click_on("[ leave ]").effects(), "Quit\n");

    let mut stage = Stage::closed(40, 24);
    stage.model.stack.push(Screen::FirstRun(FirstRun::new("main", "/home/ada/.local/share/patvault")));
    assert_eq!(stage.click_on("[ next ]").click_on("[ leave ]").effects(), "Quit\n");
}

#[test]
fn a_passphrase_that_is_typed_before_it_is_asked_for_does_not_leave_the_window() {
    let mut stage = Stage::furnished(80, 24);
    stage.keys("<ctrl-l>").effects();
    for _ in ["locked", "being opened"] {
        assert_eq!(stage.keys("a quick brown fox?").effects(), "");
        assert!(stage.screen().contains("[ leave ] ctrl-c"), "{}", stage.screen());
        stage.keys("<enter>").effects();
    }
    assert_eq!(stage.keys("<ctrl-c>").effects(), "Quit\n");
}

#[test]
fn what_is_no_passphrase_is_not_pasted_in_part() {
    let mut stage = trying();
    stage.reply(passphrase());
    for odd in ["first\nsecond", "\x1b[31mred", "tab\there"] {
        stage.paste(odd);
        assert!(stage.screen().contains("nothing of it was taken"), "{odd:?}");
        assert_eq!(stage.keys("<enter>").effects(), "", "nothing was typed");
    }
    assert_eq!(stage.paste("hunter2\n").keys("<enter>").effects().matches("Answer").count(), 1);
    let mut stage = Stage::closed(80, 24);
    stage.model.stack.push(Screen::FirstRun(FirstRun::new("main", "/home/ada/.local/share/patvault")));
    for field in ["", "<tab>"] {
        assert!(stage.keys(field).paste("a\nb").screen().contains("nothing of it was taken"));
    }
}

#[test]
fn the_first_vault_is_made_here() {
    let mut stage = Stage::closed(80, 24);
    stage.model.stack.push(Screen::FirstRun(FirstRun::new("main", "/home/ada/.local/share/patvault")));
    assert_data_eq!(stage.screen(), file!["screens/first-run.txt"].raw());
    stage.keys("password");
    assert_eq!(stage.effects().matches("Measure").count(), 1, "one after the other");
    let strength = Strength { score: 0, time: "less than a second".into() };
    stage.reply(Reply::Measured(Some(strength)));
    assert!(stage.screen().contains("▓░░░░ this passphrase is weak"), "{}", stage.screen());
    assert_eq!(stage.effects().matches("Measure").count(), 1, "what was typed meanwhile");
    stage.keys("<enter>other<enter>");
    assert!(stage.screen().contains("The two are not the same.") && stage.effects().is_empty());
    stage.keys("password<enter>");
    assert_eq!(stage.effects(), "Ask(Create(\"main\", SecretBox<str>([REDACTED])))\n");

    // In the smallest window, nothing stands where something else does.
    let mut stage = Stage::closed(40, 12);
    stage.model.stack.push(Screen::FirstRun(FirstRun::new("main", "/home/ada/.local/share/patvault")));
    stage.keys("password").reply(Reply::Measured(Some(Strength { score: 2, time: "less than a second".into() })));
    assert_data_eq!(stage.screen(), file!["screens/first-run-40x12.txt"].raw());
    let mut stage = Stage::closed(80, 24);
    stage.model.stack.push(Screen::FirstRun(FirstRun::new("main", "/home/ada/.local/share/patvault")));
    assert_eq!(stage.click_on("invented tokens").effects(), "Ask(Demo)\n");
}

#[test]
fn a_lock_wipes_everything_at_once() {
    let mut stage = Stage::furnished(80, 24);
    assert!(stage.keys("jr").keys("<ctrl-l>").effects().ends_with("Ask(Lock)\nRedraw\n"));
    for name in ["ci-deploy", "github", "ada-bot"] {
        assert!(!stage.screen().contains(name));
    }
    assert!(stage.model.shared.list.all().is_empty());

    let mut stage = Stage::furnished(80, 24);
    stage.reply(Reply::Locked(None));
    assert!(stage.screen().contains("The vault is locked.") && !stage.screen().contains("github"));
    stage.reply(Reply::Done("late".into()));
    assert!(!stage.screen().contains("late"));
}

#[test]
fn without_an_agent_nobody_there_locks_it() {
    let mut stage = Stage::furnished(80, 24);
    let vault = stage.model.shared.vault.as_mut().unwrap();
    vault.idle = Some(Duration::from_secs(900));
    stage.seconds(600).keys("j").seconds(899).effects();
    assert!(stage.model.shared.vault.is_some());
    assert_eq!(stage.seconds(1).effects(), "Ask(Lock)\nRedraw\n");
}

#[test]
fn keys_that_come_too_often_do_not_ask_too_often() {
    let mut stage = Stage::furnished(80, 24);
    let touches = |stage: &mut Stage| stage.effects().matches("Touch").count();
    stage.keys("jkjk");
    assert_eq!(touches(&mut stage), 0);
    stage.seconds(31).keys("jkjk");
    assert_eq!(touches(&mut stage), 1);
}

#[test]
fn what_is_said_is_said_whole_where_there_is_room_for_it() {
    let mut stage = Stage::furnished(80, 24);
    for long in 1..78 {
        let text = "x".repeat(long);
        let screen = stage.reply(Reply::Done(text.clone())).screen();
        assert!(screen.trim_end().ends_with(&format!(" {text}")), "{long}\n{screen}");
    }
}

#[test]
fn what_counts_down_wakes_the_window_when_it_shows_something_else_and_not_before() {
    let mut stage = Stage::furnished(80, 24);
    assert_eq!(stage.model.next_change(), None, "nothing changes by itself");
    stage.reply(Reply::Left(Duration::from_secs(900)));
    assert!(stage.screen().contains("locks in 15 min"));
    assert_eq!(stage.model.next_change(), Some(Duration::from_secs(60)));
    assert!(stage.seconds(59).screen().contains("locks in 15 min"));
    assert_eq!(stage.model.next_change(), Some(Duration::from_secs(1)));
    assert!(stage.seconds(1).screen().contains("locks in 14 min"));
    assert!(stage.seconds(13 * 60).screen().contains("locks in 60 s"));
    assert_eq!(stage.model.next_change(), Some(Duration::from_secs(1)));
    stage.tell(Message::Tick(at(Duration::from_millis(1_840_300))));
    assert_eq!(stage.model.next_change(), Some(Duration::from_millis(700)));
}

fn door(name: &str, ways: &str) -> Door {
    Door { name: name.into(), ways: ways.into() }
}

fn doors(meant: Option<&str>) -> Reply {
    let all = vec![door("home", "passphrase"), door("main", "passphrase, ssh-ed25519"), door("work", "yubikey")];
    Reply::Doors(all, meant.map(str::to_owned))
}

fn cancelled() -> Reply {
    Reply::Failed(Fault { text: "cancelled".into(), hint: None, kind: Kind::Locked })
}

#[test]
fn one_of_several_vaults_is_chosen() {
    let mut stage = trying();
    // Nobody said which one is meant.
    stage.reply(doors(None));
    assert_data_eq!(stage.screen(), file!["screens/unlock-several.txt"].raw());
    assert_eq!(stage.keys("<down><down><up><enter>").effects(), "Ask(Switch(\"main\"))\n");
    stage.reply(doors(Some("main"))).reply(passphrase());
    assert!(stage.screen().contains("> main") && stage.screen().contains("Passphrase of the vault 'main'"));
    // Whoever moves to another one leaves the question, and what was typed.
    assert_eq!(stage.keys("hunter2<down>").effects(), "Answer(None)\n");
    stage.reply(cancelled());
    assert!(stage.screen().contains("> work") && !stage.screen().contains("•"));
    assert_eq!(stage.keys("<enter>").effects(), "Ask(Switch(\"work\"))\n");
    stage.reply(doors(Some("work"))).reply(passphrase());
    assert_eq!(stage.click_on("home ").effects(), "Answer(None)\nAsk(Switch(\"home\"))\n");
    stage.reply(cancelled()).reply(doors(Some("home"))).reply(passphrase()).keys("j");
    assert!(stage.screen().contains("> home") && stage.screen().contains("•"), "a letter is one of the passphrase");
}

#[test]
fn locked_another_vault_can_be_opened() {
    let mut stage = Stage::furnished(80, 24);
    stage.keys("<ctrl-l>").effects();
    stage.reply(doors(Some("main")));
    assert!(stage.screen().contains("> main") && stage.screen().contains("Locked."));
    assert_eq!(stage.keys("<down><enter>").effects(), "Ask(Switch(\"work\"))\n");
}

#[test]
fn the_smallest_window_has_room_for_every_vault_and_for_what_is_wrong() {
    let mut stage = trying();
    stage.tell(Message::Resize(40, 12));
    let all: Vec<_> = (0..30).map(|number| door(&format!("vault{number}"), "passphrase")).collect();
    stage.reply(Reply::Doors(all, None));
    for _ in 0..29 {
        stage.keys("<down>");
    }
    stage.reply(cancelled());
    assert!(stage.screen().contains("> vault29") && stage.screen().contains("cancelled"), "{}", stage.screen());
    assert_eq!(stage.click_on("vault28").effects(), "Ask(Switch(\"vault28\"))\n");
}

#[test]
fn one_vault_says_what_opens_it_and_is_no_choice() {
    let mut stage = trying();
    stage.reply(Reply::Doors(vec![door("main", "ssh-ed25519")], Some("main".into()))).reply(cancelled());
    assert!(stage.screen().contains("main  ssh-ed25519") && !stage.screen().contains("> main"));
    assert_eq!(stage.keys("<enter>").effects(), "Ask(Unlock)\n");
}

#[test]
fn what_is_wrong_with_a_vault_and_what_brings_it_back_is_read_to_its_end() {
    let mut stage = trying();
    stage.reply(doors(Some("main")));
    stage.reply(Reply::Failed(Fault {
        text: "/home/ada/.local/share/patvault/main/vault.age is damaged (its content was changed or cut off)".into(),
        hint: Some("the newest good backup is r00000007-20261122T201450Z.age: 'patvault backup restore r00000007-20261122T201450Z.age' brings it back".into()),
        kind: Kind::Failed,
    }));
    assert!(stage.screen().contains("brings it back") && stage.screen().contains("> main"), "{}", stage.screen());
}

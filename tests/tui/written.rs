//! What was written in an editor, and the vault has not taken.

use std::path::PathBuf;

use patvault::fault::Kind;
use patvault::ops::Shown;
use patvault::tui::message::{Effect, Fault, Message, Reply, Request};
use patvault::tui::written::Written;

use crate::stage::{Stage, at, few, opened};

fn written(text: &str) -> Box<Written> {
    let token = few().swap_remove(0);
    let shown = Shown { token, note: None, reminders: vec![], uses: vec![], with: vec![], env: vec![] };
    let (vault, folder) = ("/home/ada/.local/share/patvault/main".into(), PathBuf::from("/nowhere"));
    let before = "account = \"ada\"".to_owned();
    Box::new(Written { vault, shown, told: before.clone(), before, news: vec![], text: text.into(), folder })
}

fn fault(text: &str) -> Fault {
    Fault { text: text.into(), hint: None, kind: Kind::Failed }
}

/// The text that an editor is opened with, if one is.
fn editor(stage: &mut Stage) -> Option<String> {
    let text = |effect| if let Effect::Editor(written) = effect { Some(written.text) } else { None };
    stage.take().into_iter().find_map(text)
}

#[test]
fn a_lock_takes_nothing_and_tells_nothing() {
    let mut stage = Stage::furnished(80, 24);
    stage.reply(Reply::Locked(None)).reply(Reply::NotFacts(written("mine"), fault("it was locked meanwhile")));
    let screen = stage.screen();
    assert!(screen.contains("is kept") && !screen.contains("ci-deploy") && !screen.contains("mine"), "{screen}");
    // The other way round.
    let mut stage = Stage::furnished(80, 24);
    stage.reply(Reply::NotFacts(written("mine"), fault("no space left"))).reply(Reply::Locked(None));
    assert!(stage.screen().contains("is kept"));
    // Leaving is asked about, and so is what was written, once the vault is open.
    stage.effects();
    assert_eq!(stage.keys("<ctrl-c>").effects(), "");
    assert!(stage.screen().contains("Leave?"));
    stage.keys("n").reply(opened(few()));
    assert!(
        stage.screen().contains("github/ci-deploy") && stage.screen().contains("no space left"),
        "{}",
        stage.screen()
    );
    assert_eq!(editor(stage.keys("y")), Some("mine".into()));
}

#[test]
fn it_is_kept_until_the_vault_has_it_or_nobody_wants_it() {
    let mut stage = Stage::furnished(80, 24);
    // The queue is full: nothing was asked.
    stage.tell(Message::Edited(written("old"), Ok("new".into()), at(std::time::Duration::from_secs(1000))));
    let asked = stage.take().into_iter().find_map(|effect| match effect {
        Effect::Ask(request @ Request::EditFacts(_)) => Some(request),
        _ => None,
    });
    stage.tell(Message::Busy(Box::new(asked.unwrap())));
    assert!(stage.screen().contains("too much is asked at once"), "{}", stage.screen());
    // Later: the key that opens an editor comes back to it.
    stage.keys("<esc>jE");
    assert!(stage.screen().contains("Edit it again?"));
    stage.click_on("[ edit ]");
    assert_eq!(editor(&mut stage), Some("new".into()));
    stage.tell(Message::Edited(
        written("new"),
        Err((fault("could not edit"), None)),
        at(std::time::Duration::from_secs(1000)),
    ));
    assert!(stage.screen().contains("Edit it again?") && stage.screen().contains("could not edit"));
    stage.click_on("[ throw away ]");
    stage.effects();
    assert!(stage.keys("E").effects().contains("Ask(Facts(github/ci-deploy))"));
    assert_eq!(stage.keys("q").effects(), "Quit\n");
}

#[test]
fn what_was_written_about_a_token_is_not_offered_about_its_copy_in_another_vault() {
    let mut stage = Stage::furnished(80, 24);
    let mut elsewhere = written("of another vault");
    elsewhere.vault = "/home/ada/.local/share/patvault/copy".into();
    // It came back after another vault had been opened, whose folder was a copy once: the ids are the same.
    stage.reply(Reply::NotFacts(elsewhere.clone(), fault("no space left")));
    assert!(!stage.screen().contains("Edit it again?"), "{}", stage.screen());
    stage.effects();
    assert!(stage.keys("jE").effects().contains("Ask(Facts(github/ci-deploy))"));
    // Each has its own.
    stage.reply(Reply::NotFacts(written("of this one"), fault("no space left"))).keys("<esc>");
    stage.reply(Reply::NotFacts(elsewhere, fault("no space left")));
    assert_eq!(editor(stage.keys("Ey")), Some("of this one".into()));
}

#[test]
fn who_leaves_before_the_vault_has_answered_is_asked() {
    let edited = || Message::Edited(written("old"), Ok("new".into()), at(std::time::Duration::from_secs(1000)));
    let id = few()[0].id;
    let mut stage = Stage::furnished(80, 24);
    stage.tell(edited()).effects();
    assert_eq!(stage.keys("q").effects(), "");
    assert!(stage.screen().contains("Leave?"), "{}", stage.screen());
    stage.keys("n").reply(Reply::Kept(id, "Edited github/ci-deploy".into())).effects();
    assert_eq!(stage.keys("q").effects(), "Quit\n");
    // The answer may come after a lock, and is none about what the vault did not take.
    let mut stage = Stage::furnished(80, 24);
    stage.tell(edited()).keys("<ctrl-l>").reply(Reply::Kept(id, "Edited github/ci-deploy".into()));
    assert!(!stage.screen().contains("is kept"), "{}", stage.screen());
    stage.reply(opened(few())).reply(Reply::NotFacts(written("mine"), fault("no space left"))).keys("<esc>");
    stage.reply(Reply::Kept(id, "Edited github/ci-deploy".into())).effects();
    assert_eq!(stage.keys("q").effects(), "");
}

//! Editing what is known of a token in the form.

use patvault::ops::Shown;
use patvault::token::Token;
use patvault::tui::message::Reply;
use snapbox::assert_data_eq;

use crate::enter::services;
use crate::stage::{Stage, few};

/// Everything about a token, as it is shown.
fn shown(token: Token) -> Box<Shown> {
    let note = Some("as it was".into());
    Box::new(Shown { token, note, reminders: vec![], uses: vec![], with: vec![], env: vec![] })
}

#[test]
fn who_goes_through_the_fields_changes_nothing() {
    let mut stage = Stage::furnished(100, 30);
    stage.keys("je").reply(Reply::Services(services()));
    let mut token = few()[0].clone();
    // The words by which a file or an option may name a kind.
    token.kind = Some("FINE-grained".into());
    stage.reply(Reply::Shown(shown(token)));
    stage.effects();
    stage.keys(&"<tab>".repeat(30)).keys("<ctrl-s>");
    assert_eq!(stage.effects(), "");
    assert!(!stage.screen().contains("Edit github"), "{}", stage.screen());
}

#[test]
fn editing_changes_what_was_changed_and_nothing_else() {
    let mut stage = Stage::furnished(100, 30);
    stage.keys("je").reply(Reply::Services(services()));
    assert!(stage.effects().ends_with("Ask(Services)\nAsk(Show(github/ci-deploy))\n"));
    stage.reply(Reply::Shown(shown(few()[0].clone())));
    assert_data_eq!(stage.screen(), snapbox::file!["screens/edit.txt"].raw());
    // Nothing was changed: there is nothing to be asked, and nothing to be written.
    stage.keys("<ctrl-s>");
    assert_eq!(stage.effects(), "");
    assert!(!stage.screen().contains("Edit github"));
}

//! Rotating and revoking in the window, on a vault of their own. What would go to a service is answered here.

use std::path::Path;
use std::sync::Arc;

use patvault::ops::{self, ByHand, Ground, Init, Session, Wish, With};
use patvault::secret::Secret;
use patvault::token::Token;
use patvault::token::consumer::Way;
use patvault::token::draft::{Draft, DraftVersion};
use patvault::tui::message::{Effect, Reply, Request};
use patvault::tui::theme::Role;
use patvault::tui::turn::{Turn, Turned};
use snapbox::{assert_data_eq, file};

use crate::nobody::nobody;
use crate::stage::{Stage, at};

/// A vault with one token, and a window onto it.
struct Desk {
    session: Session,
    stage: Stage,
    _root: tempfile::TempDir,
}

impl Desk {
    fn with(service: &str, kind: &str, size: (u16, u16)) -> Self {
        let root = tempfile::tempdir().unwrap();
        let recipient = age::x25519::Identity::generate().to_public().to_string();
        let init = Init { name: "main".into(), recipients: vec![recipient], ..Init::default() };
        let mut session = ops::init(Ground::apart(root.path()), init, &nobody()).unwrap();
        session.now = at(std::time::Duration::ZERO).now;
        let mut draft =
            Draft::of(service.into(), "ci".into(), DraftVersion::of(Secret::new("not-a-real-secret-1".into())));
        draft.kind = Some(kind.into());
        let ways = [("server", "hand ask ops"), ("Actions org/app", "stdin gh secret set X")];
        draft.consumers = ways.map(|(place, way)| (place.into(), way.parse::<Way>().unwrap())).into();
        ops::add(&session, &draft, false, None).unwrap();
        let tokens = vec![Self::read(&session)];
        let mut stage = Stage::with(size.0, size.1, tokens);
        let services = ops::services(&Ground::apart(Path::new("/nowhere"))).unwrap();
        stage.reply(Reply::Services(Arc::new(services))).effects();
        Self { session, stage, _root: root }
    }

    fn read(session: &Session) -> Token {
        ops::show(session, "ci").unwrap().token
    }

    /// Does what the window asked for, as far as that needs no network, until it asks for nothing more. Gives the rest.
    fn serve(&mut self) -> Vec<Turn> {
        let mut rest = vec![];
        loop {
            let turns: Vec<Turn> = self
                .stage
                .take()
                .into_iter()
                .filter_map(|effect| match effect {
                    Effect::Ask(Request::Turn(turn)) => Some(*turn),
                    _ => None,
                })
                .collect();
            if turns.is_empty() {
                return rest;
            }
            for turn in turns {
                let turned = match turn {
                    Turn::Plan { id, by_hand } => {
                        let wish = Wish { expires: None, by_hand };
                        let plan = ops::plan_rotate(&self.session, &id.to_string(), wish, With::default());
                        Turned::Planned(Box::new(plan.unwrap()))
                    }
                    Turn::Note { plan, rotation } => {
                        ops::note_rotation(&self.session, &plan.token, rotation.as_ref()).unwrap();
                        Turned::Noted
                    }
                    Turn::Take { plan, version, insist } => {
                        ops::replace(&self.session, &plan.token, &ByHand { version: *version, insist }).unwrap();
                        Turned::Kept(None)
                    }
                    Turn::Tick { id, place, on } => {
                        ops::say_installed(&self.session, &id.to_string(), &place, on).unwrap();
                        Turned::Installed(format!("{place} has it"))
                    }
                    Turn::PlanRevoke { id, whose } => {
                        let plan = ops::plan_revoke(&self.session, &id.to_string(), whose, With::default());
                        Turned::RevokePlanned(Box::new(plan.unwrap()))
                    }
                    Turn::RevokedByWord { plan } => {
                        ops::revoked_by_word(&self.session, &plan).unwrap();
                        let done = plan.versions.iter().map(|id| (*id, ops::Revoked::Done));
                        Turned::Revoked(done.collect())
                    }
                    other => {
                        rest.push(other);
                        continue;
                    }
                };
                self.stage.reply(Reply::Turned(Box::new(turned)));
                self.stage.reply(Reply::Loaded(vec![Self::read(&self.session)], vec![]));
            }
        }
    }

    #[track_caller]
    fn shows(&self, parts: &[&str]) {
        let screen = self.stage.screen();
        for part in parts {
            assert!(screen.contains(part), "{part:?} is not on the screen:\n{screen}");
        }
        assert!(!screen.contains("not-a-real"), "{screen}");
    }
}

#[test]
fn by_hand_it_is_carried_to_its_end_and_can_be_left_at_any_step() {
    let mut desk = Desk::with("figma", "personal access token", (120, 40));
    desk.stage.keys("R");
    assert!(desk.serve().is_empty());
    desk.shows(&[
        "Rotate figma/ci",
        "https://www.figma.com/settings",
        "Generate new token",
        "New secret",
        "[ Keep it ]",
    ]);
    // Nothing was done for it: nothing is noted down.
    assert_eq!(Desk::read(&desk.session).current().rotation, None);
    desk.stage.keys("<esc>R");
    desk.serve();
    desk.stage.click_on("[ Copy address ]");
    desk.serve();
    assert!(Desk::read(&desk.session).current().rotation.is_some());
    // Left, and gone on with.
    desk.stage.keys("<esc>R");
    desk.serve();
    desk.stage.paste("not-a-real-secret-2");
    desk.serve();
    desk.shows(&["19 characters"]);
    desk.stage.click_on("[ Keep it ]");
    let rest = desk.serve();
    assert!(matches!(&rest[..], [Turn::Check { .. }]), "{rest:?}");
    desk.stage.reply(Reply::Turned(Box::new(Turned::Checked(Role::Good, "Figma says that the new one works".into()))));
    let token = Desk::read(&desk.session);
    assert_eq!((token.current().number, token.current().rotation.clone()), (2, None));
    desk.shows(&["Version 2 is in use", "Version 1 was replaced", "Figma says that the new one works"]);
    desk.shows(&["2 of 2 places do not have it yet", "[ ] not yet  $ gh secret set X", "ask ops"]);
    // One by hand, one by its command, which is asked about first.
    desk.stage.keys("<tab> ");
    desk.serve();
    assert!(Desk::read(&desk.session).current().installed.contains_key("server"));
    desk.stage.keys("<esc>R");
    desk.serve();
    desk.shows(&["1 of 2 places do not have it yet"]);
    // Who would rather run it elsewhere takes it with them.
    desk.stage.keys("y");
    assert!(desk.stage.effects().contains("CopyCommand(\"gh secret set X\")"));
    desk.stage.keys("<enter>");
    desk.shows(&["Run the command of this place?", "gh secret set X"]);
    desk.stage.keys("y");
    assert!(matches!(&desk.serve()[..], [Turn::Run { .. }]));
    // And then the old one.
    desk.stage.click_on("[ Revoke the old one ]");
    desk.serve();
    desk.shows(&["Revoke figma/ci", "No call revokes version 1 of figma/ci", "dies at once", "[ It is done ]"]);
    desk.stage.click_on("[ It is done ]");
    desk.shows(&["Is it revoked?"]);
    desk.stage.keys("y");
    desk.serve();
    desk.shows(&["Version 1 is revoked."]);
    assert_eq!(Desk::read(&desk.session).owed().count(), 0);
}

#[test]
fn what_a_call_does_is_said_before_it_is_made() {
    let mut desk = Desk::with("gitlab", "personal access token", (100, 30));
    desk.stage.keys("R");
    assert!(desk.serve().is_empty());
    desk.shows(&[
        "GitLab is asked for a new secret of gitlab/ci",
        "dies at once, which cannot be undone",
        "[ Rotate ]",
    ]);
    desk.stage.keys("<enter>");
    let rest = desk.serve();
    assert!(matches!(&rest[..], [Turn::Call { agreed: false, .. }]), "{rest:?}");
    desk.shows(&["asking for the new one"]);
    // Nothing else is begun meanwhile.
    desk.stage.keys("<enter>");
    assert!(desk.serve().is_empty());
    desk.stage.reply(Reply::Turned(Box::new(Turned::NotDone("it may not rotate itself".into()))));
    desk.shows(&["it may not rotate itself; nothing was done", "[ By hand ]"]);
    desk.stage.click_on("[ By hand ]");
    desk.serve();
    desk.shows(&["New secret", "personal_access_tokens"]);
}

#[test]
fn a_new_secret_that_the_vault_did_not_take_is_not_left_in_silence() {
    let mut desk = Desk::with("gitlab", "personal access token", (80, 24));
    desk.stage.keys("R");
    desk.serve();
    desk.stage.reply(Reply::Turned(Box::new(Turned::Unkept(false, "could not write: the disk is full".into()))));
    desk.shows(&["nowhere but here", "the disk is full", "[ Try again ]"]);
    desk.stage.keys("<enter>");
    assert!(matches!(&desk.serve()[..], [Turn::KeepAgain]));
}

#[test]
fn what_dies_is_said_before_it_is_revoked() {
    let mut desk = Desk::with("gitlab", "personal access token", (100, 30));
    desk.stage.keys("x");
    assert!(desk.serve().is_empty());
    desk.shows(&[
        "GitLab is asked to revoke version 1 of gitlab/ci, which is in use",
        "It cannot be undone.",
        "[ Revoke ]",
    ]);
    // The button under the finger is the one that does nothing.
    desk.stage.keys("<enter>");
    assert!(desk.serve().is_empty());
    assert!(!desk.stage.screen().contains("Revoke gitlab/ci"));
    desk.stage.keys("x");
    desk.serve();
    desk.stage.click_on("[ Revoke ]");
    let rest = desk.serve();
    let [Turn::Revoke { plan, agreed: false }] = &rest[..] else { panic!("{rest:?}") };
    let said = vec![(plan.versions[0], ops::Revoked::NotDone("it may not".into()))];
    desk.stage.reply(Reply::Turned(Box::new(Turned::Revoked(said))));
    desk.shows(&["Version 1 is not revoked: it may not. It stays owed."]);
}

#[test]
fn the_smallest_window_has_room_for_it() {
    for size in [(200, 50), (80, 24), (40, 12)] {
        let mut desk = Desk::with("figma", "personal access token", size);
        desk.stage.keys("R");
        desk.serve();
        desk.shows(&["New secret", "[ Keep it ]"]);
        desk.stage.paste("not-a-real-secret-2").keys("<esc>x");
        desk.serve();
        desk.shows(&["[ It is done ]"]);
    }
}

#[test]
fn every_stage_as_it_looks() {
    let hand = |size: (u16, u16)| {
        let mut desk = Desk::with("figma", "personal access token", size);
        // Ids and times of the vault's own stand beside the table.
        desk.stage.keys(if size.0 < 120 { "R" } else { "dR" });
        desk.serve();
        desk
    };
    assert_data_eq!(hand((200, 50)).stage.screen(), file!["screens/rotate-200x50.txt"].raw());
    assert_data_eq!(hand((80, 24)).stage.screen(), file!["screens/rotate-80x24.txt"].raw());
    assert_data_eq!(hand((40, 12)).stage.screen(), file!["screens/rotate-40x12.txt"].raw());
    let mut desk = hand((120, 40));
    assert_data_eq!(desk.stage.screen(), file!["screens/rotate-120x40.txt"].raw());
    desk.stage.paste("not-a-real-secret-2");
    desk.serve();
    desk.stage.click_on("[ Keep it ]");
    desk.serve();
    assert_data_eq!(desk.stage.screen(), file!["screens/rotate-rest.txt"].raw());
    desk.stage.click_on("[ Revoke the old one ]");
    desk.serve();
    assert_data_eq!(desk.stage.screen(), file!["screens/revoke-page.txt"].raw());
    let mut desk = Desk::with("gitlab", "personal access token", (100, 30));
    desk.stage.keys("R");
    desk.serve();
    assert_data_eq!(desk.stage.screen(), file!["screens/rotate-call.txt"].raw());
    desk.stage.keys("<esc>x");
    desk.serve();
    assert_data_eq!(desk.stage.screen(), file!["screens/revoke-call.txt"].raw());
}

#[test]
fn who_comes_for_the_places_is_not_asked_to_rotate() {
    let mut desk = Desk::with("figma", "personal access token", (120, 40));
    desk.stage.keys("3").click_on("install ").keys("<enter>");
    desk.serve();
    desk.shows(&["Version 1 is in use", "2 of 2 places do not have it yet", "gh secret set X", "[ Done ]"]);
    desk.stage.keys(" ");
    desk.serve();
    desk.shows(&["1 of 2 places do not have it yet"]);
}

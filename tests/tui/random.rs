//! Whatever is typed and clicked, at whatever size: no panic, and what must hold of the window holds.

use std::collections::BTreeSet;
use std::time::Duration;

use crossterm::event::{MouseButton, MouseEventKind};
use patvault::fault::Kind;
use patvault::secret::Secret;
use patvault::token::Token;
use patvault::tui::keymap::{ENTRIES, Key};
use patvault::tui::message::{Copied, Details, Door, Fault, Message, Question, Reply, Wants};
use proptest::prelude::*;

use crate::stage::{Stage, few, opened, token};
use crate::{activity, services};

#[derive(Debug, Clone)]
enum Deed {
    Key(String),
    Text(char),
    Mouse(u8, u16, u16),
    Resize(u16, u16),
    Wait(u64),
    Paste(String),
    Reply(u8, u32),
}

fn deed() -> impl Strategy<Value = Deed> {
    let keys: Vec<String> = ENTRIES.iter().flat_map(|entry| entry.keys).map(|key| (*key).to_owned()).collect();
    prop_oneof![
        8 => proptest::sample::select(keys).prop_map(Deed::Key),
        2 => any::<char>().prop_map(Deed::Text),
        6 => (0u8..8, 0u16..220, 0u16..60).prop_map(|(what, x, y)| Deed::Mouse(what, x, y)),
        1 => (0u16..220, 0u16..60).prop_map(|(columns, rows)| Deed::Resize(columns, rows)),
        1 => (0u64..100).prop_map(Deed::Wait),
        1 => ".{0,20}".prop_map(Deed::Paste),
        3 => (0u8..17, 0u32..1000).prop_map(|(what, which)| Deed::Reply(what, which)),
    ]
}

/// Something from the vault that nobody may have asked for, about a token that may be gone.
fn reply(what: u8, which: u32) -> Reply {
    let id = token(which % 7, "a/b").id;
    let text = || format!("number {which}\u{1b}[2J");
    match what {
        0 | 1 => {
            let (came, gone): (Vec<Token>, Vec<Token>) =
                few().into_iter().partition(|token| which >> (token.id.as_bytes()[3] % 8) & 1 == 0);
            Reply::Loaded(came, gone.iter().map(|token| token.id).collect())
        }
        2 => Reply::Failed(Fault { text: text(), hint: Some(text()), kind: Kind::Failed }),
        3 => Reply::Done(text()),
        4 => Reply::Progress(which as usize, 500),
        5 => Reply::Verified(text(), vec![text()]),
        6 => Reply::Hosts(vec![id], vec![text()]),
        7 => Reply::Copied(Copied {
            ids: vec![id],
            what: text(),
            cleared: Some(Duration::from_secs(which.into())),
            warning: None,
        }),
        8 => Reply::Revealed(id, Secret::new("not-a-real-secret".into())),
        9 => Reply::Details(Box::new(Details { id, note: Some(text()), uses: vec![], times: vec![] })),
        10 => Reply::Asked(Question { text: text(), wants: Wants::Hidden }),
        11 => Reply::Said(text()),
        12 => Reply::Left(Duration::from_secs(which.into())),
        13 => activity::history(Some(id), 100, activity::some()),
        15 => {
            let door = |number| Door { name: format!("vault{number}"), ways: text() };
            Reply::Doors((0..which % 40).map(door).collect(), which.is_multiple_of(3).then(|| "vault1".into()))
        }
        14 if which.is_multiple_of(5) => Reply::Locked(None),
        _ => opened(few()),
    }
}

fn does(stage: &mut Stage, deed: &Deed) {
    match deed {
        Deed::Key(key) => {
            stage.tell(Message::Key(key.parse::<Key>().unwrap().event()));
        }
        Deed::Text(c) => {
            if let Ok(key) = c.to_string().parse::<Key>() {
                stage.tell(Message::Key(key.event()));
            }
        }
        Deed::Mouse(what, x, y) => {
            let kind = match what {
                0 | 1 => MouseEventKind::Down(MouseButton::Left),
                2 => MouseEventKind::Up(MouseButton::Left),
                3 => MouseEventKind::Drag(MouseButton::Left),
                4 => MouseEventKind::Down(MouseButton::Right),
                5 => MouseEventKind::ScrollUp,
                6 => MouseEventKind::ScrollDown,
                _ => MouseEventKind::Moved,
            };
            stage.mouse(kind, *x, *y);
        }
        Deed::Resize(columns, rows) => {
            stage.tell(Message::Resize(*columns, *rows));
        }
        Deed::Wait(seconds) => {
            stage.seconds(*seconds);
        }
        Deed::Paste(text) => {
            stage.paste(text);
        }
        Deed::Reply(what, which) => {
            stage.reply(reply(*what, *which));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn nothing_that_is_done_breaks_it(deeds in proptest::collection::vec(deed(), 1..60)) {
        let mut stage = Stage::with(120, 40, few());
        stage.reply(activity::history(None, 100, activity::some())).reply(services::few());
        for deed in &deeds {
            does(&mut stage, deed);
            let list = &stage.model.shared.list;
            prop_assert!(list.at() < list.len().max(1));
            prop_assert_eq!(list.token().is_some(), !list.is_empty());
            prop_assert!(stage.model.tab < stage.model.tabs.len());
            prop_assert!(stage.model.front().is_some());
            let shared = &stage.model.shared;
            let known: BTreeSet<_> = list.all().iter().map(|token| token.id).collect();
            prop_assert!(list.marks().is_subset(&known));
            prop_assert!(list.meant().iter().all(|token| known.contains(&token.id)));
            prop_assert!(shared.vault.is_some() || (known.is_empty() && shared.revealed.is_none()));
            let (columns, rows) = shared.size;
            if columns > 0 && rows > 0 {
                let screen = stage.screen();
                prop_assert!(!screen.contains(|c: char| c.is_control() && c != '\n'));
                prop_assert!(shared.revealed.is_some() || !screen.contains("not-a-real-secret"));
            }
        }
    }
}

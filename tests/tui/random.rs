//! Whatever is typed and clicked, at whatever size: no panic, and what must hold of the window holds.

use crossterm::event::{MouseButton, MouseEventKind};
use patvault::tui::keymap::{ENTRIES, Key};
use patvault::tui::message::Message;
use proptest::prelude::*;

use crate::stage::{Stage, few};
use crate::{activity, services};

#[derive(Debug, Clone)]
enum Deed {
    Key(String),
    Text(char),
    Mouse(u8, u16, u16),
    Resize(u16, u16),
    Wait(u64),
    Paste(String),
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
    ]
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
            let (columns, rows) = stage.model.shared.size;
            if columns > 0 && rows > 0 {
                stage.screen();
            }
        }
    }
}

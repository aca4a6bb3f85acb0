//! Every screen, with nothing, with much and with odd names in it, at every size: nothing steers the terminal, nothing stands
//! where another thing stands, and there is always a way on.

use patvault::tui::message::Reply;

use crate::stage::{Stage, at, ends, tagged, token};
use crate::{activity, services};

const SIZES: [(u16, u16); 5] = [(200, 50), (120, 40), (80, 24), (40, 12), (39, 11)];

/// What brings each screen to the front of a window onto tokens.
const SCREENS: [&str; 21] =
    ["1", "2", "3", "4", "5", "o", "e", "n", "R", "x", "m", "t", "V", "T", "<f10>", "?", ":", "/a", "<tab>", "*D", "I"];

/// Names as nobody would choose them: escapes, wide, combining and invisible characters, from right to left, and long.
fn odd() -> Vec<patvault::token::Token> {
    let long = "x".repeat(300);
    let wide = "令".repeat(150);
    let names = [
        "\x1b]52;c;aGk=\x07",
        "\x1b[2J\x1b[H",
        "a\u{202e}b",
        "e\u{301}te\u{301}",
        "שלום עולם",
        "مرحبا",
        "日本語のトークン",
        "👩‍👩‍👧‍👦 family",
        "\u{200b}",
        "a\nb\tc",
        &long,
        &wide,
    ];
    let mut tokens: Vec<_> =
        names.iter().zip(1..).map(|(name, nr)| ends(token(nr, &format!("{name}/{name}")), 3)).collect();
    for (token, name) in tokens.iter_mut().zip(names) {
        (token.account, token.instance, token.kind) = (Some(name.into()), Some(name.into()), Some(name.into()));
        *token = tagged(token.clone(), &[name]);
    }
    tokens
}

/// Rows of the screen as wide as the window at most, and nothing in them that a terminal would take for an order.
#[track_caller]
fn is_whole(stage: &Stage, what: &str) {
    let screen = stage.screen();
    let (columns, _) = stage.model.shared.size;
    let steers = |c: char| c != '\n' && (c.is_control() || patvault::text::is_invisible(c));
    assert!(!screen.contains(steers), "{what}\n{screen:?}");
    for line in screen.lines() {
        assert!(patvault::text::width(line) <= columns.into(), "{what}\n{screen}");
    }
    assert!(!screen.trim().is_empty(), "{what}");
}

#[test]
fn every_screen_has_room_at_every_size_whatever_is_in_it() {
    for (what, tokens) in [("nothing", vec![]), ("one", vec![token(1, "github/ci")]), ("odd", odd())] {
        for (columns, rows) in SIZES {
            for keys in SCREENS {
                let what = format!("{what} at {columns}x{rows} after {keys}");
                let mut stage = Stage::with(columns, rows, tokens.clone());
                stage.reply(activity::history(None, 100, activity::some())).reply(services::few());
                is_whole(stage.keys(keys), &what);
                is_whole(stage.keys("<down><down><right><pagedown><end>"), &what);
                // It grows and shrinks under whoever sits there.
                for (columns, rows) in SIZES {
                    stage.tell(patvault::tui::message::Message::Resize(columns, rows));
                    is_whole(&stage, &what);
                }
            }
        }
    }
}

#[test]
fn ten_thousand_tokens_are_looked_through_as_a_few_are() {
    let last_use = Some(at(std::time::Duration::ZERO).now.instant);
    let many = |number: u32| {
        let token =
            ends(token(number, &format!("service-{}/deploy-{number:05}", number % 200)), i64::from(number % 700) - 20);
        patvault::token::Token { last_use, ..tagged(token, &[&format!("team-{}", number % 50)]) }
    };
    for (columns, rows) in SIZES {
        let mut stage = Stage::with(columns, rows, (0..10_000).map(many).collect());
        for keys in ["1", "2", "3", "4", "5"] {
            for then in ["<end>", "<pageup>", "<home>", "<pagedown>"] {
                is_whole(stage.keys(keys).keys(then), &format!("{columns}x{rows} after {keys}{then}"));
            }
        }
        let found = stage.keys("1/deploy-04321<enter>").model.shared.list.len();
        assert!(found >= 1, "{found}");
        assert_eq!(stage.model.shared.list.token().unwrap().name, "deploy-04321");
        let gone = stage.model.shared.list.all().iter().map(|token| token.id).collect();
        stage.keys("<esc>").reply(Reply::Loaded(vec![token(1, "github/ci")], gone));
        assert_eq!(stage.model.shared.list.len(), 1);
        is_whole(&stage, "what is left");
    }
}

//! How fast the window is at 10,000 and 100,000 tokens, from what happens to the frame: `cargo bench --bench window`.

#![expect(clippy::unwrap_used, reason = "what cannot be measured ends the measuring")]

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use divan::Bencher;
use patvault::config::Config;
use patvault::scope::Scope;
use patvault::token::expiry::{Date, Expiry, Source};
use patvault::token::id::{TokenId, VersionId};
use patvault::token::now::Now;
use patvault::token::rules::{Policy, Rules};
use patvault::token::{State, Token, Version};
use patvault::tui::frame;
use patvault::tui::keymap::{Key, Keymap};
use patvault::tui::message::{At, Message, Opened, Reply};
use patvault::tui::model::Model;
use patvault::tui::theme::Theme;
use patvault::tui::update::update;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// How many tokens the vaults hold.
const SIZES: [u32; 2] = [10_000, 100_000];
const WINDOW: (u16, u16) = (200, 50);

/// What the window asks of memory stands beside its time.
#[global_allocator]
static MEMORY: divan::AllocProfiler = divan::AllocProfiler::system();

fn main() {
    divan::main();
}

/// From an open vault, its tokens read, to the first frame.
#[divan::bench(args = SIZES, sample_count = 20)]
fn first_frame(bencher: Bencher, size: u32) {
    let tokens = tokens(size);
    bencher.with_inputs(|| (closed(), tokens.clone())).bench_local_values(|(model, tokens)| open(model, tokens));
}

/// From a key to its frame, while a fuzzy filter is typed: each of five letters.
#[divan::bench(args = SIZES, sample_count = 20)]
fn five_keys_of_a_fuzzy_filter(bencher: Bencher, size: u32) {
    let (mut model, mut terminal) = open(closed(), tokens(size));
    press(&mut model, "/");
    bencher.bench_local(|| {
        for key in ["d", "e", "p", "l", "7"] {
            press(&mut model, key);
            terminal.draw(|frame| frame::draw(frame, &model)).unwrap();
        }
        press(&mut model, "ctrl-u");
    });
}

/// From a key to its frame, while somebody walks down the list.
#[divan::bench(args = SIZES)]
fn a_step_down(bencher: Bencher, size: u32) {
    let (mut model, mut terminal) = open(closed(), tokens(size));
    bencher.bench_local(|| {
        press(&mut model, "down");
        terminal.draw(|frame| frame::draw(frame, &model)).unwrap();
    });
}

/// From a key to its frame, when the order is another one.
#[divan::bench(args = SIZES, sample_count = 20)]
fn another_order(bencher: Bencher, size: u32) {
    let (mut model, mut terminal) = open(closed(), tokens(size));
    bencher.bench_local(|| {
        press(&mut model, "s");
        terminal.draw(|frame| frame::draw(frame, &model)).unwrap();
    });
}

fn press(model: &mut Model, key: &str) {
    let _nothing_outside = update(model, Message::Key(key.parse::<Key>().unwrap().event()));
}

fn at() -> At {
    let instant = DateTime::parse_from_rfc3339("2026-11-22T12:00:00Z").unwrap().to_utc();
    At { now: Now::new(instant, |at| at.naive_utc()), passed: Duration::ZERO }
}

fn closed() -> Model {
    let theme = Theme::load("dark", Path::new("/nowhere")).unwrap();
    Model::new(at(), WINDOW, theme, false, Keymap::default(), Config::default())
}

fn open(mut model: Model, tokens: Vec<Token>) -> (Model, Terminal<TestBackend>) {
    let opened = Opened {
        name: "main".into(),
        folder: String::new(),
        demo: false,
        rules: Rules::default(),
        vaults: vec![],
        tokens,
        idle: None,
    };
    let _nothing_outside = update(&mut model, Message::Reply(Reply::Opened(Box::new(opened))));
    let mut terminal = Terminal::new(TestBackend::new(WINDOW.0, WINDOW.1)).unwrap();
    terminal.draw(|frame| frame::draw(frame, &model)).unwrap();
    (model, terminal)
}

fn tokens(count: u32) -> Vec<Token> {
    (0..count).map(token).collect()
}

fn token(number: u32) -> Token {
    const SERVICES: [&str; 5] = ["github", "gitlab", "slack", "figma", "azure-devops"];
    const SCOPES: [&str; 4] = ["repo", "read:org", "api", "admin:org"];
    let choose =
        |all: &[&str], by: u32| all.iter().cycle().nth(usize::try_from(number / by % 60).unwrap()).unwrap().to_string();
    let now = at().now;
    let mut bytes = [0; 16];
    bytes.iter_mut().zip(number.to_be_bytes()).for_each(|(byte, digit)| *byte = digit);
    let ends = now.today() + TimeDelta::days(i64::from(number % 700) - 20);
    let scopes = [1, 7].map(|by| Scope { name: choose(&SCOPES, by), rated: None, known: None });
    let version = Version {
        id: VersionId::from_bytes(bytes),
        number: 1,
        added: now.instant - TimeDelta::days(100),
        issued: None,
        expiry: Expiry::Ends(Date::Day(ends), Source::Typed),
        scopes: scopes.into(),
        granted: None,
        verdict: None,
        told: [].into(),
        parts: [].into(),
        state: State::Current,
        installed: [].into(),
        rotation: None,
    };
    Token {
        id: TokenId::from_bytes(bytes),
        service: choose(&SERVICES, 1),
        name: format!("deploy-{number}"),
        instance: None,
        account: Some(format!("bot-{}", number % 40)),
        kind: Some("personal access token".into()),
        tags: [format!("team-{}", number % 30)].into(),
        facts: [].into(),
        policy: Policy::default(),
        added: now.instant - TimeDelta::days(100),
        trashed: None,
        purged: None,
        versions: vec![version],
        marks: vec![],
        consumers: [].into(),
        with: [].into(),
        last_use: Some(now.instant - TimeDelta::hours(i64::from(number % 4000))),
    }
}

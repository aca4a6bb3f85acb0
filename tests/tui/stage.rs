//! A window without a terminal, and somebody who types into it.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use patvault::config::Config;
use patvault::scope::Scope;
use patvault::secret::Secret;
use patvault::token::expiry::{Date, Expiry, Source};
use patvault::token::id::{TokenId, VersionId};
use patvault::token::now::Now;
use patvault::token::rules::{Policy, Rules};
use patvault::token::{State, Token, Version};
use patvault::tui::frame;
use patvault::tui::keymap::{Key, Keymap};
use patvault::tui::message::{At, Effect, Message, Opened, Reply};
use patvault::tui::model::Model;
use patvault::tui::theme::Theme;
use patvault::tui::update::update;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::{Color, Modifier};

/// The window, and what it wanted done since the last look.
pub struct Stage {
    pub model: Model,
    effects: Vec<Effect>,
    passed: Duration,
}

pub fn at(passed: Duration) -> At {
    let instant = DateTime::parse_from_rfc3339("2026-11-22T12:00:00Z").unwrap().to_utc();
    let instant = instant + TimeDelta::from_std(passed).unwrap();
    At { now: Now::new(instant, |at| at.naive_utc()), passed }
}

impl Stage {
    /// A window of that size onto nothing.
    pub fn closed(columns: u16, rows: u16) -> Self {
        let theme = Theme::load("dark", Path::new("/nowhere")).unwrap();
        let passed = Duration::from_secs(1000);
        let model = Model::new(at(passed), (columns, rows), theme, false, Keymap::default(), Config::default());
        Self { model, effects: vec![], passed }
    }

    /// A window onto a vault with these tokens.
    pub fn with(columns: u16, rows: u16, tokens: Vec<Token>) -> Self {
        let mut stage = Self::closed(columns, rows);
        stage.reply(opened(tokens));
        stage
    }

    /// A window onto a few tokens.
    pub fn furnished(columns: u16, rows: u16) -> Self {
        Self::with(columns, rows, few())
    }

    pub fn tell(&mut self, message: Message) -> &mut Self {
        self.effects.extend(update(&mut self.model, message));
        self
    }

    pub fn reply(&mut self, reply: Reply) -> &mut Self {
        self.tell(Message::Reply(reply))
    }

    /// Types: letters as they are, other keys in angle brackets (`jj<enter>`).
    pub fn keys(&mut self, text: &str) -> &mut Self {
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let name = rest.strip_prefix('<').and_then(|rest| rest.split_once('>')).map(|(name, _)| name);
            let key = match name {
                Some(name) => name.parse::<Key>().unwrap_or_else(|error| panic!("{name}: {error}")),
                None if c == ' ' => "space".parse().unwrap(),
                None => c.to_string().parse().unwrap(),
            };
            rest = &rest[name.map_or(c.len_utf8(), |name| name.len() + 2)..];
            self.tell(Message::Key(key.event()));
        }
        self
    }

    /// Does something with the mouse.
    pub fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) -> &mut Self {
        self.tell(Message::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::empty() }))
    }

    pub fn click(&mut self, column: u16, row: u16) -> &mut Self {
        self.mouse(MouseEventKind::Down(MouseButton::Left), column, row);
        self.mouse(MouseEventKind::Up(MouseButton::Left), column, row)
    }

    /// Clicks on the first place where that text is seen.
    #[track_caller]
    pub fn click_on(&mut self, text: &str) -> &mut Self {
        let (column, row) = self.place(text);
        self.click(column, row)
    }

    /// The same with the other button.
    #[track_caller]
    pub fn menu_on(&mut self, text: &str) -> &mut Self {
        let (column, row) = self.place(text);
        self.mouse(MouseEventKind::Down(MouseButton::Right), column, row)
    }

    #[track_caller]
    fn place(&self, text: &str) -> (u16, u16) {
        let screen = self.screen();
        let found = screen.lines().enumerate().find_map(|(row, line)| Some((row, line.find(text)?, line)));
        let (row, byte, line) = found.unwrap_or_else(|| panic!("{text:?} is not on the screen:\n{screen}"));
        let column = patvault::text::width(&line[..byte]);
        (u16::try_from(column).unwrap(), u16::try_from(row).unwrap())
    }

    pub fn paste(&mut self, text: &str) -> &mut Self {
        self.tell(Message::Paste(Secret::new(text.to_owned())))
    }

    pub fn seconds(&mut self, seconds: u64) -> &mut Self {
        self.passed += Duration::from_secs(seconds);
        let at = at(self.passed);
        self.tell(Message::Tick(at))
    }

    /// What was wanted done since the last look.
    pub fn take(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// What was wanted done since the last look, one a line; tokens by their names.
    pub fn effects(&mut self) -> String {
        let mut text = String::new();
        for effect in std::mem::take(&mut self.effects) {
            text += &format!("{effect:?}\n");
        }
        for token in self.model.shared.list.all() {
            text = text.replace(&format!("{:?}", token.id), &token.path());
        }
        text
    }

    fn buffer(&self) -> Buffer {
        let (columns, rows) = self.model.shared.size;
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal.draw(|frame| frame::draw(frame, &self.model)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// The screen as text.
    pub fn screen(&self) -> String {
        let buffer = self.buffer();
        let rows = buffer.area.height;
        (0..rows).map(|row| self.row(&buffer, row) + "\n").collect()
    }

    fn row(&self, buffer: &Buffer, row: u16) -> String {
        let (mut text, mut covered) = (String::new(), 0);
        for column in 0..buffer.area.width {
            let symbol = buffer[(column, row)].symbol();
            // What stands under the second half of a wide character is not seen.
            if covered == 0 {
                text += symbol;
                covered = patvault::text::width(symbol).max(1);
            }
            covered -= 1;
        }
        text.trim_end().to_owned()
    }

    /// The screen as text, and under it how each stretch of it looks.
    pub fn styled(&self) -> String {
        let buffer = self.buffer();
        let mut text = self.screen();
        for row in 0..buffer.area.height {
            let mut runs: Vec<(u16, String)> = vec![];
            for column in 0..buffer.area.width {
                let look = look(&buffer[(column, row)]);
                if runs.last().is_none_or(|(_, last)| *last != look) {
                    runs.push((column, look));
                }
            }
            let runs: Vec<String> = runs.into_iter().map(|(column, look)| format!("{column} {look}")).collect();
            text += &format!("{row:>3}: {}\n", runs.join(", "));
        }
        text
    }
}

fn look(cell: &ratatui::buffer::Cell) -> String {
    let color = |color: Color| if color == Color::Reset { "-".to_owned() } else { color.to_string().to_lowercase() };
    let names = [
        (Modifier::BOLD, " bold"),
        (Modifier::DIM, " dim"),
        (Modifier::UNDERLINED, " underlined"),
        (Modifier::REVERSED, " reversed"),
    ];
    let modifiers: String = names.iter().filter(|(it, _)| cell.modifier.contains(*it)).map(|(_, name)| *name).collect();
    format!("{}/{}{modifiers}", color(cell.fg), color(cell.bg))
}

/// A vault with these tokens was opened.
pub fn opened(tokens: Vec<Token>) -> Reply {
    Reply::Opened(Box::new(Opened {
        name: "main".into(),
        folder: "/home/ada/.local/share/patvault/main".into(),
        vaults: vec!["main".into(), "work".into()],
        demo: false,
        rules: Rules::default(),
        tokens,
        idle: None,
    }))
}

/// A token about which nothing is known but its name.
pub fn token(number: u32, path: &str) -> Token {
    let (service, name) = path.split_once('/').unwrap();
    let added = at(Duration::ZERO).now.instant - TimeDelta::days(100);
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    Token {
        id: TokenId::from_bytes(bytes),
        service: service.into(),
        name: name.into(),
        instance: None,
        account: None,
        kind: None,
        tags: [].into(),
        facts: [].into(),
        policy: Policy::default(),
        added,
        trashed: None,
        purged: None,
        versions: vec![version(bytes, added)],
        marks: vec![],
        consumers: [].into(),
        with: [].into(),
        last_use: None,
    }
}

fn version(bytes: [u8; 16], added: DateTime<Utc>) -> Version {
    Version {
        id: VersionId::from_bytes(bytes),
        number: 1,
        added,
        issued: None,
        expiry: Expiry::Unknown,
        scopes: vec![],
        granted: None,
        verdict: None,
        told: [].into(),
        parts: [].into(),
        state: State::Current,
        installed: [].into(),
        rotation: None,
    }
}

/// Ends in so many days.
pub fn ends(mut token: Token, days: i64) -> Token {
    let day = (at(Duration::ZERO).now.instant + TimeDelta::days(days)).date_naive();
    token.versions[0].expiry = Expiry::Ends(Date::Day(day), Source::Typed);
    token
}

pub fn scoped(mut token: Token, scopes: &[&str]) -> Token {
    token.versions[0].scopes =
        scopes.iter().map(|name| Scope { name: (*name).into(), rated: None, known: None }).collect();
    token
}

pub fn tagged(mut token: Token, tags: &[&str]) -> Token {
    token.tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
    token
}

/// A few, in different states.
pub fn few() -> Vec<Token> {
    let mut deploy = scoped(tagged(ends(token(1, "github/ci-deploy"), 3), &["prod"]), &["repo", "read:user"]);
    deploy.account = Some("ada-bot".into());
    deploy.last_use = Some(at(Duration::ZERO).now.instant - TimeDelta::hours(2));
    let old = scoped(tagged(ends(token(2, "gitlab/old-runner"), -2), &["ci"]), &["api"]);
    let wide = ends(token(3, "slack/日本語のトークン"), 300);
    let mut never = scoped(token(4, "slack/alerts"), &["chat:write"]);
    never.versions[0].expiry = Expiry::Never(Source::Typed);
    vec![deploy, old, wide, never, token(5, "figma/plugin")]
}

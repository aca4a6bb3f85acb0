//! Everything that the window shows, and nothing that it does.

use std::sync::Arc;
use std::time::Duration;

use crate::config::Config;
use crate::secret::Secret;
use crate::service::Service;
use crate::token::column::{self, Column, Lens};
use crate::token::id::TokenId;
use crate::token::rules::Rules;

use super::due::Due;
use super::keymap::Keymap;
use super::list::List;
use super::message::{At, Details, Effect, Fault, History, Request};
use super::pointer::Hand;
use super::screens::Screen;
use super::theme::{Role, Theme};
use super::written::{Kept, Subject};

/// The whole window.
pub struct Model {
    /// What all screens share.
    pub shared: Shared,
    /// The tabs, from the left.
    pub tabs: Vec<Screen>,
    /// Which of them is open.
    pub tab: usize,
    /// Dialogs over it, the last one in front; the one that unlocks covers everything.
    pub stack: Vec<Screen>,
    /// Where the mouse was.
    pub hand: Hand,
}

/// What all screens share.
pub struct Shared {
    /// The present.
    pub at: At,
    /// Columns and rows of the terminal.
    pub size: (u16, u16),
    /// Colours.
    pub theme: Theme,
    /// The colours that can be chosen.
    pub themes: Vec<Theme>,
    /// Signs in ASCII.
    pub ascii: bool,
    /// Keys.
    pub keymap: Keymap,
    /// The theme that fits the terminal, by what it says of itself.
    pub fitting: &'static str,
    /// What the settings say.
    pub config: Config,
    /// The vault that is open.
    pub vault: Option<OpenVault>,
    /// Its tokens, as they are shown.
    pub list: List,
    /// What is owed for them.
    pub due: Due,
    /// What happened, once somebody looked.
    pub history: Option<History>,
    /// More may have happened since.
    pub history_stale: bool,
    /// It was asked for and is not there yet.
    pub history_wanted: bool,
    /// What belongs to the token that was looked at last.
    pub details: Option<Details>,
    /// That was asked for and is not there yet.
    pub details_wanted: Option<TokenId>,
    /// The catalogue of services, once somebody asked for it.
    pub services: Option<Arc<Vec<Service>>>,
    /// It was asked for.
    pub services_wanted: bool,
    /// What is said at the foot.
    pub notice: Option<Notice>,
    /// A copy that will be cleared: of what, and when.
    pub copied: Option<(String, Duration)>,
    /// A secret that is shown.
    pub revealed: Option<Revealed>,
    /// When the vault is locked, if nothing is done.
    pub locks: Option<Duration>,
    /// Services are being asked: how many answered, of how many.
    pub progress: Option<(usize, usize)>,
    /// What was written in an editor and is not in the vault. A lock does not take it.
    pub kept: Kept,
    /// The last sign of life that the vault was given.
    pub touched: Duration,
}

/// The vault that is open.
#[derive(Debug, Clone)]
pub struct OpenVault {
    /// What it is called.
    pub name: String,
    /// Its folder.
    pub folder: String,
    /// All vaults of this device.
    pub vaults: Vec<String>,
    /// It is thrown away at the end.
    pub demo: bool,
    /// Its rules for reminders.
    pub rules: Rules,
    /// It is locked from here after that time without a key; else the agent locks it.
    pub idle: Option<Duration>,
}

/// Something that is said at the foot, until the next key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// What. Not escaped.
    pub text: String,
    /// What it is.
    pub role: Role,
}

/// A secret that is shown.
pub struct Revealed {
    /// Whose.
    pub id: TokenId,
    /// What it is.
    pub secret: Secret,
    /// Until then.
    pub until: Duration,
}

/// What a screen wants done.
#[derive(Debug)]
pub enum Do {
    /// Put a screen in front.
    Open(Screen),
    /// Take the screen in front away.
    Close,
    /// Show a token among all, with its details.
    Show(crate::token::id::TokenId),
    /// Throw away what was written about a token.
    Throw(Subject),
    /// Do something outside.
    Effect(Effect),
    /// Forget everything of the vault: another one is being opened.
    Forget,
    /// As if its key had been pressed, in whatever is in front then.
    Act(super::keymap::Action),
}

impl Model {
    /// A window onto nothing: the vault is locked.
    pub fn new(at: At, size: (u16, u16), theme: Theme, ascii: bool, keymap: Keymap, config: Config) -> Self {
        let shared = Shared {
            at,
            size,
            themes: vec![],
            fitting: "16",
            theme,
            ascii,
            keymap,
            vault: None,
            list: List::of(&config),
            config,
            due: Due::default(),
            history: None,
            history_stale: true,
            history_wanted: false,
            details: None,
            details_wanted: None,
            services: None,
            services_wanted: false,
            notice: None,
            copied: None,
            revealed: None,
            locks: None,
            progress: None,
            kept: Kept::default(),
            touched: at.passed,
        };
        Self { shared, tabs: Screen::tabs(), tab: 0, stack: vec![], hand: Hand::default() }
    }

    /// The screen that has the keyboard.
    pub fn front(&self) -> Option<&Screen> {
        self.stack.last().or_else(|| self.tabs.get(self.tab))
    }

    /// Forgets everything of the vault.
    pub fn forget(&mut self) {
        let shared = &mut self.shared;
        shared.vault = None;
        shared.list = List::of(&shared.config);
        (shared.details, shared.details_wanted, shared.notice) = (None, None, None);
        (shared.due, shared.history, shared.services) = (Due::default(), None, None);
        (shared.history_stale, shared.history_wanted, shared.services_wanted) = (true, false, false);
        // A copy outlives the lock: what it says stays true, and names nothing.
        shared.copied = shared.copied.take().map(|(_, until)| (String::new(), until));
        (shared.revealed, shared.locks, shared.progress) = (None, None, None);
        (self.tabs, self.tab, self.stack) = (Screen::tabs(), 0, vec![]);
    }

    /// When something that is shown changes by itself, counted from now.
    pub fn next_change(&self) -> Option<Duration> {
        let shared = &self.shared;
        let passed = shared.at.passed;
        // What is left is told rounded up: it changes when a whole one more is over.
        let step = |left: Duration, step: u64| {
            let over = left.as_nanos() % Duration::from_secs(step).as_nanos();
            let over = u64::try_from(over).unwrap_or_default();
            if over == 0 { Duration::from_secs(step) } else { Duration::from_nanos(over) }
        };
        let seconds = |until: Duration| step(until.saturating_sub(passed), 1);
        let minutes = |until: Duration| {
            let left = until.saturating_sub(passed);
            step(left, if left <= Duration::from_secs(60) { 1 } else { 60 })
        };
        let copied = shared.copied.as_ref().map(|(_, until)| seconds(*until));
        let revealed = shared.revealed.as_ref().map(|revealed| seconds(revealed.until));
        [copied, revealed, shared.locks.map(minutes)].into_iter().flatten().min()
    }
}

impl Shared {
    /// The rules of the vault that is open.
    pub fn rules(&self) -> Rules {
        self.vault.as_ref().map(|vault| vault.rules).unwrap_or_default()
    }

    /// Tells anew what is owed: other tokens came, or another day.
    pub fn remind(&mut self) {
        self.due = Due::of(self.list.all(), &self.rules(), &self.at.now);
    }

    /// What cells are looked at through.
    pub fn lens<'a>(&'a self, rules: &'a Rules) -> Lens<'a> {
        Lens { rules, now: &self.at.now, ascii: self.ascii }
    }

    /// Narrows the list down to words.
    pub fn set_filter(&mut self, text: &str) {
        let rules = self.rules();
        self.list.set_filter(text, &rules, &self.at.now);
    }

    /// Sorts the tokens by the next column, and says which.
    pub fn sort_next(&mut self) {
        let columns: Vec<_> = self.columns().collect();
        let at = columns.iter().position(|it| it.name == self.list.order().0.name);
        let next = at.map_or(0, |at| at + 1) % columns.len().max(1);
        if let Some(column) = columns.get(next) {
            let rules = self.rules();
            self.list.sort(column, &rules, &self.at.now);
            self.say(Role::Quiet, format!("by {}", column.name));
        }
    }

    /// Asks for the catalogue of services, where it is not there.
    pub fn want_services(&mut self) -> Vec<Do> {
        if self.services.is_some() || std::mem::replace(&mut self.services_wanted, true) {
            return vec![];
        }
        vec![Do::Effect(Effect::Ask(Request::Services))]
    }

    /// How a role looks.
    pub fn style(&self, role: Role) -> ratatui::style::Style {
        self.theme.style(role)
    }

    /// The columns of the table.
    pub fn columns(&self) -> impl Iterator<Item = &'static Column> {
        self.config.tui.columns.iter().filter_map(|name| column::find(name))
    }

    /// Says something at the foot.
    pub fn say(&mut self, role: Role, text: impl Into<String>) {
        self.notice = Some(Notice { text: text.into(), role });
    }

    /// Says what went wrong, and what to do.
    pub fn fail(&mut self, fault: &Fault) {
        let hint = fault.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
        self.say(Role::Bad, format!("{}{hint}", fault.text));
    }

    /// How many seconds are left, rounded up.
    pub fn seconds_left(&self, until: Duration) -> u64 {
        let left = until.saturating_sub(self.at.passed);
        left.as_secs() + u64::from(left.subsec_millis() > 0)
    }
}

//! The screens: the tabs, and the dialogs that stand over them on a stack. A new one is a file here, a variant, and its
//! two arms; a tab also has its place in [`Screen::tabs`].

pub mod activity;
pub mod confirm;
pub mod detail;
pub mod enter;
pub mod first_run;
pub mod help;
pub mod import;
pub mod line;
pub mod palette;
pub mod pick;
pub mod reminders;
pub mod revoke;
pub mod rotate;
pub mod services;
pub mod settings;
pub mod snooze;
pub mod timeline;
pub mod tokens;
pub mod unlock;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::keymap::{Action, Context, Entry};
use super::message::Reply;
use super::model::{Do, Shared};
use super::pointer::Pointer;
use crate::secret::Secret;
use crate::token::id::TokenId;

/// One screen. What all have in common stands in [`Behave`].
#[derive(Debug)]
pub enum Screen {
    /// The tokens.
    Tokens(tokens::Tokens),
    /// Their lives, as bars.
    Timeline(timeline::Timeline),
    /// What is owed.
    Reminders(reminders::Reminders),
    /// What happened.
    Activity(activity::Activity),
    /// The catalogue of services.
    Services(services::Services),
    /// Until when a reminder is put off.
    Snooze(snooze::Snooze),
    /// The vault is locked.
    Unlock(unlock::Unlock),
    /// There is no vault yet.
    FirstRun(first_run::FirstRun),
    /// A question before something is done.
    Confirm(confirm::Confirm),
    /// Everything about one token.
    Detail(detail::Detail),
    /// A rotation.
    Rotate(Box<rotate::Rotate>),
    /// A revocation.
    Revoke(Box<revoke::Revoke>),
    /// What is known of a token is entered.
    Enter(Box<enter::Enter>),
    /// What keys and signs mean.
    Help(help::Help),
    /// Everything that can be done, by name.
    Palette(palette::Palette),
    /// The settings.
    Settings(Box<settings::Settings>),
    /// A list of tokens is brought in.
    Import(Box<import::Import>),
    /// One line is asked for.
    Line(line::Line),
    /// One of a few is chosen.
    Pick(pick::Pick),
}

/// How much of the window a screen takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cover {
    /// What the bar, the tabs and the foot leave.
    Body,
    /// A box in the middle, with what was there around it.
    Box,
    /// Everything.
    Whole,
}

/// What a screen does. Only what a screen has need of is written there; the rest does nothing.
pub trait Behave {
    /// What a tab is called.
    fn title(&self) -> &'static str {
        ""
    }

    /// What stands behind that: how much there is to do.
    fn badge(&self, _shared: &Shared) -> String {
        String::new()
    }

    /// How much of the window it takes.
    fn cover(&self) -> Cover {
        Cover::Box
    }

    /// Where keys get their meaning from, the nearest first.
    fn contexts(&self) -> &'static [Context];

    /// The token that is meant where something is done with one.
    fn token(&self, shared: &Shared) -> Option<TokenId> {
        shared.list.token().map(|token| token.id)
    }

    /// Characters are text to it, and no keys of actions.
    fn takes_text(&self) -> bool {
        false
    }

    /// What the foot says of an action here; `None` where there is nothing to be done with it now.
    fn word(&self, entry: &Entry, _shared: &Shared) -> Option<&'static str> {
        // Where something is completed, or was written, that is said there.
        (!matches!(entry.action, Action::Complete | Action::Throw)).then_some(entry.short)
    }

    /// Does what a key, a menu or the palette asks for. `None` where that is not its business.
    fn act(&mut self, action: Action, shared: &mut Shared) -> Option<Vec<Do>>;

    /// Takes a key that means nothing by the table: text, and what moves in it.
    fn key(&mut self, _event: KeyEvent, _shared: &mut Shared) -> Vec<Do> {
        vec![]
    }

    /// Takes what was pasted.
    fn paste(&mut self, _pasted: &Secret, _shared: &mut Shared) -> Vec<Do> {
        vec![]
    }

    /// Takes what the mouse does in `area`, which is where it was drawn.
    fn mouse(&mut self, _pointer: Pointer, _area: Rect, _shared: &mut Shared) -> Vec<Do> {
        vec![]
    }

    /// Hears what came back from the vault.
    fn reply(&mut self, _reply: &Reply, _shared: &mut Shared) -> Vec<Do> {
        vec![]
    }

    /// Puts itself right after anything happened: scrolls to what is selected, asks for what it shows and is not there.
    fn settle(&mut self, _area: Rect, _shared: &mut Shared) -> Vec<Do> {
        vec![]
    }

    /// Draws itself. The same layout function tells here and in [`mouse`](Self::mouse) what stands where.
    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared);
}

impl Screen {
    /// The tabs of a vault, from the left.
    pub fn tabs() -> Vec<Self> {
        vec![
            Self::Tokens(tokens::Tokens::default()),
            Self::Timeline(timeline::Timeline::default()),
            Self::Reminders(reminders::Reminders::default()),
            Self::Activity(activity::Activity::default()),
            Self::Services(services::Services::default()),
        ]
    }

    /// What it does.
    pub fn it(&self) -> &dyn Behave {
        match self {
            Self::Tokens(it) => it,
            Self::Timeline(it) => it,
            Self::Reminders(it) => it,
            Self::Activity(it) => it,
            Self::Services(it) => it,
            Self::Snooze(it) => it,
            Self::Unlock(it) => it,
            Self::FirstRun(it) => it,
            Self::Confirm(it) => it,
            Self::Detail(it) => it,
            Self::Rotate(it) => it.as_ref(),
            Self::Revoke(it) => it.as_ref(),
            Self::Enter(it) => it.as_ref(),
            Self::Help(it) => it,
            Self::Palette(it) => it,
            Self::Settings(it) => it.as_ref(),
            Self::Import(it) => it.as_ref(),
            Self::Line(it) => it,
            Self::Pick(it) => it,
        }
    }

    /// The same, to be changed.
    pub fn it_mut(&mut self) -> &mut dyn Behave {
        match self {
            Self::Tokens(it) => it,
            Self::Timeline(it) => it,
            Self::Reminders(it) => it,
            Self::Activity(it) => it,
            Self::Services(it) => it,
            Self::Snooze(it) => it,
            Self::Unlock(it) => it,
            Self::FirstRun(it) => it,
            Self::Confirm(it) => it,
            Self::Detail(it) => it,
            Self::Rotate(it) => it.as_mut(),
            Self::Revoke(it) => it.as_mut(),
            Self::Enter(it) => it.as_mut(),
            Self::Help(it) => it,
            Self::Palette(it) => it,
            Self::Settings(it) => it.as_mut(),
            Self::Import(it) => it.as_mut(),
            Self::Line(it) => it,
            Self::Pick(it) => it,
        }
    }
}

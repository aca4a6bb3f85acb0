//! The settings that matter to the window: what each is, and whether the person or nobody set it. Changed with effect at once, and
//! kept in the settings file.

use std::collections::BTreeMap;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::Behave;
use crate::config::{self, Config};
use crate::secret::Secret;
use crate::token::column;
use crate::token::label::Label;
use crate::tui::form::{Came, Choice, Entry, Form, Many, Offer, Part, Slot};
use crate::tui::keymap::{self, Action, Context};
use crate::tui::message::{Effect, Reply, Request};
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::settings;
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::pane::{body, dialog, middle};

/// A setting, by its name, or the button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Knob {
    Setting(&'static str),
    Close,
}

/// Name, label, and what it is.
const SETTINGS: [(&str, &str, &str); 11] = [
    (THEME, "Colours", "\"auto\" looks at what the terminal says of itself"),
    (COLUMNS, "Columns", "Those of the table, from the left"),
    (WEEK, "Weeks begin", "The first day of a week in calendars"),
    ("tui.reveal", "Reveal (s)", "Seconds for which a secret is shown"),
    ("clipboard.for", "Copies (s)", "Seconds until a copy goes from the desktop's clipboard"),
    ("agent.idle", "Lock (min)", "Minutes without use. Where the agent holds the key, from the next unlock on"),
    ("reminders.lead", "Lead (days)", "Days before its end from which a token is owed to be rotated; 0 is never"),
    ("reminders.cadence", "Cadence (days)", "Days after which one that never ends is owed to be rotated; 0 is never"),
    ("reminders.unused", "Unused (days)", "Days without use after which one is to be looked at; 0 is never"),
    ("reminders.verify", "Verify (days)", "Days after which one is to be verified that never was; 0 is never"),
    ("reminders.revoke", "Revoke (days)", "Days after which an old version is owed to be revoked; 0 is never"),
];

const THEME: &str = "tui.theme";
const COLUMNS: &str = "tui.columns";
const WEEK: &str = "tui.week";

/// The dialog.
#[derive(Debug)]
pub struct Settings {
    form: Form<Knob>,
    /// What was wrong with what was typed.
    wrong: BTreeMap<Knob, String>,
}

const HERE: &[Context] = &[Context::Form];
const SIZE: (u16, u16) = (84, 24);

impl Settings {
    /// As they are.
    pub fn of(shared: &Shared) -> Self {
        let values = config::values(&shared.config);
        let slot = |(name, label, _): &(&'static str, &str, &str)| Slot {
            key: Knob::Setting(name),
            label: (*label).to_owned(),
            hint: String::new(),
            said: None,
            entry: entry(name, value(&values, name), shared),
        };
        let form = Form::of(SETTINGS.iter().map(slot).collect(), vec![(Knob::Close, "Close")]);
        Self { form, wrong: BTreeMap::new() }
    }

    fn area(area: Rect) -> (Rect, Rect) {
        let frame = middle(body(area), SIZE.0, SIZE.1);
        (frame, Rect::new(frame.x + 2, frame.y + 1, frame.width.saturating_sub(4), frame.height.saturating_sub(2)))
    }

    /// Says beside each where its value comes from, or what was wrong.
    fn say(&mut self, shared: &Shared) {
        let focus = self.form.focus().copied();
        let (values, defaults) = (config::values(&shared.config), config::values(&Config::default()));
        for (name, _, what) in SETTINGS {
            let key = Knob::Setting(name);
            let default = value(&defaults, name);
            let is_set = value(&values, name) != default;
            let source =
                if is_set { format!("from config.toml; the default is {default}") } else { "the default".to_owned() };
            let said = match self.wrong.get(&key) {
                Some(why) => Some((Role::Bad, why.clone())),
                None if name == THEME && shared.theme.name == "plain" => {
                    Some((Role::Soon, "no colours were asked for, by NO_COLOR or --color".to_owned()))
                }
                None => (is_set && focus != Some(key)).then_some((Role::Quiet, source.clone())),
            };
            if let Some(slot) = self.form.slot_mut(&key) {
                (slot.hint, slot.said) = (format!("{what} ({source})"), said);
            }
        }
    }

    fn came(&mut self, came: Came<Knob>, shared: &Shared) -> Vec<Do> {
        match came {
            Came::Left(key, _) => self.take(key, shared),
            Came::Changed(key) => {
                self.wrong.remove(&key);
                // What is chosen is meant; what is typed is meant when it is left.
                let is_chosen = self.form.slot(&key).is_some_and(|slot| match &slot.entry {
                    Entry::Choice(choice) => choice.list().is_none(),
                    Entry::Many(_) => true,
                    _ => false,
                });
                if is_chosen { self.take(key, shared) } else { vec![] }
            }
            Came::Pressed(_) => {
                let all = SETTINGS.map(|(name, ..)| self.take(Knob::Setting(name), shared));
                all.into_iter().flatten().chain([Do::Close]).collect()
            }
            Came::Moved | Came::Nothing => vec![],
        }
    }

    /// Has a setting changed that stands there otherwise than it is.
    fn take(&mut self, key: Knob, shared: &Shared) -> Vec<Do> {
        let (Knob::Setting(name), Some(slot)) = (key, self.form.slot(&key)) else { return vec![] };
        let text = match &slot.entry {
            Entry::Many(many) => many.chosen().join(","),
            other => other.text().trim().to_owned(),
        };
        if text == value(&config::values(&shared.config), name) {
            return vec![];
        }
        let wrong = match name {
            THEME if settings::theme(shared, &text).is_none() => "there is no theme of that name",
            COLUMNS if text.is_empty() => "a table has a column at least",
            _ => return vec![Do::Effect(Effect::Ask(Request::Set(vec![(name.to_owned(), Some(text))])))],
        };
        self.wrong.insert(key, wrong.to_owned());
        vec![]
    }
}

fn value<'a>(values: &'a BTreeMap<String, String>, name: &str) -> &'a str {
    values.get(name).map_or("", String::as_str)
}

/// What a setting is typed or chosen in.
fn entry(name: &str, value: &str, shared: &Shared) -> Entry {
    let words = |all: &[&str]| all.iter().copied().map(Offer::word).collect::<Vec<_>>();
    match name {
        THEME => {
            let names: Vec<&str> =
                ["auto"].into_iter().chain(shared.themes.iter().map(|it| it.name.as_str())).collect();
            Entry::Choice(Choice::of(words(&names), value))
        }
        WEEK => Entry::Choice(Choice::of(words(&["monday", "saturday", "sunday"]), value)),
        COLUMNS => {
            let offers = words(&column::COLUMNS.each_ref().map(|column| column.name));
            Entry::Many(Many::of(Label::Plain, offers, shared.config.tui.columns.clone()))
        }
        _ => Entry::Text(Field::with(value)),
    }
}

impl Behave for Settings {
    fn contexts(&self) -> &'static [Context] {
        HERE
    }

    fn takes_text(&self) -> bool {
        self.form.takes_text()
    }

    fn word(&self, entry: &keymap::Entry, _shared: &Shared) -> Option<&'static str> {
        self.form.word(entry)
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Option<Vec<Do>> {
        let now = shared.at.now;
        Some(match self.form.act(action, &now) {
            // What is being typed and was not taken is left as it was.
            Came::Nothing if action == Action::Cancel => vec![Do::Close],
            came => self.came(came, shared),
        })
    }

    fn key(&mut self, event: KeyEvent, shared: &mut Shared) -> Vec<Do> {
        let came = self.form.key(event, &shared.at.now);
        self.came(came, shared)
    }

    fn paste(&mut self, pasted: &Secret, shared: &mut Shared) -> Vec<Do> {
        let came = self.form.paste(pasted, &shared.at.now);
        self.came(came, shared)
    }

    fn mouse(&mut self, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let came = self.form.mouse(pointer, Self::area(area).1, &shared.at.now);
        self.came(came, shared)
    }

    fn reply(&mut self, reply: &Reply, _shared: &mut Shared) -> Vec<Do> {
        let Reply::Set(name, set) = reply else { return vec![] };
        let Some((name, ..)) = SETTINGS.iter().find(|(known, ..)| known == name) else { return vec![] };
        let key = Knob::Setting(name);
        match set {
            Ok(_) => drop(self.wrong.remove(&key)),
            Err(fault) => drop(self.wrong.insert(key, fault.text.clone())),
        }
        vec![]
    }

    fn settle(&mut self, area: Rect, shared: &mut Shared) -> Vec<Do> {
        self.say(shared);
        self.form.settle(Self::area(area).1, area);
        vec![]
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let (outer, form) = Self::area(area);
        dialog(frame.buffer_mut(), outer, "Settings", shared);
        self.form.draw(frame, form, shared);
    }
}

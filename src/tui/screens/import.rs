//! A list of tokens is brought in: which file, how it is to be read, what would come of it, and then all of it or nothing.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use super::confirm::{Confirm, ROOM};
use super::{Behave, Screen};
use crate::exchange::csv::Chosen;
use crate::exchange::{Format, Options};
use crate::ops::List;
use crate::secret::Secret;
use crate::text::wrapped;
use crate::tui::form::{Came, Choice, Entry, Form, Offer, Slot, Tick};
use crate::tui::keymap::{self, Action, Context};
use crate::tui::message::{Effect, Fault, ListSeen, Reply, Request};
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::theme::Role;
use crate::tui::widgets::field::Field;
use crate::tui::widgets::lines::{self, Lines};
use crate::tui::widgets::pane::{body, dialog, middle};

/// A field or a button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Knob {
    File,
    Format,
    Service,
    Columns,
    Everything,
    Again,
    Look,
    Leave,
}

/// The dialog.
#[derive(Debug)]
pub struct Import {
    form: Form<Knob>,
    /// The services are offered.
    ready: bool,
    /// What is being done.
    waits: Option<String>,
    said: Option<(Role, String)>,
}

const HERE: &[Context] = &[Context::Form];
const SIZE: (u16, u16) = (84, 18);
/// The rows that the form has at least.
const LEAST: u16 = 6;

impl Import {
    /// Nothing is chosen yet.
    pub fn empty() -> Self {
        let slot = |key, label: &str, hint: &str, entry| Slot {
            key,
            label: label.to_owned(),
            hint: hint.to_owned(),
            said: None,
            entry,
        };
        let text = || Entry::Text(Field::default());
        let tick = |text: &str| Entry::Tick(Tick { on: false, text: text.to_owned(), runs: false, run: false });
        let formats = Format::ALL.map(|format| Offer::word(format.word())).to_vec();
        let slots = vec![
            slot(
                Knob::File,
                "File",
                "~/Downloads/tokens.csv; its name tells the format",
                Entry::Choice(Choice::of(vec![], "")),
            ),
            slot(Knob::Format, "Format", "Where the name does not tell it", Entry::Choice(Choice::of(formats, ""))),
            slot(
                Knob::Service,
                "Service",
                "Of tokens for which the file names none",
                Entry::Choice(Choice::of(vec![], "")),
            ),
            slot(Knob::Columns, "Columns", "What a heading does not say: secret=Password, name=Title", text()),
            slot(Knob::Everything, "Of a dotenv", "", tick("every variable, also one whose name says of no token")),
            slot(Knob::Again, "Known ones", "", tick("also tokens whose secret is in the vault already")),
        ];
        let form = Form::of(slots, vec![(Knob::Look, "Look at it"), (Knob::Leave, "Leave")]);
        Self { form, ready: false, waits: None, said: None }
    }

    /// The path that is written down. A terminal puts quotes around a file that is dropped on it.
    fn path(&self) -> String {
        self.form.text(&Knob::File).trim().trim_matches(['\'', '"']).to_owned()
    }

    fn choice(&mut self, key: Knob) -> Option<&mut Choice> {
        match self.form.slot_mut(&key).map(|slot| &mut slot.entry) {
            Some(Entry::Choice(choice)) => Some(choice),
            _ => None,
        }
    }

    /// The list that is meant, if it can be told.
    fn list(&mut self) -> Option<List> {
        let ticked =
            |form: &Form<Knob>, key| matches!(form.slot(&key).map(|slot| &slot.entry), Some(Entry::Tick(it)) if it.on);
        let file = self.path();
        let service = self.form.text(&Knob::Service).trim().to_owned();
        let columns = self.form.text(&Knob::Columns);
        let columns = columns.split(',').map(str::trim).filter(|it| !it.is_empty()).map(str::parse::<Chosen>);
        let columns = columns.collect::<Result<Vec<_>, _>>();
        let format = self.form.text(&Knob::Format).trim().to_owned();
        let format = (!format.is_empty()).then(|| format.parse::<Format>()).transpose();
        let bad = |why: String| Some((Role::Bad, why));
        self.form.say(&Knob::File, if file.is_empty() { bad("which file?".into()) } else { None });
        self.form.say(&Knob::Columns, columns.as_ref().err().and_then(|why| bad(why.to_string())));
        self.form.say(&Knob::Format, format.as_ref().err().and_then(|why| bad(why.to_string())));
        let options = Options {
            service: (!service.is_empty()).then_some(service),
            map: columns.unwrap_or_default(),
            all: ticked(&self.form, Knob::Everything),
        };
        let (format, insist) = (format.ok().flatten(), ticked(&self.form, Knob::Again));
        let list = List { file: file.into(), format, options, insist };
        if self.form.wrong().is_none() && list.format().is_err() {
            self.form.say(&Knob::Format, bad("the file's name does not tell it".into()));
        }
        match self.form.wrong().copied() {
            Some(wrong) => {
                self.form.go_to(&wrong);
                None
            }
            None => Some(list),
        }
    }

    fn came(&mut self, came: Came<Knob>) -> Vec<Do> {
        if self.waits.is_some() {
            return vec![];
        }
        match came {
            Came::Pressed(Knob::Look) => {
                self.form.finish();
                self.said = None;
                let Some(list) = self.list() else { return vec![] };
                self.waits = Some("reading".to_owned());
                vec![Do::Effect(Effect::Ask(Request::LookAtList(Box::new(list))))]
            }
            Came::Pressed(_) => vec![Do::Close],
            Came::Changed(key) => {
                self.form.say(&key, None);
                self.said = None;
                let begun = (key == Knob::File).then(|| self.path());
                begun.map(|begun| Do::Effect(Effect::Ask(Request::PathsLike(begun)))).into_iter().collect()
            }
            _ => vec![],
        }
    }

    /// Asks whether all of it is to come in.
    fn ask(list: &List, seen: &ListSeen) -> Do {
        let question = format!("Add {}?", seen.count());
        let then = Effect::Ask(Request::Import(Box::new(list.clone()), seen.clone()));
        let answers = vec![(Action::Yes, "add", vec![Do::Effect(then)]), (Action::Cancel, "not yet", vec![])];
        Do::Open(Screen::Confirm(Confirm::with(answers, "Import", &question, told(seen))))
    }

    fn fail(&mut self, fault: &Fault) {
        let hint = fault.hint.as_ref().map(|hint| format!("\n{hint}")).unwrap_or_default();
        self.said = Some((Role::Bad, format!("{}{hint}", fault.text)));
    }

    fn lines(&self, columns: usize) -> Lines {
        let mut lines = Lines::of(columns);
        let waits = self.waits.as_ref().map(|waits| (Role::Quiet, format!("{waits} ...")));
        if let Some((role, text)) = waits.or_else(|| self.said.clone()) {
            text.lines().for_each(|line| lines.text(role, line));
        }
        lines
    }

    /// The box, the form in it, and what is said below.
    fn areas(&self, area: Rect) -> (Rect, Rect, Rect) {
        let frame = middle(body(area), SIZE.0, SIZE.1);
        let inner = Rect::new(frame.x + 2, frame.y + 1, frame.width.saturating_sub(4), frame.height.saturating_sub(2));
        let lines = u16::try_from(self.lines(inner.width.into()).lines.len()).unwrap_or(u16::MAX);
        let said = lines.min(inner.height.saturating_sub(LEAST));
        let form = Rect { height: inner.height - said, ..inner };
        (frame, form, Rect { y: form.bottom(), height: said, ..inner })
    }
}

/// What a list holds, line by line.
fn told(seen: &ListSeen) -> Vec<String> {
    let notes = seen.notes.iter().flat_map(|note| wrapped(note, ROOM).lines().map(str::to_owned).collect::<Vec<_>>());
    let groups = [notes.collect(), seen.columns.clone(), seen.tokens.clone()];
    let groups: Vec<Vec<String>> = groups.into_iter().filter(|lines| !lines.is_empty()).collect();
    groups.join(&String::new())
}

impl Behave for Import {
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
            Came::Nothing if action == Action::Cancel => vec![Do::Close],
            came => self.came(came),
        })
    }

    fn key(&mut self, event: KeyEvent, shared: &mut Shared) -> Vec<Do> {
        let came = self.form.key(event, &shared.at.now);
        self.came(came)
    }

    fn paste(&mut self, pasted: &Secret, shared: &mut Shared) -> Vec<Do> {
        let came = self.form.paste(pasted, &shared.at.now);
        self.came(came)
    }

    fn mouse(&mut self, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let came = self.form.mouse(pointer, self.areas(area).1, &shared.at.now);
        self.came(came)
    }

    fn reply(&mut self, reply: &Reply, _shared: &mut Shared) -> Vec<Do> {
        match reply {
            // Who left it, and came back, waits for another.
            Reply::ListSeen(list, seen) if self.waits.take().is_some() => {
                if !seen.tokens.is_empty() {
                    return vec![Self::ask(list, seen)];
                }
                return vec![Do::Open(Screen::Confirm(Confirm::report("There is nothing to add.", told(seen))))];
            }
            // Others may be asked for since.
            Reply::Paths(begun, paths) if *begun == self.path() && self.form.focus() == Some(&Knob::File) => {
                let offers = paths.iter().map(Offer::word).collect();
                if let Some(choice) = self.choice(Knob::File) {
                    choice.follow(offers);
                }
            }
            Reply::Importing(done, of) => self.waits = Some(format!("adding: {done} of {of}")),
            Reply::Imported(said, seen) => {
                return vec![Do::Close, Do::Open(Screen::Confirm(Confirm::report(said, told(seen))))];
            }
            Reply::Failed(fault) => {
                self.waits = None;
                self.fail(fault);
            }
            _ => {}
        }
        vec![]
    }

    fn settle(&mut self, area: Rect, shared: &mut Shared) -> Vec<Do> {
        if let (Some(services), false) = (shared.services.clone(), self.ready)
            && let Some(choice) = self.choice(Knob::Service)
        {
            let offer = |service: &crate::service::Service| Offer {
                label: service.definition.name.clone(),
                ..Offer::word(service.id.clone())
            };
            choice.offer(services.iter().map(offer).collect());
            self.ready = true;
        }
        self.form.settle(self.areas(area).1, area);
        shared.want_services()
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let (outer, form, below) = self.areas(area);
        dialog(frame.buffer_mut(), outer, "Import", shared);
        lines::draw(frame.buffer_mut(), below, &self.lines(below.width.into()).lines, 0, shared);
        self.form.draw(frame, form, shared);
    }
}

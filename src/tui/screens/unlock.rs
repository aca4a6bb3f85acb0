//! The vault is locked: nothing of it is shown. Here it is opened, by whatever way there is.

mod doors;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use self::doors::Doors;
use super::{Behave, Cover};
use crate::secret::Secret;
use crate::text::wrapped;
use crate::tui::keymap::{Action, Context, Key};
use crate::tui::message::{Answer, Effect, Fault, Question, Reply, Request, Wants};
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::theme::Role;
use crate::tui::widgets::buttons::{self, Button};
use crate::tui::widgets::field::{Field, Hidden, NOT_ONE_LINE};
use crate::tui::widgets::pane::{dialog, middle, put};

/// How far it is.
#[derive(Debug, Default)]
enum State {
    /// Nobody tries.
    #[default]
    Locked,
    /// It is being opened.
    Trying,
    /// Somebody has to answer first.
    Asked(Question),
}

/// The screen.
#[derive(Debug, Default)]
pub struct Unlock {
    state: State,
    /// The throw-away vault: nothing is asked for it.
    demo: bool,
    doors: Doors,
    hidden: Hidden,
    field: Field,
    /// What was said meanwhile.
    said: Vec<(Role, String)>,
}

const TYPING: &[Context] = &[Context::Field];
const WORD: &[Context] = &[Context::Word, Context::Field];
const WAITING: &[Context] = &[Context::Field, Context::Move, Context::Window];
/// What is said at most: the latest.
const SAID_MAX: usize = 4;
const SIZE: (u16, u16) = (64, 13);
/// How many rows of it are left for what was said.
const SAID_ROWS: u16 = 3;

impl Unlock {
    /// The vault is being opened, at the beginning.
    pub fn trying() -> Self {
        Self { state: State::Trying, ..Self::default() }
    }

    /// It was locked from here.
    pub fn locked(demo: bool) -> Self {
        Self { demo, said: vec![(Role::Text, "Locked.".into())], ..Self::default() }
    }

    /// It was locked elsewhere, or could not be read any more.
    pub fn after(fault: Option<Fault>) -> Self {
        let said = fault.map_or_else(|| vec![(Role::Text, "Locked.".into())], |fault| said_of(&fault));
        Self { said, ..Self::default() }
    }

    fn say(&mut self, role: Role, text: &str) {
        self.said.push((role, text.to_owned()));
        let over = self.said.len().saturating_sub(SAID_MAX);
        self.said.drain(..over);
    }

    fn answer(&mut self) -> Vec<Do> {
        let State::Asked(question) = &self.state else {
            self.said.clear();
            self.state = State::Trying;
            let request = self.doors.chosen().map_or(Request::Unlock, |name| Request::Switch(name.to_owned()));
            return vec![Do::Effect(Effect::Ask(request))];
        };
        let answer = match question.wants {
            Wants::Hidden if self.hidden.is_empty() => return vec![],
            Wants::Hidden => Answer::Hidden(self.hidden.take()),
            Wants::Text => Answer::Text(self.field.text().to_owned()),
            Wants::Word => Answer::Word(true),
        };
        self.field.set("");
        self.said.clear();
        self.state = State::Trying;
        vec![Do::Effect(Effect::Answer(Some(answer)))]
    }

    /// Answers a question with no, or not at all. The vault that is opened then may be another one.
    fn refuse(&mut self, answer: Option<Answer>) -> Vec<Do> {
        drop(self.hidden.take());
        self.field.set("");
        self.state = State::Trying;
        vec![Do::Effect(Effect::Answer(answer))]
    }

    /// What can be done now.
    fn buttons(&self, area: Rect, shared: &Shared) -> Vec<Button> {
        let wanted: &[_] = match &self.state {
            State::Locked => &[(Action::Accept, "open it"), (Action::Quit, "leave")],
            State::Trying => &[(Action::Quit, "leave")],
            State::Asked(Question { wants: Wants::Word, .. }) => {
                &[(Action::Yes, "yes"), (Action::No, "no"), (Action::Cancel, "leave it")]
            }
            State::Asked(_) => &[(Action::Accept, "go on"), (Action::Cancel, "leave it")],
        };
        let row = if self.takes_text() { buttons::row_beside_text } else { buttons::row };
        row(wanted, self.contexts(), self.places(area, shared).keys, shared)
    }

    /// Opens the vault that is meant, in the place of the one that something is asked about.
    fn turn_to(&mut self) -> Vec<Do> {
        let mut todo = if matches!(self.state, State::Asked(_)) { self.refuse(None) } else { vec![] };
        self.state = State::Locked;
        todo.extend(self.answer());
        todo
    }

    /// What was said, as it is broken into lines in a window of that size.
    fn lines(&self, area: Rect, shared: &Shared) -> Vec<(Role, String)> {
        let columns = usize::from(SIZE.0.min(area.width).saturating_sub(6));
        let broken = |(role, text): &(Role, String)| {
            let text = wrapped(&crate::text::escaped(text), columns);
            text.lines().map(|line| (*role, line.to_owned())).collect::<Vec<_>>()
        };
        let kept = (Role::Soon, "What you wrote in your editor is kept.".to_owned());
        self.said.iter().chain((!shared.kept.is_empty()).then_some(&kept)).flat_map(broken).collect()
    }

    fn places(&self, area: Rect, shared: &Shared) -> Places {
        let (vaults, above) = match self.doors.len() {
            0 => (0, 0),
            some => (some, 1),
        };
        // It is as high as what was said wants; what vaults there is no room for then are scrolled to.
        let lines = u16::try_from(self.lines(area, shared).len()).unwrap_or(u16::MAX);
        let rest = SIZE.1.saturating_add(lines.saturating_sub(SAID_ROWS)).saturating_add(above);
        let shown = vaults.min(area.height.saturating_sub(rest).max(1));
        let outer = middle(area, SIZE.0, rest.saturating_add(shown));
        let inner = super::tokens::inside(outer);
        let line = |y: u16, rows: u16| {
            let y = (inner.y + y).min(inner.bottom());
            Rect::new(inner.x + 2, y, inner.width.saturating_sub(4), rows.min(inner.bottom() - y))
        };
        if inner.height < SIZE.1 - 2 {
            // Nothing stands between them where there is no room.
            let shown = vaults.min(3);
            let [question, field, keys, said] = [shown, shown + 1, shown + 2, shown + 3].map(|y| line(y, 1));
            return Places { outer, doors: line(0, shown), question, field, keys, said };
        }
        let [question, field, keys, said] = [1, 3, 6, 8].map(|y| line(shown + above + y, 1));
        Places { outer, doors: line(1, shown), question, field, keys, said }
    }
}

/// What stands where.
struct Places {
    outer: Rect,
    doors: Rect,
    question: Rect,
    field: Rect,
    keys: Rect,
    /// The first line of what was said.
    said: Rect,
}

fn said_of(fault: &Fault) -> Vec<(Role, String)> {
    let hint = fault.hint.clone().map(|hint| (Role::Quiet, hint));
    [(Role::Bad, fault.text.clone())].into_iter().chain(hint).collect()
}

impl Behave for Unlock {
    fn cover(&self) -> Cover {
        Cover::Whole
    }

    fn contexts(&self) -> &'static [Context] {
        match &self.state {
            State::Asked(Question { wants: Wants::Word, .. }) => WORD,
            State::Asked(_) => TYPING,
            _ => WAITING,
        }
    }

    /// Nobody has to look before a passphrase is typed: a letter of it that comes too early must not leave, and hand the rest to
    /// the shell, which shows it and keeps it.
    fn takes_text(&self) -> bool {
        !matches!(&self.state, State::Asked(Question { wants: Wants::Word, .. }))
    }

    fn act(&mut self, action: Action, _shared: &mut Shared) -> Option<Vec<Do>> {
        match (action, &self.state) {
            (Action::Accept, State::Trying) => Some(vec![]),
            (Action::Accept, _) => Some(self.answer()),
            (Action::Yes, State::Asked(_)) => Some(self.answer()),
            (Action::No, State::Asked(_)) => Some(self.refuse(Some(Answer::Word(false)))),
            (Action::Cancel, State::Asked(_)) => Some(self.refuse(None)),
            (Action::Up | Action::Down, State::Locked | State::Asked(_)) => {
                let is_other = self.doors.step(if action == Action::Down { 1 } else { -1 });
                let asked = matches!(self.state, State::Asked(_));
                Some(if is_other && asked { self.refuse(None) } else { vec![] })
            }
            (Action::Quit | Action::Suspend | Action::Redraw | Action::Help, _) => None,
            _ => Some(vec![]),
        }
    }

    fn key(&mut self, event: KeyEvent, _shared: &mut Shared) -> Vec<Do> {
        let State::Asked(question) = &self.state else { return vec![] };
        // Nothing else than leaving is meant by it where something is typed.
        if Key::of(&event).to_string() == "ctrl-c" {
            return vec![Do::Act(Action::Quit)];
        }
        match question.wants {
            Wants::Hidden => {
                self.hidden.key(event);
            }
            Wants::Text => {
                self.field.key(event);
            }
            Wants::Word => {}
        }
        vec![]
    }

    fn paste(&mut self, pasted: &Secret, _shared: &mut Shared) -> Vec<Do> {
        match &self.state {
            State::Asked(Question { wants: Wants::Hidden, .. }) if !self.hidden.paste(pasted) => {
                self.say(Role::Bad, NOT_ONE_LINE);
            }
            State::Asked(Question { wants: Wants::Text, .. }) => self.field.paste(pasted),
            _ => {}
        }
        vec![]
    }

    fn mouse(&mut self, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let Pointer::Click(at) = pointer else { return vec![] };
        let doors = self.places(area, shared).doors;
        if !matches!(self.state, State::Trying) && self.doors.point(at, doors) {
            return self.turn_to();
        }
        buttons::clicked(&self.buttons(area, shared), at).map(Do::Act).into_iter().collect()
    }

    fn reply(&mut self, reply: &Reply, _shared: &mut Shared) -> Vec<Do> {
        match reply {
            Reply::Asked(question) => self.state = State::Asked(question.clone()),
            Reply::Said(text) => self.say(Role::Soon, text),
            Reply::Doors(all, meant) => {
                self.doors.take(all, meant.as_deref());
                if meant.is_none() {
                    self.state = State::Locked;
                }
            }
            Reply::Failed(fault) => {
                self.state = State::Locked;
                for (role, text) in said_of(fault) {
                    self.say(role, &text);
                }
            }
            _ => {}
        }
        vec![]
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let places = self.places(area, shared);
        let inner = dialog(frame.buffer_mut(), places.outer, "patvault", shared);
        self.doors.draw(frame.buffer_mut(), places.doors, shared);
        let line = places.field;
        let style = shared.style(Role::Dialog);
        let question = match &self.state {
            State::Locked if self.demo => "The demo is locked.",
            State::Locked if self.doors.chosen().is_some() => "Which vault is to be opened?",
            State::Locked => "The vault is locked.",
            State::Trying => "Opening the vault ...",
            State::Asked(question) => question.text.trim_end().trim_end_matches(':'),
        };
        put(frame.buffer_mut(), line.x, places.question.y, question, line.width, style, shared);
        match &self.state {
            State::Asked(Question { wants: Wants::Hidden, .. }) => self.hidden.draw(frame, line, true, shared),
            State::Asked(Question { wants: Wants::Text, .. }) => self.field.draw(frame, line, true, shared),
            _ => {}
        }
        buttons::draw(frame.buffer_mut(), &self.buttons(area, shared), shared);
        for (y, (role, text)) in (places.said.y..inner.bottom()).zip(self.lines(area, shared)) {
            put(frame.buffer_mut(), line.x, y, &text, line.width, style.patch(shared.style(role)), shared);
        }
    }
}

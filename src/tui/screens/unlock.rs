//! The vault is locked: nothing of it is shown. Here it is opened, by whatever way there is.

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

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
    hidden: Hidden,
    field: Field,
    /// What was said meanwhile.
    said: Vec<(Role, String)>,
}

const TYPING: &[Context] = &[Context::Field];
const WORD: &[Context] = &[Context::Word, Context::Field];
const WAITING: &[Context] = &[Context::Field, Context::Window];
/// What is said at most: the latest.
const SAID_MAX: usize = 4;
const SIZE: (u16, u16) = (64, 13);

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
            return vec![Do::Effect(Effect::Ask(Request::Unlock))];
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

    /// Answers a question with no, or not at all.
    fn refuse(&mut self, answer: Option<Answer>) -> Vec<Do> {
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
        buttons::row(wanted, self.contexts(), Self::places(area).1, shared)
    }

    fn places(area: Rect) -> (Rect, Rect) {
        let inner = super::tokens::inside(middle(area, SIZE.0, SIZE.1));
        let line = |y: u16| Rect::new(inner.x + 2, (inner.y + y).min(inner.bottom()), inner.width.saturating_sub(4), 1);
        (line(3), line(6))
    }
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

    fn takes_text(&self) -> bool {
        matches!(&self.state, State::Asked(question) if question.wants != Wants::Word)
    }

    fn act(&mut self, action: Action, _shared: &mut Shared) -> Option<Vec<Do>> {
        match (action, &self.state) {
            (Action::Accept, State::Trying) => Some(vec![]),
            (Action::Accept, _) => Some(self.answer()),
            (Action::Yes, State::Asked(_)) => Some(self.answer()),
            (Action::No, State::Asked(_)) => Some(self.refuse(Some(Answer::Word(false)))),
            (Action::Cancel, State::Asked(_)) => {
                drop(self.hidden.take());
                Some(self.refuse(None))
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
        buttons::clicked(&self.buttons(area, shared), at).map(Do::Act).into_iter().collect()
    }

    fn reply(&mut self, reply: &Reply, _shared: &mut Shared) -> Vec<Do> {
        match reply {
            Reply::Asked(question) => self.state = State::Asked(question.clone()),
            Reply::Said(text) => self.say(Role::Soon, text),
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
        let inner = dialog(frame.buffer_mut(), middle(area, SIZE.0, SIZE.1), "patvault", shared);
        let (line, button) = Self::places(area);
        let style = shared.style(Role::Dialog);
        let question = match &self.state {
            State::Locked if self.demo => "The demo is locked.",
            State::Locked => "The vault is locked.",
            State::Trying => "Opening the vault ...",
            State::Asked(question) => question.text.trim_end().trim_end_matches(':'),
        };
        put(frame.buffer_mut(), line.x, line.y.saturating_sub(2), question, line.width, style, shared);
        match &self.state {
            State::Asked(Question { wants: Wants::Hidden, .. }) => self.hidden.draw(frame, line, true, shared),
            State::Asked(Question { wants: Wants::Text, .. }) => self.field.draw(frame, line, true, shared),
            _ => {}
        }
        buttons::draw(frame.buffer_mut(), &self.buttons(area, shared), shared);
        let mut y = button.y + 2;
        let kept = (Role::Soon, "What you wrote in your editor is kept.".to_owned());
        for (role, text) in self.said.iter().chain((!shared.kept.is_empty()).then_some(&kept)) {
            for part in wrapped(&crate::text::escaped(text), button.width.into()).lines() {
                if y < inner.bottom() {
                    let style = style.patch(shared.style(*role));
                    put(frame.buffer_mut(), button.x, y, part, button.width, style, shared);
                    y += 1;
                }
            }
        }
    }
}

//! Having a version revoked: by a call where its service has one, else on its page, until the service refuses it or the person
//! says that it is done.

use ratatui::Frame;
use ratatui::layout::Rect;

use super::confirm::Confirm;
use super::rotate::ask;
use super::{Behave, Screen};
use crate::ops::{RevokePlan, Revoked, Whose};
use crate::text::escaped;
use crate::token::id::{TokenId, VersionId};
use crate::tui::form::{Came, Form};
use crate::tui::keymap::{self, Action, Context};
use crate::tui::message::{Effect, Reply, Request};
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::theme::Role;
use crate::tui::turn::{Turn, Turned};
use crate::tui::widgets::lines::{self, Lines};
use crate::tui::widgets::pane::{body, dialog, middle};

/// A button.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Knob {
    /// Revoke it by the call.
    Go,
    /// Open the page.
    Open,
    /// Copy its address.
    Copy,
    /// The person says that it is done.
    Word,
    /// Leave it.
    Later,
}

/// The dialog.
#[derive(Debug)]
pub struct Revoke {
    id: TokenId,
    whose: Whose,
    plan: Option<Box<RevokePlan>>,
    form: Form<Knob>,
    waits: Option<&'static str>,
    /// What came of it.
    said: Vec<(Role, String)>,
    /// It was asked what is to be done.
    asked: bool,
}

const HERE: &[Context] = &[Context::Form];
const COLUMNS: u16 = 90;

impl Revoke {
    /// Of the versions of a token that are owed to be revoked; where none is, of the one in use.
    pub fn of(id: TokenId, owes: bool) -> Self {
        let whose = if owes { Whose::Owed } else { Whose::Current };
        let form = Form::of(vec![], vec![(Knob::Later, "Later")]);
        Self { id, whose, plan: None, form, waits: None, said: vec![], asked: false }
    }

    fn planned(&mut self, plan: &RevokePlan) {
        let page = [(Knob::Open, "Open page"), (Knob::Copy, "Copy address")];
        let call = plan.call().map(|_| (Knob::Go, "Revoke"));
        let pages = plan.page().map(|_| page).into_iter().flatten();
        let buttons = call.into_iter().chain(pages).chain([(Knob::Word, "It is done"), (Knob::Later, "Later")]);
        self.form = Form::of(vec![], buttons.collect());
        // What cannot be undone is not the button under the finger.
        self.form.press(&Knob::Later);
        self.plan = Some(Box::new(plan.clone()));
    }

    fn came(&mut self, came: Came<Knob>) -> Vec<Do> {
        let Came::Pressed(knob) = came else { return vec![] };
        let Some(plan) = self.plan.clone().filter(|_| self.waits.is_none()) else { return vec![Do::Close] };
        match knob {
            Knob::Go => {
                self.waits = Some("asking to revoke it");
                ask(Turn::Revoke { plan, agreed: false })
            }
            Knob::Open | Knob::Copy => {
                let request = if knob == Knob::Open { Request::Browse } else { Request::CopyAddress };
                plan.page().map(|page| Do::Effect(Effect::Ask(request(page.url)))).into_iter().collect()
            }
            Knob::Word => {
                let then = Effect::Ask(Request::Turn(Box::new(Turn::RevokedByWord { plan: plan.clone() })));
                let about = vec![plan.names()];
                vec![Do::Open(Screen::Confirm(Confirm::before(then, "Is it revoked? It is owed no more then.", about)))]
            }
            Knob::Later => vec![Do::Close],
        }
    }

    fn revoked(&mut self, all: &[(VersionId, Revoked)]) {
        let Some(plan) = &self.plan else { return };
        let number = |id: VersionId| plan.version(id).map_or(0, |version| version.number);
        let line = |(id, said): &(VersionId, Revoked)| {
            let number = number(*id);
            match said {
                Revoked::Done => (Role::Good, format!("Version {number} is revoked.")),
                Revoked::Dead => (Role::Good, format!("Version {number} was dead before.")),
                Revoked::NotDone(why) => (Role::Bad, format!("Version {number} is not revoked: {why}. It stays owed.")),
                Revoked::Unknown(why) => {
                    (Role::Soon, format!("Whether version {number} is revoked is not known: {why}. A look tells."))
                }
            }
        };
        self.said = all.iter().map(line).collect();
        let over = all.iter().all(|(_, said)| matches!(said, Revoked::Done | Revoked::Dead));
        if over {
            self.form = Form::of(vec![], vec![(Knob::Later, "Done")]);
        }
    }

    fn lines(&self, columns: usize) -> Lines {
        let mut lines = Lines::of(columns);
        if let Some(plan) = self.plan.as_ref().filter(|_| self.said.is_empty()) {
            plan.lines().iter().for_each(|line| lines.text(Role::Dialog, line));
        }
        for (role, text) in &self.said {
            lines.text(*role, text);
        }
        if let Some(waits) = self.waits {
            lines.text(Role::Quiet, &format!("{waits} ..."));
        }
        lines.lines.push(vec![]);
        lines
    }

    /// The box, the lines in it, and the buttons below them.
    fn areas(&self, area: Rect) -> (Rect, Rect, Rect) {
        let columns = COLUMNS.min(area.width);
        let inside = columns.saturating_sub(4);
        let buttons = self.form.button_rows(inside);
        let wanted = u16::try_from(self.lines(inside.into()).lines.len()).unwrap_or(u16::MAX);
        let frame = middle(body(area), columns, wanted.saturating_add(2 + buttons));
        let inner = Rect::new(frame.x + 2, frame.y + 1, frame.width.saturating_sub(4), frame.height.saturating_sub(2));
        let top = inner.height.saturating_sub(buttons);
        (frame, Rect { height: top, ..inner }, Rect { y: inner.y + top, height: inner.height - top, ..inner })
    }
}

impl Behave for Revoke {
    fn contexts(&self) -> &'static [Context] {
        HERE
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

    fn key(&mut self, event: crossterm::event::KeyEvent, shared: &mut Shared) -> Vec<Do> {
        let came = self.form.key(event, &shared.at.now);
        self.came(came)
    }

    fn mouse(&mut self, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let came = self.form.mouse(pointer, self.areas(area).2, &shared.at.now);
        self.came(came)
    }

    fn reply(&mut self, reply: &Reply, _shared: &mut Shared) -> Vec<Do> {
        match reply {
            Reply::Turned(turned) => {
                self.waits = None;
                match turned.as_ref() {
                    Turned::RevokePlanned(plan) => self.planned(plan),
                    Turned::Revoked(all) => self.revoked(all),
                    Turned::MaySend(hosts, turn) => {
                        let then = Effect::Ask(Request::Turn(turn.clone()));
                        let question = "A definition of your own sends secrets to a new host. May it?";
                        return vec![Do::Open(Screen::Confirm(Confirm::before(then, question, hosts.clone())))];
                    }
                    _ => {}
                }
            }
            Reply::Failed(fault) if self.waits.take().is_some() => {
                let hint = fault.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
                self.said = vec![(Role::Bad, format!("{}{hint}", fault.text))];
            }
            _ => {}
        }
        vec![]
    }

    fn settle(&mut self, area: Rect, _shared: &mut Shared) -> Vec<Do> {
        let form = self.areas(area).2;
        self.form.settle(form, area);
        if std::mem::replace(&mut self.asked, true) {
            return vec![];
        }
        self.waits = Some("looking");
        ask(Turn::PlanRevoke { id: self.id, whose: self.whose })
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let (outer, above, form) = self.areas(area);
        let path = self.plan.as_ref().map(|plan| plan.token.path()).unwrap_or_default();
        dialog(frame.buffer_mut(), outer, &format!("Revoke {}", escaped(&path)), shared);
        lines::draw(frame.buffer_mut(), above, &self.lines(above.width.into()).lines, 0, shared);
        self.form.draw(frame, form, shared);
    }
}

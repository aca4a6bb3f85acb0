//! A rotation, carried to its end: by a call, or by hand on the service's page; then the new one is verified, the places where
//! the token is installed are served one by one, and the old version is owed to be revoked. It can be left at any step: how
//! far it is stands in the vault.

mod knobs;
mod rest;
mod turned;
mod words;

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

use knobs::Knob;

use super::revoke::Revoke;
use super::{Behave, Screen};
use crate::ops::{Lost, Renewal, RotatePlan, Step};
use crate::secret::Secret;
use crate::text::escaped;
use crate::token::id::TokenId;
use crate::token::rotation::Rotation;
use crate::tui::form::{Came, Form};
use crate::tui::keymap::{self, Action, Context};
use crate::tui::message::{Effect, Reply, Request};
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::theme::Role;
use crate::tui::turn::Turn;
use crate::tui::widgets::lines::{self, Lines};
use crate::tui::widgets::pane::{body, dialog, middle};

/// Where the rotation stands.
#[derive(Debug, Clone)]
enum Stage {
    /// That is being found out.
    Looking,
    /// A call makes the new one.
    Call(Renewal),
    /// The person makes it.
    Hand,
    /// A call went out, and nobody knows what became of it.
    Settle(Lost),
    /// Only the person can find that out.
    ByPerson(Lost),
    /// A call may be under way still.
    Wait,
    /// The vault did not take the new secret: whether it stands sealed beside it.
    Unkept(bool),
    /// The new one is there; what is left to do.
    Rest,
}

/// The dialog.
#[derive(Debug)]
pub struct Rotate {
    id: TokenId,
    plan: Option<Box<RotatePlan>>,
    stage: Stage,
    form: Form<Knob>,
    /// The places are what somebody came for: nothing is to be rotated.
    places: bool,
    /// Another rotation is wanted, though of the last one something is left to do.
    anew: bool,
    /// The person saw what speaks against the new secret, and wants to keep it all the same.
    insists: bool,
    waits: Option<&'static str>,
    said: Option<(Role, String)>,
    /// What its service said of the new one.
    checked: Option<(Role, String)>,
}

const HERE: &[Context] = &[Context::Form];
const AT_COMMAND: &[Context] = &[Context::Place, Context::Form];
const COLUMNS: u16 = 96;
/// The most rows.
const MOST: u16 = 36;

impl Rotate {
    /// Of that token.
    pub fn of(id: TokenId) -> Self {
        Self {
            id,
            plan: None,
            stage: Stage::Looking,
            form: Form::of(vec![], vec![]),
            places: false,
            anew: false,
            insists: false,
            waits: None,
            said: None,
            checked: None,
        }
    }

    /// The last part of it alone: the places that do not have the version in use.
    pub fn places_of(id: TokenId) -> Self {
        Self { places: true, ..Self::of(id) }
    }

    fn plan_again(&mut self, by_hand: bool) -> Vec<Do> {
        self.waits = Some("looking");
        ask(Turn::Plan { id: self.id, by_hand })
    }

    /// Takes what comes next.
    fn planned(&mut self, plan: &RotatePlan, shared: &Shared) {
        self.waits = None;
        let token = &plan.token;
        let left = token.versions.len() > 1 && (token.owed().next().is_some() || token.unserved().next().is_some());
        let is_under_way = token.current().rotation.is_some();
        let was_hand = matches!(self.stage, Stage::Hand);
        self.stage = match &plan.step {
            _ if (left || self.places) && !is_under_way && !self.anew => Stage::Rest,
            Step::Call(renewal) => Stage::Call(renewal.clone()),
            Step::ByHand => Stage::Hand,
            Step::Settle(lost) => Stage::Settle(lost.clone()),
            Step::Wait(_) => Stage::Wait,
        };
        self.plan = Some(Box::new(plan.clone()));
        // What is being typed stays where it is.
        if !(was_hand && matches!(self.stage, Stage::Hand)) {
            self.form = knobs::form(&self.stage, plan, shared);
        }
    }

    /// Presses a button, or changes a field.
    fn came(&mut self, came: Came<Knob>, shared: &mut Shared) -> Vec<Do> {
        let knob = match came {
            Came::Pressed(knob) => knob,
            Came::Changed(Knob::Place(place)) => return self.place(&place),
            Came::Changed(_) => {
                (self.insists, self.said) = (false, None);
                let begun = self.begin(shared);
                self.say(shared);
                return begun;
            }
            Came::Left(..) => {
                self.say(shared);
                return vec![];
            }
            Came::Moved | Came::Nothing => return vec![],
        };
        if self.waits.is_some() && knob != Knob::Later {
            return vec![];
        }
        let Some(plan) = self.plan.clone() else { return vec![Do::Close] };
        let opens = knob == Knob::Open;
        match (knob, self.stage.clone()) {
            (Knob::Go, Stage::Call(renewal)) => {
                self.waits = Some("asking for the new one");
                ask(Turn::Call { plan, renewal, agreed: false })
            }
            (Knob::Go, Stage::Hand) => self.take(plan, shared),
            (Knob::Go, Stage::Settle(lost)) => {
                self.waits = Some("finding out");
                ask(Turn::Settle { plan, lost, agreed: false })
            }
            (Knob::Go, Stage::Unkept(_)) => {
                self.waits = Some("trying again");
                ask(Turn::KeepAgain)
            }
            (Knob::Go, _) => self.plan_again(false),
            (Knob::ByHand, _) => self.plan_again(true),
            (Knob::Anew, _) => {
                self.anew = true;
                self.plan_again(false)
            }
            (Knob::Open | Knob::Copy, stage) => self.page(&plan, opens, &stage, shared),
            (Knob::Yes, _) => self.note(plan, Some(Rotation::Begun(shared.at.now.instant))),
            (Knob::No, _) => self.note(plan, None),
            (Knob::Revoke, _) => vec![Do::Close, Do::Open(Screen::Revoke(Box::new(Revoke::of(self.id, true))))],
            (_, _) => vec![Do::Close],
        }
    }

    /// That it was begun by hand is noted down with the first thing that is done for it.
    fn begin(&mut self, shared: &Shared) -> Vec<Do> {
        let Some(plan) = self.plan.clone().filter(|plan| plan.token.current().rotation.is_none()) else {
            return vec![];
        };
        if !matches!(self.stage, Stage::Hand) || self.waits.is_some() {
            return vec![];
        }
        self.note(plan, Some(Rotation::Begun(shared.at.now.instant)))
    }

    fn note(&mut self, plan: Box<RotatePlan>, rotation: Option<Rotation>) -> Vec<Do> {
        self.waits = Some("noting it down");
        ask(Turn::Note { plan, rotation })
    }

    fn page(&mut self, plan: &RotatePlan, open: bool, stage: &Stage, shared: &mut Shared) -> Vec<Do> {
        let page = match stage {
            Stage::Hand => plan.page(&shared.at.now),
            _ => plan.overview(),
        };
        let Some(page) = page else {
            self.said = Some((Role::Soon, "where that is, is not known".into()));
            return vec![];
        };
        let request = if open { Request::Browse(page.url) } else { Request::CopyAddress(page.url) };
        let mut todo = vec![Do::Effect(Effect::Ask(request))];
        todo.extend(self.begin(shared));
        todo
    }

    /// Takes the new secret that the person brought.
    fn take(&mut self, plan: Box<RotatePlan>, shared: &Shared) -> Vec<Do> {
        self.form.finish();
        self.say(shared);
        let Some(secret) = knobs::secret(&self.form, &Knob::Secret) else {
            self.form.go_to(&Knob::Secret);
            self.said = Some((Role::Soon, "make it on the page, and paste it here".into()));
            return vec![];
        };
        if let Some(wrong) = self.form.wrong().cloned() {
            self.form.go_to(&wrong);
            return vec![];
        }
        let Ok(secret) = secret else { return vec![] };
        let services = shared.services.clone().unwrap_or_default();
        if let (Some(doubt), false) = (super::enter::doubt(&secret, &plan.token.service, &[], &services), self.insists)
        {
            self.insists = true;
            self.said = Some((Role::Soon, format!("{doubt}. To keep it all the same, press the button again")));
            return vec![];
        }
        match knobs::new_version(&self.form, &plan, secret, &shared.at.now) {
            Ok(version) => {
                self.waits = Some("keeping it");
                ask(Turn::Take { plan, version: Box::new(version), insist: self.insists })
            }
            Err(error) => {
                self.said = Some((Role::Bad, error.to_string()));
                vec![]
            }
        }
    }

    /// Says beside the fields what is to be said.
    fn say(&mut self, shared: &Shared) {
        knobs::say(&mut self.form, self.plan.as_deref(), shared);
    }

    /// The box, the lines in it, and the form below them.
    fn areas(&self, area: Rect, shared: &Shared) -> (Rect, Rect, Rect) {
        let frame = middle(body(area), COLUMNS, MOST);
        let inner = Rect::new(frame.x + 2, frame.y + 1, frame.width.saturating_sub(4), frame.height.saturating_sub(2));
        let said = u16::try_from(self.lines(inner.width.into(), shared).lines.len()).unwrap_or(u16::MAX);
        // The form keeps what it needs to be used: a field and its buttons.
        let buttons = self.form.button_rows(inner.width);
        let least = buttons + if self.form.slots().is_empty() { 0 } else { 3 };
        let top = said.min(inner.height.saturating_sub(least));
        let below = Rect { y: inner.y + top, height: inner.height - top, ..inner };
        (frame, Rect { height: top, ..inner }, below)
    }

    fn lines(&self, columns: usize, shared: &Shared) -> Lines {
        let mut lines = Lines::of(columns);
        if let Some(plan) = &self.plan {
            words::stage(&mut lines, &self.stage, plan, shared);
        }
        if let (Stage::Rest, Some((role, text))) = (&self.stage, &self.checked) {
            lines.text(*role, text);
        }
        let waits = self.waits.map(|waits| (Role::Quiet, format!("{waits} ...")));
        if let Some((role, text)) = waits.or_else(|| self.said.clone()) {
            lines.lines.push(vec![]);
            lines.text(role, &text);
        }
        lines.lines.push(vec![]);
        lines
    }
}

/// Asks for a turn.
pub(super) fn ask(turn: Turn) -> Vec<Do> {
    vec![Do::Effect(Effect::Ask(Request::Turn(Box::new(turn))))]
}

impl Behave for Rotate {
    fn contexts(&self) -> &'static [Context] {
        if self.command().is_some() { AT_COMMAND } else { HERE }
    }

    fn takes_text(&self) -> bool {
        self.form.takes_text() && self.command().is_none()
    }

    fn word(&self, entry: &keymap::Entry, _shared: &Shared) -> Option<&'static str> {
        self.form.word(entry)
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Option<Vec<Do>> {
        let now = shared.at.now;
        if let (Action::CopyCommand, Some(command)) = (action, self.command()) {
            return Some(vec![Do::Effect(Effect::Ask(Request::CopyCommand(command.to_owned())))]);
        }
        Some(match self.form.act(action, &now) {
            // How far it is stands in the vault: there is nothing to be asked.
            Came::Nothing if action == Action::Cancel => vec![Do::Close],
            came => self.came(came, shared),
        })
    }

    fn key(&mut self, event: KeyEvent, shared: &mut Shared) -> Vec<Do> {
        let came = self.form.key(event, &shared.at.now);
        self.came(came, shared)
    }

    fn paste(&mut self, pasted: &Secret, shared: &mut Shared) -> Vec<Do> {
        // Wherever the cursor is, what is pasted while a secret is waited for is that.
        if matches!(self.stage, Stage::Hand) && !matches!(self.form.focus(), Some(Knob::Part(_))) {
            self.form.go_to(&Knob::Secret);
        }
        let came = self.form.paste(pasted, &shared.at.now);
        self.came(came, shared)
    }

    fn mouse(&mut self, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let form = self.areas(area, shared).2;
        let came = self.form.mouse(pointer, form, &shared.at.now);
        self.came(came, shared)
    }

    fn reply(&mut self, reply: &Reply, shared: &mut Shared) -> Vec<Do> {
        match reply {
            Reply::Turned(turned) => self.turned(turned, shared),
            Reply::Failed(fault) if self.waits.take().is_some() => {
                let hint = fault.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
                self.said = Some((Role::Bad, format!("{}{hint}", fault.text)));
                vec![]
            }
            _ => vec![],
        }
    }

    fn settle(&mut self, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let form = self.areas(area, shared).2;
        self.form.settle(form, area);
        let mut todo = shared.want_services();
        if matches!(self.stage, Stage::Looking) && self.waits.is_none() && self.said.is_none() {
            todo.extend(self.plan_again(false));
        }
        todo
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let (outer, above, form) = self.areas(area, shared);
        let path = self.plan.as_ref().map(|plan| plan.token.path()).unwrap_or_default();
        dialog(frame.buffer_mut(), outer, &format!("Rotate {}", escaped(&path)), shared);
        lines::draw(frame.buffer_mut(), above, &self.lines(above.width.into(), shared).lines, 0, shared);
        self.form.draw(frame, form, shared);
    }
}

//! Entering what is known of a token: a new one, which begins with its secret, or one that is there. Nothing is kept before
//! all of it is.

mod gather;
mod judge;
mod keep;
mod places;
mod spot;

use std::collections::{BTreeMap, BTreeSet};

use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

pub use judge::doubt;
pub use spot::{Known, Spot};

use super::confirm::Confirm;
use super::{Behave, Cover, Screen};
use crate::exchange::facts::Facts;
use crate::ops::{self, Shown};
use crate::secret::{NotASecret, Secret};
use crate::service::{Service, detect};
use crate::text::{escaped, wrapped};
use crate::token::consumer::Way;
use crate::token::id::TokenId;
use crate::tui::form::{Came, Entry, Form};
use crate::tui::keymap::{self, Action, Context};
use crate::tui::message::{Effect, Reply, Request};
use crate::tui::model::{Do, Shared};
use crate::tui::pointer::Pointer;
use crate::tui::theme::Role;
use crate::tui::widgets::pane::{body, dialog, middle, put};

/// What the form is for.
#[derive(Debug)]
enum Task {
    /// A new token.
    Add,
    /// One that is there, as it was shown.
    Edit { id: TokenId, shown: Option<Box<Shown>>, before: Box<Facts> },
}

/// The dialog.
#[derive(Debug)]
pub struct Enter {
    task: Task,
    form: Form<Spot>,
    /// The offers were made from the catalogue.
    ready: bool,
    /// What was filled in without the person, and may be changed without them.
    by_itself: BTreeSet<Spot>,
    /// Something was entered.
    touched: bool,
    /// Where the same secret stands.
    twins: Vec<String>,
    /// The person saw what speaks against it, and wants to keep it all the same.
    insists: bool,
    /// What the service said of it.
    asked: Option<ops::Reply>,
    /// Its places as they were.
    places: BTreeMap<String, Way>,
    /// What is waited for.
    waits: Option<&'static str>,
    /// What is said of all of it.
    said: Option<(Role, String)>,
}

const HERE: &[Context] = &[Context::Entry, Context::Form];
const NEW: &[Context] = &[Context::Entry, Context::NewToken, Context::Form];
/// The most columns.
const COLUMNS: u16 = 104;
/// The most rows.
const MOST: u16 = 44;

impl Enter {
    /// A form for a new token.
    pub fn add() -> Self {
        let buttons = vec![(Spot::Save, "Save"), (Spot::Verify, "Verify now"), (Spot::Leave, "Leave")];
        Self::of(Task::Add, Form::of(vec![], buttons))
    }

    /// A form for a token that is there.
    pub fn edit(id: TokenId) -> Self {
        let task = Task::Edit { id, shown: None, before: Box::default() };
        Self::of(task, Form::of(vec![], vec![(Spot::Save, "Save"), (Spot::Leave, "Leave")]))
    }

    fn of(task: Task, form: Form<Spot>) -> Self {
        Self {
            task,
            form,
            ready: false,
            by_itself: BTreeSet::new(),
            touched: false,
            twins: vec![],
            insists: false,
            asked: None,
            places: BTreeMap::new(),
            waits: None,
            said: None,
        }
    }

    /// The token that is edited.
    fn id(&self) -> Option<TokenId> {
        match &self.task {
            Task::Add => None,
            Task::Edit { id, .. } => Some(*id),
        }
    }

    /// What was known of the token that is edited.
    fn before(&self) -> Option<&Facts> {
        match &self.task {
            Task::Add => None,
            Task::Edit { before, .. } => Some(before),
        }
    }

    /// The secret as it was given, if anything was.
    fn secret(&self) -> Option<Result<Secret, NotASecret>> {
        match &self.form.slot(&Spot::Secret)?.entry {
            Entry::Hidden(hidden) if !hidden.is_empty() => Some(hidden.secret()),
            _ => None,
        }
    }

    /// How many characters it has.
    fn count(&self) -> usize {
        match self.form.slot(&Spot::Secret).map(|slot| &slot.entry) {
            Some(Entry::Hidden(hidden)) => hidden.count(),
            _ => 0,
        }
    }

    /// The box, the form in it, and the lines below.
    fn areas(area: Rect) -> (Rect, Rect, Rect) {
        let frame = middle(body(area), COLUMNS, MOST);
        let inner = Rect::new(frame.x + 2, frame.y + 1, frame.width.saturating_sub(4), frame.height.saturating_sub(2));
        let said = if inner.height < 16 { 1 } else { 2 };
        let form = Rect { height: inner.height.saturating_sub(said), ..inner };
        (frame, form, Rect { y: form.bottom(), height: inner.height.min(said), ..inner })
    }

    fn known<'a>(services: &'a [Service], shared: &'a Shared) -> Known<'a> {
        Known { services, tokens: shared.list.all(), week: shared.config.tui.week }
    }

    /// Makes the offers, once the catalogue is there.
    fn prepare(&mut self, shared: &Shared) {
        let Some(services) = shared.services.clone() else { return };
        let known = Self::known(&services, shared);
        let buttons = self.form.buttons().to_vec();
        self.form = Form::of(spot::slots(&known, matches!(self.task, Task::Add)), buttons);
        self.ready = true;
        if let Task::Edit { shown: Some(shown), .. } = &self.task {
            let mut facts = Facts::of(&shown.token, shown.note.as_deref().unwrap_or_default());
            facts.with = shown.others().collect();
            self.places = shown.token.consumers.clone();
            if let Task::Edit { before, .. } = &mut self.task {
                (**before).clone_from(&facts);
            }
            self.load(&facts, &known);
        } else {
            self.offer(&known);
        }
        self.say_all(shared, &known, false);
    }

    /// Says beside every field what there is to be said.
    fn say_all(&mut self, shared: &Shared, known: &Known, saving: bool) {
        let spots: Vec<Spot> = self.form.slots().iter().map(|slot| slot.key.clone()).collect();
        for spot in spots {
            let said = judge::say(self, &spot, known, &shared.at.now, saving);
            self.form.say(&spot, said);
        }
    }

    /// Takes what came of a key, a click or a paste.
    fn came(&mut self, came: Came<Spot>, pasted: bool, shared: &mut Shared) -> Vec<Do> {
        let (spot, changed, left) = match came {
            Came::Pressed(Spot::Save) => return self.save(shared),
            Came::Pressed(Spot::Verify) => return self.verify(shared),
            Came::Pressed(_) => return self.leave(),
            Came::Changed(Spot::More) => {
                self.show_more();
                self.form.go_to(&Spot::Id);
                return vec![];
            }
            Came::Changed(spot) => (spot, true, false),
            Came::Left(spot, changed) => (spot, changed, true),
            Came::Moved | Came::Nothing => return vec![],
        };
        let Some(services) = shared.services.clone() else { return vec![] };
        let known = Self::known(&services, shared);
        if changed {
            self.touched = true;
            self.said = None;
            self.by_itself.remove(&spot);
        }
        if changed && spot == Spot::Secret {
            (self.insists, self.asked) = (false, None);
            self.twins.clear();
            self.recognise(&known);
        }
        if changed && matches!(spot, Spot::Service | Spot::Kind | Spot::Instance) {
            self.asked = None;
            self.offer(&known);
        }
        self.say_all(shared, &known, false);
        match (&spot, self.secret()) {
            (Spot::Secret, Some(Ok(secret))) if left || pasted => {
                vec![Do::Effect(Effect::Ask(Request::Twins(secret)))]
            }
            _ => vec![],
        }
    }

    /// Fills in what the secret shows of itself: the service where all that it may be are of one, the kind where it is one.
    fn recognise(&mut self, known: &Known) {
        let found =
            self.secret().and_then(Result::ok).map(|secret| detect(known.services, &secret)).unwrap_or_default();
        let Some(best) = judge::of_one(&found) else { return };
        self.put(&Spot::Service, &best.service);
        if self.form.text(&Spot::Service) != best.service {
            return;
        }
        self.offer(known);
        if found.iter().filter(|other| other.sureness == best.sureness).count() == 1 {
            self.put(&Spot::Kind, &best.kind_name);
            self.offer(known);
        }
        for (name, value) in &best.read {
            self.put(&Spot::Fact(name.clone()), value);
        }
    }

    /// Fills something in, where the person did not.
    fn put(&mut self, spot: &Spot, text: &str) {
        if !self.form.text(spot).trim().is_empty() && !self.by_itself.contains(spot) {
            return;
        }
        let Some(slot) = self.form.slot_mut(spot) else { return };
        gather::set(&mut slot.entry, text);
        self.by_itself.insert(spot.clone());
    }
}

impl Behave for Enter {
    fn cover(&self) -> Cover {
        Cover::Box
    }

    fn contexts(&self) -> &'static [Context] {
        if matches!(self.task, Task::Add) { NEW } else { HERE }
    }

    fn takes_text(&self) -> bool {
        self.form.takes_text()
    }

    fn word(&self, entry: &keymap::Entry, _shared: &Shared) -> Option<&'static str> {
        self.form.word(entry)
    }

    fn act(&mut self, action: Action, shared: &mut Shared) -> Option<Vec<Do>> {
        let now = shared.at.now;
        Some(match action {
            Action::Save => self.save(shared),
            Action::VerifyNow => self.verify(shared),
            action => match self.form.act(action, &now) {
                Came::Nothing if action == Action::Cancel => self.leave(),
                came => self.came(came, false, shared),
            },
        })
    }

    fn key(&mut self, event: KeyEvent, shared: &mut Shared) -> Vec<Do> {
        let came = self.form.key(event, &shared.at.now);
        self.came(came, false, shared)
    }

    fn paste(&mut self, pasted: &Secret, shared: &mut Shared) -> Vec<Do> {
        let Some(services) = shared.services.clone() else { return vec![] };
        let hides = matches!(self.form.focus(), Some(Spot::Secret | Spot::Part(_)));
        let moved = !hides && judge::looks_secret(pasted, &Self::known(&services, shared));
        if moved {
            if !matches!(self.task, Task::Add) || self.count() > 0 {
                self.said =
                    Some((Role::Soon, "that looks like a secret, and this field is shown: it was not taken".into()));
                return vec![];
            }
            self.form.go_to(&Spot::Secret);
        }
        let came = self.form.paste(pasted, &shared.at.now);
        if came == Came::Nothing {
            self.said = Some((Role::Soon, "that is longer than any secret: it was not taken".into()));
        }
        let todo = self.came(came, true, shared);
        if moved {
            self.said = Some((Role::Soon, "that looks like a secret: it was put where nobody sees it".into()));
        }
        todo
    }

    fn mouse(&mut self, pointer: Pointer, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let came = self.form.mouse(pointer, Self::areas(area).1, &shared.at.now);
        self.came(came, false, shared)
    }

    fn reply(&mut self, reply: &Reply, shared: &mut Shared) -> Vec<Do> {
        match reply {
            Reply::Shown(found) => {
                if let Task::Edit { id, shown, .. } = &mut self.task
                    && found.token.id == *id
                    && shown.is_none()
                {
                    *shown = Some(found.clone());
                    self.ready = false;
                }
            }
            Reply::Twins(twins) => {
                self.twins.clone_from(twins);
                if let Some(services) = shared.services.clone() {
                    let known = Self::known(&services, shared);
                    self.say_all(shared, &known, false);
                }
            }
            Reply::DraftAsked(asked) => {
                self.waits = None;
                match asked.as_ref() {
                    Ok(reply) => self.told(reply.clone(), shared),
                    Err(why) => self.said = Some((Role::Soon, format!("nobody can be asked: {why}"))),
                }
            }
            Reply::MaySend(hosts, entered) => {
                self.waits = None;
                let then = Effect::Ask(Request::AskDraft(entered.clone(), true));
                let question = "A definition of your own sends secrets to a new host. May it?";
                return vec![Do::Open(Screen::Confirm(Confirm::before(then, question, hosts.clone())))];
            }
            Reply::Kept(..) if self.waits.is_some() => return vec![Do::Close],
            Reply::Failed(fault) if self.waits.take().is_some() => {
                let hint = fault.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
                self.said = Some((Role::Bad, format!("{}{hint}", fault.text)));
            }
            _ => {}
        }
        vec![]
    }

    fn settle(&mut self, area: Rect, shared: &mut Shared) -> Vec<Do> {
        let mut todo = shared.want_services();
        if let Task::Edit { id, shown: None, .. } = &self.task
            && self.waits.is_none()
        {
            self.waits = Some("reading");
            todo.push(Do::Effect(Effect::Ask(Request::Show(*id))));
        }
        if !self.ready && shared.services.is_some() && !matches!(self.task, Task::Edit { shown: None, .. }) {
            self.waits = None;
            self.prepare(shared);
        }
        self.form.settle(Self::areas(area).1, area);
        todo
    }

    fn draw(&self, frame: &mut Frame, area: Rect, shared: &Shared) {
        let (outer, form, below) = Self::areas(area);
        let title = match &self.task {
            Task::Add => "Add a token".to_owned(),
            Task::Edit { shown, .. } => {
                let path = shown.as_ref().map(|shown| shown.token.path()).unwrap_or_default();
                format!("Edit {}", escaped(&path))
            }
        };
        dialog(frame.buffer_mut(), outer, &title, shared);
        self.form.draw(frame, form, shared);
        let waits = self.waits.map(|waits| (Role::Quiet, format!("{waits} ...")));
        let Some((role, text)) = waits.or_else(|| self.said.clone()) else { return };
        let text = wrapped(&escaped(&text), below.width.into());
        let style = shared.style(Role::Dialog).patch(shared.style(role));
        for (y, line) in (below.y..below.bottom()).zip(text.lines()) {
            put(frame.buffer_mut(), below.x, y, line, below.width, style, shared);
        }
    }
}

//! Keeping what was entered or not, and asking the service about it before.

use super::spot::Spot;
use super::{Confirm, Enter, Screen, Task, gather, judge};
use crate::ops;
use crate::service::Verified;
use crate::token::now::Now;
use crate::tui::keymap::Action;
use crate::tui::message::{Effect, Request};
use crate::tui::model::{Do, Shared};
use crate::tui::theme::Role;

impl Enter {
    /// Saves it, if nothing speaks against it.
    pub(super) fn save(&mut self, shared: &mut Shared) -> Vec<Do> {
        let Some(services) = shared.services.clone().filter(|_| self.ready && self.waits.is_none()) else {
            return vec![];
        };
        let now = shared.at.now;
        self.form.finish();
        let known = Self::known(&services, shared);
        self.say_all(shared, &known, true);
        if let Some(wrong) = self.form.wrong().cloned() {
            self.form.go_to(&wrong);
            self.said = Some((Role::Bad, "Nothing is saved yet: see what is said in red".into()));
            return vec![];
        }
        let service = self.form.text(&Spot::Service);
        let secret = self.secret().and_then(Result::ok);
        let doubt = secret.and_then(|secret| judge::doubt(&secret, &service, &self.twins, &services));
        if let (Some(doubt), false) = (doubt, self.insists) {
            self.insists = true;
            self.said = Some((Role::Soon, format!("{doubt}. To keep it all the same, save again")));
            return vec![];
        }
        match self.request(&now) {
            Ok(Some(request)) => {
                self.waits = Some("saving");
                vec![Do::Effect(Effect::Ask(request))]
            }
            Ok(None) => vec![Do::Close],
            Err(error) => {
                self.said = Some((Role::Bad, error.to_string()));
                vec![]
            }
        }
    }

    /// Leaves it; asks where something was entered.
    pub(super) fn leave(&mut self) -> Vec<Do> {
        if !self.touched {
            return vec![Do::Close];
        }
        if self.waits.is_some() {
            return vec![];
        }
        // Enter throws nothing away: a service shows a secret once.
        let answers = vec![(Action::Yes, "go on", vec![]), (Action::Throw, "throw away", vec![Do::Close])];
        let about = vec!["What you entered is not kept otherwise.".to_owned()];
        vec![Do::Open(Screen::Confirm(Confirm::with(answers, "Sure?", "Nothing is saved yet. Go on with it?", about)))]
    }

    /// What is asked for to save it; nothing where nothing changed.
    fn request(&mut self, now: &Now) -> Result<Option<Request>, ops::Error> {
        match &self.task {
            Task::Add => {
                let Some(Ok(secret)) = self.secret() else { return Ok(None) };
                let entered = gather::draft(&self.form, secret, now)?;
                Ok(Some(Request::Add(Box::new(entered), self.insists, self.asked.take().map(Box::new))))
            }
            Task::Edit { shown: Some(shown), before, .. } => {
                let changed = gather::changed(&self.form, shown, before, &self.places)?;
                Ok(changed.map(|changed| Request::Edit(Box::new(changed))))
            }
            Task::Edit { shown: None, .. } => Ok(None),
        }
    }

    /// Asks the service about it, before it is kept.
    pub(super) fn verify(&mut self, shared: &mut Shared) -> Vec<Do> {
        let Some(services) = shared.services.clone().filter(|_| self.ready && self.waits.is_none()) else {
            return vec![];
        };
        let now = shared.at.now;
        self.form.finish();
        let known = Self::known(&services, shared);
        self.say_all(shared, &known, false);
        let service = self.form.text(&Spot::Service);
        let Some(Ok(secret)) = self.secret() else {
            self.form.go_to(&Spot::Secret);
            self.said = Some((Role::Soon, "there is no secret to ask about".into()));
            return vec![];
        };
        if self.form.wrong().is_some() || service.is_empty() {
            self.said = Some((Role::Soon, "whom to ask is not known yet".into()));
            return vec![];
        }
        match gather::draft(&self.form, secret, &now) {
            Ok(entered) => {
                self.waits = Some("asking its service");
                vec![Do::Effect(Effect::Ask(Request::AskDraft(Box::new(entered), false)))]
            }
            Err(error) => {
                self.said = Some((Role::Bad, error.to_string()));
                vec![]
            }
        }
    }

    /// Takes what the service said.
    pub(super) fn told(&mut self, said: ops::Reply, shared: &Shared) {
        let service = said.inquiry.service_name().to_owned();
        match &said.said {
            Err(unasked) => self.said = Some((Role::Soon, unasked.to_string())),
            Ok(verified) => {
                let (role, outcome) = gather::outcome(verified.means);
                let why = verified.why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
                self.said = Some((role, format!("{service} says: {outcome}{why}")));
                self.fill(verified, &service, shared);
                self.asked = Some(said);
            }
        }
    }

    /// Fills in what it told. Its word about the end counts over what was typed.
    fn fill(&mut self, verified: &Verified, service: &str, shared: &Shared) {
        let told = gather::told(verified);
        for (spot, text) in told {
            if spot == Spot::Scopes && !self.form.text(&spot).is_empty() {
                // What is wanted stays the person's word; both are kept.
                self.form.say(&spot, Some((Role::Good, format!("{service} granted {text}"))));
                continue;
            }
            if spot == Spot::Account {
                self.put(&spot, &text);
            } else if let Some(slot) = self.form.slot_mut(&spot) {
                gather::set(&mut slot.entry, &text);
            }
            self.touched = true;
            let _its_word =
                (&shared.at, self.form.say(&spot, Some((Role::Good, format!("said by {service} just now")))));
        }
    }
}

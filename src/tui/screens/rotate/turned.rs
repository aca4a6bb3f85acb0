//! What came of a step, and what it leads to.

use super::{Rotate, Stage, ask, knobs};
use crate::ops::Settled;
use crate::tui::message::{Effect, Request};
use crate::tui::model::{Do, Shared};
use crate::tui::screens::Screen;
use crate::tui::screens::confirm::Confirm;
use crate::tui::theme::Role;
use crate::tui::turn::{Turn, Turned};

impl Rotate {
    /// Takes what came of a turn.
    pub(super) fn turned(&mut self, turned: &Turned, shared: &mut Shared) -> Vec<Do> {
        self.waits = None;
        match turned {
            Turned::Planned(plan) => self.planned(plan, shared),
            Turned::Noted => return self.plan_again(false),
            Turned::MaySend(hosts, turn) => {
                let then = Effect::Ask(Request::Turn(turn.clone()));
                let question = "A definition of your own sends secrets to a new host. May it?";
                return vec![Do::Open(Screen::Confirm(Confirm::before(then, question, hosts.clone())))];
            }
            Turned::Kept(odd) => {
                let text = "The new secret is in the vault";
                self.said = Some(match odd {
                    None => (Role::Good, text.to_owned()),
                    Some(odd) => (Role::Soon, format!("{text}, as the service gave it: {odd}")),
                });
                self.anew = false;
                self.stage = Stage::Rest;
                let mut todo = self.plan_again(false);
                todo.extend(ask(Turn::Check { id: self.id, agreed: false }));
                return todo;
            }
            Turned::Dead => {
                let service = self.plan.as_ref().map(|plan| plan.service().to_owned()).unwrap_or_default();
                self.said = Some((Role::Soon, format!("{service} says that the one in use is dead")));
                return self.plan_again(false);
            }
            Turned::NotDone(why) => self.said = Some((Role::Bad, format!("{why}; nothing was done"))),
            Turned::Unknown(why) => {
                self.said = Some((Role::Bad, format!("{why}; whether a new one was made is not known")));
                return self.plan_again(false);
            }
            Turned::Unkept(sealed, why) => {
                self.stage = Stage::Unkept(*sealed);
                self.said = Some((Role::Bad, why.clone()));
                if let Some(plan) = &self.plan {
                    self.form = knobs::form(&self.stage, plan, shared);
                }
            }
            Turned::Settled(settled) => return self.settled(settled, shared),
            Turned::Checked(role, text) => self.checked = Some((*role, text.clone())),
            Turned::Installed(text) => {
                self.said = Some((Role::Good, text.clone()));
                return self.plan_again(false);
            }
            Turned::Ran(handed) => return ask(Turn::Installed(handed.clone())),
            Turned::RevokePlanned(_) | Turned::Revoked(_) => {}
        }
        vec![]
    }

    fn settled(&mut self, settled: &Settled, shared: &Shared) -> Vec<Do> {
        let text = match settled {
            Settled::NotDone => "no new one was made: it may be asked for again".to_owned(),
            Settled::Dead => "the old one is dead. If a new one was made, it is lost: make one by hand".to_owned(),
            Settled::Made(label) => {
                format!(
                    "a token called '{label}' was made at its service, and its secret is lost: remove that one there"
                )
            }
            Settled::ByPerson => {
                if let (Stage::Settle(lost), Some(plan)) = (self.stage.clone(), &self.plan) {
                    self.stage = Stage::ByPerson(lost);
                    self.form = knobs::form(&self.stage, plan, shared);
                }
                return vec![];
            }
            Settled::Unknown(why) => format!("it is not to be found out now: {why}"),
        };
        self.said = Some((Role::Soon, text));
        match settled {
            Settled::NotDone | Settled::Dead => self.plan_again(false),
            _ => vec![],
        }
    }
}

//! What is said at each stage.

use super::Stage;
use crate::ops::{Address, RotatePlan, address_lines, call_lines, page_lines};
use crate::token::when;
use crate::tui::model::Shared;
use crate::tui::theme::Role;
use crate::tui::widgets::lines::Lines;

/// The lines of a stage.
pub(super) fn stage(lines: &mut Lines, stage: &Stage, plan: &RotatePlan, shared: &Shared) {
    let now = &shared.at.now;
    match stage {
        Stage::Looking => {}
        Stage::Call(renewal) => said(lines, &call_lines(plan, renewal, now)),
        Stage::Hand => said(lines, &page_lines(plan, now)),
        Stage::Settle(lost) | Stage::ByPerson(lost) => {
            let at = when::wall(lost.at, now);
            lines.text(Role::Soon, &format!("A new secret was asked for at {at}, and its answer was lost."));
            match stage {
                Stage::ByPerson(_) => {
                    lines.text(Role::Dialog, "No call tells what became of it. Look at the page of its service:");
                    address(lines, plan.overview().as_ref(), plan);
                    lines.text(Role::Dialog, "Was a new one made then, or does the old one work no more?");
                }
                _ => lines.text(Role::Dialog, "Before anything else, its service is asked what became of it. That only reads."),
            }
        }
        Stage::Wait => lines.text(
            Role::Soon,
            "A new one was asked for just now, and that may be under way: from a minute on it can be found out what became of it.",
        ),
        Stage::Unkept(true) => {
            lines.text(Role::Soon, "The vault could not be written. Nothing is lost: the new secret stands sealed beside it.");
        }
        Stage::Unkept(false) => lines.text(
            Role::Bad,
            "The new secret is nowhere but here: nobody gives it twice. Mend what stands in the way, and try again before you leave.",
        ),
        Stage::Rest => rest(lines, plan, shared),
    }
}

/// Lines that are escaped already.
fn said(lines: &mut Lines, all: &[String]) {
    all.iter().for_each(|line| lines.text(Role::Dialog, line));
}

fn address(lines: &mut Lines, page: Option<&Address>, plan: &RotatePlan) {
    said(lines, &address_lines(page, plan.unknown.as_deref()));
}

fn rest(lines: &mut Lines, plan: &RotatePlan, shared: &Shared) {
    let (token, now) = (&plan.token, &shared.at.now);
    let current = token.current();
    lines.text(Role::Good, &format!("Version {} is in use since {}.", current.number, when::ago(current.added, now)));
    for (version, since) in token.owed() {
        let since = when::ago(since, now);
        lines.text(Role::Owed, &format!("Version {} was replaced {since}, and is owed to be revoked.", version.number));
    }
    let unserved = token.unserved().count();
    if unserved > 0 {
        lines.text(Role::Owed, &format!("{unserved} of {} places do not have it yet.", token.consumers.len()));
    } else if !token.consumers.is_empty() {
        lines.text(Role::Good, "Every place has it.");
    }
}

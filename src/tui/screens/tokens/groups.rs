//! Groups of the person's own: filters with names, kept in the settings.

use crate::tui::groups::Group;
use crate::tui::message::{Effect, Request};
use crate::tui::model::{Do, Shared};
use crate::tui::screens::Screen;
use crate::tui::screens::confirm::Confirm;
use crate::tui::screens::line::Line;
use crate::tui::theme::Role;

/// Asks what the filter that holds is to be called.
pub(super) fn save(shared: &mut Shared) -> Vec<Do> {
    let words = shared.list.words();
    if let Some(why) = shared.list.bad().map(str::to_owned) {
        shared.say(Role::Bad, why);
    } else if shared.list.filter().is_empty() {
        shared.say(Role::Quiet, "there is no filter to be saved; / begins one");
    } else {
        return vec![Do::Open(Screen::Line(Line::group(words, None)))];
    }
    vec![]
}

/// Asks what the group is to be called instead.
pub(super) fn rename(shared: &mut Shared) -> Vec<Do> {
    let open = |group: Group| Do::Open(Screen::Line(Line::group(group.query, Some(group.title))));
    own(shared).map(open).into_iter().collect()
}

/// Asks before the group is removed.
pub(super) fn remove(shared: &mut Shared) -> Vec<Do> {
    let open = |group: Group| {
        let effect = Effect::Ask(Request::Set(vec![(format!("groups.{}", group.title), None)]));
        let about = vec![format!("{}: {}", group.title, group.query), "Its tokens stay as they are.".to_owned()];
        Do::Open(Screen::Confirm(Confirm::before(effect, "Remove this group?", about)))
    };
    own(shared).map(open).into_iter().collect()
}

/// The group that holds, if the person made it; else it is said that they did not.
fn own(shared: &mut Shared) -> Option<Group> {
    let group = shared.list.own_group().cloned();
    if group.is_none() {
        shared.say(Role::Quiet, "this group is always there; only saved ones are renamed and removed");
    }
    group
}

//! Settings that were changed take effect at once.

use super::model::Shared;
use super::theme::{Role, Theme};
use crate::config::{self, Config};
use crate::ops;

/// The theme that the settings mean by a name.
pub fn theme<'a>(shared: &'a Shared, name: &str) -> Option<&'a Theme> {
    let name = if name == "auto" { shared.fitting } else { name };
    shared.themes.iter().find(|theme| theme.name == name)
}

/// Takes the settings that hold since the one of that name was changed.
pub fn hold(shared: &mut Shared, name: &str, config: Config) {
    let before = std::mem::replace(&mut shared.config, config);
    let config = shared.config.clone();
    if before.tui.theme != config.tui.theme
        && let Some(theme) = theme(shared, &config.tui.theme).cloned()
    {
        shared.theme = theme;
    }
    if before.ascii != config.ascii {
        shared.ascii = config.ascii;
    }
    if let Some(vault) = &mut shared.vault {
        vault.rules = config.rules();
        let idle = config.agent.idle_time();
        // Where the agent locks it, it does so by what held when it was unlocked.
        vault.idle = vault.idle.map(|_| idle);
        shared.locks = if vault.idle.is_some() { Some(shared.at.passed + idle) } else { shared.locks };
    }
    let (rules, now) = (shared.rules(), shared.at.now);
    shared.list.own_groups(&config.groups, &rules, &now);
    shared.remind();
    if let Some(group) = name.strip_prefix("groups.") {
        shared.list.show_own(group, &rules, &now);
    }
    shared.say(Role::Good, ops::set_in_words(name, config::values(&config).get(name).map(String::as_str)));
}

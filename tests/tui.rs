//! The window: keys go in, a screen and what is to be done outside come out. Screens are in `tests/tui/screens/`; write them
//! anew with `SNAPSHOTS=overwrite`, and read the difference.

#![cfg(test)]

#[path = "tui/activity.rs"]
mod activity;
#[path = "tui/acts.rs"]
mod acts;
#[path = "tui/detail.rs"]
mod detail;
#[path = "tui/edit.rs"]
mod edit;
#[path = "tui/enter.rs"]
mod enter;
#[path = "tui/found.rs"]
mod found;
#[path = "tui/import.rs"]
mod import;
#[path = "common/nobody.rs"]
mod nobody;
#[path = "tui/random.rs"]
mod random;
#[path = "tui/reminders.rs"]
mod reminders;
#[path = "tui/rotate.rs"]
mod rotate;
#[path = "tui/services.rs"]
mod services;
#[path = "tui/settings.rs"]
mod settings;
#[path = "tui/sizes.rs"]
mod sizes;
#[path = "tui/stage.rs"]
mod stage;
#[path = "tui/timeline.rs"]
mod timeline;
#[path = "tui/tokens.rs"]
mod tokens;
#[path = "tui/unlock.rs"]
mod unlock;
#[path = "tui/written.rs"]
mod written;

//! Buttons in a row, each with the keys that press it: whatever a key does there, a click does too.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::pane::put;
use crate::text::width;
use crate::tui::frame::{button_beside_text, button_of};
use crate::tui::keymap::{Action, Context};
use crate::tui::model::Shared;
use crate::tui::theme::Role;

/// A button where it stands.
#[derive(Debug)]
pub struct Button {
    /// What it does.
    pub action: Action,
    /// Where.
    pub area: Rect,
    face: String,
    keys: String,
}

/// Lays buttons out in a line, each with what it says; its keys are named where there is room for all of them. One that finds no
/// room at all is not there.
pub fn row(wanted: &[(Action, &str)], contexts: &[Context], line: Rect, shared: &Shared) -> Vec<Button> {
    laid(wanted, |action| button_of(shared, contexts, action), line)
}

/// The same where characters are text: keys that are characters press nothing there, and are not named.
pub fn row_beside_text(wanted: &[(Action, &str)], contexts: &[Context], line: Rect, shared: &Shared) -> Vec<Button> {
    laid(wanted, |action| button_beside_text(shared, contexts, action), line)
}

fn laid(wanted: &[(Action, &str)], keys_of: impl Fn(Action) -> String, line: Rect) -> Vec<Button> {
    let button = |(action, label): &(Action, &str)| {
        let keys = format!(" {}", keys_of(*action));
        Button { action: *action, area: Rect::default(), face: format!("[ {label} ]"), keys }
    };
    let mut buttons: Vec<Button> = wanted.iter().map(button).collect();
    let wide = |button: &Button| width(&button.face) + width(&button.keys);
    if buttons.iter().map(|button| wide(button) + 2).sum::<usize>() > usize::from(line.width) + 2 {
        buttons.iter_mut().for_each(|button| button.keys.clear());
    }
    let mut x = line.x;
    for button in &mut buttons {
        let wide = u16::try_from(wide(button)).unwrap_or(u16::MAX);
        button.area = Rect { x, width: wide, ..line }.intersection(line);
        x = x.saturating_add(wide).saturating_add(2);
    }
    buttons.retain(|button| !button.area.is_empty());
    buttons
}

/// What the button at a place does.
pub fn clicked(buttons: &[Button], at: Position) -> Option<Action> {
    buttons.iter().find(|button| button.area.contains(at)).map(|button| button.action)
}

/// Draws them.
pub fn draw(buffer: &mut Buffer, buttons: &[Button], shared: &Shared) {
    for Button { area, face, keys, .. } in buttons {
        let style = |role| shared.style(Role::Dialog).patch(shared.style(role));
        let used = put(buffer, area.x, area.y, face, area.width, style(Role::Key), shared);
        put(buffer, area.x + used, area.y, keys, area.width.saturating_sub(used), style(Role::Quiet), shared);
    }
}

//! What happens becomes what is shown, and what is to be done outside. Nothing here touches anything.

mod reply;

use std::time::Duration;

use crossterm::event::{KeyEvent, KeyEventKind, MouseEvent};

use super::acts;
use super::frame;
use super::keymap::{Action, Key, Menu};
use super::message::{At, Effect, Fault, Message, Reply, Request};
use super::model::{Do, Model};
use super::pointer::Pointer;
use super::screens::{self, Cover, Screen, help, palette, pick, unlock};
use super::theme::Role;
use super::written;
use super::written::Written;
use crate::fault::Kind;
use crate::token::id::TokenId;

/// How often the vault is told that somebody is there, at most.
const TOUCH_EVERY: Duration = Duration::from_secs(30);

/// Takes something that happened.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    let mut effects = match message {
        Message::Tick(at) => tick(model, at),
        Message::Key(event) if event.kind == KeyEventKind::Release => vec![],
        Message::Key(event) => key(model, event),
        Message::Mouse(event) => mouse(model, event),
        Message::Paste(pasted) => {
            let front = front(model);
            let todo = front.map_or_else(Vec::new, |(screen, shared)| screen.it_mut().paste(&pasted, shared));
            carry_out(model, todo)
        }
        Message::Resize(columns, rows) => {
            model.shared.size = (columns, rows);
            vec![]
        }
        Message::Back => vec![Effect::Redraw],
        Message::Edited(written, text, at) => edited(model, *written, text, at),
        Message::Busy(request) => busy(model, *request),
        Message::Reply(reply) => reply::take(model, reply),
    };
    effects.extend(settle(model));
    effects
}

/// Time has passed: what was shown for a while goes, and nobody was there for too long.
fn tick(model: &mut Model, at: At) -> Vec<Effect> {
    let shared = &mut model.shared;
    let another_day = shared.at.now.today() != at.now.today();
    shared.at = at;
    shared.copied.take_if(|(_, until)| *until <= at.passed);
    shared.revealed.take_if(|revealed| revealed.until <= at.passed);
    if another_day {
        let rules = shared.rules();
        shared.list.refresh(&rules, &at.now);
        shared.remind();
    }
    let idle = shared.vault.as_ref().is_some_and(|vault| vault.idle.is_some());
    if idle && shared.locks.is_some_and(|until| until <= at.passed) { lock(model) } else { vec![] }
}

/// Wipes everything at once, and has the key forgotten.
fn lock(model: &mut Model) -> Vec<Effect> {
    let demo = model.shared.vault.as_ref().is_some_and(|vault| vault.demo);
    model.forget();
    model.stack.push(Screen::Unlock(unlock::Unlock::locked(demo)));
    vec![Effect::Ask(Request::Lock), Effect::Redraw]
}

/// The screen that has the keyboard, and what it shares with the others.
fn front(model: &mut Model) -> Option<(&mut Screen, &mut super::model::Shared)> {
    let screen = model.stack.last_mut().or_else(|| model.tabs.get_mut(model.tab))?;
    Some((screen, &mut model.shared))
}

fn key(model: &mut Model, event: KeyEvent) -> Vec<Effect> {
    let mut effects = touch(model);
    model.shared.notice = None;
    let Some((screen, shared)) = front(model) else { return effects };
    let screen = screen.it_mut();
    let is_text = screen.takes_text() && Key::of(&event).is_text();
    let action = (!is_text).then(|| shared.keymap.action(&event, screen.contexts())).flatten();
    effects.extend(match action {
        Some(action) => act(model, action),
        None => {
            let todo = screen.key(event, shared);
            carry_out(model, todo)
        }
    });
    effects
}

fn touch(model: &mut Model) -> Vec<Effect> {
    let shared = &mut model.shared;
    let passed = shared.at.passed;
    match shared.vault.as_ref().map(|vault| vault.idle) {
        None => vec![],
        Some(Some(idle)) => {
            shared.locks = Some(passed + idle);
            vec![]
        }
        Some(None) if passed < shared.touched + TOUCH_EVERY => vec![],
        Some(None) => {
            shared.touched = passed;
            vec![Effect::Ask(Request::Touch)]
        }
    }
}

/// Does what was asked for: the screen in front if it is its business, else the window.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    let todo = front(model).and_then(|(screen, shared)| screen.it_mut().act(action, shared));
    match todo {
        Some(todo) => carry_out(model, todo),
        None => window(model, action),
    }
}

fn window(model: &mut Model, action: Action) -> Vec<Effect> {
    let tabs = model.tabs.len().max(1);
    match action {
        Action::Quit if model.shared.kept.is_empty() => return vec![Effect::Quit],
        Action::Quit => model.stack.push(written::before_leaving()),
        Action::Suspend => return vec![Effect::Suspend],
        Action::Redraw => return vec![Effect::Redraw],
        Action::Stop if model.shared.progress.is_some() => return vec![Effect::Ask(Request::Stop)],
        Action::Lock if model.shared.vault.is_some() => return lock(model),
        Action::NextTab => go_to(model, (model.tab + 1) % tabs),
        Action::PreviousTab => go_to(model, (model.tab + tabs - 1) % tabs),
        Action::Tokens => go_to(model, 0),
        Action::Timeline => go_to(model, 1),
        Action::Reminders => go_to(model, 2),
        Action::Activity => go_to(model, 3),
        Action::Services => go_to(model, 4),
        Action::Undo if model.shared.vault.is_some() => return vec![Effect::Ask(Request::Undo(None))],
        Action::Menu => menu(model, Menu::File),
        Action::Vaults => model.stack.push(Screen::Pick(pick::Pick::vaults(&model.shared))),
        Action::Import if model.shared.vault.is_some() => {
            model.stack.push(Screen::Import(Box::new(screens::import::Import::empty())));
        }
        Action::Settings if model.shared.vault.is_some() => {
            model.stack.push(Screen::Settings(Box::new(screens::settings::Settings::of(&model.shared))));
        }
        Action::Themes => model.stack.push(Screen::Pick(pick::Pick::themes(&model.shared))),
        Action::Help => model.stack.push(Screen::Help(help::Help::default())),
        Action::ContextMenu => {
            let menu = model.front().map(|screen| pick::Pick::token(None, screen.it(), &model.shared));
            model.stack.extend(menu.map(Screen::Pick));
        }
        Action::Palette => {
            let palette = model.front().map(|screen| palette::Palette::of(screen.it(), &model.shared));
            model.stack.extend(palette.map(Screen::Palette));
        }
        action if model.shared.vault.is_some() => {
            let id = model.front().and_then(|screen| screen.it().token(&model.shared));
            let todo = acts::with_one(action, id, &mut model.shared).unwrap_or_default();
            return carry_out(model, todo);
        }
        _ => {}
    }
    vec![]
}

/// Opens a menu of the bar, about what is in front.
fn menu(model: &mut Model, menu: Menu) {
    let menu = model.front().map(|screen| pick::Pick::menu(menu, screen.it(), &model.shared));
    model.stack.extend(menu.map(Screen::Pick));
}

/// Opens a tab, if there is one there.
fn go_to(model: &mut Model, tab: usize) {
    if tab < model.tabs.len() {
        model.tab = tab;
        // Uses leave no trace in the vault's file: whoever comes to look gets what there is now.
        model.shared.history_stale = true;
    }
}

/// Shows a token among all, with its details.
fn show(model: &mut Model, id: TokenId) {
    let rules = model.shared.rules();
    model.shared.list.show(id, &rules, &model.shared.at.now);
    go_to(model, 0);
    if let Some(Screen::Tokens(tokens)) = model.tabs.first_mut() {
        tokens.open_details();
    }
}

fn carry_out(model: &mut Model, todo: Vec<Do>) -> Vec<Effect> {
    let mut effects = vec![];
    for one in todo {
        match one {
            Do::Open(screen) => model.stack.push(screen),
            Do::Close => {
                model.stack.pop();
            }
            Do::Show(id) => show(model, id),
            Do::Throw(subject) => model.shared.kept.drop(&subject),
            Do::Forget => {
                model.forget();
                model.stack.push(Screen::Unlock(unlock::Unlock::trying()));
                effects.push(Effect::Redraw);
            }
            Do::Effect(effect) => effects.push(effect),
            Do::Act(action) => effects.extend(act(model, action)),
        }
    }
    effects
}

fn mouse(model: &mut Model, event: MouseEvent) -> Vec<Effect> {
    let passed = model.shared.at.passed;
    let Some(pointer) = model.hand.read(&event, passed) else { return vec![] };
    let mut effects = touch(model);
    let layout = frame::layout(model);
    let over = model.stack.last().map(|screen| screen.it().cover());
    if matches!(pointer, Pointer::Click(_)) {
        model.shared.notice = None;
    }
    if let (None, Pointer::Click(at)) = (over, pointer) {
        if let Some((tab, _)) = layout.tabs.iter().find(|(_, area)| area.contains(at)) {
            go_to(model, *tab);
            return effects;
        }
        if let Some((menu, _)) = frame::menus(&model.shared).into_iter().find(|(_, area)| area.contains(at)) {
            self::menu(model, menu);
            return effects;
        }
        if frame::vault_place(&model.shared).is_some_and(|area| area.contains(at)) {
            effects.extend(act(model, Action::Vaults));
            return effects;
        }
    }
    // What covers everything covers the foot as well.
    if let (None | Some(Cover::Box), Pointer::Click(at)) = (over, pointer)
        && let Some((action, _)) = layout.foot.iter().find(|(_, area)| area.contains(at))
    {
        effects.extend(act(model, *action));
        return effects;
    }
    let area = match over {
        Some(Cover::Box | Cover::Whole) => layout.whole,
        _ => layout.body,
    };
    let Some((screen, shared)) = front(model) else { return effects };
    let todo = screen.it_mut().mouse(pointer, area, shared);
    effects.extend(carry_out(model, todo));
    effects
}

/// An editor was closed. Whoever used it was there all the time.
fn edited(model: &mut Model, written: Written, text: Result<String, (Fault, Option<String>)>, at: At) -> Vec<Effect> {
    model.shared.at = at;
    let mut effects = touch(model);
    let (subject, kept) = (written.subject(), &mut model.shared.kept);
    match text {
        Err((fault, left)) => {
            if let Some(text) = left.filter(|text| *text != written.text) {
                kept.keep(Box::new(Written { text, ..written }), &fault);
            }
            // Where it was open again, there is still what was written the first time.
            model.stack.extend(kept.offer(&subject));
            model.shared.fail(&fault);
        }
        Ok(text) if text == written.before => {
            kept.drop(&subject);
            model.shared.say(Role::Quiet, "nothing was changed");
        }
        // It comes back, if the vault does not take it.
        Ok(text) => {
            let written = Box::new(Written { text, ..written });
            kept.send(written.clone());
            effects.push(Effect::Ask(Request::EditFacts(written)));
        }
    }
    effects
}

/// Something was not asked for, because too much is.
fn busy(model: &mut Model, request: Request) -> Vec<Effect> {
    let (text, hint) = ("too much is asked at once".into(), Some("wait a moment".into()));
    let fault = Fault { text, hint, kind: Kind::Failed };
    let reply = match request {
        Request::EditFacts(written) => Reply::NotFacts(written, fault),
        // The next letter asks for the next ones.
        Request::PathsLike(_) => return vec![],
        _ => Reply::Failed(fault),
    };
    reply::take(model, reply)
}

/// Lets the screen in front put itself right.
fn settle(model: &mut Model) -> Vec<Effect> {
    let layout = frame::layout(model);
    let mut todo = vec![];
    if model.shared.vault.is_some()
        && let Some(tab) = model.tabs.get_mut(model.tab)
    {
        todo.extend(tab.it_mut().settle(layout.body, &mut model.shared));
    }
    if let Some(screen) = model.stack.last_mut() {
        todo.extend(screen.it_mut().settle(layout.whole, &mut model.shared));
    }
    carry_out(model, todo)
}

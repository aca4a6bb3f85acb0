//! The window: what happens becomes messages, [`update`](mod@update) makes of them what is shown and what is to be done
//! outside, and the frame is drawn where something changed.

pub mod acts;
pub mod can;
pub mod due;
pub mod filter;
pub mod form;
pub mod frame;
pub mod groups;
mod input;
pub mod keymap;
pub mod list;
pub mod message;
pub mod model;
pub mod pointer;
mod post;
pub mod screens;
pub mod settings;
pub mod terminal;
pub mod theme;
pub mod turn;
pub mod update;
pub mod widgets;
mod worker;
pub mod written;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::process::{Signal, getpid, kill_process};
use rustix::stdio::stdin;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;

use crate::clock;
use crate::ops::{self, Error, Ground, Means};
use crate::process::{self, Heard};
use input::Input;
use keymap::Keymap;
use message::{At, Effect, Message, Request};
use model::Model;
use post::{Letter, Post};
use screens::Screen;
use screens::first_run::FirstRun;
use screens::unlock::Unlock;
use terminal::Terminal;
use theme::Theme;
use update::update;
use worker::Worker;

/// What a window is opened with.
pub struct Start {
    /// Folders and settings.
    pub ground: Ground,
    /// What the vault is unlocked with.
    pub means: Means,
    /// No colours.
    pub plain: bool,
    /// Signs in ASCII.
    pub ascii: bool,
    /// Show a throw-away vault of invented tokens.
    pub demo: bool,
}

/// The signals that are heard: those that end the program, the one that stops it, and those after which the terminal is
/// another one.
const SIGNALS: [i32; 8] = [SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGCONT, SIGWINCH, Heard::MARK];

/// Opens the window, and comes back when it is closed. The terminal is given back, whatever happens.
///
/// # Errors
/// Settings of the window that make no sense, and a terminal that cannot be used.
pub fn run(start: Start) -> Result<(), Error> {
    // It stays for days, and each of its writes has the whole database in memory for a moment.
    process::settle_memory();
    let model = model(&start)?;
    let (post, letters) = post::post().map_err(broken)?;
    let lent = Arc::new(AtomicBool::new(false));
    let heard = Arc::new(Heard::new());
    listen(post.clone(), Arc::clone(&lent), Arc::clone(&heard)).map_err(broken)?;
    let mut terminal = Terminal::take().map_err(broken)?;
    let worker = Worker::start(start.ground, start.means, post, terminal.pen());
    let mut window =
        Window { model, worker, letters, input: Input::default(), lent, heard, ended_by: None, stale: true };
    let first = if start.demo {
        Some(Request::Demo)
    } else {
        matches!(window.model.front(), Some(Screen::Unlock(_))).then_some(Request::Unlock)
    };
    let first = first.map(Effect::Ask).into_iter().collect();
    let ran =
        window.carry_out(first, &mut terminal).and_then(|ended| if ended { Ok(()) } else { window.go(&mut terminal) });
    let Window { worker, letters, ended_by, .. } = window;
    drop(terminal);
    // The demo's folder goes with its session, and that with the worker.
    drop(worker);
    letters.wait_for_silence(std::time::Duration::from_secs(2));
    if let Some(signal) = ended_by {
        // As if nobody had listened: whoever sent it sees what became of it.
        let _ends = signal_hook::low_level::emulate_default_handler(signal);
    }
    ran.map_err(broken)
}

fn broken(error: io::Error) -> Error {
    Error::io("use", Path::new("the terminal"))(error)
}

/// The window as it is at first.
fn model(start: &Start) -> Result<Model, Error> {
    let Ground { paths, config, .. } = &start.ground;
    let themes = paths.config.join("themes");
    let var = |name: &str| std::env::var(name).ok();
    let theme = match config.tui.theme.as_str() {
        _ if start.plain => Theme::plain(),
        "auto" => Theme::load(Theme::fitting(var), &themes)?,
        name => Theme::load(name, &themes)?,
    };
    let keymap = Keymap::read(&paths.config.join("keys.toml"))?;
    let at = At { now: clock::now(), passed: clock::passed() };
    let mut model = Model::new(at, (80, 24), theme, start.ascii, keymap, config.clone());
    model.shared.fitting = Theme::fitting(var);
    let own = Theme::names(&themes).into_iter();
    model.shared.themes = own.filter_map(|name| Theme::load(&name, &themes).ok()).collect();
    let no_vault = start.ground.vaults().is_empty() && start.ground.vault().is_err();
    model.stack.push(if no_vault && !start.demo {
        Screen::FirstRun(FirstRun::new(&config.vault, &paths.data.to_string_lossy()))
    } else {
        Screen::Unlock(Unlock::trying())
    });
    Ok(model)
}

/// Hears the system's signals, in a thread that sleeps until one comes.
fn listen(post: Post, lent: Arc<AtomicBool>, heard: Arc<Heard>) -> io::Result<()> {
    let mut signals = Signals::new(SIGNALS)?;
    std::thread::spawn(move || {
        for signal in signals.forever() {
            match signal {
                Heard::MARK => heard.mark(),
                // While somebody else has the terminal, its keys are theirs, and its size is looked at later. Who stops stops with
                // them, so that the shell goes on.
                SIGINT | SIGQUIT | SIGWINCH | SIGCONT if lent.load(Ordering::SeqCst) => {}
                SIGTSTP if lent.load(Ordering::SeqCst) => drop(kill_process(getpid(), Signal::STOP)),
                signal => post.send(Letter::Signal(signal)),
            }
        }
    });
    Ok(())
}

/// Everything that the loop works with.
struct Window {
    model: Model,
    worker: Worker,
    letters: post::Box,
    input: Input,
    /// Somebody else has the terminal.
    lent: Arc<AtomicBool>,
    /// How far the thread that hears signals has come.
    heard: Arc<Heard>,
    /// The signal that ended it.
    ended_by: Option<i32>,
    /// What is drawn is not what is.
    stale: bool,
}

impl Window {
    fn go(&mut self, terminal: &mut Terminal) -> io::Result<()> {
        self.model.shared.size = terminal.size();
        loop {
            if std::mem::take(&mut self.stale) {
                terminal.draw(&self.model)?;
            }
            let woken = self.letters.wait(stdin(), self.model.next_change())?;
            let at = At { now: clock::now(), passed: clock::passed() };
            let changes = self.model.next_change().is_some();
            let mut effects = update(&mut self.model, Message::Tick(at));
            self.stale |= changes;
            if woken.gone && !woken.input {
                return Ok(());
            }
            let read = if woken.input { self.input.read()? } else { vec![] };
            for message in read {
                self.stale = true;
                effects.extend(update(&mut self.model, message));
            }
            if self.carry_out(effects, terminal)? || self.take_letters(terminal)? {
                return Ok(());
            }
        }
    }

    /// Takes what other threads sent. Whether the window is to be closed.
    fn take_letters(&mut self, terminal: &mut Terminal) -> io::Result<bool> {
        while let Some(letter) = self.letters.take() {
            let effects = match letter {
                Letter::Reply(reply) => {
                    self.stale = true;
                    update(&mut self.model, Message::Reply(reply))
                }
                Letter::Signal(SIGTSTP) => vec![Effect::Suspend],
                Letter::Signal(SIGWINCH | SIGCONT) => {
                    self.stale = true;
                    terminal.wipe()?;
                    let (columns, rows) = terminal.size();
                    update(&mut self.model, Message::Resize(columns, rows))
                }
                Letter::Signal(signal) => {
                    self.ended_by = Some(signal);
                    return Ok(true);
                }
            };
            if self.carry_out(effects, terminal)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Does what is to be done outside. Whether the window is to be closed.
    fn carry_out(&mut self, effects: Vec<Effect>, terminal: &mut Terminal) -> io::Result<bool> {
        let mut effects = std::collections::VecDeque::from(effects);
        while let Some(effect) = effects.pop_front() {
            self.stale = true;
            match effect {
                Effect::Quit => return Ok(true),
                Effect::Ask(request) => {
                    if let Err(request) = self.worker.ask(request) {
                        effects.extend(update(&mut self.model, Message::Busy(Box::new(request))));
                    }
                }
                Effect::Answer(answer) => self.worker.answer(answer),
                Effect::Redraw => {
                    terminal.wipe()?;
                    terminal.draw(&self.model)?;
                }
                Effect::Suspend => {
                    terminal.lend(|| kill_process(getpid(), Signal::STOP))??;
                    self.model.shared.size = terminal.size();
                    effects.extend(update(&mut self.model, Message::Back));
                }
                Effect::Editor(written) => {
                    self.lent.store(true, Ordering::SeqCst);
                    let failed = |left| move |error: Error| (message::Fault::of(&error), left);
                    let sheet = || {
                        let sheet = ops::Sheet::new(&written.folder, &written.text).map_err(failed(None))?;
                        sheet.edit().map_err(|error| failed(sheet.left())(error))
                    };
                    let text = terminal.lend(sheet);
                    self.heard.catch_up();
                    self.lent.store(false, Ordering::SeqCst);
                    let text = text?;
                    self.model.shared.size = terminal.size();
                    let at = At { now: clock::now(), passed: clock::passed() };
                    effects.extend(update(&mut self.model, Message::Edited(written, text, at)));
                }
            }
        }
        Ok(false)
    }
}

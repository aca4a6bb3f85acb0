//! The terminal: taken, drawn on, and given back, whatever happens.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal as Ratatui, TerminalOptions, Viewport};
use zeroize::Zeroize;

use super::frame;
use super::model::Model;

/// The other screen, pasted text in brackets, clicks and drags of the mouse (not its every move), a hidden cursor.
const TAKE: &str = "\x1b[?1049h\x1b[?2004h\x1b[?1000h\x1b[?1002h\x1b[?1006h\x1b[?25l";
/// All of it back.
const GIVE_BACK: &str = "\x1b[?1006l\x1b[?1002l\x1b[?1000l\x1b[?2004l\x1b[?25h\x1b[0m\x1b[?1049l";
/// Nothing is left of what was there.
const CLEAR: &str = "\x1b[0m\x1b[2J";
/// What is between these two appears at once, where the terminal knows of it.
const BEGIN: &str = "\x1b[?2026h";
const END: &str = "\x1b[?2026l";

/// Whoever holds it writes to the terminal, and nobody else does: a copy that is sent to it never lands in a frame.
pub type Pen = Arc<Mutex<()>>;

/// The terminal, taken. It is given back when this goes.
pub struct Terminal {
    ratatui: Ratatui<CrosstermBackend<Out>>,
    pen: Pen,
}

impl Terminal {
    /// Takes the terminal. A panic gives it back first, also one that ends the program at once.
    pub fn take() -> io::Result<Self> {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            give_back();
            before(panic);
            // As the released program does, whichever thread it was: a window without a vault behind it helps nobody.
            std::process::abort();
        }));
        let mut terminal = Self { ratatui: fresh(size())?, pen: Pen::default() };
        terminal.take_again()?;
        Ok(terminal)
    }

    fn take_again(&mut self) -> io::Result<()> {
        enable_raw_mode()?;
        write(TAKE)?;
        self.wipe()
    }

    /// Gives it back for as long as something else takes. Nobody writes to it meanwhile.
    pub fn lend<T>(&mut self, to: impl FnOnce() -> T) -> io::Result<T> {
        let held = self.pen.lock().unwrap_or_else(PoisonError::into_inner);
        give_back();
        let came = to();
        drop(held);
        self.take_again()?;
        Ok(came)
    }

    /// The pen that it is drawn with.
    pub fn pen(&self) -> Pen {
        Arc::clone(&self.pen)
    }

    /// Columns and rows.
    pub fn size(&self) -> (u16, u16) {
        size()
    }

    /// Draws the window: what is different from what is there.
    pub fn draw(&mut self, model: &Model) -> io::Result<()> {
        let _held = self.pen.lock().unwrap_or_else(PoisonError::into_inner);
        self.ratatui.draw(|frame| frame::draw(frame, model)).map(drop)
    }

    /// Wipes the screen, and what is remembered of it, for a window of the size that there is now.
    pub fn wipe(&mut self) -> io::Result<()> {
        let _held = self.pen.lock().unwrap_or_else(PoisonError::into_inner);
        // Both of the frames that it compares.
        self.ratatui.swap_buffers();
        self.ratatui.swap_buffers();
        self.ratatui = fresh(size())?;
        write(CLEAR)
    }
}

/// For a window of that size, and no other: ratatui would ask the terminal for its cursor when it finds another one, and the
/// answer would come between the keys.
fn fresh((columns, rows): (u16, u16)) -> io::Result<Ratatui<CrosstermBackend<Out>>> {
    let viewport = Viewport::Fixed(Rect::new(0, 0, columns, rows));
    Ratatui::with_options(CrosstermBackend::new(Out::default()), TerminalOptions { viewport })
}

fn size() -> (u16, u16) {
    crossterm::terminal::size().unwrap_or((80, 24))
}

impl Drop for Terminal {
    fn drop(&mut self) {
        give_back();
    }
}

/// Gives the terminal back. Twice does no harm.
fn give_back() {
    // Where it is gone, nobody is left to see it.
    let _gone = write(GIVE_BACK);
    let _gone = disable_raw_mode();
}

fn write(text: &str) -> io::Result<()> {
    write_all(text.as_bytes())
}

/// Past the standard library's own buffer, which keeps what went through it.
fn write_all(mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match rustix::io::write(rustix::stdio::stdout(), bytes) {
            Ok(count) => bytes = bytes.get(count..).unwrap_or_default(),
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// A frame on its way to the terminal: it goes in one piece, and is wiped, since there may be a secret in it.
#[derive(Default)]
struct Out {
    frame: Vec<u8>,
}

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        const ROOM: usize = 1 << 16;
        if self.frame.is_empty() {
            self.frame.reserve(ROOM);
            self.frame.extend(BEGIN.as_bytes());
        }
        if self.frame.len() + bytes.len() > self.frame.capacity() - END.len() {
            // It would move, and leave itself behind.
            self.send()?;
        }
        self.frame.extend(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.is_empty() {
            return Ok(());
        }
        self.frame.extend(END.as_bytes());
        self.send()
    }
}

impl Out {
    fn send(&mut self) -> io::Result<()> {
        let sent = write_all(&self.frame);
        self.frame.zeroize();
        sent
    }
}

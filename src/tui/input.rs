//! What comes from the terminal, as messages. Nothing of it is kept: it may be a passphrase.

use std::io;

use crossterm::event as ours;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use termina::Parser;
use termina::event as theirs;
use zeroize::Zeroize;

use super::message::Message;
use crate::secret::Secret;

/// How much is read at once.
const READ_BYTES: usize = 4096;

/// The terminal's keys, mouse and pasted text.
pub struct Input {
    parser: Parser,
    bytes: Box<[u8; READ_BYTES]>,
}

impl Default for Input {
    fn default() -> Self {
        let mut input = Self { parser: Parser::default(), bytes: Box::new([0; READ_BYTES]) };
        // Room for the longest secret that is pasted, so that the parser's memory does not move under it.
        input.cover(crate::secret::SECRET_BYTES_MAX + READ_BYTES);
        input
    }
}

impl Input {
    /// Reads what is there.
    ///
    /// # Errors
    /// The terminal is gone.
    pub fn read(&mut self) -> io::Result<Vec<Message>> {
        let count = match rustix::io::read(rustix::stdio::stdin(), &mut self.bytes[..]) {
            Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => return Ok(vec![]),
            other => other?,
        };
        if count == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let (read, more) = (self.bytes.get(..count).unwrap_or_default(), more_is_there());
        self.parser.parse(read, more);
        self.bytes.zeroize();
        let mut messages = vec![];
        while let Some(event) = self.parser.pop() {
            messages.extend(message(event));
        }
        if !more {
            self.cover(count);
        }
        Ok(messages)
    }

    /// The parser keeps what it has read until something else comes to stand there: so that comes at once.
    fn cover(&mut self, count: usize) {
        const AROUND: [&[u8]; 2] = [b"\x1b[200~", b"\x1b[201~"];
        let cover = [AROUND[0], &vec![b' '; count], AROUND[1]].concat();
        self.parser.parse(&cover, false);
        while self.parser.pop().is_some() {}
    }
}

/// Whether more can be read at once: then what was read may end in the middle of something.
fn more_is_there() -> bool {
    let stdin = rustix::stdio::stdin();
    let mut fds = [PollFd::new(&stdin, PollFlags::IN)];
    poll(&mut fds, Some(&Timespec::default())).is_ok_and(|ready| ready > 0)
}

fn message(event: termina::Event) -> Option<Message> {
    match event {
        termina::Event::Key(key) if key.kind != theirs::KeyEventKind::Release => {
            Some(Message::Key(ours::KeyEvent::new(code(key.code)?, modifiers(key.modifiers))))
        }
        termina::Event::Mouse(mouse) => Some(Message::Mouse(ours::MouseEvent {
            kind: kind(mouse.kind)?,
            column: mouse.column,
            row: mouse.row,
            modifiers: modifiers(mouse.modifiers),
        })),
        termina::Event::Paste(text) => Some(Message::Paste(Secret::new(text))),
        _ => None,
    }
}

fn code(code: theirs::KeyCode) -> Option<ours::KeyCode> {
    use theirs::KeyCode as K;
    Some(match code {
        K::Char(c) => ours::KeyCode::Char(c),
        K::Enter => ours::KeyCode::Enter,
        K::Backspace => ours::KeyCode::Backspace,
        K::Tab => ours::KeyCode::Tab,
        K::BackTab => ours::KeyCode::BackTab,
        K::Escape => ours::KeyCode::Esc,
        K::Left => ours::KeyCode::Left,
        K::Right => ours::KeyCode::Right,
        K::Up => ours::KeyCode::Up,
        K::Down => ours::KeyCode::Down,
        K::Home => ours::KeyCode::Home,
        K::End => ours::KeyCode::End,
        K::PageUp => ours::KeyCode::PageUp,
        K::PageDown => ours::KeyCode::PageDown,
        K::Insert => ours::KeyCode::Insert,
        K::Delete => ours::KeyCode::Delete,
        K::Function(number) => ours::KeyCode::F(number),
        _ => return None,
    })
}

fn modifiers(held: theirs::Modifiers) -> ours::KeyModifiers {
    let pairs = [
        (theirs::Modifiers::SHIFT, ours::KeyModifiers::SHIFT),
        (theirs::Modifiers::CONTROL, ours::KeyModifiers::CONTROL),
        (theirs::Modifiers::ALT, ours::KeyModifiers::ALT),
    ];
    pairs.into_iter().filter(|(it, _)| held.contains(*it)).map(|(_, it)| it).collect()
}

fn kind(kind: theirs::MouseEventKind) -> Option<ours::MouseEventKind> {
    use theirs::MouseEventKind as K;
    let button = |button| match button {
        theirs::MouseButton::Left => ours::MouseButton::Left,
        theirs::MouseButton::Right => ours::MouseButton::Right,
        theirs::MouseButton::Middle => ours::MouseButton::Middle,
    };
    Some(match kind {
        K::Down(it) => ours::MouseEventKind::Down(button(it)),
        K::Up(it) => ours::MouseEventKind::Up(button(it)),
        K::Drag(it) => ours::MouseEventKind::Drag(button(it)),
        K::ScrollUp => ours::MouseEventKind::ScrollUp,
        K::ScrollDown => ours::MouseEventKind::ScrollDown,
        _ => return None,
    })
}

//! A line in which something is typed: shown, or hidden and wiped.

use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use secrecy::SecretString;
use tui_input::Input;
use tui_input::backend::crossterm::EventHandler;
use zeroize::{Zeroize, Zeroizing};

use super::pane::put;
use crate::secret::{NotASecret, SECRET_BYTES_MAX, Secret};
use crate::text::{escaped, width};
use crate::tui::model::Shared;
use crate::tui::theme::Role;

/// The longest text that a field takes, in bytes.
const TEXT_BYTES_MAX: usize = 4096;
/// The longest that nobody may see: the largest secret, and a line break behind it.
const HIDDEN_BYTES_MAX: usize = SECRET_BYTES_MAX + 2;

/// What is said where something else was pasted for a passphrase.
pub const NOT_ONE_LINE: &str = "That is not one line of text: nothing of it was taken.";

/// A line of text that is shown.
#[derive(Debug, Clone, Default)]
pub struct Field {
    input: Input,
    /// What stands in it is only offered: whatever is typed takes its place.
    offered: bool,
}

impl Field {
    /// A field with something in it.
    pub fn with(text: &str) -> Self {
        Self { input: Input::new(text.to_owned()), offered: false }
    }

    /// A field with something in it that goes where something else is typed, and stays where it is moved about in.
    pub fn offering(text: &str) -> Self {
        Self { offered: true, ..Self::with(text) }
    }

    /// What stands in it.
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Where the cursor stands, in characters.
    pub fn cursor(&self) -> usize {
        self.input.cursor()
    }

    /// Puts another text in it, with the cursor at its end.
    pub fn set(&mut self, text: &str) {
        *self = Self::with(text);
    }

    /// Takes a key. Whether the text is another one then.
    pub fn key(&mut self, event: KeyEvent) -> bool {
        let is_text = matches!(event.code, KeyCode::Char(_)) && !event.modifiers.contains(KeyModifiers::CONTROL);
        if self.text().len() >= TEXT_BYTES_MAX && is_text {
            return false;
        }
        if std::mem::take(&mut self.offered) && is_text {
            self.set("");
        }
        self.input.handle_event(&Event::Key(event)).is_some_and(|changed| changed.value)
    }

    /// Takes the first line of what was pasted.
    pub fn paste(&mut self, pasted: &Secret) {
        if std::mem::take(&mut self.offered) {
            self.set("");
        }
        let text = pasted.expose().lines().next().unwrap_or_default().chars().filter(|c| !c.is_control());
        for c in text.take(TEXT_BYTES_MAX.saturating_sub(self.text().len())) {
            self.input.handle(tui_input::InputRequest::InsertChar(c));
        }
    }

    /// Puts the cursor at a column of those that are drawn.
    pub fn put_cursor(&mut self, column: u16, columns: u16) {
        let wanted = self.skipped(columns) + usize::from(column);
        let mut used = 0;
        let before = self.text().chars().take_while(|c| {
            used += width(&escaped(c.encode_utf8(&mut [0; 4])));
            used <= wanted
        });
        let at = before.count();
        self.input.handle(tui_input::InputRequest::SetCursor(at));
    }

    /// How many columns of its beginning are not seen.
    fn skipped(&self, columns: u16) -> usize {
        self.columns_before().saturating_sub(usize::from(columns.saturating_sub(1)))
    }

    /// The columns before the cursor. Characters that are shown as escapes take more room than the text itself knows of.
    fn columns_before(&self) -> usize {
        let before: String = self.text().chars().take(self.cursor()).collect();
        width(&escaped(&before))
    }

    /// Draws it; with the cursor where it is being typed in.
    pub fn draw(&self, frame: &mut Frame, area: Rect, focused: bool, shared: &Shared) {
        let style = shared.style(Role::Field);
        frame.buffer_mut().set_style(area, style);
        if area.width < 2 {
            return;
        }
        let before = self.columns_before();
        let skip = self.skipped(area.width);
        let shown = escaped(self.text());
        let mut left = skip;
        let start = shown.char_indices().find(|(_, c)| {
            let wide = unicode_width::UnicodeWidthChar::width(*c).unwrap_or(0);
            let here = left == 0;
            left = left.saturating_sub(wide);
            here
        });
        let start = start.map_or(shown.len(), |(at, _)| at);
        put(frame.buffer_mut(), area.x, area.y, shown.get(start..).unwrap_or_default(), area.width, style, shared);
        if focused {
            let x = area.x + u16::try_from(before - skip).unwrap_or_default();
            frame.set_cursor_position(Position::new(x.min(area.right() - 1), area.y));
        }
    }
}

/// A line of text that nobody may see. It is never longer than its room, so that no copy of it is left behind.
pub struct Hidden {
    text: Zeroizing<String>,
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden(…)")
    }
}

impl Default for Hidden {
    fn default() -> Self {
        Self { text: Zeroizing::new(String::with_capacity(HIDDEN_BYTES_MAX)) }
    }
}

impl Hidden {
    /// Whether nothing stands in it.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Takes a key. Whether that was one for it.
    pub fn key(&mut self, event: KeyEvent) -> bool {
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        match event.code {
            KeyCode::Char('u') if ctrl => self.text.zeroize(),
            KeyCode::Char(c) if !ctrl => self.push(c),
            KeyCode::Backspace => {
                self.text.pop();
            }
            _ => return false,
        }
        true
    }

    /// Takes what was pasted, if it is one line that may have been typed: part of something else is no passphrase. Whether it was.
    pub fn paste(&mut self, pasted: &Secret) -> bool {
        // Whoever copies a line has its end as well.
        let line = pasted.expose().trim_end_matches(['\n', '\r']);
        let fits = self.text.len() + line.len() <= HIDDEN_BYTES_MAX && !line.contains(char::is_control);
        if fits {
            self.text.push_str(line);
        }
        fits
    }

    fn push(&mut self, c: char) {
        if self.text.len() + c.len_utf8() <= HIDDEN_BYTES_MAX && !c.is_control() {
            self.text.push(c);
        }
    }

    /// Takes all of what was pasted, also what cannot be in a secret: [`secret`](Self::secret) says so. Whether there was room.
    pub fn paste_all(&mut self, pasted: &Secret) -> bool {
        let pasted = pasted.expose();
        let fits = self.text.len() + pasted.len() <= HIDDEN_BYTES_MAX;
        if fits {
            self.text.push_str(pasted);
        }
        fits
    }

    /// How many characters it has.
    pub fn count(&self) -> usize {
        self.text.chars().count()
    }

    /// Wipes it.
    pub fn wipe(&mut self) {
        self.text.zeroize();
    }

    /// The secret that it is.
    ///
    /// # Errors
    /// Where it cannot be one.
    pub fn secret(&self) -> Result<Secret, NotASecret> {
        Secret::parse(self.text.as_bytes().to_vec())
    }

    /// What was typed, and the field is empty.
    pub fn take(&mut self) -> SecretString {
        let taken = SecretString::from(self.text.as_str().to_owned());
        self.text.zeroize();
        taken
    }

    /// Whether the same stands in both.
    pub fn is_same(&self, other: &Self) -> bool {
        *self.text == *other.text
    }

    /// What was typed so far.
    pub fn copy(&self) -> SecretString {
        SecretString::from(self.text.as_str().to_owned())
    }

    /// Draws a dot for each character.
    pub fn draw(&self, frame: &mut Frame, area: Rect, focused: bool, shared: &Shared) {
        let style = shared.style(Role::Field);
        frame.buffer_mut().set_style(area, style);
        if area.width < 2 {
            return;
        }
        let count = self.text.chars().count().min(usize::from(area.width - 1));
        let dot = if shared.ascii { "*" } else { "•" };
        frame.buffer_mut().set_stringn(area.x, area.y, dot.repeat(count), area.width.into(), style);
        if focused {
            frame.set_cursor_position(Position::new(area.x + u16::try_from(count).unwrap_or_default(), area.y));
        }
    }
}

//! Lines of `NAME=value`, with the quotes of a shell.

use std::borrow::Cow;

use crate::exchange::Place;
use crate::exchange::error::Bad;
use crate::exchange::wiped::Wiped;

/// One assignment.
pub struct Assignment<'a> {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The variable: letters, digits and `_`.
    pub name: &'a str,
    /// Its value without quotes and escapes.
    pub value: Wiped,
    /// It refers to another variable or a command. These are not followed: the value is not what a shell would make
    /// of it.
    pub refers: bool,
}

/// The assignments of a file, one after the other; comments and blank lines are passed over.
pub struct Assignments<'a> {
    rest: &'a str,
    line: u64,
}

impl<'a> Assignments<'a> {
    /// The assignments of a text.
    pub fn of(text: &'a str) -> Self {
        Self { rest: text, line: 1 }
    }

    /// The line that begins here, without its break.
    fn head(&self) -> &'a str {
        self.rest.split('\n').next().unwrap_or_default()
    }

    fn skip_line(&mut self) {
        self.rest = self.rest.split_once('\n').map_or("", |(_, rest)| rest);
        self.line += 1;
    }

    fn assignment(&mut self) -> Result<Assignment<'a>, Bad> {
        let line = self.line;
        let bad = |part: Option<String>, why| Bad { place: Place::Line(line), part, why: Cow::Borrowed(why) };
        let head = self.head();
        let Some((before, _)) = head.split_once('=') else {
            self.skip_line();
            return Err(bad(None, "it is neither NAME=value nor a comment"));
        };
        let name = before.trim();
        let name = name.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t'])).unwrap_or(name).trim();
        if !is_variable(name) {
            self.skip_line();
            return Err(bad(None, "what stands before '=' is no name of a variable"));
        }
        let value = self.rest.get(before.len() + 1..).unwrap_or_default();
        let mut scanner = Scanner::default();
        let Some(taken) = scanner.scan(value) else {
            self.rest = "";
            let character = before.chars().count() + 2 + scanner.opened;
            return Err(bad(Some(format!("character {character}")), "the quote that begins here is never closed"));
        };
        self.rest = value.get(taken..).unwrap_or_default();
        self.line += 1 + scanner.breaks;
        scanner.value.truncate(scanner.kept);
        Ok(Assignment { line, name, value: scanner.value, refers: scanner.refers })
    }
}

impl<'a> Iterator for Assignments<'a> {
    type Item = Result<Assignment<'a>, Bad>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.rest.is_empty() {
            let head = self.head().trim();
            if !head.is_empty() && !head.starts_with('#') {
                return Some(self.assignment());
            }
            self.skip_line();
        }
        None
    }
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[derive(Clone, Copy, PartialEq, Eq, Default)]
enum Quote {
    #[default]
    None,
    Single,
    Double,
}

/// Reads one value.
#[derive(Default)]
struct Scanner {
    value: Wiped,
    /// How much of the value stays: spaces at its end, outside quotes, do not.
    kept: usize,
    quote: Quote,
    /// Where the latest quote was opened: how many characters after the sign.
    opened: usize,
    /// How many lines the value goes on for.
    breaks: u64,
    refers: bool,
}

impl Scanner {
    /// How many bytes the value and the end of its line take; `None` where a quote stays open.
    fn scan(&mut self, text: &str) -> Option<usize> {
        let mut chars = text.char_indices().enumerate().peekable();
        // A quote opens at the start or where another ended, as in 'it'\''s'. In the middle of a word it is part of it:
        // that is how most readers of such files have it, and an apostrophe must not swallow the lines that follow.
        let mut joint = true;
        let mut spaced = false;
        while let Some((count, (at, c))) = chars.next() {
            let next = chars.peek().map(|&(_, (_, next))| next);
            match (self.quote, c) {
                (Quote::None, '\n') => return Some(at + 1),
                (Quote::None, '#') if spaced => {
                    let rest = text.get(at..).unwrap_or_default();
                    return Some(at + rest.find('\n').map_or(rest.len(), |end| end + 1));
                }
                (Quote::None, '\'' | '"') if joint => {
                    self.quote = if c == '"' { Quote::Double } else { Quote::Single };
                    self.opened = count;
                }
                (Quote::Single, '\'') | (Quote::Double, '"') => (self.quote, joint) = (Quote::None, true),
                (Quote::None | Quote::Double, '\\') if next.and_then(|next| self.escaped(next)).is_some() => {
                    let escape = chars.next().and_then(|(_, (_, next))| self.escaped(next));
                    self.keep(escape.unwrap_or(c));
                    joint = true;
                }
                // Spaces count between words only; before the first one there is nothing yet to keep.
                (Quote::None, c) if c.is_whitespace() && self.kept == 0 => {}
                (Quote::None, c) if c.is_whitespace() => self.value.push(c.encode_utf8(&mut [0; 4])),
                (quote, c) => {
                    self.refers |= quote != Quote::Single && is_reference(c, next);
                    self.breaks += u64::from(c == '\n');
                    self.keep(c);
                    joint = false;
                }
            }
            spaced = self.quote == Quote::None && c.is_whitespace();
        }
        (self.quote == Quote::None).then_some(text.len())
    }

    fn keep(&mut self, c: char) {
        self.value.push(c.encode_utf8(&mut [0; 4]));
        self.kept = self.value.len();
    }

    /// What a backslash and this character mean together, where they mean anything.
    fn escaped(&self, next: char) -> Option<char> {
        match (self.quote, next) {
            (Quote::Double, 'n') => Some('\n'),
            (Quote::Double, 'r') => Some('\r'),
            (Quote::Double, 't') => Some('\t'),
            (_, '\\' | '"' | '$' | '`') | (Quote::None, '\'' | ' ' | '#') => Some(next),
            _ => None,
        }
    }
}

fn is_reference(c: char, next: Option<char>) -> bool {
    c == '`' || (c == '$' && next.is_some_and(|next| next.is_ascii_alphabetic() || "_{(".contains(next)))
}

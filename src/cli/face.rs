//! The only place that prints: results on standard output, everything else on standard error.

use std::io::{self, IsTerminal, Write};

use crate::config::Color;
use crate::exchange::Pieces;
use crate::fault::{Explain, Kind};
use crate::ops::Error;
use crate::secret::Secret;
use crate::text::{escaped, without_middle, wrapped};
use crate::token::status::Status;

/// The longest line beside the result. Words of the person's own are in it, and those may be of any length.
const LINE_CHARS_MAX: usize = 1000;
/// What stands before an error.
const ERROR: &str = "error: ";

/// What a process ends with. `1` and more are errors, but for `4`, which is an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// 0: done.
    Done,
    /// 1: it was tried and did not work.
    Failed,
    /// 2: the question was wrong.
    Usage,
    /// 3: the vault is locked, or the person said no.
    Locked,
    /// 4: the answer is "due" or "dead"; for scripts.
    Answer,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Locked => 3,
            Self::Answer => 4,
        }
    }

    /// What an error of some kind ends with.
    fn of(kind: Kind) -> Self {
        match kind {
            Kind::Failed => Self::Failed,
            Kind::Usage => Self::Usage,
            Kind::Locked => Self::Locked,
        }
    }
}

/// How a text is meant; what colour that is stands in [`Role::code`] alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Nothing special.
    Plain,
    /// Headings, and what is less important.
    Quiet,
    /// Well.
    Good,
    /// Soon not.
    Soon,
    /// Not well.
    Bad,
}

impl Role {
    /// The role of a status.
    pub(super) fn of(status: Status) -> Self {
        match status {
            Status::Dead | Status::Expired => Self::Bad,
            Status::Expiring | Status::Owed => Self::Soon,
            Status::Unknown => Self::Quiet,
            Status::Alive => Self::Good,
        }
    }

    /// The SGR parameter: colours of the terminal's own palette only.
    fn code(self) -> &'static str {
        match self {
            Self::Plain => "0",
            Self::Quiet => "2",
            Self::Good => "32",
            Self::Soon => "33",
            Self::Bad => "31",
        }
    }
}

/// Where and how a command prints.
pub(super) struct Face {
    out_color: bool,
    err_color: bool,
    /// Signs in ASCII.
    pub(super) ascii: bool,
    /// Columns of standard output; `None` where lines may be as long as they like.
    pub(super) width: Option<usize>,
    /// The same of standard error.
    err_width: Option<usize>,
    /// Standard output is a terminal.
    pub(super) out_is_terminal: bool,
    /// What could not be printed because the reader went away, or the disk is full.
    failed: Option<io::Error>,
}

impl Face {
    /// Looks at the streams and the environment.
    pub(super) fn new(color: Color, ascii: bool) -> Self {
        let (out, err) = (io::stdout(), io::stderr());
        let plain = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty())
            || std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colored = |is_terminal: bool| match color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => is_terminal && !plain,
        };
        Self {
            out_color: colored(out.is_terminal()),
            err_color: colored(err.is_terminal()),
            ascii,
            width: width(out.is_terminal(), &out),
            err_width: width(err.is_terminal(), &err).filter(|_| err.is_terminal()),
            out_is_terminal: out.is_terminal(),
            failed: None,
        }
    }

    /// Whether standard output is coloured.
    pub(super) fn is_colored(&self) -> bool {
        self.out_color
    }

    /// Prints a line of the result. What came from outside must have been escaped.
    pub(super) fn line(&mut self, text: &str) {
        self.bytes(text.as_bytes());
        self.bytes(b"\n");
    }

    /// Prints a sentence of the result, broken between words where a person reads it. What came from outside must have been
    /// escaped.
    pub(super) fn prose(&mut self, text: &str) {
        self.labelled(Role::Plain, "", text);
    }

    /// The same with a coloured word before it.
    pub(super) fn labelled(&mut self, role: Role, label: &str, text: &str) {
        let line = format!("{label}{text}");
        let line = match self.width.filter(|_| self.out_is_terminal) {
            Some(columns) => wrapped(&line, columns),
            None => line,
        };
        let (label, rest) = line.split_at(label.len());
        self.line(&format!("{}{rest}", self.painted(role, label)));
    }

    /// A piece of text for [`Face::line`], coloured by its role.
    pub(super) fn painted(&self, role: Role, text: &str) -> String {
        paint(self.out_color, role, text)
    }

    /// The same at the end of a longer text.
    pub(super) fn paint_onto(&self, out: &mut String, role: Role, text: &str) {
        if self.out_color { out.push_str(&self.painted(role, text)) } else { out.push_str(text) }
    }

    /// Prints bytes of the result as they are.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.print(|out| out.write_all(bytes));
    }

    /// Prints a file that was put together.
    pub(super) fn pieces(&mut self, pieces: &Pieces) {
        self.print(|out| pieces.write_to(out));
    }

    fn print(&mut self, write: impl FnOnce(&mut dyn Write) -> io::Result<()>) {
        if self.failed.is_none()
            && let Err(error) = write(&mut io::stdout().lock())
        {
            self.failed = Some(error);
        }
    }

    /// Prints a secret: with a line break where a person reads it, without where a program does.
    pub(super) fn secret(&mut self, secret: &Secret) {
        self.bytes(secret.expose().as_bytes());
        if self.out_is_terminal {
            self.bytes(b"\n");
        }
    }

    /// Prints a document of the result: JSON, one line in front of the next.
    pub(super) fn json(&mut self, value: &impl serde::Serialize) {
        let text = serde_json::to_string_pretty(value).unwrap_or_default();
        self.line(&text);
    }

    /// Says what was done, or what to do next, beside the result.
    pub(super) fn say(&self, text: &str) {
        self.tell(Role::Plain, "", text);
    }

    /// Shows how far something is, on a line of its own that is gone with the next one. Only to a person.
    pub(super) fn progress(&self, text: Option<&str>) {
        if self.err_width.is_some() {
            let _nobody_reads_it = write!(io::stderr().lock(), "\r\x1b[K{}", text.unwrap_or_default());
        }
    }

    /// Warns.
    pub(super) fn warn(&self, text: &str) {
        self.tell(Role::Soon, "warning: ", text);
    }

    /// Gives the next step.
    pub(super) fn hint(&self, text: &str) {
        self.tell(Role::Quiet, "hint: ", text);
    }

    /// Tells an error, and what to do about it.
    pub(super) fn report(&self, error: &Error) -> Exit {
        self.tell(Role::Bad, ERROR, &error.to_string());
        if let Some(hint) = error.hint() {
            self.hint(&hint);
        }
        Exit::of(error.kind())
    }

    /// Ends the output. A reader that went away early (`| head`) is no error; a full disk is.
    pub(super) fn finish(mut self, exit: Exit) -> Exit {
        if self.failed.is_none() {
            self.failed = io::stdout().lock().flush().err();
        }
        match self.failed.take() {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => {
                self.tell(Role::Bad, ERROR, &format!("could not write the result: {error}"));
                Exit::Failed
            }
            _ => exit,
        }
    }

    fn tell(&self, role: Role, label: &str, text: &str) {
        let mut err = io::stderr().lock();
        for (at, line) in text.lines().enumerate() {
            // Escaped once more, whoever forgot to: what is escaped already stays as it is.
            let line = escaped(line);
            let line = without_middle(&line, LINE_CHARS_MAX);
            let line = if at == 0 { format!("{label}{line}") } else { line.into_owned() };
            let line = match self.err_width {
                Some(columns) => wrapped(&line, columns),
                None => line,
            };
            // Coloured when it is as long as it will be: the codes take no columns.
            let (label, rest) = line.split_at(if at == 0 { label.len() } else { 0 });
            let _nobody_reads_it = writeln!(err, "{}{rest}", paint(self.err_color, role, label));
        }
    }
}

fn paint(color: bool, role: Role, text: &str) -> String {
    if !color || role == Role::Plain || text.is_empty() {
        return text.to_owned();
    }
    format!("\x1b[{}m{text}\x1b[0m", role.code())
}

/// `COLUMNS` where it is set, else the terminal's own width, else none.
fn width(is_terminal: bool, stream: &impl std::os::fd::AsFd) -> Option<usize> {
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|&columns| columns > 0);
    if told.is_some() || !is_terminal {
        return told;
    }
    let size = rustix::termios::tcgetwinsize(stream).ok()?;
    Some(usize::from(size.ws_col)).filter(|&columns| columns > 0)
}

/// What clap says of a command line it does not understand, safe on a terminal: the person's own words are in it.
pub(super) fn usage_error(rendered: &str) {
    let mut err = io::stderr().lock();
    for line in rendered.lines() {
        let _nobody_reads_it = writeln!(err, "{}", without_middle(&escaped(line), LINE_CHARS_MAX));
    }
}

//! Asking a person, on the terminal they sit at, whatever standard input and output are connected to.

mod question;

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Read, Write};
use std::sync::Arc;

use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::ops::Error;
use crate::text::escaped;
use crate::vault::{Prompt, Prompts};
use question::{INTERRUPT, Question};
pub(super) use question::{end_by_interrupt, on_interrupt};

/// The longest answer that is taken, in bytes: room for the longest secret.
const ANSWER_BYTES_MAX: usize = crate::secret::SECRET_BYTES_MAX + 2;

/// What was answered.
pub(super) enum Answer {
    /// This.
    Given(Zeroizing<Vec<u8>>),
    /// The person ended the question with Ctrl-C or Ctrl-D.
    Cancelled,
    /// Nobody could be asked.
    NoTerminal,
}

/// The terminal of whoever runs the command.
pub(super) struct Terminal {
    /// Nothing is to be asked.
    silent: bool,
}

impl Terminal {
    /// The terminal, or nobody where questions are not wanted.
    pub(super) fn new(no_input: bool) -> Self {
        Self { silent: no_input }
    }

    /// The same, to be shared with whatever has to ask while a vault is unlocked.
    pub(super) fn prompts(no_input: bool) -> Prompts {
        Arc::new(Self::new(no_input))
    }

    /// Nothing is to be asked, whoever is there.
    pub(super) fn is_silent(&self) -> bool {
        self.silent
    }

    /// A window can be opened here: somebody may be asked, types into it, and sees it.
    pub(super) fn takes_window(&self) -> bool {
        !self.silent && io::stdin().is_terminal() && io::stdout().is_terminal()
    }

    /// Asks for something that is not shown while it is typed.
    pub(super) fn hidden(&self, question: &str) -> Answer {
        self.ask(question, false)
    }

    /// Asks for something that is. `None` where nobody can be asked.
    ///
    /// # Errors
    /// The person ended the question, or what they typed is not text.
    pub(super) fn line(&self, question: &str) -> Result<Option<String>, Error> {
        let not_text = |_| Error::usage("the answer is not text", "use characters that your terminal knows");
        match self.ask(question, true) {
            Answer::Given(bytes) => String::from_utf8(bytes.to_vec()).map(Some).map_err(not_text),
            Answer::Cancelled => Err(Error::Cancelled),
            Answer::NoTerminal => Ok(None),
        }
    }

    /// Asks yes or no; only a clear yes is one. `None` where nobody can be asked.
    ///
    /// # Errors
    /// The person ended the question: not a no, after which something else may be asked.
    pub(super) fn yes(&self, question: &str) -> Result<Option<bool>, Error> {
        match self.ask(&format!("{question} [y/N] "), true) {
            Answer::Given(bytes) => Ok(Some(matches!(bytes.to_ascii_lowercase().as_slice(), b"y" | b"yes"))),
            Answer::Cancelled => Err(Error::Cancelled),
            Answer::NoTerminal => Ok(None),
        }
    }

    fn ask(&self, text: &str, shown: bool) -> Answer {
        if self.silent {
            return Answer::NoTerminal;
        }
        let Ok(mut tty) = open() else { return Answer::NoTerminal };
        let Ok(question) = Question::open(&tty, shown) else { return Answer::NoTerminal };
        let asked = tty.write_all(text.as_bytes()).and_then(|()| tty.flush());
        let mut line = asked.and_then(|()| read_line(&mut tty));
        if let (false, Ok(Some(line))) = (shown, &mut line)
            && question.drop_rest(&tty)
        {
            // Not what was dropped, but that there was something: no secret and no passphrase has two lines.
            line.push(b'\n');
            line.push(b'.');
        }
        drop(question);
        if !shown || !matches!(line, Ok(Some(_))) {
            // The line break that the person typed was not shown.
            let _only_looks = tty.write_all(b"\n");
        }
        match line {
            Ok(Some(bytes)) => Answer::Given(bytes),
            Ok(None) => Answer::Cancelled,
            Err(_) => Answer::NoTerminal,
        }
    }
}

impl Prompt for Terminal {
    fn is_there(&self) -> bool {
        !self.silent && open().is_ok()
    }

    fn say(&self, message: &str) {
        if let Ok(mut tty) = open() {
            let _nobody_sees_it = writeln!(tty, "{}", escaped(message));
        }
    }

    fn confirm(&self, question: &str, yes: &str, no: Option<&str>) -> Option<bool> {
        let choice = format!("y = {}, n = {}", escaped(yes), escaped(no.unwrap_or("no")));
        self.yes(&format!("{} ({choice})", escaped(question))).ok().flatten()
    }

    fn text(&self, question: &str) -> Option<String> {
        self.line(&format!("{} ", escaped(question).trim_end())).ok().flatten()
    }

    fn passphrase(&self, question: &str) -> Option<SecretString> {
        let question = format!("{} ", escaped(question.trim_end()));
        match self.hidden(&question) {
            Answer::Given(bytes) => Some(SecretString::from(String::from_utf8_lossy(&bytes).into_owned())),
            Answer::Cancelled | Answer::NoTerminal => None,
        }
    }
}

fn open() -> io::Result<File> {
    OpenOptions::new().read(true).write(true).open("/dev/tty")
}

/// Reads up to a line break, byte by byte: whatever stands behind it belongs to somebody else.
fn read_line(tty: &mut File) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    const QUIT: u8 = 28;
    /// Ctrl-Z: while a question is open, the program does not stop, and no answer has it in it.
    const SUSPEND: u8 = 26;
    const END: u8 = 4;
    const BACKSPACE: [u8; 2] = [8, 127];
    const KILL_LINE: u8 = 21;

    let mut line = Zeroizing::new(Vec::with_capacity(ANSWER_BYTES_MAX));
    let mut byte = [0];
    loop {
        if tty.read(&mut byte)? == 0 {
            return Ok(None);
        }
        match byte[0] {
            b'\n' | b'\r' => return Ok(Some(line)),
            INTERRUPT | QUIT => return Ok(None),
            END if line.is_empty() => return Ok(None),
            END | SUSPEND => {}
            KILL_LINE => line.clear(),
            c if BACKSPACE.contains(&c) => pop_character(&mut line),
            c if line.len() < ANSWER_BYTES_MAX => line.push(c),
            _ => {}
        }
    }
}

fn pop_character(line: &mut Vec<u8>) {
    while line.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
}

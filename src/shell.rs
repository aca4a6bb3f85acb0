//! A person's command line, run by the shell with a secret: on its standard input, or in a variable of its environment. What
//! it prints comes back line by line, without the secret.

use std::io::{self, Read, Write};
use std::process::{ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use crate::secret::{SECRET_BYTES_MAX, Secret};

/// What unlocks a vault is no business of a command that gets one secret of it.
const NOT_PASSED_ON: [&str; 2] = ["PATVAULT_PASSPHRASE_FILE", "PATVAULT_IDENTITY"];
/// What is shown in the place of the secret.
const HIDDEN: &str = "[secret]";
/// How long is waited, once a command has ended, for what it left running to say no more.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// A longer line comes in several parts.
const LINE_BYTES_MAX: usize = 4096;
const READ_BYTES: usize = 4096;

/// Runs a command line to its end, and hands on each line that it prints on either stream. `env` is the name of the variable
/// that holds the secret; without one, the secret is its standard input, with nothing behind it. It may leave that unread.
///
/// It is this process's child like any other: in the same folder and terminal, so that Ctrl-C ends both.
///
/// # Errors
/// There is no shell that could be started.
pub fn run(command: &str, env: Option<&str>, secret: &Secret, mut heard: impl FnMut(&str)) -> io::Result<ExitStatus> {
    let mut shell = Command::new("sh");
    shell.arg("-c");
    match env {
        None => shell.arg(command),
        // A shell in between reads the secret, so that no block of environment is made of it here, where it could not be wiped.
        Some(name) => {
            shell.arg(format!("IFS= read -r {name} && export {name} && exec sh -c \"$0\" </dev/null")).arg(command)
        }
    };
    for name in NOT_PASSED_ON {
        shell.env_remove(name);
    }
    let mut child = shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (to_us, events) = channel();
    if let Some(stdin) = child.stdin.take() {
        let (secret, line) = (secret.clone(), env.is_some());
        thread::spawn(move || feed(stdin, &secret, line));
    }
    let mut open = 0;
    let streams = [
        child.stdout.take().map(|out| Box::new(out) as Box<dyn Read + Send>),
        child.stderr.take().map(|err| Box::new(err) as _),
    ];
    for stream in streams.into_iter().flatten() {
        let (veil, to_us) = (Veil::over(secret.clone()), to_us.clone());
        thread::spawn(move || listen(stream, veil, &to_us));
        open += 1;
    }
    thread::spawn(move || to_us.send(Event::Ended(child.wait())));
    let mut ended: Option<(ExitStatus, Instant)> = None;
    loop {
        let event = match ended {
            Some((status, _)) if open == 0 => return Ok(status),
            Some((status, until)) => match events.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(event) => event,
                // What it left running keeps the streams open, and is not waited for.
                Err(_) => return Ok(status),
            },
            None => events.recv().map_err(io::Error::other)?,
        };
        match event {
            Event::Line(line) => heard(&line),
            Event::Closed => open -= 1,
            Event::Ended(status) => ended = Some((status?, Instant::now() + LAST_WORDS)),
        }
    }
}

enum Event {
    Line(String),
    Closed,
    Ended(io::Result<ExitStatus>),
}

/// Nobody has to read it: a command may know what it wants by the end, or not want the secret at all.
fn feed(mut stdin: ChildStdin, secret: &Secret, line: bool) {
    let end: &[u8] = if line { b"\n" } else { b"" };
    let _left_unread = stdin.write_all(secret.expose().as_bytes()).and_then(|()| stdin.write_all(end));
}

fn listen(mut stream: impl Read, mut veil: Veil, to_us: &Sender<Event>) {
    let mut buffer = Zeroizing::new([0; READ_BYTES]);
    let mut tell = |line| drop(to_us.send(Event::Line(line)));
    loop {
        match stream.read(&mut *buffer) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Ok(0) | Err(_) => break,
            Ok(many) => veil.take(buffer.get(..many).unwrap_or_default(), &mut tell),
        }
    }
    veil.end(&mut tell);
    drop(to_us.send(Event::Closed));
}

/// Takes a stream as it comes, and gives its lines without the secret, wherever reading parted it.
struct Veil {
    secret: Secret,
    held: Zeroizing<Vec<u8>>,
}

impl Veil {
    fn over(secret: Secret) -> Self {
        // As much as it will ever hold: a buffer that grows leaves its old self behind.
        let held = Zeroizing::new(Vec::with_capacity(LINE_BYTES_MAX + SECRET_BYTES_MAX + READ_BYTES));
        Self { secret, held }
    }

    fn take(&mut self, bytes: &[u8], tell: &mut impl FnMut(String)) {
        self.held.extend_from_slice(bytes);
        while let Some(at) = self.held.iter().position(|&byte| byte == b'\n') {
            tell(self.without_secret(at));
            self.held.drain(..=at);
        }
        // The secret may have begun in what stays.
        let kept = self.secret.expose().len().saturating_sub(1);
        if self.held.len() > LINE_BYTES_MAX + kept {
            let cut = self.held.len() - kept;
            let cut =
                self.places(self.held.len()).find(|(from, to)| *from < cut && *to > cut).map_or(cut, |(_, to)| to);
            tell(self.without_secret(cut));
            self.held.drain(..cut);
        }
    }

    fn end(&mut self, tell: &mut impl FnMut(String)) {
        if !self.held.is_empty() {
            tell(self.without_secret(self.held.len()));
        }
    }

    /// The first so many bytes, as text that may be shown.
    fn without_secret(&self, until: usize) -> String {
        let mut text = String::new();
        let mut from = 0;
        let part = |from: usize, to: usize| String::from_utf8_lossy(self.held.get(from..to).unwrap_or_default());
        for (start, end) in self.places(until) {
            text.push_str(&part(from, start));
            text.push_str(HIDDEN);
            from = end;
        }
        text.push_str(&part(from, until));
        text.truncate(text.trim_end_matches('\r').len());
        text
    }

    /// Where the secret stands in the first so many bytes.
    fn places(&self, until: usize) -> impl Iterator<Item = (usize, usize)> {
        let (secret, mut from) = (self.secret.expose().as_bytes(), 0);
        let text = self.held.get(..until).unwrap_or_default();
        std::iter::from_fn(move || {
            let rest = text.get(from..)?;
            let start = from + rest.windows(secret.len().max(1)).position(|some| some == secret)?;
            from = start + secret.len();
            Some((start, from))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "not-a-real-secret";

    /// What a command prints, and whether it did well.
    fn said(command: &str, env: Option<&str>) -> (Vec<String>, bool) {
        let mut lines = vec![];
        let status = run(command, env, &Secret::new(SECRET.into()), |line| lines.push(line.to_owned())).unwrap();
        (lines, status.success())
    }

    #[test]
    fn a_command_gets_the_secret_and_cannot_show_it() {
        let cases = [
            ("cat", None, "[secret]"),
            ("wc -c", None, "17"),
            ("cat; echo; cat", None, "[secret]"),
            ("printf '%s' \"$DEPLOY\" | wc -c", Some("DEPLOY"), "17"),
            ("printf 'a%sb%s' \"$DEPLOY\" \"$DEPLOY\"", Some("DEPLOY"), "a[secret]b[secret]"),
            ("cat; echo end", Some("DEPLOY"), "end"),
            ("echo \"${DEPLOY-unset}\"", None, "unset"),
            ("cat >&2", None, "[secret]"),
            ("printf 'crlf\\r\\n'", None, "crlf"),
            ("x='it'\"'\"'s'; echo \"$x $0\"", Some("DEPLOY"), "it's sh"),
        ];
        for (command, env, want) in cases {
            let (lines, well) = said(command, env);
            assert_eq!(
                (lines.iter().map(|line| line.trim()).collect::<Vec<_>>(), well),
                (vec![want], true),
                "{command}"
            );
        }
    }

    #[test]
    fn how_it_ends_is_told() {
        for (command, want) in
            [("exit 0", true), ("exit 3", false), ("no-such-command-here", false), ("kill -9 $$", false)]
        {
            assert_eq!(said(command, None).1, want, "{command}");
            assert_eq!(said(command, Some("DEPLOY")).1, want, "{command}");
        }
    }

    #[test]
    fn what_it_does_not_read_and_what_it_leaves_running_keep_nobody() {
        assert!(said("exec <&-; true", None).1);
        let (lines, well) = said("sleep 1000 & echo $!", None);
        assert!(well);
        assert!(Command::new("kill").arg(&lines[0]).status().unwrap().success(), "it was still running");
    }

    #[test]
    fn the_secret_is_hidden_wherever_reading_parts_it() {
        let secret = "abcab";
        let long = "y".repeat(3 * LINE_BYTES_MAX);
        for text in [format!("x{secret}x\n{secret}{secret}ab\nabca"), format!("{long}{secret}{long}\nab"), long.clone()]
        {
            for step in [1, 2, 3, 7, 4096] {
                let mut veil = Veil::over(Secret::new(secret.into()));
                let mut lines = String::new();
                for part in text.as_bytes().chunks(step) {
                    veil.take(part, &mut |line| lines.push_str(&line));
                }
                veil.end(&mut |line| lines.push_str(&line));
                assert_eq!(lines, text.replace(secret, HIDDEN).replace('\n', ""), "by {step}");
                assert!(veil.held.capacity() <= LINE_BYTES_MAX + SECRET_BYTES_MAX + READ_BYTES);
            }
        }
    }
}

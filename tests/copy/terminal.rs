//! The clipboard of a terminal: what arrives at it, byte by byte, from wherever patvault runs.

use std::fs;
use std::os::unix::fs::DirBuilderExt;

use super::pty::{End, Home, Visit};
use super::tools::tool;

/// What sets the clipboard to the secret of the token.
pub(super) const SENT: &str = "\x1b]52;c;bm90LWEtcmVhbC1zZWNyZXQ=\x07";
/// The same from tmux, which leaves the choice of the clipboard to the terminal.
pub(super) const SENT_BY_TMUX: &str = "\x1b]52;;bm90LWEtcmVhbC1zZWNyZXQ=\x07";
const HINT: &str = "hint: patvault cannot clear it there: copy something else afterwards";

/// Nothing was sent but this, once, and nothing asks for the clipboard.
#[track_caller]
pub(super) fn assert_sent(end: &End, sent: &str) {
    assert_eq!(end.seen.matches("\x1b]52;").count(), 1, "{}", end.seen);
    assert_eq!(end.seen.matches(sent).count(), 1, "{}", end.seen);
    assert!(!end.seen.contains(";?"), "{}", end.seen);
}

#[test]
fn as_it_is() {
    let home = Home::furnished();
    let identity = home.path("identity");
    let identity = ("PATVAULT_IDENTITY", identity.to_str().unwrap());
    let cases = [
        vec![identity],
        vec![identity, ("SSH_CONNECTION", "192.0.2.1 5 192.0.2.2 22")],
        // A display that came along is not asked.
        vec![identity, ("SSH_TTY", "/dev/pts/0"), ("DISPLAY", ":4711")],
        vec![identity, ("SSH_TTY", "/dev/pts/0"), ("WAYLAND_DISPLAY", "wayland-4711")],
        // One that does not answer is given up.
        vec![identity, ("DISPLAY", ":4711")],
    ];
    for vars in cases {
        let Some(visit) = home.visit_with(&["copy", "github/ci"], 120, &vars) else { return };
        let end = visit.ends();
        assert_eq!(end.code, Some(0), "{vars:?}: {}", end.seen);
        assert_sent(&end, SENT);
        let told = format!("{SENT}Sent github/ci to your terminal (it cannot confirm)\r\n");
        assert!(end.seen.starts_with(&told), "{vars:?}: {:?}", end.seen);
        assert!(end.lines().contains(&HINT.to_owned()), "{vars:?}: {}", end.seen);
    }
    assert!(home.done(&["history", "github/ci"], "").contains("copy github/ci"));
}

#[test]
fn into_a_pipe_goes_only_what_was_done() {
    let home = Home::furnished();
    let Some(visit) = home.visit_piped(&["copy", "github/ci"]) else { return };
    let end = visit.ends();
    assert_eq!(end.piped, "Sent github/ci to your terminal (it cannot confirm)\n");
    assert_sent(&end, SENT);
}

#[test]
fn a_terminal_without_a_clipboard_is_not_written_to() {
    let home = Home::furnished();
    for term in ["dumb", "linux", ""] {
        let Some(visit) = home.visit_with(&["copy", "github/ci"], 120, &[("TERM", term)]) else { return };
        let end = visit.ends();
        assert_eq!(end.code, Some(1));
        assert!(!end.seen.contains("\x1b]"), "{}", end.seen);
        assert!(end.seen.contains("has no clipboard"), "{}", end.seen);
    }
}

/// Whatever is typed in a home: a tmux, a screen, and what runs in them.
pub(super) struct Desk(pub(super) Home);

impl Desk {
    pub(super) fn new() -> Self {
        let home = Home::furnished();
        fs::DirBuilder::new().mode(0o700).create(home.path("sockets")).unwrap();
        Self(home)
    }

    /// Runs a script at a terminal of some name. What goes to `$OUT` can be read.
    pub(super) fn visit(&self, term: &str, vars: &[(&str, &str)], script: &str) -> Option<Visit> {
        let (sockets, out) = (self.0.path("sockets"), self.0.path("out"));
        let (sockets, out) = (sockets.to_str().unwrap(), out.to_str().unwrap());
        let identity = self.0.path("identity");
        let common = [
            ("PATVAULT_IDENTITY", identity.to_str().unwrap()),
            ("TERM", term),
            ("TMUX_TMPDIR", sockets),
            ("SCREENDIR", sockets),
            ("SHELL", "/bin/sh"),
            ("OUT", out),
        ];
        let all: Vec<_> = common.into_iter().chain(vars.iter().copied()).collect();
        self.0.visit_other("sh", &["-c", script], &all)
    }

    pub(super) fn out(&self) -> String {
        fs::read_to_string(self.0.path("out")).unwrap()
    }
}

/// In a tmux of that name: copies, says what happened and which buffers there are, and waits for a word before it ends.
pub(super) fn in_tmux(name: &str, script: &str) -> String {
    format!("tmux -L {name} -f /dev/null new-session '{script}'")
}

const COPY_AND_STAY: &str = "patvault copy github/ci >$OUT 2>&1; tmux list-buffers >>$OUT; echo ready; read word";

#[test]
fn through_tmux_which_keeps_nothing() {
    if tool("tmux").is_none() {
        return;
    }
    for option in ["external", "on"] {
        let desk = Desk::new();
        let script = format!("tmux set -s set-clipboard {option}; {COPY_AND_STAY}");
        let Some(mut visit) = desk.visit("xterm-256color", &[], &in_tmux("one", &script)) else { return };
        visit.sees(SENT_BY_TMUX).sees("ready").types("\n");
        assert_sent(&visit.ends(), SENT_BY_TMUX);
        assert_eq!(desk.out(), format!("Sent github/ci to your terminal (it cannot confirm)\n{HINT}\n"));
    }
}

#[test]
fn through_a_tmux_in_a_tmux() {
    if tool("tmux").is_none() {
        return;
    }
    let desk = Desk::new();
    let script = "patvault copy github/ci >$OUT 2>&1; tmux -L in list-buffers >>$OUT; tmux -L out list-buffers >>$OUT; \
                  echo ready; read word";
    // As people do who want one in the other.
    let nested = format!("env -u TMUX tmux -L in -f /dev/null new-session \"{}\"", script.replace('$', "\\$"));
    let Some(mut visit) = desk.visit("xterm-256color", &[], &in_tmux("out", &nested)) else { return };
    visit.sees(SENT_BY_TMUX).sees("ready").types("\n");
    assert_sent(&visit.ends(), SENT_BY_TMUX);
    assert_eq!(desk.out(), format!("Sent github/ci to your terminal (it cannot confirm)\n{HINT}\n"));
}

#[test]
fn through_a_tmux_that_is_elsewhere() {
    if tool("tmux").is_none() {
        return;
    }
    // As over SSH from a tmux: it cannot be asked, and what it needs is said.
    let desk = Desk::new();
    let script = "tmux set -s set-clipboard on; env -u TMUX -u TMUX_PANE SSH_TTY=/dev/pts/0 patvault copy github/ci 2>$OUT; \
                  echo ready; read word";
    let Some(mut visit) = desk.visit("xterm-256color", &[], &in_tmux("one", script)) else { return };
    visit.sees(SENT_BY_TMUX).sees("ready").types("\n");
    assert_sent(&visit.ends(), SENT_BY_TMUX);
    assert!(desk.out().contains("warning: another tmux or screen seems to be around this"), "{}", desk.out());
}

#[test]
fn a_tmux_that_cannot_is_said_with_what_would_help() {
    if tool("tmux").is_none() {
        return;
    }
    let cases = [
        ("xterm-256color", "tmux set -s set-clipboard off; ", "set-clipboard is off", "set -s set-clipboard external"),
        ("vt100", "", "its terminal (vt100) takes a copy", "set -as terminal-features ',vt100:clipboard'"),
    ];
    for (term, before, why, help) in cases {
        let desk = Desk::new();
        let script = format!("{before}patvault copy github/ci >$OUT 2>&1; echo $? >>$OUT; tmux list-buffers >>$OUT");
        let Some(visit) = desk.visit(term, &[], &in_tmux("one", &script)) else { return };
        assert!(!visit.ends().seen.contains("\x1b]52"));
        let out = desk.out();
        assert!(out.contains(why) && out.contains(help) && out.ends_with("\n1\n"), "{out}");
    }
    let desk = Desk::new();
    let script = "mkfifo $OUT.done; tmux -L one -f /dev/null new-session -d 'patvault copy github/ci >$OUT 2>&1; echo >$OUT.done'; \
                  cat $OUT.done";
    let Some(visit) = desk.visit("xterm-256color", &[], script) else { return };
    assert!(!visit.ends().seen.contains("\x1b]52"));
    assert!(desk.out().starts_with("error: no terminal is attached to this tmux\nhint: "), "{}", desk.out());
}

#[test]
fn in_tmux_whoever_attached_last_says_where_they_sit() {
    if tool("tmux").is_none() {
        return;
    }
    let ssh = ("SSH_CONNECTION", "192.0.2.1 5 192.0.2.2 22");
    let cases = [
        // The shell is from before, when somebody sat at the desktop.
        (vec![ssh], "env -u SSH_CONNECTION DISPLAY=:4711", "you came over SSH, and the terminal is where you sit"),
        // The shell is from before, when somebody came over SSH.
        (vec![], "env SSH_CONNECTION=before DISPLAY=:4711", "the desktop's clipboard cannot be reached"),
    ];
    for (vars, before, why) in cases {
        let desk = Desk::new();
        let script = format!("{before} patvault copy --test >$OUT 2>&1");
        let Some(visit) = desk.visit("xterm-256color", &vars, &in_tmux("one", &script)) else { return };
        visit.ends();
        let out = desk.out();
        let told = format!("A copy goes to your terminal: {why}\nIt goes through tmux, which is shown on /dev/");
        assert!(out.starts_with(&told), "{out}");
    }
}

#[test]
fn through_screen() {
    if tool("screen").is_none() {
        return;
    }
    let desk = Desk::new();
    let secret = "x".repeat(3000);
    desk.0.done(&["add", "github/long", "--stdin"], &secret);
    // Three bytes are four characters.
    let long = format!("\x1b]52;c;{}\x07", "eHh4".repeat(1000));
    for (token, sent) in [("ci", SENT), ("long", &long)] {
        let script =
            format!("exec screen -c /dev/null sh -c 'patvault copy {token} >$OUT 2>&1; echo ready; read word'");
        let Some(mut visit) = desk.visit("xterm-256color", &[], &script) else { return };
        visit.sees(sent).sees("ready").types("\n");
        assert_sent(&visit.ends(), sent);
        assert_eq!(desk.out(), format!("Sent github/{token} to your terminal (it cannot confirm)\n{HINT}\n"));
    }
}

#[test]
fn through_a_screen_in_a_tmux() {
    if tool("tmux").is_none() || tool("screen").is_none() {
        return;
    }
    let desk = Desk::new();
    let nested = format!("exec screen -c /dev/null sh -c \"{}\"", COPY_AND_STAY.replace('$', "\\$"));
    let Some(mut visit) = desk.visit("xterm-256color", &[], &in_tmux("one", &nested)) else { return };
    visit.sees(SENT_BY_TMUX).sees("ready").types("\n");
    assert_sent(&visit.ends(), SENT_BY_TMUX);
    assert_eq!(desk.out(), format!("Sent github/ci to your terminal (it cannot confirm)\n{HINT}\n"));

    // A tmux that shows something else by now, as far as it says: the screen is asked to pass it on.
    let desk = Desk::new();
    let nested = format!("screen -c /dev/null sh -c \"{}\"; true", COPY_AND_STAY.replace('$', "\\$"));
    let script = format!("tmux set -s set-clipboard on; {nested}");
    let Some(mut visit) = desk.visit("xterm-256color", &[], &in_tmux("one", &script)) else { return };
    visit.sees(SENT_BY_TMUX).sees("ready").types("\n");
    assert_sent(&visit.ends(), SENT_BY_TMUX);
    assert!(desk.out().contains("warning: another tmux or screen seems to be around this"), "{}", desk.out());
}

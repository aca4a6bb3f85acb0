//! The window where most people who came over SSH have it: in a tmux.

use super::display::Desktop;
use super::pty::Home;
use super::terminal::{Desk, SENT, SENT_BY_TMUX, assert_sent, in_tmux};
use super::tools::tool;

const SECRET: &str = "not-a-real-secret";

#[test]
fn in_tmux_a_copy_arrives_and_nothing_is_left_behind() {
    if tool("tmux").is_none() {
        return;
    }
    let desk = Desk::new();
    // What tmux keeps: buffers, and what can be scrolled back to, of both of its screens.
    let kept = "{ tmux list-buffers; tmux capture-pane -p -S - -J; } >>$OUT";
    let script = format!("echo before; patvault --no-agent; {kept}; echo ready; read word");
    let Some(mut visit) = desk.visit("xterm-256color", &[], &in_tmux("one", &script)) else { return };
    visit.shows("Tokens 1").types("r").shows("Secret, for").shows(SECRET);
    visit.types("r").types("\r").sees(SENT_BY_TMUX).shows("was sent to your terminal");
    // While the window is open: what tmux has of the screens before, and of this one.
    let mut tmux = std::process::Command::new("tmux");
    tmux.env("TMUX_TMPDIR", desk.0.path("sockets")).args(["-L", "one", "capture-pane", "-p", "-J", "-S", "-"]);
    let shown = String::from_utf8(super::tools::run(&mut tmux)).unwrap();
    assert!(shown.contains("was sent to your terminal") && !shown.contains(SECRET), "{shown}");
    visit.types("q").shows("ready");
    // The shell has its screen back, and what stood there.
    assert!(visit.screen().contains("before") && !visit.screen().contains("patvault  File"), "{}", visit.screen());
    visit.types("\n");
    assert_sent(&visit.ends(), SENT_BY_TMUX);
    let out = desk.out();
    assert!(out.trim_start().starts_with("before") && !out.contains(SECRET) && !out.contains("buffer0"), "{out}");
}

#[test]
fn what_can_be_scrolled_back_to_holds_no_secret() {
    let home = Home::furnished();
    let vars = [("PATVAULT_IDENTITY", home.path("identity")), ("SSH_CONNECTION", "here".into())];
    let vars: Vec<(&str, &str)> = vars.iter().map(|(name, value)| (*name, value.to_str().unwrap())).collect();
    let script = "seq 100; patvault --no-agent; echo ready; read word";
    let Some(mut visit) = home.visit_other("sh", &["-c", script], &vars) else { return };
    visit.shows("Tokens 1").types("r").shows(SECRET);
    visit.types("\r").sees(SENT).shows("was sent to your terminal");
    // It is still shown, when the window is left.
    assert!(visit.screen().contains(SECRET));
    visit.types("q").shows("ready");
    let kept = visit.scrollback();
    assert!(kept.contains("\n42\n") && kept.contains("ready") && !kept.contains(SECRET), "{kept}");
    visit.types("\n");
    assert_sent(&visit.ends(), SENT);
}

#[test]
fn on_a_desktop_the_command_of_a_place_is_copied() {
    let Some(desktop) = Desktop::x11() else { return };
    let home = Home::furnished();
    home.done(&["consumer", "add", "github/ci", "server", "--run", "cat > got it"], "");
    home.done(&["rotate", "github/ci", "--no-verify", "--stdin"], "not-a-real-secret-2");
    let identity = home.path("identity");
    let mut vars = vec![("PATVAULT_IDENTITY", identity.to_str().unwrap())];
    let display = desktop.vars();
    vars.extend(display.iter().map(|(name, value)| (*name, value.as_str())));
    let Some(mut visit) = home.visit_with(&["--no-agent"], 80, &vars) else { return };
    visit.shows("Tokens 1").types("3").shows("install").types("\r").shows("cat > got it");
    visit.types("y").shows("the command is copied");
    assert_eq!(desktop.paste().as_deref(), Some("cat > got it"));
    visit.types("\x1b").shows("Reminders - ").types("q");
    assert!(visit.ends().given_back);
    desktop.copy("foreign");
}

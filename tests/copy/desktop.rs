//! The desktop's clipboard, and the process that holds a copy there.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdout, Command, Stdio};

use super::display::Desktop;
use super::home::Home;
use super::stranger::{as_stranger, give_away};
use super::tools::tool;

const SECRET: &str = "not-a-real-secret-canary";
const OTHER: &str = "not-a-real-secret-either";

/// A home with two tokens.
fn home() -> Home {
    let home = Home::with_vault();
    for (name, secret) in [("github/ci", SECRET), ("gitlab/bot", OTHER)] {
        let add = format!("printf %s {secret} | patvault add {name} --stdin --expires never");
        assert!(home.command(Path::new("sh")).args(["-c", &add]).output().unwrap().status.success());
    }
    home
}

/// A copy that was made. Its holder has a descriptor of the pipe that patvault printed to, and gives it back when it ends.
struct Copy {
    said: String,
    pipe: BufReader<ChildStdout>,
}

impl Copy {
    #[track_caller]
    fn of(mut patvault: Command, args: &[&str]) -> Self {
        let script = "exec 9>&1; exec patvault copy \"$@\"";
        let running = patvault.args(["-c", script, "sh"]).args(args).stdout(Stdio::piped()).spawn();
        let mut pipe = BufReader::new(running.unwrap().stdout.take().unwrap());
        let mut said = String::new();
        pipe.read_line(&mut said).unwrap();
        Self { said, pipe }
    }

    #[track_caller]
    fn made(home: &Home, desktop: &Desktop, args: &[&str]) -> Self {
        let mut shell = home.command(Path::new("sh"));
        shell.envs(desktop.vars());
        Self::of(shell, args)
    }

    /// Waits until the holder has ended.
    fn ends(mut self) {
        let mut more = String::new();
        self.pipe.read_to_string(&mut more).unwrap();
        assert_eq!(more, "");
    }
}

/// Waits until nothing can be pasted. On Wayland, the compositor may not have heard yet that the holder has gone.
#[track_caller]
fn assert_cleared(desktop: &Desktop) {
    while let Some(text) = desktop.paste() {
        assert_eq!(text, "", "there is somebody to paste from");
    }
}

fn it_is_there_until_the_time_is_up(desktop: &Desktop) {
    let home = home();
    desktop.copy("older");
    let copy = Copy::made(&home, desktop, &["github/ci", "--for", "1s"]);
    assert_eq!(copy.said, "Copied github/ci, cleared in 1 s\n");
    copy.ends();
    assert_cleared(desktop);

    let copy = Copy::made(&home, desktop, &["github/ci", "--for", "1h"]);
    assert_eq!(desktop.paste().as_deref(), Some(SECRET));
    assert_eq!(desktop.paste().as_deref(), Some(SECRET), "as often as one likes");
    assert!(desktop.types().contains("x-kde-passwordManagerHint"));
    assert_eq!(desktop.paste_type("x-kde-passwordManagerHint").as_deref(), Some("secret"));
    // The holder ends because somebody else copied, and leaves that alone.
    desktop.copy("foreign");
    copy.ends();
    assert_eq!(desktop.paste().as_deref(), Some("foreign"));
}

fn a_later_copy_supersedes(desktop: &Desktop) {
    let home = home();
    let first = Copy::made(&home, desktop, &["github/ci", "--for", "1h"]);
    let second = Copy::made(&home, desktop, &["gitlab/bot", "--for", "1h"]);
    first.ends();
    assert_eq!(desktop.paste().as_deref(), Some(OTHER));
    let third = Copy::made(&home, desktop, &["gitlab/bot", "--for", "1s"]);
    second.ends();
    third.ends();
    assert_cleared(desktop);
}

#[test]
fn on_x11_it_is_there_until_the_time_is_up() {
    let Some(desktop) = Desktop::x11() else { return };
    it_is_there_until_the_time_is_up(&desktop);
}

#[test]
fn on_x11_a_later_copy_supersedes() {
    let Some(desktop) = Desktop::x11() else { return };
    a_later_copy_supersedes(&desktop);
}

#[test]
fn a_wayland_display_that_does_not_answer_leaves_it_to_x11() {
    let home = home();
    let Some(desktop) = Desktop::x11() else { return };
    let mut shell = home.command(Path::new("sh"));
    shell.envs(desktop.vars()).env("WAYLAND_DISPLAY", "wayland-4711").env("XDG_RUNTIME_DIR", home.path());
    let copy = Copy::of(shell, &["github/ci", "--for", "1h"]);
    assert_eq!(copy.said, "Copied github/ci, cleared in 1 h\n");
    assert_eq!(desktop.paste().as_deref(), Some(SECRET));
    desktop.copy("");
    copy.ends();
}

#[test]
fn on_wayland_it_is_there_until_the_time_is_up() {
    let Some(desktop) = Desktop::wayland() else { return };
    it_is_there_until_the_time_is_up(&desktop);
}

#[test]
fn on_wayland_a_later_copy_supersedes() {
    let Some(desktop) = Desktop::wayland() else { return };
    a_later_copy_supersedes(&desktop);
}

/// The `/proc` folder of the holder that stays for so many seconds.
fn holder(secs: &str) -> PathBuf {
    let args = format!("\0holder\0--secs\0{secs}\0");
    let all = fs::read_dir("/proc").unwrap().flatten().map(|entry| entry.path());
    let of_it = |path: &PathBuf| {
        fs::read(path.join("cmdline")).is_ok_and(|line| String::from_utf8_lossy(&line).ends_with(&args))
    };
    all.into_iter().find(of_it).unwrap()
}

#[test]
fn the_holder_shows_nothing() {
    let home = home();
    let Some(desktop) = Desktop::x11() else { return };
    let mut shell = home.command(Path::new("sh"));
    shell.envs(desktop.vars()).envs([("GITHUB_TOKEN", SECRET), ("XAUTHORITY", "/nowhere")]);
    let copy = Copy::of(shell, &["github/ci", "--for", "86399s"]);
    assert_eq!(copy.said, "Copied github/ci, cleared in 86399 s\n");
    let holder = holder("86399");
    let line = fs::read_to_string(holder.join("cmdline")).unwrap();
    assert!(!line.contains(SECRET));
    // Who is not root may not even look: the process cannot be dumped.
    let environment = String::from_utf8(fs::read(holder.join("environ")).unwrap_or_default()).unwrap();
    let names: Vec<&str> = environment.split_terminator('\0').filter_map(|one| Some(one.split_once('=')?.0)).collect();
    assert!(names.iter().all(|name| ["DISPLAY", "HOME", "XAUTHORITY"].contains(name)), "{names:?}");
    let limits = fs::read_to_string(holder.join("limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).collect::<Vec<_>>(), ["0", "0", "bytes"]);
    desktop.copy("");
    copy.ends();
}

#[test]
fn the_holder_cannot_be_read() {
    let home = home();
    let Some(desktop) = Desktop::x11() else { return };
    // Root may read everything; whether others may is seen of a holder that is not root's.
    let mut shell = if rustix::process::geteuid().is_root() {
        let Some(setpriv) = tool("setpriv") else { return };
        give_away(home.path());
        let patvault = Path::new(env!("CARGO_BIN_EXE_patvault")).parent().unwrap();
        let mut shell = as_stranger(&setpriv);
        shell.arg("sh").env("PATH", format!("{}:/usr/bin:/bin", patvault.display()));
        shell.env("HOME", home.path()).env("PATVAULT_IDENTITY", home.at("key.txt"));
        shell
    } else {
        home.command(Path::new("sh"))
    };
    shell.envs(desktop.vars());
    let copy = Copy::of(shell, &["github/ci", "--for", "86398s"]);
    assert_eq!(copy.said, "Copied github/ci, cleared in 86398 s\n");
    // The system gives the files of a process that cannot be dumped to root.
    assert_eq!(fs::metadata(holder("86398").join("mem")).unwrap().uid(), 0);
    desktop.copy("");
    copy.ends();
}

#[test]
fn a_display_that_does_not_answer_is_said() {
    let home = home();
    let copy = |way: &str| {
        let config = home.at(".config/patvault");
        fs::create_dir_all(&config).unwrap();
        fs::write(config.join("config.toml"), format!("[clipboard]\nway = '{way}'")).unwrap();
        let output = home.patvault(["copy", "github/ci"]).env("DISPLAY", ":4711").output().unwrap();
        assert_eq!(output.stdout, b"");
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    // Nobody sits at a terminal either.
    for way in ["auto", "desktop"] {
        let (code, said) = copy(way);
        assert_eq!(code, Some(1));
        assert!(said.starts_with("error: could not copy to the desktop's clipboard: no display answers"), "{said}");
        assert!(said.contains("\nhint: way = \"terminal\" in the settings"), "{said}");
    }
    assert_eq!(copy("terminal").1.lines().next(), Some("error: there is neither a display nor a terminal to copy to"));
}

#[test]
fn on_x11_a_display_that_says_nothing_any_more_holds_nobody() {
    let Some(desktop) = Desktop::x11() else { return };
    let copy = Copy::made(&home(), &desktop, &["github/ci", "--for", "1s"]);
    desktop.stop();
    copy.ends();
    // Nor does it keep whoever asks waiting.
    let said = home().patvault(["copy", "--test"]).envs(desktop.vars()).output().unwrap();
    assert!(!said.status.success());
    desktop.go_on();
}

//! Asking a tmux where it is shown, and copying through it.
//!
//! tmux passes on what programs in it write for the clipboard only where its option `set-clipboard` is on, which is not
//! the default, and then keeps it in a buffer as well. `load-buffer -w` works with the default, and the buffer has a
//! name, by which it goes again in the same command.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::way::{Client, Pane, Tmux, is_multiplexer};

/// How many of them may stand inside of each other.
const DEPTH_MAX: usize = 4;
/// What a tmux is asked, field by field. The last one may hold anything.
const FIELDS: &str = "#{pane_tty}|#{client_name}|#{client_tty}|#{client_termname}|#{set-clipboard}|#{SSH_CONNECTION}|\
                      #{pane_current_command}";

/// What a tmux says of itself.
pub(super) struct Said {
    /// What decides the way.
    pub tmux: Tmux,
    /// Whoever attached to it last came over SSH. `None` where it does not say.
    pub ssh: Option<bool>,
}

/// Asks the tmux around this. `variable` is what it put into `TMUX`, `tty` the terminal of this process. Where that tmux
/// is shown in a pane of another, that one is asked: the terminal that the person sits at is its.
pub(super) fn ask(variable: &str, pane: Option<&str>, tty: Option<&str>) -> Said {
    // Socket, process, session.
    let Some(socket) = variable.rsplitn(3, ',').nth(2).map(PathBuf::from) else {
        return Said { tmux: Tmux::Silent, ssh: None };
    };
    if !is_own_socket(&socket) {
        return Said { tmux: Tmux::Silent, ssh: None };
    }
    let Some(mut report) = Report::of(&socket, pane) else { return Said { tmux: Tmux::Silent, ssh: None } };
    // Without a terminal there is nothing to compare; nothing else is around most processes.
    report.pane.direct = tty.is_none_or(|tty| tty == report.pane_tty);
    for _ in 0..DEPTH_MAX {
        let Some(outer) = report.outer() else { break };
        report = Report { pane: Pane { direct: report.pane.direct, shows: report.pane.shows, ..outer.pane }, ..outer };
    }
    Said { tmux: Tmux::Speaks(report.pane), ssh: Some(report.ssh) }
}

struct Report {
    pane: Pane,
    pane_tty: String,
    client_tty: String,
    ssh: bool,
}

impl Report {
    fn of(socket: &Path, pane: Option<&str>) -> Option<Self> {
        let mut tmux = tmux(socket);
        tmux.args(["display-message", "-p"]);
        if let Some(pane) = pane {
            tmux.args(["-t", pane]);
        }
        let text = output(tmux.arg(FIELDS))?;
        let fields: Vec<&str> = text.trim_end_matches('\n').splitn(7, '|').collect();
        let &[pane_tty, name, client_tty, term, set_clipboard, ssh, shows] = &fields[..] else { return None };
        let client = || Client { name: name.to_owned(), term: term.to_owned(), takes: takes(&terminals(socket), name) };
        let pane = Pane {
            socket: socket.to_owned(),
            direct: true,
            shows: shows.to_owned(),
            client: (!name.is_empty()).then(client),
            may: set_clipboard != "off",
        };
        Some(Self { pane, pane_tty: pane_tty.into(), client_tty: client_tty.into(), ssh: !ssh.is_empty() })
    }

    /// The tmux in a pane of which this one is shown. It is not in the environment: whoever starts a tmux in a tmux takes
    /// it out. So those that there are say which terminals they make.
    fn outer(&self) -> Option<Self> {
        self.pane.client.as_ref().filter(|client| is_multiplexer(&client.term))?;
        let beside = fs::read_dir(self.pane.socket.parent()?).ok()?;
        beside.flatten().map(|entry| entry.path()).filter(|path| is_own_socket(path)).find_map(|socket| {
            let panes = output(tmux(&socket).args(["list-panes", "-a", "-F", "#{pane_tty} #{pane_id}"]))?;
            let pane = panes.lines().find_map(|line| line.strip_prefix(&self.client_tty)?.strip_prefix(' '))?;
            Self::of(&socket, Some(pane))
        })
    }
}

/// A socket may stand where others put theirs, and `TMUX` may be older than what stands there now.
fn is_own_socket(path: &Path) -> bool {
    let own = |found: fs::Metadata| found.file_type().is_socket() && found.uid() == rustix::process::geteuid().as_raw();
    fs::metadata(path).is_ok_and(own)
}

/// What tmux knows of the terminals that it is shown on.
fn terminals(socket: &Path) -> String {
    output(tmux(socket).args(["show-messages", "-T"])).unwrap_or_default()
}

/// Whether tmux knows of a way to set the clipboard of a terminal. Where it does not say, it may.
fn takes(terminals: &str, client: &str) -> bool {
    let of_client = format!(" for {client},");
    let mut lines = terminals.lines().skip_while(|line| !(line.starts_with("Terminal ") && line.contains(&of_client)));
    lines.next();
    let mut own = lines.take_while(|line| !line.starts_with("Terminal "));
    !own.any(|line| line.contains(" Ms: ") && line.ends_with("[missing]"))
}

/// Copies to a terminal of a tmux, which keeps nothing.
pub(super) fn copy(socket: &Path, client: &str, text: &[u8]) -> io::Result<()> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(io::Error::other)?;
    let buffer = format!("patvault-{:016x}", u64::from_ne_bytes(random));
    let mut tmux = tmux(socket);
    tmux.args(["load-buffer", "-w", "-t", client, "-b", &buffer, "-", ";", "delete-buffer", "-b", &buffer]);
    let mut running = tmux.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    if let Some(mut stdin) = running.stdin.take() {
        // One that ended before it read says why.
        let _said_below = stdin.write_all(text);
    }
    let ended = running.wait_with_output()?;
    if ended.status.success() {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(&ended.stderr).trim().to_owned()))
}

fn tmux(socket: &Path) -> Command {
    let mut command = Command::new("tmux");
    command.arg("-S").arg(socket);
    command
}

fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_takes_what_tmux_knows_how_to_send() {
        let terminals = "\
Terminal 0: xterm-256color for /dev/pts/1, flags=0x20:
 191: Mg: [missing]
 192: Ms: (string) \\033]52;%p1%s;%p2%s\\a
Terminal 1: vt100 for /dev/pts/11, flags=0x20:
 192: Ms: [missing]
";
        let cases = [("/dev/pts/1", true), ("/dev/pts/11", false), ("/dev/pts/2", true)];
        for (client, want) in cases {
            assert_eq!(takes(terminals, client), want, "{client}");
        }
    }

    #[test]
    fn only_a_socket_of_ones_own_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("default");
        assert!(!is_own_socket(&path), "nothing is there");
        fs::write(&path, "").unwrap();
        assert!(!is_own_socket(&path), "a file");
        fs::remove_file(&path).unwrap();
        let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        assert!(is_own_socket(&path));
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(&path, Some(1), None).unwrap();
            assert!(!is_own_socket(&path), "somebody else's");
        }
    }
}

//! What another process can see of the agent, and of a command that may hold as much.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::net::UnixStream;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal};

use super::home::{CANARY, Home, opened_by};
use super::stranger::{as_stranger, give_away};
use super::tools::{run, tool};

#[test]
fn neither_arguments_nor_environment_hold_what_was_around() {
    let home = Home::with(&["main"]);
    let mut unlock = home.command(&["unlock", "--identity"]);
    unlock.arg(home.identity()).env("GITHUB_TOKEN", CANARY).env("PATVAULT_PASSPHRASE_FILE", "");
    assert!(unlock.env_remove("PATVAULT_PASSPHRASE_FILE").stdout(Stdio::null()).status().unwrap().success());
    let agent = format!("/proc/{}", home.agent().as_raw_nonzero());
    // Who is not root may not even look: the process cannot be dumped.
    if let Ok(environment) = fs::read(format!("{agent}/environ")) {
        assert_eq!(String::from_utf8(environment).unwrap(), format!("DBUS_SYSTEM_BUS_ADDRESS={}\0", home.bus));
    }
    let line = fs::read(format!("{agent}/cmdline")).unwrap();
    let words: Vec<_> = line.split(|byte| *byte == 0).map(String::from_utf8_lossy).skip(1).collect();
    assert_eq!(words, ["agent", "--runtime", home.runtime().to_str().unwrap(), ""]);
    let modes = [(home.runtime(), 0o40700), (home.socket(), 0o140600)];
    for (path, mode) in modes {
        assert_eq!(fs::symlink_metadata(&path).unwrap().mode(), mode, "{path:?}");
    }
}

#[test]
fn it_leaves_no_core_and_cannot_be_read() {
    let home = Home::with(&["main"]);
    // Root may read everything; whether others may is seen of an agent that is not root's.
    if rustix::process::geteuid().is_root() {
        let Some(setpriv) = tool("setpriv") else { return };
        give_away(home.dir.path());
        give_away(home.identity().parent().unwrap());
        let mut unlock = as_stranger(&setpriv);
        unlock.arg(env!("CARGO_BIN_EXE_patvault")).args(["unlock", "--identity"]).arg(home.identity());
        run(unlock.env("PATVAULT_HOME", home.dir.path()));
    } else {
        home.opened(&["unlock"]);
    }
    let agent = format!("/proc/{}", home.agent().as_raw_nonzero());
    let limits = fs::read_to_string(format!("{agent}/limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).collect::<Vec<_>>(), ["0", "0", "bytes"]);
    // The system gives the files of a process that cannot be dumped to root.
    assert_eq!(fs::metadata(format!("{agent}/mem")).unwrap().uid(), 0);
    let status = fs::read_to_string(format!("{agent}/status")).unwrap();
    let field = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).unwrap().trim().to_owned();
    assert_eq!(field("Threads:"), "1");
    assert_ne!(field("VmLck:"), "0 kB", "the page that the key lies on");
    // A stranger's agent does not hear root, who would send it away at the end.
    rustix::process::kill_process(home.agent(), Signal::TERM).unwrap();
}

#[test]
fn a_command_leaves_no_core_and_cannot_be_read_either() {
    let Some(mkfifo) = tool("mkfifo") else { return };
    let dir = tempfile::tempdir().unwrap();
    let pipe = dir.path().join("pipe.csv");
    run(Command::new(mkfifo).arg(&pipe));
    let mut unlimited = if rustix::process::geteuid().is_root() {
        let Some(setpriv) = tool("setpriv") else { return };
        give_away(dir.path());
        let mut stranger = as_stranger(&setpriv);
        stranger.arg("sh");
        stranger
    } else {
        Command::new("sh")
    };
    unlimited.args(["-c", "ulimit -c unlimited; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_patvault"), "import"]);
    unlimited.arg(&pipe).env("PATVAULT_HOME", dir.path()).current_dir(dir.path());
    let mut command = unlimited.spawn().unwrap();
    let held = opened_by(pipe);
    let process = format!("/proc/{}", command.id());
    assert_eq!(
        fs::metadata(format!("{process}/mem")).unwrap().uid(),
        0,
        "the owner of one that can be dumped is its own"
    );
    let status = fs::read_to_string(format!("{process}/status")).unwrap();
    assert!(status.lines().any(|line| line == "Umask:\t0077"), "{status}");
    rustix::process::kill_process(Pid::from_child(&command), Signal::ABORT).unwrap();
    let end = command.wait().unwrap();
    assert_eq!((end.signal(), end.core_dumped()), (Some(Signal::ABORT.as_raw()), false));
    drop(held);
}

/// Copies a program, in a process of its own: what another test starts meanwhile would have it open for writing, and no program
/// that is being written can be run.
fn copy_program(from: &Path, to: &Path) {
    run(Command::new("cp").arg(from).arg(to));
}

#[test]
fn another_user_is_not_heard() {
    let home = Home::with(&["main"]);
    home.opened(&["unlock"]);
    if !rustix::process::geteuid().is_root() {
        // Past the test harness, which keeps to itself what a test that passes prints.
        writeln!(std::io::stderr(), "SKIPPED: only root can run a program as another user").unwrap();
        return;
    }
    let Some(setpriv) = tool("setpriv") else { return };
    let test = home.dir.path().join("test");
    copy_program(&std::env::current_exe().unwrap(), &test);
    // Even where folder and socket stand open.
    for (path, mode) in [(home.dir.path(), 0o755), (&home.runtime(), 0o755), (&home.socket(), 0o666)] {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }
    let mut stranger = as_stranger(&setpriv);
    stranger.arg(&test).args(["--ignored", "--exact", "closed::a_stranger_knocks"]);
    run(stranger.env("PATVAULT_TEST_SOCKET", home.socket()));
    // And their own patvault would not use a folder that is not theirs.
    let mut stranger = as_stranger(&setpriv);
    let patvault = home.dir.path().join("patvault");
    copy_program(Path::new(env!("CARGO_BIN_EXE_patvault")), &patvault);
    let output = stranger.arg(&patvault).arg("lock").env("PATVAULT_HOME", home.dir.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stderr).unwrap().contains("not a folder of your own"));
    assert!(home.is_unlocked("main"));
    assert_eq!(fs::metadata(home.runtime()).unwrap().mode() & 0o777, 0o700, "closed again");
}

#[test]
#[ignore = "runs as another user, within another_user_is_not_heard"]
fn a_stranger_knocks() {
    let mut stream = UnixStream::connect(std::env::var_os("PATVAULT_TEST_SOCKET").unwrap()).unwrap();
    let _hung_up = stream.write_all(b"{\"patvault\":1,\"say\":{\"do\":\"status\"}}\n");
    let mut heard = vec![];
    let _hung_up = stream.read_to_end(&mut heard);
    assert_eq!(String::from_utf8(heard).unwrap(), "");
}

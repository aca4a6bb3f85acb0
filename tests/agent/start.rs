//! How the agent comes up, and what stands in its way.

use std::fs;
use std::io::Write;
use std::os::unix::net::UnixListener;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::home::Home;

/// The agents of a home, by what the system says of all processes.
fn agents(home: &Home) -> Vec<i32> {
    let runtime = home.runtime();
    let of_this_home = |pid: &i32| {
        let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let words: Vec<_> = line.split(|byte| *byte == 0).collect();
        words.get(1) == Some(&b"agent".as_slice()) && words.get(3) == Some(&runtime.as_os_str().as_encoded_bytes())
    };
    let all = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
    all.filter(of_this_home).collect()
}

#[test]
fn who_starts_at_once_finds_one_agent() {
    let home = Home::with(&["main"]);
    let identity = home.identity();
    let unlock = || home.command(&["unlock", "--identity"]).arg(&identity).stdout(Stdio::null()).spawn().unwrap();
    let all: Vec<_> = (0..12).map(|_| unlock()).collect();
    assert!(all.into_iter().all(|mut program| program.wait().unwrap().success()));
    assert_eq!(agents(&home), [home.agent().as_raw_nonzero().get()]);
    assert!(home.is_unlocked("main"));
}

#[test]
fn a_stale_socket_is_replaced() {
    let home = Home::with(&["main"]);
    home.opened(&["unlock"]);
    kill_process(home.agent(), Signal::KILL).unwrap();
    assert!(home.socket().exists(), "nobody could remove it");
    assert_eq!(home.said(&["status"]).0, 0);
    assert!(!home.is_unlocked("main"));
    home.opened(&["unlock"]);
    assert!(home.is_unlocked("main"));
    // One that somebody listens at and nobody answers, as of a process that was stopped: commands go on without it.
    kill_process(home.agent(), Signal::KILL).unwrap();
    fs::remove_file(home.socket()).unwrap();
    drop(UnixListener::bind(home.socket()).unwrap());
    home.opened(&["unlock"]);
    assert!(home.is_unlocked("main"));
}

#[test]
fn an_agent_that_nobody_can_reach_any_more_ends() {
    let unreachable: [&dyn Fn(&Home); 2] = [&|home| fs::remove_file(home.socket()).unwrap(), &|home| {
        fs::rename(home.socket(), home.dir.path().join("elsewhere")).unwrap();
        drop(UnixListener::bind(home.socket()).unwrap());
    }];
    for make in unreachable {
        let home = Home::with(&["main"]);
        home.opened(&["unlock"]);
        let mut wire = home.connect();
        make(&home);
        // It would look at the clocks by itself soon, and sees then that no `lock` would find it; it may have seen it already.
        let _gone_already = wire.0.get_mut().write_all(b"{\"patvault\":1,\"say\":{\"do\":\"status\"}}\n");
        while !wire.line().is_empty() {}
    }
}

#[test]
fn where_no_socket_can_be_everything_else_works() {
    let home = Home::with(&["main"]);
    let nowhere: [(&str, &dyn Fn()); 2] = [
        ("run", &|| fs::write(home.runtime(), "in the way").unwrap()),
        ("agent.sock", &|| {
            fs::remove_file(home.runtime()).unwrap();
            fs::create_dir_all(home.socket().join("in the way")).unwrap();
        }),
    ];
    for (what, make) in nowhere {
        make();
        let identity = home.identity();
        let (code, said) = home.said(&["unlock", "--identity", identity.to_str().unwrap()]);
        assert!(code == 1 && said.contains("error: ") && said.contains(what) && said.contains("--no-agent"), "{said}");
        home.opened(&["list"]);
        home.opened(&["list", "--no-agent"]);
        home.opened(&["expire", "github/ci", "90d"]);
    }
    // A file system on which nobody can make anything, not even root.
    let dirs = home.dir.path();
    let list = |args: &[&str]| {
        let mut command = home.command(args);
        command.env_remove("PATVAULT_HOME").env("HOME", dirs).env("XDG_RUNTIME_DIR", "/proc");
        command.env("XDG_DATA_HOME", dirs).env("PATVAULT_IDENTITY", home.identity()).stderr(Stdio::piped());
        command.output().unwrap()
    };
    fs::rename(dirs.join("data"), dirs.join("patvault")).unwrap();
    assert!(list(&["list"]).status.success());
    let output = list(&["unlock"]);
    assert!(String::from_utf8(output.stderr).unwrap().contains("could not create the folder /proc/patvault"));
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn a_folder_of_somebody_elses_is_refused() {
    let home = Home::with(&["main"]);
    fs::create_dir(home.runtime()).unwrap();
    let identity = home.identity();
    let unlock = ["unlock", "--identity", identity.to_str().unwrap()];
    let refused = || {
        let (code, said) = home.said(&unlock);
        assert!(code == 1 && said.contains("not a folder of your own"), "{said}");
        // Nor does an editor get a file there, which its owner could exchange.
        let mut edit = Command::new(env!("CARGO_BIN_EXE_patvault"));
        edit.args(["edit", "github/ci"]).env("PATVAULT_HOME", home.dir.path()).env("PATVAULT_IDENTITY", &identity);
        let output = edit.env("EDITOR", "true").stdin(Stdio::null()).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(1) && said.contains("not a folder of your own"), "{said}");
        home.opened(&["list"]);
    };
    fs::rename(home.runtime(), home.dir.path().join("elsewhere")).unwrap();
    std::os::unix::fs::symlink(home.dir.path().join("elsewhere"), home.runtime()).unwrap();
    refused();
    fs::remove_file(home.runtime()).unwrap();
    if rustix::process::geteuid().is_root() {
        fs::create_dir(home.runtime()).unwrap();
        std::os::unix::fs::chown(home.runtime(), Some(12345), None).unwrap();
        refused();
        fs::remove_dir(home.runtime()).unwrap();
    }
    home.opened(&["unlock"]);
}

#[test]
fn it_leads_a_session_of_its_own_and_leaves_nothing() {
    let home = Home::with(&["main"]);
    home.opened(&["unlock"]);
    let agent = home.agent();
    let stat = fs::read_to_string(format!("/proc/{}/stat", agent.as_raw_nonzero())).unwrap();
    let session = stat.rsplit(')').next().unwrap().split_whitespace().nth(3).unwrap();
    assert_eq!(Pid::from_raw(session.parse().unwrap()), Some(agent));
    let mut wire = home.connect();
    assert_eq!(wire.ask("{\"do\":\"quit\"}"), "{\"is\":\"done\"}");
    assert_eq!(wire.line(), "");
    assert!(!home.is_unlocked("main"));
}

#[test]
fn a_lock_of_the_callers_is_not_kept() {
    let home = Home::with(&["main"]);
    let lock = home.dir.path().join("lock");
    let script = "exec 9>\"$0\"; flock 9; shift; exec \"$@\"";
    let unlock = home.command(&["unlock", "--identity"]);
    let mut shell = Command::new("sh");
    shell
        .args(["-c", script])
        .arg(&lock)
        .arg("-")
        .arg(unlock.get_program())
        .args(unlock.get_args())
        .arg(home.identity());
    shell.env_clear().envs(unlock.get_envs().filter_map(|(name, value)| Some((name, value?))));
    assert!(shell.stdout(Stdio::null()).status().unwrap().success());
    assert!(home.is_unlocked("main"));
    let free = Command::new("flock").arg("--nonblock").arg(&lock).arg("true").status().unwrap();
    assert!(free.success(), "the agent keeps the lock");
}

//! A runtime folder in which there is no room.

use std::fs;
use std::process::Command;
use std::time::Duration;

use super::home::{CANARY, Home};
use super::tools::{skipped, tool};

/// Runs in namespaces of its own, so that the small disk and the agents on it go with it: unlocks on the full disk, does
/// without, makes room, and unlocks again.
const SCRIPT: &str = r#"
set -u
mkdir -p "$PATVAULT_HOME/run" && mount -t tmpfs -o nr_inodes=8 none "$PATVAULT_HOME/run" || exit 77
nth=0
while touch "$PATVAULT_HOME/run/$nth" 2>"$OUT/touch"; do nth=$((nth + 1)); done
try() {
    name=$1
    shift
    "$PATVAULT" --no-input "$@" >"$OUT/$name.out" 2>"$OUT/$name.err"
    echo "$?" >"$OUT/$name"
}
try unlock unlock --identity "$KEY"
try get get github/ci --identity "$KEY"
try tag tag github/ci +full --identity "$KEY"
try lock lock
try status status
rm "$PATVAULT_HOME/run/"*
try room unlock --identity "$KEY"
try lent get github/ci
ls "$PATVAULT_HOME/run" >"$OUT/left"
exit 0
"#;

#[test]
fn where_the_folder_is_full_everything_else_works() {
    let Some(unshare) = tool("unshare") else { return };
    let home = Home::with(&["main"]);
    let out = tempfile::tempdir().unwrap();
    let ran = Command::new(unshare)
        .args(["--map-root-user", "--mount", "--pid", "--fork", "sh", "-c", SCRIPT])
        .env("PATVAULT", env!("CARGO_BIN_EXE_patvault"))
        .env("PATVAULT_HOME", home.dir.path())
        .env("KEY", home.identity())
        .env("OUT", out.path())
        .output()
        .unwrap();
    let read = |name: &str| fs::read_to_string(out.path().join(name)).unwrap_or_default();
    let told = String::from_utf8_lossy(&ran.stderr);
    if ran.status.code() == Some(77) || told.starts_with("unshare: ") {
        return skipped(&format!("no small disk can be mounted here: {told}"));
    }
    assert!(ran.status.success(), "{told}");
    let said = read("unlock.err");
    assert_eq!(read("unlock"), "1\n", "{said}");
    assert!(said.contains("No space left on device") && said.contains("--no-agent"), "{said}");
    for name in ["get", "tag", "lock", "status", "room", "lent"] {
        assert_eq!(read(name), "0\n", "{name}: {}{}", read(&format!("{name}.out")), read(&format!("{name}.err")));
    }
    assert_eq!((read("get.out"), read("lent.out")), (CANARY.into(), CANARY.into()));
    assert_eq!(read("left"), "agent.lock\nagent.sock\n");
}

#[test]
fn where_the_agent_can_hold_no_more_files_the_silent_make_room() {
    let home = Home::with(&["main"]);
    let mut few = Command::new("sh");
    few.args([
        "-c",
        "ulimit -n 24; exec \"$@\"",
        "sh",
        env!("CARGO_BIN_EXE_patvault"),
        "--no-input",
        "unlock",
        "--identity",
    ]);
    few.arg(home.identity()).env("PATVAULT_HOME", home.dir.path()).env("DBUS_SYSTEM_BUS_ADDRESS", &home.bus);
    assert!(few.output().unwrap().status.success());
    let silent: Vec<_> = (0..40).map(|_| home.connect()).collect();
    let mut last = home.connect();
    last.0.get_ref().set_read_timeout(Some(Duration::from_secs(30))).unwrap();
    assert!(last.ask("{\"do\":\"status\"}").contains("standing"), "it is not heard");
    assert!(home.is_unlocked("main"));
    drop(silent);
}

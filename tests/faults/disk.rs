//! A disk that is really full.

use std::fs;
use std::io::Write;
use std::process::Command;

use super::home::{Home, SECRET};

/// Runs in a user and mount namespace of its own: fills a small disk with tokens until one is refused, looks what is
/// there, makes room, and goes on.
const SCRIPT: &str = r#"
set -u
mount -t tmpfs -o size=1200k none "$DISK" || exit 77
export PATVAULT_HOME="$DISK/p"
"$PATVAULT" init >"$HOME/out" 2>"$HOME/err" || exit 1
nth=0
while [ "$nth" -lt 500 ]; do
    nth=$((nth + 1))
    printf 'not-a-real-secret-%s' "$nth" | "$PATVAULT" add "full/t$nth" --stdin --no-input >"$HOME/out" 2>"$HOME/err"
    code=$?
    [ "$code" = 0 ] || break
done
echo "$code" >"$HOME/code"
echo "$((nth - 1))" >"$HOME/kept"
"$PATVAULT" list --json >"$HOME/list" 2>>"$HOME/err-list" || exit 1
"$PATVAULT" get full/t1 >"$HOME/got" 2>"$HOME/err-get" || exit 1
find "$DISK" -name '*.new' >"$HOME/leftovers"
mount -o remount,size=4m "$DISK" || exit 1
printf 'not-a-real-secret-room' | "$PATVAULT" add full/room --stdin >"$HOME/out-room" 2>"$HOME/err-room" || exit 1
"$PATVAULT" doctor >"$HOME/doctor" 2>&1
exit 0
"#;

#[test]
fn a_disk_that_is_full_costs_nothing() {
    let home = Home::bare();
    let disk = home.path("disk");
    fs::create_dir(&disk).unwrap();
    let ran = Command::new("unshare")
        .args(["--map-root-user", "--mount", "sh", "-c", SCRIPT])
        .env("DISK", &disk)
        .env("HOME", home.path(""))
        .env("PATVAULT", env!("CARGO_BIN_EXE_patvault"))
        .env("PATVAULT_IDENTITY", home.path("first"))
        .env("PATVAULT_NOW", "2026-11-22T10:02:00Z")
        .output();
    let read = |name: &str| fs::read_to_string(home.path(name)).unwrap_or_default();
    match ran {
        Ok(ran) if home.path("code").exists() => assert!(ran.status.success(), "{ran:?} {}", read("err-list")),
        other => return skipped(&format!("no small disk can be mounted here: {other:?}")),
    }
    let (code, err) = (read("code"), read("err"));
    assert_eq!(code, "1\n", "{err}");
    assert!(err.starts_with("error: ") && err.contains("No space left on device"), "{err}");
    assert!(err.contains("\nhint: nothing was changed; make room on the disk and try again"), "{err}");
    assert!(!err.contains(SECRET), "{err}");
    let kept: usize = read("kept").trim().parse().unwrap();
    assert!(kept > 3, "the disk was full at once");
    let list = read("list");
    let listed = (1..=kept).all(|nth| list.contains(&format!("\"name\": \"t{nth}\"")));
    assert!(listed && !list.contains(&format!("\"name\": \"t{}\"", kept + 1)), "{kept}: {list}");
    assert_eq!(read("got"), format!("{SECRET}1"), "{}", read("err-get"));
    assert_eq!(read("leftovers"), "", "what was half written takes up room");
    assert!(read("out-room").starts_with("Added full/room"), "{}", read("err-room"));
    assert!(!read("doctor").contains("a crash left"), "{}", read("doctor"));
}

/// Says aloud that a test was not run; where everything must run, fails.
fn skipped(why: &str) {
    let required = std::env::var("PATVAULT_INTEROP").is_ok_and(|word| word == "require");
    assert!(!required, "{why}");
    // Past the test harness, which keeps to itself what a test that passes prints.
    let mut err = std::io::stderr();
    writeln!(err, "SKIPPED: {why}").unwrap();
}

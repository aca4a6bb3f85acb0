//! Programs of the distribution that tests run against.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where a program is. Where it is not, the test is skipped, and says so; with `PATVAULT_INTEROP=require` it fails.
pub fn tool(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|dir| dir.join(name)).find(|path| path.is_file());
    if found.is_none() {
        skipped(&format!("{name} is not installed"));
    }
    found
}

/// A test that this machine does not allow: said aloud, and a failure with `PATVAULT_INTEROP=require`.
pub fn skipped(why: &str) {
    let required = std::env::var("PATVAULT_INTEROP").is_ok_and(|value| value == "require");
    assert!(!required, "{why}");
    // Past the test harness, which keeps to itself what a test that passes prints.
    writeln!(std::io::stderr(), "SKIPPED: {why}").unwrap();
}

/// Runs a program to its end, and gives what it wrote.
#[track_caller]
pub fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Makes an SSH key, and gives its file and its public half.
pub fn ssh_key(dir: &Path, sort: &[&str], passphrase: &str) -> Option<(PathBuf, String)> {
    let file = dir.join(format!("id_{}", sort[0]));
    let mut keygen = Command::new(tool("ssh-keygen")?);
    run(keygen.args(["-q", "-C", "test", "-N", passphrase, "-f"]).arg(&file).arg("-t").args(sort));
    let public = std::fs::read_to_string(file.with_extension("pub")).unwrap();
    Some((file, public.trim().to_owned()))
}

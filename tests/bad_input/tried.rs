//! What holds for every command, whatever it was given.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;

use patvault::text::is_invisible;

use crate::home::Home;

/// The secret that is in the vault and on standard input: it must never be printed by a command that fails.
pub const SECRET: &str = "not-a-real-secret-1";
/// No message is longer than a screen or two, in bytes: what was given is cut, not repeated.
const MESSAGE_BYTES_MAX: usize = 4096;

/// A home with a vault and one token in it.
pub fn home() -> Home {
    let home = Home::with_vault();
    let added = fed(&mut home.patvault(["add", "github/ci", "--stdin", "--tag", "old"]), SECRET.as_bytes());
    assert!(added.status.success());
    let placed = home.patvault(["consumer", "add", "github/ci", "server"]).output().unwrap();
    assert!(placed.status.success());
    home
}

/// What came of a command.
pub struct Tried {
    what: String,
    pub code: i32,
    pub out: Vec<u8>,
    pub err: String,
}

impl Tried {
    /// Runs it, and holds it to what every command promises: a documented exit code, an error that says so and what to
    /// do, nothing on the terminal that steers it, no secret, and where it failed a vault as it was before.
    pub fn run(home: &Home, what: String, command: &mut Command, stdin: &[u8]) -> Self {
        let before = vaults(home.path());
        let tried = Self::of(what, &fed(command, stdin));
        if tried.failed() {
            assert!(vaults(home.path()) == before, "{}: failed and changed the vault\n{}", tried.what, tried.err);
        }
        tried
    }

    /// The same for what was run elsewhere.
    pub fn of(what: String, output: &Output) -> Self {
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        let code = output.status.code().unwrap_or(-1);
        let tried = Self { what, code, out: output.stdout.clone(), err };
        tried.check();
        tried
    }

    /// Holds it to the exit code that it ought to have, and to words that ought to be in its message.
    pub fn means(&self, code: i32, words: &str) {
        let Self { what, err, .. } = self;
        assert_eq!(self.code, code, "{what}\n{err}");
        // Where a line is broken depends on the length of the temporary folder's name.
        let unbroken = err.replace("\n  ", " ");
        assert!(unbroken.contains(words), "{what}: '{words}' is not in\n{err}");
    }

    fn failed(&self) -> bool {
        !matches!(self.code, 0 | 4)
    }

    fn check(&self) {
        let Self { what, err, code, .. } = self;
        assert!((0..=4).contains(code), "{what}: ended with {code} (124 and more: it hung, or a signal)\n{err:.2000}");
        let out = String::from_utf8_lossy(&self.out);
        let shown = format!("{out}{err}");
        let steers = |c: char| (c.is_control() && c != '\n') || is_invisible(c);
        assert!(!shown.chars().any(steers), "{what}: steers the terminal: {shown:?}");
        assert!(!err.contains("panicked"), "{what}: {err}");
        assert!(err.len() < MESSAGE_BYTES_MAX, "{what}: a message of {} bytes: {err:.300}", err.len());
        if self.failed() {
            assert!(!shown.contains(SECRET), "{what}: told the secret");
            if out.lines().any(|line| line.starts_with("bad ")) {
                // The findings of 'patvault doctor' are its answer.
                return;
            }
            assert!(err.starts_with("error:") || err.contains("\nerror:"), "{what}: no error is told: {err}");
            assert!(tells_what_to_do(err), "{what}: does not say what to do: {err}");
        }
    }
}

/// A hint, clap's advice, or a message that says all there is to say.
fn tells_what_to_do(err: &str) -> bool {
    let advice = ["\nhint: ", "try '--help'", " cannot be a ", "could not write the result"];
    advice.iter().any(|advice| err.contains(advice))
}

/// Every vault in a home: what each of its files holds and who may use it.
fn vaults(home: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![home.join(".local/share/patvault")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(meta) = fs::symlink_metadata(entry.path()) else { continue };
            // Who writes holds this, and nothing stands in it.
            if entry.file_name() == "lock" {
                continue;
            }
            if meta.is_dir() {
                folders.push(entry.path());
            }
            let bytes = if meta.is_file() { fs::read(entry.path()).unwrap_or_default() } else { vec![] };
            found.insert(entry.path(), (meta.permissions().mode(), bytes));
        }
    }
    found
}

/// Puts the vaults of a home back as they were when this was made.
pub struct Kept {
    found: BTreeMap<PathBuf, (u32, Vec<u8>)>,
}

impl Kept {
    pub fn of(home: &Home) -> Self {
        Self { found: vaults(home.path()) }
    }

    /// Where anything changed, all of it is written anew, and this device forgets what it saw.
    pub fn bring_back(&self, home: &Home) {
        if vaults(home.path()) == self.found {
            return;
        }
        fs::remove_dir_all(home.at(".local/share/patvault")).unwrap();
        let _nothing_seen = fs::remove_dir_all(home.at(".local/state/patvault/pins"));
        for (path, (mode, bytes)) in &self.found {
            let is_folder = mode & 0o170_000 == 0o040_000;
            let folder = if is_folder { path } else { path.parent().unwrap() };
            fs::create_dir_all(folder).unwrap();
            if !is_folder {
                fs::write(path, bytes).unwrap();
            }
            fs::set_permissions(path, fs::Permissions::from_mode(mode & 0o777)).unwrap();
        }
    }
}

/// Runs a command with something on its standard input, and gives what came of it.
pub fn fed(command: &mut Command, stdin: &[u8]) -> Output {
    let mut child: Child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let stdin = stdin.to_vec();
    // A command may end without reading all of it.
    let feeder = thread::spawn(move || drop(pipe.write_all(&stdin)));
    let output = child.wait_with_output().unwrap();
    feeder.join().unwrap();
    output
}

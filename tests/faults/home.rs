//! A home with a vault in it, and the real program run there.

use std::fs::{self, DirBuilder};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use age::secrecy::ExposeSecret;
use tempfile::TempDir;

/// What every invented secret begins with: nothing that is printed may hold it.
pub const SECRET: &str = "not-a-real-secret-";

/// What goes wrong at a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    Kill,
    DiskFull,
    BadDisk,
}

impl Fault {
    pub const ALL: [Self; 3] = [Self::Kill, Self::DiskFull, Self::BadDisk];

    fn word(self) -> &'static str {
        match self {
            Self::Kill => "kill",
            Self::DiskFull => "enospc",
            Self::BadDisk => "eio",
        }
    }
}

/// How a run of the program ended.
#[derive(Debug)]
pub struct Ran {
    /// `None` where it was killed.
    pub code: Option<i32>,
    pub killed: bool,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Whether the fault that was asked for came about.
    pub fn fired(&self) -> bool {
        self.err.starts_with("fault at step ") || self.err.contains("\nfault at step ")
    }
}

/// A folder with a vault, the identities that open it, and a list to be imported.
pub struct Home(TempDir);

impl Home {
    /// No vault yet; three identities.
    pub fn bare() -> Self {
        let home = Self(tempfile::tempdir().unwrap());
        for name in ["first", "second", "third"] {
            let identity = age::x25519::Identity::generate();
            fs::write(home.path(name), identity.to_string().expose_secret()).unwrap();
        }
        home
    }

    /// A vault that opens with the identities `first` and `second`, with two tokens, one in the trash, and some backups.
    pub fn furnished() -> Self {
        let home = Self::bare();
        // So few backups that every write has one to prune.
        DirBuilder::new().recursive(true).mode(0o700).create(home.path("p/config")).unwrap();
        fs::write(home.path("p/config/config.toml"), "[backups]\nnewest = 3\ndaily = 0\n").unwrap();
        home.done(&["init"], "");
        home.done(&["key", "add", "--name", "second", "--recipient-of", &home.text("second")], "");
        let facts = ["--account", "ada", "--tag", "ci", "--scope", "repo", "--expires", "2031-05-06", "--note", "hers"];
        home.done(&[&["add", "github/ci", "--stdin"], &facts[..]].concat(), &secret("github"));
        home.done(&["add", "gitlab/deploy", "--stdin"], &secret("gitlab"));
        home.done(&["add", "figma/old", "--stdin"], &secret("figma"));
        home.done(&["remove", "figma/old"], "");
        let mut list = fs::File::create(home.path("list.csv")).unwrap();
        writeln!(list, "service,name,secret").unwrap();
        for name in ["one", "two", "three"] {
            writeln!(list, "jira,{name},{}", secret(name)).unwrap();
        }
        home
    }

    /// The same again, elsewhere.
    pub fn copied(&self) -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        copy_folder(self.0.path(), copy.0.path());
        copy
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    /// The vault's folder.
    pub fn vault(&self) -> PathBuf {
        self.path("p/data/main")
    }

    /// Runs the program on an ordinary day.
    pub fn run(&self, args: &[&str], input: &str) -> Ran {
        self.run_with(args, input, &[("PATVAULT_NOW", "2026-11-22T10:00:00Z")])
    }

    /// Runs it with a fault at its nth step, a minute later.
    pub fn run_faulted(&self, args: &[&str], input: &str, nth: u32, fault: Fault) -> Ran {
        let plan = format!("{nth}:{}", fault.word());
        self.run_with(args, input, &[("PATVAULT_NOW", "2026-11-22T10:01:00Z"), ("PATVAULT_FAULT", &plan)])
    }

    /// Runs it, and sees it succeed.
    #[track_caller]
    pub fn done(&self, args: &[&str], input: &str) -> Ran {
        let ran = self.run(args, input);
        assert_eq!(ran.code, Some(0), "{args:?}: {ran:?}");
        ran
    }

    fn run_with(&self, args: &[&str], input: &str, more: &[(&str, &str)]) -> Ran {
        let mut child = Command::new(env!("CARGO_BIN_EXE_patvault"))
            .arg("--no-input")
            .args(args)
            .env_clear()
            .env("HOME", self.0.path())
            .env("PATVAULT_HOME", self.path("p"))
            .env("PATVAULT_IDENTITY", self.path("first"))
            .envs(more.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // One that was killed before it read this is no trouble.
        let _unread = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let killed = output.status.signal() == Some(9);
        Ran { code: output.status.code(), killed, out: text(&output.stdout), err: text(&output.stderr) }
    }

    /// Files and folders that stand for something unfinished.
    pub fn leftovers(&self) -> Vec<PathBuf> {
        let mut found = vec![];
        let mut folders = vec![self.path("p")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.to_str().unwrap().ends_with(".new") {
                    found.push(path);
                } else if path.is_dir() {
                    folders.push(path);
                }
            }
        }
        found
    }
}

/// An invented secret.
pub fn secret(of: &str) -> String {
    format!("{SECRET}{of}")
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let beside = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            DirBuilder::new().mode(0o700).create(&beside).unwrap();
            copy_folder(&entry.path(), &beside);
        } else {
            fs::copy(entry.path(), beside).unwrap();
        }
    }
}

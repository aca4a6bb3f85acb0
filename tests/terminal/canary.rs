//! A whole life of a vault, with secrets that exist nowhere else: nothing that it leaves behind holds one.

mod copies;
pub(super) mod needles;

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};

use age::secrecy::SecretString;
use rustix::net::sockopt::socket_peercred;

use super::pty::{Home, Visit};
use crate::display::Desktop;
use crate::tools::{skipped, tool};
use needles::{Needles, fresh, key_bytes, key_text};

/// What may end up in other hands in no form.
struct Canaries {
    passphrase: String,
    next_passphrase: String,
    wrong_passphrase: String,
    typed: String,
    piped: String,
    imported: String,
    refused: String,
    note: String,
}

impl Canaries {
    fn fresh() -> Self {
        let [passphrase, next_passphrase, wrong_passphrase, note] = [(); 4].map(|()| fresh());
        let [typed, piped, imported, refused] = [(); 4].map(|()| fresh());
        Self { passphrase, next_passphrase, wrong_passphrase, typed, piped, imported, refused, note }
    }

    fn needles(&self) -> Needles {
        let mut needles = Needles::default();
        needles.add("the passphrase", self.passphrase.as_bytes());
        needles.add("the passphrase after it", self.next_passphrase.as_bytes());
        needles.add("a wrong passphrase", self.wrong_passphrase.as_bytes());
        needles.add("a secret that was typed", self.typed.as_bytes());
        needles.add("a secret that was piped in", self.piped.as_bytes());
        needles.add("a secret that was imported", self.imported.as_bytes());
        needles.add("a secret that was refused", self.refused.as_bytes());
        needles
    }
}

#[test]
fn nothing_that_a_life_leaves_behind_holds_a_secret() {
    let Some(mut life) = Life::begin() else { return };
    let mut needles = life.canaries.needles();
    life.furnish();
    life.look_around();
    life.copy_to_the_terminal();
    if let Some(desktop) = Desktop::x11() {
        life.copy_to(&desktop, &needles);
    }
    life.fail();
    let first = life.key(&life.canaries.passphrase);
    needles.add("the vault key", &key_bytes(&first));
    needles.add("the text of the vault key", key_text(&first));
    let Some(idle) = life.core() else { return };
    assert_eq!(needles.find(&idle), ["the vault key"], "what an idle agent holds");
    life.runs(&["lock"], "");
    assert_eq!(needles.find(&life.core().unwrap()), [""; 0], "what a locked agent holds");

    life.change_keys();
    let second = life.key(&life.canaries.next_passphrase);
    needles.add("the key after it", &key_bytes(&second));
    needles.add("the text of the key after it", key_text(&second));
    assert_eq!(needles.find(&life.core().unwrap()), ["the key after it"], "what an idle agent holds");
    life.restore();
    life.runs(&["lock"], "");
    assert_eq!(needles.find(&life.core().unwrap()), [""; 0], "what a locked agent holds");

    assert_eq!(needles.find(life.said.as_bytes()), [""; 0], "what was said:\n{}", life.said);
    // What is in the vault is no secret, and yet in no file.
    needles.add("the note", life.canaries.note.as_bytes());
    let mut looked_at = 0;
    life.each_file(&mut |path, bytes| {
        looked_at += 1;
        assert_eq!(needles.find(bytes), [""; 0], "in {}", path.display());
    });
    assert!(looked_at > 10, "{looked_at} files");
}

/// A home in which every program that is started is written down, with its arguments and its environment.
struct Life {
    home: Home,
    strace: String,
    canaries: Canaries,
    /// Everything that was said, but for what `get` gave.
    said: String,
}

impl Life {
    /// `None` where this machine does not let us look, which is said aloud.
    fn begin() -> Option<Self> {
        let (strace, _) = (tool("strace")?, tool("gdb")?);
        let life = Self {
            home: Home::bare(),
            strace: strace.to_str().unwrap().to_owned(),
            canaries: Canaries::fresh(),
            said: String::new(),
        };
        for folder in ["tmp", "data", "config", "state", "run", "cache"] {
            fs::create_dir(life.home.path(folder)).unwrap();
        }
        Some(life)
    }

    /// Whatever a program could take for its own folder is looked through at the end.
    fn through(&mut self, more: &[&str]) {
        let path = |name: &str| self.home.path(name).to_str().unwrap().to_owned();
        let folder = |(variable, name): (&str, &str)| format!("{variable}={}", path(name));
        let folders = [
            ("TMPDIR", "tmp"),
            ("XDG_DATA_HOME", "data"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_RUNTIME_DIR", "run"),
            ("XDG_CACHE_HOME", "cache"),
        ];
        let env = ["env".to_owned(), format!("--chdir={}", path("tmp"))];
        let more = more.iter().map(|word| (*word).to_owned());
        let program = env.into_iter().chain(folders.map(folder)).chain(more).collect();
        self.home.start_through(program);
    }

    /// Writes every program down that is started from now on, also by those that are.
    fn watched(&mut self) {
        let strace = self.strace.clone();
        let to = format!("--output={}", self.home.path("programs").display());
        let what = ["--follow-forks", "--quiet=all", "--no-abbrev", "--string-limit=65536", "--output-append-mode"];
        let only = ["--trace=execve,execveat", "--signal=none", to.as_str()];
        self.through(&[&[strace.as_str()], what.as_slice(), &only].concat());
    }

    /// Not those: the agent stays, and who follows it would too. Its own arguments and environment are looked at in
    /// [`Self::core`].
    fn unwatched(&mut self) {
        self.through(&[]);
    }

    fn command(&mut self, args: &[&str], input: &str) -> (Option<i32>, Vec<u8>) {
        let mut command = self.home.alone(args);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // One that refuses at once hears nothing more.
        let _closed = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        self.said += &String::from_utf8(output.stderr).unwrap();
        (output.status.code(), output.stdout)
    }

    #[track_caller]
    fn runs(&mut self, args: &[&str], input: &str) {
        let (code, out) = self.command(args, input);
        self.said += &String::from_utf8(out).unwrap();
        assert_eq!(code, Some(0), "{args:?}: {}", self.said);
    }

    #[track_caller]
    fn fails(&mut self, args: &[&str], input: &str) {
        let (code, out) = self.command(args, input);
        self.said += &String::from_utf8(out).unwrap();
        assert!(matches!(code, Some(1..=3)), "{args:?}: {code:?} {}", self.said);
    }

    /// A visit at a terminal, with these variables besides.
    #[track_caller]
    fn visits(&mut self, args: &[&str], vars: &[(&str, &str)], person: impl FnOnce(&Canaries, &mut Visit)) {
        let mut visit = self.home.visit_with(args, 80, vars).unwrap();
        person(&self.canaries, &mut visit);
        let end = visit.ends();
        assert_eq!(end.code, Some(0), "{end:?}");
        self.said += &end.seen;
    }

    /// A vault with what was typed, piped in and imported.
    fn furnish(&mut self) {
        self.watched();
        self.visits(&["init", "--no-agent"], &[], |secret, visit| {
            visit.sees("New passphrase: ").types(&format!("{}\n", secret.passphrase));
            visit.sees("The same again: ").types(&format!("{}\n", secret.passphrase));
        });
        self.unwatched();
        self.visits(&["unlock"], &[], |secret, visit| {
            visit.sees("Passphrase of the vault 'main': ").types(&format!("{}\n", secret.wrong_passphrase));
            visit.sees("Passphrase of the vault 'main': ").types(&format!("{}\n", secret.passphrase));
        });
        self.watched();
        self.visits(&["add", "github/typed"], &[], |secret, visit| {
            visit.sees("Secret of github/typed (not shown): ").types(&format!("{}\n", secret.typed));
        });
        let Canaries { piped, imported, .. } = &self.canaries;
        let (piped, table) = (piped.clone(), format!("service,name,secret\ngitlab,imported,{imported}\n"));
        self.runs(&["add", "github/piped", "--stdin", "--scope", "repo", "--expires", "90d"], &piped);
        self.runs(&["import", "-", "--format", "csv", "--yes"], &table);
        // In the shell's own words: what another program is told is written down.
        let line = format!("case $line in note*) line='note = \"{}\"';; esac", self.canaries.note);
        let change =
            format!("while read -r line; do {line}; echo \"$line\"; done <\"$1\" >new && cat new >\"$1\"; rm new");
        fs::write(self.home.path("editor"), change).unwrap();
        let editor = format!("sh {}", self.home.path("editor").display());
        self.visits(&["edit", "github/typed"], &[("EDITOR", &editor)], |_, visit| {
            visit.sees("Edited");
        });
        fs::remove_file(self.home.path("editor")).unwrap();
    }

    fn look_around(&mut self) {
        let all: [&[&str]; 14] = [
            &["list"],
            &["list", "scope:repo", "--json"],
            &["show", "github/piped"],
            &["show", "github/piped", "--json"],
            &["due", "--json"],
            &["history", "--json"],
            &["status"],
            &["status", "--json"],
            &["status", "--prompt"],
            &["key", "list", "--json"],
            &["backup", "list"],
            &["doctor"],
            &["config"],
            &["export", "--format", "json"],
        ];
        for args in all {
            self.runs(args, "");
        }
        // A command has it on its standard input, and shows what it got.
        self.runs(&["consumer", "add", "github/piped", "spot", "--pending", "--run", "cat"], "");
        self.runs(&["consumer", "update", "github/piped", "--yes"], "");
        // Only these give a secret, and only to who asked.
        let Canaries { typed, piped, imported, .. } = &self.canaries;
        let asked =
            [("github/typed", typed.clone()), ("github/piped", piped.clone()), ("gitlab/imported", imported.clone())];
        for (token, secret) in asked {
            assert_eq!(self.command(&["get", token], ""), (Some(0), secret.into_bytes()));
        }
    }

    fn fail(&mut self) {
        let Canaries { piped, refused, wrong_passphrase, passphrase, .. } = &self.canaries;
        let (piped, wrong, passphrase) = (piped.clone(), wrong_passphrase.clone(), passphrase.clone());
        let inputs: [(&[&str], String); 12] = [
            (&["add", "github/piped", "--stdin"], refused.clone()),
            (&["add", "github/again", "--stdin"], piped),
            (&["add", "github/lines", "--stdin"], format!("{refused}\n{refused}")),
            (&["add", "github/late", "--stdin", "--expires", "someday"], refused.clone()),
            (
                &["import", "-", "--format", "csv", "--yes"],
                format!("service,name,secret,expires\ng,x,{refused},someday\n"),
            ),
            (&["import", "-", "--format", "csv", "--yes"], format!("service,name,secret\ng,x,\"{refused}\n")),
            (&["import", "-", "--format", "json", "--yes"], format!("[{{\"secret\": \"{refused}\", \"{refused}\": 1")),
            (
                &["import", "-", "--format", "json", "--yes"],
                format!("{{\"patvault\": 1, \"tokens\": [\"{refused}\"]}}"),
            ),
            (&["import", "-", "--format", "dotenv", "--yes"], format!("GITHUB_TOKEN='{refused}\n")),
            (&["list", "--no-agent", "--passphrase-file", "-"], wrong.clone()),
            (&["init", "--passphrase-file", "-"], passphrase),
            (&["key", "rotate", "--passphrase-file", "-"], wrong),
        ];
        for (args, input) in inputs {
            self.fails(args, &input);
        }
        let silent: [&[&str]; 5] = [
            &["get", "nothing/here"],
            &["expire", "github/piped", "someday"],
            &["list", "--no-agent"],
            &["export", "--secrets", "--output", "export.json"],
            &["list", "--vault", "nowhere"],
        ];
        for args in silent {
            self.fails(args, "");
        }
        // A disk that is full at any step (in a debug build); from one of them on the write is done.
        for step in 1..10 {
            let input = format!("{step}{}", self.canaries.refused);
            self.through(&["env", &format!("PATVAULT_FAULT={step}:enospc")]);
            let (_, out) = self.command(&["add", &format!("full/t{step}"), "--stdin"], &input);
            self.said += &String::from_utf8(out).unwrap();
        }
        self.watched();
    }

    fn change_keys(&mut self) {
        self.visits(&["key", "passphrase"], &[], |secret, visit| {
            visit.sees("Passphrase of the vault 'main': ").types(&format!("{}\n", secret.passphrase));
            visit.sees("New passphrase: ").types(&format!("{}\n", secret.next_passphrase));
            visit.sees("The same again: ").types(&format!("{}\n", secret.next_passphrase));
        });
        self.visits(&["key", "rotate"], &[], |secret, visit| {
            visit.sees("Passphrase of the vault 'main': ").types(&format!("{}\n", secret.next_passphrase));
            visit.sees("Passphrase of 'passphrase': ").types(&format!("{}\n", secret.next_passphrase));
        });
        self.unwatched();
        self.visits(&["list"], &[], |secret, visit| {
            visit.sees("Passphrase of the vault 'main': ").types(&format!("{}\n", secret.next_passphrase));
        });
        self.watched();
        self.runs(&["status"], "");
    }

    fn restore(&mut self) {
        self.runs(&["remove", "github/typed", "gitlab/imported"], "");
        self.runs(&["undo"], "");
        self.runs(&["remove", "github/typed"], "");
        self.runs(&["purge", "--all", "--yes"], "");
        self.runs(&["backup", "now"], "");
        self.visits(&["backup", "restore", "--yes"], &[], |secret, visit| {
            visit.sees("Passphrase of the vault 'main': ").types(&format!("{}\n", secret.next_passphrase));
        });
        self.runs(&["doctor"], "");
    }

    /// The text of the vault key, as a stock tool would find it.
    fn key(&self, passphrase: &str) -> String {
        let slot = fs::read(self.home.path("p/data/main/keys/passphrase.age")).unwrap();
        let identity = age::scrypt::Identity::new(SecretString::from(passphrase));
        let text = age::decrypt(&identity, &slot).unwrap();
        let text = String::from_utf8(text).unwrap();
        text.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).unwrap().to_owned()
    }

    /// Everything in the agent's memory and registers, and what it was started with. `None` where this machine lets nobody
    /// look into another process, which is said aloud.
    fn core(&self) -> Option<Vec<u8>> {
        let socket = UnixStream::connect(self.home.path("p/run/agent.sock")).unwrap();
        core_of(&socket_peercred(&socket).unwrap().pid.as_raw_nonzero().to_string())
    }

    /// What is left: the vault, what this device remembers, and what was written down of every program that was started.
    fn each_file(&self, look: &mut dyn FnMut(&Path, &[u8])) {
        let programs = fs::read_to_string(self.home.path("programs")).unwrap();
        assert!(programs.matches("execve(").count() > 50, "{programs}");
        let mut folders = vec![self.home.path("")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                let kind = fs::symlink_metadata(&path).unwrap().file_type();
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() {
                    look(&path, &fs::read(&path).unwrap());
                }
            }
        }
    }
}

/// Everything in a process's memory and registers, and what it was started with. `None` where this machine lets nobody look
/// into another process, which is said aloud.
pub(super) fn core_of(pid: &str) -> Option<Vec<u8>> {
    // Not among what is looked through at the end.
    let dir = tempfile::tempdir().unwrap();
    let core = dir.path().join("core");
    let mut gdb = Command::new("gdb");
    gdb.args(["--batch", "--nx", "--pid", pid]);
    for step in ["set use-coredump-filter off", "set dump-excluded-mappings on", "set debuginfod enabled off"] {
        gdb.args(["-ex", step]);
    }
    let output = gdb.arg("-ex").arg(format!("generate-core-file {}", core.display())).output().unwrap();
    let Ok(mut bytes) = fs::read(&core) else {
        skipped(&format!("no core can be taken here: {}", String::from_utf8_lossy(&output.stderr)));
        return None;
    };
    for part in ["cmdline", "environ"] {
        bytes.extend(fs::read(format!("/proc/{pid}/{part}")).unwrap());
    }
    Some(bytes)
}

impl Drop for Life {
    fn drop(&mut self) {
        let Ok(mut agent) = UnixStream::connect(self.home.path("p/run/agent.sock")) else { return };
        let _gone = agent.write_all(b"{\"patvault\":1,\"say\":{\"do\":\"quit\"}}\n");
        // To the end: then it has gone.
        let _gone = agent.read_to_end(&mut vec![]);
    }
}

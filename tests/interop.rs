//! Nobody is locked in: the distribution's own `age` and `sqlite3` read everything.
#![cfg(test)]

mod common;
#[path = "common/tools.rs"]
mod tools;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use age::secrecy::ExposeSecret;
use common::{Stage, draft};
use patvault::vault::{NewSlot, Way};
use tools::{run, ssh_key, tool};

/// A vault with one more way in, and the programs that read it. `None` where they are not installed.
struct Bench {
    stage: Stage,
    age: PathBuf,
    sqlite: PathBuf,
}

impl Bench {
    fn with(name: &str, way: Option<Way>) -> Option<Self> {
        let (age, sqlite) = (tool("age")?, tool("sqlite3")?);
        let more = way.into_iter().map(|way| NewSlot { name: name.into(), way });
        let stage = Stage::with(more.collect());
        let mut noted = draft("github/laptop");
        noted.note = Some("kept for the weekend".into());
        stage.add(&[noted, draft("gitlab/ci")]);
        Some(Self { stage, age, sqlite })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.stage.home.path().join(name)
    }

    fn key(&self, slot: &str) -> PathBuf {
        self.stage.vault.dir().join(format!("keys/{slot}.age"))
    }

    /// `age -d -i IDENTITY FILE > OUTPUT`
    fn open(&self, identity: &PathBuf, file: &PathBuf, output: &str) -> PathBuf {
        let output = self.path(output);
        run(Command::new(&self.age).arg("-d").arg("-i").arg(identity).arg("-o").arg(&output).arg(file));
        output
    }

    fn query(&self, database: &PathBuf, sql: &str) -> String {
        String::from_utf8(run(Command::new(&self.sqlite).arg("-readonly").arg(database).arg(sql))).unwrap()
    }

    /// Reads the tokens, and the secret of one, with the vault key in a file.
    fn reads_everything(&self, key: &PathBuf) {
        let database = self.open(key, &self.stage.vault.file(), "vault.db");
        self.is_the_database(&database);
        let sealed = self.path("sealed");
        let write = format!("SELECT writefile('{}', sealed) FROM secret LIMIT 1", sealed.display());
        self.query(&database, &write);
        let secret = self.open(key, &sealed, "secret");
        assert_eq!(fs::read(secret).unwrap(), b"not-a-real-secret-of-github/laptop");
    }

    fn is_the_database(&self, database: &PathBuf) {
        let tokens = self.query(database, "SELECT service, name, text FROM token LEFT JOIN note ON token = key");
        assert_eq!(tokens, "github|laptop|kept for the weekend\ngitlab|ci|\n");
        assert_eq!(self.query(database, "PRAGMA integrity_check; PRAGMA user_version"), "ok\n5\n");
    }
}

#[test]
fn an_age_identity_and_stock_tools_read_everything() {
    let Some(bench) = Bench::with("", None) else { return };
    let identity = bench.path("identity.txt");
    fs::write(&identity, bench.stage.identity.to_string().expose_secret()).unwrap();
    let key = bench.open(&identity, &bench.key("identity"), "key.txt");
    bench.reads_everything(&key);
    // A backup is the same kind of file.
    let backup = bench.stage.vault.backups().unwrap().remove(0).path;
    assert_eq!(bench.query(&bench.open(&key, &backup, "backup.db"), "SELECT count(*) FROM token"), "0\n");
}

#[test]
fn an_ssh_key_and_stock_tools_read_everything() {
    for sort in [&["ed25519"][..], &["rsa", "-b", "2048"]] {
        let home = tempfile::tempdir().unwrap();
        let Some((file, public)) = ssh_key(home.path(), sort, "") else { return };
        let Some(bench) = Bench::with("ssh", Some(Way::Recipient(public))) else { return };
        let key = bench.open(&file, &bench.key("ssh"), "key.txt");
        bench.reads_everything(&key);
    }
}

#[test]
fn a_passphrase_and_stock_tools_read_everything() {
    let Some(script) = tool("script") else { return };
    let Some(bench) = Bench::with("passphrase", Some(Way::Passphrase("correct horse".into()))) else { return };
    let database = bench.path("vault.db");
    // The slot is an identity file under a passphrase: one command opens the vault with it. age asks on a terminal only.
    let (age, slot, vault) = (bench.age.display(), bench.key("passphrase"), bench.stage.vault.file());
    let command = format!("'{age}' -d -i '{}' -o '{}' '{}'", slot.display(), database.display(), vault.display());
    let mut asked = Command::new(script)
        .args(["-qec", &command, "/dev/null"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    // Kept open until age is done: the end of what is typed would be taken for a key as well.
    let mut typed = asked.stdin.take().unwrap();
    typed.write_all(b"correct horse\n").unwrap();
    let output = asked.wait_with_output().unwrap();
    drop(typed);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    bench.is_the_database(&database);
}

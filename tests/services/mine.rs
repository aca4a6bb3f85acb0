//! A service of the test's own, whose tokens rotate themselves, and a vault with one of them.

use std::io::Write;
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex};

use crate::fake::{Fake, Reply, Seen};
use crate::home::Home;
use serde_json::{Value as Json, json};

/// What every invented secret begins with.
pub const SECRET: &str = "not-a-real-secret-";

/// What a service does about a call that rotates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// Makes a new one and says so.
    Answers,
    /// Loses the connection before it did anything.
    DropsBefore,
    /// Makes a new one, and its answer is lost.
    DropsAfter,
    /// Makes a new one and says that it has trouble.
    FailsAfter,
    /// Makes a new one and answers nonsense.
    Nonsense,
    /// Makes a new one and does not tell it.
    NoSecret,
    /// Makes one with a line break in it.
    LineBreak,
    /// Does not do it, with that status.
    Refuses(u16),
    /// Gives the old one again.
    Same,
}

/// A service whose tokens rotate themselves: the old one dies at once, and to rotate with a dead one kills all of them, as
/// GitLab does.
pub struct Service {
    /// The secret that lives.
    pub now: String,
    made: u32,
    /// Rotated with a dead one.
    pub harmed: bool,
    pub does: Does,
    rotated: u32,
}

pub struct Stage {
    pub home: Home,
    pub service: Arc<Mutex<Service>>,
    pub fake: Fake,
}

impl Stage {
    pub fn new(does: Does) -> Self {
        let now = format!("{SECRET}1");
        let service = Arc::new(Mutex::new(Service { now, made: 1, harmed: false, does, rotated: 0 }));
        let inside = Arc::clone(&service);
        let fake = Fake::start(move |seen| inside.lock().unwrap().answer(seen));
        let stage = Self { home: Home::with_vault(), service, fake };
        stage.write_definition();
        let add = [
            "add",
            "mine/ci",
            "--stdin",
            "--instance",
            &stage.fake.origin,
            "--issued",
            "2026-11-22",
            "--expires",
            "90d",
            "--scope",
            "read",
        ];
        assert!(stage.piped(&add, &format!("{SECRET}1")).status.success());
        stage.trust();
        stage
    }

    pub fn write_definition(&self) {
        let folder = self.home.path().join(".config/patvault/services");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("mine.toml"), DEFINITION.replace("ORIGIN", &self.fake.origin)).unwrap();
    }

    /// A host of a definition of one's own is asked about once; here it was.
    pub fn trust(&self) {
        let state = self.home.path().join(".local/state/patvault");
        std::fs::create_dir_all(&state).unwrap();
        std::fs::write(state.join("hosts"), format!("{}\n", self.fake.origin)).unwrap();
    }

    pub fn piped(&self, args: &[&str], input: &str) -> Output {
        self.piped_with(args, input, &[])
    }

    pub fn piped_with(&self, args: &[&str], input: &str, vars: &[(&str, &str)]) -> Output {
        let mut command = self.home.patvault(args);
        command.envs(vars.iter().copied()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let _ended_before = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// Runs it some minutes after noon.
    pub fn at(&self, minute: u32, args: &[&str]) -> Output {
        self.piped_with(args, "", &[("PATVAULT_NOW", &format!("2026-11-22T12:{minute:02}:00Z"))])
    }

    pub fn token(&self) -> Json {
        let shown = self.piped(&["show", "mine/ci", "--json"], "");
        serde_json::from_slice(&shown.stdout).unwrap()
    }

    /// How many versions there are, and the state of each.
    pub fn states(&self) -> Vec<String> {
        let token = self.token();
        let versions = token["token"]["versions"].as_array().unwrap().clone();
        versions.iter().map(|version| version["state"].as_str().unwrap().to_owned()).collect()
    }

    pub fn secret(&self) -> String {
        String::from_utf8(self.piped(&["get", "mine/ci"], "").stdout).unwrap()
    }

    /// What stands in the journal, but for uses.
    pub fn left_in_journal(&self) -> Vec<String> {
        let journal = self.home.path().join(".local/share/patvault/main/journal");
        let names = std::fs::read_dir(journal).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| !name.ends_with(".age")).collect()
    }

    pub fn asked(&self) -> u32 {
        self.service.lock().unwrap().rotated
    }
}

pub const DEFINITION: &str = "language = 1
name = 'Mine'
[[site]]
at = 'ORIGIN'
[send.bearer]
headers = { Authorization = 'Bearer {token}' }
[call.me]
url = '{at}/me'
answers = [{ status = [200], means = 'alive' }, { status = [401], means = 'dead', why = 'it is not known' }]
[call.rotate]
method = 'POST'
url = '{at}/rotate'
json = { expires_at = '{expiry|day}' }
secret = { json = ['/token'] }
answers = [
    { status = [200], has = ['/id'], means = 'done' },
    { status = [401], means = 'dead', why = 'it is not known' },
    { status = [403], means = 'limited', why = 'it may not rotate itself' },
]
facts = { id = { json = ['/id'] }, expiry = { json = ['/expires_at'] } }
[call.revoke]
method = 'DELETE'
url = '{at}/me'
answers = [{ status = [204], means = 'done' }, { status = [401], means = 'dead' }]
[[kind]]
id = 'pat'
name = 'token'
send = 'bearer'
verify = ['me']
rotate = { call = 'rotate', kills_old = true, never_again = true, settles = 'by-old' }
revoke = { call = 'revoke', note = 'robots stop' }
[kind.page.rotate]
url = '{at}/page'
query = { name = '{new_name}', days = '{days}' }
how = 'press the button'
";

impl Service {
    pub fn answer(&mut self, seen: &Seen) -> Reply {
        let token = seen.headers["authorization"].strip_prefix("Bearer ").unwrap().to_owned();
        let alive = token == self.now;
        match (seen.method.as_str(), seen.path.as_str()) {
            ("GET", "/me") if alive => Reply::json(200, r#"{"robot":"robot-1","scopes":["write"]}"#),
            ("DELETE", "/me") if alive => {
                self.now.clear();
                Reply::Answer(204, vec![], String::new())
            }
            ("POST", "/rotate") => self.rotate(alive, seen),
            _ => Reply::json(401, "{}"),
        }
    }

    pub fn rotate(&mut self, alive: bool, seen: &Seen) -> Reply {
        self.rotated += 1;
        if !alive {
            self.harmed = true;
            self.now.clear();
            return Reply::json(401, "{}");
        }
        match self.does {
            Does::DropsBefore => return Reply::Silence,
            Does::Refuses(status) => return Reply::json(status, "{}"),
            Does::Same => return Reply::json(200, &json!({ "id": 1, "token": self.now }).to_string()),
            _ => {}
        }
        self.made += 1;
        self.now = format!("{SECRET}{}", self.made);
        let asked: Json = serde_json::from_str(&seen.body).unwrap();
        let whole = json!({ "id": self.made, "token": self.now, "expires_at": asked["expires_at"] });
        match self.does {
            Does::Answers => Reply::json(200, &whole.to_string()),
            Does::LineBreak => {
                self.now = format!("{SECRET}a\n{SECRET}b");
                Reply::json(200, &json!({ "id": 2, "token": self.now }).to_string())
            }
            Does::FailsAfter => Reply::json(500, "{}"),
            Does::Nonsense => Reply::Answer(200, vec![], "<html>welcome</html>".into()),
            Does::NoSecret => Reply::json(200, r#"{"id":2}"#),
            _ => Reply::Silence,
        }
    }
}

/// All that was printed. No secret is in it.
#[track_caller]
pub fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(!text.contains(SECRET), "{text}");
    text
}

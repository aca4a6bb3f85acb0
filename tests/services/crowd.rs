//! A thousand tokens of ten hosts: what a crowd of them asks of the hosts and of this machine, and what Ctrl-C leaves behind.
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::fake::{Fake, Reply};
use crate::home::{Home, skipped};
use crate::stage::said;

const HOSTS: usize = 10;
const TOKENS: usize = 1000;
/// How many tokens the small crowd has. It has about as much memory as a large one may.
const FEW: usize = 10;
/// The least time between two calls to a host, as the definition of this test says.
const GAP: Duration = Duration::from_millis(2);
/// The longest secret that is taken. If all were open at once, they would take a thousand of these.
const SECRET_BYTES: usize = 16 * 1024;

/// What the hosts see, all of them and each by itself.
#[derive(Default)]
struct Seen {
    now: AtomicUsize,
    most: AtomicUsize,
    answered: AtomicUsize,
    /// When each host was done with its last call; none while it has one.
    free: Mutex<BTreeMap<usize, Option<Instant>>>,
    wrong: Mutex<Vec<String>>,
    /// How much memory `patvault` had at each call, in order: whatever it opened beforehand is in the first, and whatever it kept
    /// of earlier ones in the last.
    kib: Mutex<Vec<usize>>,
}

impl Seen {
    fn enter(&self, host: usize) {
        self.most.fetch_max(self.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        match self.free.lock().unwrap().insert(host, None) {
            Some(None) => self.wrong.lock().unwrap().push(format!("two calls at once to host {host}")),
            Some(Some(free)) if free.elapsed() < GAP => {
                self.wrong.lock().unwrap().push(format!("host {host} had {:?} of rest", free.elapsed()));
            }
            _ => {}
        }
    }

    fn leave(&self, host: usize) {
        self.free.lock().unwrap().insert(host, Some(Instant::now()));
        self.now.fetch_sub(1, Ordering::SeqCst);
        self.answered.fetch_add(1, Ordering::SeqCst);
    }
}

/// Nobody is answered any more once so many were.
struct Gate {
    closed_from: usize,
    waiting: usize,
}

/// A home with a thousand tokens of ten hosts, and the hosts.
struct Crowd {
    home: Home,
    seen: Arc<Seen>,
    gate: Arc<(Mutex<Gate>, Condvar)>,
    _hosts: Vec<Fake>,
}

impl Crowd {
    fn new() -> Self {
        let (home, seen) = (Home::with_vault(), Arc::new(Seen::default()));
        let gate = Arc::new((Mutex::new(Gate { closed_from: usize::MAX, waiting: 0 }), Condvar::new()));
        let pid = home.at("pid");
        let hosts: Vec<Fake> = (0..HOSTS)
            .map(|host| {
                let (seen, gate, pid) = (Arc::clone(&seen), Arc::clone(&gate), pid.clone());
                Fake::start(move |_| {
                    seen.enter(host);
                    let (gate, changed) = &*gate;
                    let mut gate = gate.lock().unwrap();
                    if seen.answered.load(Ordering::SeqCst) >= gate.closed_from {
                        gate.waiting += 1;
                        changed.notify_all();
                        return Reply::Stalled;
                    }
                    drop(gate);
                    seen.kib.lock().unwrap().extend(kib(&pid));
                    seen.leave(host);
                    Reply::json(200, r#"{"name":"ada"}"#)
                })
            })
            .collect();
        let services = home.at(".config/patvault/services");
        fs::create_dir_all(&services).unwrap();
        let definition = format!(
            "language = 1\nname = 'Crowd'\ngap_ms = {}\n[[site]]\nat = '*'\n\
             [send.bearer]\nheaders = {{ Authorization = 'Bearer {{token}}' }}\n\
             [call.me]\nurl = '{{at}}/me'\nanswers = [{{ status = [200], has = ['/name'], means = 'alive' }}]\n\
             [[kind]]\nid = 'key'\nname = 'key'\nsend = 'bearer'\nverify = ['me']\n",
            GAP.as_millis()
        );
        fs::write(services.join("crowd.toml"), definition).unwrap();
        // As if the person had said yes to each of them.
        let known: String = hosts.iter().map(|host| format!("{}\n", host.origin)).collect();
        fs::write(home.at(".local/state/patvault/hosts"), known).unwrap();
        let token = |at: usize| {
            let secret = format!("not-a-real-secret-{at}-{}", "x".repeat(SECRET_BYTES - 32));
            let tag = if at < FEW { "few" } else { "many" };
            format!(
                r#"{{"service":"crowd","name":"{at}","instance":"{}","tags":["{tag}"],"versions":[{{"secret":"{secret}"}}]}}"#,
                hosts[at % HOSTS].origin
            )
        };
        let mut list = String::from(r#"{"patvault":1,"tokens":["#);
        for at in 0..TOKENS {
            write!(list, "{}{}", if at > 0 { "," } else { "" }, token(at)).unwrap();
        }
        home.write("list.json", (list + "]}").as_bytes());
        let imported = home.patvault(["import", "list.json", "--yes"]).output().unwrap();
        assert!(imported.status.success(), "{}", said(&imported));
        Self { home, seen, gate, _hosts: hosts }
    }

    /// `patvault verify`, whose process is known to the hosts.
    fn verify(&self, query: &str) -> std::process::Command {
        let mut command = self.home.command("sh".as_ref());
        command.args(["-c", &format!("echo $$ > pid; exec patvault verify {query}")]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn verified(&self) -> usize {
        let listed = self.home.patvault(["list", "--json"]).output().unwrap();
        let listed: serde_json::Value = serde_json::from_slice(&listed.stdout).unwrap();
        let tokens = listed["tokens"].as_array().unwrap();
        assert_eq!(tokens.len(), TOKENS);
        tokens.iter().filter(|token| token["versions"][0]["verdict"]["outcome"] == "alive").count()
    }
}

/// How much memory a process has now; none where the system does not tell.
fn kib(pid: &std::path::Path) -> Option<usize> {
    let status = fs::read_to_string(format!("/proc/{}/status", fs::read_to_string(pid).ok()?.trim())).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()
}

/// The least of some calls: while some of them came, answers were being written down, which takes the vault into memory.
fn least(kib: &[usize]) -> usize {
    kib.iter().copied().min().unwrap_or_default()
}

#[test]
fn a_thousand_tokens_are_asked_about_four_at_once_and_in_the_memory_of_a_few() {
    let crowd = Crowd::new();
    let few = crowd.verify("tag:few").output().unwrap();
    assert_eq!(few.status.code(), Some(0), "{}", said(&few));
    let few = std::mem::take(&mut *crowd.seen.kib.lock().unwrap());
    let all = crowd.verify("--all").output().unwrap();
    assert_eq!(all.status.code(), Some(0), "{}", said(&all));
    assert_eq!(crowd.seen.answered.load(Ordering::SeqCst), FEW + TOKENS);
    assert!(crowd.seen.most.load(Ordering::SeqCst) <= 4, "calls under way");
    let wrong = crowd.seen.wrong.lock().unwrap().clone();
    assert!(wrong.is_empty(), "{wrong:?}");
    assert_eq!(crowd.verified(), TOKENS);
    let all = crowd.seen.kib.lock().unwrap().clone();
    if all.is_empty() {
        return skipped("this system does not tell how much memory a process has");
    }
    let (few, first, last) = (least(&few), least(&all[..FEW]), least(&all[TOKENS - FEW..]));
    // Three quarters of what the secrets alone would take.
    let allowed = TOKENS * SECRET_BYTES / 1024 * 3 / 4;
    assert!(first < few + allowed, "{first} KiB at the first calls about all, {few} KiB about a few");
    assert!(last < few + allowed, "{last} KiB at the last calls about all, {few} KiB about a few");
}

#[test]
fn what_was_answered_before_ctrl_c_is_written_down() {
    const ANSWERED: usize = 60;
    let crowd = Crowd::new();
    let (gate, changed) = &*crowd.gate;
    gate.lock().unwrap().closed_from = ANSWERED;
    let mut verify = crowd.verify("--all").spawn().unwrap();
    drop(changed.wait_while(gate.lock().unwrap(), |gate| gate.waiting == 0).unwrap());
    let pid = fs::read_to_string(crowd.home.at("pid")).unwrap();
    let sent = std::process::Command::new("kill").args(["-INT", pid.trim()]).status().unwrap();
    assert!(sent.success());
    let ended = verify.wait().unwrap();
    assert!(!ended.success(), "{ended}");
    let verified = crowd.verified();
    let answered = crowd.seen.answered.load(Ordering::SeqCst);
    // Answers that were on their way when the wish came are not missed.
    assert!(verified + 4 >= answered && verified <= answered, "{verified} of {answered}");
    let doctor = crowd.home.patvault(["doctor"]).output().unwrap();
    assert!(doctor.status.success(), "{}", said(&doctor));
}

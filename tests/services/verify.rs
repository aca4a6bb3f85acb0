//! `patvault verify` against services on the machine itself: what is asked, what is written down, and what is said.
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use crate::fake::{Fake, Reply, Seen};
use crate::home::{Home, skipped};
use crate::stage::{Stage, said};

fn of(seen: &Seen) -> &str {
    seen.headers["authorization"].strip_prefix("Bearer not-a-real-secret-").unwrap()
}

fn alive(scopes: &str, ends: &str) -> Reply {
    let headers = vec![
        ("Content-Type", "application/json".to_owned()),
        ("X-OAuth-Scopes", scopes.to_owned()),
        ("GitHub-Authentication-Token-Expiration", ends.to_owned()),
    ];
    Reply::Answer(200, headers, r#"{"login":"ada","id":7}"#.into())
}

#[test]
fn what_the_service_says_is_written_down_with_its_source() {
    let stage = Stage::new();
    let service = Fake::start(|seen| match of(seen) {
        "good" => alive("repo, gist", "2027-02-11 09:00:00 UTC"),
        "gone" => Reply::json(401, r#"{"message":"Bad credentials"}"#),
        _ => Reply::json(500, "{}"),
    });
    stage.add(
        "good",
        &service.origin,
        &["--scope", "repo", "--scope", "public_repo", "--scope", "user", "--expires", "2027-01-31"],
    );
    stage.add("gone", &service.origin, &["--expires", "never"]);
    stage.add("unsaid", &service.origin, &["--expires", "never"]);

    let first = stage.run(&["verify", "--all"]);
    let text = said(&first);
    assert_eq!(first.status.code(), Some(4), "{text}");
    assert!(text.contains(&format!("For the first time from here, secrets go to {}", service.origin)), "{text}");
    let good = "alive    github/good  (ada): ends 2027-02-11, in 3 months, not 2027-01-31, in 2 months; may also gist; may not user";
    assert!(text.contains(good), "{text}");
    assert!(text.contains("dead     github/gone: "), "{text}");
    assert!(text.contains("refused  github/unsaid: the service has trouble of its own (500)"), "{text}");

    let token = stage.token("good");
    let version = &token["token"]["versions"][0];
    let there = |field: &str| version[field].to_string();
    assert!(there("expires").contains("2027-02-11") && there("expires").contains("service"), "{version}");
    let names = |field: &str| -> Vec<&str> {
        version[field].as_array().unwrap().iter().map(|scope| scope["name"].as_str().unwrap()).collect()
    };
    // What is wanted stays what the person said; what a wider scope contains is granted with it.
    assert_eq!(names("scopes"), ["public_repo", "repo", "user"]);
    assert_eq!(names("granted"), ["gist", "public_repo", "repo"]);
    let shown = said(&stage.run(&["show", "github/good"]));
    for line in [
        "gist  (medium risk, granted, not wanted)",
        "repo  (high risk, granted)",
        "user  (medium risk, wanted, not granted)",
    ] {
        assert!(shown.contains(line), "{line}: {shown}");
    }
    assert!(said(&stage.run(&["list", "is:mismatched"])).contains("good"));
    assert!(said(&stage.run(&["list", "scope:gist"])).contains("good"));
    assert!(said(&stage.run(&["list", "scope=user"])).contains("None of 3"));
    assert_eq!(token["token"]["account"], "ada");

    // The same again is no news, and the host is known by now.
    let again = said(&stage.run(&["verify", "github/good"]));
    assert_eq!(again.trim(), "alive    github/good  (ada)");
    assert_eq!(stage.run(&["verify", "name:good"]).status.code(), Some(0));

    // Whoever comes to want what is granted, and no more, has what they want.
    stage.run(&["scope", "github/good", "gist", "-user"]);
    assert!(said(&stage.run(&["list", "is:mismatched"])).contains("None of 3"));
    said(&stage.run(&["undo"]));
    assert!(said(&stage.run(&["list", "is:mismatched"])).contains("good"));
    assert_eq!(stage.run(&["verify", "name:unsaid"]).status.code(), Some(1));
}

#[test]
fn what_cannot_be_asked_is_said() {
    let stage = Stage::new();
    stage.keep("nowhere/x", &[]);
    stage.keep("github/odd", &["--kind", "something else"]);
    stage.keep("gitea/home", &[]);
    let text = said(&stage.run(&["verify", "--all"]));
    assert!(text.contains("nowhere/x: not asked: no service 'nowhere' is known"), "{text}");
    assert!(text.contains("github/odd: not asked: its kind is none"), "{text}");
    assert!(text.contains("gitea/home: not asked: its service needs an instance"), "{text}");
}

#[test]
fn a_kind_that_nobody_said_is_shown_by_the_secret_or_not_guessed() {
    let stage = Stage::new();
    let service = Fake::start(|_| Reply::json(200, r#"{"login":"ada","id":7}"#));
    stage.keep("github/plain", &["--instance", &service.origin]);
    let add = "printf 'gh%s' p_PATVAULTexampleNOTaREALtoken000l81uf | patvault add github/shown --stdin --instance $0 && \
               patvault edit github/shown --kind ''";
    let added = stage.home.command(Path::new("sh")).args(["-c", add, &service.origin]).output().unwrap();
    assert!(added.status.success(), "{}", String::from_utf8_lossy(&added.stderr));
    let text = said(&stage.run(&["verify", "--all"]));
    assert!(text.contains("alive    github/shown  (ada)"), "{text}");
    assert!(text.contains("github/plain: not asked: its kind is not known"), "{text}");
    assert_eq!(service.seen().len(), 1);
}

#[test]
fn a_host_of_a_definition_of_ones_own_is_asked_about() {
    let stage = Stage::new();
    let service = Fake::start(|_| Reply::json(200, r#"{"name":"ada"}"#));
    let folder = stage.home.path().join(".config/patvault/services");
    std::fs::create_dir_all(&folder).unwrap();
    let definition = format!(
        "language = 1\nname = 'GitHub of my own'\n[[site]]\nat = '{}'\n[send.bearer]\nheaders = {{ Authorization = 'Bearer {{token}}' }}\n\
         [call.me]\nurl = '{{at}}/me'\nanswers = [{{ status = [200], means = 'alive' }}]\n\
         [[kind]]\nid = 'classic'\nname = 'key'\nsend = 'bearer'\nverify = ['me']\n",
        service.origin
    );
    std::fs::write(folder.join("github.toml"), definition).unwrap();
    stage.add("x", &service.origin, &["--expires", "never"]);
    let refused = stage.run(&["verify", "--all"]);
    let text = said(&refused);
    assert_eq!(refused.status.code(), Some(3), "{text}");
    assert!(text.contains("could not ask for leave to send secrets to a new host"), "{text}");
    assert!(service.seen().is_empty());
}

/// A service behind TLS, with a certificate that only a company's own authority would sign. `openssl` says its port when it is
/// ready.
struct Closed {
    server: Child,
    origin: String,
}

impl Closed {
    fn start(home: &Home) -> Self {
        let make = |more: &str| {
            let common = "req -x509 -newkey rsa:2048 -nodes -days 2 -keyout";
            let words = common.split(' ').chain(more.split(' '));
            let made = Command::new("openssl").args(words).current_dir(home.path()).output().unwrap();
            assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        };
        make("authority.key -out authority.pem -subj /CN=authority");
        make(
            "tls.key -out tls.pem -subj /CN=localhost -CA authority.pem -CAkey authority.key \
             -addext subjectAltName=DNS:localhost -addext basicConstraints=critical,CA:FALSE",
        );
        std::fs::create_dir_all(home.at("api/v3")).unwrap();
        let body = r#"{"login":"ada","id":7}"#;
        let answer = format!("HTTP/1.1 200 X\r\nContent-Length: {}\r\n\r\n{body}", body.len());
        home.write("api/v3/user", answer.as_bytes());
        let mut server = Command::new("openssl")
            .args(["s_server", "-accept", "127.0.0.1:0", "-cert", "tls.pem", "-key", "tls.key", "-HTTP"])
            .current_dir(home.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(server.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = lines.filter_map(|line| line.strip_prefix("ACCEPT 127.0.0.1:").map(str::to_owned)).next().unwrap();
        Self { server, origin: format!("https://localhost:{port}") }
    }
}

impl Drop for Closed {
    fn drop(&mut self) {
        self.server.kill().unwrap();
        self.server.wait().unwrap();
    }
}

#[test]
fn certificates_are_those_of_the_platform_and_a_proxy_sees_no_secret() {
    let stage = Stage::new();
    if !stage.home.has("openssl") {
        return skipped("openssl is not installed");
    }
    let service = Closed::start(&stage.home);
    stage.add("x", &service.origin, &["--expires", "never"]);
    let verify = |variables: &[(&str, String)]| {
        stage.home.patvault(["verify", "--all"]).envs(variables.iter().cloned()).output().unwrap()
    };
    let unknown = said(&verify(&[]));
    assert!(unknown.contains("its certificate is not trusted here"), "{unknown}");
    let own = ("SSL_CERT_FILE", stage.home.at("authority.pem").to_string_lossy().into_owned());
    let trusted = said(&verify(std::slice::from_ref(&own)));
    assert!(trusted.contains("alive    github/x  (ada)"), "{trusted}");

    let proxy = Fake::start(|_| Reply::Answer(403, vec![], String::new()));
    let refused = said(&verify(&[own, ("HTTPS_PROXY", proxy.origin.clone())]));
    assert!(refused.contains("refused  github/x: could not reach") && refused.contains("proxy"), "{refused}");
    let seen = proxy.seen();
    assert_eq!(seen[0].method, "CONNECT");
    assert!(!format!("{seen:?}").contains("not-a-real-secret"), "{seen:?}");
}

#[test]
fn every_call_about_a_token_leaves_its_host_its_rest() {
    const GAP: Duration = Duration::from_millis(20);
    let stage = Stage::new();
    let last: Mutex<Option<Instant>> = Mutex::new(None);
    let rests = Arc::new(Mutex::new(vec![]));
    let seen_of = Arc::clone(&rests);
    let service = Fake::start(move |seen| {
        let mut last = last.lock().unwrap();
        seen_of.lock().unwrap().extend(last.map(|last| last.elapsed()));
        let page = match seen.path.as_str() {
            "/me" => r#"{"name":"ada"}"#,
            "/keys?page=4" => r#"{"keys":[]}"#,
            _ => r#"{"keys":[{"name":"other"}]}"#,
        };
        *last = Some(Instant::now());
        Reply::json(200, page)
    });
    let folder = stage.home.path().join(".config/patvault/services");
    std::fs::create_dir_all(&folder).unwrap();
    let definition = format!(
        "language = 1\nname = 'Paged'\ngap_ms = {}\n[[site]]\nat = '*'\n\
         [send.bearer]\nheaders = {{ Authorization = 'Bearer {{token}}' }}\n\
         [call.me]\nurl = '{{at}}/me'\nanswers = [{{ status = [200], means = 'alive' }}]\n\
         [call.keys]\nurl = '{{at}}/keys'\nanswers = [{{ status = [200], means = 'alive' }}]\nrows = '/keys'\n\
         row = {{ at = '/name', is = '{{name}}' }}\nnext = {{ page = 'page' }}\n\
         [[kind]]\nid = 'key'\nname = 'key'\nsend = 'bearer'\nverify = ['me', 'keys']\n",
        GAP.as_millis()
    );
    std::fs::write(folder.join("paged.toml"), definition).unwrap();
    std::fs::create_dir_all(stage.home.at(".local/state/patvault")).unwrap();
    std::fs::write(stage.home.at(".local/state/patvault/hosts"), format!("{}\n", service.origin)).unwrap();
    stage.keep("paged/x", &["--instance", &service.origin]);
    let done = stage.run(&["verify", "--all"]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    let rests = rests.lock().unwrap();
    assert_eq!(rests.len(), 4, "two calls, and three more pages: {rests:?}");
    assert!(rests.iter().all(|rest| *rest >= GAP), "{rests:?}");
}

#[test]
fn a_secret_that_is_purged_meanwhile_costs_no_other_token_its_look() {
    let stage = Stage::new();
    let names = ["a", "b", "c"];
    let away = |verb: &str, name: &str, more: &[&str]| {
        Mutex::new(stage.home.patvault([&[verb, &format!("github/{name}")], more].concat()))
    };
    let purges: Vec<_> =
        names.iter().map(|name| [away("remove", name, &[]), away("purge", name, &["--yes"])]).collect();
    let asked = AtomicUsize::new(0);
    // Whoever is asked about first, the next two are not the only ones: the last is purged before its turn has come.
    let service = Fake::start(move |seen| {
        if asked.fetch_add(1, Ordering::SeqCst) == 0 {
            let other = names.iter().rposition(|name| *name != of(seen)).unwrap();
            purges[other].iter().for_each(|step| assert!(step.lock().unwrap().status().unwrap().success()));
        }
        Reply::json(200, r#"{"login":"ada","id":7}"#)
    });
    names.iter().for_each(|name| stage.add(name, &service.origin, &["--expires", "never"]));
    let done = stage.run(&["verify", "--all"]);
    let text = said(&done);
    assert_eq!(done.status.code(), Some(1), "{text}");
    assert_eq!(text.matches("alive ").count(), 2, "{text}");
    assert!(text.contains("its secret was purged"), "{text}");
}

/// Counts how many calls are under way, at most.
#[derive(Default)]
struct Crowd {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Crowd {
    fn enter(&self) {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
    }

    fn leave(&self) {
        self.now.fetch_sub(1, Ordering::SeqCst);
    }
}

#[test]
fn four_at_once_and_one_at_a_time_to_a_host() {
    const HOSTS: usize = 6;
    let stage = Stage::new();
    let everybody = Arc::new(Crowd::default());
    // The first calls wait for each other: four come together, and no fifth.
    let gate = Arc::new((Mutex::new(0), Condvar::new()));
    let services: Vec<(Fake, Arc<Crowd>)> = (0..HOSTS)
        .map(|_| {
            let own = Arc::new(Crowd::default());
            let (all, mine, gate) = (Arc::clone(&everybody), Arc::clone(&own), Arc::clone(&gate));
            let service = Fake::start(move |_| {
                all.enter();
                mine.enter();
                let (count, together) = &*gate;
                let mut count = count.lock().unwrap();
                *count += 1;
                together.notify_all();
                drop(together.wait_while(count, |count| *count < 4).unwrap());
                all.leave();
                mine.leave();
                Reply::json(200, r#"{"login":"ada","id":7}"#)
            });
            (service, own)
        })
        .collect();
    for (at, (service, _)) in services.iter().enumerate() {
        for token in 0..2 {
            stage.add(&format!("{at}-{token}"), &service.origin, &["--expires", "never"]);
        }
    }
    let done = stage.run(&["verify", "--all"]);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    assert_eq!(everybody.most.load(Ordering::SeqCst), 4);
    assert!(services.iter().all(|(service, own)| own.most.load(Ordering::SeqCst) == 1 && service.seen().len() == 2));
}

//! Calls that are made with another credential than the token they are about, and lists that go over several pages.
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::fake::{Fake, Reply, Seen};
use crate::stage::{Stage, said};
use patvault::secret::Secret;
use patvault::service::definition::{Fact, Means};
use patvault::service::{Errand, Network, Other, Service, Unasked, Value, Values, parse, place};

/// What an application sends whose password that is, for the user `ada`.
fn basic(password: &str) -> String {
    use base64::Engine as _;
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("ada:{password}")))
}

/// A Gitea: it tells with the password alone what a token may do.
fn gitea(seen: &Seen) -> Reply {
    match (seen.path.as_str(), seen.headers["authorization"].as_str()) {
        ("/api/v1/user", "token not-a-real-secret-ci") => Reply::json(200, r#"{"login":"ada","id":7}"#),
        ("/api/v1/users/ada/tokens", with) if with == basic("not-a-real-secret-password") => Reply::json(
            200,
            r#"[{"id":1,"name":"other","token_last_eight":"12345678","scopes":["all"]},
                {"id":2,"name":"for ci","token_last_eight":"ecret-ci","scopes":["read:repository"]}]"#,
        ),
        ("/api/v1/users/ada/tokens?page=2", with) if with == basic("not-a-real-secret-password") => {
            Reply::json(200, "[]")
        }
        _ => Reply::json(401, r#"{"message":"not known"}"#),
    }
}

#[test]
fn another_credential_tells_what_the_token_may_not_see() {
    let stage = Stage::new();
    let service = Fake::start(gitea);
    stage.keep("gitea/password", &["--instance", &service.origin]);
    stage.keep("gitea/ci", &["--instance", &service.origin, "--account", "ada"]);

    let alone = said(&stage.run(&["verify", "gitea/ci"]));
    assert!(alone.lines().any(|line| line == "alive    gitea/ci  (ada)"), "{alone}");
    let with = stage.run(&["verify", "gitea/ci", "--with", "password=gitea/password"]);
    let text = said(&with);
    assert_eq!(with.status.code(), Some(0), "{text}");
    assert!(text.contains("alive    gitea/ci  (ada)"), "{text}");
    let shown = said(&stage.run(&["show", "gitea/ci"]));
    assert!(shown.contains("read:repository") && shown.contains("for ci"), "{shown}");
    assert!(!shown.contains("all"), "the row of another token: {shown}");

    // Kept with the token, it serves every time; in the trash it does not, and the token is asked about all the same.
    said(&stage.run(&["undo"]));
    said(&stage.run(&["edit", "gitea/ci", "--with", "password=gitea/password"]));
    said(&stage.run(&["verify", "gitea/ci"]));
    assert!(said(&stage.run(&["show", "gitea/ci"])).contains("read:repository"));
    said(&stage.run(&["remove", "gitea/password"]));
    let asked = service.seen().len();
    let gone = said(&stage.run(&["verify", "gitea/ci"]));
    assert!(gone.contains("alive    gitea/ci"), "{gone}");
    assert_eq!(service.seen().len(), asked + 1);
}

#[test]
fn a_secret_field_serves_as_a_credential() {
    let stage = Stage::new();
    let service = Fake::start(gitea);
    let body = format!(
        r#"{{"patvault":1,"tokens":[{{"service":"gitea","name":"ci","account":"ada","instance":"{}",
            "versions":[{{"secret":"not-a-real-secret-ci","parts":{{"password":"not-a-real-secret-password"}}}}]}}]}}"#,
        service.origin
    );
    stage.home.write("list.json", body.as_bytes());
    said(&stage.run(&["import", "list.json", "--yes"]));
    let text = said(&stage.run(&["verify", "gitea/ci"]));
    assert!(text.contains("alive    gitea/ci  (ada)"), "{text}");
    assert!(said(&stage.run(&["show", "gitea/ci"])).contains("read:repository"));
}

#[test]
fn another_credential_goes_to_no_other_place_and_to_no_other_service() {
    let stage = Stage::new();
    let service = Fake::start(gitea);
    let elsewhere = Fake::start(|_| Reply::json(500, "{}"));
    stage.keep("gitea/ci", &["--instance", &service.origin, "--account", "ada"]);
    stage.keep("gitea/password", &["--instance", &elsewhere.origin]);
    stage.keep("gitlab/admin", &["--instance", &service.origin, "--kind", "personal"]);

    let text = said(&stage.run(&["verify", "gitea/ci", "--with", "password=gitea/password"]));
    assert!(text.contains("the one that was given is of another place"), "{text}");
    assert!(elsewhere.seen().is_empty());
    let of_other = stage.run(&["verify", "gitea/ci", "--with", "personal=gitlab/admin"]);
    assert_eq!(of_other.status.code(), Some(0), "{}", said(&of_other));
    let secrets = ["not-a-real-secret-password".to_owned(), basic("not-a-real-secret-password")];
    for seen in service.seen() {
        let text = format!("{seen:?}");
        assert!(!secrets.iter().any(|secret| text.contains(secret)), "{text}");
        assert!(!text.contains("PRIVATE-TOKEN") && !text.contains("private-token"), "{text}");
    }
    // What makes no sense is said before anything is asked.
    let asked = service.seen().len();
    for (with, why) in [
        ("password", "does not say which token is meant"),
        ("password=nobody/home", "no token"),
        ("personal=gitea/password", "takes no other credential that is called 'personal'"),
        ("wrong=gitlab/admin", "it takes personal"),
    ] {
        let refused = stage.run(&["verify", "gitea/ci", "--with", with]);
        let text = said(&refused);
        assert_ne!(refused.status.code(), Some(0), "{with}");
        assert!(text.contains(why), "{with}: {text}");
    }
    assert_eq!(service.seen().len(), asked);
}

/// A service that lists keys, in that way.
fn listing(next: &str) -> Arc<Service> {
    let text = format!(
        "language = 1
        name = 'Lists'
        [[site]]
        at = '*'
        [send.bearer]
        headers = {{ Authorization = 'Bearer {{token}}' }}
        [credential.admin]
        what = 'another key'
        send = 'bearer'
        [call.keys]
        url = '{{at}}/keys'
        query = {{ state = 'active' }}
        rows = '/keys'
        row = {{ at = '/hint', ends = '{{token}}' }}
        next = {next}
        answers = [{{ status = [200], has = ['/keys'], means = 'alive' }}]
        facts = {{ label = {{ json = ['/name'] }} }}
        [call.keys_by_admin]
        url = '{{at}}/keys'
        by = 'admin'
        rows = '/keys'
        row = {{ at = '/hint', ends = '{{token}}' }}
        answers = [{{ status = [200], has = ['/keys'], means = 'alive' }}]
        [[kind]]
        id = 'key'
        name = 'key'
        send = 'bearer'
        verify = ['keys']
        list = 'keys_by_admin'"
    );
    Arc::new(Service { id: "lists".into(), definition: Arc::new(parse(&text).unwrap()), own: None })
}

fn errand(service: &Arc<Service>, origin: &str) -> Errand {
    let mut values = Values::default();
    values.set("token", Value::Secret(Secret::new("CANARY-wxyz".into())));
    Errand {
        place: place(&service.definition, Some(origin)).unwrap(),
        service: Arc::clone(service),
        kind: "key".into(),
        values,
        credentials: BTreeMap::new(),
        now: "2026-11-22T10:00:00Z".parse().unwrap(),
        nonce: String::new(),
    }
}

/// Three pages of keys, of which the last one has the token's.
fn pages(seen: &Seen) -> Reply {
    let host = &seen.headers["host"];
    let number = ["page=2", "page=3"].iter().position(|page| seen.path.contains(page)).map_or(1, |at| at + 2);
    let keys = match number {
        1 => r#"[{"hint":"…aaaa","name":"one"}]"#,
        2 => r#"[{"hint":"…bbbb","name":"two"}]"#,
        _ => r#"[{"hint":"…wxyz","name":"own"}]"#,
    };
    let (mut link, mut cursor) = (String::new(), String::new());
    if number < 3 {
        link = format!("<http://{host}/keys?state=active&page={}>; rel=\"next\"", number + 1);
        cursor = (number + 1).to_string();
    }
    let headers = vec![("Content-Type", "application/json".to_owned()), ("Link", link)];
    Reply::Answer(200, headers, format!(r#"{{"keys":{keys},"cursor":"{cursor}"}}"#))
}

#[test]
fn a_list_is_read_to_its_end_whichever_way_it_goes_on() {
    for (next, calls) in [("{ link = true }", 3), ("{ json = '/cursor', query = 'page' }", 3)] {
        let service = Fake::start(pages);
        let verified = errand(&listing(next), &service.origin).verify(&Network::new()).unwrap();
        assert_eq!(verified.means, Means::Alive, "{next}");
        assert_eq!(verified.facts.texts[&Fact::Label], "own", "{next}");
        let seen = service.seen();
        assert_eq!(seen.len(), calls, "{next}");
        assert!(seen.iter().all(|seen| seen.path.contains("state=active")), "{seen:?}");
    }
    let counted = Fake::start(|seen| match seen.path.contains("page=4") {
        true => Reply::json(200, r#"{"keys":[]}"#),
        false => pages(seen),
    });
    let verified = errand(&listing("{ page = 'page' }"), &counted.origin).verify(&Network::new()).unwrap();
    assert_eq!((verified.facts.texts[&Fact::Label].as_str(), counted.seen().len()), ("own", 4));
}

#[test]
fn the_same_row_on_two_pages_is_nobodys() {
    let service = Fake::start(|seen| {
        let next = if seen.path.contains("page=2") { "" } else { "2" };
        Reply::json(200, &format!(r#"{{"keys":[{{"hint":"…wxyz","name":"whose"}}],"cursor":"{next}"}}"#))
    });
    let next = "{ json = '/cursor', query = 'page' }";
    let verified = errand(&listing(next), &service.origin).verify(&Network::new()).unwrap();
    assert_eq!(verified.means, Means::Alive);
    assert!(verified.facts.texts.is_empty(), "{:?}", verified.facts);
}

#[test]
fn a_page_at_another_host_is_not_asked_for() {
    let elsewhere = Fake::start(pages);
    for next in ["{ link = true }", "{ json = '/next' }"] {
        let to = elsewhere.origin.clone();
        let service = Fake::start(move |_| {
            let headers = vec![
                ("Content-Type", "application/json".to_owned()),
                ("Link", format!("<{to}/keys?page=2>; rel=\"next\"")),
            ];
            Reply::Answer(200, headers, format!(r#"{{"keys":[],"next":"{to}/keys?page=2"}}"#))
        });
        let unasked = errand(&listing(next), &service.origin).verify(&Network::new()).unwrap_err();
        assert!(matches!(unasked, Unasked::Unfinished(_)), "{unasked}");
    }
    assert!(elsewhere.seen().is_empty());
}

#[test]
fn a_list_without_an_end_and_a_page_that_is_refused_end_the_asking() {
    let endless = Fake::start(|_| Reply::json(200, r#"{"keys":[{"hint":"…wxyz","name":"own"}],"cursor":"2"}"#));
    let service = listing("{ json = '/cursor', query = 'page' }");
    let unasked = errand(&service, &endless.origin).verify(&Network::new()).unwrap_err();
    assert_eq!(unasked.to_string(), "its list was not read to the end: it has too many pages");
    assert_eq!(endless.seen().len(), 50);

    let busy = Fake::start(|seen| match seen.path.contains("page=2") {
        true => Reply::Answer(429, vec![("Retry-After", "7".into())], String::new()),
        false => pages(seen),
    });
    let verified = errand(&service, &busy.origin).verify(&Network::new()).unwrap();
    assert_eq!((verified.means, verified.wait.map(|wait| wait.as_secs())), (Means::Throttled, Some(7)));
}

#[test]
fn a_list_by_another_credential_is_asked_for_only_where_that_is_of_the_same_place() {
    let service = listing("{ link = true }");
    let fake = Fake::start(|_| Reply::json(200, r#"{"keys":[]}"#));
    let elsewhere = Fake::start(|_| Reply::json(200, r#"{"keys":[]}"#));
    for (origin, calls) in [(&fake.origin, 2), (&elsewhere.origin, 1)] {
        let mut errand = errand(&service, &fake.origin);
        let place = place(&service.definition, Some(origin));
        let before = fake.seen().len();
        errand.credentials.insert("admin".into(), Other { secret: Secret::new("ADMIN".into()), place });
        let verified = errand.verify(&Network::new()).unwrap();
        assert_eq!(fake.seen().len() - before, calls);
        assert_eq!(verified.why.is_some(), calls == 1, "{:?}", verified.why);
    }
    assert!(elsewhere.seen().is_empty());
    let with_admin = fake.seen().iter().filter(|seen| seen.headers["authorization"] == "Bearer ADMIN").count();
    assert_eq!(with_admin, 1);
}

//! Asking a service over real connections: what goes out, what comes back, and what is made of what goes wrong.
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use crate::fake::{Fake, Reply};
use patvault::ports::{Answer, Http, Request, Trouble};
use patvault::secret::Secret;
use patvault::service::definition::{Fact, Means};
use patvault::service::{Catalogue, Errand, Network, Unasked, Value, Values, hosts, place};

fn request(origin: &str) -> Request {
    Request {
        method: "GET",
        origin: origin.to_owned(),
        url: Secret::new(format!("{origin}/user")),
        headers: vec![("Authorization".into(), Secret::new("Bearer CANARY".into()))],
        body: None,
    }
}

fn sent(reply: Reply) -> Result<Answer, Trouble> {
    let service = Fake::start(move |_| reply.clone());
    Network::new().send(&request(&service.origin))
}

#[test]
fn goes_out_as_it_was_built_and_comes_back_whole() {
    let service = Fake::start(|_| Reply::json(403, r#"{"a":1}"#));
    let mut asked = request(&service.origin);
    asked.method = "POST";
    asked.body = Some(Secret::new("x=1".into()));
    let answer = Network::new().send(&asked).unwrap();
    assert_eq!((answer.status, answer.header("content-type")), (403, Some("application/json")));
    assert_eq!(*answer.body, br#"{"a":1}"#);
    let seen = service.seen().remove(0);
    assert_eq!((seen.method.as_str(), seen.path.as_str(), seen.body.as_str()), ("POST", "/user", "x=1"));
    assert_eq!(seen.headers["authorization"], "Bearer CANARY");
}

#[test]
fn a_redirect_is_an_answer_and_nobody_else_is_asked() {
    let elsewhere = Fake::start(|_| Reply::json(200, "{}"));
    for status in [301, 302, 303, 307, 308] {
        let location = vec![("Location", format!("{}/stolen", elsewhere.origin))];
        let answer = sent(Reply::Answer(status, location, String::new())).unwrap();
        assert_eq!(answer.status, status);
    }
    assert!(elsewhere.seen().is_empty());
}

#[test]
fn what_did_not_go_out_is_told_from_what_may_have_been_done() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", closed.local_addr().unwrap());
    drop(closed);
    let refused = Network::new().send(&request(&origin)).err().unwrap();
    assert!(matches!(refused, Trouble::Unreached { .. }), "{refused}");
    let nowhere = Network::new().send(&request("https://no-such-host.invalid")).err().unwrap();
    assert!(matches!(nowhere, Trouble::Unreached { .. }), "{nowhere}");

    // More than is read, of what says that it is a gigabyte.
    let mut gigabyte = b"HTTP/1.1 200 X\r\nContent-Length: 1073741824\r\n\r\n".to_vec();
    gigabyte.resize(1 << 21, b'x');
    let lost = [
        ("silence", Reply::Silence),
        ("no HTTP", Reply::Bytes(b"hello\r\n\r\n".to_vec())),
        ("cut off", Reply::Bytes(b"HTTP/1.1 200 X\r\nContent-Length: 10\r\n\r\nhalf".to_vec())),
        ("endless", Reply::Endless),
        ("a gigabyte", Reply::Bytes(gigabyte)),
    ];
    for (what, reply) in lost {
        let trouble = sent(reply).err().unwrap_or_else(|| panic!("{what} was an answer"));
        assert!(matches!(trouble, Trouble::Lost { .. }), "{what}: {trouble}");
        assert!(!trouble.to_string().contains("CANARY"), "{trouble}");
    }
}

#[test]
fn nobody_is_waited_for_for_ever() {
    let service = Fake::start(|_| Reply::Stalled);
    let trouble = Network::within(Duration::from_millis(200)).send(&request(&service.origin)).err().unwrap();
    assert!(matches!(trouble, Trouble::Lost { .. }), "{trouble}");
}

/// A made-up token of GitHub's, at an Enterprise Server that is this test.
fn errand(origin: &str) -> Errand {
    let service = Catalogue::of(Path::new("no/such/folder")).get("github").unwrap().unwrap();
    let mut values = Values::default();
    values.set("token", Value::Secret(Secret::new("CANARY".into())));
    Errand {
        place: place(&service.definition, Some(origin)).unwrap(),
        service: Arc::new(service),
        kind: "classic".into(),
        values,
        credentials: BTreeMap::new(),
        now: "2026-11-22T10:00:00Z".parse().unwrap(),
        nonce: String::new(),
    }
}

#[test]
fn a_token_is_verified() {
    let service = Fake::start(|seen| match seen.headers["authorization"].as_str() {
        "Bearer CANARY" => {
            let headers = vec![("Content-Type", "application/json".into()), ("X-OAuth-Scopes", "repo, gist".into())];
            Reply::Answer(200, headers, r#"{"login":"ada","id":7}"#.into())
        }
        _ => Reply::json(401, "{}"),
    });
    let mut errand = errand(&service.origin);
    let hosts = hosts(&errand.service.definition, &errand.place, &["user".into()]);
    assert_eq!(hosts, [service.origin.as_str()]);
    let verified = errand.verify(&Network::new()).unwrap();
    assert_eq!((verified.means, verified.facts.texts[&Fact::Owner].as_str()), (Means::Alive, "ada"));
    assert_eq!(verified.facts.scopes.unwrap(), ["repo", "gist"]);
    assert_eq!(service.seen()[0].path, "/api/v3/user");
}

#[test]
fn only_the_services_own_word_is_taken() {
    let cases = [
        (Reply::json(401, r#"{"message":"Bad credentials"}"#), Means::Dead),
        (Reply::json(200, r#"{"something":"else"}"#), Means::Refused),
        (Reply::json(200, "not JSON"), Means::Refused),
        (Reply::Answer(200, vec![("Content-Type", "text/html".into())], "<html>Sign in".into()), Means::Refused),
        (Reply::Answer(401, vec![("Content-Type", "text/html".into())], "<html>Proxy".into()), Means::Refused),
        (Reply::json(404, "{}"), Means::Refused),
        (Reply::json(500, r#"{"message":"oops"}"#), Means::Refused),
        (Reply::Answer(302, vec![("Location", "https://elsewhere.example".into())], String::new()), Means::Refused),
    ];
    for (reply, want) in cases {
        let service = Fake::start({
            let reply = reply.clone();
            move |_| reply.clone()
        });
        let verified = errand(&service.origin).verify(&Network::new()).unwrap();
        assert_eq!(verified.means, want, "{reply:?}");
    }
    let throttled = Reply::Answer(429, vec![("Retry-After", "7".into())], String::new());
    let service = Fake::start(move |_| throttled.clone());
    let verified = errand(&service.origin).verify(&Network::new()).unwrap();
    assert_eq!((verified.means, verified.wait), (Means::Throttled, Some(Duration::from_secs(7))));
    let gone = errand("http://127.0.0.1:1").verify(&Network::new()).unwrap_err();
    assert!(matches!(gone, Unasked::Trouble(Trouble::Unreached { .. })), "{gone}");
}

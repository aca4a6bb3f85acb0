//! A token that was made up is never called alive: not by a page, a proxy, an empty answer, or a service that is another one.
use std::collections::BTreeMap;
use std::sync::Arc;

use patvault::ports::{Answer, Http, Request, Trouble};
use patvault::secret::Secret;
use patvault::service::definition::Means;
use patvault::service::{Errand, Other, Value};
use proptest::test_runner::TestRunner;

use crate::{everything, instances, now, samples, shipped};

/// Answers everything in the same way.
struct Always(u16, &'static [(&'static str, &'static str)], &'static str);

impl Http for Always {
    fn send(&self, _: &Request) -> Result<Answer, Trouble> {
        let Self(status, headers, body) = *self;
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Ok(Answer { status, headers, body: body.as_bytes().to_vec().into() })
    }
}

const JSON: &[(&str, &str)] = &[("content-type", "application/json")];
const HTML: &[(&str, &str)] = &[("content-type", "text/html")];

/// What somebody may answer who does not know the token.
const STRANGERS: [Always; 18] = [
    Always(404, JSON, r#"{"message":"Not Found"}"#),
    Always(404, HTML, "<html>Not Found"),
    Always(401, HTML, "<html>Sign in"),
    Always(200, HTML, "<html><title>Sign in</title></html>"),
    Always(200, HTML, ""),
    Always(200, JSON, ""),
    Always(200, JSON, "{}"),
    Always(200, JSON, "[]"),
    Always(200, JSON, "null"),
    Always(200, JSON, "true"),
    Always(200, JSON, "\"ok\""),
    Always(200, JSON, r#"{"status":"ok"}"#),
    Always(200, JSON, r#"{"error":"unauthorized","message":"who are you?"}"#),
    Always(200, JSON, r#"{"something":{"else":[1,2,3]}}"#),
    Always(204, &[], ""),
    Always(302, &[("location", "https://elsewhere.example/sign-in")], ""),
    Always(403, JSON, "{}"),
    Always(500, JSON, r#"{"message":"oops"}"#),
];

/// Whether a service believes one of these all the same, for a reason.
fn is_believed(service: &str, stranger: &Always) -> bool {
    let Always(status, headers, body) = *stranger;
    match service {
        // An answer without a body is how it says that a token works, and no other way is proven.
        "sentry" => status == 200 && body.is_empty(),
        // Whatever answers at the address that the person chose, but for a page.
        "other" => headers != HTML || body.is_empty(),
        _ => false,
    }
}

#[test]
fn a_token_that_was_made_up_is_never_called_alive() {
    let mut runner = TestRunner::deterministic();
    let mut wrong = vec![];
    for service in shipped().into_iter().map(Arc::new) {
        let definition = &service.definition;
        for (kind, place) in
            definition.kinds.iter().flat_map(|kind| instances(definition).into_iter().map(move |at| (kind, at)))
        {
            let made_up = kind.forms.first().and_then(|form| samples(form, &mut runner).pop());
            let token = made_up.unwrap_or_else(|| "not-a-real-secret".into());
            let mut values = everything(definition);
            values.set("token", Value::Secret(Secret::new(token)));
            for stranger in &STRANGERS {
                let other = || Other { secret: Secret::new("OTHER".into()), place: Some(place.clone()) };
                let mut errand = Errand {
                    service: Arc::clone(&service),
                    kind: kind.id.clone(),
                    place: place.clone(),
                    values: values.clone(),
                    credentials: definition
                        .credentials
                        .keys()
                        .map(|name| (name.clone(), other()))
                        .collect::<BTreeMap<_, _>>(),
                    now: now(),
                    nonce: "nonce".into(),
                };
                let Ok(verified) = errand.verify(stranger) else { continue };
                let is_alive = matches!(verified.means, Means::Alive | Means::Limited | Means::Done);
                if is_alive && !is_believed(&service.id, stranger) {
                    let Always(status, _, body) = stranger;
                    wrong.push(format!("{}/{} at {}: {status} {body}", service.id, kind.id, place.at));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "called alive:\n{}", wrong.join("\n"));
}

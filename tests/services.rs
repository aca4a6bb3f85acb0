//! Every service that is shipped: its definition makes sense, its forms tell its tokens from all others, and each of its
//! examples means what it says.
#![cfg(test)]

#[path = "common/fake.rs"]
mod fake;
#[path = "common/home.rs"]
mod home;
mod services {
    mod crowd;
    mod documents;
    mod http;
    mod mine;
    mod others;
    mod rotate;
    pub mod stage;
    mod strangers;
    mod verify;
    mod walk;
}

use services::stage;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use chrono::{DateTime, Utc};
use patvault::ports::Answer;
use patvault::secret::Secret;
use patvault::service::definition::{Definition, Example, Fact, Form, Kind, Means};
use patvault::service::{
    Asking, Catalogue, End, Facts, Place, Service, Sureness, Value, Values, build, checksum, detect, detect_among_all,
    judge, place,
};
use proptest::prelude::Strategy;
use proptest::strategy::ValueTree;
use proptest::string::string_regex;
use proptest::test_runner::TestRunner;
use zeroize::Zeroizing;

/// How many made-up tokens each form is tried with.
const SAMPLES: usize = 16;

fn shipped() -> Vec<Service> {
    Catalogue::of(Path::new("no/such/folder")).all().unwrap()
}

fn now() -> DateTime<Utc> {
    "2026-11-22T10:00:00Z".parse().unwrap()
}

/// Tokens of a form, made up when the test runs, with right checksums.
fn samples(form: &Form, runner: &mut TestRunner) -> Vec<String> {
    let strategy = string_regex(&form.pattern).unwrap();
    let mut sample = || strategy.new_tree(runner).unwrap().current();
    let made = (0..SAMPLES).map(|_| sample()).map(|text| with_checksum(form, &text));
    made.map(|text| with_inside(form, text)).collect()
}

fn with_checksum(form: &Form, text: &str) -> String {
    let Some(kind) = form.checksum else { return text.to_owned() };
    let pattern = regex_lite::Regex::new(&format!("^(?:{})$", form.pattern)).unwrap();
    let found = pattern.captures(text).unwrap();
    let (over, sum) = (found.name("over").unwrap(), found.name("sum").unwrap());
    let right = checksum(kind, over.as_str(), sum.as_str().len());
    format!("{}{right}{}", &text[..sum.start()], &text[sum.end()..])
}

/// A form that has something inside is only had by tokens that hold it.
fn with_inside(form: &Form, text: String) -> String {
    use base64::Engine as _;
    let Some(inside) = &form.decodes_to else { return text };
    let mut runner = TestRunner::deterministic();
    let start = string_regex(inside).unwrap().new_tree(&mut runner).unwrap().current();
    let whole = start.bytes().chain(text.bytes()).take(text.len() * 3 / 4).collect::<Vec<u8>>();
    base64::engine::general_purpose::STANDARD.encode(whole)
}

#[test]
fn a_form_tells_its_own_tokens_from_all_others() {
    let (services, catalogue) = (shipped(), Catalogue::of(Path::new("no/such/folder")));
    let mut runner = TestRunner::deterministic();
    for service in &services {
        for (kind, form) in
            service.definition.kinds.iter().flat_map(|kind| kind.forms.iter().map(move |form| (kind, form)))
        {
            for sample in samples(form, &mut runner) {
                let secret = Secret::new(sample.clone());
                let found = detect(&services, &secret);
                assert_eq!(detect_among_all(&catalogue, &secret).unwrap(), found, "{sample}");
                let own = found.iter().find(|found| found.service == service.id && found.kind == kind.id);
                let own = own.unwrap_or_else(|| panic!("{}/{} does not know its own {sample}", service.id, kind.id));
                assert_ne!(own.sureness, Sureness::Slip, "{}/{}: {sample}", service.id, kind.id);
                if form.telling {
                    let sure = |of: &Sureness| matches!(of, Sureness::Certain | Sureness::Likely);
                    let others: BTreeSet<&str> = found
                        .iter()
                        .filter(|found| sure(&found.sureness))
                        .map(|found| found.service.as_str())
                        .collect();
                    assert_eq!(others, BTreeSet::from([service.id.as_str()]), "{sample}");
                }
            }
        }
    }
}

#[test]
fn a_slip_is_told_from_a_token() {
    let services = shipped();
    let mut runner = TestRunner::deterministic();
    let with_sum = services.iter().flat_map(|service| service.definition.kinds.iter().flat_map(|kind| &kind.forms));
    for form in with_sum.filter(|form| form.checksum.is_some() && form.telling) {
        for sample in samples(form, &mut runner) {
            let pattern = regex_lite::Regex::new(&format!("^(?:{})$", form.pattern)).unwrap();
            let over = pattern.captures(&sample).unwrap().name("over").unwrap();
            // The last sign of what the checksum is taken of, where any other sign of the form may stand.
            let mut slip = sample.clone().into_bytes();
            let at = over.end() - 1;
            slip[at] = if slip[at] == b'1' { b'2' } else { b'1' };
            let slip = String::from_utf8(slip).unwrap();
            if pattern.is_match(&slip) {
                assert_eq!(detect(&services, &Secret::new(slip.clone()))[0].sureness, Sureness::Slip, "{slip}");
            }
        }
    }
}

fn answer(example: &Example) -> Answer {
    let mut headers: Vec<(String, String)> =
        example.headers.iter().map(|(name, value)| (name.to_lowercase(), value.clone())).collect();
    if !headers.iter().any(|(name, _)| name == "content-type") {
        headers.push(("content-type".into(), "application/json".into()));
    }
    Answer { status: example.status, headers, body: Zeroizing::new(example.body.clone().into_bytes()) }
}

fn words(facts: &Facts) -> BTreeMap<Fact, String> {
    let mut words = facts.texts.clone();
    let mut put = |fact, text: Option<String>| words.extend(text.map(|text| (fact, text)));
    put(Fact::Scopes, facts.scopes.as_ref().map(|scopes| scopes.join(" ")));
    put(Fact::Issued, facts.issued.map(|at| at.to_string()));
    put(Fact::LastUse, facts.last_use.map(|at| at.to_string()));
    put(
        Fact::Expiry,
        facts.expiry.map(|end| match end {
            End::Never => "never".into(),
            End::At(at) => at.to_string(),
        }),
    );
    words
}

#[test]
fn every_example_means_what_it_says() {
    for service in shipped() {
        for example in &service.definition.examples {
            let call = &service.definition.calls[&example.call];
            let mut values = Values::default();
            for (name, text) in &example.given {
                values.set(name, Value::Text(text.clone()));
            }
            let judged = judge(call, &answer(example), &values, now());
            let what = format!("{}, {}: {}", service.id, example.call, example.what);
            assert_eq!(judged.means, example.means, "{what} ({:?})", judged.why);
            assert_eq!(words(&judged.facts), example.facts, "{what}");
        }
    }
}

/// What the first call of a verification has to show.
const SHOWN: [Means; 2] = [Means::Alive, Means::Dead];

#[test]
fn everything_that_is_asked_is_shown() {
    for service in shipped() {
        let definition = &service.definition;
        let shown = |call: &str| -> Vec<Means> {
            definition.examples.iter().filter(|example| example.call == call).map(|example| example.means).collect()
        };
        for kind in &definition.kinds {
            if let Some(first) = kind.verify.first() {
                for means in SHOWN {
                    assert!(shown(first).contains(&means), "{}, {first}: no example is {means:?}", service.id);
                }
            }
            let acts =
                kind.rotate.iter().map(|rotate| &rotate.call).chain(kind.revoke.iter().map(|revoke| &revoke.call));
            for call in acts.chain(&kind.create) {
                assert!(shown(call).contains(&Means::Done), "{}, {call}: no example is done", service.id);
            }
            let adds = kind.verify.iter().skip(1).chain(&kind.list);
            for call in adds {
                assert!(!shown(call).is_empty(), "{}, {call}: no example", service.id);
            }
        }
        let used: BTreeSet<&str> = used(definition);
        let unused: Vec<&String> = definition.calls.keys().filter(|call| !used.contains(call.as_str())).collect();
        assert!(unused.is_empty(), "{}: nothing asks for {unused:?}", service.id);
    }
}

fn used(definition: &Definition) -> BTreeSet<&str> {
    let of_kind = |kind: &Kind| -> Vec<String> {
        let acts = kind.rotate.iter().map(|rotate| &rotate.call).chain(kind.revoke.iter().map(|revoke| &revoke.call));
        kind.verify.iter().chain(&kind.list).chain(&kind.create).chain(acts).cloned().collect()
    };
    let mut used: BTreeSet<&str> = BTreeSet::new();
    for call in definition.kinds.iter().flat_map(of_kind) {
        let mut next = definition.calls.get_key_value(&call);
        while let Some((name, call)) = next {
            used.insert(name);
            next = call.after.as_ref().and_then(|after| definition.calls.get_key_value(after));
        }
    }
    used
}

/// Values that a call may ask for, all made up.
fn everything(definition: &Definition) -> Values {
    let mut values = Values::default();
    let kept = definition.calls.values().flat_map(|call| call.keeps.keys());
    for name in definition.fields.keys().chain(kept) {
        values.set_text(name, Some("made-up"));
    }
    for name in ["account", "name", "new_name", "label", "id", "owner", "owner_id", "email"] {
        values.set_text(name, Some("made-up"));
    }
    values.set("token", Value::Secret(Secret::new("CANARY".into())));
    values.set("scopes", Value::List(vec!["one".into(), "two".into()]));
    values.set("expiry", Value::Time(now()));
    values.set("days", Value::Number(90));
    values.set("lifetime_s", Value::Number(7_776_000));
    values
}

/// An address for each site of a service, with made-up parts.
fn instances(definition: &Definition) -> Vec<Place> {
    let made_up = |at: &str| match at {
        "*" => "https://self-hosted.example".to_owned(),
        at => regex_lite::Regex::new(r"\{[^}]*\}").unwrap().replace_all(at, "acme").into_owned(),
    };
    definition.sites.iter().map(|site| place(definition, Some(&made_up(&site.at))).unwrap()).collect()
}

#[test]
fn every_call_can_be_built_and_goes_where_the_definition_says() {
    for service in shipped() {
        let definition = &service.definition;
        let values = everything(definition);
        let credential = Secret::new("OTHER".into());
        for place in instances(definition) {
            let hosts: BTreeSet<String> = place.addresses.values().map(|at| origin(at)).collect();
            for kind in &definition.kinds {
                for (name, call) in &definition.calls {
                    let asking = Asking {
                        place: &place,
                        usual_send: kind.send.as_deref().or(definition.send.keys().next().map(String::as_str)),
                        values: &values,
                        credential: call.by.as_ref().map(|_| &credential),
                        nonce: "nonce",
                        now_s: 0,
                    };
                    // An address of another site is not known here.
                    let Ok(request) = build(definition, call, &asking) else { continue };
                    let literal = call.url.split('{').next().unwrap();
                    let named = hosts.contains(&request.origin) || literal.starts_with(&format!("{}/", request.origin));
                    assert!(named, "{}, {name}: {} is nowhere in the definition", service.id, request.origin);
                    let secret_in_url = request.url.expose().contains("CANARY");
                    let said = definition.send.values().any(|sending| !sending.query.is_empty());
                    assert!(!secret_in_url || said, "{}, {name}: the token stands in the address", service.id);
                }
            }
        }
    }
}

fn origin(url: &str) -> String {
    url.split('/').take(3).collect::<Vec<_>>().join("/")
}

/// No answer that everybody may give tells that a token is dead: a proxy, a sign-in page, an outage.
#[test]
fn only_the_service_itself_says_dead() {
    let page = |status| Answer {
        status,
        headers: vec![("content-type".into(), "text/html".into())],
        body: Zeroizing::new(b"<html><title>Sign in</title></html>".to_vec()),
    };
    for service in shipped() {
        for (name, call) in &service.definition.calls {
            if call.any_content {
                continue;
            }
            for status in [200, 203, 302, 400, 401, 403, 404, 407, 429, 500, 502, 503] {
                let means = judge(call, &page(status), &Values::default(), now()).means;
                let said = matches!(means, Means::Refused | Means::Throttled);
                assert!(said, "{}, {name}: a page with status {status} means {means:?}", service.id);
            }
        }
    }
}

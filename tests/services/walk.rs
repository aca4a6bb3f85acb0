//! Every definition that rotates or revokes by a call, with a service that answers as its own examples say: afterwards the new
//! secret is in the vault, or the token is revoked.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};

use patvault::service::definition::{Call, Definition, Example, Kind, Means};
use patvault::service::{Catalogue, Service};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use serde_json::{Value as Json, json};

use crate::fake::{Fake, Reply, Seen};
use crate::home::Home;

/// What is wanted of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Rotate,
    Revoke,
}

/// A definition that leads to a service on the machine itself. The path of each call is its name, and behind that the values of
/// the placeholders that its address asks for: one that is not known keeps the call from being made.
fn led_to(service: &Service, origin: &str) -> String {
    let path = Path::new("assets/services").join(format!("{}.toml", service.id));
    let mut text: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
    let mut sites = BTreeSet::from(["at".to_owned()]);
    for site in text["site"].as_array().unwrap() {
        sites.extend(names(site["at"].as_str().unwrap()));
        sites.extend(site.get("addresses").iter().flat_map(|all| all.as_table().unwrap().keys().cloned()));
    }
    let addresses = sites.iter().filter(|name| *name != "at").map(|name| (name.clone(), origin.into())).collect();
    let mut only = toml::Table::from_iter([("at".to_owned(), origin.into())]);
    only.insert("addresses".into(), toml::Value::Table(addresses));
    text.insert("site".into(), toml::Value::Array(vec![toml::Value::Table(only)]));
    for (name, call) in text.get_mut("call").iter_mut().flat_map(|calls| calls.as_table_mut().unwrap()) {
        let call = call.as_table_mut().unwrap();
        let mut url = format!("{{at}}/{name}");
        for value in names(call["url"].as_str().unwrap()).iter().filter(|name| !sites.contains(*name)) {
            write!(url, "/{{{value}}}").unwrap();
        }
        call.insert("url".into(), url.into());
        call.remove("next");
    }
    // What else names a host is for people.
    text.insert("gap_ms".into(), 0.into());
    text.to_string()
}

fn names(template: &str) -> Vec<String> {
    let pattern = regex_lite::Regex::new(r"\{([a-z_0-9]+)(?:\|[a-z]+)?\}").unwrap();
    pattern.captures_iter(template).map(|found| found[1].to_owned()).collect()
}

/// The example that shows a call do what it is for.
fn example<'a>(definition: &'a Definition, call: &str) -> &'a Example {
    let of = |means: Means| definition.examples.iter().find(move |one| one.call == call && one.means == means);
    of(Means::Done).or_else(|| of(Means::Alive)).unwrap_or_else(|| panic!("{call} has no example"))
}

fn reply(definition: &Definition, seen: &Seen) -> Reply {
    let name = seen.path.split(['/', '?']).nth(1).unwrap();
    let shown = example(definition, name);
    let names = ["Content-Type", "X-OAuth-Scopes", "github-authentication-token-expiration", "x-account-id"];
    let headers = names.into_iter().filter_map(|name| Some((name, shown.headers.get(name)?.clone()))).collect();
    Reply::Answer(shown.status, headers, shown.body.clone())
}

/// The call that does what is wanted, and those before it and before the verdict.
fn calls(kind: &Kind, wanted: Wanted) -> Option<(String, Vec<String>)> {
    let renewed = kind.rotate.as_ref().map(|rotate| &rotate.call).or(kind.create.as_ref());
    let call = match wanted {
        Wanted::Rotate => renewed?,
        Wanted::Revoke => &kind.revoke.as_ref()?.call,
    };
    Some((call.clone(), kind.verify.iter().chain(&kind.list).cloned().chain([call.clone()]).collect()))
}

/// What the examples of these calls, and of those before them, were given.
fn given(definition: &Definition, calls: &[String]) -> BTreeMap<String, String> {
    let mut given = BTreeMap::new();
    for name in calls {
        let mut next: Option<(&String, &Call)> = definition.calls.get_key_value(name);
        while let Some((name, call)) = next {
            for (name, value) in &example(definition, name).given {
                given.entry(name.clone()).or_insert_with(|| value.clone());
            }
            next = call.after.as_ref().and_then(|after| definition.calls.get_key_value(after));
        }
    }
    given
}

/// A token of a kind, with everything that its calls ask for, as `patvault import` takes it.
fn token(service: &Service, kind: &Kind, name: &str, origin: &str, wanted: Wanted, runner: &mut TestRunner) -> Json {
    let definition = &service.definition;
    let (_, calls) = calls(kind, wanted).unwrap();
    let mut given = given(definition, &calls);
    let mut value = |name: &str, pattern: Option<&str>| {
        let made_up = || match pattern {
            Some(pattern) => {
                let usual = ["made-up", "ada@example.com", "1234", "https://example.com"];
                let fits =
                    usual.into_iter().find(|text| patvault::service::fits_whole(pattern, text)).map(str::to_owned);
                fits.unwrap_or_else(|| {
                    proptest::string::string_regex(pattern).unwrap().new_tree(runner).unwrap().current()
                })
            }
            None => format!("made-up-{name}"),
        };
        given.remove(name).unwrap_or_else(made_up)
    };
    let secret = value("token", None);
    let (mut facts, mut parts) = (BTreeMap::new(), BTreeMap::new());
    for (name, field) in definition.fields.iter().filter(|(name, _)| kind.fields.contains(name)) {
        let to = if field.secret { &mut parts } else { &mut facts };
        to.insert(name.clone(), value(name, field.pattern.as_deref()));
    }
    // A password that is kept with the token.
    for credential in definition.credentials.values() {
        if let Some(field) = &credential.field {
            parts.insert(field.clone(), value(field, None));
        }
    }
    // What its service told when it was verified, or made.
    let told = given.into_iter().filter(|(name, _)| ["id", "label", "owner", "owner_id"].contains(&name.as_str()));
    let mut told: BTreeMap<String, String> = told.collect();
    if wanted == Wanted::Revoke {
        told.entry("id".into()).or_insert_with(|| "7".into());
    }
    json!({
        "service": service.id, "name": name, "kind": kind.name, "instance": origin, "account": "ada", "facts": facts,
        "versions": [{ "secret": secret, "parts": parts, "told": told, "scopes": [{ "name": "read" }],
            "issued": "2026-11-01", "expires": { "at": "2026-12-01", "source": "typed" } }],
    })
}

#[test]
fn every_definition_that_rotates_or_revokes_does() {
    let services = Arc::new(Catalogue::of(Path::new("no/such/folder")).all().unwrap());
    let current: Arc<Mutex<Option<Service>>> = Arc::default();
    let answering = Arc::clone(&current);
    let fake = Fake::start(move |seen| reply(&answering.lock().unwrap().as_ref().unwrap().definition, seen));
    let home = Home::with_vault();
    let folder = home.path().join(".config/patvault/services");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::create_dir_all(home.path().join(".local/state/patvault")).unwrap();
    std::fs::write(home.path().join(".local/state/patvault/hosts"), format!("{}\n", fake.origin)).unwrap();

    let (mut tokens, mut runs, mut runner) = (vec![], vec![], TestRunner::deterministic());
    for service in services.iter() {
        std::fs::write(folder.join(format!("{}.toml", service.id)), led_to(service, &fake.origin)).unwrap();
        for (name, credential) in &service.definition.credentials {
            let kind = credential.kind.as_ref().and_then(|id| service.definition.kind(id));
            let kind = kind.unwrap_or(&service.definition.kinds[0]);
            let with = json!({ "service": service.id, "name": format!("with-{name}"), "kind": kind.name,
                "instance": fake.origin, "account": "ada", "versions": [{ "secret": format!("made-up-with-{name}-{}", service.id) }] });
            tokens.push(with);
        }
        for kind in &service.definition.kinds {
            for wanted in [Wanted::Rotate, Wanted::Revoke] {
                if calls(kind, wanted).is_some() {
                    let name = format!("{}-{wanted:?}", kind.id).to_lowercase();
                    tokens.push(token(service, kind, &name, &fake.origin, wanted, &mut runner));
                    runs.push((service, kind, name, wanted));
                }
            }
        }
    }
    home.write("all.json", json!({ "patvault": 1, "tokens": tokens }).to_string().as_bytes());
    let imported = home.patvault(["import", "all.json", "--yes", "--force"]).output().unwrap();
    assert!(imported.status.success(), "{}", String::from_utf8_lossy(&imported.stderr));

    let mut wrong = vec![];
    for (service, kind, name, wanted) in &runs {
        *current.lock().unwrap() = Some((*service).clone());
        if let Err(why) = one(&home, service, kind, name, *wanted) {
            wrong.push(format!("{}, {}, {wanted:?}: {why}", service.id, kind.id));
        }
    }
    assert!(runs.len() > 70, "only {} are walked", runs.len());
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), runs.len(), wrong.join("\n"));
}

fn one(home: &Home, service: &Service, kind: &Kind, name: &str, wanted: Wanted) -> Result<(), String> {
    let path = format!("{}/{name}", service.id);
    let (call, _) = calls(kind, wanted).unwrap();
    let with: Vec<String> = service
        .definition
        .credentials
        .iter()
        .filter(|(_, credential)| credential.field.is_none())
        .map(|(name, _)| format!("--with={name}={}/with-{name}", service.id))
        .collect();
    let mut args = match wanted {
        Wanted::Rotate => vec!["rotate", &path, "--yes", "--no-verify"],
        Wanted::Revoke => vec!["revoke", &path, "--current", "--yes"],
    };
    args.extend(with.iter().map(String::as_str));
    let ran = home.patvault(&args).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
    if !ran.status.success() {
        return Err(said);
    }
    let shown: Json =
        serde_json::from_slice(&home.patvault(["show", &path, "--json"]).output().unwrap().stdout).unwrap();
    let versions = &shown["token"]["versions"];
    if wanted == Wanted::Revoke {
        return if versions[0]["state"] == "revoked" { Ok(()) } else { Err(format!("{versions}")) };
    }
    let want: Json = serde_json::from_str(&example(&service.definition, &call).body).unwrap();
    let from = service.definition.calls[&call].secret.as_ref().unwrap().json[0].as_str();
    let got = String::from_utf8(home.patvault(["get", &path]).output().unwrap().stdout).unwrap();
    if want.pointer(from).and_then(Json::as_str) == Some(got.as_str()) && versions.as_array().unwrap().len() == 2 {
        return Ok(());
    }
    Err(format!("another secret is in the vault, or none: {said}"))
}

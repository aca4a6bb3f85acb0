//! `patvault rotate` and `revoke` against services on the machine itself: whatever the service does, and wherever the program is
//! ended, the only secret that lives is not lost, no call is made twice, and what is known is said.

use std::process::Output;
use std::sync::{Arc, Mutex};

use crate::fake::{Fake, Reply};
use crate::services::mine::{DEFINITION, Does, SECRET, Stage, said};
use serde_json::Value as Json;

#[test]
fn a_new_secret_is_in_the_vault_and_the_old_one_is_over() {
    let stage = Stage::new(Does::Answers);
    let plan = stage.piped(&["rotate", "mine/ci", "--dry-run"], "");
    let text = said(&plan);
    for part in
        ["Mine is asked for a new secret of mine/ci", "call     rotate at", "dies at once", "ends 2027-02-20", "read"]
    {
        assert!(text.contains(part), "{part}: {text}");
    }
    let silent = stage.piped(&["rotate", "mine/ci"], "");
    assert_eq!(silent.status.code(), Some(3), "{}", said(&silent));
    assert_eq!(stage.asked(), 0);

    let done = stage.piped(&["rotate", "mine/ci", "--yes"], "");
    let text = said(&done);
    assert_eq!(done.status.code(), Some(0), "{text}");
    assert!(text.contains("Rotated mine/ci") && text.contains("alive    mine/ci"), "{text}");
    assert_eq!(stage.asked(), 1);
    assert_eq!(stage.secret(), format!("{SECRET}2"));
    assert_eq!(stage.states(), ["current", "revoked"]);
    let version = stage.token()["token"]["versions"][0].clone();
    assert!(version["expires"].to_string().contains("2027-02-20"), "{version}");
    assert!(version["expires"].to_string().contains("service"), "{version}");
    assert_eq!(version["told"]["id"], "2");
    assert!(version["scopes"].to_string().contains("read"), "{version}");
}

#[test]
fn whatever_the_service_does_no_call_is_made_twice_and_what_is_known_is_said() {
    // What it does; how the command ends; what it says; how often it was asked when the next command is at its end; what that
    // says; the versions then.
    let over = "the old one is dead";
    type Case = (Does, i32, &'static str, u32, &'static str, &'static [&'static str]);
    let cases: [Case; 10] = [
        (
            Does::DropsBefore,
            1,
            "whether a new one was made is not known",
            2,
            "no new one was made",
            &["current", "revoked"],
        ),
        (Does::DropsAfter, 1, "whether a new one was made is not known", 1, over, &["current"]),
        (Does::FailsAfter, 1, "whether a new one was made is not known", 1, over, &["current"]),
        (Does::Nonsense, 1, "whether a new one was made is not known", 1, over, &["current"]),
        (Does::NoSecret, 1, "gave no secret", 1, over, &["current"]),
        (Does::LineBreak, 1, "a line break", 1, "", &["current", "revoked"]),
        (Does::Refuses(403), 1, "it may not rotate itself; nothing was done", 2, "Rotated", &["current", "revoked"]),
        (Does::Refuses(404), 1, "nothing was done", 2, "Rotated", &["current", "revoked"]),
        (Does::Refuses(429), 1, "asked too often; nothing was done", 2, "Rotated", &["current", "revoked"]),
        (Does::Same, 1, "gave the same secret again", 2, "Rotated", &["current", "revoked"]),
    ];
    for (does, code, says, asked, then, states) in cases {
        let stage = Stage::new(does);
        let first = stage.at(0, &["rotate", "mine/ci", "--yes"]);
        let text = String::from_utf8_lossy(&first.stdout).into_owned() + &String::from_utf8_lossy(&first.stderr);
        assert!(text.contains(says), "{does:?}: {text}");
        assert_eq!(first.status.code(), Some(code), "{does:?}: {text}");
        assert_eq!(stage.asked(), 1, "{does:?}");
        let shown = said(&stage.piped(&["due"], ""));
        if does != Does::LineBreak {
            let unknown = text.contains("is not known");
            assert_eq!(shown.contains("is not at its end"), unknown || does == Does::NoSecret, "{does:?}: {shown}");
            assert_eq!(stage.token()["rotation"]["call"] == "rotate", unknown || does == Does::NoSecret, "{does:?}");

            stage.service.lock().unwrap().does = Does::Answers;
            let second = stage.at(5, &["rotate", "mine/ci", "--yes"]);
            let text = said(&second);
            assert!(text.contains(then), "{does:?}: {text}");
        }
        assert_eq!(stage.asked(), asked, "{does:?}");
        assert_eq!(stage.states(), states, "{does:?}");
        let service = stage.service.lock().unwrap();
        assert!(!service.harmed, "{does:?}");
        if states.len() == 2 {
            let want = service.now.clone();
            drop(service);
            assert_eq!(stage.secret(), want, "{does:?}");
        }
    }
}

/// Runs a rotation with a fault at each of its steps on the disk, one after the other, and a whole one some minutes later.
fn walk(fault: &str, look: impl Fn(&Stage, &Output, &Output, u32)) {
    for nth in 1.. {
        let stage = Stage::new(Does::Answers);
        let plan = format!("{nth}:{fault}");
        let vars = [("PATVAULT_FAULT", plan.as_str()), ("PATVAULT_NOW", "2026-11-22T12:00:00Z")];
        let first = stage.piped_with(&["rotate", "mine/ci", "--yes", "--no-verify"], "", &vars);
        let text = said(&first);
        if !text.contains("fault at step ") {
            assert!(nth > 20, "only {nth} steps");
            return;
        }
        let second = stage.at(5, &["rotate", "mine/ci", "--yes", "--no-verify"]);
        said(&second);
        let service = stage.service.lock().unwrap();
        assert!(!service.harmed, "{fault} at {nth}: {text}");
        drop(service);
        look(&stage, &first, &second, nth);
        if !stage.left_in_journal().is_empty() {
            said(&stage.home.patvault(["doctor", "--fix"]).output().unwrap());
            assert_eq!(stage.left_in_journal(), [""; 0], "{fault} at {nth}");
        }
    }
}

#[test]
fn ended_anywhere_the_secret_that_lives_is_in_the_vault_or_said_to_be_lost() {
    walk("kill", |stage, first, second, nth| {
        let now = stage.service.lock().unwrap().now.clone();
        let text = said(second);
        if stage.secret() != now {
            // It was killed when the answer had come and was nowhere on the disk yet: nothing helps, and that is said.
            assert!(text.contains("If a new one was made, it is lost"), "{nth}: {} {text}", said(first));
            assert_eq!(stage.asked(), 1, "{nth}");
            assert!(said(&stage.piped(&["due"], "")).contains("the service says it is dead"), "{nth}");
        }
    });
}

#[test]
fn a_disk_that_is_full_or_fails_costs_no_secret() {
    for fault in ["enospc", "eio"] {
        walk(fault, |stage, first, second, nth| {
            let now = stage.service.lock().unwrap().now.clone();
            assert_eq!(stage.secret(), now, "{fault} at {nth}: {} {}", said(first), said(second));
        });
    }
}

#[test]
fn what_an_answer_gives_for_the_tokens_fields_is_theirs() {
    let stage = Stage::new(Does::Answers);
    let fields = "[field.robot]\nwhat = 'the name that goes with the secret'\npattern = '[a-z0-9-]+'\n[field.hub]\nwhat = 'a hub'\n";
    let definition = DEFINITION
        .replace("ORIGIN", &stage.fake.origin)
        .replace("[send.bearer]", &format!("{fields}[send.bearer]"))
        .replace("[call.rotate]", "keeps = { robot = { json = ['/robot'] } }\n[call.rotate]")
        .replace("secret = {", "keeps = { robot = { json = ['/id'] }, hub = { json = ['/nothing'] } }\nsecret = {");
    std::fs::write(stage.home.path().join(".config/patvault/services/mine.toml"), definition).unwrap();
    let robot = || stage.token()["token"]["facts"].clone();

    said(&stage.piped(&["verify", "mine/ci"], ""));
    assert_eq!(robot(), serde_json::json!({ "robot": "robot-1" }));
    said(&stage.piped(&["edit", "mine/ci", "--field", "robot=other", "--field", "hub=mine"], ""));
    let again = said(&stage.piped(&["verify", "mine/ci"], ""));
    assert!(again.contains("robot is robot-1 now"), "{again}");

    let done = stage.piped(&["rotate", "mine/ci", "--yes", "--no-verify"], "");
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    assert_eq!(robot(), serde_json::json!({ "robot": "2", "hub": "mine" }));
}

#[test]
fn what_an_answer_gives_of_an_older_version_is_not_the_tokens() {
    let stage = Stage::new(Does::Answers);
    let definition = DEFINITION
        .replace("ORIGIN", &stage.fake.origin)
        .replace("[send.bearer]", "[field.robot]\nwhat = 'the name that goes with the secret'\n[send.bearer]")
        .replace("[call.rotate]", "keeps = { robot = { json = ['/robot'] } }\n[call.rotate]");
    std::fs::write(stage.home.path().join(".config/patvault/services/mine.toml"), definition).unwrap();
    said(&stage.piped(&["rotate", "mine/ci", "--stdin", "--no-verify"], "not-a-real-secret-9"));
    said(&stage.piped(&["edit", "mine/ci", "--field", "robot=robot-9"], ""));
    let looked = said(&stage.piped(&["verify", "mine/ci"], ""));
    assert!(looked.contains("alive    mine/ci (version 1)"), "{looked}");
    assert_eq!(stage.token()["token"]["facts"], serde_json::json!({ "robot": "robot-9" }), "{looked}");
}

#[test]
fn a_rotation_carries_on_what_is_wanted_and_claims_nothing_granted() {
    let stage = Stage::new(Does::Answers);
    let definition = DEFINITION
        .replace("ORIGIN", &stage.fake.origin)
        .replace("[call.rotate]", "facts = { scopes = { json = ['/scopes'] } }\n[call.rotate]");
    std::fs::write(stage.home.path().join(".config/patvault/services/mine.toml"), definition).unwrap();
    let scopes = || {
        let version = stage.token()["token"]["versions"][0].clone();
        let names = |field: &str| -> Option<Vec<String>> {
            let all = version[field].as_array()?;
            Some(all.iter().map(|scope| scope["name"].as_str().unwrap().to_owned()).collect())
        };
        (names("scopes").unwrap(), names("granted"))
    };
    let (read, write) = (vec!["read".to_owned()], vec!["write".to_owned()]);
    assert_eq!(scopes(), (read.clone(), None));
    let looked = said(&stage.piped(&["verify", "mine/ci"], ""));
    assert!(looked.contains("may also write; may not read"), "{looked}");
    assert_eq!(scopes(), (read.clone(), Some(write.clone())));
    said(&stage.piped(&["rotate", "mine/ci", "--yes", "--no-verify"], ""));
    assert_eq!(scopes(), (read.clone(), None));
    said(&stage.piped(&["verify", "mine/ci"], ""));
    assert_eq!(scopes(), (read, Some(write)));
}

#[test]
fn a_vault_key_that_is_changed_during_the_call_costs_no_secret() {
    let stage = Stage::new(Does::Answers);
    let service = Arc::clone(&stage.service);
    let (change, changed) = (Mutex::new(stage.home.patvault(["key", "rotate"])), Arc::new(Mutex::new(vec![])));
    let seen_of = Arc::clone(&changed);
    // Between the call and its answer, somebody changes the key.
    let slow = Fake::start(move |seen| {
        if seen.path == "/rotate" {
            seen_of.lock().unwrap().push(change.lock().unwrap().output().unwrap());
        }
        service.lock().unwrap().answer(seen)
    });
    let other = DEFINITION
        .replace("ORIGIN", &stage.fake.origin)
        .replace("url = '{at}/rotate'", &format!("url = '{}/rotate'", slow.origin));
    std::fs::write(stage.home.path().join(".config/patvault/services/mine.toml"), other).unwrap();
    let state = stage.home.path().join(".local/state/patvault/hosts");
    std::fs::write(state, format!("{}\n{}\n", stage.fake.origin, slow.origin)).unwrap();

    let done = stage.piped(&["rotate", "mine/ci", "--yes"], "");
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    assert_eq!(stage.secret(), stage.service.lock().unwrap().now);
    let refused = said(&changed.lock().unwrap()[0]);
    assert!(refused.contains("a new secret of a token is on its way"), "{refused}");
    let again = said(&stage.piped(&["key", "rotate"], ""));
    assert!(again.contains("Made a new vault key"), "{again}");
    assert_eq!(stage.secret(), stage.service.lock().unwrap().now);
    assert_eq!(stage.left_in_journal(), [""; 0]);
}

#[test]
fn revoking_says_what_it_does_first_and_what_came_of_it() {
    let stage = Stage::new(Does::Answers);
    let nothing = stage.piped(&["revoke", "mine/ci", "--yes"], "");
    assert_eq!(nothing.status.code(), Some(2), "{}", said(&nothing));
    assert!(said(&nothing).contains("patvault revoke mine/ci --current"));

    // By hand the old one is not over, and is owed.
    let replaced = stage.piped(&["rotate", "mine/ci", "--stdin", "--no-verify"], "not-a-real-secret-9");
    assert_eq!(replaced.status.code(), Some(0), "{}", said(&replaced));
    assert_eq!(stage.states(), ["current", "superseded"]);
    let silent = stage.piped(&["revoke", "mine/ci"], "");
    let text = said(&silent);
    assert_eq!(silent.status.code(), Some(3), "{text}");
    for part in ["Mine is asked to revoke version 1 of mine/ci", "call  revoke at", "cannot be undone", "robots stop"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let done = stage.piped(&["revoke", "mine/ci", "--yes", "--json"], "");
    let document: Json = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(document["versions"][0]["outcome"], "revoked", "{document}");
    assert_eq!(stage.states(), ["current", "revoked"]);

    let dead = stage.piped(&["revoke", "mine/ci", "--current", "--yes"], "");
    assert!(said(&dead).contains("It was dead before: version 2"), "{}", said(&dead));
    assert_eq!(dead.status.code(), Some(0));
    assert!(said(&stage.piped(&["list"], "")).contains("✖"));
}

#[test]
fn an_id_that_the_person_says_serves_the_call() {
    let stage = Stage::new(Does::Answers);
    let service = Fake::start(|seen| match seen.path.as_str() {
        "/tokens/one" | "/tokens/two" => Reply::Answer(204, vec![], String::new()),
        _ => Reply::json(401, "{}"),
    });
    let by_id = DEFINITION.replace("ORIGIN", &stage.fake.origin).replace(
        "url = '{at}/me'\nanswers = [{ status = [204]",
        &format!("url = '{}/tokens/{{id}}'\nanswers = [{{ status = [204]", service.origin),
    );
    std::fs::write(stage.home.path().join(".config/patvault/services/mine.toml"), by_id).unwrap();
    let state = stage.home.path().join(".local/state/patvault/hosts");
    std::fs::write(state, format!("{}\n{}\n", stage.fake.origin, service.origin)).unwrap();
    for secret in ["8", "9"] {
        said(&stage.piped(&["rotate", "mine/ci", "--stdin", "--no-verify"], &format!("not-a-real-secret-{secret}")));
    }

    let unknown = stage.piped(&["revoke", "mine/ci", "--version", "1", "--yes"], "");
    let text = said(&unknown);
    assert_eq!(unknown.status.code(), Some(1), "{text}");
    assert!(text.contains("'id' is not known of this token: its page shows it, and --id of"), "{text}");
    let several = stage.piped(&["revoke", "mine/ci", "--id", "one", "--yes"], "");
    assert!(said(&several).contains("say which with --version"), "{}", said(&several));
    assert!(service.seen().is_empty());

    let done = said(&stage.piped(&["revoke", "mine/ci", "--version", "1", "--id", "one", "--yes"], ""));
    assert!(done.contains("Revoked version 1"), "{done}");
    said(&stage.piped(&["edit", "mine/ci", "--id", "two"], ""));
    // A slip would have another token revoked.
    let slip = stage.piped(&["revoke", "mine/ci", "--current", "--id", "one", "--yes"], "");
    assert!(said(&slip).contains("the id of that version is known: two"), "{}", said(&slip));
    let done = said(&stage.piped(&["revoke", "mine/ci", "--current", "--yes"], ""));
    assert!(done.contains("Revoked version 3"), "{done}");
    assert_eq!(stage.states(), ["revoked", "superseded", "revoked"]);
    let shown = said(&stage.piped(&["show", "mine/ci"], ""));
    assert!(shown.lines().any(|line| line.trim() == "its id    two"), "{shown}");
}

#[test]
fn what_is_not_revoked_stays_owed() {
    let stage = Stage::new(Does::Answers);
    said(&stage.piped(&["rotate", "mine/ci", "--stdin", "--no-verify"], "not-a-real-secret-9"));
    let service = Arc::clone(&stage.service);
    // Its address leads to a service that acts and says nothing.
    let silent = Fake::start(move |seen| {
        service.lock().unwrap().answer(seen);
        Reply::Silence
    });
    let other = DEFINITION.replace("ORIGIN", &stage.fake.origin).replace(
        "url = '{at}/me'\nanswers = [{ status = [204]",
        &format!("url = '{}/me'\nanswers = [{{ status = [204]", silent.origin),
    );
    std::fs::write(stage.home.path().join(".config/patvault/services/mine.toml"), other).unwrap();
    let state = stage.home.path().join(".local/state/patvault/hosts");
    std::fs::write(state, format!("{}\n{}\n", stage.fake.origin, silent.origin)).unwrap();
    let lost = stage.piped(&["revoke", "mine/ci", "--yes"], "");
    assert_eq!(lost.status.code(), Some(1), "{}", said(&lost));
    assert!(said(&lost).contains("Not known to be revoked: version 1"), "{}", said(&lost));
    assert_eq!(stage.states(), ["current", "superseded"]);
    // A look tells.
    let looked = said(&stage.piped(&["verify", "mine/ci"], ""));
    assert!(looked.contains("nothing is left to be revoked"), "{looked}");
    assert_eq!(stage.states(), ["current", "revoked"]);

    said(&stage.piped(&["rotate", "mine/ci", "--stdin", "--no-verify"], "not-a-real-secret-8"));
    let by_word = stage.piped(&["revoke", "mine/ci", "--version", "2", "--done"], "");
    assert!(said(&by_word).contains("Revoked version 2"), "{}", said(&by_word));
}

#[test]
fn a_service_that_does_not_say_does_not_bring_the_dead_back() {
    let stage = Stage::new(Does::Answers);
    stage.service.lock().unwrap().now.clear();
    assert_eq!(stage.piped(&["verify", "mine/ci"], "").status.code(), Some(4));
    let unreachable = "http://127.0.0.1:1";
    let definition = DEFINITION
        .replace("at = 'ORIGIN'", &format!("at = '{}'\naddresses = {{ api = '{unreachable}' }}", stage.fake.origin));
    let definition = definition
        .replace("url = '{at}/me'\nanswers = [{ status = [200]", "url = '{api}/me'\nanswers = [{ status = [200]");
    std::fs::write(stage.home.path().join(".config/patvault/services/mine.toml"), definition).unwrap();
    let state = stage.home.path().join(".local/state/patvault/hosts");
    std::fs::write(state, format!("{}\n{unreachable}\n", stage.fake.origin)).unwrap();
    let second = stage.piped(&["verify", "mine/ci"], "");
    assert!(said(&second).contains("it was dead before, which stands"), "{}", said(&second));
    let verdict = stage.token()["token"]["versions"][0]["verdict"].to_string();
    assert!(verdict.contains("dead"), "{verdict}");
}

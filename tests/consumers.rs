//! Secrets on their way to where they are installed: the command has one, and nobody else.
#![cfg(test)]

#[path = "common/home.rs"]
mod home;

// Each test file takes what it needs of the shared one.
const _: fn(&home::Home, &str) -> bool = home::Home::has;

use std::fs;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Output, Stdio};

use serde_json::Value;

use home::Home;

/// A secret that no other process of this machine knows.
fn fresh() -> String {
    format!(
        "not-a-real-secret-{}",
        age::secrecy::ExposeSecret::expose_secret(&age::x25519::Identity::generate().to_string())
    )
}

/// A home with the token `x/app`.
fn home(secret: &str) -> Home {
    let home = Home::with_vault();
    let mut add = home.patvault(["add", "x/app", "--stdin", "--expires", "90d"]);
    let mut child = add.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(secret.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    home
}

fn run(home: &Home, args: &[&str]) -> Output {
    home.patvault(args).output().unwrap()
}

#[track_caller]
fn done(home: &Home, args: &[&str]) -> String {
    let output = run(home, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// A place that is not served yet.
fn pending(home: &Home, place: &str, command: &str, env: Option<&str>) {
    let mut args = vec!["consumer", "add", "x/app", place, "--pending", "--run", command];
    args.extend(env.iter().flat_map(|env| ["--env", env]));
    done(home, &args);
}

fn update(home: &Home) -> Output {
    run(home, &["consumer", "update", "x/app", "--yes"])
}

/// The places that have the version in use.
fn served(home: &Home) -> Vec<String> {
    let told: Value = serde_json::from_str(&done(home, &["consumer", "x/app", "--json"])).unwrap();
    let places = told["consumers"].as_array().unwrap().iter().filter(|place| !place["installed"].is_null());
    places.map(|place| place["place"].as_str().unwrap().to_owned()).collect()
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|some| some == secret.as_bytes())
}

fn each_file(folder: &Path, look: &mut impl FnMut(&Path, &[u8])) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            each_file(&entry.path(), look);
        } else if entry.file_type().unwrap().is_file() {
            look(&entry.path(), &fs::read(entry.path()).unwrap());
        }
    }
}

/// Writes down what the command can see of itself and of others.
const LOOK: &str = "for arguments in /proc/[0-9]*/cmdline; do cat $arguments; done > arguments 2>/dev/null
env > environment
cat /proc/$PPID/environ > parent 2>/dev/null
cat > input";

#[test]
fn only_the_command_has_the_secret() {
    if !Path::new("/proc/self/cmdline").exists() {
        return home::skipped("there is no /proc to look at");
    }
    for env in [None, Some("DEPLOY_TOKEN")] {
        let secret = fresh();
        let home = home(&secret);
        home.write("look.sh", LOOK.as_bytes());
        pending(&home, "spot", "sh look.sh; cat input; env >&2", env);
        let output = update(&home);
        assert!(output.status.success() && served(&home) == ["spot"], "{output:?}");
        let [arguments, environment, parent, input] =
            ["arguments", "environment", "parent", "input"].map(|name| fs::read(home.at(name)).unwrap());
        assert!(holds(&arguments, "look.sh") && !holds(&arguments, &secret), "it is in arguments");
        assert_eq!(holds(&environment, &secret), env.is_some());
        assert!(holds(&environment, "HOME=") && !holds(&environment, "PATVAULT_IDENTITY"));
        assert!(env.is_some() || !holds(&parent, &secret));
        assert_eq!(input, if env.is_some() { b"" } else { secret.as_bytes() });
        for name in ["environment", "parent", "input"] {
            fs::remove_file(home.at(name)).unwrap();
        }

        let (said, told) = (output.stdout, output.stderr);
        assert!(holds(&told, "[secret]"), "it was printed, and hidden");
        let shown =
            [&["history", "--json"][..], &["show", "x/app", "--json"], &["consumer", "x/app"], &["list", "--json"]];
        let shown: Vec<Vec<u8>> = shown.iter().map(|args| done(&home, args).into_bytes()).collect();
        assert!([said, told].iter().chain(&shown).all(|text| !holds(text, &secret)));
        each_file(home.path(), &mut |path, bytes| assert!(!holds(bytes, &secret), "it is in {}", path.display()));
        assert!(done(&home, &["history"]).contains("install x/app"));
    }
}

#[test]
fn a_command_is_shown_to_its_last_sign() {
    let home = home("not-a-real-secret");
    let command = format!("true {}; evil; {}", "x".repeat(1500), "y".repeat(1500));
    pending(&home, "spot", &command, None);
    let told = String::from_utf8(run(&home, &["consumer", "update", "x/app"]).stderr).unwrap();
    let shown: String = told.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    assert_eq!(shown, command);
}

#[test]
fn a_command_may_leave_the_secret_alone() {
    let home = home("not-a-real-secret");
    for (place, command) in [("deaf", "exec <&-; true"), ("silent", "true"), ("quick", "exit 0")] {
        pending(&home, place, command, None);
    }
    let output = update(&home);
    assert!(output.status.success(), "{output:?}");
    assert_eq!(served(&home), ["deaf", "quick", "silent"]);
}

#[test]
fn killed_after_the_command_and_before_it_is_written_down() {
    let home = home("not-a-real-secret");
    // Its parent is patvault. The first time it takes that with it, as the last thing it does.
    pending(&home, "spot", "echo >> runs; cat > stored; test \"$(wc -l < runs)\" -gt 1 || kill -9 $PPID", None);
    let output = update(&home);
    assert!(output.status.signal() == Some(9) || output.status.code() == Some(137), "{output:?}");
    assert_eq!(fs::read(home.at("stored")).unwrap(), b"not-a-real-secret");
    assert!(served(&home).is_empty());
    assert!(done(&home, &["history"]).contains("install x/app"), "the use is known all the same");
    assert!(update(&home).status.success());
    assert_eq!(served(&home), ["spot"]);
}

#[test]
fn what_changes_while_commands_run_is_seen() {
    let home = home("not-a-real-secret");
    let inside = |line: &str| format!("patvault --identity key.txt {line} >&2");
    pending(&home, "a", &inside("consumer remove x/app a"), None);
    pending(&home, "b", &inside("remove x/app"), None);
    pending(&home, "c", "echo >> ran", None);
    let output = update(&home);
    let told = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("the places of the token changed meanwhile"), "{told}");
    assert!(told.contains("the token changed meanwhile"), "{told}");
    assert!(!home.at("ran").exists(), "the secret of a token in the trash goes nowhere");
    done(&home, &["restore", "x/app"]);
    assert_eq!(served(&home), ["b"], "it was installed there");
}

#[test]
fn places_go_out_and_come_back() {
    let home = home("not-a-real-secret");
    pending(&home, "server", "./update.sh", Some("DEPLOY"));
    done(&home, &["consumer", "add", "x/app", "wiki", "--note", "ask ops"]);
    done(&home, &["export", "--secrets", "--yes", "-o", "all.json", "--format", "json"]);
    let there = |home: &Home| {
        let told: Value = serde_json::from_str(&done(home, &["consumer", "x/app", "--json"])).unwrap();
        told["consumers"].clone()
    };
    let before = there(&home);
    done(&home, &["remove", "x/app"]);
    done(&home, &["purge", "x/app", "--yes"]);
    done(&home, &["import", "all.json", "--yes"]);
    assert_eq!(there(&home), before);
    let bad = r#"{"patvault":1,"tokens":[{"service":"x","name":"b","consumers":{"s":{"run":"set {token}"}},"versions":[{"secret":"not-a-real-2"}]}]}"#;
    home.write("bad.json", bad.as_bytes());
    let output = run(&home, &["import", "bad.json", "--yes"]);
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success() && told.contains("as an argument"), "{told}");
}

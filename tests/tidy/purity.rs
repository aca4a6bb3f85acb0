//! Values do no I/O and ask neither clock nor dice: what they need to know is an argument.

use super::paths::paths;
use super::source::{Finding, Source, assert_finds, assert_none, sources};
use crate::FLOORS;

/// Where the outside begins, as neighbours in a path, and what to do instead.
const OUTSIDE: &[(&str, &str)] = &[
    ("std::env", "take the value as an argument"),
    ("std::fs", "let a hand read or write"),
    ("std::io", "let a hand read or write"),
    ("std::net", "let a hand talk"),
    ("std::process", "let a hand start programs"),
    ("time::Instant", "take `Now` as an argument"),
    ("time::SystemTime", "take `Now` as an argument"),
    ("Instant::now", "take `Now` as an argument"),
    ("SystemTime::now", "take `Now` as an argument"),
    ("Utc::now", "take `Now` as an argument"),
    ("Local::now", "take `Now` as an argument"),
    ("chrono::Local", "take `Now` as an argument"),
    ("getrandom", "take random bytes as an argument"),
];

#[test]
fn values_touch_nothing_outside() {
    let values = sources("src").into_iter().filter(is_value);
    assert_none(values.flat_map(|source| reaches(&source)).collect());
}

fn is_value(source: &Source) -> bool {
    source.module().first().is_some_and(|module| FLOORS.contains(&(module, 0)))
}

/// Paths that lead outside, tests left out.
fn reaches(source: &Source) -> Vec<Finding> {
    let mut found = vec![];
    for path in paths(source).iter().filter(|path| !source.is_test(path.span)) {
        let written = format!("::{}::", path.names.join("::"));
        let hit = OUTSIDE.iter().find(|(outside, _)| written.contains(&format!("::{outside}::")));
        if let Some((outside, advice)) = hit {
            let says = format!("a value (floor 0) may not use {outside}; {advice}");
            found.push(Finding::new(&source.path, path.span.start().line, says));
        }
    }
    found
}

#[test]
fn the_rule_finds_what_it_should() {
    let cases: &[(&str, &[usize])] = &[
        ("use std::fmt;\nuse std::time::Duration;\nuse chrono::{DateTime, Utc};", &[]),
        ("struct Instant;\nfn f(at: chrono::DateTime<chrono::Utc>) {}", &[]),
        ("use std::fs;", &[1]),
        ("use std::{\n    fmt,\n    io::Write,\n};", &[3]),
        ("fn f() { std::env::var(\"HOME\"); }", &[1]),
        ("fn f() { std::process::exit(1) }", &[1]),
        ("use std::net::TcpStream;", &[1]),
        ("use std::time::{Duration, Instant};", &[1]),
        ("use std::time;\nfn f() { time::SystemTime::now(); }", &[2]),
        ("use std::time::*;\nfn f() { Instant::now(); }", &[2]),
        ("fn f() { x!(chrono::Utc::now()); }", &[1]),
        ("use chrono::{DateTime, Local};", &[1]),
        ("use chrono::*;\nfn f() { Local::now(); }", &[2]),
        ("fn f() { getrandom::fill(&mut []); }", &[1]),
        ("#[cfg(test)]\nmod tests {\n    use std::fs;\n}", &[]),
    ];
    assert_finds(|text| reaches(&Source::new("src/token/x.rs", text)), cases);
    let floors = [("src/token/x.rs", true), ("src/text.rs", true), ("src/vault/db.rs", false), ("src/lib.rs", false)];
    for (path, want) in floors {
        assert_eq!(is_value(&Source::new(path, "")), want, "{path}");
    }
}

//! Words that only listed files may say: `expose`, `unsafe`, `sleep`.

use proc_macro2::{Delimiter, TokenTree};

use super::source::{Finding, Source, assert_finds, assert_none, outside, sources};
use crate::{EXPOSING, SLEEPING, UNSAFE};

#[test]
fn secrets_leave_by_listed_doors() {
    assert_none(outside(EXPOSING, sources("src").iter().flat_map(exposing).collect()));
}

#[test]
fn unsafe_stands_in_listed_files() {
    assert_none(outside(UNSAFE, everywhere().iter().flat_map(unsafes).collect()));
}

#[test]
fn nothing_sleeps_where_it_can_wait() {
    assert_none(outside(SLEEPING, everywhere().iter().flat_map(sleeps).collect()));
}

fn everywhere() -> Vec<Source> {
    ["src", "tests", "benches"].into_iter().flat_map(sources).collect()
}

/// Calls that give the text of a secret, also by the path of the method: `.map(Secret::expose)`. Tests hold no
/// secrets, only made-up ones.
fn exposing(source: &Source) -> Vec<Finding> {
    let doors = ["expose", "expose_secret", "expose_secret_mut"];
    let calls = |row: &[TokenTree], at: usize| before(row, at, &['.', ':']) && !source.is_test(row[at].span());
    words(source, &doors, calls, |word| {
        format!("`{word}` lets a secret out; let a listed file do it, or add this one to EXPOSING with its reason")
    })
}

fn unsafes(source: &Source) -> Vec<Finding> {
    words(
        source,
        &["unsafe"],
        |_, _| true,
        |_| "`unsafe` needs a safe crate instead, or this file on UNSAFE with its reason".to_owned(),
    )
}

fn sleeps(source: &Source) -> Vec<Finding> {
    let called = |row: &[TokenTree], at: usize| {
        let arguments =
            |next: &TokenTree| matches!(next, TokenTree::Group(g) if g.delimiter() == Delimiter::Parenthesis);
        row.get(at + 1).is_some_and(arguments) || before(row, at, &[':'])
    };
    words(source, &["sleep"], called, |_| {
        "wait for the event itself (a channel, a line of output, an exit), or add this file to SLEEPING with its reason"
            .to_owned()
    })
}

/// Finds words by name where `holds` says so of their place.
fn words(
    source: &Source,
    names: &[&str],
    holds: impl Fn(&[TokenTree], usize) -> bool,
    says: impl Fn(&str) -> String,
) -> Vec<Finding> {
    let mut found = vec![];
    source.each_token(&mut |row, at| {
        if let TokenTree::Ident(word) = &row[at]
            && names.iter().any(|name| word == name)
            && holds(row, at)
        {
            found.push(Finding::new(&source.path, word.span().start().line, says(&word.to_string())));
        }
    });
    found
}

fn before(row: &[TokenTree], at: usize, signs: &[char]) -> bool {
    at > 0 && matches!(&row[at - 1], TokenTree::Punct(sign) if signs.contains(&sign.as_char()))
}

#[test]
fn the_rule_of_doors_finds_what_it_should() {
    let cases: &[(&str, &[usize])] = &[
        ("fn f(s: &Secret) { s.clone(); }", &[]),
        ("/// Calls `s.expose()`.\nfn f() { let text = \"s.expose()\"; }", &[]),
        ("fn f(s: &Secret) {\n    s.expose();\n}", &[2]),
        ("fn f(s: &Secret) { println!(\"{}\", s.expose()); }", &[1]),
        ("fn f(s: &SecretString) { s.expose_secret(); }", &[1]),
        ("fn f(s: Option<&Secret>) { s.map(Secret::expose); }", &[1]),
        ("#[cfg(test)]\nmod tests {\n    fn f(s: &Secret) { s.expose(); }\n}", &[]),
    ];
    assert_finds(|text| exposing(&Source::new("src/a.rs", text)), cases);
}

#[test]
fn the_rule_of_unsafe_finds_what_it_should() {
    let cases: &[(&str, &[usize])] = &[
        ("#![deny(unsafe_code)]\n// unsafe\nfn f() { let text = \"unsafe\"; }", &[]),
        ("fn f() {\n    unsafe { g() }\n}", &[2]),
        ("unsafe impl Send for S {}", &[1]),
        ("unsafe extern \"C\" {}", &[1]),
        ("macro_rules! m { () => { unsafe { g() } } }", &[1]),
    ];
    assert_finds(|text| unsafes(&Source::new("src/a.rs", text)), cases);
}

#[test]
fn the_rule_of_sleep_finds_what_it_should() {
    let cases: &[(&str, &[usize])] = &[
        ("fn f() { rx.recv_timeout(d); let sleep = 3; Command::new(\"sleep\"); }", &[]),
        ("fn f() {\n    std::thread::sleep(d);\n}", &[2]),
        ("use std::thread::sleep;", &[1]),
        ("fn f() { sleep(d); }", &[1]),
        ("fn f() { Some(d).map(thread::sleep); }", &[1]),
        ("#[cfg(test)]\nmod tests {\n    fn f() { sleep(d); }\n}", &[3]),
    ];
    assert_finds(|text| sleeps(&Source::new("src/a.rs", text)), cases);
}

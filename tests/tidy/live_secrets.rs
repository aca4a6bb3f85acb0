//! No text in the tree looks like a token that somebody could use: a made-up one shows that it is made up.

use std::fs;

use super::source::{Finding, assert_finds, assert_none, files, outside};
use crate::{LIVE_FORMS, TOP_LEVEL};

/// How a service's tokens begin, what follows, and how much of it at least.
struct Form {
    prefix: &'static str,
    follows: fn(char) -> bool,
    least: usize,
}

const FORMS: &[Form] = &[
    Form { prefix: "ghp_", follows: letters_digits, least: 36 },
    Form { prefix: "gho_", follows: letters_digits, least: 36 },
    Form { prefix: "ghu_", follows: letters_digits, least: 36 },
    Form { prefix: "ghs_", follows: letters_digits, least: 36 },
    Form { prefix: "ghr_", follows: letters_digits, least: 36 },
    Form { prefix: "github_pat_", follows: with_signs, least: 36 },
    Form { prefix: "glpat-", follows: with_signs, least: 20 },
    Form { prefix: "AKIA", follows: capitals_digits, least: 16 },
    Form { prefix: "xoxa-", follows: with_signs, least: 24 },
    Form { prefix: "xoxb-", follows: with_signs, least: 24 },
    Form { prefix: "xoxp-", follows: with_signs, least: 24 },
];

fn letters_digits(c: char) -> bool {
    c.is_ascii_alphanumeric()
}

fn capitals_digits(c: char) -> bool {
    c.is_ascii_uppercase() || c.is_ascii_digit()
}

fn with_signs(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '-'
}

#[test]
fn nothing_looks_like_a_live_token() {
    let kept = TOP_LEVEL.iter().filter(|name| !matches!(**name, "target" | ".git"));
    let all = kept.flat_map(|name| {
        if fs::metadata(name).is_ok_and(|m| m.is_file()) { vec![(*name).to_owned()] } else { files(name) }
    });
    let found = all.flat_map(|path| {
        // A fixture may be no text at all; a token would stand in it as text all the same.
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        live_forms(&path, &text)
    });
    assert_none(outside(LIVE_FORMS, found.collect()));
}

/// Places in a text where something has the form of a live token.
fn live_forms(path: &str, text: &str) -> Vec<Finding> {
    let mut found = vec![];
    for (at, line) in text.lines().enumerate() {
        for form in FORMS.iter().filter(|form| holds(line, form)) {
            let says = format!(
                "this looks like a live {}… token; if it is one, revoke it; a made-up one repeats one letter",
                form.prefix
            );
            found.push(Finding::new(path, at + 1, says));
        }
    }
    found
}

fn holds(line: &str, form: &Form) -> bool {
    line.match_indices(form.prefix).any(|(at, _)| {
        let alone = !line[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
        let body: Vec<_> = line[at + form.prefix.len()..].chars().take_while(|c| (form.follows)(*c)).collect();
        let mut letters = body.iter().filter(|c| c.is_ascii_alphanumeric());
        let first = letters.next();
        let varied = letters.any(|c| Some(c) != first);
        alone && body.len() >= form.least && varied
    })
}

#[test]
fn the_rule_finds_what_it_should() {
    // Put together here, so that this file does not hold what it looks for.
    let body = "a1B2c3D4e5".repeat(9);
    let find = |text: String, want: &[usize]| assert_finds(|text| live_forms("tests/x.md", text), &[(&text, want)]);
    for form in FORMS {
        let body = if form.prefix == "AKIA" { body.to_uppercase() } else { body.clone() };
        let (prefix, least) = (form.prefix, form.least);
        find(format!("one\ntoken = \"{prefix}{}\"", &body[..least]), &[2]);
        find(format!("{prefix}{}", &body[..least - 1]), &[]);
        find(format!("{prefix}{}", "x".repeat(least).to_uppercase()), &[]);
        find(format!("my{prefix}{}", &body[..least]), &[]);
    }
    find(format!("ghp_{} ghp_{}", "x".repeat(36), &body[..36]), &[1]);
    find("ghp_example".to_owned(), &[]);
}

//! Every dependency stands under the reason for it.

use std::fs;

use super::source::{Finding, assert_finds, assert_none};

/// How many lines of dependencies one reason may speak for: crates that do one thing together.
const SHARED_MAX: usize = 3;

#[test]
fn every_dependency_says_why() {
    assert_none(unexplained(&fs::read_to_string("Cargo.toml").unwrap()));
}

/// Dependencies in the text of a manifest that have no comment above them.
fn unexplained(manifest: &str) -> Vec<Finding> {
    let mut found = vec![];
    let mut listing = false;
    // How many more dependencies the last comment speaks for.
    let mut spoken_for = 0;
    for (at, line) in manifest.lines().enumerate() {
        let name = line.split(['=', '.', ' ']).next().unwrap_or_default().trim_matches('"');
        if let Some(comment) = line.strip_prefix('#') {
            spoken_for = if comment.trim().is_empty() { 0 } else { SHARED_MAX };
            continue;
        }
        if line.starts_with('[') && !line.starts_with("[[") {
            let header = line.trim_end().trim_start_matches('[').trim_end_matches(']');
            listing = header.ends_with("dependencies");
            // `[dependencies.x]`: the header itself is the dependency.
            if header.contains("dependencies.") && spoken_for == 0 {
                found.push(unexplained_at(at, header));
            }
            spoken_for = 0;
        } else if line.trim().is_empty() {
            spoken_for = 0;
        } else if listing && line.starts_with(|c: char| c.is_alphanumeric() || c == '"') {
            if spoken_for == 0 {
                found.push(unexplained_at(at, name));
            }
            spoken_for = spoken_for.saturating_sub(1);
        }
    }
    found
}

fn unexplained_at(at: usize, name: &str) -> Finding {
    Finding::new("Cargo.toml", at + 1, format!("{name} is taken without a reason; write why in a comment above it"))
}

#[test]
fn the_rule_finds_what_it_should() {
    let cases: &[(&str, &[usize])] = &[
        ("[package]\nname = \"x\"\n[dependencies]\n# Why.\na = \"1\"\nb = { version = \"1\" }\n", &[]),
        ("[dependencies]\n# Why.\na = { version = \"1\", features = [\n    \"x\",\n] }\n# Why.\nb = \"1\"", &[]),
        ("[dependencies]\na = \"1\"", &[2]),
        ("[dependencies]\n#\na = \"1\"", &[3]),
        ("[dependencies]\n# Why.\n\na = \"1\"", &[4]),
        ("[dependencies]\n# Why.\na = \"1\"\nb = \"1\"\nc = \"1\"\nd = \"1\"", &[6]),
        ("# Why.\n[dev-dependencies]\na = \"1\"", &[3]),
        ("[target.'cfg(unix)'.dependencies]\na = \"1\"", &[2]),
        ("[build-dependencies]\na.version = \"1\"", &[2]),
        ("[dependencies.a]\nversion = \"1\"", &[1]),
        ("# Why.\n[dependencies.a]\nversion = \"1\"", &[]),
        ("[dependencies]\n# Why.\na = \"1\"\n[profile.dev]\nopt-level = 3", &[]),
    ];
    assert_finds(unexplained, cases);
}

//! Modules stand on floors, and nothing calls upward or sideways.

use std::collections::BTreeSet;

use proc_macro2::TokenTree;

use super::paths::{Named, paths};
use super::source::{Finding, Source, assert_finds, assert_none, files, sources};
use crate::{FLOORS, NOT_YET};

#[test]
fn every_module_has_a_floor() {
    assert_none(modules_and_floors(&files("src"), FLOORS, NOT_YET));
}

#[test]
fn nothing_is_used_upward_or_sideways() {
    assert_none(sources("src").iter().flat_map(strays).collect());
}

fn floor(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

/// Holds the modules there are against the table of floors and the list of modules to come.
fn modules_and_floors(files: &[String], floors: &[(&str, u8)], not_yet: &[&str]) -> Vec<Finding> {
    let mut found = vec![];
    let mut modules = BTreeSet::new();
    for file in files {
        let path = file.trim_start_matches("src/");
        let module = path.split('/').next().unwrap_or(path).trim_end_matches(".rs");
        if matches!(path, "lib.rs" | "main.rs") || !modules.insert(module) {
            continue;
        }
        if floors.iter().all(|(name, _)| *name != module) {
            let says = format!("module {module} has no floor; give it one in FLOORS in tests/tidy.rs");
            found.push(Finding::new(file, 1, says));
        }
        if not_yet.contains(&module) {
            found.push(Finding::new(
                file,
                1,
                format!("module {module} exists now; take it off NOT_YET in tests/tidy.rs"),
            ));
        }
    }
    for (name, _) in floors {
        if !modules.contains(name) && !not_yet.contains(name) {
            found.push(Finding::listed(name, format!("there is no module {name}; take it off FLOORS")));
        }
    }
    for name in not_yet {
        if floors.iter().all(|(listed, _)| listed != name) {
            found.push(Finding::listed(name, format!("{name} is to come and has no floor; give it one in FLOORS")));
        }
    }
    found
}

/// What a module uses that does not stand on a floor below its own.
fn strays(source: &Source) -> Vec<Finding> {
    let module = source.module();
    let Some(own) = module.first() else { return vec![] };
    let mut found: Vec<_> = paths(source)
        .iter()
        .filter_map(|path| {
            let says = misstep(own, &target(&module, path)?)?;
            Some(Finding::new(&source.path, path.span.start().line, says))
        })
        .collect();
    source.each_token(&mut |row, at| {
        let says = match (&row[at], row.get(at + 1)) {
            (TokenTree::Ident(word), Some(TokenTree::Ident(next))) if word == "extern" && next == "crate" => {
                "`extern crate` gives a crate a second name; name its path where it is used"
            }
            // What `build.rs` makes is data of ours, written as the module that includes it has it.
            (TokenTree::Ident(word), Some(TokenTree::Punct(sign)))
                if word == "include"
                    && sign.as_char() == '!'
                    && !row.get(at + 2).is_some_and(|file| file.to_string().contains("OUT_DIR")) =>
            {
                "code is a module with a floor, not an included file; make it one"
            }
            (TokenTree::Punct(sign), Some(TokenTree::Group(attribute)))
                if sign.as_char() == '#' && attribute.stream().to_string().starts_with("path =") =>
            {
                "a module stands where its name says; leave `#[path]` out"
            }
            _ => return,
        };
        found.push(Finding::new(&source.path, row[at].span().start().line, says));
    });
    found
}

/// The top-level module that a path leads to; `*` where it takes the whole crate. `None` where it stays outside the
/// crate's own modules.
fn target(module: &[String], path: &Named) -> Option<String> {
    let names: Vec<_> = path.names.iter().map(String::as_str).collect();
    let steps = names.iter().skip_while(|name| **name == "self");
    let up = steps.clone().take_while(|name| **name == "super").count();
    let rest: Vec<_> = steps.skip(up).copied().collect();
    let reached: Vec<&str> = match names.first() {
        Some(&"crate") => names.iter().skip(1).copied().collect(),
        Some(&"super" | &"self") => {
            let here: Vec<_> = module.iter().chain(&path.inside).map(String::as_str).collect();
            let kept = here.len().saturating_sub(up);
            here.iter().take(kept).copied().chain(rest).collect()
        }
        _ => return None,
    };
    match reached.first() {
        Some(&"*" | &"self") => Some("*".to_owned()),
        Some(name) => Some((*name).to_owned()),
        // `pub(crate)` and `pub(super)` name the root and lead nowhere.
        None => path.renamed.then(|| "*".to_owned()),
    }
}

/// Why one module may not use another.
fn misstep(from: &str, to: &str) -> Option<String> {
    if from == to {
        return None;
    }
    if to == "*" {
        return Some("this takes the whole crate; name the module that is meant".to_owned());
    }
    let Some(there) = floor(to) else {
        return Some(format!("crate::{to} is no module with a floor; name the module that is meant"));
    };
    // A module without a floor is found by the other rule.
    let here = floor(from)?;
    let advice = match (here, there) {
        (0, 0) => return None,
        (here, there) if there < here => return None,
        (1, 1) => "hands never see each other: let a verb in ops bring them together",
        (3, 3) => "faces never see each other: what both need is a verb in ops or a value",
        _ => "nothing calls upward: hand it in as an argument, or move what is needed down",
    };
    Some(format!("{from} (floor {here}) may not use {to} (floor {there}); {advice}"))
}

#[test]
fn the_rule_of_floors_finds_what_it_should() {
    let vault: &[(&str, &[usize])] = &[
        ("use crate::token::Token;\nuse crate::secret::Secret as S;", &[]),
        ("use super::db;\nuse crate::vault::seal;\npub(crate) fn f() {}\npub(super) fn g() {}", &[]),
        ("/// As [`crate::cli`] says.\nfn f() {}", &[]),
        ("use crate::ops;", &[1]),
        ("use crate::config::Config;", &[1]),
        ("use crate::{token::Token, agent};", &[1]),
        ("use crate::{\n    token::Token,\n    agent::{self, wire},\n};", &[3, 3]),
        ("fn f() {\n    let x = crate::tui::y();\n}", &[2]),
        ("fn f(x: &crate::cli::Face) {}", &[1]),
        ("fn f() { format!(\"{}\", crate::cli::x()); }", &[1]),
        ("macro_rules! m { () => { $crate::cli::x() } }", &[1]),
        ("use super::super::agent;", &[1]),
        ("mod a { mod b { use super::super::super::super::paths; } }", &[1]),
        ("mod a { use super::super::db; }", &[]),
        ("use self::super::super::cli;", &[1]),
        ("#[serde(with = \"crate::cli::x\")]\nstruct S;", &[1]),
        ("use crate::*;", &[1]),
        ("use crate as root;", &[1]),
        ("use crate::{self as root};", &[1]),
        ("use super::super::*;", &[1]),
        ("use crate::Shortcut;", &[1]),
        ("extern crate patvault;", &[1]),
        ("#[path = \"../cli/mod.rs\"]\nmod x;", &[1]),
        ("include!(\"../cli/x.rs\");", &[1]),
        ("fn f() { assert!(path == \"x\"); path = \"y\"; }", &[]),
        ("fn f(path: &str) { include_str!(\"x.sql\"); }", &[]),
        ("#[cfg(test)]\nmod tests {\n    use super::*;\n    use crate::config::Config;\n}", &[4]),
    ];
    assert_finds(|text| strays(&Source::new("src/vault/file.rs", text)), vault);

    let others: &[(&str, &str, &[usize])] = &[
        ("src/text.rs", "use crate::token::Token;", &[]),
        ("src/text.rs", "use crate::paths::Paths;", &[1]),
        ("src/ops/get.rs", "use crate::{vault, agent, token, config};\nuse super::session;", &[]),
        ("src/ops/get.rs", "use crate::cli;", &[1]),
        ("src/cli/get.rs", "use crate::{ops, config, token};", &[]),
        ("src/cli/get.rs", "use crate::tui;", &[1]),
        ("src/tui/view.rs", "use crate::cli::face;", &[1]),
        ("src/text.rs", "mod tests { use super::*; }", &[]),
        ("src/main.rs", "use patvault::cli;\nuse crate::tui;", &[]),
    ];
    for (path, text, want) in others {
        assert_finds(|text| strays(&Source::new(path, text)), &[(text, want)]);
    }
}

#[test]
fn the_rule_of_modules_finds_what_it_should() {
    let floors = &[("token", 0), ("vault", 1), ("cli", 3)];
    let tree = |paths: &[&str]| paths.iter().map(|path| (*path).to_owned()).collect::<Vec<_>>();
    let cases: [(&[&str], &[&str], usize); 6] = [
        (&["src/lib.rs", "src/main.rs", "src/token/mod.rs", "src/token/id.rs", "src/vault.rs"], &["cli"], 0),
        (&["src/token.rs", "src/vault.rs"], &[], 1),
        (&["src/token.rs", "src/vault.rs", "src/cli/mod.rs"], &["cli"], 1),
        (&["src/token.rs", "src/vault.rs", "src/util.rs"], &["cli"], 1),
        (&["src/token.rs", "src/vault.rs", "src/helpers/a.rs", "src/helpers/b.rs"], &["cli"], 1),
        (&["src/token.rs", "src/vault.rs"], &["cli", "gui"], 1),
    ];
    for (paths, not_yet, want) in cases {
        let found = modules_and_floors(&tree(paths), floors, not_yet);
        assert_eq!(found.len(), want, "{paths:?}: {found:?}");
    }
}

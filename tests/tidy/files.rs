//! No file without a use: tests that run, pages that are read, migrations that are applied, nothing astray.

use std::collections::BTreeSet;
use std::fs;

use super::source::{Finding, Source, assert_none, files, sources};
use crate::TOP_LEVEL;

#[test]
fn every_test_file_is_included() {
    assert_none(forgotten_tests(&sources("tests")));
}

#[test]
fn every_page_is_run() {
    assert_none(forgotten_pages(&files("tests")));
}

#[test]
fn every_migration_is_applied() {
    let source = fs::read_to_string("src/vault/migrate.rs").unwrap_or_default();
    assert_none(forgotten_migrations(&files("assets/migrations"), &source));
}

#[test]
fn nothing_lies_astray_at_the_top() {
    let entries = fs::read_dir(".").unwrap();
    let names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert_none(astray(&names));
}

/// Rust files in folders of `tests/` that no test includes, directly or through another file.
fn forgotten_tests(all: &[Source]) -> Vec<Finding> {
    let mut reached = BTreeSet::new();
    let mut to_read: Vec<_> = all.iter().filter(|source| is_root(&source.path)).collect();
    while let Some(source) = to_read.pop() {
        if reached.insert(&source.path) {
            let folder = folder_of_modules(&source.path, is_root(&source.path));
            let named = included(&source.file.items, &folder, &source.path);
            to_read.extend(all.iter().filter(|other| named.contains(&other.path)));
        }
    }
    let forgotten = all.iter().filter(|source| !reached.contains(&source.path));
    let says = "no test includes this file, so nothing in it runs; name it with `mod`, or remove it";
    forgotten.map(|source| Finding::new(&source.path, 1, says)).collect()
}

/// Whether cargo takes a file of `tests/` as a test of its own.
fn is_root(path: &str) -> bool {
    matches!(path.split('/').collect::<Vec<_>>()[..], ["tests", _] | ["tests", _, "main.rs"])
}

/// Where a file's modules stand: beside a root or a `mod.rs`, else in a folder of the file's name.
fn folder_of_modules(path: &str, root: bool) -> String {
    if root || path.ends_with("/mod.rs") { parent(path).to_owned() } else { path.trim_end_matches(".rs").to_owned() }
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The files that a list of items includes with `mod`.
fn included(items: &[syn::Item], folder: &str, path: &str) -> Vec<String> {
    let mut named = vec![];
    for item in items {
        let syn::Item::Mod(module) = item else { continue };
        let inner = format!("{folder}/{}", module.ident);
        match (&module.content, written_path(module)) {
            (Some((_, items)), _) => named.extend(included(items, &inner, path)),
            (None, Some(written)) => named.push(format!("{}/{written}", parent(path))),
            (None, None) => named.extend([format!("{inner}.rs"), format!("{inner}/mod.rs")]),
        }
    }
    named
}

/// What `#[path = "..."]` says.
fn written_path(module: &syn::ItemMod) -> Option<String> {
    module.attrs.iter().find_map(|attr| match &attr.meta {
        syn::Meta::NameValue(syn::MetaNameValue {
            path,
            value: syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }),
            ..
        }) if path.is_ident("path") => Some(text.value()),
        _ => None,
    })
}

/// Pages that stand where nobody runs them.
fn forgotten_pages(tests: &[String]) -> Vec<Finding> {
    let runner = tests.iter().any(|path| path == "tests/cli.rs");
    let pages = tests.iter().filter(|path| path.ends_with(".md"));
    pages
        .filter_map(|path| match (parent(path), runner) {
            ("tests/cli", true) => None,
            ("tests/cli", false) => Some(Finding::new(path, 1, "no tests/cli.rs runs this page; add it")),
            _ => Some(Finding::new(path, 1, "pages are run in tests/cli/ only; move it there, or remove it")),
        })
        .collect()
}

/// Migrations that the source which applies them does not name. It may also take the whole folder.
fn forgotten_migrations(migrations: &[String], source: &str) -> Vec<Finding> {
    if source.contains("assets/migrations\"") || source.contains("assets/migrations/*") {
        return vec![];
    }
    let sql = migrations.iter().filter(|path| path.ends_with(".sql"));
    let forgotten = sql.filter(|path| !source.contains(path.trim_start_matches("assets/")));
    let says = "src/vault/migrate.rs does not apply this migration; add it there, or remove it";
    forgotten.map(|path| Finding::new(path, 1, says)).collect()
}

/// Entries at the top of the tree that are not on the list.
fn astray(names: &[String]) -> Vec<Finding> {
    let strange = names.iter().filter(|name| !TOP_LEVEL.contains(&name.as_str()));
    let says = "nothing is said to stand here; move it, remove it, or add it to TOP_LEVEL";
    strange.map(|name| Finding::new(name, 1, says)).collect()
}

fn named(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.file.as_str()).collect()
}

#[test]
fn the_rule_of_test_files_finds_what_it_should() {
    type Tree = &'static [(&'static str, &'static str)];
    let cases: [(Tree, &[&str]); 8] = [
        (&[("tests/a.rs", "mod common;"), ("tests/common/mod.rs", "mod b;"), ("tests/common/b.rs", "")], &[]),
        (&[("tests/a.rs", "mod a { mod b; }"), ("tests/a/b.rs", "mod c;"), ("tests/a/b/c.rs", "")], &[]),
        (&[("tests/a.rs", "#[path = \"a/b.rs\"] mod b;"), ("tests/a/b.rs", "")], &[]),
        (&[("tests/a/main.rs", "mod b;"), ("tests/a/b.rs", "")], &[]),
        (
            &[("tests/a.rs", ""), ("tests/common/mod.rs", "mod b;"), ("tests/common/b.rs", "")],
            &["tests/common/mod.rs", "tests/common/b.rs"],
        ),
        (&[("tests/a.rs", "mod b;"), ("tests/a/b.rs", "")], &["tests/a/b.rs"]),
        (&[("tests/a.rs", "// mod b;\n"), ("tests/b/mod.rs", "")], &["tests/b/mod.rs"]),
        (
            &[("tests/a.rs", "mod common;"), ("tests/common/mod.rs", ""), ("tests/common/b.rs", "")],
            &["tests/common/b.rs"],
        ),
    ];
    for (tree, want) in cases {
        let all: Vec<_> = tree.iter().map(|(path, text)| Source::new(path, text)).collect();
        assert_eq!(named(&forgotten_tests(&all)), want, "{tree:?}");
    }
}

#[test]
fn the_rule_of_pages_finds_what_it_should() {
    let cases: [(&[&str], &[&str]); 4] = [
        (&["tests/cli.rs", "tests/cli/add.md"], &[]),
        (&["tests/cli/add.md"], &["tests/cli/add.md"]),
        (&["tests/cli.rs", "tests/add.md"], &["tests/add.md"]),
        (&["tests/cli.rs", "tests/cli/more/add.md"], &["tests/cli/more/add.md"]),
    ];
    for (tree, want) in cases {
        let tree: Vec<_> = tree.iter().map(|path| (*path).to_owned()).collect();
        assert_eq!(named(&forgotten_pages(&tree)), want, "{tree:?}");
    }
}

#[test]
fn the_rule_of_migrations_finds_what_it_should() {
    let migrations = ["assets/migrations/0001_first.sql", "assets/migrations/0002_more.sql"].map(str::to_owned);
    let both = "include_str!(\"../../assets/migrations/0001_first.sql\")\n\
                include_str!(\"../../assets/migrations/0002_more.sql\")";
    let cases: [(&str, &[&str]); 4] = [
        (both, &[]),
        ("include_dir!(\"assets/migrations\")", &[]),
        ("include_str!(\"../../assets/migrations/0001_first.sql\")", &["assets/migrations/0002_more.sql"]),
        ("", &["assets/migrations/0001_first.sql", "assets/migrations/0002_more.sql"]),
    ];
    for (source, want) in cases {
        assert_eq!(named(&forgotten_migrations(&migrations, source)), want, "{source}");
    }
}

#[test]
fn the_rule_of_the_top_finds_what_it_should() {
    let names = ["src", "Cargo.toml", ".ci", "notes.txt", "tmp"].map(str::to_owned);
    assert_eq!(named(&astray(&names)), ["notes.txt", "tmp"]);
}

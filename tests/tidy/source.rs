//! Reading the tree, and findings that say where something is and what to do.

use std::fmt;
use std::fs;
use std::path::Path;

use proc_macro2::{LineColumn, Span, TokenStream, TokenTree};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use crate::Allowed;

/// A rule that is broken.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    pub file: String,
    pub line: usize,
    /// What is wrong and what to do.
    pub says: String,
}

impl Finding {
    pub fn new(file: &str, line: usize, says: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, says: says.into() }
    }

    /// A finding about an entry of a list in `tests/tidy.rs`.
    pub fn listed(entry: &str, says: impl Into<String>) -> Self {
        let quoted = format!("\"{entry}\"");
        let lines = include_str!("../tidy.rs").lines();
        // The lists of exceptions follow the table of floors, so the last mention is the one meant.
        let line = lines.enumerate().filter(|(_, line)| line.contains(&quoted)).map(|(at, _)| at + 1).last();
        Self::new("tests/tidy.rs", line.unwrap_or(1), says)
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.says)
    }
}

/// Fails with all findings, one a line.
#[track_caller]
pub fn assert_none(mut findings: Vec<Finding>) {
    findings.sort();
    let lines: Vec<_> = findings.iter().map(Finding::to_string).collect();
    assert!(lines.is_empty(), "\n{}\n", lines.join("\n"));
}

/// Tries a rule on a table of texts and the lines on which it must find something; none for a good text.
#[track_caller]
pub fn assert_finds(rule: impl Fn(&str) -> Vec<Finding>, cases: &[(&str, &[usize])]) {
    for (text, want) in cases {
        let mut lines: Vec<_> = rule(text).into_iter().map(|finding| finding.line).collect();
        lines.sort_unstable();
        assert_eq!(lines, *want, "{text}");
    }
}

/// Drops findings in files that are allowed them, and finds entries that no file needs or that give no reason.
pub fn outside(allowed: Allowed, findings: Vec<Finding>) -> Vec<Finding> {
    let (mut found, expected): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(|finding| allowed.iter().all(|(file, _)| finding.file != *file));
    for (file, reason) in allowed {
        if expected.iter().all(|finding| finding.file != *file) {
            found.push(Finding::listed(file, format!("{file} no longer needs its exception; take it off the list")));
        } else if reason.is_empty() {
            found.push(Finding::listed(file, format!("{file} is an exception without a reason; write why")));
        }
    }
    found
}

/// One Rust file.
pub struct Source {
    /// From the top of the tree, with slashes.
    pub path: String,
    pub text: String,
    pub file: syn::File,
    pub tokens: TokenStream,
    /// Where code stands that only tests see.
    tests: Vec<(LineColumn, LineColumn)>,
    /// Whether only tests see the whole file.
    all_tests: bool,
}

impl Source {
    pub fn new(path: &str, text: &str) -> Self {
        let file = syn::parse_file(text).unwrap_or_else(|e| panic!("{path}:{}: {e}", e.span().start().line));
        let mut marked = TestCode::default();
        marked.visit_file(&file);
        let tokens = text.parse().unwrap_or_else(|e| panic!("{path}: {e}"));
        let all_tests = file.attrs.iter().any(is_test_only);
        Self { path: path.to_owned(), text: text.to_owned(), file, tokens, tests: marked.spans, all_tests }
    }

    /// Its module path: `src/token/query.rs` is `token`, `query`. Empty for `lib.rs` and `main.rs`.
    pub fn module(&self) -> Vec<String> {
        let path = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        let mut names: Vec<_> = path.split('/').map(str::to_owned).collect();
        if names.last().is_some_and(|last| last == "mod") || matches!(path, "lib" | "main") {
            names.pop();
        }
        names
    }

    /// Whether only tests see what stands there.
    pub fn is_test(&self, span: Span) -> bool {
        let at = span.start();
        self.all_tests || self.tests.iter().any(|(start, end)| (*start..=*end).contains(&at))
    }

    /// Lines without those of test modules inside the file.
    pub fn lines(&self) -> usize {
        let inside = self.file.items.iter().filter_map(|item| match item {
            syn::Item::Mod(module) if module.content.is_some() && module.attrs.iter().any(is_test_only) => {
                let span = module.span();
                Some(span.end().line - span.start().line + 1)
            }
            _ => None,
        });
        self.text.lines().count() - inside.sum::<usize>()
    }

    /// Looks at every token, with its neighbours: the slice is the group it stands in.
    pub fn each_token(&self, look: &mut dyn FnMut(&[TokenTree], usize)) {
        each_token(&self.tokens, look);
    }
}

fn each_token(tokens: &TokenStream, look: &mut dyn FnMut(&[TokenTree], usize)) {
    let row: Vec<_> = tokens.clone().into_iter().collect();
    for (at, token) in row.iter().enumerate() {
        look(&row, at);
        if let TokenTree::Group(group) = token {
            each_token(&group.stream(), look);
        }
    }
}

/// Gathers what carries `#[cfg(test)]` or `#[test]`.
#[derive(Default)]
struct TestCode {
    spans: Vec<(LineColumn, LineColumn)>,
    /// `#[cfg(test)] mod name;`: another file that only tests see.
    files: Vec<String>,
}

impl TestCode {
    fn mark(&mut self, attrs: &[syn::Attribute], span: Span) {
        if attrs.iter().any(is_test_only) {
            self.spans.push((span.start(), span.end()));
        }
    }
}

impl<'ast> Visit<'ast> for TestCode {
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        self.mark(&item.attrs, item.span());
        if item.content.is_none() && item.attrs.iter().any(is_test_only) {
            self.files.push(item.ident.to_string());
        }
        visit::visit_item_mod(self, item);
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.mark(&item.attrs, item.span());
        visit::visit_item_fn(self, item);
    }

    fn visit_item_impl(&mut self, item: &'ast syn::ItemImpl) {
        self.mark(&item.attrs, item.span());
        visit::visit_item_impl(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.mark(&item.attrs, item.span());
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        self.mark(&item.attrs, item.span());
    }
}

/// Whether an attribute says that only tests see its item: `#[test]`, `#[cfg(test)]`, `#[cfg(all(test, ...))]`.
fn is_test_only(attr: &syn::Attribute) -> bool {
    fn needs_test(meta: &syn::Meta) -> bool {
        match meta {
            syn::Meta::Path(path) => path.is_ident("test"),
            syn::Meta::List(list) if list.path.is_ident("all") => {
                let parts = syn::punctuated::Punctuated::<syn::Meta, syn::Token![,]>::parse_terminated;
                list.parse_args_with(parts).is_ok_and(|parts| parts.iter().any(needs_test))
            }
            _ => false,
        }
    }
    attr.path().is_ident("test")
        || (attr.path().is_ident("cfg") && attr.parse_args::<syn::Meta>().is_ok_and(|meta| needs_test(&meta)))
}

/// All files under a folder, in order. A folder that is not there has none. Cargo runs tests in the package's folder.
pub fn files(folder: &str) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else { return vec![] };
    let mut all = vec![];
    for entry in entries {
        let entry = entry.unwrap();
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all.sort();
    all
}

/// All Rust files under a folder.
pub fn sources(folder: &str) -> Vec<Source> {
    assert!(Path::new("src/lib.rs").exists(), "run this test by cargo, in the package's own folder");
    let rust = files(folder).into_iter().filter(|path| path.ends_with(".rs"));
    let mut all: Vec<_> = rust.map(|path| Source::new(&path, &fs::read_to_string(&path).unwrap())).collect();
    let hidden: Vec<_> = all.iter().flat_map(test_files).collect();
    for source in &mut all {
        source.all_tests |= hidden.iter().any(|module| source.module().starts_with(module));
    }
    all
}

/// The modules in other files that this one shows to tests only.
fn test_files(source: &Source) -> Vec<Vec<String>> {
    let mut marked = TestCode::default();
    marked.visit_file(&source.file);
    let under = |name| source.module().into_iter().chain([name]).collect();
    marked.files.into_iter().map(under).collect()
}

#[test]
fn test_code_is_told_from_the_rest() {
    let source = Source::new(
        "src/a.rs",
        "fn one() {}\n#[cfg(test)]\nmod tests {\n    fn two() {}\n}\n#[cfg(all(unix, test))]\nfn three() {}\n\
         #[cfg(any(test, unix))]\nfn four() {}\n#[cfg(test)]\nmod five;\n",
    );
    let mut seen = vec![];
    source.each_token(&mut |row, at| {
        if let [TokenTree::Ident(word), TokenTree::Ident(name), ..] = &row[at..]
            && word == "fn"
        {
            seen.push((name.to_string(), source.is_test(name.span())));
        }
    });
    assert_eq!(seen, [("one", false), ("two", true), ("three", true), ("four", false)].map(|(n, t)| (n.into(), t)));
    assert_eq!(source.lines(), 7);
    assert_eq!(test_files(&source), [["a", "five"]]);
}

#[test]
fn an_allowed_file_is_passed_over_and_must_need_it() {
    let found = || vec![Finding::new("src/a.rs", 3, "x"), Finding::new("src/b.rs", 4, "y")];
    let all = outside(&[("src/a.rs", "because")], found());
    assert_eq!(all, [Finding::new("src/b.rs", 4, "y")]);
    let all = outside(&[("src/a.rs", "because"), ("src/b.rs", ""), ("src/c.rs", "because")], found());
    let says: Vec<_> = all.iter().map(|finding| finding.says.as_str()).collect();
    let want = [
        "src/b.rs is an exception without a reason; write why",
        "src/c.rs no longer needs its exception; take it off the list",
    ];
    assert_eq!(says, want);
}

#[test]
fn modules_are_named_by_their_files() {
    let cases: [(&str, &[&str]); 5] = [
        ("src/lib.rs", &[]),
        ("src/main.rs", &[]),
        ("src/text.rs", &["text"]),
        ("src/token/mod.rs", &["token"]),
        ("src/token/query.rs", &["token", "query"]),
    ];
    for (path, want) in cases {
        assert_eq!(Source::new(path, "").module(), want, "{path}");
    }
}

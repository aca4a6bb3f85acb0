//! Files and functions that one person can hold in the head.

use syn::spanned::Spanned;
use syn::visit::{self, Visit};

use super::source::{Finding, Source, assert_none, sources};
use crate::{LONGER, Longer};

/// The most lines of a file, test modules inside it not counted. Aim for 250.
const FILE_LINES_MAX: usize = 400;
/// The most lines of a function, from `fn` to its closing brace.
const FUNCTION_LINES_MAX: usize = 70;
/// How much an exception may be larger than what it is for.
const SLACK_LINES_MAX: usize = 20;

#[test]
fn files_and_functions_are_short() {
    let all: Vec<_> = ["src", "tests", "benches"].into_iter().flat_map(sources).collect();
    assert_none(too_long(&all.iter().flat_map(measure).collect::<Vec<_>>(), LONGER));
}

/// Something with a length.
struct Sized {
    /// A file, or `file::function`.
    name: String,
    file: String,
    line: usize,
    lines: usize,
    max: usize,
}

/// A file and all its functions.
fn measure(source: &Source) -> Vec<Sized> {
    let file = source.path.clone();
    let whole = Sized { name: file.clone(), file, line: 1, lines: source.lines(), max: FILE_LINES_MAX };
    let mut functions = Functions { file: &source.path, found: vec![whole] };
    functions.visit_file(&source.file);
    functions.found
}

struct Functions<'a> {
    file: &'a str,
    found: Vec<Sized>,
}

impl Functions<'_> {
    fn add(&mut self, sig: &syn::Signature, block: &syn::Block) {
        let line = sig.span().start().line;
        let lines = block.span().end().line - line + 1;
        let name = format!("{}::{}", self.file, sig.ident);
        self.found.push(Sized { name, file: self.file.to_owned(), line, lines, max: FUNCTION_LINES_MAX });
    }
}

impl<'ast> Visit<'ast> for Functions<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.add(&item.sig, block);
        }
        visit::visit_trait_item_fn(self, item);
    }
}

/// What is longer than it may be, and exceptions that allow more than is needed.
fn too_long(all: &[Sized], longer: &[Longer]) -> Vec<Finding> {
    let mut found = vec![];
    for sized in all {
        let allowed = longer.iter().find(|(name, ..)| *name == sized.name).map_or(sized.max, |(_, lines, _)| *lines);
        if sized.lines > allowed {
            let Sized { name, lines, .. } = sized;
            let says = format!("{name} has {lines} lines of {allowed}; split it where its ideas part");
            found.push(Finding::new(&sized.file, sized.line, says));
        }
    }
    for (name, allowed, reason) in longer {
        // Two functions of one file may share a name; the longest is the one that the exception is for.
        let longest = all.iter().filter(|sized| sized.name == *name).max_by_key(|sized| sized.lines);
        let says = match longest {
            None => format!("there is no {name}; take it off LONGER"),
            Some(Sized { lines, max, .. }) if lines <= max => format!("{name} is short now; take it off LONGER"),
            Some(Sized { lines, .. }) if lines + SLACK_LINES_MAX < *allowed => {
                format!("{name} has only {lines} lines of {allowed}; lower its entry in LONGER to {lines}")
            }
            _ if reason.is_empty() => format!("{name} may be longer without a reason; write why"),
            _ => continue,
        };
        found.push(Finding::listed(name, says));
    }
    found
}

#[test]
fn lengths_are_counted_as_a_person_would() {
    let text = "//! A file.\n\n/// Its function.\n#[inline]\nfn one(\n    x: u8,\n) {\n}\nstruct S;\n\
                impl S {\n    fn two() {}\n}\n\
                trait T {\n    fn three();\n    fn four() {\n    }\n}\n\
                #[cfg(test)]\nmod tests {\n    fn five() {}\n}\n";
    let all = measure(&Source::new("src/a.rs", text));
    let seen: Vec<_> = all.iter().map(|s| (s.name.as_str(), s.line, s.lines)).collect();
    let want = [
        ("src/a.rs", 1, 17),
        ("src/a.rs::one", 5, 4),
        ("src/a.rs::two", 11, 1),
        ("src/a.rs::four", 15, 2),
        ("src/a.rs::five", 20, 1),
    ];
    assert_eq!(seen, want);
}

#[test]
fn the_rule_finds_what_it_should() {
    let function = |lines: usize| format!("fn f() {{\n{}}}\n", "\n".repeat(lines - 2));
    let file = |lines: usize| "// x\n".repeat(lines);
    let tested = |lines: usize| format!("// x\n#[cfg(test)]\nmod tests {{\n{}}}\n", "\n".repeat(lines));
    let why = "it is a table";
    let cases: [(String, &[Longer], usize); 14] = [
        (function(70), &[], 0),
        (function(71), &[], 1),
        (function(80), &[("src/a.rs::f", 80, why)], 0),
        (function(80), &[("src/a.rs::f", 100, why)], 0),
        (function(80), &[("src/a.rs::f", 101, why)], 1),
        (function(80), &[("src/a.rs::f", 79, why)], 1),
        (function(80), &[("src/a.rs::f", 80, "")], 1),
        (function(70), &[("src/a.rs::f", 80, why)], 1),
        (function(9), &[("src/a.rs::gone", 80, why)], 1),
        (file(400), &[], 0),
        (file(401), &[], 1),
        (tested(500), &[], 0),
        (file(450), &[("src/a.rs", 450, why)], 0),
        (file(400), &[("src/a.rs", 450, why)], 1),
    ];
    for (text, longer, want) in cases {
        let found = too_long(&measure(&Source::new("src/a.rs", &text)), longer);
        assert_eq!(found.len(), want, "{longer:?} {found:?}");
    }
}

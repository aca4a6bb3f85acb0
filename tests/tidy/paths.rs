//! Every path that a source names, read from its tokens: imports, expressions, types and the inside of macros alike.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

use super::source::Source;

/// A path as it is written, grouped imports taken apart: `use std::{fs, io::Read}` names two.
pub struct Named {
    pub names: Vec<String>,
    pub span: Span,
    /// The modules inside the file in which it stands.
    pub inside: Vec<String>,
    /// Whether it is given another name with `as`.
    pub renamed: bool,
}

/// All of them, in the order of the text.
pub fn paths(source: &Source) -> Vec<Named> {
    let mut walk = Walk { inside: vec![], found: vec![] };
    walk.tokens(&source.tokens, None);
    walk.found
}

struct Walk {
    inside: Vec<String>,
    found: Vec<Named>,
}

impl Walk {
    /// Walks a group; `within` is the span to report instead, for tokens that were read out of a string.
    fn tokens(&mut self, tokens: &TokenStream, within: Option<Span>) {
        let row: Vec<_> = tokens.clone().into_iter().collect();
        let mut at = 0;
        while let Some(token) = row.get(at) {
            match (token, row.get(at + 1), row.get(at + 2)) {
                (TokenTree::Ident(word), Some(TokenTree::Ident(name)), Some(TokenTree::Group(body)))
                    if word == "mod" && body.delimiter() == Delimiter::Brace =>
                {
                    self.inside.push(name.to_string());
                    self.tokens(&body.stream(), within);
                    self.inside.pop();
                    at += 3;
                }
                (TokenTree::Ident(_), ..) => at = self.path(&row, at, &[], within),
                (TokenTree::Punct(sign), Some(TokenTree::Group(body)), _) if sign.as_char() == '#' => {
                    self.strings(&body.stream());
                    at += 1;
                }
                (TokenTree::Group(group), ..) => {
                    self.tokens(&group.stream(), within);
                    at += 1;
                }
                _ => at += 1,
            }
        }
    }

    /// Reads one path from `at` on; gives where it ends.
    fn path(&mut self, row: &[TokenTree], mut at: usize, before: &[String], within: Option<Span>) -> usize {
        let mut names = before.to_vec();
        let span = within.unwrap_or_else(|| row[at].span());
        loop {
            match row.get(at) {
                Some(TokenTree::Ident(name)) => names.push(name.to_string()),
                Some(TokenTree::Punct(star)) if star.as_char() == '*' => names.push("*".to_owned()),
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    let inner: Vec<_> = group.stream().into_iter().collect();
                    let parts = inner.split(|token| matches!(token, TokenTree::Punct(p) if p.as_char() == ','));
                    for part in parts.filter(|part| !part.is_empty()) {
                        self.path(part, 0, &names, within);
                    }
                    return at + 1;
                }
                // The arguments of a generic type end it; what stands inside is read on its own.
                _ => break,
            }
            at += 1;
            if !is_colons(row, at) {
                break;
            }
            at += 2;
        }
        let renamed = matches!(row.get(at), Some(TokenTree::Ident(word)) if word == "as");
        self.found.push(Named { names, span, inside: self.inside.clone(), renamed });
        at
    }

    /// Paths that an attribute holds as text, such as `#[serde(with = "crate::x")]`. Documentation is no code.
    fn strings(&mut self, attribute: &TokenStream) {
        let mut tokens = attribute.clone().into_iter().peekable();
        if matches!(tokens.peek(), Some(TokenTree::Ident(name)) if name == "doc") {
            return;
        }
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.strings(&group.stream()),
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    let text = text.trim_matches('"');
                    if (text.starts_with("crate::") || text.starts_with("super::"))
                        && let Ok(tokens) = text.parse()
                    {
                        self.tokens(&tokens, Some(literal.span()));
                    }
                }
                _ => {}
            }
        }
    }
}

fn is_colons(row: &[TokenTree], at: usize) -> bool {
    let colon = |at| matches!(row.get(at), Some(TokenTree::Punct(p)) if p.as_char() == ':');
    colon(at) && colon(at + 1)
}

#[test]
fn paths_are_read_wherever_they_stand() {
    let cases: [(&str, &[&str]); 10] = [
        ("use a::b;", &["a::b"]),
        ("use a::{b, c::{self, d as e}, f::*,};", &["a::b", "a::c::self", "a::c::d", "a::f::*"]),
        ("use {a::b, ::c::d};", &["a::b", "c::d"]),
        ("fn f(x: a::B<c::D>) -> e::F {}", &["a::B", "c::D", "e::F"]),
        ("fn f() { a::B::<c::D>::new(); }", &["a::B", "c::D"]),
        ("x!(\"{}\", a::b(c::d!()));", &["a::b", "c::d"]),
        ("macro_rules! x { () => { $crate::a::b() } }", &["crate::a::b"]),
        ("#[serde(with = \"crate::a\")] struct S;", &["crate::a"]),
        ("#[error(\"{}\", a::b(.0))] struct S;", &["a::b"]),
        ("/// See [`a::b`] and \"crate::c\".\nstruct S;", &[]),
    ];
    for (text, want) in cases {
        let found: Vec<_> = paths(&Source::new("src/x.rs", text)).iter().map(|path| path.names.join("::")).collect();
        let long: Vec<_> = found.into_iter().filter(|path| path.contains("::")).collect();
        assert_eq!(long, want, "{text}");
    }
}

#[test]
fn a_path_knows_the_module_it_stands_in() {
    let all = paths(&Source::new("src/x.rs", "mod a { mod b { use super::c; } use super::d as e; }"));
    let seen: Vec<_> = all.iter().filter(|p| p.names[0] == "super").map(|p| (p.inside.join("::"), p.renamed)).collect();
    assert_eq!(seen, [("a::b".to_owned(), false), ("a".to_owned(), true)]);
}

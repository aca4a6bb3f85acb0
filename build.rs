//! A new file among the shipped services is a change of the program; and what is asked of many of them at once becomes tables of
//! it: the risks of their scopes, and the outlines of their forms.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind, Literal};
use toml::{Table, Value};

const SERVICES: &str = "assets/services";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={SERVICES}");
    let (mut risks, mut outlines) = (BTreeMap::new(), BTreeMap::new());
    for entry in fs::read_dir(SERVICES)? {
        let path = entry?.path();
        if let Some(id) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".toml")) {
            let definition: Table = fs::read_to_string(&path)?.parse()?;
            risks.insert(id.to_owned(), table(&definition));
            outlines.insert(id.to_owned(), forms(&definition)?);
        }
    }
    write_table("risks.rs", &risks)?;
    write_table("outlines.rs", &outlines)
}

/// Something about each service, by id.
fn write_table(file: &str, services: &BTreeMap<String, String>) -> Result<(), Box<dyn Error>> {
    let all: String = services.iter().map(|(id, table)| format!("({id:?}, {table}),\n")).collect();
    let out = Path::new(&env::var("OUT_DIR")?).join(file);
    Ok(fs::write(out, format!("&[\n{all}]\n"))?)
}

/// How the forms of a service's tokens begin, and how many signs they have at least and at most.
fn forms(definition: &Table) -> Result<String, Box<dyn Error>> {
    let kinds = definition.get("kind").and_then(Value::as_array).into_iter().flatten();
    let forms = kinds.filter_map(|kind| kind.get("form")?.as_array()).flatten();
    let mut out = String::from("&[");
    for pattern in forms.filter_map(|form| form.get("pattern")?.as_str()) {
        // As the program reads them, without the tables of Unicode; a byte here is a sign there.
        let hir = ParserBuilder::new().unicode(false).utf8(false).build().parse(pattern)?;
        let (shortest, longest) = (hir.properties().minimum_len(), hir.properties().maximum_len());
        let longest = longest.unwrap_or(usize::MAX);
        write!(out, "Outline {{ beginning: {:?}, shortest: {}, ", beginning(&hir), shortest.unwrap_or(0))?;
        write!(out, "longest: {longest} }},")?;
    }
    Ok(out + "]")
}

/// What every text of a form begins with.
fn beginning(form: &Hir) -> String {
    match form.kind() {
        HirKind::Literal(Literal(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        HirKind::Capture(group) => beginning(&group.sub),
        HirKind::Concat(parts) => parts.first().map(beginning).unwrap_or_default(),
        _ => String::new(),
    }
}

/// What a service says of risks: its kinds with the names of their sets, and the sets. What is not there or of another type is
/// left out; the tests of definitions are what says so.
fn table(definition: &Table) -> String {
    let text = |of: &Value, key: &str| of.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let list = |of: &Value, key: &str| of.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let mut out = String::from("Table { kinds: &[");
    for kind in definition.get("kind").and_then(Value::as_array).into_iter().flatten() {
        let _infallible =
            write!(out, "({:?}, {:?}, {:?}),", text(kind, "id"), text(kind, "name"), text(kind, "scopes"));
    }
    out.push_str("], sets: &[");
    for (name, set) in definition.get("scopes").and_then(Value::as_table).into_iter().flatten() {
        let words = list(set, "words");
        let of_risk = |risk: &str| {
            let names = words.iter().filter(|word| text(word, "risk") == risk).map(|word| text(word, "name"));
            names.collect::<Vec<_>>().join("\n")
        };
        let families =
            list(set, "families").iter().map(|family| (text(family, "pattern"), text(family, "risk"))).collect();
        // In the order of `Risk::ALL`; a test holds the table against the definitions.
        let words = ["low", "medium", "high"].map(of_risk);
        let _infallible = write!(out, "({name:?}, {words:?}, &{:?}),", Pairs(families));
    }
    out + "] }"
}

/// Patterns with a risk, written as the program has them.
struct Pairs(Vec<(String, String)>);

impl std::fmt::Debug for Pairs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[")?;
        for (pattern, risk) in &self.0 {
            let (first, rest) = risk.split_at(1.min(risk.len()));
            write!(f, "({pattern:?}, Risk::{}{rest}),", first.to_uppercase())?;
        }
        f.write_str("]")
    }
}

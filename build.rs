//! A new file among the shipped services is a change of the program; and the risks of their scopes become a table of it.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use toml::{Table, Value};

const SERVICES: &str = "assets/services";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed={SERVICES}");
    let mut services = BTreeMap::new();
    for entry in fs::read_dir(SERVICES)? {
        let path = entry?.path();
        if let Some(id) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".toml")) {
            services.insert(id.to_owned(), table(&fs::read_to_string(&path)?.parse()?));
        }
    }
    let all: String = services.iter().map(|(id, table)| format!("({id:?}, {table}),\n")).collect();
    let out = Path::new(&env::var("OUT_DIR")?).join("risks.rs");
    Ok(fs::write(out, format!("&[\n{all}]\n"))?)
}

/// What a service says of risks: its kinds with the names of their sets, and the sets, their scopes in order. What is not there
/// or of another type is left out; the tests of definitions are what says so.
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
        let mut words: Vec<_> =
            list(set, "words").iter().map(|word| (text(word, "name"), text(word, "risk"))).collect();
        words.sort();
        let families =
            list(set, "families").iter().map(|family| (text(family, "pattern"), text(family, "risk"))).collect();
        let _infallible = write!(out, "({name:?}, &{:?}, &{:?}),", Pairs(words), Pairs(families));
    }
    out + "] }"
}

/// Names with a risk, written as the program has them.
struct Pairs(Vec<(String, String)>);

impl std::fmt::Debug for Pairs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[")?;
        for (name, risk) in &self.0 {
            let (first, rest) = risk.split_at(1.min(risk.len()));
            write!(f, "({name:?}, Risk::{}{rest}),", first.to_uppercase())?;
        }
        f.write_str("]")
    }
}

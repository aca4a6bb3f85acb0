//! What is written about services is made from their definitions and from the language: the table in the README, the page of the
//! language, the schema for editors. `SNAPSHOTS=overwrite cargo test --test services` writes them anew.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use patvault::service::definition::{Definition, Fact};
use patvault::service::{Abilities, How, Recognised, Service, schema};
use serde_json::Value as Json;

use crate::shipped;

#[test]
fn the_table_in_the_readme_is_that_of_the_definitions() {
    let readme = root().join("README.md");
    let text = fs::read_to_string(&readme).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the README has a place for the table");
    let (_, after) = rest.split_once(END).expect("and says where it ends");
    hold(&readme, &format!("{before}{BEGIN}\n{}{END}{after}", table()));
}

#[test]
fn the_page_of_the_language_is_made_from_it() {
    hold(&root().join("assets/services/README.md"), &page());
}

#[test]
fn the_schema_for_editors_is_that_of_the_language() {
    let text = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
    hold(&root().join("assets/services/schema.json"), &text);
}

const BEGIN: &str = "<!-- services -->";
const END: &str = "<!-- /services -->";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Holds a file against what it should be, or writes it where that is asked for.
fn hold(path: &Path, want: &str) {
    if std::env::var_os("SNAPSHOTS").is_some_and(|value| value == "overwrite") {
        return fs::write(path, want).unwrap();
    }
    let there = fs::read_to_string(path).unwrap_or_default();
    assert!(there == want, "{} is not up to date: SNAPSHOTS=overwrite cargo test --test services", path.display());
}

fn table() -> String {
    let mut text = String::from(
        "| service | recognised by | verify tells | new page filled in | rotate | revoke |\n|---|---|---|---|---|---|\n",
    );
    for service in shipped() {
        let cells = cells(&service);
        writeln!(text, "| {} | {} |", service.definition.name, cells.join(" | ")).unwrap();
    }
    text
}

fn cells(service: &Service) -> [String; 5] {
    let definition: &Definition = &service.definition;
    let all: Vec<Abilities> = definition.kinds.iter().map(|kind| Abilities::of(definition, kind)).collect();
    let best = |of: fn(&Abilities) -> How| match all.iter().map(of).max() {
        Some(How::Itself) => "by call",
        Some(How::OtherCredential) => "by call, with another credential",
        Some(How::Page) => "on its page",
        _ => "",
    };
    let told = |fact: Fact, word: &'static str| all.iter().any(|one| one.told.contains(&fact)).then_some(word);
    let verified = all.iter().any(|one| one.verify != How::Not);
    let tells = [
        verified.then_some("works or not"),
        told(Fact::Scopes, "scopes"),
        told(Fact::Expiry, "expiry"),
        told(Fact::LastUse, "last use"),
    ];
    let recognised = match all.iter().map(|one| one.recognised).max() {
        Some(Recognised::Checksum) => "form, checksum",
        Some(Recognised::Form) => "form",
        _ => "",
    };
    [
        recognised.into(),
        tells.into_iter().flatten().collect::<Vec<_>>().join(", "),
        if all.iter().any(|one| one.filled_in) { "yes".into() } else { String::new() },
        best(|one| one.rotate).into(),
        best(|one| one.revoke).into(),
    ]
}

fn page() -> String {
    let schema = serde_json::to_value(schema()).unwrap();
    let mut text = String::from(
        "# The language of definitions\n\n\
         A file in this folder, or in the folder `services` beside your settings, describes a service. This page is made from the\n\
         comments in `src/service/definition/`; `schema.json` is the same for editors. `github.toml` is a good one to begin with.\n",
    );
    section(&mut text, "The file", &schema);
    for (name, of) in schema["$defs"].as_object().unwrap() {
        section(&mut text, name, of);
    }
    text
}

fn section(text: &mut String, name: &str, of: &Json) {
    write!(text, "\n## {name}\n\n{}\n", sentence(&of["description"])).unwrap();
    if let Some(fields) = of["properties"].as_object() {
        text.push_str("\n| field | is | what for |\n|---|---|---|\n");
        let required: Vec<&str> = of["required"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
        for (field, is) in fields {
            let needed = if required.contains(&field.as_str()) { ", needed" } else { "" };
            let what = sentence(&is["description"]);
            writeln!(text, "| `{field}` | {}{needed} | {what} |", kind(is)).unwrap();
        }
    }
    let words = of["oneOf"].as_array().into_iter().flatten().filter(|word| word["const"].is_string());
    for word in words {
        writeln!(text, "* `{}`: {}", word["const"].as_str().unwrap(), sentence(&word["description"])).unwrap();
    }
}

/// A description on one line, fit for a cell.
fn sentence(description: &Json) -> String {
    description.as_str().unwrap_or_default().replace('\n', " ").replace('|', "\\|")
}

/// What a field holds, in words.
fn kind(is: &Json) -> String {
    if let Some(name) = is["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
        return name.to_owned();
    }
    if let Some(some) = is["anyOf"].as_array().and_then(|any| any.iter().find(|one| one["type"] != "null")) {
        return kind(some);
    }
    let types = match &is["type"] {
        Json::String(one) => one.clone(),
        Json::Array(any) => any.iter().filter_map(Json::as_str).find(|one| *one != "null").unwrap_or("any").to_owned(),
        _ => "any".to_owned(),
    };
    match types.as_str() {
        "array" => format!("list of {}", kind(&is["items"])),
        "object" if is["additionalProperties"].is_object() => format!("{} by name", kind(&is["additionalProperties"])),
        "string" => "text".into(),
        "integer" => "number".into(),
        "boolean" => "true or false".into(),
        other => other.into(),
    }
}

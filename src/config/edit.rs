//! Changing one setting in the text that the person wrote: comments, order and layout stay.

use std::collections::BTreeMap;

use toml_edit::{Array, DocumentMut, Item, Table, TableLike, Value};

use super::Config;
use crate::text::{clipped, escaped};

/// The table whose names are the person's own.
const GROUPS: &str = "groups";

/// Why a setting is not changed.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum NotSet {
    /// Nothing is called so.
    #[error("there is no setting '{}'", shown(.0))]
    Unknown(String),
    /// It cannot be that.
    #[error("{} cannot be '{}': {}", shown(.name), shown(.value), escaped(.why))]
    Value {
        /// Which setting.
        name: String,
        /// What it was to be.
        value: String,
        /// Why not.
        why: String,
    },
    /// The text makes no sense as it is.
    #[error("line {line} makes no sense: {}", escaped(.why))]
    Text {
        /// In which line, counted from 1.
        line: usize,
        /// Why.
        why: String,
    },
}

fn shown(text: &str) -> String {
    clipped(&escaped(text), 60, false).into_owned()
}

/// The text with a setting changed: `tui.reveal`, `ascii`, `groups.NAME`. Without a value it is what it is by default; a group
/// is gone then.
///
/// # Errors
/// Where there is no such setting, it cannot be that, or the text makes no sense.
pub fn with(text: &str, name: &str, to: Option<&str>) -> Result<String, NotSet> {
    Config::parse(text).map_err(|(line, why)| NotSet::Text { line, why })?;
    let (table, key) = name.split_once('.').unwrap_or(("", name));
    let new = match to {
        None if table == GROUPS => None,
        _ => Some(wanted(name, table, key, to)?),
    };
    let text = offered(text, table, key).unwrap_or_else(|| text.to_owned());
    let mut document = parsed(&text);
    match new {
        Some(new) => put(&mut document, table, key, new),
        None => drop(document.get_mut(table).and_then(Item::as_table_like_mut).and_then(|table| table.remove(key))),
    }
    let text = document.to_string();
    let refused = |(_, why): (usize, String)| NotSet::Value {
        name: name.to_owned(),
        value: to.unwrap_or_default().to_owned(),
        why: why.trim_end().to_owned(),
    };
    Config::parse(&text).map_err(refused)?;
    Ok(text)
}

/// The value of every setting by its name, as [`with`] takes them.
pub fn values(config: &Config) -> BTreeMap<String, String> {
    let document = parsed(&config.to_toml());
    let told = |name: String, value: &Value| {
        let text = match value {
            Value::String(text) => text.value().clone(),
            Value::Array(all) => all.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
            other => other.to_string().trim().to_owned(),
        };
        (name, text)
    };
    let of = |(name, item): (&str, &Item)| match item {
        Item::Value(value) => vec![told(name.to_owned(), value)],
        Item::Table(table) => {
            let values = table.iter().filter_map(|(key, item)| Some((key, item.as_value()?)));
            values.map(|(key, value)| told(format!("{name}.{key}"), value)).collect()
        }
        _ => vec![],
    };
    document.iter().flat_map(of).collect()
}

/// A text that was looked at before: one that did not parse would be an empty one.
fn parsed(text: &str) -> DocumentMut {
    text.parse().unwrap_or_default()
}

/// What a setting is to be, of the sort that its default is.
fn wanted(name: &str, table: &str, key: &str, to: Option<&str>) -> Result<Value, NotSet> {
    if table == GROUPS && !key.is_empty() {
        return Ok(to.unwrap_or_default().into());
    }
    let defaults = parsed(&Config::default().to_toml());
    let item = if table.is_empty() { defaults.get(key) } else { defaults.get(table).and_then(|table| table.get(key)) };
    let default = item.and_then(Item::as_value).ok_or_else(|| NotSet::Unknown(name.to_owned()))?;
    let Some(to) = to else { return Ok(default.clone()) };
    let refused = |why: &str| NotSet::Value { name: name.to_owned(), value: to.to_owned(), why: why.to_owned() };
    Ok(match default {
        Value::Integer(_) => to.trim().parse::<i64>().map_err(|_| refused("it is a whole number"))?.into(),
        Value::Boolean(_) => to.trim().parse::<bool>().map_err(|_| refused("it is true or false"))?.into(),
        Value::Array(_) => to.split(',').map(str::trim).filter(|it| !it.is_empty()).collect::<Array>().into(),
        _ => to.into(),
    })
}

/// The text in which the line that documents the default is no comment any more, where that changes nothing: so the new value
/// stands where its explanation is.
fn offered(text: &str, table: &str, key: &str) -> Option<String> {
    let heading = format!("[{table}]");
    let begins = format!("{key} = ");
    let (mut within, mut found, mut lines) = (table.is_empty(), false, vec![]);
    for line in text.lines() {
        let bare = line.strip_prefix("# ").unwrap_or(line);
        let is_heading = bare.starts_with('[') && bare.ends_with(']');
        within = if is_heading { bare == heading } else { within };
        let is_it = within && !found && bare.starts_with(&begins);
        found |= is_it;
        lines.push(if is_it || (is_heading && within) { bare } else { line });
    }
    let new = format!("{}\n", lines.join("\n"));
    let same = Config::parse(&new).ok()? == Config::parse(text).ok()?;
    (found && same && new != text).then_some(new)
}

/// Puts a value into its table; a table that is not there comes at the end.
fn put(document: &mut DocumentMut, table: &str, key: &str, new: Value) {
    if table.is_empty() {
        return put_into(document.as_table_mut(), key, new);
    }
    if document.get(table).is_none() {
        let behind = document.trailing().as_str().unwrap_or_default().to_owned();
        let gap = if behind.is_empty() && document.is_empty() { "" } else { "\n" };
        let mut fresh = Table::new();
        fresh.decor_mut().set_prefix(format!("{behind}{gap}"));
        document.set_trailing("");
        document.insert(table, Item::Table(fresh));
    }
    if let Some(table) = document.get_mut(table).and_then(Item::as_table_like_mut) {
        put_into(table, key, new);
    }
}

/// What stands behind the old value, a comment perhaps, stands behind the new one.
fn put_into(table: &mut dyn TableLike, key: &str, mut new: Value) {
    match table.get_mut(key).and_then(Item::as_value_mut) {
        Some(old) => {
            *new.decor_mut() = old.decor().clone();
            *old = new;
        }
        None => drop(table.insert(key, Item::Value(new))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::TEMPLATE;

    #[test]
    fn comments_and_layout_stay() {
        // The text, a setting, its value, and the text then.
        let cases = [
            ("", "ascii", Some("true"), "ascii = true\n"),
            ("", "tui.reveal", Some("5"), "[tui]\nreveal = 5\n"),
            (
                "# mine\n[tui]\nreveal   =  5 # short\n",
                "tui.reveal",
                Some("7"),
                "# mine\n[tui]\nreveal   =  7 # short\n",
            ),
            ("[tui]\n# why\nreveal = 5\n", "tui.reveal", None, "[tui]\n# why\nreveal = 10\n"),
            ("# one\n\n# two\n", "tui.theme", Some("light"), "# one\n\n# two\n\n[tui]\ntheme = \"light\"\n"),
            ("tui = { reveal = 5 }\n", "tui.reveal", Some("6"), "tui = { reveal = 6 }\n"),
            ("tui.reveal = 5\n# end\n", "tui.theme", Some("16"), "tui.reveal = 5\ntui.theme = \"16\"\n# end\n"),
            ("[tui]\n# reveal = 10\n# end\n", "tui.reveal", Some("6"), "[tui]\nreveal = 6\n# end\n"),
            ("[tui]\n# reveal = 99\n", "tui.reveal", Some("6"), "[tui]\nreveal = 6\n# reveal = 99\n"),
            ("[tui]\ncolumns = []\n", "tui.columns", Some("name, tags"), "[tui]\ncolumns = [\"name\", \"tags\"]\n"),
            ("", "groups.my own", Some("#prod"), "[groups]\n\"my own\" = \"#prod\"\n"),
            ("[groups]\na = \"x\"\n# b's\nb = \"y\"\n", "groups.a", None, "[groups]\n# b's\nb = \"y\"\n"),
            ("ascii = true\n", "groups.a", None, "ascii = true\n"),
        ];
        for (text, name, to, want) in cases {
            let new = with(text, name, to).unwrap();
            assert_eq!(new, want, "{text:?} {name}");
            let held = values(&Config::parse(&new).unwrap()).remove(name).unwrap_or_default();
            assert!(to.is_none_or(|to| held == to.replace(", ", ",")), "{held}");
        }
    }

    #[test]
    fn in_the_template_a_value_stands_where_it_is_explained() {
        let cases = [
            ("agent.idle", "5", "idle = 5"),
            ("ascii", "true", "ascii = true"),
            ("tui.theme", "light", "theme = \"light\""),
        ];
        for (name, to, line) in cases {
            let text = with(TEMPLATE, name, Some(to)).unwrap();
            let (was, now): (Vec<&str>, Vec<&str>) = (TEMPLATE.lines().collect(), text.lines().collect());
            assert_eq!(was.len(), now.len(), "{text}");
            let changed: Vec<&str> = was.iter().zip(now).filter(|(was, now)| *was != now).map(|(_, now)| now).collect();
            assert!(changed.last() == Some(&line) && changed.len() < 3, "{changed:?}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let cases = [
            ("beauty", "1", "there is no setting 'beauty'"),
            ("tui", "1", "there is no setting 'tui'"),
            ("tui.beauty", "1", "there is no setting 'tui.beauty'"),
            ("groups.", "x", "there is no setting 'groups.'"),
            ("tui.reveal", "soon", "tui.reveal cannot be 'soon': it is a whole number"),
            ("ascii", "yes", "ascii cannot be 'yes': it is true or false"),
        ];
        for (name, to, why) in cases {
            assert_eq!(with("", name, Some(to)).unwrap_err().to_string(), why);
        }
        for (name, to) in [("tui.columns", "beauty"), ("tui.reveal", "-1"), ("color", "pink"), ("groups.x", "is:odd")] {
            assert!(matches!(with("", name, Some(to)), Err(NotSet::Value { .. })), "{name}");
        }
        assert!(matches!(with("ascii = 3", "ascii", Some("true")), Err(NotSet::Text { line: 1, .. })));
    }
}

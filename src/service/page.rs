//! Addresses of pages for the person, filled in as far as is known. Never with a secret: a browser keeps what it visits.

use serde_json::Value as Json;

use super::definition::{Page, ScopeList};
use super::site::Place;
use super::template::{Template, Unfilled, Values, encoded};

/// A value that is there where the token that is made is to have no end.
pub const ENDLESS: &str = "endless";

/// The address of a page. A parameter whose value is not known is left out.
///
/// # Errors
/// [`Unfilled`] where the address itself needs what is not known.
pub fn address(page: &Page, place: &Place, values: &Values, scopes: &[String]) -> Result<String, Unfilled> {
    let values = place.values(values);
    // A definition that was loaded holds templates only.
    let filled = |text: &String| Template::parse(text).ok().and_then(|template| template.fill_text(&values).ok());
    let url = Template::parse(&page.url)
        .map_err(|_| Unfilled::Missing(page.url.clone()))?
        .fill_url(&values, &place.bases())?;
    let endless = page.endless.iter().filter(|_| values.has(ENDLESS));
    let known = page.query.iter().chain(endless).filter_map(|(name, value)| Some((name.clone(), filled(value)?)));
    let each = page.each_scope.iter().flat_map(|each| each.split_once('='));
    let each = each.flat_map(|pair| scopes.iter().filter_map(move |scope| of(pair.0, scope).zip(of(pair.1, scope))));
    let all = page.all_scopes.iter().filter_map(|all| list(all, scopes));
    let query: Vec<String> =
        known.chain(each).chain(all).map(|(name, value)| format!("{}={}", encoded(&name), encoded(&value))).collect();
    let sign = if url.expose().contains('?') { '&' } else { '?' };
    let end = if query.is_empty() { String::new() } else { format!("{sign}{}", query.join("&")) };
    Ok(format!("{}{end}", url.expose()))
}

/// The parameter that holds all scopes, where there are some.
fn list(all: &ScopeList, scopes: &[String]) -> Option<(String, String)> {
    let each =
        |scope: &String| all.each.iter().map(|(name, part)| Some((name.clone(), of(part, scope)?.into()))).collect();
    let elements: Vec<Json> = scopes.iter().filter_map(each).map(Json::Object).collect();
    (!elements.is_empty()).then(|| (all.parameter.clone(), Json::from(elements).to_string()))
}

/// A part of a parameter, for one scope; none for the level of a scope that has none.
fn of(part: &str, scope: &str) -> Option<String> {
    let (name, level) = scope.split_once(':').map_or((scope, None), |(name, level)| (name, Some(level)));
    match part {
        "{scope}" => Some(scope.to_owned()),
        "{scope_name}" => Some(name.to_owned()),
        "{scope_level}" => level.map(str::to_owned),
        other => Some(other.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::definition::Definition;
    use super::super::site::place;
    use super::super::template::Value;
    use super::*;

    #[test]
    fn is_filled_in_as_far_as_is_known() {
        let definition: Definition = toml::from_str(
            "language = 1
             name = 'Example'
             [[site]]
             at = 'https://example.com'
             [[kind]]
             id = 'pat'
             name = 'token'
             [kind.page.new]
             url = '{at}/new'
             query = { name = '{name}', days = '{days}', for = '{account}' }
             endless = { days = 'none' }
             each_scope = '{scope_name}={scope_level}'
             [kind.page.manage]
             url = '{at}/all'
             each_scope = 'permissions[]={scope}'
             [kind.page.revoke]
             url = '{at}/keys?of=me'
             all_scopes = { parameter = 'keys', each = { key = '{scope_name}', type = '{scope_level}' } }",
        )
        .unwrap();
        let place = place(&definition, None).unwrap();
        let mut values = Values::default();
        values.set_text("name", Some("ci & deploy"));
        values.set(ENDLESS, Value::Number(1));
        assert_eq!(
            address(&definition.kinds[0].pages["new"], &place, &values, &[]).unwrap(),
            "https://example.com/new?name=ci%20%26%20deploy&days=none"
        );
        let mut values = Values::default();
        values.set_text("name", Some("ci & deploy"));
        values.set("days", Value::Number(90));
        let scopes = ["contents:write".to_owned(), "metadata:read".to_owned()];
        let of =
            |page: &str, scopes: &[String]| address(&definition.kinds[0].pages[page], &place, &values, scopes).unwrap();
        assert_eq!(
            of("new", &scopes),
            "https://example.com/new?days=90&name=ci%20%26%20deploy&contents=write&metadata=read"
        );
        assert_eq!(of("manage", &scopes[1..]), "https://example.com/all?permissions%5B%5D=metadata%3Aread");
        assert_eq!(of("manage", &[]), "https://example.com/all");
        let mixed = ["contents:\"".to_owned(), "without a level".to_owned()];
        assert_eq!(
            of("revoke", &mixed),
            "https://example.com/keys?of=me&keys=%5B%7B%22key%22%3A%22contents%22%2C%22type%22%3A%22%5C%22%22%7D%5D"
        );
        assert_eq!(of("revoke", &mixed[1..]), "https://example.com/keys?of=me");
        assert_eq!(of("new", &mixed[1..]), "https://example.com/new?days=90&name=ci%20%26%20deploy");
    }
}

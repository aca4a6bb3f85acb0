//! Addresses of pages for the person, filled in as far as is known. Never with a secret: a browser keeps what it visits.

use super::definition::Page;
use super::site::Place;
use super::template::{Template, Unfilled, Values, encoded};

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
    let known = page.query.iter().filter_map(|(name, value)| Some((name.clone(), filled(value)?)));
    let each = page.each_scope.iter().flat_map(|each| each.split_once('='));
    let each = each.flat_map(|pair| scopes.iter().map(move |scope| (of(pair.0, scope), of(pair.1, scope))));
    let query: Vec<String> =
        known.chain(each).map(|(name, value)| format!("{}={}", encoded(&name), encoded(&value))).collect();
    let sign = if url.expose().contains('?') { '&' } else { '?' };
    let end = if query.is_empty() { String::new() } else { format!("{sign}{}", query.join("&")) };
    Ok(format!("{}{end}", url.expose()))
}

/// A part of a parameter, for one scope.
fn of(part: &str, scope: &str) -> String {
    let (name, level) = scope.split_once(':').unwrap_or((scope, ""));
    match part {
        "{scope}" => scope.to_owned(),
        "{scope_name}" => name.to_owned(),
        "{scope_level}" => level.to_owned(),
        other => other.to_owned(),
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
             each_scope = '{scope_name}={scope_level}'
             [kind.page.manage]
             url = '{at}/all'
             each_scope = 'permissions[]={scope}'",
        )
        .unwrap();
        let place = place(&definition, None).unwrap();
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
    }
}

//! Lists that go over several pages, read as one. The next page is of the host that gave the one before, whatever that one says:
//! a secret goes along.

use serde_json::Value as Json;
use zeroize::Zeroizing;

use super::ask::Unasked;
use super::definition::{Call, Next};
use super::request::wipe;
use super::site::origin;
use super::template::encoded;
use crate::ports::{Answer, Http, Request};
use crate::secret::Secret;

/// How many pages of a list are read.
const PAGES_MAX: usize = 50;

/// Sends the request of a call. The answer of a list holds the rows of all its pages; a page that is refused, or that comes too
/// soon, is the answer.
pub(super) fn send(http: &dyn Http, call: &Call, request: Request) -> Result<Answer, Unasked> {
    let mut first = http.send(&request)?;
    let (Some(next), Some(rows)) = (&call.next, &call.rows) else { return Ok(first) };
    let Some(mut all) = list(&first, rows) else { return Ok(first) };
    let read = further(http, next, rows, request, &first, &mut all);
    if let Ok(None) = read {
        first.body = Zeroizing::new(all.to_string().into_bytes());
    }
    wipe(&mut all);
    Ok(read?.unwrap_or(first))
}

/// Adds the rows of the pages behind the first. The answer of one that gave none is handed back.
fn further(
    http: &dyn Http,
    next: &Next,
    rows: &str,
    mut request: Request,
    first: &Answer,
    all: &mut Json,
) -> Result<Option<Answer>, Unasked> {
    let mut turn = turn(next, rows, &request, first.header("link"), all, 2)?;
    for number in 3..=PAGES_MAX + 1 {
        let Some(following) = turn else { return Ok(None) };
        request = following;
        let answer = http.send(&request)?;
        if answer.status != first.status {
            return Ok(Some(answer));
        }
        let mut page = list(&answer, rows).ok_or(Unasked::Unfinished("a page of it is no list"))?;
        let behind = self::turn(next, rows, &request, answer.header("link"), &page, number);
        let more = page.pointer_mut(rows).and_then(Json::as_array_mut).map(std::mem::take);
        if let Some(all) = all.pointer_mut(rows).and_then(Json::as_array_mut) {
            all.extend(more.unwrap_or_default());
        }
        wipe(&mut page);
        turn = behind?;
    }
    Err(Unasked::Unfinished("it has too many pages"))
}

/// An answer that is a list.
fn list(answer: &Answer, rows: &str) -> Option<Json> {
    let json: Json = serde_json::from_slice(&answer.body).ok()?;
    json.pointer(rows).is_some_and(Json::is_array).then_some(json)
}

/// The request for the page behind one, where there is one; `number` is its number.
fn turn(
    next: &Next,
    rows: &str,
    request: &Request,
    link: Option<&str>,
    page: &Json,
    number: usize,
) -> Result<Option<Request>, Unasked> {
    let url = match (&next.page, &next.json) {
        (Some(parameter), _) => {
            let goes_on = page.pointer(rows).and_then(Json::as_array).is_some_and(|rows| !rows.is_empty());
            goes_on.then(|| with(request.url.expose(), parameter, &number.to_string()))
        }
        (None, Some(pointer)) => page.pointer(pointer).and_then(text).map(|there| match &next.query {
            Some(parameter) => with(request.url.expose(), parameter, &there),
            None => absolute(&there, &request.origin),
        }),
        (None, None) => link.and_then(|link| linked(link, &request.origin)),
    };
    match url {
        None => Ok(None),
        Some(url) if origin(&url) == Some(&request.origin) => {
            Ok(Some(Request { url: Secret::new(url), ..request.clone() }))
        }
        Some(_) => Err(Unasked::Unfinished("a page of it is at another host")),
    }
}

fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// An address with another value of one parameter.
fn with(url: &str, parameter: &str, value: &str) -> String {
    let (bare, query) = url.split_once('?').unwrap_or((url, ""));
    let name = encoded(parameter);
    let others = query.split('&').filter(|pair| !pair.is_empty() && pair.split('=').next() != Some(&name));
    let own = format!("{name}={}", encoded(value));
    format!("{bare}?{}", others.chain([own.as_str()]).collect::<Vec<_>>().join("&"))
}

/// An address that may leave its host out.
fn absolute(url: &str, origin: &str) -> String {
    if url.starts_with('/') && !url.starts_with("//") { format!("{origin}{url}") } else { url.to_owned() }
}

/// What a header `Link` names as the next page: `<https://...?page=2>; rel="next", <...>; rel="last"`.
fn linked(header: &str, origin: &str) -> Option<String> {
    let mut links = header.split('<').filter_map(|link| link.split_once('>'));
    let is_next = |about: &str| {
        let mut about = about.split([';', ',']).filter_map(|about| about.split_once('='));
        about.any(|(name, value)| {
            let mut words = value.trim().trim_matches('"').split(' ');
            name.trim().eq_ignore_ascii_case("rel") && words.any(|word| word.eq_ignore_ascii_case("next"))
        })
    };
    links.find(|(_, about)| is_next(about)).map(|(url, _)| absolute(url, origin))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(text: &str) -> Next {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn a_page_leads_to_the_next_one_of_the_same_host() {
        const HERE: &str = "https://api.example.com";
        let request = Request {
            method: "GET",
            origin: HERE.into(),
            url: Secret::new(format!("{HERE}/keys?state=active&page=1")),
            headers: vec![],
            body: None,
        };
        let link = |to: &str| format!("<{HERE}/keys?page=9>; rel=\"last\", <{to}>; rel=\"next\"");
        // How it goes on, the header and body of the answer, and what is asked for then; nothing at the end, `!` for astray.
        let cases = [
            ("link = true", link(&format!("{HERE}/keys?page=2")), "[]", "/keys?page=2"),
            ("link = true", link("/keys?page=2"), "[]", "/keys?page=2"),
            ("link = true", link("https://api.example.com.evil.example/keys"), "[]", "!"),
            ("link = true", link("//evil.example/keys"), "[]", "!"),
            ("link = true", link("http://api.example.com/keys"), "[]", "!"),
            ("link = true", link("https://api.example.com@evil.example/keys"), "[]", "!"),
            ("link = true", format!("<{HERE}/keys?page=1>; rel=\"prev\""), "[]", ""),
            ("link = true", String::new(), "[]", ""),
            ("json = '/next'", String::new(), r#"{"next":"https://api.example.com/keys?c=2"}"#, "/keys?c=2"),
            ("json = '/next'", String::new(), r#"{"next":"https://evil.example/keys"}"#, "!"),
            ("json = '/next'", String::new(), r#"{"next":null}"#, ""),
            ("json = '/next'", String::new(), r#"{"next":""}"#, ""),
            ("json = '/next'\nquery = 'c'", String::new(), r#"{"next":"a&b"}"#, "/keys?state=active&page=1&c=a%26b"),
            ("json = '/n'\nquery = 'page'", String::new(), r#"{"n":2}"#, "/keys?state=active&page=2"),
            ("page = 'page'", String::new(), "[1]", "/keys?state=active&page=2"),
            ("page = 'page'", String::new(), "[]", ""),
        ];
        for (how, header, body, want) in cases {
            let page = serde_json::from_str(body).unwrap();
            let found = match turn(&next(how), "", &request, Some(&header), &page, 2) {
                Ok(None) => String::new(),
                Err(_) => "!".into(),
                Ok(Some(request)) => request.url.expose().replace(HERE, ""),
            };
            assert_eq!(found, want, "{how} {header} {body}");
        }
    }
}

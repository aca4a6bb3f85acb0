//! How a word of a query that was begun may go on.

use std::collections::BTreeSet;

use super::{FLAGS, KEYS, Key, facts};
use crate::scope::Risk;
use crate::token::Token;
use crate::token::status::Status;

/// The keys whose values no token tells.
const OTHER_KEYS: [&str; 4] = ["risk", "is", "expires", "unused"];

/// Whole words for one that was begun: keys first, and behind a key what these tokens have under it. What would be read as
/// several words stands in double quotes.
pub fn endings<'a>(begun: &str, tokens: impl Iterator<Item = &'a Token>) -> Vec<String> {
    let (minus, body) = match begun.strip_prefix('-') {
        Some(body) => ("-", body),
        None => ("", begun),
    };
    let lead = |lead: &str, values: BTreeSet<String>| {
        values.into_iter().map(|value| format!("{minus}{lead}{value}")).collect()
    };
    if body.starts_with('#') {
        return lead("#", of(tokens, Key::Tag));
    }
    let Some(sign) = body.find([':', '=']) else {
        let keys = KEYS.iter().map(|(name, _)| *name).chain(OTHER_KEYS);
        return keys.map(|key| format!("{minus}{key}:")).collect();
    };
    let (key, rest) = body.split_at(sign);
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
    let values = match key {
        "risk" => words(&Risk::ALL.map(Risk::word)),
        "is" => {
            Status::ALL.map(Status::word).into_iter().chain(FLAGS.map(|(word, _)| word)).map(str::to_owned).collect()
        }
        _ => KEYS.iter().find(|(name, _)| *name == key).map(|(_, key)| of(tokens, *key)).unwrap_or_default(),
    };
    lead(&format!("{key}{}", rest.get(..1).unwrap_or_default()), values)
}

fn of<'a>(tokens: impl Iterator<Item = &'a Token>, key: Key) -> BTreeSet<String> {
    let all = tokens.flat_map(|token| facts(token, key));
    // Nothing in a query stands for a double quote itself.
    let plain = all.filter(|value| !value.contains('"'));
    plain
        .map(|value| if value.contains(char::is_whitespace) { format!("\"{value}\"") } else { value.to_owned() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::now::tests::utc;
    use crate::token::query::{Query, Search};
    use crate::token::rules::Rules;
    use crate::token::tests::token;

    #[test]
    fn keys_then_what_there_is() {
        let mut ada = token("github/ci");
        ada.account = Some("ada lovelace".into());
        ada.tags = ["prod".into(), "team:web".into()].into();
        let tokens = [ada, token("gitlab/ci")];
        let cases: [(&str, &[&str]); 7] = [
            ("service:", &["service:github", "service:gitlab"]),
            ("-service=g", &["-service=github", "-service=gitlab"]),
            ("#p", &["#prod", "#team:web"]),
            ("-#", &["-#prod", "-#team:web"]),
            ("account:a", &["account:\"ada lovelace\""]),
            ("risk:", &["risk:high", "risk:low", "risk:medium"]),
            ("owner:", &[]),
        ];
        for (begun, want) in cases {
            assert_eq!(endings(begun, tokens.iter()), want, "{begun}");
        }
        let keys = endings("", tokens.iter());
        assert!(keys.contains(&"tag:".into()) && keys.contains(&"expires:".into()), "{keys:?}");
        assert!(endings("-", tokens.iter()).iter().all(|word| word.starts_with('-')));
    }

    #[test]
    fn what_is_offered_is_understood() {
        let now = utc("2026-11-22T12:00:00Z");
        let mut ada = token("github/ci");
        ada.account = Some("ada  lovelace:x".into());
        ada.name = "say \"hi\"".into();
        ada.tags = ["prod".into(), "team:web".into()].into();
        let all = std::slice::from_ref(&ada);
        for begun in ["service:", "account:", "tag:", "tag=", "#", "is:", "risk:", "name:"] {
            for word in endings(begun, all.iter()) {
                let query = Query::parse(&word, &now).unwrap();
                let found = Search::new(&query, &Rules::default(), &now).score(&ada).is_some();
                assert!(found || begun == "is:" || begun == "risk:", "{word}");
            }
        }
    }
}

//! Whether a definition makes sense: every name in it is defined, every pattern is one, and no address can lead a secret
//! astray.

use std::collections::BTreeSet;

use regex_lite::Regex;
use serde_json::Value as Json;

use super::definition::{
    Call, Definition, Fact, Form, Kind, LANGUAGE, Means, Method, Next, Rule, Settles, Site, Source,
};
use super::site::origin;
use super::template::Template;

/// Values that every call may use.
const ALWAYS: [&str; 9] = ["token", "account", "name", "new_name", "scopes", "expiry", "days", "lifetime_s", "at"];

/// What is wrong with a definition.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{at}: {why}")]
pub struct Senseless {
    /// Where in the definition: `kind.classic.verify`.
    pub at: String,
    /// Text that stands on the line in question.
    pub about: String,
    /// Why, in a sentence.
    pub why: String,
}

/// Checks a definition.
///
/// # Errors
/// The first thing that makes no sense.
pub fn check(definition: &Definition) -> Result<(), Senseless> {
    let checker = Checker { definition, names: names(definition) };
    if definition.language != LANGUAGE {
        let why = format!("this patvault speaks version {LANGUAGE} of the language");
        return Err(wrong("language", "language", why));
    }
    if definition.sites.is_empty() || definition.kinds.is_empty() {
        return Err(wrong("site", "", "there is at least one [[site]] and one [[kind]]"));
    }
    definition.sites.iter().try_for_each(check_site)?;
    checker.sending()?;
    definition.kinds.iter().try_for_each(|kind| checker.kind(kind))?;
    definition.calls.iter().try_for_each(|(name, call)| checker.call(name, call))?;
    checker.rest()
}

fn wrong(at: impl Into<String>, about: &str, why: impl Into<String>) -> Senseless {
    Senseless { at: at.into(), about: about.to_owned(), why: why.into() }
}

/// Every name that a placeholder may use.
fn names(definition: &Definition) -> BTreeSet<String> {
    let facts = [Fact::Id, Fact::Label, Fact::Owner, Fact::OwnerId, Fact::Email].map(|fact| fact.word().to_owned());
    let of_sites = definition.sites.iter().flat_map(|site| {
        let parts = Template::parse(&site.at).map(|at| at.names().map(str::to_owned).collect()).unwrap_or(vec![]);
        site.addresses.keys().cloned().chain(parts)
    });
    let kept = definition.calls.values().flat_map(|call| call.keeps.keys().cloned());
    let read =
        definition.kinds.iter().flat_map(|kind| kind.forms.iter()).filter_map(|form| Regex::new(&form.pattern).ok());
    let read = read.flat_map(|pattern| pattern.capture_names().flatten().map(str::to_owned).collect::<Vec<_>>());
    ALWAYS
        .map(str::to_owned)
        .into_iter()
        .chain(facts)
        .chain(of_sites)
        .chain(kept)
        .chain(read)
        .chain(definition.fields.keys().cloned())
        .collect()
}

fn check_site(site: &Site) -> Result<(), Senseless> {
    let senseless = |why: &str| wrong("site", &site.at, why);
    let at = Template::parse(&site.at).map_err(|bad| senseless(&bad.to_string()))?;
    let sample = |text: &str| text.replace("{at}", &site.at).replace(['{', '}'], "a");
    if site.at != "*" && (origin(&sample(&site.at)).is_none() || site.at.ends_with('/')) {
        return Err(senseless("it is '*', or an https address without a slash at its end"));
    }
    let known: BTreeSet<&str> = at.names().chain(["at"]).collect();
    for (name, address) in &site.addresses {
        let at = format!("site.addresses.{name}");
        let template = Template::parse(address).map_err(|bad| wrong(&at, address, bad.to_string()))?;
        if let Some(unknown) = template.names().find(|name| !known.contains(name)) {
            return Err(wrong(at, address, format!("'{unknown}' is no placeholder of this site")));
        }
        if site.at != "*" && origin(&sample(address)).is_none() {
            return Err(wrong(at, address, "it is no https address"));
        }
    }
    Ok(())
}

struct Checker<'a> {
    definition: &'a Definition,
    names: BTreeSet<String>,
}

impl Checker<'_> {
    fn template(&self, at: &str, text: &str) -> Result<Template, Senseless> {
        let template = Template::parse(text).map_err(|bad| wrong(at, text, bad.to_string()))?;
        let unknown = template.names().find(|name| !self.names.contains(*name)).map(str::to_owned);
        unknown.map_or(Ok(template), |unknown| Err(wrong(at, text, format!("nothing gives '{unknown}' a value"))))
    }

    fn templates<'t>(&self, at: &str, texts: impl IntoIterator<Item = &'t String>) -> Result<(), Senseless> {
        texts.into_iter().try_for_each(|text| self.template(at, text).map(drop))
    }

    fn has_call(&self, at: &str, name: &str) -> Result<&Call, Senseless> {
        let call = self.definition.calls.get(name);
        call.ok_or_else(|| wrong(at, name, format!("there is no [call.{name}]")))
    }

    fn has_send(&self, at: &str, name: &str) -> Result<(), Senseless> {
        let known = self.definition.send.contains_key(name);
        if known { Ok(()) } else { Err(wrong(at, name, format!("there is no [send.{name}]"))) }
    }

    fn sending(&self) -> Result<(), Senseless> {
        for (name, sending) in &self.definition.send {
            let at = format!("send.{name}");
            self.templates(
                &at,
                sending.headers.iter().flat_map(|(name, value)| [name, value]).chain(sending.query.values()),
            )?;
            self.templates(&at, sending.basic.iter().flat_map(|basic| [&basic.user, &basic.password]))?;
            let keys = sending.oauth1.iter();
            self.templates(
                &at,
                keys.flat_map(|keys| [&keys.consumer_key, &keys.consumer_secret, &keys.token, &keys.token_secret]),
            )?;
        }
        for (name, credential) in &self.definition.credentials {
            self.has_send(&format!("credential.{name}"), &credential.send)?;
            if let Some(kind) = credential.kind.as_ref().filter(|kind| self.definition.kind(kind).is_none()) {
                return Err(wrong(format!("credential.{name}"), kind, format!("there is no kind '{kind}'")));
            }
            let is_secret = |field: &&String| self.definition.fields.get(*field).is_some_and(|field| field.secret);
            if let Some(field) = credential.field.as_ref().filter(|field| !is_secret(field)) {
                return Err(wrong(format!("credential.{name}"), field, format!("there is no secret [field.{field}]")));
            }
        }
        Ok(())
    }

    fn kind(&self, kind: &Kind) -> Result<(), Senseless> {
        let at = format!("kind.{}", kind.id);
        let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if kind.id.is_empty() || !kind.id.chars().all(word) {
            return Err(wrong(at, &kind.id, "an id is small letters, digits and '-'"));
        }
        if self.definition.kinds.iter().filter(|other| other.id == kind.id).count() > 1 {
            return Err(wrong(at, &kind.id, "there are two of that id"));
        }
        kind.forms.iter().try_for_each(|form| check_form(&at, form))?;
        kind.send.iter().try_for_each(|send| self.has_send(&at, send))?;
        if let Some(field) = kind.fields.iter().find(|field| !self.definition.fields.contains_key(*field)) {
            return Err(wrong(at, field, format!("there is no [field.{field}]")));
        }
        if let Some(set) = kind.scopes.as_ref().filter(|set| !self.definition.scopes.contains_key(*set)) {
            return Err(wrong(at, set, format!("there is no [scopes.{set}]")));
        }
        let asked = kind.verify.iter().chain(&kind.list).chain(&kind.create);
        asked
            .chain(kind.revoke.iter().map(|revoke| &revoke.call))
            .try_for_each(|name| self.has_call(&at, name).map(drop))?;
        let makes = kind.create.iter().chain(kind.rotate.iter().map(|rotate| &rotate.call));
        for name in makes {
            if self.has_call(&at, name)?.secret.is_none() {
                return Err(wrong(at, name, format!("[call.{name}] does not say where the new secret stands")));
            }
        }
        if kind.rotate.as_ref().is_some_and(|rotate| rotate.settles == Settles::ByList) && !self.lists_labels(kind) {
            return Err(wrong(
                at,
                "by-list",
                "the kind's list does not say what tokens are called: [call.*.facts] label",
            ));
        }
        self.templates(&at, kind.git.iter().map(|git| &git.user))?;
        for (name, page) in &kind.pages {
            let at = format!("{at}.page.{name}");
            if !["manage", "new", "rotate", "revoke"].contains(&name.as_str()) {
                return Err(wrong(at, name, "a page is 'manage', 'new', 'rotate' or 'revoke'"));
            }
            self.address(&at, &page.url)?;
            let filled_in = || page.query.values().chain(page.endless.values());
            self.templates(&at, filled_in())?;
            let each =
                page.each_scope.iter().flat_map(|each| each.split_once('=')).flat_map(|(name, value)| [name, value]);
            let each = each.chain(page.all_scopes.iter().flat_map(|all| all.each.values().map(String::as_str)));
            let parts = ["{scope}", "{scope_name}", "{scope_level}"];
            if let Some(bad) = each.clone().find(|part| part.contains('{') && !parts.contains(part)) {
                return Err(wrong(at, bad, "it is made of {scope}, or of {scope_name} and {scope_level}"));
            }
            let shown = filled_in().chain([&page.url]).find(|text| text.contains("{token}"));
            if let Some(shown) = shown {
                return Err(wrong(at, shown, "a page is opened by a browser, which never gets a token"));
            }
        }
        Ok(())
    }

    fn lists_labels(&self, kind: &Kind) -> bool {
        let list = kind.list.as_ref().and_then(|list| self.definition.calls.get(list));
        list.is_some_and(|list| list.rows.is_some() && list.facts.contains_key(&Fact::Label))
    }

    /// An address begins with one of the site's, or with a host of its own: no value decides where it leads.
    fn address(&self, at: &str, text: &str) -> Result<(), Senseless> {
        let template = self.template(at, text)?;
        let literal = template.literal_start();
        let own_host = origin(literal).is_some() && literal.matches('/').count() > 2;
        let by_site = literal.is_empty()
            && template.names().next().is_some_and(|first| {
                let known = |site: &Site| first == "at" || site.addresses.contains_key(first);
                self.definition.sites.iter().any(known)
            });
        if own_host || by_site {
            return Ok(());
        }
        Err(wrong(at, text, "an address begins with one of the site's, or with https://, a host and a slash"))
    }

    fn call(&self, name: &str, call: &Call) -> Result<(), Senseless> {
        let at = format!("call.{name}");
        self.address(&at, &call.url)?;
        call.send.iter().try_for_each(|send| self.has_send(&at, send))?;
        if let Some(by) = call.by.as_ref().filter(|by| !self.definition.credentials.contains_key(*by)) {
            return Err(wrong(at, by, format!("there is no [credential.{by}]")));
        }
        let mut before = call.after.as_deref();
        for _ in 0..=self.definition.calls.len() {
            let Some(name) = before else { break };
            before = self.has_call(&at, name)?.after.as_deref();
        }
        if let Some(circle) = before {
            return Err(wrong(at, circle, "it comes after itself"));
        }
        if let Some(before) = &call.after
            && self.has_call(&at, before)?.answers.iter().any(|rule| rule.means == Means::Done)
        {
            return Err(wrong(at, before, format!("what comes before a call only reads, and [call.{before}] acts")));
        }
        self.templates(&at, call.headers.values().chain(call.query.values()).chain(call.form.values()))?;
        call.json.iter().try_for_each(|json| self.json(&at, json))?;
        call.answers.iter().try_for_each(|rule| check_rule(&at, rule))?;
        call.facts
            .values()
            .chain(call.keeps.values())
            .chain(&call.secret)
            .try_for_each(|from| check_source(&at, from))?;
        if call.rows.is_some() != call.row.is_some() {
            return Err(wrong(at, name, "'rows' and 'row' go together"));
        }
        call.next.iter().try_for_each(|next| check_next(&at, name, call, next))?;
        let held = call.row.iter().flat_map(|row| row.is.iter().chain(&row.ends).chain(&row.begins));
        self.templates(&at, held)
    }

    fn json(&self, at: &str, json: &Json) -> Result<(), Senseless> {
        match json {
            Json::String(text) => self.template(at, text).map(drop),
            Json::Array(elements) => elements.iter().try_for_each(|element| self.json(at, element)),
            Json::Object(fields) => fields.values().try_for_each(|field| self.json(at, field)),
            _ => Ok(()),
        }
    }

    fn rest(&self) -> Result<(), Senseless> {
        for (name, field) in &self.definition.fields {
            field.pattern.iter().try_for_each(|pattern| check_pattern(&format!("field.{name}"), pattern))?;
        }
        for (name, set) in &self.definition.scopes {
            let at = format!("scopes.{name}");
            set.families.iter().try_for_each(|family| check_pattern(&at, &family.pattern))?;
            let unknown = set.words.iter().flat_map(|word| &word.contains).find(|name| set.word(name).is_none());
            if let Some(unknown) = unknown {
                return Err(wrong(at, unknown, format!("there is no scope '{unknown}' that could be contained")));
            }
        }
        self.definition.examples.iter().try_for_each(|example| self.has_call("example", &example.call).map(drop))
    }
}

fn check_form(at: &str, form: &Form) -> Result<(), Senseless> {
    check_pattern(at, &form.pattern)?;
    form.decodes_to.iter().try_for_each(|pattern| check_pattern(at, pattern))?;
    let has = |group: &str| form.pattern.contains(&format!("(?<{group}>"));
    if form.checksum.is_some() && !(has("over") && has("sum")) {
        return Err(wrong(at, &form.pattern, "a checksum needs the groups 'over' and 'sum'"));
    }
    let missing = form.offline.as_ref().filter(|offline| !has(&offline.group));
    missing.map_or(Ok(()), |offline| Err(wrong(at, &form.pattern, format!("there is no group '{}'", offline.group))))
}

fn check_rule(at: &str, rule: &Rule) -> Result<(), Senseless> {
    rule.matches.values().chain(rule.headers.values()).try_for_each(|pattern| check_pattern(at, pattern))?;
    let pointers = rule.json.keys().chain(&rule.has).chain(rule.matches.keys());
    pointers.into_iter().try_for_each(|pointer| check_pointer(at, pointer))
}

fn check_source(at: &str, source: &Source) -> Result<(), Senseless> {
    if source.json.is_empty() && source.header.is_none() {
        return Err(wrong(at, "", "'json' or 'header' says where something stands"));
    }
    source.json.iter().try_for_each(|pointer| check_pointer(at, pointer))?;
    source.pattern.iter().try_for_each(|pattern| check_pattern(at, pattern))
}

fn check_next(at: &str, name: &str, call: &Call, next: &Next) -> Result<(), Senseless> {
    let ways = [next.link, next.json.is_some(), next.page.is_some()];
    if ways.iter().filter(|way| **way).count() != 1 || (next.query.is_some() && next.json.is_none()) {
        return Err(wrong(
            at,
            name,
            "the next page is told by 'link', by 'json' (with 'query' or without), or by 'page'",
        ));
    }
    if call.rows.is_none() || call.method != Method::Get {
        return Err(wrong(at, name, "only a list that is read has a 'next' page"));
    }
    next.json.iter().try_for_each(|pointer| check_pointer(at, pointer))
}

fn check_pointer(at: &str, pointer: &str) -> Result<(), Senseless> {
    let fine = pointer.is_empty() || pointer.starts_with('/');
    if fine { Ok(()) } else { Err(wrong(at, pointer, "a JSON pointer begins with '/'")) }
}

fn check_pattern(at: &str, pattern: &str) -> Result<(), Senseless> {
    Regex::new(pattern).map(drop).map_err(|bad| wrong(at, pattern, format!("it is no regular expression: {bad}")))
}

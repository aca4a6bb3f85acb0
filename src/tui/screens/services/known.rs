//! What is known of a service, as lines.

use crate::service::definition::ScopeSet;
use crate::service::{Service, sheets};
use crate::text::{escaped, wrapped};
use crate::tui::model::Shared;
use crate::tui::screens::tokens::risk_look;
use crate::tui::theme::Role;

/// A line about a service: already escaped.
#[derive(Debug)]
pub struct Line {
    /// How it looks.
    pub role: Role,
    /// What it says.
    pub text: String,
    /// The address of the page that it names.
    pub page: Option<String>,
}

/// Everything about a service, broken to that many columns.
pub fn lines(service: &Service, columns: usize, shared: &Shared) -> Vec<Line> {
    let mut lines = vec![];
    let mut say = |role: Role, text: &str, page: Option<&String>| {
        for part in wrapped(&escaped(text), columns).lines() {
            lines.push(Line { role, text: part.to_owned(), page: page.cloned() });
        }
    };
    let mine = shared.list.all().iter().filter(|token| token.is_kept() && token.service == service.id).count();
    for (at, sheet) in sheets(service).iter().enumerate() {
        if at > 0 {
            say(Role::Text, " ", None);
        }
        say(Role::Heading, &format!("{}  {}", sheet.id, sheet.name), None);
        if at == 0 {
            say(Role::Text, &format!("  {:<10}{mine}", "yours"), None);
        }
        for line in &sheet.lines {
            let role = match (line.unproven, &line.page) {
                (true, _) => Role::Soon,
                (_, Some(_)) => Role::Key,
                _ => Role::Text,
            };
            say(role, &format!("  {:<10}{}", line.label, line.text), line.page.as_ref());
        }
    }
    for (name, set) in &service.definition.scopes {
        say(Role::Text, " ", None);
        scopes(name, set, shared.ascii, &mut say);
    }
    lines
}

/// A set of scopes, those that allow most harm first.
fn scopes(name: &str, set: &ScopeSet, ascii: bool, say: &mut impl FnMut(Role, &str, Option<&String>)) {
    say(Role::Heading, &format!("scopes {name}"), None);
    if let Some(note) = &set.note {
        say(Role::Quiet, &format!("  {note}"), None);
    }
    let words = set.words.iter().map(|word| (&word.name, &word.what, word.risk, word.unproven));
    let families = set.families.iter().map(|family| (&family.pattern, &family.what, family.risk, false));
    let mut all: Vec<_> = words.chain(families).collect();
    all.sort_by_key(|(_, _, risk, _)| std::cmp::Reverse(*risk));
    for (name, what, risk, unproven) in all {
        let (role, sign, word) = risk_look(Some(risk), ascii);
        let unproven = if unproven { " (unproven)" } else { "" };
        say(role, &format!("  {sign} {word} {name}  {what}{unproven}"), None);
    }
}

//! The sections about a token.

use crate::ops::{Event, Whole, is_of_coming, told};
use crate::scope::{Scope, Standing};
use crate::service::definition::ScopeSet;
use crate::text::escaped;
use crate::token::{Token, phrase, when};
use crate::tui::form::risk_sign;
use crate::tui::model::Shared;
use crate::tui::screens::tokens::details;
use crate::tui::theme::Role;
use crate::tui::widgets::lines::{Line, Lines};

/// How many uses are listed.
const USES: usize = 10;
/// How many events are listed.
const EVENTS: usize = 30;

/// What it is: kind, dates, what is owed, facts, note.
pub fn left(whole: &Whole, columns: usize, shared: &Shared) -> Vec<Line> {
    let mut lines = Lines::of(columns);
    let token = &whole.token;
    details::head(&mut lines, token, shared);
    details::revealed(&mut lines, token, shared);
    details::dates(&mut lines, token, shared);
    rotation(&mut lines, token, shared);
    details::owed(&mut lines, token, shared);
    versions(&mut lines, token, shared);
    if let Some(note) = &whole.note {
        lines.heading("Note");
        note.lines().for_each(|line| lines.text(Role::Text, line));
    }
    details::facts(&mut lines, token, &shared.at.now);
    lines.lines
}

/// What it may do, where it is, what was done with it.
pub fn right(whole: &Whole, page: Option<&str>, columns: usize, shared: &Shared) -> Vec<Line> {
    let mut lines = Lines::of(columns);
    scopes(&mut lines, whole, shared);
    details::places(&mut lines, &whole.token, shared);
    uses(&mut lines, whole, shared);
    pages(&mut lines, whole, page);
    changes(&mut lines, whole, shared);
    // It stands beside another column, or under one that ends without an empty line.
    lines.lines
}

/// A rotation that is under way.
fn rotation(lines: &mut Lines, token: &Token, shared: &Shared) {
    use crate::token::rotation::Rotation;
    let Some(rotation) = &token.current().rotation else { return };
    lines.heading("Rotation under way");
    let now = &shared.at.now;
    lines.text(
        Role::Owed,
        &match rotation {
            Rotation::Begun(at) => format!("begun by hand {}", when::ago(*at, now)),
            Rotation::Asked { at, .. } => {
                format!("a new one was asked for {}, and what became of it is not known", when::ago(*at, now))
            }
        },
    );
}

fn versions(lines: &mut Lines, token: &Token, shared: &Shared) {
    lines.heading("Versions");
    let now = &shared.at.now;
    for version in &token.versions {
        let is_current = version.id == token.current().id;
        let state =
            if is_current { format!("version {}: in use", version.number) } else { phrase::older(version, now) };
        let owed = token.owed().any(|(owed, _)| owed.id == version.id);
        lines.text(if owed { Role::Owed } else { Role::Text }, &state);
        lines.text(Role::Quiet, &format!("  expires {}", phrase::expires(version.expiry, now)));
        lines.text(Role::Quiet, &format!("  verified {}", phrase::verified(version, now)));
    }
}

fn scopes(lines: &mut Lines, whole: &Whole, shared: &Shared) {
    let mut all = whole.token.current().standings();
    if all.is_empty() {
        return;
    }
    lines.heading("Scopes");
    let set = whole.scopes.as_ref();
    // What it may not do comes last.
    all.sort_by_key(|(scope, standing)| (*standing == Standing::Lacking, std::cmp::Reverse(risk(scope, set))));
    for (scope, standing) in all {
        let (role, sign) = match standing {
            Standing::Lacking => (Role::Soon, if shared.ascii { "x" } else { "✖" }),
            _ => risk_sign(risk(scope, set), shared.ascii),
        };
        let stands = Some(standing.words()).filter(|words| !words.is_empty());
        let stands = stands.map(|words| format!("  ({words})")).unwrap_or_default();
        let what = set.and_then(|set| set.word(&scope.name)).map(|word| format!("  {}", word.what));
        lines.text(role, &format!("{sign} {}{stands}{}", scope.name, what.unwrap_or_default()));
    }
}

/// The person's word counts, then the service's, then what the name suggests.
fn risk(scope: &Scope, set: Option<&ScopeSet>) -> Option<crate::scope::Risk> {
    scope.rated.or_else(|| set?.word(&scope.name).map(|word| word.risk)).or_else(|| scope.risk())
}

fn uses(lines: &mut Lines, whole: &Whole, shared: &Shared) {
    let now = &shared.at.now;
    lines.heading("Used");
    let last = whole.token.last_use.map_or_else(|| "never from here".to_owned(), |at| when::ago(at, now));
    lines.text(Role::Text, &last);
    details::month(lines, whole.uses.iter().map(|used| used.at), shared);
    for used in whole.uses.iter().take(USES) {
        lines.text(Role::Quiet, &format!("{}  {} on {}", when::wall(used.at, now), used.verb, used.device));
    }
}

/// What a page is for.
pub fn page_title(name: &str) -> &'static str {
    match name {
        "manage" => "Manage tokens:",
        "rotate" => "Rotate it:",
        "revoke" => "Revoke it:",
        _ => "Make another:",
    }
}

fn pages(lines: &mut Lines, whole: &Whole, page: Option<&str>) {
    if whole.pages.is_empty() {
        return;
    }
    lines.heading("Pages of its service");
    for (name, address) in &whole.pages {
        let meant = page == Some(address.url.as_str());
        lines.text(if meant { Role::Selected } else { Role::Key }, page_title(name));
        lines.cut(Role::Text, &escaped(&address.url));
        if let Some(how) = &address.how {
            lines.text(Role::Quiet, &format!("  {how}"));
        }
        if address.is_unproven {
            lines.text(Role::Quiet, "  (that address is not proven)");
        }
    }
}

fn changes(lines: &mut Lines, whole: &Whole, shared: &Shared) {
    lines.heading("Changes");
    let batches = whole.events.iter().filter_map(|event| match event {
        Event::Batch(batch, changes) => Some((event, batch, changes)),
        Event::Use(_) => None,
    });
    for (event, batch, changes) in batches.take(EVENTS) {
        let at = when::wall(batch.at, &shared.at.now);
        lines.text(Role::Text, &format!("{at}  {} on {}", event.summary(&whole.names), batch.device));
        for change in changes.iter().filter(|change| !is_of_coming(change)) {
            lines.text(Role::Quiet, &format!("    {}", told(change, &whole.names, shared.ascii)));
        }
    }
}

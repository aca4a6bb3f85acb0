//! A throw-away vault of invented tokens in every state.

use std::path::PathBuf;

use super::error::Error;
use super::init::{Init, init};
use super::session::{Ground, Session};
use crate::scope::{Granted, Scope};
use crate::secret::Secret;
use crate::token::State;
use crate::token::consumer::Way;
use crate::token::draft::{Draft, DraftVersion};
use crate::token::expiry::{Date, Expiry, Source};
use crate::token::now::Now;
use crate::vault::{self, Prompts, Use};
use crate::verdict::{Outcome, Verdict};
use chrono::{DateTime, TimeDelta, Utc};

/// The invented tokens: days are counted from today, so that the demo never grows old.
const TOKENS: &str = include_str!("../../assets/demo.csv");

/// A session on a vault that goes when it goes.
pub struct Demo {
    /// The session.
    pub session: Session,
    /// Ends after the session, and takes the folder with it.
    _folder: Folder,
}

/// A folder that is removed at the end.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left in the system's folder for such things is cleared away by the system.
        let _left_to_the_system = std::fs::remove_dir_all(&self.0);
    }
}

/// One row of the table. Days before or after today, `never` and `unknown` as people write them.
struct Row {
    service: &'static str,
    name: &'static str,
    account: &'static str,
    kind: &'static str,
    instance: &'static str,
    tags: &'static str,
    scopes: &'static str,
    issued: i64,
    expires: &'static str,
    used: Option<i64>,
    verdict: &'static str,
    older: Option<i64>,
    /// `PLACE` or `PLACE=COMMAND`, with `!` before one that does not have the version in use yet.
    places: &'static str,
    note: &'static str,
}

/// Makes the demo's vault in a temporary folder. Nothing is written anywhere else.
pub fn demo(prompts: &Prompts) -> Result<Demo, Error> {
    let id: crate::token::id::VaultId = vault::new_id()?;
    let root = std::env::temp_dir().join(format!("patvault-demo-{}", id.short()));
    // Only this one: a folder for temporary files that is not there is a mistake, and not to be made.
    std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700)
        .create(&root)
        .map_err(Error::io("create the folder", &root))?;
    let folder = Folder(root);
    let session = init(Ground::apart(&folder.0), throw_away(), prompts)?;
    let rows = rows();
    let drafts: Vec<Draft> = rows.iter().enumerate().map(|(at, row)| draft(at, row, &session.now)).collect();
    session.write("demo", |vault| Ok(vault.add(&drafts)?))?;
    use_some(&session, &rows)?;
    Ok(Demo { session, _folder: folder })
}

/// A vault whose only way in is a key that nobody keeps: it lives as long as its session.
fn throw_away() -> Init {
    let nobody = age::x25519::Identity::generate().to_public().to_string();
    Init { name: "demo".into(), recipients: vec![nobody], ..Init::default() }
}

/// The table has no quotes and no commas inside its cells: it is patvault's own.
fn rows() -> Vec<Row> {
    TOKENS.lines().skip(1).filter_map(row).collect()
}

fn row(line: &'static str) -> Option<Row> {
    let cells: Vec<&'static str> = line.split(',').collect();
    let &[service, name, account, kind, instance, tags, scopes, issued, expires, used, verdict, older, places, note] =
        &cells[..]
    else {
        return None;
    };
    let (issued, used, older) = (issued.parse().ok()?, used.parse().ok(), older.parse().ok());
    Some(Row {
        service,
        name,
        account,
        kind,
        instance,
        tags,
        scopes,
        issued,
        expires,
        used,
        verdict,
        older,
        places,
        note,
    })
}

fn draft(at: usize, row: &Row, now: &Now) -> Draft {
    let full = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (scopes, granted) = scopes(row);
    let version = |number: u32, state, issued: i64, verdict| DraftVersion {
        issued: Some(Date::Day((now.wall() + TimeDelta::days(issued)).date())),
        scopes: scopes.clone(),
        granted: granted.clone(),
        added: Some(now.instant + TimeDelta::days(issued)),
        state,
        verdict,
        ..DraftVersion::of(Secret::new(format!("demo-not-a-real-token-{at:02}-{number}")))
    };
    let mut versions = vec![version(2, State::Current, row.issued, verdict(row.verdict, now))];
    if let (Some(current), expiry) = (versions.first_mut(), expiry(row, now)) {
        current.expiry = expiry;
    }
    if let Some(days) = row.older {
        let since = now.instant - TimeDelta::days(days);
        versions.push(version(1, State::Superseded(since), row.issued - 90, None));
    }
    let mut draft =
        Draft::of(row.service.to_owned(), row.name.to_owned(), DraftVersion::of(Secret::new(String::new())));
    draft.versions = versions;
    for place in row.places.split(';').filter(|place| !place.is_empty()) {
        let (name, command) = place.trim_start_matches('!').split_once('=').unzip();
        let name = name.unwrap_or(place.trim_start_matches('!')).to_owned();
        let way = command.map_or(Way::Hand { note: None }, |command| Way::Run { command: command.into(), env: None });
        draft.consumers.insert(name.clone(), way);
        let has_it = |version: &DraftVersion| version.state != State::Current || !place.starts_with('!');
        for version in draft.versions.iter_mut().filter(|version| has_it(version)) {
            version.installed.extend(version.added.map(|at| (name.clone(), at)));
        }
    }
    draft.account = full(row.account);
    draft.kind = full(row.kind);
    draft.instance = full(row.instance);
    draft.note = full(row.note);
    draft.tags = row.tags.split_whitespace().map(str::to_owned).collect();
    draft.added = Some(now.instant + TimeDelta::days(row.issued));
    draft
}

/// What is wanted of a row's token, and what was granted, where that is something else: `+repo` beyond it, `-repo` not.
fn scopes(row: &Row) -> (Vec<Scope>, Option<Vec<Scope>>) {
    let all = |not: char| {
        let words = row.scopes.split_whitespace().filter(|word| !word.starts_with(not));
        let names: Granted = words.map(|word| word.trim_start_matches(['+', '-']).to_owned()).collect();
        names.scopes(&[])
    };
    let (wanted, granted) = (all('+'), all('-'));
    let differs = wanted != granted;
    (wanted, differs.then_some(granted))
}

/// Tokens that the demo's services answer for have their date from them; the others from the person.
fn expiry(row: &Row, now: &Now) -> Expiry {
    let source = match verdict(row.verdict, now) {
        Some(Verdict { outcome: Outcome::Refused, .. }) | None => Source::Typed,
        Some(verdict) => Source::Service(verdict.at),
    };
    match row.expires {
        "never" => Expiry::Never(source),
        days => match days.parse::<i64>() {
            Ok(days) => Expiry::Ends(Date::Day((now.wall() + TimeDelta::days(days)).date()), source),
            Err(_) => Expiry::Unknown,
        },
    }
}

/// `alive 3`: the outcome, and how many days ago.
fn verdict(text: &str, now: &Now) -> Option<Verdict> {
    let (word, days) = text.split_once(' ')?;
    let outcome = [Outcome::Alive, Outcome::Dead, Outcome::Refused].into_iter().find(|o| o.word() == word)?;
    Some(Verdict { outcome, at: ago(now, days.parse().ok()?), why: None })
}

fn ago(now: &Now, days: i64) -> DateTime<Utc> {
    now.instant - TimeDelta::days(days) - TimeDelta::hours(2)
}

/// Records the uses of the table, and folds them in. They were made on a device that is invented too.
fn use_some(session: &Session, rows: &[Row]) -> Result<(), Error> {
    let device = vault::new_id()?;
    session.read(|vault| {
        for token in vault.tokens()? {
            let row = rows.iter().find(|row| row.service == token.service && row.name == token.name);
            if let Some(days) = row.and_then(|row| row.used) {
                let used = Use {
                    id: vault::new_id()?,
                    token: token.id,
                    version: token.current().id,
                    at: ago(&session.now, days),
                    verb: "copy".into(),
                    device,
                    device_name: "laptop".into(),
                };
                session.vault.record_use(vault, &used)?;
            }
        }
        Ok(())
    })?;
    session.write("fold", |_| Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::now::tests::utc;

    #[test]
    fn the_table_reads_and_no_two_are_called_the_same() {
        let now = utc("2026-11-22T12:00:00Z");
        let rows = rows();
        assert_eq!(rows.len(), TOKENS.lines().count() - 1, "a row that does not read");
        let paths: std::collections::BTreeSet<String> =
            rows.iter().enumerate().map(|(at, row)| draft(at, row, &now).path()).collect();
        assert_eq!(paths.len(), rows.len());
        assert!((55..70).contains(&rows.len()));
    }

    #[test]
    fn the_catalogue_knows_every_kind_of_the_table() {
        let catalogue = crate::service::Catalogue::of(std::path::Path::new("no/such/folder"));
        for row in rows() {
            let service = catalogue.get(row.service).unwrap();
            let known = service.is_some_and(|service| service.definition.kind_called(row.kind).is_some());
            assert!(known, "{}/{}: {}", row.service, row.name, row.kind);
        }
    }

    #[test]
    fn a_date_of_the_table_is_counted_from_today() {
        let now = utc("2026-11-22T12:00:00Z");
        let soon = rows().iter().filter_map(|row| expiry(row, &now).date()).min_by_key(|date| date.day(&now));
        assert!(soon.is_some_and(|date| now.days_until(date.day(&now)) == -5));
    }
}

//! `patvault list`.

use std::cell::LazyCell;

use super::Desk;
use super::complete::Known;
use super::face::{Exit, Face, Role};
use super::table::{Cell, Table};
use super::terms;
use crate::config::column_names;
use crate::exchange::json::{Record, document};
use crate::ops::{self, Error};
use crate::text::{counted, escaped};
use crate::token::column::{self, Column, Lens};
use crate::token::parts::Parts;

/// List tokens, all or those that a query finds
///
/// Query words: free words (fuzzy), service: name: account: instance: tag: (or #tag) scope: kind: place: risk:high expires:30d
/// (or 'expires<30d') 'expires>2027-01-31' unused:90d
/// is:alive|expiring|expired|dead|owed|unknown|unverified|uninstalled|mismatched|trashed|purged. A word with - before it must not fit;
/// = in place of : means the whole of it. Text with spaces stands in double quotes inside the word. A shell wants words with < or > quoted.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What to look for
    #[arg(value_name = "QUERY", add = Known::Query)]
    query: Vec<String>,
    /// Sort by this column; -COLUMN sorts the other way round
    #[arg(long, value_name = "COLUMN", allow_hyphen_values = true, add = Known::Order)]
    sort: Option<String>,
    /// Show these columns, most important first
    #[arg(long, value_name = "COLUMNS", value_delimiter = ',', add = Known::Column)]
    columns: Vec<String>,
    /// Also what is in the trash
    #[arg(long)]
    all: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// The columns that are coloured by how a token stands.
const COLOURED: [&str; 3] = ["sign", "status", "expires"];

pub(super) fn run(args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    let query = terms::query(&args.query, &desk.now)?;
    let columns = columns(&args.columns, &desk.ground.config.list.columns)?;
    let session = desk.session()?;
    let shown = if args.json { Record::PARTS } else { parts(&columns) };
    let tokens = ops::list(&session, &query, args.sort.as_deref(), args.all, shown)?;
    if args.json {
        let record = |token| Record::of(token).with_status(token.status(&session.rules, &session.now));
        desk.face.pieces(&document(tokens.iter().map(record)));
        return Ok(Exit::Done);
    }
    print(&session, &tokens, &columns, &mut desk.face);
    if tokens.is_empty() {
        say_none(args, ops::count(&session)?, desk);
    } else if desk.face.out_is_terminal {
        let (count, of) = (tokens.len(), ops::count(&session)?);
        desk.face.say(&match tokens.iter().filter(|token| !token.is_kept()).count() {
            0 => format!("{count} of {}", counted(of, "token")),
            trashed => format!("{}, {trashed} of them not in use", counted(count, "token")),
        });
    }
    // The process ends: somebody would wait for ten thousand tokens to be given back one by one, and none holds a secret.
    std::mem::forget(tokens);
    Ok(Exit::Done)
}

fn say_none(args: &Args, of: usize, desk: &Desk) {
    if of == 0 && args.query.is_empty() {
        desk.face.hint("the vault is empty: 'patvault add github/ci' keeps a token, 'patvault import FILE' a list");
    } else {
        let asked = escaped(&args.query.join(" ")).into_owned();
        desk.face.say(&format!("None of {} fits: {asked}", counted(of, "token")));
    }
}

fn columns(asked: &[String], usual: &[String]) -> Result<Vec<&'static Column>, Error> {
    let names = if asked.is_empty() { usual } else { asked };
    let find = |name: &String| {
        let shown = || escaped(name).into_owned();
        column::find(name.trim())
            .ok_or_else(|| Error::usage(format!("there is no column '{}'", shown()), column_names()))
    };
    names.iter().map(find).collect()
}

/// What is looked at to print these columns.
pub(super) fn parts(columns: &[&'static Column]) -> Parts {
    columns.iter().map(|column| column.parts).collect()
}

/// Prints tokens as a table.
pub(super) fn print(
    session: &ops::Session,
    tokens: &[crate::token::Token],
    columns: &[&'static Column],
    face: &mut Face,
) {
    let lens = Lens { rules: &session.rules, now: &session.now, ascii: face.ascii };
    let mut table = Table::new(columns.iter().map(|column| column.heading).collect());
    for token in tokens {
        let status = LazyCell::new(|| match column::discarded(token) {
            Some(_) => Role::Quiet,
            None => Role::of(token.status(lens.rules, lens.now)),
        });
        let cell = |column: &&Column| {
            // Colour repeats what the sign says, and stands where one looks for the reason.
            let role = if COLOURED.contains(&column.name) { *status } else { Role::Plain };
            Cell::with(role, (column.cell)(token, &lens))
        };
        table.row(columns.iter().map(cell));
    }
    table.print(face);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_coloured_by_status_has_what_a_status_looks_at() {
        let status = column::find("status").unwrap().parts;
        assert!(COLOURED.iter().all(|name| column::find(name).unwrap().parts.have(status)));
    }
}

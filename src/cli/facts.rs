//! The short forms of `patvault edit`: `rename`, `tag`, `note`, `expire` and `scope`.

use super::Desk;
use super::complete::Known;
use super::face::Exit;
use super::terms;
use crate::ops::{self, Edits, Error};
use crate::scope::Risk;
use crate::text::{escaped, escaped_lines};
use crate::token::when;

/// Give a token another name
#[derive(Debug, clap::Args)]
pub(super) struct RenameArgs {
    /// Which token
    #[arg(add = Known::Token)]
    token: String,
    /// Its new name, or SERVICE/NAME to move it to another service as well
    name: String,
}

/// File a token under words, or take words away
#[derive(Debug, clap::Args)]
pub(super) struct TagArgs {
    /// Which token
    #[arg(add = Known::Token)]
    token: String,
    /// Tags to add; -TAG takes one away
    #[arg(required = true, add = Known::Tag)]
    tag: Vec<String>,
}

/// Write a note to a token, or show the one it has
#[derive(Debug, clap::Args)]
pub(super) struct NoteArgs {
    /// Which token
    #[arg(add = Known::Token)]
    token: String,
    /// The new note; an empty one takes it away. Without it, the note is shown
    text: Option<String>,
}

/// Say when a token ends
#[derive(Debug, clap::Args)]
pub(super) struct ExpireArgs {
    /// Which token
    #[arg(add = Known::Token)]
    token: String,
    /// 2027-01-31, 90d, 'in 3 months', never, unknown
    when: String,
}

/// Say what you want a token for
#[derive(Debug, clap::Args)]
pub(super) struct ScopeArgs {
    /// Which token
    #[arg(add = Known::Token)]
    token: String,
    /// Scopes to add; -SCOPE takes one away
    #[arg(required = true, add = Known::Scope)]
    scope: Vec<String>,
    /// How much harm those added allow: low, medium or high; else their names suggest it
    #[arg(long, value_name = "RISK", add = terms::RISK)]
    risk: Option<Risk>,
}

pub(super) fn rename(args: &RenameArgs, desk: &mut Desk) -> Result<Exit, Error> {
    let mut edits = Edits::default();
    match args.name.split_once('/') {
        Some((service, name)) => {
            edits.service(service)?;
            edits.name(name)?;
        }
        None => edits.name(&args.name)?,
    }
    let session = desk.session()?;
    let token = ops::edit(&session, &args.token, "rename", &edits)?;
    desk.face.line(&format!("Renamed to {}", escaped(&ops::name_of(&token))));
    if let Some(other) = ops::namesake(&session, &token)? {
        let (other, id) = (escaped(&other), token.id.short());
        desk.face.hint(&format!("there is {other} as well: ask for each by its id, this one's is {id}"));
    }
    Ok(Exit::Done)
}

pub(super) fn tag(args: &TagArgs, desk: &mut Desk) -> Result<Exit, Error> {
    let mut edits = Edits::default();
    args.tag.iter().try_for_each(|word| edits.tag_word(word))?;
    write(desk, &args.token, "tag", &edits, "Tagged")
}

pub(super) fn note(args: &NoteArgs, desk: &mut Desk) -> Result<Exit, Error> {
    let Some(text) = &args.text else {
        let shown = ops::show(&desk.session()?, &args.token)?;
        for line in escaped_lines(shown.note.as_deref().unwrap_or_default()) {
            desk.face.line(&line);
        }
        return Ok(Exit::Done);
    };
    let mut edits = Edits::default();
    edits.note(text)?;
    write(desk, &args.token, "note", &edits, "Noted for")
}

pub(super) fn expire(args: &ExpireArgs, desk: &mut Desk) -> Result<Exit, Error> {
    let when = when::parse(&args.when, &desk.now)?;
    if let Some(warning) = terms::past_date_warning(when, &desk.now) {
        desk.face.warn(&warning);
    }
    let mut edits = Edits::default();
    edits.expires(when)?;
    let told = match when {
        when::When::Never => "Never ends:".to_owned(),
        when::When::Unknown => "Nobody knows when it ends:".to_owned(),
        when::When::On(date) => {
            let day = date.day(&desk.now);
            format!("Ends {day}, {}:", when::words(day, &desk.now))
        }
    };
    write(desk, &args.token, "expire", &edits, &told)
}

pub(super) fn scope(args: &ScopeArgs, desk: &mut Desk) -> Result<Exit, Error> {
    let mut edits = Edits::default();
    for scope in &args.scope {
        match scope.strip_prefix('-') {
            Some(gone) => edits.unscope(gone)?,
            None => edits.scope(scope.strip_prefix('+').unwrap_or(scope), args.risk)?,
        }
    }
    write(desk, &args.token, "scope", &edits, "Scopes set for")
}

fn write(desk: &mut Desk, asked: &str, verb: &str, edits: &Edits, told: &str) -> Result<Exit, Error> {
    let token = ops::edit(&desk.session()?, asked, verb, edits)?;
    desk.face.line(&format!("{told} {}", escaped(&ops::name_of(&token))));
    Ok(Exit::Done)
}

//! `patvault edit`: with flags, or in an editor.

use super::Desk;
use super::ask::on_interrupt;
use super::complete::Known;
use super::face::Exit;
use super::fields::Given;
use super::terms::{self, OwnDays};
use crate::ops::{self, Edits, Error, Fields, Session, Shown};
use crate::text::escaped;
use crate::token::Token;
use crate::token::when::{self, When};
use crate::vault::Prompt;

/// Change what is known of a token, with options or in your editor
///
/// Without an option, the facts open as commented TOML in $VISUAL or $EDITOR; never the secret. An empty value takes a fact
/// away.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Which token
    #[arg(add = Known::Token)]
    token: String,
    /// Move it to another service
    #[arg(long, add = Known::Service)]
    service: Option<String>,
    /// Give it another name
    #[arg(long)]
    name: Option<String>,
    /// Whose token it is
    #[arg(long, add = Known::Account)]
    account: Option<String>,
    /// Base URL
    #[arg(long, value_name = "URL", add = Known::Instance)]
    instance: Option<String>,
    /// Which sort of token
    #[arg(long, add = Known::Kind)]
    kind: Option<String>,
    /// The service's own id of it, which its page shows
    #[arg(long)]
    id: Option<String>,
    /// What its service needs to know besides; an empty value takes it away. Give the name of a secret alone: it is asked for
    #[arg(long, value_name = "NAME=VALUE")]
    field: Vec<String>,
    /// Another token that the service is asked with, by the name that 'patvault services SERVICE' shows; an empty one takes it away
    #[arg(long, value_name = "NAME=TOKEN", add = Known::With)]
    with: Vec<String>,
    /// Replace the note
    #[arg(long)]
    note: Option<String>,
    /// When it ends
    #[arg(long, value_name = "WHEN")]
    expires: Option<String>,
    /// When it was issued
    #[arg(long, value_name = "WHEN")]
    issued: Option<String>,
    /// Add a tag
    #[arg(long, add = Known::Tag)]
    tag: Vec<String>,
    /// Take a tag away
    #[arg(long, value_name = "TAG", add = Known::Tag)]
    untag: Vec<String>,
    /// Add a scope
    #[arg(long, add = Known::Scope)]
    scope: Vec<String>,
    /// Take a scope away
    #[arg(long, value_name = "SCOPE", add = Known::Scope)]
    unscope: Vec<String>,
    /// Remind of rotation so many days before its end; never, or default for the vault's rule
    #[arg(long, value_name = "DAYS", value_parser = terms::own_days)]
    lead: Option<OwnDays>,
    /// Remind of rotation every so many days
    #[arg(long, value_name = "DAYS", value_parser = terms::own_days)]
    cadence: Option<OwnDays>,
    /// Remind after so many days without use
    #[arg(long, value_name = "DAYS", value_parser = terms::own_days)]
    unused: Option<OwnDays>,
}

/// Reads one fact as a person writes it into a list of edits.
type Edit = fn(&mut Edits, &str) -> Result<(), Error>;

pub(super) fn run(args: &Args, desk: &mut Desk) -> Result<Exit, Error> {
    let mut edits = from_options(args, desk)?;
    let session = desk.session()?;
    fields(args, desk, &session, &mut edits)?;
    if !edits.is_empty() {
        let token = ops::edit(&session, &args.token, "edit", &edits)?;
        return told(desk, &token);
    }
    match in_editor(&session, desk, &args.token)? {
        Some(token) => told(desk, &token),
        None => {
            desk.face.say("Nothing was changed.");
            Ok(Exit::Done)
        }
    }
}

fn told(desk: &mut Desk, token: &Token) -> Result<Exit, Error> {
    desk.face.line(&format!("Edited {}", escaped(&ops::name_of(token))));
    Ok(Exit::Done)
}

fn from_options(args: &Args, desk: &Desk) -> Result<Edits, Error> {
    let mut edits = Edits::default();
    let texts: [(&Option<String>, Edit); 7] = [
        (&args.service, Edits::service),
        (&args.name, Edits::name),
        (&args.account, Edits::account),
        (&args.instance, Edits::instance),
        (&args.kind, Edits::kind),
        (&args.id, Edits::id),
        (&args.note, Edits::note),
    ];
    for (text, edit) in texts {
        if let Some(text) = text {
            edit(&mut edits, text)?;
        }
    }
    if let Some(text) = &args.expires {
        expires(&mut edits, text, desk)?;
    }
    if let Some(text) = &args.issued {
        issued(&mut edits, text, desk)?;
    }
    args.tag.iter().try_for_each(|tag| edits.tag(tag))?;
    args.untag.iter().try_for_each(|tag| edits.untag(tag))?;
    args.scope.iter().try_for_each(|scope| edits.scope(scope, None))?;
    args.unscope.iter().try_for_each(|scope| edits.unscope(scope))?;
    args.lead.map_or(Ok(()), |days| edits.lead(days.0))?;
    args.cadence.map_or(Ok(()), |days| edits.cadence(days.0))?;
    args.unused.map_or(Ok(()), |days| edits.unused(days.0))?;
    Ok(edits)
}

/// The fields are those of the service that it has, or is moved to.
fn fields(args: &Args, desk: &Desk, session: &Session, edits: &mut Edits) -> Result<(), Error> {
    if args.field.is_empty() && args.with.is_empty() {
        return Ok(());
    }
    let service = match &args.service {
        Some(service) => service.clone(),
        None => ops::show(session, &args.token)?.token.service,
    };
    for given in &args.with {
        let (name, other) = ops::kept_with(session, &service, given)?;
        edits.with(name, other)?;
    }
    let given = Given::read(&args.field, &Fields::of(&desk.ground, &service)?)?;
    given.facts.iter().try_for_each(|(name, value)| edits.fact(name, value))?;
    given.ask(desk)?.into_iter().for_each(|(name, secret)| edits.part(name, secret));
    Ok(())
}

fn expires(edits: &mut Edits, text: &str, desk: &Desk) -> Result<(), Error> {
    let when = if text.trim().is_empty() { When::Unknown } else { when::parse(text, &desk.now)? };
    if let Some(warning) = terms::past_date_warning(when, &desk.now) {
        desk.face.warn(&warning);
    }
    edits.expires(when)
}

fn issued(edits: &mut Edits, text: &str, desk: &Desk) -> Result<(), Error> {
    let date = if text.trim().is_empty() { None } else { Some(when::parse_date(text, &desk.now)?) };
    edits.issued(date)
}

/// Shows the facts in an editor, until they make sense or the person gives up.
fn in_editor(session: &Session, desk: &Desk, asked: &str) -> Result<Option<Token>, Error> {
    let (shown, before) = ops::write_facts(session, asked)?;
    check_editor(desk, "give them as options; 'patvault edit --help' names them")?;
    let sheet = ops::Sheet::new(&desk.ground.paths.runtime, &before)?;
    loop {
        let text = lending(|| sheet.edit())?;
        if text == before {
            return Ok(None);
        }
        let why = match apply(session, desk, &shown, &before, &text) {
            Ok(token) => return Ok(Some(token)),
            Err(error) => error,
        };
        let meanwhile = matches!(why, Error::Vault(crate::vault::Error::Meanwhile { .. }));
        if meanwhile || !desk.terminal.is_there() {
            return Err(why);
        }
        desk.face.report(&why);
        if desk.terminal.yes("Edit it again? Without that, nothing is changed.")? != Some(true) {
            return Err(Error::Cancelled);
        }
    }
}

/// Writes what differs from what was shown.
fn apply(session: &Session, desk: &Desk, shown: &Shown, before: &str, text: &str) -> Result<Token, Error> {
    let (old, new) = (ops::read_facts(before)?, ops::read_facts(text)?);
    let edits = ops::changed_facts(session, shown, &old, &new)?;
    if old.expires != new.expires
        && let Ok(when) = when::parse(&new.expires, &desk.now)
        && let Some(warning) = terms::past_date_warning(when, &desk.now)
    {
        desk.face.warn(&warning);
    }
    ops::edit_facts(session, shown, &old, &edits)
}

/// Does something in which somebody else has the terminal: Ctrl-C there is theirs.
pub(super) fn lending<T>(f: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    let _theirs = on_interrupt(|| {});
    f()
}

/// Refuses where an editor would wait for nobody. A program that somebody set as their editor may do without a terminal.
pub(super) fn check_editor(desk: &Desk, instead: &'static str) -> Result<(), Error> {
    let possible = !desk.terminal.is_silent() && (desk.terminal.is_there() || ops::editor().is_some());
    if possible { Ok(()) } else { Err(Error::NoTerminal { what: "changes in an editor", instead }) }
}

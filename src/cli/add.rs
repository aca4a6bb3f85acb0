//! `patvault add`.

use super::Desk;
use super::complete::Known;
use super::face::Exit;
use super::fields::{self, Given};
use super::intake;
use super::terms;
use crate::exchange::facts::{Facts, ScopeText};
use crate::ops::{self, Error, Fields, Recognised};
use crate::secret::Secret;
use crate::service::{Candidate, Sureness};
use crate::text::{escaped, word_for};
use crate::token::draft::{Draft, DraftVersion};
use crate::token::expiry::Expiry;
use crate::token::label::Label;
use crate::token::when;

/// Keep a token
///
/// The secret is asked for and not shown; --stdin reads it from standard input, --paste from the desktop's clipboard. It is
/// never an argument: other users of the machine can see those.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Who issues it, and what you call it: github or github/ci
    #[arg(value_name = "SERVICE[/NAME]", add = Known::NewToken)]
    service: Option<String>,
    /// What you call it
    #[arg(long)]
    name: Option<String>,
    /// Whose token it is at the service
    #[arg(long, add = Known::Account)]
    account: Option<String>,
    /// Base URL, for a self-hosted or regional service
    #[arg(long, value_name = "URL", add = Known::Instance)]
    instance: Option<String>,
    /// Which sort of token, such as 'fine-grained PAT'
    #[arg(long, add = Known::Kind)]
    kind: Option<String>,
    /// What you want it for; may be given several times
    #[arg(long, value_name = "SCOPE", value_delimiter = ',', add = Known::Scope)]
    scope: Vec<String>,
    /// The service's own id of it, which its page shows: some calls need it, and not every service tells it
    #[arg(long)]
    id: Option<String>,
    /// When it ends: 2027-01-31, 90d, 'in 3 months', never
    #[arg(long, value_name = "WHEN")]
    expires: Option<String>,
    /// When it was issued; without that, the day on which you add it counts
    #[arg(long, value_name = "WHEN")]
    issued: Option<String>,
    /// Words to file it under; may be given several times
    #[arg(long, value_name = "TAG", value_delimiter = ',', add = Known::Tag)]
    tag: Vec<String>,
    /// What its service needs to know besides; may be given several times. Give the name of a secret alone: it is asked for
    #[arg(long, value_name = "NAME=VALUE")]
    field: Vec<String>,
    /// Another token that the service is asked with, by the name that 'patvault services SERVICE' shows
    #[arg(long, value_name = "NAME=TOKEN", add = Known::With)]
    with: Vec<String>,
    /// Anything else
    #[arg(long)]
    note: Option<String>,
    /// Read the secret from standard input
    #[arg(long, conflicts_with = "paste")]
    stdin: bool,
    /// Read the secret from the desktop's clipboard
    #[arg(long)]
    paste: bool,
    /// Add it though the same secret is in the vault already
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    surplus: intake::Surplus,
}

pub(super) fn run(args: Args, desk: &mut Desk) -> Result<Exit, Error> {
    args.surplus.refuse(args.service.as_deref(), desk)?;
    if args.stdin {
        intake::check_stdin(desk)?;
    }
    // Everything that can be wrong is found before anybody is asked for a secret or a passphrase.
    let mut draft = draft(&args, desk)?;
    let mut given = Given::default();
    if !draft.service.is_empty() {
        given = take_fields(&args, desk, &mut draft)?;
    }
    desk.ground.vault()?;
    // The passphrase first, as everywhere: whoever types by habit must not type it as the secret.
    let session = desk.session()?;
    let is_asked = !args.stdin && !args.paste;
    if is_asked && !draft.service.is_empty() {
        ops::check_place(&session, &draft)?;
    }
    let secret = secret(&args, desk, &draft)?;
    if args.service.is_none() {
        let guess = ops::detect(&desk.ground, &secret)?.into_iter().next();
        (draft.service, draft.name) = path(&args, desk, guess.filter(|guess| guess.sureness < Sureness::Shared))?;
        given = take_fields(&args, desk, &mut draft)?;
    }
    if let Some(version) = draft.versions.first_mut() {
        version.secret = secret;
        version.parts = given.ask(desk)?;
    }
    for given in &args.with {
        let (name, other) = ops::kept_with(&session, &draft.service, given)?;
        draft.with.extend(other.map(|other| (name, other)));
    }
    let recognised = ops::recognise(&desk.ground, &mut draft)?;
    let lacking = fields::complete(desk, &Fields::of(&desk.ground, &draft.service)?, &mut draft)?;
    let added = ops::add(&session, &draft, args.force, None)?;
    let expiry = draft.versions.first().map_or(Expiry::Unknown, |version| version.expiry);
    let ends = expiry.date().map_or_else(String::new, |date| {
        let day = date.day(&desk.now);
        format!(", ends {day}, {}", when::words(day, &desk.now))
    });
    desk.face.line(&format!("Added {} ({}){ends}", escaped(&added.path), added.id.short()));
    say(&recognised, &draft.service, desk);
    for twin in &added.twins {
        desk.face.warn(&format!("the same secret is also {}", escaped(twin)));
    }
    let path = word_for(&added.path, &added.id.short());
    for field in &lacking {
        let value = if field.secret { "" } else { "=VALUE" };
        let (name, what) = (escaped(&field.name), escaped(&field.what));
        desk.face.hint(&format!("it needs {name}, {what}: 'patvault edit {path} --field {name}{value}'"));
    }
    if expiry == Expiry::Unknown {
        desk.face.hint(&format!("when does it end? 'patvault expire {path} 90d', or never, tells"));
    }
    Ok(Exit::Done)
}

/// What the secret showed of itself.
fn say(recognised: &Recognised, service: &str, desk: &mut Desk) {
    let face = &mut desk.face;
    match recognised {
        Recognised::Nothing => {}
        Recognised::Kind(kind) => face.say(&format!("It is a {} of {}.", kind.kind_name, kind.service_name)),
        Recognised::Slip(kind) => face.warn(&format!(
            "its checksum is not that of a {} of {}: probably mistyped or cut off",
            kind.kind_name, kind.service_name
        )),
        Recognised::Elsewhere(kind) => face.warn(&format!(
            "it looks like a {} of {}, not like one of {}",
            kind.kind_name,
            kind.service_name,
            escaped(service)
        )),
    }
}

/// What was said of the token. Where no service was, its secret may tell, once it is there.
fn draft(args: &Args, desk: &Desk) -> Result<Draft, Error> {
    named(args)?;
    let comes_by_itself = args.stdin || args.paste || desk.prompts.is_there();
    let (service, name) = match &args.service {
        None if comes_by_itself => (String::new(), String::new()),
        _ => path(args, desk, None)?,
    };
    let text = |given: &Option<String>| given.clone().unwrap_or_default();
    let facts = Facts {
        account: text(&args.account),
        instance: text(&args.instance),
        kind: text(&args.kind),
        id: text(&args.id),
        tags: args.tag.clone(),
        expires: text(&args.expires),
        issued: text(&args.issued),
        scopes: args.scope.iter().cloned().map(ScopeText::Name).collect(),
        note: text(&args.note),
        ..Facts::default()
    };
    let mut draft = Draft::of(service, name, DraftVersion::of(Secret::new(String::new())));
    ops::fill(&mut draft, &facts, &desk.now)?;
    if let Ok(when) = when::parse(&facts.expires, &desk.now)
        && let Some(warning) = terms::past_date_warning(when, &desk.now)
    {
        desk.face.warn(&warning);
    }
    Ok(draft)
}

/// Takes the fields that were given, once it is known whose they are.
fn take_fields(args: &Args, desk: &Desk, draft: &mut Draft) -> Result<Given, Error> {
    let given = Given::read(&args.field, &Fields::of(&desk.ground, &draft.service)?)?;
    draft.facts = given.facts.iter().filter(|(_, value)| !value.is_empty()).cloned().collect();
    Ok(given)
}

/// Service and name, from the arguments, from the person, or from what the secret is taken for. By then a secret may have been
/// typed: what the person answers is asked for until it can be used.
fn path(args: &Args, desk: &Desk, guess: Option<Candidate>) -> Result<(String, String), Error> {
    const INSTEAD: &str = "name it: patvault add github/ci";
    let named = named(args)?;
    let (service, name) = match (&args.service, guess) {
        (Some(given), _) => parts(given, named)?,
        (None, Some(guess)) => {
            let question = format!("Service [{}, by {}]: ", guess.service, guess.sureness.why());
            let ask = || {
                let said = desk.terminal.line(&question)?.filter(|said| !said.trim().is_empty());
                Ok(said.unwrap_or_else(|| guess.service.clone()))
            };
            usable(desk, ask, |said| parts(said, named.clone()))?
        }
        (None, None) => {
            let ask = || ask(desk, "Service (such as github): ", "the service", INSTEAD);
            usable(desk, ask, |said| parts(said, named.clone()))?
        }
    };
    let name = match name {
        Some(name) => name,
        None => {
            let ask = || ask(desk, "Name (what you call it): ", "the name", INSTEAD);
            usable(desk, ask, |said| Ok(Label::Name.parse(said)?))?
        }
    };
    Ok((service, name))
}

/// What `--name` gives.
fn named(args: &Args) -> Result<Option<String>, Error> {
    Ok(args.name.as_deref().map(|name| Label::Name.parse(name)).transpose()?)
}

/// Reads `github` or `github/ci`.
fn parts(given: &str, named: Option<String>) -> Result<(String, Option<String>), Error> {
    let (service, name) = match (given.split_once('/'), named) {
        (Some(_), Some(_)) => {
            return Err(Error::usage("the name is given twice", "give it behind the '/' or with --name"));
        }
        (Some((service, name)), None) => (service, Some(Label::Name.parse(name)?)),
        (None, named) => (given, named),
    };
    let lower = service.to_lowercase();
    let service = Label::Service.parse(service).map_err(|wrong| match Label::Service.parse(&lower) {
        Ok(lower) => {
            let meant = name.as_ref().map_or_else(|| lower.clone(), |name| format!("{lower}/{name}"));
            Error::usage(wrong.to_string(), format!("write it as {}", escaped(&meant)))
        }
        Err(_) => wrong.into(),
    })?;
    Ok((service, name))
}

/// Asks until the answer can be used.
fn usable<T>(
    desk: &Desk,
    ask: impl Fn() -> Result<String, Error>,
    read: impl Fn(&str) -> Result<T, Error>,
) -> Result<T, Error> {
    loop {
        match read(&ask()?) {
            Ok(answer) => return Ok(answer),
            Err(error) => desk.face.report(&error),
        };
    }
}

fn ask(desk: &Desk, question: &str, what: &'static str, instead: &'static str) -> Result<String, Error> {
    desk.terminal.line(question)?.ok_or(Error::NoTerminal { what, instead })
}

fn secret(args: &Args, desk: &Desk, draft: &Draft) -> Result<Secret, Error> {
    if args.paste {
        return ops::pasted();
    }
    let of = if draft.service.is_empty() { String::new() } else { format!(" of {}", escaped(&draft.path())) };
    let question = format!("Secret{of} (not shown): ");
    if args.stdin {
        return intake::stdin_or_asked(desk, &question);
    }
    intake::asked(desk, &question, "pipe it in with --stdin")
}

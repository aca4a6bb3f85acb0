//! A rotation by hand: the person makes the new secret on the service's page.

use std::collections::BTreeMap;

use super::{Args, outcome, word};
use crate::cli::Desk;
use crate::cli::ask::Answer;
use crate::cli::face::Exit;
use crate::cli::intake;
use crate::ops::{self, ByHand, Error, Fields, Recognised, RotatePlan, Session};
use crate::secret::Secret;
use crate::text::escaped;
use crate::token::draft::{Draft, DraftVersion};
use crate::token::expiry::{Expiry, Source};
use crate::token::rotation::Rotation;

pub(super) fn run(session: &Session, plan: &RotatePlan, args: &Args, desk: &mut Desk) -> Result<Option<Exit>, Error> {
    let given = args.stdin || args.paste;
    if !given {
        tell(plan, args, desk);
        if !desk.prompts.is_there() {
            return Err(Error::NoTerminal { what: "the new secret", instead: "make it, and pipe it in with --stdin" });
        }
        if plan.token.current().rotation.is_none() {
            ops::note_rotation(session, &plan.token, Some(&Rotation::Begun(session.now.instant)))?;
        }
    }
    let path = escaped(&plan.token.path()).into_owned();
    let question = format!("New secret of {path} (not shown; empty leaves it for later): ");
    let secret = match (args.paste, args.stdin) {
        (true, _) => ops::pasted()?,
        (_, true) => intake::stdin_or_asked(desk, &question)?,
        _ => match desk.terminal.hidden(&question) {
            Answer::Given(bytes) if bytes.iter().all(u8::is_ascii_whitespace) => return Ok(Some(left(plan, desk))),
            Answer::Given(bytes) => Secret::parse(bytes.to_vec())?,
            Answer::Cancelled => return Ok(Some(left(plan, desk))),
            Answer::NoTerminal => return Err(Error::Cancelled),
        },
    };
    ops::check_secret(session, &plan.token, &secret, args.force)?;
    let mut draft = draft(plan, secret);
    check_form(&mut draft, args, desk)?;
    let parts = parts(plan, &draft, desk)?;
    let Some(mut version) = draft.versions.pop() else { return Err(Error::Cancelled) };
    version.parts = parts;
    ops::replace(session, &plan.token, &ByHand { version, insist: args.force })?;
    outcome::finish(session, plan, args, desk).map(Some)
}

/// The page, and what the new one is to be like.
fn tell(plan: &RotatePlan, args: &Args, desk: &mut Desk) {
    ops::page_lines(plan, &desk.now).iter().for_each(|line| desk.face.say(line));
    if args.open
        && let Some(page) = plan.page(&desk.now)
        && let Err(error) = ops::browse(&page.url)
    {
        desk.face.report(&error);
    }
}

/// It is left where it is: not cancelled, because it goes on.
fn left(plan: &RotatePlan, desk: &Desk) -> Exit {
    let word = word(plan);
    desk.face.say(&format!("Left: 'patvault rotate {word}' goes on, 'patvault rotate {word} --abandon' forgets it."));
    Exit::Locked
}

/// What the new version is like, as far as the person and the old one say.
fn draft(plan: &RotatePlan, secret: Secret) -> Draft {
    let token = &plan.token;
    let mut version = DraftVersion::of(secret);
    version.scopes = token.current().wanted().to_vec();
    // How long the old one lived says nothing about what was chosen on the page.
    version.expiry =
        if plan.is_said || plan.ends.source() == Some(Source::Default) { plan.ends } else { Expiry::Unknown };
    let mut draft = Draft::of(token.service.clone(), token.name.clone(), version);
    draft.kind = token.kind.clone();
    draft.facts = token.facts.clone();
    draft
}

/// Refuses a secret that is none of the token's kind by its form, unless the person insists.
fn check_form(draft: &mut Draft, args: &Args, desk: &Desk) -> Result<(), Error> {
    let what = match ops::recognise(&desk.ground, draft)? {
        Recognised::Nothing | Recognised::Kind(_) => return Ok(()),
        Recognised::Slip(kind) => {
            format!(
                "its checksum is not that of a {} of {}: probably mistyped or cut off",
                kind.kind_name, kind.service_name
            )
        }
        Recognised::Elsewhere(kind) => {
            let own = escaped(&draft.service);
            format!("it looks like a {} of {}, not like one of {own}", kind.kind_name, kind.service_name)
        }
    };
    if args.force {
        desk.face.warn(&what);
        return Ok(());
    }
    Err(Error::usage(what, "give it again; if it is right all the same, with --force"))
}

/// What is secret besides: the old one's is kept where nothing is said.
fn parts(plan: &RotatePlan, draft: &Draft, desk: &Desk) -> Result<BTreeMap<String, Secret>, Error> {
    let old = &plan.token.current().parts;
    let lacking = Fields::of(&desk.ground, &plan.token.service)?.lacking(draft);
    let missing = lacking.into_iter().filter(|field| field.secret).map(|field| field.name);
    let names: std::collections::BTreeSet<String> = missing.chain(old.iter().cloned()).collect();
    let mut parts = BTreeMap::new();
    if !desk.prompts.is_there() {
        for name in &names {
            let kept = if old.contains(name) { "is that of the old one" } else { "is lacking" };
            let (name, word) = (escaped(name), word(plan));
            desk.face.hint(&format!("its {name} {kept}: 'patvault edit {word} --field {name}' gives another"));
        }
        return Ok(parts);
    }
    for name in names {
        let kept = if old.contains(&name) { "empty keeps the old one's" } else { "empty leaves it out" };
        match desk.terminal.hidden(&format!("Its {} (not shown; {kept}): ", escaped(&name))) {
            Answer::Given(bytes) if bytes.is_empty() => {}
            Answer::Given(bytes) => drop(parts.insert(name, Secret::parse(bytes.to_vec())?)),
            Answer::Cancelled | Answer::NoTerminal => return Err(Error::Cancelled),
        }
    }
    Ok(parts)
}

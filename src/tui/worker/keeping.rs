//! What forms ask for: reading what they begin with, asking about what is not kept yet, and keeping it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::ops::{self, Error, Hosts, Prospect, Session};
use crate::service::Network;
use crate::text::counted;
use crate::token::draft::Draft;
use crate::token::{Token, when};
use crate::tui::message::{Changed, Entered, Fault, Reply, Request};
use crate::tui::post::{Letter, Post};
use crate::tui::written::Written;

/// One verb. What comes later is sent by post.
pub fn verb(session: &Session, request: Request, post: &Post) -> Result<Option<Reply>, Error> {
    Ok(match request {
        Request::Services => Some(services(session, post)),
        Request::Show(id) => Some(Reply::Shown(Box::new(ops::show(session, &id.to_string())?))),
        Request::Whole(id) => Some(Reply::Whole(Box::new(ops::whole(session, &id.to_string())?))),
        Request::Twins(secret) => Some(Reply::Twins(ops::twins(session, &secret)?)),
        Request::AskDraft(entered, agreed) => ask(session, *entered, agreed, post)?,
        Request::Add(entered, insist, asked) => {
            let draft = whole(session, *entered)?;
            let added = ops::add(session, &draft, insist, asked.map(|asked| *asked))?;
            Some(Reply::Kept(added.id, format!("Added {}{}", added.path, ends(&draft, session))))
        }
        Request::Edit(changed) => {
            let Changed { shown, before, facts, parts } = *changed;
            let mut edits = ops::changed_facts(session, &shown, &before, &facts)?;
            parts.into_iter().for_each(|(name, secret)| edits.part(name, secret));
            let token = ops::edit_shown(session, &shown, "edit", &edits)?;
            Some(Reply::Kept(token.id, format!("Edited {}", ops::name_of(&token))))
        }
        Request::Facts(id) => {
            let (shown, before) = ops::write_facts(session, &id.to_string())?;
            let (text, told, folder) = (before.clone(), before.clone(), session.ground.paths.runtime.clone());
            let vault = session.vault.dir().to_string_lossy().into_owned();
            Some(Reply::Facts(Box::new(Written { vault, shown, before, told, news: vec![], text, folder })))
        }
        Request::EditFacts(written) => {
            let token = edit_facts(session, &written)?;
            Some(Reply::Kept(token.id, format!("Edited {}", ops::name_of(&token))))
        }
        _ => None,
    })
}

/// Writes what an editor left and differs from what was shown.
fn edit_facts(session: &Session, written: &Written) -> Result<Token, Error> {
    let (old, new) = (ops::read_facts(&written.before)?, ops::read_facts(&written.text)?);
    let edits = ops::changed_facts(session, &written.shown, &old, &new)?;
    ops::edit_facts(session, &written.shown, &ops::read_facts(&written.told)?, &edits)
}

/// What somebody wrote, with what others wrote meanwhile. What they changed themselves counts, if they send it again.
pub(super) fn told_anew(session: &Session, written: &Written) -> Result<Written, Error> {
    let (shown, told) = ops::write_facts(session, &written.shown.token.id.to_string())?;
    let is_new = |line: &&str| !line.trim().is_empty() && !written.before.lines().any(|before| before == *line);
    let news = told.lines().filter(is_new).map(str::to_owned).collect();
    Ok(Written { shown, told, news, ..written.clone() })
}

/// A new token with the others that its service is asked with, once they are found.
fn whole(session: &Session, entered: Entered) -> Result<Draft, Error> {
    let Entered { mut draft, with } = entered;
    for (name, other) in with {
        let (name, other) = ops::kept_with(session, &draft.service, &format!("{name}={other}"))?;
        draft.with.extend(other.map(|other| (name, other)));
    }
    Ok(draft)
}

/// The catalogue. A definition of the person's own that makes no sense is said, and nothing is offered.
fn services(session: &Session, post: &Post) -> Reply {
    let services = ops::services(&session.ground).unwrap_or_else(|error| {
        post.send(Letter::Reply(Reply::Failed(Fault::of(&error))));
        vec![]
    });
    Reply::Services(Arc::new(services))
}

fn ends(draft: &Draft, session: &Session) -> String {
    let date = draft.versions.first().and_then(|version| version.expiry.date());
    date.map_or_else(String::new, |date| format!(", ends {}", when::words(date.day(&session.now), &session.now)))
}

/// Asks about a draft, in a thread of its own: a service may take its time.
fn ask(session: &Session, entered: Entered, agreed: bool, post: &Post) -> Result<Option<Reply>, Error> {
    let draft = whole(session, entered)?;
    let prospect = match ops::plan_draft(session, &draft)? {
        Ok(prospect) => prospect,
        Err(why) => return Ok(Some(Reply::DraftAsked(Box::new(Err(why))))),
    };
    let inquiry = &prospect.inquiry;
    let hosts = inquiry.hosts.iter().map(|host| (host, inquiry.is_own()));
    let new = Hosts::new_in(&session.ground, hosts);
    if !agreed && !new.asked.is_empty() {
        let entered = Box::new(Entered { draft, with: BTreeMap::new() });
        return Ok(Some(Reply::MaySend(new.asked.into_iter().collect(), entered)));
    }
    if new != Hosts::default() {
        ops::remember_hosts(&session.ground, &new)?;
        let count = counted(new.said.len() + new.asked.len(), "new host");
        post.send(Letter::Reply(Reply::Done(format!("for the first time from here, a secret goes to {count}"))));
    }
    let post = post.clone();
    std::thread::spawn(move || answer(prospect, &post));
    Ok(None)
}

fn answer(prospect: Prospect, post: &Post) {
    let reply = prospect.ask(&Network::new());
    post.send(Letter::Reply(Reply::DraftAsked(Box::new(Ok(reply)))));
}

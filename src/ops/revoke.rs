//! Having a version revoked: by a call where its service has one, else by the person's word.

use super::errand::{Address, Issuer, Issuers};
use super::error::Error;
use super::find::{Among, find};
use super::rotate::address_lines;
use super::session::Session;
use super::with::With;
use crate::ports::{Http, Trouble};
use crate::service::definition::Means;
use crate::service::{Errand, Unasked};
use crate::text::{escaped, word_for};
use crate::token::change::{Field, Subject};
use crate::token::id::VersionId;
use crate::token::label::Label;
use crate::token::{ID, State, Token, Version};
use crate::verdict::{Outcome, Verdict};

/// Which versions are to be revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whose {
    /// Those that were replaced and still work.
    Owed,
    /// The one of that number.
    Number(u32),
    /// The one in use.
    Current,
}

/// What is going to be revoked, and how.
#[derive(Debug, Clone)]
pub struct RevokePlan {
    /// The token, as it is now.
    pub token: Token,
    /// Which of its versions.
    pub versions: Vec<VersionId>,
    /// Why nobody can be asked, where nobody can.
    pub unknown: Option<String>,
    issuer: Option<Issuer>,
}

/// Finds out what is to be revoked.
///
/// # Errors
/// [`Error::Usage`] where nothing is owed, or there is no such version, or the one in use was named by its number alone.
pub fn plan_revoke(session: &Session, asked: &str, whose: Whose, with: With) -> Result<RevokePlan, Error> {
    plan_revoke_by_id(session, asked, whose, None, with)
}

/// The same for one version, whose id at the service the person says; it is kept.
///
/// # Errors
/// The same, and [`Error::Usage`] where several versions are meant.
pub fn plan_revoke_by_id(
    session: &Session,
    asked: &str,
    whose: Whose,
    id: Option<&str>,
    with: With,
) -> Result<RevokePlan, Error> {
    let (token, versions) = session.write("revoke", |vault| {
        let token = find(vault, asked, Among::Kept)?;
        let versions = meant(&token, whose)?;
        let Some(id) = id else { return Ok((token, versions)) };
        let [version] = versions[..] else {
            let what = format!("{} versions are meant, and an id is of one", versions.len());
            return Err(Error::usage(what, "say which with --version NUMBER"));
        };
        let subject = Subject { token: token.id, version: Some(version) };
        let id = Label::Value.parse(id)?;
        let known = token.versions.iter().find(|it| it.id == version).and_then(|it| it.told.get(ID));
        if let Some(known) = known.filter(|known| **known != id) {
            // A slip of the keyboard would have somebody else's token revoked.
            return Err(Error::usage(
                format!("the id of that version is known: {}", escaped(known)),
                "leave --id out; 'patvault edit TOKEN --id ID' changes it where it is wrong",
            ));
        }
        vault.set(subject, &Field::Told(ID.into()), Some(&id))?;
        Ok((vault.token(token.id)?.ok_or(Error::Cancelled)?, versions))
    })?;
    let (issuer, unknown) = match Issuers::new(session).with(with).of(&token)? {
        Ok(issuer) => (Some(issuer), None),
        Err(why) => (None, Some(why)),
    };
    Ok(RevokePlan { token, versions, unknown, issuer })
}

fn meant(token: &Token, whose: Whose) -> Result<Vec<VersionId>, Error> {
    let word = word_for(&token.path(), &token.id.short());
    let found: Vec<&Version> = match whose {
        Whose::Owed => token.owed().map(|(version, _)| version).collect(),
        Whose::Current => vec![token.current()],
        Whose::Number(number) => token.versions.iter().filter(|version| version.number == number).collect(),
    };
    match (whose, &found[..]) {
        (Whose::Owed, []) => Err(Error::usage(
            format!("no version of {} is owed to be revoked", escaped(&token.path())),
            format!("the one in use is revoked by 'patvault revoke {word} --current'"),
        )),
        (Whose::Number(number), []) => Err(Error::usage(
            format!("{} has no version {number}", escaped(&token.path())),
            format!("'patvault show {word}' tells which there are"),
        )),
        (Whose::Number(number), [only]) if only.id == token.current().id => Err(Error::usage(
            format!("version {number} is the one in use"),
            format!("if that is meant: 'patvault revoke {word} --current'"),
        )),
        _ => Ok(found.into_iter().map(|version| version.id).collect()),
    }
}

impl RevokePlan {
    /// The call that revokes, where there is one.
    pub fn call(&self) -> Option<&str> {
        Some(&self.issuer.as_ref()?.kind()?.revoke.as_ref()?.call)
    }

    /// What else dies with it, or is to be known before.
    pub fn note(&self) -> Option<&str> {
        self.issuer.as_ref()?.kind()?.revoke.as_ref()?.note.as_deref()
    }

    /// The service, as people call it.
    pub fn service(&self) -> &str {
        self.issuer.as_ref().map_or(&self.token.service, |issuer| &issuer.definition().name)
    }

    /// The definition of the service is the person's own.
    pub fn is_own(&self) -> bool {
        self.issuer.as_ref().is_some_and(Issuer::is_own)
    }

    /// The hosts that get a secret.
    pub fn hosts(&self) -> Vec<String> {
        let (Some(issuer), Some(call)) = (&self.issuer, self.call()) else { return vec![] };
        issuer.hosts(&[call.to_owned()])
    }

    /// The page on which the person revokes it.
    pub fn page(&self) -> Option<Address> {
        self.issuer.as_ref()?.page(&["revoke", "manage"], &self.token, |_| {})
    }

    /// The number of a version.
    pub fn number(&self, id: VersionId) -> u32 {
        self.version(id).map_or(0, |version| version.number)
    }

    /// The versions that are meant, in the words of every face. Escaped.
    pub fn names(&self) -> String {
        let numbers: Vec<String> = self.versions.iter().map(|id| self.number(*id).to_string()).collect();
        let in_use = self.versions.contains(&self.token.current().id);
        let in_use = if in_use { ", which is in use" } else { "" };
        let versions = if numbers.len() == 1 { "version" } else { "versions" };
        format!("{versions} {} of {}{in_use}", numbers.join(", "), escaped(&self.token.path()))
    }

    /// What is going to be done: by the call, or else by the person on the page. Escaped.
    pub fn lines(&self) -> Vec<String> {
        let Some(call) = self.call() else {
            let mut lines = vec![format!("No call revokes {}; the page of its service does:", self.names())];
            lines.extend(address_lines(self.page().as_ref(), self.unknown.as_deref()));
            return lines;
        };
        let hosts: Vec<_> = self.hosts().iter().map(|host| escaped(host).into_owned()).collect();
        let mut lines = vec![
            format!("{} is asked to revoke {}:", escaped(self.service()), self.names()),
            format!("  call  {} at {}", escaped(call), hosts.join(", ")),
            "  It cannot be undone.".into(),
        ];
        lines.extend(self.note().map(|note| format!("  note  {}", escaped(note))));
        lines
    }

    /// A version of those that are meant, by its id.
    pub fn version(&self, id: VersionId) -> Option<&Version> {
        self.token.versions.iter().find(|version| version.id == id)
    }
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Revoked {
    /// It is revoked.
    Done,
    /// Its service knows it no more: it was dead before.
    Dead,
    /// It was not done, and why.
    NotDone(String),
    /// Nobody knows, and why: a look tells.
    Unknown(String),
}

/// First, from the vault: everything that the service is asked with.
pub fn ready_to_revoke(session: &Session, plan: &RevokePlan, version: VersionId) -> Result<Errand, Error> {
    let unknown = || Error::usage(plan.unknown.clone().unwrap_or_default(), "its page does it; then say --done");
    let issuer = plan.issuer.as_ref().ok_or_else(unknown)?;
    let gone = || Error::usage("there is no such version any more", "'patvault show' tells which there are");
    issuer.errand(session, &plan.token, plan.version(version).ok_or_else(gone)?)
}

/// Second, on the network: the call that revokes, once. What it needs and nobody knows is asked for before.
pub fn ask_to_revoke(errand: &mut Errand, http: &dyn Http, call: &str) -> Revoked {
    match asked(errand, http, call) {
        Err(Unasked::Trouble(lost @ Trouble::Lost { .. })) => Revoked::Unknown(lost.to_string()),
        Err(unasked) => Revoked::NotDone(unasked.to_string()),
        Ok((Means::Done, ..)) => Revoked::Done,
        Ok((Means::Dead, ..)) => Revoked::Dead,
        Ok((_, why, certain)) => {
            let why = why.unwrap_or_else(|| "an answer that says nothing".into());
            if certain { Revoked::NotDone(why) } else { Revoked::Unknown(why) }
        }
    }
}

type Said = (Means, Option<String>, bool);

fn asked(errand: &mut Errand, http: &dyn Http, call: &str) -> Result<Said, Unasked> {
    if let Some(stopped) = read(errand.prepare(http, call))? {
        return Ok((stopped.means, stopped.why, true));
    }
    if errand.check(call).is_err() && errand.kind().is_some_and(|kind| !kind.verify.is_empty()) {
        // What its service tells of a token may be what is missing.
        let verified = read(errand.verify(http))?;
        if verified.means == Means::Dead {
            return Ok((verified.means, verified.why, true));
        }
    }
    errand.complete(http, call)?;
    let judged = errand.act(http, call)?;
    Ok((judged.means, judged.why, judged.certain))
}

/// What only read did nothing, even where its answer was lost.
fn read<T>(said: Result<T, Unasked>) -> Result<T, Unasked> {
    said.map_err(|unasked| match unasked {
        Unasked::Trouble(Trouble::Lost { origin, why }) => Trouble::Unreached { origin, why }.into(),
        other => other,
    })
}

/// Third, into the vault: what came of it.
pub fn note_revoked(session: &Session, plan: &RevokePlan, version: VersionId, said: &Revoked) -> Result<(), Error> {
    match said {
        Revoked::Done => over(session, &plan.token, &[version], None),
        Revoked::Dead => {
            let at = session.now.instant;
            let verdict = Verdict { outcome: Outcome::Dead, at, why: Some("said when it was to be revoked".into()) };
            over(session, &plan.token, &[version], Some(&verdict))
        }
        Revoked::NotDone(_) | Revoked::Unknown(_) => Ok(()),
    }
}

/// Notes down that versions are revoked, by the person's word.
pub fn revoked_by_word(session: &Session, plan: &RevokePlan) -> Result<(), Error> {
    over(session, &plan.token, &plan.versions, None)
}

fn over(session: &Session, token: &Token, versions: &[VersionId], verdict: Option<&Verdict>) -> Result<(), Error> {
    session.write("revoke", |vault| {
        for version in versions {
            let subject = Subject { token: token.id, version: Some(*version) };
            vault.set(subject, &Field::State, Some(&State::Revoked(session.now.instant).to_string()))?;
            if let Some(verdict) = verdict {
                vault.set(subject, &Field::Verdict, Some(&verdict.to_string()))?;
            }
        }
        Ok(())
    })
}

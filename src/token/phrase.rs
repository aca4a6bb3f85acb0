//! What is known of a token, in words that every face shows. Not escaped.

use super::expiry::{Date, Expiry, Source};
use super::now::Now;
use super::rotation::Rotation;
use super::{ID, LAST_USE, State, Version, when};

/// The date, in words, and who said so.
pub fn expires(expiry: Expiry, now: &Now) -> String {
    let Some(said) = said(expiry, now) else { return "unknown".to_owned() };
    match expiry.date() {
        None => format!("never, {said}"),
        Some(date) => {
            let day = date.day(now);
            format!("{day}, {} ({said})", when::words(day, now))
        }
    }
}

/// Who said when it ends. `None` where nobody did.
pub fn said(expiry: Expiry, now: &Now) -> Option<String> {
    Some(match expiry.source()? {
        Source::Service(at) => format!("said by the service {}", when::ago(at, now)),
        Source::Typed => "typed by you".to_owned(),
        Source::Default => "the service's usual lifetime".to_owned(),
    })
}

/// What a service told, by a name that is not mistaken for one of ours, and with dates in words. An id may be the person's word.
pub fn told(name: &str, value: &str, now: &Now) -> (String, String) {
    let shown = match name {
        ID => "its id".to_owned(),
        name => name.replace('_', " "),
    };
    let value = match value.parse::<Date>() {
        Ok(date) if name == LAST_USE => {
            let day = date.day(now);
            format!("{day}, {}, says the service", when::words(day, now))
        }
        _ if name == ID => value.to_owned(),
        _ => format!("{value}, says the service"),
    };
    (shown, value)
}

/// What the service answered last, and when.
pub fn verified(version: &Version, now: &Now) -> String {
    match &version.verdict {
        None => "never".to_owned(),
        Some(verdict) => {
            let why = verdict.why.as_ref().map_or_else(String::new, |why| format!(": {why}"));
            format!("{} {}{why}", verdict.outcome.word(), when::ago(verdict.at, now))
        }
    }
}

/// How far a rotation is, and how it goes on.
pub fn under_way(rotation: &Rotation, now: &Now) -> String {
    match rotation {
        Rotation::Begun(at) => format!("begun {}; 'patvault rotate' goes on", when::ago(*at, now)),
        Rotation::Asked { at, .. } => {
            let at = when::ago(*at, now);
            format!("a new one was asked for {at}, and the answer is not here; 'patvault rotate' finds out")
        }
    }
}

/// A version that is not in use any more, and what became of it.
pub fn older(version: &Version, now: &Now) -> String {
    let state = match version.state {
        State::Current => "current".to_owned(),
        State::Superseded(at) if version.is_dead() => format!("replaced {}, dead", when::ago(at, now)),
        State::Superseded(at) => format!("replaced {}, to be revoked", when::ago(at, now)),
        State::Revoked(at) => format!("revoked {}", when::ago(at, now)),
    };
    format!("version {}: {state}", version.number)
}

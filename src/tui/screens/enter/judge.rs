//! What is said beside each field: what is wrong, and what the service or the vault knows about it.

use super::gather::own;
use super::spot::{Known, Spot};
use super::{Enter, places};
use crate::secret::Secret;
use crate::service::definition::Field as Needed;
use crate::service::{Candidate, Service, Sureness, detect, fits_whole, place};
use crate::token::label::{Label, NotALabel};
use crate::token::now::Now;
use crate::token::when::When;
use crate::tui::form::Entry;
use crate::tui::theme::Role;
use crate::tui::widgets::field::Hidden;

/// What is said beside a field, and how that looks.
type Said = Option<(Role, String)>;

fn bad(why: impl std::fmt::Display) -> Said {
    Some((Role::Bad, why.to_string()))
}

fn soon(why: impl Into<String>) -> Said {
    Some((Role::Soon, why.into()))
}

/// What a secret shows of itself: the surest of the candidates, if it is the only one so sure.
pub fn sure(found: &[Candidate]) -> Option<&Candidate> {
    let best = found.first().filter(|best| best.sureness <= Sureness::Likely)?;
    let equals = found.iter().filter(|other| other.sureness == best.sureness).count();
    (equals == 1).then_some(best)
}

/// The same where it may be of several kinds, and all of them are of one service.
pub fn of_one(found: &[Candidate]) -> Option<&Candidate> {
    let best = found.first().filter(|best| best.sureness <= Sureness::Slip)?;
    let mut equals = found.iter().filter(|other| other.sureness == best.sureness);
    equals.all(|other| other.service == best.service).then_some(best)
}

/// What the person has to insist on: a secret that is probably mistyped, or another service's, or there already.
pub fn doubt(secret: &Secret, service: &str, twins: &[String], services: &[Service]) -> Option<String> {
    let own = services.iter().find(|known| known.id == service);
    let of_own = own.map(|own| detect(std::slice::from_ref(own), secret)).unwrap_or_default();
    if let Some(slip) = of_own.first().filter(|best| best.sureness == Sureness::Slip) {
        let (kind, of) = (&slip.kind_name, &slip.service_name);
        return Some(format!("its checksum is not that of a {kind} of {of}: probably mistyped or cut off"));
    }
    let others = if of_own.is_empty() { detect(services, secret) } else { vec![] };
    if let Some(other) = others.first().filter(|best| best.sureness < Sureness::Shared) {
        let (kind, of) = (&other.kind_name, &other.service_name);
        match other.sureness {
            Sureness::Slip => return Some(format!("it looks like a {kind} of {of}, mistyped or cut off")),
            _ if service.is_empty() => {}
            _ => return Some(format!("it looks like a {kind} of {of}, not like one of {service}")),
        }
    }
    (!twins.is_empty()).then(|| format!("the same secret is in the vault already: {}", twins.join(", ")))
}

fn secret(enter: &Enter, known: &Known) -> Said {
    let given = match enter.secret()? {
        Ok(secret) => secret,
        Err(odd) => return bad(odd),
    };
    if let Some(doubt) = doubt(&given, &enter.form.text(&Spot::Service), &enter.twins, known.services) {
        return soon(doubt);
    }
    let count = enter.count();
    let found = detect(known.services, &given);
    Some(match sure(&found) {
        Some(kind) => {
            let why = kind.sureness.why();
            (Role::Good, format!("{count} characters: a {} of {}, by {why}", kind.kind_name, kind.service_name))
        }
        None => match of_one(&found) {
            Some(best) => {
                let why = best.sureness.why();
                (
                    Role::Good,
                    format!("{count} characters: of {}, by {why}; which kind, it does not show", best.service_name),
                )
            }
            None => (Role::Quiet, format!("{count} characters")),
        },
    })
}

fn label(label: Label, text: &str) -> Result<Option<String>, NotALabel> {
    if text.trim().is_empty() { Ok(None) } else { label.parse(text).map(Some) }
}

/// What is said of a field as it is now. What is lacking is said only when it is to be saved: nobody likes to be told before
/// they were there.
pub fn say(enter: &Enter, spot: &Spot, known: &Known, now: &Now, saving: bool) -> Said {
    let text = enter.form.text(spot);
    let lacking = |what: &str| if saving && text.trim().is_empty() { bad(what) } else { None };
    let checked = |of: Label| label(of, &text).err().and_then(bad);
    match spot {
        Spot::Secret if enter.count() == 0 => lacking("without it there is nothing to keep"),
        Spot::Secret => secret(enter, known),
        Spot::Service => lacking("who issues it?").or_else(|| checked(Label::Service)).or_else(|| {
            let unknown = !text.is_empty() && known.service(&text).is_none();
            unknown.then(|| (Role::Quiet, "a service of your own: nothing is known of it".to_owned()))
        }),
        Spot::Name => lacking("what do you call it?").or_else(|| checked(Label::Name)).or_else(|| taken(enter, known)),
        Spot::Kind => checked(Label::Kind).or_else(|| {
            let kind = known.kind(&enter.form.text(&Spot::Service), &text)?;
            kind.note.clone().map(|note| (Role::Soon, note))
        }),
        Spot::Account => checked(Label::Account),
        Spot::Instance => checked(Label::Instance).or_else(|| instance(enter, known, &text)),
        Spot::Fact(name) => checked(Label::Value).or_else(|| fact(enter, known, name, &text)),
        Spot::Part(_) => part(enter, spot),
        Spot::Id => checked(Label::Value),
        Spot::Rule(_) => own(&text).err().and_then(bad),
        Spot::Scopes => match enter.form.slot(spot).map(|slot| &slot.entry) {
            Some(Entry::Many(many)) => many.wrong().and_then(bad),
            _ => None,
        },
        Spot::Tags => match enter.form.slot(spot).map(|slot| &slot.entry) {
            Some(Entry::Many(many)) => many.wrong().and_then(bad),
            _ => None,
        },
        Spot::Expires | Spot::Issued => day(enter, spot, known, now),
        Spot::Places => places::read(&text, &enter.places).err().and_then(bad),
        Spot::Note => crate::token::label::note(&text).err().and_then(bad),
        // Which token is meant is found out when it is kept.
        Spot::With(_) | Spot::More | Spot::Save | Spot::Verify | Spot::Leave => None,
    }
}

/// Whether another token has that service, name, account and instance.
fn taken(enter: &Enter, known: &Known) -> Said {
    let text = |spot: &Spot| enter.form.text(spot);
    let (service, name) = (text(&Spot::Service), text(&Spot::Name));
    let account = label(Label::Account, &text(&Spot::Account)).ok().flatten();
    let instance = label(Label::Instance, &text(&Spot::Instance)).ok().flatten();
    let name = Label::Name.parse(&name).ok()?;
    let same = known.tokens.iter().find(|token| {
        token.is_kept()
            && Some(token.id) != enter.id()
            && (&token.service, &token.name) == (&service, &name)
            && (&token.account, &token.instance) == (&account, &instance)
    })?;
    bad(format!("there is a token {} already; another account or instance tells them apart", same.path()))
}

fn instance(enter: &Enter, known: &Known, text: &str) -> Said {
    let service = known.service(&enter.form.text(&Spot::Service))?;
    let given = label(Label::Instance, text).ok()?;
    match (place(&service.definition, given.as_deref()), given) {
        (Some(_), _) => None,
        (None, None) => soon("its service has no usual place: without it nobody can be asked about the token"),
        (None, Some(_)) => soon("that is none of the places where its service is known to live"),
    }
}

fn needed<'a>(known: &Known<'a>, enter: &Enter, name: &str) -> Option<&'a Needed> {
    known.service(&enter.form.text(&Spot::Service))?.definition.fields.get(name)
}

fn fact(enter: &Enter, known: &Known, name: &str, text: &str) -> Said {
    let field = needed(known, enter, name)?;
    match (&field.pattern, text.trim()) {
        (_, "") if field.needed => soon(format!("needed: {}", field.what)),
        (_, "") => None,
        (Some(pattern), text) if !fits_whole(pattern, text) => bad(format!("it does not have the form {pattern}")),
        _ => None,
    }
}

fn part(enter: &Enter, spot: &Spot) -> Said {
    match &enter.form.slot(spot)?.entry {
        Entry::Hidden(hidden) if hidden.is_empty() => None,
        Entry::Hidden(hidden) => match hidden.secret() {
            Ok(_) => Some((Role::Quiet, format!("{} characters", hidden.count()))),
            Err(odd) => bad(odd),
        },
        _ => None,
    }
}

fn day(enter: &Enter, spot: &Spot, known: &Known, now: &Now) -> Said {
    let Entry::Day(day) = &enter.form.slot(spot)?.entry else { return None };
    let typing = enter.form.focus() == Some(spot);
    match day.meant(now)? {
        // Half a word is no mistake yet.
        Err(_) if typing => None,
        Err(why) => bad(why),
        Ok(When::On(date)) if *spot == Spot::Expires && date.is_past(now) => soon("that day is over"),
        Ok(When::On(date)) if *spot == Spot::Expires => {
            let kind = known.kind(&enter.form.text(&Spot::Service), &enter.form.text(&Spot::Kind))?;
            let longest = kind.lifetime.longest_days?;
            let days = now.days_until(date.day(now));
            (days > i64::from(longest)).then(|| (Role::Soon, format!("such a token lives for {longest} days at most")))
        }
        Ok(_) => None,
    }
}

/// Whether something is a secret by its form: it does not belong where it is shown.
pub fn looks_secret(pasted: &Secret, known: &Known) -> bool {
    let mut hidden = Hidden::default();
    hidden.paste_all(pasted);
    let found = hidden.secret().map(|secret| detect(known.services, &secret)).unwrap_or_default();
    found.first().is_some_and(|best| best.sureness < Sureness::Shared)
}

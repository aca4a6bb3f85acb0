//! What comes next in a rotation. Pure: values go in, and the time is one of them.

use chrono::{DateTime, TimeDelta, Utc};

use crate::service::definition::{Definition, Kind, Settles};
use crate::token::Version;
use crate::token::rotation::Rotation;
use crate::verdict::Outcome;

/// How long a call may be under way after it was noted down, whatever its limits: until then nobody asks what became of it.
const UNDER_WAY_S: i64 = 60;

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// A call that is noted down may be under way still, until then.
    Wait(DateTime<Utc>),
    /// A call went out and nobody knows what became of it: that is found out first.
    Settle(Lost),
    /// A call makes the new one.
    Call(Renewal),
    /// The person makes the new one, on a page.
    ByHand,
}

/// A call that went out, and what became of it is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// When.
    pub at: DateTime<Utc>,
    /// How it is found out.
    pub settles: Settles,
}

/// How a call makes a new secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// The call.
    pub call: String,
    /// The old secret dies with it.
    pub kills_old: bool,
    /// To do it again with the old secret does harm.
    pub never_again: bool,
    /// How it is found out what became of it.
    pub settles: Settles,
    /// What a person has to know before, in a sentence.
    pub needs: Option<String>,
}

/// What comes next for a version in use, whose service may not be known. Where the person wants to do it by hand, no call goes
/// out.
pub fn next(known: Option<(&Definition, &Kind)>, current: &Version, by_hand: bool, now: DateTime<Utc>) -> Step {
    match &current.rotation {
        Some(Rotation::Asked { at, call }) => {
            let over = *at + TimeDelta::seconds(UNDER_WAY_S);
            // One from the time to come was noted down by a clock that is wrong: it is not waited for longer than any other.
            if *at <= now && now < over { Step::Wait(over) } else { Step::Settle(lost(known, *at, call)) }
        }
        Some(Rotation::Begun(_)) => Step::ByHand,
        None if by_hand => Step::ByHand,
        None => known
            .and_then(|(definition, kind)| renewal(definition, kind, current.is_dead()))
            .map_or(Step::ByHand, Step::Call),
    }
}

/// The call that rotates tokens of a kind; where there is none, or the old one cannot ask any more, the call that makes one.
pub fn renewal(definition: &Definition, kind: &Kind, is_dead: bool) -> Option<Renewal> {
    if let Some(rotate) = kind.rotate.as_ref().filter(|_| !is_dead) {
        return Some(Renewal {
            call: rotate.call.clone(),
            kills_old: rotate.kills_old,
            never_again: rotate.never_again,
            settles: rotate.settles,
            needs: rotate.needs.clone(),
        });
    }
    let call = kind.create.as_ref().filter(|call| !is_dead || definition.goes_without_token(call))?;
    let settles = if kind.list.is_some() { Settles::ByList } else { Settles::ByPerson };
    Some(Renewal { call: call.clone(), kills_old: false, never_again: false, settles, needs: None })
}

fn lost(known: Option<(&Definition, &Kind)>, at: DateTime<Utc>, call: &str) -> Lost {
    let ways = known.into_iter().flat_map(|(definition, kind)| {
        [false, true].into_iter().filter_map(move |is_dead| renewal(definition, kind, is_dead))
    });
    // A definition that knows the call no more does not tell either.
    let settles =
        ways.filter(|renewal| renewal.call == call).map(|renewal| renewal.settles).next().unwrap_or(Settles::ByPerson);
    Lost { at, settles }
}

/// What is known now of a call whose answer was lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Became {
    /// It was not done: the old secret is as it was, and it may be asked for again.
    NotDone,
    /// The old secret is dead. If the call was what killed it, the new one is lost: one has to be made by hand.
    Dead,
}

/// What an answer about the old secret says of a lost call.
pub fn became(lost: &Lost, outcome: Outcome) -> Option<Became> {
    match (outcome, lost.settles) {
        (Outcome::Dead, _) => Some(Became::Dead),
        (Outcome::Alive, Settles::ByOld) => Some(Became::NotDone),
        // That the old one lives says nothing about another that was made.
        (Outcome::Alive | Outcome::Refused, _) => None,
    }
}

impl Became {
    /// What is noted down then.
    pub fn noted(self, now: DateTime<Utc>) -> Option<Rotation> {
        match self {
            Self::NotDone => None,
            Self::Dead => Some(Rotation::Begun(now)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::State;
    use crate::token::tests::version;

    const CALLS: &str = "language = 1
name = 'Example'
[[site]]
at = 'https://example.com'
[send.bearer]
headers = { Authorization = 'Bearer {token}' }
[credential.other]
what = 'another'
send = 'bearer'
[call.roll]
url = '{at}/roll'
[call.own]
url = '{at}/make'
[call.make]
url = '{at}/make'
by = 'other'
[call.list]
url = '{at}/list'
";

    fn definition(kind: &str) -> Definition {
        toml::from_str(&format!("{CALLS}[[kind]]\nid = 'pat'\nname = 'token'\nsend = 'bearer'\n{kind}")).unwrap()
    }

    fn at(text: &str) -> DateTime<Utc> {
        format!("2026-11-22T{text}Z").parse().unwrap()
    }

    #[test]
    fn a_step_for_every_state() {
        let roll = "rotate = { call = 'roll', kills_old = true, never_again = true, settles = 'by-old' }";
        let both = format!("{roll}\ncreate = 'make'\nlist = 'list'");
        let rotation = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
        let asked = "asked 2026-11-22T10:00:00Z roll";
        // The kind, what is noted down, whether the old one is dead, by hand, the time, and what comes.
        let cases = [
            ("", "", false, false, "10:00:00", "by hand"),
            (roll, "", false, false, "10:00:00", "call roll by-old"),
            (roll, "", false, true, "10:00:00", "by hand"),
            (roll, "", true, false, "10:00:00", "by hand"),
            (&both, "", true, false, "10:00:00", "call make by-list"),
            ("create = 'make'", "", false, false, "10:00:00", "call make by-person"),
            ("create = 'own'", "", false, false, "10:00:00", "call own by-person"),
            ("create = 'own'", "", true, false, "10:00:00", "by hand"),
            (roll, "begun 2026-11-22T09:00:00Z", false, false, "10:00:00", "by hand"),
            (roll, asked, false, false, "10:00:00", "wait 10:01:00"),
            (roll, asked, false, true, "10:00:59", "wait 10:01:00"),
            (roll, asked, false, false, "10:01:00", "settle by-old"),
            (roll, asked, true, true, "11:00:00", "settle by-old"),
            (roll, asked, false, false, "09:00:00", "settle by-old"),
            (&both, "asked 2026-11-22T10:00:00Z make", false, false, "11:00:00", "settle by-list"),
            ("", asked, false, false, "11:00:00", "settle by-person"),
        ];
        for (kind, noted, dead, by_hand, now, want) in cases {
            let definition = definition(kind);
            let mut current = version(1);
            current.rotation = rotation(noted);
            if dead {
                current.state = State::Revoked(at("08:00:00"));
            }
            let settles = |settles| match settles {
                Settles::ByOld => "by-old",
                Settles::ByList => "by-list",
                Settles::ByPerson => "by-person",
            };
            let said = match next(Some((&definition, &definition.kinds[0])), &current, by_hand, at(now)) {
                Step::Wait(until) => format!("wait {}", until.format("%H:%M:%S")),
                Step::Settle(lost) => format!("settle {}", settles(lost.settles)),
                Step::Call(renewal) => format!("call {} {}", renewal.call, settles(renewal.settles)),
                Step::ByHand => "by hand".into(),
            };
            assert_eq!(said, want, "{kind}, {noted}, dead: {dead}, by hand: {by_hand}, at {now}");
        }
    }
}

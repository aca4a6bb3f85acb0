//! Consumers: places where a token is installed, and how each is updated.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};

use super::label::{Label, NotALabel};
use super::now::Now;
use super::{Token, when};

/// A place where a token is installed, and which of its versions is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consumer<'a> {
    /// What the person calls it. Not escaped.
    pub place: &'a str,
    /// How it is updated.
    pub way: &'a Way,
    /// When the version in use was installed there; `None` where it was not.
    pub since: Option<DateTime<Utc>>,
    /// The newest of the older versions that were installed there, by its number.
    pub older: Option<u32>,
}

impl Consumer<'_> {
    /// Since when the version in use is there, or what is in its place.
    pub fn told(&self, now: &Now) -> String {
        match (self.since, self.older) {
            (Some(since), _) => when::ago(since, now),
            (None, Some(older)) => format!("not yet: version {older}"),
            (None, None) => "not yet".to_owned(),
        }
    }
}

impl Token {
    /// Its places, by their names.
    pub fn places(&self) -> impl Iterator<Item = Consumer<'_>> {
        self.consumers.iter().map(|(place, way)| {
            let older = self.versions.iter().skip(1).find(|version| version.installed.contains_key(place));
            let since = self.current().installed.get(place).copied();
            Consumer { place, way, since, older: older.map(|version| version.number) }
        })
    }

    /// Those that do not have the version in use yet.
    pub fn unserved(&self) -> impl Iterator<Item = Consumer<'_>> {
        self.places().filter(|consumer| consumer.since.is_none())
    }
}

/// How a place is updated. As text (in files and in the record of changes): `hand`, `hand https://...`,
/// `stdin gh secret set DEPLOY`, `env DEPLOY ./update.sh`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Way {
    /// By the person.
    Hand {
        /// What they wrote down about it: an address, whom to ask.
        note: Option<String>,
    },
    /// By a command line, which the shell runs.
    Run {
        /// The command line.
        command: String,
        /// The variable of its environment that holds the secret; without one, it is its standard input.
        env: Option<String>,
    },
}

impl Way {
    /// Takes what a person wrote. Empty is as good as not given.
    ///
    /// # Errors
    /// [`NotAWay`] where that is no way, or would put the secret into arguments.
    pub fn parse(run: Option<&str>, env: Option<&str>, note: Option<&str>) -> Result<Self, NotAWay> {
        let said = |given: Option<&str>, label: Label| {
            given.filter(|text| !text.trim().is_empty()).map(|text| label.parse(text)).transpose()
        };
        let (command, env) = (said(run, Label::Command)?, said(env, Label::Variable)?);
        match (command, env, said(note, Label::Value)?) {
            (Some(command), ..) if command.contains("{token}") => Err(NotAWay::InArguments),
            (Some(command), env, None) => Ok(Self::Run { command, env }),
            (Some(_), _, Some(_)) => Err(NotAWay::NoteBesideCommand),
            (None, None, note) => Ok(Self::Hand { note }),
            (None, Some(_), _) => Err(NotAWay::EnvWithoutCommand),
        }
    }
}

impl Way {
    /// How, in words: `by hand`, `by ./update.sh (in $DEPLOY)`. Not escaped.
    pub fn told(&self) -> String {
        match self {
            Self::Hand { note: None } => "by hand".to_owned(),
            Self::Hand { note: Some(note) } => format!("by hand: {note}"),
            Self::Run { command, env: None } => format!("by {command}"),
            Self::Run { command, env: Some(env) } => format!("by {command} (in ${env})"),
        }
    }
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Hand { note: None } => f.write_str("hand"),
            Self::Hand { note: Some(note) } => write!(f, "hand {note}"),
            Self::Run { command, env: None } => write!(f, "stdin {command}"),
            Self::Run { command, env: Some(env) } => write!(f, "env {env} {command}"),
        }
    }
}

impl FromStr for Way {
    type Err = NotStored;

    fn from_str(text: &str) -> Result<Self, NotStored> {
        let some = |text: &str| if text.is_empty() { Err(NotStored) } else { Ok(text.to_owned()) };
        match text.split_once(' ') {
            None if text == "hand" => Ok(Self::Hand { note: None }),
            Some(("hand", note)) => Ok(Self::Hand { note: Some(some(note)?) }),
            Some(("stdin", command)) => Ok(Self::Run { command: some(command)?, env: None }),
            Some(("env", rest)) => {
                let (env, command) = rest.split_once(' ').ok_or(NotStored)?;
                // A shell is told of it as it stands here.
                let env = Label::Variable.parse(env).map_err(|_| NotStored)?;
                Ok(Self::Run { command: some(command)?, env: Some(env) })
            }
            _ => Err(NotStored),
        }
    }
}

/// Text that is no way in its stored form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a way of updating a place")]
pub struct NotStored;

/// Why something cannot be how a place is updated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAWay {
    /// A part of it cannot be what it is to be.
    #[error(transparent)]
    Label(#[from] NotALabel),
    /// The command line has a place for the secret.
    #[error("a command is not given the secret as an argument: every user of the machine can read those")]
    InArguments,
    /// A variable, and nothing that would read it.
    #[error("a variable is for a command, and there is none")]
    EnvWithoutCommand,
    /// A note about what a command does.
    #[error("a note is for a place that is updated by hand, and this one has a command")]
    NoteBesideCommand,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_form_is_stable() {
        for text in
            ["hand", "hand ask ops  twice", "stdin gh secret set X", "env GH_TOKEN ./update 'a b'", "stdin env A b"]
        {
            assert_eq!(text.parse::<Way>().unwrap().to_string(), text);
        }
        for bad in ["", "stdin", "stdin ", "hand ", "env A", "env A ", "env  ./update", "env A;B ./update", "run x"] {
            assert_eq!(bad.parse::<Way>(), Err(NotStored), "{bad:?}");
        }
    }

    #[test]
    fn what_people_say_of_it() {
        let cases = [
            ((None, None, None), "hand"),
            ((Some(" "), Some(""), Some(" ask ops ")), "hand ask ops"),
            ((Some(" gh secret set X "), None, None), "stdin gh secret set X"),
            ((Some("./update"), Some("TOKEN_2"), None), "env TOKEN_2 ./update"),
        ];
        for ((run, env, note), want) in cases {
            assert_eq!(Way::parse(run, env, note).unwrap().to_string(), want);
        }
        assert_eq!(Way::parse(Some("gh --body {token}"), None, None), Err(NotAWay::InArguments));
        assert_eq!(Way::parse(None, Some("TOKEN"), None), Err(NotAWay::EnvWithoutCommand));
        assert_eq!(Way::parse(Some("x"), None, Some("y")), Err(NotAWay::NoteBesideCommand));
        for bad in ["2TOKEN", "A B", "A=B", "TÖKEN"] {
            assert!(matches!(Way::parse(Some("x"), Some(bad), None), Err(NotAWay::Label(_))), "{bad}");
        }
    }
}

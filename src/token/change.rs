//! One recorded write: which token, which field, from what to what.

use std::fmt;
use std::str::FromStr;

use super::id::{TokenId, VersionId};
use super::reminder::Duty;

/// What a change is about. A field of a version also belongs to its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Subject {
    /// Which token.
    pub token: TokenId,
    /// Which of its versions, for the fields that a version has.
    pub version: Option<VersionId>,
}

/// A field that a change sets. Its text form names it in files: `name`, `tag:prod`, `told:owner`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Field {
    /// The token itself came. The new value is its path; the fields that follow say the rest.
    Added,
    /// The service it belongs to.
    Service,
    /// Its name.
    Name,
    /// Its base URL.
    Instance,
    /// Whose it is.
    Account,
    /// Its sort.
    Kind,
    /// Free text.
    Note,
    /// One tag: there or not.
    Tag(String),
    /// Something that its service needs to know of it.
    Fact(String),
    /// How one of the places where it is installed is updated.
    Consumer(String),
    /// The other token that its service is asked with, by the name of a credential. The value is its id.
    With(String),
    /// Lead time of its own, in days.
    Lead,
    /// Cadence of its own, in days.
    Cadence,
    /// Patience with being unused of its own, in days.
    Unused,
    /// In the trash since.
    Trashed,
    /// Its secrets were destroyed at.
    Purged,
    /// The version itself came. The new value is when.
    VersionAdded,
    /// When the version was issued.
    Issued,
    /// When it ends, and who said so.
    Expiry,
    /// One scope that is wanted of the version: absent, there, or there with a risk that a person gave.
    Scope(String),
    /// The scopes that the service said it granted to the version, by name.
    Granted,
    /// The service's latest answer.
    Verdict,
    /// Something that the service told about the version.
    Told(String),
    /// Something secret about the version besides its secret: there or not. Its value is never told.
    Part(String),
    /// That the version was installed in one of its token's places. The value is when.
    Installed(String),
    /// Where the version stands.
    State,
    /// The rotation from the version that is under way.
    Rotation,
    /// What was said to a reminder about the version.
    Mark(Duty),
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = match self {
            Self::Added => "added",
            Self::Service => "service",
            Self::Name => "name",
            Self::Instance => "instance",
            Self::Account => "account",
            Self::Kind => "kind",
            Self::Note => "note",
            Self::Lead => "lead",
            Self::Cadence => "cadence",
            Self::Unused => "unused",
            Self::Trashed => "trashed",
            Self::Purged => "purged",
            Self::VersionAdded => "version",
            Self::Issued => "issued",
            Self::Expiry => "expiry",
            Self::Granted => "granted",
            Self::Verdict => "verdict",
            Self::State => "state",
            Self::Rotation => "rotation",
            Self::Tag(tag) => return write!(f, "tag:{tag}"),
            Self::Fact(name) => return write!(f, "fact:{name}"),
            Self::Consumer(place) => return write!(f, "consumer:{place}"),
            Self::With(name) => return write!(f, "with:{name}"),
            Self::Told(name) => return write!(f, "told:{name}"),
            Self::Part(name) => return write!(f, "secret:{name}"),
            Self::Installed(place) => return write!(f, "installed:{place}"),
            Self::Scope(scope) => return write!(f, "scope:{scope}"),
            Self::Mark(duty) => return write!(f, "reminder:{duty}"),
        };
        f.write_str(plain)
    }
}

impl FromStr for Field {
    type Err = NotAField;

    fn from_str(text: &str) -> Result<Self, NotAField> {
        Ok(match text {
            "added" => Self::Added,
            "service" => Self::Service,
            "name" => Self::Name,
            "instance" => Self::Instance,
            "account" => Self::Account,
            "kind" => Self::Kind,
            "note" => Self::Note,
            "lead" => Self::Lead,
            "cadence" => Self::Cadence,
            "unused" => Self::Unused,
            "trashed" => Self::Trashed,
            "purged" => Self::Purged,
            "version" => Self::VersionAdded,
            "issued" => Self::Issued,
            "expiry" => Self::Expiry,
            "granted" => Self::Granted,
            "verdict" => Self::Verdict,
            "state" => Self::State,
            "rotation" => Self::Rotation,
            _ => match text.split_once(':') {
                Some(("tag", tag)) => Self::Tag(tag.to_owned()),
                Some(("fact", name)) => Self::Fact(name.to_owned()),
                Some(("consumer", place)) => Self::Consumer(place.to_owned()),
                Some(("with", name)) => Self::With(name.to_owned()),
                Some(("told", name)) => Self::Told(name.to_owned()),
                Some(("secret", name)) => Self::Part(name.to_owned()),
                Some(("installed", place)) => Self::Installed(place.to_owned()),
                Some(("scope", scope)) => Self::Scope(scope.to_owned()),
                Some(("reminder", duty)) => Self::Mark(duty.parse().map_err(|_| NotAField)?),
                _ => return Err(NotAField),
            },
        })
    }
}

/// A field that this patvault does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a field of a token")]
pub struct NotAField;

/// One recorded write. Values are in their stored text form; `None` is "not there". Never a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What it is about.
    pub subject: Subject,
    /// Which field.
    pub field: Field,
    /// What stood there.
    pub old: Option<String>,
    /// What stands there since.
    pub new: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stored_form_is_stable() {
        let all = [
            "added",
            "service",
            "name",
            "instance",
            "account",
            "kind",
            "note",
            "tag:prod",
            "tag:a:b",
            "fact:account_id",
            "consumer:Actions org/app: DEPLOY",
            "with:personal",
            "lead",
            "cadence",
            "unused",
            "trashed",
            "purged",
            "version",
            "issued",
            "expiry",
            "scope:read:org",
            "granted",
            "verdict",
            "told:owner",
            "secret:refresh_token",
            "installed:Actions org/app",
            "state",
            "rotation",
            "reminder:rotate",
        ];
        for text in all {
            assert_eq!(text.parse::<Field>().unwrap().to_string(), text);
        }
        for bad in ["", "secret", "tag", "reminder:dance"] {
            assert_eq!(bad.parse::<Field>(), Err(NotAField), "{bad:?}");
        }
    }
}

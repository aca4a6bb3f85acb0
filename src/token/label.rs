//! What may stand in a name, a tag, an account: one place that says so.

use crate::text;

/// The longest label, in bytes.
pub const LABEL_BYTES_MAX: usize = 512;
/// The longest command line, in bytes.
pub const COMMAND_BYTES_MAX: usize = 4096;
/// The longest note, in bytes.
pub const NOTE_BYTES_MAX: usize = 64 * 1024;

/// The sorts of label a token has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Label {
    /// A service: a lower-case word, because it is half of what people type to find a token.
    Service,
    /// A token's name.
    Name,
    /// Whose token it is at the service.
    Account,
    /// The sort of token.
    Kind,
    /// A base URL.
    Instance,
    /// A word to file under.
    Tag,
    /// A scope's name.
    Scope,
    /// The name of something that a service needs of a token, or tells about it, as its definition has it: `account_id`.
    Field,
    /// What is given for it, or told.
    Value,
    /// What the person calls a place where a token is installed.
    Place,
    /// The command line that updates one.
    Command,
    /// The name of a variable of the environment.
    Variable,
    /// The name of a vault, a key slot or a device.
    Plain,
}

impl Label {
    /// The word for it in messages.
    fn word(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Name | Self::Plain => "name",
            Self::Account => "account",
            Self::Kind => "kind",
            Self::Instance => "instance",
            Self::Tag => "tag",
            Self::Scope => "scope",
            Self::Field => "field",
            Self::Value => "value",
            Self::Place => "place",
            Self::Command => "command",
            Self::Variable => "variable",
        }
    }

    /// The most bytes of it, and what is said of more.
    fn most(self) -> (usize, &'static str) {
        match self {
            Self::Command => (COMMAND_BYTES_MAX, "it is longer than 4096 bytes"),
            _ => (LABEL_BYTES_MAX, "it is longer than 512 bytes"),
        }
    }

    /// Takes what a person wrote, without the spaces around it.
    ///
    /// # Errors
    /// [`NotALabel`] says what is wrong and shows it escaped.
    pub fn parse(self, given: &str) -> Result<String, NotALabel> {
        let text = given.trim();
        let bad = |why: &'static str| {
            Err(NotALabel {
                what: self.word(),
                shown: text::clipped(&text::escaped(text), 40, false).into_owned(),
                why,
            })
        };
        if text.is_empty() {
            return bad("it is empty");
        }
        let (most, too_long) = self.most();
        if text.len() > most {
            return bad(too_long);
        }
        if text.chars().any(char::is_control) {
            return bad("it holds a control character");
        }
        if text.chars().any(text::is_invisible) {
            return bad("it holds a character that is invisible or turns the direction of writing");
        }
        match self {
            Self::Service if !is_word(text) => {
                bad("a service is a word of lower-case letters, digits, '.', '-' and '_', such as github")
            }
            Self::Field if !is_word(text) => {
                bad("a field is a word of lower-case letters, digits, '.', '-' and '_', such as account_id")
            }
            Self::Variable if !is_variable(text) => {
                bad("a variable is letters, digits and '_', and does not start with a digit")
            }
            Self::Plain if !is_file_name(text) => {
                bad("it is letters, digits, '.', '-', '_' and '@', and starts with none of the signs")
            }
            Self::Tag if text.contains(char::is_whitespace) || text.starts_with(['#', '-']) => {
                bad("a tag has no spaces and does not start with '#' or '-'")
            }
            Self::Scope if text.contains(char::is_whitespace) => {
                bad("a scope has no spaces; give several scopes apart")
            }
            Self::Instance => match instance(text) {
                Some(url) => Ok(url),
                None => bad("an instance is a host or an https address, such as gitlab.example.com"),
            },
            _ => Ok(text.to_owned()),
        }
    }
}

fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_".contains(c))
}

fn is_variable(text: &str) -> bool {
    !text.starts_with(|c: char| c.is_ascii_digit()) && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn is_file_name(text: &str) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || ".-_@".contains(c))
}

/// A host or address as `https://host[:port][/path]`; plain http only to the machine itself.
fn instance(text: &str) -> Option<String> {
    let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
    let rest = rest.trim_end_matches('/');
    let host = rest.split(['/', ':']).next()?;
    let loopback = ["localhost", "127.0.0.1"].contains(&host);
    let known = scheme == "https" || (scheme == "http" && loopback);
    let fits = !host.is_empty() && !rest.contains(|c: char| c.is_whitespace() || "@?#\\\"'<>".contains(c));
    (known && fits).then(|| format!("{scheme}://{rest}"))
}

/// Takes a note: any text of several lines; escapes in it are shown as such, never obeyed.
///
/// # Errors
/// [`NotALabel`] where it is too long or holds a NUL.
pub fn note(given: &str) -> Result<String, NotALabel> {
    let text = given.trim_end();
    let bad = |why| Err(NotALabel { what: "note", shown: String::from("…"), why });
    if text.len() > NOTE_BYTES_MAX {
        return bad("it is longer than 64 KiB");
    }
    if text.contains('\0') {
        return bad("it holds a NUL");
    }
    Ok(text.to_owned())
}

/// Why something cannot be a label.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("'{shown}' cannot be a {what}: {why}")]
pub struct NotALabel {
    what: &'static str,
    shown: String,
    why: &'static str,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_people_call_things() {
        let cases = [
            (Label::Name, " ci deploy ", "ci deploy"),
            (Label::Name, "żółw/日本 עברית", "żółw/日本 עברית"),
            (Label::Service, "azure-devops", "azure-devops"),
            (Label::Tag, "prod", "prod"),
            (Label::Field, "account_id", "account_id"),
            (Label::Value, " a=b c ", "a=b c"),
            (Label::Place, " Actions org/app ", "Actions org/app"),
            (Label::Command, "x='a b' && y | z", "x='a b' && y | z"),
            (Label::Variable, "GH_TOKEN2", "GH_TOKEN2"),
            (Label::Scope, "https://www.example.com/auth/drive", "https://www.example.com/auth/drive"),
            (Label::Instance, "gitlab.example.com/", "https://gitlab.example.com"),
            (Label::Instance, "https://h.example:8443/git/", "https://h.example:8443/git"),
            (Label::Instance, "http://localhost:8080", "http://localhost:8080"),
        ];
        for (label, given, want) in cases {
            assert_eq!(label.parse(given).as_deref(), Ok(want), "{given:?}");
        }
    }

    #[test]
    fn refuses_the_rest_and_shows_it_escaped() {
        let long = "x".repeat(1 << 20);
        let cases = [
            (Label::Name, ""),
            (Label::Name, "  \n"),
            (Label::Name, "a\0b"),
            (Label::Name, "\u{1b}[31mred"),
            (Label::Name, "abc\u{202e}cba"),
            (Label::Name, long.as_str()),
            (Label::Service, "GitHub"),
            (Label::Service, "git hub"),
            (Label::Service, "git/hub"),
            (Label::Service, "-x"),
            (Label::Plain, "../evil"),
            (Label::Plain, ".."),
            (Label::Field, "account id"),
            (Label::Field, "a=b"),
            (Label::Value, "two\nlines"),
            (Label::Place, "two\nlines"),
            (Label::Command, long.as_str()),
            (Label::Command, "two\nlines"),
            (Label::Variable, "2FA"),
            (Label::Variable, "A=B"),
            (Label::Tag, "two words"),
            (Label::Tag, "#prod"),
            (Label::Instance, "http://gitlab.example.com"),
            (Label::Instance, "https://user@gitlab.example.com"),
            (Label::Instance, "ftp://gitlab.example.com"),
            (Label::Instance, "https://"),
        ];
        for (label, given) in cases {
            let message = label.parse(given).unwrap_err().to_string();
            assert!(message.len() < 300 && text::escaped(&message) == message, "{message}");
        }
    }
}

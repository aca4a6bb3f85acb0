//! Colours by role. A theme is a TOML file: those in `assets/themes/` are shipped, those in the settings' `themes/` are the
//! person's own.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use include_dir::{Dir, include_dir};
use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;

use crate::ops::Error;
use crate::text::{clipped, escaped};

static SHIPPED: Dir = include_dir!("$CARGO_MANIFEST_DIR/assets/themes");

/// What something on the screen is, which decides how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Whatever is nothing else, and what stands behind everything.
    Text,
    /// What is read last.
    Quiet,
    /// What stands above something.
    Heading,
    /// The line that is acted on.
    Selected,
    /// The same in a pane that does not have the keyboard.
    Unfocused,
    /// A line that was marked.
    Marked,
    /// Around a pane.
    Border,
    /// Around the pane that has the keyboard.
    Focus,
    /// The line at the top and the one at the foot.
    Bar,
    /// The tab that is open.
    Current,
    /// A key that can be pressed.
    Key,
    /// Where something is typed.
    Field,
    /// Dead, expired, failed.
    Bad,
    /// Ends soon; a warning.
    Soon,
    /// An older version is to be revoked.
    Owed,
    /// Nothing is known.
    Unknown,
    /// Alive, done.
    Good,
    /// A tag.
    Tag,
    /// A dialog, and what is written in it.
    Dialog,
}

/// How each role looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// What it is called.
    pub name: String,
    styles: BTreeMap<Role, Style>,
}

/// How a role looks, as a theme says it.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Look {
    fg: Option<Paint>,
    bg: Option<Paint>,
    bold: bool,
    dim: bool,
    italic: bool,
    underline: bool,
    reverse: bool,
}

/// A colour as people write it.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
struct Paint(Color);

impl TryFrom<String> for Paint {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let shown = || clipped(&escaped(&text), 40, false).into_owned();
        let not = |_| format!("'{}' is no colour; colours are \"#rrggbb\", names, and 0 to 255", shown());
        Color::from_str(&text).map(Paint).map_err(not)
    }
}

impl Theme {
    /// A theme from its text.
    ///
    /// # Errors
    /// Line, counted from 1, and why it makes no sense.
    pub fn parse(name: &str, text: &str) -> Result<Self, (usize, String)> {
        let looks: BTreeMap<Role, Look> = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            (1 + text.get(..at).map_or(0, |before| before.matches('\n').count()), error.message().to_owned())
        })?;
        let styles = looks.iter().map(|(role, look)| (*role, look.style())).collect();
        Ok(Self { name: name.to_owned(), styles })
    }

    /// A theme without colours: what is to stand out is bold or reversed.
    pub fn plain() -> Self {
        let bold = [Role::Heading, Role::Marked, Role::Focus, Role::Key, Role::Bad, Role::Soon, Role::Current];
        let reversed = [Role::Selected, Role::Bar];
        let underlined = [Role::Field, Role::Unfocused, Role::Current];
        let mut styles: BTreeMap<Role, Style> = bold.map(|role| (role, Style::new().bold())).into();
        for (roles, modifier) in [(&reversed[..], Modifier::REVERSED), (&underlined[..], Modifier::UNDERLINED)] {
            for role in roles {
                let style = styles.entry(*role).or_default();
                *style = style.add_modifier(modifier);
            }
        }
        Self { name: "plain".into(), styles }
    }

    /// The theme of that name: the person's own, or a shipped one.
    ///
    /// # Errors
    /// There is none, or it makes no sense: says where.
    pub fn load(name: &str, own: &Path) -> Result<Self, Error> {
        let path = own.join(format!("{name}.toml"));
        let is_word = name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        let text = match std::fs::read_to_string(&path) {
            Ok(text) if is_word => Some(text),
            _ => SHIPPED.get_file(format!("{name}.toml")).and_then(|file| file.contents_utf8()).map(str::to_owned),
        };
        let Some(text) = text else {
            let shown = clipped(&escaped(name), 40, false).into_owned();
            let hint = format!("there are {}", Self::names(own).join(", "));
            return Err(Error::usage(format!("there is no theme '{shown}'"), hint));
        };
        Self::parse(name, &text).map_err(|(line, why)| {
            let shown = escaped(&path.to_string_lossy()).into_owned();
            Error::usage(format!("the theme in {shown}, line {line}, makes no sense: {}", escaped(&why)), HINT)
        })
    }

    /// The names of all themes: shipped, then the person's own.
    pub fn names(own: &Path) -> Vec<String> {
        let stem = |path: &Path| Some(path.file_stem()?.to_str()?.to_owned());
        let mut names: Vec<String> = SHIPPED.files().filter_map(|file| stem(file.path())).collect();
        names.sort();
        let entries = std::fs::read_dir(own).into_iter().flatten().flatten().map(|entry| entry.path());
        let more = entries.filter(|path| path.extension().is_some_and(|ext| ext == "toml")).filter_map(|it| stem(&it));
        let mut more: Vec<String> = more.filter(|name| !names.contains(name)).collect();
        more.sort();
        names.append(&mut more);
        names
    }

    /// The theme that fits a terminal, by what its environment says of it. It is not asked: an answer that comes late would
    /// be taken for keys.
    pub fn fitting(var: impl Fn(&str) -> Option<String>) -> &'static str {
        let many = var("COLORTERM").is_some_and(|it| it == "truecolor" || it == "24bit");
        // The last number is the background's; 7 and from 9 on are light.
        let background = var("COLORFGBG").and_then(|it| it.rsplit(';').next().and_then(|it| it.parse::<u8>().ok()));
        match background {
            _ if !many => "16",
            Some(7 | 9..=15) => "light",
            _ => "dark",
        }
    }

    /// How a role looks.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(&role).copied().unwrap_or_default()
    }
}

const HINT: &str = "assets/themes/ in the sources has the shipped ones, each with what a role may say";

impl Look {
    fn style(&self) -> Style {
        let modifiers = [
            (self.bold, Modifier::BOLD),
            (self.dim, Modifier::DIM),
            (self.italic, Modifier::ITALIC),
            (self.underline, Modifier::UNDERLINED),
            (self.reverse, Modifier::REVERSED),
        ];
        let modifiers = modifiers.into_iter().filter(|(set, _)| *set).fold(Modifier::empty(), |all, (_, it)| all | it);
        Style { fg: self.fg.map(|it| it.0), bg: self.bg.map(|it| it.0), ..Style::new() }.add_modifier(modifiers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: usize = Role::Dialog as usize + 1;

    #[test]
    fn shipped_themes_say_how_every_role_looks() {
        for file in SHIPPED.files() {
            let theme = Theme::parse("it", file.contents_utf8().unwrap()).unwrap();
            assert_eq!(theme.styles.len(), ROLES, "{:?}", file.path());
        }
        assert_eq!(Theme::names(Path::new("/nowhere")), ["16", "dark", "high-contrast", "light"]);
    }

    #[test]
    fn what_makes_no_sense_is_said_with_its_line() {
        let cases =
            [("text = { fg = 'beige-ish' }", 1), ("\ntxt = {}", 2), ("text = { loud = true }", 1), ("text =", 1)];
        for (text, line) in cases {
            assert_eq!(Theme::parse("it", text).unwrap_err().0, line, "{text:?}");
        }
    }

    #[test]
    fn a_theme_fits_its_terminal() {
        let cases: [(&[(&str, &str)], &str); 5] = [
            (&[], "16"),
            (&[("COLORFGBG", "0;15")], "16"),
            (&[("COLORTERM", "truecolor")], "dark"),
            (&[("COLORTERM", "truecolor"), ("COLORFGBG", "15;default;0")], "dark"),
            (&[("COLORTERM", "24bit"), ("COLORFGBG", "0;15")], "light"),
        ];
        for (vars, want) in cases {
            let var = |name: &str| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(Theme::fitting(var), want, "{vars:?}");
        }
    }
}

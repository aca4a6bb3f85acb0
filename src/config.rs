//! Settings: one TOML file, every field with a default, the defaults documented in `assets/config.toml`.

mod edit;

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Weekday};
use serde::{Deserialize, Serialize};

use crate::fault::{Explain, Kind};
use crate::text::escaped;
use crate::token::column;
use crate::token::now::Now;
use crate::token::query::Query;
use crate::token::rules::Rules;

pub use edit::{NotSet, values, with};

/// The settings with every default as a comment: what `patvault config init` writes.
pub const TEMPLATE: &str = include_str!("../assets/config.toml");

/// The largest settings file that is read, in bytes.
const CONFIG_BYTES_MAX: u64 = 1 << 20;

/// Everything that can be set. `assets/config.toml` says what each is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Which vault is meant when none is named.
    pub vault: String,
    /// Files that open vaults.
    pub identities: Vec<PathBuf>,
    /// Prints the passphrase; empty for none.
    pub passphrase_command: String,
    /// When to colour.
    pub color: Color,
    /// Signs in ASCII.
    pub ascii: bool,
    /// How lists look.
    pub list: List,
    /// When to remind.
    pub reminders: Reminders,
    /// What a prompt may say.
    pub prompt: Prompt,
    /// How many backups to keep.
    pub backups: Backups,
    /// How long a vault stays unlocked.
    pub agent: Agent,
    /// Where copies go.
    pub clipboard: Clipboard,
    /// The window.
    pub tui: Tui,
    /// Filters with names: the words of each.
    pub groups: BTreeMap<String, String>,
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Color {
    /// On a terminal that has not been told otherwise.
    #[default]
    Auto,
    /// Even into a pipe.
    Always,
    /// Not at all.
    Never,
}

/// How lists look.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct List {
    /// Names of columns.
    pub columns: Vec<String>,
    /// The column sorted by, with `-` for the other way round.
    pub sort: String,
}

/// When to remind, in days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reminders {
    lead: u32,
    cadence: u32,
    unused: u32,
    verify: u32,
    revoke: u32,
}

/// What a prompt may say while a vault is locked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Prompt {
    /// Whether this device remembers how much is owed, and on which days more will be.
    pub due: bool,
}

/// How many backups to keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Backups {
    /// The newest ones. At least one is always kept.
    pub newest: usize,
    /// Days before that of which the last one is kept.
    pub daily: usize,
}

/// How long a vault stays unlocked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Agent {
    /// Whether every command that had to ask keeps the vault unlocked, and not `unlock` alone.
    pub auto: bool,
    /// After the last use, in minutes. At least one.
    pub idle: u32,
    /// In any case, in minutes. At least one.
    pub hard: u32,
}

/// How the window looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tui {
    /// The name of a theme, or `auto`.
    pub theme: String,
    /// For how many seconds a secret is shown. At least one.
    pub reveal: u32,
    /// Names of columns, from the left.
    pub columns: Vec<String>,
    /// The column sorted by, with `-` for the other way round.
    pub sort: String,
    /// The day on which weeks begin.
    pub week: FirstDay,
}

/// The day on which weeks begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "each is that day")]
pub enum FirstDay {
    #[default]
    Monday,
    Saturday,
    Sunday,
}

impl FirstDay {
    /// That day, as the calendar has it.
    pub fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Mon,
            Self::Saturday => Weekday::Sat,
            Self::Sunday => Weekday::Sun,
        }
    }
}

/// Where copies go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Clipboard {
    /// How long a copy stays on the desktop's clipboard, in seconds. At least one.
    #[serde(rename = "for")]
    pub secs: u32,
    /// Which clipboard.
    pub way: Way,
}

/// Which clipboard a copy goes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// Where the person sits.
    #[default]
    Auto,
    /// The desktop's.
    Desktop,
    /// The terminal's.
    Terminal,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            vault: "main".into(),
            identities: vec![],
            passphrase_command: String::new(),
            color: Color::Auto,
            ascii: false,
            list: List::default(),
            reminders: Reminders::default(),
            prompt: Prompt::default(),
            backups: Backups::default(),
            agent: Agent::default(),
            clipboard: Clipboard::default(),
            tui: Tui::default(),
            groups: BTreeMap::new(),
        }
    }
}

impl Default for List {
    fn default() -> Self {
        Self { columns: column::USUAL.map(str::to_owned).to_vec(), sort: "service".into() }
    }
}

impl Default for Reminders {
    fn default() -> Self {
        let rules = Rules::default();
        Self {
            lead: rules.lead_days,
            cadence: rules.cadence_days,
            unused: rules.unused_days,
            verify: rules.verify_days,
            revoke: rules.revoke_days,
        }
    }
}

impl Default for Prompt {
    fn default() -> Self {
        Self { due: true }
    }
}

impl Default for Backups {
    fn default() -> Self {
        Self { newest: 10, daily: 30 }
    }
}

impl Default for Agent {
    fn default() -> Self {
        Self { auto: true, idle: 15, hard: 720 }
    }
}

impl Agent {
    /// How long without use a vault stays unlocked.
    pub fn idle_time(&self) -> Duration {
        Duration::from_secs(60 * u64::from(self.idle.max(1)))
    }
}

impl Default for Clipboard {
    fn default() -> Self {
        Self { secs: 45, way: Way::Auto }
    }
}

impl Default for Tui {
    fn default() -> Self {
        let columns = ["sign", "service", "name", "account", "scopes", "expires", "used"];
        let columns = columns.map(str::to_owned).to_vec();
        Self { theme: "auto".into(), reveal: 10, columns, sort: "sign".into(), week: FirstDay::Monday }
    }
}

impl Config {
    /// Reads the settings; a file that is not there is as good as an empty one.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let Some(text) = text(path)? else { return Ok(Self::default()) };
        let config = Self::parse(&text).map_err(|(line, why)| Error::Bad { path: path.to_owned(), line, why })?;
        if !config.passphrase_command.is_empty() && !is_own(path) {
            return Err(Error::Foreign { path: path.to_owned() });
        }
        Ok(config)
    }

    /// Reads settings from text. What is wrong comes with its line, counted from 1.
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let line = 1 + text.get(..at).map_or(0, |before| before.matches('\n').count());
            (line, error.message().to_owned())
        })?;
        let unknown = |name: &str| column::find(name).is_none();
        let sorts = [&config.list.sort, &config.tui.sort].map(|sort| sort.trim_start_matches('-'));
        let columns = config.list.columns.iter().chain(&config.tui.columns).map(String::as_str);
        if let Some(name) = columns.chain(sorts).find(|name| unknown(name)) {
            let line = 1 + text.lines().position(|line| line.contains(name)).unwrap_or(0);
            return Err((line, format!("there is no column '{}'; {}", escaped(name), column_names())));
        }
        // Whether words make sense is the same on every day.
        let some_day = Now::new(DateTime::UNIX_EPOCH, |at| at.naive_utc());
        for (name, words) in &config.groups {
            if let Err(error) = Query::parse(words, &some_day) {
                let is_it = |line: &str| !line.starts_with('#') && line.contains(name) && line.contains(words);
                return Err((1 + text.lines().position(is_it).unwrap_or(0), error.to_string()));
            }
        }
        Ok(config)
    }

    /// The rules for reminders.
    pub fn rules(&self) -> Rules {
        Rules {
            lead_days: self.reminders.lead,
            cadence_days: self.reminders.cadence,
            unused_days: self.reminders.unused,
            verify_days: self.reminders.verify,
            revoke_days: self.reminders.revoke,
        }
    }

    /// The settings that hold, as TOML.
    pub fn to_toml(&self) -> String {
        toml::to_string_pretty(self).unwrap_or_default()
    }
}

/// The text of the settings; `None` where there is no such file.
pub fn text(path: &Path) -> Result<Option<String>, Error> {
    match load(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        other => other.map(Some).map_err(|source| Error::Read { path: path.to_owned(), source }),
    }
}

/// A sentence that names every column.
pub fn column_names() -> String {
    let names: Vec<&str> = column::COLUMNS.iter().map(|column| column.name).collect();
    format!("columns are {}", names.join(", "))
}

/// Whether a file is this user's or root's, and nobody else may write it: what runs a command has to be.
fn is_own(path: &Path) -> bool {
    const OTHERS_WRITE: u32 = 0o002;
    let us = [rustix::process::geteuid().as_raw(), 0];
    std::fs::metadata(path).is_ok_and(|meta| us.contains(&meta.uid()) && meta.mode() & OTHERS_WRITE == 0)
}

fn load(path: &Path) -> io::Result<String> {
    let meta = std::fs::metadata(path)?;
    // A pipe would be waited at for ever, and some devices never end.
    if !meta.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    if meta.len() > CONFIG_BYTES_MAX {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "larger than any settings"));
    }
    std::fs::read_to_string(path)
}

/// Why there are no settings.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file cannot be read.
    #[error("could not read the settings in {}: {source}", escaped(&path.to_string_lossy()))]
    Read {
        /// Which file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Somebody else may have written a command into it.
    #[error("'passphrase_command' in {} is not run: others than you may write that file", escaped(&path.to_string_lossy()))]
    Foreign {
        /// Which file.
        path: PathBuf,
    },
    /// It makes no sense.
    #[error("the settings in {}, line {line}, make no sense: {}", escaped(&path.to_string_lossy()), escaped(why))]
    Bad {
        /// Which file.
        path: PathBuf,
        /// Which line.
        line: usize,
        /// Why.
        why: String,
    },
}

impl Explain for Error {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Read { .. } => "look at what stands there: it has to be a text file that you may read".into(),
            Self::Foreign { .. } => "look at what stands in it, then make it yours alone: chown, chmod o-w".into(),
            Self::Bad { .. } => "'patvault config edit' opens it; 'patvault config --help' tells more".into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_documents_every_default() {
        assert_eq!(Config::parse(TEMPLATE), Ok(Config::default()), "as it is shipped");
        // A line of prose ends in a full stop or a colon or goes on over the line; a setting has a sign.
        let setting =
            |line: &str| line.starts_with('[') || line.split_once(" = ").is_some_and(|(key, _)| !key.contains(' '));
        let uncommented: Vec<&str> =
            TEMPLATE.lines().filter_map(|line| line.strip_prefix("# ")).filter(|line| setting(line)).collect();
        let text = uncommented.join("\n");
        assert_eq!(Config::parse(&text), Ok(Config::default()), "{text}");
        let documented: toml::Table = toml::from_str(&text).unwrap();
        let all: toml::Table = toml::from_str(&Config::default().to_toml()).unwrap();
        assert_eq!(documented, all, "a setting that is not documented, or a default that is wrong");
    }

    #[test]
    fn what_makes_no_sense_is_said_with_its_line() {
        let cases = [
            ("vault = 3", 1),
            ("\ncolour = 'never'", 2),
            ("[reminders]\nlead = -1", 2),
            ("color = 'pink'", 1),
            ("[list]\nsort = 'beauty'", 2),
            ("[list]\n\ncolumns = ['name', 'beauty']", 3),
            ("x = [", 1),
            ("# soon = 'is:odd'\n[groups]\nsooner = '#odd'\nsoon = 'is:odd'", 4),
        ];
        for (text, want) in cases {
            assert_eq!(Config::parse(text).unwrap_err().0, want, "{text:?}");
        }
    }
}

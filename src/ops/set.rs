//! Changing a setting, in the file that the person wrote.

use super::error::Error;
use super::files::write_private;
use super::session::Ground;
use crate::config::{self, Config, NotSet, TEMPLATE};
use crate::text::escaped;

const HINT: &str = "'patvault config show' shows what there is, 'patvault config init' writes a file that explains it";

/// Changes a setting: `tui.reveal`, `ascii`, `groups.NAME`. Without a value it is what it is by default; a group is gone then.
/// Where there is no file yet, it begins as the one that explains every default. Gives the settings that hold then.
///
/// # Errors
/// There is no such setting, it cannot be that, or the file makes no sense or cannot be written. Then it is as it was.
pub fn set(ground: &Ground, changes: &[(&str, Option<&str>)]) -> Result<Config, Error> {
    let path = ground.paths.settings();
    let text = config::text(&path)?.unwrap_or_else(|| TEMPLATE.to_owned());
    let refused = |not: NotSet| match not {
        NotSet::Text { line, why } => config::Error::Bad { path: path.clone(), line, why }.into(),
        other => Error::usage(other.to_string(), HINT),
    };
    let changed = |text: String| {
        changes.iter().try_fold(text, |text, (name, to)| config::with(&text, name, *to)).map_err(refused)
    };
    let text = changed(text)?;
    // A link to where somebody keeps their settings stays one.
    write_private(&path.canonicalize().unwrap_or_else(|_| path.clone()), text.as_bytes())?;
    let held = changed(ground.config.to_toml())?;
    Ok(Config::parse(&held).map_err(|(line, why)| config::Error::Bad { path: path.clone(), line, why })?)
}

/// What is said of a setting that was changed.
pub fn set_in_words(name: &str, to: Option<&str>) -> String {
    match to {
        Some(to) => format!("{} is '{}' now", escaped(name), escaped(to)),
        None if name.starts_with("groups.") => format!("{} is gone", escaped(name)),
        None => format!("{} is what it is by default", escaped(name)),
    }
}

//! Where things are: the XDG base directories, or everything under one folder.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use crate::fault::{Explain, Kind};

/// patvault's own folders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paths {
    /// The vaults, a folder each.
    pub data: PathBuf,
    /// Settings.
    pub config: PathBuf,
    /// What this device remembers.
    pub state: PathBuf,
    /// What may be gone after a restart; in memory where the system provides for it.
    pub runtime: PathBuf,
    /// The person's home, for `~` and for SSH keys. Not there in some containers.
    pub home: Option<PathBuf>,
}

impl Paths {
    /// Finds the folders from the environment: `PATVAULT_HOME` puts all four under one, else the XDG variables count,
    /// else their defaults under `HOME`.
    ///
    /// # Errors
    /// [`NoHome`] where the environment says nothing of all that.
    pub fn find(var: impl Fn(&str) -> Option<OsString>) -> Result<Self, NoHome> {
        // The XDG specification: a relative path in such a variable is to be ignored.
        let absolute = |name: &str| var(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let home = absolute("HOME");
        if let Some(all) = absolute("PATVAULT_HOME") {
            return Ok(Self { home, ..Self::under(&all) });
        }
        let base = |name: &str, usual: &str| {
            let found = absolute(name).or_else(|| home.as_deref().map(|home| home.join(usual)));
            found.map(|path| path.join("patvault")).ok_or(NoHome)
        };
        let state = base("XDG_STATE_HOME", ".local/state")?;
        Ok(Self {
            data: base("XDG_DATA_HOME", ".local/share")?,
            config: base("XDG_CONFIG_HOME", ".config")?,
            runtime: absolute("XDG_RUNTIME_DIR").map_or_else(|| state.join("run"), |path| path.join("patvault")),
            state,
            home,
        })
    }

    /// All folders under one, without a home: nothing of the person's is looked for.
    pub fn under(all: &Path) -> Self {
        Self {
            data: all.join("data"),
            config: all.join("config"),
            state: all.join("state"),
            runtime: all.join("run"),
            home: None,
        }
    }

    /// The folder of a vault.
    pub fn vault(&self, name: &str) -> PathBuf {
        self.data.join(name)
    }

    /// The settings.
    pub fn settings(&self) -> PathBuf {
        self.config.join("config.toml")
    }

    /// The person's own services.
    pub fn services(&self) -> PathBuf {
        self.config.join("services")
    }

    /// A path as a person writes it, with `~` for their home.
    pub fn expand(&self, path: &Path) -> PathBuf {
        match (path.strip_prefix("~"), &self.home) {
            (Ok(rest), Some(home)) => home.join(rest),
            _ => path.to_owned(),
        }
    }
}

/// The environment names no home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("could not find your home folder: neither PATVAULT_HOME nor HOME is set to an absolute path")]
pub struct NoHome;

impl Explain for NoHome {
    fn kind(&self) -> Kind {
        Kind::Usage
    }

    fn hint(&self) -> Option<String> {
        Some("set HOME, or set PATVAULT_HOME to a folder of your own".into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(vars: &[(&str, &str)]) -> Result<Paths, NoHome> {
        Paths::find(|name| vars.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into()))
    }

    #[test]
    fn the_xdg_folders() {
        let paths = find(&[("HOME", "/h"), ("XDG_DATA_HOME", "/d"), ("XDG_STATE_HOME", "relative")]).unwrap();
        assert_eq!(paths.data, Path::new("/d/patvault"));
        assert_eq!(paths.config, Path::new("/h/.config/patvault"));
        assert_eq!(paths.state, Path::new("/h/.local/state/patvault"));
        assert_eq!(paths.runtime, Path::new("/h/.local/state/patvault/run"));
        assert_eq!(paths.expand(Path::new("~/.ssh/id")), Path::new("/h/.ssh/id"));
    }

    #[test]
    fn everything_under_one_folder() {
        let paths = find(&[("PATVAULT_HOME", "/p"), ("XDG_DATA_HOME", "/d")]).unwrap();
        assert_eq!((paths.vault("main"), paths.home), (PathBuf::from("/p/data/main"), None));
    }

    #[test]
    fn no_home_at_all() {
        assert_eq!(find(&[]), Err(NoHome));
        assert_eq!(find(&[("HOME", "relative")]), Err(NoHome));
    }
}

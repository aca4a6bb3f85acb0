//! Which hosts this device has sent secrets to: a new one is shown first.

use std::collections::BTreeSet;

use crate::ops::error::Error;
use crate::ops::files;
use crate::ops::session::Ground;

/// The file in the state folder.
const FILE: &str = "hosts";

/// Hosts that get a secret for the first time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts {
    /// Named by a shipped definition, or by the token's own instance.
    pub said: BTreeSet<String>,
    /// Named by a definition of the person's own: they are asked.
    pub asked: BTreeSet<String>,
}

impl Hosts {
    /// Those that are new here. Each comes with whether a definition of the person's own names it.
    pub fn new_in<'a>(ground: &Ground, hosts: impl IntoIterator<Item = (&'a String, bool)>) -> Self {
        let known = known(ground);
        let mut new = Self::default();
        for (host, is_own) in hosts.into_iter().filter(|(host, _)| !known.contains(*host)) {
            if is_own {
                new.asked.insert(host.clone())
            } else {
                new.said.insert(host.clone())
            };
        }
        new
    }
}

fn known(ground: &Ground) -> BTreeSet<String> {
    let text = files::read_own(&ground.paths.state.join(FILE)).unwrap_or_default();
    String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
}

/// Remembers that secrets go to these hosts.
pub fn remember_hosts(ground: &Ground, hosts: &Hosts) -> Result<(), Error> {
    let mut known = known(ground);
    known.extend(hosts.said.iter().chain(&hosts.asked).cloned());
    let text: String = known.iter().map(|host| format!("{host}\n")).collect();
    files::write_private(&ground.paths.state.join(FILE), text.as_bytes())
}

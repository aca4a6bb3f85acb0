//! Which hosts this device has sent secrets to: a new one is shown first.

use std::collections::BTreeSet;

use super::plan::Inquiry;
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
    /// Those of a plan that are new here.
    pub fn new_in(ground: &Ground, inquiries: &[Inquiry]) -> Self {
        let known = known(ground);
        let mut hosts = Self::default();
        for inquiry in inquiries {
            for host in inquiry.hosts.iter().filter(|host| !known.contains(*host)) {
                if inquiry.is_own() {
                    hosts.asked.insert(host.clone())
                } else {
                    hosts.said.insert(host.clone())
                };
            }
        }
        hosts
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

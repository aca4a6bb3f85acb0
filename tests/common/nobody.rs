//! Nobody to ask: for tests and benchmarks that must never wait for a person.

use std::sync::Arc;

use age::secrecy::SecretString;
use patvault::vault::{Prompt, Prompts};

struct Nobody;

impl Prompt for Nobody {
    fn is_there(&self) -> bool {
        false
    }

    fn say(&self, _: &str) {}

    fn confirm(&self, _: &str, _: &str, _: Option<&str>) -> Option<bool> {
        None
    }

    fn text(&self, _: &str) -> Option<String> {
        None
    }

    fn passphrase(&self, _: &str) -> Option<SecretString> {
        None
    }
}

/// Nobody.
pub fn nobody() -> Prompts {
    Arc::new(Nobody)
}

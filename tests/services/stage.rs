//! A home with tokens of services that are this test.
use std::io::Write;
use std::process::{Output, Stdio};

use crate::home::Home;
use serde_json::Value as Json;

/// A home with tokens of an Enterprise Server that is this test.
pub struct Stage {
    pub home: Home,
}

impl Stage {
    pub fn new() -> Self {
        Self { home: Home::with_vault() }
    }

    /// Adds a token of the Enterprise Server at that address.
    pub fn add(&self, name: &str, instance: &str, more: &[&str]) {
        self.keep(&format!("github/{name}"), &[&["--instance", instance, "--kind", "classic"], more].concat());
    }

    /// Adds a token, whose secret is told from others by its name.
    pub fn keep(&self, path: &str, more: &[&str]) {
        let mut add = self.home.patvault(["add", path, "--stdin"].iter().chain(more));
        let mut adding = add.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let name = path.split_once('/').unwrap().1;
        adding.stdin.take().unwrap().write_all(format!("not-a-real-secret-{name}").as_bytes()).unwrap();
        assert!(adding.wait().unwrap().success(), "{path}");
    }

    pub fn run(&self, args: &[&str]) -> Output {
        self.home.patvault(args).output().unwrap()
    }

    pub fn token(&self, name: &str) -> Json {
        let shown = self.run(&["show", &format!("github/{name}"), "--json"]);
        serde_json::from_slice(&shown.stdout).unwrap()
    }
}

pub fn said(output: &Output) -> String {
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(!text.contains("not-a-real-secret"), "{text}");
    text
}

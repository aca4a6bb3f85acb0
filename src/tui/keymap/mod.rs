//! Which key does what: the table of actions, changed by the person's key file.

mod action;
mod key;

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use crossterm::event::KeyEvent;
use serde::Deserialize;
use toml::Spanned;

pub use action::{Action, Context, ENTRIES, Entry, Menu};
pub use key::{Key, NotAKey};

use crate::ops::Error;
use crate::text::{clipped, escaped};

/// The largest key file that is read, in bytes.
const KEYS_BYTES_MAX: u64 = 1 << 16;

/// The keys that hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Keymap {
    /// One for each line of [`ENTRIES`].
    keys: Vec<Vec<Key>>,
}

/// One key or several.
#[derive(Deserialize)]
#[serde(untagged)]
enum Keys {
    One(String),
    Several(Vec<String>),
}

impl Default for Keymap {
    fn default() -> Self {
        // A default that is no key is found by a test.
        let parse = |entry: &Entry| entry.keys.iter().filter_map(|key| key.parse().ok()).collect();
        Self { keys: ENTRIES.iter().map(parse).collect() }
    }
}

impl Keymap {
    /// The keys as the key file has them; a file that is not there is as good as an empty one.
    ///
    /// # Errors
    /// Says where the file makes no sense, with its line.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let shown = || escaped(&path.to_string_lossy()).into_owned();
        let bytes = match std::fs::metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Ok(meta) if meta.len() > KEYS_BYTES_MAX || !meta.is_file() => {
                return Err(Error::usage(format!("the keys in {} are no file of keys", shown()), HINT));
            }
            _ => std::fs::read_to_string(path).map_err(Error::io("read", path))?,
        };
        Self::parse(&bytes).map_err(|(line, why)| {
            Error::usage(format!("the keys in {}, line {line}, make no sense: {}", shown(), escaped(&why)), HINT)
        })
    }

    /// The keys as a text has them: `copy = ["enter", "y"]`. What it leaves out stays as it is.
    ///
    /// # Errors
    /// Line, counted from 1, and why it makes no sense.
    pub fn parse(text: &str) -> Result<Self, (usize, String)> {
        let line = |at: usize| 1 + text.get(..at).map_or(0, |before| before.matches('\n').count());
        let table: BTreeMap<Spanned<String>, Spanned<Keys>> = toml::from_str(text)
            .map_err(|error| (line(error.span().map_or(0, |span| span.start)), error.message().to_owned()))?;
        let mut map = Self::default();
        let mut named = BTreeSet::new();
        let mut taken: Vec<(&Entry, Key)> = vec![];
        for (name, keys) in &table {
            let short = |text: &str| clipped(&escaped(text), 40, false).into_owned();
            let mut entries = ENTRIES.iter().zip(&mut map.keys).enumerate();
            let Some((at, (entry, held))) = entries.find(|(_, (entry, _))| entry.name == name.get_ref()) else {
                let why = format!("nothing is called '{}'; the help shows what there is", short(name.get_ref()));
                return Err((line(name.span().start), why));
            };
            let all: &[String] = match keys.get_ref() {
                Keys::One(key) => std::slice::from_ref(key),
                Keys::Several(all) => all,
            };
            let parse = |key: &String| key.parse().map_err(|error: NotAKey| format!("'{}': {error}", short(key)));
            *held = all.iter().map(parse).collect::<Result<_, _>>().map_err(|why| (line(keys.span().start), why))?;
            let other = taken.iter().find(|(other, key)| other.context == entry.context && held.contains(key));
            if let Some((other, key)) = other {
                return Err((line(keys.span().start), format!("'{key}' is given to {} as well", other.name)));
            }
            taken.extend(held.iter().map(|key| (entry, *key)));
            named.insert(at);
        }
        map.give_way(&named);
        Ok(map)
    }

    /// A key that the file gives to something is taken from whatever has it by itself in the same context.
    fn give_way(&mut self, named: &BTreeSet<usize>) {
        let of = |&at: &usize| Some((ENTRIES.get(at)?, self.keys.get(at)?.clone()));
        let given: Vec<(&Entry, Vec<Key>)> = named.iter().filter_map(of).collect();
        for (entry, given) in given {
            for (at, (other, keys)) in ENTRIES.iter().zip(&mut self.keys).enumerate() {
                if other.context == entry.context && !named.contains(&at) {
                    keys.retain(|key| !given.contains(key));
                }
            }
        }
    }

    /// What a key does where these contexts hold, the first of them first.
    pub fn action(&self, event: &KeyEvent, contexts: &[Context]) -> Option<Action> {
        let key = Key::of(event);
        let in_context = |context: &Context| {
            let mut all = ENTRIES.iter().zip(&self.keys);
            all.find(|(entry, keys)| entry.context == *context && keys.contains(&key)).map(|(entry, _)| entry.action)
        };
        contexts.iter().find_map(in_context)
    }

    /// What can be done where these contexts hold, the first of them first: each with those of its keys that mean nothing nearer.
    pub fn entries<'a>(&'a self, contexts: &'a [Context]) -> impl Iterator<Item = (&'static Entry, Vec<Key>)> + 'a {
        let of =
            |context: &'a Context| ENTRIES.iter().zip(&self.keys).filter(move |(entry, _)| entry.context == *context);
        let means = |key: &Key, action| self.action(&key.event(), contexts) == Some(action);
        let held = move |(entry, keys): (&'static Entry, &Vec<Key>)| {
            (entry, keys.iter().copied().filter(|key| means(key, entry.action)).collect())
        };
        contexts.iter().flat_map(of).map(held)
    }

    /// The keys of an entry, as the help shows them.
    pub fn shown(keys: &[Key]) -> String {
        keys.iter().map(Key::to_string).collect::<Vec<_>>().join(" ")
    }
}

const HINT: &str = "a line is like: copy = [\"enter\", \"y\"]; the help (?) shows the names";

#[cfg(test)]
mod tests {
    use super::*;

    fn event(key: &str) -> KeyEvent {
        key.parse::<Key>().unwrap().event()
    }

    #[test]
    fn every_default_is_a_key_and_no_two_collide_in_one_context() {
        let map = Keymap::default();
        let mut seen = BTreeSet::new();
        for (entry, keys) in ENTRIES.iter().zip(&map.keys) {
            assert_eq!(keys.len(), entry.keys.len(), "{}", entry.name);
            for key in keys {
                assert!(seen.insert((format!("{:?}", entry.context), key.to_string())), "{}: {key}", entry.name);
            }
        }
        let names: BTreeSet<_> = ENTRIES.iter().map(|entry| entry.name).collect();
        assert_eq!(names.len(), ENTRIES.len());
    }

    #[test]
    fn a_key_means_what_is_nearest() {
        let map = Keymap::default();
        assert_eq!(map.action(&event("y"), &[Context::Token, Context::Window]), Some(Action::Copy));
        assert_eq!(map.action(&event("y"), &[Context::Dialog]), Some(Action::Yes));
        assert_eq!(map.action(&event("y"), &[Context::Window]), None);
    }

    #[test]
    fn the_key_file_changes_what_it_names() {
        let map = Keymap::parse("copy = 'c'\nquit = ['ctrl-q', 'f10']\nlock = []").unwrap();
        assert_eq!(map.action(&event("c"), &[Context::Token]), Some(Action::Copy));
        assert_eq!(map.action(&event("enter"), &[Context::Token]), None);
        assert_eq!(map.action(&event("f10"), &[Context::Window]), Some(Action::Quit));
        // What had it by itself has it no more.
        assert_ne!(
            map.action(&event("f10"), &[Context::Window]),
            Keymap::default().action(&event("f10"), &[Context::Window])
        );
        assert_eq!(map.action(&event("ctrl-l"), &[Context::Window]), None);
        for (text, line) in [
            ("copy = 3", 1),
            ("\ncopi = 'c'", 2),
            ("copy = 'c'\nquit = ['nope']", 2),
            ("x = [", 1),
            ("copy = 'c'\nreveal = ['r', 'c']", 2),
        ] {
            assert_eq!(Keymap::parse(text).unwrap_err().0, line, "{text:?}");
        }
    }
}

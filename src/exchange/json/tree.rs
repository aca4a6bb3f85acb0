//! JSON as a tree, and the reading of a tree into structs with errors that name a place and a rule.
//!
//! The usual reader's errors quote what they met, which may be a secret, and stop at the first. So a file is first read
//! into a tree, where only the grammar can go wrong, and each token is then taken from its branch.

use std::borrow::Cow;
use std::fmt;

use serde::de::value::StringDeserializer;
use serde::de::{
    DeserializeSeed, Deserializer, Error as _, Expected, IntoDeserializer, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde::{Deserialize, forward_to_deserialize_any};
use zeroize::Zeroizing;

use crate::exchange::shown_name;

/// A value of JSON. Text stays in the file where it can.
pub enum Node<'a> {
    Null,
    Bool(bool),
    Whole(u64),
    Negative(i64),
    Broken(f64),
    Text(&'a str),
    /// Text with escapes in it.
    Unescaped(Zeroizing<String>),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl<'de: 'a, 'a> Deserialize<'de> for Node<'a> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(Grower)
    }
}

struct Grower;

impl<'de> Visitor<'de> for Grower {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node<'de>, E> {
        Ok(Node::Whole(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node<'de>, E> {
        Ok(Node::Negative(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node<'de>, E> {
        Ok(Node::Broken(value))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node<'de>, E> {
        Ok(Node::Unescaped(Zeroizing::new(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node<'de>, A::Error> {
        let mut list = vec![];
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node<'de>, A::Error> {
        let mut object = vec![];
        while let Some(entry) = entries.next_entry()? {
            object.push(entry);
        }
        Ok(Node::Object(object))
    }
}

impl<'de> Deserializer<'de> for Node<'de> {
    type Error = Wrong;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            Self::Null => visitor.visit_unit(),
            Self::Bool(value) => visitor.visit_bool(value),
            Self::Whole(value) => visitor.visit_u64(value),
            Self::Negative(value) => visitor.visit_i64(value),
            Self::Broken(value) => visitor.visit_f64(value),
            Self::Text(text) => visitor.visit_borrowed_str(text),
            Self::Unescaped(text) => visitor.visit_str(&text),
            Self::List(list) => visitor.visit_seq(Items(list.into_iter().enumerate())),
            Self::Object(object) => visitor.visit_map(Entries { rest: object.into_iter(), value: None }),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Wrong> {
        match self {
            Self::Null => visitor.visit_none(),
            some => visitor.visit_some(some),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _words: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        match self {
            Self::Text(word) => visitor.visit_enum(word.into_deserializer()),
            Self::Unescaped(word) => visitor.visit_enum(word.as_str().into_deserializer()),
            _ => Err(Wrong::at("", "it must be a word")),
        }
    }

    /// A struct could also be read from a list of its fields in order. That is not the shape.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Wrong> {
        match self {
            Self::Object(_) => self.deserialize_any(visitor),
            _ => Err(Wrong::at("", "it must be an object")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map identifier ignored_any
    }
}

struct Items<'de>(std::iter::Enumerate<std::vec::IntoIter<Node<'de>>>);

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Wrong;

    fn next_element_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Wrong> {
        let Some((at, item)) = self.0.next() else { return Ok(None) };
        seed.deserialize(item).map(Some).map_err(|wrong| wrong.under(at))
    }
}

struct Entries<'de> {
    rest: std::vec::IntoIter<(String, Node<'de>)>,
    value: Option<(String, Node<'de>)>,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = Wrong;

    fn next_key_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<Option<S::Value>, Wrong> {
        let Some((key, value)) = self.rest.next() else { return Ok(None) };
        let name: StringDeserializer<Wrong> = key.clone().into_deserializer();
        self.value = Some((key, value));
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Wrong> {
        let (key, value) = self.value.take().ok_or_else(|| Wrong::custom(""))?;
        // A key that comes this far is one of ours: unknown ones are refused when they are met.
        seed.deserialize(value).map_err(|wrong| wrong.under(key))
    }
}

/// What is wrong in a tree and where. Says what is wanted, never what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// A JSON pointer from the branch that was read.
    pub pointer: String,
    /// The rule that it breaks.
    pub why: Cow<'static, str>,
}

impl Wrong {
    /// A rule broken at a place.
    pub fn at(pointer: impl Into<String>, why: impl Into<Cow<'static, str>>) -> Self {
        Self { pointer: pointer.into(), why: why.into() }
    }

    /// The same, seen from the value that holds this one.
    pub fn under(mut self, step: impl fmt::Display) -> Self {
        self.pointer = format!("/{step}{}", self.pointer);
        self
    }

    fn wanted(wanted: &dyn Expected) -> Self {
        let wanted = wanted.to_string();
        let plain = match wanted.as_str() {
            "u32" | "u64" => "a whole number",
            "a string" => "text",
            "a boolean" => "true or false",
            "a sequence" => "a list",
            other => other,
        };
        Self::at("", format!("it must be {plain}"))
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.pointer, self.why)
    }
}

impl std::error::Error for Wrong {}

impl serde::de::Error for Wrong {
    /// Whatever such a text says may quote the file.
    fn custom<T: fmt::Display>(_text: T) -> Self {
        Self::at("", "it cannot be read")
    }

    fn invalid_type(_found: Unexpected, wanted: &dyn Expected) -> Self {
        Self::wanted(wanted)
    }

    fn invalid_value(_found: Unexpected, wanted: &dyn Expected) -> Self {
        Self::wanted(wanted)
    }

    fn invalid_length(_found: usize, wanted: &dyn Expected) -> Self {
        Self::wanted(wanted)
    }

    fn unknown_variant(_found: &str, words: &'static [&'static str]) -> Self {
        Self::at("", format!("it must be one of {}", words.join(", ")))
    }

    fn unknown_field(field: &str, _known: &'static [&'static str]) -> Self {
        match shown_name(field) {
            Some(name) => Self::at("", format!("there is no such field as '{name}'")),
            None => Self::at("", "there is a field that is not known"),
        }
    }

    fn missing_field(field: &'static str) -> Self {
        Self::at("", format!("'{field}' is missing"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::at("", format!("'{field}' is there twice"))
    }
}

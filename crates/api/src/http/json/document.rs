//! Parses a body and detects duplicate names.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// A well-formed body.
pub(super) enum Document {
    /// An object.
    Object(HashMap<String, Value>),
    /// An object with duplicate names.
    Duplicate,
    /// JSON that is not an object.
    Other,
}

impl Document {
    /// Parses a body. Members for whose name `is_integer` is true may contain a number of any size.
    pub(super) fn parse(body: &[u8], is_integer: fn(&str) -> bool) -> serde_json::Result<Self> {
        let mut deserializer = serde_json::Deserializer::from_slice(body);
        let document = deserializer.deserialize_any(DocumentVisitor { is_integer })?;
        deserializer.end().map(|()| document)
    }
}

struct DocumentVisitor {
    is_integer: fn(&str) -> bool,
}

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Document;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Document, A::Error> {
        let mut members = HashMap::new();
        let mut has_duplicates = false;
        while let Some(name) = map.next_key::<String>()? {
            let value = if (self.is_integer)(&name) { number(&mut map)? } else { map.next_value()? };
            has_duplicates |= members.insert(name, value).is_some();
        }
        Ok(if has_duplicates { Document::Duplicate } else { Document::Object(members) })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Document, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Document::Other)
    }

    fn visit_unit<E>(self) -> Result<Document, E> {
        Ok(Document::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Document, E> {
        Ok(Document::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Document, E> {
        Ok(Document::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Document, E> {
        Ok(Document::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Document, E> {
        Ok(Document::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Document, E> {
        Ok(Document::Other)
    }
}

/// Reads a value that should be a number. One beyond the range of `f64` (`1e400`) is valid JSON but not a [`Value`]: it
/// becomes the largest `f64`, which is out of range for every member, so that the error names the member.
fn number<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Value, A::Error> {
    let raw: Box<RawValue> = map.next_value()?;
    let is_number = raw.get().starts_with(|first: char| first == '-' || first.is_ascii_digit());
    match serde_json::from_str(raw.get()) {
        Err(_) if is_number => Ok(Value::from(f64::MAX)),
        value => value.map_err(A::Error::custom),
    }
}

//! Parses a body and detects duplicate names.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// A well-formed body.
pub(super) enum Document<'a> {
    /// An object, and the text of the member that is kept.
    Object(HashMap<String, Value>, Option<&'a RawValue>),
    /// An object with duplicate names.
    Duplicate,
    /// JSON that is not an object.
    Other,
}

impl<'a> Document<'a> {
    /// Parses a body. The member of the kept name remains text.
    pub(super) fn parse(body: &'a str, kept: Option<&'static str>) -> serde_json::Result<Self> {
        let mut deserializer = serde_json::Deserializer::from_str(body);
        let document = deserializer.deserialize_any(DocumentVisitor { kept })?;
        deserializer.end().map(|()| document)
    }
}

struct DocumentVisitor {
    kept: Option<&'static str>,
}

impl<'de> Visitor<'de> for DocumentVisitor {
    type Value = Document<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut members, mut kept) = (HashMap::new(), None);
        let mut has_duplicates = false;
        while let Some(name) = map.next_key::<String>()? {
            has_duplicates |= if Some(&*name) == self.kept {
                kept.replace(map.next_value()?).is_some()
            } else {
                members.insert(name, value(&mut map)?).is_some()
            };
        }
        Ok(if has_duplicates { Document::Duplicate } else { Document::Object(members, kept) })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Document::Other)
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Document::Other)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Document::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Document::Other)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Document::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Document::Other)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Document::Other)
    }
}

/// Reads a value. A number beyond the range of `f64` (`1e400`) is JSON but not a [`Value`]. A value that is or contains one
/// becomes the largest `f64`: out of range, or of the wrong type, for every member that is read.
fn value<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Value, A::Error> {
    let raw: &RawValue = map.next_value()?;
    serde_json::from_str(raw.get()).or_else(|error| {
        let text = error.to_string();
        // The position is that within the value.
        let reason = text.split(" at line ").next().unwrap_or_default();
        if reason == "number out of range" {
            Ok(Value::from(f64::MAX))
        } else {
            Err(A::Error::custom(reason))
        }
    })
}

//! JSON objects as RFC 8725 §3.7 and RFC 7519 §4 want them read: one object, UTF-8, every name once.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::{Map, Value};

/// Parses `bytes` as one JSON object whose own names are unique after unescaping.
///
/// None for anything else: another type, a byte-order mark, bytes after the object, invalid UTF-8, a lone surrogate, a
/// number out of range, or more than 127 levels. Names deeper down may repeat; nothing reads them.
pub(crate) fn parse_object(bytes: &[u8]) -> Option<Map<String, Value>> {
    serde_json::from_slice::<UniqueNames>(bytes).ok().map(|object| object.0)
}

struct UniqueNames(Map<String, Value>);

impl<'de> Deserialize<'de> for UniqueNames {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor).map(Self)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Map<String, Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, value)) = members.next_entry()? {
            if object.insert(name, value).is_some() {
                return Err(A::Error::custom("a name stands twice"));
            }
        }
        Ok(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_an_object_with_white_space_around_it() {
        let object = parse_object(b" {\"a\" : 1,\n\t\"b\":[{}]} ").unwrap();
        assert_eq!(object.len(), 2);
    }

    #[test]
    fn refuses_a_name_that_stands_twice_also_when_it_is_escaped() {
        assert!(parse_object(br#"{"exp":1,"exp":2}"#).is_none());
        assert!(parse_object(br#"{"exp":1,"\u0065xp":2}"#).is_none());
    }

    #[test]
    fn refuses_what_is_not_one_object_in_utf_8() {
        let cases: [&[u8]; 12] = [
            b"",
            b"null",
            b"[1]",
            b"\"user\"",
            b"{}{}",
            b"{}}",
            b"\xef\xbb\xbf{}",
            b"{\"a\":\"\xff\"}",
            br#"{"a":"\ud800"}"#,
            br#"{"a":NaN}"#,
            br#"{"a":1e400}"#,
            b"\xff\xfe{\0}\0",
        ];
        for bytes in cases {
            assert!(parse_object(bytes).is_none(), "{bytes:?}");
        }
    }

    #[test]
    fn refuses_deep_nesting_without_a_crash() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(parse_object(deep.as_bytes()).is_none());
    }
}

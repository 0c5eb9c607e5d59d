//! JSON objects as RFC 8725 §3.7 and RFC 7519 §4 want them read: one object, UTF-8, every name once. Strings are
//! borrowed from the input unless they contain escapes, since every signature check parses two objects.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// The members of an object, whose names are unique.
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

/// A value. Boxed slices, where vectors would be larger than a text, keep it as small as one.
///
/// When another crate of the program turns on `arbitrary_precision` of `serde_json`, numbers that are not whole arrive
/// as objects; a date with a fraction is then rejected.
#[derive(Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Integer(i64),
    /// Also an integer that is too large for the other.
    Float(f64),
    Text(Cow<'a, str>),
    List(Box<[Json<'a>]>),
    /// A nested object, whose names can repeat.
    Object(Box<[(Cow<'a, str>, Json<'a>)]>),
}

/// As many as a token of Better Auth has.
const USUAL_MEMBERS: usize = 16;

impl<'a> Object<'a> {
    /// Parses `bytes` as one JSON object whose own names are unique after unescaping.
    ///
    /// None for anything else: another type, a byte-order mark, bytes after the object, invalid UTF-8, a lone
    /// surrogate, a number out of range, or more than 127 levels. Names deeper down may repeat; nothing reads them.
    pub(crate) fn parse(bytes: &'a [u8]) -> Option<Self> {
        // One check of all bytes costs less than one of each string.
        let text = str::from_utf8(bytes).ok()?;
        let Self(mut members) = serde_json::from_str(text).ok()?;
        // Equal names are neighbours.
        members.sort_unstable_by(|(one, _), (other, _)| order(one, other));
        let is_unique =
            members.windows(2).all(|pair| !matches!(pair, [(one, _), (other, _)] if one == other));
        is_unique.then_some(Self(members))
    }

    /// One by one: a token has a dozen members, of which few are compared byte by byte.
    pub(crate) fn get(&self, name: &str) -> Option<&Json<'a>> {
        let has_name =
            |known: &str| length_and_last_byte(known) == length_and_last_byte(name) && known == name;
        self.0.iter().find(|(known, _)| has_name(known)).map(|(_, value)| value)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

/// The length and the last byte: few names share both, which saves the comparison of the others.
fn length_and_last_byte(name: &str) -> (usize, Option<u8>) {
    (name.len(), name.as_bytes().last().copied())
}

fn order(one: &str, other: &str) -> Ordering {
    length_and_last_byte(one).cmp(&length_and_last_byte(other)).then_with(|| one.cmp(other))
}

impl Json<'_> {
    pub(crate) fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The member of a nested object; none when its name repeats, since readers differ in which of them counts.
    pub(crate) fn member(&self, name: &str) -> Option<&Self> {
        let Self::Object(members) = self else { return None };
        let mut named = members.iter().filter(|(known, _)| known == name);
        named.next().filter(|_| named.next().is_none()).map(|(_, value)| value)
    }
}

impl<'de> Deserialize<'de> for Object<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor)
    }
}

struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = Object<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
        let mut members = Vec::with_capacity(USUAL_MEMBERS);
        while let Some(Name(name)) = map.next_key()? {
            members.push((name, map.next_value()?));
        }
        Ok(Object(members))
    }
}

/// The name of a member, which is always a text.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match deserializer.deserialize_str(JsonVisitor)? {
            Json::Text(name) => Ok(Self(name)),
            _ => Err(serde::de::Error::custom("a name is a text")),
        }
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Json<'de>, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json<'de>, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json<'de>, E> {
        Ok(Json::Integer(value))
    }

    #[expect(clippy::cast_precision_loss, reason = "what does not fit is past every limit all the same")]
    fn visit_u64<E>(self, value: u64) -> Result<Json<'de>, E> {
        Ok(i64::try_from(value).map_or(Json::Float(value as f64), Json::Integer))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json<'de>, E> {
        Ok(Json::Float(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Json<'de>, E> {
        Ok(Json::Text(Cow::Borrowed(text)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Json<'de>, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = list.next_element()? {
            values.push(value);
        }
        Ok(Json::List(values.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json<'de>, A::Error> {
        let mut members = Vec::new();
        while let Some((Name(name), value)) = map.next_entry()? {
            members.push((name, value));
        }
        Ok(Json::Object(members.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_an_object_with_white_space_around_it() {
        let object = Object::parse(b" {\"b\" : [{}, -1],\n\t\"a\":\"\\u0041\", \"c\": 0.5} ").unwrap();
        assert_eq!(object.get("a").and_then(Json::as_text), Some("A"));
        assert_eq!(object.get("b"), Some(&Json::List([Json::Object([].into()), Json::Integer(-1)].into())));
        assert_eq!(object.get("c"), Some(&Json::Float(0.5)));
        assert!(!object.contains("d"));
    }

    #[test]
    fn rejects_duplicate_names_also_when_escaped() {
        assert!(Object::parse(br#"{"exp":1,"exp":2}"#).is_none());
        assert!(Object::parse(br#"{"exp":1,"\u0065xp":2}"#).is_none());
    }

    #[test]
    fn a_member_of_a_nested_object_has_a_unique_name() {
        let object = Object::parse(br#"{"a":{"b":{"c":1},"d":1,"\u0064":2}}"#).unwrap();
        let nested = object.get("a").unwrap();
        assert_eq!(nested.member("b").and_then(|b| b.member("c")), Some(&Json::Integer(1)));
        assert_eq!((nested.member("d"), nested.member("e")), (None, None));
        assert_eq!(Json::Null.member("b"), None);
    }

    #[test]
    fn rejects_anything_but_one_object_in_utf_8() {
        let cases: [&[u8]; 13] = [
            b"",
            b"null",
            b"[1]",
            b"\"user\"",
            b"{}{}",
            b"{}}",
            b"\xef\xbb\xbf{}",
            b"{\"a\":\"\xff\"}",
            br#"{"a":"\ud800"}"#,
            br#"{"a":{"b":["\ud800"]}}"#,
            br#"{"a":NaN}"#,
            br#"{"a":1e400}"#,
            b"\xff\xfe{\0}\0",
        ];
        for bytes in cases {
            assert!(Object::parse(bytes).is_none(), "{bytes:?}");
        }
    }

    #[test]
    fn rejects_deep_nesting_without_a_crash() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(Object::parse(deep.as_bytes()).is_none());
    }
}

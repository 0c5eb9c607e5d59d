//! JSON that is written straight into a buffer. Most of a list of tasks are names of members and texts without a character to
//! escape, of which a serializer would look at each byte.

use std::fmt::Display;
use std::io::Write;

use domain::Timestamp;
use serde::ser::Error;
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;
use uuid::Uuid;

/// A value that is written as JSON.
pub(crate) trait WriteJson {
    /// Appends the JSON to a buffer.
    fn write_json(&self, json: &mut Vec<u8>);
}

/// The JSON of a value.
pub(crate) fn to_vec(value: &impl WriteJson) -> Vec<u8> {
    let mut json = Vec::with_capacity(512);
    value.write_json(&mut json);
    json
}

/// Serializes a value as a part of another one.
pub(crate) fn embed<S: Serializer>(value: &impl WriteJson, serializer: S) -> Result<S::Ok, S::Error> {
    let json = String::from_utf8(to_vec(value)).map_err(S::Error::custom)?;
    RawValue::from_string(json).map_err(S::Error::custom)?.serialize(serializer)
}

/// Writes a string.
pub(crate) fn string(json: &mut Vec<u8>, text: &str) {
    // Not `any`: without an early end, the compiler compares 16 bytes at a time.
    let escaped = |byte| u8::from(matches!(byte, 0..b' ' | b'"' | b'\\'));
    let is_escaped = text.bytes().fold(0, |found, byte| found | escaped(byte)) != 0;
    if is_escaped {
        // A buffer accepts every byte.
        let _ = serde_json::to_writer(json, text);
    } else {
        json.push(b'"');
        json.extend_from_slice(text.as_bytes());
        json.push(b'"');
    }
}

/// Writes a UUID.
pub(crate) fn uuid(json: &mut Vec<u8>, uuid: Uuid) {
    json.push(b'"');
    json.extend_from_slice(uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()).as_bytes());
    json.push(b'"');
}

/// Writes a time.
pub(crate) fn time(json: &mut Vec<u8>, time: Timestamp) {
    json.push(b'"');
    time.append_to(json);
    json.push(b'"');
}

/// Writes a string that has no character to escape.
pub(crate) fn plain_string(json: &mut Vec<u8>, text: impl Display) {
    let _ = write!(json, "\"{text}\"");
}

/// Writes a number or a boolean.
pub(crate) fn bare(json: &mut Vec<u8>, value: impl Serialize) {
    // A buffer accepts every byte, and these values have a form in JSON.
    let _ = serde_json::to_writer(json, &value);
}

/// Writes an array.
pub(crate) fn array<T>(json: &mut Vec<u8>, items: impl Iterator<Item = T>, write: impl Fn(&mut Vec<u8>, T)) {
    json.push(b'[');
    for (index, item) in items.enumerate() {
        if index > 0 {
            json.push(b',');
        }
        write(json, item);
    }
    json.push(b']');
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Around each place of a vector register.
    #[test]
    fn strings_are_those_of_serde() {
        let characters = (0..=0x80_u8).map(char::from).chain(['é', '😀', '\u{2028}', '\u{ffff}']);
        for character in characters {
            for length in 0..40 {
                let text = format!("{}{character}{}", "a".repeat(length), "b".repeat(39 - length));
                let mut json = Vec::new();
                string(&mut json, &text);
                assert_eq!(json, serde_json::to_vec(&text).unwrap(), "{text:?}");
            }
        }
    }

    #[test]
    fn arrays_separate_their_items() {
        let array = |items: &[i32]| {
            let mut json = Vec::new();
            super::array(&mut json, items.iter(), bare);
            String::from_utf8(json).unwrap()
        };
        assert_eq!([array(&[]), array(&[1]), array(&[1, -2])], ["[]", "[1]", "[1,-2]"]);
    }
}

//! Which texts may be a user's id.

use serde_json::Value;

use super::invalid;
use crate::VerifyError;

/// The longest id, in bytes.
const MAX_BYTES: usize = 255;

/// Invisible characters that would give one user two ids that look the same: zero-width space, non-joiner and joiner,
/// word joiner, zero-width no-break space.
const ZERO_WIDTH: [char; 5] = ['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}'];

/// Reads the id as it stands: nothing is trimmed, folded or normalised, since ids compare byte by byte.
pub(super) fn read(claim: &str, value: &Value) -> Result<String, VerifyError> {
    let Value::String(id) = value else {
        return Err(invalid(claim, "must be a string"));
    };
    if id.is_empty() || id.len() > MAX_BYTES {
        return Err(invalid(claim, "must have 1 to 255 bytes"));
    }
    if id.chars().all(char::is_whitespace) {
        return Err(invalid(claim, "must not be blank"));
    }
    if id.chars().any(|character| character.is_control() || ZERO_WIDTH.contains(&character)) {
        return Err(invalid(claim, "must not hold control or zero-width characters"));
    }
    Ok(id.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_every_visible_id_as_it_stands() {
        let longest = "u".repeat(255);
        for id in [
            "user-a",
            "1",
            "USER-A",
            "user-a ",
            "%",
            "' OR '1'='1",
            "ｕser-a",
            "cafe\u{301}",
            "USERİ",
            &longest,
        ] {
            assert_eq!(read("sub", &Value::from(id)).unwrap(), id);
        }
    }

    #[test]
    fn refuses_an_empty_blank_or_long_id() {
        for id in ["", " ", "\u{a0}\u{2003}", &"u".repeat(256), &"é".repeat(128)] {
            assert!(read("sub", &Value::from(id)).is_err(), "{id:?}");
        }
    }

    #[test]
    fn refuses_control_and_zero_width_characters() {
        for id in ["a\0", "a\r\nb", "a\u{7f}", "a\u{85}", "a\u{200b}", "\u{200d}a", "a\u{2060}", "\u{feff}a"]
        {
            assert!(read("sub", &Value::from(id)).is_err(), "{id:?}");
        }
    }

    #[test]
    fn refuses_an_id_that_is_not_a_string() {
        for value in [Value::Null, Value::from(1), Value::from(vec!["user-a"]), Value::Bool(true)] {
            assert!(read("sub", &value).is_err(), "{value}");
        }
    }
}

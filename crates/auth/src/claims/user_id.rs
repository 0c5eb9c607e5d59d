//! Which texts are accepted as the id of a user.

use crate::token::Json;

use super::invalid;
use crate::VerifyError;

/// The longest id, in bytes.
const MAX_BYTES: usize = 255;

/// Whether a character is invisible, so that two ids with and without it look the same: the format characters of
/// Unicode (soft hyphen, zero-width and directional marks, the byte-order mark, tags).
fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}'
    )
}

/// Checks the id unchanged: it is not trimmed, folded or normalised, since ids compare byte by byte.
pub(super) fn check(claim: &str, value: &Json<'_>) -> Result<(), VerifyError> {
    let Json::Text(id) = value else {
        return Err(invalid(claim, "must be a string"));
    };
    if id.is_empty() || id.len() > MAX_BYTES {
        return Err(invalid(claim, "must have 1 to 255 bytes"));
    }
    // Nearly every id, and quicker to see.
    if id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    if id.chars().all(char::is_whitespace) {
        return Err(invalid(claim, "must not be blank"));
    }
    // An id that looks like another one could deceive a person who reads it in a log or an interface.
    if id.chars().any(|character| character.is_control() || is_invisible(character)) {
        return Err(invalid(claim, "must not contain control or invisible characters"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_every_visible_id() {
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
            assert!(check("sub", &Json::Text(id.into())).is_ok(), "{id:?}");
        }
    }

    #[test]
    fn rejects_an_empty_blank_or_long_id() {
        for id in ["", " ", "\u{a0}\u{2003}", &"u".repeat(256), &"é".repeat(128)] {
            assert!(check("sub", &Json::Text(id.into())).is_err(), "{id:?}");
        }
    }

    #[test]
    fn rejects_control_and_zero_width_characters() {
        for id in [
            "a\0",
            "a\r\nb",
            "a\u{7f}",
            "a\u{85}",
            "a\u{200b}",
            "\u{200d}a",
            "a\u{2060}",
            "\u{feff}a",
            "a\u{ad}",
            "a\u{202e}",
            "\u{e0041}",
        ] {
            assert!(check("sub", &Json::Text(id.into())).is_err(), "{id:?}");
        }
    }

    #[test]
    fn rejects_an_id_that_is_not_a_string() {
        for value in
            [Json::Null, Json::Integer(1), Json::List([Json::Text("user-a".into())].into()), Json::Bool(true)]
        {
            assert!(check("sub", &value).is_err(), "{value:?}");
        }
    }
}

//! Patterns (ECMA 262) of valid texts, generated from the rules of the domain.

use std::fmt::Write;
use std::sync::LazyLock;

use domain::{Description, TextLimits, Title};

/// A title: visible characters at both ends of what remains after trimming, and no rejected character in between.
pub(crate) static TITLE: LazyLock<String> = LazyLock::new(|| {
    let space = class("", char::is_whitespace);
    let visible = class("^", |character| Title::parse(&character.to_string(), 1).is_err());
    let accepted = class("^", is_rejected);
    let between = TextLimits::default().title_max - 2;
    format!("^{space}*{visible}({accepted}{{0,{between}}}{visible})?{space}*$")
});

/// A description or search text of any length.
pub(crate) static DESCRIPTION: LazyLock<String> = LazyLock::new(|| format!("^{}*$", class("^", is_rejected)));

fn is_rejected(character: char) -> bool {
    Description::parse(&character.to_string(), 1).is_err()
}

/// A class of these characters, or with `^` of all others. All characters that the rules name are in the basic plane.
fn class(sign: &str, named: impl Fn(char) -> bool) -> String {
    let mut text = format!("[{sign}");
    let mut characters = ('\0'..='\u{ffff}').filter(|character| named(*character)).map(u32::from).peekable();
    while let Some(first) = characters.next() {
        let mut last = first;
        while let Some(next) = characters.next_if_eq(&(last + 1)) {
            last = next;
        }
        let _ = write!(text, "\\u{first:04x}");
        if last > first {
            let _ = write!(text, "-\\u{last:04x}");
        }
    }
    text + "]"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_exclude_rejected_characters() {
        let rejected = r"\u0000-\u0008\u000b-\u000c\u000e-\u001f";
        assert_eq!(*DESCRIPTION, format!("^[^{rejected}]*$"));
        let beyond = r"\u0085\u00a0\u1680\u2000-\u200a\u2028-\u2029\u202f\u205f\u3000";
        let (space, visible) =
            (format!(r"[\u0009-\u000d\u0020{beyond}]"), format!(r"[^\u0000-\u0020{beyond}]"));
        assert_eq!(*TITLE, format!("^{space}*{visible}([^{rejected}]{{0,198}}{visible})?{space}*$"));
    }
}

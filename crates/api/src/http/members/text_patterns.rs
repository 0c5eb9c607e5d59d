//! Which texts can be written, as patterns (ECMA 262) that are made from the rules themselves.

use std::fmt::Write;
use std::sync::LazyLock;

use domain::{Description, TextLimits, Title};

/// A title: something that is seen at both ends, and nothing that is refused. What counts is what is left when white
/// space around it is trimmed, hence no `maxLength`.
pub(crate) static TITLE: LazyLock<String> = LazyLock::new(|| {
    let space = class("", char::is_whitespace);
    let seen = class("^", |character| Title::parse(&character.to_string(), 1).is_err());
    let taken = class("^", is_refused);
    let between = TextLimits::default().title_max - 2;
    format!("^{space}*{seen}({taken}{{0,{between}}}{seen})?{space}*$")
});

/// A description, or a text to search, of any length.
pub(crate) static DESCRIPTION: LazyLock<String> = LazyLock::new(|| format!("^{}*$", class("^", is_refused)));

fn is_refused(character: char) -> bool {
    Description::parse(&character.to_string(), 1).is_err()
}

/// These characters, or with `^` all but these. Those that a rule names are all in the basic plane.
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
    fn patterns_name_what_the_rules_refuse() {
        let refused = r"\u0000-\u0008\u000b-\u000c\u000e-\u001f";
        assert_eq!(*DESCRIPTION, format!("^[^{refused}]*$"));
        let beyond = r"\u0085\u00a0\u1680\u2000-\u200a\u2028-\u2029\u202f\u205f\u3000";
        let (space, seen) = (format!(r"[\u0009-\u000d\u0020{beyond}]"), format!(r"[^\u0000-\u0020{beyond}]"));
        assert_eq!(*TITLE, format!("^{space}*{seen}([^{refused}]{{0,198}}{seen})?{space}*$"));
    }
}

//! Patterns (ECMA 262) of valid texts, generated from the rules of the domain.

use std::fmt::Write;
use std::sync::LazyLock;

use domain::{Description, Priority, Tag, TextLimits, Title};

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

/// The name of a priority.
pub(crate) static PRIORITY: LazyLock<String> =
    LazyLock::new(|| in_any_case(&Priority::ALL.map(Priority::as_str)));

/// One of these ASCII names, in any case.
pub(crate) fn in_any_case(names: &[&str]) -> String {
    let letter = |letter: char| format!("[{}{}]", letter.to_ascii_uppercase(), letter.to_ascii_lowercase());
    let names: Vec<String> = names.iter().map(|name| name.chars().map(letter).collect()).collect();
    format!("^({})$", names.join("|"))
}

/// A tag, with white space at both ends.
pub(crate) static TAG: LazyLock<String> = LazyLock::new(|| {
    let space = class("", char::is_whitespace);
    let visible = class("^", |character| Tag::parse(&character.to_string()).is_err());
    let accepted = class("^", |character| Tag::parse(&format!("a{character}b")).is_err());
    let between = Tag::MAX_CHARS - 2;
    format!("^{space}*{visible}({accepted}{{0,{between}}}{visible})?{space}*$")
});

/// An empty text, a date, or a date-time. February has 28 days here.
pub(crate) static DUE_DATE: LazyLock<String> = LazyLock::new(|| {
    let year = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[2-9])";
    let month_and_day =
        "((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)";
    let (hour, sixty) = ("([01][0-9]|2[0-3])", "[0-5][0-9]");
    let time = format!("[Tt]{hour}:{sixty}(:{sixty}(\\.[0-9]+)?)?([Zz]|[+-]{hour}:{sixty})?");
    format!("^({year}-{month_and_day}({time})?)?$")
});

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

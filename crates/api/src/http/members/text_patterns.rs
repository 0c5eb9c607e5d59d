//! Patterns (ECMA 262) of valid texts, generated from the rules of the domain.

use std::fmt::Write;
use std::sync::LazyLock;

use domain::{Description, ListName, Priority, Tag, Tags, TextLimits, Title};

/// A title: what remains after trimming has a visible character, and no rejected one.
pub(crate) static TITLE: LazyLock<String> =
    LazyLock::new(|| title_of_at_most(TextLimits::default().title_max));

/// The name of a list: a shorter title.
pub(crate) static LIST_NAME: LazyLock<String> = LazyLock::new(|| title_of_at_most(ListName::MAX_CHARS));

fn title_of_at_most(max: usize) -> String {
    let [space, accepted, visible, end] = [&*SPACE, &*ACCEPTED, &*VISIBLE, &*END];
    let between = max - 2;
    format!("^{space}*(?={accepted}*{visible}){end}({accepted}{{0,{between}}}{end})?{space}*$")
}

/// A description or search text of any length.
pub(crate) static DESCRIPTION: LazyLock<String> = LazyLock::new(|| format!("^{}*$", *ACCEPTED));

static SPACE: LazyLock<String> = LazyLock::new(|| class("", char::is_whitespace));
static ACCEPTED: LazyLock<String> = LazyLock::new(|| class("^", is_rejected));
static VISIBLE: LazyLock<String> =
    LazyLock::new(|| class("^", |character| Title::parse(&character.to_string(), 1).is_err()));
/// What begins and ends a title.
static END: LazyLock<String> =
    LazyLock::new(|| class("^", |character| character.is_whitespace() || is_rejected(character)));

/// The name of a priority.
pub(crate) static PRIORITY: LazyLock<String> =
    LazyLock::new(|| in_any_case(&Priority::ALL.map(Priority::as_str)));

/// A list of priorities, as a filter.
pub(crate) static PRIORITIES: LazyLock<String> = LazyLock::new(|| {
    let names = names_in_any_case(&Priority::ALL.map(Priority::as_str));
    format!("^ *({names})? *(, *({names})? *)*$")
});

/// A key of the manual order.
pub(crate) const POSITION: &str = "^[0-9A-Za-z]+$";

/// One of these ASCII names, in any case.
pub(crate) fn in_any_case(names: &[&str]) -> String {
    format!("^({})$", names_in_any_case(names))
}

fn names_in_any_case(names: &[&str]) -> String {
    let letter = |letter: char| format!("[{}{}]", letter.to_ascii_uppercase(), letter.to_ascii_lowercase());
    let names: Vec<String> = names.iter().map(|name| name.chars().map(letter).collect()).collect();
    names.join("|")
}

/// A tag, with white space at both ends.
pub(crate) static TAG: LazyLock<String> = LazyLock::new(|| {
    let space = &*SPACE;
    let visible = class("^", |character| Tag::parse(&character.to_string()).is_err());
    let accepted = class("^", |character| Tag::parse(&format!("a{character}b")).is_err());
    let between = Tag::MAX_CHARS - 2;
    format!("^{space}*{visible}({accepted}{{0,{between}}}{visible})?{space}*$")
});

/// A list of tags, as a filter.
pub(crate) static TAGS: LazyLock<String> = LazyLock::new(|| {
    let tag = TAG.trim_start_matches('^').trim_end_matches('$');
    format!("^({tag})?(,({tag})?){{0,{}}}$", Tags::MAX - 1)
});

/// An empty text, a date, or a date-time. An offset can lead out of the years 1 to 9999, which the pattern does not show for
/// 9999.
pub(crate) static DUE_DATE: LazyLock<String> = LazyLock::new(|| {
    let year = "([1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[2-9])";
    let month_and_day =
        "((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)";
    let (hour, sixty) = ("([01][0-9]|2[0-3])", "[0-5][0-9]");
    let time = format!("[Tt]{hour}:{sixty}(:{sixty}(\\.[0-9]+)?)?([Zz]|[+-]{hour}:{sixty})?");
    let leap = "(0[48]|[2468][048]|[13579][26])";
    let leap_day = format!("([0-9]{{2}}{leap}|{leap}00)-02-29");
    format!("^(({year}-{month_and_day}|{leap_day})({time})?|0001-{month_and_day})?$")
});

fn is_rejected(character: char) -> bool {
    Description::parse(&character.to_string(), 1).is_err()
}

/// A class of these characters, or with `^` of all others. All characters that the rules name are in planes 0, 1 and 14.
fn class(sign: &str, named: impl Fn(char) -> bool) -> String {
    let mut text = format!("[{sign}");
    let planes = ('\0'..='\u{1ffff}').chain('\u{e0000}'..='\u{effff}');
    let mut characters = planes.filter(|character| named(*character)).map(u32::from).peekable();
    while let Some(first) = characters.next() {
        let mut last = first;
        while let Some(next) = characters.next_if_eq(&(last + 1)) {
            last = next;
        }
        push(&mut text, first);
        if last > first {
            text.push('-');
            push(&mut text, last);
        }
    }
    text + "]"
}

/// Escapes differ between the engines for characters beyond the basic plane, which are therefore written as they are.
fn push(text: &mut String, character: u32) {
    match char::from_u32(character).filter(|character| *character > '\u{ffff}') {
        Some(beyond) => text.push(beyond),
        None => {
            let _ = write!(text, "\\u{character:04x}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_exclude_rejected_characters() {
        let rejected = r"\u0000-\u0008\u000b-\u000c\u000e-\u001f";
        assert_eq!(*DESCRIPTION, format!("^[^{rejected}]*$"));
        let beyond = r"\u0085\u00a0\u1680\u2000-\u200a\u2028-\u2029\u202f\u205f\u3000";
        let space = format!(r"\u0009-\u000d\u0020{beyond}");
        let end = format!(r"\u0000-\u0020{beyond}");
        let invisible = concat!(
            r"\u0000-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f-\u1160\u1680\u17b4-\u17b5\u180b-\u180f",
            r"\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb",
            "\u{13430}-\u{1343f}\u{16fe4}\u{1bca0}-\u{1bca3}\u{1d159}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}",
        );
        assert_eq!(
            *TITLE,
            format!(
                "^[{space}]*(?=[^{rejected}]*[^{invisible}])[^{end}]([^{rejected}]{{0,198}}[^{end}])?[{space}]*$"
            )
        );
    }
}

//! Details of the claims for a report: what the token has, and what is accepted.

use super::{Claims, NumericDate};
use crate::Excerpt;
use crate::error::UnixTime;
use crate::token::Json;

/// The most entries of a list that are shown.
const MAX_SHOWN: usize = 8;

pub(super) fn date(claims: &Claims<'_>, name: &str, now: i64) -> String {
    match claims.get(name) {
        None => "absent".to_owned(),
        Some(value) => NumericDate::parse(value).map_or_else(|| show(value), |date| show_date(date, now)),
    }
}

/// For a claim that is compared with a list.
pub(crate) fn member_of(claims: &Claims<'_>, name: &str, accepted: &[String]) -> String {
    let value = claims.get(name).map_or_else(|| "absent".to_owned(), show);
    if accepted.is_empty() {
        format!("{value}; any is accepted")
    } else {
        format!("{value}; accepted: {}", list(accepted))
    }
}

pub(super) fn user_id(claims: &Claims<'_>, claim: &str) -> String {
    let name = Excerpt::of(claim);
    match claims.get(claim) {
        Some(value) => format!("{name} is {}", show(value)),
        None => format!("{name} is absent"),
    }
}

/// Seconds, or days from two of them on.
pub(crate) fn show_duration(seconds: u64) -> String {
    match seconds {
        0..172_800 => format!("{seconds} s"),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn show_date(date: NumericDate, now: i64) -> String {
    let (moment, distance) = (UnixTime(date.floor()), date.floor().saturating_sub(now));
    match distance {
        0 => format!("{moment}, now"),
        1.. => format!("{moment}, in {}", show_duration(distance.unsigned_abs())),
        _ => format!("{moment}, {} ago", show_duration(distance.unsigned_abs())),
    }
}

fn show(value: &Json<'_>) -> String {
    match value {
        Json::Text(text) => Excerpt::of(text).to_string(),
        Json::List(values) => {
            let texts = values.iter().map(|value| value.as_text().unwrap_or("(not a string)"));
            format!("[{}]", list(texts))
        }
        Json::Integer(number) => number.to_string(),
        Json::Float(number) => format!("{number:e}"),
        Json::Bool(value) => value.to_string(),
        Json::Null => "null".to_owned(),
        Json::Object(_) => "an object".to_owned(),
    }
}

fn list(texts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut texts = texts.into_iter();
    let shown = texts.by_ref().take(MAX_SHOWN).map(|text| Excerpt::of(text.as_ref()).to_string());
    let shown = shown.collect::<Vec<_>>().join(", ");
    match texts.count() {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

//! What a token has for a rule, and what is accepted, in words.

use std::time::Duration;

use crate::claims::{Claims, NumericDate};
use crate::error::UnixTime;
use crate::token::CompactJws;
use crate::token::Json;
use crate::{ClaimRules, Excerpt};

/// The most entries of a list that are shown.
const MAX_SHOWN: usize = 8;

pub(super) fn length(token: &str, limit_bytes: usize) -> String {
    format!("{} bytes, at most {limit_bytes}", token.len())
}

pub(super) fn form(token: &str) -> String {
    format!("{} parts between dots", token.split('.').count())
}

pub(super) fn secrets(count: usize) -> String {
    format!("{count} configured")
}

pub(super) fn key_set(keys: Option<usize>, age: Option<Duration>) -> String {
    match keys.zip(age) {
        Some((keys, age)) => format!("{keys} usable, fetched {} ago", span(age.as_secs())),
        None => String::new(),
    }
}

pub(super) fn signature(jws: &CompactJws<'_>) -> String {
    format!("{} over header and payload", jws.header().algorithm())
}

pub(super) fn payload(is_proven: bool) -> &'static str {
    if is_proven { "a JSON object, signed" } else { "not proven: anybody could have written it" }
}

pub(super) fn user_id(claims: &Claims<'_>, rules: &ClaimRules) -> String {
    let name = Excerpt::of(&rules.user_id_claim);
    match claims.get(&rules.user_id_claim) {
        Some(value) => format!("{name} is {}", shown(value)),
        None => format!("{name} is absent"),
    }
}

pub(super) fn claim(name: &str, claims: &Claims<'_>, rules: &ClaimRules, now: i64) -> String {
    let Some(value) = claims.get(name) else {
        return format!("absent{}", accepted(name, rules));
    };
    match name {
        "exp" | "nbf" | "iat" => {
            NumericDate::parse(value).map_or_else(|| shown(value), |date| moment(date, now))
        }
        _ => format!("{}{}", shown(value), accepted(name, rules)),
    }
}

/// For the claims that are compared with a list.
fn accepted(name: &str, rules: &ClaimRules) -> String {
    let accepted = match name {
        "iss" => &rules.issuers,
        "aud" => &rules.audiences,
        _ => return String::new(),
    };
    if accepted.is_empty() {
        "; any is accepted".to_owned()
    } else {
        format!("; accepted: {}", list(accepted))
    }
}

fn moment(date: NumericDate, now: i64) -> String {
    let (moment, distance) = (UnixTime(date.floor()), date.floor().saturating_sub(now));
    match distance {
        0 => format!("{moment}, now"),
        1.. => format!("{moment}, in {}", span(distance.unsigned_abs())),
        _ => format!("{moment}, {} ago", span(distance.unsigned_abs())),
    }
}

fn span(seconds: u64) -> String {
    match seconds {
        0..172_800 => format!("{seconds} s"),
        _ => format!("{} days", seconds / 86_400),
    }
}

fn shown(value: &Json<'_>) -> String {
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
        Json::Object => "an object".to_owned(),
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

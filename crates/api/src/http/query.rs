//! Reads the query of a URL. A known parameter must be valid, and most have one value, however often they are sent; unknown
//! ones are ignored.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::http::problem::{FieldError, Problem};

/// The known parameters of a query, and the errors so far.
pub(crate) struct Parameters<'a> {
    values: Vec<(&'static str, Cow<'a, str>)>,
    errors: Vec<FieldError>,
}

impl<'a> Parameters<'a> {
    /// Reads the parameters of these names.
    pub(crate) fn read(query: &'a str, known: &[&'static str]) -> Self {
        let mut parameters = Self { values: Vec::new(), errors: Vec::new() };
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(name) = decode(name).and_then(|name| known.iter().find(|known| **known == name)) else {
                continue;
            };
            match decode(value) {
                None => parameters.reject(name, "must be UTF-8", "string_unicode"),
                Some(value) => parameters.values.push((name, value)),
            }
        }
        parameters
    }

    /// Removes and parses a parameter; `msg` is the error when that fails.
    pub(crate) fn take<T: PartialEq>(
        &mut self,
        name: &str,
        msg: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let mut taken = None;
        for (_, value) in self.values.extract_if(.., |(known, _)| *known == name) {
            let Some(value) = read(&value) else {
                self.errors.push(FieldError::query(name, msg, "value_error"));
                return None;
            };
            if taken.as_ref().is_some_and(|taken| *taken != value) {
                self.errors.push(FieldError::query(name, "is repeated with another value", "repeated"));
                return None;
            }
            taken = Some(value);
        }
        taken
    }

    /// Removes and parses a parameter with several names; those that are present must agree.
    pub(crate) fn take_aliases<T: PartialEq>(
        &mut self,
        names: &[&str],
        msg: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let mut taken: Option<(&str, T)> = None;
        for name in names {
            let Some(value) = self.take(name, msg, &read) else { continue };
            if let Some((first, _)) = taken.as_ref().filter(|(_, taken)| *taken != value) {
                self.reject(name, format!("contradicts {first}"), "contradiction");
                continue;
            }
            taken.get_or_insert((name, value));
        }
        taken.map(|(_, value)| value)
    }

    /// Removes all values of a parameter that may be repeated with other values.
    pub(crate) fn take_all(&mut self, name: &str) -> Vec<Cow<'a, str>> {
        self.values.extract_if(.., |(known, _)| *known == name).map(|(_, value)| value).collect()
    }

    /// Adds an error.
    pub(crate) fn reject(&mut self, name: &str, msg: impl Into<String>, kind: &'static str) {
        self.errors.push(FieldError::query(name, msg, kind));
    }

    /// Gives the value, unless there were errors.
    pub(crate) fn finish<T>(self, read: T) -> Result<T, Problem> {
        if self.errors.is_empty() { Ok(read) } else { Err(Problem::invalid(self.errors)) }
    }
}

fn decode(text: &str) -> Option<Cow<'_, str>> {
    if text.contains('+') {
        let spaced = text.replace('+', " ");
        return Some(Cow::Owned(percent_decode_str(&spaced).decode_utf8().ok()?.into_owned()));
    }
    percent_decode_str(text).decode_utf8().ok()
}

/// `true` or `1`, `false` or `0`, in any case.
pub(crate) fn boolean(value: &str) -> Option<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// Digits only.
pub(crate) fn unsigned_integer(value: &str) -> Option<u64> {
    if value.bytes().all(|byte| byte.is_ascii_digit()) { value.parse().ok() } else { None }
}

/// The size of a page, up to the largest one.
pub(crate) fn limit(max: u32) -> impl Fn(&str) -> Option<u32> {
    move |value| {
        let limit = unsigned_integer(value).and_then(|limit| u32::try_from(limit).ok());
        limit.filter(|limit| (1..=max).contains(limit))
    }
}

//! Reads the query of a URL. A known parameter must be valid, and most must appear only once; unknown
//! ones are ignored.

use std::borrow::Cow;
use std::collections::HashMap;

use percent_encoding::percent_decode_str;

use crate::http::problem::{FieldError, Problem};

/// The known parameters of a query, and the errors so far.
pub(crate) struct Parameters<'a> {
    values: HashMap<&'static str, Vec<Cow<'a, str>>>,
    errors: Vec<FieldError>,
}

impl<'a> Parameters<'a> {
    /// Reads the parameters of these names.
    pub(crate) fn read(query: &'a str, known: &[&'static str]) -> Self {
        let mut parameters = Self { values: HashMap::new(), errors: Vec::new() };
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let Some(name) = decode(name).and_then(|name| known.iter().find(|known| **known == name)) else {
                continue;
            };
            match decode(value) {
                None => parameters.reject(name, "must be UTF-8", "string_unicode"),
                Some(value) => parameters.values.entry(name).or_default().push(value),
            }
        }
        parameters
    }

    /// Removes and parses a parameter; `msg` is the error when that fails.
    pub(crate) fn take<T>(&mut self, name: &str, msg: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        let mut values = self.values.remove(name)?.into_iter();
        let value = values.next()?;
        if values.next().is_some() {
            self.reject(name, "must not be repeated", "repeated");
        }
        let read = read(&value);
        if read.is_none() {
            self.reject(name, msg, "value_error");
        }
        read
    }

    /// Removes all values of a parameter that may be repeated.
    pub(crate) fn take_all(&mut self, name: &str) -> Vec<Cow<'a, str>> {
        self.values.remove(name).unwrap_or_default()
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

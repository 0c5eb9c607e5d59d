//! `Prefer` (RFC 7240): what a request would like, and a response names if it was done.

use std::time::Duration;

use actix_web::http::header::{HeaderMap, HeaderName};

const PREFER: HeaderName = HeaderName::from_static("prefer");

/// Names the preference that was applied.
pub(crate) const PREFERENCE_APPLIED: HeaderName = HeaderName::from_static("preference-applied");

/// The value of the first preference of this name, without quotes.
pub(crate) fn value_of<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    let values = headers.get_all(PREFER).filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split([',', ';'])).find_map(|preference| {
        let (name, value) = preference.split_once('=')?;
        name.trim().eq_ignore_ascii_case(wanted).then(|| value.trim().trim_matches('"'))
    })
}

/// How old the response may be, in whole seconds: `max-age=5`. Other values are ignored.
pub(crate) fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let value = value_of(headers, "max-age")?;
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| Duration::from_secs(value.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    fn age(values: &[&'static str]) -> Option<u64> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(PREFER, HeaderValue::from_static(value));
        }
        max_age(&headers).map(|age| age.as_secs())
    }

    #[test]
    fn max_age_is_found_among_preferences() {
        for (values, seconds) in [
            (&["max-age=5"][..], Some(5)),
            (&["respond-async, Max-Age = \"7\"; x=y"], Some(7)),
            (&["return=minimal", "max-age=0"], Some(0)),
            (&["max-age=5, max-age=9"], Some(5)),
            (&["max-age=99999999999999999999"], Some(u64::MAX)),
            (&["max-age", "max-age=-1"], None),
            (&["max-age=1.5"], None),
            (&["max-age="], None),
            (&["max-aged=5"], None),
            (&[], None),
        ] {
            assert_eq!(age(values), seconds, "{values:?}");
        }
    }
}

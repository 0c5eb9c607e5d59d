//! Rule 10 for the headers and the query of a request.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::Value;

use super::bytes;
use crate::support::shared_secret;
use tasknook_auth::{RequestHead, TokenSource, authenticate, bearer_token, token_from};

/// No such headers are accepted, and each rejection is a valid response.
fn is_rejected_in_form(values: &[Vec<u8>]) -> bool {
    let error =
        pollster::block_on(authenticate(&shared_secret(), values.iter().map(Vec::as_slice))).unwrap_err();
    let problem: Value = serde_json::from_str(&error.problem()).unwrap();
    let challenge = error.challenge().unwrap().to_string();
    matches!(error.status(), 400 | 401)
        && problem["status"] == error.status()
        && challenge.starts_with("Bearer")
        && challenge.bytes().all(|byte| (b' '..=b'~').contains(&byte))
}

/// The scheme, in any case, something near it, or nothing; then spaces, or what is close to them.
fn near_bearer() -> impl Strategy<Value = Vec<u8>> {
    let start = "([Bb][Ee][Aa][Rr][Ee][Rr]|Basic|Bearer,|)[ \t,]{0,3}";
    (start, bytes(60), "[ \t]{0,2}")
        .prop_map(|(start, middle, end)| [start.as_bytes(), &middle, end.as_bytes()].concat())
}

/// A request with the same values in every header.
struct Head {
    values: Vec<Vec<u8>>,
    query: String,
}

impl RequestHead for Head {
    fn header_values(&self, _: &'static str) -> impl Iterator<Item = &[u8]> {
        self.values.iter().map(Vec::as_slice)
    }

    fn query(&self) -> &str {
        &self.query
    }
}

/// The name of the token, or something near it, and what separates it from others; or anything.
fn near_sources() -> impl Strategy<Value = Vec<u8>> {
    let pair = "(t|T|%74|%7|t2|)[=, ;&\t]{0,2}[a-c.%\"]{0,4}[,;& ]{0,2}";
    prop_oneof![vec(pair, 0..4).prop_map(|pairs| pairs.concat().into_bytes()), bytes(60)]
}

proptest! {
    #[test]
    fn a_token_of_any_source_is_in_the_request(
        values in vec(near_sources(), 0..3),
        query in near_sources(),
    ) {
        let head = Head { values, query: String::from_utf8_lossy(&query).into_owned() };
        for source in [
            TokenSource::AuthorizationHeader,
            TokenSource::Cookie("t".into()),
            TokenSource::WebSocketProtocol("t".into()),
            TokenSource::Query("t".into()),
        ] {
            if let Ok(token) = token_from(std::slice::from_ref(&source), &head) {
                let is_part = |value: &[u8]| value.windows(token.len()).any(|part| part == token.as_bytes());
                let is_query = matches!(source, TokenSource::Query(_)) && is_part(head.query.as_bytes());
                prop_assert!(is_query || head.values.iter().any(|value| is_part(value)), "{source:?} {token}");
                prop_assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
            }
        }
    }

    #[test]
    fn no_bytes_are_credentials(values in vec(bytes(60), 0..4)) {
        prop_assert!(is_rejected_in_form(&values));
    }

    #[test]
    fn no_bytes_after_the_scheme_are_credentials(values in vec(near_bearer(), 0..3)) {
        prop_assert!(is_rejected_in_form(&values));
    }

    #[test]
    fn a_found_token_is_the_text_after_the_scheme(value in near_bearer()) {
        if let Ok(token) = bearer_token([&value[..]].into_iter()) {
            let rest = str::from_utf8(&value[6..]).unwrap();
            prop_assert_eq!(token, rest.trim_matches(' '));
            prop_assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }
}

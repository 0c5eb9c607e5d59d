//! The reason, the status and the code of every error (rule 9).

use std::collections::{BTreeMap, HashSet};

use crate::error::one_of_each;
use crate::support::{claims, hs256, shared_secret, verify};
use crate::{AccessDenied, AuthError, Challenge, ClaimsError, CredentialsError, VerifyError};

const CREDENTIALS: [CredentialsError; 7] = [
    CredentialsError::Missing,
    CredentialsError::Malformed,
    CredentialsError::SeveralTokens,
    CredentialsError::EmptyToken,
    CredentialsError::Placeholder,
    CredentialsError::SessionCookie,
    CredentialsError::InvalidToken,
];

fn every_error() -> Vec<AuthError> {
    let tokens = one_of_each().into_iter().map(AuthError::from);
    CREDENTIALS.map(AuthError::from).into_iter().chain(tokens).chain(denied()).collect()
}

fn denied() -> Vec<AuthError> {
    let form = AccessDenied::from(claims_error());
    let (scope, role) = ("tasks".to_owned(), "admin".to_owned());
    let other = AccessDenied::Other { detail: "only employees have access" };
    let scope = AccessDenied::Scope { required: scope.clone(), scope };
    [scope, AccessDenied::Role { role }, form, other].map(AuthError::from).to_vec()
}

fn claims_error() -> ClaimsError {
    verify(&shared_secret(), &hs256(&claims())).unwrap().claims::<u8>().unwrap_err()
}

#[test]
fn each_missing_access_is_a_403_insufficient_scope() {
    for error in denied() {
        let challenge = error.challenge().unwrap();
        assert_eq!((error.status(), challenge.error_code()), (403, Some("insufficient_scope")), "{error}");
        assert_eq!(challenge.scope().is_some(), error.reason() == "insufficient_scope", "{error}");
        assert_eq!(challenge.to_string().contains("scope=\"tasks\""), challenge.scope().is_some());
    }
}

#[test]
fn each_has_a_label_of_its_own() {
    let labels: HashSet<_> = every_error().iter().map(AuthError::reason).collect();
    assert_eq!(labels.len(), every_error().len());
    assert!(labels.iter().all(|label| {
        label.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    }));
}

#[test]
fn each_is_an_invalid_token_or_unavailable() {
    for error in one_of_each() {
        let code = if error.is_unavailable() { None } else { Some("invalid_token") };
        assert_eq!(error.error_code(), code);
        assert_eq!(error.retry_after_seconds().is_some(), error.is_unavailable());
        let status = if error.is_unavailable() { 503 } else { 401 };
        assert_eq!(AuthError::from(error).status(), status);
    }
    let unavailable = one_of_each().into_iter().filter(VerifyError::is_unavailable);
    let reasons: Vec<_> = unavailable.map(|error| error.reason()).collect();
    assert_eq!(reasons, ["keys_unavailable", "unchecked_key"]);
}

#[test]
fn each_challenge_has_the_one_code_of_its_error() {
    for error in one_of_each().into_iter().filter(|error| !error.is_unavailable()) {
        let challenge = AuthError::from(error.clone()).challenge().unwrap();
        assert_eq!(challenge.error_code(), Some("invalid_token"), "{error}");
        assert_eq!(challenge.to_string().matches("error=").count(), 1, "{challenge}");
    }
    let codes = [None, Some("invalid_request"), Some("invalid_request")]
        .into_iter()
        .chain([Some("invalid_token"); 4]);
    for (error, code) in CREDENTIALS.into_iter().zip(codes) {
        assert_eq!((error.error_code(), Challenge::from(&error).error_code()), (code, code), "{error}");
    }
}

/// The table of errors in the README: the status of each reason.
fn documented() -> BTreeMap<&'static str, u16> {
    let readme = include_str!("../../README.md");
    let table = readme.split("\n## ").find(|section| section.starts_with("What each error means")).unwrap();
    let rows = table.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<_> = row.split('|').map(str::trim).collect();
        assert!(cells.len() == 6 && cells.iter().skip(1).take(4).all(|cell| !cell.is_empty()), "{row}");
        (cells[1].trim_matches('`'), cells[2].parse().unwrap())
    })
    .collect()
}

#[test]
fn the_readme_has_one_row_per_reason() {
    let expected: BTreeMap<_, _> =
        every_error().iter().map(|error| (error.reason(), error.status())).collect();
    assert_eq!(documented(), expected);
}

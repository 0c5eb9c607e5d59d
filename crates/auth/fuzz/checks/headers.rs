//! Checks of `Authorization` headers and lists of secrets. Each line of an input is one header; the whole input is a
//! list.

use std::sync::LazyLock;

use serde_json::Value;
use tasknook_auth::{
    AuthError, ClaimRules, CredentialsError, Keys, Secret, SharedSecretVerifier, authenticate, bearer_token,
};

static VERIFIER: LazyLock<SharedSecretVerifier> = LazyLock::new(|| {
    let rules = ClaimRules::for_better_auth("https://auth.example.test").unwrap();
    SharedSecretVerifier::new(vec!["0123456789abcdef0123456789abcdef".into()], rules).unwrap()
});

/// Panics when a check fails. Returns `<n>_secrets` for a list, `token` for headers with a token, and otherwise
/// the reason of the rejection.
pub(crate) fn check(input: &[u8]) -> String {
    let headers: Vec<_> = input.split(|byte| *byte == b'\n').collect();
    let bearer = bearer_token(headers.iter().copied());
    if let Ok(token) = bearer {
        check_token(&headers, token);
    }
    check_answer(&headers);
    for header in &headers {
        check_joined(header);
    }
    match str::from_utf8(input).ok().and_then(check_list) {
        Some(count) => format!("{count}_secrets"),
        None => bearer.map_or_else(CredentialsError::reason, |_| "token").to_owned(),
    }
}

/// Nothing is added to the one header and nothing but its scheme and spaces left out.
fn check_token(headers: &[&[u8]], token: &str) {
    let &[header] = headers else { panic!("a token of {} headers", headers.len()) };
    let (scheme, rest) = header.split_at("Bearer".len());
    assert!(scheme.eq_ignore_ascii_case(b"bearer"));
    assert!(rest.starts_with(b" "));
    assert_eq!(rest.iter().copied().filter(|byte| *byte != b' ').collect::<Vec<_>>(), token.as_bytes());
    assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
}

/// As a proxy joins it with another header, on either side, it is malformed.
fn check_joined(header: &[u8]) {
    for other in [&b"Bearer a.b.c"[..], b"Basic dTpw", b"Digest realm=\"r\""] {
        let behind = [header, b", ", other].concat();
        assert_eq!(bearer_token([&behind[..]].into_iter()), Err(CredentialsError::Malformed));
        if bearer_token([header].into_iter()).is_ok() {
            let in_front = [other, b",", header].concat();
            assert_eq!(bearer_token([&in_front[..]].into_iter()), Err(CredentialsError::Malformed));
        }
    }
}

/// No input without the secret gets an identity, and each rejection is a valid response.
fn check_answer(headers: &[&[u8]]) {
    let rejection: AuthError = match pollster::block_on(authenticate(&*VERIFIER, headers.iter().copied())) {
        Err(rejection) => rejection,
        Ok(identity) => panic!("made up {identity:?}"),
    };
    let problem: Value = serde_json::from_str(&rejection.problem()).unwrap();
    assert_eq!(problem["status"], rejection.status());
    assert!(matches!(rejection.status(), 400 | 401), "{}", rejection.status());
    let challenge = rejection.challenge().unwrap().to_string();
    assert!(challenge.starts_with("Bearer") && challenge.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
}

/// The number of secrets in the list; their `Debug` must be redacted.
fn check_list(list: &str) -> Option<usize> {
    let secrets = match Secret::parse_versioned_list(list) {
        Ok(secrets) => secrets,
        Err(rejection) => {
            assert!(rejection.to_string().len() < 100, "{rejection}");
            return None;
        }
    };
    assert_eq!(secrets.len(), list.split(',').count());
    assert!(secrets.iter().all(|secret| format!("{secret:?}") == "Secret(redacted)"));
    match Keys::from_secrets(&secrets) {
        Ok(keys) => assert_eq!(keys.len(), secrets.len()),
        Err(rejection) => assert!(rejection.to_string().len() < 200, "{rejection}"),
    }
    Some(secrets.len())
}

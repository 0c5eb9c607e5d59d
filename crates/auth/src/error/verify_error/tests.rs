//! Samples of every error, with the longest texts and the most extreme times that they can have.

use super::*;

pub(crate) fn one_of_each() -> Vec<VerifyError> {
    let long = || Excerpt::of(&"\r\n\"é".repeat(1000));
    vec![
        VerifyError::TooLong { limit_bytes: 8192 },
        VerifyError::NotThreeParts,
        VerifyError::SessionToken,
        VerifyError::InvalidBase64 { part: "header" },
        VerifyError::InvalidJson { part: "payload" },
        VerifyError::InvalidHeader { parameter: "alg", expected: "must be a string" },
        VerifyError::CriticalHeader,
        VerifyError::UnsupportedType { typ: long() },
        VerifyError::UnsupportedAlgorithm { algorithm: long() },
        VerifyError::AlgorithmMismatch { key_algorithm: "ES256" },
        VerifyError::MissingKeyId,
        VerifyError::UnknownKey { kid: long() },
        VerifyError::InvalidSignature,
        VerifyError::MissingClaim { claim: "sub".into() },
        VerifyError::InvalidClaim { claim: "sub".into(), expected: "must be a string" },
        VerifyError::Expired { expired_at: i64::MIN },
        VerifyError::NotYetValid { not_before: i64::MAX },
        VerifyError::IssuedInFuture { issued_at: i64::MAX },
        VerifyError::ExpiresBeforeIssue,
        VerifyError::LifetimeTooLong { expires_at: i64::MAX, limit_seconds: u64::MAX },
        VerifyError::TooOld { issued_at: 0, limit_seconds: 60 },
        VerifyError::UnknownIssuer { issuer: long() },
        VerifyError::UnknownAudience,
        VerifyError::KeysUnavailable { retry_after_seconds: 3 },
        VerifyError::UncheckedKey { kid: long(), retry_after_seconds: 3 },
    ]
}

#[test]
fn messages_are_short_and_printable() {
    for error in one_of_each() {
        let shown = error.to_string();
        assert!(shown.contains("token"), "{shown}");
        assert!(shown.len() < 500 && shown.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{shown}");
    }
}

//! Rule 9: an error says why, for a log and for a developer, and never shows the token, a secret, or what the
//! token says of a person. Each has one status, one label and at most one error code of RFC 6750.

mod codes;
mod messages;
mod secrecy;

use crate::{Excerpt, VerifyError};

fn one_of_each() -> Vec<VerifyError> {
    let long = || Excerpt::of(&"\r\n\"é".repeat(1000));
    vec![
        VerifyError::TooLong { limit_bytes: 8192 },
        VerifyError::NotThreeParts,
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
        VerifyError::LivesTooLong { expires_at: i64::MAX, limit_seconds: u64::MAX },
        VerifyError::TooOld { issued_at: 0, limit_seconds: 60 },
        VerifyError::UnknownIssuer { issuer: long() },
        VerifyError::UnknownAudience,
        VerifyError::KeysUnavailable { retry_after_seconds: 3 },
    ]
}

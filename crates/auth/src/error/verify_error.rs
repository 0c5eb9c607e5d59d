//! Why a token is not accepted.

use thiserror::Error;

use crate::Excerpt;
use crate::error::UnixTime;

/// The first rule that a token breaks, or why it could not be verified.
///
/// You can send the message to the client: it never contains the token or a secret, and its quotes from the token are
/// short and escaped. All but [`VerifyError::KeysUnavailable`] and [`VerifyError::UncheckedKey`] are RFC 6750's
/// `invalid_token`.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// Longer than the limit; it was not parsed.
    #[error("the token is longer than {limit_bytes} bytes")]
    TooLong {
        /// The limit, in bytes.
        limit_bytes: usize,
    },
    /// Not the compact serialization of a JWS (RFC 7515 §7.1).
    #[error("the token does not have three parts: header, payload and signature")]
    NotThreeParts,
    /// A part is not base64url without padding (RFC 7515 §2).
    #[error("the token's {part} is not base64url without padding")]
    InvalidBase64 {
        /// `header`, `payload` or `signature`.
        part: &'static str,
    },
    /// A part is not one JSON object in UTF-8 with unique member names.
    #[error("the token's {part} is not a JSON object with unique names")]
    InvalidJson {
        /// `header` or `payload`.
        part: &'static str,
    },
    /// A header parameter that is missing or has a value that no token may have.
    #[error("the token's header is invalid: \"{parameter}\" {expected}")]
    InvalidHeader {
        /// The parameter's name.
        parameter: &'static str,
        /// What it should have been.
        expected: &'static str,
    },
    /// The header has `crit`, and no extension is supported (RFC 7515 §4.1.11).
    #[error("the token's header requires extensions with \"crit\", but none is supported")]
    CriticalHeader,
    /// The `typ` of another kind of token, such as a session cookie (RFC 8725 §3.11).
    #[error("the token is of type {typ}; only JWT and at+jwt are accepted")]
    UnsupportedType {
        /// The `typ` of the header.
        typ: Excerpt,
    },
    /// No configured trust anchor verifies this algorithm.
    #[error("the token's algorithm {algorithm} is not accepted")]
    UnsupportedAlgorithm {
        /// The `alg` of the header.
        algorithm: Excerpt,
    },
    /// The key is for another algorithm than the header names (RFC 8725 §3.1).
    #[error("the token's algorithm is not that of its key, {key_algorithm}")]
    AlgorithmMismatch {
        /// The algorithm of the key.
        key_algorithm: &'static str,
    },
    /// The header has no `kid`, and the key set has several keys.
    #[error("the token has no \"kid\", but the key set has several keys")]
    MissingKeyId,
    /// The key set has no usable key with that `kid`. It was fetched after the token arrived, or an earlier set had the
    /// key and a fetch for it within the cooldown did not find it.
    #[error("the token's key {kid} is not in the issuer's key set")]
    UnknownKey {
        /// The `kid` of the header.
        kid: Excerpt,
    },
    /// The signature does not match any key that the token could be signed with.
    #[error("the token's signature is wrong")]
    InvalidSignature,
    /// A required claim is missing.
    #[error("the token has no claim \"{claim}\"")]
    MissingClaim {
        /// The claim's name, from the configuration.
        claim: String,
    },
    /// A claim has a value that is never accepted.
    #[error("the token's claim \"{claim}\" {expected}")]
    InvalidClaim {
        /// The claim's name, from the configuration.
        claim: String,
        /// What it should have been.
        expected: &'static str,
    },
    /// The expiry is in the past, by more than the leeway.
    #[error("the token expired at {}", UnixTime(*expired_at))]
    Expired {
        /// `exp`, in seconds since 1970.
        expired_at: i64,
    },
    /// The token is not valid yet.
    #[error("the token is not valid before {}", UnixTime(*not_before))]
    NotYetValid {
        /// `nbf`, in seconds since 1970.
        not_before: i64,
    },
    /// The time of issue is in the future.
    #[error("the token was issued in the future, at {}", UnixTime(*issued_at))]
    IssuedInFuture {
        /// `iat`, in seconds since 1970.
        issued_at: i64,
    },
    /// The token expires before it was issued.
    #[error("the token expires before it was issued")]
    ExpiresBeforeIssue,
    /// The expiry is too far in the future.
    #[error("the token expires at {}, more than {limit_seconds} seconds ahead", UnixTime(*expires_at))]
    LifetimeTooLong {
        /// `exp`, in seconds since 1970.
        expires_at: i64,
        /// The furthest expiry that is accepted, in seconds from now.
        limit_seconds: u64,
    },
    /// The token was issued longer ago than the configured age.
    #[error("the token was issued at {}, more than {limit_seconds} seconds ago", UnixTime(*issued_at))]
    TooOld {
        /// `iat`, in seconds since 1970.
        issued_at: i64,
        /// The oldest age that is accepted, in seconds.
        limit_seconds: u64,
    },
    /// The issuer is not one of the configured ones.
    #[error("the token's issuer {issuer} is not among the accepted ones")]
    UnknownIssuer {
        /// The `iss` claim.
        issuer: Excerpt,
    },
    /// The token was issued for another service.
    #[error("the token's audience does not include this service")]
    UnknownAudience,
    /// There is no key set: none was ever fetched, or the last one is stale.
    #[error("cannot verify the token: the issuer's keys are unavailable")]
    KeysUnavailable {
        /// The seconds after which a client should retry; at least 1.
        retry_after_seconds: u64,
    },
    /// The key set in use has no key with that `kid`, and a newer one could not be fetched yet: the fetch failed, or the
    /// limit of fetches for unknown keys is reached. The key can be a new one, so the token is not rejected.
    #[error(
        "cannot verify the token: its key {kid} is unknown, and the issuer's key set cannot be fetched now"
    )]
    UncheckedKey {
        /// The `kid` of the header.
        kid: Excerpt,
        /// The seconds after which a client should retry; at least 1.
        retry_after_seconds: u64,
    },
    /// Not a JWT, but a text of the form of Better Auth's session tokens, or of the cookie with one.
    #[error(
        "the token has the form of a session token, which is not a JWT; use the one from /api/auth/token"
    )]
    SessionToken,
}

impl VerifyError {
    /// A stable label for logs and metrics, in `snake_case`; one per variant.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "too_long",
            Self::NotThreeParts => "not_three_parts",
            Self::SessionToken => "session_token",
            Self::InvalidBase64 { .. } => "invalid_base64",
            Self::InvalidJson { .. } => "invalid_json",
            Self::InvalidHeader { .. } => "invalid_header",
            Self::CriticalHeader => "critical_header",
            Self::UnsupportedType { .. } => "unsupported_type",
            Self::UnsupportedAlgorithm { .. } => "unsupported_algorithm",
            Self::AlgorithmMismatch { .. } => "algorithm_mismatch",
            Self::MissingKeyId => "missing_key_id",
            Self::UnknownKey { .. } => "unknown_key",
            Self::InvalidSignature => "invalid_signature",
            Self::MissingClaim { .. } => "missing_claim",
            Self::InvalidClaim { .. } => "invalid_claim",
            Self::Expired { .. } => "expired",
            Self::NotYetValid { .. } => "not_yet_valid",
            Self::IssuedInFuture { .. } => "issued_in_future",
            Self::ExpiresBeforeIssue => "expires_before_issue",
            Self::LifetimeTooLong { .. } => "lives_too_long",
            Self::TooOld { .. } => "too_old",
            Self::UnknownIssuer { .. } => "unknown_issuer",
            Self::UnknownAudience => "unknown_audience",
            Self::KeysUnavailable { .. } => "keys_unavailable",
            Self::UncheckedKey { .. } => "unchecked_key",
        }
    }

    /// Whether the token could not be verified, rather than being rejected: a 503, not a 401.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::KeysUnavailable { .. } | Self::UncheckedKey { .. })
    }

    /// The error code of RFC 6750 §3.1; none when the token could not be verified.
    #[must_use]
    pub fn error_code(&self) -> Option<&'static str> {
        (!self.is_unavailable()).then_some("invalid_token")
    }

    /// For `Retry-After`, when the token could not be verified.
    #[must_use]
    pub fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::KeysUnavailable { retry_after_seconds }
            | Self::UncheckedKey { retry_after_seconds, .. } => Some(*retry_after_seconds),
            _ => None,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;

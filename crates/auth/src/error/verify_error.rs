//! Why a token was not accepted.

use thiserror::Error;

use crate::Excerpt;
use crate::error::UnixTime;

/// The first rule that a token broke, or why it could not be judged.
///
/// What it displays may go to the caller: it never holds the token or a secret, and what it quotes of the token is
/// short and escaped. All but [`VerifyError::KeysUnavailable`] are RFC 6750's `invalid_token`.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// Longer than the limit; nothing of it was read.
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
    #[error("the token's header is not acceptable: \"{parameter}\" {expected}")]
    InvalidHeader {
        /// The parameter's name.
        parameter: &'static str,
        /// What it should have been.
        expected: &'static str,
    },
    /// The header has `crit`, and no extension is understood here (RFC 7515 §4.1.11).
    #[error("the token's header demands extensions with \"crit\", and none is supported")]
    CriticalHeader,
    /// The `typ` of another kind of token, such as a session cookie (RFC 8725 §3.11).
    #[error("the token is of type {typ}; only JWT and at+jwt are accepted")]
    UnsupportedType {
        /// The `typ` of the header.
        typ: Excerpt,
    },
    /// No configured trust root verifies this algorithm.
    #[error("the token's algorithm {algorithm} is not accepted here")]
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
    /// The header names no key, and the key set holds several.
    #[error("the token names no key (\"kid\"), and the issuer has several")]
    MissingKeyId,
    /// The key set holds no usable key of that name.
    #[error("the token's key {kid} is not one of the issuer's")]
    UnknownKey {
        /// The `kid` of the header.
        kid: Excerpt,
    },
    /// The signature is not that of any key it could be from.
    #[error("the token's signature is wrong")]
    InvalidSignature,
    /// A required claim is missing.
    #[error("the token has no claim \"{claim}\"")]
    MissingClaim {
        /// The claim's name, from the configuration.
        claim: String,
    },
    /// A claim has a value that cannot be accepted whatever the time.
    #[error("the token's claim \"{claim}\" {expected}")]
    InvalidClaim {
        /// The claim's name, from the configuration.
        claim: String,
        /// What it should have been.
        expected: &'static str,
    },
    /// The expiry lies further back than the leeway.
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
    /// The token says that it was issued later than now.
    #[error("the token was issued in the future, at {}", UnixTime(*issued_at))]
    IssuedInFuture {
        /// `iat`, in seconds since 1970.
        issued_at: i64,
    },
    /// The token expires before it was issued.
    #[error("the token expires before it was issued")]
    ExpiresBeforeIssue,
    /// The expiry lies further ahead than any token's may.
    #[error("the token expires at {}, more than {limit_seconds} seconds ahead", UnixTime(*expires_at))]
    LivesTooLong {
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
    /// There is no key set to judge by: none was ever fetched, or the last one is too old to trust.
    #[error("the token cannot be judged: the issuer's keys are not available")]
    KeysUnavailable {
        /// After how many seconds another try makes sense; at least 1.
        retry_after_seconds: u64,
    },
}

impl VerifyError {
    /// A stable label for logs and metrics, in `snake_case`; one per variant.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::TooLong { .. } => "too_long",
            Self::NotThreeParts => "not_three_parts",
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
            Self::LivesTooLong { .. } => "lives_too_long",
            Self::TooOld { .. } => "too_old",
            Self::UnknownIssuer { .. } => "unknown_issuer",
            Self::UnknownAudience => "unknown_audience",
            Self::KeysUnavailable { .. } => "keys_unavailable",
        }
    }

    /// Whether there is no key to check the signature with.
    pub(crate) fn is_about_the_key(&self) -> bool {
        matches!(
            self,
            Self::UnknownKey { .. }
                | Self::MissingKeyId
                | Self::AlgorithmMismatch { .. }
                | Self::KeysUnavailable { .. }
        )
    }

    /// Whether the token could not be judged, rather than being refused: a 503, not a 401.
    #[must_use]
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::KeysUnavailable { .. })
    }

    /// The error code of RFC 6750 §3.1; none when the token could not be judged.
    #[must_use]
    pub fn error_code(&self) -> Option<&'static str> {
        (!self.is_unavailable()).then_some("invalid_token")
    }

    /// For `Retry-After`, when the token could not be judged.
    #[must_use]
    pub fn retry_after_seconds(&self) -> Option<u64> {
        match self {
            Self::KeysUnavailable { retry_after_seconds } => Some(*retry_after_seconds),
            _ => None,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;

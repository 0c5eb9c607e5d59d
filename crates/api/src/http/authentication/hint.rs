//! What an operator can do about a rejected token. The crate that verifies tokens does not know the settings of this
//! service, so its errors cannot name them.

use auth::VerifyError;

/// The advice for the log and for `tasknook verify`.
pub(crate) fn hint(error: &VerifyError) -> Option<&'static str> {
    match error {
        // Each trust anchor accepts all of its algorithms, so the one for these is not configured.
        VerifyError::UnsupportedAlgorithm { algorithm } => match algorithm.to_string().trim_matches('"') {
            "HS256" => {
                Some("no shared secret is configured: set BETTER_AUTH_SECRET if Better Auth signs with it")
            }
            "EdDSA" | "Ed25519" | "ES256" | "ES384" | "ES512" | "RS256" | "RS384" | "RS512" | "PS256"
            | "PS384" | "PS512" => {
                Some("no key set is configured: set BETTER_AUTH_URL, whose keys sign tokens of jwt()")
            }
            _ => None,
        },
        VerifyError::LifetimeTooLong { .. } => Some("auth.max_token_lifetime_seconds sets the limit"),
        VerifyError::TooLong { .. } => Some("limits.max_token_bytes sets the limit"),
        VerifyError::TooOld { .. } => Some("auth.max_age_seconds sets the limit"),
        VerifyError::UnknownIssuer { .. } => Some(
            "BETTER_AUTH_URL or auth.issuers names the accepted issuers; `tasknook check-config` shows them",
        ),
        VerifyError::UnknownAudience => Some(
            "BETTER_AUTH_URL or auth.audiences names the accepted audiences; `tasknook check-config` shows them",
        ),
        VerifyError::UncheckedKey { .. } => Some(
            "auth.jwks_cooldown_seconds limits the fetches for unknown keys; see the log for fetches that fail",
        ),
        VerifyError::InvalidSignature => Some(
            "compare the secrets byte by byte, quotes and line ends included; pipe the token to `tasknook verify`",
        ),
        _ => None,
    }
}

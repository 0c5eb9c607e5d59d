//! A token that is used for longer than one request.

use std::time::Duration;

use auth::{Identity, TokenVerifier};
use domain::Timestamp;

use crate::state::AppState;

/// A token that was verified when a stream was opened, and must stay valid.
pub(crate) struct HeldToken {
    text: Box<str>,
    valid_until_unix: i64,
}

/// Whether a token is still accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Validity {
    /// It is.
    Valid,
    /// Its time is over, or its key has left the key set.
    Ended,
    /// The keys that verify it are unavailable.
    Unknown,
}

impl HeldToken {
    pub(super) fn new(text: &str, identity: &Identity) -> Self {
        Self { text: text.into(), valid_until_unix: identity.valid_until_unix() }
    }

    /// The time until the end of the token, without the leeway: a request may be late, a stream has no reason to be.
    pub(crate) fn remaining(&self, now: Timestamp) -> Duration {
        let milliseconds = self.valid_until_unix.saturating_mul(1000).saturating_sub(now.unix_millis());
        Duration::from_millis(u64::try_from(milliseconds).unwrap_or_default())
    }

    /// Verifies it again, which is a look-up in the cache unless the key set has changed.
    pub(crate) async fn check(&self, state: &AppState) -> Validity {
        if self.remaining(state.tasks.now()).is_zero() {
            return Validity::Ended;
        }
        match state.verifier.verify(&self.text).await {
            Ok(_) => Validity::Valid,
            Err(error) if error.is_unavailable() => Validity::Unknown,
            Err(_) => Validity::Ended,
        }
    }
}

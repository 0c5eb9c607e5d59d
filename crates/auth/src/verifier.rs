//! What every verifier has: the trait, its ports for time and for notifications, the options, and a trust anchor with the
//! cache of tokens that it verified. [`SharedSecretVerifier`] is here too, since it is one trust anchor that never
//! changes.

mod options;
mod shared_secret;
mod trust_anchor;

use std::future::Future;
use std::pin::Pin;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::{Identity, VerifyError};

pub(crate) use options::Policy;
pub use options::{CacheOptions, VerifierOptions};
pub use shared_secret::SharedSecretVerifier;
pub(crate) use trust_anchor::{RawToken, TrustAnchor};

/// A boxed future that can move between threads, as an object-safe trait has to return it.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Verifies a token and returns the identity of its user.
///
/// The future is independent of any runtime: every executor can poll it.
pub trait TokenVerifier: Send + Sync {
    /// Verifies `token`, a JWT in the compact serialization (RFC 7519 §7.2), without the `Bearer` in front.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] names the first rule that the token breaks. With [`VerifyError::is_unavailable`] you distinguish
    /// a token that could not be verified from one that is rejected.
    fn verify<'a>(&'a self, token: &'a str) -> BoxFuture<'a, Result<Identity, VerifyError>>;

    /// The identity of a token that was verified before and is still valid, without the work of a verification: for a
    /// service that limits the verifications of a caller who sends many bad tokens. None for every other token, and from
    /// a verifier without a cache.
    fn cached(&self, token: &str) -> Option<Identity> {
        let _ = token;
        None
    }
}

/// The time: calendar time for claims, and monotonic time for the age of a key set.
pub trait Clock: Send + Sync {
    /// Whole seconds since 1970-01-01T00:00:00Z, as in `exp`, `nbf` and `iat` (RFC 7519 §2, `NumericDate`).
    fn unix_seconds(&self) -> i64;

    /// Time since an arbitrary fixed moment; must never go back, even when the calendar does.
    fn monotonic(&self) -> Duration {
        static START: OnceLock<Instant> = OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }
}

/// The system clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn unix_seconds(&self) -> i64 {
        // Before 1970 every token is issued in the future and rejected, which is the safe side.
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX)
    }
}

/// Receives a notification of each verdict and each fetch. Every method does nothing unless you implement it.
///
/// The methods run on the path of a request or on the thread that fetches, so they must be quick and must not block.
/// Labels are `snake_case` and stable: [`VerifyError::reason`], [`FetchError::reason`](crate::FetchError::reason).
pub trait Observer: Send + Sync {
    /// A token was accepted.
    fn verified(&self, by: VerifiedBy) {
        let _ = by;
    }

    /// A token was rejected, or could not be verified.
    fn rejected(&self, error: &VerifyError) {
        let _ = error;
    }

    /// A key set was fetched and is used as soon as this returns: the number of usable keys, and the duration of the
    /// fetch.
    fn keys_fetched(&self, keys: usize, elapsed: Duration) {
        let _ = (keys, elapsed);
    }

    /// A key set could not be fetched, or the response could not be used; the last good one, if any, stays in use,
    /// unless the only key has leaked (reason `private_key`).
    fn fetch_failed(&self, reason: &'static str, elapsed: Duration) {
        let _ = (reason, elapsed);
    }
}

/// Where the verdict on an accepted token comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VerifiedBy {
    /// Its signature was verified now.
    Signature,
    /// It is in the cache of verified tokens.
    Cache,
}

/// Observes nothing.
struct NoObserver;

impl Observer for NoObserver {}

/// An identity and where it comes from, before the observer is notified.
pub(crate) type Verdict = Result<(Identity, VerifiedBy), VerifyError>;

/// Notifies the observer, once per request.
pub(crate) fn notify(observer: &dyn Observer, verdict: Verdict) -> Result<Identity, VerifyError> {
    match verdict {
        Ok((identity, by)) => {
            observer.verified(by);
            Ok(identity)
        }
        Err(error) => {
            observer.rejected(&error);
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests;

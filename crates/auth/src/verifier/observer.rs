//! Metrics and observability: a notification for each verdict, and for each fetch of a key set.

use std::time::Duration;

use crate::{Identity, VerifyError};

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

    /// A key set could not be fetched, or the response could not be used; the last good one, if any, stays in use.
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
pub(super) struct NoObserver;

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

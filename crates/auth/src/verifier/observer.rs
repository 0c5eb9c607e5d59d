//! What an operator can see: each verdict, and each fetch of a key set.

use std::time::Duration;

use crate::{Identity, VerifyError};

/// Is told of what happens, to count it; every method does nothing until it is written.
///
/// The methods run on the request's own path or on the thread that fetches, so they have to be quick and must not
/// block. Labels are `snake_case` and stable: [`VerifyError::reason`], [`FetchError::reason`](crate::FetchError::reason).
pub trait Observer: Send + Sync {
    /// A token was accepted.
    fn verified(&self, by: VerifiedBy) {
        let _ = by;
    }

    /// A token was refused, or could not be judged.
    fn refused(&self, error: &VerifyError) {
        let _ = error;
    }

    /// A key set was fetched and comes into use when this returns: how many usable keys it holds, and how long the fetch
    /// took.
    fn keys_fetched(&self, keys: usize, elapsed: Duration) {
        let _ = (keys, elapsed);
    }

    /// A key set could not be fetched, or the answer could not be used; the last good one, if any, stays in use.
    fn fetch_failed(&self, reason: &'static str, elapsed: Duration) {
        let _ = (reason, elapsed);
    }
}

/// What an accepted token was accepted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VerifiedBy {
    /// Its signature was verified now.
    Signature,
    /// It is remembered from a short while ago.
    Memory,
}

/// Watches nothing.
pub(crate) struct NoObserver;

impl Observer for NoObserver {}

/// An identity and what it was accepted by, before anybody was told.
pub(crate) type Verdict = Result<(Identity, VerifiedBy), VerifyError>;

/// Tells the observer, once a request.
pub(crate) fn tell(observer: &dyn Observer, verdict: Verdict) -> Result<Identity, VerifyError> {
    match verdict {
        Ok((identity, by)) => {
            observer.verified(by);
            Ok(identity)
        }
        Err(error) => {
            observer.refused(&error);
            Err(error)
        }
    }
}

#[cfg(test)]
mod tests;

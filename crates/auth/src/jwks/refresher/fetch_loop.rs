//! What the thread does: wait until a fetch is due or asked for, fetch, publish, wake who waits.

use std::error::Error;
use std::iter::successors;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use thiserror::Error;

use super::{Shared, Snapshot};
use crate::jwks::key_set::{KeySet, KeySetError};
use crate::jwks::{FetchError, FetchedKeys, JwksSource};

/// The body of the last good set, so that an unchanged one is neither read nor logged about again.
struct LastGood {
    body: Vec<u8>,
    keys: Arc<KeySet>,
}

#[derive(Debug, Error)]
enum RefreshError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    KeySet(#[from] KeySetError),
    #[error("the source of the key set panicked")]
    Panic,
}

impl Shared {
    pub(super) fn run(&self, source: &dyn JwksSource) {
        let mut last_good = None;
        while self.wait_for_work() {
            // Requests wait for the end of a fetch, so the thread outlives a source that panics.
            let result = catch_unwind(AssertUnwindSafe(|| refresh(source, &mut last_good)));
            self.finish(result.unwrap_or(Err(RefreshError::Panic)));
        }
    }

    /// True when there is a fetch to make, false when it is over.
    fn wait_for_work(&self) -> bool {
        let mut state = self.lock();
        loop {
            if state.is_stopped {
                return false;
            }
            let wait = state.schedule.wait(self.clock.monotonic());
            if state.is_fetching || wait.is_zero() {
                state.is_fetching = true;
                return true;
            }
            state = self.wake.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Publishes before it wakes, so that who waited finds the new set.
    fn finish(&self, result: Result<Arc<KeySet>, RefreshError>) {
        let now = self.clock.monotonic();
        let error = match result {
            Ok(keys) => {
                tracing::debug!(keys = keys.len(), "the key set was fetched");
                self.current.store(Some(Arc::new(Snapshot { keys, fetched_at: now })));
                None
            }
            Err(error) => Some(error),
        };
        let mut state = self.lock();
        match &error {
            None => state.schedule.succeeded(now, fastrand::f64()),
            Some(error) => state.schedule.failed(now, error.retry_after(), fastrand::f64()),
        }
        state.is_fetching = false;
        state.is_first = false;
        let waiting = std::mem::take(&mut state.waiting);
        let wait = state.schedule.wait(now);
        drop(state);
        for request in waiting {
            // A request that was cancelled waits no more.
            let _ = request.send(());
        }
        if let Some(error) = error {
            log_failure(&error, wait);
        }
    }
}

fn refresh(source: &dyn JwksSource, last_good: &mut Option<LastGood>) -> Result<Arc<KeySet>, RefreshError> {
    let FetchedKeys { body } = source.fetch()?;
    if let Some(same) = last_good.as_ref().filter(|last| last.body == body) {
        return Ok(Arc::clone(&same.keys));
    }
    let keys = Arc::new(KeySet::parse(&body)?);
    tracing::info!(keys = keys.len(), "a new key set is in use");
    *last_good = Some(LastGood { body, keys: Arc::clone(&keys) });
    Ok(keys)
}

fn log_failure(error: &RefreshError, retry_in: Duration) {
    let causes: Vec<_> =
        successors(error.source(), |cause: &&dyn Error| (*cause).source()).map(ToString::to_string).collect();
    tracing::warn!(%error, ?causes, ?retry_in, "the key set could not be fetched; the last good one, if any, stays in use");
}

impl RefreshError {
    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Fetch(error) => error.retry_after(),
            Self::KeySet(_) | Self::Panic => None,
        }
    }
}

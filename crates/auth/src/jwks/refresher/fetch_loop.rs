//! What the thread does: wait until a fetch is due or asked for, fetch, publish, wake who waits.

use std::error::Error;
use std::iter::successors;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use thiserror::Error;

use super::{Shared, Snapshot};
use crate::jwks::{FetchError, FetchedKeys, JwksSource};
use crate::keys::{KeySetError, Keys};
use crate::verifier::TrustRoot;

/// The last bodies of either kind, so that one that comes again is neither read nor logged about again, and a good one
/// keeps its memory of verified tokens.
#[derive(Default)]
struct Seen {
    good: Option<(Vec<u8>, Arc<TrustRoot>)>,
    bad: Option<(Vec<u8>, KeySetError)>,
}

/// Lets go of the requests that wait when the thread ends, however it ends: a clock or a log that panics ends it.
struct End<'a>(&'a Shared);

impl Drop for End<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.is_stopped = true;
        state.waiting.clear();
    }
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
        let _end = End(self);
        let mut seen = Seen::default();
        while self.wait_for_work() {
            let start = self.now();
            // Requests wait for the end of a fetch, so the thread outlives a source that panics, and an observer.
            let result = catch_unwind(AssertUnwindSafe(|| self.refresh(source, &mut seen)));
            let result = result.unwrap_or(Err(RefreshError::Panic));
            let elapsed = self.now().saturating_sub(start);
            let _ = catch_unwind(AssertUnwindSafe(|| self.tell(&result, elapsed)));
            self.finish(result);
        }
    }

    fn refresh(&self, source: &dyn JwksSource, seen: &mut Seen) -> Result<Arc<TrustRoot>, RefreshError> {
        let FetchedKeys { body } = source.fetch()?;
        if let Some((_, root)) = seen.good.as_ref().filter(|(good, _)| *good == body) {
            return Ok(Arc::clone(root));
        }
        if let Some((_, error)) = seen.bad.as_ref().filter(|(bad, _)| *bad == body) {
            return Err((*error).into());
        }
        let keys = Keys::from_jwks(&body).inspect_err(|error| seen.bad = Some((body.clone(), *error)))?;
        let root = Arc::new(TrustRoot::new(keys, self.options.memory));
        tracing::info!(keys = root.keys().len(), "a new key set is in use");
        seen.good = Some((body, Arc::clone(&root)));
        Ok(root)
    }

    /// True when there is a fetch to make, false when it is over.
    fn wait_for_work(&self) -> bool {
        let mut state = self.lock();
        loop {
            if state.is_stopped {
                return false;
            }
            let wait = state.schedule.wait(self.now());
            if state.is_fetching || wait.is_zero() {
                state.is_fetching = true;
                return true;
            }
            state = self.wake.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Before the requests that wait go on, so that whoever asks next has been told.
    fn tell(&self, result: &Result<Arc<TrustRoot>, RefreshError>, elapsed: Duration) {
        match result {
            Ok(root) => self.options.observer.keys_fetched(root.keys().len(), elapsed),
            Err(error) => self.options.observer.fetch_failed(error.reason(), elapsed),
        }
    }

    /// Publishes before it wakes, so that who waited finds the new set.
    fn finish(&self, result: Result<Arc<TrustRoot>, RefreshError>) {
        let now = self.now();
        let error = match result {
            Ok(root) => {
                tracing::debug!(keys = root.keys().len(), "the key set was fetched");
                self.current.store(Some(Arc::new(Snapshot { root, fetched_at: now })));
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

fn log_failure(error: &RefreshError, retry_in: Duration) {
    let causes: Vec<_> =
        successors(error.source(), |cause: &&dyn Error| (*cause).source()).map(ToString::to_string).collect();
    tracing::warn!(%error, ?causes, ?retry_in, "the key set could not be fetched; the last good one, if any, stays in use");
}

impl RefreshError {
    fn reason(&self) -> &'static str {
        match self {
            Self::Fetch(error) => error.reason(),
            Self::KeySet(KeySetError::NotAKeySet) => "not_a_key_set",
            Self::KeySet(KeySetError::NoUsableKey) => "no_usable_key",
            Self::Panic => "panic",
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Fetch(error) => error.retry_after(),
            Self::KeySet(_) | Self::Panic => None,
        }
    }
}

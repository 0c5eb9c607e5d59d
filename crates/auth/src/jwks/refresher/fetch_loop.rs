//! The loop of the thread: wait until a fetch is due or requested, fetch, publish the set, wake the requests that wait.

use std::error::Error;
use std::io;
use std::iter::successors;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use thiserror::Error;

use super::source_caller::SourceCaller;
use super::{Core, SharedState, Snapshot};
use crate::jwks::schedule::Failure;
use crate::jwks::{FetchError, FetchedKeys, JwksSource};
use crate::keys::{KeySetError, Keys, LeakedKeys};
use crate::verifier::TrustAnchor;

/// The last good and the last bad response, so that a repeated one is neither parsed nor logged again. A repeated good
/// one also keeps its trust anchor, and with it the cache of verified tokens.
#[derive(Default)]
struct LastBodies {
    good: Option<(Vec<u8>, Arc<TrustAnchor>)>,
    bad: Option<(Vec<u8>, KeySetError)>,
}

/// A good set, how long the issuer states that it is current, and how old it was when it was received.
struct Refreshed {
    anchor: Arc<TrustAnchor>,
    age: Duration,
    max_age: Option<Duration>,
}

/// Fetches that fail one after the other.
struct Failing {
    since: Duration,
    fetches: u64,
}

/// Releases the requests that wait when the thread ends, also by the panic of a clock or a log; they would wait for
/// ever.
struct StopGuard<'a>(&'a Core);

impl Drop for StopGuard<'_> {
    fn drop(&mut self) {
        self.0.stop();
    }
}

#[derive(Debug, Error)]
pub(super) enum RefreshError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    KeySet(#[from] KeySetError),
    #[error("the source of the key set panicked")]
    Panic,
    #[error("earlier fetches of the key set have not ended")]
    Stuck,
    #[error("cannot start a thread to fetch the key set")]
    Thread(#[source] io::Error),
}

impl SharedState {
    pub(super) fn run(&self, core: &Core, source: Arc<dyn JwksSource>) {
        let _guard = StopGuard(core);
        let mut caller = SourceCaller::new(source);
        let mut last = LastBodies::default();
        let mut failing = None;
        while let Some((fetch, is_requested)) = self.wait_for_work(core) {
            let start = self.now();
            // The source and the observer are the caller's code. A panic of the source is a failed fetch, one of the
            // observer is ignored: a verifier whose thread is gone never gets a new key.
            let result = catch_unwind(AssertUnwindSafe(|| {
                let result = self.refresh(&mut caller, is_requested, &mut last);
                if result.is_err() && self.current.load().is_none() {
                    self.fall_back(&caller, &mut last);
                }
                result
            }));
            let result = result.unwrap_or(Err(RefreshError::Panic));
            let elapsed = self.now().saturating_sub(start);
            let _ = catch_unwind(AssertUnwindSafe(|| self.notify(&result, elapsed)));
            self.publish(core, fetch, &result, caller.location().as_deref(), &mut failing);
        }
    }

    fn refresh(
        &self,
        caller: &mut SourceCaller,
        is_requested: bool,
        last: &mut LastBodies,
    ) -> Result<Refreshed, RefreshError> {
        let FetchedKeys { body, max_age, age } = caller.fetch(is_requested)?;
        if let Some((_, anchor)) = last.good.as_ref().filter(|(good, _)| *good == body) {
            return Ok(Refreshed { anchor: Arc::clone(anchor), age, max_age });
        }
        if let Some((_, error)) = last.bad.as_ref().filter(|(bad, _)| *bad == body) {
            return Err((*error).into());
        }
        let keys = self.parse(&body).inspect_err(|error| {
            if *error == KeySetError::PrivateKey {
                // Its cache has tokens of the key that leaked.
                last.good = None;
            }
            last.bad = Some((body.clone(), *error));
        })?;
        let anchor = Arc::new(TrustAnchor::new(keys, self.options.cache));
        tracing::info!(url = caller.location(), keys = anchor.keys().len(), "loaded new key set");
        last.good = Some((body, Arc::clone(&anchor)));
        Ok(Refreshed { anchor, age, max_age })
    }

    /// Without the keys that have leaked.
    fn parse(&self, body: &[u8]) -> Result<Keys, KeySetError> {
        let mut leaked = LeakedKeys::clone(&self.leaked.load());
        let keys = Keys::from_later_jwks(body, &mut leaked);
        self.leaked.store(Arc::new(leaked));
        keys
    }

    /// Starts with the source's earlier set. It is not one that was fetched, neither for the schedule nor for the observer.
    fn fall_back(&self, caller: &SourceCaller, last: &mut LastBodies) {
        let Some(FetchedKeys { body, age, .. }) = caller.fallback() else { return };
        let Ok(keys) = self.parse(&body) else { return };
        let anchor = Arc::new(TrustAnchor::new(keys, self.options.cache));
        last.good = Some((body, Arc::clone(&anchor)));
        // It was not fetched after any token arrived.
        self.current.store(Some(Arc::new(self.snapshot(anchor, 0, age))));
    }

    fn snapshot(&self, anchor: Arc<TrustAnchor>, fetch: u64, age: Duration) -> Snapshot {
        Snapshot {
            anchor,
            fetch,
            fetched_at: self.now(),
            fetched_at_unix: self.options.clock.unix_seconds(),
            age,
            is_found_old: AtomicBool::default(),
        }
    }

    /// Returns the number of the fetch to start, and whether it is for an unknown key; none when the verifier was dropped.
    fn wait_for_work(&self, core: &Core) -> Option<(u64, bool)> {
        let mut state = core.lock();
        loop {
            if core.is_stopped.load(Ordering::Relaxed) {
                return None;
            }
            // Computed again after every wake-up: a request can want a fetch, the schedule can have changed, and a
            // condition variable can wake up without a reason.
            let wait = state.schedule.wait(self.now());
            if state.is_fetching || wait.is_zero() {
                let is_requested = std::mem::replace(&mut state.is_fetching, true);
                let fetch = self.started.fetch_add(1, Ordering::AcqRel).saturating_add(1);
                return Some((fetch, is_requested));
            }
            state = core.wake.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Runs before the requests that wait are woken, so that metrics are up to date for the first verdict on the new
    /// keys.
    fn notify(&self, result: &Result<Refreshed, RefreshError>, elapsed: Duration) {
        match result {
            Ok(Refreshed { anchor, .. }) => self.options.observer.keys_fetched(anchor.keys().len(), elapsed),
            Err(error) => self.options.observer.fetch_failed(error.reason(), elapsed),
        }
    }

    /// Stores the new set before it wakes the requests that wait, so that their second attempt finds it.
    fn publish(
        &self,
        core: &Core,
        fetch: u64,
        result: &Result<Refreshed, RefreshError>,
        location: Option<&str>,
        failing: &mut Option<Failing>,
    ) {
        let now = self.now();
        let new = result.as_ref().ok().map(|Refreshed { anchor, age, .. }| {
            tracing::debug!(keys = anchor.keys().len(), "fetched key set");
            Arc::new(self.snapshot(Arc::clone(anchor), fetch, *age))
        });
        let mut state = core.lock();
        // Under the lock: a request that finds the new set old brings forward its next fetch. The old set is dropped after
        // the lock is released, since its cache can be large.
        let old = match result {
            // The last good set has the same key, for which anyone can now sign.
            Ok(_) | Err(RefreshError::KeySet(KeySetError::PrivateKey)) => self.current.swap(new),
            Err(_) => None,
        };
        let old = old.as_ref().map(|snapshot| &snapshot.anchor);
        match result {
            Ok(Refreshed { anchor, age, max_age }) => {
                state.schedule.succeeded(now, *age, *max_age, fastrand::f64());
                if old.is_none_or(|old| !Arc::ptr_eq(old, anchor)) {
                    state.removed.on_new_set(old.map(|old| old.keys()), Some(anchor.keys()));
                }
            }
            Err(error) => {
                state.schedule.failed(now, error.failure(), fastrand::f64());
                if let Some(old) = old {
                    state.removed.on_new_set(Some(old.keys()), None);
                }
            }
        }
        state.is_fetching = false;
        state.last_ended = fetch;
        // Taken under the lock, so that each waiting request belongs to exactly one fetch; woken without it, since a
        // woken request can take the lock at once.
        let waiting = std::mem::take(&mut state.waiting);
        let wait = state.schedule.wait(now);
        drop(state);
        // First: a program that verifies one token can end as soon as it is woken.
        log(result.as_ref().err(), location, wait, now, failing);
        for request in waiting {
            // Fails for a request that was cancelled, which is fine.
            let _ = request.send(());
        }
    }
}

/// One event when fetches begin to fail, and one when they succeed again.
fn log(
    error: Option<&RefreshError>,
    location: Option<&str>,
    retry_in: Duration,
    now: Duration,
    failing: &mut Option<Failing>,
) {
    match (error, &mut *failing) {
        (None, None) => {}
        (None, Some(Failing { since, fetches })) => {
            let duration = now.saturating_sub(*since);
            tracing::info!(?duration, failed_fetches = *fetches, "the key set is fetched again");
            *failing = None;
        }
        (Some(error), None) => {
            *failing = Some(Failing { since: now, fetches: 1 });
            log_failure(error, location, retry_in);
        }
        (Some(error), Some(failing)) => {
            failing.fetches += 1;
            tracing::debug!(%error, ?retry_in, "cannot fetch the key set");
        }
    }
}

fn log_failure(error: &RefreshError, url: Option<&str>, retry_in: Duration) {
    let causes: Vec<_> =
        successors(error.source(), |cause: &&dyn Error| (*cause).source()).map(ToString::to_string).collect();
    if matches!(error, RefreshError::KeySet(KeySetError::PrivateKey)) {
        tracing::error!(url, ?retry_in, "no token can be verified until the issuer publishes a new key");
    } else {
        tracing::warn!(url, %error, ?causes, ?retry_in, "cannot fetch the key set; the last good one, if any, stays in use");
    }
}

impl RefreshError {
    fn reason(&self) -> &'static str {
        match self {
            Self::Fetch(error) => error.reason(),
            Self::KeySet(KeySetError::NotAKeySet) => "not_a_key_set",
            Self::KeySet(KeySetError::NoUsableKey) => "no_usable_key",
            Self::KeySet(KeySetError::PrivateKey) => "private_key",
            Self::Panic => "panic",
            Self::Stuck => "stuck",
            Self::Thread(_) => "thread",
        }
    }

    fn failure(&self) -> Failure {
        match self {
            Self::Fetch(error) => Failure {
                reached_issuer: !matches!(error, FetchError::Unreachable(_)),
                retry_after: error.retry_after(),
            },
            Self::KeySet(_) => Failure { reached_issuer: true, retry_after: None },
            Self::Panic | Self::Stuck | Self::Thread(_) => {
                Failure { reached_issuer: false, retry_after: None }
            }
        }
    }
}

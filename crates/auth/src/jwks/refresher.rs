//! The thread that fetches, and the state that it shares with the requests.

mod fetch_loop;
mod unknown_keys;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use futures_channel::oneshot::{Receiver, Sender, channel};

use super::schedule::Schedule;
use super::{JwksOptions, JwksSource};
use crate::verifier::TrustAnchor;
use crate::{ConfigError, VerifierOptions};
use unknown_keys::MissingKeys;

pub(super) use unknown_keys::{Attempt, NextStep};

/// The most requests that wait for one fetch. Further ones do not wait, so that a slow issuer and a flood of invented
/// keys cannot exhaust the memory.
const MAX_WAITING: usize = 4096;

/// Owns the thread; dropping it stops the thread.
pub(super) struct Refresher {
    shared: Arc<SharedState>,
}

/// What the thread and the requests share.
struct SharedState {
    current: ArcSwapOption<Snapshot>,
    /// The number of fetches that have started, which is also the number of the last one.
    started: AtomicU64,
    /// Locked for a few instructions, never across a fetch, so a request can lock it on an async thread.
    state: Mutex<State>,
    wake: Condvar,
    options: VerifierOptions,
    stale: Duration,
}

/// The last good set, and when it was fetched.
pub(super) struct Snapshot {
    pub(super) anchor: Arc<TrustAnchor>,
    /// The number of the fetch.
    pub(super) fetch: u64,
    fetched_at: Duration,
}

struct State {
    schedule: Schedule,
    /// A fetch is in flight, or the thread is about to start one.
    is_fetching: bool,
    /// The number of the last fetch that ended; 0 before the first.
    last_ended: u64,
    is_stopped: bool,
    waiting: Vec<Sender<()>>,
    missing: MissingKeys,
}

impl Refresher {
    pub(super) fn start(
        source: Arc<dyn JwksSource>,
        timing: JwksOptions,
        options: &VerifierOptions,
    ) -> Result<Self, ConfigError> {
        let state = State {
            schedule: Schedule::new(timing),
            is_fetching: true,
            last_ended: 0,
            is_stopped: false,
            waiting: Vec::new(),
            missing: MissingKeys::new(timing.cooldown),
        };
        let shared = Arc::new(SharedState {
            current: ArcSwapOption::empty(),
            started: AtomicU64::new(0),
            state: Mutex::new(state),
            wake: Condvar::new(),
            options: options.clone(),
            stale: timing.stale,
        });
        let of_thread = Arc::clone(&shared);
        thread::Builder::new()
            .name("jwks-refresher".to_owned())
            .spawn(move || of_thread.run(source.as_ref()))
            .map_err(ConfigError::Thread)?;
        Ok(Self { shared })
    }

    /// Reads the last good set, unless it is stale.
    pub(super) fn with_current<T>(&self, read: impl FnOnce(&Snapshot) -> T) -> Option<T> {
        // No lock: every request passes here, and the thread replaces the snapshot as a whole.
        let snapshot = self.shared.current.load();
        let snapshot = snapshot.as_ref()?;
        (self.shared.age(snapshot) <= self.shared.stale).then(|| read(snapshot))
    }

    /// The time since the last good set was fetched.
    pub(super) fn age(&self) -> Option<Duration> {
        self.shared.current.load().as_ref().map(|snapshot| self.shared.age(snapshot))
    }

    /// The number of fetches that have started.
    pub(super) fn fetches_started(&self) -> u64 {
        self.shared.started.load(Ordering::Acquire)
    }

    /// For a token that arrives before any key: the end of the very first fetch. None after that, since an issuer that
    /// is down would delay every request by the timeout of a fetch.
    pub(super) fn first_fetch(&self) -> Option<Receiver<()>> {
        let mut state = self.shared.lock();
        if state.last_ended == 0 { state.subscribe() } else { None }
    }

    /// The time until the next scheduled fetch, in whole seconds and one more, so that the fetch has started by then.
    pub(super) fn retry_after_seconds(&self) -> u64 {
        let wait = self.shared.lock().schedule.wait(self.shared.now());
        wait.as_secs().saturating_add(1)
    }
}

impl Drop for Refresher {
    fn drop(&mut self) {
        self.shared.lock().is_stopped = true;
        self.shared.wake.notify_one();
    }
}

impl SharedState {
    fn now(&self) -> Duration {
        self.options.clock.monotonic()
    }

    fn age(&self, snapshot: &Snapshot) -> Duration {
        self.now().saturating_sub(snapshot.fetched_at)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is locked, and every state that it can be left in is consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn subscribe(&mut self) -> Option<Receiver<()>> {
        if self.is_stopped || self.waiting.len() >= MAX_WAITING {
            return None;
        }
        let (sender, receiver) = channel();
        self.waiting.push(sender);
        Some(receiver)
    }
}

#[cfg(test)]
mod tests;

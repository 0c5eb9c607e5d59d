//! The thread that fetches, and how requests meet it.

mod fetch_loop;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use futures_channel::oneshot::{Receiver, Sender, channel};

use super::schedule::Schedule;
use super::{JwksOptions, JwksSource};
use crate::verifier::TrustRoot;
use crate::{ConfigError, VerifierOptions};

/// The most requests that wait for one fetch. Past it they are answered at once, so that a slow issuer and a flood of
/// made-up keys cannot fill the memory.
const MAX_WAITING: usize = 4096;

/// Owns the thread; dropping it ends the thread.
pub(super) struct Refresher {
    shared: Arc<Shared>,
}

/// What the thread and the requests share.
struct Shared {
    current: ArcSwapOption<Snapshot>,
    /// Held for a few instructions, never across a fetch.
    state: Mutex<State>,
    wake: Condvar,
    options: VerifierOptions,
    stale: Duration,
}

/// The last good set, and when it was fetched.
struct Snapshot {
    root: Arc<TrustRoot>,
    fetched_at: Duration,
}

struct State {
    schedule: Schedule,
    /// A fetch is under way, or the thread is about to start one.
    is_fetching: bool,
    /// No fetch has ended yet.
    is_first: bool,
    is_stopped: bool,
    waiting: Vec<Sender<()>>,
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
            is_first: true,
            is_stopped: false,
            waiting: Vec::new(),
        };
        let shared = Arc::new(Shared {
            current: ArcSwapOption::empty(),
            state: Mutex::new(state),
            wake: Condvar::new(),
            options: options.clone(),
            stale: timing.stale,
        });
        let theirs = Arc::clone(&shared);
        thread::Builder::new()
            .name("jwks-refresher".to_owned())
            .spawn(move || theirs.run(source.as_ref()))
            .map_err(ConfigError::Thread)?;
        Ok(Self { shared })
    }

    /// Lets `look` see the last good set, unless it is too old to trust.
    pub(super) fn with_current<T>(&self, look: impl FnOnce(&TrustRoot) -> T) -> Option<T> {
        let snapshot = self.shared.current.load();
        let snapshot = snapshot.as_ref()?;
        (self.shared.age(snapshot) <= self.shared.stale).then(|| look(&snapshot.root))
    }

    /// How long ago the last good set was fetched.
    pub(super) fn age(&self) -> Option<Duration> {
        self.shared.current.load().as_ref().map(|snapshot| self.shared.age(snapshot))
    }

    /// For a token whose key is not known: the end of the fetch under way, or of one that starts now. None when the
    /// cooldown forbids one.
    pub(super) fn request_fetch(&self) -> Option<Receiver<()>> {
        let mut state = self.shared.lock();
        if !state.is_fetching {
            if !state.schedule.allow_request(self.shared.now()) {
                return None;
            }
            state.is_fetching = true;
            self.shared.wake.notify_one();
        }
        state.join()
    }

    /// For a token that came before any key: the end of the very first fetch. None after that; later ones are answered
    /// at once, since an issuer that is down would hold every request for as long as it takes to notice.
    pub(super) fn first_fetch(&self) -> Option<Receiver<()>> {
        let mut state = self.shared.lock();
        if state.is_first { state.join() } else { None }
    }

    /// Until the next fetch by itself, in whole seconds and one more, so that it has been made by then.
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

impl Shared {
    fn now(&self) -> Duration {
        self.options.clock.monotonic()
    }

    fn age(&self, snapshot: &Snapshot) -> Duration {
        self.now().saturating_sub(snapshot.fetched_at)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held, and every state it can be left in is a sound one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn join(&mut self) -> Option<Receiver<()>> {
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

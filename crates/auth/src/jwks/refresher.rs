//! The thread that fetches, and how requests meet it.

mod fetch_loop;

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use arc_swap::ArcSwapOption;
use futures_channel::oneshot::{Receiver, Sender, channel};

use super::key_set::KeySet;
use super::schedule::Schedule;
use super::{JwksOptions, JwksSource};
use crate::{Clock, ConfigError};

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
    clock: Arc<dyn Clock>,
    stale: Duration,
}

/// The last good set, and when it was fetched.
struct Snapshot {
    keys: Arc<KeySet>,
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
        options: JwksOptions,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, ConfigError> {
        let state = State {
            schedule: Schedule::new(options),
            is_fetching: true,
            is_first: true,
            is_stopped: false,
            waiting: Vec::new(),
        };
        let shared = Arc::new(Shared {
            current: ArcSwapOption::empty(),
            state: Mutex::new(state),
            wake: Condvar::new(),
            clock,
            stale: options.stale,
        });
        let theirs = Arc::clone(&shared);
        thread::Builder::new()
            .name("jwks-refresher".to_owned())
            .spawn(move || theirs.run(source.as_ref()))
            .map_err(ConfigError::Thread)?;
        Ok(Self { shared })
    }

    /// The last good set, unless it is too old to trust.
    pub(super) fn current(&self) -> Option<Arc<KeySet>> {
        let snapshot = self.shared.current.load();
        let snapshot = snapshot.as_ref()?;
        let age = self.shared.clock.monotonic().saturating_sub(snapshot.fetched_at);
        (age <= self.shared.stale).then(|| Arc::clone(&snapshot.keys))
    }

    /// For a token whose key is not known: the end of the fetch under way, or of one that starts now. None when the
    /// cooldown forbids one.
    pub(super) fn request_fetch(&self) -> Option<Receiver<()>> {
        let mut state = self.shared.lock();
        if !state.is_fetching {
            if !state.schedule.allow_request(self.shared.clock.monotonic()) {
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

    /// Until the next fetch by itself, in whole seconds, rounded up.
    pub(super) fn retry_after_seconds(&self) -> u64 {
        let wait = self.shared.lock().schedule.wait(self.shared.clock.monotonic());
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
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held, and every state it can be left in is a sound one.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn join(&mut self) -> Option<Receiver<()>> {
        if self.waiting.len() >= MAX_WAITING {
            return None;
        }
        let (sender, receiver) = channel();
        self.waiting.push(sender);
        Some(receiver)
    }
}

#[cfg(test)]
mod tests;

//! The thread that fetches, and the state that it shares with the requests.

mod fetch_loop;
mod source_caller;
mod unknown_keys;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{io, process, thread};

use arc_swap::{ArcSwap, ArcSwapOption};
use futures_channel::oneshot::{Receiver, Sender, channel};

use super::schedule::Schedule;
use super::{JwksOptions, JwksSource};
use crate::keys::LeakedKeys;
use crate::verifier::TrustAnchor;
use crate::{ConfigError, VerifierOptions};
use unknown_keys::RemovedKeys;

pub(super) use unknown_keys::{Attempt, NextStep};

/// The most requests that wait for one fetch. Further ones do not wait, so that a slow issuer and a flood of invented
/// keys cannot exhaust the memory.
const MAX_WAITING: usize = 4096;

/// Owns the thread; dropping it stops the thread.
pub(super) struct Refresher {
    shared: Arc<SharedState>,
    source: Arc<dyn JwksSource>,
    timing: JwksOptions,
}

/// What the threads and the requests share.
struct SharedState {
    current: ArcSwapOption<Snapshot>,
    /// The number of fetches that have started, which is also the number of the last one.
    started: AtomicU64,
    core: ArcSwap<Core>,
    /// Of all responses. Replaced as a whole, and only by the thread: a fork can copy it at any time.
    leaked: ArcSwap<LeakedKeys>,
    options: VerifierOptions,
}

/// What belongs to one thread, and so to one process. After a `fork` the child has no thread, and the mutex can be
/// locked by a thread that it does not have, so it gets another core.
struct Core {
    process_id: u32,
    created_at: Duration,
    /// The thread has ended, or ends as soon as it sees this. Changed while the state is locked, so that no request
    /// subscribes afterwards.
    is_stopped: AtomicBool,
    /// Locked for a few instructions, never across a fetch, so a request can lock it on an async thread.
    state: Mutex<State>,
    wake: Condvar,
}

/// The last good set, and when it was fetched.
pub(super) struct Snapshot {
    pub(super) anchor: Arc<TrustAnchor>,
    /// The number of the fetch.
    pub(super) fetch: u64,
    fetched_at: Duration,
    /// The same by the calendar, in seconds since 1970.
    fetched_at_unix: i64,
    /// A fetch was brought forward since the set is old by the calendar only.
    is_found_old: AtomicBool,
    /// How old it was then: 0 unless it is a copy, as of a cache on the way.
    pub(super) age: Duration,
}

struct State {
    schedule: Schedule,
    /// A fetch is in flight, or the thread is about to start one.
    is_fetching: bool,
    /// The number of the last fetch that ended; 0 before the first.
    last_ended: u64,
    waiting: Vec<Sender<()>>,
    removed: RemovedKeys,
}

impl Refresher {
    pub(super) fn start(
        source: Arc<dyn JwksSource>,
        timing: JwksOptions,
        options: &VerifierOptions,
    ) -> Result<Self, ConfigError> {
        let core = Arc::new(Core::new(timing, 0, options.clock.monotonic()));
        let shared = SharedState {
            current: ArcSwapOption::empty(),
            started: AtomicU64::new(0),
            core: ArcSwap::new(Arc::clone(&core)),
            leaked: ArcSwap::default(),
            options: options.clone(),
        };
        let refresher = Self { shared: Arc::new(shared), source, timing };
        refresher.spawn(core).map_err(ConfigError::Thread)?;
        Ok(refresher)
    }

    fn spawn(&self, core: Arc<Core>) -> io::Result<()> {
        let (shared, source) = (Arc::clone(&self.shared), Arc::clone(&self.source));
        let run = move || shared.run(&core, source);
        thread::Builder::new().name("jwks-refresher".to_owned()).spawn(run).map(drop)
    }

    /// The core of this process, with a thread.
    fn core(&self) -> Arc<Core> {
        let core = self.shared.core.load_full();
        if core.process_id != process::id() || self.has_lost_its_thread(&core) {
            self.replace_core(&core)
        } else {
            core
        }
    }

    /// It could not be started, or it panicked in the program's clock or log. Both can happen again at once.
    fn has_lost_its_thread(&self, core: &Core) -> bool {
        core.is_stopped.load(Ordering::Relaxed)
            && self.shared.now().saturating_sub(core.created_at) >= self.timing.cooldown
    }

    /// The first request after a fork gets here, or after the end of the thread. The last good set stays in use.
    #[cold]
    fn replace_core(&self, lost: &Arc<Core>) -> Arc<Core> {
        let last_ended = self.shared.current.load().as_ref().map_or(0, |snapshot| snapshot.fetch);
        let core = Arc::new(Core::new(self.timing, last_ended, self.shared.now()));
        let found = self.shared.core.compare_and_swap(lost, Arc::clone(&core));
        if !Arc::ptr_eq(&found, lost) {
            return Arc::clone(&found);
        }
        if let Err(error) = self.spawn(Arc::clone(&core)) {
            tracing::error!(%error, "cannot start the thread that fetches the key set");
            core.stop();
        }
        core
    }

    /// Reads the last good set, unless it is stale.
    pub(super) fn with_current<T>(&self, read: impl FnOnce(&Snapshot) -> T) -> Option<T> {
        // No lock: every request passes here, and the thread replaces the snapshot as a whole.
        let snapshot = self.shared.current.load();
        let snapshot = snapshot.as_ref()?;
        let age = self.shared.age(snapshot);
        if age > self.timing.max_age {
            self.on_old_set(snapshot);
        }
        (age <= self.timing.stale).then(|| read(snapshot))
    }

    /// Fetches fail, or this process is a fork, which has no thread yet, or the machine was asleep, and the thread with it.
    #[cold]
    fn on_old_set(&self, snapshot: &Snapshot) {
        let core = self.core();
        let now = self.shared.now();
        let max_age = self.timing.max_age;
        // The schedule knows how old the set was when it was fetched.
        let is_asleep = now.saturating_sub(snapshot.fetched_at) <= max_age
            && self.shared.age(snapshot).saturating_sub(snapshot.age) > max_age;
        // Once: further fetches follow the schedule.
        if is_asleep && !snapshot.is_found_old.swap(true, Ordering::Relaxed) {
            core.lock().schedule.bring_forward(now);
            core.wake.notify_one();
        }
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
        let core = self.core();
        let mut state = core.lock();
        if state.last_ended == 0 { core.subscribe(&mut state) } else { None }
    }

    /// The time until the next scheduled fetch, in whole seconds and one more, so that the fetch has started by then.
    pub(super) fn retry_after_seconds(&self) -> u64 {
        let wait = self.core().lock().schedule.wait(self.shared.now());
        wait.as_secs().saturating_add(1)
    }
}

impl Drop for Refresher {
    fn drop(&mut self) {
        let core = self.shared.core.load();
        // A fork that started no thread has none to stop, and its mutex can be locked for ever.
        if core.process_id == process::id() {
            let _state = core.lock();
            core.is_stopped.store(true, Ordering::Relaxed);
            core.wake.notify_one();
        }
    }
}

impl SharedState {
    fn now(&self) -> Duration {
        self.options.clock.monotonic()
    }

    /// Monotonic clocks stand still while a machine sleeps, and calendars can be set back, so the larger one counts. Of the
    /// calendar's whole seconds one can be incomplete.
    fn age(&self, snapshot: &Snapshot) -> Duration {
        let seconds = self.options.clock.unix_seconds().saturating_sub(snapshot.fetched_at_unix);
        let by_calendar = Duration::from_secs(u64::try_from(seconds).unwrap_or_default().saturating_sub(1));
        self.now().saturating_sub(snapshot.fetched_at).max(by_calendar).saturating_add(snapshot.age)
    }
}

impl Core {
    fn new(timing: JwksOptions, last_ended: u64, now: Duration) -> Self {
        let state = State {
            schedule: Schedule::new(timing),
            is_fetching: true,
            last_ended,
            waiting: Vec::new(),
            removed: RemovedKeys::new(timing.cooldown),
        };
        Self {
            process_id: process::id(),
            created_at: now,
            is_stopped: AtomicBool::new(false),
            state: Mutex::new(state),
            wake: Condvar::new(),
        }
    }

    /// Releases the requests that wait; no further one does.
    fn stop(&self) {
        let mut state = self.lock();
        self.is_stopped.store(true, Ordering::Relaxed);
        state.waiting.clear();
    }

    fn subscribe(&self, state: &mut State) -> Option<Receiver<()>> {
        if self.is_stopped.load(Ordering::Relaxed) || state.waiting.len() >= MAX_WAITING {
            return None;
        }
        let (sender, receiver) = channel();
        state.waiting.push(sender);
        Some(receiver)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is locked, and every state that it can be left in is consistent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;

//! Notifies the watches of an owner of changes, of this process and of others (decision 0040).
//!
//! A worker reports what it has stored. That wakes the watches of this process, and waits for the thread `db-notify`, whose
//! [`Exchange`] notifies other processes and listens to them. All of it is a hint: the thread `db-poller` compares the revisions
//! of all watched owners every few seconds, and finds what no notification has arrived for.

mod exchange;
mod poller;
#[cfg(test)]
mod tests;
mod watched;

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};
use std::{io, thread};

use domain::{Notifier, Owner, OwnerId, OwnerRevision, Watch};
use parking_lot::{Condvar, Mutex};

use super::replicas::KnownRevisions;
use super::repository::WorkerTasks;
use crate::write::StoreObserver;
use crate::{DatabaseObserver, DatabaseOptions};
pub(super) use exchange::{Exchange, ExchangeError, Received};
pub(super) use watched::Known;
use watched::WatchedOwners;

/// The most owners whose notifications wait to be sent. More wait only while the server does not respond.
const PENDING_MAX: usize = 10_000;

/// The owners that have changed, and their revisions as far as they are known.
pub(super) type Notifications = HashMap<OwnerId, Option<OwnerRevision>>;

/// What workers, watches and both threads share.
pub(super) struct Changes {
    watched: Arc<WatchedOwners>,
    /// Whether other processes have to be notified.
    sends: bool,
    /// What replicas must not miss, if there are any.
    known: Option<Arc<KnownRevisions>>,
    state: Mutex<State>,
    exchange_due: Condvar,
    poll_due: Condvar,
    observer: Arc<dyn DatabaseObserver>,
}

#[derive(Default)]
struct State {
    /// The notifications to send.
    pending: Notifications,
    is_poll_requested: bool,
    is_closed: bool,
}

impl StoreObserver for Changes {
    fn stored(&self, owner: &OwnerId, at: Option<OwnerRevision>) {
        if let Some(known) = &self.known {
            known.stored(owner, at);
        }
        self.watched.notify(owner, at);
        if !self.sends {
            return;
        }
        let mut state = self.state.lock();
        let is_first = state.pending.is_empty();
        if state.pending.len() < PENDING_MAX || state.pending.contains_key(owner) {
            state.pending.insert(owner.clone(), at);
        }
        drop(state);
        if is_first {
            self.exchange_due.notify_one();
        }
    }
}

impl Changes {
    /// Waits until there are notifications to send or owners are watched, then for `pause` to collect more, and returns the notifications;
    /// `None` at the end. A session that listens is visited once more after the last watch.
    fn next_exchange(&self, is_listening: bool, pause: Duration) -> Option<Notifications> {
        let mut state = self.state.lock();
        while !state.is_closed && state.pending.is_empty() && !is_listening && !self.watched.any() {
            self.exchange_due.wait(&mut state);
        }
        let end = Instant::now() + pause;
        while !state.is_closed && !self.exchange_due.wait_until(&mut state, end).timed_out() {}
        if state.is_closed && state.pending.is_empty() {
            return None;
        }
        Some(mem::take(&mut state.pending))
    }

    /// Waits for the next poll: at `latest`, or when one is requested, but not before `earliest`, and only while owners are
    /// watched. False at the end.
    fn next_poll(&self, earliest: Instant, latest: Instant) -> bool {
        let mut state = self.state.lock();
        loop {
            if state.is_closed {
                return false;
            }
            if !self.watched.any() {
                self.poll_due.wait(&mut state);
                continue;
            }
            let due = if state.is_poll_requested { earliest } else { latest.max(earliest) };
            if Instant::now() >= due {
                state.is_poll_requested = false;
                return true;
            }
            self.poll_due.wait_until(&mut state, due);
        }
    }

    fn request_poll(&self) {
        self.state.lock().is_poll_requested = true;
        self.poll_due.notify_one();
    }

    fn close(&self) {
        self.state.lock().is_closed = true;
        self.wake_threads();
    }

    fn wake_threads(&self) {
        self.exchange_due.notify_all();
        self.poll_due.notify_all();
    }
}

/// The port. The threads end when it is dropped.
pub(super) struct OwnerNotifier(Arc<Changes>);

impl OwnerNotifier {
    pub(super) fn new(sends: bool, options: &DatabaseOptions) -> Self {
        let observer = Arc::clone(&options.observer);
        Self(Arc::new(Changes {
            watched: Arc::default(),
            sends,
            known: (!options.replica_urls.is_empty()).then(Arc::default),
            state: Mutex::default(),
            exchange_due: Condvar::new(),
            poll_due: Condvar::new(),
            observer,
        }))
    }

    /// Where workers and jobs report.
    pub(super) fn stored(&self) -> Arc<dyn StoreObserver> {
        Arc::clone(&self.0) as _
    }

    /// What this process knows of owners, if there are replicas.
    pub(super) fn known(&self) -> Option<&Arc<KnownRevisions>> {
        self.0.known.as_ref()
    }

    /// Starts the threads. The poller reads through the workers.
    pub(super) fn start(
        &self,
        exchange: Box<dyn Exchange>,
        tasks: Weak<WorkerTasks>,
        poll: Duration,
    ) -> io::Result<()> {
        let changes = Arc::clone(&self.0);
        thread::Builder::new().name("db-notify".into()).spawn(move || exchange::run(&changes, exchange))?;
        let changes = Arc::clone(&self.0);
        thread::Builder::new().name("db-poller".into()).spawn(move || poller::run(&changes, &tasks, poll))?;
        Ok(())
    }
}

impl Drop for OwnerNotifier {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Notifier for OwnerNotifier {
    fn watch(&self, owner: &Owner) -> Box<dyn Watch> {
        let watch = self.0.watched.watch(owner);
        // A thread that has found no watch before waits by then.
        drop(self.0.state.lock());
        self.0.wake_threads();
        Box::new(watch)
    }
}

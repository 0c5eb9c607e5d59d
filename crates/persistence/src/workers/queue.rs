//! The bounded queue in front of the workers of one kind.
//!
//! Owners take turns, so an owner with many waiting calls delays only their own.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use domain::{OwnerId, RepositoryError};
use parking_lot::{Condvar, Mutex, MutexGuard};

use super::call::{CallStatus, Group, PendingCall, Reply, Request, Response};
use crate::options::{CallFailure, DatabaseObserver, WorkKind};

mod turns;

use turns::{QueuedCall, Turns};

/// Limits of a queue and its groups.
pub(crate) struct QueueLimits<R> {
    /// Maximum number of waiting calls.
    pub(crate) length: usize,
    /// Maximum number of waiting calls of one owner.
    pub(crate) waiting_per_owner: usize,
    /// Maximum number of running groups of one owner. Groups count that have no calls of others: a call with the weight of
    /// the capacity, or calls that were put back.
    pub(crate) running_per_owner: usize,
    /// How long a call waits in the queue.
    pub(crate) timeout: Duration,
    /// Whether its calls are writes.
    pub(crate) is_write: bool,
    /// The number of workers.
    pub(crate) workers: usize,
    /// The weight of a call in a group. A call with the weight of the capacity is run alone.
    pub(crate) weight: fn(&R) -> usize,
    /// Maximum weight of a group.
    pub(crate) capacity: usize,
}

/// The callers' end of a queue. When it is dropped, the workers run the waiting calls and end.
pub(crate) struct Sender<R, A>(Arc<Queue<R, A>>);

impl<R: Request, A> Sender<R, A> {
    /// The workers' end.
    pub(crate) fn queue(&self) -> Arc<Queue<R, A>> {
        Arc::clone(&self.0)
    }

    /// Queues a request and waits for its reply.
    pub(crate) async fn submit(&self, request: R) -> Reply<A> {
        self.0.push(request)?.await
    }

    /// The same on a thread that may block.
    pub(crate) fn submit_blocking(&self, request: R) -> Reply<A> {
        pollster::block_on(self.submit(request))
    }
}

impl<R, A> Drop for Sender<R, A> {
    fn drop(&mut self) {
        self.0.lock().closed = true;
        self.0.changed.notify_all();
    }
}

/// The workers' end of a queue.
pub(crate) struct Queue<R, A> {
    state: Mutex<QueueState<R, A>>,
    changed: Condvar,
    limits: QueueLimits<R>,
    kind: WorkKind,
    observer: Arc<dyn DatabaseObserver>,
}

struct QueueState<R, A> {
    closed: bool,
    turns: Turns<R, A>,
    /// The calls taken by workers, including some that have a reply.
    taken: Vec<PendingCall<A>>,
    /// The recent average time of a worker per call in full groups. A group with one call can take as long as a full one, so the
    /// others may lower it, but not raise it.
    service_time: Duration,
    /// The length that the observer knows. It is reported by the timer: per call it would cost as much as the queue.
    reported: i64,
}

impl<R: Request, A> Queue<R, A> {
    /// Both ends of a new queue.
    pub(crate) fn new(
        limits: QueueLimits<R>,
        kind: WorkKind,
        observer: Arc<dyn DatabaseObserver>,
    ) -> (Sender<R, A>, Arc<Self>) {
        let turns = Turns::new(limits.running_per_owner);
        let state =
            QueueState { closed: false, turns, taken: Vec::new(), service_time: Duration::ZERO, reported: 0 };
        let (state, changed) = (Mutex::new(state), Condvar::new());
        let queue = Arc::new(Self { state, changed, limits, kind, observer });
        (Sender(Arc::clone(&queue)), queue)
    }

    fn push(&self, request: R) -> Result<Response<A>, RepositoryError> {
        let mut state = self.lock();
        if let Err(failure) = self.admit(&state, request.owner()) {
            drop(state);
            self.observer.call_failed(self.kind, failure);
            return Err(match failure {
                CallFailure::TooManyScans => RepositoryError::TooManyScans,
                _ => RepositoryError::Overloaded,
            });
        }
        let call = PendingCall::new(self.limits.timeout, self.limits.is_write);
        let response = call.response();
        let may_run = state.turns.push(QueuedCall { request, call, alone: false });
        drop(state);
        if may_run {
            self.changed.notify_one();
        }
        Ok(response)
    }

    /// Rejects a call that would not be begun in time. A call without others ahead of it is always admitted.
    fn admit(&self, state: &QueueState<R, A>, owner: Option<&OwnerId>) -> Result<(), CallFailure> {
        let (ahead, own) = state.turns.ahead(owner);
        if own >= self.limits.waiting_per_owner {
            return Err(CallFailure::TooManyScans);
        }
        let workers = u32::try_from(self.limits.workers.max(1)).unwrap_or(u32::MAX);
        let ahead = u32::try_from(ahead).unwrap_or(u32::MAX);
        let expected_wait = state.service_time.saturating_mul(ahead) / workers;
        if state.turns.waiting() >= self.limits.length || expected_wait > self.limits.timeout {
            return Err(CallFailure::Overloaded);
        }
        Ok(())
    }

    /// Waits for calls and takes a group, without cancelled and expired calls; `None` when the queue is closed and empty.
    /// The worker calls [`Queue::finish`] afterwards.
    pub(crate) fn next_group(&self) -> Option<Group<R, A>> {
        let mut state = self.lock();
        loop {
            let group = state.turns.take(self.limits.capacity, self.limits.weight);
            self.observe(std::mem::take(&mut state.turns.ended));
            if !group.is_empty() {
                state.taken.extend(group.calls.iter().cloned());
                return Some(group);
            }
            if state.closed && state.turns.waiting() == 0 {
                // The others may have looked when calls were waiting.
                self.changed.notify_all();
                return None;
            }
            self.changed.wait(&mut state);
            // A call costs less in a larger group: let the threads that are about to submit others run first.
            MutexGuard::unlocked(&mut state, thread::yield_now);
        }
    }

    /// Ends a group. It counted as running for this owner, had this number of calls, took this long, and was full or not.
    pub(crate) fn finish(&self, owner: Option<OwnerId>, calls: usize, busy: Duration, is_full: bool) {
        let mut state = self.lock();
        let service_time = busy / u32::try_from(calls.max(1)).unwrap_or(u32::MAX);
        if is_full || service_time < state.service_time {
            state.service_time = (state.service_time * 3 + service_time) / 4;
        }
        let released = owner.is_some_and(|owner| state.turns.finish(owner));
        drop(state);
        // Other workers may wait although calls do: those of the owner.
        if released {
            self.changed.notify_one();
        }
    }

    /// Queues a call from another queue, which has written nothing yet.
    pub(crate) fn push_again(&self, request: R, call: PendingCall<A>) {
        call.queue_again(self.limits.timeout);
        let may_run = self.lock().turns.push(QueuedCall { request, call, alone: false });
        if may_run {
            self.changed.notify_one();
        }
    }

    /// Returns the calls of a group to the front, those of each owner to be run alone. Their deadlines are extended, since
    /// one of them may delay the others once more.
    pub(crate) fn put_back(&self, group: Group<R, A>, time: Duration) {
        let mut state = self.lock();
        for (request, call) in group.requests.into_iter().zip(group.calls).rev() {
            call.extend(time);
            state.turns.push_front(QueuedCall { request, call, alone: true });
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Replies to expired calls, and removes cancelled ones.
    pub(super) fn expire_overdue(&self, now: Instant) {
        let mut statuses = Vec::new();
        // The lock of the queue, then that of a call, as everywhere. `PendingCall` replies after it has released its own.
        let mut state = self.lock();
        let mut waits = |call: &PendingCall<A>| {
            let status = call.expire(now);
            statuses.push(status);
            status == CallStatus::Waiting
        };
        state.turns.retain(&mut waits);
        state.taken.retain(&mut waits);
        let (waiting, before) = (i64::try_from(state.turns.waiting()).unwrap_or(i64::MAX), state.reported);
        state.reported = waiting;
        drop(state);
        if waiting != before {
            self.observer.queue_changed(self.kind, waiting - before);
        }
        self.observe(statuses);
    }

    fn observe(&self, statuses: Vec<CallStatus>) {
        for status in statuses {
            match status {
                CallStatus::Expired => self.observer.call_failed(self.kind, CallFailure::TimedOut),
                CallStatus::Cancelled => self.observer.call_failed(self.kind, CallFailure::Cancelled),
                CallStatus::Waiting | CallStatus::Replied => {}
            }
        }
    }
}

impl<R, A> Queue<R, A> {
    fn lock(&self) -> MutexGuard<'_, QueueState<R, A>> {
        self.state.lock()
    }
}

#[cfg(test)]
mod tests;

//! A call that waits for its reply.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diesel::QueryResult;
use domain::RepositoryError;
use tokio::sync::oneshot;

use crate::backend::Failure;

/// The reply to one request of a group. A task that does not exist is the result of that request alone.
pub(crate) type Reply<A> = Result<A, RepositoryError>;

/// The replies to a group, in its order. An error is the whole group's; nothing was changed, unless the connection was
/// lost.
pub(crate) type Replies<A> = QueryResult<Vec<Reply<A>>>;

/// One call. It gets one reply: the first of a worker and the timer replies, the other does nothing.
pub(crate) struct PendingCall<A>(Arc<Mutex<CallState<A>>>);

struct CallState<A> {
    /// `None` after the reply.
    reply: Option<oneshot::Sender<Reply<A>>>,
    submitted: Instant,
    deadline: Instant,
    stage: Stage,
    /// Whether it may have written something once begun.
    is_write: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Queued,
    Connecting,
    Begun,
}

/// The status of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallStatus {
    Waiting,
    Replied,
    /// The caller no longer waits for the reply.
    Cancelled,
    Expired,
}

impl<A> Clone for PendingCall<A> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<A> PendingCall<A> {
    pub(super) fn new(reply: oneshot::Sender<Reply<A>>, timeout: Duration, is_write: bool) -> Self {
        let submitted = Instant::now();
        let (reply, deadline) = (Some(reply), submitted + timeout);
        Self(Arc::new(Mutex::new(CallState { reply, submitted, deadline, stage: Stage::Queued, is_write })))
    }

    /// Records that a worker waits for a connection for it. If that takes too long, the database is unavailable and the
    /// queue is not overloaded.
    pub(crate) fn await_connection(&self) {
        let mut state = self.lock();
        if state.stage == Stage::Queued {
            state.stage = Stage::Connecting;
        }
    }

    /// Marks it as begun, with this response timeout. False if it is cancelled or expired, and must not be run. A call that
    /// was begun before keeps its deadline.
    pub(crate) fn begin(&self, timeout: Duration) -> bool {
        let now = Instant::now();
        if self.expire(now) != CallStatus::Waiting {
            return false;
        }
        let mut state = self.lock();
        if state.stage != Stage::Begun {
            state.stage = Stage::Begun;
            state.deadline = now + timeout;
        }
        state.reply.is_some()
    }

    /// Sets its deadline to this time from now, unless it has expired.
    pub(super) fn extend(&self, time: Duration) {
        let now = Instant::now();
        let mut state = self.lock();
        if now < state.deadline {
            state.deadline = now + time;
        }
    }

    /// Returns it to a queue with this timeout, unless it has expired.
    pub(super) fn queue_again(&self, timeout: Duration) {
        let now = Instant::now();
        let mut state = self.lock();
        if now < state.deadline {
            state.stage = Stage::Queued;
            state.deadline = now + timeout;
        }
    }

    /// Sends the reply, unless the caller is gone or has one already.
    pub(crate) fn reply(&self, outcome: Reply<A>) {
        let reply = self.lock().reply.take();
        if let Some(reply) = reply {
            let _ = reply.send(outcome);
        }
    }

    /// When it was submitted.
    pub(crate) fn submitted(&self) -> Instant {
        self.lock().submitted
    }

    /// Replies with an error after the deadline.
    pub(super) fn expire(&self, now: Instant) -> CallStatus {
        let mut state = self.lock();
        let error = match (&state.reply, state.stage) {
            (None, _) => return CallStatus::Replied,
            (Some(reply), _) if reply.is_closed() => return CallStatus::Cancelled,
            _ if now < state.deadline => return CallStatus::Waiting,
            (_, Stage::Queued) => RepositoryError::Overloaded,
            (_, Stage::Connecting) => Failure::no_connection_within(now - state.submitted).error(),
            (_, Stage::Begun) if state.is_write => {
                Failure::unknown(Some(&Failure::no_response_within(now - state.submitted))).error()
            }
            (_, Stage::Begun) => Failure::no_response_within(now - state.submitted).error(),
        };
        let reply = state.reply.take();
        drop(state);
        if let Some(reply) = reply {
            let _ = reply.send(Err(error));
        }
        CallStatus::Expired
    }

    fn lock(&self) -> MutexGuard<'_, CallState<A>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

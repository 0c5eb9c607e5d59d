//! A call that waits for its outcome.

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

/// One call. It is replied to once: of a worker and the timer, the first one replies, and the other does nothing.
pub(crate) struct PendingCall<A>(Arc<Mutex<State<A>>>);

struct State<A> {
    /// None once it has been replied to.
    reply: Option<oneshot::Sender<Reply<A>>>,
    submitted: Instant,
    deadline: Instant,
    stage: Stage,
    /// Whether it may have changed something once it was begun.
    is_write: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Queued,
    Connecting,
    Begun,
}

/// What became of a call that the timer looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CallStatus {
    Waiting,
    Replied,
    /// Nobody waits for the outcome any more.
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
        Self(Arc::new(Mutex::new(State { reply, submitted, deadline, stage: Stage::Queued, is_write })))
    }

    /// Notes that a worker has taken it and waits for a connection: when that takes too long, the database is
    /// unavailable. Without this it would be an overload, which promises that nothing was done.
    pub(crate) fn await_connection(&self) {
        let mut state = self.lock();
        if state.stage == Stage::Queued {
            state.stage = Stage::Connecting;
        }
    }

    /// Marks it as begun, with this much time from now on for its outcome. False when nobody waits for it any more, or
    /// its time is up: then it must not be run. A call that was begun before keeps its deadline.
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

    /// Gives it this much time from now on, if its time is not up yet.
    pub(super) fn extend(&self, time: Duration) {
        let now = Instant::now();
        let mut state = self.lock();
        if now < state.deadline {
            state.deadline = now + time;
        }
    }

    /// Has it wait for a worker once more, for this long from now on, if its time is not up yet.
    pub(super) fn queue_again(&self, timeout: Duration) {
        let now = Instant::now();
        let mut state = self.lock();
        if now < state.deadline {
            state.stage = Stage::Queued;
            state.deadline = now + timeout;
        }
    }

    /// Gives the outcome to whoever waits for it.
    pub(crate) fn reply(&self, outcome: Reply<A>) {
        let reply = self.lock().reply.take();
        if let Some(reply) = reply {
            // A caller who has gone needs no outcome.
            let _ = reply.send(outcome);
        }
    }

    /// When it was submitted.
    pub(crate) fn submitted(&self) -> Instant {
        self.lock().submitted
    }

    /// Replies when its time is up.
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
            // As above.
            let _ = reply.send(Err(error));
        }
        CallStatus::Expired
    }

    fn lock(&self) -> MutexGuard<'_, State<A>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

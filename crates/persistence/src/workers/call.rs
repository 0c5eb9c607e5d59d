//! A call that waits for its reply, and a group of calls that one worker runs together.

use std::iter;
use std::mem;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{self, Poll, Waker};
use std::time::{Duration, Instant};

use diesel::QueryResult;
use domain::{OwnerId, RepositoryError};
use tracing::Span;

use super::Context;
use crate::backend::{Backend, Failure};

/// The reply to one request of a group. A task that does not exist is the result of that request alone.
pub(crate) type Reply<A> = Result<A, RepositoryError>;

/// The replies to a group, in its order. An error is the whole group's; nothing was changed, unless the connection was
/// lost.
pub(crate) type Replies<A> = QueryResult<Vec<Reply<A>>>;

/// A request in a queue.
pub(crate) trait Request: Send + 'static {
    /// Its owner, if any.
    fn owner(&self) -> Option<&OwnerId>;
}

/// One call. It gets one reply: the first of a worker and the timer replies, the other does nothing.
pub(crate) struct PendingCall<A>(Arc<Mutex<CallState<A>>>);

struct CallState<A> {
    reply: ReplyState<A>,
    submitted: Instant,
    deadline: Instant,
    stage: Stage,
    /// Whether it may have written something once begun.
    is_write: bool,
    /// The span of the caller, for the events of the worker. It ends with the reply of a worker, and not with that of the
    /// timer: the statement goes on.
    span: Span,
}

enum ReplyState<A> {
    /// With what wakes the caller.
    Awaited(Option<Waker>),
    /// The caller is woken, or will be.
    Sent(Reply<A>),
    /// The caller has the reply, or was gone before it.
    Received,
    /// The caller no longer waits.
    Abandoned,
}

impl<A> ReplyState<A> {
    /// Sends the reply if it is awaited. Returns what wakes the caller, and a reply that was not sent.
    fn send(&mut self, reply: Reply<A>) -> (Option<Waker>, Option<Reply<A>>) {
        match mem::replace(self, Self::Received) {
            Self::Awaited(waker) => {
                *self = Self::Sent(reply);
                (waker, None)
            }
            Self::Sent(earlier) => {
                *self = Self::Sent(earlier);
                (None, Some(reply))
            }
            Self::Received | Self::Abandoned => (None, Some(reply)),
        }
    }
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
    pub(super) fn new(timeout: Duration, is_write: bool) -> Self {
        let submitted = Instant::now();
        let (reply, deadline, span) = (ReplyState::Awaited(None), submitted + timeout, Span::current());
        let state = CallState { reply, submitted, deadline, stage: Stage::Queued, is_write, span };
        Self(Arc::new(Mutex::new(state)))
    }

    /// The caller's end.
    pub(super) fn response(&self) -> Response<A> {
        Response(self.clone())
    }

    /// Records that a worker waits for a connection for it. If that takes too long, the database is unavailable and the
    /// queue is not overloaded.
    pub(crate) fn await_connection(&self) {
        let mut state = self.lock();
        if state.stage == Stage::Queued {
            state.stage = Stage::Connecting;
        }
    }

    /// Marks it as begun now, with this response timeout. False if it is cancelled or expired, and must not be run. A call
    /// that was begun before keeps its deadline.
    pub(crate) fn begin(&self, now: Instant, timeout: Duration) -> bool {
        if self.expire(now) != CallStatus::Waiting {
            return false;
        }
        let mut state = self.lock();
        if state.stage != Stage::Begun {
            state.stage = Stage::Begun;
            state.deadline = now + timeout;
        }
        matches!(state.reply, ReplyState::Awaited(_))
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
        self.send(outcome).into_iter().for_each(Waker::wake);
    }

    /// The same without waking the caller.
    fn send(&self, outcome: Reply<A>) -> Option<Waker> {
        let mut state = self.lock();
        let ((waker, unsent), span) =
            (state.reply.send(outcome), mem::replace(&mut state.span, Span::none()));
        // Others wait for the lock: a large reply is freed after it.
        drop(state);
        drop((unsent, span));
        waker
    }

    /// The span of the caller, until a worker has replied.
    pub(crate) fn span(&self) -> Span {
        self.lock().span.clone()
    }

    /// When it was submitted.
    pub(crate) fn submitted(&self) -> Instant {
        self.lock().submitted
    }

    /// Replies with an error after the deadline.
    pub(super) fn expire(&self, now: Instant) -> CallStatus {
        let mut state = self.lock();
        let error = match (&state.reply, state.stage) {
            (ReplyState::Sent(_) | ReplyState::Received, _) => return CallStatus::Replied,
            (ReplyState::Abandoned, _) => return CallStatus::Cancelled,
            _ if now < state.deadline => return CallStatus::Waiting,
            (_, Stage::Queued) => RepositoryError::Overloaded,
            (_, Stage::Connecting) => Failure::no_connection_within(now - state.submitted).error(),
            (_, Stage::Begun) if state.is_write => {
                Failure::unknown(Some(&Failure::no_response_within(now - state.submitted))).error()
            }
            (_, Stage::Begun) => Failure::no_response_within(now - state.submitted).error(),
        };
        let (waker, _) = state.reply.send(Err(error));
        drop(state);
        waker.into_iter().for_each(Waker::wake);
        CallStatus::Expired
    }

    fn lock(&self) -> MutexGuard<'_, CallState<A>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The reply to a call. A call whose response is dropped is cancelled.
pub(super) struct Response<A>(PendingCall<A>);

impl<A> Future for Response<A> {
    type Output = Reply<A>;

    fn poll(self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Reply<A>> {
        let mut state = self.0.lock();
        if let ReplyState::Sent(reply) = mem::replace(&mut state.reply, ReplyState::Received) {
            return Poll::Ready(reply);
        }
        state.reply = ReplyState::Awaited(Some(context.waker().clone()));
        Poll::Pending
    }
}

impl<A> Drop for Response<A> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        let end = if matches!(state.reply, ReplyState::Awaited(_)) {
            ReplyState::Abandoned
        } else {
            ReplyState::Received
        };
        let unread = mem::replace(&mut state.reply, end);
        drop(state);
        drop(unread);
    }
}

/// Sends each call its reply, and only then wakes the callers: a caller that is woken takes the processor from the worker.
fn reply_each<A>(calls: &[PendingCall<A>], outcomes: impl IntoIterator<Item = Reply<A>>) {
    let wakers: Vec<Waker> =
        calls.iter().zip(outcomes).filter_map(|(call, outcome)| call.send(outcome)).collect();
    wakers.into_iter().for_each(Waker::wake);
}

/// Requests and their calls, in the same order.
pub(crate) struct Group<R, A> {
    pub(crate) requests: Vec<R>,
    pub(crate) calls: Vec<PendingCall<A>>,
    /// The owner for whom this group counts as running, if that is limited.
    pub(crate) owner: Option<OwnerId>,
    /// Whether no further call had space, so that its time shows what each call costs.
    pub(crate) is_full: bool,
}

impl<R, A> Default for Group<R, A> {
    fn default() -> Self {
        Self { requests: Vec::new(), calls: Vec::new(), owner: None, is_full: false }
    }
}

impl<R, A> Group<R, A> {
    pub(crate) const fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    pub(crate) const fn len(&self) -> usize {
        self.requests.len()
    }

    /// Keeps the calls that match.
    pub(crate) fn retain(&mut self, keep: impl Fn(&PendingCall<A>) -> bool) {
        let keeps: Vec<bool> = self.calls.iter().map(keep).collect();
        if keeps.iter().all(|keeps| *keeps) {
            return;
        }
        let (mut requests, mut calls) = (keeps.iter(), keeps.iter());
        self.requests.retain(|_| requests.next() == Some(&true));
        self.calls.retain(|_| calls.next() == Some(&true));
    }

    /// Sends each call its reply.
    pub(crate) fn reply(&self, outcomes: Vec<Reply<A>>) {
        reply_each(&self.calls, outcomes);
    }

    /// Sends all calls the same reply.
    pub(crate) fn reply_all(&self, outcome: impl Fn() -> Reply<A>) {
        reply_each(&self.calls, iter::repeat_with(outcome));
    }

    /// Splits the group into single calls.
    pub(crate) fn split_each(self) -> Vec<Self> {
        let single = |(request, call)| Self { requests: vec![request], calls: vec![call], ..Self::default() };
        self.requests.into_iter().zip(self.calls).map(single).collect()
    }

    /// Marks the calls as begun, and removes cancelled and expired ones.
    pub(crate) fn begin<B: Backend>(&mut self, context: &Context<B>, first: bool) {
        let now = Instant::now();
        self.retain(|call| call.begin(now, context.timeouts.response));
        for call in self.calls.iter().filter(|_| first) {
            let waited = now.saturating_duration_since(call.submitted());
            context.observer.queue_wait(context.kind, waited);
        }
    }
}

impl<R: Request, A> Group<R, A> {
    /// Whether the calls belong to several owners.
    pub(crate) fn has_several_owners(&self) -> bool {
        let mut owners = self.requests.iter().map(Request::owner);
        let first = owners.next();
        owners.any(|owner| Some(owner) != first)
    }
}

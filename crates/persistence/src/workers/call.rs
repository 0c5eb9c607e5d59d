//! What a lane has in hand, in reach of the watch.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use domain::RepositoryError;
use tokio::sync::oneshot;

use crate::dialect::Outcome;
use crate::failure::Failure;

/// A caller who waits.
pub(crate) struct Caller<A> {
    reply: oneshot::Sender<Outcome<A>>,
    since: Instant,
    patience: Duration,
}

impl<A> Caller<A> {
    pub(super) fn new(reply: oneshot::Sender<Outcome<A>>, patience: Duration) -> Self {
        Self { reply, since: Instant::now(), patience }
    }

    pub(super) fn is_gone(&self) -> bool {
        self.reply.is_closed()
    }

    pub(super) fn is_late(&self, now: Instant) -> bool {
        now.saturating_duration_since(self.since) >= self.patience
    }

    pub(super) fn answer(self, outcome: Outcome<A>) {
        // Who has gone meanwhile needs no answer.
        let _ = self.reply.send(outcome);
    }

    pub(super) fn answer_overloaded(self) {
        self.answer(Err(RepositoryError::Overloaded));
    }

    pub(super) fn answer_unanswered(self) {
        let error = Failure::unanswered(self.patience).error();
        self.answer(Err(error));
    }
}

/// The callers of the batch that one lane works on, in the order in which they are answered; none between batches. A
/// caller who was told that the time is up leaves a gap.
pub(super) struct Hand<A>(Mutex<VecDeque<Option<Caller<A>>>>);

impl<A> Default for Hand<A> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<A> Hand<A> {
    pub(super) fn take_up(&self, callers: impl IntoIterator<Item = Caller<A>>) {
        *self.lock() = callers.into_iter().map(Some).collect();
    }

    /// Answers those who come first.
    pub(super) fn answer(&self, outcomes: Vec<Outcome<A>>) {
        let mut callers = self.lock();
        let first = outcomes.len().min(callers.len());
        for (caller, outcome) in callers.drain(..first).zip(outcomes) {
            if let Some(caller) = caller {
                caller.answer(outcome);
            }
        }
    }

    /// Tells the callers whose time is up. True when that leaves none, while the lane still works: it is stuck.
    pub(super) fn sweep(&self, now: Instant) -> bool {
        let mut callers = self.lock();
        for place in callers.iter_mut() {
            if let Some(late) = place.take_if(|caller| caller.is_late(now)) {
                late.answer_unanswered();
            }
        }
        !callers.is_empty() && callers.iter().all(Option::is_none)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<Option<Caller<A>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! Serves reads: a group is one statement, which can be repeated.

use std::time::{Duration, Instant};

use super::call::{PendingCall, Replies};
use super::pool::{CheckedOut, Pool};
use super::queue::{Group, Request};
use super::worker::{Serve, Worker};
use crate::backend::{Backend, Failure, FailureKind};

/// Maximum attempts of a statement after conflicts and lost connections.
const ATTEMPTS: usize = 4;

/// An older connection to a read-only server means that the server has changed its role.
pub(crate) const ROLE_CHECK_AFTER: Duration = Duration::from_secs(1);

/// Serves groups of reads with one statement.
pub(crate) struct Reads<B: Backend, R, A> {
    pub(crate) run: fn(&mut B::Connection, &[R]) -> Replies<A>,
}

impl<B: Backend, R: Request, A: Send + 'static> Serve<B, R, A> for Reads<B, R, A> {
    /// Runs calls together. If one of them may have caused a failure, each is run alone, so that it fails alone. If the
    /// group takes too long, the calls of each owner are run alone.
    fn serve(&mut self, worker: &Worker<'_, B, R, A>, mut group: Group<R, A>) {
        group.calls.iter().for_each(PendingCall::await_connection);
        let Err(failure) = self.attempt(worker, &mut group) else { return };
        match failure.kind {
            FailureKind::Fault | FailureKind::Duplicate | FailureKind::Damage if group.len() > 1 => {
                group.split_each().into_iter().for_each(|single| self.serve(worker, single));
            }
            FailureKind::Timeout if group.has_several_owners() => {
                worker.queue().put_back(group, worker.context().timeouts.response * 2);
            }
            _ => group.reply_all(|| Err(failure.error())),
        }
    }
}

impl<B: Backend, R: Request, A: Send + 'static> Reads<B, R, A> {
    /// Runs calls together and replies to them, unless it fails.
    fn attempt(&self, worker: &Worker<'_, B, R, A>, group: &mut Group<R, A>) -> Result<(), Failure> {
        let context = worker.context();
        for attempt in 1.. {
            let mut connection = worker.connect()?;
            group.begin(context, attempt == 1);
            if group.is_empty() {
                return Ok(());
            }
            let begun = Instant::now();
            let requests = &group.requests;
            let result = worker.run_with_limit(&mut connection, context.timeouts.hang, |connection| {
                context.pool.read(connection, |inner| (self.run)(inner, requests))
            });
            let elapsed = begun.elapsed();
            context.observer.statement(context.kind, group.len(), elapsed);
            let error = match result {
                Some(Ok(outcomes)) if outcomes.len() == group.len() => {
                    drop(connection);
                    group.reply(outcomes);
                    return Ok(());
                }
                Some(Ok(_)) => {
                    return Err(Failure::internal("the numbers of replies and calls differ"));
                }
                Some(Err(error)) => error,
                None => return Err(Failure::no_response_within(elapsed)),
            };
            let failure = Failure::of::<B>(error, elapsed >= context.timeouts.statement);
            if !conclude(&context.pool, &failure, connection, attempt) {
                return Err(failure);
            }
            context.observer.retried(context.kind);
        }
        Err(Failure::internal("no attempt was made"))
    }
}

/// Updates the pool after a failure, and returns whether to retry.
fn conclude<B: Backend>(
    pool: &Pool<B>,
    failure: &Failure,
    connection: CheckedOut<B>,
    attempt: usize,
) -> bool {
    match failure.kind {
        FailureKind::Lost => {
            pool.record_loss(connection);
            attempt < ATTEMPTS
        }
        FailureKind::Damage => {
            Pool::discard(connection);
            false
        }
        FailureKind::Conflict => attempt < ATTEMPTS,
        // A new connection may reach a writable server, which readiness requires.
        FailureKind::ReadOnly if connection.made().elapsed() >= ROLE_CHECK_AFTER => {
            pool.discard_all();
            drop(connection);
            attempt == 1
        }
        _ => false,
    }
}

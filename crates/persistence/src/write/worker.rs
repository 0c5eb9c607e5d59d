//! The worker of the write path: takes a batch, executes it, and replies to each call.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use diesel::QueryResult;
use domain::{Outcome, OwnerId, OwnerRevision, WriteLimits};

use super::execute::Executor;
use super::group::{Item, OwnerCommands, Write};
use super::random::Random;
use super::{StoreObserver, WriteBackend, WriteDatabase};
use crate::backend::{Failure, FailureKind, Layout};
use crate::workers::{
    self, CheckedOut, PendingCall, Pool, Queue, ROLE_CHECK_AFTER, Request, Serve, StatementResult, Worker,
};

impl Request for Write {
    fn owner(&self) -> Option<&OwnerId> {
        Some(&self.owner)
    }
}

/// Pause between attempts to settle a store.
const PAUSE: Duration = Duration::from_millis(20);

/// How long the writes of an owner with a locked row go to the worker for blocked owners.
const BLOCKED_FOR: Duration = Duration::from_secs(3);

/// Owners with rows locked by other transactions, and until when that is assumed.
#[derive(Debug, Default)]
pub(crate) struct BlockedOwners(Mutex<HashMap<OwnerId, Instant>>);

impl BlockedOwners {
    pub(crate) fn contains(&self, owner: &OwnerId) -> bool {
        self.lock().get(owner).is_some_and(|until| *until > Instant::now())
    }

    fn is_empty(&self) -> bool {
        self.lock().is_empty()
    }

    fn extend(&self, owners: Vec<OwnerId>) {
        if owners.is_empty() {
            return;
        }
        let now = Instant::now();
        let mut blocked = self.lock();
        blocked.retain(|_, until| *until > now);
        blocked.extend(owners.into_iter().map(|owner| (owner, now + BLOCKED_FOR)));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<OwnerId, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Serves the groups of a write worker.
pub(crate) struct WriteServer {
    executor: Executor,
    random: Random,
    blocked: Arc<BlockedOwners>,
    /// The queue for blocked owners; `None` in the worker that serves it.
    blocked_queue: Option<WriteQueue>,
    lock_timeout: Duration,
    stored: Arc<dyn StoreObserver>,
}

pub(crate) type WriteQueue = Arc<Queue<Write, Outcome>>;
type WriteGroup = workers::Group<Write, Outcome>;

impl WriteServer {
    pub(crate) fn new(
        blocked: Arc<BlockedOwners>,
        blocked_queue: Option<WriteQueue>,
        limits: WriteLimits,
        lock_timeout: Duration,
        stored: Arc<dyn StoreObserver>,
    ) -> Self {
        let mut executor = Executor::new(limits);
        executor.hands_over = blocked_queue.is_some();
        Self { executor, random: Random::default(), blocked, blocked_queue, lock_timeout, stored }
    }

    /// Hands over the writes of blocked owners and returns the others.
    fn without_blocked(&self, group: WriteGroup) -> WriteGroup {
        let Some(queue) = self.blocked_queue.as_ref().filter(|_| !self.blocked.is_empty()) else {
            return group;
        };
        let (blocked, free): (Vec<_>, Vec<_>) = group
            .requests
            .into_iter()
            .zip(group.calls)
            .partition(|(write, _)| self.blocked.contains(&write.owner));
        for (write, call) in blocked {
            queue.push_again(write, call);
        }
        let (requests, calls) = free.into_iter().unzip();
        WriteGroup { requests, calls, ..group }
    }

    /// Passes the groups of blocked owners to their worker.
    fn hand_over(&mut self, calls: &[PendingCall<Outcome>]) {
        let Some(queue) = &self.blocked_queue else { return };
        for OwnerCommands { owner, items } in self.executor.handed_over.drain(..) {
            self.executor.blocked.push(owner.clone());
            for Item { index, command, request, now } in items {
                let Some(call) = calls.get(index) else { continue };
                queue.push_again(Write { owner: owner.clone(), command, request, now }, call.clone());
            }
        }
    }
}

impl<B: WriteBackend> Serve<B, Write, Outcome> for WriteServer {
    fn serve(&mut self, worker: &Worker<'_, B, Write, Outcome>, group: WriteGroup) {
        let mut group = self.without_blocked(group);
        if group.is_empty() {
            return;
        }
        group.calls.iter().for_each(PendingCall::await_connection);
        let connection = match worker.connect() {
            Ok(connection) => connection,
            Err(failure) => return group.reply_all(|| Err(failure.error())),
        };
        group.begin(worker.context(), true);
        let WriteGroup { requests, calls, .. } = group;
        let random = &mut self.random;
        let mut database = WorkerDatabase {
            worker,
            connection: Some(connection),
            calls: &calls,
            lock_timeout: self.lock_timeout,
            random,
            stored: &*self.stored,
        };
        self.executor.run(&mut database, requests, &mut |index, outcome| {
            if let Some(call) = calls.get(index) {
                call.reply(outcome);
            }
        });
        self.hand_over(&calls);
        self.blocked.extend(std::mem::take(&mut self.executor.blocked));
    }
}

/// The connections of a worker.
struct WorkerDatabase<'a, B: WriteBackend> {
    worker: &'a Worker<'a, B, Write, Outcome>,
    /// The connection for the first attempt.
    connection: Option<CheckedOut<B>>,
    calls: &'a [PendingCall<Outcome>],
    /// The shortest time limit of a statement.
    lock_timeout: Duration,
    random: &'a mut Random,
    stored: &'a dyn StoreObserver,
}

impl<B: WriteBackend> WriteDatabase for WorkerDatabase<'_, B> {
    type Session = B::Connection;

    const GUARDED: bool = B::GUARDED;

    fn layout(&self) -> Layout {
        self.worker.context().pool.layout()
    }

    fn attempt<T>(
        &mut self,
        transaction: bool,
        run: impl FnOnce(&mut B::Connection) -> QueryResult<T>,
    ) -> Result<T, Failure> {
        let context = self.worker.context();
        let mut connection = match self.connection.take() {
            Some(first) => first,
            None => self.worker.connect()?,
        };
        let begun = Instant::now();
        let limit = context.timeouts.hang * if transaction { 2 } else { 1 };
        let result = self.worker.run_with_limit(&mut connection, limit, |connection| {
            context.pool.write(connection, transaction, run)
        });
        let elapsed = begun.elapsed();
        let ended = match &result {
            Some(Ok(_)) => StatementResult::Completed { rows: None },
            Some(Err(_)) => StatementResult::Failed,
            None => StatementResult::NoResponse,
        };
        context.statement_ended(self.calls, elapsed, ended);
        // The thread was replaced and must not continue, whether or not a store was in progress.
        let Some(result) = result else { return Err(Failure::unknown(None)) };
        result.map_err(|error| {
            let failure = Failure::of::<B>(error, elapsed >= self.lock_timeout);
            match failure.kind {
                FailureKind::Lost => context.pool.record_loss(connection),
                FailureKind::Damage => Pool::discard(connection),
                // Nothing was written. A new connection may reach a writable server; if this one is new, there is none.
                FailureKind::ReadOnly if connection.made().elapsed() >= ROLE_CHECK_AFTER => {
                    context.pool.discard_all();
                }
                FailureKind::ReadOnly => return failure.without_retry(),
                _ => {}
            }
            failure
        })
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn pause(&self) {
        thread::sleep(PAUSE);
    }

    fn retried(&self) {
        let context = self.worker.context();
        context.observer.retried(context.kind);
    }

    fn lost_race(&self) {
        self.worker.context().observer.lost_race();
    }

    fn stored(&self, owner: &OwnerId, at: OwnerRevision) {
        self.stored.stored(owner, Some(at));
    }

    fn random(&mut self) -> i64 {
        self.random.next()
    }
}

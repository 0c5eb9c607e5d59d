//! The threads that run the groups of one queue.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};
use std::{io, iter, thread};

use domain::OwnerId;
use tracing::Span;

use super::call::{Group, PendingCall, Request};
use super::pool::{CheckedOut, Pool};
use super::queue::Queue;
use super::slow_statements::{SlowStatements, StatementResult};
use super::timer::Expire;
use crate::DatabaseOptions;
use crate::backend::{Backend, Failure};
use crate::options::{DatabaseObserver, WorkKind};

/// How long the workers wait for the database.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeouts {
    /// How long the server works on a statement.
    pub(crate) statement: Duration,
    /// How long callers wait after their call was begun.
    pub(crate) response: Duration,
    /// When a call of the driver counts as hung. A transaction of several round trips gets twice as long.
    pub(crate) hang: Duration,
}

impl Timeouts {
    /// A read is one round trip.
    pub(crate) fn of_reads(options: &DatabaseOptions) -> Self {
        let statement = options.statement_timeout;
        // Behind a pooler, begin and commit are two more round trips.
        let round_trips = if options.transaction_pooler { 3 } else { 1 };
        Self { statement, response: statement * 3 / 2 * round_trips, hang: statement * 2 * round_trips }
    }

    /// A write is a load and a store, and may be retried; behind a pooler, with begin and commit.
    pub(crate) fn of_writes(options: &DatabaseOptions) -> Self {
        let statement = options.statement_timeout;
        let (response, hang) = if options.transaction_pooler {
            (statement * 4, statement * 4)
        } else {
            (statement * 5 / 2, statement * 2)
        };
        Self { statement, response, hang }
    }

    /// An erasure or a move is one transaction of several statements for each page of tasks.
    pub(crate) fn of_owners(options: &DatabaseOptions) -> Self {
        let statement = options.statement_timeout;
        Self { statement, response: statement * 5, hang: statement * 10 }
    }
}

/// The shared context of the workers of a queue.
pub(crate) struct Context<B: Backend> {
    pub(crate) kind: WorkKind,
    pub(crate) pool: Pool<B>,
    pub(crate) timeouts: Timeouts,
    pub(crate) observer: Arc<dyn DatabaseObserver>,
    pub(crate) slow: Arc<SlowStatements>,
}

impl<B: Backend> Context<B> {
    /// Reports that the statements of these calls have ended.
    pub(crate) fn statement_ended<A>(
        &self,
        calls: &[PendingCall<A>],
        elapsed: Duration,
        result: StatementResult,
    ) {
        self.observer.statement(self.kind, calls.len(), elapsed);
        self.slow.record(self.kind, calls, elapsed, result);
    }
}

/// Serves the groups of one thread.
pub(crate) trait Serve<B: Backend, R, A> {
    /// Replies to every call of a group.
    fn serve(&mut self, worker: &Worker<'_, B, R, A>, group: Group<R, A>);
}

/// Creates the server of a new thread.
pub(crate) type NewServer<B, R, A> = Box<dyn Fn() -> Box<dyn Serve<B, R, A>> + Send + Sync>;

/// The workers of one queue.
pub(crate) struct Workers<B: Backend, R, A> {
    context: Context<B>,
    new_server: NewServer<B, R, A>,
    queue: Arc<Queue<R, A>>,
    slots: Box<[Mutex<WorkerSlot>]>,
    this: Weak<Self>,
}

/// The state of one worker. Its thread is replaced when it hangs.
#[derive(Default)]
struct WorkerSlot {
    /// The thread that owns the slot; a replacement raises the number.
    thread: u64,
    driver_call: Option<DriverCall>,
    /// The owner for whom the group counts as running, if that is limited.
    owner: Option<OwnerId>,
    /// The span of the first call of that group, for the events of the thread. The failure of each call is logged by its
    /// caller.
    span: Option<Span>,
}

/// A call of the driver.
#[derive(Clone, Copy)]
struct DriverCall {
    since: Instant,
    /// When it counts as hung.
    limit: Duration,
    generation: u64,
}

impl<B: Backend, R: Request, A: Send + 'static> Workers<B, R, A> {
    /// Starts this number of threads. They end when the callers' end of the queue is dropped.
    pub(crate) fn start(
        context: Context<B>,
        new_server: NewServer<B, R, A>,
        queue: Arc<Queue<R, A>>,
        count: usize,
    ) -> io::Result<Arc<Self>> {
        let slots = iter::repeat_with(Mutex::default).take(count.max(1)).collect();
        let workers = Arc::new_cyclic(|this| Self { context, new_server, queue, slots, this: this.clone() });
        for number in 0..workers.slots.len() {
            workers.spawn(number, 0)?;
        }
        Ok(workers)
    }

    fn spawn(&self, number: usize, thread: u64) -> io::Result<()> {
        let Some(this) = self.this.upgrade() else { return Ok(()) };
        let name = format!("db-{}-{number}", self.context.kind.as_str());
        thread::Builder::new().name(name).spawn(move || this.run(&SlotLease { number, thread }))?;
        Ok(())
    }

    fn run(&self, lease: &SlotLease) {
        let mut server = (self.new_server)();
        while self.slot(lease).is_some() {
            let Some(mut group) = self.queue.next_group() else { return };
            let span = group.calls.first().map_or_else(Span::none, PendingCall::span);
            if let Some(mut slot) = self.slot(lease) {
                slot.owner = group.owner.take();
                slot.span = Some(span.clone());
            }
            let (begun, calls, is_full) = (Instant::now(), group.calls.clone(), group.is_full);
            // The pool discards a connection that is dropped while unwinding.
            let worker = Worker { workers: self, lease };
            let serve = || span.in_scope(|| server.serve(&worker, group));
            if catch_unwind(AssertUnwindSafe(serve)).is_err() {
                server = (self.new_server)();
                self.end_call(lease);
                let panicked = Failure::internal("a worker panicked");
                for call in &calls {
                    call.reply(Err(panicked.error()));
                }
            }
            // For a replaced worker, the timer has done this.
            let Some(mut slot) = self.slot(lease) else { return };
            let owner = slot.owner.take();
            slot.span = None;
            drop(slot);
            self.queue.finish(owner, calls.len(), begun.elapsed(), is_full);
        }
    }

    /// Records the begin of a driver call. False if the thread was replaced.
    fn begin_call(&self, lease: &SlotLease, generation: u64, limit: Duration) -> bool {
        let Some(mut slot) = self.slot(lease) else { return false };
        slot.driver_call = Some(DriverCall { since: Instant::now(), limit, generation });
        true
    }

    /// Records the end of a driver call. False if the thread was replaced.
    fn end_call(&self, lease: &SlotLease) -> bool {
        let Some(mut slot) = self.slot(lease) else { return false };
        slot.driver_call = None;
        true
    }

    /// The slot, if the thread still owns it.
    fn slot(&self, lease: &SlotLease) -> Option<MutexGuard<'_, WorkerSlot>> {
        let slot = self.slots.get(lease.number)?.lock().unwrap_or_else(PoisonError::into_inner);
        (slot.thread == lease.thread).then_some(slot)
    }

    /// Replaces the thread of a slot if it hangs in a driver call.
    fn replace_if_hung(&self, number: usize, slot: &Mutex<WorkerSlot>, now: Instant) {
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(driver_call) = slot.driver_call else { return };
        let hangs = now.saturating_duration_since(driver_call.since) >= driver_call.limit;
        if !hangs || !self.context.pool.retire(driver_call.generation) {
            return;
        }
        // The new thread waits for the lock of the slot.
        if let Err(error) = self.spawn(number, slot.thread + 1) {
            tracing::error!(error = %error, "a worker cannot be replaced; retrying");
            slot.driver_call = Some(DriverCall { since: now, ..driver_call });
            return;
        }
        slot.driver_call = None;
        slot.thread += 1;
        let (owner, span) = (slot.owner.take(), slot.span.take().unwrap_or_else(Span::none));
        drop(slot);
        // A hang is an outage: it does not show what calls cost.
        self.queue.finish(owner, 1, driver_call.limit, false);
        let kind = self.context.kind.as_str();
        span.in_scope(|| tracing::warn!(kind, "replaced a worker whose connection hangs"));
        self.context.observer.worker_replaced(self.context.kind);
    }
}

/// The interface of a worker thread for its server.
pub(crate) struct Worker<'a, B: Backend, R, A> {
    workers: &'a Workers<B, R, A>,
    lease: &'a SlotLease,
}

impl<B: Backend, R: Request, A: Send + 'static> Worker<'_, B, R, A> {
    pub(crate) const fn context(&self) -> &Context<B> {
        &self.workers.context
    }

    /// The queue that the groups are taken from.
    pub(crate) fn queue(&self) -> &Queue<R, A> {
        &self.workers.queue
    }

    /// Checks out a connection, verified if necessary.
    pub(crate) fn connect(&self) -> Result<CheckedOut<B>, Failure> {
        let Context { pool, timeouts, .. } = self.context();
        let until = Instant::now() + timeouts.hang;
        loop {
            let mut connection = pool.check_out()?;
            if !pool.needs_verification(&connection) {
                return Ok(connection);
            }
            self.workers.begin_call(self.lease, connection.generation, timeouts.hang);
            let works = connection.verify();
            if !self.workers.end_call(self.lease) || Instant::now() > until {
                return Err(Failure::no_connection_within(timeouts.hang));
            }
            if works {
                return Ok(connection);
            }
        }
    }

    /// Runs a driver call with this limit. `None` if the thread was replaced; then it must do nothing more for the group.
    pub(crate) fn run_with_limit<T>(
        &self,
        connection: &mut CheckedOut<B>,
        limit: Duration,
        run: impl FnOnce(&mut CheckedOut<B>) -> T,
    ) -> Option<T> {
        if !self.workers.begin_call(self.lease, connection.generation, limit) {
            return None;
        }
        let result = run(connection);
        self.workers.end_call(self.lease).then_some(result)
    }
}

/// A thread's claim on a slot.
struct SlotLease {
    number: usize,
    thread: u64,
}

impl<B: Backend, R: Request, A: Send + 'static> Expire for Workers<B, R, A> {
    fn expire_overdue(&self, now: Instant) {
        self.queue.expire_overdue(now);
        for (number, slot) in self.slots.iter().enumerate() {
            self.replace_if_hung(number, slot, now);
        }
    }
}

#[cfg(all(test, feature = "sqlite"))]
mod tests;

//! The threads that run the groups of one queue.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};
use std::{io, iter, mem, thread};

use domain::OwnerId;

use super::call::PendingCall;
use super::queue::{Group, Queue, Request};
use super::timer::Expire;
use crate::DatabaseOptions;
use crate::dialect::{Dialect, Outcomes};
use crate::failure::{Failure, Kind};
use crate::observer::{DatabaseObserver, WorkKind};
use crate::pool::{CheckedOut, Pool};

/// How often a statement is run at most when the database undoes it in favour of another, or a connection is lost under
/// a read.
const ATTEMPTS: usize = 4;

/// A connection that is older and finds its server read-only is of a server that has changed its role.
const ROLE_CHECK_AFTER: Duration = Duration::from_secs(1);

/// How long the workers wait for the database.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timeouts {
    /// How long the server works on a statement.
    pub(crate) statement: Duration,
    /// How long callers wait for a statement that was begun.
    pub(crate) response: Duration,
    /// When a call of the driver counts as one that never returns.
    pub(crate) hang: Duration,
}

impl Timeouts {
    pub(crate) fn new(options: &DatabaseOptions) -> Self {
        let statement = options.statement_timeout;
        // Behind a pooler there are two round trips more, for the begin and the end of the transaction.
        let round_trips = if options.transaction_pooler { 3 } else { 1 };
        Self { statement, response: statement * 3 / 2 * round_trips, hang: statement * 2 * round_trips }
    }
}

/// What the workers of one queue do.
pub(crate) struct Work<D: Dialect, R, A> {
    pub(crate) kind: WorkKind,
    pub(crate) pool: Pool<D>,
    /// The number of the part of a group that each request belongs to, from 0 without gaps; a part is one statement.
    pub(crate) parts: fn(&[R]) -> Vec<usize>,
    /// Whether running it twice is as good as once.
    pub(crate) idempotent: bool,
    pub(crate) timeouts: Timeouts,
    pub(crate) run: fn(&mut D::Connection, &[R]) -> Outcomes<A>,
    pub(crate) observer: Arc<dyn DatabaseObserver>,
}

/// The workers of one queue.
pub(crate) struct Workers<D: Dialect, R, A> {
    work: Work<D, R, A>,
    queue: Arc<Queue<R, A>>,
    seats: Box<[Mutex<Seat>]>,
    this: Weak<Self>,
}

/// What a worker does now. Its thread is replaced when it hangs.
#[derive(Default)]
struct Seat {
    /// The thread that has the seat.
    thread: u64,
    step: Option<Step>,
    /// Whose groups the queue counts as running for this worker.
    owners: Vec<Option<OwnerId>>,
}

/// A call of the driver.
#[derive(Clone, Copy)]
struct Step {
    since: Instant,
    generation: u64,
}

impl<D: Dialect, R: Request, A: Send + 'static> Workers<D, R, A> {
    /// Starts so many threads. They end when the callers' end of the queue is dropped.
    pub(crate) fn start(work: Work<D, R, A>, queue: Arc<Queue<R, A>>, count: usize) -> io::Result<Arc<Self>> {
        let seats = iter::repeat_with(Mutex::default).take(count.max(1)).collect();
        let workers = Arc::new_cyclic(|this| Self { work, queue, seats, this: this.clone() });
        for number in 0..workers.seats.len() {
            workers.spawn(number, 0)?;
        }
        Ok(workers)
    }

    fn spawn(&self, number: usize, thread: u64) -> io::Result<()> {
        let Some(this) = self.this.upgrade() else { return Ok(()) };
        let name = format!("db-{}-{number}", self.work.kind.as_str());
        thread::Builder::new().name(name).spawn(move || this.run(&Place { number, thread }))?;
        Ok(())
    }

    fn run(&self, place: &Place) {
        while self.seat(place).is_some() {
            let Some(mut group) = self.queue.next_group() else { return };
            if let Some(mut seat) = self.seat(place) {
                seat.owners = mem::take(&mut group.owners);
            }
            let (begun, calls) = (Instant::now(), group.calls.clone());
            // A connection that was in use is dropped while unwinding, and the pool throws it away for that.
            if catch_unwind(AssertUnwindSafe(|| self.serve(place, group))).is_err() {
                let panicked = Failure::defect("a worker panicked");
                for call in &calls {
                    call.reply(Err(panicked.error()));
                }
            }
            // Of a worker that was replaced the timer has done this.
            let Some(mut seat) = self.seat(place) else { return };
            let owners = mem::take(&mut seat.owners);
            drop(seat);
            self.queue.finish(&owners, calls.len(), begun.elapsed());
        }
    }

    /// Runs the parts of a group one after the other.
    fn serve(&self, place: &Place, group: Group<R, A>) {
        if self.work.idempotent {
            group.calls.iter().for_each(PendingCall::await_connection);
        }
        let parts = (self.work.parts)(&group.requests);
        for part in group.split(&parts) {
            // The calls of a worker that was replaced in between are not begun, and expire.
            if self.seat(place).is_some() {
                self.serve_part(place, part);
            }
        }
    }

    /// Runs calls together. When that fails because of what one of them holds, each is run alone, so that it fails
    /// alone. When reads take too long, each owner's are run alone.
    fn serve_part(&self, place: &Place, mut part: Group<R, A>) {
        let Err(failure) = self.attempt(place, &mut part) else { return };
        match failure.kind {
            Kind::Fault if part.len() > 1 => {
                let numbers: Vec<usize> = (0..part.len()).collect();
                part.split(&numbers).into_iter().for_each(|single| self.serve_part(place, single));
            }
            Kind::Timeout if self.work.idempotent && part.has_several_owners() => {
                self.queue.put_back(part, self.work.timeouts.response * 2);
            }
            _ => part.reply_all(|| Err(failure.error())),
        }
    }

    /// Runs calls together and replies to them, unless it fails.
    fn attempt(&self, place: &Place, part: &mut Group<R, A>) -> Result<(), Failure> {
        for attempt in 1.. {
            let mut connection = self.connect(place)?;
            self.begin(part, attempt == 1);
            if part.is_empty() {
                return Ok(());
            }
            let begun = Instant::now();
            self.enter(place, Some(connection.generation));
            let requests = &part.requests;
            let result = self.work.pool.transact(&mut connection, |inner| (self.work.run)(inner, requests));
            let has_seat = self.enter(place, None);
            let elapsed = begun.elapsed();
            self.work.observer.statement(self.work.kind, part.len(), elapsed);
            let error = match result {
                Ok(outcomes) if outcomes.len() == part.len() => {
                    drop(connection);
                    part.reply(outcomes);
                    return Ok(());
                }
                Ok(_) => return Err(Failure::defect("a group has another number of outcomes than of calls")),
                Err(error) => error,
            };
            let failure = Failure::of::<D>(error, elapsed >= self.work.timeouts.statement);
            let again = self.settle(&failure, connection, attempt);
            if !again || !has_seat {
                return Err(failure);
            }
            self.work.observer.retried(self.work.kind);
        }
        Err(Failure::defect("no attempt was made"))
    }

    /// Draws the conclusions for the pool, and whether the statement is run again.
    fn settle(&self, failure: &Failure, connection: CheckedOut<D>, attempt: usize) -> bool {
        let pool = &self.work.pool;
        match failure.kind {
            Kind::Lost => {
                pool.record_loss(connection);
                self.work.idempotent && attempt < ATTEMPTS
            }
            Kind::Conflict => attempt < ATTEMPTS,
            // Nothing was written. A new connection may lead to a server that takes writes.
            Kind::ReadOnly if connection.made().elapsed() >= ROLE_CHECK_AFTER => {
                pool.discard_all();
                drop(connection);
                attempt == 1
            }
            _ => false,
        }
    }

    /// A connection that works, as far as can be known.
    fn connect(&self, place: &Place) -> Result<CheckedOut<D>, Failure> {
        let pool = &self.work.pool;
        let until = Instant::now() + self.work.timeouts.hang;
        loop {
            let mut connection = pool.check_out()?;
            let (open, in_use) = pool.usage();
            self.work.observer.connections(open, in_use);
            if !pool.needs_verification(&connection) {
                return Ok(connection);
            }
            self.enter(place, Some(connection.generation));
            let works = connection.verify();
            if !self.enter(place, None) || Instant::now() > until {
                return Err(Failure::no_connection_within(self.work.timeouts.hang));
            }
            if works {
                return Ok(connection);
            }
        }
    }

    /// Marks the calls as begun that somebody still waits for, and forgets the others.
    fn begin(&self, part: &mut Group<R, A>, first: bool) {
        let now = Instant::now();
        part.retain(|call| call.begin(self.work.timeouts.response));
        for call in part.calls.iter().filter(|_| first) {
            let waited = now.saturating_duration_since(call.submitted());
            self.work.observer.queue_wait(self.work.kind, waited);
        }
    }

    /// Notes that a call of the driver begins, or has ended. False when the thread was replaced meanwhile.
    fn enter(&self, place: &Place, generation: Option<u64>) -> bool {
        let Some(mut seat) = self.seat(place) else { return false };
        seat.step = generation.map(|generation| Step { since: Instant::now(), generation });
        true
    }

    /// The seat, as long as the thread has it.
    fn seat(&self, place: &Place) -> Option<MutexGuard<'_, Seat>> {
        let seat = self.seats.get(place.number)?.lock().unwrap_or_else(PoisonError::into_inner);
        (seat.thread == place.thread).then_some(seat)
    }

    /// Gives the seat to a new thread when the present one hangs in a call of the driver.
    fn replace_if_hung(&self, number: usize, seat: &Mutex<Seat>, now: Instant) {
        let mut seat = seat.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(step) = seat.step else { return };
        let hangs = now.saturating_duration_since(step.since) >= self.work.timeouts.hang;
        if !hangs || !self.work.pool.retire(step.generation) {
            return;
        }
        seat.step = None;
        seat.thread += 1;
        let (thread, owners) = (seat.thread, mem::take(&mut seat.owners));
        drop(seat);
        self.queue.finish(&owners, 1, self.work.timeouts.hang);
        tracing::warn!(kind = self.work.kind.as_str(), "replaced a worker whose connection hangs");
        self.work.observer.worker_replaced(self.work.kind);
        if let Err(error) = self.spawn(number, thread) {
            tracing::error!(error = %error, "a worker cannot be replaced");
        }
    }
}

/// A seat, and the thread that had it at first.
struct Place {
    number: usize,
    thread: u64,
}

impl<D: Dialect, R: Request, A: Send + 'static> Expire for Workers<D, R, A> {
    fn expire_overdue(&self, now: Instant) {
        self.queue.expire_overdue(now);
        for (number, seat) in self.seats.iter().enumerate() {
            self.replace_if_hung(number, seat, now);
        }
    }
}

#[cfg(all(test, feature = "sqlite"))]
mod tests;

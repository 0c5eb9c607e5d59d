//! The worker of the write path: a thread that takes a batch, runs it, and answers each of its callers.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use std::{io, thread};

use diesel::QueryResult;
use domain::{Outcome, OwnerId};

use super::execute::Executor;
use super::group::Write;
use super::{WriteDatabase, WriteSession};
use crate::dialect::{Dialect, Outcome as Answered};
use crate::failure::{Failure, Kind};
use crate::lanes::Waiting;
use crate::pool::Pool;

/// The most commands of one batch: more make it no cheaper for each, and the first ones wait for the last.
const AT_ONCE: usize = 64;

/// How long the writes of an owner whose row another transaction holds go to a worker of their own.
const SET_ASIDE: Duration = Duration::from_secs(3);

/// Owners whose rows other transactions hold, and until when that is assumed.
#[derive(Debug, Default)]
pub(crate) struct BlockedOwners(Mutex<HashMap<OwnerId, Instant>>);

impl BlockedOwners {
    pub(crate) fn contains(&self, owner: &OwnerId) -> bool {
        self.lock().get(owner).is_some_and(|until| *until > Instant::now())
    }

    fn extend(&self, owners: Vec<OwnerId>) {
        if owners.is_empty() {
            return;
        }
        let now = Instant::now();
        let mut blocked = self.lock();
        blocked.retain(|_, until| *until > now);
        blocked.extend(owners.into_iter().map(|owner| (owner, now + SET_ASIDE)));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<OwnerId, Instant>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes batches from one queue.
pub(crate) struct WriteWorker<D: Dialect> {
    pub(crate) pool: Pool<D>,
    /// How long a statement waits for a lock: the shortest time after which the server stops one.
    pub(crate) limit: Duration,
    pub(crate) blocked: Arc<BlockedOwners>,
}

impl<D: Dialect> WriteWorker<D> {
    /// Starts the thread; it ends with the last caller's end of the queue.
    pub(crate) fn start(self, name: String, waiting: Arc<Waiting<Write, Outcome>>) -> io::Result<()> {
        thread::Builder::new().name(name).spawn(move || self.work(&waiting)).map(drop)
    }

    fn work(self, waiting: &Waiting<Write, Outcome>) {
        let mut executor = Executor::default();
        let mut database = PooledDatabase { pool: self.pool, limit: self.limit, random: Random::default() };
        let Some(hand) = waiting.hands.first() else { return };
        while let Some(batch) = waiting.next_batch(AT_ONCE) {
            let (writes, callers): (Vec<Write>, Vec<_>) =
                batch.into_iter().map(|job| (job.request, job.caller)).unzip();
            let mut outcomes: Vec<Option<Answered<Outcome>>> = writes.iter().map(|_| None).collect();
            hand.take_up(callers);
            let run = AssertUnwindSafe(|| {
                executor.run(&mut database, writes, &mut |place, outcome| {
                    if let Some(free) = outcomes.get_mut(place) {
                        *free = Some(outcome);
                    }
                });
            });
            if catch_unwind(run).is_err() {
                executor = Executor::default();
            }
            let unanswered = || Err(Failure::defect("a write worker gave no answer").error());
            hand.answer(outcomes.into_iter().map(|outcome| outcome.unwrap_or_else(unanswered)).collect());
            self.blocked.extend(std::mem::take(&mut executor.blocked));
        }
    }
}

/// Numbers from the system's randomness, without a system call for each.
#[derive(Debug, Default)]
struct Random {
    keys: RandomState,
    given: u64,
}

impl Random {
    fn next(&mut self) -> i64 {
        self.given += 1;
        self.keys.hash_one(self.given).cast_signed()
    }
}

/// Connections of a pool.
struct PooledDatabase<D: Dialect> {
    pool: Pool<D>,
    limit: Duration,
    random: Random,
}

impl<D: Dialect> WriteDatabase for PooledDatabase<D>
where
    D::Connection: WriteSession,
{
    type Session = D::Connection;

    const GUARDED: bool = D::GUARDED;

    fn attempt<T>(
        &mut self,
        transaction: bool,
        run: impl FnOnce(&mut D::Connection) -> QueryResult<T>,
    ) -> Result<T, Failure> {
        let mut connection = self.pool.check_out()?;
        let begun = Instant::now();
        let done = self.pool.write(&mut connection, transaction, run);
        drop(connection);
        done.map_err(|error| {
            let failure = Failure::of::<D>(error, begun.elapsed() >= self.limit);
            if failure.kind == Kind::Lost {
                self.pool.lost_one();
            }
            failure
        })
    }

    fn now(&self) -> Instant {
        Instant::now()
    }

    fn random(&mut self) -> i64 {
        self.random.next()
    }
}

//! The connections of a worker. At each of their steps the schedule may switch to another worker, end the process,
//! cut the connection, or let the statement fail.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::QueryResult;
use diesel::result::{DatabaseErrorKind, Error};
use domain::{ListId, ListedTask, OrderedTask, OwnerId, TrashedId};

use super::schedule::{Position, Schedule};
use super::server::{Progress, Reply, Request, Running, SessionId, SqlError, Weakness};
use super::threads::{Turn, Turns};
use crate::backend::Failure;
use crate::database::postgres::Postgres;
use crate::write::{LastStore, Loaded, LoadedLists, Seen, Store, ToLoad, WriteDatabase, WriteSession};

pub(super) struct SimulatedDatabase {
    pub(super) turns: Arc<Turns>,
    pub(super) worker: usize,
    pub(super) batch: usize,
    pub(super) start: Instant,
}

pub(super) struct SimulatedSession {
    turns: Arc<Turns>,
    worker: usize,
    batch: usize,
    /// Nothing when the connection is lost.
    session: Option<SessionId>,
    in_transaction: bool,
}

/// What becomes of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Runs,
    Fails(SqlError),
    /// The connection is lost before the statement arrives.
    CutBefore,
    /// … before the answer arrives.
    CutAfter,
    /// … while the statement runs.
    CutAmid,
}

impl WriteDatabase for SimulatedDatabase {
    type Session = SimulatedSession;

    const GUARDED: bool = true;

    fn attempt<T>(
        &mut self,
        transaction: bool,
        run: impl FnOnce(&mut SimulatedSession) -> QueryResult<T>,
    ) -> Result<T, Failure> {
        let mut schedule = self.turns.pause(self.worker);
        let done = if !schedule.calm && schedule.fails(self.batch) && schedule.random.chance(300) {
            schedule.note(format_args!("worker {} gets no connection", self.worker));
            drop(schedule);
            Err(Failure::no_connection(io::Error::other("no connection")))
        } else {
            let mut session = SimulatedSession::open(self, transaction || schedule.plan.pooler, schedule);
            let done = session.transact(run);
            session.close();
            done.map_err(|error| Failure::of::<Postgres>(error, false))
        };
        let mut schedule = self.turns.pause(self.worker);
        if let Err(failure) = &done {
            schedule.note(format_args!("worker {}: {:?} {failure}", self.worker, failure.kind));
            schedule.history.batches[self.batch].last_failure = Some(failure.kind);
        }
        done
    }

    fn now(&self) -> Instant {
        self.start + Duration::from_millis(self.turns.schedule().now)
    }

    fn random(&mut self) -> i64 {
        self.turns.schedule().random.next().cast_signed()
    }
}

impl SimulatedSession {
    fn open(database: &SimulatedDatabase, in_transaction: bool, mut schedule: Turn<'_>) -> Self {
        schedule.sessions += 1;
        let session = Some(schedule.sessions);
        schedule.workers[database.worker].session = session;
        drop(schedule);
        let (turns, worker, batch) = (Arc::clone(&database.turns), database.worker, database.batch);
        Self { turns, worker, batch, session, in_transaction }
    }

    fn transact<T>(&mut self, run: impl FnOnce(&mut Self) -> QueryResult<T>) -> QueryResult<T> {
        if !self.in_transaction {
            return run(self);
        }
        self.request(Request::Begin)?;
        let done = run(self)?;
        self.request(Request::Commit)?;
        Ok(done)
    }

    fn close(self) {
        let mut schedule = self.turns.schedule();
        if let Some(session) = self.session {
            schedule.server.end(session);
        }
        schedule.workers[self.worker].session = None;
    }

    fn request(&mut self, request: Request) -> QueryResult<Reply> {
        let turns = Arc::clone(&self.turns);
        let mut schedule = turns.pause(self.worker);
        let Some(session) = self.session else { return Err(closed()) };
        let fate = schedule.fate(self.batch, &request);
        schedule.note(format_args!("worker {}: {request:?} {fate:?}", self.worker));
        let autocommit = !self.in_transaction;
        let mut running = Running::new(session, request, self.batch, autocommit);
        match fate {
            Fate::Runs | Fate::CutAfter => {}
            Fate::CutBefore => return Err(self.lose(&mut schedule, None)),
            Fate::CutAmid => return Err(self.lose(&mut schedule, Some(running))),
            Fate::Fails(error) => {
                schedule.server.end(session);
                return Err(of(error));
            }
        }
        let done = loop {
            match schedule.server.advance(&mut running) {
                Progress::Done(done) => break done,
                Progress::More => {}
                Progress::Blocked(owner) => {
                    let since = schedule.now;
                    schedule.workers[self.worker].position = Position::Waiting { owner, since };
                }
            }
            schedule.workers[self.worker].running = Some(running);
            drop(schedule);
            schedule = turns.pause(self.worker);
            let worker = &mut schedule.workers[self.worker];
            let position = std::mem::replace(&mut worker.position, Position::Ready);
            let Some(same) = worker.running.take() else { return Err(closed()) };
            running = same;
            if let Position::TimedOut { deadlock } = position {
                schedule.history.batches[self.batch].disturbed = true;
                break Err(if deadlock { SqlError::Deadlock } else { SqlError::Timeout });
            }
        };
        if fate == Fate::CutAfter {
            return Err(self.lose(&mut schedule, None));
        }
        match done {
            Err(SqlError::UniqueViolation) => schedule.counts.duplicates += 1,
            Err(SqlError::Erased) => schedule.counts.erased_meanwhile += 1,
            _ => {}
        }
        if done.is_err() {
            schedule.server.end(session);
        }
        done.map_err(of)
    }

    /// The client has lost the connection. The server notices later, or when the statement is done.
    fn lose(&mut self, schedule: &mut Schedule, running: Option<Running>) -> Error {
        let lost = self.session.take();
        schedule.workers[self.worker].session = None;
        if let Some(session) = lost {
            schedule.orphan(session, running);
        }
        let weak = schedule.server.weakness == Some(Weakness::LossAsConflict);
        if weak { of(SqlError::Deadlock) } else { closed() }
    }
}

impl WriteSession for SimulatedSession {
    fn lock(&mut self, owners: &[OwnerId], skip_locked: bool) -> QueryResult<Vec<OwnerId>> {
        match self.request(Request::Lock { owners: owners.to_vec(), skip_locked })? {
            Reply::Locked(owners) => Ok(owners),
            _ => Err(Error::NotFound),
        }
    }

    fn load(&mut self, reads: &[ToLoad]) -> QueryResult<Vec<Loaded>> {
        match self.request(Request::Load(reads.to_vec()))? {
            Reply::Loaded(loaded) => Ok(loaded),
            _ => Err(Error::NotFound),
        }
    }

    fn load_trash(&mut self, owner: &OwnerId, limit: usize) -> QueryResult<Vec<TrashedId>> {
        match self.request(Request::LoadTrash { owner: owner.clone(), limit })? {
            Reply::Trash(oldest) => Ok(oldest),
            _ => Err(Error::NotFound),
        }
    }

    fn load_listed(&mut self, owner: &OwnerId, list: ListId) -> QueryResult<(Option<Seen>, Vec<ListedTask>)> {
        match self.request(Request::LoadListed(owner.clone(), list))? {
            Reply::Listed(seen, tasks) => Ok((seen, tasks)),
            _ => Err(Error::NotFound),
        }
    }

    fn load_lists(&mut self, owners: &[OwnerId]) -> QueryResult<Vec<LoadedLists>> {
        match self.request(Request::LoadLists(owners.to_vec()))? {
            Reply::Lists(lists) => Ok(lists),
            _ => Err(Error::NotFound),
        }
    }

    fn load_order(&mut self, owner: &OwnerId) -> QueryResult<(Option<Seen>, Vec<OrderedTask>)> {
        match self.request(Request::LoadOrder(owner.clone()))? {
            Reply::Order(seen, order) => Ok((seen, order)),
            _ => Err(Error::NotFound),
        }
    }

    fn store(&mut self, stores: &[&Store]) -> QueryResult<Vec<Option<i64>>> {
        match self.request(Request::Store(stores.iter().copied().cloned().collect()))? {
            Reply::Stored(epochs) => Ok(epochs),
            _ => Err(Error::NotFound),
        }
    }

    fn last_stores(&mut self, owners: &[OwnerId]) -> QueryResult<Vec<Option<LastStore>>> {
        match self.request(Request::LastStores(owners.to_vec()))? {
            Reply::LastStores(last) => Ok(last),
            _ => Err(Error::NotFound),
        }
    }
}

impl Schedule {
    fn fate(&mut self, batch: usize, request: &Request) -> Fate {
        if self.calm {
            return Fate::Runs;
        }
        if self.random.chance(self.plan.cut) {
            self.counts.cuts += 1;
            let batch = &mut self.history.batches[batch];
            (batch.lost, batch.disturbed) = (true, true);
            return self.random.one_of(&[Fate::CutBefore, Fate::CutAfter, Fate::CutAmid]);
        }
        let writes = matches!(request, Request::Store(_) | Request::Lock { .. });
        if writes && self.fails(batch) {
            return Fate::Fails(self.random.one_of(&[
                SqlError::Timeout,
                SqlError::ReadOnly,
                SqlError::Other,
            ]));
        }
        Fate::Runs
    }

    fn fails(&mut self, batch: usize) -> bool {
        let fails = self.random.chance(self.plan.fail);
        self.history.batches[batch].disturbed |= fails;
        fails
    }
}

fn closed() -> Error {
    Error::DatabaseError(DatabaseErrorKind::ClosedConnection, Box::new("connection lost".to_owned()))
}

/// The error as the driver gives it.
fn of(error: SqlError) -> Error {
    let (kind, message) = match error {
        SqlError::Erased => (DatabaseErrorKind::Unknown, "invalid input syntax: owner erased meanwhile"),
        SqlError::UniqueViolation => (DatabaseErrorKind::UniqueViolation, "duplicate key value"),
        SqlError::Deadlock => (DatabaseErrorKind::Unknown, "deadlock detected"),
        SqlError::Timeout => (DatabaseErrorKind::Unknown, "canceling statement due to lock timeout"),
        SqlError::ReadOnly => (DatabaseErrorKind::ReadOnlyTransaction, "read-only transaction"),
        SqlError::Other => (DatabaseErrorKind::Unknown, "something else"),
    };
    Error::DatabaseError(kind, Box::new(message.to_owned()))
}

//! The connection pool, and when a connection is verified before its use.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use diesel::r2d2::R2D2Connection;
use diesel::{ConnectionError, QueryResult};
use r2d2::{HandleError, ManageConnection, PooledConnection};

use crate::DatabaseOptions;
use crate::backend::{Backend, Failure, Layout};

/// Connections without a successful statement for this long are verified before use. One round trip after a pause is cheap;
/// one before every statement would double the round trips.
const REVALIDATE_AFTER: Duration = Duration::from_secs(1);

/// An older connection to a read-only server means that the server has changed its role.
pub(crate) const ROLE_CHECK_AFTER: Duration = Duration::from_secs(1);

/// A shared pool of connections.
pub(crate) struct Pool<B: Backend>(Arc<PoolInner<B>>);

impl<B: Backend> Clone for Pool<B> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

struct PoolInner<B: Backend> {
    backend: Arc<B>,
    max_connections: u32,
    wait: Duration,
    health: Arc<PoolHealth>,
    generations: Mutex<Generations<B>>,
}

/// A pool with hanging connections is retired and replaced. All retired pools together have fewer connections than the
/// maximum of one, so that the total is at most twice the configured number.
struct Generations<B: Backend> {
    number: u64,
    current: r2d2::Pool<Manager<B>>,
    previous: Vec<r2d2::Pool<Manager<B>>>,
}

/// The health of all connections.
#[derive(Default)]
struct PoolHealth {
    times: Mutex<ConnectionTimes>,
}

#[derive(Default, Clone, Copy)]
struct ConnectionTimes {
    /// When a connection was last lost: the others may be broken too.
    last_loss: Option<Instant>,
    /// Connections opened before this time are discarded.
    discard_before: Option<Instant>,
}

impl PoolHealth {
    fn times(&self) -> MutexGuard<'_, ConnectionTimes> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<B: Backend> Pool<B> {
    /// A pool that opens connections on demand.
    pub(crate) fn new(backend: Arc<B>, options: &DatabaseOptions) -> Self {
        let health = Arc::default();
        let max_connections = options.max_connections.max(1);
        let current = build(&backend, max_connections, options.pool_wait, &health);
        let generations = Mutex::new(Generations { number: 0, current, previous: Vec::new() });
        Self(Arc::new(PoolInner { backend, max_connections, wait: options.pool_wait, health, generations }))
    }

    /// Checks out a connection; see [`Pool::needs_verification`].
    pub(crate) fn check_out(&self) -> Result<CheckedOut<B>, Failure> {
        let end = Instant::now() + self.0.wait;
        let (number, connections) = {
            let generations = self.generations();
            (generations.number, generations.current.clone())
        };
        loop {
            let rest = end.saturating_duration_since(Instant::now());
            let connection = connections.get_timeout(rest).map_err(Failure::no_connection)?;
            // Dropping an outdated connection removes it from the pool.
            if !is_outdated(connection.made, &self.0.health) {
                return Ok(CheckedOut { connection, generation: number });
            }
        }
    }

    /// Whether the connection must be verified before use.
    pub(crate) fn needs_verification(&self, connection: &CheckedOut<B>) -> bool {
        let verified = connection.connection.verified;
        let last_loss = self.0.health.times().last_loss;
        B::CONNECTIONS_CAN_BREAK
            && (verified.elapsed() >= REVALIDATE_AFTER || last_loss.is_some_and(|loss| loss >= verified))
    }

    /// Where the rows of different owners are.
    pub(crate) fn layout(&self) -> Layout {
        self.0.backend.layout()
    }

    /// Runs the statements of one group of reads. A success counts as verification.
    pub(crate) fn read<T>(
        &self,
        connection: &mut CheckedOut<B>,
        run: impl FnOnce(&B, &mut B::Connection) -> QueryResult<T>,
    ) -> QueryResult<T> {
        let backend = &*self.0.backend;
        let result = backend.read(&mut connection.connection.inner, |inner| run(backend, inner));
        if result.is_ok() {
            connection.connection.verified = Instant::now();
        }
        result
    }

    /// Runs the statements of a write; with `transaction`, in one transaction. A success counts as verification.
    pub(crate) fn write<T>(
        &self,
        connection: &mut CheckedOut<B>,
        transaction: bool,
        run: impl FnOnce(&mut B::Connection) -> QueryResult<T>,
    ) -> QueryResult<T> {
        let result = self.0.backend.write(&mut connection.connection.inner, transaction, run);
        if result.is_ok() {
            connection.connection.verified = Instant::now();
        }
        result
    }

    /// Records the loss of this connection: the others are verified before use.
    pub(crate) fn record_loss(&self, mut connection: CheckedOut<B>) {
        connection.connection.is_lost = true;
        self.0.health.times().last_loss = Some(Instant::now());
    }

    /// Discards this connection alone, which may have cached what was damaged.
    pub(crate) fn discard(mut connection: CheckedOut<B>) {
        connection.connection.is_lost = true;
    }

    /// Discards all current connections. They may work, but reach the wrong server.
    pub(crate) fn discard_all(&self) {
        self.0.health.times().discard_before = Some(Instant::now());
        drain(&self.generations().current);
    }

    /// Retires the pool of this generation, because one of its connections hangs. False if the retired pools would then have
    /// more connections than one pool may have: with the new pool, the total is at most twice the maximum.
    pub(crate) fn retire(&self, generation: u64) -> bool {
        let mut generations = self.generations();
        if generation < generations.number {
            return true;
        }
        generations.previous.iter().for_each(drain);
        generations.previous.retain(|previous| previous.state().connections > 0);
        let hung: u32 = generations.previous.iter().map(|previous| previous.state().connections).sum();
        let current = generations.current.state();
        if hung + current.connections.saturating_sub(current.idle_connections) > self.0.max_connections {
            return false;
        }
        self.0.health.times().discard_before = Some(Instant::now());
        let new = build(&self.0.backend, self.0.max_connections, self.0.wait, &self.0.health);
        let old = std::mem::replace(&mut generations.current, new);
        drain(&old);
        generations.previous.push(old);
        generations.number += 1;
        true
    }

    /// The numbers of open connections and of those in use.
    pub(crate) fn usage(&self) -> (u32, u32) {
        let generations = self.generations();
        let pools = generations.previous.iter().chain([&generations.current]);
        pools.map(r2d2::Pool::state).fold((0, 0), |(open, used), state| {
            (open + state.connections, used + state.connections.saturating_sub(state.idle_connections))
        })
    }

    fn generations(&self) -> MutexGuard<'_, Generations<B>> {
        self.0.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn build<B: Backend>(
    backend: &Arc<B>,
    size: u32,
    wait: Duration,
    health: &Arc<PoolHealth>,
) -> r2d2::Pool<Manager<B>> {
    r2d2::Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        .test_on_check_out(false)
        .connection_timeout(wait)
        .error_handler(Box::new(IgnoreErrors))
        .build_unchecked(Manager { backend: Arc::clone(backend), health: Arc::clone(health) })
}

/// Checks out all idle connections, which removes the outdated ones.
fn drain<B: Backend>(connections: &r2d2::Pool<Manager<B>>) {
    // Returned after all were taken, so that each is taken once.
    let taken: Vec<_> = std::iter::from_fn(|| connections.try_get()).collect();
    drop(taken);
}

fn is_outdated(made: Instant, health: &PoolHealth) -> bool {
    health.times().discard_before.is_some_and(|before| made <= before)
}

/// A connection in use.
pub(crate) struct CheckedOut<B: Backend> {
    connection: PooledConnection<Manager<B>>,
    /// Its pool, for [`Pool::retire`].
    pub(crate) generation: u64,
}

impl<B: Backend> CheckedOut<B> {
    /// Pings it. A broken connection is not used again.
    pub(crate) fn verify(&mut self) -> bool {
        let works = self.connection.inner.ping().is_ok();
        self.connection.is_lost = !works;
        works
    }

    /// When it was opened.
    pub(crate) fn made(&self) -> Instant {
        self.connection.made
    }
}

/// A connection in the pool.
pub(crate) struct Connection<C> {
    inner: C,
    made: Instant,
    /// When a statement last succeeded.
    verified: Instant,
    is_lost: bool,
}

impl<C> Deref for Connection<C> {
    type Target = C;

    fn deref(&self) -> &C {
        &self.inner
    }
}

impl<C> DerefMut for Connection<C> {
    fn deref_mut(&mut self) -> &mut C {
        &mut self.inner
    }
}

/// Opens connections.
struct Manager<B> {
    backend: Arc<B>,
    health: Arc<PoolHealth>,
}

impl<B: Backend> ManageConnection for Manager<B> {
    type Connection = Connection<B::Connection>;
    type Error = ConnectionError;

    fn connect(&self) -> Result<Self::Connection, ConnectionError> {
        // The time before connecting: an event during it may concern this connection.
        let made = Instant::now();
        let connection = self.backend.connect();
        Ok(Connection { inner: connection?, made, verified: Instant::now(), is_lost: false })
    }

    fn is_valid(&self, connection: &mut Self::Connection) -> Result<(), ConnectionError> {
        connection.ping().map_err(ConnectionError::CouldntSetupConfiguration)
    }

    fn has_broken(&self, connection: &mut Self::Connection) -> bool {
        std::thread::panicking()
            || connection.is_lost
            || connection.inner.is_broken()
            || is_outdated(connection.made, &self.health)
    }
}

/// Ignores errors: the calls that need the connection fail.
#[derive(Debug)]
struct IgnoreErrors;

impl HandleError<ConnectionError> for IgnoreErrors {
    fn handle_error(&self, _: ConnectionError) {}
}

//! The pool of connections, and the doubt whether one that has lain there is still good.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use diesel::r2d2::R2D2Connection;
use diesel::{ConnectionError, QueryResult};
use r2d2::{HandleError, ManageConnection, PooledConnection};

use crate::DatabaseOptions;
use crate::dialect::Dialect;
use crate::failure::Failure;

/// A connection that has rested longer than this is tried before it is used. One round trip after a rest is not felt;
/// one before every statement would double them.
const TRUST: Duration = Duration::from_secs(1);

/// Connections of one dialect.
pub(crate) struct Pool<D: Dialect> {
    dialect: Arc<D>,
    connections: r2d2::Pool<Manager<D>>,
    wait: Duration,
    last_loss: Arc<Mutex<Option<Instant>>>,
}

impl<D: Dialect> Clone for Pool<D> {
    fn clone(&self) -> Self {
        Self {
            dialect: Arc::clone(&self.dialect),
            connections: self.connections.clone(),
            wait: self.wait,
            last_loss: Arc::clone(&self.last_loss),
        }
    }
}

/// When a connection was last known to be good.
struct Proven(Instant);

impl<D: Dialect> Pool<D> {
    /// A pool that makes connections when they are asked for.
    pub(crate) fn new(dialect: Arc<D>, options: &DatabaseOptions) -> Self {
        let connections = r2d2::Pool::builder()
            .max_size(options.max_connections.max(1))
            .min_idle(Some(0))
            .test_on_check_out(false)
            .connection_timeout(options.pool_wait)
            .error_handler(Box::new(Told))
            .build_unchecked(Manager { dialect: Arc::clone(&dialect), away: AtomicBool::new(false) });
        Self { dialect, connections, wait: options.pool_wait, last_loss: Arc::default() }
    }

    /// A connection that was good a moment ago.
    pub(crate) fn check_out(&self) -> Result<PooledConnection<Manager<D>>, Failure> {
        let end = Instant::now() + self.wait;
        loop {
            let rest = end.saturating_duration_since(Instant::now());
            let mut connection = self.connections.get_timeout(rest).map_err(Failure::no_connection)?;
            let proven = PooledConnection::extensions(&connection).get::<Proven>().map(|proven| proven.0);
            let now = Instant::now();
            if proven.is_none_or(|at| self.trusts(at, now)) || connection.ping().is_ok() {
                PooledConnection::extensions_mut(&mut connection).insert(Proven(now));
                return Ok(connection);
            }
        }
    }

    /// Runs what one set calls for.
    pub(crate) fn transact<T>(
        &self,
        connection: &mut D::Connection,
        run: impl FnOnce(&mut D::Connection) -> QueryResult<T>,
    ) -> QueryResult<T> {
        self.dialect.transact(connection, run)
    }

    /// Runs the statements of a write; with `transaction`, in one transaction.
    pub(crate) fn write<T>(
        &self,
        connection: &mut D::Connection,
        transaction: bool,
        run: impl FnOnce(&mut D::Connection) -> QueryResult<T>,
    ) -> QueryResult<T> {
        self.dialect.write(connection, transaction, run)
    }

    /// Says that a connection was lost: the others that lie in the pool may be gone with it.
    pub(crate) fn lost_one(&self) {
        *self.last_loss.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    fn trusts(&self, proven: Instant, now: Instant) -> bool {
        let last_loss = *self.last_loss.lock().unwrap_or_else(PoisonError::into_inner);
        !D::LOSES_CONNECTIONS || (now - proven < TRUST && last_loss.is_none_or(|loss| loss < proven))
    }
}

/// Makes connections, and says when the database goes and comes back.
pub(crate) struct Manager<D> {
    dialect: Arc<D>,
    away: AtomicBool,
}

impl<D: Dialect> ManageConnection for Manager<D> {
    type Connection = D::Connection;
    type Error = ConnectionError;

    fn connect(&self) -> Result<D::Connection, ConnectionError> {
        let connection = self.dialect.connect();
        match &connection {
            Err(error) if !self.away.swap(true, Ordering::Relaxed) => {
                tracing::warn!(error = %error, "the database cannot be reached");
            }
            Ok(_) if self.away.swap(false, Ordering::Relaxed) => {
                tracing::info!("the database can be reached again");
            }
            _ => {}
        }
        connection
    }

    fn is_valid(&self, connection: &mut D::Connection) -> Result<(), ConnectionError> {
        connection.ping().map_err(ConnectionError::CouldntSetupConfiguration)
    }

    fn has_broken(&self, connection: &mut D::Connection) -> bool {
        std::thread::panicking() || connection.is_broken()
    }
}

/// The manager has said it already.
#[derive(Debug)]
struct Told;

impl HandleError<ConnectionError> for Told {
    fn handle_error(&self, _: ConnectionError) {}
}

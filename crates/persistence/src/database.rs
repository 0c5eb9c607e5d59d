use std::io;
use std::sync::Arc;

use domain::{Readiness, TaskRepository};

use crate::dialect::{Dialect, GROUP_ROWS, Outcomes, one_set};
use crate::location::Location;
use crate::pool::Pool;
use crate::readiness::{WorkerReadiness, probe};
use crate::repository::WorkerTasks;
use crate::workers::{DeadlineTimer, Expire, Queue, QueueLimits, Request, Sender, Timeouts, Work, Workers};
use crate::{DatabaseOptions, Engine, MigrateError, OpenError, WorkKind, migrations};

/// An opened database. Its workers end when it and every port taken from it are dropped.
pub struct Database {
    engine: Engine,
    migrator: Box<dyn Migrator>,
    tasks: Arc<WorkerTasks>,
    readiness: Arc<WorkerReadiness>,
}

impl Database {
    /// Opens the database that the URL names. An SQLite file is made when it is not there, with its folder; of a
    /// PostgreSQL server nothing is asked yet.
    pub fn open(options: &DatabaseOptions) -> Result<Self, OpenError> {
        let location = Location::parse(&options.url)?;
        let engine = location.engine();
        match location {
            #[cfg(feature = "sqlite")]
            Location::Sqlite(path) => {
                Self::start(engine, crate::sqlite::Sqlite::open(path, options)?, options)
            }
            #[cfg(feature = "postgres")]
            Location::Postgres(url) => {
                Self::start(engine, crate::postgres::Postgres::new(&url, options), options)
            }
            #[cfg(not(all(feature = "sqlite", feature = "postgres")))]
            _ => Err(OpenError::EngineNotBuilt { engine }),
        }
    }

    /// Refuses what [`Database::open`] would refuse, without making a file that is not there.
    pub fn check(options: &DatabaseOptions) -> Result<(), OpenError> {
        match Location::parse(&options.url)? {
            Location::Sqlite(path) if !path.exists() && cfg!(feature = "sqlite") => Ok(()),
            _ => Self::open(options).map(drop),
        }
    }

    /// Brings the schema up to date and gives the names of the migrations that ran, oldest first. Of processes that
    /// do so at once, one runs them. It blocks.
    pub fn migrate(&self) -> Result<Vec<String>, MigrateError> {
        self.migrator.migrate()
    }

    /// The names of the migrations that have not run yet, oldest first. It writes nothing, and blocks.
    pub fn pending_migrations(&self) -> Result<Vec<String>, MigrateError> {
        self.migrator.pending()
    }

    /// The repository on this database.
    #[must_use]
    pub fn tasks(&self) -> Arc<dyn TaskRepository> {
        Arc::clone(&self.tasks) as _
    }

    /// Whether this database answers and has the schema of this build.
    #[must_use]
    pub fn readiness(&self) -> Arc<dyn Readiness> {
        Arc::clone(&self.readiness) as _
    }

    /// Which kind of database it is.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    fn start<D: Dialect>(engine: Engine, dialect: D, options: &DatabaseOptions) -> Result<Self, OpenError> {
        let dialect = Arc::new(dialect);
        let pool = Pool::new(Arc::clone(&dialect), options);
        let starter = Starter { pool, options, expiring: Vec::new() };
        let (tasks, readiness) = starter.start().map_err(OpenError::Thread)?;
        Ok(Self {
            engine,
            migrator: Box::new(dialect),
            tasks: Arc::new(tasks),
            readiness: Arc::new(readiness),
        })
    }
}

trait Migrator: Send + Sync {
    fn migrate(&self) -> Result<Vec<String>, MigrateError>;
    fn pending(&self) -> Result<Vec<String>, MigrateError>;
}

impl<D: Dialect> Migrator for Arc<D> {
    fn migrate(&self) -> Result<Vec<String>, MigrateError> {
        migrations::run::<D>(self)
    }

    fn pending(&self) -> Result<Vec<String>, MigrateError> {
        migrations::look::<D>(self)
    }
}

/// The most requests of one group: more make it no cheaper for each, and the first ones wait for the last.
const GROUP_CALLS: usize = 64;

struct Starter<'a, D: Dialect> {
    pool: Pool<D>,
    options: &'a DatabaseOptions,
    expiring: Vec<Arc<dyn Expire>>,
}

impl<D: Dialect> Starter<'_, D> {
    fn start(mut self) -> io::Result<(WorkerTasks, WorkerReadiness)> {
        let counts = D::worker_counts(self.options.max_connections as usize);
        let gets = self.read(WorkKind::Get, self.limits(counts.gets, |_| 1, GROUP_CALLS), D::get)?;
        let pages = QueueLimits {
            // However many pages an owner asks for, others find a worker.
            running_per_owner: counts.pages.div_ceil(2),
            ..self.limits(counts.pages, D::page_weight, GROUP_ROWS)
        };
        let pages = self.read(WorkKind::Page, pages, D::list)?;
        let scans = QueueLimits {
            running_per_owner: 1,
            waiting_per_owner: self.options.scans_per_owner,
            ..self.limits(counts.scans, |_| 1, 1)
        };
        let scans = self.read(WorkKind::Scan, scans, D::list)?;
        let probes = self.limits(1, |_| 1, GROUP_CALLS);
        let probes = self.read(WorkKind::Readiness, probes, probe::<D>)?;
        let mut writes = Vec::new();
        for _ in 0..counts.writes.max(1) {
            let work =
                Work { idempotent: false, parts: D::sets_of_writes, ..self.work(WorkKind::Write, D::write) };
            writes.push(self.open(work, self.limits(1, |_| 1, GROUP_CALLS))?);
        }
        let timer = Arc::new(DeadlineTimer::start(self.expiring, self.options.deadline)?);
        let readiness = WorkerReadiness { probes, _timer: Arc::clone(&timer) };
        Ok((WorkerTasks { gets, pages, scans, writes, _timer: timer }, readiness))
    }

    fn limits<R>(&self, workers: usize, weight: fn(&R) -> usize, capacity: usize) -> QueueLimits<R> {
        QueueLimits {
            length: self.options.queue_length.max(1),
            waiting_per_owner: usize::MAX,
            running_per_owner: usize::MAX,
            timeout: self.options.deadline,
            workers,
            weight,
            capacity,
        }
    }

    fn work<R, A>(&self, kind: WorkKind, run: fn(&mut D::Connection, &[R]) -> Outcomes<A>) -> Work<D, R, A> {
        Work {
            kind,
            pool: self.pool.clone(),
            parts: one_set,
            idempotent: true,
            timeouts: Timeouts::new(self.options),
            run,
            observer: Arc::clone(&self.options.observer),
        }
    }

    fn read<R: Request, A: Send + 'static>(
        &mut self,
        kind: WorkKind,
        limits: QueueLimits<R>,
        run: fn(&mut D::Connection, &[R]) -> Outcomes<A>,
    ) -> io::Result<Sender<R, A>> {
        let work = self.work(kind, run);
        self.open(work, limits)
    }

    fn open<R: Request, A: Send + 'static>(
        &mut self,
        work: Work<D, R, A>,
        limits: QueueLimits<R>,
    ) -> io::Result<Sender<R, A>> {
        let count = limits.workers;
        let (sender, queue) = Queue::new(limits, work.kind, Arc::clone(&work.observer));
        self.expiring.push(Workers::start(work, queue, count)?);
        Ok(sender)
    }
}

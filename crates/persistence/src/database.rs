use std::io;
use std::sync::Arc;
use std::time::Duration;

use domain::{Outcome, Readiness, RepositoryError, TaskRepository};

use crate::dialect::{GROUP_ROWS, Outcomes};
use crate::jobs::{self, BackgroundJobs, JobOptions, JobsReport, RunJobs};
use crate::location::Location;
use crate::migrations::{self, MigrationBackend};
use crate::pool::Pool;
use crate::readiness::{WorkerReadiness, probe};
use crate::repository::WorkerTasks;
use crate::workers::{
    Context, DeadlineTimer, Expire, NewServer, Queue, QueueLimits, Reads, Request, Sender, Timeouts, Workers,
};
use crate::write::{BlockedOwners, Write, WriteQueue, WriteServer};
use crate::{DatabaseObserver, DatabaseOptions, Engine, MigrateError, MigrationOptions, OpenError, WorkKind};

/// An opened database. Its workers end when it and every port taken from it are dropped.
pub struct Database {
    engine: Engine,
    migrator: Box<dyn Migrator>,
    startup_timeout: Duration,
    migrations: MigrationOptions,
    tasks: Arc<WorkerTasks>,
    readiness: Arc<WorkerReadiness>,
    jobs: Arc<dyn RunJobs>,
    observer: Arc<dyn DatabaseObserver>,
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

    /// Waits until the server accepts connections, [`DatabaseOptions::startup_timeout`] at most, and rejects a database
    /// that cannot hold every text. Failures that do not pass, such as a wrong password, end the wait. It writes
    /// nothing, and blocks; an SQLite file is always available.
    pub fn wait_until_available(&self) -> Result<(), MigrateError> {
        self.migrator.wait_until_available(self.startup_timeout, &self.migrations)
    }

    /// Brings the schema up to date and gives the names of the migrations that ran, oldest first. Of processes that
    /// do so at once, one runs each of them. It blocks, writes nothing when nothing is pending, and does not wait for
    /// a server that is not available.
    pub fn migrate(&self) -> Result<Vec<String>, MigrateError> {
        self.migrator.migrate(&self.migrations)
    }

    /// The names of the migrations that have not run yet, oldest first. It writes nothing, and blocks.
    pub fn pending_migrations(&self) -> Result<Vec<String>, MigrateError> {
        self.migrator.pending(&self.migrations)
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

    /// Starts the background jobs, which need the schema of this build. They end when what this gives is dropped.
    pub fn start_jobs(&self, options: JobOptions) -> io::Result<BackgroundJobs> {
        jobs::start(Arc::clone(&self.jobs), options, Arc::clone(&self.observer))
    }

    /// Runs all background jobs once. It blocks.
    pub fn run_jobs(&self, options: &JobOptions) -> Result<JobsReport, RepositoryError> {
        self.jobs.run(options, Duration::ZERO).map_err(|failure| failure.error())
    }

    /// Which kind of database it is.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    fn start<D: MigrationBackend>(
        engine: Engine,
        dialect: D,
        options: &DatabaseOptions,
    ) -> Result<Self, OpenError> {
        let dialect = Arc::new(dialect);
        let pool = Pool::new(Arc::clone(&dialect), options);
        let jobs = Arc::clone(&dialect);
        let starter = Starter { pool, options, expiring: Vec::new() };
        let (tasks, readiness) = starter.start().map_err(OpenError::Thread)?;
        Ok(Self {
            engine,
            migrator: Box::new(dialect),
            startup_timeout: options.startup_timeout,
            migrations: options.migrations.clone(),
            tasks: Arc::new(tasks),
            readiness: Arc::new(readiness),
            jobs: Arc::new(jobs),
            observer: Arc::clone(&options.observer),
        })
    }
}

trait Migrator: Send + Sync {
    fn wait_until_available(&self, timeout: Duration, options: &MigrationOptions)
    -> Result<(), MigrateError>;
    fn migrate(&self, options: &MigrationOptions) -> Result<Vec<String>, MigrateError>;
    fn pending(&self, options: &MigrationOptions) -> Result<Vec<String>, MigrateError>;
}

impl<B: MigrationBackend> Migrator for Arc<B> {
    fn wait_until_available(
        &self,
        timeout: Duration,
        options: &MigrationOptions,
    ) -> Result<(), MigrateError> {
        B::wait_until_available(self, timeout, options)
    }

    fn migrate(&self, options: &MigrationOptions) -> Result<Vec<String>, MigrateError> {
        migrations::run::<B>(self, options)
    }

    fn pending(&self, options: &MigrationOptions) -> Result<Vec<String>, MigrateError> {
        migrations::pending_names::<B>(self, options)
    }
}

/// The most requests of one group: more make it no cheaper for each, and the first ones wait for the last.
const GROUP_CALLS: usize = 64;

struct Starter<'a, D: MigrationBackend> {
    pool: Pool<D>,
    options: &'a DatabaseOptions,
    expiring: Vec<Arc<dyn Expire>>,
}

impl<D: MigrationBackend> Starter<'_, D> {
    fn start(mut self) -> io::Result<(WorkerTasks, WorkerReadiness)> {
        let counts = D::worker_counts(self.options.max_connections as usize);
        let gets = self.read(WorkKind::Get, self.limits(counts.gets, |_| 1, GROUP_CALLS), D::get)?;
        let pages = QueueLimits {
            // One group of an owner at a time: however many and large pages one asks for, others find a worker.
            running_per_owner: 1,
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
        let blocked_owners = Arc::new(BlockedOwners::default());
        let blocked_writes = self.write(&blocked_owners, None)?;
        let mut writes = Vec::new();
        for _ in 0..counts.writes.max(1) {
            writes.push(self.write(&blocked_owners, Some(blocked_writes.queue()))?);
        }
        let (pool, observer) = (self.pool.clone(), Arc::clone(&self.options.observer));
        let usage = move || {
            let (open, in_use) = pool.usage();
            observer.connections(open, in_use);
        };
        let timer = Arc::new(DeadlineTimer::start(self.expiring, usage, self.options.deadline)?);
        let readiness = WorkerReadiness { probes, _timer: Arc::clone(&timer) };
        let tasks = WorkerTasks { gets, pages, scans, writes, blocked_writes, blocked_owners, _timer: timer };
        Ok((tasks, readiness))
    }

    fn limits<R>(&self, workers: usize, weight: fn(&R) -> usize, capacity: usize) -> QueueLimits<R> {
        QueueLimits {
            length: self.options.queue_length.max(1),
            waiting_per_owner: usize::MAX,
            running_per_owner: usize::MAX,
            timeout: self.options.deadline,
            is_write: false,
            workers,
            weight,
            capacity,
        }
    }

    fn context(&self, kind: WorkKind, timeouts: Timeouts) -> Context<D> {
        Context { kind, pool: self.pool.clone(), timeouts, observer: Arc::clone(&self.options.observer) }
    }

    fn read<R: Request, A: Send + 'static>(
        &mut self,
        kind: WorkKind,
        limits: QueueLimits<R>,
        run: fn(&mut D::Connection, &[R]) -> Outcomes<A>,
    ) -> io::Result<Sender<R, A>> {
        let context = self.context(kind, Timeouts::of_reads(self.options));
        self.open(context, limits, Box::new(move || Box::new(Reads { run })))
    }

    /// A queue with one worker, so that all writes of one owner in it are of one batch or of one after the other.
    fn write(
        &mut self,
        blocked: &Arc<BlockedOwners>,
        blocked_queue: Option<WriteQueue>,
    ) -> io::Result<Sender<Write, Outcome>> {
        let limits = QueueLimits { is_write: true, ..self.limits(1, |_| 1, GROUP_CALLS) };
        let context = self.context(WorkKind::Write, Timeouts::of_writes(self.options));
        let (blocked, lock_timeout) = (Arc::clone(blocked), self.options.lock_timeout);
        let server = move || {
            Box::new(WriteServer::new(Arc::clone(&blocked), blocked_queue.clone(), lock_timeout)) as _
        };
        self.open(context, limits, Box::new(server))
    }

    fn open<R: Request, A: Send + 'static>(
        &mut self,
        context: Context<D>,
        limits: QueueLimits<R>,
        new_server: NewServer<D, R, A>,
    ) -> io::Result<Sender<R, A>> {
        let count = limits.workers;
        let (sender, queue) = Queue::new(limits, context.kind, Arc::clone(&context.observer));
        self.expiring.push(Workers::start(context, new_server, queue, count)?);
        Ok(sender)
    }
}

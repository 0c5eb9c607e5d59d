use std::io;
use std::sync::Arc;
use std::time::Duration;

use domain::{Readiness, RepositoryError, TaskRepository};

use crate::dialect::{Get, List, Outcomes, one_set};
use crate::jobs::{self, BackgroundJobs, JobOptions, JobsReport, RunJobs};
use crate::lanes::{Lane, Queue, Waiting, Watch, Watched};
use crate::location::Location;
use crate::migrations::{self, MigrationBackend};
use crate::pool::Pool;
use crate::readiness::{LaneReadiness, Probe, probe};
use crate::repository::LaneTasks;
use crate::write::{BlockedOwners, Write, WriteWorker};
use crate::{DatabaseOptions, Engine, MigrateError, MigrationOptions, OpenError};

/// An opened database. Its lanes end when it and every port taken from it are dropped.
pub struct Database {
    engine: Engine,
    migrator: Box<dyn Migrator>,
    startup_timeout: Duration,
    migrations: MigrationOptions,
    tasks: Arc<LaneTasks>,
    readiness: Arc<LaneReadiness>,
    jobs: Arc<dyn RunJobs>,
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
        jobs::start(Arc::clone(&self.jobs), options)
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
        let lanes = Lanes { pool: pool.clone(), options, watched: Vec::new() };
        let (tasks, readiness) = lanes.start().map_err(OpenError::Thread)?;
        Ok(Self {
            engine,
            migrator: Box::new(dialect),
            startup_timeout: options.startup_timeout,
            migrations: options.migrations.clone(),
            tasks: Arc::new(tasks),
            readiness: Arc::new(readiness),
            jobs: Arc::new(pool),
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

/// The most requests of one set: more make it no cheaper for each, and the first ones wait for the last.
const AT_ONCE: usize = 64;

struct Lanes<'a, D: MigrationBackend> {
    pool: Pool<D>,
    options: &'a DatabaseOptions,
    watched: Vec<Arc<dyn Watched>>,
}

impl<D: MigrationBackend> Lanes<'_, D> {
    fn start(mut self) -> io::Result<(LaneTasks, LaneReadiness)> {
        let arrangement = D::arrangement(self.options.max_connections as usize);
        let gets: Lane<D, Get, _> = self.lane("db-get", AT_ONCE, true, one_set, D::get);
        let lists: Lane<D, List, _> =
            self.lane("db-list", arrangement.lists_at_once, true, D::sets_of_lists, D::list);
        let probes: Lane<D, Probe, _> = self.lane("db-ready", AT_ONCE, true, one_set, probe::<D>);
        let gets = self.open(gets, arrangement.get_lanes)?;
        let lists = self.open(lists, arrangement.list_lanes)?;
        let probes = self.open(probes, 1)?;
        let blocked_owners = Arc::new(BlockedOwners::default());
        let mut writes = Vec::new();
        for number in 0..arrangement.write_lanes.max(1) {
            writes.push(self.write_worker(&format!("db-write-{number}"), &blocked_owners)?);
        }
        let blocked_writes = self.write_worker("db-write-blocked", &blocked_owners)?;
        let watch = Arc::new(Watch::start(self.watched, self.options.deadline)?);
        let readiness = LaneReadiness { probes, _watch: Arc::clone(&watch) };
        Ok((LaneTasks { gets, lists, writes, blocked_writes, blocked_owners, _watch: watch }, readiness))
    }

    fn write_worker(
        &mut self,
        name: &str,
        blocked: &Arc<BlockedOwners>,
    ) -> io::Result<Queue<Write, domain::Outcome>> {
        let (queue, waiting) = Queue::new(self.options.queue_length, self.options.deadline, 1);
        let limit = self.options.lock_timeout;
        let worker = WriteWorker { pool: self.pool.clone(), limit, blocked: Arc::clone(blocked) };
        worker.start(name.to_owned(), Arc::clone(&waiting))?;
        self.watched.push(waiting);
        Ok(queue)
    }

    fn lane<R, A>(
        &self,
        name: &str,
        at_once: usize,
        repeatable: bool,
        sets: fn(&[R]) -> Vec<usize>,
        run: fn(&mut D::Connection, &[R]) -> Outcomes<A>,
    ) -> Lane<D, R, A> {
        let statement_timeout = self.options.statement_timeout;
        Lane {
            name: name.to_owned(),
            pool: self.pool.clone(),
            at_once,
            sets,
            repeatable,
            statement_timeout,
            run,
        }
    }

    fn open<R: Send + 'static, A: Send + 'static>(
        &mut self,
        lane: Lane<D, R, A>,
        count: usize,
    ) -> io::Result<Queue<R, A>> {
        let (queue, waiting): (_, Arc<Waiting<R, A>>) =
            Queue::new(self.options.queue_length, self.options.deadline, count);
        lane.start(&waiting)?;
        self.watched.push(waiting);
        Ok(queue)
    }
}

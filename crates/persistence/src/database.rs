//! An opened database: the public API, the ports of the domain, and the implementation for each engine.
//!
//! SQL of one engine belongs to [`postgres`] or [`sqlite`], which have submodules of the same names. What both engines
//! share belongs to the other modules of the crate.

mod notifier;
mod outage;
#[cfg(feature = "postgres")]
pub(crate) mod postgres;
mod queues;
mod readiness;
mod replicas;
mod repository;
mod servers;
mod service_lock;
#[cfg(feature = "sqlite")]
pub(crate) mod sqlite;
mod start;

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use domain::{Notifier, Readiness, RepositoryError, TaskRepository};

use crate::backend::Failure;
use crate::maintenance::backup::{Backup, BackupError};
use crate::maintenance::doctor::{Doctor, DoctorError};
use crate::maintenance::jobs::{self, BackgroundJobs, JobBackend, JobOptions, Jobs, RunJobs};
use crate::maintenance::owner_data::OwnerData;
use crate::maintenance::restored::Restored;
use crate::migrations::{self, MigrationBackend};
use crate::options::Location;
use crate::workers::Pool;
use crate::write::WriteBackend;
use crate::{
    DatabaseObserver, DatabaseOptions, Engine, JobsReport, MigrateError, MigrationOptions, OpenError,
};
use notifier::{Exchange, OwnerNotifier};
use readiness::ProbeBackend;
use replicas::ReplicaBackend;
use repository::WorkerTasks;
use servers::ShardBackend;
use service_lock::{ServiceLock, ServiceLockBackend};
use start::Starter;

/// All that an engine implements for a service.
trait DatabaseBackend:
    ReplicaBackend + ShardBackend + WriteBackend + ProbeBackend + JobBackend + NotifyBackend + ServiceLockBackend
{
}
impl<B> DatabaseBackend for B where
    B: ReplicaBackend
        + ShardBackend
        + WriteBackend
        + ProbeBackend
        + JobBackend
        + NotifyBackend
        + ServiceLockBackend
{
}

/// An engine whose processes learn of each other's changes.
trait NotifyBackend {
    /// Whether a process has to notify the others.
    const SENDS: bool;

    /// The notifications between the processes. It does not connect yet.
    fn exchange(&self) -> Box<dyn Exchange>;
}

/// An opened database. Its workers end when it and every port taken from it are dropped.
pub struct Database {
    engine: Engine,
    lifecycle: Box<dyn Lifecycle>,
    startup_timeout: Duration,
    migrations: MigrationOptions,
    tasks: Arc<WorkerTasks>,
    readiness: Arc<dyn Readiness>,
    jobs: Arc<dyn RunJobs>,
    notifier: Arc<OwnerNotifier>,
    observer: Arc<dyn DatabaseObserver>,
    service_lock: Option<ServiceLock>,
}

impl Database {
    /// Opens the database of the URL. It creates a missing SQLite file with its folder, unless it is only read, and does
    /// not connect to a PostgreSQL server yet.
    pub fn open(options: &DatabaseOptions) -> Result<Self, OpenError> {
        let location = Location::parse(&options.url)?;
        let engine = location.engine();
        match location {
            #[cfg(feature = "sqlite")]
            Location::Sqlite(path) => Self::start(engine, sqlite::Sqlite::open(path, options)?, options),
            #[cfg(feature = "postgres")]
            Location::Postgres(url) => Self::start(engine, postgres::Postgres::new(&url, options), options),
            #[cfg(not(all(feature = "sqlite", feature = "postgres")))]
            _ => Err(OpenError::EngineNotBuilt { engine }),
        }
    }

    /// Rejects what [`Database::open`] would reject, without creating a file.
    pub fn check(options: &DatabaseOptions) -> Result<(), OpenError> {
        match Location::parse(&options.url)? {
            Location::Sqlite(path) if !path.exists() && !options.read_only && cfg!(feature = "sqlite") => {
                Ok(())
            }
            _ => Self::open(options).map(drop),
        }
    }

    /// Waits until the server accepts connections, for [`DatabaseOptions::startup_timeout`] at most, and rejects a database
    /// whose encoding is not UTF-8. Permanent failures, such as a wrong password, end the wait. It blocks and writes
    /// nothing; an SQLite file is always available.
    pub fn wait_until_available(&self) -> Result<(), MigrateError> {
        self.lifecycle.wait_until_available(self.startup_timeout, &self.migrations)
    }

    /// Marks this process as a service of the database until the database is dropped or the process ends, so that
    /// [`Restored`] rejects to change it. It blocks while a [`Restored`] is at work, for
    /// [`DatabaseOptions::startup_timeout`] at most. If the lock cannot be used, it logs a warning, and the service runs
    /// without.
    pub fn lock_for_service(&mut self) -> Result<(), MigrateError> {
        self.service_lock = self.lifecycle.lock_for_service(self.startup_timeout)?;
        Ok(())
    }

    /// Runs pending migrations and returns their names, oldest first. If several processes do so concurrently, one of them
    /// runs each migration. It blocks, writes nothing if none is pending, and does not wait for an unavailable server. On a
    /// database that is only read, pending migrations are an error.
    pub fn migrate(&self) -> Result<Vec<String>, MigrateError> {
        self.lifecycle.migrate(&self.migrations)
    }

    /// The names of the pending migrations, oldest first. It blocks and writes nothing.
    pub fn pending_migrations(&self) -> Result<Vec<String>, MigrateError> {
        self.lifecycle.pending(&self.migrations)
    }

    /// Whether the tables are distributed by owner over several servers (Citus), which [`DatabaseOptions::distributed`] must
    /// tell. It blocks and writes nothing.
    pub fn is_distributed(&self) -> Result<bool, MigrateError> {
        self.lifecycle.is_distributed(&self.migrations)
    }

    /// Distributes the tables by owner over the servers of Citus, and returns the names of those that were not distributed
    /// yet. It blocks the writers of these tables as long as it copies their rows.
    pub fn distribute(&self) -> Result<Vec<String>, MigrateError> {
        self.lifecycle.distribute(&self.migrations)
    }

    /// Moves every commit of an SQLite database from its `-wal` file into the database file, which is then complete when it
    /// is copied alone. For a clean stop, when no more requests are served. It blocks, and waits for other processes as long
    /// as a statement may take.
    pub fn checkpoint(&self) -> Result<(), RepositoryError> {
        self.lifecycle.checkpoint().map_err(|failure| failure.error())
    }

    /// The repository on this database.
    #[must_use]
    pub fn tasks(&self) -> Arc<dyn TaskRepository> {
        Arc::clone(&self.tasks) as _
    }

    /// The readiness of this database: it responds, has the schema of this build, and can be read and, unless it is only
    /// read, written.
    #[must_use]
    pub fn readiness(&self) -> Arc<dyn Readiness> {
        Arc::clone(&self.readiness)
    }

    /// Notifies of the changes on this database, also of those of other processes.
    #[must_use]
    pub fn notifier(&self) -> Arc<dyn Notifier> {
        Arc::clone(&self.notifier) as _
    }

    /// Starts the background jobs, which require the schema of this build. They end when the handle is dropped.
    pub fn start_jobs(&self, options: JobOptions) -> io::Result<BackgroundJobs> {
        jobs::start(Arc::clone(&self.jobs), options, Arc::clone(&self.observer))
    }

    /// Runs all background jobs once. It blocks.
    pub fn run_jobs(&self, options: &JobOptions) -> Result<JobsReport, RepositoryError> {
        self.jobs.run(options, Duration::ZERO).map_err(|failure| failure.error())
    }

    /// The engine.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// Copies an SQLite database to a new file: a consistent snapshot, compacted, checked, synced to disk, and readable by
    /// its owner only (mode 0600). It does not block readers or writers. It blocks the caller and needs as much disk space
    /// as the database.
    #[cfg_attr(not(feature = "sqlite"), expect(unused_variables, reason = "there is nothing to copy"))]
    pub fn back_up(options: &DatabaseOptions, to: &Path) -> Result<Backup, BackupError> {
        let location = Location::parse(&options.url).map_err(DoctorError::from)?;
        match location {
            #[cfg(feature = "sqlite")]
            Location::Sqlite(path) => sqlite::Sqlite::open_existing(path, options)?.back_up(to),
            #[cfg(not(feature = "sqlite"))]
            Location::Sqlite(_) => {
                Err(DoctorError::from(OpenError::EngineNotBuilt { engine: Engine::Sqlite }).into())
            }
            Location::Postgres(_) => Err(BackupError::NotAFile { engine: Engine::Postgres }),
        }
    }

    fn start<B: DatabaseBackend>(
        engine: Engine,
        backend: B,
        options: &DatabaseOptions,
    ) -> Result<Self, OpenError> {
        let backend = Arc::new(backend);
        let pool = Pool::new(Arc::clone(&backend), options);
        let notifier = Arc::new(OwnerNotifier::new(B::SENDS, options));
        let jobs = Jobs { database: Arc::clone(&backend), stored: notifier.stored() };
        let starter = Starter::new(pool, Arc::clone(&backend), options, Arc::clone(&notifier));
        let (tasks, readiness) = starter.start().map_err(OpenError::Thread)?;
        let tasks = Arc::new(tasks);
        notifier
            .start(backend.exchange(), Arc::downgrade(&tasks), options.poll)
            .map_err(OpenError::Thread)?;
        Ok(Self {
            engine,
            lifecycle: Box::new(backend),
            startup_timeout: options.startup_timeout,
            migrations: options.migrations.clone(),
            tasks,
            readiness,
            jobs: Arc::new(jobs),
            notifier,
            observer: Arc::clone(&options.observer),
            service_lock: None,
        })
    }
}

/// What works on a database that exists already, of either engine.
macro_rules! on_existing_databases {
    ($($tool:ident)*) => { $(
        impl $tool {
            /// Finds the database of the URL. It creates no file and does not connect to a server yet.
            pub fn new(options: &DatabaseOptions) -> Result<Self, DoctorError> {
                match Location::parse(&options.url)? {
                    #[cfg(feature = "sqlite")]
                    Location::Sqlite(path) => Ok(Self::of(sqlite::Sqlite::open_existing(path, options)?)),
                    #[cfg(feature = "postgres")]
                    Location::Postgres(url) => Ok(Self::of(postgres::Postgres::new(&url, options))),
                    #[cfg(not(all(feature = "sqlite", feature = "postgres")))]
                    other => Err(OpenError::EngineNotBuilt { engine: other.engine() }.into()),
                }
            }
        }
    )* };
}

on_existing_databases! { Doctor OwnerData Restored }

trait Lifecycle: Send + Sync {
    fn wait_until_available(&self, timeout: Duration, options: &MigrationOptions)
    -> Result<(), MigrateError>;
    fn migrate(&self, options: &MigrationOptions) -> Result<Vec<String>, MigrateError>;
    fn pending(&self, options: &MigrationOptions) -> Result<Vec<String>, MigrateError>;
    fn is_distributed(&self, options: &MigrationOptions) -> Result<bool, MigrateError>;
    fn distribute(&self, options: &MigrationOptions) -> Result<Vec<String>, MigrateError>;
    fn checkpoint(&self) -> Result<(), Failure>;
    fn lock_for_service(&self, timeout: Duration) -> Result<Option<ServiceLock>, MigrateError>;
}

impl<B: MigrationBackend + ServiceLockBackend> Lifecycle for Arc<B> {
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

    fn is_distributed(&self, options: &MigrationOptions) -> Result<bool, MigrateError> {
        B::is_distributed(self, options)
    }

    fn distribute(&self, options: &MigrationOptions) -> Result<Vec<String>, MigrateError> {
        B::distribute(self, options)
    }

    fn checkpoint(&self) -> Result<(), Failure> {
        B::checkpoint(self)
    }

    fn lock_for_service(&self, timeout: Duration) -> Result<Option<ServiceLock>, MigrateError> {
        service_lock::acquire::<B>(self, timeout)
    }
}

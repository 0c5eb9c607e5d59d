//! The task repository on PostgreSQL and SQLite.
//!
//! [`Database::open`] selects the engine by the URL's scheme; [`Database::tasks`] and [`Database::readiness`] implement
//! the ports of the domain. [`Doctor`] checks and repairs its consistency, [`Database::back_up`] copies it, [`OwnerData`]
//! exports, imports, erases and moves what an owner has, [`Restored`] prepares a restored one for its clients.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use persistence::{Database, DatabaseOptions};
//! # use tasknook_persistence as persistence;
//!
//! let options = DatabaseOptions { url: "sqlite://data/tasknook.db".into(), ..DatabaseOptions::default() };
//! let database = Database::open(&options)?;
//! database.migrate()?;
//! let repository = database.tasks();
//! # Ok(())
//! # }
//! ```
//!
//! # How a request is processed
//!
//! The ports are asynchronous and independent of a runtime; the drivers block. Workers connect them: named threads behind
//! bounded queues, one queue per [`WorkKind`]. A worker takes a group of calls that one statement (on SQLite: one
//! transaction) can serve, checks a connection out of the pool, runs the statement, and replies to each call. Owners take
//! turns in a queue. A call with too long an expected wait is rejected at once; a timer replies to a call that reaches
//! its deadline, even while the database hangs.
//!
//! # Modules
//!
//! A module may use the ones above it:
//!
//! | module | contents |
//! |---|---|
//! | `options` | options, URL, errors, observer |
//! | `backend` | the base trait of a database, columns, classification of errors |
//! | `workers` | connection pool, queues, threads, deadlines |
//! | `read`, `write` | the statements and processing of both kinds of requests |
//! | `migrations` | embedded migrations and their bookkeeping |
//! | `maintenance` | doctor, background jobs, backup and restore, the data of single owners |
//! | `database` | the public [`Database`], and one module per engine that implements the traits of the others |

#[cfg(not(any(feature = "postgres", feature = "sqlite")))]
compile_error!("a database is needed: enable the feature \"postgres\", \"sqlite\" or both");

mod backend;
mod database;
mod maintenance;
mod migrations;
mod options;
mod read;
mod workers;
mod write;

pub use database::Database;
pub use maintenance::backup::{Backup, BackupError};
pub use maintenance::doctor::{
    CheckOutcome, Doctor, DoctorCheck, DoctorError, DoctorFinding, DoctorReport, Remedy, Repair,
};
pub use maintenance::jobs::{BackgroundJobs, JobOptions};
pub use maintenance::owner_data::{
    EntryError, Imported, ImportedEntry, OwnerData, OwnerDataError, StoredEntry,
};
pub use maintenance::restored::{Restored, RestoredError};
pub use options::{
    CallFailure, DatabaseObserver, DatabaseOptions, Engine, JobsReport, MigrateError, MigrationOptions,
    OpenError, WorkKind,
};
pub use write::Erased;

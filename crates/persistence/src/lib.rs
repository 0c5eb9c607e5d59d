//! The task repository on PostgreSQL and SQLite.
//!
//! [`Database::open`] takes the engine from the URL's scheme; [`Database::tasks`] and [`Database::readiness`] are the
//! domain's ports on it. [`Doctor`] checks and repairs its consistency, [`Database::back_up`] copies it.
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
//! # The way of a request
//!
//! The adapter is asynchronous and knows no runtime; the drivers block. Between them are workers: named threads behind
//! bounded queues, one queue for each [`WorkKind`]. A worker takes one group of calls that one statement (on SQLite: one
//! transaction) can run, takes a pooled connection, runs it, and replies to each call. Owners take turns in a queue. A
//! call that would not be begun in time is rejected at once; one whose time is up is replied to by a timer, whatever the
//! database does meanwhile.
//!
//! The workers, the rows, the list query, the translation of errors and the migrations stand once. What PostgreSQL and
//! SQLite say differently stands in two sibling modules with the same names.

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
pub use maintenance::doctor::{Check, Doctor, DoctorError, Finding, Outcome, Remedy, Repair, Report};
pub use maintenance::jobs::{BackgroundJobs, JobOptions};
pub use options::{
    CallFailure, DatabaseObserver, DatabaseOptions, Engine, JobsReport, MigrateError, MigrationOptions,
    OpenError, WorkKind,
};

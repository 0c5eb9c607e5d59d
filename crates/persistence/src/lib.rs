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
//! The adapter is asynchronous and knows no runtime; the drivers block. Between them stand the lanes: named threads
//! behind bounded queues. A lane drains what has queued up, sorts it into sets that one statement (on SQLite: one
//! transaction) can do, takes a pooled connection for each set, runs it, and answers each caller. A single request is
//! a set of one and waits for nobody. A full queue says so at once; a caller whose deadline has passed is told,
//! whatever the database does meanwhile.
//!
//! The lanes, the rows, the list query, the translation of errors and the migrations stand once. What PostgreSQL and
//! SQLite say differently stands in two sibling modules with the same names.

#[cfg(not(any(feature = "postgres", feature = "sqlite")))]
compile_error!("a database is needed: enable the feature \"postgres\", \"sqlite\" or both");

mod backup;
mod database;
mod dialect;
mod doctor;
mod engine;
mod error;
mod failure;
mod lanes;
mod listing;
mod location;
mod migrations;
mod one_task;
mod options;
mod pool;
#[cfg(feature = "postgres")]
mod postgres;
mod readiness;
mod repository;
mod rows;
#[cfg(feature = "sqlite")]
mod sqlite;
mod statement;
mod write;

pub use backup::{Backup, BackupError};
pub use database::Database;
pub use doctor::{Check, Doctor, DoctorError, Finding, Outcome, Remedy, Repair, Report};
pub use engine::Engine;
pub use error::{MigrateError, OpenError};
pub use options::DatabaseOptions;

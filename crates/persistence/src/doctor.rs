//! The health of what is kept: what an owner's row says of the tasks beside the tasks themselves.
//!
//! An examination reads one consistent state and writes nothing, so what a service writes meanwhile is no finding. A
//! repair goes owner by owner: it takes the lock that the owner's writers take, works everything out again under it,
//! and commits before it goes on to the next. No revision is ever lowered.

mod error;
mod examination;
mod examine;
mod examined;
mod finding;
mod ledger;
mod listed;
mod repair;
mod repairs;
mod said;
mod texts;

pub use error::DoctorError;
pub use examination::{Check, Examination, Outcome, Subject};
pub(crate) use examined::Examined;
pub use finding::{Finding, Remedy};
pub use listed::Listed;
pub use repairs::{Deed, Repair, Repairs};
pub(crate) use said::Said;

use crate::DatabaseOptions;
use crate::location::Location;

/// Examines a database and mends it, on a connection of its own beside whatever serves.
pub struct Doctor {
    patient: Box<dyn Patient>,
}

impl Doctor {
    /// Finds the database that the URL names. No file is made, and of a PostgreSQL server nothing is asked yet.
    pub fn of(options: &DatabaseOptions) -> Result<Self, DoctorError> {
        let patient: Box<dyn Patient> = match Location::parse(&options.url)? {
            #[cfg(feature = "sqlite")]
            Location::Sqlite(path) => Box::new(crate::sqlite::Sqlite::that_is_there(path, options)?),
            #[cfg(feature = "postgres")]
            Location::Postgres(url) => Box::new(crate::postgres::Postgres::new(&url, options)),
            #[cfg(not(all(feature = "sqlite", feature = "postgres")))]
            other => return Err(crate::OpenError::EngineNotBuilt { engine: other.engine() }.into()),
        };
        Ok(Self { patient })
    }

    /// Checks the schema, the database's own integrity, and what is kept of each owner. It writes nothing, takes
    /// about as long as reading everything twice, and blocks.
    pub fn examine(&self) -> Result<Examination, DoctorError> {
        self.patient.examine()
    }

    /// Mends what an examination found, owner by owner; nothing at all while the schema or the integrity fails. It
    /// blocks, and holds up the writers of one owner at a time (on SQLite: all writers, for that time).
    #[must_use]
    pub fn repair(&self, found: &Examination) -> Repairs {
        self.patient.repair(found)
    }
}

trait Patient: Send + Sync {
    fn examine(&self) -> Result<Examination, DoctorError>;
    fn repair(&self, found: &Examination) -> Repairs;
}

impl<D: Examined> Patient for D {
    fn examine(&self) -> Result<Examination, DoctorError> {
        examine::examine(self)
    }

    fn repair(&self, found: &Examination) -> Repairs {
        repair::repair(self, found)
    }
}

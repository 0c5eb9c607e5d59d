use std::error::Error;

use diesel::result::{ConnectionError, Error as DieselError};
use domain::TaskId;

use super::EntryError;
use crate::MigrateError;
use crate::maintenance::doctor::DoctorError;

/// Why the data of an owner was not exported, imported, erased or moved. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OwnerDataError {
    /// The database cannot be opened, or a statement failed.
    #[error(transparent)]
    Database(#[from] DoctorError),
    /// The schema cannot be read.
    #[error(transparent)]
    Schema(#[from] MigrateError),
    /// The schema is not that of this build.
    #[error("the schema is not up to date: run `tasknook migrate`")]
    NotMigrated,
    /// An entry cannot be read or written.
    #[error("{0}")]
    Entry(EntryError),
    /// The owner has a task of this id already.
    #[error("the owner has a task {id} already")]
    Exists {
        /// The id.
        id: TaskId,
    },
}

impl From<ConnectionError> for OwnerDataError {
    fn from(error: ConnectionError) -> Self {
        DoctorError::from(error).into()
    }
}

impl From<DieselError> for OwnerDataError {
    fn from(error: DieselError) -> Self {
        DoctorError::from(error).into()
    }
}

impl From<EntryError> for OwnerDataError {
    fn from(error: EntryError) -> Self {
        let error: Box<dyn Error + Send + Sync> = error;
        Self::Entry(error)
    }
}

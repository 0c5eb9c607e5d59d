use std::error::Error;
use std::path::PathBuf;

use diesel::result::{ConnectionError, DatabaseErrorKind, Error as DieselError};

use crate::OpenError;
use crate::dialect::Dialect;

/// Why a database could not be examined, or not mended to the end.
#[derive(Debug, thiserror::Error)]
pub enum DoctorError {
    /// The URL or the file is refused.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There is no such file, and none is made.
    #[error("there is no database at {}", path.display())]
    Absent {
        /// The file.
        path: PathBuf,
    },
    /// The database cannot be reached.
    #[error("the database cannot be reached")]
    Unreachable(#[source] Box<dyn Error + Send + Sync>),
    /// A statement failed. What was being mended is as it was.
    #[error("the database did not answer to the end")]
    Failed(#[source] Box<dyn Error + Send + Sync>),
}

impl From<ConnectionError> for DoctorError {
    fn from(error: ConnectionError) -> Self {
        Self::Unreachable(Box::new(error))
    }
}

impl From<DieselError> for DoctorError {
    fn from(error: DieselError) -> Self {
        Self::Failed(Box::new(error))
    }
}

/// What the database said when it could not read what is its own; an error when it could not do so for another reason.
pub(super) fn damage<D: Dialect>(error: DieselError) -> Result<String, DoctorError> {
    match &error {
        DieselError::DatabaseError(DatabaseErrorKind::Unknown, told) if !D::is_outage(told.message()) => {
            Ok(told.message().to_owned())
        }
        _ => Err(error.into()),
    }
}

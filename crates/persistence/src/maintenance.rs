//! What operators run: consistency checks and repairs, backups, restored databases, the data of single owners, and the
//! background jobs.
//!
//! None of it takes part in a request. Schema changes belong to [`migrations`](crate::migrations).

pub(crate) mod backup;
pub(crate) mod doctor;
pub(crate) mod jobs;
pub(crate) mod owner_data;
pub(crate) mod restored;

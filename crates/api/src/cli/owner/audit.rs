//! The record of a command in the audit log.

use domain::OwnerId;
use persistence::{DoctorError, OwnerDataError};
use rustix::process::getuid;
use serde::Serialize;

use super::{Done, print};
use crate::config::Settings;
use crate::http::audit::{WriteResult, now};
use crate::server::{StartError, audit_file};
use crate::state::AuditFile;

#[derive(Serialize)]
struct Record {
    time: String,
    command: &'static str,
    /// The operator: the user of the process.
    uid: u32,
    user: String,
    /// The user whose tasks are moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    from_user: Option<String>,
    tasks: Option<u64>,
    result: WriteResult,
}

/// A command on the data of a user.
pub(super) struct Command<'a> {
    pub name: &'static str,
    pub user: &'a OwnerId,
    /// The user whose tasks are moved.
    pub from: Option<&'a OwnerId>,
}

impl Command<'_> {
    /// Runs the command, appends its record to the configured audit log, and prints what was done. The file is opened
    /// first: without a record nothing is done.
    pub(super) fn record(
        &self,
        settings: &Settings,
        run: impl FnOnce() -> Result<Done, StartError>,
    ) -> Result<(), StartError> {
        let (file, time) = (audit_file(settings, AuditFile::open)?, now());
        let done = run();
        let appended = file.map_or(Ok(()), |mut file| file.append(&self.record_of(time, &done)));
        print(format_args!("{}", done?.message))?;
        appended.map_err(|error| StartError::failed("the audit log has no record of this command", error))
    }

    fn record_of(&self, time: String, done: &Result<Done, StartError>) -> Record {
        Record {
            time,
            command: self.name,
            uid: getuid().as_raw(),
            user: self.user.as_str().to_owned(),
            from_user: self.from.map(|from| from.as_str().to_owned()),
            tasks: done.as_ref().ok().map(|done| done.tasks),
            result: done.as_ref().map_or_else(result, |_| WriteResult::Applied),
        }
    }
}

/// A connection that is lost during the commit leaves its outcome unknown.
fn result(error: &StartError) -> WriteResult {
    match error {
        StartError::Failed { source, .. } => match source.downcast_ref::<OwnerDataError>() {
            Some(OwnerDataError::Database(DoctorError::Failed(_))) => WriteResult::Unknown,
            _ => WriteResult::Rejected,
        },
        _ => WriteResult::Rejected,
    }
}

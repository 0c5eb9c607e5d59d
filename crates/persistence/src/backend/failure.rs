//! From what a driver says to what a caller can act on.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use diesel::result::DatabaseErrorKind;
use domain::RepositoryError;

/// What a failure calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// There is no connection: no statement was begun.
    Unreachable,
    /// The connection was lost with the answer still to come.
    Lost,
    /// The database undid the statement in favour of another; the same may work again.
    Conflict,
    /// A row with this key is there already. Nothing was written.
    Duplicate,
    /// The server takes no writes now. Nothing was written; another server may take them.
    ReadOnly,
    /// The statement, or the wait for a lock, took as long as it may, and was undone.
    Timeout,
    /// It is not known whether a write was stored.
    Unknown,
    /// The database cannot do it now.
    Outage,
    /// This should not happen.
    Fault,
}

/// A failure of a whole set. It becomes an error for each request of the set.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    pub(crate) kind: FailureKind,
    source: Arc<dyn Error + Send + Sync>,
}

/// How a database words its errors, where the driver gives no code.
pub(crate) trait ErrorMessages {
    /// Whether a statement, or its wait for a lock, reached its time limit.
    fn is_timeout(message: &str) -> bool;

    /// Whether the database cannot do now what it can do at other times.
    fn is_outage(message: &str) -> bool;

    /// Whether the database rolled the statement back and the same may succeed next time.
    fn is_conflict(message: &str) -> bool;

    /// What the operator can do about the error.
    fn hint(_: &str) -> Option<&'static str> {
        None
    }
}

impl Failure {
    /// Judges an error of a backend. `at_the_limit`: the statement took as long as one may take, hence it was stopped
    /// (SQLSTATE 57014), which the driver does not say and the server says in its own language.
    pub(crate) fn of<B: ErrorMessages>(error: diesel::result::Error, at_the_limit: bool) -> Self {
        use diesel::result::Error::{BrokenTransactionManager, DatabaseError, RollbackErrorOnCommit};
        let kind = match &error {
            DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _,
            )
            | BrokenTransactionManager
            | RollbackErrorOnCommit { .. } => FailureKind::Lost,
            DatabaseError(DatabaseErrorKind::SerializationFailure, _) => FailureKind::Conflict,
            // A standby, or a server that its operator has closed to writes.
            DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => FailureKind::ReadOnly,
            DatabaseError(DatabaseErrorKind::UniqueViolation, _) => FailureKind::Duplicate,
            DatabaseError(_, information) if B::is_conflict(information.message()) => FailureKind::Conflict,
            DatabaseError(_, information) if B::is_timeout(information.message()) => FailureKind::Timeout,
            DatabaseError(_, information) if B::is_outage(information.message()) => FailureKind::Outage,
            DatabaseError(DatabaseErrorKind::Unknown, _) if at_the_limit => FailureKind::Timeout,
            _ => FailureKind::Fault,
        };
        let hint = match &error {
            DatabaseError(_, information) => B::hint(information.message()),
            _ => None,
        };
        match hint {
            Some(hint) => Self { kind, source: Arc::new(WithHint { error, hint }) },
            None => Self { kind, source: Arc::new(error) },
        }
    }

    /// No connection came within the time.
    pub(crate) fn no_connection(source: impl Error + Send + Sync + 'static) -> Self {
        Self { kind: FailureKind::Unreachable, source: Arc::new(source) }
    }

    /// Other writers of the same owner came first each time.
    pub(crate) fn contended() -> Self {
        Self {
            kind: FailureKind::Conflict,
            source: Arc::new(Internal("other writers of the same owner came first")),
        }
    }

    /// Another transaction holds the owner's row.
    pub(crate) fn blocked() -> Self {
        Self {
            kind: FailureKind::Timeout,
            source: Arc::new(Internal("another transaction holds the owner's row")),
        }
    }

    /// The answer to a write was lost, for this reason if there is one, and nothing tells whether it was stored.
    pub(crate) fn unknown(cause: Option<&Self>) -> Self {
        let overwritten = || {
            Arc::new(Internal(
                "the worker was replaced, or later writes have overwritten the trace of this one",
            )) as _
        };
        Self {
            kind: FailureKind::Unknown,
            source: cause.map_or_else(overwritten, |cause| Arc::clone(&cause.source)),
        }
    }

    /// A worker panicked, or replied something else than it was asked.
    pub(crate) fn internal(what: &'static str) -> Self {
        Self { kind: FailureKind::Fault, source: Arc::new(Internal(what)) }
    }

    /// The time is up, and there was no connection for it.
    pub(crate) fn no_connection_within(time: Duration) -> Self {
        Self { kind: FailureKind::Outage, source: Arc::new(NoConnection(time)) }
    }

    /// The time is up, and the database has not responded.
    pub(crate) fn no_response_within(time: Duration) -> Self {
        Self { kind: FailureKind::Outage, source: Arc::new(NoResponse(time)) }
    }

    /// The same, where another try would come to the same.
    pub(crate) fn without_retry(self) -> Self {
        Self { kind: FailureKind::Outage, ..self }
    }

    /// As the error of one request.
    pub(crate) fn error(&self) -> RepositoryError {
        let source: Box<dyn Error + Send + Sync> = Box::new(Arc::clone(&self.source));
        match self.kind {
            FailureKind::Fault | FailureKind::Duplicate => RepositoryError::Fault(source),
            FailureKind::Unknown => RepositoryError::OutcomeUnknown(source),
            FailureKind::Unreachable
            | FailureKind::Lost
            | FailureKind::Conflict
            | FailureKind::ReadOnly
            | FailureKind::Timeout
            | FailureKind::Outage => RepositoryError::Unavailable(source),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.source()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{error}; {hint}")]
struct WithHint {
    error: diesel::result::Error,
    hint: &'static str,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Internal(&'static str);

#[derive(Debug, thiserror::Error)]
#[error("no connection to the database within {0:?}")]
struct NoConnection(Duration);

#[derive(Debug, thiserror::Error)]
#[error("no response of the database within {0:?}")]
struct NoResponse(Duration);

#[cfg(test)]
mod tests {
    use diesel::result::Error as DieselError;

    use super::*;

    fn kind<B: ErrorMessages>(message: &str, at_the_limit: bool) -> FailureKind {
        let text = Box::new(message.to_owned());
        Failure::of::<B>(DieselError::DatabaseError(DatabaseErrorKind::Unknown, text), at_the_limit).kind
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn full_disks_and_busy_files_are_outages() {
        use crate::database::sqlite::Sqlite;
        for message in ["database or disk is full", "disk I/O error", "database is locked"] {
            assert_eq!(kind::<Sqlite>(message, false), FailureKind::Outage, "{message}");
        }
        assert_eq!(kind::<Sqlite>("database disk image is malformed", false), FailureKind::Fault);
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn temporary_server_errors_are_outages() {
        use crate::database::postgres::Postgres;
        let stopped =
            ["canceling statement due to statement timeout", "canceling statement due to lock timeout"];
        for message in stopped {
            assert_eq!(kind::<Postgres>(message, false), FailureKind::Timeout, "{message}");
        }
        for message in [
            "could not extend file \"base/5/1\": No space left on device",
            "the database system is starting up",
        ] {
            assert_eq!(kind::<Postgres>(message, false), FailureKind::Outage, "{message}");
        }
        let stopped = "canceling statement due to statement timeout";
        assert_eq!(kind::<Postgres>(stopped, false), FailureKind::Timeout);
        assert_eq!(kind::<Postgres>("deadlock detected", false), FailureKind::Conflict);
        let distributed = "canceling the transaction since it was involved in a distributed deadlock";
        assert_eq!(kind::<Postgres>(distributed, false), FailureKind::Conflict);
        assert_eq!(kind::<Postgres>("relation \"tasks\" does not exist", false), FailureKind::Outage);
        assert_eq!(kind::<Postgres>("column \"x\" does not exist", false), FailureKind::Fault);
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn pooler_errors_name_the_setting() {
        use crate::database::postgres::Postgres;
        let text = Box::new("prepared statement \"__diesel_stmt_0\" does not exist".to_owned());
        let error = DieselError::DatabaseError(DatabaseErrorKind::Unknown, text);
        let failure = Failure::of::<Postgres>(error, false);
        assert_eq!(failure.kind, FailureKind::Fault);
        let shown = failure.to_string();
        assert!(
            shown.contains("__diesel_stmt_0") && shown.contains("database.transaction_pooler"),
            "{shown}"
        );
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn timeouts_are_recognized_in_every_language() {
        use crate::database::postgres::Postgres;
        assert_eq!(
            kind::<Postgres>("storniere Anfrage wegen Zeitüberschreitung", true),
            FailureKind::Timeout
        );
    }
}

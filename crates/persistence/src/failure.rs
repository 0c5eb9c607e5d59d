//! From what a driver says to what a caller can act on.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use diesel::result::DatabaseErrorKind;
use domain::RepositoryError;

use crate::dialect::Dialect;

/// What a failure calls for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
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
    pub(crate) kind: Kind,
    source: Arc<dyn Error + Send + Sync>,
}

impl Failure {
    /// Judges an error of a dialect. `at_the_limit`: the statement took as long as one may take, hence it was stopped
    /// (SQLSTATE 57014), which the driver does not say and the server says in its own language.
    pub(crate) fn of<D: Dialect>(error: diesel::result::Error, at_the_limit: bool) -> Self {
        use diesel::result::Error::{BrokenTransactionManager, DatabaseError, RollbackErrorOnCommit};
        let kind = match &error {
            DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _,
            )
            | BrokenTransactionManager
            | RollbackErrorOnCommit { .. } => Kind::Lost,
            DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Kind::Conflict,
            // A standby, or a server that its operator has closed to writes.
            DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => Kind::ReadOnly,
            DatabaseError(DatabaseErrorKind::UniqueViolation, _) => Kind::Duplicate,
            DatabaseError(_, told) if D::is_conflict(told.message()) => Kind::Conflict,
            DatabaseError(_, told) if D::is_timeout(told.message()) => Kind::Timeout,
            DatabaseError(_, told) if D::is_outage(told.message()) => Kind::Outage,
            DatabaseError(DatabaseErrorKind::Unknown, _) if at_the_limit => Kind::Timeout,
            _ => Kind::Fault,
        };
        let advice = match &error {
            DatabaseError(_, told) => D::advice(told.message()),
            _ => None,
        };
        match advice {
            Some(advice) => Self { kind, source: Arc::new(Advised { error, advice }) },
            None => Self { kind, source: Arc::new(error) },
        }
    }

    /// No connection came within the time.
    pub(crate) fn no_connection(source: impl Error + Send + Sync + 'static) -> Self {
        Self { kind: Kind::Unreachable, source: Arc::new(source) }
    }

    /// Other writers of the same owner came first each time.
    pub(crate) fn contended() -> Self {
        Self { kind: Kind::Conflict, source: Arc::new(Defect("other writers of the same owner came first")) }
    }

    /// Another transaction holds the owner's row.
    pub(crate) fn blocked() -> Self {
        Self { kind: Kind::Timeout, source: Arc::new(Defect("another transaction holds the owner's row")) }
    }

    /// The answer to a write was lost, for this reason if there is one, and nothing tells whether it was stored.
    pub(crate) fn unknown(cause: Option<&Self>) -> Self {
        let overwritten = || {
            Arc::new(Defect(
                "the worker was replaced, or later writes have overwritten the trace of this one",
            )) as _
        };
        Self {
            kind: Kind::Unknown,
            source: cause.map_or_else(overwritten, |cause| Arc::clone(&cause.source)),
        }
    }

    /// A worker panicked, or replied something else than it was asked.
    pub(crate) fn defect(what: &'static str) -> Self {
        Self { kind: Kind::Fault, source: Arc::new(Defect(what)) }
    }

    /// The time is up, and there was no connection for it.
    pub(crate) fn no_connection_within(time: Duration) -> Self {
        Self { kind: Kind::Outage, source: Arc::new(NoConnection(time)) }
    }

    /// The time is up, and the database has not responded.
    pub(crate) fn no_response_within(time: Duration) -> Self {
        Self { kind: Kind::Outage, source: Arc::new(NoResponse(time)) }
    }

    /// The same, where another try would come to the same.
    pub(crate) fn without_retry(self) -> Self {
        Self { kind: Kind::Outage, ..self }
    }

    /// As the error of one request.
    pub(crate) fn error(&self) -> RepositoryError {
        let source: Box<dyn Error + Send + Sync> = Box::new(Arc::clone(&self.source));
        match self.kind {
            Kind::Fault | Kind::Duplicate => RepositoryError::Fault(source),
            Kind::Unknown => RepositoryError::OutcomeUnknown(source),
            Kind::Unreachable
            | Kind::Lost
            | Kind::Conflict
            | Kind::ReadOnly
            | Kind::Timeout
            | Kind::Outage => RepositoryError::Unavailable(source),
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
#[error("{error}; {advice}")]
struct Advised {
    error: diesel::result::Error,
    advice: &'static str,
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Defect(&'static str);

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

    fn kind<D: Dialect>(message: &str, at_the_limit: bool) -> Kind {
        let said = Box::new(message.to_owned());
        Failure::of::<D>(DieselError::DatabaseError(DatabaseErrorKind::Unknown, said), at_the_limit).kind
    }

    #[cfg(feature = "sqlite")]
    #[test]
    fn a_full_disk_or_a_busy_file_is_an_outage_and_a_damaged_one_is_not() {
        use crate::sqlite::Sqlite;
        for message in ["database or disk is full", "disk I/O error", "database is locked"] {
            assert_eq!(kind::<Sqlite>(message, false), Kind::Outage, "{message}");
        }
        assert_eq!(kind::<Sqlite>("database disk image is malformed", false), Kind::Fault);
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn what_the_server_cannot_do_now_is_no_fault() {
        use crate::postgres::Postgres;
        let stopped =
            ["canceling statement due to statement timeout", "canceling statement due to lock timeout"];
        for message in stopped {
            assert_eq!(kind::<Postgres>(message, false), Kind::Timeout, "{message}");
        }
        for message in [
            "could not extend file \"base/5/1\": No space left on device",
            "the database system is starting up",
        ] {
            assert_eq!(kind::<Postgres>(message, false), Kind::Outage, "{message}");
        }
        let stopped = "canceling statement due to statement timeout";
        assert_eq!(kind::<Postgres>(stopped, false), Kind::Timeout);
        assert_eq!(kind::<Postgres>("deadlock detected", false), Kind::Conflict);
        let distributed = "canceling the transaction since it was involved in a distributed deadlock";
        assert_eq!(kind::<Postgres>(distributed, false), Kind::Conflict);
        assert_eq!(kind::<Postgres>("relation \"tasks\" does not exist", false), Kind::Outage);
        assert_eq!(kind::<Postgres>("column \"x\" does not exist", false), Kind::Fault);
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn what_a_pooler_mixes_up_names_the_setting_that_helps() {
        use crate::postgres::Postgres;
        let said = Box::new("prepared statement \"__diesel_stmt_0\" does not exist".to_owned());
        let error = DieselError::DatabaseError(DatabaseErrorKind::Unknown, said);
        let failure = Failure::of::<Postgres>(error, false);
        assert_eq!(failure.kind, Kind::Fault);
        let shown = failure.to_string();
        assert!(
            shown.contains("__diesel_stmt_0") && shown.contains("database.transaction_pooler"),
            "{shown}"
        );
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn a_statement_that_took_as_long_as_it_may_was_stopped_in_whatever_language() {
        use crate::postgres::Postgres;
        assert_eq!(kind::<Postgres>("storniere Anfrage wegen Zeitüberschreitung", true), Kind::Timeout);
    }
}

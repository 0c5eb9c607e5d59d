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
    /// There is no connection, or it was lost with the answer still to come.
    Lost,
    /// The database undid the statement in favour of another; the same may work again.
    Conflict,
    /// The statement took as long as one may take.
    Timeout,
    /// The server takes no writes.
    ReadOnly,
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
            DatabaseError(_, told) if D::is_conflict(told.message()) => Kind::Conflict,
            DatabaseError(_, told) if told.message().contains("canceling statement due to") => Kind::Timeout,
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
        Self { kind: Kind::Lost, source: Arc::new(source) }
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

    /// As the error of one request.
    pub(crate) fn error(&self) -> RepositoryError {
        let source: Box<dyn Error + Send + Sync> = Box::new(Arc::clone(&self.source));
        match self.kind {
            Kind::Fault => RepositoryError::Fault(source),
            Kind::Lost | Kind::Conflict | Kind::Timeout | Kind::ReadOnly | Kind::Outage => {
                RepositoryError::Unavailable(source)
            }
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

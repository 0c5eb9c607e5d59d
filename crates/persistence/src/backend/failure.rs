//! Classifies the errors of drivers by the reaction they require.

use std::error::Error;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use diesel::result::DatabaseErrorKind;
use domain::RepositoryError;

/// The kind of a failure, which decides the reaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FailureKind {
    /// No connection: no statement was begun.
    Unreachable,
    /// The connection was lost before the response.
    Lost,
    /// The database rolled the statement back in favour of another one; a retry may succeed.
    Conflict,
    /// A row with this key exists. Nothing was written.
    Duplicate,
    /// The server is read-only. Nothing was written; another server may be writable.
    ReadOnly,
    /// The statement, or its wait for a lock, reached its time limit and was rolled back.
    Timeout,
    /// It is unknown whether a write was stored.
    Unknown,
    /// The database is temporarily unable.
    Outage,
    /// The database cannot read what it has stored.
    Damage,
    /// An error in another language: it may be temporary, or a fault.
    Unrecognized,
    /// An unexpected error.
    Fault,
}

/// A failure of a whole group. It becomes an error for each request of the group.
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

    /// Whether a server behind the connected one cannot be reached. Nothing was sent to it.
    fn is_unreachable(_: &str) -> bool {
        false
    }

    /// Whether the commit was not confirmed by a server behind the connected one.
    fn is_unconfirmed(_: &str) -> bool {
        false
    }

    /// Whether the database rolled the statement back and the same may succeed next time.
    fn is_conflict(message: &str) -> bool;

    /// Whether what the database has stored cannot be read.
    fn is_corrupt(_: &str) -> bool {
        false
    }

    /// Whether the message is in a language other than English.
    fn is_in_another_language(_: &str) -> bool {
        false
    }

    /// What the operator can do about the error.
    fn hint(_: &str) -> Option<&'static str> {
        None
    }
}

impl Failure {
    /// Classifies an error. `at_the_limit`: the statement took as long as its time limit, hence the server stopped it
    /// (SQLSTATE 57014). The driver does not pass on the SQLSTATE, and the message may be in any language.
    pub(crate) fn of<B: ErrorMessages>(error: diesel::result::Error, at_the_limit: bool) -> Self {
        use diesel::result::Error::{BrokenTransactionManager, DatabaseError, RollbackErrorOnCommit};
        let kind = match &error {
            // Before the loss of this connection, whose kind the driver gives it too.
            DatabaseError(_, information) if B::is_unreachable(information.message()) => FailureKind::Outage,
            DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _,
            )
            | BrokenTransactionManager
            | RollbackErrorOnCommit { .. } => FailureKind::Lost,
            DatabaseError(_, information) if B::is_unconfirmed(information.message()) => FailureKind::Lost,
            DatabaseError(DatabaseErrorKind::SerializationFailure, _) => FailureKind::Conflict,
            // A standby, or a server with `default_transaction_read_only`.
            DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => FailureKind::ReadOnly,
            DatabaseError(DatabaseErrorKind::UniqueViolation, _) => FailureKind::Duplicate,
            DatabaseError(_, information) if B::is_conflict(information.message()) => FailureKind::Conflict,
            DatabaseError(_, information) if B::is_timeout(information.message()) => FailureKind::Timeout,
            DatabaseError(_, information) if B::is_outage(information.message()) => FailureKind::Outage,
            DatabaseError(_, information) if B::is_corrupt(information.message()) => FailureKind::Damage,
            DatabaseError(DatabaseErrorKind::Unknown, _) if at_the_limit => FailureKind::Timeout,
            DatabaseError(_, information) if B::is_in_another_language(information.message()) => {
                FailureKind::Unrecognized
            }
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

    /// The pool has no connection in time.
    pub(crate) fn no_connection(source: impl Error + Send + Sync + 'static) -> Self {
        Self { kind: FailureKind::Unreachable, source: Arc::new(source) }
    }

    /// Every attempt lost a race against other writers of the owner.
    pub(crate) fn contended() -> Self {
        Self {
            kind: FailureKind::Conflict,
            source: Arc::new(Internal("other writers of the same owner came first")),
        }
    }

    /// Another transaction has locked the owner's row.
    pub(crate) fn blocked() -> Self {
        Self {
            kind: FailureKind::Timeout,
            source: Arc::new(Internal("another transaction has locked the owner's row")),
        }
    }

    /// The response to a write was lost, for this reason if known, and it cannot be determined whether it was stored.
    pub(crate) fn unknown(cause: Option<&Self>) -> Self {
        let overwritten = || {
            Arc::new(Internal(
                "the worker was replaced, or later writes have overwritten the evidence of this one",
            )) as _
        };
        Self {
            kind: FailureKind::Unknown,
            source: cause.map_or_else(overwritten, |cause| Arc::clone(&cause.source)),
        }
    }

    /// A bug in this crate.
    pub(crate) fn internal(what: &'static str) -> Self {
        Self { kind: FailureKind::Fault, source: Arc::new(Internal(what)) }
    }

    /// The deadline passed without a connection.
    pub(crate) fn no_connection_within(time: Duration) -> Self {
        Self { kind: FailureKind::Outage, source: Arc::new(NoConnection(time)) }
    }

    /// The deadline passed without a response.
    pub(crate) fn no_response_within(time: Duration) -> Self {
        Self { kind: FailureKind::Outage, source: Arc::new(NoResponse(time)) }
    }

    /// The same failure, not to be retried.
    pub(crate) fn without_retry(self) -> Self {
        Self { kind: FailureKind::Outage, ..self }
    }

    /// The error for one request.
    pub(crate) fn error(&self) -> RepositoryError {
        let source: Box<dyn Error + Send + Sync> = Box::new(Arc::clone(&self.source));
        match self.kind {
            FailureKind::Fault | FailureKind::Duplicate => RepositoryError::Fault(source),
            FailureKind::Unknown => RepositoryError::OutcomeUnknown(source),
            FailureKind::Damage => RepositoryError::Damaged(source),
            FailureKind::Conflict | FailureKind::Timeout => RepositoryError::Busy(source),
            FailureKind::Unreachable
            | FailureKind::Lost
            | FailureKind::ReadOnly
            | FailureKind::Outage
            | FailureKind::Unrecognized => RepositoryError::Unavailable(source),
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
#[error("no response from the database within {0:?}")]
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
        assert_eq!(kind::<Sqlite>("database disk image is malformed", false), FailureKind::Damage);
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
    fn errors_in_another_language_are_unavailable() {
        use crate::database::postgres::Postgres;
        let message =
            Box::new("keine Berechtigung für Tabelle tasks (lc_messages is not English)".to_owned());
        let error = DieselError::DatabaseError(DatabaseErrorKind::Unknown, message);
        let failure = Failure::of::<Postgres>(error, false);
        assert_eq!(failure.kind, FailureKind::Unrecognized);
        assert!(matches!(failure.error(), RepositoryError::Unavailable(_)));
        assert!(failure.to_string().ends_with("set lc_messages = 'C'"), "{failure}");
    }

    #[cfg(feature = "postgres")]
    #[test]
    fn unreachable_workers_are_outages() {
        use crate::database::postgres::Postgres;
        let kind = |end: &str| {
            let text =
                format!("connection to the remote node u@h:5432 failed with the following error: {end}");
            let error = DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection, Box::new(text));
            Failure::of::<Postgres>(error, false).kind
        };
        assert_eq!(kind("Connection refused"), FailureKind::Outage);
        assert_eq!(kind("server closed the connection unexpectedly"), FailureKind::Lost);
    }

    /// The worker may have executed the commit before its connection ended.
    #[cfg(feature = "postgres")]
    #[test]
    fn unconfirmed_commits_of_workers_have_an_unknown_outcome() {
        use crate::database::postgres::Postgres;
        let message = "could not commit transaction for shard 102008 on at least one active node";
        for at_the_limit in [false, true] {
            assert_eq!(kind::<Postgres>(message, at_the_limit), FailureKind::Lost);
        }
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

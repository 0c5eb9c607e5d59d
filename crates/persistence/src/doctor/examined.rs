//! What the doctor needs of a database.

use diesel::sql_types::{BigInt, Text};
use diesel::{ConnectionResult, QueryResult};

use super::finding::Finding;
use super::ledger::{Account, AccountColumns, Suspicion, SuspicionColumns};
use super::said::{Reads, Runs};
use super::texts::{TextColumns, TextRow};
use crate::migrations::MigrationBackend;

/// A connection that all statements of the doctor can be sent over.
pub(crate) trait Bedside:
    Runs
    + Reads<Text, String>
    + Reads<BigInt, i64>
    + Reads<AccountColumns, Account>
    + Reads<SuspicionColumns, Suspicion>
    + Reads<TextColumns, TextRow>
{
}

impl<C> Bedside for C where
    C: Runs
        + Reads<Text, String>
        + Reads<BigInt, i64>
        + Reads<AccountColumns, Account>
        + Reads<SuspicionColumns, Suspicion>
        + Reads<TextColumns, TextRow>
{
}

/// A database that can be examined and mended.
pub(crate) trait Examined: MigrationBackend<Connection: Bedside> {
    /// What locks the rows that a select gives, against other writers; nothing where the transaction does.
    const LOCK: &str;

    /// Makes a connection that may take its time, and that leaves what it reads as it is.
    fn connect_to_examine(&self) -> ConnectionResult<Self::Connection>;

    /// Runs something that sees one state of the database from its first statement to its last, and writes nothing.
    fn reading<T>(
        connection: &mut Self::Connection,
        run: impl FnOnce(&mut Self::Connection) -> QueryResult<T>,
    ) -> QueryResult<T>;

    /// Runs something in a transaction in which each statement sees what was committed before it, and what it has
    /// locked stays as it is.
    fn writing<T>(
        connection: &mut Self::Connection,
        run: impl FnOnce(&mut Self::Connection) -> QueryResult<T>,
    ) -> QueryResult<T>;

    /// What the database itself finds wrong with what it has stored. An error that is no outage says the same.
    fn integrity(connection: &mut Self::Connection) -> QueryResult<Vec<Finding>>;
}

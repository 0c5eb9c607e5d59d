//! Rows, and the two column types that the databases keep in different forms.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::query_builder::QueryId;
use diesel::sql_types::{BigInt, Bool, Nullable, SqlType, Text};
use domain::{Description, Owner, Revision, Task, TaskId, Timestamp, Title};

/// A UUID: `uuid` on PostgreSQL, 16 bytes on SQLite.
#[derive(Debug, Clone, Copy, SqlType, QueryId)]
#[cfg_attr(feature = "postgres", diesel(postgres_type(oid = 2950, array_oid = 2951)))]
#[cfg_attr(feature = "sqlite", diesel(sqlite_type(name = "Binary")))]
pub(crate) struct Id;

/// A moment: `timestamptz` on PostgreSQL, milliseconds since 1970 on SQLite.
#[derive(Debug, Clone, Copy, SqlType, QueryId)]
#[cfg_attr(feature = "postgres", diesel(postgres_type(oid = 1184, array_oid = 1185)))]
#[cfg_attr(feature = "sqlite", diesel(sqlite_type(name = "Long")))]
pub(crate) struct Moment;

impl<DB: Backend> Queryable<Id, DB> for TaskId
where
    Self: FromSql<Id, DB>,
{
    type Row = Self;

    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

impl<DB: Backend> Queryable<Moment, DB> for Timestamp
where
    Self: FromSql<Moment, DB>,
{
    type Row = Self;

    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

/// The columns of a task as every statement gives them, in this order.
pub(crate) const COLUMNS: &str = "id, title, description, completed, created_at, updated_at, revision";

/// Their types.
pub(crate) type Columns = (Id, Text, Nullable<Text>, Bool, Moment, Moment, BigInt);

/// One task's columns.
#[derive(Queryable)]
pub(crate) struct TaskRow {
    id: TaskId,
    title: String,
    description: Option<String>,
    completed: bool,
    created_at: Timestamp,
    updated_at: Timestamp,
    revision: i64,
}

impl TaskRow {
    /// Its place in the order of creation.
    #[cfg(feature = "postgres")]
    pub(crate) const fn time_order(&self) -> (Timestamp, TaskId) {
        (self.created_at, self.id)
    }

    /// The task of the owner whom the statement asked for.
    pub(crate) fn of(self, owner: &Owner) -> Task {
        Task {
            id: self.id,
            owner_id: owner.id().clone(),
            title: Title::from_stored(self.title),
            description: self.description.map(Description::from_stored),
            completed: self.completed,
            created_at: self.created_at,
            updated_at: self.updated_at,
            revision: Revision::new(self.revision),
        }
    }
}

//! How the types of a task's fields are stored.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::query_builder::QueryId;
use diesel::sql_types::{BigInt, Bool, Nullable, SqlType, Text};
use domain::{Description, Revision, TaskId, Timestamp, Title};

/// A UUID: `uuid` on PostgreSQL, 16 bytes on SQLite.
#[derive(Debug, Clone, Copy, SqlType, QueryId)]
#[cfg_attr(feature = "postgres", diesel(postgres_type(oid = 2950, array_oid = 2951)))]
#[cfg_attr(feature = "sqlite", diesel(sqlite_type(name = "Binary")))]
pub(crate) struct Id;

/// A timestamp: `timestamptz` on PostgreSQL, milliseconds since 1970 on SQLite.
#[derive(Debug, Clone, Copy, SqlType, QueryId)]
#[cfg_attr(feature = "postgres", diesel(postgres_type(oid = 1184, array_oid = 1185)))]
#[cfg_attr(feature = "sqlite", diesel(sqlite_type(name = "Long")))]
pub(crate) struct UtcTimestamp;

impl<DB: Backend> Queryable<Id, DB> for TaskId
where
    Self: FromSql<Id, DB>,
{
    type Row = Self;

    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

impl<DB: Backend> Queryable<UtcTimestamp, DB> for Timestamp
where
    Self: FromSql<UtcTimestamp, DB>,
{
    type Row = Self;

    fn build(row: Self) -> deserialize::Result<Self> {
        Ok(row)
    }
}

/// A field's type that is stored in a column.
pub(crate) trait ColumnValue {
    /// The column's type.
    type Sql;
    /// The value that is bound to a statement.
    type Bound<'a>
    where
        Self: 'a;
    /// The value that is read from a row.
    type Read;

    fn bound(&self) -> Self::Bound<'_>;
    fn read(read: Self::Read) -> Self;
}

/// Types that are stored without conversion.
macro_rules! stored_as_is {
    ($($type:ty => $sql:ty,)+) => {
        $(impl ColumnValue for $type {
            type Sql = $sql;
            type Bound<'a> = Self;
            type Read = Self;

            fn bound(&self) -> Self {
                *self
            }

            fn read(read: Self) -> Self {
                read
            }
        })+
    };
}

stored_as_is! {
    bool => Bool,
    Timestamp => UtcTimestamp,
}

impl ColumnValue for Title {
    type Sql = Text;
    type Bound<'a> = &'a str;
    type Read = String;

    fn bound(&self) -> &str {
        self.as_str()
    }

    fn read(read: String) -> Self {
        Self::from_stored(read)
    }
}

impl ColumnValue for Option<Description> {
    type Sql = Nullable<Text>;
    type Bound<'a> = Option<&'a str>;
    type Read = Option<String>;

    fn bound(&self) -> Option<&str> {
        self.as_ref().map(Description::as_str)
    }

    fn read(read: Option<String>) -> Self {
        read.map(Description::from_stored)
    }
}

impl ColumnValue for Revision {
    type Sql = BigInt;
    type Bound<'a> = i64;
    type Read = i64;

    fn bound(&self) -> i64 {
        self.number()
    }

    fn read(read: i64) -> Self {
        Self::new(read)
    }
}

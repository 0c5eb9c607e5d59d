//! The values of statements that both databases execute. The conditions on a database are here once: the functions that push
//! such a statement need none.

use diesel::QueryResult;
use diesel::backend::Backend;
use diesel::query_builder::AstPass;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, Bool, HasSqlType, Nullable, Text};
use domain::{ListId, TaskId, Timestamp};

use crate::backend::rows::{Id, UtcTimestamp};

/// A value to bind.
pub(crate) enum Value<'a> {
    Text(&'a str),
    Number(&'a i64),
    Flag(&'a bool),
    Time(&'a Timestamp),
    Task(&'a TaskId),
    TaskOrNull(&'a Option<TaskId>),
    List(&'a ListId),
    ListOrNull(&'a Option<ListId>),
}

/// A database that has these values.
pub(crate) trait ListBackend:
    Backend + HasSqlType<Bool> + HasSqlType<Id> + HasSqlType<UtcTimestamp>
{
    /// Binds a value.
    fn push_value<'b>(out: &mut AstPass<'_, 'b, Self>, value: Value<'b>) -> QueryResult<()>;
}

impl<DB> ListBackend for DB
where
    DB: Backend + HasSqlType<Bool> + HasSqlType<Id> + HasSqlType<UtcTimestamp>,
    str: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
    bool: ToSql<Bool, DB>,
    Timestamp: ToSql<UtcTimestamp, DB>,
    TaskId: ToSql<Id, DB>,
    ListId: ToSql<Id, DB>,
{
    fn push_value<'b>(out: &mut AstPass<'_, 'b, Self>, value: Value<'b>) -> QueryResult<()> {
        match value {
            Value::Text(value) => out.push_bind_param::<Text, str>(value),
            Value::Number(value) => out.push_bind_param::<BigInt, _>(value),
            Value::Flag(value) => out.push_bind_param::<Bool, _>(value),
            Value::Time(value) => out.push_bind_param::<UtcTimestamp, _>(value),
            Value::Task(value) => out.push_bind_param::<Id, _>(value),
            Value::TaskOrNull(value) => out.push_bind_param::<Nullable<Id>, _>(value),
            Value::List(value) => out.push_bind_param::<Id, _>(value),
            Value::ListOrNull(value) => out.push_bind_param::<Nullable<Id>, _>(value),
        }
    }
}

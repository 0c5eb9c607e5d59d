//! What the doctor needs of a database. Its SQL is the same on both, with `?` for each value.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Nullable, Text};
use diesel::{Connection, ConnectionResult, QueryResult, RunQueryDsl};
use domain::{OwnerId, TaskId};

use super::report::DoctorFinding;
use crate::MigrateError;
use crate::backend::rows::Id;
use crate::migrations::MigrationBackend;

pub(crate) trait DoctorBackend: MigrationBackend<Connection: DoctorConnection> {
    /// Opens a connection for checks.
    fn connect_to_check(&self) -> ConnectionResult<Self::Connection> {
        self.connect()
    }

    /// Runs a read-only transaction on one snapshot, or a writing one whose statements see earlier commits of others.
    fn transaction<T>(
        connection: &mut Self::Connection,
        writes: bool,
        run: impl FnOnce(&mut Self::Connection) -> QueryResult<T>,
    ) -> QueryResult<T>;

    /// Notifies services of owners that a command has changed, over the connection that has committed. Without it they find
    /// the changes by polling.
    fn report(_: &mut Self::Connection, _: &[&OwnerId]) {}

    /// The encoding, if it cannot store every text.
    fn wrong_encoding(_: &mut Self::Connection) -> QueryResult<Option<MigrateError>> {
        Ok(None)
    }

    /// Damage that the database reports about its storage.
    fn integrity(connection: &mut Self::Connection) -> QueryResult<Vec<DoctorFinding>>;

    /// Whether an error of [`DoctorBackend::integrity`] means damaged data. No other error does.
    fn is_damage(message: &str) -> bool;
}

/// An owner, a stored and an actual value, and how many such owners there are.
pub(crate) type OwnerCounts = (String, i64, i64, i64);
type OwnerColumns = (Text, BigInt, BigInt, BigInt);

/// A task with its texts: owner, id, title, description, search, and the text that searches compare if it is of the current
/// rule.
pub(crate) type TextRow = (String, TaskId, String, Option<String>, String, Option<String>);
type TextColumns = (Text, Id, Text, Nullable<Text>, Text, Nullable<Text>);

#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    Number(i64),
    Id(TaskId),
}

pub(crate) trait DoctorConnection: Connection {
    fn owner_rows(&mut self, sql: &str, values: &[Value<'_>]) -> QueryResult<Vec<OwnerCounts>>;
    fn text_rows(&mut self, sql: &str, values: &[Value<'_>]) -> QueryResult<Vec<TextRow>>;
    fn write_rows(&mut self, sql: &str, values: &[Value<'_>]) -> QueryResult<usize>;
}

impl<C: Connection> DoctorConnection for C
where
    for<'a> RawQuery<'a, OwnerColumns>: LoadQuery<'a, C, OwnerCounts>,
    for<'a> RawQuery<'a, TextColumns>: LoadQuery<'a, C, TextRow>,
    for<'a> RawQuery<'a, ()>: QueryFragment<C::Backend>,
{
    fn owner_rows(&mut self, sql: &str, values: &[Value<'_>]) -> QueryResult<Vec<OwnerCounts>> {
        RawQuery(sql, values, PhantomData::<OwnerColumns>).load(self)
    }

    fn text_rows(&mut self, sql: &str, values: &[Value<'_>]) -> QueryResult<Vec<TextRow>> {
        RawQuery(sql, values, PhantomData::<TextColumns>).load(self)
    }

    fn write_rows(&mut self, sql: &str, values: &[Value<'_>]) -> QueryResult<usize> {
        self.execute_returning_count(&RawQuery(sql, values, PhantomData::<()>))
    }
}

struct RawQuery<'a, Columns>(&'a str, &'a [Value<'a>], PhantomData<Columns>);

impl<DB: Backend + HasSqlType<Id>, Columns> QueryFragment<DB> for RawQuery<'_, Columns>
where
    str: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
    TaskId: ToSql<Id, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let mut values = self.1.iter();
        for part in self.0.split_inclusive('?') {
            out.push_sql(part.trim_end_matches('?'));
            match values.next().filter(|_| part.ends_with('?')) {
                None => {}
                Some(Value::Text(text)) => out.push_bind_param::<Text, str>(text)?,
                Some(Value::Number(number)) => out.push_bind_param::<BigInt, _>(number)?,
                Some(Value::Id(id)) => out.push_bind_param::<Id, _>(id)?,
            }
        }
        Ok(())
    }
}

impl<Columns> Query for RawQuery<'_, Columns> {
    type SqlType = Columns;
}

// Each statement runs a few times at most, so none is prepared.
impl<Columns> QueryId for RawQuery<'_, Columns> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C, Columns> RunQueryDsl<C> for RawQuery<'_, Columns> {}

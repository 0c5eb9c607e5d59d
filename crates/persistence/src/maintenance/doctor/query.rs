//! SQL that both databases understand, with `?` for each value.

use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Nullable, Text};
use diesel::{Connection, QueryResult, RunQueryDsl};
use domain::TaskId;

use crate::backend::rows::Id;

/// An owner with a stored value, the value that it should have, and how many such owners there are.
pub(crate) type OwnerRow = (String, i64, i64, i64);
type OwnerColumns = (Text, BigInt, BigInt, BigInt);

/// A task with the texts that are searched: owner, id, title, description, search.
pub(crate) type TextRow = (String, TaskId, String, Option<String>, String);
type TextColumns = (Text, Id, Text, Nullable<Text>, Text);

#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Text(&'a str),
    Number(i64),
    Id(TaskId),
}

/// A connection that runs such SQL.
pub(crate) trait DoctorConnection: Connection {
    fn owner_rows(&mut self, sql: &str, values: &[Value<'_>]) -> QueryResult<Vec<OwnerRow>>;
    fn text_rows(&mut self, sql: &str, values: &[Value<'_>]) -> QueryResult<Vec<TextRow>>;
    /// Runs a statement; gives the number of rows it wrote.
    fn run(&mut self, sql: &str, values: &[Value<'_>]) -> QueryResult<usize>;
}

impl<C: Connection> DoctorConnection for C
where
    for<'a> RawQuery<'a, OwnerColumns>: LoadQuery<'a, C, OwnerRow>,
    for<'a> RawQuery<'a, TextColumns>: LoadQuery<'a, C, TextRow>,
    for<'a> RawQuery<'a, ()>: QueryFragment<C::Backend>,
{
    fn owner_rows(&mut self, sql: &str, values: &[Value<'_>]) -> QueryResult<Vec<OwnerRow>> {
        RawQuery::<OwnerColumns> { sql, values, columns: PhantomData }.load(self)
    }

    fn text_rows(&mut self, sql: &str, values: &[Value<'_>]) -> QueryResult<Vec<TextRow>> {
        RawQuery::<TextColumns> { sql, values, columns: PhantomData }.load(self)
    }

    fn run(&mut self, sql: &str, values: &[Value<'_>]) -> QueryResult<usize> {
        self.execute_returning_count(&RawQuery::<()> { sql, values, columns: PhantomData })
    }
}

struct RawQuery<'a, Columns> {
    sql: &'a str,
    values: &'a [Value<'a>],
    columns: PhantomData<Columns>,
}

impl<DB, Columns> QueryFragment<DB> for RawQuery<'_, Columns>
where
    DB: Backend + HasSqlType<Id>,
    str: ToSql<Text, DB>,
    i64: ToSql<BigInt, DB>,
    TaskId: ToSql<Id, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        let mut values = self.values.iter();
        for (number, part) in self.sql.split('?').enumerate() {
            match if number == 0 { None } else { values.next() } {
                None => {}
                Some(Value::Text(text)) => out.push_bind_param::<Text, str>(text)?,
                Some(Value::Number(number)) => out.push_bind_param::<BigInt, _>(number)?,
                Some(Value::Id(id)) => out.push_bind_param::<Id, _>(id)?,
            }
            out.push_sql(part);
        }
        Ok(())
    }
}

impl<Columns> Query for RawQuery<'_, Columns> {
    type SqlType = Columns;
}

// Each statement runs a few times at most.
impl<Columns> QueryId for RawQuery<'_, Columns> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C, Columns> RunQueryDsl<C> for RawQuery<'_, Columns> {}

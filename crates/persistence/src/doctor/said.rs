//! Statements in SQL that both databases speak, with values in the places of the question marks, and a name for all
//! that a connection must be able to read so that the doctor can work on it.

use std::borrow::Cow;
use std::marker::PhantomData;

use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::methods::LoadQuery;
use diesel::serialize::ToSql;
use diesel::sql_types::{BigInt, HasSqlType, Text};
use diesel::{Connection, QueryResult, RunQueryDsl};
use domain::TaskId;

use crate::rows::Id;

/// A statement that gives rows of these columns.
pub(crate) struct Said<'a, Columns> {
    sql: Cow<'static, str>,
    values: &'a [Value<'a>],
    columns: PhantomData<Columns>,
}

/// What stands in the place of a question mark.
pub(crate) enum Value<'a> {
    Text(&'a str),
    Number(i64),
    Id(TaskId),
}

impl<'a, Columns> Said<'a, Columns> {
    pub(crate) fn new(sql: impl Into<Cow<'static, str>>, values: &'a [Value<'a>]) -> Self {
        Self { sql: sql.into(), values, columns: PhantomData }
    }
}

impl<DB, Columns> QueryFragment<DB> for Said<'_, Columns>
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

impl<Columns> Query for Said<'_, Columns> {
    type SqlType = Columns;
}

// Each is said a few times at most, and some differ each time.
impl<Columns> QueryId for Said<'_, Columns> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<C, Columns> RunQueryDsl<C> for Said<'_, Columns> {}

/// A connection that reads these columns as such rows.
pub(crate) trait Reads<Columns, Row>: Connection {
    fn read(&mut self, statement: Said<'_, Columns>) -> QueryResult<Vec<Row>>;
}

impl<C, Columns, Row> Reads<Columns, Row> for C
where
    C: Connection,
    for<'a> Said<'a, Columns>: LoadQuery<'a, C, Row>,
{
    fn read(&mut self, statement: Said<'_, Columns>) -> QueryResult<Vec<Row>> {
        statement.load(self)
    }
}

/// A connection that runs what gives no rows, and counts those that it wrote.
pub(crate) trait Runs: Connection {
    fn run(&mut self, statement: Said<'_, ()>) -> QueryResult<usize>;
}

impl<C> Runs for C
where
    C: Connection,
    for<'a> Said<'a, ()>: QueryFragment<C::Backend>,
{
    fn run(&mut self, statement: Said<'_, ()>) -> QueryResult<usize> {
        self.execute_returning_count(&statement)
    }
}

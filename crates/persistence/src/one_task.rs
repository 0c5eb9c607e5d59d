//! One live task by its key: the same statement on both databases, and the fastest there is for a set of one.

use diesel::backend::Backend;
use diesel::connection::LoadConnection;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::query_dsl::methods::LoadQuery;
use diesel::serialize::ToSql;
use diesel::sql_types::{HasSqlType, Text};
use diesel::{OptionalExtension, QueryResult, RunQueryDsl};
use domain::{RepositoryError, Task, TaskId};

use crate::dialect::{Get, Outcome};
use crate::rows::{COLUMNS, Columns, Id, TaskRow};
use crate::statement::statement;

/// Reads it.
pub(crate) fn one_task<C>(connection: &mut C, get: &Get) -> QueryResult<Outcome<Task>>
where
    C: LoadConnection,
    for<'a> OneTask<'a>: LoadQuery<'a, C, TaskRow>,
{
    let row = OneTask { get }.get_result(connection).optional()?;
    Ok(row.map(|row| row.of(get.owner.id())).ok_or(RepositoryError::NotFound))
}

pub(crate) struct OneTask<'a> {
    get: &'a Get,
}

statement!(OneTask => Columns);

impl<DB: Backend + HasSqlType<Id>> QueryFragment<DB> for OneTask<'_>
where
    str: ToSql<Text, DB>,
    TaskId: ToSql<Id, DB>,
{
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        out.push_sql("select ");
        out.push_sql(COLUMNS);
        out.push_sql(" from (select * from tasks where owner_id = ");
        out.push_bind_param::<Text, str>(self.get.owner.id().as_str())?;
        out.push_sql(" and id = ");
        out.push_bind_param::<Id, _>(&self.get.id)?;
        // The limit keeps the outer condition outside. With it inside, PostgreSQL may take the index of the live tasks,
        // which reads all of the owner's: it is smaller than the primary key when many rows are deleted.
        out.push_sql(" limit 1) as task where deleted_at is null");
        Ok(())
    }
}

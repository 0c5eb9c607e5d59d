use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::Text;
use diesel::sqlite::Sqlite;
use diesel::{OptionalExtension, QueryResult, RunQueryDsl, SqliteConnection};
use domain::{RepositoryError, Task};

use crate::dialect::{Get, Outcomes};
use crate::rows::{COLUMNS, Columns, Id, TaskRow};
use crate::statement::statement;

/// Reads one task after the other: a look-up by key costs less than what would join a set to it.
pub(super) fn run(connection: &mut SqliteConnection, set: &[Get]) -> Outcomes<Task> {
    let get = |get: &Get| {
        let row: Option<TaskRow> = OneTask { get }.get_result(connection).optional()?;
        Ok(row.map(|row| row.of(&get.owner)).ok_or(RepositoryError::NotFound))
    };
    set.iter().map(get).collect()
}

struct OneTask<'a> {
    get: &'a Get,
}

statement!(OneTask => Columns);

impl QueryFragment<Sqlite> for OneTask<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("select ");
        out.push_sql(COLUMNS);
        out.push_sql(" from tasks where owner_id = ");
        out.push_bind_param::<Text, str>(self.get.owner.id().as_str())?;
        out.push_sql(" and id = ");
        out.push_bind_param::<Id, _>(&self.get.id)?;
        out.push_sql(" and deleted_at is null");
        Ok(())
    }
}

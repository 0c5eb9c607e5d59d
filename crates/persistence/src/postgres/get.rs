use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Array, BigInt, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl};
use domain::{RepositoryError, Task, TaskId};

use super::sets::by_ordinal;
use crate::dialect::{Get, Outcomes};
use crate::one_task::one_task;
use crate::rows::{COLUMNS, Columns, Id, TaskRow};
use crate::statement::statement;

/// Reads the whole set in one round trip. What joins a set to its tasks costs the server as much as one look-up does, so
/// one alone goes without.
pub(super) fn run(connection: &mut PgConnection, set: &[Get]) -> Outcomes<Task> {
    if let [get] = set {
        return Ok(vec![one_task(connection, get)?]);
    }
    let owners = set.iter().map(|get| get.owner.id().as_str()).collect();
    let ids = set.iter().map(|get| get.id).collect();
    let rows: Vec<(i64, TaskRow)> = TheseTasks { owners, ids }.load(connection)?;
    let not_found = || Err(RepositoryError::NotFound);
    Ok(by_ordinal(set, rows, not_found, |get, row| Ok(row.of(get.owner.id()))))
}

/// `offset 0` has the planner look up each task by its key, and not join the set to what it takes for a small table.
struct TheseTasks<'a> {
    owners: Vec<&'a str>,
    ids: Vec<TaskId>,
}

statement!(TheseTasks => (BigInt, Columns));

impl QueryFragment<Pg> for TheseTasks<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("select ordinal, ");
        out.push_sql(COLUMNS);
        out.push_sql(" from unnest(");
        out.push_bind_param::<Array<Text>, _>(&self.owners)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Id>, _>(&self.ids)?;
        out.push_sql(
            ") with ordinality as input (of_owner, of_id, ordinal)
            cross join lateral (
                select * from tasks where owner_id = of_owner and id = of_id offset 0
            ) as task where deleted_at is null",
        );
        Ok(())
    }
}

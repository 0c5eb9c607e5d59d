use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment};
use diesel::sql_types::{Array, BigInt, Text};
use diesel::{PgConnection, QueryResult, RunQueryDsl};
use domain::{RepositoryError, Task, TaskId};

use crate::backend::rows::{COLUMNS, Columns, Id, TaskRow, statement};
use crate::read::{Get, one_task};
use crate::workers::{Replies, Reply};

/// Reads the whole group in one round trip. The join of a group costs the server as much as one look-up, hence a single
/// task is read without it.
pub(super) fn run(connection: &mut PgConnection, group: &[Get]) -> Replies<Task> {
    if let [get] = group {
        return Ok(vec![one_task(connection, get)?]);
    }
    let owners = group.iter().map(|get| get.owner.id().as_str()).collect();
    let ids = group.iter().map(|get| get.id).collect();
    let rows: Vec<(i64, TaskRow)> = TasksByKey { owners, ids }.load(connection)?;
    let mut replies: Vec<Reply<Task>> = group.iter().map(|_| Err(RepositoryError::NotFound)).collect();
    for (ordinal, row) in rows {
        // Ordinals count from 1.
        let place = usize::try_from(ordinal - 1).unwrap_or(usize::MAX);
        if let (Some(reply), Some(get)) = (replies.get_mut(place), group.get(place)) {
            *reply = Ok(row.into_task(get.owner.id()));
        }
    }
    Ok(replies)
}

/// `offset 0` is an optimization fence: each task is looked up by its key. Without it, the planner may join the group to
/// a scan of a table that it assumes to be small.
struct TasksByKey<'a> {
    owners: Vec<&'a str>,
    ids: Vec<TaskId>,
}

statement!(TasksByKey => (BigInt, Columns));

impl QueryFragment<Pg> for TasksByKey<'_> {
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
